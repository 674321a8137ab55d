//! A scenario in the middle of each box, to be run.

use super::findings::Discovery;
use crate::{
    analysis::prim::{FoundBox, Limit},
    experiment::design::{Factor, Scale, Setting},
    model::Model,
    output::folder::NewFile,
    report::{game::percent, page_file},
    scenario::{
        Scenario, Source,
        child::{child, said, whole},
        section::MAX_NAME,
    },
};
use serde_json::{Value, json};

/// The file that those of the boxes extend: the scenario as the batch ran it.
const BASE: &str = "box-base.toml";

/// The file of a box, from 1.
pub fn file(number: usize) -> String {
    format!("box-{number}.toml")
}

/// The files, and what is wrong with those that are not among them.
pub fn files(found: &Discovery, model: &Model) -> (Vec<NewFile>, Vec<String>) {
    let entry = found.sampled.manifest.experiment.scenarios.get(found.sampled.scenario);
    let config = entry.map(|entry| entry.config.value()).unwrap_or_default();
    let text = whole(&config).ok();
    let base = text.as_ref().map(|text| Source::Text { name: BASE.to_owned(), text: text.clone() });
    let world = found.sampled.own(model);
    let (Some(text), Some(base), Some(world)) = (text, base, world) else {
        return (Vec::new(), vec!["No scenario files: this program cannot read the batch's scenario.".to_owned()]);
    };
    let (mut files, mut notes) = (Vec::new(), Vec::new());
    for (at, one) in found.boxes.iter().enumerate() {
        let values = middle(found, one, &config);
        match checked(found, (at + 1, one), (&base, model), &world, &values) {
            Ok(text) => files.push(page_file(file(at + 1), text)),
            Err(why) => {
                notes.push(format!("No {}: the middle of the box is no world of the model: {why}", file(at + 1)))
            }
        }
    }
    if !files.is_empty() {
        files.push(page_file(BASE.to_owned(), text));
    }
    (files, notes)
}

/// The text of a box's file, if the model takes it.
fn checked(
    found: &Discovery,
    (number, one): (usize, &FoundBox),
    (base, model): (&Source, &Model),
    world: &Scenario,
    values: &[(String, Value)],
) -> Result<String, String> {
    let flags: Vec<String> = values.iter().map(|(key, value)| format!("{key}={value}")).collect();
    model.load_with(base, &flags).map_err(|errors| errors.to_string())?;
    let full = format!("{}-box-{number}", found.sampled.name());
    let name = if full.len() <= MAX_NAME { full } else { format!("box-{number}") };
    let (condition, often) = (&found.sampled.condition, percent(one.step().density));
    let scenario = found.sampled.name();
    let description = format!("The middle of box {number} of {scenario}, in which {condition} in {often} of the runs.");
    let states: Vec<String> = world.states.iter().map(|state| state.name.clone()).collect();
    child(BASE, (&name, &description), &states, values)
}

/// Values in the middle of a box: of the parameters that it restricts, and of those that the scenario has outside of what was
/// sampled. All others stay as the scenario has them.
fn middle(found: &Discovery, one: &FoundBox, config: &Value) -> Vec<(String, Value)> {
    let all = found.sampled.cases.everything();
    let factors = found.sampled.factors().iter().enumerate();
    let mut values = Vec::new();
    for (column, factor) in factors {
        let (Some(limit), Some(sampled)) = (one.step().limits.get(column), all.get(column)) else { continue };
        let own = said(config, &factor.parameter).and_then(Value::as_f64);
        let outside = match (sampled, own) {
            (Limit::Between(low, high), Some(own)) => !(*low..=*high).contains(&own),
            _ => false,
        };
        if limit != sampled || outside {
            values.extend(value(found, one, column, factor, limit).map(|value| (factor.parameter.clone(), value)));
        }
    }
    values
}

fn value(found: &Discovery, one: &FoundBox, column: usize, factor: &Factor, limit: &Limit) -> Option<Value> {
    match (limit, &factor.scale) {
        (Limit::Between(low, high), Scale::Choice { values }) => {
            // One that was tried.
            let number = |setting: &Setting| match setting {
                Setting::Whole(whole) => Some(*whole as f64),
                Setting::Real(real) => Some(*real),
                Setting::Flag(_) | Setting::Text(_) => None,
            };
            let admitted = |setting: &&Setting| number(setting).is_some_and(|value| (*low..=*high).contains(&value));
            let mut inside: Vec<&Setting> = values.iter().filter(admitted).collect();
            inside.sort_by(|a, b| number(a).unwrap_or(0.0).total_cmp(&number(b).unwrap_or(0.0)));
            inside.get(inside.len() / 2).map(|setting| json_of(setting))
        }
        (Limit::Between(low, high), Scale::Integer { .. }) => Some(json!((0.5 * (low + high)).round() as i64)),
        (Limit::Between(low, high), Scale::Log { .. }) if *low > 0.0 => {
            Some(json!(few(*low, *high, (low * high).sqrt())))
        }
        (Limit::Between(low, high), _) => Some(json!(few(*low, *high, 0.5 * (low + high)))),
        (Limit::Among(_), _) => commonest(found, one, column, limit).as_ref().map(json_of),
    }
}

/// The admitted choice of most of what happened in the box.
fn commonest(found: &Discovery, one: &FoundBox, column: usize, limit: &Limit) -> Option<Setting> {
    let sums = found.sampled.cases.happened_by_choice(column, &one.step().rows);
    let Limit::Among(admitted) = limit else { return None };
    let mut best: Option<(f64, usize)> = None;
    for (place, sum) in sums.into_iter().enumerate() {
        let is_admitted = admitted.get(place) == Some(&true);
        if is_admitted && best.is_none_or(|(most, _)| sum > most) {
            best = Some((sum, place));
        }
    }
    found.sampled.choices.get(column)?.get(best?.1).cloned()
}

/// A number of few digits within the limits.
fn few(low: f64, high: f64, middle: f64) -> f64 {
    let short = format!("{middle:.3e}").parse().unwrap_or(middle);
    if (low..=high).contains(&short) { short } else { middle }
}

fn json_of(setting: &Setting) -> Value {
    match setting {
        Setting::Flag(flag) => json!(flag),
        Setting::Whole(whole) => json!(whole),
        Setting::Real(real) => json!(real),
        Setting::Text(text) => json!(text),
    }
}
