//! Reads the targets of a calibration: what of the observations runs are held against.

use super::{PlannedTarget, Statistic, Summary, figure};
use crate::{
    declare::text::is_name,
    experiment::{
        KnownNames,
        entity::entity,
        observations::{Observable, Observation},
    },
    scenario::{
        Choice, Diagnostic, Month, Scenario,
        diagnostic::{Place, unknown},
        section::{Mistakes, Section, choice, finite, flag, note, real, text, wrong},
        tree::{Node, TomlEntry},
    },
};
use std::collections::BTreeSet;

/// What targets are held against.
pub(super) struct TargetReader<'r> {
    pub names: KnownNames<'r>,
    pub scenario: &'r Scenario,
    /// What was seen, unless that is wrong.
    pub observations: Option<&'r [Observation]>,
    pub until: Month,
    /// Whether targets end at that month, and those that begin after it are left out.
    pub clips: bool,
}

/// Whether values of this unit can be added over entities: amounts can, and shares, scores, rates and prices cannot.
fn adds_up(unit: &str) -> bool {
    /// Properties of a thing, and what falls to a person.
    const OF_ONE: [&str; 5] = ["1", "nm", "H100e", "months", "thousand USD of 2023/year"];
    !OF_ONE.contains(&unit)
        && !unit.starts_with("1/")
        && !unit.starts_with("nats")
        && !unit.ends_with("points")
        && !unit.contains(" per ")
}

/// What an entry says.
struct Said<'t> {
    name: Option<&'t TomlEntry>,
    table: &'t TomlEntry,
    indicator: &'t TomlEntry,
    entity: Option<&'t TomlEntry>,
    from: Option<(Month, Place)>,
    to: Option<(Month, Place)>,
    statistic: Statistic,
    log: bool,
    error: Option<f64>,
    shared: Option<&'t TomlEntry>,
    discrepancy: f64,
}

