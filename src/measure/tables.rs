//! The tables of the standard model, declared once: their names, what a run records, and how it is visited table by table.

/// Declares the tables of a run in order: field of [`Trajectory`](super::record::Trajectory) and type of its rows, and how
/// rows are added at the end of a month. A table with a column `date`, and at most one for an entity beside it, as its key
/// has indicators: its numbers are followed month by month. The entities of `fabs` are what configs list under `fabs`.
macro_rules! tables {
    ($( $(#[doc = $about:literal])+ $field:ident: $Row:ty = $fill:expr; )+) => {
        /// The tables of the standard model, in order; those that join a model stand behind them.
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
            /// What joined the model from outside.
            pub own: Own,
        }

        impl Trajectory {
            /// Its tables, in the order of what is [measured](super::Measured::tables); those that were not recorded are empty.
            pub fn tables(&self) -> Vec<&dyn $crate::declare::table::Tabular> {
                let standard: [&dyn $crate::declare::table::Tabular; TABLES.len()] = [$(&self.$field),+];
                standard.into_iter().chain(self.own.tables()).collect()
            }
        }

        /// The tables of a run that is not over yet.
        #[derive(Default)]
        pub(super) struct Begun {
            recorded: [bool; TABLES.len()],
            $( $field: Vec<$Row>, )+
        }

        impl Begun {
            /// The tables of a run that begins.
            pub(super) fn new(record: &Record) -> Self {
                Self { recorded: TABLES.map(|table| record.has(table.name)), ..Self::default() }
            }

            /// Adds the rows of the month that has ended to the tables that are to be recorded.
            pub(super) fn take_down(&mut self, month: &mut Ended<'_>) {
                let mut recorded = self.recorded.into_iter();
                $( if recorded.next() == Some(true) {
                    let fill: fn(&mut Ended<'_>, &mut Vec<$Row>) = $fill;
                    fill(month, &mut self.$field);
                } )+
            }

            /// The tables as far as they were taken down.
            pub(super) fn tables(&self) -> [&dyn $crate::declare::table::Tabular; TABLES.len()] {
                [$(&self.$field),+]
            }

            /// The run's history, when it is over.
            pub(super) fn finish(self, outcomes: OutcomeRow, own: Own) -> Trajectory {
                Trajectory { $( $field: self.$field, )+ outcomes, own }
            }
        }
    };
}

pub(super) use tables;
