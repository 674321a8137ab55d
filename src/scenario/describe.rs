//! A checked scenario written out in full, every parameter by name, in the shape of a config file.

use super::{Choice, Month, Scenario, Stage, dealings_read::FEEDBACK, parameter::Parameters, supply::Contracts};
use serde_json::{Map, Value, json};

impl Scenario {
    /// The scenario with nothing left to defaults; it reads back as the same scenario.
    pub fn to_json(&self) -> Value {
        let states = self.states.iter().map(|state| {
            let mut entry = named(&state.name);
            insert_parameters(&mut entry, &state.numbers);
            entry.insert("demand".into(), self.by_domain(&state.demand));
            entry.insert("endowment".into(), self.by_domain(&state.endowment));
            entry.insert("closed_to".into(), self.state_names(&state.closed_to));
            Value::Object(entry)
        });
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
            "states": states.collect::<Value>(),
            "firms": self.firms_json(),
            "fabs": self.fabs_json(),
            "accelerators": self.accelerators_json(),
            "controls": self.controls_json(),
            "shocks": self.shocks_json(),
            "policies": self.policies_json(),
            "borders": borders.collect::<Value>(),
            "events": events.collect::<Value>(),
            "mechanisms": self.mechanisms_json(),
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
            insert_month(&mut entry, "enters", firm.enters);
            entry.insert("safety".into(), firm.safety.word().into());
            insert_parameters(&mut entry, &firm.numbers);
            entry.insert("focus".into(), self.by_domain(&firm.focus));
            entry.insert("capability_by_domain".into(), self.by_domain(&firm.capability_by_domain));
            entry.insert("endowment".into(), self.by_domain(&firm.endowment));
            Value::Object(entry)
        });
        firms.collect()
    }

    fn fabs_json(&self) -> Value {
        let fabs = self.fabs.iter().map(|fab| {
            let mut entry = named(&fab.name);
            entry.insert("state".into(), self.state_name(fab.state));
            entry.insert("owner".into(), fab.owner.as_str().into());
            entry.insert("stage".into(), fab.stage.word().into());
            insert_month(&mut entry, "enters", fab.enters);
            insert_parameters(&mut entry, &fab.numbers);
            Value::Object(entry)
        });
        fabs.collect()
    }

    fn accelerators_json(&self) -> Value {
        let accelerators = self.accelerators.iter().map(|design| {
            let mut entry = named(&design.name);
            entry.insert("state".into(), self.state_name(design.state));
            insert_month(&mut entry, "enters", design.enters);
            insert_month(&mut entry, "leaves", design.leaves);
            insert_parameters(&mut entry, &design.numbers);
            for (&(key, _), contracts) in Stage::WORDS.iter().zip(&design.contracts) {
                entry.insert(key.into(), self.by_fab(contracts));
            }
            let states = self.states.iter().map(|state| state.name.clone());
            let sales = states.zip(design.sales.iter().map(|&weight| Value::from(weight)));
            entry.insert("sales".into(), sales.collect());
            Value::Object(entry)
        });
        accelerators.collect()
    }

    fn controls_json(&self) -> Value {
        let controls = self.controls.iter().map(|control| {
            let mut entry = named(&control.name);
            entry.insert("what".into(), control.what.word().into());
            entry.insert("by".into(), self.state_names(&control.by));
            entry.insert("against".into(), self.state_names(&control.against));
            insert_month(&mut entry, "from", Some(control.from));
            insert_month(&mut entry, "to", control.to);
            insert_parameters(&mut entry, &control.numbers);
            Value::Object(entry)
        });
        controls.collect()
    }

    fn shocks_json(&self) -> Value {
        let shocks = self.shocks.iter().map(|shock| {
            let mut entry = named(&shock.name);
            entry.insert("location".into(), self.state_name(shock.location));
            let hit = Stage::WORDS.iter().zip(&shock.stages).filter(|(_, hit)| **hit);
            entry.insert("stages".into(), hit.map(|((word, _), _)| *word).collect());
            insert_month(&mut entry, "from", shock.from);
            if let Some((a, b)) = shock.between {
                entry.insert("between".into(), self.state_names(&[a, b]));
            }
            insert_parameters(&mut entry, &shock.numbers);
            Value::Object(entry)
        });
        shocks.collect()
    }

    fn policies_json(&self) -> Value {
        let policies = self.policies.iter().map(|policy| {
            let mut entry = named(&policy.name);
            entry.insert("state".into(), self.state_name(policy.state));
            entry.insert("lever".into(), policy.lever.word().into());
            insert_month(&mut entry, "from", policy.from);
            insert_month(&mut entry, "to", policy.to);
            insert_parameters(&mut entry, &policy.numbers);
            match policy.indicator {
                Some(indicator) => {
                    entry.insert("indicator".into(), indicator.word().into());
                }
                // The reader refuses numbers that have no effect.
                None => entry.retain(|key, _| !FEEDBACK.contains(&key.as_str())),
            }
            Value::Object(entry)
        });
        policies.collect()
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

    fn state_name(&self, state: usize) -> Value {
        self.states.get(state).map_or(Value::Null, |state| state.name.as_str().into())
    }

    fn state_names(&self, states: &[usize]) -> Value {
        states.iter().map(|&state| self.state_name(state)).collect()
    }

    fn by_fab(&self, contracts: &Contracts) -> Value {
        let named = contracts.iter().filter_map(|&(fab, share)| Some((self.fabs.get(fab)?.name.clone(), share.into())));
        Value::Object(named.collect())
    }

    fn by_domain(&self, weights: &[f64]) -> Value {
        self.domains.iter().cloned().zip(weights.iter().map(|&weight| Value::from(weight))).collect()
    }
}

fn named(name: &str) -> Map<String, Value> {
    Map::from_iter([("name".to_owned(), name.into())])
}

fn insert_month(entry: &mut Map<String, Value>, key: &str, month: Option<Month>) {
    if let Some(month) = month {
        entry.insert(key.to_owned(), month.to_string().into());
    }
}

fn insert_parameters<P: Parameters>(entry: &mut Map<String, Value>, numbers: &P) {
    for (parameter, value) in P::DECLARED.iter().zip(numbers.to_values()) {
        entry.insert(parameter.name.into(), parameter.written(value));
    }
}
