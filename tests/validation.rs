//! Formulas against closed-form and independently computed results (tests/data/formulas.csv).

use redqueen::{
    maths,
    model::{
        Simulation, catalogue,
        firm::{Knowledge, Label},
        mechanisms::{
            adoption::{bass_peak_rate, bass_peak_time, bass_step},
            compute::stock_step,
            market::replicator_step,
            releases::expected_score,
        },
        noise::Key,
        release::{Frontier, Release},
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
        let mut pairs = self.parameters.split(';').filter_map(|pair| pair.split_once('='));
        let (_, value) =
            pairs.find(|(key, _)| *key == name).unwrap_or_else(|| panic!("no {name} in {}", self.parameters));
        value.split('/').next().unwrap().parse().unwrap()
    }

    /// A parameter `a=1,2,3`.
    fn list(&self, name: &str) -> Vec<f64> {
        let mut pairs = self.parameters.split(';').filter_map(|pair| pair.split_once('='));
        numbers(pairs.find(|(key, _)| *key == name).unwrap().1)
    }

    /// The number behind `t=` in the quantity, such as in `F(t=10)`.
    fn time(&self) -> u32 {
        self.quantity.split_once("t=").unwrap().1.trim_end_matches(')').parse().unwrap()
    }
}

fn numbers(list: &str) -> Vec<f64> {
    list.trim_matches(['[', ']', '(', ')']).split(',').map(|number| number.trim().parse().unwrap()).collect()
}

fn mean_fitness(row: &Row) -> f64 {
    let (mut shares, fitness) = (row.list("x0"), row.list("f"));
    for _ in 0..row.time() {
        replicator_step(&mut shares, &fitness);
    }
    shares.iter().zip(&fitness).map(|(share, fitness)| share * fitness).sum()
}

fn bass(row: &Row) -> f64 {
    let (p, q) = (row.number("p"), row.number("q"));
    match row.quantity.as_str() {
        "peak time" => bass_peak_time(p, q),
        "peak rate/m" => bass_peak_rate(p, q),
        _ => {
            let months = 12 * row.time();
            let at_once = bass_step(0.0, p, q, f64::from(row.time()));
            let by_month = (0..months).fold(0.0, |adopted, _| bass_step(adopted, p, q, 1.0 / 12.0));
            assert!((at_once - by_month).abs() < 1e-12, "{at_once} in one step, {by_month} in {months}");
            by_month
        }
    }
}

fn contest_share(row: &Row) -> f64 {
    let amounts = numbers(row.quantity.split_once(" in ").unwrap().1);
    let mut shares: Vec<f64> = amounts.iter().map(|amount| maths::ln(*amount)).collect();
    maths::contest_shares(&mut shares, row.number("r"));
    assert!((shares.iter().sum::<f64>() - 1.0).abs() < 1e-15);
    shares[0]
}

fn metric(row: &Row) -> f64 {
    let amounts = numbers(&row.parameters);
    match row.quantity.as_str() {
        "HHI" => maths::hhi(&amounts),
        "Gini (population form)" => maths::gini(&amounts.iter().map(|amount| (*amount, 1.0)).collect::<Vec<_>>()),
        other => panic!("no function for {other}"),
    }
}

/// A stock in balance with its deliveries, a part of which is cut off.
fn blockaded_stock(row: &Row) -> f64 {
    let delta = row.number("delta");
    let delivered = delta * (1.0 - row.number("cut"));
    (0..row.number("t") as u32).fold(1.0, |stock, _| stock_step(stock, 1.0 - delta, delivered))
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
mechanisms.diffusion = {{ phi_open = {}, phi_closed = 0.0, home_scale = 0.0, lag_open_months = 1, absorption_growth = 0.0 }}
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
    let scenario = load(&source, &[], &catalogue()).unwrap_or_else(|found| panic!("{found}")).scenario;
    let mut simulation = Simulation::new(&scenario);
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
            firm: Key::named("firm", "leader"),
            home: 0,
            released: month,
            open: true,
            knowledge: levels["leader"],
            capability: [f64::NEG_INFINITY; MAX_DOMAINS],
        };
        let mut frontier = world.resource_mut::<Frontier>();
        frontier.any.now.knowledge = [[f64::NEG_INFINITY; MAX_DOMAINS]; _];
        frontier.open.now.knowledge = [[f64::NEG_INFINITY; MAX_DOMAINS]; _];
        frontier.publish(&release);
        frontier.remember();
        simulation.step().unwrap();
    }
    assert!((gap - (g - own) / phi).abs() < 1e-9 * gap, "{gap} is not {}", (g - own) / phi);
    gap
}

#[test]
fn every_row_is_hit() {
    let mut seen = BTreeMap::new();
    for mut row in rows() {
        let value = match row.id.as_str() {
            "b.fisher" => mean_fitness(&row),
            "e.elo" => expected_score(row.number("diff")),
            "f.bass" => bass(&row),
            "h.csf" => contest_share(&row),
            "k.metric" => metric(&row),
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
        ("b.fisher", 5),
        ("e.elo", 11),
        ("f.bass", 26),
        ("h.csf", 3),
        ("k.blockade", 24),
        ("k.catchup", 3),
        ("k.metric", 4),
    ];
    assert_eq!(seen, all);
}
