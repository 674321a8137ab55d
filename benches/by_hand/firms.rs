//! Firms get compute, spend, learn, copy and train.

use super::{BREAKTHROUGH_SIZE, Flat, dot, is_finite};
use redqueen::{
    maths::{exp, exp_all, larger, ln, normal_quantile_all, pow},
    model::geography::PerState,
    scenario::{MAX_DOMAINS, MAX_STATES},
};

impl Flat {
    pub(super) fn supply(&mut self) {
        let (firms, states, clock) = (&mut self.firms, &mut self.states, &self.clock);
        let [delivered, to_clouds, retired] = &mut self.flows;
        let kept = clock.kept(self.rules.compute.retired_per_month);
        let waits = clock.kept(self.rules.compute.given_up_per_month);
        for stock in states.clouds.iter_mut().chain(&mut firms.stock) {
            let left = *stock * kept;
            *retired += *stock - left;
            *stock = left;
        }
        let mut demand: PerState = [0.0; MAX_STATES];
        for i in 0..firms.home.len() {
            demand[firms.home[i]] += firms.backlog[i] + firms.order[i];
        }
        let price = self.rules.price.start;
        let mut ration: PerState = [1.0; MAX_STATES];
        for s in 0..states.numbers.len() {
            let asked = demand[s] / price;
            let with_clouds = asked + clock.per_step(states.cloud_orders[s]) / price;
            ration[s] = if with_clouds > states.received[s] { states.received[s] / with_clouds } else { 1.0 };
            states.delivered[s] = (ration[s] * asked).min(states.received[s]);
            let rest = states.received[s] - states.delivered[s];
            states.clouds[s] += rest;
            *delivered += states.delivered[s];
            *to_clouds += rest;
            self.finite &= states.clouds[s].is_finite();
        }
        for i in 0..firms.home.len() {
            let asked = firms.backlog[i] + firms.order[i];
            let paid = ration[firms.home[i]] * asked;
            firms.stock[i] += paid / price;
            firms.cash[i] -= paid;
            firms.backlog[i] = waits * (asked - paid);
            self.finite &= (firms.stock[i] + firms.backlog[i]).is_finite();
        }
    }

    pub(super) fn earn(&mut self) {
        let (firms, states, money) = (&mut self.firms, &self.states, &self.rules.money);
        let (n, wide) = (self.geography.states, self.geography.domains);
        let mut value = vec![0.0; n];
        for s in 0..n {
            let mut adopted = 0.0;
            for d in 0..wide {
                let gain = (states.access[s][d] - self.reference.capability[d]).max(0.0);
                adopted += self.geography.in_output[s][d] * states.adoption[s][d] * gain;
            }
            value[s] = money.captured * states.output[s] * adopted;
        }
        for (i, share) in firms.share.chunks_exact(n).enumerate() {
            let appropriability = if firms.open[i] { money.open_appropriability } else { 1.0 };
            firms.revenue[i] = appropriability * exp(firms.price[i]) * dot(share, &value);
        }
    }

    pub(super) fn raise(&mut self) {
        let (firms, money, clock) = (&mut self.firms, &self.rules.money, &self.clock);
        let (n, numbers) = (self.geography.states, &self.states.numbers);
        let best = firms.rating.iter().copied().fold(f64::NEG_INFINITY, larger);
        let years = f64::from(self.rules.releases.momentum_months) / 12.0;
        let moved = (clock.per_step(1.0) / years).min(1.0);
        let weights = &mut self.scratch;
        weights.clear();
        for (i, usage) in firms.world.iter().enumerate() {
            let usage = ln(usage + money.share_floor);
            let grown = usage - firms.followed[i];
            firms.followed[i] += moved * grown;
            let gained = firms.gained[i] / 100.0 + money.usage_growth * grown;
            let behind = (best - firms.rating[i]) / 100.0;
            weights.push(money.concentration * usage + money.momentum * gained - money.lag_weight * behind);
        }
        exp_all(weights);
        let (mut weight, mut growth): (PerState, PerState) = ([0.0; MAX_STATES], [1.0; MAX_STATES]);
        for (home, value) in firms.home.iter().zip(weights.iter()) {
            weight[*home] += value;
        }
        let mut per_weight: PerState = [0.0; MAX_STATES];
        for s in 0..n {
            growth[s] = money.capital_scale * exp(numbers[s].capital_growth_per_year * clock.years());
            let capital = numbers[s].capital_billion_usd_per_year * growth[s];
            self.states.cloud_orders[s] = money.cloud_spending * capital;
            let worth = |home: usize| if home == s { 1.0 } else { money.abroad * self.trust[s][home] };
            let seen: f64 = (0..n).map(|home| worth(home) * weight[home]).sum();
            for home in (0..n).filter(|_| seen > 0.0) {
                per_weight[home] += capital / seen * worth(home);
            }
        }
        for (i, weight) in weights.iter().enumerate() {
            let home = firms.home[i];
            firms.investment[i] = weight * per_weight[home] + firms.own_funds[i] * growth[home];
        }
    }

