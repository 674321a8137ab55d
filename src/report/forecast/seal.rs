//! The seal of a forecast: what it was made of, and that it is as it was made.

use crate::{output::sums, report::ReportError, scenario::Month};
use serde::{Deserialize, Serialize};
use std::{
    io,
    path::{Path, PathBuf},
};

/// The seal's file name.
pub const SEAL: &str = "seal.toml";
/// The version of its format.
const FORMAT: u32 = 1;
const HEAD: &str = "# What this forecast was made of. `redqueen score` refuses a forecast whose bytes are others.\n\n";

/// What a forecast was made of, and when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Seal {
    /// Version of this format.
    pub format: u32,
    /// Name of the scenario.
    pub scenario: String,
    /// Program and version that made it.
    pub program: String,
    /// Last month whose figures it may have been trained on, `YYYY-MM`.
    pub training_end: String,
    /// First month that is forecast.
    pub from: String,
    /// Last month that is forecast.
    pub to: String,
    /// Worlds drawn from the posterior.
    pub draws: u32,
    /// Runs of each.
    pub runs: u32,
    /// Master seed, as text: TOML holds no number so large.
    pub seed: String,
    /// SHA-256 of the resolved config, the bytes of `scenario.toml`.
    pub config_sha256: String,
    /// SHA-256 of the posterior's bytes.
    pub posterior_sha256: String,
    /// SHA-256 of the forecast's bytes.
    pub forecast_sha256: String,
    /// The day on which it was sealed, `YYYY-MM-DD`, as whoever made it said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sealed_on: Option<String>,
}

impl Seal {
    /// The version that is written.
    pub const FORMAT: u32 = FORMAT;

    /// Its bytes.
    ///
    /// # Errors
    /// There are none: texts and small numbers can be written.
    pub fn encode(&self) -> Result<Vec<u8>, toml::ser::Error> {
        toml::to_string(self).map(|text| format!("{HEAD}{text}").into_bytes())
    }

    /// The seal beside a forecast, and the month in which its training ended; `None` if there is none.
    ///
    /// # Errors
    /// It cannot be read, or is not that of a forecast with these bytes.
    pub fn beside(forecast: &Path) -> Result<Option<(Self, Month)>, ReportError> {
        let path = forecast.parent().unwrap_or(Path::new("")).join(SEAL);
        let bytes = match sums::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(ReportError::Read { file: path, source }),
        };
        let seal = Self::decode(&bytes).map_err(|why| refused(path.clone(), why))?;
        let month = seal
            .training_end
            .parse()
            .map_err(|_| refused(path, format!("`training_end` is no month: `{}`", seal.training_end)))?;
        let found = sums::read(forecast).map_err(|source| ReportError::Read { file: forecast.to_owned(), source })?;
        if sums::sha256(&found) != seal.forecast_sha256 {
            let why = format!("its bytes are not those that {SEAL} seals: it was changed, or the seal is another's");
            return Err(refused(forecast.to_owned(), why));
        }
        Ok(Some((seal, month)))
    }

    fn decode(bytes: &[u8]) -> Result<Self, String> {
        let text = str::from_utf8(bytes).map_err(|_| "is not UTF-8 text".to_owned())?;
        let seal: Self = toml::from_str(text).map_err(|error| format!("is no seal: {}", error.message()))?;
        if seal.format != FORMAT {
            return Err(format!("has format {}, and this program reads format {FORMAT}", seal.format));
        }
        Ok(seal)
    }
}

fn refused(file: PathBuf, why: String) -> ReportError {
    ReportError::Read { file, source: io::Error::new(io::ErrorKind::InvalidData, why) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seal(forecast: &[u8]) -> Seal {
        Seal {
            format: FORMAT,
            scenario: "baseline".into(),
            program: "redqueen 0".into(),
            training_end: "2024-12".into(),
            from: "2025-01".into(),
            to: "2025-06".into(),
            draws: 3,
            runs: 1,
            seed: u64::MAX.to_string(),
            config_sha256: "a".into(),
            posterior_sha256: "b".into(),
            forecast_sha256: sums::sha256(forecast),
            sealed_on: Some("2025-01-02".into()),
        }
    }

    #[test]
    fn a_seal_holds_the_bytes_of_its_forecast() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("forecast.csv");
        std::fs::write(&path, "a").unwrap();
        assert_eq!(Seal::beside(&path).unwrap(), None);
        let sealed = seal(b"a");
        std::fs::write(folder.path().join(SEAL), sealed.encode().unwrap()).unwrap();
        assert_eq!(Seal::beside(&path).unwrap(), Some((sealed.clone(), "2024-12".parse().unwrap())));
        std::fs::write(&path, "b").unwrap();
        let said = Seal::beside(&path).unwrap_err().to_string();
        assert!(said.contains("its bytes are not those that seal.toml seals"), "{said}");
        std::fs::write(folder.path().join(SEAL), Seal { format: 9, ..sealed }.encode().unwrap()).unwrap();
        assert!(Seal::beside(&path).unwrap_err().to_string().contains("has format 9"));
        std::fs::write(folder.path().join(SEAL), "format = 1\nx = 2").unwrap();
        assert!(Seal::beside(&path).unwrap_err().to_string().contains("is no seal"));
    }
}
