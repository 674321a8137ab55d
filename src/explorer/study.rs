//! What a page asks for: worlds of two cases, paired by their luck, with pictures after a few, some and many of them.

use super::{
    case::{Case, MOST_WORLDS, World, lock},
    change::{Pair, Wrong},
};
use crate::{
    analysis::{paired::Pairs, precision::Units},
    declare::table::Column,
    measure::Measured,
    report::live::{Drawn, Numbers, Paper, Worlds, indicator_of},
    scenario::Time,
};
use serde::Serialize;
use std::sync::{
    Arc, Mutex,
    atomic::{AtomicBool, Ordering},
};
use tokio::sync::mpsc;

/// Numbers of worlds after which pictures are drawn anew.
const STAGES: [u32; 6] = [2, 8, 24, 60, 150, MOST_WORLDS];
/// Messages of a study that may wait to be read.
pub const WAITING: usize = 256;

/// A message to the page: what it is, and its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    pub event: &'static str,
    pub data: String,
}

impl Message {
    fn new(event: &'static str, data: &impl Serialize) -> Self {
        Self { event, data: serde_json::to_string(data).unwrap_or_default() }
    }
}

/// What is to be shown.
#[derive(Clone, Debug)]
pub struct Shown {
    /// The outcome that is looked at.
    pub outcome: String,
    /// Whether the page is narrow.
    pub narrow: bool,
    /// Most worlds.
    pub runs: u32,
}

/// The worlds that a page asked for, and what it was told of them.
pub struct Study {
    pub id: u64,
    pair: Pair,
    shown: Shown,
    measured: Measured,
    cancelled: AtomicBool,
    send: mpsc::Sender<Message>,
    progress: Mutex<Progress>,
}

#[derive(Default)]
struct Progress {
    /// Worlds that were handed out.
    handed: u32,
    /// Those that are done, by number.
    done: Vec<bool>,
    /// Stages that were told of, or are being drawn.
    told: usize,
    drawing: bool,
}

impl Progress {
    /// How many of the first worlds are done without a gap.
    fn first(&self) -> u32 {
        self.done.iter().take_while(|done| **done).count() as u32
    }
}

/// How an outcome differs, for the page.
#[derive(Debug, Serialize)]
struct OutcomeLine {
    name: &'static str,
    unit: &'static str,
    meaning: &'static str,
    /// Pairs in which both have a value.
    n: u64,
    base: f64,
    changed: f64,
    difference: f64,
    low: Option<f64>,
    high: Option<f64>,
}

#[derive(Serialize)]
struct PictureLine<'a> {
    runs: u32,
    which: &'static str,
    name: &'a str,
    caption: &'a str,
    svg: &'a str,
    numbers: &'a [Numbers],
}

#[derive(Serialize)]
struct StageLine {
    runs: u32,
    failed: usize,
    failure: Option<String>,
    outcomes: Vec<OutcomeLine>,
    last: bool,
}

#[derive(Serialize)]
struct StartLine<'a> {
    compared: bool,
    against: &'a str,
    name: &'a str,
    runs: u32,
    /// The months that what is compared with was laid over, if they are not its own.
    moved: Option<[String; 2]>,
    warnings: &'a [Wrong],
}

impl Study {
    /// A study that is about to be run, which tells `send`.
    pub fn new(id: u64, pair: Pair, shown: Shown, measured: Measured, send: mpsc::Sender<Message>) -> Self {
        let study =
            Self { id, pair, shown, measured, cancelled: AtomicBool::default(), send, progress: Mutex::default() };
        let Time { start, months, .. } = study.pair.base.scenario.time;
        let span = || [start.to_string(), start.plus(months.saturating_sub(1)).to_string()];
        study.tell(&Message::new(
            "start",
            &StartLine {
                compared: study.is_compared(),
                against: &study.pair.base.scenario.name,
                name: &study.pair.changed.scenario.name,
                runs: study.shown.runs,
                moved: study.pair.moved.then(span),
                warnings: &study.pair.warnings,
            },
        ));
        study
    }

