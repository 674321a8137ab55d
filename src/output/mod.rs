//! Tables on disk: what each column means, and how rows become files.

pub mod batch;
pub mod csv;
pub mod dictionary;
pub mod encode;
pub mod folder;
pub mod journal;
pub mod manifest;
pub mod package;
#[cfg(feature = "parquet")]
pub mod parquet;
pub mod series;
pub mod stored;
pub mod writer;
