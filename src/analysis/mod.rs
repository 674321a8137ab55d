//! What the tables of a batch say.

pub mod sketch;
