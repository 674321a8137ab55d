//! What claims were judged from: a record beside their table, by which it can be told whether the table is still that of its files.

use crate::output::sums;
use serde::Serialize;

/// The record's file name.
pub const RECORD: &str = "claims-record.toml";
/// The version of its format.
const FORMAT: u32 = 1;
const HEAD: &str = "# What claims.csv was made from: SHA-256 of the table, of each claim's file and of its sample (what `sha256sum` gives for a\n# file without a byte order mark), and of all that decides what the runs come to.\n\n";

/// What a claim was judged from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MadeFrom {
    /// Its short name.
    pub name: String,
    /// SHA-256 of its file.
    pub sha256: String,
    /// The sample from which its worlds were drawn; `None` if it has a design of its own.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub sample: Option<Sampled>,
    /// Points of its design: the worlds that were drawn.
    pub worlds: u64,
    /// Runs of each.
    pub runs: u32,
    /// Master seed, as text: TOML holds no number so large.
    pub seed: String,
    /// SHA-256 of all that decides what its runs come to, as the manifest of its runs has it.
    pub experiment_sha256: String,
}

/// A sample of worlds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Sampled {
    /// Its file, or the name of a built-in one.
    pub sample: String,
    /// SHA-256 of it.
    pub sample_sha256: String,
}

#[derive(Serialize)]
struct Record<'a> {
    format: u32,
    program: &'a str,
    claims_sha256: String,
    claims: Vec<&'a MadeFrom>,
}

/// The bytes of the record of a table with these bytes.
pub fn record<'a>(
    program: &str,
    table: &[u8],
    claims: impl Iterator<Item = &'a MadeFrom>,
) -> Result<Vec<u8>, toml::ser::Error> {
    let record = Record { format: FORMAT, program, claims_sha256: sums::sha256(table), claims: claims.collect() };
    toml::to_string(&record).map(|text| format!("{HEAD}{text}").into_bytes())
}
