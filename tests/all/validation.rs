//! Formulas against closed-form and independently computed results (tests/data/formulas.csv).

use redqueen::{
    formulas,
    model::{
        Model,
        firm::{Knowledge, Label},
        mechanisms::adoption::bass_step,
        release::{Frontier, Release},
        states::StateId,
    },
    scenario::{MAX_DOMAINS, Source, load},
};
use std::collections::BTreeMap;

struct Row {
    id: String,
    quantity: String,
    parameters: String,
    expected: f64,
    tolerance: f64,
}

fn rows() -> Vec<Row> {
    let mut reader = csv::Reader::from_path("tests/data/formulas.csv").unwrap();
    assert_eq!(
        reader.headers().unwrap(),
        ["id", "quantity", "parameters", "expected", "tol_abs", "kind", "source"][..]
    );
    let read = |record: Result<csv::StringRecord, csv::Error>| {
        let record = record.unwrap();
        let expected: f64 = record[3].parse().unwrap();
        let tolerance: f64 = record[4].parse().unwrap();
        Row {
            id: record[0].to_owned(),
            quantity: record[1].to_owned(),
            parameters: record[2].to_owned(),
            expected,
            // The figures carry twelve digits.
            tolerance: tolerance.max(1e-9 * expected.abs()),
        }
    };
    reader.records().map(read).collect()
}

impl Row {
    /// The parameter of this name in `a=1;b=2`; a unit behind a slash is left out.
    fn number(&self, name: &str) -> f64 {
        self.words(name).split('/').next().unwrap().parse().unwrap()
    }

    /// The words of a parameter.
    fn words(&self, name: &str) -> &str {
        let mut pairs = self.parameters.split(';').filter_map(|pair| pair.split_once('='));
        let (_, value) =
            pairs.find(|(key, _)| *key == name).unwrap_or_else(|| panic!("no {name} in {}", self.parameters));
        value
    }

    /// The number behind `t=` in the quantity, such as in `F(t=10)`.
    fn time(&self) -> u32 {
        self.quantity.split_once("t=").unwrap().1.trim_end_matches(')').parse().unwrap()
    }
}

/// A list without its brackets and spaces.
fn items(list: &str) -> String {
    list.trim_matches(['[', ']', '(', ')']).replace(' ', "")
}

/// An output of a formula as `redqueen formula` gives it, with `key=value` words; the first of a list.
fn formula(name: &str, output: &str, words: &[String]) -> f64 {
    let formula = formulas::find(name).unwrap_or_else(|| panic!("no formula {name}"));
    let answers = formula.answer(words).unwrap_or_else(|found| panic!("{name} {words:?}: {found}"));
    let (_, values) = answers.iter().find(|(found, _)| found.name == output).unwrap();
    values[0]
}

fn precipice(row: &Row) -> f64 {
    let words = ["n", "e", "mu"].map(|name| format!("{name}={}", row.words(name)));
    formula("precipice", &row.quantity, &words)
}

fn mean_factor(row: &Row) -> f64 {
    let (shares, factors) = (row.words("x0"), row.words("f"));
    let words = [format!("shares={shares}"), format!("factors={factors}"), format!("steps={}", row.time())];
    formula("replicator", "mean_factor", &words)
}

fn experience(row: &Row) -> f64 {
    let doublings = row.quantity.trim_start_matches("cost ratio after ").trim_end_matches(" doublings");
    let words = [format!("learning_rate={}", row.words("LR")), format!("doublings={doublings}")];
    formula("experience-curve", "cost_ratio", &words)
}

fn die_yield(row: &Row) -> f64 {
    // A die of 1 cm² has as many faults as there are defects per cm².
    let mut words = vec!["area=100".to_owned(), format!("defects={}", row.words("A*D0"))];
    let name = match row.quantity.as_str() {
        "poisson" => "yield-poisson",
        "murphy_tri" => "yield-murphy",
        "murphy_rect" => "yield-murphy-rectangular",
        "seeds" => "yield-seeds",
        other => {
            words.push(format!("alpha={}", other.trim_start_matches("nb_a")));
            "yield-negative-binomial"
        }
    };
    formula(name, "yield", &words)
}

