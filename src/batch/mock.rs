//! A stand-in for the model in tests: hand-made trajectories that depend on the job alone.

use crate::{
    experiment::{plan::Job, runner::Simulate},
    measure::{
        Own,
        record::{
            AcceleratorRow, EventRow, FabRow, FirmDomainRow, FirmRow, OutcomeRow, Record, ReleaseRow, StateDomainRow,
            StateRow, Trajectory, WorldRow,
        },
    },
    output::batch::{Batch, BatchScenario},
    scenario::{Described, Month},
};
use serde_json::json;

pub(crate) const MONTHS: u32 = 6;

/// Fails at `fails`, panics at `panics`, gives a `NaN` at `spoils` (numbers of runs).
#[derive(Clone, Debug, Default)]
pub(crate) struct Mock {
    pub fails: Vec<u64>,
    pub panics: Vec<u64>,
    pub spoils: Vec<u64>,
}

impl Simulate for Mock {
    type Worker = ();
    type Output = Trajectory;
    fn worker(&self) {}
    fn run(&self, (): &mut (), job: &Job) -> Result<Trajectory, String> {
        std::thread::sleep(std::time::Duration::from_micros((job.run * 7919) % 11 * 50));
        assert!(!self.panics.contains(&job.run), "boom");
        if self.fails.contains(&job.run) {
            return Err("market: share of \"Acme\",\n  became NaN in 2023-04".into());
        }
        let mut trajectory = trajectory(job);
        if self.spoils.contains(&job.run) {
            trajectory.world[2].output = f64::NAN;
        }
        Ok(trajectory)
    }
}

pub(crate) fn experiment(runs: u64, record: Record) -> Batch {
    let named = |names: &[&str]| names.iter().map(|name| json!({"name": name})).collect::<Vec<_>>();
    let variant = |name: &str| BatchScenario {
        name: name.into(),
        config: json!({
            "name": name,
            "time": {"months": MONTHS},
            "states": named(&["CN", "US"]),
            "firms": named(&["Acme, Inc", "Beta", "Late"]),
            "fabs": named(&["Plant"]),
            "accelerators": named(&["Chip"]),
        })
        .into(),
        replay: format!("redqueen run {name}.toml"),
        described: Described::default(),
        start: start(),
        months: MONTHS,
    };
    let scenarios = vec![variant("base"), variant("open")];
    Batch::plain("A test", 7, runs, record, scenarios)
}

fn start() -> Month {
    Month::new(2023, 11).unwrap()
}

/// A number that looks random but depends only on its arguments.
fn noise(job: &Job, a: u32, b: u32) -> f64 {
    let mixed = (job.replicate * 31 + job.scenario as u64 * 17 + u64::from(a) * 7 + u64::from(b) * 3 + 1)
        .wrapping_mul(0x9E37_79B9_7F4A_7C15);
    (mixed >> 11) as f64 / (1_u64 << 53) as f64
}

fn trajectory(job: &Job) -> Trajectory {
    let months = || (0..MONTHS).map(|m| (m, start().plus(m)));
    let firms: Vec<FirmRow> = months()
        .flat_map(|(m, date)| {
            let names: &[&str] = if m < 3 { &["Acme, Inc", "Beta"] } else { &["Beta", "Late", "US-born-1"] };
            names.iter().map(move |name| firm(date, name, noise(job, m, name.len() as u32)))
        })
        .collect();
    Trajectory {
        world: months().map(|(m, date)| world(date, m, job)).collect(),
        states: months()
            .flat_map(|(m, date)| [state(date, "CN", noise(job, m, 1)), state(date, "US", noise(job, m, 2))])
            .collect(),
        firms,
        fabs: months().map(|(m, date)| fab(date, noise(job, m, 3))).collect(),
        accelerators: months().map(|(m, date)| accelerator(date, noise(job, m, 4))).collect(),
        state_domains: months().map(|(m, date)| state_domain(date, noise(job, m, 5))).collect(),
        firm_domains: months().map(|(m, date)| firm_domain(date, noise(job, m, 6))).collect(),
        releases: vec![ReleaseRow {
            date: start(),
            release: format!("Beta-{}", job.run).into(),
            firm: "Beta".into(),
            state: "US".into(),
            open: true,
            capability: 0.5,
            rating: 1000.0,
            index: 100.0,
        }],
        events: vec![EventRow {
            date: start(),
            kind: "entry".into(),
            actor: "Late".into(),
            state: None,
            value: None,
            text: "enters, \"late\"".into(),
        }],
        outcomes: outcomes(noise(job, 99, 0)),
        own: Own::default(),
    }
}

fn world(date: Month, m: u32, job: &Job) -> WorldRow {
    let x = noise(job, m, 0);
    WorldRow {
        date,
        frontier_rating: Some(1000.0 + 10.0 * f64::from(m) + x),
        open_frontier_rating: Some(900.0 + x),
        open_gap_rating: Some(100.0),
        gap_rating: (x > 0.5).then_some(50.0 * x),
        gap_index: None,
        open_gap_index: None,
        record_lag: None,
        gap_nats: Some(-x),
        gap_months: None,
        frontier_capability: Some(x),
        frontier_index: Some(100.0),
        firms: 2 + m,
        open_share: Some(x),
        firm_hhi: Some(x),
        largest_share: Some(x),
        effective_firms: Some(2.0),
        hill_diversity: Some(2.0),
        entries: 0,
        exits: 1,
        progress: x,
        selection: 0.0,
        selection_within: x,
        selection_between: -x,
        usage_covariance: Some(x),
        learning: -0.0,
        turnover: 1e-12 * x,
        compute: x,
        compute_made: x,
        compute_delivered: x,
        compute_to_clouds: x,
        compute_stored: x,
        compute_denied: x,
        compute_redirected: x,
        compute_lost: 0.0,
        limited_by_logic: None,
        limited_by_packaging: None,
        limited_by_memory: None,
        compute_retired: x,
        compute_resold: x,
        compute_price: 1e22,
        investment: x,
        revenue: x,
        output: 1e5 * x,
        output_effect: x,
        adoption: x,
        incidents: m,
        systemic_hazard: x,
        damage: x,
        policy_cost: x,
        welfare: x,
        output_gini: x,
        access_gini: x,
        power_hhi: x,
    }
}

