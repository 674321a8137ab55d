//! Tests of what a config says about fabs, accelerators, controls, shocks, policies, safety and trust.

use super::{
    Choice, Goods, Indicator, Lever, MAX_ACCELERATORS, MAX_FABS, SafetyRule, Scenario, Stage, load,
    load::tests::{SMALL, catalogue, text},
    schema::scenario_schema,
};

/// Goes after `SMALL`.
pub(crate) const SUPPLY: &str = r#"
    [[fabs]]
    name = "N4"
    state = "EU"
    owner = "TSMC"
    stage = "logic"
    capacity_kwpm = 12.5
    [[fabs]]
    name = "CoWoS"
    state = "EU"
    stage = "packaging"
    enters = "2023-03"
    [[fabs]]
    name = "Icheon"
    state = "EU"
    stage = "memory"
    enters = "2022-03"
    [[accelerators]]
    name = "H100"
    state = "US"
    logic = { N4 = 0.75 }
    packaging = { CoWoS = 1 }
    memory = { Icheon = 0.5 }
    sales = { US = 3, EU = 0.5 }
    leaves = "2023-04"
    [[accelerators]]
    name = "Ascend"
    state = "China"
    enters = "2023-02"
    logic = { N4 = 0.25 }
    packaging = { CoWoS = 0 }
    stacks_per_package = 0
    [[controls]]
    name = "Chips 2022"
    what = "chips"
    by = ["US", "EU", "US"]
    against = ["China"]
    from = "2022-10"
    to = "2023-05"
    leak = 0.5
    [[shocks]]
    name = "Blockade"
    location = "EU"
    stages = ["packaging", "logic"]
    between = ["US", "China"]
    hazard_per_year = 0.02
    [[policies]]
    name = "Subsidy"
    state = "US"
    lever = "chip_subsidy"
    value = 50
    from = "2022-08"
    to = "2027-01"
    [[policies]]
    name = "Brake"
    state = "EU"
    lever = "safety_floor"
    indicator = "damage"
    gain = -2
    from = "2023-06"
"#;

fn read(whole: &str, overrides: &[&str]) -> Result<Scenario, String> {
    let overrides: Vec<String> = overrides.iter().map(|&each| each.to_owned()).collect();
    load(&text(whole), &overrides, &catalogue()).map(|loaded| loaded.scenario).map_err(|errors| errors.to_string())
}

fn full(overrides: &[&str]) -> Result<Scenario, String> {
    read(&format!("{SMALL}{SUPPLY}"), overrides)
}

/// What is said of `SMALL` and `SUPPLY` with `more` after them.
fn said(more: &str) -> String {
    read(&format!("{SMALL}{SUPPLY}{more}"), &[]).unwrap_err()
}

fn month(text: &str) -> Option<super::Month> {
    Some(text.parse().unwrap())
}

#[test]
fn fabs_and_accelerators_are_read_sorted() {
    let scenario = full(&[]).unwrap();
    let fabs: Vec<_> = scenario.fabs.iter().map(|fab| (fab.name.as_str(), fab.stage, fab.enters)).collect();
    let cowos = ("CoWoS", Stage::Packaging, month("2023-03"));
    assert_eq!(fabs, [cowos, ("Icheon", Stage::Memory, None), ("N4", Stage::Logic, None)]);
    assert_eq!((scenario.fabs[2].owner.as_str(), scenario.fabs[2].numbers.capacity_kwpm), ("TSMC", 12.5));
    let [ascend, h100] = scenario.accelerators.as_slice() else { panic!("two") };
    assert_eq!(h100.contracts, [vec![(2, 0.75)], vec![(0, 1.0)], vec![(1, 0.5)]]);
    assert_eq!(h100.sales, [0.0, 0.5, 3.0], "states that are not named get nothing");
    assert_eq!((h100.enters, h100.leaves), (None, month("2023-04")));
    assert_eq!(ascend.contracts[2], []);
    assert_eq!(ascend.sales, [1.0; 3], "without the table all count the same");
    assert_eq!(ascend.enters, month("2023-02"));
}

