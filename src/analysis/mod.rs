//! What the tables of a batch say.

pub mod quantiles;
pub mod sensitivity;
pub mod sketch;
