//! Parquet, read back by the library's reader.

use std::path::Path;

use catalog9::catalog::is_harmful;
use parquet::file::metadata::RowGroupMetaData;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::Field;

use super::outputs::three;
use super::{CLEAN, hive_of, scan, write};
use crate::formats::hostile;

fn reader(path: &Path) -> SerializedFileReader<std::fs::File> {
    SerializedFileReader::new(std::fs::File::open(path).unwrap()).unwrap()
}

/// The names of the columns, then the cells of each row.
fn table(path: &Path) -> Vec<Vec<Field>> {
    let rows = reader(path).get_row_iter(None).unwrap().map(Result::unwrap).collect::<Vec<_>>();
    rows.iter().map(|row| row.get_column_iter().map(|(_, field)| field.clone()).collect()).collect()
}

#[test]
fn the_rows_are_those_of_the_comma_separated_entries_and_numbers_are_numbers() {
    let folder = three();
    write(folder.path(), &[("in/0/SYSTEM", &hostile())]);
    scan(folder.path(), &["--output", "all.parquet", "--output", "all.entries.csv", "in"]);
    let path = folder.path().join("all.parquet");
    let mut lines =
        csv::ReaderBuilder::new().has_headers(false).from_path(folder.path().join("all.entries.csv")).unwrap();
    let lines: Vec<Vec<String>> =
        lines.records().map(|line| line.unwrap().iter().map(str::to_owned).collect()).collect();
    let columns = reader(&path).metadata().file_metadata().schema_descr().columns().to_vec();
    assert_eq!(columns.iter().map(|column| column.name()).collect::<Vec<_>>(), lines[0]);
    let rows = table(&path);
    assert_eq!(rows.len(), lines.len() - 1);
    for (row, line) in rows.iter().zip(&lines[1..]) {
        for (field, cell) in row.iter().zip(line) {
            let expected = match field {
                Field::Null => String::new(),
                Field::Bool(truth) => truth.to_string(),
                Field::Long(number) => number.to_string(),
                Field::Str(text) => {
                    assert!(!text.chars().any(is_harmful), "{text}");
                    text.clone()
                }
                other => panic!("{other:?}"),
            };
            assert_eq!(expected, cell.strip_prefix('\'').unwrap_or(cell));
        }
        assert!(matches!((&row[12], &row[20]), (Field::Long(_) | Field::Null, Field::Bool(false))));
    }
    assert!(rows.iter().any(|row| row[6] == Field::Long(1001)), "catalog entry ids are numbers");
    assert!(rows.iter().any(|row| row[10] == Field::Str("=1+1".to_owned())), "and no text is changed for spreadsheets");
    let piped = scan(folder.path(), &["--format", "parquet", "in"]).stdout;
    assert!(piped == std::fs::read(&path).unwrap(), "the same bytes go through a pipe");
}

#[test]
fn no_row_group_grows_beyond_what_is_held() {
    let folder = tempfile::tempdir().unwrap();
    let many: String = (2000..3100).map(|id| format!("\n{id}  base  C:\\Foo\\foo.dll  foo")).collect();
    let case = CLEAN.replace("\nname spaces", &format!("{many}\nname spaces"));
    for number in 0..9 {
        write(folder.path(), &[(&format!("in/{number}/SYSTEM"), &hive_of(&case, &format!("PC-{number}")))]);
    }
    scan(folder.path(), &["--output", "all.parquet", "in"]);
    let path = folder.path().join("all.parquet");
    let reader = reader(&path);
    let groups: Vec<i64> = reader.metadata().row_groups().iter().map(RowGroupMetaData::num_rows).collect();
    let (last, others) = groups.split_last().unwrap();
    assert!(!others.is_empty() && others.iter().all(|rows| *rows == 8192) && *last <= 8192, "{groups:?}");
    // Of each hive as many entries as are read of a catalog, and three namespace providers.
    assert_eq!(groups.iter().sum::<i64>(), 9 * (1024 + 3));
    assert_eq!(table(&path).len(), 9 * 1027);
}

#[test]
fn a_scan_that_finds_nothing_is_a_file_without_rows() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("in")).unwrap();
    assert_eq!(scan(folder.path(), &["--output", "all.parquet", "in"]).status.code(), Some(3));
    assert_eq!(table(&folder.path().join("all.parquet")), Vec::<Vec<Field>>::new());
}
