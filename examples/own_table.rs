//! A table and an outcome of one's own: rows declared as the program's are, filled from the world at each month's end.
//!
//! ```text
//! cargo run --release --example own_table > blocs.csv
//! ```

use redqueen::{
    declare::{
        month::Month,
        table::{Cell, Row},
    },
    model::{
        Model, Seed,
        clock::Clock,
        firm::{Character, Usage},
        geography::Geography,
    },
    table,
};
use std::{collections::BTreeMap, error::Error, sync::Arc};

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

fn main() -> Result<(), Box<dyn Error>> {
    let model = Model::standard();
    let mut scenario = model.baseline()?;
    scenario.time.months = 36;
    let mut simulation = model.simulate(&scenario)?;
    let mut firms = simulation.world_mut().query::<(&Character, &Usage)>();

    simulation.reset(Seed { master: scenario.seed, replicate: 0 });
    let mut rows = Vec::new();
    while simulation.live_month()? {
        let world = simulation.world();
        let mut blocs: BTreeMap<_, (u32, f64)> = BTreeMap::new();
        for (character, usage) in firms.iter(world).filter(|(character, _)| character.open) {
            let bloc = blocs.entry(character.home).or_default();
            *bloc = (bloc.0 + 1, bloc.1 + usage.world);
        }
        let (date, names) = (world.resource::<Clock>().month(), &world.resource::<Geography>().names);
        rows.extend(blocs.into_iter().map(|(home, (firms, usage))| OpenBlocRow {
            date,
            state: names[home].clone(),
            firms,
            usage,
        }));
    }

    let columns: Vec<&str> = OpenBlocRow::COLUMNS.iter().map(|column| column.name).collect();
    println!("{}", columns.join(","));
    for row in &rows {
        let mut cells = Vec::new();
        row.cells(&mut |cell| cells.push(written(cell)));
        println!("{}", cells.join(","));
    }
    let last = rows.iter().filter(|row| row.date == rows[rows.len() - 1].date);
    eprintln!(
        "outcome: {:.3} of world usage is served by open models at the end",
        last.map(|row| row.usage).sum::<f64>()
    );
    Ok(())
}

fn written(cell: Cell<'_>) -> String {
    match cell {
        Cell::Number(number) => number.to_string(),
        Cell::Whole(number) => number.to_string(),
        Cell::Text(text) => text.to_owned(),
        Cell::Month(month) => month.to_string(),
        Cell::Flag(flag) => flag.to_string(),
        Cell::Missing => String::new(),
    }
}