    pub(super) fn spend(&mut self) {
        let (firms, money, clock) = (&mut self.firms, &self.rules.money, &self.clock);
        let price = self.rules.price.start;
        let frontier = firms.offered.iter().copied().fold(f64::NEG_INFINITY, larger);
        let gained = frontier - *self.first_frontier.get_or_insert(frontier);
        let least = money.least_staff * exp(money.least_growth * gained);
        let moved = clock.probability(money.staffing);
        for i in 0..firms.home.len() {
            let (share, staff) = (firms.compute_share[i], &mut firms.staff[i]);
            let income = firms.revenue[i] * money.margin + firms.investment[i];
            let upkeep = money.running_cost * price * firms.stock[i];
            let target = (1.0 - share) * income - upkeep;
            *staff = (*staff + moved * (target - *staff)).max(least);
            let costs = money.staff_scale * *staff + upkeep;
            firms.cash[i] += clock.per_step(income - costs);
            let free = (firms.cash[i] - firms.backlog[i]).max(0.0);
            let beyond = (free - money.reserve_years * (costs + share * income)).max(0.0);
            let spare = clock.per_step(money.spare_per_year).min(1.0) * beyond;
            firms.order[i] = (share * (clock.per_step(income) + spare)).min(free);
            firms.cash[i] -= ((1.0 - share) * spare).min(free - firms.order[i]);
            self.finite &= (firms.cash[i] + firms.order[i]).is_finite();
        }
    }

    pub(super) fn weigh(&mut self) {
        let (firms, research, wide) = (&mut self.firms, &self.rules.research, self.geography.domains);
        let demand = &self.geography.world_demand[..wide];
        let best = firms.knowledge.chunks_exact(wide).map(|known| dot(demand, known)).fold(f64::NEG_INFINITY, larger);
        let learned = (best - *self.known_at_start.get_or_insert(best)).max(0.0);
        let ln_reference = ln(research.reference_mh100e) + research.harder * learned;
        (self.highest_effort, self.open_effort) = (0.0, [0.0; MAX_STATES]);
        for (i, home) in firms.home.iter().enumerate() {
            firms.ln_compute[i] = ln(firms.stock[i] * firms.research_share[i]);
            firms.effort[i] = firms.talent[i] * exp(research.exponent * (firms.ln_compute[i] - ln_reference));
            self.highest_effort = larger(self.highest_effort, firms.effort[i]);
            if firms.open[i] {
                self.open_effort[*home] += firms.effort[i];
            }
        }
    }

