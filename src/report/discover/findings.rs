//! The boxes of a batch, in words.

use super::read::Sampled;
use crate::{
    analysis::prim::{FoundBox, Limit, Options, QuasiP, boxes},
    experiment::design::{Factor, Setting},
    report::{game::percent, scale::significant},
};

/// A restriction that may as well stand by chance: the usual line of scenario discovery.
pub const DOUBTFUL: f64 = 0.05;

/// The boxes of a batch.
#[derive(Debug)]
pub struct Discovery {
    /// The batch.
    pub sampled: Sampled,
    /// The boxes, in the order in which they were found.
    pub boxes: Vec<FoundBox>,
    /// The density that was asked for.
    pub threshold: f64,
}

/// What a box says of a parameter.
#[derive(Clone, Copy, Debug)]
pub struct Restriction<'a> {
    /// Its column.
    pub column: usize,
    /// The parameter.
    pub factor: &'a Factor,
    /// What the box admits.
    pub limit: &'a Limit,
    /// What was sampled.
    pub sampled: &'a Limit,
    /// How easily it may stand by chance.
    pub quasi_p: QuasiP,
}

impl Discovery {
    /// Searches for up to `most` boxes.
    pub fn new(sampled: Sampled, most: usize, threshold: f64, options: &Options) -> Self {
        let boxes = boxes(&sampled.cases, most, threshold, options);
        Self { sampled, boxes, threshold }
    }

    /// What a box restricts, the surest first.
    pub fn restrictions<'a>(&'a self, found: &'a FoundBox) -> Vec<Restriction<'a>> {
        let factors = self.sampled.factors().iter().enumerate();
        let all = self.sampled.cases.everything().iter().zip(&found.step().limits);
        let mut list: Vec<Restriction<'a>> = factors
            .zip(all)
            .zip(&found.quasi_p)
            .filter_map(|(((column, factor), (sampled, limit)), quasi_p)| {
                Some(Restriction { column, factor, limit, sampled, quasi_p: (*quasi_p)? })
            })
            .collect();
        list.sort_by(|a, b| a.quasi_p.column.total_cmp(&b.quasi_p.column).then(a.column.cmp(&b.column)));
        list
    }

    /// What a limit admits of a column, in words.
    pub fn words(&self, column: usize, limit: &Limit) -> String {
        let sampled = self.sampled.cases.everything().get(column);
        match (limit, sampled) {
            (Limit::Between(low, high), Some(Limit::Between(least, most))) => match (low > least, high < most) {
                (true, true) => format!("{} to {}", significant(*low), significant(*high)),
                (true, false) => format!("above {}", significant(*low)),
                (false, true) => format!("below {}", significant(*high)),
                (false, false) => "any".to_owned(),
            },
            _ => self.admitted(column, limit).iter().map(word).collect::<Vec<_>>().join(" or "),
        }
    }

    /// The range that was sampled, in words.
    pub fn range(&self, column: usize) -> String {
        match self.sampled.cases.everything().get(column) {
            Some(Limit::Between(low, high)) => format!("{} to {}", significant(*low), significant(*high)),
            Some(limit) => self.admitted(column, limit).iter().map(word).collect::<Vec<_>>().join(", "),
            None => String::new(),
        }
    }

    /// The choices of a column that a limit admits.
    pub fn admitted(&self, column: usize, limit: &Limit) -> Vec<Setting> {
        let Limit::Among(admitted) = limit else { return Vec::new() };
        let known = self.sampled.choices.get(column).into_iter().flatten();
        known.zip(admitted).filter(|(_, admitted)| **admitted).map(|(choice, _)| choice.clone()).collect()
    }

    /// What a box holds, in a sentence.
    pub fn sentence(&self, found: &FoundBox) -> String {
        let step = found.step();
        let short = if step.density < self.threshold {
            format!(", short of the {} that was asked for", percent(self.threshold))
        } else {
            String::new()
        };
        format!(
            "density {}{short}, against {} overall; coverage {} of all that happened; mass {} of the points",
            percent(step.density),
            percent(self.sampled.cases.base_rate()),
            percent(step.coverage),
            percent(step.mass)
        )
    }

    /// What to know of the numbers.
    pub fn notes(&self) -> Vec<String> {
        let Sampled { failed, open, cases, weighted, .. } = &self.sampled;
        let mut notes = Vec::new();
        if *failed > 0 {
            notes.push(format!("{failed} failed runs count nothing; runs.csv says why."));
        }
        if *open > 0 {
            notes.push(format!("{open} runs have no value that decides, and count nothing."));
        }
        if *weighted {
            let (all, worth) = (cases.all().len(), cases.effective());
            notes.push(format!("The weights make {all} points worth {worth:.0}."));
        }
        if self.boxes.iter().any(|found| self.restrictions(found).iter().any(|r| r.quasi_p.column > DOUBTFUL)) {
            notes.push(format!("A quasi-p above {DOUBTFUL} (marked ?) may as well be chance: leave that limit out."));
        }
        notes.push(
            "Boxes hold for the ranges of the design, and for the model; where a range is assumed, so is the box."
                .to_owned(),
        );
        notes
    }

    /// How many rows, and of what.
    pub fn size(&self) -> String {
        let points = self.sampled.cases.all().len() as u64;
        let (points, runs) = (points_of(points), crate::declare::text::counted(self.sampled.runs, "run"));
        let rate = percent(self.sampled.cases.base_rate());
        format!("{points}, {runs}; {} in {rate}", self.sampled.condition)
    }
}

fn points_of(points: u64) -> String {
    crate::declare::text::counted(points, "point")
}

/// A choice as tables and pages show it.
pub fn word(setting: &Setting) -> String {
    match setting {
        Setting::Flag(flag) => flag.to_string(),
        Setting::Whole(whole) => whole.to_string(),
        Setting::Real(real) => real.to_string(),
        Setting::Text(text) => text.clone(),
    }
}

/// A quasi-p value in few letters.
pub fn quasi(p: f64) -> String {
    if p < 0.001 { "< 0.001".to_owned() } else { format!("{p:.3}") }
}
