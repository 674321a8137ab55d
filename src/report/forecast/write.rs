//! Writes a forecast beside the batch that it was drawn from, and scores beside a forecast.

use super::{
    paths::Forecast,
    scored::Scores,
    seal::{SEAL, Seal},
    tables::{FORECAST_FILE, TableBytes, draws, quantiles, scores, table},
};
use crate::{
    measure::Measured,
    output::{
        csv::NotFinite,
        dictionary,
        folder::{Derived, Durability, NewFile, OutputError, write_aside},
        forecast_rows::{ForecastQuantileRow, ForecastRow},
        sums,
    },
    report::{ReportError, with_table},
};
use std::{fs, io, path::Path};

/// The resolved scenario's file name.
const SCENARIO_FILE: &str = "scenario.toml";
/// The file name of the experiment by which a draw can be run again.
const DRAWS_FILE: &str = "draws.toml";

/// What a forecast is made of.
#[derive(Clone, Debug)]
pub struct Making {
    /// The seal but for the hashes.
    pub seal: Seal,
    /// The resolved scenario as a config.
    pub scenario: String,
}

/// Writes `forecast.csv`, `forecast-quantiles.csv`, `scenario.toml`, `draws.toml` and at last `seal.toml` into the folder of a finished
/// batch.
///
/// # Errors
/// One of them cannot be written.
pub fn write_forecast(
    folder: &Path,
    forecast: &Forecast,
    making: Making,
    measured: &Measured,
) -> Result<Seal, ReportError> {
    let mut derived = Derived::open(folder)?;
    let wrong = |error: NotFinite| not_written(folder, FORECAST_FILE, &error.to_string());
    let tables = [table::<ForecastRow>(draws(forecast)), table::<ForecastQuantileRow>(quantiles(forecast))];
    let [drawn, summed] = tables.map(|table| table.map_err(wrong));
    let (drawn, summed) = (drawn?, summed?);
    let seal = Seal {
        config_sha256: sums::sha256(making.scenario.as_bytes()),
        forecast_sha256: sums::sha256(&drawn.1),
        ..making.seal
    };
    let sealed = seal.encode().map_err(|error| not_written(folder, SEAL, &error.to_string()))?;
    let draws = format!(
        "# The worlds of this forecast, to run one again: redqueen run draws.toml --point N --replicate N\n\n\
         name = \"draws\"\nscenario = \"{SCENARIO_FILE}\"\n\n[design]\nkind = \"list\"\nfile = \"design.csv\"\n"
    );
    let file = |name: &str, bytes: Vec<u8>| NewFile { path: name.to_owned(), bytes, durability: Durability::Disk };
    derived.write(&[file(SCENARIO_FILE, making.scenario.into_bytes()), file(DRAWS_FILE, draws.into_bytes())])?;
    for table in [drawn, summed] {
        write_described(folder, &mut derived, measured, table)?;
    }
    derived.write(&[file(SEAL, sealed)])?;
    Ok(seal)
}

/// Writes `score.csv`, `score-rows.csv` and `score-pit.csv`: into a folder of this program as its own, into another only where no such file stands,
/// or with `overwrite`.
///
/// # Errors
/// One of them cannot be written.
pub fn write_scores(folder: &Path, found: &Scores, measured: &Measured, overwrite: bool) -> Result<(), ReportError> {
    fs::create_dir_all(folder).map_err(|source| OutputError::new("make", folder, source))?;
    let tables = scores(found).map_err(|error| not_written(folder, "score.csv", &error.to_string()))?;
    let mut derived = Derived::open(folder)?;
    for (name, bytes) in tables {
        if derived.manifest().is_some() || !overwrite {
            write_described(folder, &mut derived, measured, (name, bytes))?;
        } else {
            write_aside(&folder.join(format!("{name}.csv")), &bytes, Durability::Disk)?;
        }
    }
    Ok(())
}

fn write_described(
    folder: &Path,
    derived: &mut Derived,
    measured: &Measured,
    (name, bytes): TableBytes,
) -> Result<(), ReportError> {
    let described = dictionary::of_forecasts();
    if let Some(table) = described.iter().find(|table| table.name == name) {
        let files = with_table(folder, derived, measured, table, bytes)?;
        derived.write(&files)?;
    }
    Ok(())
}

fn not_written(folder: &Path, file: &str, why: &str) -> ReportError {
    OutputError::new("write", &folder.join(file), io::Error::new(io::ErrorKind::InvalidData, why.to_owned())).into()
}
