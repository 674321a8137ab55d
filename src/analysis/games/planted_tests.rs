//! Games that are known, hidden in noise as runs have it: most of it common to a replicate, some its own.

use super::{
    Game, Samples, dominance, inference,
    inference::Resampling,
    interaction, pure,
    testing::{chicken, matching_pennies, prisoners_dilemma, scaled, stag_hunt, with_a_dominated_strategy},
};
use crate::maths::{Moments, normal_quantile};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

const REPLICATES: usize = 60;
/// Standard deviation of what all runs of a replicate have in common, twice the range of payoffs or so.
const COMMON: f64 = 8.0;
/// Standard deviation of what each run has of its own.
const OWN: f64 = 1.0;
const RESAMPLING: Resampling = Resampling { resamples: 200, seed: 7 };

fn normal(random: &mut ChaCha8Rng) -> f64 {
    normal_quantile(((random.next_u64() >> 11) as f64 + 0.5) / (1_u64 << 53) as f64)
}

/// Runs of a game with noise.
fn runs(game: &Game, seed: u64) -> Samples {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let mut samples = Samples::new(game.profiles().clone());
    let players = game.players().len();
    for replicate in 0..REPLICATES {
        let common: Vec<f64> = (0..players).map(|_| COMMON * normal(&mut random)).collect();
        for profile in 0..game.profiles().len() {
            let payoff = |player: usize| game.payoff(profile, player) + common[player];
            let payoffs: Vec<f64> = (0..players).map(|player| payoff(player) + OWN * normal(&mut random)).collect();
            samples.set(replicate, profile, &payoffs);
        }
    }
    samples
}

fn games() -> [(&'static str, Game, Vec<usize>); 5] {
    [
        ("prisoner's dilemma", prisoners_dilemma(), vec![3]),
        ("stag hunt", stag_hunt(), vec![0, 3]),
        ("chicken", chicken(), vec![1, 2]),
        ("matching pennies", matching_pennies(), vec![]),
        ("dominated strategy", with_a_dominated_strategy(), vec![0]),
    ]
}

#[test]
fn planted_equilibria_are_found_in_95_of_100_seeds() {
    for (name, game, equilibria) in games() {
        let (mut by_means, mut by_resampling) = (0, 0);
        for seed in 0..100 {
            let samples = runs(&game, seed);
            let found = samples.game(game.players().to_vec()).unwrap().unwrap();
            by_means += u32::from(pure::equilibria(&found, 0.0) == equilibria);
            let regrets = inference::regrets(&samples, 0.0, &RESAMPLING);
            let likely = regrets.iter().filter(|regret| regret.probability.unwrap() > 0.5).map(|regret| regret.profile);
            by_resampling += u32::from(likely.eq(equilibria.iter().copied()));
        }
        assert!(by_means >= 95 && by_resampling >= 95, "{name}: {by_means} {by_resampling}");
    }
}

/// Of 2 x 8 gains in each of 100 seeds 95 % of the intervals hold the planted one; gains share cells, so it varies by about 1 %.
#[test]
fn intervals_of_gains_hold_what_was_planted() {
    let (mut held, mut all) = (0.0, 0.0);
    for seed in 0..100 {
        for game in [stag_hunt(), matching_pennies()] {
            let samples = runs(&game, 1000 + seed);
            for (gain, planted) in inference::gains(&samples).iter().zip(pure::deviations(&game)) {
                let (low, high) = gain.interval.unwrap();
                held += f64::from(u8::from((low..=high).contains(&planted.gain)));
                all += 1.0;
            }
        }
    }
    let share: f64 = held / all;
    assert!((share - 0.95).abs() < 0.025, "{share}");
}

/// Luck looks like interaction: of a planted share of 1.7 % the means have more, and what is beyond luck is right on average.
#[test]
fn interaction_is_not_made_of_luck() {
    let game = prisoners_dilemma();
    let planted = interaction::shares(&game)[0].unwrap();
    let (mut of_means, mut beyond_luck) = (0.0, 0.0);
    for seed in 0..200 {
        let samples = runs(&game, 2000 + seed);
        of_means += interaction::shares(&samples.game(game.players().to_vec()).unwrap().unwrap())[0].unwrap() / 200.0;
        beyond_luck += interaction::shares_beyond_luck(&samples)[0].unwrap() / 200.0;
    }
    assert!(
        of_means > planted && (beyond_luck - planted).abs() < (of_means - planted),
        "{planted} {of_means} {beyond_luck}"
    );
    let game = matching_pennies();
    assert_eq!(interaction::answers_surely_vary(game.profiles(), &inference::gains(&runs(&game, 1))), [true, true]);
    let game = prisoners_dilemma();
    let gains = inference::gains(&runs(&game, 1));
    assert_eq!(interaction::answers_surely_vary(game.profiles(), &gains), [false, false]);
    assert_eq!(dominance::surely_dominated(game.profiles(), &gains), dominance::dominated(&game));
}

/// The standard error of a share is that by which it differs between seeds.
#[test]
fn shares_of_interaction_have_their_standard_error() {
    let game = scaled(&chicken(), 3.0, 0.0);
    let (mut shares, mut errors) = (Moments::default(), Moments::default());
    for seed in 0..200 {
        let samples = runs(&game, 3000 + seed);
        shares.add(interaction::shares_beyond_luck(&samples)[0].unwrap());
        errors.add(interaction::standard_errors(&samples)[0].unwrap());
    }
    let spread = shares.variance().unwrap().sqrt();
    assert!((errors.mean / spread - 1.0).abs() < 0.15, "{spread} {errors:?}");
    assert_eq!(interaction::standard_errors(&Samples::new(game.profiles().clone())), [None, None]);
}

/// One that is decided needs no more runs, and the closest call gets them.
#[test]
fn sampling_by_regret_goes_where_equilibria_are_undecided() {
    let mut few = Samples::new(stag_hunt().profiles().clone());
    let many = runs(&stag_hunt(), 5);
    for replicate in 0..6 {
        (0..4).for_each(|profile| few.set(replicate, profile, many.get(replicate, profile).unwrap()));
    }
    let more = |samples: &Samples| {
        let regrets = inference::regrets(samples, 0.0, &RESAMPLING);
        inference::undecided(samples, &inference::gains(samples), &regrets, 0.0, 0.0)
    };
    assert!(!more(&few).is_empty());
    assert!(more(&many).is_empty());
}