#[test]
fn controls_shocks_and_policies_are_read() {
    let scenario = full(&[]).unwrap();
    let control = &scenario.controls[0];
    assert_eq!((control.what, &control.by[..], &control.against[..]), (Goods::Chips, &[1, 2][..], &[0][..]));
    assert_eq!((control.from, control.to, control.numbers.leak), (month("2022-10"), month("2023-05"), 0.5));
    let shock = &scenario.shocks[0];
    assert_eq!((shock.location, shock.stages, shock.from), (1, [true, true, false], None));
    assert_eq!((shock.between, shock.numbers.hazard_per_year), (Some((0, 2)), 0.02));
    let [brake, subsidy] = scenario.policies.as_slice() else { panic!("two") };
    assert_eq!(
        (brake.lever, brake.indicator, brake.from),
        (Lever::SafetyFloor, Some(Indicator::Damage), month("2023-06"))
    );
    assert_eq!((subsidy.lever, subsidy.indicator, subsidy.numbers.value), (Lever::ChipSubsidy, None, 50.0));
    assert_eq!((subsidy.from, subsidy.to), (None, month("2027-01")), "it is in force from the start");
}

#[test]
fn firms_choose_a_safety_rule_and_borders_can_have_trust() {
    let scenario =
        full(&["firms.OpenAI.safety=race", "borders.EU-US.trust=0.6", "borders.US-China.trust=0.1"]).unwrap();
    let rules: Vec<_> = scenario.firms.iter().map(|firm| firm.safety).collect();
    assert_eq!(rules, [SafetyRule::Fixed, SafetyRule::Race]);
    let borders: Vec<_> = scenario.borders.iter().map(|b| (b.between, b.openness, b.trust)).collect();
    assert_eq!(borders, [((0, 2), 0.3, 0.1), ((1, 2), 1.0, 0.6)]);
    assert!(said("[[borders]]\nbetween = ['EU', 'US']").contains("the border has neither `openness` nor `trust`"));
    assert!(full(&["borders.EU-US.openness=1", "borders.EU-US.trust=0"]).unwrap().borders.len() == 1);
}

#[test]
fn a_full_scenario_reads_back_as_the_same() {
    let scenario = full(&[
        "firms.OpenAI.safety=imitate",
        "borders.EU-US.trust=0.6",
        "shocks.Blockade.hazard_per_year=0",
        "shocks.Blockade.from=2024-01",
    ])
    .unwrap();
    let json = scenario.to_json();
    assert_eq!(read(&toml::to_string(&json).unwrap(), &[]).unwrap(), scenario);
    let schema = scenario_schema(&catalogue());
    assert!(jsonschema::is_valid(&schema, &json), "{:?}", jsonschema::validate(&schema, &json));
}

#[test]
fn the_schema_knows_keys_and_words() {
    let schema = scenario_schema(&catalogue());
    assert!(jsonschema::meta::is_valid(&schema));
    let valid = |text: &str| jsonschema::is_valid(&schema, &toml::from_str::<serde_json::Value>(text).unwrap());
    assert!(valid(&format!("{SMALL}{SUPPLY}")));
    for wrong in [
        "[[fabs]]\nname = 'A'\nstage = 'logik'",
        "[[fabs]]\nname = 'A'\ncapacity = 1",
        "[[accelerators]]\nname = 'A'\nlogic = { N4 = 2 }",
        "[[accelerators]]\nname = 'A'\nsales = { US = -1 }",
        "[[controls]]\nname = 'A'\nagainst = []",
        "[[controls]]\nname = 'A'\nwhat = 'food'",
        "[[shocks]]\nname = 'A'\nstages = []",
        "[[shocks]]\nname = 'A'\nbetween = ['US']",
        "[[policies]]\nname = 'A'\nindicator = 'mood'",
        "[[policies]]\nlever = 'power'",
        "[[firms]]\nname = 'A'\nsafety = 'none'",
        "[[borders]]\nbetween = ['A', 'B']\ntrust = 2",
    ] {
        assert!(!valid(wrong), "{wrong}");
    }
}

#[test]
fn overrides_and_removals_work_as_for_firms() {
    let scenario = full(&[
        "fabs.N4.capacity_kwpm=20",
        "accelerators.Ascend.remove=true",
        "accelerators.H100.logic.N4=1",
        "controls.\"Chips 2022\".strictness=1",
        "shocks.Blockade.remove=true",
        "policies.Subsidy.value=0",
    ])
    .unwrap();
    assert_eq!(scenario.fabs[2].numbers.capacity_kwpm, 20.0);
    assert_eq!(scenario.accelerators.len(), 1);
    assert_eq!(scenario.accelerators[0].contracts[0], [(2, 1.0)]);
    assert_eq!(scenario.controls[0].numbers.strictness, 1.0);
    assert!(scenario.shocks.is_empty());
    assert_eq!(scenario.policies[1].numbers.value, 0.0);
}

