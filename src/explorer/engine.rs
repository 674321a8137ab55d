//! The threads that live through the worlds of all studies.

use super::{
    case::{Kept, lock},
    change::Pair,
    study::{Message, Shown, Study, WAITING},
};
use crate::model::Model;
use std::{
    collections::BTreeMap,
    io,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc, Condvar, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    thread,
};
use tokio::sync::mpsc;

/// Worlds up to which all studies go on side by side. After that they end one after the other, so that memory holds the worlds of
/// few at a time.
const SIDE_BY_SIDE: u32 = 60;

/// Lives through the worlds of studies on threads of its own.
pub struct Engine {
    shared: Arc<Shared>,
}

struct Shared {
    model: Model,
    queue: Mutex<Queue>,
    wake: Condvar,
    last: AtomicU64,
}

#[derive(Default)]
struct Queue {
    studies: Vec<Arc<Study>>,
    /// The study of each page.
    pages: BTreeMap<String, Arc<Study>>,
    closed: bool,
}

impl Queue {
    /// The study that comes next: that of which the least is known, and of those of which much is known the oldest.
    fn next(&mut self) -> Option<(Arc<Study>, u32)> {
        loop {
            self.studies.retain(|study| !study.is_over());
            let rank = |study: &&Arc<Study>| {
                let handed = study.handed()?;
                Some(if handed < SIDE_BY_SIDE { (0, u64::from(handed)) } else { (1, study.id) })
            };
            let ranked = self.studies.iter().filter_map(|study| Some((rank(&study)?, study)));
            let (_, study) = ranked.min_by_key(|(rank, _)| *rank)?;
            // Its page may have left meanwhile: then another study comes next.
            if let Some(world) = study.hand_out() {
                return Some((Arc::clone(study), world));
            }
        }
    }
}

impl Engine {
    /// An engine with so many threads.
    ///
    /// # Errors
    /// The system gives no thread.
    pub fn new(model: &Model, threads: usize) -> io::Result<Self> {
        let shared = Arc::new(Shared {
            model: model.clone(),
            queue: Mutex::default(),
            wake: Condvar::new(),
            last: AtomicU64::default(),
        });
        for number in 0..threads.max(1) {
            let shared = Arc::clone(&shared);
            thread::Builder::new().name(format!("worlds-{number}")).spawn(move || shared.work())?;
        }
        Ok(Self { shared })
    }

    /// Begins a study of a page in the place of the one that it had; `None` if there are `most` of other pages already. What comes
    /// out is to be read from the receiver, and dropping that ends the study.
    pub fn begin(&self, page: &str, (pair, shown): (Pair, Shown), most: usize) -> Option<mpsc::Receiver<Message>> {
        let (send, receive) = mpsc::channel(WAITING);
        let id = self.shared.last.fetch_add(1, Ordering::Relaxed);
        let mut queue = lock(&self.shared.queue);
        if let Some(before) = queue.pages.remove(page) {
            before.cancel();
        }
        queue.pages.retain(|_, study| !study.is_over());
        if queue.pages.len() >= most || queue.closed {
            return None;
        }
        let study = Arc::new(Study::new(id, pair, shown, self.shared.model.measured(), send));
        queue.pages.insert(page.to_owned(), Arc::clone(&study));
        queue.studies.push(study);
        drop(queue);
        self.shared.wake.notify_all();
        Some(receive)
    }

    /// Ends all studies and takes no more.
    pub fn close(&self) {
        let mut queue = lock(&self.shared.queue);
        queue.closed = true;
        queue.studies.iter().for_each(|study| study.cancel());
        queue.studies.clear();
        queue.pages.clear();
        drop(queue);
        self.shared.wake.notify_all();
    }
}

impl Shared {
    fn work(&self) {
        let mut kept: [Option<Kept>; 2] = [None, None];
        while let Some((study, world)) = self.next() {
            let [base, changed] = study.cases();
            let [first, second] = &mut kept;
            let live = base.live(&self.model, world, first, study.cancelled())
                && changed.live(&self.model, world, second, study.cancelled());
            // Whatever a picture stumbles over ends its study and not the thread.
            let goes_on = live && catch_unwind(AssertUnwindSafe(|| study.done(world))).unwrap_or(false);
            if !goes_on {
                self.forget(&study);
            }
        }
    }

