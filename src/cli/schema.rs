//! `redqueen schema`: JSON Schema of the config files.

use super::failure::Failure;
use crate::{
    experiment::{
        calibration::schema::calibration_schema, experiment_file::experiment_schema, game::schema::game_schema,
    },
    model::Model,
    scenario::schema::scenario_schema,
};
use std::io::{self, Write};

const EXAMPLES: &str = "\
Examples:
  redqueen schema > scenario.schema.json
  redqueen schema experiment
  redqueen schema game
  redqueen schema calibration";

/// Print the JSON Schema (draft 2020-12) of scenario, experiment, game or calibration files
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Which files
    #[arg(value_enum, default_value = "scenario")]
    of: Of,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Of {
    Scenario,
    Experiment,
    Game,
    Calibration,
}

pub fn run(args: &Args, model: &Model) -> Result<(), Failure> {
    let schema = match args.of {
        Of::Scenario => scenario_schema(model.catalogue()),
        Of::Experiment => model.known_names(experiment_schema),
        Of::Game => model.known_names(game_schema),
        Of::Calibration => calibration_schema(),
    };
    Ok(writeln!(io::stdout().lock(), "{schema:#}")?)
}
