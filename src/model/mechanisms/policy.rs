//! Policy: states pull levers, constantly, by schedule, or in answer to what they see.
//!
//! A policy is in force from a date on or, once in a run, from when its hazard brings it, in the months in which it may come. It
//! sets a lever of a state: to its value, or, with an indicator, to
//! clamp(value + gain · (target − indicator(t − delay)), 0, cap). Policies on the same lever add up, within the lever's range.
//! Indicators are what was published at the end of a month; before there is anything to see, a policy stays at its value.
//! What levers do stands with the mechanisms that they move; here are the strengths of those that no mechanism of their own
//! has, and what all of them cost, which is paid out of output.

use crate::{
    maths,
    model::{
        chance::Chance,
        clock::Clock,
        firm::{Character, Hardware, Offer, Usage},
        geography::{Geography, PerState},
        keep::Keep,
        ledger::Ledger,
        mechanisms::{power::PowerShares, releases::Releases},
        noise::{Draw, Noise},
        phase::{Mechanism, MonthPlan, Phase},
        relations::{Aim, Stances},
        state::{Burden, Economy, Industry, Levers, Penetration, Supply},
        states::{StateId, States},
    },
    parameters,
    scenario::{Choice, Goods, Indicator, Lever, MAX_STATES, PolicySpec, Scenario},
};
use bevy_ecs::{prelude::*, query::QueryData, system::SystemParam};
use std::sync::Arc;

parameters! {
    /// Numbers of policy.
    #[derive(Resource)]
    pub struct Policy {
        /// Factor on what every policy sets.
        scale: f64 = 1.0, "1", range 0.0..=1000.0, plausible 0.5..=1.5 or null 0.0, assumption "the values stand with the policies";
        /// How much full support of open models adds to the rate of entry.
        effect_entry: f64 = 1.0, "1", range 0.0..=100.0, plausible 0.0..=2.0 or null 0.0, assumption "free base models and public tools halve the cost of starting";
        /// Part of the value that open firms lose to others that full support of open models gives back to them.
        effect_appropriability: f64 = 0.3, "1", range 0.0..=1.0, plausible 0.0..=0.6 or null 0.0, assumption "public buyers pay open firms for hosting and service";
        /// Cost of full support of open models, as a share of output.
        cost_open_source: f64 = 0.0002, "1", range 0.0..=0.1, plausible 0.0..=0.001 or null 0.0, assumption "5 billion USD a year in the largest economy";
        /// Cost of full openness of science, as a share of output.
        cost_open_science: f64 = 0.0003, "1", range 0.0..=0.1, plausible 0.0..=0.001 or null 0.0, assumption "about a hundredth of spending on research";
        /// Cost of doubling talent, as a share of output.
        cost_talent: f64 = 0.002, "1", range 0.0..=0.1, plausible 0.0005..=0.005 or null 0.0, assumption "scholarships, grants and visas for a field";
        /// Cost of the highest safety floor, as a share of output: offices that test and inspect.
        cost_safety_floor: f64 = 0.0001, "1", range 0.0..=0.1, plausible 0.0..=0.0005 or null 0.0, assumption "the budgets of safety institutes are far below it";
        /// Cost of full cooperation, as a share of output.
        cost_cooperation: f64 = 0.0001, "1", range 0.0..=0.1, plausible 0.0..=0.0005 or null 0.0, assumption "joint institutes and exchanges";
        /// Cost of the strictest export controls against another state, as a share of output: offices that license, and sales that its firms lose.
        cost_control: f64 = 0.0002, "1", range 0.0..=0.1, plausible 0.0..=0.001 or null 0.0, assumption "lost sales of chips and tools of some billions a year in the largest economy";
        /// Cost of a market closed fully to another state's firms, as a share of output.
        cost_closure: f64 = 0.0002, "1", range 0.0..=0.1, plausible 0.0..=0.001 or null 0.0, assumption "screening, and services that users go without";
        /// Cost of full effort against leakage, as a share of output.
        cost_enforcement: f64 = 0.0001, "1", range 0.0..=0.1, plausible 0.0..=0.0005 or null 0.0, assumption "agents abroad and audits, far above today's budgets";
        /// Cost of public buyers who use models made at home alone, as a share of output.
        cost_model_procurement: f64 = 0.0001, "1", range 0.0..=0.1, plausible 0.0..=0.0005 or null 0.0, assumption "they pay more for less; the public sector is a small part of use";
        /// Cost of letting in all talent that would come, as a share of output.
        cost_immigration: f64 = 0.0002, "1", range 0.0..=0.1, plausible 0.0..=0.001 or null 0.0, assumption "fast visas, housing, and quarrels at home";
        /// Cost of power for AI that is built beyond trend.
        cost_per_gw: f64 = 2.5, "billion USD of 2023 per GW", range 0.0..=1000.0, plausible 1.0..=8.0 or null 0.0, assumption "plants and lines, from gas to nuclear";
    }
}

