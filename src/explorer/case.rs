//! A scenario and those of its worlds that were lived through.

use super::watch::Watch;
use crate::{
    experiment::runner::panic_message,
    measure::{RunError, record::Trajectory},
    model::{Model, Seed, Simulation},
    report::live::{Drawn, Paper, Worlds},
    scenario::Scenario,
};
use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Mutex, MutexGuard, PoisonError, atomic::AtomicBool},
};

/// The lock of what is whole at any moment, whoever panicked while holding it.
pub fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What is kept of a world.
#[derive(Debug)]
pub struct World {
    /// Its indicators.
    pub row: Vec<f32>,
    /// Its outcomes, in the order of what is measured.
    pub outcomes: Vec<Option<f64>>,
}

/// A world, or why it came to no end.
pub type Done = Result<Arc<World>, String>;

/// The most worlds of a scenario.
pub const MOST_WORLDS: u32 = 500;
/// Bytes that the worlds of a scenario may take.
const MOST_BYTES: usize = 256 << 20;

/// Worlds of a scenario that a page can ask for: fewer of those that have many months.
pub fn most_worlds(watch: &Watch) -> u32 {
    let room = MOST_BYTES / watch.bytes().max(1);
    MOST_WORLDS.min(u32::try_from(room).unwrap_or(u32::MAX)).max(1)
}

/// A scenario and its worlds.
#[derive(Debug)]
pub struct Case {
    /// What it was made of, so that it is found again.
    pub key: String,
    /// What pictures call it.
    pub called: String,
    pub scenario: Scenario,
    /// The master seed of its worlds.
    pub seed: u64,
    pub watch: Watch,
    /// By replicate.
    worlds: Mutex<Vec<Option<Done>>>,
    /// The latest, with the number of its worlds.
    drawn: Mutex<Option<(u32, Paper, Arc<Picture>)>>,
}

/// The scenario's pictures after some runs.
#[derive(Debug)]
pub struct Picture {
    pub worlds: Worlds,
    pub drawn: Vec<Drawn>,
}

/// A world that a thread keeps, to be lived through again.
pub struct Kept {
    key: String,
    simulation: Simulation,
}

impl Case {
    /// A scenario without worlds.
    pub fn new((key, called): (String, String), scenario: Scenario, seed: u64) -> Self {
        let watch = Watch::new(&scenario);
        Self { key, called, scenario, seed, watch, worlds: Mutex::default(), drawn: Mutex::default() }
    }

    /// Bytes of its worlds when all that a page can ask for are there.
    pub fn most_bytes(&self) -> usize {
        most_worlds(&self.watch) as usize * self.watch.bytes()
    }

    /// Whether the world of this replicate was lived through.
    pub fn has(&self, replicate: u32) -> bool {
        lock(&self.worlds).get(replicate as usize).is_some_and(Option::is_some)
    }

    fn put(&self, replicate: u32, world: Done) {
        let mut worlds = lock(&self.worlds);
        let place = replicate as usize;
        if worlds.len() <= place {
            worlds.resize_with(place + 1, || None);
        }
        worlds[place] = Some(world);
    }

    /// The worlds of the first replicates, or why one failed; `None` for one that was not lived through.
    pub fn first(&self, replicates: u32) -> Vec<Option<Done>> {
        let mut worlds = lock(&self.worlds).clone();
        worlds.resize_with(replicates as usize, || None);
        worlds
    }

    /// Lives through a world, unless that was done; `false` if `cancel` broke it off.
    pub fn live(&self, model: &Model, replicate: u32, kept: &mut Option<Kept>, cancel: &AtomicBool) -> bool {
        if self.has(replicate) {
            return true;
        }
        let world = match self.run(model, replicate, kept, cancel) {
            Ok(run) => {
                let count = model.measured().outcomes().count();
                let outcomes = (0..count).map(|place| run.outcome_at(place)).collect();
                Ok(Arc::new(World { row: self.watch.row(&run), outcomes }))
            }
            Err(Stopped::Cancelled) => return false,
            Err(Stopped::Failed(why)) => Err(why),
        };
        self.put(replicate, world);
        true
    }

