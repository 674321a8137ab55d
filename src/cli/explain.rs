//! `redqueen explain`: which parts of a scenario moved an outcome, and by how much.

use super::{
    batch,
    common::{ConfigOptions, RunningOptions, default_folder, source, warn},
    failure::Failure,
    lines::{line, short, unit},
    progress::Bar,
};
use crate::{
    analysis::shapley::Plan,
    batch::{By, Done, Groups, Study, Words},
    declare::{table::Column, text::counted},
    experiment::Experiment,
    model::Model,
    report::explain::{Explained, Explanation, write_explanation},
    scenario::{Scenario, diagnostic::unknown, overrides::Override},
};
use std::path::PathBuf;

const EXAMPLES: &str = "\
Examples:
  redqueen explain --outcome gap_rating_end
  redqueen explain my.toml --outcome gap_rating_end --groups learning,controls
  redqueen explain --outcome firms_end --by mechanism --orders 20
  redqueen explain us-action-plan --outcome gap_rating_end --by rule
  redqueen explain taiwan-blockade --against baseline --outcome compute_lost

Switches groups of mechanisms on and off under the same luck: Shapley values,
which add up to the difference from the world without them. A group is a
bundle, a mechanism, policies, controls, shocks, or one of these rules by its
name; `+` joins several. Writes explain.csv and explain.html.";

/// So many groups are taken in all orders: 256 worlds.
const EXACT: usize = 8;
/// Pairs of orders that are drawn of more.
const PAIRS: u32 = 8;
/// Replicates of each world.
const RUNS: u32 = 20;
/// The most worlds.
const WORLDS: usize = 2000;

/// How a scenario falls into groups
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Kind {
    /// Bundles of mechanisms that belong together
    Bundle,
    /// Each mechanism alone
    Mechanism,
    /// Each policy, control and shock alone
    Rule,
}

/// Find which mechanisms and policies moved an outcome, and by how much: Shapley values with a waterfall
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    #[command(flatten)]
    config: ConfigOptions,
    /// Outcome to tell apart, a column of runs.csv; can be given many times
    #[arg(long, value_name = "NAME", required = true)]
    outcome: Vec<String>,
    /// Groups, with commas between them; what is in none stays as it is [default: all of a kind]
    #[arg(long, value_name = "GROUPS", value_delimiter = ',', conflicts_with = "by")]
    groups: Vec<String>,
    /// Kind of the groups
    #[arg(long, value_name = "KIND", default_value = "bundle", value_enum)]
    by: Kind,
    /// Scenario that says what a group is when it is not on [default: mechanisms off, rules removed]
    #[arg(long, value_name = "SCENARIO")]
    against: Option<PathBuf>,
    /// Draw so many orders, each with its reverse [default: all orders of up to 8 groups, else 8]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1000))]
    orders: Option<u32>,
    /// Replicates of each world
    #[arg(long, value_name = "N", default_value_t = RUNS, value_parser = super::common::runs)]
    runs: u32,
    /// Output folder [default: output/NAME-explained by the name of the config]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    #[command(flatten)]
    running: RunningOptions,
}

pub(super) fn run(args: &Args, model: &Model) -> Result<(), Failure> {
    let (cancel, mut bar) = (super::interrupt::watch(Failure::Interrupted), Bar::new(args.running.quiet));
    let columns = args.columns(model)?;
    let experiment = args.experiment(model)?;
    warn(&experiment);
    let Some(base) = experiment.variants.first().cloned() else { return Ok(()) };
    let against = args.other(&base.scenario, model)?;
    let by = match args.by {
        Kind::Bundle => By::Bundle,
        Kind::Mechanism => By::Mechanism,
        Kind::Rule => By::Rule,
    };
    let groups = Groups::new(&base.scenario, against.as_ref(), by, &args.groups).map_err(Failure::Usage)?;
    let plan = args.plan(groups.list.len(), experiment.seed)?;
    let variants = groups.variants(&base, &plan.coalitions(), model).map_err(Failure::Usage)?;
    let (name, seed) = (experiment.name.clone(), experiment.seed);
    let runs = args.runs;
    let folder = args.out.clone().map_or_else(|| default_folder(&name, "-explained"), Ok)?;
    let experiment = Experiment {
        name: format!("{name}-explained"),
        variants,
        runs,
        record: Vec::new(),
        passing: Vec::new(),
        quantiles: None,
        ..experiment
    };
    let replay = |world: &str| args.replay(&groups, &plan, world, model);
    let study = args.running.on(Study::of(model, experiment).replay(replay), &cancel);
    let done = study.on(|progress| bar.show(progress)).run_into(folder)?;
    drop(bar);
    if done.cancelled {
        return Err(Failure::Interrupted);
    }
    let lived = done.runs()?;
    let tell = |column| Explained::new(column, &groups, &plan, &lived);
    let outcomes = columns.into_iter().map(tell).collect();
    let against = against.map(|scenario| scenario.name);
    let runs = u64::from(runs);
    let explanation = Explanation { name, against, groups: &groups, plan: &plan, runs, seed, outcomes };
    args.close(model, &explanation, &done)
}