#[test]
fn errors_name_the_flag() {
    for (flag, message) in [
        ("policies.Brak.value=1", "unknown policy `Brak`, did you mean `Brake`?"),
        ("fabs.N5.node_nm=1", "unknown fab `N5`, did you mean `N4`?"),
        ("accelerators.H10.power_kw=1", "unknown accelerator `H10`, did you mean `H100`?"),
        ("controls.x.leak=1", "unknown control `x`"),
        ("shocks.Blokade.months=1", "unknown shock `Blokade`, did you mean `Blockade`?"),
        (
            "fabs.N4.stage=logik",
            "`stage` must be one of `logic`, `packaging`, `memory`, not the text \"logik\", did you",
        ),
        ("fabs.N4.stage=3", "`stage` must be one of `logic`, `packaging`, `memory`, not 3"),
        ("fabs.N4.owner==x", "`owner` must not start with '='"),
        ("fabs.N4.state=Mars", "unknown state `Mars`"),
        ("accelerators.Ascend.leaves=2023-01", "`leaves` must be after `enters`: 2023-01 is not after 2023-02"),
        ("accelerators.H100.logic.N5=0.1", "unknown fab `N5`, did you mean `N4`?"),
        ("accelerators.H100.logic.CoWoS=0.1", "the fab `CoWoS` has the stage `packaging`, not `logic`"),
        ("accelerators.H100.logic.N4=1.5", "`N4` must be a number from 0 to 1, not 1.5"),
        ("accelerators.H100.logic=1", "`logic` must be a table of shares by fab, not 1"),
        ("accelerators.H100.sales=1", "`sales` must be a table of weights by state, not 1"),
        ("accelerators.H100.sales.USA=1", "unknown state `USA`"),
        ("accelerators.H100.sales.US=-1", "`US` must be a number from 0 to 1000000, not -1"),
        (
            "controls.\"Chips 2022\".what=chip",
            "`what` must be one of `chips`, `equipment`, `memory`, `materials`, `rental`, `models`, not the text",
        ),
        ("controls.\"Chips 2022\".against=[]", "`against` names no state"),
        ("controls.\"Chips 2022\".to=2022-10", "`to` must be after `from`: 2022-10 is not after 2022-10"),
        ("shocks.Blockade.stages=[]", "`stages` names no stage"),
        ("shocks.Blockade.stages=['fab']", "`stages` must be one of"),
        ("shocks.Blockade.between=['US','US']", "`between` must be a list of two different states"),
        ("shocks.Blockade.between=['US']", "`between` must be a list of two different states"),
        ("policies.Brake.lever=safety", "`lever` must be one of"),
        ("policies.Brake.cap=2", "`cap` of the lever `safety_floor` must be from 0 to 1, not 2"),
        ("policies.Brake.value=1.5", "`value` of the lever `safety_floor` must be from 0 to 1, not 1.5"),
        ("policies.Brake.to=2023-06", "`to` must be after `from`"),
        ("policies.Subsidy.gain=0", "`gain` has no effect without `indicator`"),
        ("policies.Subsidy.delay_months=2", "`delay_months` has no effect without `indicator`"),
        (
            "firms.OpenAI.safety=rase",
            "`safety` must be one of `fixed`, `race`, `imitate`, not the text \"rase\", did you",
        ),
        ("borders.US-China.trust=2", "`trust` must be a number from 0 to 1, not 2"),
    ] {
        let error = full(&[flag]).unwrap_err();
        assert!(error.contains(&format!("--set {flag}: {message}")), "{error}");
    }
}