impl Mechanism for Policy {
    const NAME: &'static str = "policy";
    const MEANING: &'static str = "states pull levers, constantly, by schedule or in answer to what they see";

    fn build(month: &mut MonthPlan) {
        month
            .add(Phase::Policy, (come.run_if(any_may_come), pull_levers).chain())
            .add(Phase::Accounts, publish.run_if(anyone_watches));
    }

    fn register(world: &mut World) {
        world.keep_resource::<Agenda>();
        world.keep_resource::<Bulletins>();
        world.keep_resource::<Choices>();
    }

    fn go_on(scenario: &Scenario, clock: &Clock, world: &mut World) {
        let mut agenda = Agenda::new(scenario, clock);
        agenda.go_on(world.resource());
        let idle = agenda.policies.is_empty() && world.resource::<Choices>().0.is_empty();
        if idle || world.resource::<Policy>().scale == 0.0 {
            // Nobody would take back what was set.
            for (mut levers, mut burden) in world.query::<(&mut Levers, &mut Burden)>().iter_mut(world) {
                *levers = Levers::default();
                burden.policy_cost = 0.0;
            }
            // Markets that levers opened close again in the next step.
            world.resource_mut::<Stances>().become_as(&[]);
        }
        world.insert_resource(agenda);
    }

    fn begin(scenario: &Scenario, clock: &Clock, world: &mut World) {
        world.insert_resource(Agenda::new(scenario, clock));
        world.insert_resource(Bulletins::default());
        world.insert_resource(Choices::default());
    }
}

impl Policy {
    /// What these levers cost a state of this output, billion USD a year. Another paradigm and rules on procurement cost what they
    /// take from chips.
    pub fn cost(&self, levers: &Levers, output: f64) -> f64 {
        let of_output = self.cost_open_source * levers.of(Lever::OpenSource)
            + self.cost_open_science * levers.of(Lever::OpenScience)
            + self.cost_talent * levers.of(Lever::Talent)
            + self.cost_safety_floor * levers.of(Lever::SafetyFloor)
            + self.cost_cooperation * levers.of(Lever::Cooperation)
            + self.cost_enforcement * levers.of(Lever::Enforcement)
            + self.cost_model_procurement * levers.of(Lever::ModelProcurement)
            + self.cost_immigration * levers.of(Lever::Immigration);
        levers.of(Lever::ChipSubsidy)
            + levers.of(Lever::PublicCompute)
            + self.cost_per_gw * levers.of(Lever::Power)
            + output * of_output
    }

    /// What a state's levers against others cost it, as a share of output: what they lift costs nothing.
    pub fn cost_of_stances(&self, stances: &Stances, state: StateId) -> f64 {
        let strictest = |against: usize| stances.control.iter().map(|goods| goods[state][against]).fold(0.0, f64::max);
        let each = (0..MAX_STATES).map(|against| {
            self.cost_control * strictest(against) + self.cost_closure * stances.market[state][against].max(0.0)
        });
        each.sum()
    }
}

