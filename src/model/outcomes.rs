//! What a run comes to, gathered month by month.

use super::{
    geography::Geography,
    indicators::Observer,
    record::{OutcomeRow, WorldRow},
};
use bevy_ecs::prelude::*;

/// Gathers a run's outcomes.
#[derive(Default)]
pub struct Outcomes {
    months: u32,
    /// Month and rating of the first frontier.
    first_rating: Option<(u32, f64)>,
    gap_12: Option<f64>,
    gap_24: Option<f64>,
    parity: Option<f64>,
    open_gap: (f64, f64),
    entries: u32,
    exits: u32,
    largest_share: f64,
    progress: [f64; 3],
    last: Option<WorldRow>,
}

impl Outcomes {
    /// Takes in a month.
    pub fn observe(&mut self, row: &WorldRow) {
        self.months += 1;
        self.first_rating = self.first_rating.or(row.frontier_rating.map(|rating| (self.months, rating)));
        // The first row carries the month of the start.
        match self.months {
            13 => self.gap_12 = row.gap_rating,
            25 => self.gap_24 = row.gap_rating,
            _ => {}
        }
        if self.parity.is_none() && row.gap_nats.is_some_and(|gap| gap <= 0.0) {
            self.parity = Some(f64::from(self.months));
        }
        if let Some(gap) = row.open_gap_rating {
            self.open_gap.0 += gap;
            self.open_gap.1 += 1.0;
        }
        self.largest_share = self.largest_share.max(row.largest_share);
        self.entries += row.entries;
        self.exits += row.exits;
        for (sum, part) in self.progress.iter_mut().zip([row.selection, row.learning, row.turnover]) {
            *sum += part;
        }
        self.last = Some(row.clone());
    }

    /// The outcomes, with what only the world at the end can tell.
    pub fn finish(self, observer: &mut Observer, world: &World) -> OutcomeRow {
        let last = self.last.unwrap_or_else(|| observer.world(world));
        let geography = world.resource::<Geography>();
        let (leader, follower) = (geography.leader, geography.follower);
        let gain = self.first_rating.zip(last.frontier_rating).and_then(|((month, first), end)| {
            (self.months > month).then(|| 12.0 * (end - first) / f64::from(self.months - month))
        });
        OutcomeRow {
            gap_rating_12: self.gap_12,
            gap_rating_24: self.gap_24,
            gap_rating_end: last.gap_rating,
            gap_nats_end: last.gap_nats,
            gap_months_end: last.gap_months,
            parity_months: self.parity,
            open_gap_rating_mean: (self.open_gap.1 > 0.0).then(|| self.open_gap.0 / self.open_gap.1),
            frontier_gain_per_year: gain,
            frontier_capability_end: last.frontier_capability,
            open_share_end: last.open_share,
            firm_hhi_end: last.firm_hhi,
            effective_firms_end: last.effective_firms,
            largest_share_max: self.largest_share,
            firms_end: last.firms,
            entries: self.entries,
            exits: self.exits,
            survivor_age_mean: observer.mean_age(world),
            selection_sum: self.progress[0],
            learning_sum: self.progress[1],
            turnover_sum: self.progress[2],
            compute_leader_end: observer.compute(world, leader),
            compute_follower_end: observer.compute(world, follower),
            power_leader_end: observer.power(world, leader),
            power_follower_end: observer.power(world, follower),
            power_hhi_end: last.power_hhi,
            output_effect_end: last.output_effect,
            welfare_end: last.welfare,
            output_gini_end: last.output_gini,
            third_countries_leader_end: observer.third_countries(world, leader),
            third_countries_follower_end: observer.third_countries(world, follower),
            adoption_end: last.adoption,
        }
    }
}