#[test]
fn what_must_be_there_is_missed() {
    for (more, message) in [
        ("[[fabs]]\nname = 'A'\nstate = 'US'", "the fab \"A\" has no `stage`"),
        ("[[fabs]]\nname = 'A'\nstage = 'logic'", "the fab \"A\" has no `state`"),
        ("[[accelerators]]\nname = 'A'\nstate = 'US'", "the accelerator \"A\" has no contract in `logic`"),
        ("[[accelerators]]\nname = 'A'\nstate = 'US'\npackaging = {}", "\"A\" has no contract in `packaging`"),
        ("[[accelerators]]\nname = 'A'\nstate = 'US'", "\"A\" has no contract in `memory`"),
        ("[[controls]]\nname = 'A'\nwhat = 'chips'", "the control \"A\" has no `by`"),
        ("[[controls]]\nname = 'A'\nwhat = 'memory'", "the control \"A\" has no `by`"),
        ("[[controls]]\nname = 'A'", "the control \"A\" has no `what`"),
        ("[[controls]]\nname = 'A'", "the control \"A\" has no `against`"),
        ("[[controls]]\nname = 'A'", "the control \"A\" has no `from`"),
        ("[[shocks]]\nname = 'A'", "the shock \"A\" has no `location`"),
        ("[[policies]]\nname = 'A'", "the policy \"A\" has no `lever`"),
        ("[[policies]]\nname = 'A'", "the policy \"A\" has no `state`"),
    ] {
        let said = said(more);
        assert!(said.contains(message), "{message}: {said}");
    }
    let equipment = "[[controls]]\nname = 'A'\nwhat = 'equipment'\nagainst = ['China']\nfrom = '2030-01'";
    assert!(read(&format!("{SMALL}{equipment}"), &[]).unwrap().controls[0].by.is_empty());
}

#[test]
fn what_contradicts_itself_is_refused() {
    let both = said("[[controls]]\nname = 'A'\nwhat = 'chips'\nby = ['US', 'EU']\nagainst = ['EU']\nfrom = '2023-01'");
    assert!(both.contains("a state cannot stand in both `by` and `against`"), "{both}");
    let dated = said("[[shocks]]\nname = 'A'\nlocation = 'EU'\nfrom = '2024-01'\nhazard_per_year = 0.1");
    assert!(dated.contains("a dated shock has no hazard"), "{dated}");
    let left = full(&["accelerators.Ascend.leaves=2023-02"]).unwrap_err();
    assert!(left.contains("`leaves` must be after `enters`: 2023-02 is not after 2023-02"), "{left}");
    assert!(full(&["shocks.Blockade.from=2024-01", "shocks.Blockade.hazard_per_year=0"]).is_ok());
}

#[test]
fn what_comes_by_chance_has_a_window_and_no_date() {
    let rule = "[[controls]]\nname = 'A'\nwhat = 'chips'\nby = ['US']\nagainst = ['EU']\n";
    let policy = "[[policies]]\nname = 'A'\nstate = 'US'\nlever = 'talent'\nvalue = 0.1\n";
    for start in [rule, policy] {
        let with = |keys: &str| read(&format!("{SMALL}{SUPPLY}{start}{keys}"), &[]);
        let scenario = with("earliest = '2023-03'\nlatest = '2023-03'\nhazard_per_year = 0.5").unwrap();
        let control = scenario.controls.iter().find(|each| each.name == "A").map(|each| (each.from, each.by_chance));
        let pulled = scenario.policies.iter().find(|each| each.name == "A").map(|each| (each.from, each.by_chance));
        let (from, window) = control.or(pulled).unwrap();
        let window = window.unwrap();
        assert_eq!((from, Some(window.earliest), window.latest), (None, month("2023-03"), month("2023-03")));
        let json = scenario.to_json();
        assert_eq!(read(&toml::to_string(&json).unwrap(), &[]).unwrap(), scenario);
        assert!(jsonschema::is_valid(&scenario_schema(&catalogue()), &json));
        for (keys, message) in [
            ("earliest = '2023-03'\nfrom = '2023-03'", "what has a date does not come by chance"),
            (
                "earliest = '2023-03'\nlatest = '2023-02'",
                "`latest` must not be before `earliest`: 2023-02 is before 2023-03",
            ),
            ("from = '2023-03'\nlatest = '2023-04'", "`latest` has no effect without `earliest`"),
            ("from = '2023-03'\nhazard_per_year = 1", "`hazard_per_year` has no effect without `earliest`"),
            ("earliest = '2023-03'\nhazard_per_year = -1", "hazard_per_year"),
            ("earliest = 'March'", "earliest"),
        ] {
            let said = with(keys).unwrap_err();
            assert!(said.contains(message) && said.starts_with("test.toml:"), "{message}: {said}");
        }
    }
    assert!(said(rule).contains("the control \"A\" has no `from`"));
}

