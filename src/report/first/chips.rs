//! The chip chain: who designs, who makes dies, packages and memory, what is short, and what compute costs.

use super::stacks::{ByState, shares, tell_layers, total};
use crate::{
    report::{
        chart::{AreaLayer, fan, stack},
        figures::View,
        palette,
        scale::{Axis, Writing, significant},
        sheet::{Cell, Sheet, cells, legend_height},
        shown::Shown,
        svg::{Anchor, Ink, Svg, text_width},
        told::Told,
    },
    scenario::Month,
};

/// The stages of plants, as tables name them and as people do.
const STAGES: [(&str, &str); 3] = [("logic", "Logic dies"), ("packaging", "Packaging"), ("memory", "Memory")];
/// The colours of the stages that limit.
const LIMITS: [&str; 3] = ["#4d4d4d", "#e69f00", "#56b4e9"];

/// What the picture draws, in the order in which it is declared.
struct Chain {
    shipped: Shown,
    capacity: Shown,
    limited: [Shown; 3],
    price: Shown,
}

/// Room below a heading, for a legend.
const ROOM: &str = " ";

impl View<'_> {
    /// The chain, a plot for each stage, for what limits, and for the price.
    pub fn chip_chain(&self, indicators: &[Shown]) -> Option<(Svg, String)> {
        let &[shipped, capacity, logic, packaging, memory, price] = indicators else { return None };
        let chain = Chain { shipped, capacity, limited: [logic, packaging, memory], price };
        let about = self.about;
        let mut stages = vec![(
            "Designs".to_owned(),
            "MH100e a month",
            self.by_state(chain.shipped, |name| about.place("accelerators", name)),
        )];
        for (stage, words) in STAGES {
            let of_stage = |name: &str| about.fabs.iter().find(|fab| fab.name == name && fab.stage == stage);
            let sums = self.by_state(chain.capacity, |name| of_stage(name).map(|fab| fab.state.as_str()));
            stages.push((words.to_owned(), "k wafers a month", sums));
        }
        stages.retain(|(_, _, sums)| !sums.is_empty());
        if stages.is_empty() {
            return None;
        }
        let states = self.stacked_states(&stages.iter().map(|(_, _, sums)| sums).collect::<Vec<_>>());
        let legend = legend_height(self.paper, states.iter().map(|(name, _)| name.as_str()));
        let (_, height) = cells(self.paper, 0.0, stages.len() + 2, 3);
        let note = "Shares of states, stage by stage: where chips are designed and where plants stand";
        let mut sheet = Sheet::new(
            self.paper,
            legend + height,
            "Where chips come from, and where they are stuck",
            note,
            &self.average("Mean"),
        );
        sheet.legend(sheet.top + 8.0, states.iter().map(|(name, colour)| (name.as_str(), *colour)));
        let (places, _) = cells(self.paper, sheet.top + legend, stages.len() + 2, 3);
        let mut places = places.into_iter();
        for ((title, unit, sums), cell) in stages.iter().zip(places.by_ref()) {
            self.stage(&mut sheet, &cell, (title, unit), sums);
        }
        for (draw, cell) in [Self::limits, Self::price].iter().zip(places) {
            draw(self, &mut sheet, &cell, &chain);
        }
        let caption = "Designs: compute shipped by home of the designer. Plants: capacity that accelerators can book. What limits: the share of the compute made in a month of which there \
                       would be more with more of that stage.";
        Some((sheet.svg, caption.to_owned()))
    }

    /// Shares of states in a stage, and how much the whole has grown.
    fn stage(&self, sheet: &mut Sheet, cell: &Cell, (title, unit): (&str, &str), sums: &ByState) {
        let (first, last) = (total(sums, self.span.0), total(sums, self.span.1));
        let said = format!("from {} to {} {unit}", significant(first), significant(last));
        let scale = (Axis::linear([0.0, 1.0].into_iter(), 4), Writing::Percent);
        let axes = cell.axes(&mut sheet.svg, self.span, (title, &said), scale);
        self.draw_stack(sheet, &axes, (title, ""), &shares(sums));
    }

    /// Shares of compute that each stage limits.
    fn limits(&self, sheet: &mut Sheet, cell: &Cell, chain: &Chain) {
        let series = chain.limited.map(|shown| self.scenario.series(shown, ""));
        let months: Vec<Month> = series[0].iter().map(|stat| stat.date).collect();
        if months.len() < 2 {
            return;
        }
        let of =
            |at: usize, month: &Month| series[at].iter().find(|stat| stat.date == *month).map_or(0.0, |stat| stat.mean);
        // Parts of what is limited by anything, which is all that is made.
        let share = |at: usize, month: &Month| {
            let whole: f64 = (0..STAGES.len()).map(|stage| of(stage, month)).sum();
            if whole > 0.0 { of(at, month) / whole } else { 0.0 }
        };
        let layers: Vec<AreaLayer> = (0..STAGES.len())
            .map(|at| AreaLayer {
                name: STAGES[at].1.to_owned(),
                colour: LIMITS[at].to_owned(),
                ink: LIMITS[at].to_owned(),
                shares: months.iter().map(|month| share(at, month)).collect(),
            })
            .collect();
        let title = "What limits the making of compute";
        let scale = (Axis::linear([0.0, 1.0].into_iter(), 4), Writing::Percent);
        let axes = cell.axes(&mut sheet.svg, self.span, (title, ROOM), scale);
        let mut x = cell.x;
        for ((_, words), colour) in STAGES.iter().zip(LIMITS) {
            sheet.svg.rectangle((x, cell.y + 21.0), (10.0, 10.0), colour);
            sheet.svg.text(x + 15.0, cell.y + 30.0, Anchor::Start, Ink::Quiet, words);
            x += 28.0 + text_width(&self.paper.language.say(words), 12.0);
        }
        axes.draw(&mut sheet.svg);
        stack(&mut sheet.svg, &axes, &months, &layers);
        tell_layers(sheet, &axes, (title, ""), &months, &layers);
    }

    /// The price of compute, with its bands.
    fn price(&self, sheet: &mut Sheet, cell: &Cell, chain: &Chain) {
        let stats = self.scenario.series(chain.price, "");
        if stats.is_empty() {
            return;
        }
        let scale = (Axis::log(stats.iter().flat_map(|stat| stat.quantiles)), Writing::Plain);
        let said = "thousand USD an H100e, log scale";
        let axes = cell.axes(&mut sheet.svg, self.span, ("Price of compute", said), scale);
        axes.draw(&mut sheet.svg);
        fan(&mut sheet.svg, &axes, stats, self.look(palette::colour(0), true));
        let told = Told::fan("Price of compute", palette::colour(0), stats, axes.months());
        // A billion for a million is a thousand for one.
        sheet.svg.tell(axes.plot("Price of compute", "thousand USD of 2023 an H100e", vec![told]));
    }
}
