//! Forecasts that were made at several months, each with what was observed before it and what came.

use super::{
    chart::{Axes, Frame, Look, fan},
    live::Drawn,
    palette,
    scale::{Axis, Writing},
    sheet::{FOOT, LEFT, LEGEND_ROW, Paper, Sheet, legend_height, row_places},
    stat::Stat,
    svg::{Anchor, Ink, RULE, Stroke, Svg, text_width},
    told::Told,
};
use crate::{
    declare::{table::Column, text::counted},
    experiment::observations::load_observations,
    measure::record::TABLES,
    scenario::{Diagnostics, Month, Source, builtin::Builtin},
};

/// Quantiles of the forecasts, as built in; `docs/rolling-forecasts.sh` makes it.
const TABLE: &str = "forecasts/rolling.csv";
/// What was observed of what is forecast.
const OBSERVED: [&str; 2] = ["observations/rating-gaps.csv", "observations/index-gaps.csv"];
/// The table of what is forecast.
const OF: &str = "world";
/// What is forecast, by words that stand alone: what the table says of a column may speak of the one before it.
const TITLES: [(&str, &str); 4] = [
    ("gap_rating", "Rating gap between the leading state and the one that follows"),
    ("gap_index", "Capability index gap between the leading state and the one that follows"),
    ("open_gap_rating", "Rating gap between closed and open models"),
    ("open_gap_index", "Capability index gap between closed and open models"),
];
/// Names of what a picture shows, in the order of their keys.
const NAMES: [&str; 3] = ["observed before", "forecast", "what came"];
/// Height of the plot.
const PLOT: f64 = 340.0;

/// A month of a forecast.
#[derive(Clone, Copy, Debug)]
struct Row {
    /// The last month whose figures were known.
    origin: Month,
    indicator: &'static str,
    stat: Stat,
}

/// All forecasts with all observations of the same.
#[derive(Clone, Debug)]
pub struct Rolling {
    rows: Vec<Row>,
    /// Indicator, month and value, by month.
    observed: Vec<(String, Month, f64)>,
}

/// The values of a picture.
struct Parts<'a> {
    /// What is drawn.
    column: Column<'static>,
    origin: Month,
    /// The forecast that was made then.
    made: &'a [Stat],
    known: Vec<(Month, f64)>,
    came: Vec<(Month, f64)>,
}

impl Rolling {
    /// What is built in.
    ///
    /// # Errors
    /// An observation is none.
    pub fn builtin() -> Result<Self, Diagnostics> {
        let text = Builtin::find(TABLE).map_or("", |builtin| builtin.text);
        let files = OBSERVED.map(|path| (Source::Builtin(path.to_owned()), None));
        let observed = load_observations(&files, &TABLES)?;
        let observed = observed.into_iter().map(|each| (each.of.indicator.to_string(), each.first, each.value));
        Ok(Self { rows: text.lines().skip(1).filter_map(row).collect(), observed: observed.collect() })
    }

    /// The months at which forecasts were made, in their order.
    pub fn origins(&self) -> Vec<Month> {
        let mut origins: Vec<_> = self.rows.iter().map(|row| row.origin).collect();
        origins.sort_unstable();
        origins.dedup();
        origins
    }