impl TargetReader<'_> {
    /// The targets of a list.
    pub(super) fn read(&self, items: &[Node], found: &mut Mistakes) -> Vec<PlannedTarget> {
        let mut names = BTreeSet::new();
        let mut targets = Vec::new();
        for node in items {
            let Some(target) = self.target(node, found) else { continue };
            if names.insert(target.name.clone()) {
                targets.push(target);
            } else {
                let message = format!("`{}` is the name of two targets: give one of them another `name`", target.name);
                found.push(Diagnostic::at(&node.place, message));
            }
        }
        if targets.is_empty() && found.is_empty() && !items.is_empty() {
            let message = format!("no target has figures up to {}", self.until);
            found.push(Diagnostic::general(message));
        }
        targets
    }

    fn target(&self, node: &Node, found: &mut Mistakes) -> Option<PlannedTarget> {
        let mut section = Section::of(node, "[[targets]]", found)?;
        let said = said(&mut section, found);
        section.finish(found);
        let mut said = said?;
        if self.clips {
            if said.from.as_ref().is_some_and(|(from, _)| *from > self.until) {
                return None;
            }
            if let Some((to, _)) = &mut said.to {
                *to = (*to).min(self.until);
            }
        }
        let of = self.observable(&said, found)?;
        let seen: Vec<&Observation> = self.observations?.iter().filter(|observation| observation.of == of).collect();
        if seen.is_empty() {
            found.push(self.not_seen(&of, &said.indicator.node.place));
            return None;
        }
        self.inside(&said, found)?;
        let within = |observation: &&&Observation| {
            said.from.as_ref().is_none_or(|(from, _)| observation.first >= *from)
                && said.to.as_ref().map_or(observation.last <= self.until, |(to, _)| observation.last <= *to)
        };
        let used: Vec<&Observation> = seen.iter().copied().filter(|seen| within(&seen)).collect();
        if used.is_empty() && self.clips {
            return None;
        }
        if used.is_empty() {
            let message = format!("no observation of {of} lies in these months");
            found.push(Diagnostic::at(&node.place, message));
            return None;
        }
        self.made(&said, of, &used, node, found)
    }

    /// The target of these observations.
    fn made(
        &self,
        said: &Said<'_>,
        of: Observable,
        used: &[&Observation],
        node: &Node,
        found: &mut Mistakes,
    ) -> Option<PlannedTarget> {
        let start = self.scenario.time.start;
        let early = used.iter().find(|seen| seen.first < start || seen.last > self.until);
        if let Some(early) = early {
            let (first, last) = (early.first, early.last);
            let message = format!(
                "the observation of {first} to {last} lies outside the run, which goes from {start} to {}",
                self.until
            );
            found.push(Diagnostic::at(&node.place, message).help("leave it out with `from` and `to`"));
            return None;
        }
        let spans = used.iter().any(|seen| seen.first != seen.last);
        if spans && (used.len() > 1 || said.statistic != Statistic::Mean) {
            let message =
                format!("an observation of {of} spans several months: a target of it is the mean of a single one");
            found.push(Diagnostic::at(&node.place, message).help("choose one of them with `from` and `to`"));
            return None;
        }
        let first = used.first()?.first;
        let figures: Vec<_> =
            used.iter().map(|seen| (seen.first.since(first) as f64, seen.value, seen.error)).collect();
        let Some((value, error)) = figure(said.statistic, &figures, said.log) else {
            if self.clips {
                // A window that was cut short tells too little.
                return None;
            }
            let message = format!(
                "these observations of {of} have no {}",
                if said.log { "logarithm" } else { said.statistic.word() }
            );
            found.push(Diagnostic::at(&node.place, message));
            return None;
        };
        let months = |seen: &&Observation| {
            let (first, last) = (seen.first, seen.last);
            (0..=u32::try_from(last.since(first)).unwrap_or(0)).map(move |month| first.plus(month))
        };
        let months = used.iter().flat_map(months).collect();
        let unit = self.unit(&of, said);
        let summary = Summary { of, months, statistic: said.statistic, log: said.log };
        let sources: BTreeSet<&str> = used.iter().map(|seen| seen.source.as_str()).collect();
        let source = sources.into_iter().collect::<Vec<_>>().join("; ");
        let name = self.name(said, &summary, found)?;
        let error = said.error.unwrap_or(error);
        let shared_error = said.shared.map_or_else(Vec::new, |entry| shared_error(entry, error, found));
        let discrepancy = said.discrepancy;
        Some(PlannedTarget { name, summary, value, error, shared_error, discrepancy, unit, source })
    }

    /// The column that is named, if there is one, and the entity, if the scenario has it.
    fn observable(&self, said: &Said<'_>, found: &mut Mistakes) -> Option<Observable> {
        let name = note(text("table", &said.table.node), found)?;
        let Some(table) = self.names.declared.iter().find(|table| table.name == name) else {
            let known = self.names.declared.iter().map(|table| table.name);
            found.push(Diagnostic::at(&said.table.node.place, unknown("table", name, known)));
            return None;
        };
        let column = note(text("indicator", &said.indicator.node), found)?;
        let Some(declared) = table.columns.iter().find(|known| known.name == column) else {
            let known = table.columns.iter().map(|column| column.name);
            let error = Diagnostic::at(&said.indicator.node.place, unknown("indicator", column, known));
            found.push(error.help(format!("the command `columns {name}` lists them")));
            return None;
        };
        let entity = note(entity(table, &said.table.node.place, said.entity, Some(self.scenario), true), found)?;
        if let (Some(named), Some(_)) = (said.entity, entity.as_ref().and_then(|entity| entity.strip_suffix('*')))
            && !adds_up(declared.unit)
        {
            let message = format!("`*` sums over all whose names begin so, and `{column}` is no amount that adds up");
            found.push(Diagnostic::at(&named.node.place, message).help("name one of them"));
            return None;
        }
        Some(Observable {
            table: name.as_str().into(),
            entity: entity.map(Into::into),
            indicator: column.as_str().into(),
        })
    }

    /// Says that nothing of the kind was seen, and what was.
    fn not_seen(&self, of: &Observable, place: &Place) -> Diagnostic {
        let error = Diagnostic::at(place, format!("the observations have nothing of {of}"));
        let seen: BTreeSet<String> = self.observations.into_iter().flatten().map(|seen| seen.of.to_string()).collect();
        match seen.len() {
            0 => error.help("name tables of observations with `observations = [\"FILE\", …]`"),
            _ => error.help(format!("they have {}", seen.into_iter().collect::<Vec<_>>().join(", "))),
        }
    }

    /// Refuses months outside the run, or after those that may be looked at.
    fn inside(&self, said: &Said<'_>, found: &mut Mistakes) -> Option<()> {
        let start = self.scenario.time.start;
        let before = found.len();
        for (key, month, place) in [("from", &said.from), ("to", &said.to)]
            .into_iter()
            .filter_map(|(key, month)| month.as_ref().map(|(month, place)| (key, *month, place)))
        {
            if month > self.until {
                let message = format!(
                    "`{key}` = {month} lies after `until` = {}, the last month that may be looked at",
                    self.until
                );
                found.push(Diagnostic::at(place, message));
            } else if month < start {
                found.push(Diagnostic::at(
                    place,
                    format!("`{key}` = {month} lies before the run, which begins in {start}"),
                ));
            }
        }
        (found.len() == before).then_some(())
    }

    fn unit(&self, of: &Observable, said: &Said<'_>) -> String {
        let table = self.names.declared.iter().find(|table| table.name == &*of.table);
        let column = table.and_then(|table| table.columns.iter().find(|column| column.name == &*of.indicator));
        let unit = column.map_or("1", |column| column.unit);
        match (said.log, said.statistic) {
            (true, _) => format!("ln({unit})"),
            (false, Statistic::Trend) => format!("{unit}/year"),
            (false, _) => unit.to_owned(),
        }
    }

    /// The word by which a target goes: that of the file, or one made of what it is.
    fn name(&self, said: &Said<'_>, summary: &Summary, found: &mut Mistakes) -> Option<String> {
        if let Some(entry) = said.name {
            let name = note(text("name", &entry.node), found)?;
            if !is_name(name) || self.names.is_column(name) {
                let message = format!(
                    "`{name}` cannot be the name of a target: it is a column, with small letters, digits and `_` alone, and no outcome's name"
                );
                found.push(Diagnostic::at(&entry.node.place, message));
                return None;
            }
            return Some(name.clone());
        }
        let whose = summary.of.entity.as_deref().unwrap_or("");
        let words =
            format!("{} {whose} {} {}", summary.of.indicator, summary.statistic.word(), summary.months.first()?);
        let sign = |letter: char| if letter.is_ascii_alphanumeric() { letter.to_ascii_lowercase() } else { '_' };
        let mut name: String = words.chars().map(sign).collect();
        while name.contains("__") {
            name = name.replace("__", "_");
        }
        Some(name)
    }
}

