//! Tables on disk: what each column means, and how rows become files.

pub mod batch;
pub mod config;
pub(crate) mod csv;
pub(crate) mod dictionary;
pub(crate) mod difference_rows;
pub mod encode;
pub(crate) mod evidence;
pub(crate) mod folder;
pub(crate) mod forecast_rows;
pub(crate) mod headers;
pub(crate) mod journal;
pub mod manifest;
pub(crate) mod package;
#[cfg(feature = "parquet")]
pub(crate) mod parquet;
pub(crate) mod series;
pub(crate) mod snapshot;
pub(crate) mod stored;
pub(crate) mod sums;
pub(crate) mod writer;
