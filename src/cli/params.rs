//! `redqueen params`: every parameter with its value, unit, range, source and meaning.

use super::{
    common::{ConfigOptions, ValueOptions},
    failure::Failure,
    filter::Filter,
    listing::{Format, paragraph, plain, print},
};
use crate::{
    analysis::sensitivity::shipped::{movers, outcomes},
    declare::parameter::Parameter,
    model::Model,
    scenario::{Scenario, builtin::Builtin, diagnostic::unknown, kinds::KINDS},
};
use serde_json::{Value, json};
use std::{
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
};

const EXAMPLES: &str = "\
Examples:
  redqueen params
  redqueen params diffusion              those of a mechanism
  redqueen params chips months           of whatever has to do with both
  redqueen params calibrated             those whose defaults were fitted
  redqueen params --moves gap_rating_24  those that move an outcome most
  redqueen params --config my.toml --format csv > params.csv";

/// List every parameter: value, unit, range, mark, source, meaning
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Words that must all stand in its name, mechanism, unit, mark or meaning [default: all parameters]
    filter: Vec<String>,
    /// Scenario whose values are shown, a file or a built-in config's name [default: the built-in baseline]
    #[arg(long, value_name = "CONFIG")]
    config: Option<PathBuf>,
    #[command(flatten)]
    values: ValueOptions,
    /// Only those that move this outcome of runs.csv, the strongest first, by total Sobol indices that are built in
    #[arg(long, value_name = "OUTCOME", conflicts_with_all = ["filter", "config"])]
    moves: Option<String>,
    /// How to print it
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
}

const HEADER: [&str; 13] = [
    "path",
    "value",
    "default",
    "unit",
    "low",
    "high",
    "plausible_low",
    "plausible_high",
    "null",
    "mark",
    "source",
    "meaning",
    "kind",
];