fn dies_per_wafer(row: &Row) -> f64 {
    let area = row.words("A").trim_end_matches("mm2");
    formula("dies-per-wafer", "dies", &[format!("area={area}"), "diameter=300".to_owned()])
}

/// How many times as much one system has as another, both written `384x780TF,128GB,3.2TB/s,559kW`, by the chip.
fn system_ratio(row: &Row) -> f64 {
    let of = |system: &str, output: &str, unit: &str| {
        let (chips, rest) = system.split_once('x').unwrap();
        let find =
            |unit: &str| -> f64 { rest.split(',').find_map(|part| part.strip_suffix(unit)).unwrap().parse().unwrap() };
        let power = find("kW") / chips.parse::<f64>().unwrap();
        let words = [("n", chips.to_owned()), ("performance", find(unit).to_string()), ("power", power.to_string())];
        let words = words.map(|(key, value)| format!("{key}={value}"));
        let plain = ["lambda=0".to_owned(), "pue=1".to_owned()];
        formula("system", output, &[&words[..], &plain].concat())
    };
    let (one, other) = row.parameters.split_once(" vs ").unwrap();
    let value = |system| match row.quantity.as_str() {
        "CM384/GB200 HBM TB" => of(system, "throughput", "GB"),
        "CM384/GB200 W per TFLOP/s" => of(system, "power_drawn", "TF") / of(system, "throughput", "TF"),
        other => panic!("no formula for {other}"),
    };
    value(one) / value(other)
}

fn bass(row: &Row) -> f64 {
    let words = ["p", "q"].map(|name| format!("{name}={}", row.words(name)));
    match row.quantity.as_str() {
        "peak time" => formula("bass-peak", "time", &words),
        "peak rate/m" => formula("bass-peak", "rate", &words),
        _ => {
            let (p, q, months) = (row.number("p"), row.number("q"), 12 * row.time());
            let at_once = formula("bass", "adoption", &[&words[..], &[format!("years={}", row.time())]].concat());
            let by_month = (0..months).fold(0.0, |adopted, _| bass_step(adopted, p, q, 1.0 / 12.0));
            assert!((at_once - by_month).abs() < 1e-12, "{at_once} in one step, {by_month} in {months}");
            at_once
        }
    }
}

fn contest_share(row: &Row) -> f64 {
    let amounts = items(row.quantity.split_once(" in ").unwrap().1);
    formula("contest-shares", "share", &[format!("amounts={amounts}"), format!("r={}", row.words("r"))])
}

fn metric(row: &Row) -> f64 {
    let amounts = items(&row.parameters);
    match row.quantity.as_str() {
        "HHI" => formula("hhi", "hhi", &[format!("amounts={amounts}")]),
        "Gini (population form)" => formula("gini", "gini", &[format!("values={amounts}")]),
        other => panic!("no formula for {other}"),
    }
}

/// A stock in balance with its deliveries, a part of which is cut off.
fn blockaded_stock(row: &Row) -> f64 {
    let words = [("delta", "delta"), ("cut", "cut"), ("months", "t")]
        .map(|(key, name)| format!("{key}={}", row.words(name).split('/').next().unwrap()));
    formula("compute-stock", "stock", &words)
}

