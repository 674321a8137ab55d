//! The model as a value: which mechanisms there are, and what they offer to configs.

use super::{
    month::{self, STANDARD},
    phase::{Mechanism, Registered},
};
use crate::{
    declare::parameter::{Parameter, Parameters},
    scenario::{Catalogue, Diagnostics, Loaded, Scenario, Source, Unsound, diagnostic::nearest, load},
};
use bevy_ecs::prelude::*;
use std::{any::Any, fmt, sync::Arc};

/// A model: a list of mechanisms. It loads scenarios, which know its mechanisms by name, and makes worlds of them.
///
/// ```
/// use redqueen::{measure::record::Record, model::{Model, Seed}};
/// let model = Model::standard().without("claims")?;
/// let mut scenario = model.baseline()?;
/// scenario.time.months = 12;
/// scenario.set("mechanisms.diffusion.xi_open", 3.0)?;
/// let trajectory = model.simulate(&scenario)?.run(Seed { master: 1, replicate: 0 }, Record::ALL)?;
/// assert_eq!(trajectory.world.len(), 12);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Model {
    mechanisms: Vec<Registered>,
    /// Mechanisms whose place another took: what they put into the world stays, at its null, for those that read it, and what
    /// they do in any case goes on.
    replaced: Vec<Registered>,
    catalogue: Arc<Catalogue>,
    program: Program,
    /// What a room above keeps with it, and the model knows nothing of: what is measured of its worlds.
    kept: Option<Arc<dyn Any + Send + Sync>>,
}

/// The program that a model's command line is: what replays its runs, and whose results a folder holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Program {
    /// The word that starts it.
    pub name: &'static str,
    /// Its version. Results of another version are not gone on with.
    pub version: &'static str,
}

impl fmt::Display for Program {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.name, self.version)
    }
}

/// A model has no mechanism of this name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no mechanism `{name}` in the model{}", near.as_ref().map(|near| format!(", did you mean `{near}`?")).unwrap_or_default())]
pub struct UnknownMechanism {
    /// What was asked for.
    pub name: String,
    /// What may have been meant.
    pub near: Option<&'static str>,
}

impl Model {
    /// The model that the program ships.
    pub fn standard() -> Self {
        let program = Program { name: "redqueen", version: env!("CARGO_PKG_VERSION") };
        Self::of(STANDARD.to_vec(), Vec::new(), program, None)
    }

    /// The model as that of a program of your own: commands that replay a run start with its name, and a folder that another
    /// version of it wrote counts as somebody else's.
    ///
    /// ```
    /// let model = redqueen::model::Model::standard().named("my-model", "0.3.0");
    /// assert_eq!(model.program().to_string(), "my-model 0.3.0");
    /// ```
    #[must_use]
    pub fn named(self, name: &'static str, version: &'static str) -> Self {
        Self { program: Program { name, version }, ..self }
    }

    /// The program that its command line is.
    pub const fn program(&self) -> Program {
        self.program
    }

    fn of(
        mechanisms: Vec<Registered>,
        replaced: Vec<Registered>,
        program: Program,
        kept: Option<Arc<dyn Any + Send + Sync>>,
    ) -> Self {
        let catalogue = Catalogue { mechanisms: mechanisms.iter().map(|entry| entry.declaration).collect() };
        Self { mechanisms, replaced, catalogue: Arc::new(catalogue), program, kept }
    }

    /// What a room above keeps with the model, if anything of this type.
    pub(crate) fn kept<T: Any>(&self) -> Option<&T> {
        self.kept.as_deref()?.downcast_ref()
    }

    /// The model with this kept with it, in the place of what was.
    pub(crate) fn keep(self, thing: impl Any + Send + Sync) -> Self {
        Self { kept: Some(Arc::new(thing)), ..self }
    }

    /// The model with another mechanism, whose systems stand behind all others of their phase. It takes the place of one of
    /// the same name, in the list too. That one is then as if disabled: those who read its numbers find them at their nulls,
    /// or at their defaults where they have none, and what it does in any case (`always`) it goes on doing, behind the new one.
    #[must_use]
    pub fn with<M: Mechanism>(self) -> Self {
        let (entry, mut mechanisms, mut replaced) = (Registered::of::<M>(), self.mechanisms, self.replaced);
        replaced.retain(|other| (other.is)() != (entry.is)());
        match mechanisms.iter_mut().find(|other| other.declaration.name == M::NAME) {
            Some(place) => {
                let mut other = std::mem::replace(place, entry);
                other.declaration.left_out = true;
                replaced.extend(Some(other).filter(|other| (other.is)() != (entry.is)()));
            }
            None => mechanisms.push(entry),
        }
        Self::of(mechanisms, replaced, self.program, self.kept)
    }