    /// The next world, when there is one; `None` when the engine is closed.
    fn next(&self) -> Option<(Arc<Study>, u32)> {
        let mut queue = lock(&self.queue);
        loop {
            if queue.closed {
                return None;
            }
            if let Some(next) = queue.next() {
                return Some(next);
            }
            queue = self.wake.wait(queue).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Lets go of a study that is over, so that who reads of it comes to the end.
    fn forget(&self, study: &Arc<Study>) {
        let mut queue = lock(&self.queue);
        queue.studies.retain(|other| other.id != study.id);
        queue.pages.retain(|_, other| other.id != study.id);
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        self.close();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        batch::Config,
        explorer::change::{Change, MOST_MONTHS, Shelf},
    };

    /// So many that a world takes a while.
    const STEPS: &str = "time.steps_per_year=24";

    fn shown(runs: u32) -> Shown {
        Shown { outcome: "gap_rating_end".to_owned(), narrow: false, runs }
    }

    fn change(growth: f64) -> Change {
        Change { scenario: None, set: vec![format!("mechanisms.research.growth={growth}")] }
    }

    fn shelf(months: u32) -> Shelf {
        Shelf::new(&Model::standard(), &Config { months: Some(months), ..Config::default() })
    }

    /// Reads to the end, and gives what was told last.
    fn last(mut receive: mpsc::Receiver<Message>) -> Option<Message> {
        let mut last = None;
        while let Some(message) = receive.blocking_recv() {
            last = Some(message);
        }
        last
    }

    #[test]
    fn after_a_newer_change_nothing_more_is_done_for_the_older() {
        let shelf = shelf(MOST_MONTHS);
        let engine = Engine::new(shelf.model(), 1).unwrap();
        let pair = shelf.pair(&change(1.1)).unwrap();
        let case = Arc::clone(&pair.changed);
        let lived = || case.first(500).into_iter().flatten().count();
        let older = engine.begin("page", (pair, shown(500)), 1).unwrap();
        while lived() < 3 {
            thread::yield_now();
        }
        let newer = (shelf.pair(&change(1.2)).unwrap(), shown(1));
        let newer = engine.begin("page", newer, 1).unwrap();
        let before = lived();
        // Its messages come to an end when the engine has let go of it.
        assert!(last(older).is_none_or(|message| !message.data.contains("\"last\":true")));
        assert_eq!(last(newer).unwrap().data, "{\"runs\":1,\"last\":true}");
        // One world may have ended while it was cancelled.
        assert!(lived() <= before + 1, "{before} worlds, then {}", lived());
    }

    #[test]
    fn a_world_is_broken_off_in_its_middle() {
        let shelf = shelf(MOST_MONTHS);
        let engine = Engine::new(shelf.model(), 1).unwrap();
        let finer = Change { scenario: None, set: vec![STEPS.to_owned(), "mechanisms.research.growth=1.1".to_owned()] };
        let pair = shelf.pair(&finer).unwrap();
        let cases = [&pair.base, &pair.changed].map(Arc::clone);
        let study = engine.begin("page", (pair, shown(500)), 1).unwrap();
        while lock(&engine.shared.queue).studies[0].handed() == Some(0) {
            thread::yield_now();
        }
        engine.close();
        last(study);
        assert_eq!(cases.map(|case| case.first(500).into_iter().flatten().count()), [0, 0]);
    }

    #[test]
    fn pages_have_a_study_each_and_there_is_room_for_so_many() {
        let shelf = shelf(12);
        let engine = Engine::new(shelf.model(), 1).unwrap();
        let begin = |page: &str, runs| engine.begin(page, (shelf.pair(&change(1.1)).unwrap(), shown(runs)), 1);
        let first = begin("a", 500).unwrap();
        assert!(begin("b", 2).is_none(), "there is room for one");
        drop(first);
        let told = last(begin("b", 2).unwrap()).unwrap();
        assert_eq!(told.data, "{\"runs\":2,\"last\":true}");
        engine.close();
        assert!(begin("c", 2).is_none(), "it is closed");
    }

    #[test]
    fn without_a_change_there_is_no_difference() {
        let shelf = shelf(12);
        let engine = Engine::new(shelf.model(), 1).unwrap();
        let same = (shelf.pair(&Change::default()).unwrap(), shown(3));
        let mut receive = engine.begin("a", same, 1).unwrap();
        let mut outcomes = None;
        while let Some(message) = receive.blocking_recv() {
            if message.event == "outcomes" {
                outcomes = Some(message.data);
            }
        }
        let outcomes: serde_json::Value = serde_json::from_str(&outcomes.unwrap()).unwrap();
        assert_eq!((&outcomes["runs"], &outcomes["failed"]), (&3.into(), &0.into()));
        let gap =
            outcomes["outcomes"].as_array().unwrap().iter().find(|line| line["name"] == "gap_rating_end").unwrap();
        assert_eq!((&gap["difference"], &gap["base"]), (&0.0.into(), &gap["changed"]));
    }
}
