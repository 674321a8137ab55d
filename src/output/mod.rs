//! Tables on disk: what each column means, and how rows become files.

pub mod csv;
pub mod dictionary;
pub mod folder;
pub mod manifest;
pub mod package;
pub mod table;
pub mod writer;
