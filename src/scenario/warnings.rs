//! What is right in a config and has no effect, or is far from what is plausible. A config is told only of its own words: what it
//! extends is warned of by itself, and may lose its effect on purpose.

use super::{
    MechanismSettings, Scenario,
    diagnostic::{Diagnostic, Place},
    entities::EntityKind,
    key::{BY_PAIR, Key},
    kinds::{KINDS, Listed, kind_of},
    merge::Repeated,
    tree::{TomlEntry, TomlTable, Value},
};
use crate::declare::parameter::{Kind, Parameter};

/// Something to be warned of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    /// What it is about. It means nothing where that is varied.
    pub about: Key,
    /// What is said of it, and of which words.
    pub said: Diagnostic,
}

/// A config with what of it is its own.
pub(crate) struct Written<'a> {
    /// Its words, with those below.
    pub tree: &'a TomlTable,
    /// What they come to.
    pub scenario: &'a Scenario,
    /// What it would be without its own words, if that is a scenario.
    pub below: &'a dyn Fn() -> Option<Scenario>,
    /// Whether words at this place are its own.
    pub own: &'a dyn Fn(&Place) -> bool,
}

/// Keys that say which thing is meant or what it is for, or that are pinned on purpose.
const NO_CHANGE: [&str; 6] = ["name", "description", "between", "seed", "source", "extends"];
/// The table of mechanisms.
const MECHANISMS: &str = "mechanisms";
/// Their switch.
const ENABLED: &str = "enabled";

/// Warns of values that are what they would be without being said.
pub(crate) fn repeats(repeated: &[Repeated], scenario: &Scenario) -> Vec<Warning> {
    repeated.iter().filter_map(|each| repeat(each, scenario)).collect()
}

fn repeat(repeated: &Repeated, scenario: &Scenario) -> Option<Warning> {
    let Repeated { key, path, earlier, value } = repeated;
    if path.last().is_some_and(|last| NO_CHANGE.contains(&last.as_str())) || *path == ["time", "months"] {
        return None;
    }
    let why = match earlier {
        Some(place) => format!("{} has the same", place.shown()),
        None => {
            let default = default_of(path, scenario)?;
            let given = if let Value::Flag(flag) = value { f64::from(u8::from(*flag)) } else { value.number()? };
            (given == default).then(|| "it is the default".to_owned())?
        }
    };
    let about = Key::of(path.clone());
    Some(Warning { said: Diagnostic::at(key, format!("`{about}` changes nothing: {why}")), about })
}

/// The value of a number that nothing is said of.
fn default_of(path: &[String], scenario: &Scenario) -> Option<f64> {
    let [list, owner, name] = path else { return None };
    let declared = if list == MECHANISMS {
        let declared = scenario.settings(owner)?.declared;
        if name == ENABLED {
            return (!declared.left_out).then_some(1.0);
        }
        declared.parameters
    } else {
        kind_of(list)?.numbers
    };
    declared.iter().find(|parameter| parameter.name == name).map(|parameter| parameter.default)
}

