//! The tables of calibrations and claims.

use crate::table;
use std::sync::Arc;

table! {
    /// A parameter before and after data were seen.
    pub struct MarginalRow as "marginals" by parameter {
        /// The parameter, by its key; others that share its value are not named.
        parameter: Arc<str>, "";
        /// 5 % quantile of the prior.
        prior_p05: f64, "of the parameter";
        /// Median of the prior.
        prior_p50: f64, "of the parameter";
        /// 95 % quantile of the prior.
        prior_p95: f64, "of the parameter";
        /// 5 % quantile of the posterior.
        p05: f64, "of the parameter";
        /// 25 % quantile of the posterior.
        p25: f64, "of the parameter";
        /// Median of the posterior.
        p50: f64, "of the parameter";
        /// 75 % quantile of the posterior.
        p75: f64, "of the parameter";
        /// 95 % quantile of the posterior.
        p95: f64, "of the parameter";
        /// Share of the prior's variance that the data took away, on the scale where the prior is normal.
        contraction: Option<f64>, "1";
        /// Distance of the posterior's mean from the prior's, in standard deviations of the prior on that scale.
        shift: Option<f64>, "1";
    }
}

table! {
    /// Two parameters of which one makes up for the other: the data tell more of them together than apart.
    pub struct RidgeRow as "ridges" by parameter, with {
        /// One parameter.
        parameter: Arc<str>, "";
        /// The other.
        with: Arc<str>, "";
        /// Their rank correlation in the posterior.
        correlation: f64, "1";
    }
}

table! {
    /// Which datum tells what of which parameter, by the emulator.
    pub struct InformationRow as "information" by target, parameter {
        /// The target.
        target: Arc<str>, "";
        /// The parameter.
        parameter: Arc<str>, "";
        /// Share of the target's variance over the prior that the parameter explains alone.
        explained: Option<f64>, "1";
        /// The same with its interactions.
        total: Option<f64>, "1";
        /// Contraction of the parameter by all targets less that by all others; empty where it was not asked for.
        adds: Option<f64>, "1";
    }
}

table! {
    /// What worlds of the posterior give of a target, the worst misfit first.
    pub struct FitRow as "fit" by target {
        /// The target.
        target: Arc<str>, "";
        /// What it sums up.
        meaning: Arc<str>, "";
        /// Its unit.
        unit: Arc<str>, "";
        /// What was seen.
        seen: f64, "of the target";
        /// Standard deviation of its measurement.
        error: f64, "of the target";
        /// Standard deviation of the discrepancy that the model is granted.
        discrepancy: f64, "of the target";
        /// 5 % quantile of the runs, with luck and doubt and without errors of measurement; empty like the next four if none has it.
        p05: Option<f64>, "of the target";
        /// 25 % quantile of the runs.
        p25: Option<f64>, "of the target";
        /// Median of the runs.
        p50: Option<f64>, "of the target";
        /// 75 % quantile of the runs.
        p75: Option<f64>, "of the target";
        /// 95 % quantile of the runs.
        p95: Option<f64>, "of the target";
        /// Standard deviation of luck alone.
        luck: Option<f64>, "of the target";
        /// Distance of what was seen from the mean of the runs, in standard deviations of luck, doubt, error and discrepancy together.
        score: Option<f64>, "1";
        /// Two-sided probability of a datum at least as far out.
        p: Option<f64>, "1";
        /// Share of the runs, by weight, that have it.
        present: f64, "1";
        /// Where the figures are from.
        source: Arc<str>, "";
    }
}

table! {
    /// Where a planted truth lies among draws of its posterior.
    pub struct RankRow as "ranks" by trial, parameter {
        /// Which truth, from 0 on.
        trial: u32, "1";
        /// The parameter.
        parameter: Arc<str>, "";
        /// How many draws lie below the truth.
        rank: u32, "draws";
        /// Draws of each posterior.
        draws: u32, "draws";
        /// Effective sample of the trial's posterior.
        effective: f64, "draws";
    }
}

table! {
    /// How many ranks of planted truths lie in each of some bins of equal width.
    pub struct HistogramRow as "histograms" by parameter, bin {
        /// The parameter.
        parameter: Arc<str>, "";
        /// Which bin, from the lowest ranks on.
        bin: u32, "1";
        /// Ranks in it.
        count: u32, "ranks";
        /// Ranks that it would have if posteriors were right.
        expected: f64, "ranks";
        /// Probability of a histogram of this parameter that is at least as uneven if they are (χ²).
        p: f64, "1";
    }
}

table! {
    /// A condition of a claim, and how the claim was judged.
    pub struct ClaimRow as "claims" by claim, condition {
        /// The claim.
        claim: Arc<str>, "";
        /// What must be true.
        condition: Arc<str>, "";
        /// Share of the worlds in which the claim holds: in which all its conditions are true, each by the mean of its runs. Of a prediction, the share of resamples of worlds.
        holds: f64, "1";
        /// Standard error of that share.
        standard_error: Option<f64>, "1";
        /// Share in which it would hold if each world were run without end: lower end of its 90 % interval; empty of a prediction, or where fewer than 30 worlds were run more than once.
        without_luck_low: Option<f64>, "1";
        /// Upper end of the same.
        without_luck_high: Option<f64>, "1";
        /// Different worlds.
        worlds: u32, "worlds";
        /// Runs of each scenario in which it could be judged.
        runs: u32, "runs";
        /// Share of the worlds in which the condition is true, each by the mean of its runs.
        share: f64, "1";
        /// Share of luck in the variance of single runs; empty where no world was run twice.
        luck: Option<f64>, "1";
        /// Median of the value or difference that it speaks of; of a prediction, the difference of rank correlations.
        median: Option<f64>, "of the outcome";
        /// 5 % quantile of the same.
        p05: Option<f64>, "of the outcome";
        /// 95 % quantile of the same.
        p95: Option<f64>, "of the outcome";
        /// Unit of the outcome; 1 of a prediction.
        unit: Arc<str>, "";
        /// The parameter on which the verdict turns most.
        turns_on: Option<Arc<str>>, "";
        /// Its rank correlation with the effect of the condition that is true least often.
        correlation: Option<f64>, "1";
    }
}
