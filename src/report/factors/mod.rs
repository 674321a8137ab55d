//! What the answer turns on: how outcomes go with what a design of any kind varies.

pub(super) mod draw;
pub(super) mod effects;
mod plane;
pub(super) mod read;
mod surface;
#[cfg(test)]
mod tests;
