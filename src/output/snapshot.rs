//! A snapshot file: a run as far as it was lived, to be gone on with.
//!
//! A run is a pure function of its config and its seed, and lives through years in milliseconds. So the file holds not the
//! thousands of numbers of a world but what they follow from, and a checksum of all rows of all tables up to there, against which
//! the run is held when it has been lived again.

use super::{
    manifest::{SavedStretch, is_sealed, seal},
    sums::{self, Sum},
};
use crate::{
    declare::{table::Tabular, text::visible},
    measure::record::Trajectory,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::{
    io::{self, Read as _},
    path::Path,
};

/// Version of the format.
pub const FORMAT: u32 = 1;
/// The longest file, in bytes: some hundred times a usual one.
const MAX_FILE: u64 = 16_000_000;
/// How every snapshot begins, of whatever version.
const MAGIC: &str = "{\n  \"redqueen_snapshot\": ";

/// The contents of a snapshot file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SavedRun {
    /// Version of this format.
    #[serde(rename = "redqueen_snapshot")]
    pub format: u32,
    /// Name and version of the program.
    pub program: String,
    /// The month at whose beginning the run stands.
    pub stands_at: String,
    /// Master seed.
    pub seed: u64,
    /// Number of the replicate.
    pub replicate: u64,
    /// XXH3 of all rows of all tables up to there, of 128 bits.
    pub rows: String,
    /// The configs that it was lived under, one after the other, at least one.
    pub lived: Vec<SavedStretch>,
}

/// Why a file cannot be read as a snapshot.
#[derive(Debug, thiserror::Error)]
pub enum Unreadable {
    /// The file cannot be read.
    #[error("cannot be read: {0}")]
    Io(#[from] io::Error),
    /// It is something else.
    #[error("is no snapshot of redqueen")]
    Foreign,
    /// It is of another version of the format.
    #[error("is a snapshot of format {0}, and this program reads format {FORMAT}")]
    OtherFormat(u64),
    /// It was changed.
    #[error("is damaged: {0}")]
    Damaged(String),
}

impl SavedRun {
    /// The file's text, with a checksum of itself at its end.
    pub fn encode(&self) -> Vec<u8> {
        seal(serde_json::to_string_pretty(self).unwrap_or_default()).into_bytes()
    }

    /// Reads a file.
    ///
    /// # Errors
    /// It is not there, or is no whole snapshot of this format.
    pub fn read(path: &Path) -> Result<Self, Unreadable> {
        let mut bytes = Vec::new();
        sums::open(path)?.take(MAX_FILE + 1).read_to_end(&mut bytes)?;
        Self::decode(&bytes)
    }

    fn decode(bytes: &[u8]) -> Result<Self, Unreadable> {
        let rest = bytes.strip_prefix(MAGIC.as_bytes()).ok_or(Unreadable::Foreign)?;
        if bytes.len() as u64 > MAX_FILE {
            return Err(Unreadable::Damaged(format!("it has more than {MAX_FILE} bytes")));
        }
        let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let format = std::str::from_utf8(&rest[..digits]).ok().and_then(|digits| digits.parse::<u64>().ok());
        match format {
            Some(format) if format == u64::from(FORMAT) => {}
            Some(format) => return Err(Unreadable::OtherFormat(format)),
            None => return Err(Unreadable::Damaged("its format is no number".to_owned())),
        }
        if !is_sealed(bytes) {
            return Err(Unreadable::Damaged("its bytes are not those of its checksum".to_owned()));
        }
        // Behind a good checksum only a file that was made by hand can be wrong.
        let mut tree: Value = serde_json::from_slice(bytes).map_err(|error| wrong(&error))?;
        tree.as_object_mut().map(|tree| tree.remove("sha256"));
        let run: Self = serde_json::from_value(tree).map_err(|error| wrong(&error))?;
        let months = || run.lived.iter().map(|stretch| stretch.months);
        if run.lived.is_empty() || months().next() == Some(0) || !months().is_sorted_by(|a, b| a < b) {
            return Err(Unreadable::Damaged("its stretches are in no order".to_owned()));
        }
        Ok(run)
    }
}

fn wrong(error: &serde_json::Error) -> Unreadable {
    // The message may repeat what stands there, which must not drive a terminal.
    Unreadable::Damaged(visible(&error.to_string()).into_owned())
}

/// Checksum of all rows of all tables of a run, and of its outcomes.
pub fn sum_of(trajectory: &Trajectory) -> String {
    let mut sum = Sum::default();
    let outcomes = vec![trajectory.outcomes.clone()];
    for rows in trajectory.tables().into_iter().chain([&outcomes as &dyn Tabular]) {
        sum.add(rows.table().name.as_bytes());
        for row in 0..rows.count() {
            // A number is written so that it reads back as the same.
            rows.cells(row, &mut |cell| sum.add(format!("{cell:?},").as_bytes()));
        }
    }
    sum.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run() -> SavedRun {
        let stretch = |months| SavedStretch { months, config: serde_json::json!({ "name": "x" }) };
        SavedRun {
            format: FORMAT,
            program: "redqueen 0.1.0".to_owned(),
            stands_at: "2027-01".to_owned(),
            seed: u64::MAX,
            replicate: 3,
            rows: "ab".to_owned(),
            lived: vec![stretch(3), stretch(9)],
        }
    }

    fn said(bytes: &[u8]) -> String {
        SavedRun::decode(bytes).unwrap_err().to_string()
    }

    #[test]
    fn it_reads_back_as_it_was() {
        let bytes = run().encode();
        assert!(bytes.starts_with(MAGIC.as_bytes()));
        assert_eq!(SavedRun::decode(&bytes).unwrap(), run());
    }

    #[test]
    fn every_changed_byte_and_every_cut_is_seen() {
        let bytes = run().encode();
        for at in 0..bytes.len() {
            let mut other = bytes.clone();
            other[at] ^= 1;
            let (changed, cut) = (said(&other), said(&bytes[..at]));
            let named = ["no snapshot", "is damaged", "of format"].iter().any(|words| changed.contains(words));
            assert!(named && (cut.contains("no snapshot") || cut.contains("is damaged")), "{at}: {changed}, {cut}");
        }
        assert!(said(&[bytes, b" ".to_vec()].concat()).contains("checksum"));
    }

    #[test]
    fn what_is_sealed_but_no_run_is_named() {
        let sealed = |change: &dyn Fn(&mut SavedRun)| {
            let mut other = run();
            change(&mut other);
            said(&other.encode())
        };
        assert_eq!(sealed(&|run| run.format = 7), "is a snapshot of format 7, and this program reads format 1");
        assert!(sealed(&|run| run.lived.clear()).contains("no order"));
        assert!(sealed(&|run| run.lived.reverse()).contains("no order"));
        assert!(sealed(&|run| run.lived[0].months = 0).contains("no order"));
        let text = String::from_utf8(run().encode()).unwrap();
        let other = text.split(",\n  \"sha256\"").next().unwrap().replace("\"seed\"", "\"\\u001b[31m\"");
        let said = said(seal(format!("{other}\n}}")).as_bytes());
        assert!(said.contains("unknown field") && !said.contains('\u{1b}'), "{said}");
        assert!(matches!(SavedRun::decode(b"{}"), Err(Unreadable::Foreign)));
    }
}
