use super::{
    super::{about::*, sheet::Paper},
    *,
};
use crate::{
    report::{Language, results::ScenarioResults, stat::Stat},
    scenario::Month,
};
use std::collections::BTreeMap;

fn month(at: u32) -> Month {
    Month::new(2023, 1).unwrap().plus(at)
}

fn series(values: impl IntoIterator<Item = (u32, f64)>, n: u32) -> Vec<Stat> {
    let stat = |(at, value): (u32, f64)| Stat { date: month(at), n, mean: value, quantiles: [value; 5], luck: None };
    values.into_iter().map(stat).collect()
}

/// A scenario of ten runs and 24 months: two firms that change places after a year, and one that leaves.
fn scenario() -> ScenarioResults {
    let mut scenario = ScenarioResults { name: "base".into(), runs: 10, ..ScenarioResults::default() };
    let of = |entities: &[(&str, Vec<Stat>)]| -> BTreeMap<String, Vec<Stat>> {
        entities.iter().map(|(name, stats)| ((*name).to_owned(), stats.clone())).collect()
    };
    let all = 0..24;
    let rating = of(&[
        ("Alpha", series(all.clone().map(|at| (at, 1000.0)), 10)),
        ("Beta", series(all.clone().map(|at| (at, 900.0 + 20.0 * f64::from(at))), 10)),
        ("Gone", series((0..12).map(|at| (at, 800.0)), 10)),
    ]);
    let share = |value: f64| series(all.clone().map(|at| (at, value)), 10);
    scenario.series.insert(("firms", "rating"), rating);
    scenario.series.insert(("firms", "open"), of(&[("Alpha", share(0.0)), ("Beta", share(1.0)), ("Gone", share(0.0))]));
    scenario.series.insert(("firms", "usage_share"), of(&[("Alpha", share(0.5)), ("Beta", share(0.3))]));
    scenario.series.insert(
        ("fabs", "capacity"),
        of(&[("Plant", series([(0, 1.0), (23, 3.0)], 10)), ("Works", series([(0, 3.0), (23, 1.0)], 10))]),
    );
    scenario
}

fn about() -> About {
    let firm = |name: &str, state: &str| Firm { name: name.into(), state: state.into(), open: false };
    let fab = |name: &str, state: &str| Located { name: name.into(), state: state.into(), stage: "logic".into() };
    let act = |name: &str, from: Option<u32>, to: Option<u32>| Act {
        name: name.into(),
        from: from.map(month),
        to: to.map(month),
        ..Act::default()
    };
    About {
        comparison: Some(ComparedStates { leader: "US".into(), follower: "China".into() }),
        firms: vec![firm("Alpha", "US"), firm("Beta", "China"), firm("Gone", "US")],
        fabs: vec![fab("Plant", "US"), fab("Works", "Taiwan")],
        policies: vec![act("Subsidy", Some(6), Some(12)), act("Over before", None, Some(0))],
        shocks: vec![
            Act { months: Some(3), ..act("Blockade", Some(10), None) },
            Act { months: Some(3), ..act("By chance", None, None) },
        ],
        ..About::default()
    }
}

fn drawn(name: &str) -> (String, String) {
    let (scenario, about) = (scenario(), about());
    let mut view = View::of(&scenario, &about, String::new(), Language::default()).unwrap();
    let mut on = |paper| {
        view.paper = paper;
        let (_, svg, _) = six(&view).find(|(of, ..)| *of == name).unwrap();
        svg.standalone()
    };
    (on(Paper::of(false)), on(Paper::of(true)))
}

#[test]
fn firms_stand_in_order_and_one_that_leaves_is_marked() {
    let (wide, narrow) = drawn("leaderboard");
    for svg in [&wide, &narrow] {
        assert!(svg.contains(">1 Beta</text>") && svg.contains(">2 Alpha</text>"), "{svg}");
        assert!(svg.contains("Gone is gone after 2023-12"));
    }
    // Beta publishes weights and Alpha does not.
    let of = |firm: &str| {
        let from = wide.find(&format!("<g><title>{firm}</title>")).unwrap();
        wide[from..from + wide[from..].find("</g>").unwrap()].contains("stroke-dasharray")
    };
    assert!(of("Beta") && !of("Alpha"));
}

#[test]
fn a_narrow_picture_is_as_wide_as_a_telephone() {
    let (wide, narrow) = drawn("usage_shares");
    assert!(wide.contains("width=\"960\"") && narrow.contains("width=\"420\""));
    assert!(wide.contains(">Other firms 20 %</text>") && wide.contains(">Alpha 50 %</text>"), "{wide}");
}

#[test]
fn stages_are_shares_of_states_and_say_how_much_there_is() {
    let (wide, _) = drawn("chip_chain");
    assert!(wide.contains("from 4.00 to 4.00 k wafers a month"), "{wide}");
    assert!(wide.contains(">Taiwan</text>") && wide.contains(">US</text>"));
}

#[test]
fn what_a_scenario_does_is_on_the_strip_as_long_as_it_acts() {
    let (scenario, about) = (scenario(), about());
    let view = View::of(&scenario, &about, String::new(), Language::default()).unwrap();
    let svg = view.timeline().unwrap().0.standalone();
    assert!(svg.contains("Subsidy: 2023-07 to 2023-12") && svg.contains("Blockade: 2023-11 to 2024-01"), "{svg}");
    assert!(!svg.contains("Over before") && !svg.contains("By chance"));
    assert_eq!(view.shading(), " Shaded: Blockade.");
    let mut off = self::about();
    off.mechanisms = serde_json::json!({"policy": {"enabled": false}});
    let view = View::of(&scenario, &off, String::new(), Language::default()).unwrap();
    let svg = view.timeline().unwrap().0.standalone();
    assert!(svg.contains("Blockade: ") && !svg.contains("Subsidy"), "what is off acts on nothing: {svg}");
}
