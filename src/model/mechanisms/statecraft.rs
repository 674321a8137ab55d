//! Statecraft: states that choose their posture, from what they know and for what they want.
//!
//! A strategist holds one of the scenario's postures, a bundle of levers. It reviews it once in `review_months`, in a month of
//! its own, and when something befalls it: a control or a closed market against it, a shock that strikes between it and another,
//! an incident that costs it more than `trigger_damage`. All who review in a month do so from the same published
//! accounts, and none sees what another decides then; levers go there from the next month on, by at most `step` of the way between
//! the extremes of the postures a month. How they choose is in [`rules`], what they know of each other in [`knowledge`], and what
//! branches of the world tell those who look ahead in `model/look_ahead.rs`.
//! What a state wants is U = w_Y ln Y + w_P ln P + w_R (ln P − ln P of its strongest rival) + w_W welfare − w_K risk, with output Y,
//! its share of power P, and what incidents cost as risk; another posture than the present costs `switching_cost` of it.

pub mod knowledge;
pub mod rules;

use self::knowledge::{Account, Accounted, Archive, Sight};
use crate::{
    model::{
        clock::Clock,
        geography::Geography,
        keep::Keep,
        ledger::Ledger,
        mechanisms::policy::{Bulletins, Choices, Chosen, month_of},
        noise::{Key, Noise},
        phase::{Mechanism, MonthPlan, Phase},
        relations::{Barriers, Relations, Stances},
        state::{Burden, Levers},
        states::{StateId, States},
    },
    parameters,
    scenario::{Lever, PostureSpec, Scenario, StateRule, StrategistSpec},
};
use bevy_ecs::{prelude::*, system::SystemParam};

parameters! {
    /// Numbers of statecraft.
    #[derive(Resource)]
    pub struct Statecraft {
        /// Part of the way between the extremes of the postures that a lever goes in a month, at most.
        step: f64 = 0.25, "1/month", range 0.0..=1.0, plausible 0.08..=1.0 or null 0.0, assumption "laws and budgets take some months from decision to force";
        /// Time from one review to the next.
        review_months: u32 = 12, "months", range 1..=120, plausible 6..=24, assumption "a year of budgets";
        /// Least time between a review that something brings about and the one before.
        patience_months: u32 = 3, "months", range 1..=120, plausible 1..=6, assumption "a cabinet is not called each month";
        /// What incidents must cost a state for it to review its posture at once, as a share of output.
        trigger_damage: f64 = 0.002, "1", range 0.0..=1.0, plausible 0.0005..=0.01, assumption "a scandal that governments answer";
        /// Age of its own accounts that a state sees.
        own_delay_months: u32 = 1, "months", range 1..=24, plausible 1..=6, assumption "statistics come out late";
        /// Age of others' accounts that it sees.
        rival_delay_months: u32 = 3, "months", range 1..=24, plausible 2..=12, assumption "estimates of others take a quarter longer";
        /// Age of others' levers that it sees.
        lever_delay_months: u32 = 2, "months", range 1..=24, plausible 1..=3, assumption "rules are published, and noticed with a delay";
        /// Error of what it sees of others (σ): of the logs of their output and power, and of how hostile they are.
        fog_sigma: f64 = 0.1, "1", range 0.0..=5.0, plausible 0.0..=0.3 or null 0.0, assumption "estimates of a rival's compute and capability differ by tens of percent";
        /// How much rivals are overrated: added to the same.
        fog_bias: f64 = 0.05, "1", range -5.0..=5.0, plausible -0.1..=0.2 or null 0.0, assumption "rivals have been overrated more often than underrated";
        /// Probability that a state of memory one does the opposite of what it means to.
        error: f64 = 0.02, "1", range 0.0..=1.0, plausible 0.0..=0.1 or null 0.0, assumption "signals are misread and orders miscarry now and then";
    }
}

impl Mechanism for Statecraft {
    const NAME: &'static str = "statecraft";
    const MEANING: &'static str =
        "states that the scenario names choose their posture, from what they know and for what they want";

    fn build(month: &mut MonthPlan) {
        month.add(Phase::Policy, (act, feel, review).chain().run_if(anyone_chooses));
        month.add(Phase::Accounts, publish.run_if(anyone_chooses));
    }

    fn begin(scenario: &Scenario, clock: &Clock, world: &mut World) {
        let archive = if scenario.strategists.is_empty() { Archive::empty() } else { Archive::default() };
        world.insert_resource(archive);
        world.insert_resource(Cabinets::new(scenario, clock));
    }

