//! Kinds of entity that a config lists by name. Each has a file of its own: its numbers, how it is read, checked and
//! written, the schema of its keys. All of them are listed here, and nowhere else.

/// The name and the numbers of an entity, which are fields of it.
macro_rules! fields {
    ($Numbers:ty) => {
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
    };
}

mod accelerator;
mod chance;
mod control;
mod fab;
mod firm;
mod policy;
mod posture;
mod shock;
mod state;
mod strategist;

pub use accelerator::{AcceleratorNumbers, AcceleratorSpec, Contracts, MAX_ACCELERATORS};
pub use chance::{Hazard, Window};
pub use control::{ControlNumbers, ControlSpec, Goods};
pub use fab::{FabNumbers, FabSpec, MAX_FABS, Stage};
pub use firm::{FirmNumbers, FirmSpec, SafetyRule};
pub(crate) use policy::USUAL_GOODS;
pub use policy::{Indicator, Lever, PolicyNumbers, PolicySpec};
pub use posture::{PostureNumbers, PostureSpec};
pub use shock::{ShockNumbers, ShockSpec};
pub use state::{StateNumbers, StateSpec};
pub use strategist::{Payoffs, StateRule, StrategistNumbers, StrategistSpec};

use super::{
    Border, Comparison, DatedEvent, Exposure, MechanismSettings, Month, Time, Worth,
    entities::{EntityKind, NameIndex},
    section::{Mistakes, Section},
};
use crate::{declare::parameter::Parameters, scenario::unsound::Checked};
use serde_json::{Map, Value};

/// An entity as configured.
pub(crate) trait Entity: Sized {
    /// What is declared of its kind.
    const KIND: EntityKind;
    /// Its numbers.
    type Numbers: Parameters;
    /// Its name.
    fn name(&self) -> &str;
    /// Its numbers.
    fn numbers(&self) -> &Self::Numbers;
    /// Its numbers, to be changed.
    fn numbers_mut(&mut self) -> &mut Self::Numbers;
    /// Reads all of a config.
    fn read<'a>(root: &mut Section<'a>, before: &Before<'a, '_>, found: &mut Mistakes) -> Vec<Self>;
    /// What a config says of it, with nothing left to defaults.
    fn describe(&self, scenario: &Scenario) -> Map<String, Value>;
    /// Checks all but its numbers and the place of its name.
    fn check(&self, scenario: &Scenario) -> Checked;
    /// What a user who wrote it should know of it, such as that it has no effect.
    fn remark(&self, _scenario: &Scenario) -> Option<String> {
        None
    }
}

/// The keys of an entry of `list` that no longer hold where a layer gives `key` over them.
pub(crate) fn replaced_by(list: &str, key: &str) -> &'static [&'static str] {
    if [ControlSpec::KIND.list, PolicySpec::KIND.list].contains(&list) { chance::replaced_by(key) } else { &[] }
}

/// What is said of something that begins in a month, if the world has ended by then.
pub(crate) fn too_late(begins: Option<Month>, scenario: &Scenario) -> Option<String> {
    let end = scenario.time.start.plus(scenario.time.months);
    begins.filter(|month| *month >= end).map(|month| format!("has no effect: the world ends before {month}"))
}

/// What of a config was read before a list.
pub(crate) struct Before<'a, 'b> {
    /// The domains, unless they are wrong.
    pub domains: Option<&'a [String]>,
    /// The first month, unless it is wrong.
    pub start: Option<Month>,
    /// The lists that stand above it in the declaration.
    pub lists: &'b Lists,
}

impl Before<'_, '_> {
    /// The names of the states.
    pub(crate) fn states(&self) -> NameIndex<'_> {
        NameIndex::new(self.lists.states.iter().map(|state| state.name.as_str()))
    }
}

/// The entities of a kind, whichever it is.
pub(crate) trait Listed {
    /// What is declared of the kind.
    fn kind(&self) -> EntityKind;
    /// Their names, in order.
    fn names(&self) -> Vec<&str>;
    /// The numbers of the one at this place.
    fn values(&self, at: usize) -> Vec<f64>;
    /// Sets a number of the one at this place.
    fn set(&mut self, at: usize, number: usize, value: f64);
    /// What a config says of them.
    fn describe(&self, scenario: &Scenario) -> Value;
    /// Checks each of them.
    fn check_each(&self, scenario: &Scenario) -> Checked;
    /// What to know of the one at this place.
    fn remark(&self, at: usize, scenario: &Scenario) -> Option<String>;
}

impl<T: Entity> Listed for Vec<T> {
    fn kind(&self) -> EntityKind {
        T::KIND
    }

    fn names(&self) -> Vec<&str> {
        self.iter().map(T::name).collect()
    }

    fn values(&self, at: usize) -> Vec<f64> {
        self[at].numbers().to_values()
    }

