//! Examines one file and prints its verdict, its findings and its defects.
//!
//! `cargo run --example examine-file -- fixtures/layered-provider-effective/SYSTEM`

use std::error::Error;
use std::io::Write;

use catalog9::catalog::Text;
use catalog9::{Content, Evidence, Options, examine};

fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::args().nth(1).ok_or("name a file")?;
    let bytes = std::fs::read(&path)?;
    // Deleted entries are of no interest here, and without them the examination is faster.
    let options = Options { carve: false, ..Options::default() };
    let examination = examine(Evidence::new(Text::new(path), Content::Bytes(&bytes)), &options)?;

    let mut output = std::io::stdout().lock();
    writeln!(output, "{}", examination.verdict().title())?;
    for examined in &examination.examined {
        for finding in &examined.judgement.findings {
            writeln!(output, "{}[{}] {}", finding.severity.name(), finding.rule, finding.sentence())?;
        }
        for not_judged in &examined.judgement.not_judged {
            writeln!(output, "not judged: {}", not_judged.rule)?;
        }
    }
    for defect in &examination.defects {
        writeln!(output, "damaged: {}: expected {}, found {}", defect.place, defect.expected, defect.found)?;
    }
    Ok(())
}
