//! Lines of what the terminal is told: broken where they are too wide, with numbers in few digits and units in few letters.

use super::listing::{fill, width};
use crate::{declare::table::Column, output::batch::Batch, report::data::chosen};

/// Adds a line, broken where it is wider than the terminal.
pub(super) fn line(text: &mut String, line: &str) {
    text.push_str(&broken(line, width()));
    text.push('\n');
}

/// A line broken at spaces where it is wider than this; nothing of it is cut.
pub(super) fn broken(line: &str, width: usize) -> String {
    let line = line.trim_end();
    if line.chars().count() <= width {
        return line.to_owned();
    }
    let options = textwrap::Options::new(width).subsequent_indent("      ").break_words(false);
    fill(line, options)
}

/// The outcomes that summaries open with: those that are asked for, or that the model is known by.
pub(super) fn headlines(experiment: &Batch) -> Vec<Column<'static>> {
    chosen(&experiment.measured, &experiment.outcomes)
}

/// The unit of a column in few letters; none for pure numbers.
pub(super) fn unit(column: &Column<'_>) -> String {
    if column.unit == "1" { String::new() } else { column.unit.replace(" of 2023", "").replace("billion ", "bn ") }
}

/// A number in few digits.
pub(super) fn short(value: f64) -> String {
    let digits = match value.abs() {
        size if size >= 100.0 => 0,
        size if size >= 10.0 => 1,
        size if size >= 1.0 => 2,
        _ => 3,
    };
    if value.abs() >= 1e7 {
        return format!("{value:.1e}");
    }
    let text = format!("{value:.digits$}");
    if digits > 0 { text.trim_end_matches('0').trim_end_matches('.').into() } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_line_is_broken_and_nothing_of_it_is_lost() {
        let said = "  a_long_name_of_an_outcome   1.5   2.5  points/year  in 3 of 100 runs";
        for width in [40, 60, 80] {
            let broken = broken(said, width);
            assert!(broken.lines().all(|line| line.chars().count() <= width), "{broken}");
            assert!(broken.split_whitespace().eq(said.split_whitespace()), "{broken}");
        }
    }

    #[test]
    fn numbers_are_short() {
        assert_eq!(
            [1234.5, 100.0, 99.94, -2.346, 0.01234, 3.0, 1e9].map(short),
            ["1234", "100", "99.9", "-2.35", "0.012", "3", "1.0e9"]
        );
    }
}