    fn run(
        &self,
        model: &Model,
        replicate: u32,
        kept: &mut Option<Kept>,
        cancel: &AtomicBool,
    ) -> Result<Trajectory, Stopped> {
        let seed = Seed { master: self.seed, replicate: u64::from(replicate) };
        let mut run = || {
            let mut here = match kept.take() {
                Some(here) if here.key == self.key => here,
                Some(Kept { mut simulation, .. }) => {
                    simulation.change(&self.scenario).map_err(Stopped::failed)?;
                    Kept { key: self.key.clone(), simulation }
                }
                None => {
                    let simulation = model.simulate(&self.scenario).map_err(Stopped::failed)?;
                    Kept { key: self.key.clone(), simulation }
                }
            };
            let run = here.simulation.run_after(&[], seed, Watch::record(), cancel);
            *kept = Some(here);
            run.map_err(|error| if error == RunError::Cancelled { Stopped::Cancelled } else { Stopped::failed(error) })
        };
        // A world that panics must not end the page; what it kept is gone.
        let done = catch_unwind(AssertUnwindSafe(&mut run));
        done.unwrap_or_else(|panic| Err(Stopped::Failed(panic_message(&*panic).to_owned())))
    }

    /// The pictures over the first replicates, drawn once; `None` if they were broken off, since `goes_on` said no.
    pub fn pictures(&self, replicates: u32, paper: Paper, goes_on: &dyn Fn() -> bool) -> Option<Arc<Picture>> {
        if let Some((runs, of, picture)) = &*lock(&self.drawn)
            && (*runs, *of) == (replicates, paper)
        {
            return Some(Arc::clone(picture));
        }
        let rows: Vec<_> = self.first(replicates).into_iter().take(replicates as usize).flatten().flatten().collect();
        let mut worlds = Worlds::new(&self.called, &self.scenario, u32::try_from(rows.len()).unwrap_or(u32::MAX));
        for series in self.watch.series() {
            if !goes_on() {
                return None;
            }
            let stats = self.watch.stats(series.places.clone(), rows.len(), |world, place| rows[world].row[place]);
            worlds.add(series.watched, series.entity, stats);
        }
        let drawn = worlds.pictures(paper, goes_on)?;
        let picture = Arc::new(Picture { worlds, drawn });
        *lock(&self.drawn) = Some((replicates, paper, Arc::clone(&picture)));
        Some(picture)
    }
}

/// Why a world came to no end.
enum Stopped {
    Cancelled,
    Failed(String),
}

impl Stopped {
    fn failed(why: impl std::fmt::Display) -> Self {
        Self::Failed(why.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;

    fn case(months: u32) -> (Model, Case) {
        let model = Model::standard();
        let mut scenario = model.baseline().unwrap();
        scenario.time.months = months;
        (model, Case::new(("key".into(), "name".into()), scenario, 1))
    }

    #[test]
    fn worlds_of_many_months_are_fewer() {
        assert_eq!(most_worlds(&case(120).1.watch), 500);
        let (_, case) = case(600);
        assert!((50..500).contains(&most_worlds(&case.watch)), "{}", most_worlds(&case.watch));
        assert!(case.most_bytes() <= MOST_BYTES);
    }

    #[test]
    fn a_world_is_broken_off_and_nothing_of_it_kept() {
        let (model, case) = case(12);
        assert!(!case.live(&model, 0, &mut None, &AtomicBool::new(true)));
        assert!(!case.has(0));
        assert!(case.live(&model, 0, &mut None, &AtomicBool::new(false)) && case.has(0));
    }

    #[test]
    fn drawing_asks_between_its_parts_whether_to_go_on_and_stops_there() {
        let (model, case) = case(12);
        for replicate in 0..2 {
            assert!(case.live(&model, replicate, &mut None, &AtomicBool::new(false)));
        }
        let asked = Cell::new(0);
        let up_to = |most: usize| {
            asked.set(0);
            case.pictures(2, Paper::of(false), &|| {
                asked.set(asked.get() + 1);
                asked.get() < most
            })
        };
        let all = case.watch.series().count();
        for most in [1, 3, all, all + 1, all + 3] {
            assert!(up_to(most).is_none(), "{most}");
            assert_eq!(asked.get(), most, "nothing was done after it was told to stop");
        }
        let whole = up_to(usize::MAX).unwrap();
        assert!(asked.get() >= all + whole.drawn.len() && whole.drawn.len() >= 6, "{}", whole.drawn.len());
        up_to(usize::MAX).unwrap();
        assert_eq!(asked.get(), 0, "what was drawn is kept");
        let narrow = case.pictures(2, Paper::of(true), &|| true).unwrap();
        assert!(narrow.drawn.iter().zip(&whole.drawn).all(|(narrow, wide)| narrow.svg != wide.svg));
    }
}
