//! The one dictionary: every file, its key and its columns. Headers, the data package and `redqueen columns` read it.

use super::{
    difference_rows::{DifferenceOverTimeRow, DifferenceRow},
    evidence::{ClaimRow, FitRow, HistogramRow, InformationRow, MarginalRow, RankRow, RidgeRow},
    forecast_rows::{ForecastQuantileRow, ForecastRow, PitRow, ScoreRow, ScoredRow},
    sums,
};
use crate::{
    declare::table::{CellType, Column, Table},
    measure::Measured,
    scenario::Month,
    table,
};
use serde_json::json;
use std::sync::Arc;

table! {
    /// How an indicator is distributed over the runs of a scenario and point in a month.
    pub struct QuantileRow as "quantiles" by scenario, point, table, entity, indicator, date {
        /// Scenario variant.
        scenario: Arc<str>, "";
        /// Design point, from 0; empty for all points together.
        point: Option<u32>, "1";
        /// Table the indicator is from.
        table: Arc<str>, "";
        /// The state, firm, plant or the like; state and domain with ` / ` between them; empty for the world.
        entity: Option<Arc<str>>, "";
        /// The indicator: a column of that table, in its unit.
        indicator: Arc<str>, "";
        /// The month that has passed.
        date: Month, "";
        /// Runs that have a value; over all points together these are not independent, as runs of a replicate share their luck.
        n: u32, "runs";
        /// Mean of the values.
        mean: f64, "of the indicator";
        /// Standard deviation of the values (n - 1); empty for a single one.
        sd: Option<f64>, "of the indicator";
        /// Standard deviation of luck alone, between replicates of a design point; empty unless several points with replicates of each are gathered.
        luck_sd: Option<f64>, "of the indicator";
        /// 5 % quantile.
        p05: f64, "of the indicator";
        /// 25 % quantile.
        p25: f64, "of the indicator";
        /// Median.
        p50: f64, "of the indicator";
        /// 75 % quantile.
        p75: f64, "of the indicator";
        /// 95 % quantile.
        p95: f64, "of the indicator";
    }
}

table! {
    /// A sensitivity index of an outcome: how much a factor of the design moves it.
    pub struct SensitivityRow as "sensitivity" by scenario, outcome, factor, with, index {
        /// Scenario variant.
        scenario: Arc<str>, "";
        /// The outcome: a column of runs.csv.
        outcome: Arc<str>, "";
        /// The factor: a parameter's key.
        factor: Arc<str>, "";
        /// The other factor of a second-order index.
        with: Option<Arc<str>>, "";
        /// Which index: `mu`, `mu_star` and `sigma` of elementary effects; `first`, `total` and `second` order of Sobol; or, one factor at a time, `low`, `high`, `low_change`, `high_change` and `swing`.
        index: Arc<str>, "";
        /// Its value; empty if too few values are there or the outcome does not vary.
        value: Option<f64>, "a share of the variance for Sobol indices, else of the outcome";
        /// Lower end of its bootstrap interval; empty below five trajectories, base points or replicates that are resampled.
        low: Option<f64>, "as the value";
        /// Upper end of its bootstrap interval.
        high: Option<f64>, "as the value";
        /// Trajectories, base points or replicates with a value at every point, which it is from.
        n: u32, "1";
    }
}

table! {
    /// What a player has of a profile of a game; of all players together where no player is named.
    pub struct PayoffRow as "payoffs" by profile, player {
        /// The profile: a strategy of each player, in the order of the players.
        profile: Arc<str>, "";
        /// The player; empty for the welfare of all.
        player: Option<Arc<str>>, "";
        /// What the player does.
        strategy: Option<Arc<str>>, "";
        /// Replicates that have a value, over a design at every point.
        n: u32, "replicates";
        /// Mean payoff; each design point counts alike.
        mean: f64, "of the payoff";
        /// Standard error of the mean; empty for a single replicate.
        standard_error: Option<f64>, "of the payoff";
        /// Mean difference from the first profile, over replicates that have both.
        difference: Option<f64>, "of the payoff";
        /// Standard error of that.
        difference_standard_error: Option<f64>, "of the payoff";
        /// Lower end of the difference's 95 % interval (Student's t); empty below five replicates.
        low: Option<f64>, "of the payoff";
        /// Upper end of the interval.
        high: Option<f64>, "of the payoff";
    }
}

