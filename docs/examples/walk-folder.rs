//! Examines every file in a folder and below it, and prints a line of JSON for each piece of evidence.
//!
//! `cargo run --example walk-folder -- fixtures`

use std::error::Error;
use std::fs::{self, File};
use std::io::Write;
use std::path::Path;

use catalog9::catalog::Text;
use catalog9::evidence::Error::{NotEvidence, OtherHive};
use catalog9::render::json;
use catalog9::wire::v2;
use catalog9::{Content, Evidence, Options, examine};

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args_os().nth(1).ok_or("name a folder")?;
    let mut output = std::io::stdout().lock();
    walk(Path::new(&folder), &mut output)
}

fn walk(folder: &Path, output: &mut impl Write) -> Result<(), Box<dyn Error>> {
    let mut paths = fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<std::io::Result<Vec<_>>>()?;
    // Folders give their files in no order; the output has one.
    paths.sort();
    for path in paths {
        // A link may lead out of the folder, or back into it.
        if path.is_symlink() {
            continue;
        }
        if path.is_dir() {
            walk(&path, output)?;
        } else if path.is_file() {
            examine_file(&path, output)?;
        }
    }
    Ok(())
}

fn examine_file(path: &Path, output: &mut impl Write) -> Result<(), Box<dyn Error>> {
    let name = Text::from(path.to_string_lossy().as_ref());
    // Of a stream no more is read than it takes to see that it is no evidence.
    let content = Content::of_stream(File::open(path)?);
    match examine(Evidence::new(name.clone(), content), &Options::default()) {
        Ok(examination) => json::write_line(&v2::Document::from(&examination), output)?,
        // A folder holds many files that are no evidence.
        Err(NotEvidence { .. } | OtherHive { .. }) => {}
        Err(error) => writeln!(std::io::stderr(), "{name}: {error}")?,
    }
    Ok(())
}
