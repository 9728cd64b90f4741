//! The native part of the Python package: it examines evidence and returns JSON, of which `catalog9/__init__.py` makes
//! dictionaries. Files are only opened for reading.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use catalog9::catalog::Text;
use catalog9::evidence::LARGEST;
use catalog9::evidence::encoding::CodePage;
use catalog9::evidence::log::{LogFile, LogRole, role_of};
use catalog9::examination::Selection;
use catalog9::render::json;
use catalog9::wire::v2;
use catalog9::{Content, Evidence, Options, baseline};
use miette::Diagnostic;
use pyo3::create_exception;
use pyo3::exceptions::{PyOSError, PyRuntimeError, PyValueError};
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedBytes;

create_exception!(_native, Refused, PyValueError, "The evidence cannot be examined: place, reason, code and way out.");

/// Where bytes are.
#[derive(FromPyObject)]
enum Source {
    Bytes(PyBackedBytes),
    Path(PathBuf),
}

/// A transaction log: a file, or a name and bytes.
#[derive(FromPyObject)]
enum LogSource {
    Named(String, PyBackedBytes),
    Path(PathBuf),
}

/// Why there is no examination.
enum Failure {
    /// A file cannot be read.
    Input(PathBuf, io::Error),
    /// The bytes are not evidence.
    Evidence(catalog9::evidence::Error),
    /// The result could not be written.
    Output(io::Error),
}

/// A log that was read.
struct Log {
    name: Text,
    role: LogRole,
    bytes: Vec<u8>,
}

#[pymodule]
mod _native {
    #[pymodule_export]
    use super::{Refused, examine, rules};
}

/// The examination of one piece of evidence as JSON, the same as `catalog9 examine --format json` writes.
#[pyfunction]
#[pyo3(signature = (evidence, name, logs, *, hash, carve, control_set, ansi_codepage, windows, as_stored))]
#[allow(clippy::too_many_arguments, reason = "they are the options of the command")]
fn examine(
    py: Python<'_>,
    evidence: Source,
    name: Option<String>,
    logs: Option<Vec<LogSource>>,
    hash: bool,
    carve: bool,
    control_set: String,
    ansi_codepage: Option<u32>,
    windows: Option<&str>,
    as_stored: bool,
) -> PyResult<String> {
    let options = Options {
        control_sets: match control_set.as_str() {
            "current" => Selection::Current,
            "all" => Selection::All,
            _ => Selection::Named(control_set),
        },
        hash,
        carve,
        code_page: ansi_codepage.map(code_page).transpose()?,
        windows: windows.map(version).transpose()?,
        as_stored,
        ..Options::default()
    };
    let label = match (name, &evidence) {
        (Some(name), _) => Text::from(name.as_str()),
        (None, Source::Path(path)) => name_of(path),
        (None, Source::Bytes(_)) => Text::from("evidence"),
    };
    py.detach(|| examined(&evidence, label.clone(), logs, &options)).map_err(|failure| raised(failure, &label))
}

/// The list of all rules as JSON, the same as `catalog9 explain --list --format json` writes.
#[pyfunction]
fn rules() -> PyResult<String> {
    written(&v2::RuleList::all()).map_err(|failure| raised(failure, &Text::from("rules")))
}

fn examined(
    evidence: &Source,
    label: Text,
    logs: Option<Vec<LogSource>>,
    options: &Options,
) -> Result<String, Failure> {
    let content = match evidence {
        Source::Bytes(bytes) => Content::Bytes(bytes),
        Source::Path(path) => Content::of_stream(open(path)?),
    };
    let logs: Vec<Log> = match (logs, evidence) {
        (Some(logs), _) => logs.into_iter().enumerate().map(named).collect::<Result<_, _>>()?,
        (None, Source::Path(hive)) => beside(hive)?,
        (None, Source::Bytes(_)) => Vec::new(),
    };
    let logs = logs.iter().map(|log| LogFile { name: log.name.clone(), role: log.role, bytes: &log.bytes }).collect();
    let examination = catalog9::examine(Evidence { logs, ..Evidence::new(label, content) }, options);
    written(&v2::Document::from(&examination.map_err(Failure::Evidence)?))
}

fn written(document: &impl serde::Serialize) -> Result<String, Failure> {
    let mut bytes = Vec::new();
    json::write(document, &mut bytes).map_err(Failure::Output)?;
    String::from_utf8(bytes).map_err(|error| Failure::Output(io::Error::other(error)))
}

