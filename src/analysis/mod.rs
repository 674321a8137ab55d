//! What the tables of a batch say.

pub(crate) mod condition;
pub mod games;
pub(crate) mod paired;
pub(crate) mod precision;
pub(crate) mod prim;
pub(crate) mod quantiles;
pub(crate) mod sensitivity;
pub(crate) mod shapley;
pub(crate) mod sketch;
