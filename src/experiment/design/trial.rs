//! Tries the values of a factor on every scenario of the experiment, so that nothing goes wrong at a design point that
//! could have been said before.

use super::{Factor, Setting};
use crate::{
    declare::parameter::{Kind as Holds, Mark, Parameter},
    experiment::{
        design::context::{Context, MethodWord},
        variant::{Variant, laid},
    },
    scenario::{
        Catalogue, Diagnostic, Scenario,
        diagnostic::Place,
        kinds::kind_of,
        section::{Mistakes, parameter_value},
        tree::{Node, Value},
    },
};
use std::sync::Arc;

/// A list with more values than this is tried at its ends and so many of its values.
const MANY: usize = 64;
/// Keys that make no difference to a world, or that replicates vary.
const NO_FACTORS: [&str; 4] = ["seed", "name", "description", "extends"];
/// The switch of a mechanism.
static ENABLED: Parameter = Parameter {
    name: "enabled",
    kind: Holds::Flag,
    unit: "1",
    default: 1.0,
    range: (0.0, 1.0),
    plausible: (0.0, 1.0),
    null: None,
    mark: Mark::Figure,
    source: "",
    meaning: "Whether the mechanism takes part.",
};

/// A factor as it was read.
pub(super) struct Varied {
    /// The factor.
    pub factor: Factor,
    /// The parts of its parameter's key.
    pub path: Vec<String>,
    /// Where its parameter is named.
    pub place: Place,
    /// Its parameter's declaration.
    pub declared: Option<&'static Parameter>,
    /// Values to try and their places.
    pub tries: Vec<(Setting, Place)>,
}

/// The declaration of the parameter of this key.
pub(super) fn declared(path: &[String], catalogue: &Catalogue) -> Option<&'static Parameter> {
    let [table, owner, name] = path else { return None };
    let declared = match table.as_str() {
        "mechanisms" => {
            let mechanism = catalogue.mechanisms.iter().find(|mechanism| mechanism.name == owner)?;
            if name == ENABLED.name {
                return Some(&ENABLED);
            }
            mechanism.parameters
        }
        list => kind_of(list)?.numbers,
    };
    declared.iter().find(|parameter| parameter.name == name)
}

/// What the scenarios say if they do not know a key at all.
pub(super) fn unknown_key(key: &str, place: &Place, context: &Context<'_>) -> Mistakes {
    let tried = |variant: &Variant| {
        let laid = laid(key, &Setting::Flag(true), Some((place, place)));
        laid.and_then(|laid| variant.draft.with([laid]))
    };
    let errors = context.variants.iter().filter_map(|variant| tried(variant).err());
    let unknown = |error: &Diagnostic| error.message.starts_with("unknown ") || error.message.starts_with("no border ");
    errors.flat_map(|errors| errors.into_found()).filter(unknown).collect()
}

/// Lays the values of a factor over every scenario and says once what is wrong with them.
pub(super) fn try_out(varied: &Varied, kind: MethodWord, context: &Context<'_>, found: &mut Mistakes) {
    if let [key] = varied.path.as_slice()
        && NO_FACTORS.contains(&key.as_str())
    {
        return found.push(Diagnostic::at(&varied.place, format!("`{key}` cannot be a factor")));
    }
    if let Some(declared) = varied.declared
        && varied.tries.len() > MANY
    {
        found.extend(
            varied.tries.iter().filter_map(|(value, place)| parameter_value(declared, &node(value, place)).err()),
        );
    }
    let tries = enough(&varied.tries);
    let mut said: Vec<(Diagnostic, Vec<&str>)> = Vec::new();
    for variant in context.variants {
        let mut errors: Mistakes = set_twice(variant, varied, kind, context).into_iter().collect();
        errors.extend(tries.iter().flat_map(|(value, place)| try_one(variant, varied, (value, place))));
        for error in errors {
            match said.iter_mut().find(|(earlier, _)| *earlier == error) {
                Some((_, names)) if names.contains(&variant.name.as_str()) => {}
                Some((_, names)) => names.push(&variant.name),
                None => said.push((error, vec![&variant.name])),
            }
        }
    }
    found.extend(said.into_iter().map(|(error, names)| {
        if names.len() == context.variants.len() || error.help.is_some() {
            error
        } else {
            error.help(format!("in the scenario `{}`", names.join("`, `")))
        }
    }));
}

