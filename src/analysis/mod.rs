//! What the tables of a batch say.

pub(crate) mod association;
pub mod calibration;
pub(crate) mod claims;
pub(crate) mod condition;
pub(crate) mod endless;
pub mod games;
pub(crate) mod luck;
pub(crate) mod paired;
pub(crate) mod precision;
pub(crate) mod prim;
pub(crate) mod quantiles;
pub mod scoring;
pub(crate) mod sensitivity;
pub(crate) mod shapley;
pub(crate) mod sketch;
pub(crate) mod turning;
