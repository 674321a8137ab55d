"""Writes what the mathematics of games is tested against: tests/data/games/*.json.

    pip install pygambit==16.7.0 open_spiel==2.0.2 numpy scipy matplotlib networkx
    python tests/scripts/game_oracles.py

A file holds a game and its solutions: players' numbers of strategies; payoffs, profile after profile with the last player's
strategy changing fastest, one for each player; pure Nash equilibria; for two players all extreme mixed ones; logit
quantal response equilibria on the principal branch, by lambda; shares of alpha-rank, by alpha and population, and in the limit of
large alpha with a perturbation.
"""

import itertools
import json
import os

import numpy as np
import pygambit
import scipy.optimize
import scipy.special
from open_spiel.python.egt import alpharank

LAMBDAS = [0.1, 0.5, 1.0, 3.0, 10.0]
ALPHAS = [(0.05, 10), (0.2, 5), (0.5, 3)]
PERTURBATIONS = [0.1, 0.01]


def bimatrix(row, column):
    return [np.array(row, dtype=float), np.array(column, dtype=float)]


def drawn(seed, counts):
    """Payoffs of whole tenths, so that they are the same numbers everywhere."""
    random = np.random.default_rng(seed)
    return [random.integers(-50, 51, size=counts) / 10.0 for _ in counts]


# A game must not look the same from both sides where its branch of quantal responses forks: pygambit then takes an arm by the
# rounding of its steps.
GAMES = {
    "prisoners_dilemma": bimatrix([[3, 0], [5, 1]], [[3, 5], [0, 1]]),
    "stag_hunt": bimatrix([[4, 0], [3, 2]], [[4, 3], [0, 2]]),
    "chicken": bimatrix([[3, 1], [4, 0]], [[3, 4], [1, 0]]),
    "matching_pennies": bimatrix([[1, -1], [-1, 1]], [[-1, 1], [1, -1]]),
    "skewed_pennies": bimatrix([[9, 0], [0, 1]], [[0, 1], [1, 0]]),
    "rock_paper_scissors": bimatrix([[0, -1, 1], [1, 0, -1], [-1, 1, 0]], [[0, 1, -1], [-1, 0, 1], [1, -1, 0]]),
    "battle_of_sexes": bimatrix([[3, 0], [0, 2]], [[2, 0], [0, 4]]),
    "dominated_3x3": bimatrix([[2, 1, 3], [1, 0, 2], [0, 3, 1]], [[1, 2, 0], [3, 1, 2], [2, 0, 1.5]]),
    "degenerate_2x3": bimatrix([[3, 3, 0], [3, 1, 2]], [[2, 2, 1], [0, 1, 1]]),
    # Its branch of quantal responses turns back from lambda 7.3 to 0.8.
    "turning_3x3": bimatrix([[-3, 3, 4], [3, -5, 3], [5, -7, 6]], [[7, 9, -7], [9, -9, -6], [-2, 0, 5]]),
    "random_3x4": drawn(11, (3, 4)),
    "random_4x4": drawn(12, (4, 4)),
    "random_5x3": drawn(13, (5, 3)),
    "random_6x6": drawn(14, (6, 6)),
    "three_players_2x2x2": drawn(15, (2, 2, 2)),
    "three_players_2x3x2": drawn(16, (2, 3, 2)),
    "four_players_2x2x2x2": drawn(17, (2, 2, 2, 2)),
}


def gambit(tables):
    """The game with payoffs as exact fractions."""
    exact = [np.vectorize(lambda value: pygambit.Rational(str(value)), otypes=[object])(table) for table in tables]
    return pygambit.Game.from_arrays(*exact)


def mixes(game, profile):
    return [[float(profile[strategy]) for strategy in player.strategies] for player in game.players]


def expected(tables, player, profile):
    """What each strategy of a player gets while the others mix."""
    table = np.moveaxis(tables[player], player, 0)
    for mix in reversed([mix for other, mix in enumerate(profile) if other != player]):
        table = table @ mix
    return table


