//! The table and the page of claims, and the record of what they were judged from.

mod record;

use super::{
    ReportError,
    markup::document,
    scale::{number, significant},
};
use crate::{
    analysis::{claims::Verdict, endless::Endless},
    declare::{table::Row, text::counted},
    experiment::claim::Claim,
    output::{
        csv::Csv,
        evidence::ClaimRow,
        folder::{Durability, OutputError, write_aside},
    },
};
use maud::{Markup, html};
pub use record::{MadeFrom, Sampled};
use record::{RECORD, record};
use std::{
    io,
    path::{Path, PathBuf},
};

/// The page's file.
const PAGE: &str = "claims.html";
/// The files that are written.
pub const FILES: [&str; 3] = ["claims.csv", PAGE, RECORD];
const HOLDS: &str = "A share says in how many worlds of the model a claim holds, of those that what was seen to the training's end \
                     allows. It says nothing of what the model leaves out. A claim that fails is as good a result as one that holds.";

/// A claim and how it was judged.
pub struct Told {
    /// From what, with its short name.
    pub from: MadeFrom,
    /// The claim.
    pub claim: Claim,
    /// How it was judged; `None` if no run could tell.
    pub verdict: Option<Verdict>,
    /// Units of the effects of its conditions.
    pub units: Vec<String>,
    /// Runs that failed.
    pub failed: u64,
}

/// In how many worlds a claim holds, in words.
pub fn holds(verdict: &Verdict) -> String {
    let (share, error) = (100.0 * verdict.holds, 100.0 * verdict.standard_error);
    let worlds = counted(verdict.worlds as u64, "world");
    if verdict.turns.is_empty() {
        return format!("holds with a probability of {share:.0} % ± {error:.1}, by resamples of {worlds}");
    }
    let each = verdict.runs as f64 / verdict.worlds.max(1) as f64;
    let without_luck = verdict.endless.map_or_else(String::new, |Endless { low, high }| {
        let [low, high] = [low, high].map(|end| format!("{:.0}", 100.0 * end));
        let ends = if low == high { low } else { format!("{low} to {high}") };
        format!("; without their luck in {ends} % (90 % interval)")
    });
    format!("holds in {share:.0} % ± {error:.1} of {worlds}, each by the mean of {each:.0} runs{without_luck}")
}

impl Told {
    /// Each condition with its effect, in words.
    pub fn conditions(&self, verdict: &Verdict) -> Vec<String> {
        let judged = self.claim.conditions.iter().zip(&verdict.conditions).zip(&self.units);
        let said = |((condition, judged), unit): (
            (&crate::experiment::claim::Condition, &crate::analysis::claims::Judgement),
            &String,
        )| {
            let unit = if unit == "1" { String::new() } else { format!(" {unit}") };
            let [low, middle, high] = judged.effect.map(significant);
            let luck = judged.luck.map_or_else(String::new, |luck| {
                format!("; luck has {:.0} % of a run\u{2019}s variance", 100.0 * luck)
            });
            format!("{condition}: {:.0} %; median {middle}{unit} ({low} to {high}){luck}", 100.0 * judged.share)
        };
        judged.map(said).collect()
    }

    /// On what the verdict turns, in words; `None` if on nothing by much.
    pub fn turns(&self, verdict: &Verdict) -> Option<String> {
        const LEAST: f64 = 0.2;
        let turns: Vec<String> = verdict
            .turns
            .iter()
            .filter(|turn| turn.correlation.abs() >= LEAST)
            .take(3)
            .map(|turn| {
                let flips = if turn.flips(verdict.holds) {
                    let (end, share, at) = if (turn.low > 0.5) == (verdict.holds > 0.5) {
                        ("above", turn.high, turn.ends.1)
                    } else {
                        ("below", turn.low, turn.ends.0)
                    };
                    let half = turn.at.map_or_else(String::new, |at| {
                        let [low, at, high] = at.map(significant);
                        format!("; half at {at}, {low} to {high}")
                    });
                    format!(", {:.0} % {end} {}{half}", 100.0 * share, significant(at))
                } else {
                    String::new()
                };
                format!("{} ({}{flips})", turn.parameter, number(turn.correlation, 2))
            })
            .collect();
        (!turns.is_empty()).then(|| format!("turns on {}", turns.join(", ")))
    }
}