    pub(super) fn learn(&mut self) {
        let (firms, research, wide) = (&mut self.firms, &self.rules.research, self.geography.domains);
        let (states, personal) = (&self.states, &self.geography.personal);
        let spread = research.spread(&self.clock);
        let kept = pow(0.5, 12.0 * self.clock.per_step(1.0) / research.form_months);
        let (luck, mut new_form) = (&mut self.scratch, Vec::new());
        luck.clear();
        for (luck_of, form_of) in firms.luck.iter_mut().zip(&mut firms.form_luck) {
            let places: [f64; MAX_DOMAINS] = std::array::from_fn(|_| luck_of.uniform());
            luck.extend(&places[..wide]);
            new_form.push(form_of.uniform());
        }
        normal_quantile_all(luck);
        normal_quantile_all(&mut new_form);
        for (i, luck) in luck.chunks_exact_mut(wide).enumerate() {
            let form = &mut firms.form[i];
            *form = kept * *form + (1.0 - kept * kept).sqrt() * new_form[i];
            let lasting = research.form * *form - 0.5 * research.form * research.form;
            luck.iter_mut().for_each(|luck| *luck = spread * *luck - 0.5 * spread * spread + lasting);
        }
        exp_all(luck);
        for (i, knowledge) in firms.knowledge.chunks_exact_mut(wide).enumerate() {
            let home = firms.home[i];
            let rivals = self.open_effort[home] - if firms.open[i] { firms.effort[i] } else { 0.0 };
            let effort = firms.effort[i] + research.open_rivals * states.absorption[home] * rivals.max(0.0);
            let ceiling = self.clock.per_step(research.growth)
                * pow(firms.talent[i], research.talent_on_ceiling)
                * (1.0 - research.safety_cost * firms.safety[i]);
            let rights = research.rights_cost * states.numbers[home].rights_protection;
            for d in 0..wide {
                let z = effort * firms.returns[i * wide + d];
                knowledge[d] += ceiling * (1.0 - rights * personal[d]) * z / (1.0 + z) * luck[i * wide + d];
            }
            self.finite &= is_finite(knowledge);
        }
    }

    pub(super) fn break_through(&mut self) {
        let (firms, research, wide) = (&mut self.firms, &self.rules.research, self.geography.domains);
        let demand = &self.geography.world_demand[..wide];
        let weights = &mut self.scratch;
        weights.clear();
        weights.extend(firms.capability.chunks_exact(wide).map(|capability| dot(demand, capability)));
        let best = weights.iter().copied().fold(f64::NEG_INFINITY, larger);
        for (weight, effort) in weights.iter_mut().zip(&firms.effort) {
            *weight = effort / self.highest_effort * exp(-(best - *weight) / research.breakthrough_reach);
        }
        let world: f64 = weights.iter().sum();
        for (i, weight) in weights.iter().enumerate() {
            let hazard = research.breakthroughs_per_year * weight / world;
            if firms.breakthrough[i].uniform() < self.clock.probability(hazard) {
                let mut luck = BREAKTHROUGH_SIZE.at(self.seed, firms.key[i], self.clock.step());
                let size = -research.breakthrough_nats * ln(luck.uniform());
                firms.knowledge[i * wide..(i + 1) * wide].iter_mut().for_each(|knowledge| *knowledge += size);
            }
        }
    }