table! {
    /// What a player gains by leaving a profile of a game alone.
    pub struct DeviationRow as "deviations" by profile, player, to {
        /// The profile it leaves.
        profile: Arc<str>, "";
        /// The player.
        player: Arc<str>, "";
        /// What it does there.
        from: Arc<str>, "";
        /// What it does instead.
        to: Arc<str>, "";
        /// The profile that comes of it.
        leads_to: Arc<str>, "";
        /// Replicates that have both profiles.
        n: u32, "replicates";
        /// Mean gain, of pairs with the same luck.
        gain: f64, "of the payoff";
        /// Its standard error; empty for a single replicate.
        standard_error: Option<f64>, "of the payoff";
        /// Lower end of its 95 % interval (Student's t); empty below five replicates.
        low: Option<f64>, "of the payoff";
        /// Upper end of the interval.
        high: Option<f64>, "of the payoff";
    }
}

table! {
    /// What follows in a game when players act well: a line for each part of each answer.
    pub struct EquilibriumRow as "equilibria" by kind, solution, profile, player, strategy, by {
        /// What it is: `pure` equilibria by the means, and `possible` ones that are equilibria in some resamples; `dominated` and `weakly_dominated` strategies; `mixed` equilibria; `quantal` responses; where `replicator` dynamics end; `alpha_rank`; `stackelberg` leaders; the `pareto` set; the `best` profile for all, and the `worst_equilibrium` and `best_equilibrium`; with a design the `worlds` in which a profile is an equilibrium and what that `turns_on`; with `information` what a profile is worth more without fog, and the `pure_without_fog` equilibria by the means.
        kind: Arc<str>, "";
        /// Which answer of its kind, from 1.
        solution: u32, "1";
        /// The profile, of answers that are one.
        profile: Option<Arc<str>>, "";
        /// The player, of answers that are about one.
        player: Option<Arc<str>>, "";
        /// Its strategy.
        strategy: Option<Arc<str>>, "";
        /// The strategy that dominates, or the factor of the design on which it turns.
        by: Option<Arc<str>>, "";
        /// How often a strategy is played in a mixture, a profile is visited in the long run (`alpha_rank`), or is an equilibrium of a design's points (`worlds`).
        share: Option<f64>, "1";
        /// What the player gets, or the welfare of all; of `turns_on` how far the factor's mean differs between worlds with and without it, in standard deviations; of `information` the mean difference, of pairs with the same luck.
        value: Option<f64>, "of the payoff";
        /// Standard error of the value, of `information`.
        standard_error: Option<f64>, "of the payoff";
        /// Lower end of its 95 % interval (Student's t), of `information`; empty below five replicates.
        low: Option<f64>, "of the payoff";
        /// Upper end of the interval.
        high: Option<f64>, "of the payoff";
        /// The most that a player gains by leaving it alone.
        regret: Option<f64>, "of the payoff";
        /// Standard error of the regret, over resamples of whole replicates.
        regret_standard_error: Option<f64>, "of the payoff";
        /// Share of the resamples in which it is an equilibrium.
        probability: Option<f64>, "1";
        /// How strongly players lean to what is better, of `quantal` responses.
        lambda: Option<f64>, "1/payoff";
    }
}

table! {
    /// How near a profile of a game is to an equilibrium at a point of the design.
    pub struct EquilibriumMapRow as "equilibrium_map" by point, profile {
        /// Design point, from 0.
        point: u32, "1";
        /// The profile.
        profile: Arc<str>, "";
        /// Replicates that have a value there.
        n: u32, "replicates";
        /// The most that a player gains by leaving it alone; empty without a pair of runs.
        regret: Option<f64>, "of the payoff";
        /// Whether it is an equilibrium by the means.
        equilibrium: bool, "";
    }
}

