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
        Catalogue, Diagnostic, Scenario, Warning,
        diagnostic::{Origin, Place},
        key::{Ambiguous, Key, REMOVE, is_pair},
        kinds::kind_of,
        section::{Mistakes, parameter_value},
        tree::{Node, TomlEntry, TomlTable, Value},
    },
};
use std::sync::Arc;

/// A list with more values than this is tried at its ends and so many of its values.
const MANY: usize = 64;
/// Keys that make no difference to a world, or that replicates vary.
const NO_FACTORS: [&str; 4] = ["seed", "name", "description", "extends"];
/// The numbers of the time span, which all runs of an experiment have in common.
const TIME: [&str; 3] = ["start", "months", "steps_per_year"];
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
pub(in crate::experiment) struct Varied {
    /// The factor.
    pub factor: Factor,
    /// The place that it varies.
    pub key: Key,
    /// How its key was written.
    pub spelled: String,
    /// Where its parameter is named.
    pub place: Place,
    /// Its parameter's declaration.
    pub declared: Option<&'static Parameter>,
    /// Values to try and their places.
    pub tries: Vec<(Setting, Place)>,
}

/// The declaration of the parameter of a dotted key, if it has one.
pub(crate) fn declared_at(key: &str, catalogue: &Catalogue) -> Option<&'static Parameter> {
    declared(&Key::parse(key).ok()?, catalogue)
}

/// The declaration of the parameter of this key.
pub(in crate::experiment) fn declared(key: &Key, catalogue: &Catalogue) -> Option<&'static Parameter> {
    let [table, owner, name] = key.parts() else { return None };
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

/// The place that a key means in every scenario.
pub(in crate::experiment) fn meant(
    spelled: &str,
    place: &Place,
    context: &Context<'_>,
    found: &mut Mistakes,
) -> Option<Key> {
    let key = Key::parse(spelled).map_err(|error| found.push(Diagnostic::at(place, error))).ok()?;
    let mut meant: Option<Key> = None;
    for variant in context.variants {
        let here = variant.draft.key(key.clone());
        let unclear = |error: Ambiguous| Diagnostic::at(place, error.to_string()).help(Ambiguous::HELP);
        let here = here.map_err(|error| found.push(unclear(error))).ok()?;
        if let Some((list, name)) = variant.draft.taken_out(&here) {
            let kind = kind_of(list).map_or("entity", |kind| kind.one);
            let message =
                format!("`{here}` cannot be varied: the scenario `{}` takes the {kind} `{name}` out", variant.name);
            found.push(Diagnostic::at(place, message));
            return None;
        }
        if meant.as_ref().is_some_and(|other| *other != here && here.parts().iter().any(|part| is_pair(part))) {
            let message =
                format!("`{key}` is another border in the scenario `{}` than in those before it", variant.name);
            found.push(Diagnostic::at(place, message));
            return None;
        }
        meant = Some(meant.filter(|other| *other != key).unwrap_or(here));
    }
    Some(meant.unwrap_or(key))
}

/// What the scenarios say if they do not know a key at all.
pub(in crate::experiment) fn unknown_key(key: &str, place: &Place, context: &Context<'_>) -> Mistakes {
    let tried = |variant: &Variant| {
        let laid = laid(key, &Setting::Flag(true), Some((place, place)));
        laid.and_then(|laid| variant.draft.with([laid]))
    };
    let errors = context.variants.iter().filter_map(|variant| tried(variant).err());
    let unknown = |error: &Diagnostic| error.message.starts_with("unknown ") || error.message.starts_with("no border ");
    errors.flat_map(|errors| errors.into_found()).filter(unknown).collect()
}

/// Lays the values of a factor over every scenario and says once what is wrong with them.
pub(in crate::experiment) fn try_out(varied: &Varied, kind: MethodWord, context: &Context<'_>, found: &mut Mistakes) {
    match varied.key.parts() {
        [key] if NO_FACTORS.contains(&key.as_str()) => {
            return found.push(Diagnostic::at(&varied.place, format!("`{key}` cannot be a factor")));
        }
        [table, key] if table == "time" && TIME.contains(&key.as_str()) => {
            return found.push(no_factor(varied, "the time span"));
        }
        _ => {}
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
    // One factor at a time, the others keep the scenario's values.
    if kind == MethodWord::OneAtATime {
        return None;
    }
    let (entry, by) = words(variant, &varied.key).into_iter().find_map(|entry| {
        let origin = &entry.node.place.origin;
        by(origin, context).map(|by| (entry, by))
    })?;
    let key = &varied.factor.parameter;
    let spelled = varied.spelled.trim();
    let of_factor = if spelled == key { String::new() } else { format!(" (as `{spelled}`)") };
    let place = &entry.key;
    let text = place.text().trim_matches(['"', '\'']);
    let whole = Key::parse(text).is_ok_and(|written| written.parts().len() == varied.key.parts().len());
    let of_set = match whole {
        _ if !place.origin.is_file || text == key => String::new(),
        true => format!(" (as `{text}`)"),
        // The table that it stands in says the rest.
        false => format!(" ({})", place.shown()),
    };
    let message = format!("`{key}` is a factor{of_factor} and is also set {by}{of_set}");
    Some(Diagnostic::at(&varied.place, message))
}

/// What a scenario says at a place, or of the entity that the factor takes out.
fn words<'v>(variant: &'v Variant, key: &Key) -> Vec<&'v TomlEntry> {
    match key.parts().split_last() {
        Some((last, entity)) if last == REMOVE => {
            let entity = variant.draft.said(&Key::of(entity.to_vec()));
            entity.and_then(|entry| entry.node.as_table()).into_iter().flat_map(TomlTable::values).collect()
        }
        _ => variant.draft.said(key).into_iter().collect(),
    }
}

