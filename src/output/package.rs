//! `datapackage.json`: the tables described as a Frictionless tabular data package.

use super::{
    dictionary::TableInfo,
    folder::json,
    manifest::{FileEntry, FileFormat, Identity, Manifest},
};
use crate::declare::table::{CellType, Column};
use serde_json::{Value, json};

/// The file's name.
pub const FILE: &str = "datapackage.json";

/// The description of these files of an experiment that is for what `about` says, as JSON. A table that is there in two
/// formats is described once, as Parquet.
fn describe(identity: &Identity, about: &str, tables: &[TableInfo<'_>], files: &[FileEntry]) -> Vec<u8> {
    let twice = |file: &FileEntry| files.iter().any(|other| other.name == file.name && other.format != file.format);
    let resources: Vec<Value> = files
        .iter()
        .filter(|file| file.format == FileFormat::Parquet || !twice(file))
        .filter_map(|file| Some(resource(tables.iter().find(|table| table.name == file.name)?, file)))
        .collect();
    json(&json!({
        "profile": "tabular-data-package",
        "name": slug(&identity.name),
        "title": identity.name,
        "description": format!("{about}\n\nSimulated by {}.", identity.program).trim_start(),
        "resources": resources,
    }))
}

/// The description of all tables of a folder, those that were made from its runs later among them.
pub fn whole(manifest: &Manifest, tables: &[TableInfo<'_>]) -> Vec<u8> {
    let made = tables.iter().filter_map(|table| {
        let path = FileFormat::Csv.file(table.name);
        let other = manifest.others.iter().find(|other| other.path == path)?;
        let (bytes, xxh3) = (other.bytes?, other.xxh3.clone()?);
        // How many rows it has is not described.
        Some(FileEntry { name: table.name.to_owned(), format: FileFormat::Csv, rows: 0, bytes, xxh3 })
    });
    let files: Vec<FileEntry> = manifest.files.iter().cloned().chain(made).collect();
    describe(&manifest.experiment, manifest.description.trim(), tables, &files)
}

/// The description with this file added, or in the place of an earlier one of its name; `None` if it is no description.
pub fn with(description: &[u8], table: &TableInfo<'_>, file: &FileEntry) -> Option<Vec<u8>> {
    let mut package: Value = serde_json::from_slice(description).ok()?;
    let resources = package.get_mut("resources")?.as_array_mut()?;
    resources.retain(|resource| resource["name"] != table.name);
    resources.push(resource(table, file));
    Some(json(&package))
}

/// The table's columns and key as a Frictionless table schema.
pub fn schema(table: &TableInfo<'_>) -> Value {
    let mut schema = json!({
        "fields": table.columns.iter().map(field).collect::<Vec<_>>(),
        "missingValues": [""],
    });
    // An entity that is missing for the world keeps a table from having a primary key in the strict sense.
    let strict = table.key.iter().all(|key| table.columns.iter().any(|column| column.name == *key && !column.optional));
    if strict && !table.key.is_empty() {
        schema["primaryKey"] = json!(table.key);
    }
    schema
}

fn resource(table: &TableInfo<'_>, file: &FileEntry) -> Value {
    let mediatype = match file.format {
        FileFormat::Csv => "text/csv",
        FileFormat::Parquet => "application/vnd.apache.parquet",
    };
    let mut resource = json!({
        "profile": "tabular-data-resource",
        "name": table.name,
        "path": file.file(),
        "description": table.meaning,
        "format": file.format.name(),
        "mediatype": mediatype,
        "encoding": "utf-8",
        "bytes": file.bytes,
        "hash": format!("xxh3-128:{}", file.xxh3),
        "schema": schema(table),
    });
    if file.format == FileFormat::Parquet
        && let Some(resource) = resource.as_object_mut()
    {
        // Programs that check these look at the bytes as they read text, and see none of a Parquet file.
        resource.shift_remove("encoding");
        resource.shift_remove("bytes");
        resource.shift_remove("hash");
    }
    resource
}

fn field(column: &Column<'_>) -> Value {
    let mut field = json!({
        "name": column.name,
        "type": match column.holds {
            CellType::Number => "number",
            CellType::Whole => "integer",
            CellType::Text => "string",
            CellType::Month => "yearmonth",
            CellType::Flag => "boolean",
        },
        "description": column.meaning,
    });
    if !column.unit.is_empty() {
        field["unit"] = json!(column.unit);
    }
    if !column.optional {
        field["constraints"] = json!({"required": true});
    }
    field
}

/// A name as the specification wants it: lower case, digits, `.`, `_` and `-`.
fn slug(name: &str) -> String {
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '_' | '-');
    name.to_lowercase().chars().map(|c| if allowed(c) { c } else { '-' }).collect()
}
