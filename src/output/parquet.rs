//! Finished tables as Parquet files: the same columns and values as the CSV, read from it a row group at a time.
//!
//! Numbers are DOUBLE, whole numbers INT64 (unsigned where one is above 2⁶³ − 1, as a seed may be), flags BOOLEAN, text and months STRING (months as `YYYY-MM`, so that a query
//! reads the same in both formats). Columns that may be empty are OPTIONAL, with null for an empty cell; all others are
//! REQUIRED. Pages are compressed with Snappy. Nothing depends on time or machine: the same CSV gives the same bytes.
//! The file's metadata hold the table's schema with units and meanings under the key [`SCHEMA_KEY`].

use super::{
    dictionary::{DESIGN, QuantileRow, RUNS, TableInfo},
    folder::{OutputError, fresh},
    manifest::{FileEntry, FileFormat},
    package, sums,
};
use crate::declare::table::{CellType, Column, Row as _};
use parquet::{
    basic::{Compression, LogicalType, Repetition, Type as Physical},
    data_type::{BoolType, ByteArray, ByteArrayType, DoubleType, Int64Type},
    errors::ParquetError,
    file::{
        metadata::KeyValue,
        properties::{EnabledStatistics, WriterProperties},
        writer::{SerializedFileWriter, SerializedRowGroupWriter},
    },
    schema::types::Type,
};
use std::{
    collections::BTreeMap,
    fs::{self, File},
    io,
    path::Path,
    sync::Arc,
};

/// Key of the file's metadata under which the table's schema stands, as in `datapackage.json`.
pub const SCHEMA_KEY: &str = "table_schema";
/// Tables that stay as CSV too, because the report and the sensitivity analysis read them.
pub const KEPT: [&str; 3] = [RUNS, DESIGN, QuantileRow::TABLE];
/// Rows of a group, which memory holds: of the widest table some 50 MB.
const GROUP: usize = 1 << 17;