/// Each value if there are few; else the first ones and the least and the greatest number.
fn enough(tries: &[(Setting, Place)]) -> Vec<(&Setting, &Place)> {
    let number = |value: &Setting| match value {
        Setting::Whole(whole) => Some(*whole as f64),
        Setting::Real(real) => Some(*real),
        Setting::Flag(_) | Setting::Text(_) => None,
    };
    let numbers = tries.iter().filter_map(|(value, place)| Some((number(value)?, (value, place))));
    let least = numbers.clone().min_by(|a, b| a.0.total_cmp(&b.0));
    let greatest = numbers.max_by(|a, b| a.0.total_cmp(&b.0));
    let ends = least.into_iter().chain(greatest).map(|(_, value)| value);
    let mut enough: Vec<(&Setting, &Place)> = Vec::new();
    for (value, place) in ends.chain(tries.iter().take(MANY).map(|(value, place)| (value, place))) {
        if !enough.iter().any(|(earlier, _)| *earlier == value) {
            enough.push((value, place));
        }
    }
    enough
}

/// A value that the design would replace at every point.
fn set_twice(variant: &Variant, varied: &Varied, kind: MethodWord, context: &Context<'_>) -> Option<Diagnostic> {
    let origin = &variant.draft.place(&varied.path)?.origin;
    let by = if !origin.is_file {
        format!("by {}", origin.name)
    } else if Arc::ptr_eq(origin, context.origin) {
        "by a scenario's `set`".to_owned()
    } else {
        return None;
    };
    // One factor at a time, the others keep the scenario's values.
    if kind == MethodWord::OneAtATime {
        return None;
    }
    let message = format!("`{}` is a factor and is also set {by}", varied.factor.parameter);
    Some(Diagnostic::at(&varied.place, message))
}

fn try_one(variant: &Variant, varied: &Varied, (value, place): (&Setting, &Place)) -> Mistakes {
    let key = &varied.factor.parameter;
    let laid = laid(key, value, Some((&varied.place, place)));
    match laid.and_then(|laid| variant.draft.with([laid])) {
        Ok(scenario) => changed(&variant.scenario, &scenario, varied).into_iter().collect(),
        Err(errors) => {
            let here = |error: &Diagnostic| {
                error.place.as_ref().is_some_and(|place| Arc::ptr_eq(&place.origin, &varied.place.origin))
            };
            let placed = |error: Diagnostic| {
                if here(&error) {
                    return error;
                }
                Diagnostic::at(place, format!("`{key}` cannot have this value: {}", error.message))
            };
            errors.into_found().into_iter().map(placed).collect()
        }
    }
}

/// What every run of an experiment has alike, so that its tables have the same rows and columns.
fn changed(plain: &Scenario, laid: &Scenario, varied: &Varied) -> Option<Diagnostic> {
    let recorded = plain.lists().into_iter().zip(laid.lists()).filter(|(list, _)| list.kind().recorded);
    let mut other = recorded.filter(|(plain, laid)| plain.names() != laid.names());
    let what = if plain.time != laid.time {
        "the time span"
    } else if other.next().is_some() {
        "which entities there are"
    } else {
        return None;
    };
    let message = format!("`{}` cannot be a factor: it changes {what}", varied.factor.parameter);
    Some(Diagnostic::at(&varied.place, message).help("give each case a scenario of its own in [[scenarios]]"))
}

fn node(value: &Setting, place: &Place) -> Node {
    let value = match value {
        Setting::Flag(flag) => Value::Flag(*flag),
        Setting::Whole(number) => Value::Whole(i128::from(*number)),
        Setting::Real(number) => Value::Real(*number),
        Setting::Text(text) => Value::Text(text.clone()),
    };
    Node { value, place: place.clone() }
}
