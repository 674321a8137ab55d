//! States that choose, and where they stand.

use crate::{
    model::{clock::Clock, mechanisms::policy::Chosen, state::Levers, states::StateId},
    parameters,
    scenario::{Goods, Lever, PostureSpec, Scenario, StrategistSpec},
};
use bevy_ecs::prelude::*;
use std::sync::Arc;

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
        trigger_damage: f64 = 0.002, "1", range 0.0..=1.0, plausible 0.0002..=0.05, assumption "a scandal that governments answer; some answer only a catastrophe";
        /// Age of its own accounts that a state sees; those of others come later.
        own_delay_months: u32 = 1, "months", range 1..=24, plausible 1..=6, assumption "statistics come out late";
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

/// A state that chooses, and where it stands.
#[derive(Clone, Debug)]
pub struct Cabinet {
    /// What the scenario says of it.
    pub spec: StrategistSpec,
    /// First step in which it acts.
    pub(super) from: u32,
    /// Whether it acts by now.
    pub(super) acts: bool,
    /// Its posture.
    pub posture: usize,
    /// How hostile it stands, from 0 to 1: its posture's, or between two of them.
    pub hostility: f64,
    /// What it sets levers to now.
    pub levers: Levers,
    /// What it is going to set them to.
    pub aim: Levers,
    /// Strictness that it adds to its export controls now, by goods: goes to the lever's aim where its posture covers the goods.
    pub(super) control: [f64; Goods::COUNT],
    /// Whether its levers are where they are going.
    pub(super) arrived: bool,
    /// Its rivals, against whom it pulls levers.
    pub(super) against: Arc<[StateId]>,
    /// Month of its last review, counted from the start.
    pub reviewed: Option<u32>,
    /// What it has felt of rules and closed markets against it.
    pub(super) pressure: Pressure,
    /// Whether something befell it that calls for a review.
    pub(super) alarmed: bool,
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

    /// What it does of its own choice.
    pub(super) fn chosen(&self) -> Chosen {
        Chosen { state: self.state(), levers: self.levers, control: self.control, against: Arc::clone(&self.against) }
    }

    /// Its rivals.
    pub fn rivals(&self) -> impl Iterator<Item = StateId> + '_ {
        self.against.iter().copied()
    }
}

/// Rules and closed markets against a state, as it has felt them.
#[derive(Clone, Debug, Default)]
pub(super) struct Pressure {
    /// What stood a month ago; `None` before anything was seen.
    last: Option<f64>,
    /// Above this it is news.
    known: f64,
    /// Whether it is rising, and was told of.
    told: bool,
}

impl Pressure {
    /// Whether what stands now is news: a tenth of a full rule more is worth a cabinet's time. What stood when it was first looked at
    /// is none, and a lever that goes on by steps is told of once.
    pub(super) fn feels(&mut self, now: f64) -> bool {
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
    pub(super) spans: Levers,
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
                arrived: false,
                against: spec.rivals.iter().map(|&rival| StateId::new(rival)).collect(),
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
    pub(super) fn after(mut self, before: &Self) -> Self {
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
            let against = Arc::clone(&cabinet.against);
            Some(Cabinet { spec, posture, hostility, aim, decided, arrived: false, against, ..was.clone() })
        };
        let all = self.all.iter().map(|cabinet| stands(cabinet).unwrap_or_else(|| cabinet.clone())).collect();
        Self { all, ..self }
    }

    /// What a state sets levers to that has taken up a posture and stands so hostile, which may be between those that are open to it.
    pub(super) fn aim(&self, open: &[usize], posture: usize, hostility: f64) -> Levers {
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
