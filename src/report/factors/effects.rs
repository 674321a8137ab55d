//! How outcomes go with the factors of a design.

use super::read::{SampledPoint, SampledScenario};
use crate::{
    analysis::association::{Association, correlation_ratio, rank_correlation},
    declare::table::Column,
    experiment::design::{Factor, Scale, Setting},
};

/// How an outcome goes with a factor.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Effect {
    /// Place of the factor.
    pub factor: usize,
    /// A rank correlation, or of a choice of words a correlation ratio.
    pub association: Association,
    /// Whether it is a ratio.
    pub is_ratio: bool,
}

/// How an outcome goes with each factor under a scenario, the closest first.
#[derive(Clone, Debug)]
pub struct Effects {
    /// The scenario.
    pub scenario: String,
    /// The outcome.
    pub outcome: Column<'static>,
    /// Points that have a value.
    pub points: usize,
    /// By factor; those that do not vary, or move nothing at all, have none.
    pub list: Vec<Effect>,
}

/// Whether a factor chooses among words, which have no order.
pub fn is_choice(factor: &Factor) -> bool {
    let Scale::Choice { values } = &factor.scale else { return false };
    !values.iter().all(|value| matches!(value, Setting::Whole(_) | Setting::Real(_)))
}

/// Where a factor stood at a point, and what the outcome came to there.
pub fn pairs(sampled: &SampledScenario, outcome: usize, factor: usize) -> impl Iterator<Item = (f64, f64)> {
    sampled.points.iter().filter_map(move |point| {
        let moments = point.outcomes.get(outcome).filter(|moments| moments.n > 0)?;
        Some(((*point.settings.get(factor)?)?, moments.mean))
    })
}

impl Effects {
    /// The same without intervals.
    pub fn without_intervals(mut self) -> Self {
        self.list.iter_mut().for_each(|effect| effect.association = effect.association.without_interval());
        self
    }

    /// How the outcome at this place goes with these factors.
    pub fn of(sampled: &SampledScenario, outcome: usize, factors: &[Factor]) -> Option<Self> {
        let column = *sampled.outcomes.get(outcome)?;
        let with = |point: &&SampledPoint| point.outcomes.get(outcome).is_some_and(|moments| moments.n > 0);
        let points = sampled.points.iter().filter(with).count();
        let effect = |(at, factor): (usize, &Factor)| {
            let (x, y): (Vec<f64>, Vec<f64>) = pairs(sampled, outcome, at).unzip();
            let is_ratio = is_choice(factor);
            let association = if is_ratio {
                let groups: Vec<usize> = x.iter().map(|place| *place as usize).collect();
                correlation_ratio(&groups, &y)
            } else {
                rank_correlation(&x, &y)
            };
            Some(Effect { factor: at, association: association?, is_ratio })
        };
        let mut list: Vec<Effect> = factors.iter().enumerate().filter_map(effect).collect();
        list.sort_by(|a, b| {
            b.association.value.abs().total_cmp(&a.association.value.abs()).then(a.factor.cmp(&b.factor))
        });
        (points > 0).then(|| Self { scenario: sampled.scenario.clone(), outcome: column, points, list })
    }
}