    /// The model without a mechanism, as if every scenario said `enabled = false` of it.
    ///
    /// # Errors
    /// There is none of this name.
    pub fn without(self, name: &str) -> Result<Self, UnknownMechanism> {
        let mut mechanisms = self.mechanisms;
        let known = mechanisms.iter().map(|entry| entry.declaration.name);
        let unknown = UnknownMechanism { name: name.to_owned(), near: nearest(name, known) };
        let found = mechanisms.iter_mut().find(|entry| entry.declaration.name == name);
        found.ok_or(unknown)?.declaration.left_out = true;
        Ok(Self::of(mechanisms, self.replaced, self.program, self.kept))
    }

    /// Its mechanisms and their parameters, in the order of the list.
    pub const fn catalogue(&self) -> &Arc<Catalogue> {
        &self.catalogue
    }

    /// Reads a scenario.
    ///
    /// # Errors
    /// Everything that is wrong with it, with file, line and column.
    pub fn load(&self, source: &Source) -> Result<Scenario, Diagnostics> {
        self.load_with(source, &[]).map(|loaded| loaded.scenario)
    }

    /// Reads a scenario with overrides (`a.b.c=value`) laid over it. Two for one place are refused, as nobody has said which of
    /// them counts.
    ///
    /// # Errors
    /// Everything that is wrong with it and with them.
    pub fn load_with(&self, source: &Source, overrides: &[String]) -> Result<Loaded, Diagnostics> {
        load(source, overrides, &self.catalogue)
    }

    /// The built-in baseline world.
    ///
    /// # Errors
    /// The model's own mechanisms do not take the numbers that the baseline gives to those of their name.
    pub fn baseline(&self) -> Result<Scenario, Diagnostics> {
        self.load(&Source::Builtin("baseline".to_owned()))
    }

    /// The month of `scenario` in parts that come to the same when they run one after the other, each with the name of its
    /// mechanism: to see what takes how long.
    pub fn month_in_parts(&self, scenario: &Scenario) -> Vec<(&'static str, Schedule)> {
        month::parts(&self.mechanisms, &self.replaced, |name| {
            scenario.settings(name).is_some_and(|settings| settings.enabled)
        })
    }

    /// Whether a world of this model can be built of a scenario: it is sound, and was made for these mechanisms.
    ///
    /// # Errors
    /// The first thing that does not fit.
    pub fn check(&self, scenario: &Scenario) -> Result<(), Unsound> {
        scenario.check()?;
        let unsound = |name: &str, problem: &str| Unsound {
            scenario: scenario.name.clone(),
            place: format!("mechanisms.{name}"),
            problem: problem.to_owned(),
        };
        for Registered { declaration, .. } in &self.mechanisms {
            let names = |parameters: &'static [Parameter]| parameters.iter().map(|parameter| parameter.name);
            let settings = scenario.settings(declaration.name);
            let settings = settings.ok_or_else(|| unsound(declaration.name, "is missing: load it with this model"))?;
            if !names(settings.declared.parameters).eq(names(declaration.parameters)) {
                return Err(unsound(declaration.name, "has the numbers of another mechanism: load it with this model"));
            }
        }
        let known = |name: &str| self.mechanisms.iter().any(|entry| entry.declaration.name == name);
        let foreign = scenario.mechanisms.iter().find(|settings| !known(settings.declared.name));
        foreign.map_or(Ok(()), |settings| Err(unsound(settings.declared.name, "is no mechanism of the model")))
    }

    /// Whether another mechanism has this one's place.
    pub(super) fn is_replaced(&self, entry: &Registered) -> bool {
        self.replaced.iter().any(|other| (other.is)() == (entry.is)())
    }

    /// Its mechanisms, and those that they replaced.
    pub(super) fn all(&self) -> impl Iterator<Item = &Registered> {
        self.replaced.iter().chain(&self.mechanisms)
    }

    /// The month of `scenario`.
    pub(super) fn month(&self, scenario: &Scenario) -> Schedule {
        month::schedule(&self.mechanisms, &self.replaced, |name| {
            scenario.settings(name).is_some_and(|settings| settings.enabled)
        })
    }
}

impl Scenario {
    /// The numbers of a mechanism; `None` if the scenario was made for a model without it.
    pub fn mechanism<M: Mechanism>(&self) -> Option<M> {
        self.settings(M::NAME)
            .filter(|settings| {
                settings.declared.parameters == M::DECLARED && settings.values.len() == M::DECLARED.len()
            })
            .map(|settings| <M as Parameters>::from_values(&settings.values))
    }
}