#[test]
fn a_layer_gives_a_date_in_place_of_chance_and_chance_in_place_of_a_date() {
    let policy = "[[policies]]\nname = 'A'\nstate = 'US'\nlever = 'talent'\nvalue = 0.1\n";
    let with = |keys: &str, overrides: &[&str]| {
        let overrides: Vec<String> = overrides.iter().map(|each| format!("policies.A.{each}")).collect();
        let overrides: Vec<&str> = overrides.iter().map(String::as_str).collect();
        read(&format!("{SMALL}{SUPPLY}{policy}{keys}"), &overrides)
    };
    let of = |scenario: Scenario| scenario.policies.into_iter().find(|each| each.name == "A").unwrap();
    let chance = "earliest = '2023-03'\nlatest = '2023-05'\nhazard_per_year = 0.5\nhazard_cv = 1.0";
    assert_eq!(of(with(chance, &["from=2023-04"]).unwrap()), of(with("from = '2023-04'", &[]).unwrap()));
    let (by_chance, dated) = (["earliest=2023-03", "hazard_per_year=0.5"], "from = '2023-04'");
    let chance = "earliest = '2023-03'\nhazard_per_year = 0.5";
    assert_eq!(of(with(dated, &by_chance).unwrap()), of(with(chance, &[]).unwrap()));
    // Nobody has said which of two counts, and numbers of chance alone do not make it chance, nor a window.
    for both in [["earliest=2023-04", "from=2023-05"], ["from=2023-05", "latest=2023-06"]] {
        let said = with(chance, &both).unwrap_err();
        assert!(said.contains("are both set: what has a date does not come by chance"), "{said}");
    }
    let window = with(dated, &["earliest=2023-03"]).unwrap_err();
    assert!(window.contains("needs its `hazard_per_year`"), "{window}");
    let alone = with(dated, &["hazard_cv=1"]).unwrap_err();
    assert!(alone.contains("`hazard_cv` has no effect without `earliest`"), "{alone}");
}

#[test]
fn dated_facts_end_where_a_config_says() {
    let events = "[[events]]\ndate = '2023-02'\nkind = 'a'\n[[events]]\ndate = '2023-05'\nkind = 'b'\n";
    let with = |overrides: &[&str]| read(&format!("{SMALL}{SUPPLY}{events}"), overrides).unwrap();
    let dates =
        |scenario: &Scenario| scenario.events.iter().map(|event| event.date.to_string()).collect::<Vec<_>>().join(" ");
    // `SMALL` has one of each month too.
    let first = "2023-02";
    let all = dates(&with(&[]));
    // Its own limit holds for what it extends alone.
    let own = format!("events_until = '2022-01'\n{SMALL}{SUPPLY}{events}");
    assert_eq!(dates(&read(&own, &[]).unwrap()), all);
    let some = with(&["events_until=2023-02"]);
    assert_eq!((all, dates(&some)), ([first, first, "2023-05", "2023-05"].join(" "), [first, first].join(" ")));
    assert_eq!(read(&toml::to_string(&some.to_json()).unwrap(), &[]).unwrap(), some);
    let wrong = read(&format!("{SMALL}{SUPPLY}{events}"), &["events_until=May"]).unwrap_err();
    assert!(wrong.contains("`events_until` must be"), "{wrong}");
}

#[test]
fn it_is_warned_of_what_can_never_come() {
    let remark = |keys: &str, with: &str| {
        let policy = "[[policies]]\nname = 'A'\nstate = 'US'\nlever = 'talent'\nvalue = 0.1\n";
        let scenario = read(&format!("{SMALL}{SUPPLY}{policy}{keys}"), &[]).unwrap();
        let remark = scenario.remark("policies", "A").unwrap();
        assert!(remark.contains(with), "{with}: {remark}");
    };
    remark("earliest = '2023-03'\nhazard_per_year = 0", "never comes: its `hazard_per_year` is 0");
    remark(
        "earliest = '2020-03'\nlatest = '2020-04'\nhazard_per_year = 1",
        "never comes: the world begins after 2020-04",
    );
    remark("earliest = '2023-03'\nto = '2023-03'\nhazard_per_year = 1", "it ends in 2023-03, before it can begin");
    let late = "earliest = '2023-03'\nlatest = '2023-06'\nto = '2023-05'\nhazard_per_year = 1";
    remark(late, "if it comes from then on to 2023-06, it has no effect");
    remark("earliest = '2400-01'\nhazard_per_year = 1", "the world ends before 2400-01");
}

