//! Reads the terms of payoffs, and holds them against what runs have.

use super::{Quantity, Term, Window};
use crate::{
    declare::table::{CellType, Column, DATE, Table},
    experiment::{KnownNames, entity::entity},
    scenario::{
        Diagnostic, Month, Scenario,
        diagnostic::unknown,
        section::{Mistakes, Section, finite, flag, note, real, text, wrong},
        tree::{Node, TomlEntry},
    },
};

/// Keys of a term that is a window.
const OF_WINDOWS: [&str; 6] = ["column", "entity", "from", "to", "discount", "missing"];

/// What terms are held against.
pub(in crate::experiment) struct TermReader<'r> {
    pub names: KnownNames<'r>,
    /// The world without anybody's strategy, unless that is wrong.
    pub scenario: Option<&'r Scenario>,
}

impl TermReader<'_> {
    /// The terms of a list.
    pub fn read(&self, items: &[Node], title: &str, found: &mut Mistakes) -> Vec<Term> {
        items.iter().filter_map(|item| self.term(item, title, found)).collect()
    }

    fn term(&self, node: &Node, title: &str, found: &mut Mistakes) -> Option<Term> {
        let mut section = Section::of(node, title, found)?;
        let weight = section.read("weight", weight, found).unwrap_or(1.0);
        let log = section.read("log", flag, found).unwrap_or(false);
        let (outcome, table) = (section.take("outcome"), section.take("table"));
        let quantity = match (outcome, table) {
            (Some(outcome), None) => {
                for key in OF_WINDOWS {
                    if let Some(entry) = section.take(key) {
                        found.push(Diagnostic::at(&entry.key, format!("`{key}` means nothing of an outcome")));
                    }
                }
                note(self.outcome(&outcome.node), found).map(Quantity::Outcome)
            }
            (None, Some(table)) => self.window(table, &mut section, found).map(Quantity::Window),
            _ => {
                for key in OF_WINDOWS {
                    section.take(key);
                }
                let message = format!("{title} names either an `outcome` or a `table` and its `column`");
                found.push(Diagnostic::at(&node.place, message));
                None
            }
        };
        section.finish(found);
        Some(Term { weight, log, quantity: quantity? })
    }

    fn outcome(&self, node: &Node) -> Result<String, Diagnostic> {
        let outcome = self.names.outcome(node)?;
        let (first, months) = ((self.names.months_before)(outcome), self.months());
        if months.is_some_and(|months| months < first) {
            let months = months.unwrap_or_default();
            let message = format!("no run has {outcome}: it takes {first} months, and a run has {months}");
            return Err(Diagnostic::at(&node.place, message));
        }
        Ok(outcome.clone())
    }

    fn months(&self) -> Option<u32> {
        self.scenario.map(|scenario| scenario.time.months)
    }

    fn window<'t>(&self, entry: &'t TomlEntry, section: &mut Section<'t>, found: &mut Mistakes) -> Option<Window> {
        let table = note(self.table(&entry.node), found);
        let column = section.require("column", found);
        let named = section.take("entity");
        let (from, to) = section.span("from", "to", found);
        let discount = section.read("discount", |key, node| real(key, node, 0.0, 10.0), found).unwrap_or(0.0);
        let missing =
            section.read("missing", |key, node| finite(node).ok_or_else(|| wrong(key, node, "a number")), found);
        let table = table?;
        let column = note(numeric(&table, &column?.node), found);
        let entity = note(entity(&table, &entry.node.place, named, self.scenario, false), found);
        let (from, to) = self.span(section, from, to, found)?;
        let (table, column) = (table.name.to_owned(), column?.name.to_owned());
        Some(Window { table, column, entity: entity?, from, to, discount, missing })
    }

    /// A table that has a row a month, or one of each entity.
    fn table(&self, node: &Node) -> Result<Table, Diagnostic> {
        let name = text("table", node)?;
        let known = || self.names.declared.iter().filter(|table| follows(table));
        let names: Vec<&str> = known().map(|table| table.name).collect();
        let found = known().find(|table| table.name == name).copied();
        found.ok_or_else(|| {
            let error = Diagnostic::at(&node.place, unknown("table", name, names.iter().copied()));
            error.help(format!("tables that follow something by month: {}", names.join(", ")))
        })
    }

    /// The months of a window, which are those of the run where nothing is said; `None` if they are outside.
    fn span(
        &self,
        section: &mut Section<'_>,
        from: Option<Month>,
        to: Option<Month>,
        found: &mut Mistakes,
    ) -> Option<(Month, Month)> {
        let time = &self.scenario?.time;
        let (first, last) = (time.start, time.start.plus(time.months.saturating_sub(1)));
        let before = found.len();
        for (key, month) in [("from", from), ("to", to)] {
            if let (Some(month), Some(entry)) = (month, section.take(key))
                && !(first..=last).contains(&month)
            {
                let message = format!("`{key}` = {month} lies outside the run, which goes from {first} to {last}");
                found.push(Diagnostic::at(&entry.node.place, message));
            }
        }
        (found.len() == before).then(|| (from.unwrap_or(first), to.unwrap_or(last)))
    }
}

/// Whether a table has one row a month, or one of each entity.
fn follows(table: &Table) -> bool {
    table.key.contains(&DATE) && table.key.len() <= 2
}

/// A column that holds numbers.
fn numeric(table: &Table, node: &Node) -> Result<Column<'static>, Diagnostic> {
    let name = text("column", node)?;
    let numbers = || table.columns.iter().filter(|c| matches!(c.holds, CellType::Number | CellType::Whole));
    let found = numbers().find(|column| column.name == name).copied();
    found.ok_or_else(|| {
        let what = format!("number in the table `{}`:", table.name);
        let error = Diagnostic::at(&node.place, unknown(&what, name, numbers().map(|column| column.name)));
        error.help(format!("the command `columns {}` lists them", table.name))
    })
}

fn weight(key: &str, node: &Node) -> Result<f64, Diagnostic> {
    finite(node).filter(|weight| *weight != 0.0).ok_or_else(|| wrong(key, node, "a number other than 0"))
}
