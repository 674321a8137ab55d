//! The data dictionary's types. A table is declared once, as the struct of its row; column names, types, units and
//! meanings are read off that declaration by the writers, the data package and `redqueen columns`.

use crate::scenario::Month;
use std::sync::Arc;

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CellType {
    /// A floating-point number.
    Number,
    /// A whole number.
    Whole,
    /// Text.
    Text,
    /// A month, `YYYY-MM`.
    Month,
    /// `true` or `false`.
    Flag,
}

/// One value of a row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Cell<'a> {
    /// A floating-point number, finite.
    Number(f64),
    /// A whole number.
    Whole(i64),
    /// Text.
    Text(&'a str),
    /// A month.
    Month(Month),
    /// A flag.
    Flag(bool),
    /// No value.
    Missing,
}

/// One column of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Column<'a> {
    /// Its name in the header.
    pub name: &'a str,
    /// What it holds.
    pub holds: CellType,
    /// Whether cells may be empty.
    pub optional: bool,
    /// Its unit; `1` for pure numbers, empty for text, months and flags.
    pub unit: &'a str,
    /// What it means, in a line.
    pub meaning: &'a str,
}

/// A type that stands for one column of a row.
pub trait Field {
    /// What the column holds.
    const HOLDS: CellType;
    /// Whether it may be empty.
    const OPTIONAL: bool = false;
    /// The value as a cell.
    fn cell(&self) -> Cell<'_>;
}

impl Field for f64 {
    const HOLDS: CellType = CellType::Number;
    fn cell(&self) -> Cell<'_> {
        Cell::Number(*self)
    }
}

impl Field for u32 {
    const HOLDS: CellType = CellType::Whole;
    fn cell(&self) -> Cell<'_> {
        Cell::Whole(i64::from(*self))
    }
}

impl Field for bool {
    const HOLDS: CellType = CellType::Flag;
    fn cell(&self) -> Cell<'_> {
        Cell::Flag(*self)
    }
}

impl Field for Month {
    const HOLDS: CellType = CellType::Month;
    fn cell(&self) -> Cell<'_> {
        Cell::Month(*self)
    }
}

impl Field for Arc<str> {
    const HOLDS: CellType = CellType::Text;
    fn cell(&self) -> Cell<'_> {
        Cell::Text(self)
    }
}

impl<T: Field> Field for Option<T> {
    const HOLDS: CellType = T::HOLDS;
    const OPTIONAL: bool = true;
    fn cell(&self) -> Cell<'_> {
        self.as_ref().map_or(Cell::Missing, Field::cell)
    }
}

/// A row of a declared table.
pub trait Row {
    /// The table's name: its file is `<name>.csv`.
    const TABLE: &'static str;
    /// What one row is, in a line.
    const MEANING: &'static str;
    /// Its columns, in order.
    const COLUMNS: &'static [Column<'static>];
    /// Calls `visit` with each cell, in the order of the columns.
    fn cells<'a>(&'a self, visit: &mut dyn FnMut(Cell<'a>));
}

/// Declares a table as the struct of its row; each field with its meaning, type and unit.
///
/// ```
/// redqueen::table! {
///     /// A row a month.
///     pub struct Weather as "weather" {
///         /// Rain of the month.
///         rain: f64, "mm";
///     }
/// }
/// use redqueen::output::table::Row;
/// assert_eq!(Weather::COLUMNS[0].unit, "mm");
/// ```
#[macro_export]
macro_rules! table {
    (
        $(#[doc = $about:literal])+
        $vis:vis struct $Name:ident as $table:literal {
            $( $(#[doc = $meaning:literal])+ $field:ident : $type:ty, $unit:literal; )*
        }
    ) => {
        $(#[doc = $about])+
        #[derive(Clone, Debug, PartialEq)]
        $vis struct $Name { $( $(#[doc = $meaning])+ pub $field: $type, )* }

        impl $crate::output::table::Row for $Name {
            const TABLE: &'static str = $table;
            const MEANING: &'static str = concat!($($about),+).trim_ascii();
            const COLUMNS: &'static [$crate::output::table::Column<'static>] = &[
                $( $crate::output::table::Column {
                    name: stringify!($field),
                    holds: <$type as $crate::output::table::Field>::HOLDS,
                    optional: <$type as $crate::output::table::Field>::OPTIONAL,
                    unit: $unit,
                    meaning: concat!($($meaning),+).trim_ascii(),
                }, )*
            ];
            fn cells<'a>(&'a self, visit: &mut dyn FnMut($crate::output::table::Cell<'a>)) {
                $( visit($crate::output::table::Field::cell(&self.$field)); )*
            }
        }
    };
}
