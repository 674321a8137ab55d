//! Export controls: states deny each other chips, equipment and memory.
//!
//! A rule comes into force at its date or, once in a run, when its hazard brings it, in the months in which it may come; one that
//! came by chance costs trust in the step after. A rule in force multiplies what it covers by 1 − x (1 − ℓ), with strictness x and
//! leak ℓ; of several rules the strictest counts. A variant of a covered chip can be shipped once designers had the time to make
//! it: at a limit on performance, the best variant is that of the largest limit no higher which was in force at least a lag ago,
//! before the start of the world too. A design stays ready once it exists. What rules say in each step is worked out before the
//! first, and anew when one comes by chance. Levers (`control`) add to the strictness of what is in force or take from it, and
//! effort against leakage (`enforcement`) stops up a part of ℓ. Of the chips that are stopped, buyers get a part to use where no
//! rule stands against it: they rent them in third states that have power to spare, the more these trust them, unless a rule of
//! the designers' home on `rental` closes that too.

mod rule;
mod rulebook;
mod timetable;

use crate::{
    model::{
        clock::Clock,
        geography::{Geography, PerState},
        keep::Keep,
        phase::{Mechanism, MonthPlan, Phase},
        relations::{Barriers, ChipRule, EquipmentRule, FlowRule, Rigour, Stances},
        state::{Industry, Levers},
        states::{StateId, States},
    },
    parameters,
    scenario::{Choice, ControlNumbers, Goods, Lever, MAX_STATES, Scenario},
};
use bevy_ecs::{prelude::*, system::SystemParam};
pub use rulebook::Rulebook;
use rulebook::{any_may_come, come};
pub use timetable::Timetable;

parameters! {
    /// Numbers of export_controls.
    #[derive(Resource)]
    pub struct ExportControls {
        /// Factor on the strictness of every rule; what it makes stricter than 1 is as strict as 1.
        strictness_scale: f64 = 1.0, "1", range 0.0..=2.0, plausible 0.0..=1.25 or null 0.0, assumption "the strictness stands with the rules";
        /// Factor on the leak of every rule; what it makes leakier than 1 stops nothing.
        leak_scale: f64 = 1.0, "1", range 0.0..=10.0, plausible 0.0..=2.0, assumption "the leak stands with the rules";
        /// Part of the chips kept from a state that its firms rent in third states that trust it fully and have power to spare.
        rented_abroad: f64 = 0.3, "1", range 0.0..=1.0, plausible 0.0..=0.6 or null 0.0, assumption "Chinese firms rent data centres in south-east Asia; no rule covered the use of chips there";
        /// Share of the leak of a state's own rules that its full effort against it stops up.
        enforcement_effect: f64 = 0.6, "1", range 0.0..=1.0, plausible 0.2..=0.9 or null 0.0, assumption "end-use checks, whistle-blowers and location checks of chips; some smuggling is never found";
        /// Time from a rule to variants of chips that it lets pass.
        variant_lag_months: u32 = 4, "months", range 0..=240, plausible 1..=8, figure "after the rules of 2022-10 and 2023-10, A800 came in 1 month, H800 in 5, H20 in 4";
    }
}

impl Mechanism for ExportControls {
    const NAME: &'static str = "export_controls";
    const MEANING: &'static str = "states deny each other chips, equipment and memory";

    fn build(month: &mut MonthPlan) {
        month.add(Phase::Controls, (come.run_if(any_may_come), apply).chain());
    }

    fn register(world: &mut World) {
        world.keep_resource::<Rulebook>();
        world.keep_resource::<Timetable>();
    }

    fn go_on(scenario: &Scenario, clock: &Clock, world: &mut World) {
        let mut rulebook = Rulebook::new(scenario, clock);
        rulebook.go_on(world.resource());
        let timetable = Timetable::new(&rulebook.rules(clock, world.resource()), clock, world.resource());
        world.insert_resource(rulebook);
        // What levers have made of them they make of them again in the next step.
        if !world.resource::<Barriers>().levered {
            let standing = timetable.standing_in(clock.step()).into_owned();
            world.insert_resource(standing);
        }
        world.insert_resource(timetable);
    }

