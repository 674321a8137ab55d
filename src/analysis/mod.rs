//! What the tables of a batch say.

pub mod paired;
pub mod precision;
pub mod quantiles;
pub mod sensitivity;
pub mod sketch;
