//! Checks a scenario that was made or changed by hand. One that was read from a config has passed all of this already.

use super::unsound::{Checked, Unsound, ensure};
use super::{MAX_DOMAINS, MAX_STATES, MAX_WORTH, Month, Scenario, Worth, kinds::Listed, read::MAX_MONTHS};
use crate::scenario::entities::EntityKind;

impl Scenario {
    /// Whether a world can be built of it: every index names something, every list by domain is complete, every number is
    /// in the range of its parameter, entities are sorted by name.
    ///
    /// # Errors
    /// The first thing that does not fit.
    pub fn check(&self) -> Result<(), Unsound> {
        let sound = self.check_frame().and_then(|()| self.check_entities()).and_then(|()| self.check_borders());
        let sound = sound.and_then(|()| {
            self.too_many_firms().map_or(Ok(()), |problem| Err(("mechanisms.entry.scale:".to_owned(), problem)))
        });
        sound.map_err(|(place, problem)| Unsound { scenario: self.name.clone(), place, problem })
    }

    fn check_frame(&self) -> Checked {
        let (time, domains, states) = (&self.time, self.domains.len(), self.states.len());
        ensure(
            [12, 24].contains(&time.steps_per_year),
            || "time.steps_per_year".into(),
            || format!("must be 12 or 24, not {}", time.steps_per_year),
        )?;
        let months = time.months;
        let most =
            MAX_MONTHS.min(Month::LAST.since(time.start).saturating_add(1).clamp(0, i64::from(MAX_MONTHS)) as u32);
        ensure((1..=most).contains(&months), || "time.months".into(), || format!("must be 1 to {most}, not {months}"))?;
        ensure(
            (1..=MAX_DOMAINS).contains(&domains),
            || "domains".into(),
            || format!("must be 1 to {MAX_DOMAINS}, not {domains}"),
        )?;
        ensure(
            (1..=MAX_STATES).contains(&states),
            || "states".into(),
            || format!("must be 1 to {MAX_STATES}, not {states}"),
        )?;
        for (what, state) in [("leader", self.comparison.leader), ("follower", self.comparison.follower)] {
            self.state(&format!("comparison.{what}"), state)?;
        }
        for (what, weights) in [("personal", &self.exposure.personal), ("autonomy", &self.exposure.autonomy)] {
            self.every_domain(&format!("exposure.{what}"), weights, |weight| (0.0..=1.0).contains(&weight))?;
        }
        self.check_worth()?;
        for settings in &self.mechanisms {
            let name = settings.declared.name;
            let (declared, values) = (settings.declared.parameters, &settings.values);
            ensure(
                declared.len() == values.len(),
                || format!("mechanisms.{name}"),
                || format!("has {} numbers instead of {}", values.len(), declared.len()),
            )?;
            in_range(&format!("mechanisms.{name}"), declared, values)?;
        }
        Ok(())
    }

    fn check_worth(&self) -> Checked {
        let Worth { output, hard, soft, soft_open } = &self.worth;
        self.every_domain("worth.output", output, |value| (0.0..=MAX_WORTH).contains(&value))?;
        for (what, parts) in [("hard", hard), ("soft", soft), ("soft_open", soft_open)] {
            self.every_domain(&format!("worth.{what}"), parts, |part| (0.0..=1.0).contains(&part))?;
        }
        Ok(())
    }

    fn check_entities(&self) -> Checked {
        self.lists().into_iter().try_for_each(|list| {
            named(list)?;
            list.check_each(self)
        })
    }

    fn check_borders(&self) -> Checked {
        for (at, border) in self.borders.iter().enumerate() {
            let place = format!("borders.{at}");
            let (a, b) = border.between;
            self.state(&place, a)?;
            self.state(&place, b)?;
            ensure(a < b, || place.clone(), || "must be between two states, the smaller first".into())?;
            let inside = |value: f64| (0.0..=1.0).contains(&value);
            ensure(
                inside(border.openness) && inside(border.trust),
                || place.clone(),
                || "must have openness and trust from 0 to 1".into(),
            )?;
        }
        Ok(())
    }

    /// An index that must name a state.
    pub(super) fn state(&self, place: &str, state: usize) -> Checked {
        ensure(
            state < self.states.len(),
            || place.to_owned(),
            || format!("is {state}, but there are {} states, from 0", self.states.len()),
        )
    }

    pub(super) fn every_domain(&self, place: &str, values: &[f64], fits: impl Fn(f64) -> bool) -> Checked {
        ensure(
            values.len() == self.domains.len(),
            || place.to_owned(),
            || format!("has {} numbers instead of one for each of {} domains", values.len(), self.domains.len()),
        )?;
        let wrong = values.iter().find(|value| !fits(**value));
        ensure(wrong.is_none(), || place.to_owned(), || format!("cannot hold {}", wrong.copied().unwrap_or(f64::NAN)))
    }