impl Written<'_> {
    /// Everything to be warned of.
    pub(crate) fn warnings(&self) -> Vec<Warning> {
        let mut warnings = Vec::new();
        for (kind, list) in KINDS.iter().zip(self.scenario.lists()) {
            for at in 0..list.names().len() {
                self.of_entity(kind, list, at, &mut warnings);
            }
        }
        for settings in &self.scenario.mechanisms {
            self.of_mechanism(settings, &mut warnings);
        }
        self.of_borders(&mut warnings);
        warnings
    }

    fn of_entity(&self, kind: &EntityKind, list: &dyn Listed, at: usize, warnings: &mut Vec<Warning>) {
        let names = list.names();
        let Some((entry, fields)) = self.table(&[kind.list, names[at]]) else { return };
        let about = Key::new(&[kind.list, names[at]]);
        let touched = || fields.values().find(|field| (self.own)(&field.key));
        let new = (self.own)(&entry.key);
        let place = if new { Some(&entry.key) } else { touched().map(|field| &field.key) };
        let Some(place) = place else { return };
        let still = kind.moved_by.and_then(|(mechanism, scale)| self.scenario.still(mechanism, Some(scale)));
        if let Some((about, why)) = still {
            let message = format!("the {} `{}` has no effect: {why}", kind.one, names[at]);
            warnings.push(Warning { about, said: Diagnostic::at(place, message) });
        } else if let Some(remark) = list.remark(at, self.scenario)
            && (new || self.was_so(kind, names[at]))
        {
            let message = format!("the {} `{}` {remark}", kind.one, names[at]);
            warnings.push(Warning { about: about.clone(), said: Diagnostic::at(place, message) });
        }
        self.of_numbers(&about, kind.numbers, &list.values(at), fields, warnings);
    }

    /// Whether the entity was to be warned of before the config's own words.
    fn was_so(&self, kind: &EntityKind, name: &str) -> bool {
        (self.below)().is_some_and(|below| below.remark(kind.list, name).is_some())
    }

    fn of_mechanism(&self, settings: &MechanismSettings, warnings: &mut Vec<Warning>) {
        let name = settings.declared.name;
        let Some((_, fields)) = self.table(&[MECHANISMS, name]) else { return };
        let about = Key::new(&[MECHANISMS, name]);
        if settings.enabled {
            return self.of_numbers(&about, settings.declared.parameters, &settings.values, fields, warnings);
        }
        for (key, entry) in fields.iter().filter(|(key, entry)| *key != ENABLED && (self.own)(&entry.key)) {
            let message = format!("`{}` changes nothing: the mechanism is off", about.below(key));
            warnings.push(Warning { about: about.below(ENABLED), said: Diagnostic::at(&entry.key, message) });
        }
    }

    fn of_numbers(
        &self,
        about: &Key,
        declared: &[Parameter],
        values: &[f64],
        fields: &TomlTable,
        warnings: &mut Vec<Warning>,
    ) {
        for (parameter, value) in declared.iter().zip(values) {
            let own = fields.get(parameter.name).filter(|entry| (self.own)(&entry.key));
            if let Some((entry, range)) = own.zip(parameter.implausible(*value)) {
                let about = about.below(parameter.name);
                let message = format!("`{about}` is {value}, outside its plausible range of {range}");
                warnings.push(Warning { about, said: Diagnostic::at(&entry.node.place, message) });
            }
        }
    }

    fn of_borders(&self, warnings: &mut Vec<Warning>) {
        let Some(borders) = self.tree.get(BY_PAIR).and_then(|entry| entry.node.as_table()) else { return };
        let state = |name: Option<&String>| self.scenario.states.iter().position(|state| Some(&state.name) == name);
        for (key, entry) in borders.iter().filter(|(_, entry)| (self.own)(&entry.key)) {
            let ends = entry.node.as_table().and_then(|fields| fields.get("between"));
            let Some(Value::List(ends)) = ends.map(|ends| &ends.node.value) else { continue };
            let [Some(a), Some(b)] = [0, 1].map(|at| state(ends.get(at).and_then(|end| end.as_text()))) else {
                continue;
            };
            let pair = (a.min(b), a.max(b));
            let closed = |scenario: &Scenario| scenario.borders.iter().any(|border| border.between == pair);
            if closed(self.scenario) || (self.below)().as_ref().is_some_and(closed) {
                continue;
            }
            let about = Key::new(&[BY_PAIR, key]);
            let message =
                format!("`{about}` changes nothing: a border is open and without trust if nothing is said of it");
            warnings.push(Warning { about, said: Diagnostic::at(&entry.key, message) });
        }
    }

    /// The table at a place.
    fn table(&self, path: &[&str]) -> Option<(&TomlEntry, &TomlTable)> {
        let (last, above) = path.split_last()?;
        let table = above.iter().try_fold(self.tree, |table, part| table.get(*part)?.node.as_table())?;
        let entry = table.get(*last)?;
        Some((entry, entry.node.as_table()?))
    }
}

impl Scenario {
    /// What there is to say of an entity of a list.
    pub(crate) fn remark(&self, list: &str, name: &str) -> Option<String> {
        let (_, entities) = KINDS.iter().zip(self.lists()).find(|(kind, _)| kind.list == list)?;
        let at = entities.names().iter().position(|other| *other == name)?;
        entities.remark(at, self)
    }