    pub(super) fn diffuse(&mut self) {
        let (wide, n) = (self.geography.domains, self.geography.states);
        let (geography, rules) = (&self.geography, &self.rules.diffusion);
        let open = &self.past[self.back(rules.lag_open_months)].1;
        let any = &self.past[self.back(rules.lag_closed_months)].0;
        let (firms, states, clock) = (&mut self.firms, &mut self.states, &self.clock);
        let mut home_best = vec![f64::NEG_INFINITY; n * wide];
        for (home, knowledge) in firms.home.iter().zip(firms.knowledge.chunks_exact(wide)) {
            for (best, level) in home_best[home * wide..].iter_mut().zip(knowledge) {
                *best = larger(*best, *level);
            }
        }
        // What copies can be made of in each home: capability less what its endowment and copying take off.
        let portable = [(open, rules.loss_open), (any, rules.loss_closed)].map(|(levels, loss)| -> Vec<f64> {
            let less = |place: usize| levels.capability[place] - geography.endowment[place / wide][place % wide] - loss;
            (0..n * wide).map(less).collect()
        });
        let mut pulls = [(); 4].map(|()| vec![0.0; wide]);
        let mut count: PerState = [0.0; MAX_STATES];
        for i in 0..firms.home.len() {
            let home = firms.home[i];
            count[home] += 1.0;
            let place = i * wide..(i + 1) * wide;
            let (knowledge, capability) = (&mut firms.knowledge[place.clone()], &mut firms.capability[place.clone()]);
            pulls.iter_mut().for_each(|pulls| pulls.fill(0.0));
            let own: Vec<f64> = (0..wide).map(|d| capability[d] - geography.endowment[home][d]).collect();
            let above = |levels: &[f64], own: &[f64]| levels.iter().zip(own).any(|(level, own)| level > own);
            for source in (0..n).filter(|source| any.knowledge[source * wide] > f64::NEG_INFINITY) {
                let border = geography.openness[home][source] * rules.border_openness;
                let openness = if source == home { 1.0 } else { border };
                let from = source * wide..(source + 1) * wide;
                for (kind, levels) in [open, any].into_iter().enumerate() {
                    // Who is nowhere ahead pulls nobody.
                    let (known, able) = (&levels.knowledge[from.clone()], &portable[kind][from.clone()]);
                    let domains = |ahead: bool| if ahead { 0..wide } else { 0..0 };
                    for d in domains((kind == 1 || rules.phi_open > 0.0) && above(known, knowledge)) {
                        pulls[2 + kind][d] = larger(pulls[2 + kind][d], openness * (known[d] - knowledge[d]));
                    }
                    let behind_it = &levels.ln_compute[from.clone()];
                    for d in domains(above(able, &own)) {
                        let short = rules.ceiling * larger(behind_it[d] - firms.ln_compute[i], 0.0);
                        pulls[kind][d] = larger(pulls[kind][d], openness * (able[d] - short - own[d]));
                    }
                }
            }
            let effort = firms.effort[i] / (firms.effort[i] + rules.half_effort * self.highest_effort);
            let absorption = clock.per_step(states.absorption[home]) * effort;
            let home_rate = states.numbers[home].home_diffusion_per_year * rules.home_scale;
            let copied = &mut firms.copied[place];
            for d in 0..wide {
                let behind = (home_best[home * wide + d] - knowledge[d]).max(0.0);
                let known = rules.phi_open * pulls[2][d] + rules.phi_closed * pulls[3][d];
                let learned = absorption * (known + home_rate * behind);
                let built = absorption * (rules.xi_open * pulls[0][d] + rules.xi_closed * pulls[1][d]);
                knowledge[d] += learned;
                capability[d] += built;
                copied[d] = (copied[d] - learned).max(0.0) + rules.kept * built;
            }
            self.finite &= is_finite(knowledge) && is_finite(capability);
        }
        for (s, absorbed) in states.absorption.iter_mut().enumerate() {
            let activity = count[s] / self.at_start[s].max(1.0);
            let rate = clock.per_step(rules.absorption_growth * activity);
            *absorbed = match rate == 0.0 {
                true => *absorbed,
                false => *absorbed / (*absorbed + (1.0 - *absorbed) * exp(-rate)),
            };
        }
    }

    pub(super) fn train(&mut self) {
        let (firms, training, wide) = (&mut self.firms, &self.rules.training, self.geography.domains);
        let speed = self.clock.per_step(training.speed);
        for (i, capability) in firms.capability.chunks_exact_mut(wide).enumerate() {
            let ln_compute = firms.ln_compute[i];
            let grown = firms.trained_with[i].map_or(0.0, |before| (ln_compute - before).max(0.0));
            let made_up = (training.scale - self.rules.diffusion.ceiling).max(0.0) * grown;
            firms.trained_with[i] = Some(ln_compute);
            for d in 0..wide {
                let at = i * wide + d;
                firms.copied[at] = (firms.copied[at] - made_up).max(0.0);
                let own = training.scale * (firms.ln_relative[at] + ln_compute) + firms.knowledge[at];
                let target = own + firms.copied[at] + firms.endowment[at];
                capability[d] += speed * (target - capability[d]).max(0.0);
            }
            self.finite &= is_finite(capability);
        }
    }
}