table! {
    /// A step of the search for a box of parameter space in which something happens (PRIM).
    pub struct DiscoverRow as "discover" by box_number, step {
        /// Which box, from 1; each is searched for in what those before it left.
        box_number: u32, "1";
        /// The step, from 0: the first box restricts nothing, each further one was peeled, or at last pasted.
        step: u32, "1";
        /// The share of all design points, by weight, that the box holds.
        mass: f64, "1";
        /// The share of all that happened which happened in it.
        coverage: f64, "1";
        /// The share of its runs in which it happened.
        density: f64, "1";
        /// Parameters that it restricts.
        restricted: u32, "parameters";
        /// Design points in it.
        points: u32, "points";
        /// Whether this is the step that was taken.
        taken: bool, "";
    }
}

table! {
    /// A parameter that a box restricts.
    pub struct BoxRow as "boxes" by box_number, parameter {
        /// Which box, from 1.
        box_number: u32, "1";
        /// The parameter's key.
        parameter: Arc<str>, "";
        /// Lower end of the interval that the box admits; empty of a choice.
        low: Option<f64>, "of the parameter";
        /// Upper end.
        high: Option<f64>, "of the parameter";
        /// The values of a choice that it admits, with `|` between them.
        values: Option<Arc<str>>, "";
        /// How likely so dense a box would be by chance if this restriction did nothing (Bryant and Lempert 2010).
        quasi_p: f64, "1";
        /// The same of the lower end alone; empty where that is not restricted.
        quasi_p_low: Option<f64>, "1";
        /// The same of the upper end alone.
        quasi_p_high: Option<f64>, "1";
        /// Least value that was sampled.
        sampled_low: Option<f64>, "of the parameter";
        /// Greatest value that was sampled.
        sampled_high: Option<f64>, "of the parameter";
    }
}

table! {
    /// How much a group of a scenario's parts moved an outcome.
    pub struct ExplainRow as "explain" by outcome, group {
        /// The outcome: a column of the table of runs, in its unit.
        outcome: Arc<str>, "";
        /// The group: a bundle of mechanisms, a mechanism, a rule, or several of these.
        group: Arc<str>, "";
        /// What it adds on average over all orders in which groups come on (Shapley value); all add up to the difference between all groups and none.
        shapley: f64, "of the outcome";
        /// Its standard error, by luck and by the orders that were drawn; empty for a single replicate.
        standard_error: Option<f64>, "of the outcome";
        /// Lower end of its 95 % interval (Student's t); empty below five replicates, or pairs of orders.
        low: Option<f64>, "of the outcome";
        /// Upper end of the interval.
        high: Option<f64>, "of the outcome";
        /// What it adds where no other group is on.
        first: f64, "of the outcome";
        /// What is lost where it alone is off.
        last: f64, "of the outcome";
        /// Replicates that have a value with every set of groups.
        n: u32, "replicates";
    }
}

/// One file of an output folder.
#[derive(Clone, Debug, PartialEq)]
pub struct TableInfo<'a> {
    /// Its name: the file is `<name>.csv`.
    pub name: &'static str,
    /// What one row is, in a line.
    pub meaning: &'static str,
    /// Columns that together tell rows apart; empty if there are none.
    pub key: Vec<&'static str>,
    /// Its columns, in order.
    pub columns: Vec<Column<'a>>,
}

/// Name of the table of runs.
pub const RUNS: &str = "runs";
/// Name of the table of design points.
pub const DESIGN: &str = "design";

const fn column(name: &'static str, holds: CellType, unit: &'static str, meaning: &'static str) -> Column<'static> {
    Column { name, holds, optional: false, unit, meaning }
}

const RUN: Column<'static> =
    column("run", CellType::Whole, "1", "Number of the run in the order of the batch, from 0.");
const SCENARIO: Column<'static> = column("scenario", CellType::Text, "", "Scenario variant.");
const POINT: Column<'static> = column("point", CellType::Whole, "1", "Design point, from 0.");
const REPLICATE: Column<'static> =
    column("replicate", CellType::Whole, "1", "Number of the noise: the same in every scenario and at every point.");
/// What the rows of a run begin with where a batch has several scenarios or points, so that nobody takes them for draws
/// of one.
const CROSSED: [Column<'static>; 4] = [
    Column { meaning: "Scenario variant; here where there are several scenarios or points.", ..SCENARIO },
    Column { meaning: "Design point, from 0; here where there are several scenarios or points.", ..POINT },
    Column {
        meaning: "Number of the noise, the same in every scenario and at every point; here where there are several of these.",
        ..REPLICATE
    },
    RUN,
];

impl From<Table> for TableInfo<'_> {
    fn from(Table { name, meaning, key, columns }: Table) -> Self {
        Self { name, meaning, key: key.to_vec(), columns: columns.to_vec() }
    }
}

