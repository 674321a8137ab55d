//! Tables as Parquet hold what the CSV holds, with the types that the data package states.
#![cfg(feature = "parquet")]

use crate::support::program::{files, redqueen, table};
use ::parquet::{
    basic::{ConvertedType, Repetition, Type as Physical},
    file::reader::{FileReader as _, SerializedFileReader},
    record::Field,
};
use serde_json::Value;
use std::{collections::BTreeSet, fs, fs::File, path::Path, sync::LazyLock};
use tempfile::TempDir;

const EXPERIMENT: &str = r#"
name = "types"
runs = 3
[[scenarios]]
name = 'as it is, "quoted"'
[[scenarios]]
name = "closed"
set = { "mechanisms.diffusion.phi_closed" = 0.1 }
[design]
kind = "grid"
[[design.factors]]
parameter = "mechanisms.entry.enabled"
[[design.factors]]
parameter = "mechanisms.diffusion.xi_open"
values = [0.5, 1e-7]
"#;
const BATCH: [&str; 9] = ["batch", "types.toml", "--record", "all", "--quiet", "--months", "30", "--format", "parquet"];

/// The same batch as CSV and as Parquet.
static BOTH: LazyLock<TempDir> = LazyLock::new(|| {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("types.toml"), EXPERIMENT).unwrap();
    redqueen(folder.path(), &BATCH[..7]).args(["--out", "csv"]).assert().success();
    redqueen(folder.path(), &BATCH).args(["--out", "parquet", "--threads", "1"]).assert().success();
    folder
});

fn package(folder: &Path) -> Value {
    serde_json::from_slice(&fs::read(folder.join("datapackage.json")).unwrap()).unwrap()
}

/// Whether the value is that of the cell of CSV.
fn same(value: &Field, cell: &str) -> bool {
    match value {
        Field::Null => cell.is_empty(),
        Field::Bool(flag) => cell == flag.to_string(),
        Field::Long(whole) => cell == whole.to_string(),
        Field::Double(number) => cell.parse::<f64>().is_ok_and(|cell| cell.to_bits() == number.to_bits()),
        Field::Str(text) => cell == text,
        _ => false,
    }
}

#[test]
fn every_table_holds_the_values_of_the_csv_with_the_types_of_the_package() {
    let (csv, parquet) = (BOTH.path().join("csv"), BOTH.path().join("parquet"));
    let package = package(&parquet);
    let (mut tables, mut kinds, mut nulls) = (BTreeSet::new(), BTreeSet::new(), 0);
    for resource in package["resources"].as_array().unwrap() {
        let name = resource["name"].as_str().unwrap();
        if name == "differences" {
            assert_eq!(resource["path"], "differences.csv");
            continue;
        }
        assert_eq!((&resource["format"], &resource["path"]), (&"parquet".into(), &format!("{name}.parquet").into()));
        let reader = SerializedFileReader::new(File::open(parquet.join(format!("{name}.parquet"))).unwrap()).unwrap();
        let metadata = reader.metadata().file_metadata();
        let fields = resource["schema"]["fields"].as_array().unwrap();
        let (header, rows) = table(&csv.join(format!("{name}.csv")));
        let columns = metadata.schema_descr().columns();
        assert_eq!(columns.iter().map(|column| column.name()).collect::<Vec<_>>(), header, "{name}");
        for (column, field) in columns.iter().zip(fields) {
            let expected = match field["type"].as_str().unwrap() {
                "number" => (Physical::DOUBLE, ConvertedType::NONE),
                "integer" => (Physical::INT64, ConvertedType::NONE),
                "boolean" => (Physical::BOOLEAN, ConvertedType::NONE),
                _ => (Physical::BYTE_ARRAY, ConvertedType::UTF8),
            };
            assert_eq!((column.physical_type(), column.converted_type()), expected, "{name}.{}", column.name());
            let required = field["constraints"]["required"] == true;
            let repetition = if required { Repetition::REQUIRED } else { Repetition::OPTIONAL };
            assert_eq!(column.self_type().get_basic_info().repetition(), repetition, "{name}.{}", column.name());
            kinds.insert(field["type"].to_string());
        }
        let stated = metadata.key_value_metadata().unwrap().iter().find(|pair| pair.key == "table_schema").unwrap();
        assert_eq!(serde_json::from_str::<Value>(stated.value.as_ref().unwrap()).unwrap(), resource["schema"]);
        assert_eq!(metadata.created_by(), Some(concat!("redqueen version ", env!("CARGO_PKG_VERSION"))));
        assert_eq!(metadata.num_rows(), rows.len() as i64, "{name}");
        let mut found = 0;
        for (row, expected) in reader.into_iter().zip(&rows) {
            for (column, value) in row.unwrap().get_column_iter() {
                assert!(same(value, &expected[column]), "{name}.{column}, row {found}: {value:?}, {expected:?}");
                nulls += usize::from(*value == Field::Null);
            }
            found += 1;
        }
        assert_eq!(found, rows.len(), "{name}");
        tables.insert(format!("{name}.csv"));
    }
    // Differences over time are read from CSV alone, as the report says.
    tables.extend(["differences.csv", "differences_over_time.csv"].map(str::to_owned));
    assert_eq!(tables, files(&csv, ".csv").into_keys().collect());
    assert!(kinds.len() == 5 && nulls > 1000, "{kinds:?} and {nulls} empty cells test little");
}

