//! Which evidence this is, and of which system.

use std::io::{self, Write};

use super::page::labelled;
use super::style;
use crate::catalog::{Product, Text, number};
use crate::evidence::{HiveHead, ReportHead, Roles};
use crate::examination::{Examination, Examined};
use crate::render::hex;
use crate::sentence::list_of;

pub(super) fn write(examination: &Examination, width: usize, writer: &mut dyn Write) -> io::Result<()> {
    let kind = examination.kind.title();
    writeln!(
        writer,
        "{HEADING}{}{HEADING:#}  {kind}, {} bytes",
        examination.path.shortened(200),
        grouped(examination.size),
        HEADING = style::HEADING
    )?;
    if let Some(digest) = &examination.sha256 {
        labelled(writer, width, "SHA-256", &hex(digest))?;
    }
    for part in &examination.parts {
        let digest = part.sha256.as_ref().map(|digest| format!(", SHA-256 {}", hex(digest))).unwrap_or_default();
        labelled(
            writer,
            width,
            "part",
            &format!("{}, {} bytes{digest}", part.path.shortened(200), grouped(part.size)),
        )?;
    }
    if let Some(text) = &examination.text {
        let guess = if text.is_guess { " (guessed; see --ansi-codepage)" } else { "" };
        labelled(writer, width, "written as", &format!("{}, {}{guess}", text.form, text.encoding))?;
    }
    if let Some(main) = examination.main() {
        write_system(main, width, writer)?;
    }
    if let Some(hive) = &examination.hive {
        labelled(writer, width, "hive", &hive_line(hive))?;
        labelled(writer, width, "written", &written(hive))?;
    }
    if let Some(report) = &examination.report {
        labelled(writer, width, "report", &report_line(report))?;
    }
    let sets = control_sets(examination);
    if !sets.is_empty() {
        labelled(writer, width, "control sets", &sets.join(" · "))?;
    }
    if let Some(main) = examination.main() {
        let services = main
            .control_set
            .catalogs
            .services
            .iter()
            .filter(|service| ["Tcpip", "AFD", "NetBT", "Dhcp"].iter().any(|name| service.name.is(name)));
        let services: Vec<String> = services
            .map(|service| {
                let start = service.start.map_or_else(
                    || "start type unknown".to_owned(),
                    |start| number::start(start).map_or_else(|| format!("start {start}"), str::to_owned),
                );
                format!("{} {start}", service.name)
            })
            .collect();
        if !services.is_empty() {
            labelled(writer, width, "services", &services.join(" · "))?;
        }
    }
    Ok(())
}

fn write_system(main: &Examined, width: usize, writer: &mut dyn Write) -> io::Result<()> {
    let name =
        main.control_set.computer_name.as_ref().map_or_else(|| "host unknown".to_owned(), |name| name.shortened(200));
    labelled(writer, width, "host", &name)?;
    let windows = &main.control_set.catalogs.windows;
    let version = windows.version.map(|version| format!(" ({version})")).unwrap_or_default();
    let architecture = windows.architecture.map(|architecture| format!(", {architecture}")).unwrap_or_default();
    let product = windows.product.map_or("", |product| match product {
        Product::Workstation => ", workstation",
        Product::Server => ", server",
        Product::DomainController => ", domain controller",
    });
    labelled(writer, width, "Windows", &format!("{}{version}{architecture}{product}", windows.name()))?;
    if !windows.told_by.is_empty() {
        let told_by: Vec<String> = windows.told_by.iter().map(ToString::to_string).collect();
        labelled(writer, width, "identified from", &told_by.join("; "))?;
    }
    Ok(())
}

pub(in crate::render) fn hive_line(hive: &HiveHead) -> String {
    let block = &hive.base_block;
    let (primary, secondary) = (block.primary_sequence_number, block.secondary_sequence_number);
    let state = match (hive.checksum_is_right, primary == secondary) {
        (true, true) => "clean",
        (true, false) => "dirty (unfinished write)",
        (false, _) => "dirty (wrong base block checksum)",
    };
    let version = format!("{}.{}", block.major_version, block.minor_version);
    format!("version {version}, sequence numbers {primary} and {secondary}, {state}")
}

pub(in crate::render) fn written(hive: &HiveHead) -> String {
    let last_written = hive
        .last_written()
        .map_or_else(|| "not recorded (Windows 8.1 and later, reg save)".to_owned(), |time| time.to_string());
    let reorganized = hive.last_reorganized().map(|time| format!("; reorganized {time}")).unwrap_or_default();
    format!("{last_written}{reorganized}")
}

pub(in crate::render) fn report_line(report: &ReportHead) -> String {
    let written =
        report.written.map(|written| format!("written {written}{}", if written.is_utc { "" } else { " local time" }));
    let version = report.format_version.as_ref().map(|version| format!("version {}", version.shortened(40)));
    let os_name = report.os_name.as_ref().map(|name| name.shortened(200));
    let words =
        [written, version, report.language.map(str::to_owned), Some(report.encoding.name().to_owned()), os_name];
    words.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// The control sets that there are, with what `Select` calls them.
pub(in crate::render) fn control_sets(examination: &Examination) -> Vec<String> {
    examination.control_sets.iter().filter_map(control_set).collect()
}

fn control_set((name, roles): &(Option<Text>, Roles)) -> Option<String> {
    let name = name.as_ref()?;
    Some(match roles.names().as_slice() {
        [] => name.to_string(),
        roles => format!("{name} ({})", list_of(roles)),
    })
}

/// A number with its digits in groups of three.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::grouped;

    #[test]
    fn digits_stand_in_groups_of_three() {
        assert_eq!([0, 12, 123, 1234, 1_234_567].map(grouped), ["0", "12", "123", "1,234", "1,234,567"]);
    }
}
