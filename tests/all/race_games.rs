//! Two games of races from the literature, over the grids of their two parameters: the equilibria that are known come out.

use redqueen::{
    analysis::games::{Game, Player, pure},
    model::precipice::blind_safety,
};

/// A game of two players who are alike: what one gets that plays the first strategy against the second.
fn symmetric(strategies: &[String], payoff: impl Fn(usize, usize) -> f64) -> Game {
    let players = ["a", "b"].map(|name| Player::new(name, strategies)).into();
    let count = strategies.len();
    let profiles = (0..count).flat_map(|a| (0..count).map(move |b| (a, b)));
    let payoffs = profiles.flat_map(|(a, b)| [payoff(a, b), payoff(b, a)]).collect();
    Game::new(players, payoffs).unwrap()
}

/// The chance that a capability exceeds another by `gap`, both drawn evenly from 0 to `weight`.
fn ahead(gap: f64, weight: f64) -> f64 {
    let beyond = (weight - gap.abs()).max(0.0) / weight;
    let tail = beyond * beyond / 2.0;
    if gap >= 0.0 { tail } else { 1.0 - tail }
}

/// The race to the precipice of two teams that know no capability (Armstrong, Bostrom and Shulman 2016): who has most left after
/// safety wins, and all is well with the probability of the winner's safety. Another's win is worth 1 − e.
fn precipice(safety: &[f64], enmity: f64, weight: f64) -> Game {
    let names: Vec<String> = safety.iter().map(|safety| format!("s{safety:.2}")).collect();
    symmetric(&names, |own, other| {
        let (own, other) = (safety[own], safety[other]);
        let wins = ahead(own - other, weight);
        wins * own + (1.0 - wins) * other * (1.0 - enmity)
    })
}

#[test]
fn the_race_to_the_precipice_has_its_equilibrium() {
    const STEPS: usize = 20;
    let safety: Vec<f64> = (0..=STEPS).map(|step| step as f64 / STEPS as f64).collect();
    let mut interior = 0;
    for enmity in [0.25, 0.5, 1.0] {
        for weight in [0.1, 0.2, 0.3, 0.5, 0.6, 0.8, 1.0, 1.5, 2.0, 4.0] {
            let known = blind_safety(2, enmity, weight);
            let place = (known * STEPS as f64).round() as usize;
            if (place as f64 / STEPS as f64 - known).abs() > 1e-12 {
                continue;
            }
            let game = precipice(&safety, enmity, weight);
            let found = pure::equilibria(&game, 0.0);
            let case = format!("e = {enmity}, mu = {weight}: {known}, found {found:?}");
            assert!(found.contains(&game.profiles().place(&[place, place])), "{case}");
            for profile in found {
                // Steps of safety are so coarse that their neighbours can be equilibria too; teams that are alike do alike.
                let strategies = game.profiles().strategies(profile);
                assert_eq!(strategies[0], strategies[1], "{case}");
                assert!((safety[strategies[0]] - known).abs() <= 1.5 / (STEPS as f64 * enmity), "{case}");
            }
            interior += usize::from(known < 1.0);
        }
    }
    assert!(interior >= 12, "{interior} cases inside the range of safety");
}

/// The race of Han, Pereira, Santos and Lenaerts (2020): a benefit b a round, c the cost of safety, a prize B after W rounds, s
/// times faster without safety, which is found out with probability pfo a round, and ends in disaster with probability p_r.
#[derive(Clone, Copy)]
struct Race {
    rounds: f64,
    speed: f64,
    found_out: f64,
}

impl Race {
    const BENEFIT: f64 = 4.0;
    const COST: f64 = 1.0;
    const PRIZE: f64 = 1e4;

    /// The game between always safe (0) and always unsafe (1).
    fn game(self, risk: f64) -> Game {
        let (b, c, s, pfo) = (Self::BENEFIT, Self::COST, self.speed, self.found_out);
        let prize = Self::PRIZE / self.rounds;
        let spared = 1.0 - risk;
        let table = [
            [b / 2.0 - c + prize / 2.0, (1.0 - pfo) * b / (s + 1.0) + pfo * b - c],
            [
                spared * ((1.0 - pfo) * s * b / (s + 1.0) + s * prize),
                spared * ((1.0 - pfo * pfo) * b / 2.0 + s * prize / 2.0),
            ],
        ];
        symmetric(&["safe".to_owned(), "unsafe".to_owned()], |own, other| table[own][other])
    }

    /// Whether all safe, and all unsafe, are equilibria at this risk.
    fn equilibria(self, risk: f64) -> [bool; 2] {
        let found = pure::equilibria(&self.game(risk), 0.0);
        [found.contains(&0), found.contains(&3)]
    }
}

/// Thresholds of the risk above which safety is an equilibrium, and above which all prefer it, that the authors' own program gives.
#[test]
fn the_race_with_setbacks_has_its_equilibria() {
    for (rounds, speed, found_out, safe_from, preferred_from) in [
        (100.0, 1.25, 0.1, 0.598_425_196_85, 0.209_057_071_96),
        (1e4, 1.25, 0.1, 0.538_461_538_462, f64::NAN),
        (1e4, 1.25, 0.5, 0.364_705_882_353, 0.294_117_647_059),
        (1e6, 1.25, 0.5, 0.105_562_422_744, f64::NAN),
        (100.0, 1.5, 0.5, 0.662_698_412_698, 0.333_333_333_333),
        (1e4, 1.5, 0.1, 0.590_163_934_426, 0.450_549_450_549),
        (1e6, 1.5, 0.1, 0.537_931_034_483, 0.494_339_622_642),
        (100.0, 2.0, 0.0, 0.748_355_263_158, f64::NAN),
        (1e4, 2.0, 0.1, 0.659_090_909_091, f64::NAN),
    ] {
        let race = Race { rounds, speed, found_out };
        let near = 1e-9;
        assert!(
            !race.equilibria(safe_from - near)[0] && race.equilibria(safe_from + near)[0],
            "W = {rounds}, s = {speed}"
        );
        if preferred_from.is_finite() {
            let better = |risk: f64| {
                let game = race.game(risk);
                game.payoff(0, 0) > game.payoff(3, 0)
            };
            assert!(!better(preferred_from - near) && better(preferred_from + near), "W = {rounds}, s = {speed}");
        }
    }
    // Over risk and rounds: the riskier, the safer; in between there may be two equilibria or, as in a dilemma, the worse alone.
    let mut seen = [[false; 2]; 3];
    for rounds in [1e2, 1e3, 1e4, 1e5, 1e6] {
        let race = Race { rounds, speed: 1.5, found_out: 0.1 };
        let along: Vec<[bool; 2]> = (0..=100).map(|risk| race.equilibria(f64::from(risk) / 100.0)).collect();
        assert!(along.windows(2).all(|pair| pair[0][0] <= pair[1][0] && pair[0][1] >= pair[1][1]), "W = {rounds}");
        assert!(
            along.iter().all(|found| found[0] || found[1]),
            "a symmetric game of two strategies has a pure equilibrium, or two that are not alike"
        );
        for (place, kind) in [[false, true], [true, true], [true, false]].into_iter().enumerate() {
            seen[place][0] |= along.contains(&kind);
        }
    }
    assert!(seen.iter().all(|seen| seen[0]), "{seen:?}");
}