    /// Why a mechanism does nothing, if it is off or its number `scale` is 0, and the key that says so.
    pub(crate) fn still(&self, mechanism: &str, scale: Option<&str>) -> Option<(Key, String)> {
        let settings = self.settings(mechanism)?;
        if !settings.enabled {
            let about = Key::new(&[MECHANISMS, mechanism, ENABLED]);
            return Some((about, format!("the mechanism `{mechanism}` is off")));
        }
        let scale = scale?;
        let at = settings.declared.parameters.iter().position(|parameter| parameter.name == scale)?;
        let about = Key::new(&[MECHANISMS, mechanism, scale]);
        (settings.values.get(at) == Some(&0.0)).then(|| (about.clone(), format!("`{about}` is 0")))
    }
}

impl Parameter {
    /// The range of plausible values in words, if `value` is none of them.
    pub(crate) fn implausible(&self, value: f64) -> Option<String> {
        let (low, high) = self.plausible;
        // What a policy sets is in the unit of its lever.
        let of_others = self.unit.starts_with("the ");
        if self.kind == Kind::Flag || of_others || (low..=high).contains(&value) || self.null == Some(value) {
            return None;
        }
        let unit = if self.unit == "1" { String::new() } else { format!(" ({})", self.unit) };
        Some(format!("{low} to {high}{unit}"))
    }
}

#[cfg(test)]
mod tests {
    use crate::{
        model::Model,
        scenario::{Source, builtin::BUILTIN},
    };

    /// What is warned of in a config that extends the baseline, with its place.
    fn warned(text: &str, set: &[&str]) -> Vec<String> {
        let source = Source::Text {
            name: "test.toml".into(),
            text: format!("extends = 'baseline.toml'\nname = 'test'\n{text}"),
        };
        let set: Vec<String> = set.iter().map(|&each| each.to_owned()).collect();
        let loaded = Model::standard().load_with(&source, &set).unwrap_or_else(|errors| panic!("{errors}"));
        loaded.warnings.iter().map(|warning| warning.said.line()).collect()
    }

    const TRUCE: &str =
        "[[controls]]\nname = 'Truce'\nwhat = 'chips'\nby = ['US']\nagainst = ['China']\nfrom = '2027-01'\n";

    #[test]
    fn what_has_no_effect_is_warned_of() {
        let cut = "[[shocks]]\nname = 'cut'\n";
        for (text, expected) in [
            (
                format!("{TRUCE}strictness = 0.0\nleak = 0.5"),
                "test.toml:4:8: the control `Truce` has no effect: it stops nothing",
            ),
            (
                format!("{TRUCE}strictness = 0.41\nleak = 0.5\nthreshold_h100e = 1.4\nvariant_h100e = 1"),
                "test.toml:4:8: the control `Truce` has no effect: stronger ones are in force beside it",
            ),
            (
                TRUCE.replace("'US'", "'Japan'") + "keeps_leak = true",
                "test.toml:4:8: the control `Truce` keeps no leak: no rule on the same flow stands before it",
            ),
            (
                TRUCE.replace("chips", "rental") + "keeps_leak = true",
                "test.toml:4:8: the control `Truce` keeps no leak: no rule on the same flow stands before it",
            ),
            (
                TRUCE.replace("chips", "memory").replace("2027-01", "2021-01") + "to = '2022-05'",
                "test.toml:4:8: the control `Truce` has no effect: it ends in 2022-05, before the world starts",
            ),
            (
                format!("{cut}location = 'UK'\nfrom = '2026-01'"),
                "test.toml:4:8: the shock `cut` has no effect: there are no plants in UK to hit",
            ),
            (
                format!("{cut}location = 'Taiwan'\nstages = ['logic', 'memory']\nfrom = '2026-01'"),
                "test.toml:4:8: the shock `cut` has no effect on `memory`: Taiwan has no such plant",
            ),
            (format!("{cut}location = 'Taiwan'"), "test.toml:4:8: the shock `cut` never comes"),
            (
                format!("{cut}location = 'Taiwan'\nfrom = '2093-01'"),
                "test.toml:4:8: the shock `cut` has no effect: the world ends",
            ),
            (
                format!("[mechanisms.export_controls]\nstrictness_scale = 0\n{TRUCE}strictness = 0.5\nleak = 0"),
                "test.toml:6:8: the control `Truce` has no effect: `mechanisms.export_controls.strictness_scale` is 0",
            ),
            (
                "[mechanisms.policy]\nscale = 0\n[[policies]]\nname = 'US CHIPS Act'\nvalue = 5".to_owned(),
                "test.toml:6:1: the policy `US CHIPS Act` has no effect: `mechanisms.policy.scale` is 0",
            ),
            (
                "[mechanisms.claims]\nenabled = false\nexcitement = 0.5".to_owned(),
                "test.toml:5:1: `mechanisms.claims.excitement` changes nothing: the mechanism is off",
            ),
            (
                "[[borders]]\nbetween = ['Taiwan', 'India']\nopenness = 1.0".to_owned(),
                "test.toml:4:11: `borders.India-Taiwan` changes nothing: a border is open",
            ),
            (
                "[mechanisms.diffusion]\nxi_open = 11".to_owned(),
                "test.toml:4:11: `mechanisms.diffusion.xi_open` is 11, outside its plausible range of",
            ),
        ] {
            let warned = warned(&text, &[]);
            assert!(warned.len() == 1 && warned[0].starts_with(expected), "{text}\n{warned:#?}");
        }
    }