    /// What is forecast.
    pub fn indicators(&self) -> Vec<Column<'static>> {
        let table = TABLES.iter().find(|table| table.name == OF);
        let columns = table.into_iter().flat_map(|table| table.columns.iter());
        columns.filter(|column| self.rows.iter().any(|row| row.indicator == column.name)).copied().collect()
    }

    /// What something that is forecast is called.
    pub fn title(column: &Column<'static>) -> &'static str {
        TITLES.iter().find(|(name, _)| *name == column.name).map_or(column.meaning, |(_, title)| title)
    }

    /// The last month of which anything was observed.
    fn last_seen(&self) -> Option<Month> {
        self.observed.iter().map(|(_, month, _)| *month).max()
    }

    /// The forecast that was made then, beside what was observed; `None` if there is none.
    pub fn draw(&self, origin: Month, indicator: &str, paper: Paper) -> Option<Drawn> {
        let column = self.indicators().into_iter().find(|column| column.name == indicator)?;
        let made: Vec<_> = self.of(indicator).filter(|row| row.origin == origin).map(|row| row.stat).collect();
        let seen = self.observed.iter().filter(|(of, ..)| of == indicator).map(|(_, month, value)| (*month, *value));
        let (known, came) = seen.partition(|(month, _)| *month <= origin);
        let parts = Parts { column, origin, made: &made, known, came };
        Some(Drawn::of("forecast", &self.caption(&parts), &self.picture(paper, &parts)?))
    }

    fn of(&self, indicator: &str) -> impl Iterator<Item = &Row> {
        self.rows.iter().filter(move |row| row.indicator == indicator)
    }

    /// Months and values are those of all forecasts, so that the picture stands still while the origin moves.
    fn picture(&self, paper: Paper, parts: &Parts<'_>) -> Option<Svg> {
        let Parts { column, origin, made, known, came } = parts;
        let runs = made.first()?.n;
        let legend = legend_height(paper, NAMES.into_iter());
        let title = format!("Forecast as of {origin}");
        let said = format!("{} worlds: median, 50 % and 90 % bands", runs);
        let note = format!("{}, {}", Self::title(column), column.unit);
        let mut sheet = Sheet::new(paper, legend + PLOT, &title, &note, &said);
        keys(&mut sheet, parts);
        let all = self.observed.iter().filter(|(of, ..)| of == column.name).map(|(_, month, value)| (*month, *value));
        let all: Vec<_> = all.collect();
        let fans = || self.of(column.name).map(|row| row.stat);
        let first = all.iter().map(|(month, _)| *month).min()?;
        let last = fans().map(|stat| stat.date).max()?;
        let ends = fans().flat_map(|stat| stat.quantiles).chain(all.iter().map(|(_, value)| *value));
        let top = sheet.top + legend;
        let frame = Frame { x: LEFT, y: top + 18.0, width: paper.width - LEFT - 18.0, height: PLOT - 26.0 - FOOT };
        let scale = Axis::linear(ends.chain([0.0]), 6);
        let axes = Axes { frame, first, last, scale, writing: Writing::Plain };
        axes.draw(&mut sheet.svg);
        let now = axes.x(*origin);
        let dashed = Stroke { dashes: "3 3", ..RULE };
        sheet.svg.line(&[(now, frame.y), (now, frame.y + frame.height)], dashed);
        fan(&mut sheet.svg, &axes, made, Look { colour: BLUE, width: 2.4, bands: true, dashes: "", runs });
        let places = |points: &[(Month, f64)]| -> Vec<_> {
            points.iter().map(|(month, value)| (axes.x(*month), axes.y(*value))).collect()
        };
        sheet.svg.line(&places(known), Stroke::solid(palette::GREY, 2.0));
        sheet.svg.dots(&places(came), 4.0, ORANGE, 1.0);
        let line =
            |name, colour, points: &[(Month, f64)]| Told::line(name, colour, points.iter().copied(), axes.months());
        let told = vec![
            line(NAMES[0], palette::GREY, known),
            Told::fan(NAMES[1], BLUE, made, axes.months()),
            line(NAMES[2], ORANGE, came),
        ];
        sheet.svg.tell(axes.plot(&title, column.unit, told));
        Some(sheet.svg)
    }

    fn caption(&self, parts: &Parts<'_>) -> String {
        let within = |(month, value): &&(Month, f64)| {
            let band = parts.made.iter().find(|stat| stat.date == *month).map(|stat| stat.quantiles);
            band.is_some_and(|[low, .., high]| (low..=high).contains(value))
        };
        let (inside, all) = (parts.came.iter().filter(within).count(), parts.came.len());
        let later = |last| format!("; later months than {last} are not in the program");
        let known = self.last_seen().filter(|last| *last > parts.origin).map_or_else(String::new, later);
        match all {
            0 => format!("No month after {} was observed here{known}.", parts.origin),
            all => format!(
                "Of {} that came, {inside} within the 90 % band, to which their error of measurement is not added (redqueen score adds it, so that as many or more are inside there){known}.",
                counted(all as u64, "figure")
            ),
        }
    }
}

/// Draws a key for each part that there is, as the plot shows it: a line, a fan and dots.
fn keys(sheet: &mut Sheet, parts: &Parts<'_>) {
    let there = [!parts.known.is_empty(), true, !parts.came.is_empty()];
    let shown: Vec<_> = (0..NAMES.len()).filter(|part| there[*part]).collect();
    let places = row_places(sheet.paper.width, KEY + 18.0, shown.iter().map(|part| text_width(NAMES[*part], 12.0)));
    for (part, (x, row)) in shown.into_iter().zip(places) {
        let y = sheet.top + 8.0 + LEGEND_ROW * row as f64;
        let (left, right, middle) = ((x, y - 3.0), (x + KEY - 6.0, y - 3.0), x + KEY / 2.0 - 3.0);
        match part {
            0 => sheet.svg.line(&[left, right], Stroke::solid(palette::GREY, 2.0)),
            1 => {
                let edge = |by: f64| [(left.0, left.1 + by), (right.0, right.1 + by)];
                sheet.svg.band(&edge(-6.0), &edge(6.0), BLUE, 0.25);
                sheet.svg.line(&[left, right], Stroke::solid(BLUE, 2.4));
            }
            _ => sheet.svg.dots(&[(middle, left.1)], 4.0, ORANGE, 1.0),
        }
        sheet.svg.text(x + KEY, y + 1.0, Anchor::Start, Ink::Quiet, NAMES[part]);
    }
}