/// Converts these finished tables of the folder. Gives the files of the folder as they are to be described: the CSV of
/// the tables that are [kept](KEPT), and the Parquet of all. No CSV is removed.
///
/// # Errors
/// A file cannot be read or written.
pub fn convert(folder: &Path, tables: &[TableInfo<'_>], files: Vec<FileEntry>) -> Result<Vec<FileEntry>, OutputError> {
    let mut converted = Vec::with_capacity(2 * files.len());
    for file in files {
        if let Some(table) = tables.iter().find(|table| table.name == file.name) {
            converted.push(convert_table(folder, table)?);
        }
        if KEPT.contains(&file.name.as_str()) {
            converted.push(file);
        }
    }
    Ok(converted)
}

fn convert_table(folder: &Path, table: &TableInfo<'_>) -> Result<FileEntry, OutputError> {
    let path = folder.join(FileFormat::Parquet.file(table.name));
    let partial = path.with_extension("parquet.partial");
    let csv = folder.join(FileFormat::Csv.file(table.name));
    let written = write(&csv, &partial, table).map_err(|error| match error {
        Wrong::Read(source) => OutputError::new("read", &csv, source),
        Wrong::Write(source) => OutputError::new("write", &partial, source),
    });
    let (rows, bytes) = written.inspect_err(|_| {
        // What was written of it only takes up room; the error matters more than whether this works.
        let _ = fs::remove_file(&partial);
    })?;
    fs::rename(&partial, &path).map_err(|source| OutputError::new("write", &path, source))?;
    let xxh3 = sums::of_file(&path).map_err(|source| OutputError::new("read", &path, source))?;
    Ok(FileEntry { name: table.name.into(), format: FileFormat::Parquet, rows, bytes, xxh3 })
}

/// Which file was wrong, and how.
enum Wrong {
    Read(io::Error),
    Write(io::Error),
}

impl From<ParquetError> for Wrong {
    fn from(error: ParquetError) -> Self {
        Self::Write(io::Error::other(error))
    }
}

fn unfit(what: String) -> Wrong {
    Wrong::Read(io::Error::new(io::ErrorKind::InvalidData, what))
}

/// Writes the rows of the CSV; gives their number and the size of what was written.
fn write(csv: &Path, to: &Path, table: &TableInfo<'_>) -> Result<(u64, u64), Wrong> {
    let read = |error: csv::Error| Wrong::Read(io::Error::other(error));
    let mut reader = csv::Reader::from_path(csv).map_err(read)?;
    if !reader.headers().map_err(read)?.iter().eq(table.columns.iter().map(|column| column.name)) {
        return Err(unfit("its header is not that of the table".to_owned()));
    }
    let unsigned = unsigned(csv, table)?;
    let file = fresh(to).map_err(Wrong::Write)?;
    let mut writer = SerializedFileWriter::new(file, schema(table, &unsigned)?, Arc::new(properties(table)))?;
    let mut buffers: Vec<Buffer<'_>> =
        table.columns.iter().zip(&unsigned).map(|(column, unsigned)| Buffer::new(column, *unsigned)).collect();
    let (mut record, mut rows) = (csv::StringRecord::new(), 0);
    while reader.read_record(&mut record).map_err(read)? {
        for (buffer, cell) in buffers.iter_mut().zip(&record) {
            let line = || record.position().map_or(0, csv::Position::line);
            buffer.push(cell).map_err(|expected| {
                unfit(format!("line {}: `{}` must be {expected}, not {cell:?}", line(), buffer.column.name))
            })?;
        }
        rows += 1;
        if rows % GROUP as u64 == 0 {
            write_group(&mut writer, &mut buffers)?;
        }
    }
    if buffers.first().is_some_and(|buffer| !buffer.levels.is_empty()) {
        write_group(&mut writer, &mut buffers)?;
    }
    let file = writer.into_inner()?;
    file.sync_all().map_err(Wrong::Write)?;
    Ok((rows, file.metadata().map_err(Wrong::Write)?.len()))
}

/// Which columns are of whole numbers above those that have a sign. Only a seed or the number of a single run can be that
/// large, and then it is so in every row.
fn unsigned(csv: &Path, table: &TableInfo<'_>) -> Result<Vec<bool>, Wrong> {
    let read = |error: csv::Error| Wrong::Read(io::Error::other(error));
    let mut first = csv::StringRecord::new();
    csv::Reader::from_path(csv).map_err(read)?.read_record(&mut first).map_err(read)?;
    let large = |cell: &str| cell.parse::<u64>().is_ok_and(|number| i64::try_from(number).is_err());
    let of =
        |(place, column): (usize, &Column<'_>)| column.holds == CellType::Whole && first.get(place).is_some_and(large);
    Ok(table.columns.iter().enumerate().map(of).collect())
}

fn write_group(writer: &mut SerializedFileWriter<File>, buffers: &mut [Buffer<'_>]) -> Result<(), ParquetError> {
    let mut group = writer.next_row_group()?;
    buffers.iter_mut().try_for_each(|buffer| buffer.write(&mut group))?;
    group.close().map(drop)
}

fn schema(table: &TableInfo<'_>, unsigned: &[bool]) -> Result<Arc<Type>, ParquetError> {
    let columns = table.columns.iter().zip(unsigned).map(|(column, unsigned)| {
        let (physical, logical) = match column.holds {
            CellType::Number => (Physical::DOUBLE, None),
            CellType::Whole if *unsigned => (Physical::INT64, Some(LogicalType::integer(64, false))),
            CellType::Whole => (Physical::INT64, None),
            CellType::Flag => (Physical::BOOLEAN, None),
            CellType::Text | CellType::Month => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
        };
        let repetition = if column.optional { Repetition::OPTIONAL } else { Repetition::REQUIRED };
        let column = Type::primitive_type_builder(column.name, physical).with_repetition(repetition);
        column.with_logical_type(logical).build().map(Arc::new)
    });
    Type::group_type_builder(table.name).with_fields(columns.collect::<Result<_, _>>()?).build().map(Arc::new)
}

fn properties(table: &TableInfo<'_>) -> WriterProperties {
    let schema = KeyValue::new(SCHEMA_KEY.to_owned(), package::schema(table).to_string());
    WriterProperties::builder()
        .set_created_by(concat!("redqueen version ", env!("CARGO_PKG_VERSION")).to_owned())
        .set_compression(Compression::SNAPPY)
        .set_key_value_metadata(Some(vec![schema]))
        // Those of pages would be held in memory until the file ends.
        .set_statistics_enabled(EnabledStatistics::Chunk)
        .set_offset_index_disabled(true)
        .build()
}

/// The cells of a column that wait for their row group to be full.
struct Buffer<'a> {
    column: &'a Column<'a>,
    values: Values,
    /// For each row 1 if it has a value, else 0.
    levels: Vec<i16>,
}

enum Values {
    Number(Vec<f64>),
    Whole(Vec<i64>),
    /// With the bits of a number without a sign.
    Unsigned(Vec<i64>),
    Flag(Vec<bool>),
    /// With the different texts among them, as most are repeated.
    Text(Vec<ByteArray>, BTreeMap<String, ByteArray>),
}

impl<'a> Buffer<'a> {
    fn new(column: &'a Column<'a>, unsigned: bool) -> Self {
        let values = match column.holds {
            CellType::Number => Values::Number(Vec::new()),
            CellType::Whole if unsigned => Values::Unsigned(Vec::new()),
            CellType::Whole => Values::Whole(Vec::new()),
            CellType::Flag => Values::Flag(Vec::new()),
            CellType::Text | CellType::Month => Values::Text(Vec::new(), BTreeMap::new()),
        };
        Self { column, values, levels: Vec::new() }
    }

    /// Adds a cell; the error says what it should have been.
    fn push(&mut self, cell: &str) -> Result<(), &'static str> {
        let missing = cell.is_empty() && self.column.optional;
        self.levels.push(i16::from(!missing));
        if missing {
            return Ok(());
        }
        match &mut self.values {
            Values::Number(values) => values.push(cell.parse().map_err(|_| "a number")?),
            Values::Whole(values) => values.push(cell.parse().map_err(|_| "a whole number")?),
            Values::Unsigned(values) => {
                values.push(cell.parse().map(u64::cast_signed).map_err(|_| "a whole number from 0")?);
            }
            Values::Flag(values) => values.push(cell.parse().map_err(|_| "true or false")?),
            Values::Text(values, known) => match known.get(cell) {
                Some(text) => values.push(text.clone()),
                None => {
                    let text = ByteArray::from(cell);
                    known.insert(cell.to_owned(), text.clone());
                    values.push(text);
                }
            },
        }
        Ok(())
    }

    /// Writes the next column of the group, and empties this.
    fn write(&mut self, group: &mut SerializedRowGroupWriter<'_, File>) -> Result<(), ParquetError> {
        let Some(mut writer) = group.next_column()? else { return Ok(()) };
        let levels = self.column.optional.then_some(self.levels.as_slice());
        match &mut self.values {
            Values::Number(values) => {
                writer.typed::<DoubleType>().write_batch(values, levels, None)?;
                values.clear();
            }
            Values::Whole(values) | Values::Unsigned(values) => {
                writer.typed::<Int64Type>().write_batch(values, levels, None)?;
                values.clear();
            }
            Values::Flag(values) => {
                writer.typed::<BoolType>().write_batch(values, levels, None)?;
                values.clear();
            }
            Values::Text(values, known) => {
                writer.typed::<ByteArrayType>().write_batch(values, levels, None)?;
                values.clear();
                known.clear();
            }
        }
        self.levels.clear();
        writer.close()
    }
}