    #[test]
    fn an_override_that_changes_nothing_is_warned_of() {
        let talent = "[[states]]\nname = 'US'\ntalent = 1.0625\n";
        assert!(warned(talent, &[])[..].is_empty(), "{:?}", warned(talent, &[]));
        let said = warned(talent, &["states.US.talent=1.0625", "borders.US-China.trust=0.5"]);
        assert_eq!(
            said,
            ["--set states.US.talent=1.0625: `states.US.talent` changes nothing: test.toml:5 has the same"]
        );
        let said = warned("", &["mechanisms.claims.enabled=true"]);
        assert!(said.len() == 1 && said[0].contains("`mechanisms.claims.enabled` changes nothing"), "{said:?}");
        let said = warned(&format!("{TRUCE}strictness = 0"), &["controls.Truce.leak=0.5"]);
        assert!(
            said.len() == 2 && said[1].starts_with("--set controls.Truce.leak=0.5: the control `Truce` has no"),
            "{said:?}"
        );
    }

    #[test]
    fn what_has_an_effect_is_not_warned_of() {
        for (text, set) in [
            ("[[controls]]\nname = 'US chips 2026'\nto = '2027-01'\n", &[][..]),
            (
                "",
                &[
                    "controls.'US chips 2026'.strictness=0",
                    "mechanisms.claims.enabled=false",
                    "seed=1",
                    "time.months=12",
                ],
            ),
            ("", &["states.US.talent=1.0625", "policies.'US Action Plan: open models'.value=0.125"]),
        ] {
            assert_eq!(warned(text, set), [""; 0], "{text} {set:?}");
        }
    }

    #[test]
    fn shipped_configs_are_warned_of_nothing() {
        let model = Model::standard();
        let mut said = Vec::new();
        // The limit of the race is what the scenario is about.
        let meant = "scenarios/safety-race.toml:9:10: `mechanisms.safety.enmity` is 1, outside its plausible range";
        for builtin in BUILTIN.iter().filter(|builtin| builtin.is_scenario()) {
            let loaded = model.load_with(&Source::Builtin(builtin.path.to_owned()), &[]).unwrap();
            said.extend(loaded.warnings.iter().map(|warning| warning.said.line()));
        }
        said.retain(|line| !line.starts_with(meant));
        assert!(said.is_empty(), "{said:#?}");
    }

    #[test]
    fn the_mechanisms_that_rules_need_are_there() {
        let catalogue = Model::standard().catalogue().clone();
        let known = |name: &str| catalogue.mechanisms.iter().any(|mechanism| mechanism.name == name);
        let scaled = |(name, scale): (&str, &str)| {
            let mut mechanisms = catalogue.mechanisms.iter();
            let mechanism = mechanisms.find(|mechanism| mechanism.name == name);
            mechanism.is_some_and(|mechanism| mechanism.parameters.iter().any(|each| each.name == scale))
        };
        assert!(super::KINDS.iter().filter_map(|kind| kind.moved_by).all(scaled));
        let levers = <crate::scenario::Lever as crate::scenario::Choice>::WORDS;
        assert!(levers.iter().flat_map(|(_, lever)| lever.moves()).all(|name| known(name)));
    }
}
