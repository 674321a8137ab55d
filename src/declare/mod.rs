//! How parameters, tables and choices are declared: once, and read by checks, schemas, designs, writers and docs. Knows none of
//! them.

pub(crate) mod choice;
pub mod month;
pub mod parameter;
pub mod table;
pub(crate) mod text;