#[test]
fn a_fab_cannot_be_booked_twice() {
    let error = full(&["accelerators.Ascend.logic.N4=0.3"]).unwrap_err();
    let expected = "--set accelerators.Ascend.logic.N4=0.3: in 2023-02 the accelerators book 1.05 of the fab `N4`";
    assert!(error.starts_with(expected), "{error}");
    let after = ["accelerators.Ascend.logic.N4=1", "accelerators.Ascend.enters=2023-04"];
    assert!(full(&after).is_ok(), "it enters when the other leaves");
    // An accelerator that left before the world starts books nothing.
    let late = ["accelerators.Ascend.logic.N4=1", "time.start=2023-05"];
    assert!(full(&late).is_ok());
    // The last contract of the file is where it is said.
    let again = "[[accelerators]]\nname = 'A'\nstate = 'US'\nlogic = { N4 = 0.1 }\npackaging = { CoWoS = 0 }\nmemory = { Icheon = 0.1 }\n";
    let error = said(again);
    assert!(error.contains("in 2023-02") && error.contains("| logic = { N4 = 0.1 }"), "{error}");
}

#[test]
fn a_wrong_fab_is_not_unknown_to_its_contracts() {
    let error = full(&["fabs.N4.stage=3"]).unwrap_err();
    assert_eq!(error.lines().filter(|line| line.contains(": ")).count(), 1, "{error}");
}

#[test]
fn there_is_a_most_of_fabs_and_accelerators() {
    let many = |list: &str, rest: &str, count: usize| -> String {
        (0..count).map(|at| format!("[[{list}]]\nname = 'X{at}'\nstate = 'US'\n{rest}\n")).collect()
    };
    let fabs = many("fabs", "stage = 'logic'", MAX_FABS + 1);
    let error = read(&format!("{SMALL}{fabs}"), &[]).unwrap_err();
    assert!(error.contains(&format!("a world has at most {MAX_FABS} fabs, not {}", MAX_FABS + 1)), "{error}");
    let designs = many(
        "accelerators",
        "logic = { N4 = 0 }\npackaging = { CoWoS = 0 }\nstacks_per_package = 0",
        MAX_ACCELERATORS - 1,
    );
    let error = said(&designs);
    assert!(
        error.contains(&format!("at most {MAX_ACCELERATORS} accelerators, not {}", MAX_ACCELERATORS + 1)),
        "{error}"
    );
}

#[test]
fn words_lead_to_their_choices_and_back() {
    for (word, lever) in Lever::WORDS {
        assert_eq!((Lever::from_word(word), lever.word()), (Some(*lever), *word));
        let (low, high) = lever.range();
        assert!(low <= 0.0 && high >= 1.0, "the default value and cap are in the range of {word}");
    }
    assert_eq!(
        (Lever::WORDS.len(), Indicator::WORDS.len(), Stage::WORDS.len()),
        (Lever::COUNT, Indicator::COUNT, Stage::COUNT)
    );
}

proptest::proptest! {
    #[test]
    fn bookings_are_refused_exactly_when_some_month_has_too_many(
        designs in proptest::collection::vec((0_u32..=10, 1_u32..=6, 1_u32..=6), 1..5)
    ) {
        let mut config = "[[fabs]]\nname = 'Fab'\nstate = 'US'\nstage = 'logic'\n[[fabs]]\nname = 'P'\nstate = 'US'\nstage = 'packaging'\n".to_owned();
        for (at, (tenths, enters, stays)) in designs.iter().enumerate() {
            config += &format!(
                "[[accelerators]]\nname = 'A{at}'\nstate = 'US'\nstacks_per_package = 0\npackaging = {{ P = 0 }}\n\
                 logic = {{ Fab = {} }}\nenters = '2023-{enters:02}'\nleaves = '2023-{:02}'\n",
                f64::from(*tenths) / 10.0, enters + stays);
        }
        let booked = |month| designs.iter().filter(|(_, enters, stays)| (*enters..enters + stays).contains(&month)).map(|(tenths, ..)| tenths).sum::<u32>();
        let too_many = (1..=12).any(|month| booked(month) > 10);
        proptest::prop_assert_eq!(read(&format!("{SMALL}{config}"), &[]).is_err(), too_many);
    }
}