impl Args {
    /// The outcomes that are asked for.
    fn columns(&self, model: &Model) -> Result<Vec<Column<'static>>, Failure> {
        let measured = model.measured();
        let known: Vec<Column<'static>> = measured.outcomes().collect();
        let find = |name: &String| {
            known.iter().find(|column| column.name == name).copied().ok_or_else(|| {
                let message = unknown("outcome", name, measured.outcome_names());
                Failure::Usage(format!("{message}; `{} columns runs` lists all", model.program().name))
            })
        };
        self.outcome.iter().map(find).collect()
    }

    /// The scenario, as an experiment of its own.
    fn experiment(&self, model: &Model) -> Result<Experiment, Failure> {
        if self.config.values.doubt.is_some() || self.config.values.worlds.is_some() {
            return Err(Failure::Usage(
                "explain takes the world of the config alone: leave out --doubt and --worlds".to_owned(),
            ));
        }
        let experiment = model.experiment(&self.config.source(), &self.config.values.overrides())?;
        let several = experiment.variants.len() != 1 || !experiment.sample.design().factors.is_empty();
        if several || experiment.stop.is_some() || experiment.game.is_some() {
            return Err(Failure::Usage(format!(
                "{} is an experiment of its own, and explain takes one scenario",
                self.config.config.as_deref().map_or_else(String::new, |config| config.display().to_string())
            )));
        }
        Ok(experiment)
    }

    /// The scenario that it is held against, which covers the same months.
    fn other(&self, own: &Scenario, model: &Model) -> Result<Option<Scenario>, Failure> {
        let Some(path) = &self.against else { return Ok(None) };
        let months = self.config.values.months.map(|months| format!("time.months={months}"));
        let other = model.load_with(&source(Some(path)), &months.into_iter().collect::<Vec<_>>())?.scenario;
        if other.time != own.time {
            let path = path.display();
            return Err(Failure::Usage(format!(
                "{path} covers other months than the scenario; --months gives both the same"
            )));
        }
        Ok(Some(other))
    }

    fn plan(&self, groups: usize, seed: u64) -> Result<Plan, Failure> {
        let plan = match self.orders {
            None if groups <= EXACT => Plan::exact(groups),
            pairs => Plan::drawn(groups, pairs.unwrap_or(PAIRS) as usize, seed),
        };
        match plan.coalitions().len() {
            many if many > WORLDS => Err(Failure::Usage(format!(
                "{many} worlds, and {WORLDS} are the most: ask for fewer --orders or groups"
            ))),
            _ => Ok(plan),
        }
    }

    /// The command that lives a world again.
    fn replay(&self, groups: &Groups, plan: &Plan, world: &str, model: &Model) -> String {
        let coalition =
            plan.coalitions().into_iter().find(|coalition| crate::batch::coalition_name(*coalition) == world);
        let flags = coalition.and_then(|coalition| groups.flags(coalition)).unwrap_or_default();
        let key = |text: &str| Override::from_flag(text, 0).ok().map(|set| set.key().clone());
        let mut config = self.config.config();
        config.set.retain(|set| flags.iter().all(|flag| key(flag) != key(set)));
        config.set.extend(flags);
        let words: Words<'_> = config.words(None);
        words.run(model.program().name)
    }

    /// Writes what was found, and tells it.
    fn close(&self, model: &Model, explanation: &Explanation<'_>, done: &Done) -> Result<(), Failure> {
        let page = write_explanation(&done.folder, explanation, &model.measured())?;
        if !self.running.quiet {
            let mut said = text(explanation);
            line(&mut said, &format!("files are in {}", done.folder.display()));
            line(&mut said, &format!("Page: {}", page.display()));
            batch::say(&said)?;
        }
        if explanation.outcomes.iter().all(|explained| explained.attribution.is_none()) {
            let lacking = explanation.outcomes.iter().flat_map(|explained| &explained.lacking).next();
            let why = lacking.map_or_else(String::new, |lack| format!(": {lack}"));
            return Err(Failure::Runs(format!("no replicate has a value in every world{why}")));
        }
        batch::ended(done)
    }
}

/// The values, no wider than the terminal.
fn text(explanation: &Explanation<'_>) -> String {
    let mut text = String::new();
    line(&mut text, &format!("{}: {}, seed {}", explanation.name, explanation.size(), explanation.seed));
    for explained in &explanation.outcomes {
        outcome(&mut text, explanation, explained);
    }
    if !explanation.groups.idle.is_empty() {
        let idle: Vec<&str> = explanation.groups.idle.iter().map(|group| group.name.as_str()).collect();
        let number = counted(idle.len() as u64, "group");
        line(&mut text, &format!("{number} without anything that makes a difference: {}", idle.join(", ")));
    }
    text
}

fn outcome(text: &mut String, explanation: &Explanation<'_>, explained: &Explained) {
    let Explained { column, attribution, .. } = explained;
    let name = match unit(column) {
        unit if unit.is_empty() => column.name.to_owned(),
        unit => format!("{}, {unit}", column.name),
    };
    line(text, &format!("  {name:<32}{:>9}{:>19}{:>9}{:>9}", "adds", "95 %", "alone on", "off"));
    if let Some(found) = attribution {
        line(text, &format!("    {:<30}{:>9}", format!("each {}", explanation.null()), short(found.none.mean)));
        for player in explained.ranked() {
            let (group, share) = (&explanation.groups.list[player], &found.shares[player]);
            let span = share.shapley.interval;
            let span = span.map_or_else(String::new, |(low, high)| format!("{} to {}", short(low), short(high)));
            let [mean, first, last] = [share.shapley.mean, share.first.mean, share.last.mean].map(short);
            line(text, &format!("    {:<30}{mean:>9}{span:>19}{first:>9}{last:>9}", group.name));
        }
        line(text, &format!("    {:<30}{:>9}", "as it is", short(found.all.mean)));
    }
    explanation.notes(explained).iter().for_each(|note| line(text, &format!("    {note}")));
}
