//! Runs worlds in pairs that share their luck, and says how far they differ.

use rayon::prelude::*;
use redqueen::{
    maths::{self, Moments},
    measure::record::{FirmRow, Record, StateRow, Trajectory, WorldRow},
    model::{Mechanism, Model, Seed},
    scenario::{Scenario, Source, load},
};
use std::ops::RangeInclusive;

/// Why an experiment could not be run.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Runs so many worlds of every scenario, under the same seeds.
pub struct Bench {
    replicates: u64,
    model: Model,
    /// Numbers that every scenario gets, by their place in configs.
    settings: Vec<(String, f64)>,
    /// What the places of those parameters begin with that are swept; all are if there is none.
    pub swept: Vec<String>,
}

impl Bench {
    /// A bench of so many replicates of the standard model.
    pub fn new(replicates: u64) -> Self {
        Self { replicates, model: Model::standard(), settings: Vec::new(), swept: Vec::new() }
    }

    /// The same with a number of every scenario changed.
    #[must_use]
    pub fn set(mut self, place: &str, value: f64) -> Self {
        self.settings.push((place.to_owned(), value));
        self
    }

    /// The same for the model with another mechanism.
    pub fn with_mechanism<M: Mechanism>(&self) -> Self {
        let model = self.model.clone().with::<M>();
        Self { replicates: self.replicates, model, settings: self.settings.clone(), swept: self.swept.clone() }
    }

    /// The same with so many times fewer replicates, but 12 at least.
    pub fn fewer(&self, times: u64) -> Self {
        let replicates = (self.replicates / times).max(12);
        Self { replicates, model: self.model.clone(), settings: self.settings.clone(), swept: self.swept.clone() }
    }

    /// Every parameter of the mechanisms that is swept by its place in configs, with the ends of its plausible range.
    pub fn plausible_ranges(&self) -> Vec<(String, f64, f64)> {
        let mechanisms = self.model.catalogue().mechanisms.iter();
        mechanisms
            .flat_map(|mechanism| {
                mechanism.parameters.iter().map(|parameter| {
                    let (low, high) = parameter.plausible;
                    (format!("mechanisms.{}.{}", mechanism.name, parameter.name), low, high)
                })
            })
            .filter(|(place, ..)| self.swept.is_empty() || self.swept.iter().any(|swept| place.starts_with(swept)))
            .collect()
    }

    /// A scenario of the program's own (`baseline`, `taiwan-blockade`, …) with `text`, a config, laid over it.
    pub fn scenario(&self, name: &str, text: &str) -> Result<Scenario, Failure> {
        let base = if name == "baseline" { "baseline.toml".to_owned() } else { format!("scenarios/{name}.toml") };
        let source = Source::Text { name: "experiment".to_owned(), text: format!("extends = \"{base}\"\n{text}") };
        let loaded = load(&source, &[], self.model.catalogue()).map_err(|found| found.to_string())?;
        let mut scenario = loaded.scenario;
        for (place, value) in &self.settings {
            scenario.set(place, *value)?;
        }
        Ok(scenario)
    }

    /// The baseline with these values.
    pub fn with(&self, values: &[(&str, f64)]) -> Result<Scenario, Failure> {
        self.of("baseline", values)
    }

    /// A scenario of the program's own with these values.
    pub fn of(&self, name: &str, values: &[(&str, f64)]) -> Result<Scenario, Failure> {
        let mut scenario = self.scenario(name, "")?;
        for (number, value) in values {
            scenario.set(number, *value)?;
        }
        Ok(scenario)
    }

