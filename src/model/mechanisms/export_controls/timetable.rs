//! The barriers that rules make, step by step, worked out before the first of them.

use super::{
    ExportControls,
    rule::{Flow, Rule},
};
use crate::{
    model::{
        clock::Clock,
        relations::{Barriers, ChipRule, FlowRule},
        states::StateId,
    },
    scenario::Goods,
};
use bevy_ecs::prelude::*;
use std::{borrow::Cow, sync::Arc};

/// The barriers of each step in which they change.
#[derive(Resource, Clone, Debug, Default)]
pub struct Timetable(Arc<[(u32, Barriers)]>);

impl Timetable {
    /// What the rules of a scenario say, step by step.
    pub(super) fn new(rules: &[Rule], clock: &Clock, controls: &ExportControls) -> Self {
        let lag = i64::from(clock.steps(controls.variant_lag_months));
        let mut turns: Vec<i64> = rules.iter().flat_map(|rule| [Some(rule.from), rule.to]).flatten().collect();
        turns.sort_unstable();
        turns.dedup();
        // Variants become ready a lag after a rule came or went.
        let mut changes: Vec<u32> = turns
            .iter()
            .flat_map(|turn| [*turn, *turn + lag])
            .filter_map(|step| u32::try_from(step.max(0)).ok())
            .collect();
        changes.sort_unstable();
        changes.dedup();
        Self(changes.into_iter().map(|step| (step, barriers(rules, &turns, lag, i64::from(step)))).collect())
    }

    /// The barriers that stand in this step.
    pub(super) fn standing_in(&self, step: u32) -> Cow<'_, Barriers> {
        let until = self.0.partition_point(|(change, _)| *change <= step);
        self.0[..until].last().map(|(_, barriers)| Cow::Borrowed(barriers)).unwrap_or_default()
    }

    /// The barriers from this step on, if they change in it.
    pub(super) fn change_in(&self, step: u32) -> Option<&Barriers> {
        self.0.binary_search_by_key(&step, |(change, _)| *change).ok().map(|place| &self.0[place].1)
    }
}

fn barriers(rules: &[Rule], turns: &[i64], lag: i64, step: i64) -> Barriers {
    let mut barriers = Barriers::default();
    for rule in rules.iter().filter(|rule| rule.in_force(step)) {
        match rule.spec.what {
            Goods::Chips => {
                for &Flow { by, against, rigour } in &rule.flows {
                    let threshold = rule.spec.numbers.threshold_h100e;
                    barriers.chips.push(ChipRule { by, against, threshold, rigour, stopped: rigour.stopped() });
                    barriers.variant[by][against] = variant(rules, turns, lag, step, (by, against));
                }
            }
            Goods::Equipment => {
                for flow in &rule.flows {
                    let strictest = &mut barriers.equipment[flow.against];
                    strictest.rigour = strictest.rigour.or_stricter(flow.rigour);
                    strictest.stopped = strictest.rigour.stopped();
                    strictest.largest_node_nm = strictest.largest_node_nm.max(rule.spec.numbers.node_nm);
                }
            }
            goods => {
                for &Flow { by, against, rigour } in &rule.flows {
                    barriers.cover(FlowRule { goods, by, against, rigour });
                }
            }
        }
    }
    barriers
}

/// The lowest performance to which rules in force limit variants, H100e; `None` without a rule.
fn limit(rules: &[Rule], step: i64, (by, against): (StateId, StateId)) -> Option<f64> {
    let binding = rules.iter().filter(|rule| rule.in_force(step) && rule.binds_chips(by, against));
    binding.map(|rule| rule.spec.numbers.variant_h100e).reduce(f64::min)
}

/// Performance of the best variant that is allowed and ready: the largest limit, no higher than today's, that was in force at
/// least `lag` steps ago. Limits change at `turns` only.
fn variant(rules: &[Rule], turns: &[i64], lag: i64, step: i64, pair: (StateId, StateId)) -> f64 {
    let Some(allowed) = limit(rules, step, pair) else { return 0.0 };
    let designed_for = turns.iter().filter(|turn| **turn <= step - lag).filter_map(|turn| limit(rules, *turn, pair));
    designed_for.filter(|limit| *limit <= allowed).fold(0.0, f64::max)
}
