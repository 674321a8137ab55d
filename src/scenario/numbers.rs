//! Numbers of a scenario by name, checked as those of a config are: `mechanisms.diffusion.xi_open`, `states.US.talent`.

use super::{
    MechanismSettings, Scenario,
    diagnostic::nearest,
    key::Key,
    kinds::{KINDS, Listed},
};
use crate::declare::parameter::{Kind, Parameter};

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

/// The list of mechanisms.
const MECHANISMS: &str = "mechanisms";

/// A name of three parts, `list.entry.number`; parts with points in them stand in quotes.
struct NumberName<'p> {
    text: &'p str,
    parts: [String; 3],
}

impl<'p> NumberName<'p> {
    fn read(text: &'p str) -> Result<Self, NumberError> {
        let parts = Key::parse(text).ok().and_then(|key| <[String; 3]>::try_from(key.parts().to_vec()).ok());
        let unknown = || NumberError::Unknown {
            place: text.to_owned(),
            what: "such name; one has three parts, as in `mechanisms.diffusion.xi_open`".to_owned(),
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

    /// The error of a number that is declared and was taken away.
    fn lost(&self) -> NumberError {
        NumberError::Unknown { place: self.text.to_owned(), what: "value of it in the settings".to_owned(), near: None }
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

    /// The place of the entity in its list, and of the number among its numbers.
    fn entry(&self, list: &dyn Listed) -> Result<(usize, usize), NumberError> {
        let (kind, names) = (list.kind(), list.names());
        let found = names.iter().position(|name| *name == self.parts[1]);
        let at = found.ok_or_else(|| self.unknown(&format!("entry of {}", kind.list), 1, names))?;
        Ok((at, self.parameter(kind.numbers)?))
    }

    /// The list of entities that the first part names.
    fn list<T>(&self, lists: impl IntoIterator<Item = T>) -> Result<T, NumberError> {
        let known = || [MECHANISMS].into_iter().chain(KINDS.map(|kind| kind.list));
        let found = KINDS.iter().zip(lists).find(|(kind, _)| kind.list == self.parts[0]);
        found.map(|(_, list)| list).ok_or_else(|| self.unknown("list", 0, known()))
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
    /// scenario.set("mechanisms.diffusion.xi_open", 3.0)?;
    /// scenario.set("mechanisms.claims.enabled", false)?;
    /// scenario.set("firms.\"01.AI\".talent", 1.2)?;
    /// assert_eq!(scenario.number("firms.\"01.AI\".talent")?, 1.2);
    /// let wrong = scenario.set("mechanisms.diffusion.xi_opne", 3.0).unwrap_err();
    /// assert!(wrong.to_string().ends_with("did you mean `xi_open`?"));
    /// # Ok::<(), redqueen::scenario::numbers::NumberError>(())
    /// ```
    ///
    /// # Errors
    /// There is no such number, or it does not take the value.
    pub fn set(&mut self, place: &str, value: impl Into<f64>) -> Result<(), NumberError> {
        let (place, value) = (NumberName::read(place)?, value.into());
        match place.parts[0].as_str() {
            MECHANISMS => {
                let known: Vec<_> = self.mechanisms.iter().map(|settings| settings.declared.name).collect();
                let unknown = || place.unknown("mechanism", 1, known);
                let settings = self.settings_mut(&place.parts[1]).ok_or_else(unknown)?;
                if place.parts[2] == "enabled" && (value == 0.0 || value == 1.0) {
                    if value == 1.0 && settings.declared.left_out {
                        let expected = "false: the model leaves the mechanism out".to_owned();
                        return Err(NumberError::Refused { place: place.text.to_owned(), expected, value });
                    }
                    settings.enabled = value == 1.0;
                    return Ok(());
                }
                let at = place.parameter(settings.declared.parameters)?;
                place.check(&settings.declared.parameters[at], value)?;
                *settings.values.get_mut(at).ok_or_else(|| place.lost())? = value;
                Ok(())
            }
            _ => {
                let list = place.list(self.lists_mut())?;
                let (at, number) = place.entry(list)?;
                place.check(&list.kind().numbers[number], value)?;
                list.set(at, number, value);
                Ok(())
            }
        }
    }

    /// The number of this name, as [`Scenario::set`] takes it; switches and flags as 1 or 0.
    ///
    /// # Errors
    /// There is no such number.
    pub fn number(&self, place: &str) -> Result<f64, NumberError> {
        let place = NumberName::read(place)?;
        match place.parts[0].as_str() {
            MECHANISMS => {
                let known = self.mechanisms.iter().map(|settings| settings.declared.name);
                let settings = self.settings(&place.parts[1]);
                let settings = settings.ok_or_else(|| place.unknown("mechanism", 1, known))?;
                if place.parts[2] == "enabled" {
                    return Ok(settings.enabled.into());
                }
                let at = place.parameter(settings.declared.parameters)?;
                settings.values.get(at).copied().ok_or_else(|| place.lost())
            }
            _ => {
                let list = place.list(self.lists())?;
                place.entry(list).map(|(at, number)| list.values(at)[number])
            }
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
            ("mechanisms.difusion.xi_open", 1.0, "there is no mechanism `difusion`, did you mean `diffusion`?"),
            ("mechanisms.diffusion.rho", 1.0, "there is no number `rho`"),
            ("mechanisms.diffusion.xi_open", -1.0, "must be a number from 0 to"),
            ("mechanisms.diffusion.xi_open", f64::NAN, "not NaN"),
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
            "mechanisms.market.crowding".to_owned(),
        ] {
            let other = 0.75 * scenario.number(&place).unwrap() + 0.125;
            scenario.set(&place, other).unwrap();
            assert_eq!(scenario.number(&place).unwrap(), other, "{place}");
        }
        scenario.set("mechanisms.market.enabled", false).unwrap();
        assert_eq!(scenario.number("mechanisms.market.enabled").unwrap(), 0.0);
        assert!(!scenario.settings("market").unwrap().enabled);
    }

    use crate::declare::parameter::Parameters as _;
}
