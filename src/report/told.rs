//! What a plot shows, as numbers: the page reads them out under the pointer and gives them as CSV.

use super::stat::Stat;
use crate::scenario::Month;
use serde::Serialize;
use serde_json::Value;

/// A plot of a picture, months across.
#[derive(Clone, Debug, PartialEq)]
pub struct Plot {
    /// Left, top, width and height of its frame.
    pub frame: [f64; 4],
    pub numbers: Numbers,
}

/// Its lines.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Numbers {
    title: String,
    unit: String,
    percent: bool,
    first: String,
    months: usize,
    lines: Vec<Told>,
}

/// A line of a plot, a value a month.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Told {
    name: String,
    colour: String,
    value: Vec<Option<f64>>,
    /// The quantiles 5 % and 95 % over runs, where there are several.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    low: Vec<Option<f64>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    high: Vec<Option<f64>>,
}

/// The rows of what is drawn without months, for its CSV.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Listed {
    pub heads: Vec<String>,
    /// Words and numbers, as many as heads.
    pub rows: Vec<Vec<Value>>,
}

/// The months of a plot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Months {
    pub first: Month,
    pub count: usize,
}

/// Five digits are more than a picture shows.
pub fn short(value: f64) -> Option<f64> {
    format!("{value:.4e}").parse().ok().filter(|value: &f64| value.is_finite())
}

impl Told {
    /// Medians with their bands if there are some.
    pub fn fan(name: &str, colour: &str, stats: &[Stat], months: Months) -> Self {
        let level = |level: usize| values(stats.iter().map(|stat| (stat.date, stat.quantiles[level])), months);
        let bands = stats.iter().any(|stat| stat.n > 1);
        let (low, high) = if bands { (level(0), level(4)) } else { (Vec::new(), Vec::new()) };
        Self { name: name.to_owned(), colour: colour.to_owned(), value: level(2), low, high }
    }

    /// Means with the quantiles 5 % and 95 %.
    pub fn mean(name: &str, colour: &str, stats: &[Stat], months: Months) -> Self {
        let means = stats.iter().map(|stat| (stat.date, stat.mean));
        Self { value: values(means, months), ..Self::fan(name, colour, stats, months) }
    }

    /// Values without bands.
    pub fn line(name: &str, colour: &str, points: impl Iterator<Item = (Month, f64)>, months: Months) -> Self {
        Self {
            name: name.to_owned(),
            colour: colour.to_owned(),
            value: values(points, months),
            low: Vec::new(),
            high: Vec::new(),
        }
    }
}

/// A place for each month of the axes.
fn values(points: impl Iterator<Item = (Month, f64)>, months: Months) -> Vec<Option<f64>> {
    let mut values = vec![None; months.count];
    for (date, value) in points {
        if let Some(slot) = usize::try_from(date.since(months.first)).ok().and_then(|at| values.get_mut(at)) {
            *slot = short(value);
        }
    }
    values
}

impl Plot {
    /// A plot in this frame, in per cent or plain numbers.
    pub fn new(frame: [f64; 4], percent: bool, months: Months, (title, unit): (&str, &str), lines: Vec<Told>) -> Self {
        let (title, unit, first) = (title.to_owned(), unit.to_owned(), months.first.to_string());
        Self { frame, numbers: Numbers { title, unit, percent, first, months: months.count, lines } }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_has_a_place_for_each_month_and_holes_where_there_is_nothing() {
        let first = Month::new(2023, 1).unwrap();
        let months = Months { first, count: 4 };
        let stat = |month, value: f64, n| Stat {
            date: first.plus(month),
            n,
            mean: value,
            quantiles: [value - 1.0, value, value, value, value + 1.0],
            luck: None,
        };
        let told = Told::fan("a", "#000000", &[stat(1, 1.234_567, 2), stat(9, 1.0, 2)], months);
        assert_eq!(told.value, [None, Some(1.2346), None, None]);
        assert_eq!(told.high, [None, Some(2.2346), None, None]);
        let one = Told::fan("a", "#000000", &[stat(0, 1.0, 1)], months);
        assert!(one.low.is_empty() && one.high.is_empty());
        let plot = Plot::new([1.0, 2.0, 3.0, 4.0], true, months, ("title", "points"), vec![one]);
        let text = serde_json::to_string(&plot.numbers).unwrap();
        assert_eq!(
            text,
            "{\"title\":\"title\",\"unit\":\"points\",\"percent\":true,\"first\":\"2023-01\",\"months\":4,\"lines\":[{\"name\":\"a\",\
             \"colour\":\"#000000\",\"value\":[1.0,null,null,null]}]}"
        );
    }
}
