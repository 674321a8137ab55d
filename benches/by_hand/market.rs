//! Models come out, and users move between firms.

use super::{Flat, RATING, dot, is_finite};
use redqueen::{
    maths::{exp_all, larger, ln},
    model::{geography::PerState, mechanisms::releases::POINTS_PER_NAT},
    scenario::MAX_STATES,
};

impl Flat {
    pub(super) fn release(&mut self) {
        let (firms, releases, wide) = (&mut self.firms, &self.rules.releases, self.geography.domains);
        let step = i64::from(self.clock.step());
        let gap = i64::from(self.clock.steps(releases.min_gap_months));
        let error = |share: f64| {
            let battles = releases.battles * share;
            if battles > 0.0 { 2.0 * POINTS_PER_NAT / battles.sqrt() } else { 0.0 }
        };
        let rating = |level: f64| releases.rating_at_start + releases.rating_slope * POINTS_PER_NAT * level;
        let demand = &self.geography.world_demand[..wide];
        for (i, capability) in firms.capability.chunks_exact(wide).enumerate() {
            let own = dot(&firms.weights[i * wide..(i + 1) * wide], capability);
            if own <= firms.own_offered[i] + releases.threshold || step - firms.released[i] < gap {
                continue;
            }
            let mut luck = RATING.at(self.seed, firms.key[i], self.clock.step());
            let overall = dot(demand, capability);
            firms.serial[i] += 1;
            firms.released[i] = step;
            firms.own_offered[i] = own;
            firms.offered[i] = overall;
            firms.rating[i] = rating(overall) + error(1.0) * luck.normal();
            for d in 0..wide {
                firms.rating_by_domain[i * wide + d] = rating(capability[d]) + error(demand[d]) * luck.normal();
            }
            let knowledge = &firms.knowledge[i * wide..(i + 1) * wide];
            let home = firms.home[i] * wide;
            let seen = [Some(&mut self.any), firms.open[i].then_some(&mut self.open)];
            for levels in seen.into_iter().flatten() {
                for d in 0..wide {
                    levels.knowledge[home + d] = levels.knowledge[home + d].max(knowledge[d]);
                    if capability[d] > levels.capability[home + d] {
                        levels.capability[home + d] = capability[d];
                        levels.ln_compute[home + d] = firms.ln_compute[i];
                    }
                }
            }
        }
    }

    pub(super) fn gain_momentum(&mut self) {
        let firms = &mut self.firms;
        let months = self.clock.steps(self.rules.releases.momentum_months);
        let place = (self.clock.step() % months) as usize;
        for (i, past) in firms.ratings.chunks_exact_mut(months as usize).enumerate() {
            firms.gained[i] = firms.rating[i] - past[place];
            past[place] = firms.rating[i];
        }
    }

    pub(super) fn find_appeal(&mut self) {
        let (firms, market) = (&mut self.firms, &self.rules.market);
        let (n, wide) = (self.geography.states, self.geography.domains);
        for (i, appeal) in firms.appeal.chunks_exact_mut(n).enumerate() {
            if firms.of_serial[i] == firms.serial[i] {
                continue;
            }
            firms.of_serial[i] = firms.serial[i];
            let ratings = &firms.rating_by_domain[i * wide..(i + 1) * wide];
            for (s, appeal) in appeal.iter_mut().enumerate() {
                let attraction = dot(&self.geography.demand[s][..wide], ratings) / POINTS_PER_NAT - firms.price[i]
                    + if firms.open[i] { market.open_bonus } else { 0.0 }
                    + if firms.home[i] == s { market.home_bonus } else { 0.0 };
                *appeal = market.sensitivity * attraction;
            }
            // What it is good at, for soft power.
            let overall = dot(&self.geography.world_demand[..wide], ratings);
            let profile = &mut firms.profile[i * wide..(i + 1) * wide];
            for (profile, rating) in profile.iter_mut().zip(ratings) {
                *profile = (rating - overall) / POINTS_PER_NAT;
            }
            exp_all(profile);
        }
    }

    pub(super) fn select(&mut self) {
        let (firms, market, n) = (&mut self.firms, &self.rules.market, self.geography.states);
        let mut level = vec![f64::NEG_INFINITY; n];
        for appeal in firms.appeal.chunks_exact(n) {
            for (level, appeal) in level.iter_mut().zip(appeal) {
                *level = larger(*level, *appeal);
            }
        }
        let (speed, least) = (self.clock.per_step(market.speed), ln(market.trial));
        let grown = &mut self.scratch;
        grown.clear();
        grown.resize(firms.share.len(), 0.0);
        // Where a firm is shut out it has no share, and gets none.
        for (i, &share) in firms.share.iter().enumerate().filter(|(_, share)| **share > 0.0) {
            let returns = market.habit * share / (share + market.habit_share) - market.crowding * share;
            let fitness = firms.appeal[i] - level[i % n] + returns;
            firms.ln_share[i] = larger(firms.ln_share[i] + speed * fitness, least);
            grown[i] = firms.ln_share[i];
        }
        exp_all(grown);
        let mut sum: PerState = [0.0; MAX_STATES];
        for (share, grown) in firms.share.chunks_exact_mut(n).zip(grown.chunks_exact(n)) {
            for s in 0..n {
                share[s] = if share[s] > 0.0 { grown[s] } else { 0.0 };
                sum[s] += share[s];
            }
        }
        let ln_sum = sum.map(ln);
        for (share, ln_share) in firms.share.chunks_exact_mut(n).zip(firms.ln_share.chunks_exact_mut(n)) {
            for s in 0..n {
                share[s] /= sum[s];
                ln_share[s] -= ln_sum[s];
            }
            self.finite &= is_finite(share);
        }
    }

    /// Share of the world's users in each state.
    pub(super) fn markets(&self) -> Vec<f64> {
        let (n, wide, states) = (self.geography.states, self.geography.domains, &self.states);
        let adopted = |s: usize| states.output[s] * dot(&self.geography.demand[s][..wide], &states.adoption[s]);
        let weights: Vec<f64> = (0..n).map(adopted).collect();
        let sum: f64 = weights.iter().sum();
        weights.into_iter().map(|weight| weight / sum).collect()
    }

    pub(super) fn count_world_usage(&mut self) {
        let markets = self.markets();
        for (world, share) in self.firms.world.iter_mut().zip(self.firms.share.chunks_exact(markets.len())) {
            *world = dot(&markets, share);
        }
    }
}
