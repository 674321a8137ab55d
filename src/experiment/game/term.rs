//! A term of a payoff: an outcome of a run, or the discounted mean of a column over some of its months, with a weight.

use crate::declare::month::Month;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use std::fmt;

/// A weighted number that a run comes to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Term {
    /// What it counts for; of any sign but zero.
    pub weight: f64,
    /// Whether its logarithm counts; a run where it is not above 0 then has no payoff.
    pub log: bool,
    /// What is weighted.
    pub quantity: Quantity,
}

/// A number that a run comes to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Quantity {
    /// An outcome: a column of the table of runs.
    Outcome(String),
    /// The mean of a column over months.
    Window(Window),
}

/// The discounted mean of a column over some months of a run. A logarithm is taken month by month.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Window {
    /// Name of the table.
    pub table: String,
    /// Its column, a number.
    pub column: String,
    /// Of which state, firm or the like; none of the world's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entity: Option<String>,
    /// First month.
    #[serde(serialize_with = "write_month", deserialize_with = "read_month")]
    pub from: Month,
    /// Last month.
    #[serde(serialize_with = "write_month", deserialize_with = "read_month")]
    pub to: Month,
    /// By how much a year later counts less: a month t years after the first counts (1 + discount)^-t.
    pub discount: f64,
    /// What counts for a month without a value; without this the run has no payoff then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub missing: Option<f64>,
}

fn write_month<S: Serializer>(month: &Month, to: S) -> Result<S::Ok, S::Error> {
    to.collect_str(month)
}

fn read_month<'de, D: Deserializer<'de>>(from: D) -> Result<Month, D::Error> {
    String::deserialize(from)?.parse().map_err(D::Error::custom)
}

/// As in `0.5 ln(output of US in states, 2027-01 to 2032-12, 3 %/year)`.
impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.weight != 1.0 {
            write!(f, "{} ", self.weight)?;
        }
        let (open, close) = match (self.log, &self.quantity) {
            (true, _) => ("ln(", ")"),
            (false, Quantity::Window(_)) => ("(", ")"),
            (false, Quantity::Outcome(_)) => ("", ""),
        };
        write!(f, "{open}{}{close}", self.quantity)
    }
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Outcome(outcome) => f.write_str(outcome),
            Self::Window(window) => {
                let Window { table, column, entity, from, to, discount, missing } = window;
                let of = entity.as_ref().map_or_else(String::new, |entity| format!(" of {entity}"));
                write!(f, "{column}{of} in {table}, {from} to {to}")?;
                if *discount != 0.0 {
                    write!(f, ", discounted by {discount} a year")?;
                }
                missing.map_or(Ok(()), |missing| write!(f, ", {missing} where there is none"))
            }
        }
    }
}
