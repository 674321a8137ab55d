//! A table of cases: what was varied, and how far it happened.

use super::{Objective, Step};

/// What was varied, by case.
#[derive(Clone, Debug)]
pub enum Column {
    /// Numbers.
    Real(Vec<f64>),
    /// Whole numbers.
    Whole(Vec<f64>),
    /// One of a few choices, by their places.
    Choice {
        /// The place of each case's choice.
        places: Vec<usize>,
        /// How many there are.
        count: usize,
    },
}

/// What a box admits of a column.
#[derive(Clone, Debug, PartialEq)]
pub enum Limit {
    /// Numbers from the first to the second, both included.
    Between(f64, f64),
    /// The choices at these places.
    Among(Vec<bool>),
}

/// A table of cases, each with a weight.
#[derive(Clone, Debug)]
pub struct Cases {
    pub(super) columns: Vec<Column>,
    pub(super) happened: Vec<f64>,
    pub(super) weights: Vec<f64>,
    /// What the columns take over all cases.
    everything: Vec<Limit>,
    total: Sums,
}

/// Sums over cases.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Sums {
    pub weight: f64,
    pub happened: f64,
    pub squares: f64,
}

impl Sums {
    fn add(&mut self, weight: f64, happened: f64) {
        self.weight += weight;
        self.happened += weight * happened;
        self.squares += weight * weight;
    }

    /// The weighted share in which it happened; 0 without cases.
    pub(super) fn density(&self) -> f64 {
        if self.weight > 0.0 { self.happened / self.weight } else { 0.0 }
    }

    /// As many equal cases as are worth these (Kish 1965).
    pub(super) fn effective(&self) -> f64 {
        if self.squares > 0.0 { self.weight * self.weight / self.squares } else { 0.0 }
    }
}

impl Cases {
    /// Cases of these columns, each of which has a value of each case; how far it happened, from 0 (not at all) to 1; what each
    /// case counts, above 0.
    pub fn new(columns: Vec<Column>, happened: Vec<f64>, weights: Vec<f64>) -> Self {
        let everything = columns.iter().map(whole).collect();
        let mut cases = Self { columns, happened, weights, everything, total: Sums::default() };
        cases.total = cases.sums(cases.all());
        cases
    }

    /// The place of every case.
    pub fn all(&self) -> Vec<usize> {
        (0..self.happened.len()).collect()
    }

    /// The weighted share of all cases in which it happened.
    pub fn base_rate(&self) -> f64 {
        self.total.density()
    }

    /// The effective number of all cases: fewer than there are where weights differ.
    pub fn effective(&self) -> f64 {
        self.total.effective()
    }

    /// Limits that admit every case, by column.
    pub fn everything(&self) -> &[Limit] {
        &self.everything
    }

    /// How much happened in these rows, by the choice of a column; nothing of a column of numbers.
    pub fn happened_by_choice(&self, column: usize, rows: &[usize]) -> Vec<f64> {
        let Some(Column::Choice { places, count }) = self.columns.get(column) else { return Vec::new() };
        let mut sums = vec![0.0; *count];
        rows.iter().for_each(|row| sums[places[*row]] += self.weights[*row] * self.happened[*row]);
        sums
    }

    /// Share of the weight of all cases.
    pub(super) fn mass(&self, sums: &Sums) -> f64 {
        sums.weight / self.total.weight
    }

    /// Whether a limit admits the case of this row.
    pub(super) fn admits(&self, column: usize, limit: &Limit, row: usize) -> bool {
        match (&self.columns[column], limit) {
            (Column::Real(values) | Column::Whole(values), Limit::Between(low, high)) => {
                (*low..=*high).contains(&values[row])
            }
            (Column::Choice { places, .. }, Limit::Among(admitted)) => admitted[places[row]],
            _ => false,
        }
    }

