//! The tables of a run, declared once: their names, what a run records, and how it is visited table by table.

/// Declares the tables of a run in order: field of [`Trajectory`](super::record::Trajectory) and type of its rows, and how
/// rows are added at the end of a month. A table with a column `date`, and at most one for an entity beside it, as its key
/// has indicators: its numbers are followed month by month. The entities of `fabs` are what configs list under `fabs`.
macro_rules! tables {
    ($( $(#[doc = $about:literal])+ $field:ident: $Row:ty = $fill:expr; )+) => {
        /// The tables of a run, in order.
        pub const TABLES: [$crate::declare::table::Table; [$(<$Row as Row>::TABLE),+].len()] =
            [$($crate::declare::table::Table::of::<$Row>()),+];

        /// The types of the tables' rows.
        #[cfg(test)]
        pub(super) const ROWS: [&str; TABLES.len()] = [$(stringify!($Row)),+];

        /// One world's history: the recorded tables and the outcomes.
        #[derive(Clone, Debug, PartialEq)]
        pub struct Trajectory {
            $( $(#[doc = $about])+ pub $field: Vec<$Row>, )+
            /// What it came to.
            pub outcomes: OutcomeRow,
        }

        impl Trajectory {
            /// Its tables, in the order of [`TABLES`]; those that were not recorded are empty.
            pub fn tables(&self) -> [&dyn $crate::declare::table::Tabular; TABLES.len()] {
                [$(&self.$field),+]
            }
        }

        /// The tables of a run that is not over yet.
        #[derive(Default)]
        pub(super) struct Begun {
            $( $field: Vec<$Row>, )+
        }

        impl Begun {
            /// Adds the rows of the month that has ended to the tables that are to be recorded.
            pub(super) fn take_down(&mut self, record: Record, month: &mut Ended<'_>) {
                $( if record.has(<$Row as Row>::TABLE) {
                    let fill: fn(&mut Ended<'_>, &mut Vec<$Row>) = $fill;
                    fill(month, &mut self.$field);
                } )+
            }

            /// The run's history, when it is over.
            pub(super) fn finish(self, outcomes: OutcomeRow) -> Trajectory {
                Trajectory { $( $field: self.$field, )+ outcomes }
            }
        }
    };
}

pub(super) use tables;
