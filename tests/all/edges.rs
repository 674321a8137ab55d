//! Worlds at the edge of what a config allows: they run, and what is empty stays empty.

use redqueen::{
    measure::record::{Record, Trajectory},
    model::{Model, Seed},
    scenario::{Source, load},
};

fn of(text: &str) -> Trajectory {
    let source = Source::Text { name: "edge.toml".to_owned(), text: text.to_owned() };
    let scenario = load(&source, &[], Model::standard().catalogue()).unwrap().scenario;
    Model::standard().simulate(&scenario).unwrap().run(Seed { master: 1, replicate: 0 }, Record::ALL).unwrap()
}

const START: &str = "name = \"edge\"\n[time]\nstart = \"2023-01\"\nmonths = 30\n";

fn world(rest: &str) -> Trajectory {
    of(&format!("{START}{rest}"))
}

#[test]
fn one_state_without_firms_grows_along_its_trend() {
    let trajectory = world("[[states]]\nname = \"A\"\ngrowth_per_year = 0.03\n");
    let last = trajectory.world.last().unwrap();
    assert_eq!((last.firms, last.entries, last.frontier_capability), (0, 0, None));
    assert_eq!((last.frontier_rating, last.gap_rating, trajectory.outcomes.frontier_gain_per_year), (None, None, None));
    assert!((last.output / 1000.0 - redqueen::maths::exp(0.03 * 2.5)).abs() < 1e-9);
    assert!(trajectory.firms.is_empty() && trajectory.releases.is_empty());
    // What nobody has is no zero.
    assert_eq!((last.open_share, last.firm_hhi, last.largest_share, last.effective_firms), (None, None, None, None));
    assert_eq!((last.hill_diversity, last.usage_covariance), (None, None));
    let state = trajectory.states.last().unwrap();
    assert_eq!((state.progress, state.selection, state.learning, state.turnover), (None, None, None, None));
    assert_eq!((state.usage_covariance, state.safety_effort, state.trust_abroad), (None, None, None));
    assert_eq!((state.usage_share, state.home_share, state.open_share), (None, None, None));
    assert_eq!((state.self_sufficiency, state.self_sufficiency_design, state.compute_running), (None, None, None));
    let stages = [state.self_sufficiency_logic, state.self_sufficiency_packaging, state.self_sufficiency_memory];
    assert_eq!(stages, [None; 3]);
    let of_sides = &trajectory.outcomes;
    assert_eq!((of_sides.self_sufficiency_leader_end, of_sides.self_sufficiency_follower_end), (None, None));
    let outcomes = &trajectory.outcomes;
    assert_eq!((outcomes.open_share_end, outcomes.firm_hhi_end, outcomes.effective_firms_end), (None, None, None));
    assert_eq!((outcomes.largest_share_max, outcomes.survivor_age_mean), (None, None));
    assert_eq!((outcomes.third_countries_leader_end, outcomes.adoption_third_countries_end), (None, None));
}

#[test]
fn a_market_that_shuts_everybody_out_stays_empty() {
    let trajectory = world(
        "[[states]]\nname = \"A\"\n[[states]]\nname = \"B\"\nclosed_to = [\"A\"]\n\
         [[firms]]\nname = \"Acme\"\nstate = \"A\"\nopen = false\n",
    );
    let last = trajectory.states.last().unwrap();
    assert_eq!((&*last.state, last.home_share, last.open_share), ("B", None, None));
    let market_of_a = trajectory.states.iter().rev().find(|row| &*row.state == "A").unwrap();
    assert_eq!((market_of_a.home_share, market_of_a.open_share, last.usage_share), (Some(1.0), Some(0.0), Some(0.0)));
    // Half of the world's use goes to nobody.
    assert!((trajectory.world.last().unwrap().largest_share.unwrap() - 0.5).abs() < 0.05);
}

#[test]
fn a_firm_without_users_in_a_market_stays_out_of_it() {
    let trajectory = world(
        "[[states]]\nname = \"A\"\n[[states]]\nname = \"B\"\n\
         [[firms]]\nname = \"Acme\"\nstate = \"A\"\nopen = false\nusage_home = 0\n\
         [[firms]]\nname = \"Bolt\"\nstate = \"A\"\nopen = true\n",
    );
    for row in trajectory.firms.iter().filter(|row| &*row.firm == "Acme") {
        assert!(row.home_share == 0.0 && row.usage_share > 0.0, "{row:?}");
    }
}
