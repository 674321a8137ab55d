//! A checked scenario written out in full, every parameter by name, in the shape of a config file.

use super::{Contracts, Month, Scenario};
use crate::declare::parameter::Parameters;
use serde_json::{Map, Value, json};

impl Scenario {
    /// The scenario with nothing left to defaults; it reads back as the same scenario.
    pub fn to_json(&self) -> Value {
        let borders = self.borders.iter().map(|border| {
            let (a, b) = border.between;
            json!({ "between": [self.state_name(a), self.state_name(b)], "openness": border.openness, "trust": border.trust })
        });
        let events = self.events.iter().map(|event| {
            json!({
                "date": event.date.to_string(), "kind": event.kind, "actor": event.actor,
                "text": event.text, "source": event.source,
            })
        });
        let mut json = json!({
            "name": self.name,
            "description": self.description,
            "seed": self.seed,
            "time": {
                "start": self.time.start.to_string(),
                "months": self.time.months,
                "steps_per_year": self.time.steps_per_year,
            },
            "domains": self.domains,
            "exposure": {
                "personal": self.by_domain(&self.exposure.personal),
                "autonomy": self.by_domain(&self.exposure.autonomy),
            },
            "worth": {
                "output": self.by_domain(&self.worth.output),
                "hard": self.by_domain(&self.worth.hard),
                "soft": self.by_domain(&self.worth.soft),
                "soft_open": self.by_domain(&self.worth.soft_open),
            },
        });
        for list in self.lists() {
            json[list.kind().list] = list.describe(self);
        }
        json["borders"] = borders.collect();
        json["events"] = events.collect();
        json["mechanisms"] = self.mechanisms_json();
        if self.comparison.leader != self.comparison.follower {
            json["comparison"] = json!({
                "leader": self.state_name(self.comparison.leader),
                "follower": self.state_name(self.comparison.follower),
            });
        }
        json
    }

    fn mechanisms_json(&self) -> Value {
        let mechanisms = self.mechanisms.iter().map(|settings| {
            let mut entry = Map::from_iter([("enabled".to_owned(), settings.enabled.into())]);
            for (parameter, value) in settings.declared.parameters.iter().zip(&settings.values) {
                entry.insert(parameter.name.into(), parameter.written(*value));
            }
            (settings.declared.name.to_owned(), Value::Object(entry))
        });
        mechanisms.collect()
    }

    pub(super) fn state_name(&self, state: usize) -> Value {
        self.states.get(state).map_or(Value::Null, |state| state.name.as_str().into())
    }

    pub(super) fn state_names(&self, states: &[usize]) -> Value {
        states.iter().map(|&state| self.state_name(state)).collect()
    }

    pub(super) fn by_fab(&self, contracts: &Contracts) -> Value {
        let named = contracts.iter().filter_map(|&(fab, share)| Some((self.fabs.get(fab)?.name.clone(), share.into())));
        Value::Object(named.collect())
    }

    pub(super) fn by_domain(&self, weights: &[f64]) -> Value {
        self.domains.iter().cloned().zip(weights.iter().map(|&weight| Value::from(weight))).collect()
    }
}

pub(super) fn named(name: &str) -> Map<String, Value> {
    Map::from_iter([("name".to_owned(), name.into())])
}

pub(super) fn insert_month(entry: &mut Map<String, Value>, key: &str, month: Option<Month>) {
    if let Some(month) = month {
        entry.insert(key.to_owned(), month.to_string().into());
    }
}

pub(super) fn insert_parameters<P: Parameters>(entry: &mut Map<String, Value>, numbers: &P) {
    for (parameter, value) in P::DECLARED.iter().zip(numbers.to_values()) {
        entry.insert(parameter.name.into(), parameter.written(value));
    }
}
