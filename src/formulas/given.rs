//! The values that a user gives a formula, read and checked.

use super::{Formula, Holds, Input};
use crate::scenario::diagnostic::unknown;

/// Items that a list may hold: enough for any market, and no longer than a command line.
const LONGEST_LIST: usize = 10_000;

/// A value, or values, for each input of a formula.
#[derive(Clone, Debug)]
pub struct Given {
    inputs: &'static [Input],
    /// In the order of the inputs. All lists have the same length.
    values: Vec<Vec<f64>>,
}

/// What is wrong with the values given.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Complaint(pub(super) String);

impl Given {
    /// Reads `key=value` words.
    pub fn read(formula: &Formula, words: &[impl AsRef<str>]) -> Result<Self, Complaint> {
        let inputs = formula.inputs;
        let mut found: Vec<Option<Vec<f64>>> = vec![None; inputs.len()];
        for word in words {
            let (at, value) = pair(inputs, word.as_ref())?;
            if found[at].is_some() {
                return Err(Complaint(format!("`{}` is given twice", inputs[at].name)));
            }
            found[at] = Some(inputs[at].read(value)?);
        }
        let filled = |(input, found): (&Input, Option<Vec<f64>>)| {
            let usual = input.optional.then(|| input.usual.to_vec());
            let missing = || Complaint(format!("`{}` is missing: it must be {}", input.name, input.accepts()));
            found.or(usual).ok_or_else(missing)
        };
        let values = inputs.iter().zip(found).map(filled).collect::<Result<_, _>>()?;
        let mut given = Self { inputs, values };
        given.match_lists()?;
        Ok(given)
    }

    /// Makes all lists as long as the longest: one number alone holds for every item.
    fn match_lists(&mut self) -> Result<(), Complaint> {
        let lists = self.inputs.iter().zip(&mut self.values).filter(|(input, _)| input.holds == Holds::List);
        let mut lists: Vec<_> = lists.collect();
        let longest = lists.iter().map(|(input, values)| (values.len(), input.name)).max_by_key(|(length, _)| *length);
        let Some((expected, other)) = longest else { return Ok(()) };
        for (input, values) in &mut lists {
            match values[..] {
                [only] => values.resize(expected, only),
                _ if values.len() != expected => {
                    let (key, length) = (input.name, values.len());
                    let told = format!("`{key}` has {length} numbers and `{other}` has {expected}; they must match");
                    return Err(Complaint(told));
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// The list of this name; empty if the formula has no such input.
    pub fn list(&self, name: &str) -> &[f64] {
        let mut pairs = self.inputs.iter().zip(&self.values);
        pairs.find(|(input, _)| input.name == name).map_or(&[], |(_, values)| values)
    }

    /// The number of this name; `NaN` if the formula has no such input.
    pub fn number(&self, name: &str) -> f64 {
        self.list(name).first().copied().unwrap_or(f64::NAN)
    }

    /// The whole number of this name.
    pub fn whole(&self, name: &str) -> u32 {
        self.number(name) as u32
    }
}

/// Which input a word is for, and what it says.
fn pair<'a>(inputs: &[Input], word: &'a str) -> Result<(usize, &'a str), Complaint> {
    let Some((key, value)) = word.split_once('=') else {
        return Err(Complaint(format!("`{word}` is not of the form key=value")));
    };
    let names = || inputs.iter().map(|input| input.name);
    let missed = || {
        let known: Vec<_> = names().map(|name| format!("`{name}`")).collect();
        Complaint(format!("{}; the formula takes {}", unknown("key", key, names()), known.join(", ")))
    };
    Ok((names().position(|name| name == key).ok_or_else(missed)?, value))
}

impl Input {
    /// Reads the words of a value.
    fn read(&self, words: &str) -> Result<Vec<f64>, Complaint> {
        let accepted = |word: &str| {
            let value: f64 = word.trim().parse().ok()?;
            let whole = self.holds != Holds::Whole || value.fract() == 0.0;
            (whole && self.range.0 <= value && value <= self.range.1).then_some(value)
        };
        let refuse = |value: &str| Complaint(format!("`{}` must be {}, not `{value}`", self.name, self.accepts()));
        if self.holds != Holds::List {
            return Ok(vec![accepted(words).ok_or_else(|| refuse(words))?]);
        }
        if words.split(',').nth(LONGEST_LIST).is_some() {
            return Err(Complaint(format!("`{}` takes no more than {LONGEST_LIST} numbers", self.name)));
        }
        words.split(',').map(|word| accepted(word).ok_or_else(|| refuse(word))).collect()
    }
}
