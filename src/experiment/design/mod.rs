//! Designs: which points of parameter space an experiment visits. A [`Design`] is what the user asked for; its
//! [`Sample`] holds the points, as coordinates of the unit cube.

pub(crate) mod context;
mod draw;
pub mod factor;
pub(super) mod latin;
mod morris;
mod points_file;
pub(crate) mod read;
mod read_factor;
mod saltelli;
pub(crate) mod schema;
mod sobol;
mod steps;
pub(super) mod trial;

use crate::scenario::Choice;
pub use factor::{Factor, Role, Scale, Setting};
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
    sync::Arc,
};
pub(crate) use trial::declared_at;

/// What to vary, and how to choose the points.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Design {
    /// How the points are chosen.
    #[serde(flatten)]
    pub method: Method,
    /// Seed of the methods that draw.
    pub seed: u64,
    /// What is varied, in the order of the columns; none for plain replicates.
    pub factors: Vec<Factor>,
    /// Whose noise the replicates of a point have.
    #[serde(default, skip_serializing_if = "PointNoise::is_common")]
    pub noise: PointNoise,
}

/// Whose noise the replicates of a design point have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PointNoise {
    /// All points have the same: what differs between them is their parameters alone (common random numbers).
    #[default]
    Common,
    /// Each point has its own, so that what all points say together has the luck of all of them.
    Own,
}

impl PointNoise {
    /// Whether all points have the same.
    // serde hands over a reference.
    #[allow(clippy::trivially_copy_pass_by_ref)]
    fn is_common(&self) -> bool {
        *self == Self::Common
    }
}

impl Choice for PointNoise {
    const WORDS: &'static [(&'static str, Self)] = &[("common", Self::Common), ("own", Self::Own)];
}

/// How the points of a design are chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Method {
    /// One point, the scenario as it is.
    None,
    /// The factors' values side by side: point i takes value i of each.
    List,
    /// Every combination of the factors' values; the last factor varies fastest.
    Grid,
    /// The scenario as it is, then each factor's values in turn while the others stay as they are.
    OneAtATime,
    /// Independent uniform points.
    Random {
        /// Number of points.
        points: u32,
    },
    /// A Latin hypercube.
    Lhs {
        /// Number of points.
        points: u32,
    },
    /// A Sobol sequence with the direction numbers of Joe and Kuo (2008).
    Sobol {
        /// Number of points.
        points: u32,
        /// Whether it is scrambled (Owen 1995); the plain sequence starts at the origin.
        scramble: bool,
    },
    /// Worlds drawn from a weighted sample, such as a posterior, as often as their weights say (systematic resampling).
    Posterior {
        /// Number of points.
        points: u32,
    },
    /// Trajectories for elementary effects (Morris 1991).
    Morris {
        /// Number of trajectories; each has a point more than there are factors.
        trajectories: u32,
        /// Number of levels of the grid, even.
        levels: u32,
    },
    /// Saltelli's sample for Sobol indices (Saltelli 2002), in the layout of SALib.
    Saltelli {
        /// Number of base points N; with d factors the sample has N (2 d + 2) points, or N (d + 2).
        points: u32,
        /// Whether second-order indices can be had from it.
        second_order: bool,
        /// Whether its Sobol sequence is scrambled.
        scramble: bool,
    },
}

/// The points of a design.
#[derive(Clone, Debug, PartialEq)]
pub struct Sample {
    design: Design,
    /// Number of the first point.
    first: u64,
    points: u64,
    /// Coordinates from 0 to 1, by point, then factor; `NaN` where the scenario's own value stays. Shared, since they
    /// may be many.
    coordinates: Arc<Vec<f64>>,
}

impl Design {
    /// Plain replicates.
    pub const fn none() -> Self {
        Self { method: Method::None, seed: 0, factors: Vec::new(), noise: PointNoise::Common }
    }

    /// Number of its points; [`u64::MAX`] stands for that many or more.
    pub fn points(&self) -> u64 {
        let counts = self.factors.iter().map(steps::count);
        let factors = self.factors.len() as u64;
        match self.method {
            Method::None => 1,
            Method::List => counts.min().unwrap_or(0),
            Method::Grid => counts.fold(1, u64::saturating_mul),
            Method::OneAtATime => counts.fold(1, u64::saturating_add),
            Method::Random { points }
            | Method::Lhs { points }
            | Method::Sobol { points, .. }
            | Method::Posterior { points } => u64::from(points),
            Method::Morris { trajectories, .. } => u64::from(trajectories).saturating_mul(factors + 1),
            Method::Saltelli { points, second_order, .. } => {
                let rows = if second_order { 2 * factors + 2 } else { factors + 2 };
                u64::from(points).saturating_mul(rows)
            }
        }
    }

