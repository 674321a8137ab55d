//! `redqueen game`: what follows when states, or firms, choose well.

use super::{
    batch::{self, close_shard, tell_limits},
    common::{OutputOptions, ValueOptions, WorkOptions, default_folder},
    failure::Failure,
    lines::line,
    progress::Bar,
};
use crate::{
    analysis::games::{
        Roles,
        inference::{Resampling, gains, regrets, undecided},
    },
    batch::{Config, Done, Study},
    experiment::{
        game::{PlannedGame, Sampling, WITHOUT_FOG},
        plan::Shard,
    },
    model::Model,
    output::folder::Folder,
    report::game::{
        findings::Findings,
        read::{PlayedRuns, clear_folder, players, read_game, round_folder},
        runs, verdict_lines, write_game,
    },
    scenario::overrides::Override,
};
use std::{
    path::{Path, PathBuf},
    sync::atomic::AtomicBool,
};

const EXAMPLES: &str = "\
Examples:
  redqueen check race-or-pause                  how large it is, and what is wrong
  redqueen game race-or-pause --runs 60
  redqueen game my-game.toml --out output/mine
  redqueen game my-game.toml --shard 1/2 --out part-1

Writes payoffs.csv, deviations.csv, equilibria.csv, with a design
equilibrium_map.csv, of states that keep postures payoffs.toml, and game.html.
The same command goes on where it stopped.";

/// Play a game between states or firms: payoffs, deviations and equilibria of their strategies
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Game file, or a built-in game's name
    file: PathBuf,
    #[command(flatten)]
    values: ValueOptions,
    #[command(flatten)]
    work: WorkOptions,
    #[command(flatten)]
    output: OutputOptions,
    /// Do part K of N; `redqueen merge` joins the parts, and this command then reads them
    #[arg(long, value_name = "K/N", default_value_t = Shard::WHOLE, hide_default_value = true)]
    shard: Shard,
    /// Resamples of whole replicates for the probabilities of equilibria
    #[arg(long, value_name = "N", default_value = "1000", value_parser = clap::value_parser!(u32).range(20..=1_000_000))]
    resamples: u32,
}

pub(super) fn run(args: &Args, model: &Model) -> Result<(), Failure> {
    let (cancel, mut bar) = (super::interrupt::watch(Failure::Interrupted), Bar::new(args.output.quiet));
    let study = args.study(model)?;
    super::common::warn(study.experiment());
    let Some(planned) = study.experiment().game.clone() else {
        let (file, program) = (args.file.display(), model.program().name);
        return Err(Failure::Usage(format!("{file} is no game: it has no [[players]]; `{program} batch` runs it")));
    };
    let study = args.output.on(study.shard(args.shard.number, args.shard.of)?, &cancel)?;
    let study = study.on(|progress| bar.show(progress));
    let part =
        if args.shard.is_whole() { String::new() } else { format!("-{}-of-{}", args.shard.number, args.shard.of) };
    let folder = args.output.out.clone().map_or_else(|| default_folder(study.name(), &part), Ok)?;
    tell_limits(study.experiment());
    // What cannot be laid over the game is told before anything runs.
    let clear = planned.information.then(|| args.without_fog(model)).transpose()?;
    let done = study.run_into(&folder)?;
    drop(bar);
    if !args.shard.is_whole() {
        return close_shard(&done, args.shard, model, args.output.quiet);
    }
    if done.cancelled {
        return Err(Failure::Interrupted);
    }
    let runs = args.rounds(model, &planned, (&folder, &done), &cancel)?;
    let clear = clear.map(|study| args.clear(study, &planned, &folder, &cancel)).transpose()?;
    args.close(model, &planned, (&runs, clear.as_ref()), (&folder, &done))
}

impl Args {
    /// The game's first round.
    fn study<'a>(&self, model: &Model) -> Result<Study<'a>, Failure> {
        let config: Config = self.values.over(Some(&self.file));
        Ok(self.work.on(Study::read(model, config)?))
    }

    /// The first round with the fog away.
    fn without_fog<'a>(&self, model: &Model) -> Result<Study<'a>, Failure> {
        let mut config: Config = self.values.over(Some(&self.file));
        let key = |text: &str| Override::from_flag(text, 0).ok().map(|set| set.key().clone());
        // Whatever fog the command line asks for is that of the other runs.
        config.set.retain(|set| WITHOUT_FOG.iter().all(|lifted| key(lifted) != key(set)));
        config.set.extend(WITHOUT_FOG.map(str::to_owned));
        Ok(self.work.on(Study::read(model, config)?))
    }

