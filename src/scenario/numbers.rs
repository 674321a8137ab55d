//! Numbers of a scenario by name, checked as those of a config are: `mechanisms.diffusion.phi_open`, `states.US.talent`.

use super::{
    AcceleratorSpec, ControlSpec, FabSpec, FirmSpec, MechanismSettings, PolicySpec, Scenario, ShockSpec, StateSpec,
    diagnostic::nearest,
    parameter::{Kind, Parameter, Parameters},
    tree::parse_key,
};

/// Why a number cannot be read or set.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum NumberError {
    /// No number has this name.
    #[error("no number `{place}` in the scenario: there is no {what}{}", near.as_ref().map(|near| format!(", did you mean `{near}`?")).unwrap_or_default())]
    Unknown {
        /// What was asked for.
        place: String,
        /// The part that is not there.
        what: String,
        /// What may have been meant.
        near: Option<String>,
    },
    /// The number does not take this value.
    #[error("`{place}` must be {expected}, not {value}")]
    Refused {
        /// Where.
        place: String,
        /// What it takes.
        expected: String,
        /// What was given.
        value: f64,
    },
}

/// An entry of a scenario's lists, which has a name and numbers.
pub trait Numbered {
    /// Its list in a config, such as `firms`.
    const LIST: &'static str;
    /// Its numbers.
    type Numbers: Parameters;
    /// Its name.
    fn name(&self) -> &str;
    /// Its numbers.
    fn numbers(&self) -> &Self::Numbers;
    /// Its numbers, to be changed.
    fn numbers_mut(&mut self) -> &mut Self::Numbers;
}

macro_rules! numbered {
    ($($Spec:ty => $list:literal, $Numbers:ty;)*) => {$(
        impl Numbered for $Spec {
            const LIST: &'static str = $list;
            type Numbers = $Numbers;
            fn name(&self) -> &str {
                &self.name
            }
            fn numbers(&self) -> &$Numbers {
                &self.numbers
            }
            fn numbers_mut(&mut self) -> &mut $Numbers {
                &mut self.numbers
            }
        }
    )*};
}

numbered! {
    StateSpec => "states", super::StateNumbers;
    FirmSpec => "firms", super::FirmNumbers;
    FabSpec => "fabs", super::FabNumbers;
    AcceleratorSpec => "accelerators", super::AcceleratorNumbers;
    ControlSpec => "controls", super::ControlNumbers;
    ShockSpec => "shocks", super::ShockNumbers;
    PolicySpec => "policies", super::PolicyNumbers;
}

/// The lists whose entries have numbers, as configs call them.
const LISTS: [&str; 8] = [
    "mechanisms",
    StateSpec::LIST,
    FirmSpec::LIST,
    FabSpec::LIST,
    AcceleratorSpec::LIST,
    ControlSpec::LIST,
    ShockSpec::LIST,
    PolicySpec::LIST,
];

/// A name of three parts, `list.entry.number`; parts with points in them stand in quotes.
struct Place<'p> {
    text: &'p str,
    parts: [String; 3],
}

impl<'p> Place<'p> {
    fn read(text: &'p str) -> Result<Self, NumberError> {
        let parts = parse_key(text).ok().and_then(|parts| <[String; 3]>::try_from(parts).ok());
        let unknown = || NumberError::Unknown {
            place: text.to_owned(),
            what: "such name; one has three parts, as in `mechanisms.diffusion.phi_open`".to_owned(),
            near: None,
        };
        Ok(Self { text, parts: parts.ok_or_else(unknown)? })
    }

