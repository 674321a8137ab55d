//! What a report needs of the configs that stand in a manifest.

use crate::output::manifest::ScenarioEntry;
use crate::scenario::{Described, Month};
use serde::{Deserialize, Deserializer, de::Error as _};

/// A scenario as its config in the manifest says.
#[derive(Debug, Default, Deserialize)]
pub struct About {
    /// The name that the batch gives it, which need not be the config's own.
    #[serde(skip)]
    pub name: String,
    /// What it is.
    #[serde(skip)]
    pub described: Described,
    /// The states that the gap compares; a config that compares none has no such table.
    pub comparison: Option<ComparedStates>,
    pub firms: Vec<Firm>,
    pub fabs: Vec<Located>,
    pub accelerators: Vec<Located>,
    /// In order of their dates.
    pub events: Vec<DatedFact>,
    /// Rules on what may be sold to whom.
    #[serde(default)]
    pub(super) controls: Vec<Act>,
    /// What states do for their industry.
    #[serde(default)]
    pub(super) policies: Vec<Act>,
    /// What goes wrong.
    #[serde(default)]
    pub(super) shocks: Vec<Act>,
    /// The mechanisms, of which those that are off act on nothing.
    #[serde(default)]
    pub(super) mechanisms: serde_json::Value,
}

/// The kinds of what a scenario itself does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Acts {
    Shocks,
    Controls,
    Policies,
}

impl Acts {
    pub const ALL: [Self; 3] = [Self::Shocks, Self::Policies, Self::Controls];

    /// The list of a config that holds them, and the mechanism that makes them act.
    pub const fn of_config(self) -> (&'static str, &'static str) {
        match self {
            Self::Shocks => ("shocks", "shocks"),
            Self::Controls => ("controls", "export_controls"),
            Self::Policies => ("policies", "policy"),
        }
    }

    /// Whether the mechanism is on, among those of a config.
    pub fn act(self, mechanisms: &serde_json::Value) -> bool {
        mechanisms[self.of_config().1]["enabled"] != false
    }
}

/// What a scenario itself does, in a span of months.
#[derive(Debug, Default, Deserialize)]
pub struct Act {
    pub name: String,
    /// First month; none for what acts from the start on, or comes by chance.
    #[serde(default, deserialize_with = "optional_month")]
    pub from: Option<Month>,
    /// First month in which it may begin by chance.
    #[serde(default, deserialize_with = "optional_month")]
    pub earliest: Option<Month>,
    /// First month in which it no longer acts.
    #[serde(default, deserialize_with = "optional_month")]
    pub to: Option<Month>,
    /// How many months a shock lasts.
    #[serde(default)]
    pub months: Option<u32>,
}

impl Act {
    /// First month in which it acts in a world that begins in `start`, and the month after the last; no such month where it stays.
    /// `None` for what comes by chance, or never.
    pub fn lasts(&self, start: Month) -> Option<(Month, Option<Month>)> {
        // Only shocks last so many months. What comes by chance has no month of its own.
        let by_chance = self.months.is_some() || self.earliest.is_some();
        let from = self.from.or(Some(start).filter(|_| !by_chance))?;
        Some((from, self.to.or(self.months.map(|months| from.plus(months)))))
    }

    /// First and last month in which it acts, as far as they lie within `span`.
    pub fn within(&self, span: (Month, Month)) -> Option<(Month, Month)> {
        let (from, to) = self.lasts(span.0)?;
        let (first, end) = (from.max(span.0), to.unwrap_or(span.1.plus(1)).min(span.1.plus(1)));
        let months = u32::try_from(end.since(first)).ok()?.checked_sub(1)?;
        Some((first, first.plus(months)))
    }
}

fn optional_month<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Month>, D::Error> {
    Option::<String>::deserialize(from)?.map(|text| text.parse().map_err(D::Error::custom)).transpose()
}

/// The two states that the gap compares.
#[derive(Debug, Deserialize)]
pub struct ComparedStates {
    pub leader: String,
    pub follower: String,
}

/// A configured firm.
#[derive(Debug, Default, Deserialize)]
pub struct Firm {
    pub name: String,
    /// Name of its home.
    pub state: String,
    pub open: bool,
}

/// Where a fab stands, or an accelerator is designed.
#[derive(Debug, Deserialize)]
pub struct Located {
    pub name: String,
    pub state: String,
    /// What a fab does: `logic`, `packaging` or `memory`.
    #[serde(default)]
    pub stage: String,
}

