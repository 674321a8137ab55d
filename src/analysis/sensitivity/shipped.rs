//! The shipped table of total Sobol indices: which parameters move an outcome of the baseline most, for those who look for a
//! place to begin. It is a ranking over plausible ranges; `configs/experiments/parameters-total.toml` makes it.

use crate::scenario::builtin::Builtin;

/// The table, as built in.
const TABLE: &str = "sensitivity/total.csv";

/// A parameter, and what it has a part in of an outcome's variance.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mover {
    /// Its place in configs, such as `mechanisms.diffusion.xi_open`.
    pub parameter: &'static str,
    /// Its total Sobol index, a share of the outcome's variance.
    pub total: f64,
    /// Half the width of the index's 95 % interval.
    pub half_width: f64,
}

/// The parameters that move an outcome of `runs.csv`, the one that moves it most first, those behind whose index may be nothing; none for an outcome that the table does
/// not have.
pub fn movers(outcome: &str) -> Vec<Mover> {
    let mut movers: Vec<Mover> = rows().filter(|(of, _)| *of == outcome).map(|(_, mover)| mover).collect();
    // An index that its interval does not tell from nothing ranks behind those that are told.
    let is_told = |mover: &Mover| mover.total > mover.half_width;
    movers.sort_by(|a, b| is_told(b).cmp(&is_told(a)).then(b.total.total_cmp(&a.total)));
    movers
}

/// The outcomes that the table has, in its order.
pub fn outcomes() -> Vec<&'static str> {
    let mut outcomes: Vec<&str> = rows().map(|(outcome, _)| outcome).collect();
    outcomes.dedup();
    outcomes
}

/// Its rows; lines that are none are left out, and a test knows that there are none.
fn rows() -> impl Iterator<Item = (&'static str, Mover)> {
    let text = Builtin::find(TABLE).map_or("", |builtin| builtin.text);
    text.lines().skip(1).filter_map(row)
}

fn row(line: &'static str) -> Option<(&'static str, Mover)> {
    let cells: Vec<&str> = line.split(',').collect();
    let [outcome, parameter, total, half_width] = cells.try_into().ok()?;
    Some((outcome, Mover { parameter, total: total.parse().ok()?, half_width: half_width.parse().ok()? }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Model;

    #[test]
    fn every_name_in_the_table_is_one_of_the_model() {
        let model = Model::standard();
        let (mut scenario, measured) = (model.baseline().unwrap(), model.measured());
        let known = measured.outcome_names();
        let lines = Builtin::find(TABLE).unwrap().text.lines().count();
        assert_eq!(rows().count(), lines - 1, "a line that is no row");
        for (outcome, Mover { parameter, total, half_width }) in rows() {
            assert!(known.contains(&outcome), "{outcome} is no outcome");
            let value = scenario.number(parameter).unwrap_or_else(|error| panic!("{parameter}: {error}"));
            scenario.set(parameter, value).unwrap();
            assert!((0.0..2.0).contains(&total) && (0.0..3.0).contains(&half_width), "{outcome} {parameter}");
        }
    }

    #[test]
    fn movers_are_ranked_and_an_unknown_outcome_has_none() {
        assert!(movers("no_such_outcome").is_empty());
        for headline in [
            "gap_rating_24",
            "power_leader_end",
            "power_follower_end",
            "compute_leader_end",
            "output_effect_end",
            "incidents",
        ] {
            let movers = movers(headline);
            assert!(movers.len() >= 5, "{headline}: {movers:?}");
            let rank = |mover: &Mover| (mover.total > mover.half_width, mover.total);
            assert!(movers.is_sorted_by(|a, b| rank(a) >= rank(b)), "{headline}");
        }
        assert_eq!(movers("output_effect_end")[0].parameter, "mechanisms.output.gain");
        let outcomes = outcomes();
        assert!(outcomes.len() >= 20 && outcomes.contains(&"power_leader_end"), "{outcomes:?}");
    }
}