    fn go_on(scenario: &Scenario, clock: &Clock, world: &mut World) {
        let next = Cabinets::new(scenario, clock).after(world.resource::<Cabinets>());
        if next.all.is_empty() || world.resource::<Self>().step == 0.0 {
            world.insert_resource(Choices::default());
        }
        world.insert_resource(next);
        if world.resource::<Archive>().is_empty() && !scenario.strategists.is_empty() {
            world.insert_resource(Archive::default());
        }
    }

    fn register(world: &mut World) {
        world.keep_resource::<Cabinets>();
        world.keep_resource::<Archive>();
    }
}

/// A state that chooses, and where it stands.
#[derive(Clone, Debug)]
pub struct Cabinet {
    /// What the scenario says of it.
    pub spec: StrategistSpec,
    /// First step in which it acts.
    from: u32,
    /// Whether it acts by now.
    acts: bool,
    /// Its posture.
    pub posture: usize,
    /// How hostile it stands, from 0 to 1: its posture's, or between two of them.
    pub hostility: f64,
    /// What it sets levers to now.
    pub levers: Levers,
    /// What it is going to set them to.
    pub aim: Levers,
    /// Month of its last review, counted from the start.
    pub reviewed: Option<u32>,
    /// Hostility of its rivals towards it that it felt last.
    felt: f64,
    /// Whether something befell it that calls for a review.
    alarmed: bool,
    /// What it decided at a review and takes up from the next month on: posture, hostility.
    pub decided: Option<(usize, f64)>,
    /// Whether it looks ahead from the end of this month.
    pub looks_ahead: bool,
}

impl Cabinet {
    /// Its state.
    pub const fn state(&self) -> StateId {
        StateId::new(self.spec.state)
    }

    /// Its rivals.
    pub fn rivals(&self) -> impl Iterator<Item = StateId> + '_ {
        self.spec.rivals.iter().map(|&rival| StateId::new(rival))
    }

    /// What it wants, given its own account and the ln of its strongest rival's power.
    pub fn utility(&self, own: &Account, rival: Option<f64>) -> f64 {
        let weights = &self.spec.numbers;
        let lead = rival.map_or(0.0, |rival| own.ln_power - rival);
        weights.weight_output * own.ln_output
            + weights.weight_power * own.ln_power
            + weights.weight_lead * lead
            + weights.weight_welfare * own.welfare
            - weights.weight_risk * own.risk
    }
}

/// The states that choose, in the order of the scenario, and the postures that they know.
#[derive(Resource, Clone, Debug, Default)]
pub struct Cabinets {
    /// The states.
    pub all: Vec<Cabinet>,
    /// The postures.
    pub postures: Vec<PostureSpec>,
    /// Whether the world is a branch of another, in which nobody reviews anything.
    pub(in crate::model) imagined: bool,
    /// How far apart postures are in each lever.
    spans: Levers,
}

impl Cabinets {
    /// Of a scenario: everybody stands where it starts. Who chooses from the start has its levers there already.
    pub fn new(scenario: &Scenario, clock: &Clock) -> Self {
        let postures = scenario.postures.clone();
        let levers = || postures.iter().map(PostureSpec::levers);
        let extreme = |at: usize, of: fn(f64, f64) -> f64| levers().map(|levers| levers[at]).fold(0.0, of);
        let spans = Levers(std::array::from_fn(|at| extreme(at, f64::max) - extreme(at, f64::min)));
        let cabinet = |spec: &StrategistSpec| {
            let start = &postures[spec.start];
            let aim = Levers(start.levers());
            let from = spec.from.and_then(|month| clock.step_of(month)).unwrap_or(0);
            Cabinet {
                from,
                acts: false,
                posture: spec.start,
                hostility: start.numbers.hostility,
                levers: if from == 0 { aim } else { Levers::default() },
                aim,
                reviewed: None,
                felt: 0.0,
                alarmed: false,
                decided: None,
                looks_ahead: false,
                spec: spec.clone(),
            }
        };
        Self { all: scenario.strategists.iter().map(cabinet).collect(), imagined: false, spans, postures }
    }

    /// The same, with everybody who was there before where it stood, as far as its posture is still there.
    fn after(mut self, before: &Self) -> Self {
        self.imagined = before.imagined;
        let names: Vec<&str> = self.postures.iter().map(|posture| posture.name.as_str()).collect();
        let place = |was: usize| names.iter().position(|name| *name == before.postures[was].name);
        for cabinet in &mut self.all {
            let Some(was) = before.all.iter().find(|was| was.spec.state == cabinet.spec.state) else { continue };
            let Some(posture) = place(was.posture).filter(|at| cabinet.spec.postures.contains(at)) else { continue };
            let decided = was.decided.and_then(|(posture, hostility)| Some((place(posture)?, hostility)));
            *cabinet = Cabinet { spec: cabinet.spec.clone(), posture, decided, ..was.clone() };
        }
        self
    }