    /// What `look` sees in every world of `scenario`, by replicate.
    pub fn observe<T: Send>(
        &self,
        scenario: &Scenario,
        look: impl Fn(&Trajectory) -> T + Sync + Send,
    ) -> Result<Vec<T>, Failure> {
        let worlds = || self.model.simulate(scenario);
        (0..self.replicates)
            .into_par_iter()
            .map_init(worlds, |simulation, replicate| {
                let simulation = simulation.as_mut().map_err(|unsound| unsound.to_string())?;
                let seed = Seed { master: scenario.seed, replicate };
                let trajectory = simulation.run(seed, Record::ALL).map_err(|invalid| invalid.to_string())?;
                Ok(look(&trajectory))
            })
            .collect::<Result<_, String>>()
            .map_err(Failure::from)
    }
}

/// How an effect is written.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Unit {
    /// A share, shown in per cent.
    Share,
    /// Anything else, shown with its name.
    Of(&'static str),
}

/// What came of an experiment.
#[derive(Clone, Debug)]
pub struct Effect {
    /// What was measured.
    pub what: String,
    /// The effect.
    pub value: f64,
    /// Where it lies, with 95 % confidence.
    pub interval: Option<(f64, f64)>,
    unit: Unit,
    must: RangeInclusive<f64>,
    /// Whether luck must be ruled out as its cause.
    against_luck: bool,
}

impl Effect {
    /// Mean difference of two paired samples, which must be in this range and not due to luck.
    pub fn difference(what: &str, unit: Unit, from: &[f64], to: &[f64], must: RangeInclusive<f64>) -> Self {
        Self::paired(what, unit, from, to, 1.0, must)
    }

    /// Mean difference of two paired samples as a share of the first's mean, which must be in this range and not due to luck.
    pub fn change(what: &str, from: &[f64], to: &[f64], must: RangeInclusive<f64>) -> Self {
        let mean = from.iter().sum::<f64>() / from.len() as f64;
        Self::paired(what, Unit::Share, from, to, 1.0 / mean.abs(), must)
    }

    fn paired(what: &str, unit: Unit, from: &[f64], to: &[f64], scale: f64, must: RangeInclusive<f64>) -> Self {
        let pairs = from.iter().zip(to).filter(|(from, to)| from.is_finite() && to.is_finite());
        let differences: Vec<f64> = pairs.map(|(from, to)| (to - from) * scale).collect();
        let (mean, sd) = mean_and_sd(&differences);
        // Student's t with as many degrees of freedom as there are pairs here is near 2.
        let error = 2.0 * sd / (differences.len() as f64).sqrt();
        Self {
            what: what.to_owned(),
            value: mean,
            interval: Some((mean - error, mean + error)),
            unit,
            must,
            against_luck: true,
        }
    }

    /// Median of a sample, which must be in this range; the interval holds 90 % of the runs.
    pub fn median(what: &str, unit: Unit, sample: &[f64], must: RangeInclusive<f64>) -> Self {
        let [low, median, high] = [0.05, 0.5, 0.95].map(|q| quantile(sample, q));
        Self { what: what.to_owned(), value: median, interval: Some((low, high)), unit, must, against_luck: false }
    }

    /// Median of a sample against what was `observed`, with the error of that: no further off than two standard deviations of
    /// both.
    pub fn observed(what: &str, unit: Unit, sample: &[f64], observed: f64, error: f64) -> Self {
        let sample: Vec<f64> = sample.iter().copied().filter(|value| value.is_finite()).collect();
        let (_, luck) = mean_and_sd(&sample);
        let off = 2.0 * (luck * luck + error * error).sqrt();
        Self::median(what, unit, &sample, observed - off..=observed + off)
    }

    /// Share of a sample in which something is so.
    pub fn share(what: &str, is_so: &[bool], must: RangeInclusive<f64>) -> Self {
        let n = is_so.len() as f64;
        let share = is_so.iter().filter(|is_so| **is_so).count() as f64 / n;
        Self {
            what: what.to_owned(),
            value: share,
            interval: Some(wilson(share, n)),
            unit: Unit::Share,
            must,
            against_luck: false,
        }
    }

    /// The same, which may be due to luck: it is stated, whatever it comes to.
    #[must_use]
    pub fn even_by_luck(self) -> Self {
        Self { against_luck: false, ..self }
    }

