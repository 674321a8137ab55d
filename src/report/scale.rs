//! Scales: where a value stands along an axis, and which ticks are worth showing.

use crate::scenario::Month;

/// How the ticks of an axis are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Writing {
    /// Plain numbers.
    Plain,
    /// A share of 1 as per cent.
    Percent,
}

/// A vertical scale.
#[derive(Clone, Debug, PartialEq)]
pub struct Axis {
    low: f64,
    high: f64,
    log: bool,
    /// Whether small values stand at the top.
    falls: bool,
    /// Values worth a tick, rising, all within the scale.
    pub ticks: Vec<f64>,
}

fn power_of_ten(exponent: f64) -> f64 {
    libm::pow(10.0, exponent)
}

/// A step of 1, 2 or 5 times a power of ten that is about `raw`.
fn round_step(raw: f64) -> f64 {
    let base = power_of_ten(libm::log10(raw).floor());
    [1.0, 2.0, 5.0, 10.0].into_iter().map(|times| times * base).find(|step| *step >= raw * 0.72).unwrap_or(raw)
}

/// Smallest and largest of the finite values, if there are any.
fn extent(values: impl Iterator<Item = f64>) -> Option<(f64, f64)> {
    values.filter(|value| value.abs() < 1e300).fold(None, |extent, value| match extent {
        None => Some((value, value)),
        Some((low, high)) => Some((low.min(value), high.max(value))),
    })
}

impl Axis {
    /// A linear scale that holds the values and about `count` ticks.
    pub fn linear(values: impl Iterator<Item = f64>, count: usize) -> Self {
        let (mut low, mut high) = extent(values).unwrap_or((0.0, 1.0));
        if high - low <= 1e-9 * high.abs().max(low.abs()) {
            // What never happens needs no room below zero.
            let margin = 0.1 * high.abs();
            (low, high) = if high == 0.0 { (0.0, 1.0) } else { (low - margin, high + margin) };
        }
        let step = round_step((high - low) / count as f64);
        // A value that is a tick but for rounding needs no tick below it.
        let first = (low / step + 1e-9).floor();
        let ticks: Vec<f64> = (0..=2 * count + 2)
            .map(|at| (first + at as f64) * step)
            .take_while(|tick| *tick < high + 0.999 * step)
            .collect();
        Self { low: first * step, high: ticks.last().copied().unwrap_or(high), log: false, falls: false, ticks }
    }

    /// A logarithmic scale over the positive values, at most six decades deep; linear if none is positive.
    pub fn log(values: impl Iterator<Item = f64>) -> Self {
        let Some((low, high)) = extent(values.filter(|value| *value > 0.0)) else {
            return Self::linear([0.0, 1.0].into_iter(), 4);
        };
        let low = low.max(high * 1e-6).max(1e-290);
        let (first, last) = (libm::log10(low).floor(), libm::log10(high).ceil());
        let all: Vec<f64> = (0..=(last - first) as usize)
            .flat_map(|decade| {
                [1.0, 2.0, 5.0].into_iter().map(move |times| times * power_of_ten(first + decade as f64))
            })
            .collect();
        let from = all.iter().rposition(|tick| *tick <= low * 1.001).unwrap_or(0);
        let to = all.iter().position(|tick| *tick >= high * 0.999).unwrap_or(all.len() - 1).max(from);
        let mut ticks = all.get(from..=to).unwrap_or(&all).to_vec();
        if let [only] = ticks[..] {
            ticks.push(only * 10.0);
        }
        let (low, high) = (ticks[0], ticks[ticks.len() - 1]);
        if last - first > 3.0 {
            let is_decade = |tick: f64| libm::fabs(libm::log10(tick) - libm::round(libm::log10(tick))) < 1e-6;
            ticks.retain(|tick| is_decade(*tick));
        }
        Self { low, high, log: true, falls: false, ticks }
    }

    /// Where the value stands: 0 at the foot, 1 at the top; values beyond the ends stand at the ends.
    pub fn place(&self, value: f64) -> f64 {
        let (value, low, high) = if self.log {
            (libm::log10(value.max(self.low)), libm::log10(self.low), libm::log10(self.high))
        } else {
            (value, self.low, self.high)
        };
        let place = ((value - low) / (high - low)).clamp(0.0, 1.0);
        if self.falls { 1.0 - place } else { place }
    }

    /// The value that stands at a place from 0 to 1.
    pub fn at(&self, place: f64) -> f64 {
        let place = if self.falls { 1.0 - place } else { place };
        if self.log {
            let (low, high) = (libm::log10(self.low), libm::log10(self.high));
            power_of_ten(low + place * (high - low))
        } else {
            self.low + place * (self.high - self.low)
        }
    }

    /// The same with small values at the top.
    pub fn falling(self) -> Self {
        Self { falls: true, ..self }
    }

    /// Places from 1 down to `count`, half a place of room beyond both ends.
    pub fn ranks(count: usize) -> Self {
        let ticks = (1..=count).map(|rank| rank as f64).collect();
        Self { low: 0.5, high: count as f64 + 0.5, log: false, falls: true, ticks }
    }

    /// Whether zero lies inside the scale and deserves a stronger line.
    pub fn crosses_zero(&self) -> bool {
        !self.log && self.low < 0.0 && self.high > 0.0
    }

