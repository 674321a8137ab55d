//! States take up AI, gain by it, and share power; the month is summed up.

use super::{Flat, dot, is_finite};
use redqueen::{
    maths::{contest_shares, exp, exp_all, larger, ln},
    model::{
        geography::{PerDomain, PerState, SoftWorth},
        mechanisms::power::COMPUTE_FLOOR,
    },
    scenario::{MAX_DOMAINS, MAX_STATES},
};

/// The largest of each column.
fn column_best(levels: &[f64], domains: usize, counts: impl Fn(usize) -> bool) -> PerDomain {
    let mut best = [f64::NEG_INFINITY; MAX_DOMAINS];
    for (_, row) in levels.chunks_exact(domains).enumerate().filter(|(home, _)| counts(*home)) {
        for d in 0..domains {
            best[d] = larger(best[d], row[d]);
        }
    }
    best
}

impl Flat {
    pub(super) fn reach(&mut self) {
        let wide = self.geography.domains;
        let open = column_best(&self.open.capability, wide, |_| true);
        for (s, access) in self.states.access.iter_mut().enumerate() {
            let own = &self.any.capability[s * wide..(s + 1) * wide];
            let foreign = column_best(&self.any.capability, wide, |home| home != s && !self.geography.closed[s][home]);
            for d in 0..wide {
                let best = own[d].max(open[d]).max(foreign[d]);
                if best > f64::NEG_INFINITY {
                    access[d] = best;
                }
            }
        }
    }

    pub(super) fn adopt(&mut self) {
        let (rules, wide) = (&self.rules.adoption, self.geography.domains);
        let open = column_best(&self.open.capability, wide, |_| true);
        let (mut serving, mut price): (PerState, PerState) = ([0.0; MAX_STATES], [0.0; MAX_STATES]);
        let n = self.states.output.len();
        for (i, home) in self.firms.home.iter().enumerate() {
            serving[*home] += self.firms.stock[i] * (1.0 - self.firms.research_share[i]);
            for s in 0..n {
                price[s] += self.firms.share[i * n + s] * self.firms.price[i];
            }
        }
        let (mut world_serving, mut world_output) = (0.0, 0.0);
        for s in 0..self.states.output.len() {
            serving[s] += self.states.clouds[s];
            world_serving += serving[s];
            world_output += self.states.output[s];
        }
        let years = self.clock.per_step(1.0);
        let any = column_best(&self.any.capability, wide, |_| true);
        let mut openness = [0.0; MAX_DOMAINS];
        for d in 0..wide {
            openness[d] = (open[d] - any[d]).min(0.0);
        }
        exp_all(&mut openness);
        for (s, adoption) in self.states.adoption.iter_mut().enumerate() {
            let other = world_serving * (self.states.output[s] / world_output);
            let plenty = if serving[s] > 0.0 { serving[s] / (serving[s] + other) } else { 0.0 };
            let (mut imitation, mut growth) = ([0.0; MAX_DOMAINS], [0.0; MAX_DOMAINS]);
            let mut kept = [0.0; MAX_DOMAINS];
            for d in 0..wide {
                let lag = (any[d] - self.states.access[s][d]).max(0.0);
                kept[d] = -(rules.lag_weight * lag + rules.price_weight * price[s]);
            }
            exp_all(&mut kept);
            for d in 0..wide {
                let gain = 1.0 + rules.open_gain * openness[d] + rules.serving_gain * plenty;
                imitation[d] = rules.imitation * gain * kept[d];
                growth[d] = (rules.innovation + imitation[d]) * years;
            }
            exp_all(&mut growth);
            for d in 0..wide {
                let odds = (rules.innovation + imitation[d] * adoption[d]) / (1.0 - adoption[d]) * growth[d];
                adoption[d] = (odds - rules.innovation) / (odds + imitation[d]);
            }
            self.finite &= is_finite(adoption);
        }
    }

    pub(super) fn produce(&mut self) {
        let (states, clock) = (&mut self.states, &self.clock);
        let years = clock.years() + clock.per_step(1.0);
        for (s, numbers) in states.numbers.iter().enumerate() {
            let mut adopted = 0.0;
            for d in 0..self.geography.domains {
                let gain = (states.access[s][d] - self.reference.capability[d]).max(0.0);
                adopted += self.geography.in_output[s][d] * states.adoption[s][d] * gain;
            }
            states.effect[s] = self.rules.output.gain * (adopted - self.reference.at_start[s]);
            states.before[s] = states.output[s];
            states.trend[s] = numbers.gdp_billion_usd * exp(numbers.growth_per_year * years);
            states.output[s] = states.trend[s] * exp(states.effect[s]);
            self.finite &= states.output[s].is_finite();
        }
    }

