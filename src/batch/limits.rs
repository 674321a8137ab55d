//! What is known of a batch before it is run to be out of its reach.

use crate::{
    analysis::{precision, sensitivity},
    declare::text::counted,
    experiment::{Experiment, Gather, design::Method},
    measure::months_before,
};

impl Experiment {
    /// What this experiment cannot tell, a line each: intervals and indices from too few runs, a stop rule that cannot be met.
    pub(crate) fn limits(&self) -> Vec<String> {
        [self.indices(), self.intervals(), self.stop_rule(), self.rounds(), self.quantiles()]
            .into_iter()
            .flatten()
            .collect()
    }

    /// The first round is done whole.
    fn rounds(&self) -> Option<String> {
        let (runs, most) = (u64::from(self.runs), self.stop.as_ref()?.max_runs);
        let above = most < runs;
        above.then(|| {
            format!(
                "[stop] max_runs = {most} is below runs = {runs}: the first round of each point has {}",
                counted(runs, "replicate")
            )
        })
    }

    /// Points have as many replicates as their luck took.
    fn quantiles(&self) -> Option<String> {
        let unequal = self.stop.is_some() && self.sample.points() > 1 && self.quantiles == Some(Gather::Pooled);
        unequal.then(|| {
            "quantiles = \"pooled\" weighs a point by its number of replicates, which [stop] decides; \"by-point\" does not".to_owned()
        })
    }

    fn indices(&self) -> Option<String> {
        let (number, what, key) = match self.sample.design().method {
            Method::Morris { trajectories, .. } => (trajectories, "trajectories", "trajectories"),
            Method::Saltelli { points, .. } => (points, "base points", "points"),
            _ => return None,
        };
        let (fewest, fewest_resampled) = (sensitivity::FEWEST, sensitivity::FEWEST_RESAMPLED);
        let lacks = match number as usize {
            few if few < fewest => format!("any sensitivity index, which takes at least {fewest}"),
            few if few < fewest_resampled => {
                format!("intervals of sensitivity indices, which take at least {fewest_resampled}")
            }
            _ => return None,
        };
        Some(format!("[design] {key} = {number}: too few {what} for {lacks}"))
    }

    /// Several scenarios are there to be compared, and ends of ranges with the base.
    fn intervals(&self) -> Option<String> {
        let most = self.stop.as_ref().map_or(u64::from(self.runs), |stop| stop.max_runs.max(u64::from(self.runs)));
        let what = match self.sample.design().method {
            Method::OneAtATime => "swings",
            _ if self.variants.len() > 1 => "the differences between scenarios",
            _ => return None,
        };
        let (most, unit) = self.sample.worlds_apart().map_or((most, "replicate"), |worlds| (worlds, "different world"));
        (most < precision::FEWEST).then(|| {
            let (least, have) = (precision::FEWEST, counted(most, unit));
            format!("{have}: too few for intervals of {what}, which take at least {least}")
        })
    }

    fn stop_rule(&self) -> Option<String> {
        let outcome = self.stop.as_ref()?.outcome.as_str();
        let first = months_before(outcome);
        let short = self.variants.iter().find(|variant| variant.scenario.time.months < first)?;
        let (name, months) = (&short.name, short.scenario.time.months);
        Some(format!("[stop] cannot be met: {outcome} takes {}, and {name} has {months}", counted(first, "month")))
    }
}

#[cfg(test)]
mod tests {
    use crate::{
        declare::table::{Cell, Row as _},
        measure::{Measured, months_before, record::Record},
        model::{Model, noise::Seed},
        scenario::Source,
    };
    use std::collections::BTreeSet;

    #[test]
    fn what_is_out_of_reach_is_said_before_anything_runs() {
        let folder = tempfile::tempdir().unwrap();
        let limits = |text: &str| {
            let file = folder.path().join("e.toml");
            std::fs::write(&file, format!("name = 'e'\nmonths = 20\n{text}")).unwrap();
            Model::standard().experiment(&Source::from_argument(&file), &[]).unwrap().limits()
        };
        let factor = "[[design.factors]]\nparameter = 'mechanisms.diffusion.xi_open'\n";
        let design = |kind: &str| limits(&format!("[design]\nkind = {kind}\n{factor}"));
        assert_eq!(
            design("'morris'\ntrajectories = 3"),
            ["[design] trajectories = 3: too few trajectories for any sensitivity index, which takes at least 4"]
        );
        let four = design("'saltelli'\npoints = 4");
        assert!(four[0].contains("points = 4: too few base points for intervals") && four.len() == 1, "{four:?}");
        assert!(design("'morris'\ntrajectories = 5").is_empty() && design("'saltelli'\npoints = 8").is_empty());
        let swings = limits(&format!("runs = 1\n[design]\nkind = 'one-at-a-time'\n{factor}"));
        assert_eq!(swings, ["1 replicate: too few for intervals of swings, which take at least 5"]);
        let scenarios =
            "[[scenarios]]\nname = 'a'\n[[scenarios]]\nname = 'b'\nset = { 'mechanisms.market.crowding' = 2 }\n";
        assert!(limits(&format!("runs = 4\n{scenarios}"))[0].starts_with("4 replicates: too few for intervals"));
        assert!(limits(&format!("runs = 5\n{scenarios}")).is_empty() && limits("runs = 1").is_empty());
        let stop = |outcome: &str| limits(&format!("[stop]\noutcome = '{outcome}'\nstandard_error = 1\n"));
        assert_eq!(stop("gap_rating_24"), ["[stop] cannot be met: gap_rating_24 takes 25 months, and baseline has 20"]);
        assert!(stop("gap_rating_12").is_empty() && stop("parity_months").is_empty());
        let low = limits("runs = 50\n[stop]\noutcome = 'firms_end'\nstandard_error = 1\nmax_runs = 20\n");
        assert_eq!(low, ["[stop] max_runs = 20 is below runs = 50: the first round of each point has 50 replicates"]);
    }

    #[test]
    fn outcomes_have_a_value_from_the_month_on_that_is_said() {
        let names = Measured::default().outcome_names();
        let valued = |months: u32| -> BTreeSet<&str> {
            let scenario =
                Model::standard().load_with(&Source::Builtin("baseline".into()), &[format!("time.months={months}")]);
            let mut world = Model::standard().simulate(&scenario.unwrap().scenario).unwrap();
            let found = world.run(Seed { master: 1, replicate: 0 }, Record::NONE).unwrap();
            let mut cells = Vec::new();
            found.outcomes.cells(&mut |cell| cells.push(cell != Cell::Missing));
            names.iter().copied().zip(cells).filter(|(_, has)| *has).map(|(name, _)| name).collect()
        };
        for months in [1, 2, 12, 13, 24, 25] {
            let found = valued(months);
            for outcome in ["frontier_gain_per_year", "gap_rating_12", "gap_rating_24", "momentum_leader_end"] {
                assert_eq!(found.contains(outcome), months >= months_before(outcome), "{outcome} of {months} months");
            }
            assert!(found.iter().all(|outcome| months >= months_before(outcome)), "{found:?}");
        }
    }
}