    fn is_compared(&self) -> bool {
        !Arc::ptr_eq(&self.pair.base, &self.pair.changed)
    }

    /// The two cases, what is compared with first.
    pub const fn cases(&self) -> [&Arc<Case>; 2] {
        [&self.pair.base, &self.pair.changed]
    }

    /// Is set when nobody wants to know any more.
    pub const fn cancelled(&self) -> &AtomicBool {
        &self.cancelled
    }

    /// Ends it as soon as may be.
    pub fn cancel(&self) {
        self.cancelled.store(true, Ordering::Relaxed);
    }

    /// Whether it is of no more use.
    pub fn is_over(&self) -> bool {
        self.cancelled.load(Ordering::Relaxed) || self.send.is_closed()
    }

    /// Worlds that were handed out so far; `None` when all were.
    pub fn handed(&self) -> Option<u32> {
        Some(lock(&self.progress).handed).filter(|handed| *handed < self.shown.runs && !self.is_over())
    }

    /// The next world to be lived through.
    pub fn hand_out(&self) -> Option<u32> {
        let mut progress = lock(&self.progress);
        let next = progress.handed;
        if next >= self.shown.runs || self.is_over() {
            return None;
        }
        progress.handed += 1;
        Some(next)
    }

    /// Takes in that a world is done, and tells of each stage that is reached by it; `false` when the last was told of.
    pub fn done(&self, world: u32) -> bool {
        let mut progress = lock(&self.progress);
        let place = world as usize;
        if progress.done.len() <= place {
            progress.done.resize(place + 1, false);
        }
        progress.done[place] = true;
        while !progress.drawing && !self.is_over() {
            let (first, told) = (progress.first(), progress.told);
            // What more worlds have overtaken is not drawn.
            let Some(reached) = self.stages().rposition(|stage| stage <= first).filter(|reached| *reached >= told)
            else {
                break;
            };
            progress.told = reached + 1;
            progress.drawing = true;
            drop(progress);
            let runs = self.stages().nth(reached).unwrap_or(first);
            // One that is broken off is over, and told of no more.
            let _ = self.draw(runs, runs >= self.shown.runs);
            progress = lock(&self.progress);
            progress.drawing = false;
        }
        progress.told < self.stages().len() && !self.is_over()
    }

    /// The numbers of worlds after which it is drawn.
    fn stages(&self) -> impl DoubleEndedIterator<Item = u32> + ExactSizeIterator {
        let below: Vec<u32> = STAGES.into_iter().filter(|stage| *stage < self.shown.runs).collect();
        below.into_iter().chain([self.shown.runs]).collect::<Vec<_>>().into_iter()
    }

    /// Tells of the first worlds: the difference first, then outcomes, then all pictures; `None` if it became of no use meanwhile,
    /// which is asked between any two pictures and any two series.
    fn draw(&self, runs: u32, last: bool) -> Option<()> {
        let goes_on = || !self.is_over();
        let pairs = self.pairs(runs);
        let (indicator, paper) = (indicator_of(&self.shown.outcome), Paper::of(self.shown.narrow));
        let differences = if self.is_compared() { Some(self.differences(&pairs, &goes_on)?) } else { None };
        let difference = |others| differences.as_ref().and_then(|worlds| worlds.differences(indicator, others, paper));
        self.picture(runs, "difference", difference(false).as_ref());
        self.tell(&Message::new("outcomes", &self.stage(runs, last, &pairs)));
        let [base, changed] = self.cases();
        let changed = changed.pictures(runs, paper, &goes_on)?;
        let base = if self.is_compared() { Some(base.pictures(runs, paper, &goes_on)?) } else { None };
        if let Some(base) = &base {
            self.picture(runs, "others", difference(true).as_ref());
            self.picture(runs, "over", changed.worlds.over(&base.worlds, paper).as_ref());
        }
        changed.drawn.iter().for_each(|drawn| self.picture(runs, "changed", Some(drawn)));
        base.iter().flat_map(|base| &base.drawn).for_each(|drawn| self.picture(runs, "baseline", Some(drawn)));
        self.tell(&Message::new("stage", &serde_json::json!({ "runs": runs, "last": last })));
        Some(())
    }