/// What a feedback policy sets: its value and its reaction to what the indicator lacks, from 0 to `cap`.
///
/// ```
/// use redqueen::model::mechanisms::policy::feedback;
/// assert_eq!(feedback(0.1, 2.0, 0.5, 0.25, 1.0), 0.6);
/// assert_eq!(feedback(0.1, 2.0, 0.5, 0.9, 1.0), 0.0);
/// assert_eq!(feedback(0.1, 9.0, 0.5, 0.0, 1.0), 1.0);
/// ```
pub fn feedback(value: f64, gain: f64, target: f64, indicator: f64, cap: f64) -> f64 {
    (value + gain * (target - indicator)).clamp(0.0, cap)
}

/// A policy with the steps in which it is in force.
#[derive(Clone, Debug)]
struct Scheduled {
    spec: PolicySpec,
    begins: Begins,
    to: Option<u32>,
}

/// When a policy begins.
#[derive(Clone, Debug)]
enum Begins {
    /// It is there from the start.
    Before,
    /// In this step.
    In(u32),
    /// By chance.
    Perhaps(Chance),
}

impl Scheduled {
    /// The first step in which it is in force, unless it has yet to begin by chance.
    const fn first(&self) -> Option<u32> {
        match &self.begins {
            Begins::Before => Some(0),
            Begins::In(step) => Some(*step),
            Begins::Perhaps(chance) => chance.began,
        }
    }

    const fn chance(&self) -> Option<&Chance> {
        if let Begins::Perhaps(chance) = &self.begins { Some(chance) } else { None }
    }

    const fn chance_mut(&mut self) -> Option<&mut Chance> {
        if let Begins::Perhaps(chance) = &mut self.begins { Some(chance) } else { None }
    }

    fn in_force(&self, step: u32) -> bool {
        self.first().is_some_and(|first| step >= first) && self.to.is_none_or(|to| step < to)
    }

    /// Whether it may set its lever otherwise in this step than in the one before.
    fn turns(&self, step: u32) -> bool {
        self.first() == Some(step) || self.to == Some(step) || self.spec.indicator.is_some() && self.in_force(step)
    }
}

/// The scenario's policies by step, and the indicators that they watch.
#[derive(Resource, Clone, Debug)]
pub struct Agenda {
    policies: Vec<Scheduled>,
    watched: [bool; Indicator::COUNT],
}

impl Agenda {
    /// Of a scenario.
    pub fn new(scenario: &Scenario, clock: &Clock) -> Self {
        let mut watched = [false; Indicator::COUNT];
        let by_policies = scenario.policies.iter().filter_map(|policy| policy.indicator);
        let by_strategists = scenario.strategists.iter().filter_map(|strategist| strategist.indicator);
        for indicator in by_policies.chain(by_strategists) {
            watched[indicator as usize] = true;
        }
        let schedule = |spec: &PolicySpec| {
            let dated = spec.from.and_then(|month| clock.step_of(month)).map(Begins::In);
            let chance = |window| Chance::new(("policy", &spec.name), spec.hazard(), window, clock);
            let begins = spec.by_chance.as_ref().map(chance).map(Begins::Perhaps).or(dated).unwrap_or(Begins::Before);
            // What ended before the start is never in force.
            let to = spec.to.map(|month| clock.step_of(month).unwrap_or(0));
            Scheduled { spec: spec.clone(), begins, to }
        };
        Self { policies: scenario.policies.iter().map(schedule).collect(), watched }
    }

    /// Keeps what has begun by chance.
    fn go_on(&mut self, before: &Self) {
        for chance in self.policies.iter_mut().filter_map(Scheduled::chance_mut) {
            chance.go_on(before.policies.iter().filter_map(Scheduled::chance));
        }
    }
}

/// Months that published numbers are kept: the longest delay.
const MEMORY: usize = 24;

/// What states published at the end of each of the last months, by indicator, month and state; `NaN` where there was nothing.
#[derive(Resource, Clone, Debug)]
pub struct Bulletins([[PerState; MEMORY]; Indicator::COUNT]);