/// Who sets what stands in this text, if it is laid over the scenario.
fn by(origin: &Arc<Origin>, context: &Context<'_>) -> Option<String> {
    if !origin.is_file {
        Some(format!("by {}", origin.name))
    } else {
        Arc::ptr_eq(origin, context.origin).then(|| "by a scenario's `set`".to_owned())
    }
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
    Some(no_factor(varied, what))
}

fn no_factor(varied: &Varied, changes: &str) -> Diagnostic {
    let message = format!("`{}` cannot be a factor: it changes {changes}", varied.factor.parameter);
    Diagnostic::at(&varied.place, message).help("give each case a scenario of its own in [[scenarios]]")
}

/// What is to be known of the factors of a design: those that have no effect, or take values that are not plausible.
pub(super) fn warnings(varied: &[Varied], kind: MethodWord, context: &Context<'_>) -> Vec<Warning> {
    let odd: Vec<Warning> = varied.iter().filter_map(implausible).collect();
    let odd = if kind == MethodWord::Posterior { at_once(odd) } else { odd };
    varied.iter().filter_map(|factor| in_vain(factor, varied, context)).chain(odd).collect()
}

/// What is implausible in a sample, told by the first that is: tails of what was fitted may reach far, and what of them does is no choice of
/// whoever draws from it.
fn at_once(mut odd: Vec<Warning>) -> Vec<Warning> {
    let others = odd.len().saturating_sub(1);
    odd.truncate(1);
    if let Some(Warning { said, .. }) = odd.first_mut().filter(|_| others > 0) {
        let parameters =
            if others == 1 { "another parameter".to_owned() } else { format!("{others} other parameters") };
        said.message = format!("{}, and values of {parameters} outside theirs", said.message);
    }
    odd
}

fn in_vain(factor: &Varied, all: &[Varied], context: &Context<'_>) -> Option<Warning> {
    let (mechanism, scale) = match factor.key.parts() {
        [list, name, number] if list == "mechanisms" && number != ENABLED.name => (name.as_str(), None),
        [list, ..] => {
            let kind = kind_of(list)?;
            match kind.moved_by {
                Some((mechanism, scale)) => (mechanism, Some(scale)),
                None => return of_no_effect(factor, all, context),
            }
        }
        [] => return None,
    };
    let still: Option<Vec<_>> =
        context.variants.iter().map(|variant| variant.scenario.still(mechanism, scale)).collect();
    let Some((about, why)) = still.and_then(|still| still.into_iter().next()) else {
        return of_no_effect(factor, all, context);
    };
    if all.iter().any(|other| other.key == about) {
        return None;
    }
    let message = format!("`{}` is varied without effect: {why}", factor.factor.parameter);
    Some(Warning { about, said: Diagnostic::at(&factor.place, message) })
}

/// Warns of a number of an entity of which the same is to be said in every scenario, whatever the number is.
fn of_no_effect(factor: &Varied, all: &[Varied], context: &Context<'_>) -> Option<Warning> {
    let [list, name, _] = factor.key.parts() else { return None };
    let kind = kind_of(list)?;
    // What others of its kind and which mechanisms are on may make a difference.
    let differs = |other: &Varied| {
        other.key.parts()[0] == *list || other.key.parts().last().is_some_and(|last| last == ENABLED.name)
    };
    if all.iter().any(|other| other.key != factor.key && differs(other)) {
        return None;
    }
    let first = context.variants.first()?.scenario.remark(list, name)?;
    let tries = enough(&factor.tries);
    let same = |variant: &Variant| {
        variant.scenario.remark(list, name).is_some_and(|remark| remark == first)
            && tries.iter().all(|(value, place)| {
                let laid = laid(&factor.factor.parameter, value, Some((&factor.place, place)));
                let scenario = laid.and_then(|laid| variant.draft.with([laid]));
                scenario.is_ok_and(|scenario| scenario.remark(list, name).is_some_and(|remark| remark == first))
            })
    };
    let message = format!("the {} `{name}` {first}", kind.one);
    let about = Key::new(&[list, name]);
    context.variants.iter().all(same).then(|| Warning { about, said: Diagnostic::at(&factor.place, message) })
}

fn implausible(factor: &Varied) -> Option<Warning> {
    let (value, range, place) = factor.tries.iter().find_map(|(value, place)| {
        let number = match value {
            Setting::Whole(whole) => *whole as f64,
            Setting::Real(real) => *real,
            Setting::Flag(_) | Setting::Text(_) => return None,
        };
        Some((number, factor.declared?.implausible(number)?, place))
    })?;
    let message = format!("`{}` comes to {value}, outside its plausible range of {range}", factor.factor.parameter);
    Some(Warning { about: factor.key.clone(), said: Diagnostic::at(place, message) })
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