/// A seed above 2⁶³ − 1 is right in CSV, and is so in Parquet.
#[test]
fn the_largest_seed_is_written_and_read_back() {
    let folder = TempDir::new().unwrap();
    let seed = u64::MAX.to_string();
    let arguments =
        ["batch", "null", "--quiet", "--runs", "2", "--months", "2", "--seed", &seed, "--format", "parquet"];
    redqueen(folder.path(), &arguments).assert().success();
    let out = folder.path().join("output/null");
    let (_, rows) = table(&out.join("runs.csv"));
    let reader = SerializedFileReader::new(File::open(out.join("runs.parquet")).unwrap()).unwrap();
    let mut found = 0;
    for (row, expected) in reader.into_iter().zip(&rows) {
        let row = row.unwrap();
        let values: Vec<_> = row.get_column_iter().filter(|(column, _)| *column == "seed").collect();
        assert_eq!(values, [(&"seed".to_owned(), &Field::ULong(u64::MAX))]);
        assert_eq!(expected["seed"], seed);
        found += 1;
    }
    assert_eq!(found, 2);
}

#[test]
fn the_folder_is_as_the_manifest_says_and_the_same_command_again_does_nothing() {
    let (csv, parquet) = (BOTH.path().join("csv"), BOTH.path().join("parquet"));
    let left: Vec<String> = files(&parquet, ".csv").into_keys().collect();
    assert_eq!(left, ["design.csv", "differences.csv", "quantiles.csv", "runs.csv"]);
    assert!(left.iter().all(|name| fs::read(csv.join(name)).unwrap() == fs::read(parquet.join(name)).unwrap()));
    assert!(files(&parquet, "").keys().all(|name| !name.ends_with(".partial") && name != "journal"));
    let manifest: Value = serde_json::from_slice(&fs::read(parquet.join("manifest.json")).unwrap()).unwrap();
    assert_eq!(manifest["experiment"]["file_format"], "parquet");
    for entry in manifest["files"].as_array().unwrap() {
        let format = entry["format"].as_str().unwrap_or("csv");
        let path = parquet.join(format!("{}.{format}", entry["name"].as_str().unwrap()));
        assert_eq!(fs::metadata(&path).unwrap().len(), entry["bytes"].as_u64().unwrap(), "{path:?}");
    }
    let before = files(&parquet, "");
    redqueen(BOTH.path(), &BATCH).args(["--out", "parquet"]).assert().success();
    assert!(files(&parquet, "") == before);
    redqueen(BOTH.path(), &["report", "parquet"]).assert().success();
    assert!(files(&parquet, "") == before, "the report reads the same from the tables that stay CSV");
}

#[test]
fn the_same_bytes_come_out_on_any_number_of_threads_and_of_shards() {
    let folder = BOTH.path();
    redqueen(folder, &BATCH).args(["--out", "two", "--threads", "2"]).assert().success();
    for shard in ["1/2", "2/2"] {
        let out = format!("part-{}", &shard[..1]);
        redqueen(folder, &BATCH[..7]).args(["--shard", shard, "--out", &out]).assert().success();
    }
    let merge = ["merge", "part-1", "part-2", "--quiet", "--format", "parquet", "--out", "merged"];
    redqueen(folder, &merge).assert().success();
    redqueen(folder, &merge).assert().success();
    for ending in [".parquet", ".csv", ".json"] {
        let one = files(&folder.join("parquet"), ending);
        assert!(!one.is_empty());
        assert!(files(&folder.join("two"), ending) == one, "two threads gave other {ending}");
        assert!(files(&folder.join("merged"), ending) == one, "shards gave other {ending}");
    }
}

#[test]
fn the_other_format_and_shards_are_refused_and_nothing_is_lost() {
    let refused = |arguments: &[&str]| {
        let output = redqueen(BOTH.path(), arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(2));
        String::from_utf8(output.stderr).unwrap()
    };
    for (asked, held) in [(&BATCH[..], "csv"), (&BATCH[..7], "parquet")] {
        let before = files(&BOTH.path().join(held), "");
        let said = refused(&[asked, &["--out", held]].concat());
        assert!(said.contains("differs in the files' format"), "{said}");
        assert!(files(&BOTH.path().join(held), "") == before);
    }
    let said = refused(&[&BATCH[..], &["--shard", "1/2", "--out", "part"]].concat());
    assert!(said.contains("redqueen merge --format parquet"), "{said}");
    assert!(!BOTH.path().join("part").exists());
}
