//! What is stacked by state.

use crate::{
    report::{
        chart::{AreaLayer, Axes, stack},
        figures::View,
        palette,
        sheet::Sheet,
        shown::Shown,
        told::Told,
    },
    scenario::Month,
};
use std::collections::BTreeMap;

/// Means over all runs by state and month; a run without a value counts as nothing.
pub type ByState = BTreeMap<String, BTreeMap<Month, f64>>;

impl View<'_> {
    /// Adds up an indicator by state: `place` gives the state of an entity, `None` for those that do not belong here.
    pub fn by_state<'a>(&'a self, shown: Shown, place: impl Fn(&'a str) -> Option<&'a str>) -> ByState {
        let runs = f64::from(self.scenario.runs.max(1));
        let mut sums = ByState::new();
        for (name, stats) in self.scenario.entities(shown) {
            let Some(state) = place(name) else { continue };
            let of_state = sums.entry(state.to_owned()).or_default();
            for stat in stats {
                *of_state.entry(stat.date).or_default() += stat.mean * f64::from(stat.n) / runs;
            }
        }
        sums.retain(|_, months| months.values().any(|value| *value > 0.0));
        sums
    }

    /// The states of these sums in the order of their colours.
    pub fn stacked_states(&self, sums: &[&ByState]) -> Vec<(String, &'static str)> {
        let any = |name: &str| sums.iter().any(|sums| sums.contains_key(name));
        let mut states: Vec<_> = self.states.list.iter().filter(|(name, _)| any(name)).cloned().collect();
        let known = |name: &String| self.states.list.iter().any(|(of, _)| of == name);
        let others: std::collections::BTreeSet<&String> =
            sums.iter().flat_map(|sums| sums.keys()).filter(|name| !known(name)).collect();
        states.extend(others.into_iter().map(|name| (name.clone(), palette::GREY)));
        states
    }

    /// Draws the sums on top of each other, those of the first state at the foot.
    pub fn draw_stack(&self, sheet: &mut Sheet, axes: &Axes, (title, unit): (&str, &str), sums: &ByState) {
        let mut months: Vec<Month> = sums.values().flat_map(BTreeMap::keys).copied().collect();
        months.sort_unstable();
        months.dedup();
        let layers: Vec<AreaLayer> = self
            .stacked_states(&[sums])
            .into_iter()
            .map(|(name, colour)| AreaLayer {
                shares: months.iter().map(|month| sums[&name].get(month).copied().unwrap_or_default()).collect(),
                name,
                colour: colour.to_owned(),
                ink: colour.to_owned(),
            })
            .collect();
        axes.draw(&mut sheet.svg);
        stack(&mut sheet.svg, axes, &months, &layers);
        tell_layers(sheet, axes, (title, unit), &months, &layers);
    }
}

/// The numbers of layers.
pub fn tell_layers(
    sheet: &mut Sheet,
    axes: &Axes,
    (title, unit): (&str, &str),
    months: &[Month],
    layers: &[AreaLayer],
) {
    let line = |layer: &AreaLayer| {
        let points = months.iter().copied().zip(layer.shares.iter().copied());
        Told::line(&layer.name, &layer.ink, points, axes.months())
    };
    sheet.svg.tell(axes.plot(title, unit, layers.iter().map(line).collect()));
}

/// The largest sum over states of any month.
pub fn highest(sums: &ByState) -> f64 {
    let mut of_month: BTreeMap<Month, f64> = BTreeMap::new();
    for (month, value) in sums.values().flatten() {
        *of_month.entry(*month).or_default() += value;
    }
    of_month.into_values().fold(0.0, f64::max)
}

/// The sum over states in a month.
pub fn total(sums: &ByState, month: Month) -> f64 {
    sums.values().filter_map(|months| months.get(&month)).sum()
}

/// What part of each month's sum is each state's; months without any are left out.
pub fn shares(sums: &ByState) -> ByState {
    let share = |(month, value): (&Month, &f64)| {
        let whole = total(sums, *month);
        (whole > 0.0).then(|| (*month, value / whole))
    };
    sums.iter().map(|(state, months)| (state.clone(), months.iter().filter_map(share).collect())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_of_a_month_add_up_and_months_without_anything_are_left_out() {
        let month = |at: u32| Month::new(2023, 1 + at).unwrap();
        let of = |values: &[f64]| (0..).map(month).zip(values.iter().copied()).collect::<BTreeMap<_, _>>();
        let sums = ByState::from([("A".to_owned(), of(&[1.0, 0.0, 2.0])), ("B".to_owned(), of(&[3.0, 0.0]))]);
        let shares = shares(&sums);
        assert_eq!(shares["A"], BTreeMap::from([(month(0), 0.25), (month(2), 1.0)]));
        assert_eq!(shares["B"], BTreeMap::from([(month(0), 0.75)]));
        assert_eq!((total(&sums, month(0)), highest(&sums)), (4.0, 4.0));
    }
}