/// A dated fact of the config.
#[derive(Debug, Deserialize)]
pub struct DatedFact {
    #[serde(deserialize_with = "month")]
    pub date: Month,
    pub kind: String,
    pub actor: String,
    pub text: String,
    pub source: String,
}

fn month<'de, D: Deserializer<'de>>(from: D) -> Result<Month, D::Error> {
    String::deserialize(from)?.parse().map_err(D::Error::custom)
}

impl About {
    /// What the manifest's entry says, and how the manifest describes it.
    ///
    /// # Errors
    /// Its config is not a complete one.
    pub fn of(entry: &ScenarioEntry, described: Option<Described>) -> Result<Self, serde_json::Error> {
        let mut about = entry.config.read::<Self>()?;
        about.name.clone_from(&entry.name);
        about.described = described.unwrap_or_default();
        about.events.sort_by_key(|event| event.date);
        Ok(about)
    }

    /// A scenario of which nothing but its name is known.
    pub fn unknown(name: &str) -> Self {
        Self { name: name.to_owned(), ..Self::default() }
    }

    /// What the scenario itself does, by kind: nothing of what belongs to a mechanism that is off.
    pub fn acts(&self, kind: Acts) -> &[Act] {
        let acts = match kind {
            Acts::Shocks => &self.shocks,
            Acts::Controls => &self.controls,
            Acts::Policies => &self.policies,
        };
        if kind.act(&self.mechanisms) { acts } else { &[] }
    }

    /// Names of leader and follower, empty if the config compares none.
    pub fn compared(&self) -> (&str, &str) {
        self.comparison.as_ref().map_or(("", ""), |states| (&states.leader, &states.follower))
    }

    /// The state of the fab or accelerator of this name.
    pub fn place(&self, table: &str, name: &str) -> Option<&str> {
        let places = if table == "fabs" { &self.fabs } else { &self.accelerators };
        places.iter().find(|place| place.name == name).map(|place| place.state.as_str())
    }

    /// The firm of this name.
    pub fn firm(&self, name: &str) -> Option<&Firm> {
        self.firms.iter().find(|firm| firm.name == name)
    }
}

impl DatedFact {
    /// Whether it is a model release, of which there are too many to number.
    pub fn is_release(&self) -> bool {
        self.kind.starts_with("release")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn of(config: Value) -> Result<About, serde_json::Error> {
        let described = Described { description: "What it is.".into(), ..Described::default() };
        About::of(
            &ScenarioEntry { name: "variant".into(), start: "2023-01".into(), months: 1, config: config.into() },
            Some(described),
        )
    }

    #[test]
    fn a_config_as_the_program_writes_it_is_read() {
        let scenario = crate::baseline();
        let about = of(scenario.to_json()).unwrap();
        assert_eq!((about.name.as_str(), about.described.description.as_str()), ("variant", "What it is."));
        assert_eq!(about.compared(), ("US", "China"));
        assert_eq!(about.firms.len(), scenario.firms.len());
        assert_eq!(about.events.len(), scenario.events.len());
        for (table, name, state) in [
            ("fabs", &scenario.fabs[0].name, scenario.fabs[0].state),
            ("accelerators", &scenario.accelerators[0].name, scenario.accelerators[0].state),
        ] {
            assert_eq!(about.place(table, name), Some(scenario.states[state].name.as_str()));
        }
        let firm = &scenario.firms[0];
        let found = about.firm(&firm.name).unwrap();
        assert_eq!((found.state.as_str(), found.open), (scenario.states[firm.state].name.as_str(), firm.open));
    }

    #[test]
    fn events_stand_in_order_and_what_is_not_a_config_is_refused_with_its_reason() {
        let config = |date: &str| {
            let event =
                |date: &str, kind: &str| json!({"date": date, "kind": kind, "actor": "", "text": "", "source": ""});
            json!({"description": "", "firms": [], "fabs": [], "accelerators": [],
                "events": [event(date, "chip"), event("2023-02", "release_open")]})
        };
        let about = of(config("2024-05")).unwrap();
        assert!(about.events[0].is_release() && !about.events[1].is_release());
        assert_eq!(about.compared(), ("", ""));
        for (config, why) in [
            (config("soon"), "expected a month"),
            (json!({"description": ""}), "missing field"),
            (json!(3), "invalid type"),
        ] {
            let error = of(config).unwrap_err().to_string();
            assert!(error.contains(why), "{error}");
        }
    }
}
