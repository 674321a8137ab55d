//! What begins at no date but by chance: its hazard is two numbers of its kind, and here are the months in which it may come.

use super::{Scenario, too_late};
use crate::scenario::{
    Month,
    describe::insert_month,
    diagnostic::Diagnostic,
    schema::{self, described},
    section::{Mistakes, Section, month},
    unsound::{Checked, ensure},
};
use serde_json::{Map, Value};

/// The numbers that only what comes by chance has: its hazard, and the doubt of it.
const HAZARD: [&str; 2] = ["hazard_per_year", "hazard_cv"];

/// The keys of the same entry that no longer hold where a layer gives `key` over them: a date takes the place of chance, and chance
/// that of a date.
pub(super) fn replaced_by(key: &str) -> &'static [&'static str] {
    match key {
        "from" => &["earliest", "latest", HAZARD[0], HAZARD[1]],
        "earliest" => &["from"],
        _ => &[],
    }
}

/// How often something comes by chance.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Hazard {
    /// Its expectation.
    pub per_year: f64,
    /// Its coefficient of variation, where it is not known well; 0 if it is known.
    pub cv: f64,
}

/// Months in which something may begin by chance, once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// The first of them; the start of the world if that is later.
    pub earliest: Month,
    /// The last of them; `None` if it may come in any month after.
    pub latest: Option<Month>,
}

impl Window {
    /// Reads it. What has one has no `from`, and what has none has no hazard.
    pub(super) fn read<'a>(section: &mut Section<'a>, found: &mut Mistakes) -> Option<Self> {
        let (dated, hazard) = (section.take("from").is_some(), HAZARD.map(|key| (key, section.take(key))));
        let (earliest, latest) = (section.take("earliest"), section.take("latest"));
        let Some(first) = earliest else {
            for (key, entry) in hazard.into_iter().chain([("latest", latest)]) {
                if let Some(entry) = entry {
                    found.push(Diagnostic::at(&entry.key, format!("`{key}` has no effect without `earliest`")));
                }
            }
            return None;
        };
        if dated {
            let message = "what has a date does not come by chance: leave out `from` or `earliest`";
            found.push(Diagnostic::at(&first.node.place, message));
        }
        if hazard[0].1.is_none() {
            let message = format!("what has `earliest` comes by chance, and needs its `{}`", HAZARD[0]);
            found.push(Diagnostic::at(&first.key, message));
        }
        let window =
            Self { earliest: section.read("earliest", month, found)?, latest: section.read("latest", month, found) };
        if let Some((last, entry)) = window.latest.zip(latest).filter(|(last, _)| *last < window.earliest) {
            let message = format!("`latest` must not be before `earliest`: {last} is before {}", window.earliest);
            found.push(Diagnostic::at(&entry.node.place, message));
        }
        Some(window)
    }

    /// What a config says of it and of the hazard; without one, numbers of chance have no effect and the reader refuses them.
    pub(super) fn describe(window: Option<&Self>, entry: &mut Map<String, Value>) {
        match window {
            Some(window) => {
                insert_month(entry, "earliest", Some(window.earliest));
                insert_month(entry, "latest", window.latest);
            }
            None => {
                entry.retain(|key, _| !HAZARD.contains(&key.as_str()));
            }
        }
    }

    /// Checks what stands at this place, such as `controls.Rule`, and begins in `from` or in a window.
    pub(super) fn check(window: Option<&Self>, from: Option<Month>, place: &str) -> Checked {
        ensure(
            window.is_none() || from.is_none(),
            || format!("{place}.earliest"),
            || "cannot stand beside `from`".to_owned(),
        )?;
        let Some(Self { earliest, latest: Some(latest) }) = window else { return Ok(()) };
        ensure(latest >= earliest, || format!("{place}.latest"), || format!("must not be before {earliest}"))
    }

    /// What to know of what comes in it by a hazard, and ends in `to`, if it never comes.
    pub(super) fn remark(&self, hazard: Hazard, to: Option<Month>, scenario: &Scenario) -> Option<String> {
        if hazard.per_year == 0.0 {
            return Some(format!("never comes: its `{}` is 0", HAZARD[0]));
        }
        if let Some(latest) = self.latest.filter(|latest| *latest < scenario.time.start) {
            return Some(format!("never comes: the world begins after {latest}"));
        }
        if let Some(to) = to.filter(|to| *to <= self.earliest) {
            return Some(format!("has no effect: it ends in {to}, before it can begin"));
        }
        if let Some((to, latest)) = to.zip(self.latest).filter(|(to, latest)| to <= latest) {
            return Some(format!("ends in {to}: if it comes from then on to {latest}, it has no effect"));
        }
        too_late(Some(self.earliest), scenario)
    }

    /// The schema of its keys.
    pub(super) fn keys() -> [(&'static str, Value); 2] {
        [
            (
                "earliest",
                described(schema::month(), "First month in which it may begin by chance, in place of `from`."),
            ),
            ("latest", described(schema::month(), "Last month in which it may; left out if it may at any time after.")),
        ]
    }
}
