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

pub mod cabinet;
pub mod knowledge;
pub mod rules;

pub use self::cabinet::{Cabinet, Cabinets, Statecraft};

use self::knowledge::{Accounted, Archive, Sight};
use crate::{
    model::{
        clock::Clock,
        geography::{Geography, PerState},
        keep::Keep,
        ledger::Ledger,
        mechanisms::policy::{Bulletins, Choices, Chosen, month_of},
        noise::{Key, Noise},
        phase::{Mechanism, MonthPlan, Phase},
        relations::{Barriers, Relations, Stances},
        state::{Burden, Levers},
        states::States,
    },
    scenario::{Goods, Lever, MAX_STATES, PostureSpec, Scenario, StateRule},
};
use bevy_ecs::{prelude::*, system::SystemParam};

impl Mechanism for Statecraft {
    const NAME: &'static str = "statecraft";
    const MEANING: &'static str =
        "states that the scenario names choose their posture, from what they know and for what they want";

    fn build(month: &mut MonthPlan) {
        month.add(Phase::Policy, govern.run_if(anyone_chooses));
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

fn anyone_chooses(statecraft: Res<Statecraft>, cabinets: Res<Cabinets>) -> bool {
    statecraft.step > 0.0 && !cabinets.all.is_empty()
}

/// `aim` if it is no further off than `most`, else so far on the way to it; the last step ends on it to the bit.
fn nearer(now: f64, aim: f64, most: f64) -> f64 {
    if (aim - now).abs() <= most { aim } else { now + most.copysign(aim - now) }
}

/// What states go by, and what they know.
#[derive(SystemParam)]
struct Files<'w> {
    statecraft: Res<'w, Statecraft>,
    clock: Res<'w, Clock>,
    geography: Res<'w, Geography>,
    stances: Res<'w, Stances>,
    barriers: Res<'w, Barriers>,
    archive: Res<'w, Archive>,
    bulletins: Res<'w, Bulletins>,
    relations: Res<'w, Relations>,
    noise: Noise<'w>,
}

/// States do what they decided, feel what befell them, and review. One system, since each costs as much as what one of these does.
fn govern(
    files: Files,
    (mut cabinets, mut choices): (ResMut<Cabinets>, ResMut<Choices>),
    mut ledger: ResMut<Ledger>,
    states: States<(&Key, &Burden)>,
) {
    let begins_month = files.clock.begins_month();
    // Policy need not add up again what stands.
    if begins_month && act(&files, &mut cabinets, &mut ledger) {
        choices.0.clear();
        choices.0.extend(cabinets.all.iter().filter(|cabinet| cabinet.acts).map(Cabinet::chosen));
    }
    // The rules of the start stand from the first step on, and are no news in the next.
    if files.clock.step() > 0 {
        feel(&files, &mut cabinets, &states);
    }
    if begins_month && !cabinets.imagined {
        review(&files, &mut cabinets, &mut ledger, &states);
    }
}

/// Levers go a step of the way to what was decided, to be handed to policy; whether any moved.
fn act(files: &Files, cabinets: &mut Cabinets, ledger: &mut Ledger) -> bool {
    let (clock, geography) = (&*files.clock, &*files.geography);
    let mut moved = false;
    for at in 0..cabinets.all.len() {
        // In a branch nobody begins: others are not known to mean to.
        if cabinets.all[at].from > clock.step() || cabinets.imagined && !cabinets.all[at].acts {
            continue;
        }
        cabinets.all[at].acts = true;
        if let Some(decided) = cabinets.all[at].decided.take() {
            if cabinets.all[at].spec.rule == StateRule::LookAhead {
                announce(&cabinets.all[at], decided, &cabinets.postures, (clock, geography), ledger);
            }
            let aim = cabinets.aim(&cabinets.all[at].spec.postures, decided.0, decided.1);
            let cabinet = &mut cabinets.all[at];
            ((cabinet.posture, cabinet.hostility), cabinet.aim) = (decided, aim);
            cabinet.arrived = false;
        }
        let cabinet = &mut cabinets.all[at];
        if !cabinet.arrived {
            moved = true;
            walk(cabinet, files.statecraft.step, &cabinets.spans, cabinets.postures[cabinet.posture].goods);
        }
    }
    moved
}

/// Takes a state's levers a step nearer to where they are going.
fn walk(cabinet: &mut Cabinet, step: f64, spans: &Levers, goods: [bool; Goods::COUNT]) {
    let mut arrived = true;
    let mut go = |now: &mut f64, aim: f64, span: f64| {
        *now = nearer(*now, aim, step * span);
        arrived &= *now == aim;
    };
    for ((now, aim), span) in cabinet.levers.0.iter_mut().zip(cabinet.aim.0).zip(spans.0) {
        go(now, aim, span);
    }
    for (now, covered) in cabinet.control.iter_mut().zip(goods) {
        go(now, if covered { cabinet.aim.of(Lever::Control) } else { 0.0 }, spans.of(Lever::Control));
    }
    cabinet.arrived = arrived;
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

/// What befell states in the last step, and rules in the last month, for levers go by months; it calls those who act by now.
fn feel(files: &Files, cabinets: &mut Cabinets, states: &States<(&Key, &Burden)>) {
    let Files { statecraft, clock, stances, barriers, relations, .. } = files;
    let begins_month = clock.begins_month();
    let mut ruled: PerState = [0.0; MAX_STATES];
    if begins_month {
        barriers.chips.iter().for_each(|rule| ruled[rule.against] += rule.rigour.strictness.min(1.0));
    }
    for cabinet in &mut cabinets.all {
        let state = cabinet.state();
        let mut alarmed = begins_month && {
            let aims = stances.pairs.iter().filter(|(by, against)| *against == state && *by != state);
            let aimed: f64 = aims.map(|(by, _)| stances.market[*by][state].max(0.0)).sum();
            cabinet.pressure.feels(ruled[state] + aimed)
        };
        alarmed |= relations.clashes.iter().any(|(a, b)| *a == state || *b == state);
        alarmed |= states.at(state).1.incidents > statecraft.trigger_damage;
        cabinet.alarmed = cabinet.acts && (cabinet.alarmed || alarmed);
    }
}

fn review(files: &Files, cabinets: &mut Cabinets, ledger: &mut Ledger, states: &States<(&Key, &Burden)>) {
    let (clock, geography) = (&*files.clock, &*files.geography);
    let month = month_of(clock);
    let sight = Sight {
        statecraft: &files.statecraft,
        archive: &files.archive,
        bulletins: &files.bulletins,
        relations: &files.relations,
        noise: &files.noise,
        month,
    };
    // All decide before any of it is taken down, so that none sees what another decides. Who looks ahead decides later.
    let mut decided = Vec::new();
    for (at, cabinet) in cabinets.all.iter().enumerate().filter(|(_, cabinet)| cabinet.acts) {
        let key = *states.at(cabinet.state()).0;
        if is_due(&files.statecraft, cabinet, key, month) {
            let looks_ahead = cabinet.spec.rule == StateRule::LookAhead;
            decided.push((at, (!looks_ahead).then(|| rules::choose(cabinet, key, cabinets, &sight))));
        }
    }
    let Cabinets { all, postures, .. } = cabinets;
    for (at, decided) in decided {
        let cabinet = &mut all[at];
        (cabinet.reviewed, cabinet.alarmed) = (Some(month), false);
        match decided {
            Some(decided) => {
                announce(cabinet, decided, postures, (clock, geography), ledger);
                cabinet.decided = Some(decided);
            }
            None => cabinet.looks_ahead = true,
        }
    }
}

/// Notes what a review came to: the posture, and how hostile the state is going to stand.
fn announce(
    cabinet: &Cabinet,
    (posture, hostility): (usize, f64),
    postures: &[PostureSpec],
    (clock, geography): (&Clock, &Geography),
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
