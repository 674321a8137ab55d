//! What a design varies: a parameter, the values it takes, and how a coordinate of the unit cube becomes one of them.

use crate::maths::{exp, ln, log10};
use serde::{Deserialize, Serialize};

/// A parameter that a design varies.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Factor {
    /// The parameter's dotted key, such as `mechanisms.diffusion.xi_open`.
    pub parameter: String,
    /// Who decides its value.
    pub role: Role,
    /// Which values it takes.
    #[serde(flatten)]
    pub scale: Scale,
    /// How many values of its range a grid or a one-at-a-time design takes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub levels: Option<u32>,
    /// Unit of the parameter, if it is a declared one.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub unit: String,
    /// Meaning of the parameter, if it is a declared one.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub meaning: String,
}

/// Who decides a factor's value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Nobody: it is not known.
    #[default]
    Uncertainty,
    /// Somebody who could choose otherwise.
    Lever,
}

/// Which values a factor takes over the unit interval.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "scale", rename_all = "kebab-case")]
pub enum Scale {
    /// Evenly from `low` to `high`.
    Linear {
        /// Value at 0.
        low: f64,
        /// Value at 1.
        high: f64,
    },
    /// Evenly in the logarithm from `low` to `high`, both above 0.
    Log {
        /// Value at 0.
        low: f64,
        /// Value at 1.
        high: f64,
    },
    /// Whole numbers from `low` to `high`, each with an equal part of the interval.
    Integer {
        /// Least value.
        low: i64,
        /// Greatest value.
        high: i64,
    },
    /// These values in turn, each with an equal part of the interval.
    Choice {
        /// The values, at least one.
        values: Vec<Setting>,
    },
}

/// A value that a factor takes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Setting {
    /// `true` or `false`.
    Flag(bool),
    /// A whole number.
    Whole(i64),
    /// A number.
    Real(f64),
    /// Text.
    Text(String),
}

impl Setting {
    /// Whether a cell of a table holds it.
    pub fn is_written(&self, cell: &str) -> bool {
        let number = || cell.parse::<f64>().ok().filter(|number| number.is_finite());
        match self {
            Self::Flag(flag) => cell == flag.to_string(),
            Self::Whole(whole) => number() == Some(*whole as f64),
            Self::Real(real) => number() == Some(*real),
            Self::Text(text) => cell == text,
        }
    }
}

impl Scale {
    /// The value at a coordinate from 0 to 1, both included.
    pub fn at(&self, coordinate: f64) -> Setting {
        match self {
            Self::Linear { low, high } => {
                let value = low + coordinate * (high - low);
                Setting::Real(between(*low, *high, plain(value, low.abs().max(high.abs()))))
            }
            Self::Log { low, high } if coordinate <= 0.0 || low >= high => Setting::Real(*low),
            Self::Log { high, .. } if coordinate >= 1.0 => Setting::Real(*high),
            Self::Log { low, high } => {
                let value = exp(ln(*low) + coordinate * (ln(*high) - ln(*low)));
                Setting::Real(between(*low, *high, plain(value, value)))
            }
            Self::Integer { low, high } => {
                let count = high.abs_diff(*low).saturating_add(1);
                Setting::Whole(low.saturating_add_unsigned(part(coordinate, count)))
            }
            Self::Choice { values } => {
                let place = usize::try_from(part(coordinate, values.len() as u64)).unwrap_or(0);
                values.get(place).cloned().unwrap_or(Setting::Flag(false))
            }
        }
    }
}

/// The coordinate in the middle of the part of the interval that belongs to value `place` of `count`.
pub fn middle(place: usize, count: usize) -> f64 {
    (place as f64 + 0.5) / count.max(1) as f64
}

/// The number of few digits that this value was meant to be, if it is off by rounding alone, else the value. Who filters a
/// table by `== 0.1` shall find the rows of 0.09999999999999998. The rounding is that of numbers of this magnitude.
fn plain(value: f64, magnitude: f64) -> f64 {
    /// Digits of a number that a range and a number of levels come to.
    const DIGITS: i32 = 10;
    /// What exponential and logarithm leave, even of values that are many powers of ten apart.
    const ROUNDING: f64 = 1e-14;
    let place = |number: f64| log10(number.abs()).floor() as i32;
    let digits = if value == 0.0 || magnitude <= 0.0 { 0 } else { DIGITS - 1 + place(value) - place(magnitude) };
    let plain = match usize::try_from(digits) {
        // Written with so many digits, and read again, is the nearest number that has them.
        Ok(digits) => format!("{value:.digits$e}").parse().unwrap_or(value),
        Err(_) => 0.0,
    };
    if (plain - value).abs() <= ROUNDING * magnitude { plain } else { value }
}