    /// The tick as text.
    pub fn write(&self, tick: f64, writing: Writing) -> String {
        let times = if writing == Writing::Percent { 100.0 } else { 1.0 };
        let step = if self.log {
            tick * times
        } else {
            self.ticks.windows(2).next().map_or(1.0, |pair| (pair[1] - pair[0]) * times)
        };
        let text = number(tick * times, decimals(step));
        if writing == Writing::Percent { format!("{text} %") } else { text }
    }
}

/// Decimal places that show a step.
fn decimals(step: f64) -> usize {
    let places = -libm::log10(step.abs().max(1e-9)).floor();
    places.max(0.0) as usize
}

/// A number with that many decimals, a true minus sign and thin spaces between thousands; very large ones in short form.
pub fn number(value: f64, decimals: usize) -> String {
    if value.abs() >= 1e9 {
        return format!("{value:.1e}");
    }
    let text = format!("{:.decimals$}", value.abs());
    let (whole, rest) = text.split_at(text.find('.').unwrap_or(text.len()));
    let mut out = String::new();
    if value < 0.0 && text.bytes().any(|digit| (b'1'..=b'9').contains(&digit)) {
        out.push('\u{2212}');
    }
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && whole.len() > 4 && (whole.len() - at) % 3 == 0 {
            out.push('\u{2009}');
        }
        out.push(digit);
    }
    out + rest
}

/// A number with three significant digits, as tables show it.
pub fn significant(value: f64) -> String {
    if value == 0.0 {
        return "0".to_owned();
    }
    let size = libm::log10(value.abs()).floor();
    if size < -4.0 {
        format!("{value:.1e}").replace('-', "\u{2212}")
    } else {
        let digits = (2.0 - size).max(0.0) as i32;
        // 0.9996 has three digits as 1.00, not as 1.000.
        let shift = libm::pow(10.0, f64::from(digits));
        let carried = libm::log10((value.abs() * shift).round() / shift).floor() > size;
        number(value, (digits - i32::from(carried)).max(0) as usize)
    }
}

/// Years worth a tick, each with the January it stands at, at most `most`.
pub fn year_ticks(first: Month, last: Month, most: usize) -> Vec<Month> {
    let years = (last.year() + 1).saturating_sub(first.year()).max(1) as usize;
    let step = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000]
        .into_iter()
        .find(|step| years.div_ceil(*step) <= most.max(1))
        .unwrap_or(10_000);
    (first.year()..=last.year())
        .filter(|year| step == 1 || (*year as usize).is_multiple_of(step))
        .filter_map(|year| Month::new(year, 1))
        .filter(|january| *january >= first && *january <= last)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn linear_ticks_are_round_and_hold_the_values() {
        let scale = Axis::linear([912.0, 1387.0].into_iter(), 5);
        assert_eq!(scale.ticks, [900.0, 1000.0, 1100.0, 1200.0, 1300.0, 1400.0]);
        assert_eq!(scale.place(900.0), 0.0);
        assert_eq!(scale.place(1400.0), 1.0);
        assert_eq!(scale.place(5000.0), 1.0);
    }

    #[test]
    fn log_ticks_are_decades_when_there_are_many() {
        let scale = Axis::log([0.0, 0.003, 40.0].into_iter());
        assert_eq!(scale.ticks.len(), 4);
        assert_eq!((scale.place(0.002), scale.place(50.0)), (0.0, 1.0));
        assert_eq!(scale.place(-1.0), 0.0);
        assert_eq!(Axis::log([3.0, 40.0].into_iter()).ticks, [2.0, 5.0, 10.0, 20.0, 50.0]);
    }

    #[test]
    fn odd_values_still_make_a_scale() {
        for values in [vec![], vec![5.0], vec![0.0], vec![-1e308, 1e308], vec![f64::NAN], vec![1e-300, 1e-299]] {
            for scale in [Axis::linear(values.iter().copied(), 5), Axis::log(values.iter().copied())] {
                assert!((2..20).contains(&scale.ticks.len()), "{values:?}: {scale:?}");
                assert!(scale.place(values.first().copied().unwrap_or(0.0)).is_finite() || values[0].is_nan());
            }
        }
    }

    #[test]
    fn numbers_read_well() {
        assert_eq!(number(-0.04, 1), "0.0");
        assert_eq!(number(-12345.6, 0), "\u{2212}12\u{2009}346");
        assert_eq!(significant(0.12345), "0.123");
        assert_eq!(significant(1234.5), "1234");
        assert_eq!([0.99999, 9.996, -0.0099999, 999.7].map(significant), ["1.00", "10.0", "\u{2212}0.0100", "1000"]);
        assert_eq!(Axis::linear([0.0, 0.3].into_iter(), 4).write(0.1, Writing::Percent), "10 %");
    }

    #[test]
    fn what_is_always_zero_stands_at_the_foot() {
        let axis = Axis::linear([0.0, 0.0].into_iter(), 4);
        assert!(axis.place(0.0) == 0.0 && !axis.crosses_zero());
    }

    #[test]
    fn year_ticks_are_few_and_within() {
        let (first, last) = (Month::new(2023, 1).unwrap(), Month::new(2032, 12).unwrap());
        assert_eq!(year_ticks(first, last, 12).len(), 10);
        assert_eq!(year_ticks(first, last, 5), [2024, 2026, 2028, 2030, 2032].map(|y| Month::new(y, 1).unwrap()));
        assert!(year_ticks(Month::new(1, 1).unwrap(), Month::new(9999, 1).unwrap(), 6).len() <= 6);
    }
}
