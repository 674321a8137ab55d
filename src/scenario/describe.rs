//! A checked scenario written out in full, every parameter by name, in the shape of a config file.

use super::{Catalogue, Scenario, parameter::Parameters};
use serde_json::{Map, Value, json};

impl Scenario {
    /// The scenario with nothing left to defaults; it reads back as the same scenario.
    pub fn to_json(&self, catalogue: &Catalogue) -> Value {
        let states = self.states.iter().map(|state| {
            let mut entry = named(&state.name);
            insert_parameters(&mut entry, &state.numbers);
            entry.insert("demand".into(), self.by_domain(&state.demand));
            entry.insert("endowment".into(), self.by_domain(&state.endowment));
            entry.insert("closed_to".into(), state.closed_to.iter().map(|&other| self.state_name(other)).collect());
            Value::Object(entry)
        });
        let borders = self.borders.iter().map(|border| {
            let (a, b) = border.between;
            json!({ "between": [self.state_name(a), self.state_name(b)], "openness": border.openness })
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
            "states": states.collect::<Value>(),
            "firms": self.firms_json(),
            "borders": borders.collect::<Value>(),
            "events": events.collect::<Value>(),
            "mechanisms": self.mechanisms_json(catalogue),
        });
        if self.comparison.leader != self.comparison.follower {
            json["comparison"] = json!({
                "leader": self.state_name(self.comparison.leader),
                "follower": self.state_name(self.comparison.follower),
            });
        }
        json
    }

    fn firms_json(&self) -> Value {
        let firms = self.firms.iter().map(|firm| {
            let mut entry = named(&firm.name);
            entry.insert("state".into(), self.state_name(firm.state));
            entry.insert("open".into(), firm.open.into());
            if let Some(month) = firm.enters {
                entry.insert("enters".into(), month.to_string().into());
            }
            insert_parameters(&mut entry, &firm.numbers);
            entry.insert("focus".into(), self.by_domain(&firm.focus));
            entry.insert("capability_by_domain".into(), self.by_domain(&firm.capability_by_domain));
            entry.insert("endowment".into(), self.by_domain(&firm.endowment));
            Value::Object(entry)
        });
        firms.collect()
    }

    fn mechanisms_json(&self, catalogue: &Catalogue) -> Value {
        let mechanisms = self.mechanisms.iter().map(|settings| {
            let mut entry = Map::from_iter([("enabled".to_owned(), settings.enabled.into())]);
            let declared = catalogue.mechanisms.iter().find(|declared| declared.name == settings.name);
            for (parameter, value) in
                declared.map_or(&[][..], |declared| declared.parameters).iter().zip(&settings.values)
            {
                entry.insert(parameter.name.into(), parameter.written(*value));
            }
            (settings.name.to_owned(), Value::Object(entry))
        });
        mechanisms.collect()
    }

    fn state_name(&self, state: usize) -> Value {
        self.states.get(state).map_or(Value::Null, |state| state.name.as_str().into())
    }

    fn by_domain(&self, weights: &[f64]) -> Value {
        self.domains.iter().cloned().zip(weights.iter().map(|&weight| Value::from(weight))).collect()
    }
}

fn named(name: &str) -> Map<String, Value> {
    Map::from_iter([("name".to_owned(), name.into())])
}

fn insert_parameters<P: Parameters>(entry: &mut Map<String, Value>, numbers: &P) {
    for (parameter, value) in P::DECLARED.iter().zip(numbers.to_values()) {
        entry.insert(parameter.name.into(), parameter.written(value));
    }
}
