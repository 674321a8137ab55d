//! A batch, and its results read back: two scenarios under the same luck, and how far they differ.
//!
//! ```text
//! cargo run --release --example read_back -- output/read-back
//! ```

use redqueen::model::Model;
use std::{collections::BTreeMap, error::Error};

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args().nth(1).unwrap_or_else(|| "output/read-back".to_owned());
    let done = Model::standard().study("open-or-guarded")?.months(60)?.runs(20).threads(2).run_into(&folder)?;
    println!("{} runs finished, {} failed, in {}", done.finished, done.failed, done.folder.display());

    // Replicate r has the same luck in every scenario: differences are taken run by run, from the first scenario.
    let runs = done.runs()?;
    let Some(first) = runs.first().map(|run| &run.scenario) else { return Ok(()) };
    let mut gaps: BTreeMap<&str, BTreeMap<u64, f64>> = BTreeMap::new();
    for run in &runs {
        if let Some(gap) = run.outcome("gap_rating_end")? {
            gaps.entry(&run.scenario).or_default().insert(run.replicate, gap);
        }
    }
    for (scenario, others) in gaps.iter().filter(|(scenario, _)| *scenario != first) {
        let pairs = others.iter().filter_map(|(replicate, gap)| Some(gap - gaps.get(first.as_str())?.get(replicate)?));
        let differences: Vec<f64> = pairs.collect();
        let mean = differences.iter().sum::<f64>() / differences.len() as f64;
        println!(
            "rating gap after five years, {scenario} less {first}: {mean:+.1} points, {} pairs",
            differences.len()
        );
    }
    Ok(())
}
