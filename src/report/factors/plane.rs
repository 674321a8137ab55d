//! A plane over two axes, neither of which is time.

use super::effects::is_choice;
use crate::{
    experiment::design::{Factor, Scale, Setting},
    report::{
        chart::Frame,
        scale::{Axis, Writing},
        svg::{Anchor, GRID, Ink, RULE, Svg},
        told,
    },
};
use serde_json::Value;

/// Points that are drawn as dots; more are counted in cells.
pub const MOST_DOTS: usize = 2000;

/// An axis of numbers, or of words side by side.
#[derive(Clone, Debug)]
pub enum Along {
    /// Numbers.
    Numbers(Axis, Writing),
    /// Words.
    Words(Vec<String>),
}

impl Along {
    /// The axis of a factor that took these values.
    pub fn of(factor: &Factor, values: impl Iterator<Item = f64>) -> Self {
        match &factor.scale {
            Scale::Choice { values: words } if is_choice(factor) => Self::Words(words.iter().map(word).collect()),
            Scale::Log { .. } => Self::Numbers(Axis::log(values), Writing::Plain),
            _ => Self::Numbers(Axis::linear(values, 4), Writing::Plain),
        }
    }

    /// Where a value stands, from 0 to 1; a word's place stands in the middle of its part.
    pub fn place(&self, value: f64) -> f64 {
        match self {
            Self::Numbers(axis, _) => axis.place(value),
            Self::Words(words) => (value + 0.5) / words.len().max(1) as f64,
        }
    }

    /// The number that stands at a place, or the place of a word among the words.
    pub fn at(&self, place: f64) -> f64 {
        match self {
            Self::Numbers(axis, _) => axis.at(place),
            Self::Words(words) => place * words.len() as f64 - 0.5,
        }
    }

    /// Ticks: where they stand and what is written there.
    fn ticks(&self) -> Vec<(f64, String)> {
        match self {
            Self::Numbers(axis, writing) => {
                axis.ticks.iter().map(|tick| (axis.place(*tick), axis.write(*tick, *writing))).collect()
            }
            Self::Words(words) => {
                let named = words.iter().enumerate();
                named.map(|(at, word)| (self.place(at as f64), crate::report::chart::shortened(word))).collect()
            }
        }
    }
}

/// A choice as pictures write it.
pub fn word(setting: &Setting) -> String {
    crate::report::discover::findings::word(setting)
}

/// What a factor was set to, as a number or a word.
pub fn setting(factor: &Factor, value: f64) -> Value {
    match &factor.scale {
        Scale::Choice { values } if is_choice(factor) => values.get(value.round() as usize).map(word).into(),
        _ => told::short(value).into(),
    }
}

/// A frame with an axis along its foot and one up its side.
pub struct Plane {
    /// Where it is drawn.
    pub frame: Frame,
    /// Along the foot.
    pub x: Along,
    /// Up the side.
    pub y: Along,
}

impl Plane {
    /// Where two values stand in the picture.
    pub fn at(&self, x: f64, y: f64) -> (f64, f64) {
        let Frame { x: left, y: top, width, height } = self.frame;
        (left + width * self.x.place(x), top + height * (1.0 - self.y.place(y)))
    }

    /// Grid, ticks and the name under the foot.
    pub fn draw(&self, svg: &mut Svg, name: &str) {
        let Frame { x, y, width, height } = self.frame;
        let foot = y + height;
        for (place, text) in self.y.ticks() {
            let at = foot - height * place;
            svg.line(&[(x, at), (x + width, at)], GRID);
            svg.text(x - 7.0, at + 4.0, Anchor::End, Ink::Quiet, &text);
        }
        let ticks = self.x.ticks();
        // Ticks whose words would run into each other are left out.
        let every = ticks.iter().map(|(_, text)| text.chars().count() as f64 * 7.5 + 8.0).fold(0.0, f64::max);
        let mut end = f64::NEG_INFINITY;
        for (place, text) in ticks {
            let at = x + width * place;
            svg.line(&[(at, foot), (at, foot + 4.0)], RULE);
            if at - every / 2.0 >= end {
                svg.text(at, foot + 17.0, Anchor::Middle, Ink::Quiet, &text);
                end = at + every / 2.0;
            }
        }
        svg.line(&[(x, foot), (x + width, foot)], RULE);
        svg.text(x + width, foot + 34.0, Anchor::End, Ink::Quiet, name);
    }
}
