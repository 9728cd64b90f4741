//! Prints what DLLs say about themselves, as lines of a name, a tab and a value: `library-facts FILE…`.

use std::io::{self, Write};
use std::{env, fs};

use catalog9::catalog::{Text, hex};
use catalog9::library_file::{Algorithm, Embedded, Facts, Hashes};

fn main() -> io::Result<()> {
    let mut output = io::stdout().lock();
    for path in env::args_os().skip(1) {
        let bytes = fs::read(&path)?;
        let hashes = Hashes::of(&bytes);
        let facts = Facts::of(&bytes);
        let mut line = |name: &str, value: String| writeln!(output, "{name}\t{value}");
        line("file", path.display().to_string())?;
        line("size", facts.size.to_string())?;
        line("sha256", hex(&hashes.sha256))?;
        for defect in &facts.defects {
            line("defect", format!("{}: expected {}, found {}", defect.place, defect.expected, defect.found))?;
        }
        let Some(image) = facts.image else { continue };
        line("machine", image.machine.to_string())?;
        for export in image.exports.iter().flatten() {
            let target = export.forwarder.as_ref().map(|target| format!(" = {target}")).unwrap_or_default();
            line("export", format!("{}{target}", export.function.name()))?;
        }
        if let Some(imphash) = image.imphash {
            line("imphash", hex(&imphash))?;
        }
        if let Some(version) = &image.version {
            let texts = [
                ("company", &version.company),
                ("product", &version.product),
                ("original name", &version.original_name),
                ("description", &version.description),
                ("version", &version.file_version),
            ];
            for (name, text) in texts {
                text.as_ref().map_or(Ok(()), |text| line(name, text.to_string()))?;
            }
        }
        line("authenticode", hex(&image.digest(&bytes, Algorithm::Sha256)))?;
        if let Embedded::Signature(signature) = &image.signature {
            let name = |name: &Option<Text>| name.as_ref().map_or_else(|| "unknown".to_owned(), Text::to_string);
            line("signer", format!("{} (chain not verified)", name(&signature.signer)))?;
            line("issuer", name(&signature.issuer))?;
            line("unaltered", format!("{:?}", image.is_unaltered(&bytes)))?;
        }
    }
    Ok(())
}
