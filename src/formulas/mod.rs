//! The stand-alone formulas of the model by name, so that each can be tried and checked without running a world.
//!
//! A formula's arithmetic stands where the model uses it; an entry here says what goes in, what comes out and who found it.

mod chips;
mod firms;
mod given;
mod race;
mod wafers;
mod world;

pub use given::{Complaint, Given};

/// A formula that needs no world.
#[derive(Clone, Copy, Debug)]
pub struct Formula {
    /// Its name, with hyphens.
    pub name: &'static str,
    /// What it tells, in a line.
    pub meaning: &'static str,
    /// The equation, in the names of inputs and outputs.
    pub equation: &'static str,
    /// What goes in.
    pub inputs: &'static [Input],
    /// What comes out; at most one of them holds a value for each list item.
    pub outputs: &'static [FormulaOutput],
    /// Who found it.
    pub source: &'static str,
    /// The values of the outputs, in order.
    evaluate: fn(&Given) -> Vec<f64>,
}

/// What an input holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holds {
    /// A number.
    Number,
    /// A whole number.
    Whole,
    /// Numbers with commas between them.
    List,
}

impl Holds {
    /// Its name in lists.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Number => "number",
            Self::Whole => "whole number",
            Self::List => "list",
        }
    }
}

/// A value or list that a formula needs.
#[derive(Clone, Copy, Debug)]
pub struct Input {
    /// Its key.
    pub name: &'static str,
    /// Unit; `1` for a pure number.
    pub unit: &'static str,
    /// What it is.
    pub meaning: &'static str,
    /// What it holds.
    pub holds: Holds,
    /// Values accepted, both ends included.
    pub range: (f64, f64),
    /// A typical value, or values.
    pub usual: &'static [f64],
    /// Whether the usual value is taken if none is given.
    pub optional: bool,
}

/// A value that a formula gives.
#[derive(Clone, Copy, Debug)]
pub struct FormulaOutput {
    /// Its name.
    pub name: &'static str,
    /// Unit; `1` for a pure number.
    pub unit: &'static str,
    /// What it is.
    pub meaning: &'static str,
    /// Whether there is one for each item of the lists that go in.
    pub each: bool,
}

/// An output with its value, or a value for each list item.
pub type Answer = (&'static FormulaOutput, Vec<f64>);

/// All formulas, in the order of the list that users see.
pub fn all() -> impl Iterator<Item = &'static Formula> + Clone {
    let [chips, firms, world] = [chips::FORMULAS, firms::FORMULAS, world::FORMULAS];
    wafers::FORMULAS.iter().chain(chips).chain(firms).chain(world).chain(race::FORMULAS)
}

/// The formula of this name.
pub fn find(name: &str) -> Option<&'static Formula> {
    all().find(|formula| formula.name == name)
}

impl Formula {
    /// The results for `key=value` words.
    ///
    /// ```
    /// let elo = redqueen::formulas::find("elo").unwrap();
    /// let answers = elo.answer(&["difference=0"]).unwrap();
    /// assert_eq!((answers[0].0.name, &answers[0].1[..]), ("probability", &[0.5][..]));
    /// ```
    pub fn answer(&'static self, words: &[impl AsRef<str>]) -> Result<Vec<Answer>, Complaint> {
        self.evaluate(&Given::read(self, words)?)
    }

    /// The results for values that have been checked.
    pub fn evaluate(&'static self, given: &Given) -> Result<Vec<Answer>, Complaint> {
        let values = (self.evaluate)(given);
        if values.iter().any(|value| !value.is_finite()) {
            return Err(Complaint("the result is not a finite number for these values".to_owned()));
        }
        let items = (values.len() + 1).saturating_sub(self.outputs.len());
        let mut rest = values.into_iter();
        let mut take = |output: &FormulaOutput| rest.by_ref().take(if output.each { items } else { 1 }).collect();
        Ok(self.outputs.iter().map(|output| (output, take(output))).collect())
    }