/// Room for a key before its name.
const KEY: f64 = 30.0;
const BLUE: &str = palette::colour(0);
const ORANGE: &str = palette::colour(1);

fn row(line: &'static str) -> Option<Row> {
    let cells: Vec<&str> = line.split(',').collect();
    let [origin, date, indicator, _, n, quantiles @ ..] = cells.as_slice() else { return None };
    let quantiles: Vec<f64> = quantiles.iter().map(|cell| cell.parse().ok()).collect::<Option<_>>()?;
    let quantiles: [f64; 5] = quantiles.try_into().ok()?;
    let stat = Stat { date: date.parse().ok()?, n: n.parse().ok()?, mean: quantiles[2], quantiles, luck: None };
    Some(Row { origin: origin.parse().ok()?, indicator, stat })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_a_month_after_its_origin_and_every_picture_can_be_drawn() {
        let rolling = Rolling::builtin().unwrap();
        assert_eq!(rolling.rows.len(), Builtin::find(TABLE).unwrap().text.lines().count() - 1);
        for Row { origin, stat, .. } in &rolling.rows {
            assert!(stat.date > *origin && stat.quantiles.is_sorted(), "{origin} {}", stat.date);
        }
        let origins: Vec<_> = rolling.origins().iter().map(Month::to_string).collect();
        assert_eq!(origins, ["2024-03", "2024-06", "2024-09", "2024-12"]);
        let names: Vec<_> = rolling.indicators().iter().map(|column| column.name).collect();
        assert_eq!(names.len(), 4, "{names:?}");
        for origin in rolling.origins() {
            for name in &names {
                let drawn = [false, true].map(|narrow| rolling.draw(origin, name, Paper::of(narrow)).unwrap());
                assert_eq!(drawn.each_ref().map(|drawn| drawn.numbers.len()), [1, 1], "{origin} {name}");
                assert_ne!(drawn[0].svg, drawn[1].svg);
            }
        }
        for column in rolling.indicators() {
            assert_ne!(Rolling::title(&column), column.meaning, "{} has a title of its own", column.name);
        }
        let draw = |origin: &str, name| rolling.draw(origin.parse().unwrap(), name, Paper::of(false));
        assert!(draw("2024-04", "gap_rating").is_none() && draw("2024-06", "compute").is_none());
    }

    #[test]
    fn what_was_known_is_a_line_and_what_came_is_dots() {
        let rolling = Rolling::builtin().unwrap();
        let figure = |origin: &str| rolling.draw(origin.parse().unwrap(), "gap_rating", Paper::of(false)).unwrap();
        let early = figure("2024-06");
        assert!(early.caption.starts_with("Of 6 figures that came, "), "{}", early.caption);
        assert!(early.caption.contains("later months than 2024-12 are not in the program"), "{}", early.caption);
        let text = &early.svg;
        assert!(text.contains(">observed before<") && text.contains(">what came<"), "{text}");
        assert!(text.contains("Forecast as of 2024-06") && text.contains("250 worlds"), "{text}");
        let numbers = serde_json::to_value(&early.numbers[0]).unwrap();
        let count = |line: usize| {
            let values = numbers["lines"][line]["value"].as_array().unwrap();
            values.iter().filter(|value| !value.is_null()).count()
        };
        assert_eq!((count(0), count(2)), (14, 6));
        let last = figure("2024-12");
        assert_eq!(last.caption, "No month after 2024-12 was observed here.");
        assert!(last.svg.contains(">observed before<") && !last.svg.contains(">what came<"), "{}", last.svg);
    }

    #[test]
    fn the_last_origin_is_the_sealed_forecast() {
        let sealed = include_str!("../../configs/forecasts/rating-gap/forecast-quantiles.csv");
        let mut reader = csv::Reader::from_reader(sealed.as_bytes());
        let rolling = Rolling::builtin().unwrap();
        let (last, mut count) = ("2024-12".parse().unwrap(), 0);
        for record in reader.records().map(Result::unwrap).filter(|record| &record[1] == OF) {
            let stat = rolling.of(&record[3]).find(|row| row.origin == last && row.stat.date.to_string() == record[0]);
            let quantiles = stat.unwrap().stat.quantiles;
            for (level, value) in quantiles.iter().enumerate() {
                let whole: f64 = record[7 + level].parse().unwrap();
                assert!((value - whole).abs() <= 1e-3 * whole.abs(), "{record:?}: run docs/rolling-forecasts.sh");
            }
            count += 1;
        }
        assert_eq!(count, 96);
    }
}
