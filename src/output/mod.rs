//! Tables on disk: what each column means, and how rows become files.

pub mod table;