/// Writes the table, the page and the record of what they were judged from by `program`, and gives where the page is.
///
/// # Errors
/// One of them cannot be written.
pub fn write_claims(folder: &Path, program: &str, told: &[Told]) -> Result<PathBuf, ReportError> {
    let rows: Vec<ClaimRow> = told.iter().flat_map(rows).collect();
    let bytes = Csv::table(&rows);
    let table = folder.join(format!("{}.csv", ClaimRow::TABLE));
    write_aside(&table, &bytes, Durability::Disk)?;
    let made = folder.join(RECORD);
    let record = record(program, &bytes, told.iter().map(|told| &told.from));
    let record = record.map_err(|error| OutputError::new("write", &made, io::Error::other(error)))?;
    write_aside(&made, &record, Durability::Disk)?;
    let page = folder.join(PAGE);
    write_aside(&page, self::page(told).as_bytes(), Durability::Disk)?;
    Ok(page)
}

/// A row for each condition of a claim.
fn rows(told: &Told) -> Vec<ClaimRow> {
    let Some(verdict) = &told.verdict else { return Vec::new() };
    let finite = |value: f64| value.is_finite().then_some(value);
    let judged = told.claim.conditions.iter().zip(&verdict.conditions).zip(&told.units);
    judged
        .map(|((condition, judged), unit)| ClaimRow {
            claim: told.from.name.as_str().into(),
            condition: condition.to_string().into(),
            holds: verdict.holds,
            standard_error: finite(verdict.standard_error),
            without_luck_low: verdict.endless.map(|endless| endless.low),
            without_luck_high: verdict.endless.map(|endless| endless.high),
            worlds: u32::try_from(verdict.worlds).unwrap_or(u32::MAX),
            runs: u32::try_from(verdict.runs).unwrap_or(u32::MAX),
            share: judged.share,
            luck: judged.luck.and_then(finite),
            median: finite(judged.effect[1]),
            p05: finite(judged.effect[0]),
            p95: finite(judged.effect[2]),
            unit: unit.as_str().into(),
            turns_on: verdict.turns.first().map(|turn| turn.parameter.as_str().into()),
            correlation: verdict.turns.first().and_then(|turn| finite(turn.correlation)),
        })
        .collect()
}

fn page(told: &[Told]) -> String {
    let head = html! { p.note { (HOLDS) } };
    let main = html! { @for one in told { (section(one)) } };
    document("Claims", &head, &main, "All numbers stand in claims.csv; the runs of each claim in the folder runs.")
}

fn section(told: &Told) -> Markup {
    html! {
        section id=(told.from.name) {
            h2 { (told.claim.sentence) }
            @match &told.verdict {
                None => p.note { "It cannot be judged: no run has what it speaks of." },
                Some(verdict) => {
                    (bar(verdict.holds))
                    p { strong { (holds(verdict)) } }
                    ul { @for said in told.conditions(verdict) { li { (said) } } }
                    @if let Some(said) = told.turns(verdict) { p.quiet { (said) } }
                    @if verdict.lacking > 0 { p.note { (counted(verdict.lacking as u64, "run")) " without a value of what it speaks of." } }
                }
            }
        }
    }
}

/// A bar of the share in which a claim holds.
fn bar(share: f64) -> Markup {
    use super::{
        palette::{GREY, colour},
        svg::{GRID, Svg},
    };
    const WIDE: f64 = 600.0;
    let mut svg = Svg::new(WIDE, 18.0, &format!("holds in {:.0} % of worlds", 100.0 * share));
    svg.rectangle((0.0, 5.0), (WIDE * share, 9.0), if share > 0.5 { colour(0) } else { GREY });
    svg.line(&[(0.0, 14.0), (WIDE, 14.0)], GRID);
    svg.line(&[(WIDE / 2.0, 2.0), (WIDE / 2.0, 16.0)], GRID);
    html! { (svg) }
}
