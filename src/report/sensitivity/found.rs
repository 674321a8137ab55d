//! What was found in a batch of a design that indices can be had from.

use super::read::AnalysedBatch;
use crate::{
    analysis::sensitivity::{FEWEST_RESAMPLED, Indices, Options, PointRoles, analyse},
    declare::table::Column,
    experiment::design::Factor,
    output::manifest::Manifest,
};

/// Resamples of intervals that nobody chose.
const RESAMPLES: u32 = 1000;

/// Everything that was found in a batch.
#[derive(Debug)]
pub struct Findings {
    /// The batch's manifest.
    pub manifest: Manifest,
    /// Which point of its design is what.
    pub layout: PointRoles,
    /// How intervals were made.
    pub options: Options,
    /// The indices, by scenario, then outcome.
    pub list: Vec<Finding>,
}

/// The indices of an outcome under a scenario.
#[derive(Debug)]
pub struct Finding {
    /// Place of the scenario.
    pub scenario: usize,
    /// The outcome.
    pub outcome: Column<'static>,
    /// Whether the page shows it at once, not folded away.
    pub headline: bool,
    /// What was found.
    pub indices: Indices,
}

impl Findings {
    /// The indices of all outcomes that were read, with intervals from as many resamples as are usual.
    pub fn of(batch: AnalysedBatch) -> Self {
        let options = Options { resamples: RESAMPLES, confidence: 0.95, seed: batch.design().seed };
        let (scenarios, factors) = (batch.manifest.experiment.scenarios.len(), batch.design().factors.len());
        let each =
            (0..batch.outcomes.len()).flat_map(|outcome| (0..scenarios).map(move |scenario| (scenario, outcome)));
        let find = |(scenario, outcome): (usize, usize)| {
            let indices = analyse(&batch.layout, factors, &batch.values(scenario, outcome), &options);
            Finding { scenario, outcome: batch.outcomes[outcome], headline: true, indices }
        };
        let list = each.map(find).collect();
        Self { manifest: batch.manifest, layout: batch.layout, options, list }
    }

    /// What the design varied.
    pub fn factors(&self) -> &[Factor] {
        &self.manifest.experiment.design.factors
    }

    /// Name of the scenario at this place.
    pub fn scenario(&self, place: usize) -> &str {
        self.manifest.experiment.scenarios.get(place).map_or("", |scenario| &scenario.name)
    }

    /// Dotted key of the factor at this place.
    pub fn factor(&self, place: usize) -> &str {
        self.factors().get(place).map_or("", |factor| &factor.parameter)
    }

    /// The share of the resamples that an interval holds, in percent, with all its digits.
    pub fn confidence(&self) -> String {
        /// More than a number has.
        const MOST: usize = 20;
        let share = self.options.confidence;
        let digits = share.to_string().split_once('.').map_or(0, |(_, digits)| digits.len());
        format!("{:.*} %", digits.saturating_sub(2).min(MOST), 100.0 * share)
    }

    /// What is to be known of the intervals: that there are none, that they are too wide for so few resamples, or that they
    /// leave luck out.
    pub fn about_intervals(&self) -> Vec<String> {
        let (blocks, mut said) = (self.layout.blocks_are(), Vec::new());
        let found = || self.list.iter().map(|finding| &finding.indices).filter(|indices| indices.lack.is_none());
        let few = |indices: &Indices| indices.used < FEWEST_RESAMPLED;
        if found().any(few) {
            said.push(format!("No interval can be given from fewer than {FEWEST_RESAMPLED} {blocks}."));
        }
        let Options { resamples, confidence, .. } = self.options;
        if f64::from(resamples) * (1.0 - confidence) / 2.0 < 1.0 {
            let confidence = self.confidence();
            said.push(format!(
                "{resamples} resamples are too few for {confidence}: an interval is the whole range that they span. Give more \
                 --resamples, or less --confidence."
            ));
        }
        if found().any(|indices| !indices.luck && !few(indices)) {
            said.push(format!(
                "Fewer than {FEWEST_RESAMPLED} replicates at a point: indices and intervals hold for the luck of these replicates."
            ));
        }
        said
    }
}
