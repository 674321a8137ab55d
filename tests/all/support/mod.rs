//! What several subjects share.

pub mod pairs;
pub mod program;
pub mod worlds;
