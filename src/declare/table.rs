//! The data dictionary's types. A table is declared once, as the struct of its row; column names, types, units and
//! meanings are read off that declaration by the writers, the data package and `redqueen columns`.

use super::month::Month;
use std::sync::Arc;

/// The column of the month.
pub(crate) const DATE: &str = "date";

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

impl Cell<'_> {
    /// Its number, if it holds one.
    pub fn number(self) -> Option<f64> {
        match self {
            Self::Number(value) => Some(value),
            Self::Whole(value) => Some(value as f64),
            _ => None,
        }
    }

    /// What it counts as among the indicators of months: its number, and 1 or 0 for a flag, whose mean is a share.
    #[must_use]
    pub fn indicator(self) -> Option<f64> {
        if let Self::Flag(flag) = self { Some(f64::from(flag)) } else { self.number() }
    }
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

/// What is declared of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Table {
    /// Its name: its file is `<name>.csv`.
    pub name: &'static str,
    /// What one row is, in a line.
    pub meaning: &'static str,
    /// Columns that tell the rows of one run apart; empty if there are none.
    pub key: &'static [&'static str],
    /// Its columns, in order.
    pub columns: &'static [Column<'static>],
}

impl Table {
    /// What is declared of the table of these rows.
    pub const fn of<R: Row>() -> Self {
        Self { name: R::TABLE, meaning: R::MEANING, key: R::KEY, columns: R::COLUMNS }
    }

    /// Where a column stands.
    pub fn place(&self, column: &str) -> Option<usize> {
        self.columns.iter().position(|declared| declared.name == column)
    }
}

/// The rows of a table, whichever it is.
pub trait Tabular {
    /// What is declared of it.
    fn table(&self) -> Table;
    /// How many rows there are.
    fn count(&self) -> usize;
    /// Calls `visit` with each cell of a row, in the order of the columns.
    fn cells<'a>(&'a self, row: usize, visit: &mut dyn FnMut(Cell<'a>));
}

impl<R: Row> Tabular for Vec<R> {
    fn table(&self) -> Table {
        Table::of::<R>()
    }

    fn count(&self) -> usize {
        self.len()
    }

    fn cells<'a>(&'a self, row: usize, visit: &mut dyn FnMut(Cell<'a>)) {
        if let Some(row) = self.get(row) {
            row.cells(visit);
        }
    }
}

/// A row of a declared table.
pub trait Row {
    /// The table's name: its file is `<name>.csv`.
    const TABLE: &'static str;
    /// What one row is, in a line.
    const MEANING: &'static str;
    /// Columns that tell the rows of one run apart; empty if there are none.
    const KEY: &'static [&'static str];
    /// Its columns, in order.
    const COLUMNS: &'static [Column<'static>];
    /// Calls `visit` with each cell, in the order of the columns.
    fn cells<'a>(&'a self, visit: &mut dyn FnMut(Cell<'a>));
}

/// Declares a table as the struct of its row, with the columns that tell rows apart, if any; each field with its meaning,
/// type and unit.
///
/// ```
/// redqueen::table! {
///     /// A row a month.
///     pub struct Weather as "weather" by date {
///         /// The month that has passed.
///         date: redqueen::scenario::Month, "";
///         /// Rain of the month.
///         rain: f64, "mm";
///     }
/// }
/// use redqueen::declare::table::Row;
/// assert_eq!((Weather::KEY, Weather::COLUMNS[1].unit), (&["date"][..], "mm"));
/// ```
#[macro_export]
macro_rules! table {
    (
        $(#[doc = $about:literal])+
        $vis:vis struct $Name:ident as $table:literal $(by $($key:ident),+)? {
            $( $(#[doc = $meaning:literal])+ $field:ident : $type:ty, $unit:literal; )*
        }
    ) => {
        $(#[doc = $about])+
        #[derive(Clone, Debug, PartialEq)]
        $vis struct $Name { $( $(#[doc = $meaning])+ pub $field: $type, )* }

        impl $crate::declare::table::Row for $Name {
            const TABLE: &'static str = $table;
            const MEANING: &'static str = concat!($($about),+).trim_ascii();
            const KEY: &'static [&'static str] = &[$($(stringify!($key)),+)?];
            const COLUMNS: &'static [$crate::declare::table::Column<'static>] = &[
                $( $crate::declare::table::Column {
                    name: stringify!($field),
                    holds: <$type as $crate::declare::table::Field>::HOLDS,
                    optional: <$type as $crate::declare::table::Field>::OPTIONAL,
                    unit: $unit,
                    meaning: concat!($($meaning),+).trim_ascii(),
                }, )*
            ];
            fn cells<'a>(&'a self, visit: &mut dyn FnMut($crate::declare::table::Cell<'a>)) {
                $( visit($crate::declare::table::Field::cell(&self.$field)); )*
            }
        }
    };
}
