//! How states choose a posture at a review.

use super::{
    cabinet::{Cabinet, Cabinets},
    knowledge::Sight,
};
use crate::{
    maths::{self, normal_form::logit_choice},
    model::noise::{Draw, Key},
    scenario::{PostureSpec, StateRule},
};

/// Up to this hostility a posture counts as cooperation, for rules that know no degrees.
pub const HALF: f64 = 0.5;

/// What a state draws at a review.
const CHOICE: Draw = Draw::named("statecraft/choice").places(3);

/// The posture that a state (of this key) takes up, and its hostility, by any rule but that which looks ahead. `before` is how
/// states stood before anybody reviewed.
pub fn choose(cabinet: &Cabinet, key: Key, before: &Cabinets, sight: &Sight) -> (usize, f64) {
    let postures = &before.postures;
    let at = |posture: usize| (posture, postures[posture].numbers.hostility);
    match cabinet.spec.rule {
        StateRule::Fixed | StateRule::LookAhead => (cabinet.posture, cabinet.hostility),
        StateRule::Reactive => {
            let hostility = react(cabinet, key, sight);
            (nearest(&cabinet.spec.postures, postures, hostility), hostility)
        }
        StateRule::MemoryOne => at(remember(cabinet, key, postures, sight)),
        StateRule::BestResponse => at(respond(cabinet, key, before, sight)),
        StateRule::Imitate => at(imitate(cabinet, key, before, sight)),
    }
}

/// One step of an arms race: x + k x' − a x + g (target − indicator), from 0 to 1. Two such states settle down if the product of
/// their reactions is below that of their fatigues (Richardson 1960).
///
/// ```
/// use redqueen::model::mechanisms::statecraft::rules::richardson;
/// assert_eq!(richardson(0.5, 1.0, 0.25, 0.5, 0.0), 0.5);
/// assert_eq!(richardson(0.5, 0.0, 0.25, 0.5, 0.0), 0.25);
/// assert_eq!(richardson(0.9, 1.0, 0.5, 0.0, 0.0), 1.0);
/// ```
pub fn richardson(own: f64, rival: f64, reaction: f64, fatigue: f64, grievance: f64) -> f64 {
    (own + reaction * rival - fatigue * own + grievance).clamp(0.0, 1.0)
}

/// The most hostile of its rivals as it sees them; its own hostility before it sees anything.
fn most_hostile(cabinet: &Cabinet, key: Key, sight: &Sight) -> f64 {
    let seen = cabinet.rivals().filter_map(|rival| sight.hostility(cabinet, key, rival)).reduce(f64::max);
    seen.unwrap_or(cabinet.hostility)
}

fn react(cabinet: &Cabinet, key: Key, sight: &Sight) -> f64 {
    let numbers = &cabinet.spec.numbers;
    let indicator = cabinet.spec.indicator.and_then(|indicator| sight.indicator(cabinet, indicator));
    let grievance = indicator.map_or(0.0, |indicator| numbers.grievance * (numbers.target - indicator));
    let rival = most_hostile(cabinet, key, sight);
    richardson(cabinet.hostility, rival, numbers.reaction, numbers.fatigue, grievance)
}

/// Of these postures the one that is nearest in hostility; of two the less hostile.
fn nearest(open: &[usize], postures: &[PostureSpec], hostility: f64) -> usize {
    let far = |posture: &&usize| (postures[**posture].numbers.hostility - hostility).abs();
    let level = |posture: &&usize| postures[**posture].numbers.hostility;
    let best = open.iter().min_by(|a, b| far(a).total_cmp(&far(b)).then(level(a).total_cmp(&level(b))));
    best.copied().unwrap_or_default()
}

/// The least or the most hostile posture that is open to a state.
fn extreme(open: &[usize], postures: &[PostureSpec], hostile: bool) -> usize {
    nearest(open, postures, if hostile { 1.0 } else { 0.0 })
}

fn remember(cabinet: &Cabinet, key: Key, postures: &[PostureSpec], sight: &Sight) -> usize {
    let rival_cooperated = most_hostile(cabinet, key, sight) <= HALF;
    let numbers = &cabinet.spec.numbers;
    // What both did at one time, however late that is seen.
    let own_cooperated = sight.own_hostility(cabinet) <= HALF;
    let means_to = match (own_cooperated, rival_cooperated) {
        (true, true) => numbers.after_both,
        (true, false) => numbers.after_betrayal,
        (false, true) => numbers.after_betraying,
        (false, false) => numbers.after_neither,
    };
    let error = sight.statecraft.error;
    let cooperates = means_to * (1.0 - error) + (1.0 - means_to) * error;
    let luck = sight.noise.of(CHOICE, key).uniform();
    extreme(&cabinet.spec.postures, postures, luck >= cooperates)
}

/// What a state expects each of its postures to bring, against a rival that stands in each with these probabilities. Its table knows
/// those that are open to itself: one that is not counts as the nearest of them.
fn expected(cabinet: &Cabinet, rival: &[f64], postures: &[PostureSpec]) -> Vec<f64> {
    let open = &cabinet.spec.postures;
    let mut seen = vec![0.0; rival.len()];
    for (at, share) in rival.iter().enumerate().filter(|(_, share)| **share > 0.0) {
        let known = if open.contains(&at) { at } else { nearest(open, postures, postures[at].numbers.hostility) };
        seen[known] += share;
    }
    let mean = |own: usize| cabinet.spec.payoffs[own].iter().zip(&seen).map(|(payoff, p)| payoff * p).sum::<f64>();
    open.iter().map(|&own| mean(own)).collect()
}

