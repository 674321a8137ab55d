//! A table and an outcome of one's own: systems that read the world at the end of each month. They join the model, and with it
//! its whole command line:
//!
//! ```text
//! cargo run --release --example own_table -- columns open_blocs
//! cargo run --release --example own_table -- batch --runs 20 --record world,open_blocs --out output/open-blocs
//! ```

use bevy_ecs::prelude::*;
use redqueen::{
    cli,
    declare::month::Month,
    measure::Outcome,
    model::{
        Model,
        clock::Clock,
        firm::{Character, Usage},
        geography::Geography,
        states::StateId,
    },
    table,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    process::ExitCode,
    sync::Arc,
};

table! {
    /// The firms of a state that publish their models, in a month.
    pub struct OpenBlocRow as "open_blocs" by date, state {
        /// The month that has passed.
        date: Month, "";
        /// Their home.
        state: Arc<str>, "";
        /// How many there are.
        firms: u32, "firms";
        /// Share of world usage that they serve.
        usage: f64, "1";
    }
}

/// The rows of a month.
fn blocs(clock: Res<Clock>, geography: Res<Geography>, firms: Query<(&Character, &Usage)>) -> Vec<OpenBlocRow> {
    let mut blocs: BTreeMap<StateId, (u32, f64)> = BTreeMap::new();
    for (character, usage) in firms.iter().filter(|(character, _)| character.open) {
        let bloc = blocs.entry(character.home).or_default();
        *bloc = (bloc.0 + 1, bloc.1 + usage.world);
    }
    let row = |(home, (firms, usage)): (StateId, _)| OpenBlocRow {
        date: clock.month(),
        state: geography.names[home].clone(),
        firms,
        usage,
    };
    blocs.into_iter().map(row).collect()
}

/// What runs.csv has of it.
pub const MOST_BLOCS: Outcome =
    Outcome::named("open_blocs_max", "states", "Most states with a firm that publishes its models, in any month.");

/// What it is so far: a `Local` lasts as long as a run.
fn most_blocs(mut most: Local<usize>, firms: Query<&Character>) -> f64 {
    let homes: BTreeSet<StateId> = firms.iter().filter(|firm| firm.open).map(|firm| firm.home).collect();
    *most = homes.len().max(*most);
    *most as f64
}

/// The standard model with both.
pub fn model() -> Model {
    Model::standard()
        .with_table(blocs)
        .with_outcome(MOST_BLOCS, most_blocs)
        .named("own_table", env!("CARGO_PKG_VERSION"))
}

fn main() -> ExitCode {
    cli::main_of(&model())
}
