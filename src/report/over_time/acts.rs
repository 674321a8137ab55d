//! What some scenarios do and others do not: policies, controls and shocks, with the months in which they act.

use crate::{
    output::manifest::ScenarioEntry,
    report::about::{self, Acts},
    scenario::Month,
};
use serde::Deserialize as _;
use serde_json::Value;

/// What acts in some scenarios from a month on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Act {
    /// Its name.
    pub name: String,
    /// First month.
    pub from: Month,
    /// The month after the last; `None` where it stays.
    pub to: Option<Month>,
    /// The scenarios that have it, by place.
    pub scenarios: Vec<usize>,
}

/// What some of these scenarios do and others do not, or do otherwise, the earliest first.
pub(crate) fn acts(entries: &[&ScenarioEntry]) -> Vec<Act> {
    // Two that differ in more than their months are told apart by what they say.
    let mut found: Vec<(Value, Act)> = Vec::new();
    for (place, entry) in entries.iter().enumerate() {
        let config = entry.config.value();
        for said in Acts::ALL.into_iter().flat_map(|kind| listed(&config, kind)) {
            match found.iter_mut().find(|(other, _)| other == said) {
                Some((_, act)) => act.scenarios.push(place),
                None => found.extend(
                    act(said, entry.start.parse().ok())
                        .map(|act| (said.clone(), Act { scenarios: vec![place], ..act })),
                ),
            }
        }
    }
    let mut acts: Vec<Act> =
        found.into_iter().map(|(_, act)| act).filter(|act| act.scenarios.len() < entries.len()).collect();
    acts.sort_by(|a, b| (a.from, &a.name).cmp(&(b.from, &b.name)));
    acts
}

/// The entries of a list, if the mechanism that makes them act is on.
fn listed(config: &Value, kind: Acts) -> impl Iterator<Item = &Value> {
    let acts = kind.act(&config["mechanisms"]);
    config[kind.of_config().0].as_array().into_iter().flatten().filter(move |_| acts)
}

fn act(entry: &Value, start: Option<Month>) -> Option<Act> {
    let said = about::Act::deserialize(entry).ok()?;
    let (from, to) = said.lasts(start?)?;
    Some(Act { name: said.name, from, to, scenarios: Vec::new() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn entry(config: Value) -> ScenarioEntry {
        ScenarioEntry { name: "one".into(), start: "2023-01".into(), months: 12, config: config.into() }
    }

    #[test]
    fn only_what_not_all_do_acts_and_only_where_its_mechanism_is_on() {
        let rule = json!({"name": "rule", "from": "2024-05"});
        let shock = |months: u32| json!({"name": "blockade", "from": "2028-01", "months": months});
        let first = entry(json!({"policies": [rule], "shocks": [shock(12)]}));
        let longer = entry(json!({"policies": [rule], "shocks": [shock(36)]}));
        let off =
            entry(json!({"policies": [rule], "shocks": [shock(12)], "mechanisms": {"shocks": {"enabled": false}}}));
        let month = |year, month| Month::new(year, month).unwrap();
        let act = |months, scenarios: &[usize]| Act {
            name: "blockade".into(),
            from: month(2028, 1),
            to: Some(month(2028, 1).plus(months)),
            scenarios: scenarios.to_vec(),
        };
        assert_eq!(acts(&[&first, &longer, &off]), [act(12, &[0]), act(36, &[1])]);
        assert_eq!(acts(&[&first, &first]), []);
        assert_eq!(acts(&[]), []);
        // What comes by chance has no months.
        let perhaps = json!({"name": "perhaps", "earliest": "2024-01", "hazard_per_year": 0.5});
        let without = entry(json!({"controls": [{"name": "undated"}], "policies": [perhaps]}));
        let found = acts(&[&first, &without]);
        assert_eq!(
            found.iter().map(|act| (act.name.as_str(), act.to.is_none())).collect::<Vec<_>>(),
            [("undated", true), ("rule", true), ("blockade", false)]
        );
    }
}
