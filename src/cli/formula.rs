//! `redqueen formula`: the stand-alone formulas of the model, listed or evaluated.

use super::{
    failure::Failure,
    listing::{Format, paragraph, print},
};
use crate::{
    formulas::{self, Answer, Formula, Input, in_unit, short},
    model::Model,
    scenario::diagnostic::unknown,
};
use serde_json::{Map, Value, json};
use std::io::{self, BufWriter, Write};

const EXAMPLES: &str = "\
Examples:
  redqueen formula                                   list them all
  redqueen formula bass years=5
  redqueen formula contest-shares amounts=100,50,50 r=2
  redqueen formula steady-gap g=0.1 g_own=0.05 phi=0.1 --format json";

/// Evaluate a formula of the model by itself, or list all formulas
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Which formula [default: list them all]
    name: Option<String>,
    /// Values that go in, with commas between those of a list
    #[arg(value_name = "KEY=VALUE")]
    values: Vec<String>,
    /// How to print it
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
}

pub fn run(args: &Args, model: &Model) -> Result<(), Failure> {
    let mut out = BufWriter::new(io::stdout().lock());
    match &args.name {
        Some(name) => evaluate(name, &args.values, (args.format, model.program().name), &mut out)?,
        None => list(args.format, &mut out)?,
    }
    Ok(out.flush()?)
}

fn evaluate(
    name: &str,
    values: &[String],
    (format, program): (Format, &str),
    out: &mut impl Write,
) -> Result<(), Failure> {
    let names = || formulas::all().map(|formula| formula.name);
    let formula = formulas::find(name).ok_or_else(|| Failure::Usage(unknown("formula", name, names())))?;
    let refused = |complaint| {
        let example = formula.example().join(" ");
        Failure::Usage(format!("{complaint}\n  for example: {program} formula {name} {example}"))
    };
    let answers = formula.answer(values).map_err(refused)?;
    match format {
        Format::Json => writeln!(out, "{:#}", object(formula, &answers))?,
        Format::Text => {
            for (name, value, unit) in lines(&answers) {
                let unit = if unit == "1" { String::new() } else { format!(" {unit}") };
                writeln!(out, "{name} = {}{unit}", short(value))?;
            }
        }
        Format::Csv | Format::Markdown => {
            let row = |(name, value, unit): (String, f64, _)| vec![json!(name), json!(short(value)), json!(unit)];
            let rows: Vec<_> = lines(&answers).map(row).collect();
            print(format, &["name", "value", "unit"], &rows, out)?;
        }
    }
    Ok(())
}

/// A name, a value and a unit for each number; items of a list are counted from 1.
fn lines(answers: &[Answer]) -> impl Iterator<Item = (String, f64, &'static str)> {
    answers.iter().flat_map(|(output, values)| {
        values.iter().enumerate().map(|(at, value)| {
            let name = if output.each { format!("{}_{}", output.name, at + 1) } else { output.name.to_owned() };
            (name, *value, output.unit)
        })
    })
}

fn object(formula: &Formula, answers: &[Answer]) -> Value {
    let results = answers.iter().map(|(output, values)| {
        let value = match values[..] {
            [only] if !output.each => json!(only),
            _ => json!(values),
        };
        (output.name.to_owned(), json!({ "value": value, "unit": output.unit }))
    });
    json!({ "formula": formula.name, "equation": formula.equation, "results": results.collect::<Map<_, _>>() })
}

fn list(format: Format, out: &mut impl Write) -> Result<(), Failure> {
    if format != Format::Text {
        let header = ["formula", "meaning", "equation", "inputs", "outputs", "source", "example"];
        let rows: Vec<_> = formulas::all().map(|formula| row(formula, format)).collect();
        return print(format, &header, &rows, out);
    }
    for (at, formula) in formulas::all().enumerate() {
        let gap = if at > 0 { "\n" } else { "" };
        writeln!(out, "{gap}{}", formula.name)?;
        paragraph(formula.meaning, 2, out)?;
        paragraph(formula.equation, 2, out)?;
        for input in formula.inputs {
            paragraph(&described(input), 6, out)?;
        }
        for output in formula.outputs {
            let each = if output.each { ", a list" } else { "" };
            paragraph(&format!("→ {}{}{each}: {}", output.name, in_unit(output.unit), output.meaning), 6, out)?;
        }
        paragraph(&format!("[{}]", formula.source), 2, out)?;
    }
    Ok(())
}

/// `r = 1: how decisive; a number from 0 to 1000`
fn described(input: &Input) -> String {
    let default = if input.optional { format!(" = {}", input.usual_words()) } else { String::new() };
    format!("{}{default}: {}; {}", input.name, input.meaning, input.accepts())
}

fn row(formula: &Formula, format: Format) -> Vec<Value> {
    let Formula { name, meaning, equation, inputs, outputs, source, .. } = formula;
    let example = format!("redqueen formula {name} {}", formula.example().join(" "));
    let (inputs, outputs) = if format == Format::Json {
        let input = |input: &Input| {
            json!({
                "name": input.name, "unit": input.unit, "meaning": input.meaning, "holds": input.holds.word(),
                "low": input.range.0, "high": input.range.1,
                "usual": input.usual, "optional": input.optional,
            })
        };
        let outputs = outputs.iter().map(|output| {
            json!({ "name": output.name, "unit": output.unit, "meaning": output.meaning, "list": output.each })
        });
        (inputs.iter().map(input).collect(), outputs.collect())
    } else {
        let inputs: Vec<_> = inputs.iter().map(described).collect();
        let outputs =
            outputs.iter().map(|output| format!("{}{}: {}", output.name, in_unit(output.unit), output.meaning));
        let end = if format == Format::Markdown { "<br>" } else { "\n" };
        (json!(inputs.join(end)), json!(outputs.collect::<Vec<_>>().join(end)))
    };
    vec![json!(name), json!(meaning), json!(equation), inputs, outputs, json!(source), json!(example)]
}
