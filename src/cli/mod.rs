//! The command line: one file per command. Words and exit codes live here and nowhere else.

mod batch;
mod calibrate;
mod check;
mod claims;
mod columns;
mod common;
mod compare;
mod completions;
mod configs;
mod differences;
mod discover;
mod explain;
mod explore;
mod failure;
mod filter;
mod fitting;
mod forecast;
mod formula;
mod game;
mod init;
mod interrupt;
mod lines;
mod listing;
mod merge;
mod params;
mod planted;
mod progress;
mod report;
mod run;
mod schema;
mod score;
mod sensitivity;
mod slurm;
mod summary;

use crate::{declare::text::visible, experiment::tables, model::Model};
use clap::{
    CommandFactory, FromArgMatches, Parser, Subcommand,
    builder::{PossibleValuesParser, StyledStr},
};
use failure::Failure;
use std::{
    io::{self, Write as _},
    process::ExitCode,
};

const EXAMPLES: &str = "\
Examples:
  redqueen batch                         a Monte Carlo batch of the baseline
  redqueen run --seed 7                  one world, with a summary
  redqueen compare baseline no-controls  two scenarios, paired by their noise
  redqueen sensitivity output/screening  which parameters move its outcomes
  redqueen calibrate rating-gap          what data tell of parameters
  redqueen claims                        in how many worlds each holds
  redqueen discover output/mine --outcome 'firms_end < 9'   where it happens
  redqueen explain --outcome firms_end   which mechanisms moved it
  redqueen explore                       move parameters on a local page
  redqueen game race-or-pause            what follows when states choose well
  redqueen configs                       what the built-in configs are
  redqueen init                          write the built-in configs to ./configs
  redqueen check configs/*.toml          find everything that is wrong in them
  redqueen params chips                  parameters that have to do with chips
  redqueen columns runs gap              outcomes that have to do with gaps
  redqueen formula bass years=5          one equation of the model by itself
  redqueen schema > scenario.schema.json let an editor check configs

Without CONFIG a command takes the baseline built into the program.";

/// Simulates geopolitical competition in AI: states and AI firms, month by month, in seeded Monte Carlo batches
#[derive(Debug, Parser)]
#[command(name = "redqueen", version, after_help = EXAMPLES, max_term_width = 80)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Run(run::Args),
    Batch(batch::Args),
    Compare(compare::Args),
    Merge(merge::Args),
    Slurm(slurm::Args),
    Sensitivity(sensitivity::Args),
    Calibrate(calibrate::Args),
    Claims(claims::Args),
    Discover(discover::Args),
    Explain(explain::Args),
    Explore(explore::Args),
    Forecast(forecast::Args),
    Score(score::Args),
    Game(game::Args),
    Report(report::Args),
    Check(check::Args),
    Params(params::Args),
    Columns(columns::Args),
    Configs(configs::Args),
    Formula(formula::Args),
    Schema(schema::Args),
    Init(init::Args),
    Completions(completions::Args),
}

/// The command line of a model's program, which knows the tables that it records and writes.
fn command_of(model: &Model) -> clap::Command {
    let (program, measured) = (model.program(), model.measured());
    let recorded = PossibleValuesParser::new(measured.table_names().into_iter().chain([tables::ALL, tables::NONE]));
    let command = Cli::command().name(program.name).bin_name(program.name).version(program.version);
    let command = command.mut_subcommands(|command| {
        let command = command.mut_args(|arg| match arg.get_id().as_str() {
            "record" => arg.value_parser(recorded.clone()),
            _ => arg,
        });
        // A number below 0 is a wrong value, no unknown option.
        let command = command.mut_args(|arg| {
            let counts = arg.get_value_names().is_some_and(|names| names.iter().all(|name| name.ends_with('N')));
            if counts && arg.get_action().takes_values() && !arg.is_positional() {
                arg.allow_negative_numbers(true)
            } else {
                arg
            }
        });
        called(command, program.name)
    });
    called(command, program.name)
}

/// The command with examples and hints that call the program by its name.
fn called(command: clap::Command, program: &str) -> clap::Command {
    let name = |text: &StyledStr| text.to_string().replace("redqueen ", &format!("{program} "));
    let command = command.mut_args(|arg| match arg.get_help().map(name) {
        Some(help) => arg.help(help),
        None => arg,
    });
    match command.get_after_help().map(name) {
        Some(examples) => command.after_help(examples),
        None => command,
    }
}

/// What is said of a command line that cannot be read: nothing in it steers the terminal, and no advice makes a value the config.
fn refusal(said: &str) -> String {
    let lines = said.split('\n').filter_map(|line| {
        let value = line.trim().strip_prefix("tip: to pass '").and_then(|tip| tip.split('\'').next());
        match value {
            None => Some(visible(line).into_owned()),
            Some(value) if value.starts_with("--") => None,
            Some(value) => Some(format!("  tip: an option takes '{}' as --option={0}", visible(value))),
        }
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// Parses the command line and runs the command. Exit codes: 0 done; 1 some runs failed, or the result could not be
/// written; 2 bad usage or config, nothing written; 130 interrupted, finished runs kept.
pub fn main_of(model: &Model) -> ExitCode {
    interrupt::outlive_limits();
    let command = command_of(model);
    let parsed = command.clone().try_get_matches().and_then(|matches| Cli::from_arg_matches(&matches));
    let parsed = match parsed {
        Ok(parsed) => parsed,
        Err(error) if error.use_stderr() => {
            // Nobody is left to tell if standard error is closed.
            let _ = write!(io::stderr().lock(), "{}", refusal(&error.to_string()));
            return ExitCode::from(2);
        }
        Err(error) => error.exit(),
    };
    let done = match parsed.command {
        Command::Run(args) => run::run(&args, model),
        Command::Batch(args) => batch::run(&args, model),
        Command::Compare(args) => compare::run(&args, model),
        Command::Merge(args) => merge::run(&args, model),
        Command::Slurm(args) => slurm::run(&args, model),
        Command::Sensitivity(args) => sensitivity::run(&args, model),
        Command::Calibrate(args) => calibrate::run(&args, model),
        Command::Claims(args) => claims::run(&args, model),
        Command::Discover(args) => discover::run(&args, model),
        Command::Explain(args) => explain::run(&args, model),
        Command::Explore(args) => explore::run(&args, model),
        Command::Forecast(args) => forecast::run(&args, model),
        Command::Score(args) => score::run(&args, model),
        Command::Game(args) => game::run(&args, model),
        Command::Report(args) => report::run(&args, model),
        Command::Check(args) => check::run(&args, model),
        Command::Params(args) => params::run(&args, model),
        Command::Columns(args) => columns::run(&args, model),
        Command::Configs(args) => configs::run(&args),
        Command::Formula(args) => formula::run(&args, model),
        Command::Schema(args) => schema::run(&args, model),
        Command::Init(args) => init::run(&args),
        Command::Completions(args) => completions::run(&args, command),
    };
    done.map_or_else(|failure: Failure| failure.report(), |()| ExitCode::SUCCESS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_well_formed() {
        command_of(&Model::standard()).debug_assert();
    }

    #[test]
    fn a_refusal_neither_steers_the_terminal_nor_makes_a_value_the_config() {
        let said = |words: &[&str]| {
            let error = command_of(&Model::standard()).try_get_matches_from(words).unwrap_err();
            refusal(&error.to_string())
        };
        for option in ["--seed", "--runs", "--months", "--shard", "--threads"] {
            let said = said(&["redqueen", "batch", option, "-1"]);
            assert!(said.contains(&format!("invalid value '-1' for '{option} <")) && !said.contains("tip:"), "{said}");
        }
        assert!(said(&["redqueen", "batch", "--seed", "-1"]).contains("must be a whole number of at least 0"));
        assert!(said(&["redqueen", "batch", "--runs", "5000000000"]).contains("from 1 to 4294967295"));
        assert!(said(&["redqueen", "batch", "--out", "-x"]).contains("tip: an option takes '-x' as --option=-x"));
        let said = said(&["redqueen", "batch", "--a\u{1b}[31m\u{202e}"]);
        assert!(!said.contains(['\u{1b}', '\u{202e}']) && !said.contains("-- --a"), "{said}");
    }

    #[test]
    fn examples_and_hints_call_the_program_by_its_name() {
        let mut command = command_of(&Model::standard().named("other", "1.0"));
        let texts = |command: &mut clap::Command| command.render_long_help().to_string();
        let said = texts(&mut command);
        assert!(said.contains("other run --seed 7") && !said.contains("redqueen "), "{said}");
        for command in command.get_subcommands_mut() {
            let said = texts(command);
            assert!(!said.contains("redqueen "), "{said}");
        }
    }

    #[test]
    fn tables_are_named_where_they_are_recorded() {
        let command = command_of(&Model::standard());
        let takes = |command: &clap::Command, arg: &str, table: &str| {
            let arg = command.get_arguments().find(|found| found.get_id() == arg)?;
            Some(arg.get_possible_values().iter().any(|value| value.matches(table, false)))
        };
        let recording: Vec<_> =
            command.get_subcommands().filter_map(|command| takes(command, "record", "world")).collect();
        assert_eq!(recording, [true; 5], "run, batch, compare, slurm and game");
    }
}