/// A leader whose open releases gain `g` nats a month, and a follower that gains `gO` by itself and learns from them at
/// the monthly rate `phi`: how far behind it ends up.
fn steady_gap(row: &Row) -> f64 {
    let (g, own, phi) = (row.number("g"), row.number("gO"), row.number("phi"));
    let off = ["research", "training", "releases", "market", "money", "compute", "entry", "exit", "adoption", "output"]
        .map(|name| format!("mechanisms.{name}.enabled = false\n"))
        .concat();
    let text = format!(
        r#"name = "catch-up"
domains = ["all"]
time.start = "2023-01"
{off}
mechanisms.diffusion = {{ phi_closed = {}, home_scale = 0.0, lag_closed_months = 1, absorption_growth = 0.0, half_effort = 0.0 }}
[[states]]
name = "A"
absorptive_capacity = 1.0
[[states]]
name = "B"
absorptive_capacity = 1.0
[[firms]]
name = "leader"
state = "A"
open = true
[[firms]]
name = "follower"
state = "B"
open = false
"#,
        12.0 * phi
    );
    let source = Source::Text { name: "catch-up".to_owned(), text };
    let scenario = load(&source, &[], Model::standard().catalogue()).unwrap_or_else(|found| panic!("{found}")).scenario;
    let mut simulation = Model::standard().simulate(&scenario).unwrap();
    let mut gap = 0.0;
    for month in 0..900 {
        let mut levels = BTreeMap::new();
        let world = simulation.world_mut();
        for (label, mut knowledge) in world.query::<(&Label, &mut Knowledge)>().iter_mut(world) {
            let gained = if &*label.0 == "leader" { g } else { own };
            knowledge.0[0] = if month == 0 { 0.0 } else { knowledge.0[0] + gained };
            levels.insert(label.0.to_string(), knowledge.0);
        }
        gap = levels["leader"][0] - levels["follower"][0];
        let release = Release {
            home: StateId::new(0),
            open: true,
            knowledge: levels["leader"],
            capability: [f64::NEG_INFINITY; MAX_DOMAINS],
            ln_compute: 0.0,
        };
        let mut frontier = world.resource_mut::<Frontier>();
        frontier.any.now.knowledge = [[f64::NEG_INFINITY; MAX_DOMAINS]; _];
        frontier.open.now.knowledge = [[f64::NEG_INFINITY; MAX_DOMAINS]; _];
        frontier.publish(&release, 0.0, 0.0);
        frontier.remember();
        simulation.step().unwrap();
    }
    let steady = formula("steady-gap", "gap", &[format!("g={g}"), format!("g_own={own}"), format!("phi={phi}")]);
    assert!((gap - steady).abs() < 1e-9 * gap, "{gap} is not {steady}");
    steady
}

#[test]
fn every_row_is_hit() {
    let mut seen = BTreeMap::new();
    for mut row in rows() {
        let value = match row.id.as_str() {
            "a.precipice" => precipice(&row),
            "b.fisher" => mean_factor(&row),
            "c.wright" => experience(&row),
            "d.yield" => die_yield(&row),
            "d.dpw" => dies_per_wafer(&row),
            "e.elo" => formula("elo", "probability", &[format!("difference={}", row.words("diff"))]),
            "f.bass" => bass(&row),
            "h.csf" => contest_share(&row),
            "k.metric" => metric(&row),
            "k.system" => system_ratio(&row),
            "k.blockade" => blockaded_stock(&row),
            "k.catchup" => {
                // phi is given to six digits only.
                row.tolerance = 1e-6 * row.expected;
                steady_gap(&row)
            }
            other => panic!("no test for {other}"),
        };
        let off = (value - row.expected).abs();
        assert!(off <= row.tolerance, "{} {} {}: {value}, not {}", row.id, row.quantity, row.parameters, row.expected);
        *seen.entry(row.id).or_insert(0) += 1;
    }
    let seen: Vec<_> = seen.iter().map(|(id, rows)| (id.as_str(), *rows)).collect();
    let all = [
        ("a.precipice", 142),
        ("b.fisher", 5),
        ("c.wright", 23),
        ("d.dpw", 3),
        ("d.yield", 54),
        ("e.elo", 11),
        ("f.bass", 26),
        ("h.csf", 3),
        ("k.blockade", 24),
        ("k.catchup", 3),
        ("k.metric", 4),
        ("k.system", 2),
    ];
    assert_eq!(seen, all);
}