    /// Part of each home's firms in what is used elsewhere, weighted by the domains' parts in soft power.
    fn used_abroad(&self) -> PerState {
        let (firms, geography, n, wide) = (&self.firms, &self.geography, self.geography.states, self.geography.domains);
        let SoftWorth::ByDomain { any, open } = &geography.in_soft_power else {
            unreachable!("as the baseline has it")
        };
        let mut abroad = [0.0; MAX_STATES];
        let (mut markets, mut all) = (vec![0.0; n * wide], vec![0.0; n * wide]);
        for d in (0..wide).filter(|d| any[*d] + open[*d] > 0.0) {
            let (markets, all) = (&mut markets[d * n..(d + 1) * n], &mut all[d * n..(d + 1) * n]);
            for s in 0..n {
                markets[s] = self.states.output[s] * geography.demand[s][d] * self.states.adoption[s][d];
            }
            let sum: f64 = markets.iter().sum();
            markets.iter_mut().for_each(|market| *market /= sum);
            for (profile, share) in firms.profile.chunks_exact(wide).zip(firms.share.chunks_exact(n)) {
                for s in 0..n {
                    all[s] += profile[d] * share[s];
                }
            }
            for s in 0..n {
                all[s] = markets[s] / all[s];
            }
        }
        for (i, share) in firms.share.chunks_exact(n).enumerate() {
            let home = firms.home[i];
            for d in (0..wide).filter(|d| any[*d] + if firms.open[i] { open[*d] } else { 0.0 } > 0.0) {
                let part = any[d] + if firms.open[i] { open[d] } else { 0.0 };
                let all = &all[d * n..(d + 1) * n];
                let served = dot(all, share) - all[home] * share[home];
                abroad[home] += part * firms.profile[i * wide + d] * served.max(0.0) / (1.0 - markets[d * n + home]);
            }
        }
        abroad
    }

    pub(super) fn share_power(&mut self) {
        let abroad = self.used_abroad();
        let (contest, n, wide) = (&self.rules.power, self.geography.states, self.geography.domains);
        let (firms, states) = (&self.firms, &mut self.states);
        let mut frontier: PerState = [f64::NEG_INFINITY; MAX_STATES];
        let (mut held, mut used): (PerState, PerState) = ([0.0; MAX_STATES], [0.0; MAX_STATES]);
        for (i, &home) in firms.home.iter().enumerate() {
            held[home] += firms.stock[i];
            used[home] += firms.world[i];
        }
        for s in (0..n).filter(|s| held[*s] > 0.0) {
            frontier[s] = dot(&self.geography.in_hard_power[..wide], &self.any.capability[s * wide..(s + 1) * wide]);
        }
        let best = frontier[..n].iter().copied().fold(-f64::MAX, f64::max);
        let total: f64 = states.output.iter().sum();
        let in_standards = |s: usize| -> f64 {
            (0..n).map(|other| used[other] * if other == s { 1.0 } else { self.trust[s][other] }).sum()
        };
        let standards: Vec<f64> = (0..n).map(in_standards).collect();
        let all_standards: f64 = standards.iter().sum();
        for s in 0..n {
            let behind = (frontier[s] - best).max(-contest.no_firm_gap);
            let compute = ln(held[s] + states.clouds[s] + COMPUTE_FLOOR);
            states.soft[s] = (1.0 - contest.standards_weight) * abroad[s]
                + contest.standards_weight * (standards[s] / all_standards);
            states.economic[s] = states.output[s] / total;
            states.hard[s] = contest.output_weight * ln(states.output[s])
                + contest.capability_weight * behind
                + contest.compute_weight * compute;
            states.power[s] = states.hard[s] + contest.soft_weight * ln(states.soft[s] + contest.soft_floor);
        }
        contest_shares(&mut states.hard[..n], 1.0);
        contest_shares(&mut states.power[..n], contest.decisiveness);
        self.finite &= is_finite(&states.power[..n]);
    }

    /// The frontier grows old, and progress is taken apart (Price 1970).
    pub(super) fn end(&mut self) {
        if self.past.len() > self.memory {
            self.past.pop_front();
        }
        self.past.push_back((self.any.clone(), self.open.clone()));
        let (firms, wide) = (&mut self.firms, self.geography.domains);
        let demand = &self.geography.world_demand[..wide];
        // Usage and usage times capability, before and after, and new usage times old capability.
        let mut world = [0.0; 5];
        let mut states = [[0.0; 5]; MAX_STATES];
        for (i, capability) in firms.capability.chunks_exact(wide).enumerate() {
            let before = (firms.usage_before[i], firms.capability_before[i]);
            let after = (firms.world[i], dot(demand, capability));
            (firms.usage_before[i], firms.capability_before[i]) = after;
            for sums in [&mut world, &mut states[firms.home[i]]] {
                sums[0] += before.0;
                sums[1] += before.0 * before.1;
                sums[2] += after.0;
                sums[3] += after.0 * after.1;
                sums[4] += after.0 * before.1;
            }
        }
        let terms = |sums: &[f64; 5]| {
            let (before, after, crossed) = (sums[1] / sums[0], sums[3] / sums[2], sums[4] / sums[2]);
            [after - before, crossed - before, after - crossed]
        };
        self.progress = terms(&world);
        for (progress, sums) in self.state_progress.iter_mut().zip(&states) {
            *progress = if sums[0] > 0.0 { terms(sums) } else { [0.0; 3] };
        }
    }
}
