use super::library_files::{entries_by_file, named_further};
use super::machinery::{Findings, Subject, rule};
use super::remedies::reset;
use crate::catalog::Architecture;
use crate::finding::Remedy;
use crate::sentence::either_of;
use crate::tree::Machine;

rule! {
    /// A DLL is for other processors than the programs that load it.
    ///
    /// # What it looks for
    ///
    /// DLLs of entries whose file is for another processor: an x86 DLL in the 64-bit catalog, or the reverse. On ARM64,
    /// the 64-bit catalog may have DLLs for ARM64, ARM64X and x64, because x64 programs are emulated there.
    ///
    /// # Why it matters
    ///
    /// Windows cannot load the DLL, so the provider fails with error 10106 (WSAEPROVIDERFAILEDINIT) in every program of
    /// that bitness.
    ///
    /// # When it is harmless
    ///
    /// Never. An installer registered one DLL for both catalogs, or somebody replaced the file.
    ///
    /// # What to do
    ///
    /// Reinstall or uninstall the product, or remove its entries from that catalog.
    ///
    /// # References
    ///
    /// KB-7, KB-16
    "library-wrong-machine", Error, BreaksNetworking, Corrupt, needs [PATHS, FILES]
}

fn judge(subject: &Subject<'_>, findings: &mut Findings<'_>) {
    for entries in entries_by_file(subject).values() {
        let [first, further @ ..] = entries.as_slice() else { continue };
        let Some(machine) = first.image().and_then(|image| image.machine) else { continue };
        let wow64 = subject.catalogs.is_wow64(first.catalog);
        let fitting = fitting(subject.catalogs.windows.architecture, wow64);
        // Code of ARM64EC belongs to programs of x64.
        let loaded_as = if machine == Machine::Arm64Ec { Machine::X64 } else { machine };
        if fitting.is_empty() || fitting.contains(&loaded_as) || matches!(machine, Machine::Other(_)) {
            continue;
        }
        let programs = if wow64 { "32-bit programs" } else { "the programs of this Windows" };
        let message = format!("its DLL {} is for {machine} processors, so {programs} cannot load it", first.stored);
        let expected: Vec<String> = fitting.iter().map(ToString::to_string).collect();
        let finding = first.complain(findings, message).instead(either_of(&expected), machine.to_string());
        finding.further(named_further(further)).remedy(Remedy::Uninstall { product: None, how: None });
        if first.is_protocol() {
            finding.remedies(reset(&subject.catalogs.windows));
        }
    }
}

/// The processors that the DLLs of a catalog may be for; none where that is not known.
fn fitting(architecture: Option<Architecture>, wow64: bool) -> &'static [Machine] {
    match (architecture, wow64) {
        (Some(Architecture::Arm64), true) => &[Machine::X86, Machine::Arm],
        (_, true) | (Some(Architecture::X86), _) => &[Machine::X86],
        (Some(Architecture::X64), false) => &[Machine::X64],
        (Some(Architecture::Ia64), false) => &[Machine::Ia64],
        (Some(Architecture::Arm64), false) => &[Machine::Arm64, Machine::Arm64X, Machine::X64],
        (None, false) => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::with_files::complaints_of_image;
    use crate::tree::{Image, Machine};

    /// What is said of a DLL for those processors.
    fn complaints(windows: &str, machine: Machine) -> Vec<String> {
        let case = format!("windows  10.0.22621 {windows}\nfolder  C:\\Windows\n1020  base  C:\\Proxy\\x.dll  Foo");
        complaints_of_image(&RULE, &case, "Proxy/x.dll", &Image { machine: Some(machine), ..Image::default() })
    }

    #[test]
    fn one_dll_serves_one_bitness() {
        let of_32 = r"Foo: its DLL C:\Proxy\x.dll is for x64 processors, so 32-bit programs cannot load it";
        let of_64 =
            r"Foo: its DLL C:\Proxy\x.dll is for x86 processors, so the programs of this Windows cannot load it";
        assert_eq!(complaints("x64", Machine::X64), [of_32]);
        assert_eq!(complaints("x64", Machine::X86), [of_64]);
        assert_eq!(complaints("x86", Machine::X86), [""; 0]);
        assert_eq!(complaints("x86", Machine::X64).len(), 1);
        assert_eq!(complaints("x64", Machine::Arm64).len(), 2);
        assert_eq!(complaints("x64", Machine::Other(0x166)), [""; 0], "nobody knows what that is for");
    }

    #[test]
    fn arm64_emulates_x64() {
        for machine in [Machine::Arm64, Machine::Arm64X, Machine::Arm64Ec, Machine::X64] {
            let complaints = complaints("arm64", machine);
            assert_eq!(complaints.len(), 1, "for 32-bit programs: {complaints:?}");
            assert!(complaints[0].ends_with("so 32-bit programs cannot load it"));
        }
        assert_eq!(complaints("arm64", Machine::X86).len(), 1);
        assert_eq!(complaints("arm64", Machine::Arm).len(), 1);
    }
}