    /// Whether it is what it must be.
    pub fn holds(&self) -> bool {
        let lucky = self.interval.is_none_or(|(low, high)| low <= 0.0 && high >= 0.0);
        let bounded = self.must.start().is_finite() || self.must.end().is_finite();
        self.must.contains(&self.value) && !(self.against_luck && bounded && lucky)
    }

    /// What it must be, in words.
    pub fn must(&self) -> String {
        let (low, high) = (*self.must.start(), *self.must.end());
        match (low.is_finite(), high.is_finite()) {
            (true, true) => format!("{} … {}", self.show(low), self.show(high)),
            (true, false) => format!("≥ {}", self.show(low)),
            (false, true) => format!("≤ {}", self.show(high)),
            (false, false) => "as it comes".to_owned(),
        }
    }

    /// A number as the effect is written.
    pub fn show(&self, number: f64) -> String {
        match self.unit {
            Unit::Share => format!("{:.1} %", 100.0 * number),
            Unit::Of(unit) if number.abs() >= 100.0 => format!("{number:.0} {unit}"),
            Unit::Of(unit) => format!("{} {unit}", three_digits(number)),
        }
    }
}

/// Mean and standard deviation of a sample.
pub fn mean_and_sd(sample: &[f64]) -> (f64, f64) {
    let mut moments = Moments::default();
    sample.iter().for_each(|value| moments.add(*value));
    (moments.mean, moments.variance().map_or(f64::NAN, f64::sqrt))
}

fn three_digits(number: f64) -> String {
    let digits = if number == 0.0 { 1 } else { (2 - maths::log10(number.abs()).floor() as i32).clamp(0, 6) as usize };
    format!("{number:.digits$}")
}

/// Wilson's interval of a share in `n` trials, 95 %.
fn wilson(share: f64, n: f64) -> (f64, f64) {
    const Z: f64 = 1.96;
    let (middle, scale) = (share + Z * Z / (2.0 * n), 1.0 + Z * Z / n);
    let half = Z * (share * (1.0 - share) / n + Z * Z / (4.0 * n * n)).sqrt();
    ((middle - half) / scale, (middle + half) / scale)
}

/// A quantile of a sample; numbers that are not finite are left out.
pub fn quantile(sample: &[f64], q: f64) -> f64 {
    let mut sorted: Vec<f64> = sample.iter().copied().filter(|value| value.is_finite()).collect();
    sorted.sort_by(f64::total_cmp);
    maths::quantile(&sorted, q)
}

/// The row of the month so many months after the start.
pub fn month(world: &Trajectory, year: u32, month: u32) -> &WorldRow {
    let at = ((year - 2023) * 12 + month - 1) as usize;
    &world.world[at.min(world.world.len() - 1)]
}

/// The row of a state in a month.
pub fn state<'a>(world: &'a Trajectory, name: &str, year: u32, month: u32) -> &'a StateRow {
    let date = self::month(world, year, month).date;
    world.states.iter().find(|row| row.date == date && &*row.state == name).unwrap_or_else(|| panic!("no state {name}"))
}

/// The rows of the firms in a month.
pub fn firms(world: &Trajectory, year: u32, month: u32) -> impl Iterator<Item = &FirmRow> {
    let date = self::month(world, year, month).date;
    world.firms.iter().filter(move |row| row.date == date)
}

/// Mean of a column of the world from one month to another, both included, over the months in which it is finite.
pub fn mean(world: &Trajectory, from: (u32, u32), to: (u32, u32), column: impl Fn(&WorldRow) -> f64) -> f64 {
    let at = |(year, month): (u32, u32)| ((year - 2023) * 12 + month - 1) as usize;
    let values = world.world[at(from)..=at(to)].iter().map(column).filter(|value| value.is_finite());
    let (count, sum) = values.fold((0.0, 0.0), |(count, sum), value| (count + 1.0, sum + value));
    sum / count
}