/// The columns with which the rows of a run begin; those of a batch that is [crossed](super::batch::Batch::is_crossed) say
/// of which scenario, point and replicate they are.
pub fn leading(crossed: bool) -> &'static [Column<'static>] {
    if crossed { &CROSSED } else { &CROSSED[3..] }
}

/// The tables of trajectories, each of which starts with the [leading] columns, in the order of what is measured.
pub fn trajectories<'a>(measured: &Measured, crossed: bool) -> impl Iterator<Item = TableInfo<'a>> {
    measured.tables().map(move |table| {
        let mut info = TableInfo::from(table);
        info.columns.splice(0..0, leading(crossed).iter().copied());
        if !info.key.is_empty() {
            info.key.insert(0, RUN.name);
        }
        info
    })
}

/// The table of runs, with these factors of the design and the outcomes that are measured.
pub fn runs<'a>(factors: &[Column<'a>], measured: &Measured) -> TableInfo<'a> {
    let mut columns =
        vec![RUN, SCENARIO, POINT, REPLICATE, column("seed", CellType::Whole, "1", "Master seed of the noise.")];
    columns.extend(factors);
    columns.extend(measured.outcomes().map(|outcome| Column { optional: true, ..outcome }));
    columns.push(column("status", CellType::Text, "", "`finished`, or `failed`; outcomes are then empty."));
    let meaning = "Why the run failed and how to replay it; empty if it finished.";
    columns.push(Column { optional: true, ..column("error", CellType::Text, "", meaning) });
    TableInfo { name: RUNS, meaning: "A run and what it came to.", key: vec!["run"], columns }
}

/// The table of design points, with these factors of the design.
pub fn design<'a>(factors: &[Column<'a>]) -> TableInfo<'a> {
    let columns = [POINT].into_iter().chain(factors.iter().copied()).collect();
    TableInfo {
        name: DESIGN,
        meaning: "A point of the design and the values of its factors.",
        key: vec!["point"],
        columns,
    }
}

/// The table of quantiles.
pub fn quantiles() -> TableInfo<'static> {
    Table::of::<QuantileRow>().into()
}

/// The table of sensitivity indices.
pub fn sensitivity() -> TableInfo<'static> {
    Table::of::<SensitivityRow>().into()
}

/// The table of differences between scenarios.
pub fn differences() -> TableInfo<'static> {
    Table::of::<DifferenceRow>().into()
}

/// The table of differences between scenarios by month.
pub fn differences_over_time() -> TableInfo<'static> {
    Table::of::<DifferenceOverTimeRow>().into()
}

/// Every table that is written of what is measured, with these factors of the design, in a batch that is crossed or not.
pub fn tables<'a>(factors: &[Column<'a>], measured: &Measured, crossed: bool) -> Vec<TableInfo<'a>> {
    let mut tables = vec![runs(factors, measured)];
    tables.extend(trajectories(measured, crossed));
    tables.extend([quantiles(), differences(), differences_over_time(), design(factors), sensitivity()]);
    tables.extend(of_boxes());
    tables.push(explain());
    tables.extend(of_games());
    tables.extend(of_forecasts());
    tables.extend(of_evidence());
    tables
}

/// The tables of a search for boxes: its steps, and the limits of those that were taken.
pub fn of_boxes() -> [TableInfo<'static>; 2] {
    [Table::of::<DiscoverRow>().into(), Table::of::<BoxRow>().into()]
}

/// The table of an outcome that is told apart.
pub fn explain() -> TableInfo<'static> {
    Table::of::<ExplainRow>().into()
}

/// The tables of calibrations and claims.
pub fn of_evidence() -> [TableInfo<'static>; 7] {
    [
        Table::of::<MarginalRow>().into(),
        Table::of::<RidgeRow>().into(),
        Table::of::<InformationRow>().into(),
        Table::of::<FitRow>().into(),
        Table::of::<RankRow>().into(),
        Table::of::<HistogramRow>().into(),
        Table::of::<ClaimRow>().into(),
    ]
}