    fn unknown<'a>(&self, what: &str, part: usize, known: impl IntoIterator<Item = &'a str>) -> NumberError {
        NumberError::Unknown {
            place: self.text.to_owned(),
            what: format!("{what} `{}`", self.parts[part]),
            near: nearest(&self.parts[part], known).map(str::to_owned),
        }
    }

    fn parameter(&self, declared: &'static [Parameter]) -> Result<usize, NumberError> {
        let found = declared.iter().position(|parameter| parameter.name == self.parts[2]);
        found.ok_or_else(|| self.unknown("number", 2, declared.iter().map(|parameter| parameter.name)))
    }

    fn check(&self, declared: &Parameter, value: f64) -> Result<(), NumberError> {
        declared
            .refuses(value)
            .map_or(Ok(()), |expected| Err(NumberError::Refused { place: self.text.to_owned(), expected, value }))
    }

    fn entry<'l, T: Numbered>(&self, list: &'l [T]) -> Result<(usize, &'l T), NumberError> {
        let found = list.iter().enumerate().find(|(_, entry)| entry.name() == self.parts[1]);
        found.ok_or_else(|| self.unknown(&format!("entry of {}", T::LIST), 1, list.iter().map(T::name)))
    }

    fn get<T: Numbered>(&self, list: &[T]) -> Result<f64, NumberError> {
        let at = self.parameter(T::Numbers::DECLARED)?;
        Ok(self.entry(list)?.1.numbers().to_values()[at])
    }

    fn set<T: Numbered>(&self, list: &mut [T], value: f64) -> Result<(), NumberError> {
        let (entry, at) = (self.entry(list)?.0, self.parameter(T::Numbers::DECLARED)?);
        self.check(&T::Numbers::DECLARED[at], value)?;
        let numbers = list[entry].numbers_mut();
        let mut values = numbers.to_values();
        values[at] = value;
        *numbers = T::Numbers::from_values(&values);
        Ok(())
    }
}

impl Parameter {
    /// What this parameter takes, if that is not `value`.
    pub fn refuses(&self, value: f64) -> Option<String> {
        let (low, high) = self.range;
        let whole = self.kind == Kind::Real || value.fract() == 0.0;
        let taken = (low..=high).contains(&value) && whole;
        (!taken).then(|| match self.kind {
            Kind::Real => format!("a number from {low} to {high}"),
            Kind::Whole => format!("a whole number from {low} to {high}"),
            Kind::Flag => "0 or 1".to_owned(),
        })
    }
}

impl Scenario {
    /// The settings of the mechanism of this name, to be changed.
    pub fn settings_mut(&mut self, name: &str) -> Option<&mut MechanismSettings> {
        self.mechanisms.iter_mut().find(|settings| settings.declared.name == name)
    }

    /// Sets a number by its name in configs: `mechanisms.<mechanism>.<number>`, its switch `mechanisms.<mechanism>.enabled`
    /// (`true` or `false`), or that of an entity, `states.<state>.<number>`. Nothing else of the scenario changes.
    ///
    /// ```
    /// let mut scenario = redqueen::baseline();
    /// scenario.set("mechanisms.diffusion.phi_open", 3.0)?;
    /// scenario.set("mechanisms.claims.enabled", false)?;
    /// scenario.set("firms.\"01.AI\".talent", 1.2)?;
    /// assert_eq!(scenario.number("firms.\"01.AI\".talent")?, 1.2);
    /// let wrong = scenario.set("mechanisms.diffusion.phi_opne", 3.0).unwrap_err();
    /// assert!(wrong.to_string().ends_with("did you mean `phi_open`?"));
    /// # Ok::<(), redqueen::scenario::numbers::NumberError>(())
    /// ```
    ///
    /// # Errors
    /// There is no such number, or it does not take the value.
    pub fn set(&mut self, place: &str, value: impl Into<f64>) -> Result<(), NumberError> {
        let (place, value) = (Place::read(place)?, value.into());
        match place.parts[0].as_str() {
            "mechanisms" => {
                let known: Vec<_> = self.mechanisms.iter().map(|settings| settings.declared.name).collect();
                let unknown = || place.unknown("mechanism", 1, known);
                let settings = self.settings_mut(&place.parts[1]).ok_or_else(unknown)?;
                if place.parts[2] == "enabled" && (value == 0.0 || value == 1.0) {
                    settings.enabled = value == 1.0 && !settings.declared.left_out;
                    return Ok(());
                }
                let at = place.parameter(settings.declared.parameters)?;
                place.check(&settings.declared.parameters[at], value)?;
                settings.values[at] = value;
                Ok(())
            }
            "states" => place.set(&mut self.states, value),
            "firms" => place.set(&mut self.firms, value),
            "fabs" => place.set(&mut self.fabs, value),
            "accelerators" => place.set(&mut self.accelerators, value),
            "controls" => place.set(&mut self.controls, value),
            "shocks" => place.set(&mut self.shocks, value),
            "policies" => place.set(&mut self.policies, value),
            _ => Err(place.unknown("list", 0, LISTS)),
        }
    }