/// Parameters that stand in one table of a config.
struct Group {
    table: String,
    meaning: String,
    enabled: Option<bool>,
    /// Whether its switch is listed.
    switch: bool,
    /// Each with its value; entities have values of their own, so theirs is not known here.
    parameters: Vec<(&'static Parameter, Option<f64>)>,
}

pub fn run(args: &Args, model: &Model) -> Result<(), Failure> {
    args.values.refuse_doubt("params lists the values of one config")?;
    if let Some(outcome) = &args.moves {
        return print_movers(outcome, args.format);
    }
    let config = ConfigOptions { config: args.config.clone(), values: args.values.clone() };
    let groups = kept(groups(&config.scenario(model)?), &args.filter)?;
    let mut out = BufWriter::new(io::stdout().lock());
    if args.format == Format::Text {
        print_text(&groups, &mut out)?;
    } else {
        let rows: Vec<_> = groups.iter().flat_map(rows).collect();
        print(args.format, &HEADER, &rows, &mut out)?;
    }
    Ok(out.flush()?)
}

/// Lists what moves an outcome most.
fn print_movers(outcome: &str, format: Format) -> Result<(), Failure> {
    let movers = movers(outcome);
    if movers.is_empty() {
        let told = unknown("outcome", outcome, outcomes());
        let known = if told.ends_with('?') {
            ""
        } else {
            "; of those of `redqueen columns runs` some are moved by no parameter"
        };
        return Err(Failure::Usage(told + known));
    }
    let mut out = BufWriter::new(io::stdout().lock());
    if format == Format::Text {
        paragraph(
            &format!(
                "{outcome}: total Sobol index, a share of its variance over plausible ranges, and half its 95 % interval"
            ),
            0,
            &mut out,
        )?;
        for mover in &movers {
            writeln!(out, "  {:.2} ± {:.2}  {}", mover.total, mover.half_width, mover.parameter)?;
        }
    } else {
        let rows: Vec<Vec<Value>> = (movers.iter())
            .map(|mover| vec![json!(outcome), json!(mover.parameter), json!(mover.total), json!(mover.half_width)])
            .collect();
        print(format, &["outcome", "parameter", "total", "half_width"], &rows, &mut out)?;
    }
    Ok(out.flush()?)
}

fn groups(scenario: &Scenario) -> Vec<Group> {
    let mechanisms = scenario.mechanisms.iter().map(|settings| Group {
        table: format!("mechanisms.{}", settings.declared.name),
        meaning: settings.declared.meaning.to_owned(),
        enabled: Some(settings.enabled),
        switch: true,
        parameters: settings.declared.parameters.iter().zip(settings.values.iter().copied().map(Some)).collect(),
    });
    let entities = KINDS.iter().map(|kind| Group {
        table: format!("{}.*", kind.list),
        meaning: format!("Numbers that every {} has.", kind.called),
        enabled: None,
        switch: false,
        parameters: kind.numbers.iter().map(|parameter| (parameter, None)).collect(),
    });
    mechanisms.chain(entities).collect()
}

/// What a switch is listed with.
const SWITCH: &str = "Whether the mechanism takes part.";

/// Those in which all words stand.
fn kept(mut groups: Vec<Group>, words: &[String]) -> Result<Vec<Group>, Failure> {
    let filter = Filter::of(words);
    let path = |group: &Group, name: &str| format!("{}.{name}", group.table);
    let listed: Vec<(String, &Parameter)> = (groups.iter())
        .flat_map(|group| group.parameters.iter().map(move |(parameter, _)| (path(group, parameter.name), *parameter)))
        .collect();
    for group in &mut groups {
        let table = group.table.clone();
        group.switch &= filter.keeps(&[&format!("{table}.enabled"), SWITCH]);
        group
            .parameters
            .retain(|(parameter, _)| filter.keeps(&texts(&format!("{table}.{}", parameter.name), parameter)));
    }
    groups.retain(|group| group.switch || !group.parameters.is_empty());
    if groups.is_empty() {
        let all: Vec<Vec<&str>> = listed.iter().map(|(path, parameter)| texts(path, parameter)).collect();
        let failure = filter.finds_nothing("parameter", &all);
        let is_config = |word: &&String| {
            word.ends_with(".toml") || *word == "-" || Builtin::is_name(word) || Path::new(word).is_file()
        };
        return Err(match words.iter().find(is_config) {
            Some(config) => {
                Failure::Usage(format!("{failure}; the values of a config are listed by --config {config}"))
            }
            None => failure,
        });
    }
    Ok(groups)
}

/// What is said of a parameter, its name first.
fn texts<'a>(path: &'a str, parameter: &'a Parameter) -> Vec<&'a str> {
    vec![path, parameter.unit, parameter.mark.word(), parameter.meaning]
}

fn rows(group: &Group) -> Vec<Vec<Value>> {
    let switch = group.enabled.filter(|_| group.switch).map(|enabled| {
        let path = format!("{}.enabled", group.table);
        let meaning = SWITCH;
        let row = json!([path, enabled, true, "1", false, true, false, true, false, "", "", meaning, "flag"]);
        row.as_array().cloned().unwrap_or_default()
    });
    let parameters = group.parameters.iter().map(|(parameter, value)| {
        let number = |value: f64| parameter.written(value);
        vec![
            json!(format!("{}.{}", group.table, parameter.name)),
            value.map_or(Value::Null, number),
            number(parameter.default),
            json!(parameter.unit),
            number(parameter.range.0),
            number(parameter.range.1),
            number(parameter.plausible.0),
            number(parameter.plausible.1),
            parameter.null.map_or(Value::Null, number),
            json!(parameter.mark.word()),
            json!(parameter.source),
            json!(parameter.meaning),
            json!(parameter.kind.word()),
        ]
    });
    switch.into_iter().chain(parameters).collect()
}

fn print_text(groups: &[Group], out: &mut impl Write) -> Result<(), Failure> {
    for (at, group) in groups.iter().enumerate() {
        let gap = if at > 0 { "\n" } else { "" };
        let switch = if group.enabled == Some(false) { "  (not enabled)" } else { "" };
        writeln!(out, "{gap}[{}]{switch}", group.table)?;
        paragraph(&group.meaning, 0, out)?;
        for (parameter, value) in &group.parameters {
            let shown = |value: f64| plain(&parameter.written(value));
            let unit = if parameter.unit == "1" { String::new() } else { format!(" ({})", parameter.unit) };
            let default = match value {
                Some(value) if *value != parameter.default => format!(", default {}", shown(parameter.default)),
                _ => String::new(),
            };
            let current = shown(value.unwrap_or(parameter.default));
            paragraph(&format!("{} = {current}{unit}{default}", parameter.name), 2, out)?;
            let null = parameter.null.map_or_else(String::new, |null| format!("; null {}", shown(null)));
            let ((low, high), (from, to)) = (parameter.range, parameter.plausible);
            let [low, high, from, to] = [low, high, from, to].map(shown);
            paragraph(&format!("{low} to {high}, plausible {from} to {to}{null}"), 6, out)?;
            paragraph(&format!("{} [{}: {}]", parameter.meaning, parameter.mark.word(), parameter.source), 6, out)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::{
        load,
        load::tests::{SMALL, catalogue, text},
    };

    fn small() -> Vec<Group> {
        groups(&load(&text(SMALL), &[], &catalogue()).unwrap().scenario)
    }

    #[test]
    fn text_fits_in_80_columns_and_shows_value_and_default() {
        let mut out = Vec::new();
        print_text(&small(), &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert!(text.lines().all(|line| line.chars().count() <= 80));
        assert!(text.contains("rate = 1 (1/year), default 0.5\n      0 to 2, plausible 0.1 to 1; null 0\n"), "{text}");
    }

    #[test]
    fn words_keep_what_has_all_of_them() {
        let paths = |words: &[&str]| -> Result<Vec<String>, String> {
            let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
            let groups = kept(small(), &words).map_err(|failure| failure.to_string())?;
            Ok(groups.iter().flat_map(rows).map(|row| row[0].as_str().unwrap().to_owned()).collect())
        };
        assert_eq!(paths(&[]).unwrap().len(), small().iter().flat_map(rows).count());
        assert!(paths(&["growth", "RATE"]).unwrap().contains(&"mechanisms.growth.rate".to_owned()));
        assert_eq!(paths(&["growth", "enabled"]).unwrap(), ["mechanisms.growth.enabled"]);
        assert!(paths(&["talent"]).unwrap().iter().any(|path| path == "states.*.talent"));
        assert!(paths(&["tallent"]).unwrap_err().ends_with("did you mean `talent`?"));
        let said = paths(&["no-controls"]).unwrap_err();
        assert!(said.ends_with("the values of a config are listed by --config no-controls"), "{said}");
    }

    #[test]
    fn rows_name_every_parameter_once() {
        let rows: Vec<_> = small().iter().flat_map(rows).collect();
        assert!(rows.iter().all(|row| row.len() == HEADER.len()));
        let path = |row: &Vec<Value>| row[0].as_str().unwrap().to_owned();
        let paths: std::collections::BTreeSet<_> = rows.iter().map(path).collect();
        assert_eq!(paths.len(), rows.len());
        assert!(paths.contains("states.*.talent") && paths.contains("mechanisms.growth.enabled"));
        for path in ["fabs.*.capacity_kwpm", "accelerators.*.power_kw", "controls.*.leak", "shocks.*.severity"] {
            assert!(paths.contains(path), "{path}");
        }
        assert!(paths.contains("policies.*.gain"));
        let loud = rows.iter().find(|row| row[0] == "mechanisms.growth.loud").unwrap();
        assert_eq!((&loud[1], &loud[2]), (&json!(true), &json!(false)));
    }
}