    /// Draws its points. The same design has the same points everywhere.
    pub fn sample(self) -> Sample {
        let (seed, factors) = (self.seed, self.factors.len());
        let seeded = |scramble: bool| scramble.then_some(seed);
        let coordinates = match self.method {
            Method::None => return Sample::plain(),
            Method::List | Method::Posterior { .. } => steps::list(&self.factors),
            Method::Grid => steps::grid(&self.factors),
            Method::OneAtATime => steps::one_at_a_time(&self.factors),
            Method::Random { points } => draw::random(points, factors, seed),
            Method::Lhs { points } => latin::latin(points, factors, seed),
            Method::Sobol { points, scramble } => sobol::sobol(points, factors, seeded(scramble)),
            Method::Morris { trajectories, levels } => morris::trajectories(trajectories, levels, factors, seed),
            Method::Saltelli { points, second_order, scramble } => {
                saltelli::saltelli(points, second_order, factors, seeded(scramble))
            }
        };
        Sample::new(self, coordinates)
    }
}

impl Method {
    /// Whether the points are a sample of one distribution, so that it means something to look at all of them together.
    pub const fn samples(self) -> bool {
        matches!(
            self,
            Self::Random { .. }
                | Self::Lhs { .. }
                | Self::Sobol { .. }
                | Self::Posterior { .. }
                | Self::Morris { .. }
                | Self::Saltelli { .. }
        )
    }
}

impl Sample {
    /// How many different worlds its points are, if they share no luck, so that worlds are what is independent.
    pub fn worlds_apart(&self) -> Option<u64> {
        let apart = self.points() > 1 && self.design.noise == PointNoise::Own;
        apart.then(|| self.worlds().into_iter().collect::<BTreeSet<_>>().len() as u64)
    }

    /// The one point of plain replicates.
    pub fn plain() -> Self {
        Self { design: Design::none(), first: 0, points: 1, coordinates: Arc::default() }
    }

    /// These points of the design: coordinates by point, then factor.
    pub fn new(design: Design, coordinates: Vec<f64>) -> Self {
        let points = coordinates.len().checked_div(design.factors.len()).unwrap_or(1) as u64;
        Self { design, first: 0, points, coordinates: Arc::new(coordinates) }
    }

    /// The sample of this one point, which keeps its number.
    #[must_use]
    pub fn only(&self, point: u64) -> Self {
        let coordinates = Arc::new(self.coordinates(point).to_vec());
        // Its replicates are then numbered as they are everywhere.
        let design = Design { noise: PointNoise::Common, ..self.design.clone() };
        Self { design, first: point, points: 1, coordinates }
    }

    /// The same with the same noise at all points.
    #[must_use]
    pub(crate) fn with_common_noise(mut self) -> Self {
        self.design.noise = PointNoise::Common;
        self
    }

    /// For each point, in order, the first that has the same values: a world that was drawn several times is one.
    pub fn worlds(&self) -> Vec<u64> {
        let mut known = BTreeMap::new();
        let world = |point| {
            let bits: Vec<String> = self.settings(point).map(|setting| format!("{setting:?}")).collect();
            *known.entry(bits).or_insert(point)
        };
        self.numbers().map(world).collect()
    }

    /// The design.
    pub const fn design(&self) -> &Design {
        &self.design
    }

    /// Number of points.
    pub const fn points(&self) -> u64 {
        self.points
    }

    /// Their numbers.
    pub const fn numbers(&self) -> Range<u64> {
        self.first..self.first + self.points
    }

    /// The coordinates of a point, one for each factor; `NaN` where the scenario's own value stays.
    pub fn coordinates(&self, point: u64) -> &[f64] {
        let width = self.design.factors.len();
        let place = point.checked_sub(self.first).and_then(|place| usize::try_from(place).ok());
        let start = place.unwrap_or(usize::MAX).saturating_mul(width);
        self.coordinates.get(start..start.saturating_add(width)).unwrap_or(&[])
    }

    /// The values of a point, one for each factor; `None` where the scenario's own value stays.
    pub fn settings(&self, point: u64) -> impl Iterator<Item = Option<Setting>> {
        let at = |(factor, &coordinate): (&Factor, &f64)| (!coordinate.is_nan()).then(|| factor.scale.at(coordinate));
        self.design.factors.iter().zip(self.coordinates(point)).map(at)
    }

