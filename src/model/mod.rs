//! The world: takes a [`Scenario`] and a [`Seed`], gives monthly records.

pub mod record;

/// Which noise a world lives in: a pure function of these two numbers and stable keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seed {
    /// Master seed, the same for a whole batch.
    pub master: u64,
    /// Number of the replicate: the same replicate has the same noise at every design point and scenario.
    pub replicate: u64,
}

/// A number went wrong inside a run; the run stops there.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{mechanism}: {quantity} of {entity} became {value} in {date}")]
pub struct InvalidNumber {
    /// The mechanism that made it.
    pub mechanism: &'static str,
    /// Which quantity.
    pub quantity: &'static str,
    /// Whose.
    pub entity: String,
    /// The month.
    pub date: crate::scenario::Month,
    /// The value, such as `NaN`.
    pub value: f64,
}
