//! Reads what players have of the runs of a game: `runs.csv` of its folder, and those of further rounds.

use crate::{
    analysis::games::{Player, Roles, Samples},
    experiment::game::Game,
    output::{dictionary::RUNS, folder::Folder, manifest::Manifest},
    report::{ReportError, as_written, csv_file::CsvFile},
};
use std::path::{Path, PathBuf};

/// The folder of further rounds.
pub const ROUNDS: &str = "rounds";

/// The folder of a round, counted from 1; the first is the game's own.
pub fn round_folder(folder: &Path, round: u64) -> PathBuf {
    if round == 1 { folder.to_owned() } else { folder.join(ROUNDS).join(round.to_string()) }
}

/// The folder of the runs without fog.
pub fn clear_folder(folder: &Path) -> PathBuf {
    folder.join("without-fog")
}

/// Payoffs of runs, by design point and over all of them.
#[derive(Clone, Debug)]
pub struct PlayedRuns {
    /// At each design point.
    pub points: Vec<Samples>,
    /// Replicates averaged over the design points, of profiles that have a run of them at every point.
    pub whole: Samples,
    /// What all have, likewise, by replicate, then profile; `NaN` where there is none.
    pub welfare: Vec<Vec<f64>>,
    /// Runs that failed.
    pub failed: u64,
}

/// The players of a game, as the mathematics of games knows them.
pub fn players(game: &Game) -> Vec<Player> {
    game.players.iter().map(|player| Player::new(&player.name, &player.strategies)).collect()
}

/// Values of runs that are not read to the end: by point, then replicate, then profile, then column.
struct Cells {
    profiles: usize,
    columns: usize,
    points: Vec<Vec<f64>>,
}

impl Cells {
    fn set(&mut self, (point, replicate, profile): (usize, usize, usize), values: &[f64]) {
        let width = self.profiles * self.columns;
        let from = replicate * width + profile * self.columns;
        let Some(point) = self.points.get_mut(point) else { return };
        if point.len() < (replicate + 1) * width {
            point.resize((replicate + 1) * width, f64::NAN);
        }
        point[from..from + self.columns].copy_from_slice(values);
    }

    fn get(&self, point: usize, replicate: usize, profile: usize) -> Option<&[f64]> {
        let from = (replicate * self.profiles + profile) * self.columns;
        let values = self.points.get(point)?.get(from..from + self.columns)?;
        values.iter().all(|value| value.is_finite()).then_some(values)
    }

    fn replicates(&self) -> usize {
        let width = (self.profiles * self.columns).max(1);
        self.points.iter().map(|point| point.len() / width).max().unwrap_or(0)
    }

    /// The values of a replicate averaged over the points; `None` if one of them lacks it.
    fn over_points(&self, replicate: usize, profile: usize) -> Option<Vec<f64>> {
        let mut sums = vec![0.0; self.columns];
        for point in 0..self.points.len() {
            let values = self.get(point, replicate, profile)?;
            sums.iter_mut().zip(values).for_each(|(sum, value)| *sum += value);
        }
        sums.iter_mut().for_each(|sum| *sum /= self.points.len() as f64);
        Some(sums)
    }
}

/// Reads the rounds of a game from their folders.
///
/// # Errors
/// A table cannot be read, or is not as its manifest says.
pub fn read_game(game: &Game, folders: &[PathBuf]) -> Result<PlayedRuns, ReportError> {
    let columns: Vec<String> = game.columns().into_iter().map(|(name, _)| name).collect();
    let profiles = game.profiles();
    let (mut cells, mut failed) = (Cells { profiles: profiles.len(), columns: columns.len(), points: Vec::new() }, 0);
    for folder in folders {
        if let Some(manifest) = Folder::manifest(folder)? {
            failed += read_runs(game, (folder, &manifest), &columns, &mut cells)?;
        }
    }
    Ok(gathered(game, &cells, failed))
}

fn gathered(game: &Game, cells: &Cells, failed: u64) -> PlayedRuns {
    let players = game.players.len();
    // Those of the file passed every check that these make.
    let roles = Roles::new(&self::players(game), game.groups()).ok();
    let expanded = |samples: Samples| roles.as_ref().map_or_else(|| samples.clone(), |roles| roles.expand(&samples));
    let mut points = vec![Samples::new(game.profiles()); cells.points.len()];
    let mut whole = Samples::new(game.profiles());
    let mut welfare = vec![vec![f64::NAN; cells.profiles]; cells.replicates()];
    for replicate in 0..cells.replicates() {
        for profile in 0..cells.profiles {
            for (point, samples) in points.iter_mut().enumerate() {
                if let Some(values) = cells.get(point, replicate, profile) {
                    samples.set(replicate, profile, &values[..players]);
                }
            }
            if let Some(values) = cells.over_points(replicate, profile) {
                whole.set(replicate, profile, &values[..players]);
                welfare[replicate][profile] = values[players];
            }
        }
        if let Some(roles) = &roles {
            let run = welfare[replicate].clone();
            for (profile, value) in welfare[replicate].iter_mut().enumerate() {
                *value = run[roles.representative(profile)];
            }
        }
    }
    PlayedRuns { points: points.into_iter().map(&expanded).collect(), whole: expanded(whole), welfare, failed }
}

/// Takes in the runs of a folder; gives how many failed.
fn read_runs(
    game: &Game,
    (folder, manifest): (&Path, &Manifest),
    columns: &[String],
    cells: &mut Cells,
) -> Result<u64, ReportError> {
    let mut table = CsvFile::there(&folder.join(format!("{RUNS}.csv")))?;
    let [scenario, point, replicate, status] =
        ["scenario", "point", "replicate", "status"].map(|column| table.column(column));
    let (scenario, point, replicate, status) = (scenario?, point?, replicate?, status?);
    let places = columns.iter().map(|column| table.column(column)).collect::<Result<Vec<_>, _>>()?;
    let names: Vec<String> = (0..cells.profiles).map(|profile| game.name(profile)).collect();
    let (mut row, mut failed, mut values) = (csv::StringRecord::new(), 0, Vec::new());
    let points = usize::try_from(manifest.experiment.points).unwrap_or(0);
    cells.points.resize_with(cells.points.len().max(points), Vec::new);
    while table.next(&mut row)? {
        let cell = |at: usize| row.get(at).unwrap_or_default();
        let profile = names.iter().position(|name| name == cell(scenario));
        let profile = profile.ok_or_else(|| table.malformed(&row, scenario, "a profile of the game"))?;
        let at = cell(point).parse().ok().filter(|at: &usize| *at < points);
        let at = at.ok_or_else(|| table.malformed(&row, point, "a point of the design"))?;
        let most = manifest.experiment.first_replicate.saturating_add(manifest.experiment.runs);
        let number = cell(replicate).parse().ok().filter(|number: &u64| *number < most);
        let number = number.and_then(|number| usize::try_from(number).ok());
        let number = number.ok_or_else(|| table.malformed(&row, replicate, "a replicate of the game"))?;
        if cell(status) != "finished" {
            failed += 1;
            continue;
        }
        values.clear();
        for place in &places {
            values.push(table.number(&row, *place)?.unwrap_or(f64::NAN));
        }
        cells.set((at, number, profile), &values);
    }
    as_written(folder, manifest, RUNS)?;
    Ok(failed)
}