    /// Runs the profiles with the fog away, and reads them.
    fn clear(
        &self,
        study: Study<'_>,
        planned: &PlannedGame,
        folder: &Path,
        cancel: &AtomicBool,
    ) -> Result<PlayedRuns, Failure> {
        let path = clear_folder(folder);
        self.run_beside(study, &path, cancel)?;
        Ok(read_game(&planned.game, &[path])?)
    }

    /// Runs what stands in a folder below that of the first round. What another game or another rule left there has nothing to tell
    /// any more.
    fn run_beside(&self, study: Study<'_>, path: &Path, cancel: &AtomicBool) -> Result<(), Failure> {
        let mut bar = Bar::new(self.output.quiet);
        let study = self.output.on(study, cancel)?.on(|progress| bar.show(progress));
        let fits = Folder::can_take(path, &study.batch()).is_ok();
        let done = study.overwrite(!fits).run_into(path)?;
        if done.cancelled { Err(Failure::Interrupted) } else { Ok(()) }
    }

    fn resampling(&self, done: &Done) -> Resampling {
        Resampling { resamples: self.resamples, seed: done.batch().seed }
    }

    /// Adds runs where regrets are undecided, as far as the game asks for it, and reads all of them.
    fn rounds(
        &self,
        model: &Model,
        planned: &PlannedGame,
        (folder, done): (&Path, &Done),
        cancel: &AtomicBool,
    ) -> Result<PlayedRuns, Failure> {
        let mut folders = vec![folder.to_owned()];
        let mut total = done.batch().runs;
        loop {
            let runs = read_game(&planned.game, &folders)?;
            let Some(sampling) = &planned.sampling else { return Ok(runs) };
            let round = folders.len() as u64 + 1;
            // As many again as there are: few rounds, and at most twice as many runs as it takes.
            let more = total.min(sampling.max_runs.saturating_sub(total));
            let names = self.undecided(planned, sampling, &runs, done);
            let Some(more) = u32::try_from(more).ok().filter(|more| *more > 0 && !names.is_empty()) else {
                return Ok(runs);
            };
            let path = round_folder(folder, round);
            self.run_beside(self.study(model)?.more(&names, total, more), &path, cancel)?;
            folders.push(path);
            total += u64::from(more);
        }
    }

    /// The names of the profiles to run more.
    fn undecided(&self, planned: &PlannedGame, sampling: &Sampling, runs: &PlayedRuns, done: &Done) -> Vec<String> {
        let (game, epsilon) = (&planned.game, planned.epsilon);
        let (gains, regrets) = (gains(&runs.whole), regrets(&runs.whole, epsilon, &self.resampling(done)));
        let open = undecided(&runs.whole, &gains, &regrets, epsilon, sampling.regret_se);
        let roles = Roles::new(&players(game), game.groups()).ok();
        let run = |profile: usize| roles.as_ref().map_or(profile, |roles| roles.representative(profile));
        let mut profiles: Vec<usize> = open.into_iter().map(run).collect();
        profiles.sort_unstable();
        profiles.dedup();
        profiles.into_iter().map(|profile| game.name(profile)).collect()
    }

    /// Writes what was found, and tells it.
    fn close(
        &self,
        model: &Model,
        planned: &PlannedGame,
        (runs, clear): (&PlayedRuns, Option<&PlayedRuns>),
        (folder, done): (&Path, &Done),
    ) -> Result<(), Failure> {
        let manifest = Folder::manifest(folder).map_err(crate::report::ReportError::from)?;
        let Some(manifest) = manifest.filter(|_| done.finished > 0) else { return batch::ended(done) };
        let resampling = self.resampling(done);
        let found = Findings::new(planned, &manifest, runs, &resampling);
        let found = found.and_then(|found| match clear {
            Some(clear) => found.informed(clear, &resampling),
            None => Ok(found),
        });
        // Payoffs are finite where they are read, and the players passed every check.
        let findings = found.map_err(|error| Failure::Runs(error.to_string()))?;
        let page = write_game(folder, &findings, &model.measured_of(&manifest))?;
        if !self.output.quiet {
            let mut said = text(&findings);
            line(&mut said, &format!("files are in {}", folder.display()));
            line(&mut said, &format!("Page: {}", page.display()));
            batch::say(&said)?;
        }
        batch::ended(done)
    }
}

/// What was found, no wider than the terminal.
fn text(findings: &Findings<'_>) -> String {
    let mut text = String::new();
    let experiment = &findings.manifest.experiment;
    let sizes: Vec<String> =
        findings.game().players.iter().map(|p| format!("{} {}", p.strategies.len(), p.name)).collect();
    line(
        &mut text,
        &format!("{}: {}, {}, seed {}", experiment.name, sizes.join(" × "), runs(findings), experiment.seed),
    );
    for said in verdict_lines(findings) {
        line(&mut text, &format!("  {said}"));
    }
    text
}
