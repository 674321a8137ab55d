//! Designs: which points of parameter space an experiment visits. A [`Design`] is what the user asked for; its
//! [`Sample`] holds the points, as coordinates of the unit cube.

pub mod factor;
pub(crate) mod read;

pub use factor::{Factor, Role, Scale, Setting};
use serde::{Deserialize, Serialize};

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
    points: u64,
    /// Coordinates from 0 to 1, by point, then factor; `NaN` where the scenario's own value stays.
    coordinates: Vec<f64>,
}

impl Design {
    /// Plain replicates.
    pub const fn none() -> Self {
        Self { method: Method::None, seed: 0, factors: Vec::new() }
    }
}

impl Method {
    /// Whether the points are a sample of one distribution, so that it means something to look at all of them together.
    pub const fn samples(self) -> bool {
        matches!(
            self,
            Self::Random { .. } | Self::Lhs { .. } | Self::Sobol { .. } | Self::Morris { .. } | Self::Saltelli { .. }
        )
    }
}

impl Sample {
    /// The one point of plain replicates.
    pub const fn plain() -> Self {
        Self { design: Design::none(), points: 1, coordinates: Vec::new() }
    }

    /// These points of the design: coordinates by point, then factor.
    pub fn new(design: Design, coordinates: Vec<f64>) -> Self {
        let points = coordinates.len().checked_div(design.factors.len()).unwrap_or(1) as u64;
        Self { design, points, coordinates }
    }

    /// The sample of this one point.
    #[must_use]
    pub fn only(&self, point: u64) -> Self {
        Self { design: self.design.clone(), points: 1, coordinates: self.coordinates(point).to_vec() }
    }

    /// The design.
    pub const fn design(&self) -> &Design {
        &self.design
    }

    /// Number of points.
    pub const fn points(&self) -> u64 {
        self.points
    }

    /// The coordinates of a point, one for each factor; `NaN` where the scenario's own value stays.
    pub fn coordinates(&self, point: u64) -> &[f64] {
        let width = self.design.factors.len();
        let start = usize::try_from(point).unwrap_or(usize::MAX).saturating_mul(width);
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
