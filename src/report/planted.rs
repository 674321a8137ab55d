//! Made-up batches for tests: a manifest, runs with the outcomes that a test asks for, and the design they are of.

use super::{
    data::{self, ReportData},
    tests::{list, sealed},
};
use crate::{
    experiment::design::{Factor, Role, Scale},
    measure::Measured,
    output::manifest::Manifest,
};
use std::{collections::BTreeMap, fmt::Write as _, fs};

/// A run: its scenario and point, the cells of the factors, and the values of the outcomes.
pub type Run = (&'static str, u32, Vec<String>, Vec<f64>);

/// A factor of this name.
pub fn factor(parameter: &str, scale: Scale) -> Factor {
    let (role, levels) = (Role::Uncertainty, None);
    Factor { parameter: parameter.into(), role, scale, levels, unit: String::new(), meaning: String::new() }
}

/// What is read of a folder with this manifest and these runs.
pub fn read(manifest: &Manifest, outcomes: &[&str], runs: &[Run]) -> ReportData {
    let folder = tempfile::tempdir().unwrap();
    let factors: String = manifest.experiment.design.factors.iter().map(|f| format!("{},", f.parameter)).collect();
    let mut csv = format!("run,scenario,point,replicate,seed,{factors}{},status,error\n", outcomes.join(","));
    let (mut replicates, mut points) = (BTreeMap::new(), BTreeMap::new());
    for (run, (scenario, point, cells, values)) in runs.iter().enumerate() {
        let replicate: &mut u32 = replicates.entry((scenario, point)).or_default();
        let values: Vec<String> = values.iter().map(f64::to_string).collect();
        let own: String = cells.iter().map(|cell| format!("{cell},")).collect();
        writeln!(csv, "{run},{scenario},{point},{replicate},3,{own}{},finished,", values.join(",")).unwrap();
        *replicate += 1;
        points.insert(point, cells.join(","));
    }
    if !factors.is_empty() {
        let rows: String = points.iter().map(|(point, cells)| format!("{point},{cells}\n")).collect();
        let design = format!("point,{}\n{rows}", factors.trim_end_matches(','));
        fs::write(folder.path().join("design.csv"), design).unwrap();
    }
    fs::write(folder.path().join("runs.csv"), csv).unwrap();
    fs::write(folder.path().join("manifest.json"), sealed(manifest)).unwrap();
    list(folder.path());
    data::read(folder.path(), &Measured::default()).unwrap()
}