impl Default for Bulletins {
    fn default() -> Self {
        Self([[[f64::NAN; MAX_STATES]; MEMORY]; Indicator::COUNT])
    }
}

impl Bulletins {
    /// What was published `delay` months (1 to 24) before `month`, counted from the start.
    pub(super) fn seen(&self, indicator: Indicator, state: StateId, month: u32, delay: u32) -> Option<f64> {
        let published = month.checked_sub(delay)?;
        let value = self.0[indicator as usize][published as usize % MEMORY][state];
        (!value.is_nan()).then_some(value)
    }

    fn publish(&mut self, indicator: Indicator, state: StateId, month: u32, value: f64) {
        self.0[indicator as usize][month as usize % MEMORY][state] = value;
    }
}

/// Months since the start.
pub(super) fn month_of(clock: &Clock) -> u32 {
    clock.step() / clock.steps(1).max(1)
}

/// What a state does of its own choice, beside the scenario's policies.
#[derive(Clone, Debug, PartialEq)]
pub struct Chosen {
    /// Whose choice it is.
    pub state: StateId,
    /// What it sets each lever to; those that are aimed, against all of `against`. Of export controls `control` says it.
    pub levers: Levers,
    /// What it adds to the strictness of its export controls, in the order of [`Goods`].
    pub control: [f64; Goods::COUNT],
    /// The states that aimed levers are pulled against.
    pub against: Arc<[StateId]>,
}

/// What states do of their own choice in this step.
#[derive(Resource, Clone, Debug, Default, PartialEq)]
pub struct Choices(pub Vec<Chosen>);

/// Levers of all states, added up.
#[derive(Clone, Debug, Default)]
struct Sums {
    levers: [Levers; MAX_STATES],
    aims: Vec<Aim>,
}

impl Sums {
    fn add(
        &mut self,
        by: StateId,
        lever: Lever,
        value: f64,
        against: impl Iterator<Item = StateId>,
        goods: impl Iterator<Item = Goods> + Clone,
    ) {
        match lever {
            Lever::Control => self
                .aims
                .extend(against.flat_map(|against| {
                    goods.clone().map(move |goods| Aim { goods: Some(goods), by, against, value })
                })),
            Lever::MarketClosure => {
                self.aims.extend(against.map(|against| Aim { goods: None, by, against, value }));
            }
            _ => self.levers[by].0[lever as usize] += value,
        }
    }

    /// Adds what a state does of its own choice.
    fn choose(&mut self, Chosen { state, levers, control, against }: &Chosen, scale: f64) {
        let plain = Lever::WORDS.iter().map(|(_, lever)| *lever).filter(|lever| *lever != Lever::Control);
        for lever in plain.filter(|lever| levers.of(*lever) != 0.0) {
            self.add(*state, lever, scale * levers.of(lever), against.iter().copied(), std::iter::empty());
        }
        for (_, goods) in Goods::WORDS.iter().filter(|(_, goods)| control[*goods as usize] != 0.0) {
            let value = scale * control[*goods as usize];
            self.add(*state, Lever::Control, value, against.iter().copied(), std::iter::once(*goods));
        }
    }

    /// Keeps every lever that is not aimed within its range.
    fn clamp(&mut self) {
        for (_, lever) in Lever::WORDS {
            let (least, most) = lever.range();
            for levers in &mut self.levers {
                levers.0[*lever as usize] = levers.of(*lever).clamp(least, most);
            }
        }
    }
}

/// What a policy in force sets its lever to.
fn value_of(spec: &PolicySpec, published: &Bulletins, clock: &Clock) -> f64 {
    let numbers = &spec.numbers;
    let seen = spec.indicator.and_then(|indicator| {
        published.seen(indicator, StateId::new(spec.state), month_of(clock), numbers.delay_months)
    });
    match seen {
        Some(seen) => feedback(numbers.value, numbers.gain, numbers.target, seen, numbers.cap),
        None if spec.indicator.is_some() => numbers.value.min(numbers.cap),
        None => numbers.value,
    }
}

