//! `redqueen params`: every parameter with its value, unit, range, source and meaning.

use super::{
    common::ConfigOptions,
    failure::Failure,
    listing::{Format, paragraph, plain, print},
};
use crate::{
    declare::parameter::Parameter,
    model::Model,
    scenario::{Scenario, kinds::KINDS},
};
use serde_json::{Value, json};
use std::io::{self, BufWriter, Write};

const EXAMPLES: &str = "\
Examples:
  redqueen params
  redqueen params configs/scenarios/all-open.toml --format csv > params.csv
  redqueen params --format json";

/// List every parameter: value, unit, range, mark, source, meaning
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    #[command(flatten)]
    config: ConfigOptions,
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
    /// Each with its value; entities have values of their own, so theirs is not known here.
    parameters: Vec<(&'static Parameter, Option<f64>)>,
}

pub fn run(args: &Args, model: &Model) -> Result<(), Failure> {
    args.config.values.refuse_doubt("params lists the values of one config")?;
    let groups = groups(&args.config.scenario(model)?);
    let mut out = BufWriter::new(io::stdout().lock());
    if args.format == Format::Text {
        print_text(&groups, &mut out)?;
    } else {
        let rows: Vec<_> = groups.iter().flat_map(rows).collect();
        print(args.format, &HEADER, &rows, &mut out)?;
    }
    Ok(out.flush()?)
}

fn groups(scenario: &Scenario) -> Vec<Group> {
    let mechanisms = scenario.mechanisms.iter().map(|settings| Group {
        table: format!("mechanisms.{}", settings.declared.name),
        meaning: settings.declared.meaning.to_owned(),
        enabled: Some(settings.enabled),
        parameters: settings.declared.parameters.iter().zip(settings.values.iter().copied().map(Some)).collect(),
    });
    let entities = KINDS.iter().map(|kind| Group {
        table: format!("{}.*", kind.list),
        meaning: format!("Numbers that every {} has.", kind.called),
        enabled: None,
        parameters: kind.numbers.iter().map(|parameter| (parameter, None)).collect(),
    });
    mechanisms.chain(entities).collect()
}

fn rows(group: &Group) -> Vec<Vec<Value>> {
    let switch = group.enabled.map(|enabled| {
        let path = format!("{}.enabled", group.table);
        let meaning = "Whether the mechanism takes part.";
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