/// What an entry says, if it says enough.
fn said<'t>(section: &mut Section<'t>, found: &mut Mistakes) -> Option<Said<'t>> {
    let name = section.take("name");
    let (table, indicator) = (section.require("table", found), section.require("indicator", found));
    let entity = section.take("entity");
    let (from, to) = section.span("from", "to", found);
    let mut placed = |key, month: Option<Month>| {
        let place = section.take(key).map(|entry: &TomlEntry| entry.node.place.clone());
        month.zip(place)
    };
    let (from, to) = (placed("from", from), placed("to", to));
    let statistic = section.read("statistic", choice::<Statistic>, found).unwrap_or_default();
    let log = section.read("log", flag, found).unwrap_or(false);
    let above = |key: &str, node: &Node| {
        finite(node)
            .filter(|number| *number > 0.0)
            .ok_or_else(|| wrong(key, node, "a number above 0, in the target's unit"))
    };
    let error = section.read("error", above, found);
    let discrepancy = section.read("discrepancy", |key, node| real(key, node, 0.0, f64::MAX), found).unwrap_or(0.0);
    let shared = section.take("shared_error");
    let (table, indicator) = (table?, indicator?);
    Some(Said { name, table, indicator, entity, from, to, statistic, log, error, shared, discrepancy })
}

/// The parts of an error that are those of other targets too, by the names of what they share.
fn shared_error(entry: &TomlEntry, error: f64, found: &mut Mistakes) -> Vec<(String, f64)> {
    let Some(table) = entry.node.as_table() else {
        found.push(wrong("shared_error", &entry.node, "a table such as { board = 5.0 }"));
        return Vec::new();
    };
    let part = |(name, part): (&String, &TomlEntry)| {
        let above = finite(&part.node).filter(|number| *number > 0.0);
        let number = above.ok_or_else(|| wrong(name, &part.node, "a number above 0, in the target's unit"));
        Some((name.clone(), note(number, found)?))
    };
    let parts: Vec<(String, f64)> = table.iter().filter_map(part).collect();
    let together = parts.iter().map(|(_, sd)| sd * sd).sum::<f64>().sqrt();
    if together >= error {
        let message = format!("`shared_error` is a part of the error, which is {error}: {together} is not below it");
        found.push(Diagnostic::at(&entry.node.place, message));
    }
    parts
}
