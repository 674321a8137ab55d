//! Folders as a batch leaves them, whose response is known.

use redqueen::{
    measure::record::OUTCOMES,
    output::manifest::{FORMAT, OtherFile, seal},
};
use serde_json::{Value, json};
use std::{fmt::Write as _, fs, path::Path};

/// The outcome that is planted.
pub const OUTCOME: &str = "gap_rating_end";

/// A folder as a batch leaves it: a design, its points, and the outcome of each scenario, point and replicate. The other
/// outcomes are 1 everywhere. An outcome that is not a number is missing; an infinite one stands for a failed run.
pub struct Folder {
    pub design: Value,
    pub factors: Vec<(&'static str, Value)>,
    pub points: Vec<Vec<String>>,
    pub scenarios: Vec<&'static str>,
    pub replicates: u64,
    /// The complete config of each scenario.
    pub config: Value,
}

impl Folder {
    pub fn manifest(&self) -> Value {
        let factor = |(parameter, scale): &(&str, Value)| {
            let mut factor =
                json!({"parameter": parameter, "role": "uncertainty", "unit": "1", "meaning": "A factor."});
            factor.as_object_mut().unwrap().extend(scale.as_object().unwrap().clone());
            factor
        };
        let mut design = self.design.clone();
        design["seed"] = json!(1);
        design["factors"] = self.factors.iter().map(factor).collect();
        let scenario = |name: &&str| json!({"name": name, "start": "2023-01", "months": 120, "config": self.config});
        let runs = self.points.len() as u64 * self.replicates * self.scenarios.len() as u64;
        json!({
            "format": FORMAT,
            "experiment": {
                "program": "redqueen 0.1.0", "name": "screening", "seed": 1, "runs": self.replicates,
                "first_replicate": 0, "record": [], "quantiles": null, "design": design, "points": self.points.len(),
                "design_sha256": "", "dictionary_sha256": "",
                "scenarios": self.scenarios.iter().map(scenario).collect::<Vec<_>>(),
            },
            "complete": true, "runs_done": runs, "runs_failed": 0, "files": [],
            "others": [{"path": "datapackage.json"}],
        })
    }

    pub fn write(&self, folder: &Path, outcome: impl Fn(usize, usize, u64) -> f64) {
        let names: Vec<&str> = self.factors.iter().map(|(name, _)| *name).collect();
        let mut design = format!("point,{}\n", names.join(","));
        let mut runs =
            format!("run,scenario,point,replicate,seed,{},{},status,error\n", names.join(","), OUTCOMES.join(","));
        for (at, cells) in self.points.iter().enumerate() {
            writeln!(design, "{at},{}", cells.join(",")).unwrap();
        }
        let mut run = 0;
        for (place, scenario) in self.scenarios.iter().enumerate() {
            for (point, cells) in self.points.iter().enumerate() {
                for replicate in 0..self.replicates {
                    let value = outcome(place, point, replicate);
                    let cell = |name: &&str| match *name {
                        _ if value.is_infinite() => String::new(),
                        OUTCOME if value.is_nan() => String::new(),
                        OUTCOME => value.to_string(),
                        _ => "1.0".to_owned(),
                    };
                    let outcomes: Vec<String> = OUTCOMES.iter().map(cell).collect();
                    let status = if value.is_infinite() { "failed,it broke" } else { "finished," };
                    let (cells, outcomes) = (cells.join(","), outcomes.join(","));
                    writeln!(runs, "{run},{scenario},{point},{replicate},1,{cells},{outcomes},{status}").unwrap();
                    run += 1;
                }
            }
        }
        fs::write(folder.join("design.csv"), &design).unwrap();
        fs::write(folder.join("runs.csv"), &runs).unwrap();
        let mut manifest = self.manifest();
        let entry = |(name, text): (&str, &String)| {
            let sum = OtherFile::of("", text.as_bytes());
            json!({"name": name, "rows": text.lines().count() - 1, "bytes": sum.bytes, "xxh3": sum.xxh3})
        };
        manifest["files"] = [("design", &design), ("runs", &runs)].into_iter().map(entry).collect();
        fs::write(folder.join("manifest.json"), seal(manifest.to_string())).unwrap();
    }
}