fn state(date: Month, name: &str, x: f64) -> StateRow {
    StateRow {
        date,
        state: name.into(),
        firms: 2,
        rating: Some(900.0 + x),
        frontier_gap_rating: Some(100.0 - x),
        capability: None,
        index: None,
        releases: 0,
        open_releases: 0,
        access: x,
        compute: x,
        compute_firms: x,
        compute_received: x,
        compute_denied: x,
        compute_smuggled: 0.0,
        compute_smuggled_stock: 0.0,
        compute_rented: 0.0,
        compute_variants: 0.0,
        materials_replaced: 0.0,
        talent_held: 1.0,
        compute_alternative: 0.0,
        compute_delivered: x,
        compute_running: Some(1.0),
        compute_price: x,
        home_preference: x,
        power_abroad: 0.0,
        chips_lost: 0.0,
        power_draw: x,
        self_sufficiency: Some(x),
        self_sufficiency_design: Some(x),
        self_sufficiency_logic: Some(x),
        self_sufficiency_packaging: Some(x),
        self_sufficiency_memory: Some(x),
        equipment_maturity: x,
        investment: x,
        usage_share: Some(x),
        home_share: Some(x),
        open_share: Some(x),
        absorptive_capacity: x,
        progress: Some(x),
        selection: Some(x),
        learning: Some(x),
        turnover: Some(x),
        usage_covariance: Some(x),
        adoption: x,
        output: x,
        output_per_person: x,
        output_effect: x,
        growth: x,
        damage: x,
        policy_cost: x,
        safety_effort: Some(x),
        incidents: 1,
        trust_in_ai: x,
        reputation: x,
        trust_abroad: Some(x),
        hostility: None,
        economic_power: x,
        hard_power: x,
        soft_power: x,
        power: x,
    }
}

fn firm(date: Month, name: &str, x: f64) -> FirmRow {
    FirmRow {
        date,
        firm: name.into(),
        state: "US".into(),
        open: x > 0.5,
        rating: 900.0 + x,
        frontier_gap_rating: 100.0 - x,
        momentum: x,
        capability: x,
        knowledge: x,
        compute: x,
        cash: x,
        revenue: x,
        investment: x,
        usage_share: x,
        home_share: x,
    }
}

fn state_domain(date: Month, x: f64) -> StateDomainRow {
    let (state, domain) = ("US".into(), "coding".into());
    StateDomainRow { date, state, domain, capability: Some(x), rating: None, access: x, adoption: x }
}

fn firm_domain(date: Month, x: f64) -> FirmDomainRow {
    FirmDomainRow { date, firm: "Beta".into(), domain: "coding".into(), effort: x, capability: -x, rating: x }
}

fn fab(date: Month, x: f64) -> FabRow {
    FabRow {
        date,
        fab: "Plant".into(),
        state: "US".into(),
        stage: "memory".into(),
        capacity: x,
        building: x,
        outage: 0.0,
        node: None,
        defects: None,
        experience: x,
    }
}

fn accelerator(date: Month, x: f64) -> AcceleratorRow {
    AcceleratorRow {
        date,
        accelerator: "Chip".into(),
        state: "CN".into(),
        performance: 1.0,
        packages: x,
        compute: x,
        denied: 0.0,
        store: x,
        binding: (x > 0.5).then(|| "memory".into()),
    }
}

fn outcomes(x: f64) -> OutcomeRow {
    OutcomeRow {
        gap_rating_12: Some(100.0 * x),
        gap_rating_24: None,
        gap_rating_end: Some(-x),
        gap_nats_end: None,
        gap_months_end: None,
        parity_months: None,
        open_gap_rating_mean: Some(x),
        frontier_gain_per_year: Some(120.0 + x),
        frontier_capability_end: Some(x),
        open_share_end: Some(x),
        firm_hhi_end: Some(x),
        effective_firms_end: Some(x),
        largest_share_max: Some(x),
        firms_end: 3,
        entries: 1,
        exits: 1,
        survivor_age_mean: Some(x),
        selection_sum: x,
        selection_within_sum: x,
        selection_between_sum: x,
        learning_sum: x,
        turnover_sum: x,
        usage_covariance_end: Some(x),
        compute_leader_end: x,
        compute_follower_end: x,
        compute_denied_follower: x,
        compute_smuggled_follower_end: x,
        compute_lost: 0.0,
        shock_depth: 0.0,
        shock_recovery_months: None,
        self_sufficiency_leader_end: Some(x),
        self_sufficiency_follower_end: Some(x),
        equipment_maturity_follower_end: x,
        packaging_binding: x,
        memory_binding: x,
        momentum_leader_end: Some(x),
        momentum_follower_end: None,
        power_leader_end: x,
        power_follower_end: x,
        power_hhi_end: x,
        output_effect_end: x,
        incidents: 1,
        systemic_risk: x,
        damage_end: x,
        policy_cost_sum: x,
        trust_in_ai_end: x,
        welfare_end: x,
        output_gini_end: x,
        third_countries_leader_end: Some(x),
        third_countries_follower_end: Some(x),
        adoption_end: x,
        adoption_third_countries_end: Some(x),
    }
}