    /// The first worlds of both cases, those that both have.
    fn pairs(&self, runs: u32) -> Vec<(u32, [Arc<World>; 2])> {
        let [base, changed] = self.cases().map(|case| case.first(runs));
        let both = (0..).zip(base).zip(changed).take(runs as usize);
        both.filter_map(|((at, base), changed)| Some((at, [base?.ok()?, changed?.ok()?]))).collect()
    }

    /// How the worlds of pairs differ, month by month.
    fn differences(&self, pairs: &[(u32, [Arc<World>; 2])], goes_on: &dyn Fn() -> bool) -> Option<Worlds> {
        let changed = &self.pair.changed;
        let runs = u32::try_from(pairs.len()).unwrap_or(u32::MAX);
        let mut worlds = Worlds::new("difference", &changed.scenario, runs);
        for series in changed.watch.series().filter(|series| series.watched.compared && series.entity.is_empty()) {
            if !goes_on() {
                return None;
            }
            let by_factor = series.watched.by_factor;
            let differ = |pair: usize, place: usize| {
                let [base, changed] = &pairs[pair].1;
                let (base, changed) = (base.row[place], changed.row[place]);
                if by_factor { changed / base } else { changed - base }
            };
            worlds.add(series.watched, "", changed.watch.stats(series.places.clone(), pairs.len(), differ));
        }
        Some(worlds)
    }

    fn stage(&self, runs: u32, last: bool, pairs: &[(u32, [Arc<World>; 2])]) -> StageLine {
        let worlds = self.cases().into_iter().flat_map(|case| case.first(runs).into_iter().take(runs as usize));
        let failures: Vec<String> = worlds.flatten().filter_map(Result::err).collect();
        let headlines = self.measured.headlines();
        let columns: Vec<(usize, Column<'static>)> = self.measured.outcomes().enumerate().collect();
        let wanted =
            |column: &Column<'_>| headlines.contains(&column.name) || column.name == self.shown.outcome.as_str();
        let chosen = columns.iter().filter(|(_, column)| wanted(column));
        let outcomes = chosen.filter_map(|(place, column)| outcome(*place, column, pairs)).collect();
        StageLine { runs, failed: failures.len(), failure: failures.into_iter().next(), outcomes, last }
    }

    fn picture(&self, runs: u32, which: &'static str, drawn: Option<&Drawn>) {
        if let Some(drawn) = drawn.filter(|_| !self.is_over()) {
            let Drawn { name, caption, svg, numbers } = drawn;
            self.tell(&Message::new("picture", &PictureLine { runs, which, name, caption, svg, numbers }));
        }
    }

    fn tell(&self, message: &Message) {
        // One who does not read for so long has gone, or will be told of the next stage.
        drop(self.send.try_send(message.clone()));
    }
}

/// The line of an outcome, if any pair has a value.
fn outcome(place: usize, column: &Column<'static>, pairs: &[(u32, [Arc<World>; 2])]) -> Option<OutcomeLine> {
    let mut gathered = Pairs::new(Units::Replicates);
    for (replicate, [base, changed]) in pairs {
        let value = |world: &World| world.outcomes.get(place).copied().flatten();
        if let (Some(base), Some(changed)) = (value(base), value(changed)) {
            gathered.add(0, *replicate as usize, (base, changed));
        }
    }
    let found = gathered.difference().filter(crate::analysis::paired::Difference::is_finite)?;
    let interval = found.difference.interval();
    Some(OutcomeLine {
        name: column.name,
        unit: column.unit,
        meaning: column.meaning,
        n: found.pairs,
        base: found.first,
        changed: found.second,
        difference: found.difference.mean,
        low: interval.map(|(low, _)| low),
        high: interval.map(|(_, high)| high),
    })
}
