//! The mechanisms of the standard model, one file each: its equation and source, its parameters, its draws, what it keeps
//! with each entity, its systems, its tests.
//!
//! To add one here: write its file, name it below, and add it to the list in `month.rs`. One in a crate of your own joins by
//! [`Model::with`](super::Model::with).

pub mod adoption;
pub mod build_out;
pub mod chip_shortage;
pub mod chip_supply;
pub mod claims;
pub mod compute;
pub mod cooperation;
pub mod diffusion;
pub mod entry;
pub mod exit;
pub mod export_controls;
pub mod incidents;
pub mod induced_innovation;
pub mod leapfrog;
pub mod market;
pub mod money;
pub mod openness;
pub mod output;
pub mod policy;
pub mod power;
pub mod price;
pub mod releases;
pub mod research;
pub mod safety;
pub mod shocks;
pub mod statecraft;
pub mod systems;
pub mod training;
pub mod values;

#[cfg(test)]
mod declared_tests;