/// Whatever decides what levers are set to.
#[derive(SystemParam)]
struct Orders<'w> {
    policy: Res<'w, Policy>,
    agenda: Res<'w, Agenda>,
    choices: Res<'w, Choices>,
    published: Res<'w, Bulletins>,
    clock: Res<'w, Clock>,
    geography: Res<'w, Geography>,
}

impl Orders<'_> {
    /// Whether levers may stand otherwise than when they were last pulled.
    fn are_new(&self) -> bool {
        let turns = |scheduled: &Scheduled| scheduled.turns(self.clock.step());
        let changed = self.policy.is_changed() || self.agenda.is_changed() || self.choices.is_changed();
        changed || self.agenda.policies.iter().any(turns)
    }

    /// What all levers add up to.
    fn sums(&self) -> Sums {
        let mut sums = Sums::default();
        let in_force = self.agenda.policies.iter().filter(|scheduled| scheduled.in_force(self.clock.step()));
        for Scheduled { spec, .. } in in_force {
            let value = self.policy.scale * value_of(spec, &self.published, &self.clock);
            let against = spec.against.iter().map(|&against| StateId::new(against));
            let goods = Goods::WORDS.iter().map(|(_, goods)| *goods).filter(|goods| spec.goods[*goods as usize]);
            sums.add(StateId::new(spec.state), spec.lever, value, against, goods);
        }
        self.choices.0.iter().for_each(|chosen| sums.choose(chosen, self.policy.scale));
        sums.clamp();
        sums
    }
}

/// What levers were last set to, which stays until an order is new.
#[derive(Clone, Debug)]
struct Pulled {
    sums: Sums,
    /// Cost of levers against others, as a share of output.
    cost: PerState,
}

impl Pulled {
    fn new(orders: &Orders, before: Option<&Self>, stances: &mut ResMut<Stances>) -> Self {
        let sums = orders.sums();
        // Stances that another has changed are taken back.
        let same = before.is_some_and(|before| before.sums.aims == sums.aims) && !stances.is_changed();
        if !same && (stances.any() || !sums.aims.is_empty()) {
            stances.become_as(&sums.aims);
        }
        if orders.clock.step() == 0 {
            // What stood before the start is part of the trust of the start.
            stances.stricter.clear();
        }
        let mut cost = [0.0; MAX_STATES];
        for (by, _) in &stances.pairs {
            cost[*by] = orders.policy.cost_of_stances(stances, *by);
        }
        Self { sums, cost }
    }
}

/// Whether a policy that comes by chance begins.
const BEGINS: Draw = Draw::named("policy/begins");

fn any_may_come(policy: Res<Policy>, agenda: Res<Agenda>) -> bool {
    policy.scale != 0.0 && agenda.policies.iter().any(|scheduled| scheduled.chance().is_some())
}

fn come(clock: Res<Clock>, noise: Noise, mut agenda: ResMut<Agenda>) {
    for at in 0..agenda.policies.len() {
        let chance = agenda.policies[at].chance();
        if chance.is_some_and(|chance| chance.begins(BEGINS, &noise, &clock))
            && let Some(chance) = agenda.policies[at].chance_mut()
        {
            chance.began = Some(clock.step());
        }
    }
}

/// Levers are added up when an order is new; in other steps they stay, and what they cost follows output.
fn pull_levers(
    orders: Orders,
    (mut ledger, mut stances): (ResMut<Ledger>, ResMut<Stances>),
    mut pulled: Local<Option<Pulled>>,
    mut states: States<(&Economy, &mut Levers, &mut Burden)>,
) {
    let Orders { policy, agenda, choices, clock, geography, .. } = &orders;
    if agenda.policies.is_empty() && choices.0.is_empty() || policy.scale == 0.0 {
        *pulled = None;
        return;
    }
    if stances.turned || !stances.stricter.is_empty() {
        stances.bypass_change_detection().settle();
    }
    if pulled.is_none() || orders.are_new() || stances.is_changed() {
        agenda.policies.iter().for_each(|scheduled| announce(scheduled, clock, geography, &mut ledger));
        *pulled = Some(Pulled::new(&orders, pulled.as_ref(), &mut stances));
    }
    let Some(pulled) = &*pulled else { return };
    for (s, (economy, mut levers, mut burden)) in states.iter_mut() {
        *levers = pulled.sums.levers[s];
        burden.policy_cost = policy.cost(&levers, economy.output);
        if stances.any() {
            burden.policy_cost += economy.output * pulled.cost[s];
        }
    }
}

