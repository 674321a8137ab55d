//! What several subjects share.

pub mod pairs;
pub mod planted;
pub mod program;
pub mod worlds;