    fn set(&mut self, at: usize, number: usize, value: f64) {
        let mut values = self.values(at);
        values[number] = value;
        *self[at].numbers_mut() = T::Numbers::from_values(&values);
    }

    fn describe(&self, scenario: &Scenario) -> Value {
        self.iter().map(|entity| Value::Object(entity.describe(scenario))).collect()
    }

    fn check_each(&self, scenario: &Scenario) -> Checked {
        self.iter().try_for_each(|entity| entity.check(scenario))
    }

    fn remark(&self, at: usize, scenario: &Scenario) -> Option<String> {
        self[at].remark(scenario)
    }
}

/// Declares a scenario: what stands in it beside entities, then the lists of entities, in the order in which they are read.
macro_rules! scenario {
    (
        $(#[$about:meta])*
        pub struct Scenario { $( $(#[$of_frame:meta])* pub $frame:ident: $Frame:ty, )* }
        $( $(#[$of_list:meta])* $list:ident: $Spec:ty; )*
    ) => {
        $(#[$about])*
        pub struct Scenario {
            $( $(#[$of_frame])* pub $frame: $Frame, )*
            $( $(#[$of_list])* pub $list: Vec<$Spec>, )*
        }

        /// A scenario without its entities.
        pub(crate) struct Frame { $( pub $frame: $Frame, )* }

        /// The entities of a scenario.
        #[derive(Default)]
        pub(crate) struct Lists { $( pub $list: Vec<$Spec>, )* }

        impl Lists {
            /// Reads those of a config.
            pub(crate) fn read<'a>(
                root: &mut Section<'a>,
                domains: Option<&'a [String]>,
                start: Option<Month>,
                found: &mut Mistakes,
            ) -> Self {
                let mut lists = Self::default();
                $( lists.$list = Entity::read(root, &Before { domains, start, lists: &lists }, found); )*
                lists
            }
        }

        impl Scenario {
            /// The scenario of these parts.
            pub(crate) fn of(frame: Frame, lists: Lists) -> Self {
                Self { $( $frame: frame.$frame, )* $( $list: lists.$list, )* }
            }

            /// Its entities, kind by kind, in the order of [`KINDS`].
            pub(crate) fn lists(&self) -> [&dyn Listed; KINDS.len()] {
                [$(&self.$list),*]
            }

            /// Its entities, to be changed.
            pub(crate) fn lists_mut(&mut self) -> [&mut dyn Listed; KINDS.len()] {
                [$(&mut self.$list),*]
            }
        }

        /// Every kind of entity.
        pub(crate) const KINDS: [EntityKind; [$(stringify!($list)),*].len()] = [$(<$Spec as Entity>::KIND),*];

        /// The types that stand for the kinds.
        #[cfg(test)]
        pub(crate) const SPECS: [&str; KINDS.len()] = [$(stringify!($Spec)),*];
    };
}

/// The kind that a config lists under this name.
pub(crate) fn kind_of(list: &str) -> Option<EntityKind> {
    KINDS.into_iter().find(|kind| kind.list == list)
}

scenario! {
    /// A world to simulate, checked and complete.
    #[derive(Clone, Debug, PartialEq)]
    pub struct Scenario {
        /// Short name, used for the output folder.
        pub name: String,
        /// What it shows and what to look at.
        pub description: String,
        /// Master seed of the noise.
        pub seed: u64,
        /// Start, length and step.
        pub time: Time,
        /// Names of the domains, at most [`MAX_DOMAINS`](crate::scenario::MAX_DOMAINS).
        pub domains: Vec<String>,
        /// What each domain exposes people to.
        pub exposure: Exposure,
        /// What each domain is worth.
        pub worth: Worth,
        /// Which two states the gap outcomes compare.
        pub comparison: Comparison,
        /// Borders that differ from fully open without trust; pairs sorted, no doubles.
        pub borders: Vec<Border>,
        /// Dated facts shown beside the results.
        pub events: Vec<DatedEvent>,
        /// Settings of every mechanism of the catalogue, in its order.
        pub mechanisms: Vec<MechanismSettings>,
    }

    /// The states, sorted by name, at most [`MAX_STATES`](crate::scenario::MAX_STATES).
    states: StateSpec;
    /// The firms, those that enter later included, sorted by name.
    firms: FirmSpec;
    /// Fabs, packaging and memory plants, those that start later included, sorted by name.
    fabs: FabSpec;
    /// Chip designs, those made later included, sorted by name.
    accelerators: AcceleratorSpec;
    /// Export controls, sorted by name.
    controls: ControlSpec;
    /// Shocks, sorted by name.
    shocks: ShockSpec;
    /// Policies, sorted by name.
    policies: PolicySpec;
    /// Bundles of levers that states which choose take up, sorted by name.
    postures: PostureSpec;
    /// States that choose, sorted by name.
    strategists: StrategistSpec;
}
