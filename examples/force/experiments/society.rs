//! Society: rights, safety, access, domains.

use super::Experiment;

/// The experiments, in order.
pub const EXPERIMENTS: &[Experiment] = &[];