/// How a state of level k is expected to stand, by posture of the scenario: at level 0 anywhere that is open to it, and at each
/// further level by a logit over what its postures bring against the level below.
fn of_level(one: &Cabinet, other: &Cabinet, level: u32, postures: &[PostureSpec]) -> Vec<f64> {
    let mut stands = vec![0.0; postures.len()];
    let open = &one.spec.postures;
    let shares = if level == 0 || one.spec.payoffs.is_empty() {
        vec![1.0 / open.len() as f64; open.len()]
    } else {
        let against = of_level(other, one, level - 1, postures);
        let mut choice = expected(one, &against, postures);
        logit_choice(&mut choice, one.spec.numbers.precision);
        choice
    };
    open.iter().zip(shares).for_each(|(posture, share)| stands[*posture] = share);
    stands
}

fn respond(cabinet: &Cabinet, key: Key, before: &Cabinets, sight: &Sight) -> usize {
    let postures = &before.postures;
    let rivals = before.all.iter().filter(|other| cabinet.spec.rivals.contains(&other.spec.state));
    let rival = rivals.min_by(|a, b| a.spec.name.cmp(&b.spec.name));
    let thinks = rival.filter(|other| !other.spec.payoffs.is_empty());
    let belief = match thinks {
        Some(other) => of_level(other, cabinet, cabinet.spec.numbers.level - 1, postures),
        None => {
            // Who has no table of payoffs is taken to stay as it stands.
            let open = &rival.unwrap_or(cabinet).spec.postures;
            let mut stands = vec![0.0; postures.len()];
            stands[nearest(open, postures, most_hostile(cabinet, key, sight))] = 1.0;
            stands
        }
    };
    let mut values = expected(cabinet, &belief, postures);
    for (value, posture) in values.iter_mut().zip(&cabinet.spec.postures) {
        *value -= if *posture == cabinet.posture { 0.0 } else { cabinet.spec.numbers.switching_cost };
    }
    logit_choice(&mut values, cabinet.spec.numbers.precision);
    cabinet.spec.postures[drawn(&values, sight.noise.of(CHOICE, key).uniform())]
}

/// The place that a uniform number falls on among shares that sum to 1.
fn drawn(shares: &[f64], uniform: f64) -> usize {
    let mut sum = 0.0;
    let reached = shares.iter().position(|share| {
        sum += share;
        uniform < sum
    });
    reached.unwrap_or(shares.len().saturating_sub(1))
}

/// Time over which states compare how they fared.
const COMPARED_MONTHS: u32 = 12;

/// How much more of what it wants a state has than a year ago, by its own lights.
fn fared(cabinet: &Cabinet, key: Key, of: Option<&Cabinet>, sight: &Sight) -> Option<f64> {
    let utility = |earlier: u32| {
        let account = match of {
            None => sight.own(cabinet, earlier),
            Some(other) => sight.account(cabinet, key, other.state(), earlier),
        };
        let rival = sight.strongest_rival(cabinet, key, earlier);
        // A lead at one time and none at the other would count as a gain.
        let unseen = rival.is_none() && cabinet.rivals().next().is_some();
        (!unseen).then_some(account?.utility(&cabinet.spec.numbers, rival))
    };
    Some(utility(0)? - utility(COMPARED_MONTHS)?)
}

/// One of the others that choose by now, the likelier the nearer in output, is looked at, and its posture taken up with the probability
/// 1/(1 + e^(−β (how it fared less how one fared oneself))).
fn imitate(cabinet: &Cabinet, key: Key, before: &Cabinets, sight: &Sight) -> usize {
    let mut luck = sight.noise.of(CHOICE, key);
    let (which, whether) = (luck.uniform(), luck.uniform());
    let Some(own) = sight.own(cabinet, 0) else { return cabinet.posture };
    let mut others: Vec<_> = before.all.iter().filter(|other| other.acts && other.state() != cabinet.state()).collect();
    others.sort_unstable_by(|a, b| a.spec.name.cmp(&b.spec.name));
    let seen: Vec<_> = others
        .into_iter()
        .filter(|other| cabinet.spec.postures.contains(&other.posture))
        .filter_map(|other| {
            let account = sight.account(cabinet, key, other.state(), 0)?;
            Some((other, -(account.ln_output - own.ln_output).abs()))
        })
        .collect();
    let mut shares: Vec<f64> = seen.iter().map(|(_, near)| *near).collect();
    logit_choice(&mut shares, 1.0);
    let Some((model, _)) = seen.get(drawn(&shares, which)) else { return cabinet.posture };
    let (Some(own), Some(its)) = (fared(cabinet, key, None, sight), fared(cabinet, key, Some(model), sight)) else {
        return cabinet.posture;
    };
    let gain = its - own - if model.posture == cabinet.posture { 0.0 } else { cabinet.spec.numbers.switching_cost };
    let follows = 1.0 / (1.0 + maths::exp(-cabinet.spec.numbers.selection * gain));
    if whether < follows { model.posture } else { cabinet.posture }
}
