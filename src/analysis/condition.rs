//! What happened in a run, asked of its outcomes: `gap_rating_end < 0 and lead_changes >= 1`.

use crate::scenario::diagnostic::unknown;
use std::fmt;

/// The word between two clauses.
const AND: &str = "and";

/// Several clauses, all of which have to hold.
#[derive(Clone, Debug, PartialEq)]
pub struct Condition(Vec<Clause>);

/// An outcome held against a number.
#[derive(Clone, Debug, PartialEq)]
pub struct Clause {
    /// The outcome.
    pub outcome: String,
    sign: Sign,
    number: f64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sign {
    Less,
    AtMost,
    More,
    AtLeast,
    Equal,
    Other,
}

/// The signs as they are written, longer ones first; a sign is shown as it stands here first.
const SIGNS: [(&str, Sign); 8] = [
    ("<=", Sign::AtMost),
    (">=", Sign::AtLeast),
    ("!=", Sign::Other),
    ("==", Sign::Equal),
    ("<", Sign::Less),
    (">", Sign::More),
    ("=", Sign::Equal),
    ("≠", Sign::Other),
];

impl Condition {
    /// Reads a condition on these outcomes.
    ///
    /// # Errors
    /// What is wrong with it, in words.
    pub fn parse(text: &str, known: &[&str]) -> Result<Self, String> {
        let mut clauses: Vec<Vec<&str>> = vec![Vec::new()];
        for word in text.split_whitespace() {
            match clauses.last_mut() {
                Some(clause) if !word.eq_ignore_ascii_case(AND) => clause.push(word),
                _ => clauses.push(Vec::new()),
            }
        }
        let read = |words: Vec<&str>| Clause::parse(&words.join(" "), known);
        clauses.into_iter().map(read).collect::<Result<_, _>>().map(Self)
    }

    /// Its clauses.
    pub fn clauses(&self) -> &[Clause] {
        &self.0
    }

    /// Whether it holds of these values, one for each clause. A value that is missing leaves it open, unless another clause fails.
    pub fn holds(&self, values: &[Option<f64>]) -> Option<bool> {
        let clauses = || self.0.iter().zip(values).map(|(clause, value)| value.map(|value| clause.holds(value)));
        if clauses().any(|held| held == Some(false)) {
            return Some(false);
        }
        clauses().all(|held| held == Some(true)).then_some(true)
    }
}

impl Clause {
    fn parse(text: &str, known: &[&str]) -> Result<Self, String> {
        let sign = SIGNS.iter().filter_map(|(sign, meant)| Some((text.find(sign)?, sign.len(), *meant)));
        // The first in the text; of two that begin there the longer.
        let first = sign.min_by_key(|(at, length, _)| (*at, usize::MAX - length));
        let example = "write an outcome, a sign and a number, such as 'gap_rating_end < 0', with `and` between several";
        let Some((at, length, sign)) = first else {
            return Err(format!("no `<`, `<=`, `>`, `>=`, `=` or `!=` in \"{text}\": {example}"));
        };
        let (outcome, number) = (text[..at].trim(), text[at + length..].trim());
        if outcome.is_empty() || outcome.contains(' ') {
            return Err(format!("no single outcome before the sign in \"{text}\": {example}"));
        }
        if !known.contains(&outcome) {
            return Err(unknown("outcome", outcome, known.iter().copied()));
        }
        let read = number.parse().ok().filter(|number: &f64| number.is_finite());
        let number = read.ok_or_else(|| format!("\"{number}\" is no number in \"{text}\": {example}"))?;
        Ok(Self { outcome: outcome.to_owned(), sign, number })
    }

    #[expect(clippy::float_cmp, reason = "a user who asks for a number means it")]
    fn holds(&self, value: f64) -> bool {
        match self.sign {
            Sign::Less => value < self.number,
            Sign::AtMost => value <= self.number,
            Sign::More => value > self.number,
            Sign::AtLeast => value >= self.number,
            Sign::Equal => value == self.number,
            Sign::Other => value != self.number,
        }
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, Clause { outcome, sign, number }) in self.0.iter().enumerate() {
            let sign = SIGNS.iter().rev().find(|(_, other)| other == sign).map_or("", |(sign, _)| sign);
            let sign = if sign == "≠" { "!=" } else { sign };
            write!(f, "{}{outcome} {sign} {number}", if at > 0 { " and " } else { "" })?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KNOWN: [&str; 3] = ["gap_rating_end", "gap_rating_peak", "lead_changes"];

    #[test]
    fn conditions_are_read_with_and_without_spaces_and_shown_in_one_way() {
        for (text, shown) in [
            ("gap_rating_end<0", "gap_rating_end < 0"),
            ("  gap_rating_end <= -2.5e1 AND lead_changes>=1", "gap_rating_end <= -25 and lead_changes >= 1"),
            ("lead_changes == 0", "lead_changes = 0"),
            ("lead_changes!=0 and gap_rating_peak > 3", "lead_changes != 0 and gap_rating_peak > 3"),
        ] {
            assert_eq!(Condition::parse(text, &KNOWN).unwrap().to_string(), shown);
        }
    }

    #[test]
    fn what_cannot_be_read_is_said() {
        for (text, said) in [
            ("", "no `<`"),
            ("gap_rating_end", "no `<`"),
            ("gap_rating_end < ", "\"\" is no number"),
            ("gap_rating_end < nan", "\"nan\" is no number"),
            ("gap_rating_end < 0 and", "no `<`"),
            ("gap_rating_end < 0 or lead_changes > 1", "is no number"),
            ("< 3", "no single outcome"),
            ("gap_rating_edn < 0", "did you mean `gap_rating_end`?"),
        ] {
            let error = Condition::parse(text, &KNOWN).unwrap_err();
            assert!(error.contains(said), "{text}: {error}");
        }
    }

    #[test]
    fn every_sign_does_what_it_says_and_what_is_missing_leaves_it_open() {
        let held = |text: &str| {
            let condition = Condition::parse(text, &KNOWN).unwrap();
            [0.0, 1.0, 2.0].map(|value| condition.holds(&[Some(value)]).unwrap())
        };
        assert_eq!(held("lead_changes < 1"), [true, false, false]);
        assert_eq!(held("lead_changes <= 1"), [true, true, false]);
        assert_eq!(held("lead_changes > 1"), [false, false, true]);
        assert_eq!(held("lead_changes >= 1"), [false, true, true]);
        assert_eq!(held("lead_changes = 1"), [false, true, false]);
        assert_eq!(held("lead_changes != 1"), [true, false, true]);
        let both = Condition::parse("gap_rating_end < 0 and lead_changes > 0", &KNOWN).unwrap();
        assert_eq!(both.holds(&[Some(-1.0), Some(1.0)]), Some(true));
        assert_eq!(both.holds(&[Some(-1.0), None]), None);
        assert_eq!(both.holds(&[Some(1.0), None]), Some(false));
    }
}
