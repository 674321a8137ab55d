//! Power of states: in all, and hard, economic and soft apart.

use super::stacks::{ByState, highest};
use crate::report::{
    figures::View,
    scale::{Axis, Writing},
    sheet::{Sheet, cells, legend_height},
    shown::Shown,
    svg::Svg,
};

/// What a kind of power comes from.
fn said(kind: &Shown) -> &'static str {
    match kind.column {
        "hard_power" => "own frontier, compute that runs, economy",
        "economic_power" => "output",
        "soft_power" => "use abroad, part in standards",
        _ => "contest over the three kinds",
    }
}

impl View<'_> {
    /// Shares of power stacked by state, a plot for each kind.
    pub fn power(&self, kinds: &[Shown]) -> Option<(Svg, String)> {
        let sums: Vec<(Shown, ByState)> =
            kinds.iter().map(|kind| (*kind, self.by_state(*kind, Some))).filter(|(_, sums)| !sums.is_empty()).collect();
        if sums.is_empty() {
            return None;
        }
        let states = self.stacked_states(&sums.iter().map(|(_, sums)| sums).collect::<Vec<_>>());
        let legend = legend_height(self.paper, states.iter().map(|(name, _)| name.as_str()));
        let (_, height) = cells(self.paper, 0.0, sums.len(), 2);
        let note = "By state; in all and economic and hard power are shares of the world's, soft power is a level";
        let mut sheet = Sheet::new(self.paper, legend + height, "Who has power", note, &self.average("Mean"));
        sheet.legend(sheet.top + 8.0, states.iter().map(|(name, colour)| (name.as_str(), *colour)));
        let (places, _) = cells(self.paper, sheet.top + legend, sums.len(), 2);
        for ((kind, sums), cell) in sums.iter().zip(places) {
            let scale = Axis::linear([0.0, highest(sums)].into_iter(), 4);
            let axes = cell.axes(&mut sheet.svg, self.span, (kind.title, said(kind)), (scale, Writing::Percent));
            self.draw_stack(&mut sheet, &axes, (kind.title, ""), sums);
        }
        Some((
            sheet.svg,
            "Power in all is a contest over the other three (Tullock): what counts is to have more than others."
                .to_owned(),
        ))
    }
}