    /// What levers come to at a hostility between two postures of those that are open to a state: a straight line between the
    /// nearest below and above.
    pub fn between(&self, open: &[usize], hostility: f64) -> Levers {
        let at = |posture: &usize| self.postures[*posture].numbers.hostility;
        let below = open.iter().filter(|posture| at(posture) <= hostility).max_by(|a, b| at(a).total_cmp(&at(b)));
        let above = open.iter().filter(|posture| at(posture) >= hostility).min_by(|a, b| at(a).total_cmp(&at(b)));
        let (Some(below), Some(above)) = (below.or(above), above.or(below)) else { return Levers::default() };
        let way = at(above) - at(below);
        let part = if way > 0.0 { (hostility - at(below)) / way } else { 0.0 };
        let (low, high) = (self.postures[*below].levers(), self.postures[*above].levers());
        Levers(std::array::from_fn(|lever| low[lever] + part * (high[lever] - low[lever])))
    }

    /// How hostile a state stands in this month; `None` if it does not choose.
    pub fn hostility(&self, state: StateId) -> Option<f64> {
        let acts = |cabinet: &&Cabinet| cabinet.state() == state && cabinet.acts;
        self.all.iter().find(acts).map(|cabinet| cabinet.hostility)
    }

    /// Whether somebody looks ahead from the end of this month.
    pub fn anyone_looks_ahead(&self) -> bool {
        self.all.iter().any(|cabinet| cabinet.looks_ahead)
    }
}

fn anyone_chooses(statecraft: Res<Statecraft>, cabinets: Res<Cabinets>, clock: Res<Clock>) -> bool {
    statecraft.step > 0.0 && !cabinets.all.is_empty() && (clock.begins_month() || clock.ends_month())
}

/// Levers go a step of the way to what was decided, and are handed to policy.
fn act(
    statecraft: Res<Statecraft>,
    (clock, geography): (Res<Clock>, Res<Geography>),
    (mut cabinets, mut choices): (ResMut<Cabinets>, ResMut<Choices>),
    mut ledger: ResMut<Ledger>,
) {
    if !clock.begins_month() {
        return;
    }
    let cabinets = &mut *cabinets;
    choices.0.clear();
    for at in 0..cabinets.all.len() {
        if cabinets.all[at].from > clock.step() {
            continue;
        }
        cabinets.all[at].acts = true;
        if let Some((posture, hostility)) = cabinets.all[at].decided.take() {
            if cabinets.all[at].spec.rule == StateRule::LookAhead {
                announce(&cabinets.all[at], posture, &cabinets.postures, &clock, &geography, &mut ledger);
            }
            let continuous = cabinets.all[at].spec.rule == StateRule::Reactive;
            let aim = if continuous {
                cabinets.between(&cabinets.all[at].spec.postures, hostility)
            } else {
                Levers(cabinets.postures[posture].levers())
            };
            let cabinet = &mut cabinets.all[at];
            (cabinet.posture, cabinet.hostility, cabinet.aim) = (posture, hostility, aim);
        }
        let cabinet = &mut cabinets.all[at];
        for lever in 0..Lever::COUNT {
            let most = statecraft.step * cabinets.spans.0[lever];
            let (now, aim) = (cabinet.levers.0[lever], cabinet.aim.0[lever]);
            // The last step ends on the aim to the bit.
            cabinet.levers.0[lever] = if (aim - now).abs() <= most { aim } else { now + most.copysign(aim - now) };
        }
        choices.0.push(Chosen {
            state: cabinet.state(),
            levers: cabinet.levers,
            against: cabinet.rivals().collect(),
            goods: cabinets.postures[cabinet.posture].goods,
        });
    }
}

