//! catalog9 as a module of WebAssembly, for the page `catalog9.html`: it is given files, and hands out what is said of them
//! in the formats of the command line.
//!
//! The module has three imports, all of the page: the length of a file, its bytes, and a place for results. So it can do
//! nothing else, whatever the evidence holds.

mod archive;
mod collection;
mod examiner;
#[expect(unsafe_code, reason = "calls across the border of the module have no safe form; they are all in this file")]
mod host;
mod obstacle;
mod piece;
mod report;

use catalog9::render::Heading;

/// A file that somebody chose.
struct Chosen {
    /// Its name, after those of the folders that it lay in.
    path: String,
    /// Whether it lay in a folder that was chosen, so that it need not be evidence.
    is_found: bool,
}

/// What the page asks for.
#[derive(Default)]
struct Request {
    /// The files to be examined, in the order of their numbers.
    files: Vec<Chosen>,
    /// The pieces that ended the module when they were last examined.
    lost: Vec<String>,
    /// What reports say of themselves.
    heading: Heading,
}

impl Request {
    /// Reads a request: what is given, each with its name, and a NUL after it, which no name of a file has.
    fn read(request: &str) -> Result<Self, String> {
        let mut read = Self::default();
        read.heading.command = Some("catalog9.html, the page that examines in the browser".to_owned());
        for given in request.split_terminator('\0') {
            let (name, value) = given.split_once('=').unwrap_or((given, ""));
            let value = value.to_owned();
            match name {
                "chosen" => read.files.push(Chosen { path: value, is_found: false }),
                "found" => read.files.push(Chosen { path: value, is_found: true }),
                "lost" => read.lost.push(value),
                "case" => read.heading.case = Some(value),
                "examiner" => read.heading.examiner = Some(value),
                "redact" => match value.as_str() {
                    "host" => read.heading.hidden.hosts = true,
                    "user" => read.heading.hidden.users = true,
                    "path" => read.heading.hidden.paths = true,
                    other => return Err(format!("expected names to be hidden, found {other}")),
                },
                other => return Err(format!("expected something that the page asks for, found {other}")),
            }
        }
        Ok(read)
    }
}
