//! Reads a factor of a design: `[[design.factors]]`.

use super::{
    Factor, Role, Scale, Setting,
    trial::{Varied, declared, meant, unknown_key},
};
use crate::{
    declare::parameter::{Kind as Holds, Parameter},
    experiment::design::context::{Context, MAX_LEVELS, MethodWord, keep, refuse_others},
    scenario::{
        Choice, Diagnostic,
        diagnostic::Place,
        section::{Mistakes, Section, cell_text, choice, finite, list, text, whole, wrong},
        tree::{Node, TomlEntry, Value},
    },
};

/// The word of a scale.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ScaleWord {
    Linear,
    Log,
    Integer,
    Choice,
}

impl Choice for ScaleWord {
    const WORDS: &'static [(&'static str, Self)] =
        &[("linear", Self::Linear), ("log", Self::Log), ("integer", Self::Integer), ("choice", Self::Choice)];
}

impl Choice for Role {
    const WORDS: &'static [(&'static str, Self)] = &[("uncertainty", Self::Uncertainty), ("lever", Self::Lever)];
}

/// A scale with the values to try and their places.
type Tried = (Scale, Vec<(Setting, Place)>);

/// What a factor's table says of its values.
struct Said<'a> {
    kind: MethodWord,
    /// Where the parameter is named.
    place: &'a Place,
    key: &'a str,
    declared: Option<&'static Parameter>,
    /// Whether it is a parameter of a mechanism, and not of a state, a firm or the like.
    of_mechanism: bool,
    scale: Option<(&'a Node, ScaleWord)>,
    range: Option<&'a TomlEntry>,
    values: Option<&'a TomlEntry>,
    levels: Option<(&'a TomlEntry, u32)>,
}

pub(super) fn read_factor(
    node: &Node,
    kind: MethodWord,
    context: &Context<'_>,
    found: &mut Mistakes,
) -> Option<Varied> {
    let before = found.len();
    let mut section = Section::of(node, "[[design.factors]]", found)?;
    let parameter = section.require("parameter", found).map(|entry| &entry.node);
    let key = parameter.and_then(|node| keep(text("parameter", node), found).map(|key| (key, &node.place)));
    let place = key.and_then(|(key, place)| meant(key, place, context, found));
    let role = section.read("role", choice, found).unwrap_or_default();
    refuse_others(&mut section, &["range", "scale", "values", "levels"], kind, kind.factor_keys(), found);
    let scale = section.take("scale").map(|entry| &entry.node);
    let scale = scale.and_then(|node| keep(choice("scale", node), found).map(|word| (node, word)));
    let (range, values) = (section.take("range"), section.take("values"));
    let levels = section.take("levels").and_then(|entry| {
        let levels = keep(whole("levels", &entry.node, 2, MAX_LEVELS), found)?;
        Some((entry, u32::try_from(levels).ok()?))
    });
    section.finish(found);
    let ((spelled, place), key) = (key?, place?);
    let name = key.to_string();
    if found.len() > before {
        return None;
    }
    let declared = declared(&key, context.catalogue);
    let of_mechanism = key.parts().first().is_some_and(|table| table == "mechanisms");
    if !(declared.is_some() && of_mechanism) && range.is_none() && values.is_none() {
        let unknown = unknown_key(&name, place, context);
        if !unknown.is_empty() {
            found.extend(unknown);
            return None;
        }
    }
    let said = Said { kind, place, key: &name, declared, of_mechanism, scale, range, values, levels };
    let (scale, tries) = keep(said.scale(), found)?;
    let levels = keep(said.steps(&scale), found)?;
    let unit = declared.map_or("", |declared| declared.unit).to_owned();
    let meaning = declared.map_or("", |declared| declared.meaning).to_owned();
    let factor = Factor { parameter: name, role, scale, levels, unit, meaning };
    Some(Varied { factor, key, spelled: spelled.clone(), place: place.clone(), declared, tries })
}

impl Said<'_> {
    fn scale(&self) -> Result<Tried, Diagnostic> {
        if let Some(values) = self.values {
            return self.choice(values);
        }
        if self.kind == MethodWord::List {
            return Err(Diagnostic::at(self.place, format!("`{}` has no `values`", self.key)));
        }
        if self.holds(Holds::Flag) {
            return self.flags();
        }
        if let Some((node, ScaleWord::Choice)) = self.scale {
            return Err(Diagnostic::at(&node.place, "a choice needs `values`"));
        }
        let word = self.scale.map(|(_, word)| word);
        let word = word.unwrap_or(if self.holds(Holds::Whole) { ScaleWord::Integer } else { ScaleWord::Linear });
        if let (true, Some((node, ScaleWord::Linear | ScaleWord::Log))) = (self.holds(Holds::Whole), self.scale) {
            let error = wrong("scale", node, "\"integer\" or \"choice\"");
            return Err(error.help(format!("`{}` is a whole number", self.key)));
        }
        match self.range {
            Some(entry) => self.ranged(word, &entry.node),
            None => self.plausible(word),
        }
    }

    fn holds(&self, kind: Holds) -> bool {
        self.declared.is_some_and(|declared| declared.kind == kind)
    }

    fn flags(&self) -> Result<Tried, Diagnostic> {
        if let Some(entry) = self.range {
            let message = format!("`{}` is true or false and has no `range`", self.key);
            return Err(Diagnostic::at(&entry.key, message));
        }
        match self.scale {
            Some((node, word)) if word != ScaleWord::Choice => Err(wrong("scale", node, "\"choice\"")),
            _ => {
                let values = vec![Setting::Flag(false), Setting::Flag(true)];
                let tries = values.iter().map(|value| (value.clone(), self.place.clone())).collect();
                Ok((Scale::Choice { values }, tries))
            }
        }
    }

    fn choice(&self, entry: &TomlEntry) -> Result<Tried, Diagnostic> {
        if let Some(range) = self.range {
            return Err(Diagnostic::at(&range.key, "a factor has `values` or a `range`, not both"));
        }
        if let Some((levels, _)) = self.levels {
            return Err(Diagnostic::at(&levels.key, "`levels` belong to a `range`; `values` are taken as they are"));
        }
        if let Some((node, word)) = self.scale
            && word != ScaleWord::Choice
        {
            return Err(wrong("scale", node, "\"choice\" beside `values`"));
        }
        let items = list("values", &entry.node)?;
        if items.is_empty() {
            return Err(Diagnostic::at(&entry.node.place, "`values` is empty"));
        }
        let given: Result<Vec<_>, _> = items.iter().map(setting).collect();
        let values = alike(given?);
        if matches!(self.kind, MethodWord::Grid | MethodWord::OneAtATime) {
            let doubled = (1..values.len()).find(|at| values[..*at].contains(&values[*at]));
            if let Some(item) = doubled.and_then(|at| items.get(at)) {
                let message =
                    format!("`values` has `{}` twice, and each of its points would be run twice", item.place.text());
                return Err(Diagnostic::at(&item.place, message));
            }
        }
        let tries = values.iter().cloned().zip(items.iter().map(|item| item.place.clone())).collect();
        Ok((Scale::Choice { values }, tries))
    }

    fn ranged(&self, word: ScaleWord, node: &Node) -> Result<Tried, Diagnostic> {
        let error = |node| wrong("range", node, "exactly two numbers, [low, high]");
        let items = list("range", node).map_err(|_| error(node))?;
        let [first, last] = items else {
            let message = format!("`range` must be exactly two numbers, [low, high], not a list of {}", items.len());
            return Err(Diagnostic::at(&node.place, message));
        };
        let number = |node| finite(node).ok_or_else(|| wrong("each end of `range`", node, "a number"));
        let (low, high) = (number(first)?, number(last)?);
        if low >= high {
            let message = format!("`range` must go from low to high: {low} is not below {high}");
            return Err(Diagnostic::at(&node.place, message));
        }
        match word {
            ScaleWord::Integer => {
                let (Some(low), Some(high)) = (as_whole(low), as_whole(high)) else {
                    return Err(Diagnostic::at(&node.place, "the `range` of an integer scale has whole numbers"));
                };
                Ok(self.between(Scale::Integer { low, high }, &first.place, &last.place))
            }
            ScaleWord::Log if low <= 0.0 => {
                Err(Diagnostic::at(&first.place, format!("the `range` of a log scale is above 0: it starts at {low}")))
            }
            ScaleWord::Log => Ok(self.between(Scale::Log { low, high }, &first.place, &last.place)),
            _ => Ok(self.between(Scale::Linear { low, high }, &first.place, &last.place)),
        }
    }

    /// The declared plausible range.
    fn plausible(&self, word: ScaleWord) -> Result<Tried, Diagnostic> {
        let Some(declared) = self.declared else {
            let message = format!("`{}` has neither `range` nor `values`", self.key);
            return Err(
                Diagnostic::at(self.place, message).help("only the parameters of mechanisms have a plausible range")
            );
        };
        let (low, high) = declared.plausible;
        if !self.of_mechanism {
            let message = format!("`{}` has neither `range` nor `values`", self.key);
            let help = format!(
                "only the parameters of mechanisms have a plausible range; {low} to {high} is that of any `{}`, not of this one",
                declared.name
            );
            return Err(Diagnostic::at(self.place, message).help(help));
        }
        let scale = match word {
            ScaleWord::Log if low <= 0.0 => {
                let message =
                    format!("the plausible range of `{}`, {low} to {high}, does not suit a log scale", self.key);
                return Err(Diagnostic::at(self.place, message).help("give it a `range` above 0"));
            }
            ScaleWord::Log => Scale::Log { low, high },
            ScaleWord::Integer => Scale::Integer { low: low.ceil() as i64, high: high.floor() as i64 },
            _ => Scale::Linear { low, high },
        };
        if low < high {
            Ok(self.between(scale, self.place, self.place))
        } else {
            Err(Diagnostic::at(self.place, format!("`{}` has no plausible range; give it a `range`", self.key)))
        }
    }

    /// A scale with its ends to try, and what lies between them if only the reader knows what the key takes.
    fn between(&self, scale: Scale, low: &Place, high: &Place) -> Tried {
        let mut tries = vec![(scale.at(0.0), low.clone()), (scale.at(1.0), high.clone())];
        if self.declared.is_none() {
            tries.push((scale.at(0.618), low.clone()));
        }
        (scale, tries)
    }

    /// How many values of its range a design in steps takes.
    fn steps(&self, scale: &Scale) -> Result<Option<u32>, Diagnostic> {
        let whole = match scale {
            Scale::Integer { low, high } => Some(high.abs_diff(*low).saturating_add(1)),
            _ => None,
        };
        match (self.levels, whole) {
            (Some((entry, levels)), Some(whole)) if u64::from(levels) > whole => {
                let message = format!("`range` has {whole} whole numbers, fewer than {levels} levels");
                Err(Diagnostic::at(&entry.node.place, message))
            }
            (Some((entry, _)), _) if matches!(scale, Scale::Choice { .. }) => {
                Err(Diagnostic::at(&entry.key, "`levels` belong to a `range`; `values` are taken as they are"))
            }
            (Some((_, levels)), _) => Ok(Some(levels)),
            (None, Some(whole)) if self.kind == MethodWord::Grid => Ok(Some(u32::try_from(whole).unwrap_or(u32::MAX))),
            (None, _) if self.kind == MethodWord::Grid && !matches!(scale, Scale::Choice { .. }) => {
                Err(Diagnostic::at(self.place, format!("`{}` has neither `levels` nor `values`", self.key))
                    .help("a grid needs to know which values of the range to take"))
            }
            (None, _) => Ok(None),
        }
    }
}

fn as_whole(number: f64) -> Option<i64> {
    (number.fract() == 0.0 && number.abs() <= 9e15).then_some(number as i64)
}

/// A value of `values`.
pub(super) fn setting(node: &Node) -> Result<Setting, Diagnostic> {
    let error = || wrong("each of `values`", node, "a number, text, or true or false");
    match &node.value {
        Value::Flag(flag) => Ok(Setting::Flag(*flag)),
        Value::Whole(number) => i64::try_from(*number).map(Setting::Whole).map_err(|_| error()),
        Value::Real(_) => finite(node).map(Setting::Real).ok_or_else(error),
        Value::Text(_) => cell_text("values", node).map(|text| Setting::Text(text.clone())),
        Value::Date(_) | Value::List(_) | Value::Table(_) => Err(error()),
    }
}

/// The same values, whole numbers made real ones if there are both, so that a column has one type.
pub(super) fn alike(values: Vec<Setting>) -> Vec<Setting> {
    if !values.iter().any(|value| matches!(value, Setting::Real(_))) {
        return values;
    }
    let real = |value| match value {
        Setting::Whole(number) => Setting::Real(number as f64),
        other => other,
    };
    values.into_iter().map(real).collect()
}
