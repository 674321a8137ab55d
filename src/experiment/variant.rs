//! The scenarios of an experiment, at the points of its design.

use super::design::{Factor, Sample, Setting};
use crate::scenario::{
    Described, Diagnostic, Diagnostics, Draft, Scenario, Warning,
    diagnostic::{Origin, Place},
    key::Key,
    load::Loaded,
    overrides::Override,
    tree::{Node, TomlEntry, Value},
};
use std::sync::Arc;

/// A scenario of an experiment.
#[derive(Clone, Debug)]
pub struct Variant {
    /// Its name in the tables.
    pub name: String,
    /// What is simulated, without the values of a design point. Copies of an experiment share it.
    pub scenario: Arc<Scenario>,
    /// The words it was read from.
    pub draft: Draft,
    /// What it is, in words.
    pub described: Described,
    /// What to know of these words.
    pub(super) warnings: Vec<Warning>,
    /// The texts they stand in, those laid over them aside.
    origins: Vec<Arc<Origin>>,
}

impl Variant {
    /// What was loaded, under this name.
    pub fn new(name: String, loaded: Loaded) -> Self {
        let Loaded { scenario, origins, draft, warnings, described } = loaded;
        let scenario = Arc::new(scenario);
        Self { name, scenario, draft, described, warnings, origins }
    }

    /// Whether it was read from this text, or the text is laid over all scenarios.
    pub(super) fn reads(&self, origin: &Origin) -> bool {
        !origin.is_file || self.origins.iter().any(|own| own.name == origin.name)
    }

    /// Warns, at `place`, if one of `others` is the same world. What is said of them makes no difference.
    pub(super) fn warn_of_the_same(&mut self, others: &[Self], place: &Place) {
        /// So many are held against all others.
        const COMPARED: usize = 50;
        let told = |scenario: &Scenario| (scenario.name.clone(), scenario.description.clone());
        let mut own = Scenario::clone(&self.scenario);
        let same = others.iter().take(COMPARED).find(|other| {
            (own.name, own.description) = told(&other.scenario);
            own == *other.scenario
        });
        if let Some(other) = same {
            let message = format!("the scenarios `{}` and `{}` are the same world", other.name, self.name);
            let about = Key::new(&["scenarios", &self.name]);
            self.warnings.push(Warning { about, said: Diagnostic::at(place, message) });
        }
    }

    /// The scenario with the values of a design point laid over it.
    ///
    /// # Errors
    /// What is wrong with these values together; each by itself was checked when the experiment was read.
    pub fn at(&self, sample: &Sample, point: u64) -> Result<Scenario, Diagnostics> {
        let factors = || sample.design().factors.iter().zip(sample.settings(point));
        let mut scenario = Scenario::clone(&self.scenario);
        let set = |(factor, setting): (&Factor, Option<Setting>)| {
            setting.is_none_or(|setting| set(&mut scenario, &factor.parameter, &setting).is_some())
        };
        if factors().all(set) {
            return Ok(scenario);
        }
        let overrides = factors().filter_map(|(factor, setting)| Some(laid(&factor.parameter, &setting?, None)));
        let mut scenario = self.draft.with(overrides.collect::<Result<Vec<_>, _>>()?)?;
        scenario.seed = self.scenario.seed;
        Ok(scenario)
    }
}

/// Sets a parameter or the switch of a mechanism: that needs no reading anew, since no other number depends on it.
/// `None` if it is something else, or not taken.
fn set(scenario: &mut Scenario, parameter: &str, setting: &Setting) -> Option<()> {
    let number = match setting {
        _ if !parameter.starts_with("mechanisms.") => return None,
        Setting::Flag(flag) => f64::from(u8::from(*flag)),
        Setting::Whole(whole) => *whole as f64,
        Setting::Real(number) => *number,
        Setting::Text(_) => return None,
    };
    scenario.set(parameter, number).ok()
}

/// A factor's value as an override; a mistake in its key or its value is shown at these places.
pub(crate) fn laid(
    parameter: &str,
    setting: &Setting,
    places: Option<(&Place, &Place)>,
) -> Result<Override, Diagnostics> {
    let at_point = || {
        let name = format!("design point, {parameter}");
        Place::new(&Arc::new(Origin { name, text: String::new(), turn: 0, is_file: false }), 0..0)
    };
    let (key, place) = places.map_or_else(
        || {
            let place = at_point();
            (place.clone(), place)
        },
        |(key, value)| (key.clone(), value.clone()),
    );
    let value = match setting {
        Setting::Flag(flag) => Value::Flag(*flag),
        Setting::Whole(number) => Value::Whole(i128::from(*number)),
        Setting::Real(number) => Value::Real(*number),
        Setting::Text(text) => Value::Text(text.clone()),
    };
    let entry = TomlEntry { key, node: Node { value, place } };
    Override::from_entry(parameter, &entry).map_err(|error| Diagnostics::new(vec![error]))
}
