//! Formulas of firms: research, diffusion, training, ratings, markets and money.

use super::{Formula, Given, for_each, list, number, output, whole};
use crate::model::{
    mechanisms::{
        diffusion::{logistic_step, steady_gap},
        market::replicator_step,
        money::{Money, funding_weight},
        releases::{POINTS_PER_NAT, expected_score},
        research::own_growth,
        training::trained,
    },
    price::PriceSums,
};

/// Capabilities have no maximum; a number beyond this is a slip of the keyboard.
const NATS: (f64, f64) = (-1e6, 1e6);
const SHARE: (f64, f64) = (0.0, 1.0);

pub(super) const FORMULAS: &[Formula] = &[
    Formula {
        name: "own-growth",
        meaning: "How fast a firm learns by its own research.",
        equation: "growth = ceiling · z / (1 + z)",
        inputs: &[
            number(("ceiling", "nats/year"), (0.0, 1000.0), &[1.04], "growth that no effort exceeds").optional(),
            number(("z", "1"), (0.0, 1e12), &[1.0], "research effort; 1 gives half the ceiling"),
        ],
        outputs: &[output("growth", "nats/year", "growth of knowledge")],
        source: "a saturating response; the ceiling is algorithmic progress (Ho et al. 2024)",
        evaluate: |given| vec![own_growth(given.number("ceiling"), given.number("z"))],
    },
    Formula {
        name: "absorptive-capacity",
        meaning: "How much of what others know an ecosystem can take in, some years later.",
        equation: "later = capacity / (capacity + (1 − capacity) · e^(−rate · years)), from da/dt = rate · a · (1 − a)",
        inputs: &[
            number(("capacity", "1"), SHARE, &[0.1], "capacity now"),
            number(("rate", "1/year"), (0.0, 100.0), &[1.5], "rate of growth").optional(),
            number(("years", "years"), (0.0, 1000.0), &[1.0], "time that passes"),
        ],
        outputs: &[output("later", "1", "capacity after that time")],
        source: "Cohen and Levinthal 1990 for the notion; the logistic equation of Verhulst 1838",
        evaluate: |given| vec![logistic_step(given.number("capacity"), given.number("rate") * given.number("years"))],
    },
    Formula {
        name: "steady-gap",
        meaning: "How far behind a follower stays that learns from the leader's open releases.",
        equation: "gap = (g − g_own) / phi",
        inputs: &[
            number(("g", "nats/month"), (-1000.0, 1000.0), &[0.1], "growth of the leader"),
            number(("g_own", "nats/month"), (-1000.0, 1000.0), &[0.05], "the follower's growth by its own research"),
            number(("phi", "1/month"), (1e-9, 1000.0), &[0.1], "part of the gap that the follower learns"),
        ],
        outputs: &[output("gap", "nats", "gap that stays; negative if the follower would overtake")],
        source: "steady state of gap' = gap + g − (g_own + phi · gap); Nelson and Phelps 1966",
        evaluate: |given| vec![steady_gap(given.number("g"), given.number("g_own"), given.number("phi"))],
    },
    Formula {
        name: "training-step",
        meaning: "Capability after a step of training towards what knowledge and compute allow.",
        equation: "trained = capability + speed · max(0, target − capability)",
        inputs: &[
            number(("capability", "nats"), NATS, &[0.0], "capability now"),
            number(("target", "nats"), NATS, &[1.0], "capability that knowledge and compute allow"),
            number(("speed", "1"), SHARE, &[0.2], "part of the way that the step goes"),
        ],
        outputs: &[output("trained", "nats", "capability after the step")],
        source: "partial adjustment",
        evaluate: |given| vec![trained(given.number("capability"), given.number("target"), given.number("speed"))],
    },
    Formula {
        name: "elo",
        meaning: "How often a model beats another, from the difference of their ratings.",
        equation: "probability = 1 / (1 + 10^(−difference / 400))",
        inputs: &[number(("difference", "points"), NATS, &[100.0], "rating less that of the other")],
        outputs: &[output("probability", "1", "probability to win a battle")],
        source: "Elo 1978",
        evaluate: |given| vec![expected_score(given.number("difference"))],
    },
    Formula {
        name: "rating-points",
        meaning: "Rating points that a gap in capability is worth.",
        equation: "points = slope · (400 / ln 10) · nats",
        inputs: &[
            number(("nats", "nats"), NATS, &[1.0], "gap in capability"),
            number(("slope", "1"), (0.0, 5.0), &[1.0], "strength in battles per nat, in nats").optional(),
        ],
        outputs: &[output("points", "points", "gap in rating")],
        source: "Elo 1978, in natural logarithms",
        evaluate: |given| vec![given.number("slope") * POINTS_PER_NAT * given.number("nats")],
    },
    Formula {
        name: "replicator",
        meaning: "Market shares that grow by their factors against the mean.",
        equation: "share ← shares · factors / Σ(shares · factors), for each of the steps; mean_factor = Σ(share · factors)",
        inputs: &[
            list(("shares", "1"), (0.0, 1e12), &[0.4, 0.3, 0.2, 0.1], "shares at the start"),
            list(("factors", "1"), (0.0, 1e6), &[1.0, 1.05, 1.1, 1.2], "growth in a step, e^(speed · fitness · time)"),
            whole(("steps", "steps"), (1.0, 100_000.0), &[1.0], "how many").optional(),
        ],
        outputs: &[
            for_each("share", "1", "shares after the steps"),
            output("mean_factor", "1", "mean growth in the next step"),
        ],
        source: "Fisher 1930; Taylor and Jonker 1978",
        evaluate: replicate,
    },
    Formula {
        name: "price",
        meaning: "What part of progress in mean capability is selection, what part learning, what part entry and exit.",
        equation: "progress = selection + learning + turnover, of means of z_before and z_after weighted by usage w_before and \
                   w_after; selection = Cov(w_after / w_before, z_before), learning = E(w_after / w_before · Δz), both \
                   among firms that stay",
        inputs: &[
            list(("w_before", "1"), (0.0, 1e12), &[0.5, 0.5, 0.0], "usage before; 0 for an entrant"),
            list(("z_before", "nats"), NATS, &[0.0, 2.0, 0.0], "capability before"),
            list(("w_after", "1"), (0.0, 1e12), &[0.2, 0.7, 0.1], "usage after; 0 for one that left"),
            list(("z_after", "nats"), NATS, &[0.0, 2.5, 3.0], "capability after"),
        ],
        outputs: &[
            output("selection", "nats", "usage moved to more capable firms"),
            output("learning", "nats", "firms became more capable"),
            output("turnover", "nats", "firms came and went"),
            output("progress", "nats", "the whole change"),
        ],
        source: "Price 1970",
        evaluate: price,
    },
    Formula {
        name: "funding-weight",
        meaning: "A firm's weight in its investors' eyes: size, momentum and lag.",
        equation: "weight = (share + floor)^concentration · e^((momentum · points − lag_weight · behind) / 100)",
        inputs: &[
            number(("share", "1"), SHARE, &[0.2], "share of usage"),
            number(("floor", "1"), SHARE, &[0.02], "what a firm without users counts").optional(),
            number(("concentration", "1"), (0.0, 100.0), &[0.45], "how weight rises with usage").optional(),
            number(("momentum", "1/100 points"), (0.0, 100.0), &[1.0], "weight of momentum").optional(),
            number(("points", "points"), (-10_000.0, 10_000.0), &[50.0], "rating gained of late"),
            number(("lag_weight", "1/100 points"), (0.0, 100.0), &[1.0], "weight of the lag").optional(),
            number(("behind", "points"), (-10_000.0, 10_000.0), &[0.0], "points behind the best of the world")
                .optional(),
        ],
        outputs: &[output("weight", "1", "weight against that of other firms")],
        source: "an assumption of the model: size by momentum",
        evaluate: |given| {
            let [share_floor, concentration, momentum, lag_weight] =
                ["floor", "concentration", "momentum", "lag_weight"].map(|name| given.number(name));
            let money = Money { share_floor, concentration, momentum, lag_weight, ..Money::default() };
            let [share, points, behind] = ["share", "points", "behind"].map(|name| given.number(name));
            vec![funding_weight(&money, share, points, behind)]
        },
    },
];

fn replicate(given: &Given) -> Vec<f64> {
    let (mut shares, factors) = (given.list("shares").to_vec(), given.list("factors"));
    for _ in 0..given.whole("steps") {
        replicator_step(&mut shares, factors);
    }
    let mean = shares.iter().zip(factors).map(|(share, factor)| share * factor).sum();
    shares.push(mean);
    shares
}

/// A firm without usage is not there.
fn price(given: &Given) -> Vec<f64> {
    let standings = |usage: &str, capability: &str| {
        let pairs = given.list(usage).iter().copied().zip(given.list(capability).iter().copied());
        pairs.map(|standing| (standing.0 > 0.0).then_some(standing)).collect::<Vec<_>>()
    };
    let mut sums = PriceSums::default();
    for (before, after) in standings("w_before", "z_before").into_iter().zip(standings("w_after", "z_after")) {
        sums.add(before, after);
    }
    let price = sums.terms();
    vec![price.selection, price.learning, price.turnover, price.progress]
}