    fn begin(scenario: &Scenario, clock: &Clock, world: &mut World) {
        let rulebook = Rulebook::new(scenario, clock);
        let timetable = Timetable::new(&rulebook.rules(clock, world.resource()), clock, world.resource());
        world.insert_resource(rulebook);
        world.insert_resource(timetable);
    }
}

impl ExportControls {
    /// What a rule with these numbers means to stop, and what leaks.
    fn rigour(&self, numbers: &ControlNumbers) -> Rigour {
        Rigour { strictness: self.strictness_scale * numbers.strictness, leak: self.leak_scale * numbers.leak }
    }
}

/// What states' levers do to rules.
struct Pulled<'a> {
    stances: &'a Stances,
    /// Factor on what levers add.
    scale: f64,
    /// Part of the leak of its own rules that each state stops up.
    stopped_up: PerState,
    /// How much equipment of its own each state could keep from others.
    equipment: PerState,
    /// A rule that stands for what a lever says where no rule of the scenario does.
    plain: ControlNumbers,
}

impl Pulled<'_> {
    fn added(&self, goods: Goods, by: StateId, against: StateId) -> f64 {
        self.scale * self.stances.control[goods as usize][by][against]
    }

    /// Makes of the scenario's rules what levers make of them, but for those on equipment. Where no rule stands, a lever makes one
    /// with the usual threshold, which lets no variant pass.
    fn on_flows(&self, barriers: &mut Barriers) {
        for rule in &mut barriers.chips {
            let added = self.added(Goods::Chips, rule.by, rule.against);
            rule.rigour = rule.rigour.under(added, self.stopped_up[rule.by]);
            rule.stopped = rule.rigour.stopped();
        }
        for rule in &mut barriers.flows {
            let added = self.added(rule.goods, rule.by, rule.against);
            rule.rigour = rule.rigour.under(added, self.stopped_up[rule.by]);
        }
        let mut pairs = self.stances.pairs.clone();
        pairs.sort_unstable_by_key(|(by, against)| (*against, *by));
        pairs.into_iter().for_each(|(by, against)| self.make_rules(barriers, by, against));
        let Barriers { flows, memory, .. } = barriers;
        for rule in flows.iter().filter(|rule| rule.goods == Goods::Memory) {
            memory[rule.by][rule.against] = rule.rigour.stopped();
        }
    }

    /// The rules that levers make where the scenario has none.
    fn make_rules(&self, barriers: &mut Barriers, by: StateId, against: StateId) {
        for (_, goods) in Goods::WORDS.iter().copied().filter(|(_, goods)| *goods != Goods::Equipment) {
            let added = self.added(goods, by, against);
            if added <= 0.0 {
                continue;
            }
            let ruled = match goods {
                Goods::Chips => barriers.chips.iter().any(|rule| rule.by == by && rule.against == against),
                _ => barriers.flows.iter().any(|rule| rule.is_on(goods, by, against)),
            };
            if !ruled {
                let rigour = Rigour { strictness: 0.0, leak: self.plain.leak }.under(added, self.stopped_up[by]);
                if goods == Goods::Chips {
                    let (threshold, stopped) = (self.plain.threshold_h100e, rigour.stopped());
                    barriers.chips.push(ChipRule { by, against, threshold, rigour, stopped });
                } else {
                    barriers.flows.push(FlowRule { goods, by, against, rigour });
                }
            }
        }
    }

    /// The same of the scenario's rules on equipment. It comes from anywhere: the strictest and the most lenient count, each as far as its
    /// industry is as mature as any.
    fn on_equipment(&self, rules: &mut [EquipmentRule; MAX_STATES], geography: &Geography) {
        for against in geography.each_state() {
            let all = geography.others(against).map(|by| self.equipment[by]).fold(0.0, f64::max);
            let (mut most, mut least, mut stopped_up) = (0.0, 0.0, 0.0);
            for by in geography.others(against) {
                let (added, up) = (self.added(Goods::Equipment, by, against), self.stopped_up[by]);
                if all > 0.0 && (added != 0.0 || up != 0.0) {
                    let part = self.equipment[by] / all;
                    (most, least) = (f64::max(most, added * part), f64::min(least, added * part));
                    stopped_up = f64::max(stopped_up, up * part);
                }
            }
            let rule = &mut rules[against];
            if most > 0.0 && rule.stopped == 0.0 {
                (rule.rigour.leak, rule.largest_node_nm) = (self.plain.leak, self.plain.node_nm);
            }
            rule.rigour = rule.rigour.under(most + least, stopped_up);
            rule.stopped = rule.rigour.stopped();
        }
    }
}