    /// The number of this name, as [`Scenario::set`] takes it; switches and flags as 1 or 0.
    ///
    /// # Errors
    /// There is no such number.
    pub fn number(&self, place: &str) -> Result<f64, NumberError> {
        let place = Place::read(place)?;
        match place.parts[0].as_str() {
            "mechanisms" => {
                let known = self.mechanisms.iter().map(|settings| settings.declared.name);
                let settings = self.settings(&place.parts[1]);
                let settings = settings.ok_or_else(|| place.unknown("mechanism", 1, known))?;
                if place.parts[2] == "enabled" {
                    return Ok(settings.enabled.into());
                }
                Ok(settings.values[place.parameter(settings.declared.parameters)?])
            }
            "states" => place.get(&self.states),
            "firms" => place.get(&self.firms),
            "fabs" => place.get(&self.fabs),
            "accelerators" => place.get(&self.accelerators),
            "controls" => place.get(&self.controls),
            "shocks" => place.get(&self.shocks),
            "policies" => place.get(&self.policies),
            _ => Err(place.unknown("list", 0, LISTS)),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::baseline;

    #[test]
    fn what_is_not_there_or_not_taken_is_said_and_changes_nothing() {
        let mut scenario = baseline();
        for (place, value, said) in [
            ("mechanisms.difusion.phi_open", 1.0, "there is no mechanism `difusion`, did you mean `diffusion`?"),
            ("mechanisms.diffusion.phi", 1.0, "there is no number `phi`"),
            ("mechanisms.diffusion.phi_open", -1.0, "must be a number from 0 to"),
            ("mechanisms.diffusion.phi_open", f64::NAN, "not NaN"),
            ("mechanisms.diffusion.lag_open_months", 1.5, "must be a whole number from 1"),
            ("mechanisms.claims.enabled", 2.0, "there is no number `enabled`"),
            ("states.UAS.talent", 1.0, "there is no entry of states `UAS`, did you mean `US`?"),
            ("state.US.talent", 1.0, "there is no list `state`, did you mean `states`?"),
            ("seed", 1.0, "one has three parts"),
            ("firms.\"01.AI.talent", 1.0, "one has three parts"),
        ] {
            let error = scenario.set(place, value).unwrap_err().to_string();
            assert!(error.contains(said), "{place}: {error}");
        }
        assert_eq!(scenario, baseline());
    }

    #[test]
    fn every_list_gives_back_what_was_set() {
        let mut scenario = baseline();
        let shock = crate::scenario::ShockSpec {
            name: "cut".into(),
            location: 0,
            stages: [true; crate::scenario::Stage::COUNT],
            from: None,
            between: None,
            numbers: crate::scenario::ShockNumbers::default(),
        };
        scenario.shocks.push(shock);
        let names = |list: &[String]| list[0].clone();
        let (control, policy) = (
            names(&scenario.controls.iter().map(|each| each.name.clone()).collect::<Vec<_>>()),
            names(&scenario.policies.iter().map(|each| each.name.clone()).collect::<Vec<_>>()),
        );
        let fab = scenario.fabs[0].name.clone();
        let design = scenario.accelerators[0].name.clone();
        for place in [
            "states.US.talent".to_owned(),
            "firms.OpenAI.talent".to_owned(),
            format!("fabs.\"{fab}\".{}", crate::scenario::FabNumbers::DECLARED[0].name),
            format!("accelerators.\"{design}\".{}", crate::scenario::AcceleratorNumbers::DECLARED[0].name),
            format!("controls.\"{control}\".strictness"),
            "shocks.cut.severity".to_owned(),
            format!("policies.\"{policy}\".value"),
            "mechanisms.market.variety".to_owned(),
        ] {
            let other = 0.75 * scenario.number(&place).unwrap() + 0.125;
            scenario.set(&place, other).unwrap();
            assert_eq!(scenario.number(&place).unwrap(), other, "{place}");
        }
        scenario.set("mechanisms.market.enabled", false).unwrap();
        assert_eq!(scenario.number("mechanisms.market.enabled").unwrap(), 0.0);
        assert!(!scenario.settings("market").unwrap().enabled);
    }

    use crate::scenario::parameter::Parameters as _;
}
