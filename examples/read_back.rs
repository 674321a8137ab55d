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

    // Replicate r has the same luck in every scenario: differences are taken run by run.
    let mut ends: BTreeMap<String, BTreeMap<u64, f64>> = BTreeMap::new();
    for run in done.runs()? {
        if let Some(gap) = run.outcome("gap_rating_end")? {
            ends.entry(run.scenario.clone()).or_default().insert(run.replicate, gap);
        }
    }
    let Some((first, base)) = ends.iter().next() else { return Ok(()) };
    for (scenario, gaps) in ends.iter().skip(1) {
        let differences: Vec<f64> = gaps.iter().filter_map(|(run, gap)| Some(gap - base.get(run)?)).collect();
        let mean = differences.iter().sum::<f64>() / differences.len() as f64;
        println!(
            "rating gap after five years, {scenario} less {first}: {mean:+.1} points over {} pairs",
            differences.len()
        );
    }
    Ok(())
}
