//! What a world can hold: numbers that are each accepted can ask together for more firms than can be lived through.

use super::{
    Lever, MAX_FIRMS, Scenario,
    diagnostic::{Diagnostic, Origin, Place},
    entities::EntityKind,
    kinds::KINDS,
    section::Mistakes,
    tree::TomlTable,
};

/// Refuses more entities of a kind than a world has. What refers to them is not looked at then.
pub(crate) fn refuse_too_many(tree: &TomlTable, found: &mut Mistakes) -> bool {
    let before = found.len();
    for EntityKind { list, most, .. } in KINDS {
        let Some(entry) = tree.get(list) else { continue };
        let count = entry.node.as_table().map_or(0, TomlTable::len);
        if count > most {
            found.push(Diagnostic::at(&entry.key, format!("a world has at most {most} {list}, not {count}")));
        }
    }
    found.len() > before
}

/// The mechanism by which firms are born.
const ENTRY: &str = "entry";

impl Scenario {
    /// How many firms there can be in the mean, those that are listed included, if none ever closes.
    pub(crate) fn expected_firms(&self) -> f64 {
        let listed = self.firms.len() as f64;
        let Some(entry) = self.settings(ENTRY).filter(|entry| entry.enabled) else { return listed };
        let number = |name: &str| {
            let at = entry.declared.parameters.iter().position(|parameter| parameter.name == name);
            at.and_then(|at| entry.values.get(at)).copied()
        };
        let (Some(scale), Some(half_life)) = (number("scale"), number("wave_half_life_months")) else { return listed };
        let years = f64::from(self.time.months) / 12.0;
        // A wave brings its rate for the time in which it ebbs, and not for longer than the world lives.
        let of_wave = years.min(half_life / 12.0 / std::f64::consts::LN_2);
        let births = self.states.iter().enumerate().map(|(state, spec)| {
            let raised = 1.0 + self.effect_on_entry(state);
            spec.numbers.entry_per_year * raised * years + spec.numbers.entry_wave_per_year * of_wave
        });
        listed + scale * births.sum::<f64>()
    }

    /// How much policies can add to a state's rate of entry.
    fn effect_on_entry(&self, state: usize) -> f64 {
        let supported = self.policies.iter().any(|policy| policy.state == state && policy.lever == Lever::OpenSource);
        let policy = self.settings("policy").filter(|policy| policy.enabled && supported);
        let effect = policy.and_then(|policy| {
            let at = policy.declared.parameters.iter().position(|parameter| parameter.name == "effect_entry")?;
            policy.values.get(at).copied()
        });
        effect.unwrap_or(0.0)
    }

    /// What is said if there can be too many firms.
    pub(crate) fn too_many_firms(&self) -> Option<String> {
        let firms = self.expected_firms();
        let most = MAX_FIRMS;
        (firms > most as f64).then(|| {
            format!(
                "the world would come to {firms:.0} firms in the mean, and {most} are the most: lower `entry.scale`, \
                 `entry_per_year` or `entry_wave_per_year` of the states, or `time.months`"
            )
        })
    }
}

/// Refuses more firms than a world can hold, at the number that was said last of those that make them.
pub(crate) fn refuse_too_many_births(scenario: &Scenario, tree: &TomlTable, whole: &Place, found: &mut Mistakes) {
    let Some(message) = scenario.too_many_firms() else { return };
    let said = |path: &[&str]| {
        let (last, above) = path.split_last()?;
        let table = above.iter().try_fold(tree, |table, part| table.get(*part)?.node.as_table())?;
        table.get(*last).map(|entry| entry.node.place.clone())
    };
    let of_states = scenario.states.iter().flat_map(|state| {
        ["entry_per_year", "entry_wave_per_year"].map(|key| said(&["states", state.name.as_str(), key]))
    });
    let rates = of_states.chain([said(&["mechanisms", ENTRY, "scale"])]).flatten().map(|place| (place, true));
    let places: Vec<_> = rates.chain(said(&["time", "months"]).map(|place| (place, false))).collect();
    // What was laid over the files, then a rate before the length, then what was said last.
    let turn = |(place, is_rate): &&(Place, bool)| {
        let Origin { is_file, turn, .. } = *place.origin;
        (!is_file, *is_rate, if is_file { usize::MAX - turn } else { turn })
    };
    found.push(Diagnostic::at(places.iter().max_by_key(turn).map_or(whole, |(place, _)| place), message));
}

#[cfg(test)]
mod tests {
    use crate::{model::Model, scenario::Source};

    #[test]
    fn more_firms_than_a_world_can_hold_are_refused() {
        let baseline = Source::Builtin("baseline".to_owned());
        let said = |set: &str| Model::standard().load_with(&baseline, &[set.to_owned()]).unwrap_err().to_string();
        for set in ["mechanisms.entry.scale=900", "states.US.entry_per_year=10000"] {
            let said = said(set);
            assert!(said.starts_with(&format!("--set {set}: the world would come to ")), "{said}");
        }
        let both = ["mechanisms.entry.scale=900".to_owned(), "time.months=120".to_owned()];
        let said = Model::standard().load_with(&baseline, &both).unwrap_err().to_string();
        assert!(said.starts_with("--set mechanisms.entry.scale=900: "), "{said}");
        let mut scenario = crate::baseline();
        scenario.set("mechanisms.entry.scale", 900).unwrap();
        let error = scenario.check().unwrap_err().to_string();
        assert!(error.contains("mechanisms.entry.scale"), "{error}");
    }
}