fn announce(scheduled: &Scheduled, clock: &Clock, geography: &Geography, ledger: &mut Ledger) {
    let Scheduled { spec, to, .. } = scheduled;
    let (now, state) = (clock.step(), &geography.names[spec.state]);
    let begins = scheduled.first() == Some(now) && !matches!(scheduled.begins, Begins::Before);
    if begins && scheduled.in_force(now) {
        ledger.note(clock, "policy", state, state, None, &spec.name);
    }
    if *to == Some(now) && scheduled.first().is_some_and(|first| now > first) {
        ledger.note(clock, "policy_end", state, state, None, &spec.name);
    }
}

fn anyone_watches(agenda: Res<Agenda>, clock: Res<Clock>) -> bool {
    agenda.watched.contains(&true) && clock.ends_month()
}

/// A state, as far as its indicators tell of it.
#[derive(QueryData)]
struct Indicated {
    economy: &'static Economy,
    penetration: &'static Penetration,
    supply: &'static Supply,
    industry: &'static Industry,
    burden: &'static Burden,
    power: &'static PowerShares,
}

/// A firm, as far as it counts in indicators.
#[derive(QueryData)]
struct Counted {
    character: &'static Character,
    offer: &'static Offer,
    hardware: &'static Hardware,
    usage: &'static Usage,
}

fn publish(
    agenda: Res<Agenda>,
    clock: Res<Clock>,
    geography: Res<Geography>,
    boards: Res<Releases>,
    mut published: ResMut<Bulletins>,
    states: States<Indicated>,
    firms: Query<Counted>,
) {
    let mut rating: PerState = [f64::NEG_INFINITY; MAX_STATES];
    let (mut compute, mut home_share): (PerState, PerState) = ([0.0; MAX_STATES], [0.0; MAX_STATES]);
    let of_firms = [Indicator::RatingLead, Indicator::HomeShare, Indicator::Compute];
    let counts = of_firms.iter().any(|indicator| agenda.watched[*indicator as usize]);
    for CountedItem { character, offer, hardware, usage } in firms.iter().filter(|_| counts) {
        let home = character.home;
        rating[home] = rating[home].max(boards.on_board(offer.rating));
        compute[home] += hardware.stock;
        home_share[home] += usage.share[home];
    }
    let month = month_of(&clock);
    for (s, IndicatedItem { economy, penetration, supply, industry, burden, power }) in states.iter() {
        let lead = || {
            let elsewhere = geography.others(s).map(|other| rating[other]);
            rating[s] - elsewhere.fold(f64::NEG_INFINITY, maths::larger)
        };
        let mut say = |indicator: Indicator, value: &dyn Fn() -> f64| {
            if agenda.watched[indicator as usize] {
                published.publish(indicator, s, month, value());
            }
        };
        // Without a firm at home or elsewhere there is no lead.
        say(Indicator::RatingLead, &|| Some(lead()).filter(|lead| lead.is_finite()).unwrap_or(f64::NAN));
        say(Indicator::SelfSufficiency, &|| industry.least_self_sufficiency());
        say(Indicator::HomeShare, &|| home_share[s]);
        say(Indicator::Power, &|| power.share);
        say(Indicator::Compute, &|| compute[s] + supply.clouds);
        say(Indicator::Damage, &|| burden.incidents);
        say(Indicator::Growth, &|| clock.per_year(maths::ln(economy.output / economy.before)));
        say(Indicator::Adoption, &|| geography.in_state(s, &penetration.0));
    }
}

#[cfg(test)]
mod tests;
