//! The words of the findings: functions from names and numbers to sentences. A sentence in another language is another such
//! function.

use crate::{declare::table::Column, report::scale::significant, scenario::Month};

/// The two states that a config compares, by name; empty where it compares none.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sides<'a> {
    /// The one called the leader.
    pub leader: &'a str,
    /// The one called the follower.
    pub follower: &'a str,
}

/// Names that take an article in a sentence.
const WITH_ARTICLE: [&str; 8] = ["EU", "Gulf", "Netherlands", "Rest of world", "UAE", "UK", "US", "USA"];

/// Outcomes whose declared meaning leans on the one before it, in words that stand alone.
const ALONE: [(&str, &str); 3] = [
    ("effective_firms_end", "Equal firms that would give the concentration of usage at the end"),
    (
        "self_sufficiency_follower_end",
        "Least self-sufficiency of the follower state in any stage, mean over the last twelve months",
    ),
    ("adoption_third_countries_end", "Share of users in third countries that have adopted AI at the end"),
];

/// A state in the middle of a sentence.
pub fn state(name: &str) -> String {
    if WITH_ARTICLE.contains(&name) { format!("the {name}") } else { name.to_owned() }
}

/// A sentence that begins with these words.
fn begun(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// The words without the capital that begins a sentence; those that begin with a name or an abbreviation keep it.
fn inside(words: &str) -> String {
    let mut letters = words.chars();
    match (letters.next(), letters.clone().next()) {
        (Some(first), Some(second)) if second.is_lowercase() || second == ' ' => {
            first.to_lowercase().chain(letters).collect()
        }
        _ => words.to_owned(),
    }
}

/// The end of a span, as a date in a sentence.
pub fn at_the_end(last: Month) -> String {
    const NAMES: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    if last.of_year() == 12 {
        return format!("at the end of {}", last.year());
    }
    let name = NAMES.get((last.of_year() as usize).saturating_sub(1)).copied().unwrap_or_default();
    format!("at the end of {name} {}", last.year())
}

/// What an outcome is, as the beginning of a sentence, with states by name and the end by date.
pub fn outcome(column: &Column<'_>, sides: Sides<'_>, last: Option<Month>) -> String {
    let alone = ALONE.iter().find(|(name, _)| *name == column.name).map(|(_, words)| *words);
    let mut words = alone.unwrap_or(column.meaning);
    // When a cell is empty, and what is meant in full, stands in the table of columns.
    for end in [". Empty", "; ", ": ", ", 1 at", ", as far as"] {
        words = words.split_once(end).map_or(words, |(words, _)| words);
    }
    let words = words.trim_end_matches('.').trim_end_matches(", as a yearly rate");
    let words = named(&words.replace(", mean over the months that have both", " on average"), sides);
    match last {
        Some(last) => words.replace(" at the end", &format!(" {}", at_the_end(last))),
        None => words,
    }
}

/// A text that speaks of leader and follower, with the states' names.
pub fn named(text: &str, sides: Sides<'_>) -> String {
    let mut words = text.to_owned();
    if !sides.leader.is_empty() {
        for (side, name) in [("leader", sides.leader), ("follower", sides.follower)] {
            for (from, to) in [
                (format!("the {side} state"), state(name)),
                (format!("The {side} state"), begun(&state(name))),
                (format!("the {side}"), state(name)),
                (format!("{side} over"), format!("{} over", state(name))),
                (format!("over {side}"), format!("over {}", state(name))),
            ] {
                words = words.replace(&from, &to);
            }
        }
    }
    words
}

/// Whether an outcome is a share of something, which is told in per cent.
pub fn is_share(column: &Column<'_>) -> bool {
    column.unit == "1" && column.meaning.to_lowercase().contains("share")
}

/// A number of an outcome, in per cent if that is a share, without its unit.
fn number(value: f64, column: &Column<'_>) -> String {
    if is_share(column) { significant(100.0 * value) } else { significant(value) }
}

/// The unit behind a number, with the space before it.
fn unit(column: &Column<'_>) -> String {
    match column.unit {
        "1" if is_share(column) => "\u{a0}%".to_owned(),
        "1" | "" => String::new(),
        unit => format!("\u{a0}{}", unit.replace('/', " a ").replace(" of 2023", "")),
    }
}

/// The unit of a difference: shares differ by percentage points.
pub fn unit_apart(column: &Column<'_>) -> String {
    if is_share(column) { " percentage points".to_owned() } else { unit(column) }
}

/// A number of an outcome with its unit.
pub fn quantity(value: f64, column: &Column<'_>) -> String {
    number(value, column) + &unit(column)
}

/// A share of runs.
pub fn percent(share: f64) -> String {
    match share {
        ..=0.0 => "none".to_owned(),
        1.0.. => "all".to_owned(),
        share if share < 0.01 => "under 1\u{a0}%".to_owned(),
        share if share > 0.99 => "over 99\u{a0}%".to_owned(),
        share => format!("{:.0}\u{a0}%", 100.0 * share),
    }
}

/// Whether words have parts of their own.
fn has_parts(words: &str) -> bool {
    [",", " and ", " ("].iter().any(|sign| words.contains(sign))
}

/// Several names in a sentence.
pub fn listed(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [one] => one.clone(),
        // Semicolons keep apart what has commas or an `and` of its own.
        several if several.iter().any(|name| has_parts(name)) => several.join("; "),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// How often what was run.
pub fn size(scenarios: &[String], points: u64, runs: &str, kind: &str) -> String {
    let of = match scenarios {
        [] | [_] => String::new(),
        several => format!(" of each of {} scenarios ({})", several.len(), listed(several)),
    };
    if points > 1 {
        let of = of.replacen(" of each of", " in each of", 1);
        format!("{points} points of {kind}{of}, with {runs} at each.")
    } else {
        format!("{}{of}.", begun(runs))
    }
}

/// A distribution over runs: of how many of how many, and its quantiles 5, 50 and 95 %.
#[derive(Clone, Copy, Debug)]
pub struct Spread {
    /// Runs that have a value.
    pub n: u64,
    /// Runs.
    pub of: u64,
    /// The quantiles.
    pub quantiles: [f64; 3],
}

impl Spread {
    /// The end of a sentence: the band, and of which runs it is.
    fn told(&self, column: &Column<'_>, turned: bool) -> String {
        let [low, _, high] = self.quantiles;
        let (low, high) = if turned { (-high, -low) } else { (low, high) };
        let some =
            if self.n < self.of { format!("; in {} of {} runs that have it", self.n, self.of) } else { String::new() };
        if self.n == 1 {
            return if self.of == 1 {
                " in the only run".to_owned()
            } else {
                format!(" in the only one of {} runs that has it", self.of)
            };
        }
        format!(" (5\u{2013}95\u{a0}% of runs: {} to {}{some})", number(low, column), number(high, column))
    }
}

/// Who leads by how much, under a scenario where there are several.
pub fn leads(scenario: &str, column: &Column<'_>, sides: Sides<'_>, when: &str, spread: &Spread) -> String {
    let [_, median, _] = spread.quantiles;
    let turned = median < 0.0;
    let (ahead, behind) = if turned { (sides.follower, sides.leader) } else { (sides.leader, sides.follower) };
    let (told, under) =
        (spread.told(column, turned), if scenario.is_empty() { String::new() } else { format!("Under {scenario}, ") });
    let ahead = if scenario.is_empty() { begun(&state(ahead)) } else { state(ahead) };
    if median == 0.0 {
        return format!("{under}{ahead} and {} are level {when}{told}.", state(behind));
    }
    let measure = if column.unit == "nats" { "nats of capability" } else { "rating points" };
    format!("{under}{ahead} leads {} by {} {measure} {when}{told}.", state(behind), number(median.abs(), column))
}

/// What an outcome came to, under a scenario where there are several.
pub fn came_to(scenario: &str, column: &Column<'_>, what: &str, spread: &Spread) -> String {
    let under = if scenario.is_empty() { String::new() } else { format!(" under {scenario}") };
    format!("{what}: {}{under}{}.", quantity(spread.quantiles[1], column), spread.told(column, false))
}

/// A difference that luck alone does not give: its mean, interval, and the share of pairs in which the scenario is larger.
#[derive(Clone, Copy, Debug)]
pub struct Apart {
    /// The mean difference.
    pub mean: f64,
    /// Its 95 % interval.
    pub interval: (f64, f64),
    /// Share of pairs in which it is above zero.
    pub larger: f64,
    /// Pairs of runs.
    pub pairs: u64,
}

/// How a scenario differs from another.
pub fn differs(scenario: &str, against: &str, column: &Column<'_>, what: &str, apart: &Apart) -> String {
    let (low, high) = apart.interval;
    let (way, low, high) = if apart.mean < 0.0 { ("lower", -high, -low) } else { ("higher", low, high) };
    format!(
        "{what}: {}{} {way} under {scenario} than under {against} (95\u{a0}% interval of the mean: {} to {}; higher in {} of {} pairs of \
         runs).",
        number(apart.mean.abs(), column),
        unit_apart(column),
        number(low, column),
        number(high, column),
        percent(apart.larger),
        apart.pairs
    )
}

/// Differences that luck alone could give: how many of how many, and what the first of them are.
pub fn undecided(count: usize, of: usize, whats: &[String]) -> String {
    let whats: Vec<String> = whats.iter().map(|what| inside(what)).collect();
    let among = if count > whats.len() { ", among them" } else { ":" };
    let (are, they) = if count == 1 { ("is", "it") } else { ("are", "them") };
    format!("{count} of {of} differences {are} undecided, as luck alone could give {they}{among} {}.", listed(&whats))
}

/// An outcome of one of several scenarios beside the first.
pub fn under(what: &str, scenario: &str, scenarios: usize) -> String {
    if scenarios > 2 { format!("{what} ({scenario})") } else { what.to_owned() }
}

/// Differences for which there are too few pairs.
pub fn too_few(pairs: u64, fewest: u64) -> String {
    format!("No difference is decided by {pairs} pairs of runs: an interval takes at least {fewest}.")
}

/// Scenarios that do not differ at all.
pub fn same(scenario: &str, against: &str, of: usize, pairs: u64) -> String {
    format!("{scenario} and {against} are the same in all {of} outcomes told here, in each of {pairs} pairs of runs.")
}

/// A factor with how closely the outcome goes with it.
pub fn goes_with(parameter: &str, is_ratio: bool, value: f64, interval: Option<(f64, f64)>) -> String {
    let measure = if is_ratio { "correlation ratio" } else { "rank correlation" };
    let correlation = crate::report::scale::number;
    let interval =
        interval.map(|(low, high)| format!(", 95\u{a0}%: {} to {}", correlation(low, 2), correlation(high, 2)));
    format!("{parameter} ({measure} {}{})", correlation(value, 2), interval.unwrap_or_default())
}

/// On which of the parameters that were varied an outcome turns.
pub fn turns_on(what: &str, factors: &[String], of: usize, points: usize) -> String {
    format!("{what} turns most on {}, of {of} parameters that were varied over {points} points.", listed(factors))
}

/// That none of the parameters moves an outcome clearly.
pub fn turns_on_nothing(what: &str, of: usize, points: usize) -> String {
    format!(
        "Over {points} points {} goes with none of the {of} parameters that were varied more than luck could give.",
        inside(what)
    )
}

/// That nothing was varied.
pub fn nothing_varied() -> String {
    "0 parameters were varied, so these runs do not tell on which of them the answer turns.".to_owned()
}

/// How well the mean is known, and what luck does.
pub fn known(what: &str, column: &Column<'_>, runs: u64, sd: f64, error: f64) -> String {
    format!(
        "{what}: {runs} runs tell the mean to \u{b1} {}{} (Monte Carlo standard error), and single runs lie {}{} from it (standard \
         deviation).",
        number(error, column),
        unit_apart(column),
        number(sd, column),
        unit_apart(column)
    )
}

/// What bands are of, where parameters stand still.
pub fn luck_alone(runs: u64) -> String {
    format!(
        "Bands over {runs} runs are of luck alone, with every parameter at one value; --doubt draws worlds that differ in them too."
    )
}

/// What bands are of, where worlds are drawn.
pub fn luck_and_doubt(worlds: u64, luck: Option<f64>) -> String {
    let share =
        luck.map(|share| format!(": luck has {} of the variance, doubt about parameters the rest", percent(share)));
    format!("Bands are of luck and of doubt over {worlds} worlds{}.", share.unwrap_or_default())
}

/// What bands are of, over a design.
pub fn luck_and_design(points: u64) -> String {
    format!(
        "Bands over all runs are of luck and of the {points} points of the design, whose ranges are choices and no probabilities."
    )
}

/// So many months after the first.
pub fn after(months: u32) -> String {
    format!("{months} months after the first")
}

/// How far an outcome swings when a factor goes from the low to the high end of its range.
pub fn swings(parameter: &str, column: &Column<'_>, value: f64, interval: Option<(f64, f64)>) -> String {
    let known = interval.map(|(low, high)| format!(", 95\u{a0}%: {} to {}", number(low, column), number(high, column)));
    format!("{parameter} ({}{}{})", number(value, column), unit_apart(column), known.unwrap_or_default())
}

/// Which of the factors that were moved one at a time move an outcome most.
pub fn moved_one_by_one(what: &str, factors: &[String], of: usize) -> String {
    format!(
        "Of {of} parameters that were moved one at a time, from the low to the high end of their ranges, these change {} most: {}.",
        inside(what),
        listed(factors)
    )
}