fn publish(
    clock: Res<Clock>,
    cabinets: Res<Cabinets>,
    (stances, barriers): (Res<Stances>, Res<Barriers>),
    mut archive: ResMut<Archive>,
    states: States<Accounted>,
) {
    if !clock.ends_month() {
        return;
    }
    let month = month_of(&clock);
    for (state, accounted) in states.iter() {
        archive.publish(state, month, accounted.into());
    }
    for cabinet in &cabinets.all {
        archive.show(cabinet.state(), cabinet.state(), month, cabinet.hostility);
        for rival in cabinet.rivals() {
            let chooses = cabinets.all.iter().find(|other| other.state() == rival).map(|other| other.hostility);
            let shown = chooses.unwrap_or_else(|| {
                let rules = barriers.chips.iter().filter(|rule| rule.by == rival && rule.against == cabinet.state());
                let strictest = rules.map(|rule| rule.rigour.strictness.min(1.0)).fold(0.0, f64::max);
                strictest.max(stances.hostility(rival, cabinet.state()))
            });
            archive.show(cabinet.state(), rival, month, shown);
        }
    }
}

/// What befell states since they last met.
fn feel(
    (statecraft, clock): (Res<Statecraft>, Res<Clock>),
    (stances, barriers, relations): (Res<Stances>, Res<Barriers>, Res<Relations>),
    geography: Res<Geography>,
    mut cabinets: ResMut<Cabinets>,
    states: States<&Burden>,
) {
    if !clock.begins_month() {
        return;
    }
    for cabinet in &mut cabinets.all {
        let state = cabinet.state();
        let rules = barriers.chips.iter().filter(|rule| rule.against == state);
        let ruled: f64 = rules.map(|rule| rule.rigour.strictness.min(1.0)).sum();
        let aimed: f64 = geography.others(state).map(|other| stances.market[other][state].max(0.0)).sum();
        let felt = ruled + aimed;
        // A tenth of a full rule is worth a cabinet's time; levers that go a step a month are felt once.
        if felt > cabinet.felt + 0.1 {
            cabinet.alarmed = true;
            cabinet.felt = felt;
        }
        cabinet.felt = cabinet.felt.min(felt);
        cabinet.alarmed |= relations.clashes.iter().any(|(a, b)| *a == state || *b == state);
        cabinet.alarmed |= states.at(state).incidents > statecraft.trigger_damage;
    }
}

/// What reviews are made of.
#[derive(SystemParam)]
struct Files<'w> {
    statecraft: Res<'w, Statecraft>,
    archive: Res<'w, Archive>,
    bulletins: Res<'w, Bulletins>,
    relations: Res<'w, Relations>,
    noise: Noise<'w>,
}

fn review(
    files: Files,
    (clock, geography): (Res<Clock>, Res<Geography>),
    mut ledger: ResMut<Ledger>,
    mut cabinets: ResMut<Cabinets>,
    states: States<&Key>,
) {
    if !clock.begins_month() || cabinets.imagined {
        return;
    }
    let month = month_of(&clock);
    let before = cabinets.clone();
    for cabinet in &mut cabinets.all {
        let key = states.at(cabinet.state());
        if !cabinet.acts || !is_due(&files.statecraft, cabinet, *key, month) {
            continue;
        }
        (cabinet.reviewed, cabinet.alarmed) = (Some(month), false);
        if cabinet.spec.rule == StateRule::LookAhead {
            cabinet.looks_ahead = true;
            continue;
        }
        let sight = Sight {
            statecraft: &files.statecraft,
            archive: &files.archive,
            bulletins: &files.bulletins,
            relations: &files.relations,
            noise: &files.noise,
            month,
        };
        let (posture, hostility) = rules::choose(cabinet, *key, &before, &sight);
        announce(cabinet, posture, &before.postures, &clock, &geography, &mut ledger);
        cabinet.decided = Some((posture, hostility));
    }
}

/// Notes what a review came to.
fn announce(
    cabinet: &Cabinet,
    posture: usize,
    postures: &[PostureSpec],
    clock: &Clock,
    geography: &Geography,
    ledger: &mut Ledger,
) {
    let (state, now, next) = (&geography.names[cabinet.state()], &postures[cabinet.posture], &postures[posture]);
    let hostility = Some(next.numbers.hostility);
    if posture == cabinet.posture {
        ledger.note(clock, "review", state, state, hostility, &format!("{} stays", now.name));
    } else {
        ledger.note(clock, "posture", state, state, hostility, &format!("{} after {}", next.name, now.name));
    }
}

/// Whether a state reviews its posture in this month.
fn is_due(statecraft: &Statecraft, cabinet: &Cabinet, key: Key, month: u32) -> bool {
    let months = statecraft.review_months.max(1);
    let turn = (u64::from(month) + key.0 % u64::from(months)).is_multiple_of(u64::from(months));
    let rested = cabinet.reviewed.is_none_or(|last| month >= last + statecraft.patience_months);
    turn || cabinet.alarmed && rested
}

#[cfg(test)]
mod tests;