    /// Whether limits admit it.
    pub(super) fn holds(&self, limits: &[Limit], row: usize) -> bool {
        limits.iter().enumerate().all(|(column, limit)| self.admits(column, limit, row))
    }

    pub(super) fn sums(&self, rows: impl IntoIterator<Item = usize>) -> Sums {
        let mut sums = Sums::default();
        rows.into_iter().for_each(|row| sums.add(self.weights[row], self.happened[row]));
        sums
    }

    /// How many columns are restricted.
    pub(super) fn restricted(&self, limits: &[Limit]) -> usize {
        self.everything.iter().zip(limits).filter(|(all, limit)| all != limit).count()
    }

    /// The box of these limits, which admit these rows of those that were left to it.
    pub(super) fn step(&self, limits: Vec<Limit>, rows: Vec<usize>) -> Step {
        let own = self.sums(rows.iter().copied());
        let coverage = own.happened / self.total.happened;
        Step {
            mass: self.mass(&own),
            coverage,
            density: own.density(),
            restricted: self.restricted(&limits),
            limits,
            rows,
        }
    }

    /// The columns in the order in which they are tried, which decides between equals: numbers, whole numbers, choices.
    pub(super) fn in_order(&self) -> Vec<usize> {
        let kind = |column: &usize| match self.columns[*column] {
            Column::Real(_) => 0,
            Column::Whole(_) => 1,
            Column::Choice { .. } => 2,
        };
        let mut order: Vec<usize> = (0..self.columns.len()).collect();
        order.sort_by_key(kind);
        order
    }
}

/// What a column takes over all cases.
fn whole(column: &Column) -> Limit {
    match column {
        Column::Real(values) | Column::Whole(values) => {
            let low = values.iter().copied().fold(f64::INFINITY, f64::min);
            let high = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            Limit::Between(low, high)
        }
        Column::Choice { places, count } => Limit::Among((0..*count).map(|place| places.contains(&place)).collect()),
    }
}

/// A change of one limit, and what it comes to.
#[derive(Clone, Debug)]
pub(super) struct Change {
    pub column: usize,
    pub limit: Limit,
    pub sums: Sums,
    score: f64,
    /// Columns that the box restricts then.
    restricted: usize,
}

/// Finds the best change of a box.
pub(super) struct Contest<'a> {
    cases: &'a Cases,
    objective: Objective,
    /// The box's limits and sums before it.
    limits: &'a [Limit],
    before: Sums,
    best: Option<Change>,
}

impl<'a> Contest<'a> {
    pub(super) fn new(cases: &'a Cases, objective: Objective, step: &'a Step) -> Self {
        let before = cases.sums(step.rows.iter().copied());
        Self { cases, objective, limits: &step.limits, before, best: None }
    }

    /// Takes part with a limit that leaves these rows. Of equals the one counts that restricts fewer columns, then the first.
    pub(super) fn enter(&mut self, column: usize, limit: Limit, rows: impl Iterator<Item = usize>) {
        let sums = self.cases.sums(rows);
        let (old, new) = (self.before.density(), sums.density());
        let moved = (self.before.weight - sums.weight).abs();
        let score = match self.objective {
            Objective::Mean if sums.weight > 0.0 => new,
            Objective::Mean => -1.0,
            Objective::Lenient if old == new || moved == 0.0 => 0.0,
            Objective::Lenient => (new - old) / moved,
        };
        let of = |(at, all): (usize, &Limit)| *all != *if at == column { &limit } else { &self.limits[at] };
        let restricted = self.cases.everything.iter().enumerate().filter(|column| of(*column)).count();
        let better = |best: &Change| score > best.score || (score == best.score && restricted < best.restricted);
        if self.best.as_ref().is_none_or(better) {
            self.best = Some(Change { column, limit, sums, score, restricted });
        }
    }

    /// The best change, if it raises what is to be raised.
    pub(super) fn winner(self) -> Option<Change> {
        self.best.filter(|best| best.score > 0.0)
    }
}
