//! Writes the evidence that is measured: `inputs FOLDER`, or `inputs FOLDER WHAT COUNT` for evidence with so many of
//! something in it, of which catalog9 is to take time in proportion.

use std::path::Path;

use catalog9_benches::{clean_hive, dirty_hive, grown, listing, nfo, registration_file, text, write};

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.as_slice() {
        [folder] => write_all(folder.as_ref()),
        [folder, what, count] => {
            let (ending, bytes) = grown(what, count.parse().expect("a number"));
            write(&Path::new(folder).join(format!("{what}-{count}.{ending}")), bytes);
        }
        _ => panic!("inputs FOLDER [WHAT COUNT]"),
    }
}

fn write_all(folder: &Path) {
    write(&folder.join("clean/SYSTEM"), clean_hive("CLEAN"));
    let (stored, log) = dirty_hive("DIRTY");
    write(&folder.join("dirty/SYSTEM"), stored);
    write(&folder.join("dirty/SYSTEM.LOG1"), log);
    write(&folder.join("export.reg"), registration_file("EXPORT"));
    write(&folder.join("report.nfo"), nfo("REPORT", 7_000));
    write(&folder.join("long.nfo"), nfo("REPORT", 140_000));
    write(&folder.join("report.txt"), text("REPORT", 30_000));
    write(&folder.join("listing.txt"), listing());
    for number in 0..8 {
        let host = format!("PC-{number}");
        let folder = folder.join(format!("scan/{host}"));
        write(&folder.join("SYSTEM"), clean_hive(&host));
        write(&folder.join("report.nfo"), nfo(&host, 700));
    }
}
