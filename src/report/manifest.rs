//! What manifest.json says about the run. Every field may be absent.

use super::ReportError;
use crate::scenario::Month;
use serde_json::Value;
use std::path::Path;

/// The manifest of an output folder.
#[derive(Debug, Default)]
pub struct Manifest {
    pub experiment: String,
    pub version: String,
    pub seed: String,
    pub runs: String,
    pub scenarios: Vec<About>,
}

/// A scenario as configured.
#[derive(Debug, Default)]
pub struct About {
    pub name: String,
    pub description: String,
    pub leader: String,
    pub follower: String,
    pub firms: Vec<Firm>,
    pub events: Vec<Event>,
    /// The resolved config.
    pub config: Value,
}

/// A configured firm.
#[derive(Debug, Default)]
pub struct Firm {
    pub name: String,
    pub state: String,
    pub open: bool,
}

/// A dated fact of the config.
#[derive(Debug)]
pub struct Event {
    pub date: Month,
    pub kind: String,
    pub actor: String,
    pub text: String,
    pub source: String,
}

/// A text or a plain value as text; empty if there is none.
pub fn text(value: &Value) -> String {
    match value {
        Value::Null | Value::Array(_) | Value::Object(_) => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// The elements of a list, none if it is not a list.
pub fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

impl Manifest {
    /// Reads the file; `None` if it is not there.
    pub fn read(file: &Path) -> Result<Option<Self>, ReportError> {
        let text = match std::fs::read_to_string(file) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(ReportError::Read { file: file.to_owned(), source }),
        };
        let value: Value = serde_json::from_str(&text).map_err(|error| ReportError::Malformed {
            file: file.to_owned(),
            line: error.line() as u64,
            expected: format!("JSON: {error}"),
        })?;
        Ok(Some(Self::from_json(&value)))
    }

    fn from_json(value: &Value) -> Self {
        let experiment = &value["experiment"];
        Self {
            experiment: text(&experiment["name"]),
            version: text(&experiment["program"]),
            seed: text(&experiment["seed"]),
            runs: text(&experiment["runs"]),
            scenarios: list(&experiment["scenarios"]).map(About::from_json).collect(),
        }
    }

    /// The scenario of this name.
    pub fn about(&self, name: &str) -> Option<&About> {
        self.scenarios.iter().find(|about| about.name == name)
    }
}

impl About {
    fn from_json(value: &Value) -> Self {
        let config = &value["config"];
        let states: Vec<String> = list(&config["states"]).map(|state| text(&state["name"])).collect();
        // A state is written by its name or by its place in the list.
        let state = |value: &Value| match value.as_u64().and_then(|at| states.get(usize::try_from(at).ok()?)) {
            Some(name) => name.clone(),
            None => text(value),
        };
        let firm = |firm: &Value| Firm {
            name: text(&firm["name"]),
            state: state(&firm["state"]),
            open: firm["open"].as_bool().unwrap_or(false),
        };
        let mut events: Vec<Event> = list(&config["events"]).filter_map(Event::from_json).collect();
        events.sort_by_key(|event| event.date);
        let name = if value["name"].is_string() { &value["name"] } else { &config["name"] };
        Self {
            name: text(name),
            description: text(&config["description"]),
            leader: state(&config["comparison"]["leader"]),
            follower: state(&config["comparison"]["follower"]),
            firms: list(&config["firms"]).map(firm).collect(),
            events,
            config: config.clone(),
        }
    }

    /// The state of the fab or accelerator of this name.
    pub fn place(&self, table: &str, name: &str) -> Option<&str> {
        let entity = list(&self.config[table]).find(|entity| entity["name"] == name)?;
        entity["state"].as_str()
    }

    /// The firm of this name.
    pub fn firm(&self, name: &str) -> Option<&Firm> {
        self.firms.iter().find(|firm| firm.name == name)
    }
}

impl Event {
    fn from_json(value: &Value) -> Option<Self> {
        let date = text(&value["date"]);
        Some(Self {
            date: date.get(..7)?.parse().ok()?,
            kind: text(&value["kind"]),
            actor: text(&value["actor"]),
            text: text(&value["text"]),
            source: text(&value["source"]),
        })
    }

    /// Whether it is a model release, of which there are too many to number.
    pub fn is_release(&self) -> bool {
        self.kind.starts_with("release")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_full_manifest_is_read() {
        let manifest = Manifest::from_json(
            &json!({"experiment": {"name": "x", "seed": 7, "scenarios": [{"name": "base", "config": {
            "comparison": {"leader": "B", "follower": 0}, "states": [{"name": "A"}, {"name": "B"}],
            "firms": [{"name": "F", "state": 1, "open": true}],
            "events": [{"date": "2024-05-01", "kind": "chip"}, {"date": "2023-02", "kind": "release_open"}, {"date": "soon"}]}}]}}),
        );
        let about = manifest.about("base").unwrap();
        assert_eq!((about.leader.as_str(), about.follower.as_str(), manifest.seed.as_str()), ("B", "A", "7"));
        assert_eq!(about.firm("F").unwrap().state, "B");
        assert_eq!(about.events.len(), 2);
        assert!(about.events[0].is_release());
    }

    #[test]
    fn any_json_will_do() {
        for value in [json!(null), json!([1]), json!({"experiment": {"scenarios": [1, {"config": 3}], "seed": {}}})] {
            assert!(Manifest::from_json(&value).experiment.is_empty());
        }
    }
}