    /// Whether some point leaves this factor as the scenario has it.
    pub fn leaves(&self, factor: usize) -> bool {
        let width = self.design.factors.len().max(1);
        self.coordinates.iter().skip(factor).step_by(width).any(|coordinate| coordinate.is_nan())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn factor(scale: Scale, levels: Option<u32>) -> Factor {
        let (parameter, unit, meaning) = ("a.b".to_owned(), String::new(), String::new());
        Factor { parameter, role: Role::Uncertainty, scale, levels, unit, meaning }
    }

    fn design(method: Method, factors: Vec<Factor>) -> Design {
        Design { method, seed: 3, factors, noise: PointNoise::Common }
    }

    fn settings(sample: &Sample) -> Vec<Vec<Option<Setting>>> {
        (0..sample.points()).map(|point| sample.settings(point).collect()).collect()
    }

    fn real(number: f64) -> Option<Setting> {
        Some(Setting::Real(number))
    }

    fn whole(number: i64) -> Option<Setting> {
        Some(Setting::Whole(number))
    }

    #[test]
    fn every_design_has_as_many_points_as_it_says() {
        let range = || factor(Scale::Linear { low: 0.0, high: 1.0 }, Some(3));
        for (method, points) in [
            (Method::None, 1),
            (Method::List, 3),
            (Method::Grid, 9),
            (Method::OneAtATime, 7),
            (Method::Random { points: 10 }, 10),
            (Method::Lhs { points: 10 }, 10),
            (Method::Sobol { points: 10, scramble: true }, 10),
            (Method::Morris { trajectories: 5, levels: 4 }, 15),
            (Method::Saltelli { points: 4, second_order: true, scramble: true }, 24),
            (Method::Saltelli { points: 4, second_order: false, scramble: false }, 16),
        ] {
            let design = design(method, if method == Method::None { vec![] } else { vec![range(), range()] });
            let sample = design.clone().sample();
            assert_eq!((design.points(), sample.points()), (points, points), "{method:?}");
            assert!(sample.points() == 1 || sample.coordinates(points - 1).len() == 2);
            assert_eq!(settings(&sample), settings(&design.sample()), "the same points again");
        }
    }

    #[test]
    fn a_grid_has_every_combination_and_the_last_factor_varies_fastest() {
        let factors = vec![
            factor(Scale::Choice { values: vec![Setting::Flag(false), Setting::Flag(true)] }, None),
            factor(Scale::Linear { low: 0.5, high: 1.5 }, Some(3)),
        ];
        let points = settings(&design(Method::Grid, factors).sample());
        let expected = [(false, 0.5), (false, 1.0), (false, 1.5), (true, 0.5), (true, 1.0), (true, 1.5)];
        assert_eq!(points, expected.map(|(flag, number)| vec![Some(Setting::Flag(flag)), real(number)]));
    }

    #[test]
    fn levels_of_whole_numbers_are_spread_over_their_range() {
        let points = |low, high, levels| {
            let factor = factor(Scale::Integer { low, high }, levels);
            settings(&design(Method::Grid, vec![factor]).sample()).concat()
        };
        assert_eq!(points(1, 4, Some(4)), [1, 2, 3, 4].map(whole));
        assert_eq!(points(-10, 10, Some(3)), [-10, 0, 10].map(whole));
        assert_eq!(points(0, 12, None), [0, 12].map(whole));
        assert_eq!(points(0, 1, Some(9)), [0, 1].map(whole));
    }

    #[test]
    fn one_at_a_time_starts_from_the_scenario_and_leaves_the_other_factors() {
        let factors = vec![
            factor(Scale::Log { low: 0.1, high: 10.0 }, None),
            factor(Scale::Choice { values: vec![Setting::Whole(7)] }, None),
        ];
        let sample = design(Method::OneAtATime, factors).sample();
        let expected = [vec![None, None], vec![real(0.1), None], vec![real(10.0), None], vec![None, whole(7)]];
        assert_eq!(settings(&sample), expected);
        assert!(sample.leaves(0) && sample.leaves(1));
    }

    #[test]
    fn a_list_takes_values_side_by_side() {
        let choice = |numbers: [i64; 3]| factor(Scale::Choice { values: numbers.map(Setting::Whole).into() }, None);
        let sample = design(Method::List, vec![choice([1, 2, 3]), choice([9, 9, 8])]).sample();
        assert_eq!(settings(&sample), [[1, 9], [2, 9], [3, 8]].map(|row| row.map(whole).to_vec()));
        assert!(!sample.leaves(0));
    }

    #[test]
    fn absurd_numbers_of_points_do_not_overflow() {
        let range = || factor(Scale::Linear { low: 0.0, high: 1.0 }, Some(u32::MAX));
        assert_eq!(design(Method::Grid, vec![range(), range(), range()]).points(), u64::MAX);
        let saltelli = Method::Saltelli { points: u32::MAX, second_order: true, scramble: true };
        assert_eq!(design(saltelli, vec![range()]).points(), 4 * u64::from(u32::MAX));
    }
}
