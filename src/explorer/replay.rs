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
    report::live::{Drawn, Paper, Worlds},
    scenario::Time,
};
use serde::{Deserialize, Serialize};
use std::sync::{
    Arc, Mutex,
    atomic::{AtomicBool, Ordering},
};

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
    world: u64,
    pictures: Vec<Drawn>,
    events: Vec<Event>,
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
    /// The world of the baseline and the changed one, or one where they are the same; `cancel` breaks them off.
    pub fn tell(&self, shelf: &Shelf, asked: &Asked, cancel: &AtomicBool) -> Result<Vec<Told>, Vec<Wrong>> {
        let pair = shelf.pair(&asked.change)?;
        let same = Arc::ptr_eq(&pair.base, &pair.changed) && asked.worlds[0] == asked.worlds[1];
        let both = [("baseline", &pair.base, asked.worlds[0]), ("changed", &pair.changed, asked.worlds[1])];
        let wanted = both.into_iter().skip(usize::from(same));
        let lives = wanted.map(|(which, case, world)| Ok((which, case, self.lived(shelf, (case, world), cancel)?)));
        let lives: Vec<_> = lives.collect::<Result<_, _>>().map_err(|wrong: String| vec![Wrong::general(wrong)])?;
        let told = lives.into_iter().map(|(which, case, lived)| one(which, case, &lived, asked, cancel));
        told.collect::<Option<_>>().ok_or_else(|| vec![Wrong::general("nobody waits for these worlds any more")])
    }

    /// How many worlds are kept.
    #[cfg(test)]
    pub fn kept(&self) -> usize {
        lock(&self.0).len()
    }

    fn lived(&self, shelf: &Shelf, (case, world): (&Case, u32), cancel: &AtomicBool) -> Result<Arc<Lived>, String> {
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
        let run = simulation.run_after(&[], seed, record, cancel).map_err(|error| error.to_string())?;
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

/// A world as it is told up to the month that is asked for; `None` if `cancel` broke it off.
fn one(which: &'static str, case: &Case, lived: &Lived, asked: &Asked, cancel: &AtomicBool) -> Option<Told> {
    let Time { start, months, .. } = case.scenario.time;
    let until = start.plus(asked.months.unwrap_or(months).clamp(1, months) - 1);
    let mut worlds = Worlds::new(&case.called, &case.scenario, 1);
    for series in case.watch.series() {
        let mut stats = case.watch.stats(series.places.clone(), 1, |_, place| lived.row[place]);
        stats.retain(|stat| stat.date <= until);
        worlds.add(series.watched, series.entity, stats);
    }
    let until = until.to_string();
    let goes_on = || !cancel.load(Ordering::Relaxed);
    Some(Told {
        which,
        name: case.called.clone(),
        world: lived.seed.replicate,
        pictures: worlds.pictures(Paper::of(asked.narrow), &goes_on)?,
        // Months as text stand in their order.
        events: lived.events.iter().filter(|event| event.date <= until).cloned().collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{batch::Config, model::Model};

    #[test]
    fn a_world_that_nobody_waits_for_is_broken_off_and_not_kept() {
        let shelf = Shelf::new(&Model::standard(), &Config { months: Some(12), ..Config::default() });
        let asked = Asked { change: Change::default(), worlds: [0, 1], months: None, narrow: false };
        let (replays, cancel) = (Replays::default(), AtomicBool::new(true));
        assert!(replays.tell(&shelf, &asked, &cancel).is_err());
        assert_eq!(replays.kept(), 0);
        cancel.store(false, Ordering::Relaxed);
        assert_eq!(replays.tell(&shelf, &asked, &cancel).unwrap().len(), 2);
        assert_eq!(replays.kept(), 2);
        // Drawing is broken off too: these worlds are there.
        cancel.store(true, Ordering::Relaxed);
        assert!(replays.tell(&shelf, &asked, &cancel).is_err());
    }
}