/// The tables of games.
pub fn of_games() -> [TableInfo<'static>; 4] {
    [
        Table::of::<PayoffRow>().into(),
        Table::of::<DeviationRow>().into(),
        Table::of::<EquilibriumRow>().into(),
        Table::of::<EquilibriumMapRow>().into(),
    ]
}

/// The tables of forecasts.
pub fn of_forecasts() -> [TableInfo<'static>; 5] {
    [
        Table::of::<ForecastRow>().into(),
        Table::of::<ForecastQuantileRow>().into(),
        Table::of::<ScoreRow>().into(),
        Table::of::<ScoredRow>().into(),
        Table::of::<PitRow>().into(),
    ]
}

/// SHA-256 of the whole dictionary: changes with any name, type, unit, meaning or key.
pub fn hash(measured: &Measured) -> String {
    let tables: Vec<_> = tables(&[], measured, true)
        .iter()
        .map(|table| {
            let columns: Vec<_> = table
                .columns
                .iter()
                .map(|column| {
                    json!([column.name, format!("{:?}", column.holds), column.optional, column.unit, column.meaning])
                })
                .collect();
            json!([table.name, table.meaning, table.key, columns])
        })
        .collect();
    sums::sha256(json!(tables).to_string().as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        declare::table::Row as _,
        measure::{
            LEADING_COLUMNS, TAKEN_COLUMNS, TAKEN_TABLES,
            record::{OutcomeRow, TABLES},
        },
    };
    use std::collections::BTreeSet;

    #[test]
    fn what_joins_a_model_cannot_take_a_name_that_is_here() {
        let measured = Measured::default();
        let columns = runs(&[], &measured).columns;
        let outcome = |column: &&Column<'_>| OutcomeRow::COLUMNS.iter().any(|outcome| outcome.name == column.name);
        assert!(columns.iter().filter(|column| !outcome(column)).map(|column| column.name).eq(TAKEN_COLUMNS));
        assert!(leading(true).iter().map(|column| column.name).eq(LEADING_COLUMNS));
        let all = tables(&[], &measured, false);
        let names: BTreeSet<_> = all.iter().map(|table| table.name).collect();
        let trajectories = TABLES.iter().map(|table| table.name);
        assert_eq!(names, trajectories.chain(TAKEN_TABLES).collect());
    }

    #[test]
    fn every_table_and_column_has_one_name_and_a_meaning() {
        let tables = tables(&[], &Measured::default(), true);
        assert_eq!(tables.iter().map(|table| table.name).collect::<BTreeSet<_>>().len(), tables.len());
        for table in &tables {
            let names: BTreeSet<_> = table.columns.iter().map(|column| column.name).collect();
            assert_eq!(names.len(), table.columns.len(), "{}", table.name);
            assert!(table.key.iter().all(|key| names.contains(key)), "{}", table.name);
            for column in &table.columns {
                assert!(column.meaning.ends_with('.'), "{}.{}", table.name, column.name);
                let numeric = matches!(column.holds, CellType::Number | CellType::Whole);
                assert_eq!(numeric, !column.unit.is_empty(), "{}.{}", table.name, column.name);
            }
        }
    }

    #[test]
    fn flows_and_rates_say_so_in_their_units() {
        let (mut flows, mut rates) = (0, 0);
        for table in trajectories(&Measured::default(), false) {
            for Column { name, unit, meaning, .. } in table.columns {
                let is_flow = ["in the month", "over the month"].iter().any(|words| meaning.contains(words));
                assert!(!is_flow || unit.ends_with("/month"), "{}.{name}, {unit}: {meaning}", table.name);
                let is_rate = meaning.contains("yearly rate");
                assert!(!is_rate || unit.ends_with("/year"), "{}.{name}, {unit}: {meaning}", table.name);
                flows += usize::from(is_flow);
                rates += usize::from(is_rate);
            }
        }
        assert!(flows > 15 && rates > 8, "{flows} flows, {rates} rates");
    }

    #[test]
    fn a_dictionary_has_one_hash() {
        assert_eq!(hash(&Measured::default()), hash(&Measured::default()));
    }
}
