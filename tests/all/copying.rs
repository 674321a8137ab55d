//! A copier settles at the gap that the equations of research, diffusion and training give together.

use bevy_ecs::prelude::World;
use redqueen::{
    model::{
        Model,
        firm::{Capability, Hardware, Label},
        mechanisms::{
            diffusion::{Copying, Diffusion, copying_gap},
            research::{Effort, Efforts, Research, own_growth},
        },
        state::Absorption,
    },
    scenario::{Source, load},
};

/// Two firms of one focus in two states, without luck, whose compute stays what it is.
fn pair(compute: f64, talent: f64) -> String {
    let off = [
        "money",
        "compute",
        "market",
        "entry",
        "exit",
        "adoption",
        "output",
        "power",
        "openness",
        "safety",
        "incidents",
    ]
    .map(|name| format!("mechanisms.{name}.enabled = false\n"))
    .concat();
    format!(
        r#"name = "copying"
domains = ["all"]
time.start = "2023-01"
{off}
[mechanisms.research]
luck = 0.0
form = 0.0
harder = 0.0
open_rivals = 0.0
breakthroughs_per_year = 0.0
[mechanisms.diffusion]
phi_closed = 0.0
home_scale = 0.0
xi_open = 0.0
absorption_growth = 0.0
[mechanisms.releases]
threshold = 0.0
min_gap_months = 0
battles = 0.0
[[states]]
name = "A"
absorptive_capacity = 0.9
[[states]]
name = "B"
absorptive_capacity = 0.5
[[firms]]
name = "leader"
state = "A"
open = false
compute_mh100e = 0.5
[[firms]]
name = "copier"
state = "B"
open = false
capability = -3.0
compute_mh100e = {compute}
talent = {talent}
"#
    )
}

fn of_firm<T: Copy>(world: &mut World, name: &str, of: fn(&Capability, &Effort, &Hardware) -> T) -> T {
    let mut firms = world.query::<(&Label, &Capability, &Effort, &Hardware)>();
    let firm = firms.iter(world).find(|(label, ..)| &*label.0 == name).unwrap();
    of(firm.1, firm.2, firm.3)
}

#[test]
fn a_copier_settles_at_the_gap_of_its_own_effort_and_compute() {
    for (compute, talent) in [(0.5, 0.3), (0.1, 1.0), (0.02, 0.1)] {
        let source = Source::Text { name: "copying".to_owned(), text: pair(compute, talent) };
        let loaded = load(&source, &[], Model::standard().catalogue()).unwrap_or_else(|found| panic!("{found}"));
        let mut simulation = Model::standard().simulate(&loaded.scenario).unwrap();
        let gap = |world: &mut World| {
            let [leader, copier] =
                ["leader", "copier"].map(|name| of_firm(world, name, |capability, _, _| capability.0[0]));
            leader - copier
        };
        for _ in 0..1200 {
            simulation.step().unwrap();
            simulation.world_mut().resource_mut::<redqueen::model::clock::Clock>().advance();
        }
        let world = simulation.world_mut();
        let (diffusion, research) = (world.resource::<Diffusion>().clone(), world.resource::<Research>().clone());
        let highest = world.resource::<Efforts>().highest;
        let [leader, copier] = ["leader", "copier"].map(|name| of_firm(world, name, |_, effort, _| *effort));
        let growth = |effort: &Effort| {
            own_growth(research.growth, effort.own) * redqueen::maths::pow(effort.talent, research.talent_on_ceiling)
        };
        let absorbed = copier.own / (copier.own + diffusion.half_effort * highest);
        let month = 1.0 / 12.0;
        let copying = Copying {
            loss: diffusion.loss_closed,
            // What is copied in a month is read off before the month's own releases.
            lag: f64::from(diffusion.lag_closed_months) * month - month,
            ceiling: diffusion.ceiling,
            rate: of_state_b(world) * absorbed * diffusion.xi_closed,
        };
        let ln_compute_ratio = leader.ln_compute - copier.ln_compute;
        let expected = copying_gap(growth(&leader), growth(&copier), ln_compute_ratio, &copying);
        let reached = gap(world);
        assert!((reached - expected).abs() < 1e-9 * expected, "{compute}, {talent}: {reached} is not {expected}");
    }
}

fn of_state_b(world: &mut World) -> f64 {
    world.query::<&Absorption>().iter(world).nth(1).unwrap().0
}
