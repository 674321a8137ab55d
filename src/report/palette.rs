//! Colours that most colour-blind readers can tell apart (Okabe and Ito), and who wears which.

use super::{
    about::About,
    chart::AreaLayer,
    shown::{CAPABILITY, COMPUTE, RATING},
};
use crate::report::results::ScenarioResults;

/// Whatever has no colour of its own.
pub const GREY: &str = "#80868b";

const COLOURS: [&str; 10] =
    ["#0072b2", "#d55e00", "#009e73", "#b8629a", "#b07c00", "#3f9fd8", "#7a6a4f", "#6a51a3", "#8f9a27", "#a50f4b"];

/// The colours of the parts of progress.
pub const PARTS: [&str; 3] = ["#56b4e9", "#e69f00", "#a6a9ad"];

/// The colour of the series at this place.
pub const fn colour(at: usize) -> &'static str {
    if at < COLOURS.len() { COLOURS[at] } else { GREY }
}

/// Dashes that tell series apart, solid first; the last ones repeat.
pub fn dash(at: usize) -> &'static str {
    ["", "6 3", "2 3", "8 3 2 3"].get(at).copied().unwrap_or("1 4")
}

/// The colour nearer to white by a share.
pub fn tint(colour: &str, share: f64) -> String {
    let part = |from: usize| {
        let value = colour.get(from..from + 2).and_then(|hex| u8::from_str_radix(hex, 16).ok()).unwrap_or(128);
        (f64::from(value) + (255.0 - f64::from(value)) * share).round() as u8
    };
    format!("#{:02x}{:02x}{:02x}", part(1), part(3), part(5))
}

/// The states that have firms, leader and follower first, then by capability at the end; with their colours.
pub struct StateColours {
    pub list: Vec<(String, &'static str)>,
}

impl StateColours {
    pub fn of(scenario: &ScenarioResults, about: &About) -> Self {
        let end = |name: &str| scenario.series(CAPABILITY, name).last().map_or(f64::MIN, |s| s.median());
        let home = |name: &str| about.firms.iter().any(|firm| firm.state == name);
        let mut names: Vec<&str> = scenario.entities(RATING).map(|(name, _)| name).collect();
        if names.is_empty() {
            names = scenario.entities(COMPUTE).map(|(name, _)| name).filter(|name| home(name)).collect();
        }
        let (leader, follower) = about.compared();
        names.sort_by(|a, b| {
            let rank = |name: &str| (name != leader, name != follower);
            rank(a).cmp(&rank(b)).then(end(b).total_cmp(&end(a)))
        });
        // Firms, plants and designs whose state has no trajectory still need a colour.
        let firms = about.firms.iter().map(|firm| firm.state.as_str());
        let supply = about.fabs.iter().chain(&about.accelerators).map(|place| place.state.as_str());
        for state in firms.chain(supply) {
            if !names.contains(&state) {
                names.push(state);
            }
        }
        Self { list: names.into_iter().enumerate().map(|(at, name)| (name.to_owned(), colour(at))).collect() }
    }

    /// A state's colour.
    pub fn colour(&self, state: &str) -> &'static str {
        self.list.iter().find(|(name, _)| name == state).map_or(GREY, |(_, colour)| colour)
    }

    /// Firms as layers: those of a state together, in tints of its colour, the largest at the foot.
    pub fn layers(&self, mut firms: Vec<(&str, Vec<f64>)>, about: &About) -> Vec<AreaLayer> {
        let place = |name: &str| {
            let state = about.firm(name).map_or("", |firm| firm.state.as_str());
            self.list.iter().position(|(of, _)| of == state).unwrap_or(usize::MAX)
        };
        firms.sort_by_key(|(name, _)| place(name));
        let mut before = (usize::MAX, 0);
        firms
            .into_iter()
            .map(|(name, shares)| {
                let at = place(name);
                before = if before.0 == at { (at, before.1 + 1) } else { (at, 0) };
                let base = colour(at);
                let share = [0.0, 0.3, 0.5, 0.65][before.1.min(3)];
                AreaLayer { name: name.to_owned(), colour: tint(base, share), ink: base.to_owned(), shares }
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::about::ComparedStates;
    use super::*;
    use crate::report::about::Firm;

    #[test]
    fn tints_go_to_white() {
        assert_eq!(tint("#0072b2", 0.0), "#0072b2");
        assert_eq!(tint("#0072b2", 1.0), "#ffffff");
    }

    #[test]
    fn leader_and_follower_come_first() {
        let firm = |state: &str| Firm { state: state.to_owned(), ..Firm::default() };
        let about = About {
            comparison: Some(ComparedStates { leader: "B".to_owned(), follower: "C".to_owned() }),
            firms: vec![firm("A"), firm("B"), firm("C")],
            ..About::default()
        };
        let states = StateColours::of(&ScenarioResults::default(), &about);
        assert_eq!(states.colour("nowhere"), GREY);
        assert_eq!(states.list.len(), 3);
    }
}
