//! The world computes what the same arithmetic gives when it is written out by hand over flat arrays.

#[path = "../../benches/by_hand/mod.rs"]
mod flat;

use flat::{Flat, assert_same, scenario, step_world};
use redqueen::model::{Model, Seed};

#[test]
fn the_world_agrees_with_the_month_written_by_hand_to_the_last_bit() {
    for (firms, replicate) in [(40, 0), (100, 1)] {
        let mut simulation = Model::standard().simulate(&scenario(firms)).unwrap();
        let mut flat = Flat::new(&mut simulation, Seed { master: 1, replicate });
        for _ in 0..24 {
            step_world(&mut simulation);
            flat.step();
            assert_same(&mut simulation, &flat);
        }
    }
}