def polished(tables, lam, profile):
    """Pygambit's point on the branch, which it gives to about 1e-7, to the last places: Newton's method by scipy."""
    ends = np.cumsum([0] + [len(mix) for mix in profile])

    def short(logs):
        parts = [np.exp(logs[a:b]) for a, b in zip(ends, ends[1:])]
        answers = [lam * expected(tables, player, parts) for player in range(len(parts))]
        return np.concatenate([logs[a:b] - scipy.special.log_softmax(u) for a, b, u in zip(ends, ends[1:], answers)])

    start = np.log(np.maximum(np.concatenate(profile), 1e-300))
    found = scipy.optimize.root(short, start, method="hybr", options={"xtol": 1e-15})
    assert np.abs(found.fun).max() < 1e-11, (lam, found)
    parts = [np.exp(found.x[a:b]) for a, b in zip(ends, ends[1:])]
    assert all(np.allclose(new, old, atol=2e-6) for new, old in zip(parts, profile)), (parts, profile)
    return [(part / part.sum()).tolist() for part in parts]


def pure(tables):
    counts = tables[0].shape
    found = []
    for place, profile in enumerate(itertools.product(*map(range, counts))):
        column = lambda player: tables[player][profile[:player] + (slice(None),) + profile[player + 1 :]]
        if all(tables[player][profile] == column(player).max() for player in range(len(counts))):
            found.append(place)
    return found


def shares(tables, **options):
    """The stationary distribution of open_spiel's matrix: its own eigenvectors give fewer places, so it is solved for."""
    matrix, _ = alpharank._get_multipop_transition_matrix(tables, False, **options)
    size = len(matrix)
    equations = np.vstack([matrix.T - np.eye(size), np.ones(size)])
    found = np.linalg.lstsq(equations, np.append(np.zeros(size), 1.0), rcond=None)[0]
    _, _, theirs, _, _ = alpharank.compute(
        tables,
        m=options["m"],
        alpha=options["alpha"],
        use_inf_alpha=options.get("use_inf_alpha", False),
        inf_alpha_eps=options.get("inf_alpha_eps", 0.01),
    )
    assert np.allclose(found, theirs, atol=1e-6), (found, theirs)
    return found.tolist()


def solved(tables):
    game = gambit(tables)
    counts = list(tables[0].shape)
    profiles = itertools.product(*map(range, counts))
    solution = {
        "counts": counts,
        "payoffs": [float(table[profile]) for profile in profiles for table in tables],
        "pure": pure(tables),
    }
    if len(counts) == 2:
        found = pygambit.nash.enummixed_solve(game, rational=True).equilibria
        solution["mixed"] = [mixes(game, profile) for profile in found]
    quantal = pygambit.qre.logit_solve_lambda(game, LAMBDAS, first_step=0.001, max_accel=1.02)
    solution["quantal"] = [
        {"lambda": lam, "mixes": polished(tables, lam, mixes(game, point.profile))} for lam, point in zip(LAMBDAS, quantal)
    ]
    solution["alpha_rank"] = [
        {"alpha": alpha, "population": m, "shares": shares(tables, m=m, alpha=alpha)} for alpha, m in ALPHAS
    ]
    solution["alpha_rank_limit"] = [
        {"perturbation": eps, "shares": shares(tables, m=50, alpha=1.0, use_inf_alpha=True, inf_alpha_eps=eps)}
        for eps in PERTURBATIONS
    ]
    return solution


if __name__ == "__main__":
    os.makedirs("tests/data/games", exist_ok=True)
    for name, tables in GAMES.items():
        with open(f"tests/data/games/{name}.json", "w", encoding="utf-8", newline="\n") as file:
            json.dump(solved(tables), file, indent=1)
            file.write("\n")
        print(name)
