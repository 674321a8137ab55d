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
    scenario::{Goods, Lever, PostureSpec, Scenario, StateRule, StrategistSpec},
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
        let still = world.resource::<Self>().step > 0.0;
        let chooses = |chosen: &Chosen| still && next.all.iter().any(|cabinet| cabinet.state() == chosen.state);
        world.resource_mut::<Choices>().0.retain(chooses);
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
    /// Strictness that it adds to its export controls now, by goods: goes to the lever's aim where its posture covers the goods.
    control: [f64; Goods::COUNT],
    /// Month of its last review, counted from the start.
    pub reviewed: Option<u32>,
    /// What it has felt of rules and closed markets against it.
    pressure: Pressure,
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

/// Rules and closed markets against a state, as it has felt them.
#[derive(Clone, Debug, Default)]
struct Pressure {
    /// What stood a step ago; `None` before anything was seen.
    last: Option<f64>,
    /// Above this it is news.
    known: f64,
    /// Whether it is rising, and was told of.
    told: bool,
}

impl Pressure {
    /// Whether what stands now is news: a tenth of a full rule more is worth a cabinet's time. What stood when it was first looked at
    /// is none, and a lever that goes on by steps is told of once.
    fn feels(&mut self, now: f64) -> bool {
        let Some(last) = self.last.replace(now) else {
            self.known = now;
            return false;
        };
        self.told &= now > last;
        let news = !self.told && now > self.known + 0.1;
        self.told |= news;
        self.known = if self.told { now } else { self.known.min(now) };
        news
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
            let levers = if from == 0 { aim } else { Levers::default() };
            Cabinet {
                from,
                acts: false,
                posture: spec.start,
                hostility: start.numbers.hostility,
                levers,
                aim,
                control: start.goods.map(|covered| if covered { levers.of(Lever::Control) } else { 0.0 }),
                reviewed: None,
                pressure: Pressure::default(),
                alarmed: false,
                decided: None,
                looks_ahead: false,
                spec: spec.clone(),
            }
        };
        Self { all: scenario.strategists.iter().map(cabinet).collect(), imagined: false, spans, postures }
    }

    /// The same, with everybody who acted before where it stood, as far as its posture is still there. It goes to what the
    /// posture is now.
    fn after(mut self, before: &Self) -> Self {
        self.imagined = before.imagined;
        let names: Vec<&str> = self.postures.iter().map(|posture| posture.name.as_str()).collect();
        // Who stands where its posture did moves with it.
        let stand = |was: usize, hostility: f64| {
            let was = &before.postures[was];
            let at = names.iter().position(|name| *name == was.name)?;
            let moves = hostility == was.numbers.hostility;
            Some((at, if moves { self.postures[at].numbers.hostility } else { hostility }))
        };
        let stands = |cabinet: &Cabinet| {
            let was = before.all.iter().find(|was| was.acts && was.spec.state == cabinet.spec.state)?;
            let (posture, hostility) = stand(was.posture, was.hostility)?;
            cabinet.spec.postures.contains(&posture).then_some(())?;
            let decided = was.decided.and_then(|(posture, hostility)| stand(posture, hostility));
            let decided = decided.filter(|(posture, _)| cabinet.spec.postures.contains(posture));
            let spec = cabinet.spec.clone();
            let aim = self.aim(&spec.postures, posture, hostility);
            Some(Cabinet { spec, posture, hostility, aim, decided, ..was.clone() })
        };
        let all = self.all.iter().map(|cabinet| stands(cabinet).unwrap_or_else(|| cabinet.clone())).collect();
        Self { all, ..self }
    }

    /// What a state sets levers to that has taken up a posture and stands so hostile, which may be between those that are open to it.
    fn aim(&self, open: &[usize], posture: usize, hostility: f64) -> Levers {
        let taken = &self.postures[posture];
        if hostility == taken.numbers.hostility { Levers(taken.levers()) } else { self.between(open, hostility) }
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

fn anyone_chooses(statecraft: Res<Statecraft>, cabinets: Res<Cabinets>) -> bool {
    statecraft.step > 0.0 && !cabinets.all.is_empty()
}

/// `aim` if it is no further off than `most`, else so far on the way to it; the last step ends on it to the bit.
fn nearer(now: f64, aim: f64, most: f64) -> f64 {
    if (aim - now).abs() <= most { aim } else { now + most.copysign(aim - now) }
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
        // In a branch nobody begins: others are not known to mean to.
        if cabinets.all[at].from > clock.step() || cabinets.imagined && !cabinets.all[at].acts {
            continue;
        }
        cabinets.all[at].acts = true;
        if let Some(decided) = cabinets.all[at].decided.take() {
            if cabinets.all[at].spec.rule == StateRule::LookAhead {
                announce(&cabinets.all[at], decided, &cabinets.postures, &clock, &geography, &mut ledger);
            }
            let aim = cabinets.aim(&cabinets.all[at].spec.postures, decided.0, decided.1);
            let cabinet = &mut cabinets.all[at];
            ((cabinet.posture, cabinet.hostility), cabinet.aim) = (decided, aim);
        }
        let cabinet = &mut cabinets.all[at];
        for lever in 0..Lever::COUNT {
            let most = statecraft.step * cabinets.spans.0[lever];
            cabinet.levers.0[lever] = nearer(cabinet.levers.0[lever], cabinet.aim.0[lever], most);
        }
        let most = statecraft.step * cabinets.spans.of(Lever::Control);
        for (control, covered) in cabinet.control.iter_mut().zip(cabinets.postures[cabinet.posture].goods) {
            *control = nearer(*control, if covered { cabinet.aim.of(Lever::Control) } else { 0.0 }, most);
        }
        choices.0.push(Chosen {
            state: cabinet.state(),
            levers: cabinet.levers,
            control: cabinet.control,
            against: cabinet.rivals().collect(),
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
            let shown = cabinets.hostility(rival).unwrap_or_else(|| {
                let rules = barriers.chips.iter().filter(|rule| rule.by == rival && rule.against == cabinet.state());
                let strictest = rules.map(|rule| rule.rigour.strictness.min(1.0)).fold(0.0, f64::max);
                strictest.max(stances.hostility(rival, cabinet.state()))
            });
            archive.show(cabinet.state(), rival, month, shown);
        }
    }
}

/// What befell states in the last step; it calls those who act by now.
fn feel(
    (statecraft, clock): (Res<Statecraft>, Res<Clock>),
    (stances, barriers, relations): (Res<Stances>, Res<Barriers>, Res<Relations>),
    geography: Res<Geography>,
    mut cabinets: ResMut<Cabinets>,
    states: States<&Burden>,
) {
    // The rules of the start stand from the first step on, and are no news in the next.
    if clock.step() == 0 {
        return;
    }
    for cabinet in &mut cabinets.all {
        let state = cabinet.state();
        let rules = barriers.chips.iter().filter(|rule| rule.against == state);
        let ruled: f64 = rules.map(|rule| rule.rigour.strictness.min(1.0)).sum();
        let aimed: f64 = geography.others(state).map(|other| stances.market[other][state].max(0.0)).sum();
        let mut alarmed = cabinet.pressure.feels(ruled + aimed);
        alarmed |= relations.clashes.iter().any(|(a, b)| *a == state || *b == state);
        alarmed |= states.at(state).incidents > statecraft.trigger_damage;
        cabinet.alarmed = cabinet.acts && (cabinet.alarmed || alarmed);
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
    let due =
        |cabinet: &Cabinet| cabinet.acts && is_due(&files.statecraft, cabinet, *states.at(cabinet.state()), month);
    if !cabinets.all.iter().any(due) {
        return;
    }
    let before = cabinets.clone();
    for cabinet in cabinets.all.iter_mut().filter(|cabinet| due(cabinet)) {
        let key = states.at(cabinet.state());
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
        let decided = rules::choose(cabinet, *key, &before, &sight);
        announce(cabinet, decided, &before.postures, &clock, &geography, &mut ledger);
        cabinet.decided = Some(decided);
    }
}

/// Notes what a review came to: the posture, and how hostile the state is going to stand.
fn announce(
    cabinet: &Cabinet,
    (posture, hostility): (usize, f64),
    postures: &[PostureSpec],
    clock: &Clock,
    geography: &Geography,
    ledger: &mut Ledger,
) {
    let (state, now, next) = (&geography.names[cabinet.state()], &postures[cabinet.posture], &postures[posture]);
    let hostility = Some(hostility);
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
