//! The market: selection, capital, failure.

use super::Experiment;

/// The experiments, in order.
pub const EXPERIMENTS: &[Experiment] = &[];
