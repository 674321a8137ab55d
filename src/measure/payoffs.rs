//! What the players of a game have of a run: more outcomes, made of the others and of the tables when the run is over.

use super::{Outcome, of_runs::OfRuns, record::Trajectory};
use crate::{
    declare::table::{Cell, DATE, Tabular},
    experiment::game::{Game, Quantity, Term, Window},
    maths,
};

/// The unit of payoffs.
const UNIT: &str = "of the payoff";

/// The payoffs of a game as outcomes of runs.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Payoffs {
    /// A column for each player, and the last for welfare.
    outcomes: Vec<Outcome>,
    /// The terms of each player's payoff.
    players: Vec<Vec<Term>>,
    /// Those of welfare; none if it is the sum of the payoffs.
    welfare: Vec<Term>,
}

impl Payoffs {
    /// Those of this game.
    pub fn of(game: &Game) -> Self {
        let outcomes = game.columns().iter().map(|(name, meaning)| Outcome::of_runs(name, UNIT, meaning)).collect();
        let players = game.players.iter().map(|player| player.payoff.clone()).collect();
        Self { outcomes, players, welfare: game.welfare.clone() }
    }
}

impl OfRuns for Payoffs {
    fn outcomes(&self) -> &[Outcome] {
        &self.outcomes
    }

    fn tables(&self) -> Vec<&str> {
        self.players.iter().flatten().chain(&self.welfare).filter_map(table).collect()
    }

    fn read(&self, run: &Trajectory) -> Vec<Option<f64>> {
        let mut values: Vec<Option<f64>> = self.players.iter().map(|terms| sum(terms, run)).collect();
        values.push(if self.welfare.is_empty() {
            values.iter().try_fold(0.0, |sum, each| Some(sum + (*each)?))
        } else {
            sum(&self.welfare, run)
        });
        values
    }
}

/// The table that a term looks at, if it does not look at an outcome.
pub(super) fn table(term: &Term) -> Option<&str> {
    match &term.quantity {
        Quantity::Window(window) => Some(&window.table),
        Quantity::Outcome(_) => None,
    }
}

/// What these terms add up to; `None` if one has no value.
pub(super) fn sum(terms: &[Term], run: &Trajectory) -> Option<f64> {
    terms.iter().map(|term| value(term, run)).try_fold(0.0, |sum, each| Some(sum + each?))
}

/// What a term adds to a payoff.
fn value(term: &Term, run: &Trajectory) -> Option<f64> {
    let found = match &term.quantity {
        Quantity::Outcome(name) => run.outcome(name).and_then(|value| logged(term, value)),
        Quantity::Window(window) => mean(window, run, |value| logged(term, value)),
    };
    found.map(|value| term.weight * value).filter(|value| value.is_finite())
}

/// The value, or its logarithm; `None` where there is none.
fn logged(term: &Term, value: f64) -> Option<f64> {
    match term.log {
        false => Some(value),
        true => (value > 0.0).then(|| maths::ln(value)),
    }
}

/// The discounted mean of what `count` makes of a column's values; `None` if a month has none.
fn mean(window: &Window, run: &Trajectory, count: impl Fn(f64) -> Option<f64>) -> Option<f64> {
    let months = usize::try_from(window.to.since(window.from)).ok()? + 1;
    let mut values = vec![window.missing; months];
    let tables = run.tables();
    let rows = tables.into_iter().find(|rows| rows.table().name == window.table)?;
    let table = rows.table();
    let (date, column) = (table.place(DATE)?, table.place(&window.column)?);
    let entity = table.key.iter().find(|key| **key != DATE).and_then(|key| table.place(key));
    for row in 0..rows.count() {
        let found = cells(rows, row, [Some(date), entity, Some(column)]);
        let (Some(Cell::Month(month)), named) = (found[0], found[1]) else { continue };
        let own = match (named, &window.entity) {
            (Some(Cell::Text(name)), Some(entity)) => name == entity,
            _ => entity.is_none(),
        };
        let place = usize::try_from(month.since(window.from)).ok().filter(|_| own);
        if let (Some(slot), Some(value)) =
            (place.and_then(|place| values.get_mut(place)), found[2].and_then(Cell::number))
        {
            *slot = Some(value);
        }
    }
    discounted(&values, window.discount, count)
}

/// The mean of values by month, of which a year later counts less by this discount.
fn discounted(values: &[Option<f64>], discount: f64, count: impl Fn(f64) -> Option<f64>) -> Option<f64> {
    let per_month = maths::ln(1.0 + discount) / 12.0;
    let (mut sum, mut weights) = (0.0, 0.0);
    for (month, value) in values.iter().enumerate() {
        let weight = maths::exp(-per_month * month as f64);
        sum += weight * count((*value)?)?;
        weights += weight;
    }
    Some(sum / weights)
}

/// The cells of a row in these columns.
pub(super) fn cells<'a>(rows: &'a dyn Tabular, row: usize, columns: [Option<usize>; 3]) -> [Option<Cell<'a>>; 3] {
    let (mut found, mut at) = ([None; 3], 0);
    rows.cells(row, &mut |cell| {
        for (slot, column) in found.iter_mut().zip(columns) {
            if column == Some(at) {
                *slot = Some(cell);
            }
        }
        at += 1;
    });
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mean_is_weighted_by_its_months_and_lacks_what_they_lack() {
        let plain = |value| Some(value);
        assert_eq!(discounted(&[Some(1.0), Some(3.0)], 0.0, plain), Some(2.0));
        let year: Vec<_> = (0..13).map(|month| Some(f64::from(u8::from(month == 12)))).collect();
        let sum: f64 = (0..13).map(|month| libm::pow(1.5, -f64::from(month) / 12.0)).sum();
        let found = discounted(&year, 0.5, plain).unwrap();
        assert!((found - 1.0 / 1.5 / sum).abs() < 1e-15, "the last month counts 1/1.5 of the first: {found}");
        assert_eq!(discounted(&[Some(1.0), None], 0.0, plain), None);
        let logged =
            |value| logged(&Term { weight: 1.0, log: true, quantity: Quantity::Outcome(String::new()) }, value);
        assert_eq!(discounted(&[Some(1.0), Some(0.0)], 0.0, logged), None, "there is no logarithm of nothing");
    }
}