    /// The words of an example: every input at its usual value.
    pub fn example(&self) -> Vec<String> {
        self.inputs.iter().map(|input| format!("{}={}", input.name, input.usual_words())).collect()
    }
}

impl Input {
    /// The usual value as a user writes it.
    pub fn usual_words(&self) -> String {
        self.usual.iter().copied().map(short).collect::<Vec<_>>().join(",")
    }

    /// What it accepts, in words: `a number from 0 to 1 (1/year)`.
    pub fn accepts(&self) -> String {
        let what = match self.holds {
            Holds::Number => "a number",
            Holds::Whole => "a whole number",
            Holds::List => "numbers with commas between them, each",
        };
        let (low, high) = self.range;
        format!("{what} from {} to {}{}", short(low), short(high), in_unit(self.unit))
    }

    /// The same, with the usual value for one that is left out.
    const fn optional(mut self) -> Self {
        self.optional = true;
        self
    }
}

/// The shortest digits that read back as the same number.
pub fn short(value: f64) -> String {
    // No sign on 0, and no dozens of zeros.
    let value = value + 0.0;
    if value == 0.0 || (1e-5..1e9).contains(&value.abs()) { value.to_string() } else { format!("{value:e}") }
}

/// A unit behind what it belongs to: ` (nats)`; nothing for a pure number.
pub fn in_unit(unit: &str) -> String {
    if unit == "1" { String::new() } else { format!(" ({unit})") }
}

const fn input(
    holds: Holds,
    (name, unit): (&'static str, &'static str),
    range: (f64, f64),
    usual: &'static [f64],
    meaning: &'static str,
) -> Input {
    Input { name, unit, meaning, holds, range, usual, optional: false }
}

const fn number(
    name: (&'static str, &'static str),
    range: (f64, f64),
    usual: &'static [f64],
    meaning: &'static str,
) -> Input {
    input(Holds::Number, name, range, usual, meaning)
}

const fn whole(
    name: (&'static str, &'static str),
    range: (f64, f64),
    usual: &'static [f64],
    meaning: &'static str,
) -> Input {
    input(Holds::Whole, name, range, usual, meaning)
}

const fn list(
    name: (&'static str, &'static str),
    range: (f64, f64),
    usual: &'static [f64],
    meaning: &'static str,
) -> Input {
    input(Holds::List, name, range, usual, meaning)
}

const fn output(name: &'static str, unit: &'static str, meaning: &'static str) -> FormulaOutput {
    FormulaOutput { name, unit, meaning, each: false }
}

const fn for_each(name: &'static str, unit: &'static str, meaning: &'static str) -> FormulaOutput {
    FormulaOutput { name, unit, meaning, each: true }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_entry_is_whole() {
        let mut names: Vec<_> = all().map(|formula| formula.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), all().count(), "a name stands twice");
        for formula in all() {
            let name = formula.name;
            assert!(name.chars().all(|c| c.is_ascii_lowercase() || c == '-'), "{name}");
            assert!(formula.outputs.iter().filter(|output| output.each).count() <= 1, "{name}");
            for text in [formula.meaning, formula.equation, formula.source] {
                assert!(!text.is_empty(), "{name}");
            }
            for (at, input) in formula.inputs.iter().enumerate() {
                assert!(formula.equation.contains(input.name), "{name}: {} is not in the equation", input.name);
                assert!(formula.inputs[..at].iter().all(|other| other.name != input.name), "{name}");
                assert!(input.holds == Holds::List || input.usual.len() == 1, "{name}: {}", input.name);
                assert!(!input.unit.is_empty() && !input.meaning.is_empty(), "{name}: {}", input.name);
            }
        }
    }

    #[test]
    fn every_output_gets_its_values() {
        for formula in all() {
            let answers =
                formula.answer(&formula.example()).unwrap_or_else(|found| panic!("{}: {found}", formula.name));
            let longest = formula.inputs.iter().map(|input| input.usual.len()).max().unwrap();
            for (output, values) in answers {
                let expected = if output.each { longest } else { 1 };
                assert_eq!(values.len(), expected, "{}: {}", formula.name, output.name);
            }
        }
    }
}
