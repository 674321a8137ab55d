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
        geography::Geography,
        keep::Keep,
        ledger::Ledger,
        mechanisms::policy::{Bulletins, Choices, Chosen, month_of},
        noise::{Key, Noise},
        phase::{Mechanism, MonthPlan, Phase},
        relations::{Barriers, Relations, Stances},
        state::Burden,
        states::States,
    },
    scenario::{Lever, PostureSpec, Scenario, StateRule},
};
use bevy_ecs::{prelude::*, system::SystemParam};

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

/// What befell states in the last step, and rules in the last month, for levers go by months; it calls those who act by now.
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
        let mut alarmed = clock.begins_month() && {
            let rules = barriers.chips.iter().filter(|rule| rule.against == state);
            let ruled: f64 = rules.map(|rule| rule.rigour.strictness.min(1.0)).sum();
            let aimed: f64 = geography.others(state).map(|other| stances.market[other][state].max(0.0)).sum();
            cabinet.pressure.feels(ruled + aimed)
        };
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
        let key = *states.at(cabinet.state());
        if is_due(&files.statecraft, cabinet, key, month) {
            let looks_ahead = cabinet.spec.rule == StateRule::LookAhead;
            decided.push((at, (!looks_ahead).then(|| rules::choose(cabinet, key, &cabinets, &sight))));
        }
    }
    let Cabinets { all, postures, .. } = &mut *cabinets;
    for (at, decided) in decided {
        let cabinet = &mut all[at];
        (cabinet.reviewed, cabinet.alarmed) = (Some(month), false);
        match decided {
            Some(decided) => {
                announce(cabinet, decided, postures, &clock, &geography, &mut ledger);
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
