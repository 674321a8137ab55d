//! The complete config of a scenario, as a folder keeps it.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::DeserializeOwned};
use serde_json::{Value, value::RawValue};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// Tables and lists are cut into pieces down to this depth: the entries of a mechanism, a state.
const DEPTH: usize = 2;

/// A complete config. A batch can have a thousand that differ in a number or two, so it is held as pieces of JSON text, which
/// configs with the same piece [share](Shared).
#[derive(Clone, Debug)]
pub struct Config(Arc<[Arc<str>]>);

impl Config {
    /// Its values.
    pub fn value(&self) -> Value {
        // The text was written from a value.
        self.read().unwrap_or_default()
    }

    /// What `T` takes of it.
    ///
    /// # Errors
    /// It lacks what `T` must have, or has something else in its place.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        serde_json::from_str(&self.0.concat())
    }

    /// Names of the entities that it has under `list`, for which the rest of it need not become values.
    pub fn names(&self, list: &str) -> Vec<String> {
        /// An entity with its settings, or a name alone, as domains are listed.
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Named {
            Alone(String),
            Entity { name: Option<String> },
        }
        let name = |named: Named| match named {
            Named::Alone(name) => Some(name),
            Named::Entity { name } => name,
        };
        let text = self.0.concat();
        let parts: BTreeMap<String, &RawValue> = serde_json::from_str(&text).unwrap_or_default();
        let entities: Option<Vec<Named>> = parts.get(list).and_then(|part| serde_json::from_str(part.get()).ok());
        entities.into_iter().flatten().filter_map(name).collect()
    }
}

/// The pieces of configs that are held together.
#[derive(Debug, Default)]
pub struct Shared(BTreeSet<Arc<str>>);

impl Shared {
    /// This config, which takes every piece that an earlier one has from there.
    pub fn of(&mut self, config: &Config) -> Config {
        let mut share = |piece: &Arc<str>| match self.0.get(piece) {
            Some(held) => Arc::clone(held),
            None => {
                self.0.insert(Arc::clone(piece));
                Arc::clone(piece)
            }
        };
        Config(config.0.iter().map(&mut share).collect())
    }

    /// Bytes of text that the configs take together.
    pub fn bytes(&self) -> usize {
        self.0.iter().map(|piece| piece.len()).sum()
    }
}

impl From<Value> for Config {
    fn from(value: Value) -> Self {
        let (mut pieces, mut open) = (Vec::new(), String::new());
        cut(&value, DEPTH, &mut open, &mut pieces);
        pieces.push(open.into());
        Self(pieces.into())
    }
}

/// Writes a value behind what is `open`, which becomes a piece after each entry.
fn cut(value: &Value, depth: usize, open: &mut String, pieces: &mut Vec<Arc<str>>) {
    match value {
        Value::Object(entries) if depth > 0 => {
            open.push('{');
            for (at, (key, entry)) in entries.iter().enumerate() {
                open.extend([if at > 0 { "," } else { "" }, &Value::from(key.as_str()).to_string(), ":"]);
                cut(entry, depth - 1, open, pieces);
            }
            open.push('}');
        }
        Value::Array(items) if depth > 0 => {
            open.push('[');
            for (at, item) in items.iter().enumerate() {
                open.push_str(if at > 0 { "," } else { "" });
                cut(item, depth - 1, open, pieces);
            }
            open.push(']');
        }
        value => {
            open.push_str(&value.to_string());
            pieces.push(std::mem::take(open).into());
        }
    }
}

impl PartialEq for Config {
    /// Whether both have the same values, in whatever order they are written.
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0 || self.value() == other.value()
    }
}

impl Serialize for Config {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.value().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Config {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Value::deserialize(deserializer).map(Self::from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_config_is_written_and_read_back_as_the_value_that_it_holds() {
        let value = crate::baseline().to_json();
        let config = Config::from(value.clone());
        assert_eq!(config.value(), value);
        assert_eq!(serde_json::to_string_pretty(&config).unwrap(), serde_json::to_string_pretty(&value).unwrap());
        let read: Config = serde_json::from_str(&serde_json::to_string_pretty(&value).unwrap()).unwrap();
        assert_eq!(read, config);
        assert_ne!(config, Config::from(json!({})));
    }

    #[test]
    fn configs_that_differ_in_a_number_take_little_more_than_one() {
        let (mut value, mut shared) = (crate::baseline().to_json(), Shared::default());
        let mut configs = Vec::new();
        for number in 0..50 {
            value["mechanisms"]["diffusion"]["phi_closed"] = json!(f64::from(number) / 100.0);
            value["states"][0]["talent"] = json!(number);
            configs.push(shared.of(&value.clone().into()));
        }
        let whole = value.to_string().len();
        assert!(shared.bytes() < 2 * whole, "{} bytes for 50 configs of {whole}", shared.bytes());
        assert_eq!(configs[49].value(), value);
        let other = configs[7].value();
        assert_eq!(
            (&other["states"][0]["talent"], &other["mechanisms"]["diffusion"]["phi_closed"]),
            (&json!(7), &json!(0.07))
        );
        let piece = |config: &Config| Arc::as_ptr(&config.0[0]).addr();
        assert_eq!(piece(&configs[0]), piece(&configs[49]));
    }

    #[test]
    fn it_tells_the_names_of_its_entities() {
        let config = Config::from(crate::baseline().to_json());
        let states = crate::baseline().states;
        assert_eq!(config.names("states"), states.iter().map(|state| state.name.as_str()).collect::<Vec<_>>());
        assert_eq!((config.names("time"), config.names("nowhere")), (Vec::new(), Vec::new()));
    }

    #[test]
    fn the_order_of_keys_makes_no_other_config() {
        let [one, other] = [r#"{"a": 1, "b": 0.1}"#, r#"{"b": 0.1, "a": 1}"#].map(serde_json::from_str::<Config>);
        assert_eq!(one.unwrap(), other.unwrap());
    }
}
