//! One world: load a scenario, change a number, live through it, look at what came out.
//!
//! ```text
//! cargo run --release --example one_world
//! ```

use redqueen::{
    measure::record::Record,
    model::{Model, Seed},
    scenario::Source,
};
use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    let model = Model::standard();
    let mut scenario = model.load(&Source::Builtin("baseline".to_owned()))?;
    scenario.time.months = 60;
    scenario.set("mechanisms.diffusion.xi_open", 1.0)?;
    scenario.set("mechanisms.export_controls.enabled", false)?;

    let mut simulation = model.simulate(&scenario)?;
    for replicate in 0..3 {
        let trajectory = simulation.run(Seed { master: scenario.seed, replicate }, Record::ALL)?;
        let gap = |row: usize| trajectory.world[row].gap_rating.unwrap_or(f64::NAN);
        println!(
            "replicate {replicate}: rating gap {:.0} points after a year, {:.0} after five; {} models came out",
            gap(11),
            gap(59),
            trajectory.releases.len(),
        );
    }
    Ok(())
}
