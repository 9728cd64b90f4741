//! Replays the transaction logs beside dirty hives and writes the recovered hives.
//!
//! `cargo run --example recover-hive -- HIVE...` looks for `HIVE.LOG`, `HIVE.LOG1` and `HIVE.LOG2`, and writes
//! `HIVE.recovered` where it could recover something. It says of each hive what became of it.

use std::error::Error;
use std::fs;
use std::io::Write;
use std::path::Path;

use catalog9::catalog::Text;
use catalog9::evidence::log::{LogFile, LogRole, replay};

fn main() -> Result<(), Box<dyn Error>> {
    let mut output = std::io::stdout().lock();
    for path in std::env::args().skip(1) {
        let hive = fs::read(&path)?;
        let hive_name = Path::new(&path).file_name().unwrap_or_default().to_string_lossy();
        let mut logs = Vec::new();
        for role in [LogRole::Log, LogRole::Log1, LogRole::Log2] {
            let log = format!("{path}{}", role.suffix());
            if fs::exists(&log)? {
                logs.push((role, fs::read(&log)?));
            }
        }
        let files = logs.iter().map(|(role, bytes)| {
            let name = Text::from(format!("{hive_name}{}", role.suffix()));
            LogFile { name, role: *role, bytes }
        });
        let replay = replay(&hive, &files.collect::<Vec<_>>());
        if let Some(recovered) = &replay.recovered {
            fs::write(format!("{path}.recovered"), recovered)?;
        }
        writeln!(output, "{path}: {:?}", replay.state)?;
    }
    Ok(())
}