    /// Weights by domain that sum to 1.
    pub(super) fn shares(&self, place: &str, weights: &[f64], fits: impl Fn(f64) -> bool) -> Checked {
        self.every_domain(place, weights, fits)?;
        let sum: f64 = weights.iter().sum();
        ensure((sum - 1.0).abs() < 1e-6, || place.to_owned(), || format!("must sum to 1, not {sum}"))
    }
}

fn in_range(place: &str, declared: &[crate::declare::parameter::Parameter], values: &[f64]) -> Checked {
    declared.iter().zip(values).try_for_each(|(parameter, value)| {
        let expected = parameter.refuses(*value);
        ensure(
            expected.is_none(),
            || format!("{place}.{}", parameter.name),
            || format!("must be {}, not {value}", expected.as_deref().unwrap_or_default()),
        )
    })
}

/// Entities: no more than a world can have, each name once, sorted by name where rows are, numbers in range.
fn named(list: &dyn Listed) -> Checked {
    let EntityKind { list: place, most, recorded, numbers, .. } = list.kind();
    let mut names = list.names();
    let count = names.len();
    ensure(count <= most, || place.into(), || format!("must be at most {most}, not {count}"))?;
    if recorded {
        let unsorted = names.windows(2).find(|pair| pair[0] >= pair[1]).map(|pair| pair[1]);
        let problem = |name| format!("must be sorted by name, each name once: `{name}` is out of place");
        ensure(unsorted.is_none(), || place.into(), || problem(unsorted.unwrap_or_default()))?;
    }
    names
        .iter()
        .enumerate()
        .try_for_each(|(at, name)| in_range(&format!("{place}.{name}"), numbers, &list.values(at)))?;
    names.sort_unstable();
    let twice = names.windows(2).find(|pair| pair[0] == pair[1]).map(|pair| pair[0]);
    ensure(twice.is_none(), || place.into(), || format!("have `{}` twice", twice.unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::baseline;

    #[test]
    fn configs_that_were_read_pass() {
        for builtin in crate::scenario::builtin::BUILTIN.iter().filter(|builtin| builtin.is_scenario()) {
            let source = crate::scenario::Source::Builtin(builtin.path.to_owned());
            crate::model::Model::standard().load(&source).unwrap().check().unwrap();
        }
    }

    #[test]
    fn what_does_not_fit_is_named() {
        type Change = fn(&mut Scenario);
        let changes: [(Change, &str); 20] = [
            (|s| s.firms[0].state = 99, "firms.01.AI.state is 99, but there are 10 states"),
            (|s| s.time.steps_per_year = 48, "time.steps_per_year must be 12 or 24, not 48"),
            (|s| s.time.months = 0, "time.months must be 1 to 12000, not 0"),
            (|s| s.domains.clear(), "domains must be 1 to 8, not 0"),
            (|s| s.states.clear(), "states must be 1 to 16, not 0"),
            (|s| s.worth.output[2] = f64::INFINITY, "worth.output cannot hold inf"),
            (|s| s.worth.soft_open = vec![1.5; 6], "worth.soft_open cannot hold 1.5"),
            (|s| s.comparison.follower = 10, "comparison.follower is 10"),
            (|s| s.firms[1].focus = vec![1.0], "focus has 1 numbers instead of one for each of 6 domains"),
            (|s| s.firms[1].focus[0] += 1.0, "focus must sum to 1"),
            (|s| s.firms[1].focus[0] = 0.0, "focus cannot hold 0"),
            (|s| s.firms.swap(0, 1), "firms must be sorted by name"),
            (|s| s.states[0].numbers.talent = f64::NAN, "talent must be a number from 0 to 10, not NaN"),
            (|s| s.states[0].closed_to = vec![77], "closed_to is 77"),
            (|s| s.borders[0].between = (3, 3), "borders.0 must be between two states"),
            (|s| s.mechanisms[3].values.clear(), "has 0 numbers instead of"),
            (
                |s| {
                    let research = s.mechanisms.iter_mut().find(|settings| settings.declared.name == "research");
                    research.unwrap().values[0] = -1.0;
                },
                "mechanisms.research.growth must be a number from 0 to 5",
            ),
            (|s| s.accelerators[0].sales = vec![], "sales has 0 numbers"),
            (|s| s.policies[1].name = s.policies[0].name.clone(), "policies have"),
            (|s| s.controls[0].against = vec![55], "is 55"),
        ];
        for (change, said) in changes {
            let mut scenario = baseline();
            change(&mut scenario);
            let error = scenario.check().unwrap_err().to_string();
            assert!(
                error.starts_with("the scenario `baseline` cannot be simulated: ") && error.contains(said),
                "{error}"
            );
        }
    }
}
