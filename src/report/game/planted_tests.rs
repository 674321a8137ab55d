//! Planted games in the place of the model: what is found is what was put in.

use super::{
    findings::Findings,
    read::{players, read_game, round_folder},
};
use crate::{
    analysis::games::inference::Resampling,
    batch::{
        Work, execute,
        mock::{self, Mock},
    },
    experiment::{
        game::{Game, PlannedGame, Player, Quantity, Term},
        plan::Job,
        runner::Simulate,
    },
    measure::{
        Measured,
        record::{Record, Trajectory},
    },
    model::Model,
    output::{
        batch::{Batch, BatchScenario},
        folder::Folder,
    },
};
use std::{path::Path, sync::atomic::AtomicBool};

/// Mean payoffs of the planted games by profile: of the first, then the second player.
const DILEMMA: &[[f64; 2]] = &[[3.0, 3.0], [0.0, 5.0], [5.0, 0.0], [1.0, 1.0]];
const STAG_HUNT: &[[f64; 2]] = &[[4.0, 4.0], [0.0, 3.0], [3.0, 0.0], [3.0, 3.0]];
const CHICKEN: &[[f64; 2]] = &[[3.0, 3.0], [1.0, 4.0], [4.0, 1.0], [0.0, 0.0]];
const PENNIES: &[[f64; 2]] = &[[1.0, -1.0], [-1.0, 1.0], [-1.0, 1.0], [1.0, -1.0]];
/// The third strategy of the first player is worse than its second whatever the other does.
const DOMINATED: &[[f64; 2]] = &[[2.0, 1.0], [0.0, 2.0], [1.0, 3.0], [3.0, 1.0], [0.0, 0.0], [2.0, 5.0]];

/// What its players have of a run, with luck that all profiles share and some that each has alone.
struct Planted {
    means: &'static [[f64; 2]],
    measured: Measured,
    seed: u64,
}

impl Planted {
    /// A number near 0, with a standard deviation of about 0.4.
    fn luck(&self, replicate: u64, profile: u64, player: u64) -> f64 {
        let mixed = [self.seed, replicate, profile, player].into_iter().fold(1_u64, |mixed, word| {
            let mixed = (mixed ^ word).wrapping_mul(0x9E37_79B9_7F4A_7C15);
            mixed ^ (mixed >> 29)
        });
        (mixed >> 11) as f64 / (1_u64 << 52) as f64 * 0.7 - 0.7
    }
}

impl Simulate for Planted {
    type Worker = ();
    type Output = Trajectory;
    fn worker(&self) {}
    fn run(&self, (): &mut (), job: &Job) -> Result<Trajectory, String> {
        let run = Mock::default().run(&mut (), &Job { run: 0, ..*job })?;
        let own = |player: usize| {
            let shared = 3.0 * self.luck(job.replicate, u64::MAX, 9);
            self.means[job.scenario][player] + shared + self.luck(job.replicate, job.scenario as u64, player as u64)
        };
        let payoffs = [own(0), own(1), own(0) + own(1)];
        Ok(self.measured.with_outcomes(run, &payoffs))
    }
}

fn game(rows: usize) -> Game {
    let player = |name: &str, strategies: usize| Player {
        name: name.into(),
        strategies: (0..strategies).map(|at| format!("{name}{at}")).collect(),
        symmetric: None,
        payoff: vec![Term { weight: 1.0, log: false, quantity: Quantity::Outcome("entries".into()) }],
    };
    Game { players: vec![player("A", rows), player("B", 2)], welfare: Vec::new() }
}

/// Plays the game in a folder; gives its pure equilibria by the means.
fn equilibria(means: &'static [[f64; 2]], seed: u64, folder: &Path) -> Vec<usize> {
    let game = game(means.len() / 2);
    let measured = Model::standard().with_payoffs(&game).measured();
    let scenario = |profile: usize| {
        let like = mock::experiment(1, Record::NONE).scenarios.swap_remove(0);
        BatchScenario { name: game.name(profile), ..like }
    };
    let scenarios = (0..means.len()).map(scenario).collect();
    let batch = Batch::plain("planted", seed, 30, Record::NONE, scenarios);
    let batch = Batch { measured: measured.clone(), game: Some(game.clone()), quantiles: None, ..batch };
    let cancel = AtomicBool::new(false);
    let work = Work { threads: 1, overwrite: false, estimates: false, cancel: &cancel, on: &mut |_| Ok(()) };
    execute(&Planted { means, measured, seed }, &batch, folder, work).unwrap();
    let runs = read_game(&game, &[round_folder(folder, 1)]).unwrap();
    assert_eq!(players(&game).len(), 2);
    let planned =
        PlannedGame { game, words: Vec::new(), epsilon: 0.0, sampling: None, postures: Vec::new(), information: false };
    let manifest = Folder::manifest(folder).unwrap().unwrap();
    let found = Findings::new(&planned, &manifest, &runs, &Resampling { resamples: 20, seed }).unwrap();
    let solved = found.solved.as_ref().unwrap();
    let dominated: Vec<_> = solved.dominated.iter().map(|found| (found.player, found.strategy)).collect();
    match means.len() {
        6 => assert!(dominated.contains(&(0, 2)), "{dominated:?}"),
        _ => assert_eq!(dominated.len(), if means == DILEMMA { 2 } else { 0 }),
    }
    solved.pure.clone()
}

#[test]
fn planted_games_are_recovered() {
    for (means, expected) in
        [(DILEMMA, &[3][..]), (STAG_HUNT, &[0, 3]), (CHICKEN, &[1, 2]), (PENNIES, &[]), (DOMINATED, &[])]
    {
        let recovered = (0..100).filter(|seed| {
            let folder = tempfile::tempdir().unwrap();
            equilibria(means, *seed, folder.path()) == expected
        });
        let count = recovered.count();
        assert!(count >= 95, "{count} of 100 with {expected:?}");
    }
}
