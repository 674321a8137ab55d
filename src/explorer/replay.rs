//! Single worlds, told month by month: their pictures up to a month, and their events.

use super::{
    case::{Case, lock},
    change::{Change, Shelf, Wrong},
    watch::Watch,
};
use crate::{
    declare::table::Row as _,
    measure::record::EventRow,
    model::Seed,
    report::live::{Drawn, Worlds},
};
use serde::{Deserialize, Serialize};
use std::sync::{Arc, Mutex, atomic::AtomicBool};

/// Worlds that are kept for the next month of their replay.
const KEPT: usize = 8;

/// Which worlds, up to which month.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Asked {
    #[serde(default)]
    pub change: Change,
    /// Numbers of the world of the baseline and of the changed one.
    pub worlds: [u32; 2],
    /// Months that are over, all without it.
    #[serde(default)]
    pub months: Option<u32>,
    /// Whether the page is narrow.
    #[serde(default)]
    pub narrow: bool,
}

/// A world as the page shows it.
#[derive(Debug, Serialize)]
pub struct Told {
    which: &'static str,
    name: String,
    world: u32,
    pictures: Vec<Picture>,
    events: Vec<Event>,
}

#[derive(Debug, Serialize)]
struct Picture {
    name: String,
    caption: String,
    svg: String,
}

#[derive(Clone, Debug, Serialize)]
struct Event {
    date: String,
    kind: String,
    actor: String,
    text: String,
}

/// A world that was lived through.
struct Lived {
    key: String,
    seed: Seed,
    row: Vec<f32>,
    events: Vec<Event>,
}

/// The worlds that were asked for last.
#[derive(Default)]
pub struct Replays(Mutex<Vec<Arc<Lived>>>);

impl Replays {
    /// The world of the baseline and the changed one, or one where they are the same.
    pub fn tell(&self, shelf: &Shelf, asked: &Asked) -> Result<Vec<Told>, Vec<Wrong>> {
        let pair = shelf.pair(&asked.change)?;
        let same = Arc::ptr_eq(&pair.base, &pair.changed) && asked.worlds[0] == asked.worlds[1];
        let both = [("baseline", &pair.base, asked.worlds[0]), ("changed", &pair.changed, asked.worlds[1])];
        let wanted = both.into_iter().skip(usize::from(same));
        wanted.map(|(which, case, world)| self.one(shelf, which, (case, world), asked)).collect()
    }

    fn one(
        &self,
        shelf: &Shelf,
        which: &'static str,
        (case, world): (&Arc<Case>, u32),
        asked: &Asked,
    ) -> Result<Told, Vec<Wrong>> {
        let lived = self.lived(shelf, case, world).map_err(|wrong| vec![Wrong::general(wrong)])?;
        let start = case.scenario.time.start;
        let until =
            start.plus(asked.months.unwrap_or(case.scenario.time.months).clamp(1, case.scenario.time.months) - 1);
        let mut worlds = Worlds::new(&case.called, &case.scenario, 1);
        for series in case.watch.series() {
            let mut stats = case.watch.stats(series.places.clone(), 1, |_, place| lived.row[place]);
            stats.retain(|stat| stat.date <= until);
            worlds.add(series.watched, series.entity, stats);
        }
        let picture = |Drawn { name, caption, svg, narrow }| Picture {
            name,
            caption,
            svg: narrow.filter(|_| asked.narrow).unwrap_or(svg),
        };
        let until = until.to_string();
        Ok(Told {
            which,
            name: case.called.clone(),
            world,
            pictures: worlds.pictures().into_iter().map(picture).collect(),
            // Months as text stand in their order.
            events: lived.events.iter().filter(|event| event.date <= until).cloned().collect(),
        })
    }

    fn lived(&self, shelf: &Shelf, case: &Case, world: u32) -> Result<Arc<Lived>, String> {
        let seed = Seed { master: case.seed, replicate: u64::from(world) };
        let mut kept = lock(&self.0);
        if let Some(at) = kept.iter().position(|lived| lived.key == case.key && lived.seed == seed) {
            let lived = kept.remove(at);
            kept.push(Arc::clone(&lived));
            return Ok(lived);
        }
        drop(kept);
        let record = Watch::record_and(&[EventRow::TABLE]);
        let mut simulation = shelf.model().simulate(&case.scenario).map_err(|unsound| unsound.to_string())?;
        let run =
            simulation.run_after(&[], seed, record, &AtomicBool::new(false)).map_err(|error| error.to_string())?;
        let event = |row: &EventRow| Event {
            date: row.date.to_string(),
            kind: row.kind.replace('_', " "),
            actor: row.actor.to_string(),
            text: row.text.to_string(),
        };
        let events = run.events.iter().map(event).collect();
        let lived = Arc::new(Lived { key: case.key.clone(), seed, row: case.watch.row(&run), events });
        let mut kept = lock(&self.0);
        kept.push(Arc::clone(&lived));
        if kept.len() > KEPT {
            kept.remove(0);
        }
        Ok(lived)
    }
}
