use redqueen::{
    model::{Seed, Simulation, catalogue, record::Record},
    scenario::{Source, load},
};
fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let n: u64 = std::env::var("N").ok().and_then(|n| n.parse().ok()).unwrap_or(50);
    let loaded = match load(
        &Source::from_argument(std::path::Path::new(&std::env::var("C").unwrap_or("configs/baseline.toml".into()))),
        &args,
        &catalogue(),
    ) {
        Ok(l) => l,
        Err(e) => {
            eprintln!("{e}");
            return;
        }
    };
    let mut sim = Simulation::new(&loaded.scenario);
    let t = std::time::Instant::now();
    let runs: Vec<_> = (0..n).map(|r| sim.run(Seed { master: 1, replicate: r }, Record::ALL).unwrap()).collect();
    let el = t.elapsed();
    let med = |mut v: Vec<f64>| -> String {
        v.sort_by(f64::total_cmp);
        if v.is_empty() {
            return "-".into();
        }
        format!("{:.4}[{:.4},{:.4}]", v[v.len() / 2], v[v.len() / 20], v[v.len() * 19 / 20])
    };
    println!("{:?} per run, {:?} per month", el / n as u32, el / (n as u32 * loaded.scenario.time.months));
    for m in [0usize, 4, 12, 23, 35, 47, 59, 71, 83, 95, 107, 119] {
        if m >= runs[0].world.len() {
            break;
        }
        let w = |f: &dyn Fn(&redqueen::model::record::WorldRow) -> Option<f64>| {
            med(runs.iter().filter_map(|r| f(&r.world[m])).collect())
        };
        println!(
            "{} fr {} gain {} gap {} lag {} open {} firms {} hhi {} max {} openshare {}",
            runs[0].world[m].date,
            w(&|r| Some(r.frontier_rating)),
            if m >= 12 {
                med(runs.iter().map(|r| r.world[m].frontier_rating - r.world[m - 12].frontier_rating).collect())
            } else {
                "".into()
            },
            w(&|r| r.gap_rating),
            w(&|r| r.gap_months),
            w(&|r| r.open_gap_rating),
            w(&|r| Some(r.firms as f64)),
            w(&|r| Some(r.firm_hhi)),
            w(&|r| Some(r.largest_share)),
            w(&|r| Some(r.open_share))
        );
        println!(
            "    compute {} deliv {} cloud {} price {} inv {} rev {} Y {} eff {} adopt {} powerhhi {} gini {}",
            w(&|r| Some(r.compute)),
            w(&|r| Some(r.compute_delivered * 12.)),
            w(&|r| Some(r.compute_to_clouds * 12.)),
            w(&|r| Some(r.compute_price)),
            w(&|r| Some(r.investment)),
            w(&|r| Some(r.revenue)),
            w(&|r| Some(r.output)),
            w(&|r| Some(r.output_effect)),
            w(&|r| Some(r.adoption)),
            w(&|r| Some(r.power_hhi)),
            w(&|r| Some(r.output_gini))
        );
    }
    let m = runs[0].world.len() - 1;
    let mut tops = std::collections::BTreeMap::new();
    let mut changes = vec![];
    let mut second = vec![];
    for r in &runs {
        let mut last = String::new();
        let mut n = 0.0;
        for w in &r.world {
            let top = r.firms.iter().filter(|f| f.date == w.date).max_by(|a, b| a.rating.total_cmp(&b.rating)).unwrap();
            if *top.firm != *last {
                n += 1.0;
                last = top.firm.to_string();
            }
        }
        let mut e: Vec<f64> = r.firms.iter().filter(|f| f.date == r.world[m].date).map(|f| f.rating).collect();
        e.sort_by(f64::total_cmp);
        second.push(e[e.len() - 1] - e[e.len() - 2]);
        *tops.entry(last).or_insert(0) += 1;
        changes.push(n);
    }
    for f in ["DeepSeek", "xAI", "01.AI", "Mistral", "Moonshot Kimi", "MiniMax", "Anthropic", "Zhipu GLM"] {
        let alive = |at: usize| {
            runs.iter()
                .filter(|r| {
                    let d = r.world[at].date;
                    r.firms.iter().any(|x| x.date == d && &*x.firm == f)
                })
                .count() as f64
                / n as f64
        };
        print!("{f} {:.2} {:.2}; ", alive(35.min(m)), alive(m));
    }
    println!("leader changes {} second {} tops {tops:?}", med(changes), med(second));
    for at in [12, 23, m] {
        for s in ["US", "China", "EU", "India"] {
            let f = |g: &dyn Fn(&redqueen::model::record::StateRow) -> Option<f64>| {
                med(runs
                    .iter()
                    .flat_map(|r| {
                        let d = r.world[at].date;
                        r.states.iter().filter(move |x| x.date == d && &*x.state == s)
                    })
                    .filter_map(g)
                    .collect())
            };
            println!(
                "{} {s} firms {} rating {} compute {} firms' {} made {} abs {} adopt {} eff {} growth {} power {} soft {} home {} use {}",
                runs[0].world[at].date,
                f(&|x| Some(x.firms as f64)),
                f(&|x| x.rating),
                f(&|x| Some(x.compute)),
                f(&|x| Some(x.compute_firms)),
                f(&|x| Some(x.compute_made * 12.)),
                f(&|x| Some(x.absorptive_capacity)),
                f(&|x| Some(x.adoption)),
                f(&|x| Some(x.output_effect)),
                f(&|x| Some(x.growth)),
                f(&|x| Some(x.power)),
                f(&|x| Some(x.soft_power)),
                f(&|x| Some(x.home_share)),
                f(&|x| Some(x.usage_share))
            );
        }
    }
    if std::env::var("F").is_ok() {
        for at in [0, 23, m] {
            let d = runs[0].world[at].date;
            for x in runs[0].firms.iter().filter(|x| x.date == d) {
                println!(
                    "{d} {:22} {} rating {:7.1} K {:6.2} A {:6.2} C {:9.5} cash {:8.2} rev {:8.3} inv {:8.3} use {:.4} mom {:.0}",
                    x.firm,
                    if x.open { 'o' } else { 'c' },
                    x.rating,
                    x.capability,
                    x.knowledge,
                    x.compute,
                    x.cash,
                    x.revenue,
                    x.investment,
                    x.usage_share,
                    x.momentum
                );
            }
        }
        for e in runs[0].events.iter().filter(|e| &*e.kind == "exit" || &*e.kind == "entry") {
            println!("{} {} {} {}", e.date, e.kind, e.actor, e.text);
        }
    }
}