/// A file. A pipe that nobody writes to would make this wait forever, so it is not opened.
fn open(path: &Path) -> Result<File, Failure> {
    let opened = fs::metadata(path).and_then(|metadata| match metadata.is_file() {
        true => File::open(path),
        false if metadata.is_dir() => Err(io::Error::from(io::ErrorKind::IsADirectory)),
        false => Err(io::Error::new(io::ErrorKind::InvalidInput, "expected a file, found a pipe, socket or device")),
    });
    opened.map_err(|error| Failure::Input(path.to_owned(), error))
}

/// The logs beside a hive, whose names are its name with `.LOG`, `.LOG1` or `.LOG2` after it, in any letter case.
fn beside(hive: &Path) -> Result<Vec<Log>, Failure> {
    let folder = hive.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let (Some(name), Ok(files)) = (hive.file_name(), fs::read_dir(folder)) else { return Ok(Vec::new()) };
    let name = name.to_string_lossy();
    let logs = files.filter_map(|entry| {
        let file = entry.ok()?.file_name();
        Some((role_of(&name, &file.to_string_lossy())?, folder.join(file)))
    });
    let mut logs: Vec<(LogRole, PathBuf)> = logs.collect();
    logs.sort();
    logs.into_iter().map(|(role, path)| read(&path, role)).collect()
}

/// A log that was named. Its role follows from the end of its name; otherwise the first is `.LOG1` and the others `.LOG2`.
fn named((index, log): (usize, LogSource)) -> Result<Log, Failure> {
    let by_place = if index == 0 { LogRole::Log1 } else { LogRole::Log2 };
    let role = |name: &str| {
        let name = name.to_lowercase();
        LogRole::ALL.into_iter().find(|role| name.ends_with(&role.suffix().to_lowercase())).unwrap_or(by_place)
    };
    match log {
        LogSource::Named(name, bytes) => {
            Ok(Log { role: role(&name), name: Text::from(name.as_str()), bytes: bytes.to_vec() })
        }
        LogSource::Path(path) => read(&path, role(&path.to_string_lossy())),
    }
}

fn read(path: &Path, role: LogRole) -> Result<Log, Failure> {
    let mut bytes = Vec::new();
    let read = open(path)?.take(LARGEST + 1).read_to_end(&mut bytes);
    match read {
        Ok(length) if u64::try_from(length).is_ok_and(|length| length <= LARGEST) => {
            Ok(Log { name: name_of(Path::new(path.file_name().unwrap_or_default())), role, bytes })
        }
        Ok(_) => Err(Failure::Evidence(catalog9::evidence::Error::TooLarge { limit: LARGEST })),
        Err(error) => Err(Failure::Input(path.to_owned(), error)),
    }
}

/// What a file is called, which may not be valid Unicode.
fn name_of(path: &Path) -> Text {
    match path.to_str() {
        Some(name) => Text::from(name),
        None => Text::from_bytes(path.as_os_str().as_encoded_bytes()),
    }
}

fn code_page(number: u32) -> PyResult<CodePage> {
    let expected = "expected the number of an ANSI code page of Windows: 874, 932, 936, 949, 950 or 1250 to 1258";
    CodePage::of_number(number).ok_or_else(|| PyValueError::new_err(format!("ansi_codepage {number}: {expected}")))
}

fn version(name: &str) -> PyResult<catalog9::catalog::Windows> {
    let known = baseline::names().find(|known| known.eq_ignore_ascii_case(name)).and_then(baseline::of_name);
    let expected = || baseline::names().collect::<Vec<_>>().join(", ");
    known.ok_or_else(|| PyValueError::new_err(format!("windows {name:?}: expected a known version: {}", expected())))
}

/// The Python exception of a failure.
fn raised(failure: Failure, label: &Text) -> PyErr {
    match failure {
        Failure::Input(path, error) => match error.raw_os_error() {
            // With a number, a reason and a path, Python chooses the right class, such as FileNotFoundError.
            Some(number) => PyOSError::new_err((number, reason(&error), path)),
            None => PyErr::from(io::Error::new(error.kind(), format!("{}: {error}", path.display()))),
        },
        Failure::Evidence(error) => {
            let text = |part: Option<Box<dyn std::fmt::Display + '_>>| part.map(|part| part.to_string());
            Refused::new_err((label.lossy().into_owned(), error.to_string(), text(error.code()), text(error.help())))
        }
        Failure::Output(error) => PyRuntimeError::new_err(error.to_string()),
    }
}

/// What the operating system says, without the number that Rust adds.
fn reason(error: &io::Error) -> String {
    let text = error.to_string();
    text.split(" (os error").next().unwrap_or_default().to_owned()
}