/// Whatever decides what barriers stand.
#[derive(SystemParam)]
struct Grounds<'w> {
    controls: Res<'w, ExportControls>,
    timetable: Res<'w, Timetable>,
    clock: Res<'w, Clock>,
    geography: Res<'w, Geography>,
    stances: Res<'w, Stances>,
}

fn apply(
    grounds: Grounds,
    states: States<(&Levers, &Industry)>,
    mut barriers: ResMut<Barriers>,
    mut enforced: Local<PerState>,
) {
    let Grounds { controls, timetable, clock, geography, stances } = &grounds;
    let stopped_up = states.map(|(levers, _)| controls.enforcement_effect * levers.of(Lever::Enforcement));
    let same_effort = std::mem::replace(&mut *enforced, stopped_up) == stopped_up;
    let step = clock.step();
    if stances.any() || stopped_up.iter().any(|part| *part > 0.0) {
        let usual = ControlNumbers::default();
        let plain = ControlNumbers { leak: controls.leak_scale * usual.leak, ..usual };
        let equipment = states.map(|(_, industry)| industry.maturity);
        let pulled = Pulled { stances, scale: controls.strictness_scale, stopped_up, equipment, plain };
        let changed = stances.is_changed() || controls.is_changed() || timetable.is_changed() || barriers.is_changed();
        let rules = timetable.standing_in(step);
        if changed || !same_effort || !barriers.levered || timetable.change_in(step).is_some() {
            barriers.become_as(&rules);
            barriers.levered = true;
            pulled.on_flows(&mut barriers);
        } else {
            // Industries mature in every step.
            barriers.equipment = rules.equipment;
        }
        pulled.on_equipment(&mut barriers.equipment, geography);
    } else if barriers.levered {
        barriers.become_as(&timetable.standing_in(step));
    } else if let Some(changed) = timetable.change_in(step) {
        barriers.become_as(changed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        model::{Model, relations::Barrier, testing},
        scenario::{ControlSpec, Month, PolicySpec},
    };

    const US: StateId = StateId::new(0);
    const CHINA: StateId = StateId::new(1);
    const OTHER: StateId = StateId::new(2);

    fn month(text: &str) -> Month {
        text.parse().unwrap()
    }

    fn rule(name: &str, what: Goods, from: &str, to: Option<&str>, numbers: ControlNumbers) -> ControlSpec {
        let (from, to) = (Some(month(from)), to.map(month));
        ControlSpec {
            name: name.to_owned(),
            what,
            by: vec![US.place()],
            against: vec![CHINA.place()],
            from,
            by_chance: None,
            to,
            numbers,
        }
    }

    fn chips(from: &str, to: Option<&str>, threshold_h100e: f64, variant_h100e: f64) -> ControlSpec {
        rule(from, Goods::Chips, from, to, ControlNumbers { threshold_h100e, variant_h100e, ..Default::default() })
    }

    /// The barriers in a month of a world that starts in 2023-01.
    struct World(Timetable, Clock);

    impl World {
        fn new(rules: Vec<ControlSpec>, controls: &ExportControls) -> Self {
            let mut scenario = crate::baseline();
            scenario.time.start = month("2023-01");
            scenario.controls = rules;
            let clock = Clock::new(&scenario.time);
            let rules = Rulebook::new(&scenario, &clock);
            Self(Timetable::new(&rules.rules(&clock, controls), &clock, controls), clock)
        }

        fn in_month(&self, text: &str) -> Barriers {
            let step = self.1.step_of(month(text)).unwrap();
            (0..=step).rev().find_map(|step| self.0.change_in(step)).cloned().unwrap_or_default()
        }

        fn chip(&self, text: &str, performance: f64) -> Barrier {
            self.in_month(text).chips(US, CHINA, performance)
        }
    }

    fn stopped_by_default() -> f64 {
        0.8 * 0.75
    }

    #[test]
    fn a_rule_binds_its_own_flow_between_its_dates_above_its_threshold() {
        let world = World::new(vec![chips("2023-10", Some("2025-01"), 0.3, 0.1)], &ExportControls::default());
        assert_eq!(world.chip("2023-09", 1.0).stopped, 0.0);
        assert_eq!(world.chip("2023-10", 1.0).stopped, stopped_by_default());
        assert_eq!(world.chip("2024-12", 0.3).stopped, stopped_by_default());
        assert_eq!(world.chip("2024-12", 0.2), Barrier::default());
        assert_eq!(world.chip("2025-01", 1.0), Barrier::default());
        let barriers = world.in_month("2024-01");
        assert_eq!(barriers.chips(US, OTHER, 1.0), Barrier::default());
        assert_eq!(barriers.chips(OTHER, CHINA, 1.0), Barrier::default());
    }

    #[test]
    fn a_rule_keeps_the_leak_of_what_stopped_most_of_the_same_flow() {
        let of = |from: &str, to: Option<&str>, strictness: f64, leak: f64| {
            let numbers = ControlNumbers { strictness, leak, threshold_h100e: 0.3, ..Default::default() };
            rule(from, Goods::Chips, from, to, numbers)
        };
        let keeping = |from: &str, against: &[StateId]| {
            let mut rule = of(from, None, 0.8, 0.9);
            rule.numbers.keeps_leak = true;
            rule.against = against.iter().map(|state| state.place()).collect();
            rule
        };
        let leaked = |rules: Vec<ControlSpec>, against: StateId| {
            let barriers = World::new(rules, &ExportControls::default()).in_month("2024-06");
            // Hundredths.
            (barriers.chips(US, against, 1.0).leaked / 0.8 * 100.0).round()
        };
        // Of two that stood until it came the one that stops more, whatever they mean to stop; not one that stops nothing.
        let stood = || [("a", 0.9, 0.6), ("b", 0.6, 0.1), ("c", 0.0, 0.5), ("d", 1.0, 1.0)];
        let stood = || stood().map(|(_, strictness, leak)| of("2023-02", Some("2024-01"), strictness, leak)).to_vec();
        assert_eq!(leaked([stood(), vec![keeping("2024-01", &[CHINA])]].concat(), CHINA), 10.0);
        // One that keeps what another kept; but of one that had gone by then, or of another flow, it keeps nothing.
        let chain = vec![keeping("2024-01", &[CHINA]), keeping("2024-03", &[CHINA, OTHER])];
        assert_eq!(leaked([stood(), chain.clone()].concat(), CHINA), 10.0);
        assert_eq!(leaked([stood(), vec![keeping("2024-02", &[CHINA])]].concat(), CHINA), 90.0);
        assert_eq!(leaked([stood(), chain].concat(), OTHER), 90.0);
        // Equipment comes from anywhere, whoever denies it.
        let tools = |by: StateId, from: &str, leak: f64, keeps_leak: bool| {
            let numbers = ControlNumbers { leak, keeps_leak, ..Default::default() };
            ControlSpec { by: vec![by.place()], ..rule(from, Goods::Equipment, from, None, numbers) }
        };
        let rules = vec![tools(US, "2023-02", 0.2, false), tools(OTHER, "2024-01", 0.7, true)];
        let barriers = World::new(rules, &ExportControls::default()).in_month("2024-06");
        assert_eq!(barriers.equipment[CHINA].rigour.leak, 0.2);
    }

    #[test]
    fn variants_come_after_the_lag_and_from_rules_older_than_the_world() {
        // A800 and H800 under the first rules, H20 under the second.
        let rules = vec![chips("2022-10", None, 0.6, 0.5), chips("2023-10", None, 0.3, 0.15)];
        let world = World::new(rules, &ExportControls::default());
        let variant = |text| world.chip(text, 1.0).variant;
        assert_eq!(["2023-01", "2023-02", "2023-09"].map(variant), [0.0, 0.5, 0.5]);
        assert_eq!(["2023-10", "2024-01", "2024-02"].map(variant), [0.0, 0.0, 0.15]);
        assert_eq!(world.chip("2023-02", 0.4), Barrier::default(), "below the threshold no variant is needed");
    }

    #[test]
    fn a_variant_that_was_stopped_resumes_at_once() {
        // H20: sold from 2024, stopped in 2025-04, let through again in 2025-08.
        let rules = vec![chips("2023-10", None, 0.3, 0.15), chips("2025-04", Some("2025-08"), 0.1, 0.0)];
        let world = World::new(rules, &ExportControls::default());
        let variant = |text| world.chip(text, 1.0).variant;
        assert_eq!(["2025-03", "2025-04", "2025-07", "2025-08"].map(variant), [0.15, 0.0, 0.0, 0.15]);
        // A limit that is lifted needs a new design; until then the old one is shipped.
        let rules = vec![chips("2023-10", Some("2025-01"), 0.3, 0.15), chips("2023-10", None, 0.6, 0.5)];
        let world = World::new(rules, &ExportControls::default());
        let variant = |text| world.chip(text, 1.0).variant;
        assert_eq!(["2024-12", "2025-01", "2025-04", "2025-05"].map(variant), [0.15, 0.15, 0.15, 0.5]);
    }

    #[test]
    fn of_several_rules_the_strictest_counts() {
        let strict =
            |strictness| ControlNumbers { strictness, leak: 0.0, node_nm: 10.0 * strictness, ..Default::default() };
        let both =
            |what| vec![rule("a", what, "2023-02", None, strict(0.4)), rule("b", what, "2023-03", None, strict(0.9))];
        for (what, seen) in [
            (Goods::Chips, (|b| b.chips(US, CHINA, 1.0).stopped) as fn(&Barriers) -> f64),
            (Goods::Equipment, |b| b.equipment(CHINA, 4.0)),
            (Goods::Memory, |b| b.memory[US][CHINA]),
        ] {
            let world = World::new(both(what), &ExportControls::default());
            let seen = ["2023-01", "2023-02", "2023-03"].map(|text| seen(&world.in_month(text)));
            assert_eq!(seen, [0.0, 0.4, 0.9], "{what:?}");
        }
    }

    #[test]
    fn scales_move_every_rule_and_stop_at_1() {
        let stopped = |strictness_scale, leak_scale| {
            let controls = ExportControls { strictness_scale, leak_scale, ..Default::default() };
            World::new(vec![chips("2023-01", None, 0.3, 0.0)], &controls).chip("2023-01", 1.0).stopped
        };
        assert_eq!([stopped(0.0, 1.0), stopped(0.5, 0.0), stopped(2.0, 0.0), stopped(1.0, 8.0)], [0.0, 0.4, 1.0, 0.0]);
    }

    /// The barriers after so many months of a world with these rules, in which the first state pulls these levers.
    fn levered(rules: Vec<ControlSpec>, levers: &[(Lever, f64)], months: u32) -> Barriers {
        let mut scenario = crate::baseline();
        scenario.controls = rules;
        scenario.policies = levers
            .iter()
            .map(|(lever, value)| PolicySpec {
                against: if lever.is_aimed() { vec![CHINA.place()] } else { Vec::new() },
                from: Some(scenario.time.start.plus(1)),
                to: Some(scenario.time.start.plus(3)),
                ..testing::policy(lever.word(), US.place(), *lever, *value)
            })
            .collect();
        let mut simulation = Model::standard().simulate(&scenario).unwrap();
        testing::live(&mut simulation, months);
        simulation.world().resource::<Barriers>().clone()
    }

    #[test]
    fn a_lever_adds_to_rules_or_lifts_them_and_they_come_back_when_it_goes() {
        let rules = || vec![chips("2022-10", None, 0.3, 0.1)];
        let stopped = |levers: &[(Lever, f64)], months| levered(rules(), levers, months).chips(US, CHINA, 1.0).stopped;
        assert_eq!(stopped(&[(Lever::Control, 0.1)], 1), 0.8 * 0.75);
        assert!((stopped(&[(Lever::Control, 0.1)], 2) - 0.9 * 0.75).abs() < 1e-15);
        assert_eq!(stopped(&[(Lever::Control, -1.0)], 2), 0.0);
        assert_eq!(stopped(&[(Lever::Control, -1.0)], 4), 0.8 * 0.75);
        assert!((stopped(&[(Lever::Enforcement, 1.0)], 2) - 0.8 * (1.0 - 0.25 * 0.4)).abs() < 1e-15);
    }

    #[test]
    fn where_no_rule_stands_a_lever_makes_one() {
        let barriers = levered(Vec::new(), &[(Lever::Control, 0.5)], 2);
        assert_eq!(barriers.chips(US, CHINA, 1.0), Barrier { stopped: 0.5 * 0.75, leaked: 0.5 * 0.25, variant: 0.0 });
        assert_eq!(barriers.chips(US, OTHER, 1.0), Barrier::default());
        assert_eq!(barriers.memory[US][CHINA], 0.5 * 0.75);
        assert_eq!(barriers.stopped(Goods::Models, US, CHINA), 0.5 * 0.75);
        // Its own industry is far from the most mature.
        assert!((0.01..0.3).contains(&barriers.equipment(CHINA, 5.0)) && barriers.equipment(US, 5.0) == 0.0);
    }

    #[test]
    fn a_run_has_the_barriers_of_its_month_and_none_after_a_reset() {
        let mut scenario = crate::baseline();
        scenario.controls = vec![chips("2023-03", None, 0.3, 0.0)];
        let mut simulation = Model::standard().simulate(&scenario).unwrap();
        testing::live(&mut simulation, 2);
        assert_eq!(*simulation.world_mut().resource::<Barriers>(), Barriers::default());
        simulation.world_mut().resource_mut::<Clock>().advance();
        testing::live(&mut simulation, 1);
        assert_eq!(simulation.world_mut().resource::<Barriers>().chips.len(), 1);
        simulation.reset(crate::model::Seed { master: 1, replicate: 0 });
        assert_eq!(*simulation.world_mut().resource::<Barriers>(), Barriers::default());
    }

    #[test]
    fn at_their_null_export_controls_are_absent() {
        let mut scenario = crate::baseline();
        scenario.time.months = 8;
        scenario.controls = [Goods::Chips, Goods::Equipment, Goods::Memory]
            .map(|what| rule(what.word(), what, "2023-02", None, ControlNumbers::default()))
            .into();
        testing::assert_null_is_absent(&scenario, "export_controls");
    }
}
