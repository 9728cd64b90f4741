//! Apache Parquet, for tables that no spreadsheet opens: a row for each catalog entry.

use std::io::{self, Write};
use std::sync::Arc;

use ::parquet::basic::{Compression, GzipLevel};
use ::parquet::column::writer::ColumnWriterImpl;
use ::parquet::data_type::{BoolType, ByteArray, ByteArrayType, DataType, Int64Type};
use ::parquet::errors::ParquetError;
use ::parquet::file::properties::WriterProperties;
use ::parquet::file::writer::SerializedFileWriter;
use ::parquet::schema::parser::parse_message_type;

use super::entries::{Cell, Kind, Row, columns, each_row};
use super::writer::{Fragment, Item, Remark, Writer};
use crate::batch::{Summary, Unit};

/// Rows of a row group, which is what is held at once.
const ROWS: usize = 8192;

/// The rows of an item, each as a JSON array of its cells.
pub fn press(item: &Item<'_>) -> io::Result<Fragment> {
    Fragment::written(|stream| each_row(item, |row| Ok(serde_json::to_writer(&mut *stream, &row)?)))
}

/// A file that is being written: what stands in it, and the rows of the next row group.
#[derive(Default)]
pub struct Entries {
    /// What it writes is handed over after each row group. It is made when it is first written to, which may fail.
    file: Option<SerializedFileWriter<Vec<u8>>>,
    rows: Vec<Row>,
}

impl Entries {
    /// Adds rows that were pressed.
    fn add_rows(&mut self, rows: &[u8], writer: &mut dyn Write) -> io::Result<()> {
        for row in serde_json::Deserializer::from_slice(rows).into_iter::<Row>() {
            self.rows.push(row?);
            if self.rows.len() >= ROWS {
                self.write_group(writer)?;
            }
        }
        Ok(())
    }

    /// Writes what was not written yet, and where everything stands.
    fn finish(mut self, writer: &mut dyn Write) -> io::Result<()> {
        if !self.rows.is_empty() {
            self.write_group(writer)?;
        }
        self.file()?.finish()?;
        self.hand_over(writer)
    }

    fn write_group(&mut self, writer: &mut dyn Write) -> io::Result<()> {
        let rows = std::mem::take(&mut self.rows);
        let mut group = self.file()?.next_row_group()?;
        for (index, (_, kind)) in columns().into_iter().enumerate() {
            let Some(mut column) = group.next_column()? else { break };
            let cells = rows.iter().filter_map(|row| row.get(index));
            match kind {
                Kind::Text => write_column(column.typed::<ByteArrayType>(), cells, |cell| match cell {
                    Cell::Text(text) => Some(ByteArray::from(text.as_str())),
                    _ => None,
                })?,
                Kind::Number => write_column(column.typed::<Int64Type>(), cells, |cell| match cell {
                    Cell::Number(number) => Some(*number),
                    _ => None,
                })?,
                Kind::Truth => write_column(column.typed::<BoolType>(), cells, |cell| match cell {
                    Cell::Truth(truth) => Some(*truth),
                    _ => None,
                })?,
            }
            column.close()?;
        }
        group.close()?;
        self.hand_over(writer)
    }

    fn hand_over(&mut self, writer: &mut dyn Write) -> io::Result<()> {
        let file = self.file()?;
        file.flush()?;
        writer.write_all(&std::mem::take(file.inner_mut()))
    }

    fn file(&mut self) -> io::Result<&mut SerializedFileWriter<Vec<u8>>> {
        match self.file {
            Some(ref mut file) => Ok(file),
            None => Ok(self.file.insert(empty_file()?)),
        }
    }
}

impl Writer for Entries {
    fn add(&mut self, _unit: &Unit, fragment: &Fragment, stream: &mut dyn Write) -> io::Result<Option<Remark>> {
        self.add_rows(fragment.only(), stream).map(|()| None)
    }

    fn end(self: Box<Self>, _summary: &Summary, stream: &mut dyn Write) -> io::Result<Option<Remark>> {
        self.finish(stream).map(|()| None)
    }
}

fn empty_file() -> Result<SerializedFileWriter<Vec<u8>>, ParquetError> {
    let columns: String = columns()
        .into_iter()
        .map(|(name, kind)| match kind {
            Kind::Text => format!("optional binary {name} (UTF8); "),
            Kind::Number => format!("optional int64 {name}; "),
            Kind::Truth => format!("optional boolean {name}; "),
        })
        .collect();
    let schema = parse_message_type(&format!("message entries {{ {columns}}}"))?;
    let properties = WriterProperties::builder()
        .set_created_by(concat!("catalog9 ", env!("CARGO_PKG_VERSION")).to_owned())
        .set_compression(Compression::GZIP(GzipLevel::default()))
        .build();
    SerializedFileWriter::new(Vec::new(), Arc::new(schema), Arc::new(properties))
}

/// Writes the cells of a column; `value` gives what stands in one.
fn write_column<'c, T: DataType>(
    column: &mut ColumnWriterImpl<'_, T>,
    cells: impl Iterator<Item = &'c Cell>,
    value: impl Fn(&Cell) -> Option<T::T>,
) -> Result<(), ParquetError> {
    let values: Vec<Option<T::T>> = cells.map(value).collect();
    let levels: Vec<i16> = values.iter().map(|value| i16::from(value.is_some())).collect();
    let values: Vec<T::T> = values.into_iter().flatten().collect();
    column.write_batch(&values, Some(&levels), None).map(|_| ())
}