fn between(low: f64, high: f64, value: f64) -> f64 {
    value.clamp(low.min(high), high.max(low))
}

/// Which of `count` equal parts of the interval holds the coordinate.
fn part(coordinate: f64, count: u64) -> u64 {
    ((coordinate * count as f64) as u64).min(count.saturating_sub(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ends_of_a_range_are_met_exactly() {
        for (low, high) in [(0.1, 0.7), (1e-3, 3.3), (0.5, 3.0), (2.0, 2.0)] {
            for scale in [Scale::Linear { low, high }, Scale::Log { low, high }] {
                assert_eq!((scale.at(0.0), scale.at(1.0)), (Setting::Real(low), Setting::Real(high)), "{scale:?}");
            }
        }
        let Setting::Real(middle) = (Scale::Log { low: 0.01, high: 100.0 }).at(0.5) else { panic!() };
        assert!((middle - 1.0).abs() < 1e-12, "{middle}");
    }

    fn levels(scale: &Scale, count: usize) -> Vec<f64> {
        let at = |place: usize| scale.at(place as f64 / (count - 1) as f64);
        let number = |setting| if let Setting::Real(number) = setting { number } else { f64::NAN };
        (0..count).map(at).map(number).collect()
    }

    /// As they come out of `numpy.geomspace(low, high, n)` and `numpy.linspace(low, high, n)`, without its noise.
    #[test]
    fn levels_are_the_numbers_that_were_meant() {
        let log = |low, high, count| levels(&Scale::Log { low, high }, count);
        let linear = |low, high, count| levels(&Scale::Linear { low, high }, count);
        assert_eq!(log(0.01, 10.0, 4), [0.01, 0.1, 1.0, 10.0]);
        assert_eq!(log(0.001, 1.0, 4), [0.001, 0.01, 0.1, 1.0]);
        assert_eq!(log(1e-9, 1e9, 7), [1e-9, 1e-6, 1e-3, 1.0, 1e3, 1e6, 1e9]);
        assert_eq!(log(2.0, 32.0, 5), [2.0, 4.0, 8.0, 16.0, 32.0]);
        assert_eq!(log(0.5, 2.0, 3), [0.5, 1.0, 2.0]);
        assert_eq!(linear(0.1, 0.7, 7), [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7]);
        assert_eq!(linear(-0.3, 0.6, 4), [-0.3, 0.0, 0.3, 0.6]);
        assert_eq!(linear(-1.0, 1.0, 21)[11], 0.1);
        assert_eq!(linear(1e12, 1.3e12, 4), [1e12, 1.1e12, 1.2e12, 1.3e12]);
        assert_eq!(linear(1e-300, 4e-300, 4), [1e-300, 2e-300, 3e-300, 4e-300]);
        for (scale, count) in
            [(Scale::Linear { low: 0.0, high: 1.0 }, 101), (Scale::Linear { low: 0.0, high: 2.5 }, 26)]
        {
            for value in levels(&scale, count) {
                assert!(value.to_string().len() <= 4, "{value}");
            }
        }
        // What has no few digits stays as it is.
        assert_eq!(linear(0.0, 1.0, 4)[1], 1.0 / 3.0);
        assert!((log(1.0, 10.0, 3)[1] / 10.0_f64.sqrt() - 1.0).abs() < 1e-15);
    }

    #[test]
    fn whole_numbers_and_choices_have_equal_parts() {
        let scale = Scale::Integer { low: -1, high: 2 };
        let values: Vec<_> = [0.0, 0.2, 0.3, 0.5, 0.8, 1.0].map(|u| scale.at(u)).into();
        assert_eq!(values, [-1, -1, 0, 1, 2, 2].map(Setting::Whole));
        let scale = Scale::Choice { values: vec![Setting::Text("a".into()), Setting::Flag(true), Setting::Real(0.5)] };
        for place in 0..3 {
            let Scale::Choice { values } = &scale else { panic!() };
            assert_eq!(scale.at(middle(place, 3)), values[place]);
        }
    }

    #[test]
    fn factors_read_back_as_they_were_written() {
        let factor = Factor {
            parameter: "mechanisms.research.growth".into(),
            role: Role::Lever,
            scale: Scale::Choice { values: vec![Setting::Whole(1), Setting::Real(1.0), Setting::Text("x".into())] },
            levels: None,
            unit: "1/year".into(),
            meaning: String::new(),
        };
        let text = serde_json::to_string(&factor).unwrap();
        assert_eq!(serde_json::from_str::<Factor>(&text).unwrap(), factor, "{text}");
    }
}
