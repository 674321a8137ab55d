//! What a user would notice, in one program: a file to link instead of one for each subject.

mod bad_input;
mod by_hand;
mod chips;
mod cli;
mod compare;
mod data_package;
mod designs;
mod determinism;
mod directions;
mod edges;
mod failures;
mod formula;
mod invariants;
mod memory;
mod nulls;
mod odd;
mod own_mechanism;
mod parquet;
mod resume;
mod rooms;
mod sensitivity;
mod shards;
mod slurm;
mod society;
mod support;
mod validation;
