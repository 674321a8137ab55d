//! The text of a config that extends another.

use super::{
    key::{BY_PAIR, Key, pair_named},
    kinds::kind_of,
};
use serde_json::{Map, Value, json};

/// A complete config as a TOML text.
///
/// # Errors
/// It holds what TOML has no word for.
pub(crate) fn whole(config: &Value) -> Result<String, toml::ser::Error> {
    let mut config = config.clone();
    if config["seed"].as_i64().is_none() {
        // TOML has no whole number as large as a seed can be.
        config.as_object_mut().map(|config| config.remove("seed"));
    }
    toml::to_string(&config)
}

/// The text of a config that extends the file `base`, a world of these states, and gives other values to these places.
///
/// # Errors
/// A key names no place, or a value is none of TOML's.
pub(crate) fn child(
    base: &str,
    (name, description): (&str, &str),
    states: &[String],
    values: &[(String, Value)],
) -> Result<String, String> {
    let mut config = Map::new();
    config.insert("extends".to_owned(), json!(base));
    config.insert("name".to_owned(), json!(name));
    config.insert("description".to_owned(), json!(description));
    for (key, value) in values {
        let key = Key::parse(key)?;
        match key.parts() {
            [list, entity, rest @ ..] if !rest.is_empty() && (kind_of(list).is_some() || list == BY_PAIR) => {
                let items = config.entry(list).or_insert_with(|| json!([]));
                put_entity(items, naming(list, entity, states)?, rest, value);
            }
            parts => put(&mut config, parts, value),
        }
    }
    toml::to_string(&Value::Object(in_order(config))).map_err(|error| error.to_string())
}

/// What a complete config says at a dotted key; `None` if it is silent.
pub(crate) fn said<'c>(config: &'c Value, key: &str) -> Option<&'c Value> {
    let key = Key::parse(key).ok()?;
    key.parts().iter().try_fold(config, |value, part| match value {
        Value::Array(items) => items.iter().find(|item| is_called(item, part)),
        table => table.get(part),
    })
}

/// Whether the entity of a list is called so: by its name, or by the two names of a pair in either order.
fn is_called(item: &Value, word: &str) -> bool {
    let pair = item["between"].as_array().map(Vec::as_slice);
    match pair {
        Some([a, b]) => {
            let (a, b) = (a.as_str().unwrap_or_default(), b.as_str().unwrap_or_default());
            word == format!("{a}-{b}") || word == format!("{b}-{a}")
        }
        _ => item["name"] == json!(word),
    }
}

/// How a list tells the entity of this name.
fn naming(list: &str, entity: &str, states: &[String]) -> Result<(&'static str, Value), String> {
    if list != BY_PAIR {
        return Ok(("name", json!(entity)));
    }
    let named = pair_named(entity, states).map_err(|error| error.to_string())?;
    let (_, pair) = named.ok_or_else(|| format!("no border `{entity}`"))?;
    Ok(("between", json!(pair)))
}

/// Puts a value into the entity of a list that is told so; a new one if there is none.
fn put_entity(items: &mut Value, (key, word): (&str, Value), parts: &[String], value: &Value) {
    let Value::Array(list) = items else { return };
    let place = list.iter().position(|item| item[key] == word).unwrap_or_else(|| {
        list.push(json!({ key: word }));
        list.len() - 1
    });
    if let Value::Object(entity) = &mut list[place] {
        put(entity, parts, value);
    }
}

fn put(config: &mut Map<String, Value>, parts: &[String], value: &Value) {
    match parts {
        [] => {}
        [last] => {
            config.insert(last.clone(), value.clone());
        }
        [first, rest @ ..] => {
            if let Value::Object(table) = config.entry(first).or_insert_with(|| json!({})) {
                put(table, rest, value);
            }
        }
    }
}

/// Plain values before tables, as TOML has them.
fn in_order(config: Map<String, Value>) -> Map<String, Value> {
    let is_table = |value: &Value| value.is_object() || value.is_array();
    let (tables, plain): (Vec<_>, Vec<_>) = config.into_iter().partition(|(_, value)| is_table(value));
    plain.into_iter().chain(tables).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{baseline, model::Model, scenario::Source};

    #[test]
    fn a_child_loads_and_differs_in_what_was_given_alone() {
        let states: Vec<String> = baseline().states.iter().map(|state| state.name.clone()).collect();
        let policy = baseline().policies[0].name.clone();
        let values = [
            ("mechanisms.diffusion.xi_open".to_owned(), json!(1.25)),
            ("mechanisms.claims.enabled".to_owned(), json!(false)),
            ("states.China.talent".to_owned(), json!(1.1)),
            ("states.China.ai_power_growth_per_year".to_owned(), json!(0.2)),
            (format!("policies.'{policy}'.value"), json!(0.4)),
            ("borders.China-US.trust".to_owned(), json!(0.3)),
            ("time.months".to_owned(), json!(24)),
        ];
        let text = child("baseline.toml", ("box-1", "Said \"so\"."), &states, &values).unwrap();
        let source = Source::Text { name: "configs/box-1.toml".to_owned(), text: text.clone() };
        let found = Model::standard().load(&source).unwrap_or_else(|error| panic!("{error}\n{text}"));
        let mut expected = baseline();
        for (place, value) in [
            ("mechanisms.diffusion.xi_open", 1.25),
            ("states.China.talent", 1.1),
            ("states.China.ai_power_growth_per_year", 0.2),
        ] {
            expected.set(place, value).unwrap();
        }
        assert_eq!(found.states, expected.states);
        assert_eq!(found.number("mechanisms.diffusion.xi_open").unwrap(), 1.25);
        assert_eq!(found.number("mechanisms.claims.enabled").unwrap(), 0.0);
        assert_eq!(found.number(&format!("policies.'{policy}'.value")).unwrap(), 0.4);
        assert_eq!((found.time.months, found.name.as_str()), (24, "box-1"));
        let trust = |scenario: &crate::scenario::Scenario| scenario.to_json()["borders"].to_string();
        assert_ne!(trust(&found), trust(&expected));
    }

    #[test]
    fn a_whole_config_reads_back_as_the_scenario_that_it_is_of() {
        let text = whole(&baseline().to_json()).unwrap();
        let source = Source::Text { name: "box-base.toml".to_owned(), text };
        assert_eq!(Model::standard().load(&source).unwrap(), baseline());
    }

    #[test]
    fn a_key_is_found_in_a_complete_config() {
        let config = baseline().to_json();
        let number = |key: &str| said(&config, key).and_then(Value::as_f64);
        let own = |place: &str| baseline().number(place).unwrap();
        for place in ["states.China.talent", "mechanisms.diffusion.xi_open"] {
            assert_eq!(number(place), Some(own(place)));
        }
        assert!(number("borders.China-US.trust").is_some());
        assert_eq!(number("borders.China-US.trust"), number("borders.US-China.trust"));
        assert_eq!(said(&config, "mechanisms.diffusion.enabled"), Some(&json!(true)));
        assert!(said(&config, "states.Mars.talent").is_none() && said(&config, "a..b").is_none());
    }

    #[test]
    fn a_border_that_there_is_not_is_refused() {
        let values = [("borders.Mars-US.trust".to_owned(), json!(0.3))];
        assert!(child("b.toml", ("n", ""), &[], &values).unwrap_err().contains("no border"));
    }
}
