//! Whose models are used.

use super::stacks::tell_layers;
use crate::{
    report::{
        chart::{AreaLayer, Axes, EndLabel, Frame, end_labels, label_room, stack},
        figures::View,
        palette,
        scale::{Axis, Writing},
        sheet::{FOOT, LEFT, Sheet},
        shown::Shown,
        svg::Svg,
    },
    scenario::Month,
};

/// Firms that get a layer of their own at least, and at most.
const LAYERS: (usize, usize) = (8, 14);
/// What the other firms together may have at most while there are layers left.
const OTHERS: f64 = 0.2;
const HEIGHT: f64 = 400.0;

impl View<'_> {
    /// Shares of usage on top of each other, by firm and in the order of states.
    pub fn usage(&self, shown: Shown) -> Option<(Svg, String)> {
        let (months, mut firms) = self.shares(shown);
        if firms.is_empty() || months.len() < 2 {
            return None;
        }
        firms.sort_by(|a, b| b.1.iter().sum::<f64>().total_cmp(&a.1.iter().sum()));
        let others = |kept: usize| -> Vec<f64> {
            let rest = |at: usize| 1.0 - firms.iter().take(kept).map(|firm| firm.1[at]).sum::<f64>();
            (0..months.len()).map(|at| rest(at).clamp(0.0, 1.0)).collect()
        };
        let few = |kept: &usize| others(*kept).iter().all(|share| *share < OTHERS);
        let kept = (LAYERS.0..LAYERS.1).find(few).unwrap_or(LAYERS.1).min(firms.len());
        let others = others(kept);
        firms.truncate(kept);
        let mut layers = self.states.layers(firms, self.about);
        if others.iter().any(|share| *share > 0.001) {
            let (colour, ink) = ("#c4c7cb".to_owned(), palette::GREY.to_owned());
            layers.push(AreaLayer { name: "Other firms".to_owned(), colour, ink, shares: others });
        }
        let note =
            "Share of world usage that each firm serves, those of a state together; the figure is the share at the end";
        let mut sheet = Sheet::new(self.paper, HEIGHT, "Whose models are used", note, &self.average("Mean"));
        let room = layers.iter().map(|layer| label_room([self.paper.name(&layer.name).as_str()].into_iter()));
        let room = room.fold(0.0, f64::max) + 34.0;
        let frame =
            Frame { x: LEFT, y: sheet.top + 6.0, width: self.paper.width - LEFT - room, height: HEIGHT - 6.0 - FOOT };
        let scale = Axis::linear([0.0, 1.0].into_iter(), 5);
        let axes = Axes { frame, first: self.span.0, last: self.span.1, scale, writing: Writing::Percent };
        axes.draw(&mut sheet.svg);
        let labels = stack(&mut sheet.svg, &axes, &months, &layers);
        let seen = |(label, layer): (EndLabel, &AreaLayer)| (layer.shares.last()? >= &0.01).then_some(label);
        let labels = labels.into_iter().zip(&layers).filter_map(seen).collect();
        end_labels(&mut sheet.svg, axes.frame, labels);
        tell_layers(&mut sheet, &axes, ("Share of world usage", ""), &months, &layers);
        let caption = "Firms are coloured by home state; other firms include those founded in the run.";
        Some((sheet.svg, caption.to_owned()))
    }

    /// Mean shares by month of the firms that the scenario names; a run without the firm counts as nothing.
    fn shares(&self, shown: Shown) -> (Vec<Month>, Vec<(&str, Vec<f64>)>) {
        let mut months: Vec<Month> =
            self.scenario.entities(shown).flat_map(|(_, stats)| stats).map(|stat| stat.date).collect();
        months.sort_unstable();
        months.dedup();
        let runs = f64::from(self.scenario.runs.max(1));
        let firms = self.scenario.entities(shown).filter(|(name, _)| self.knows(name)).map(|(name, stats)| {
            let mut shares = vec![0.0; months.len()];
            for stat in stats {
                if let Ok(at) = months.binary_search(&stat.date) {
                    shares[at] = stat.mean * f64::from(stat.n) / runs;
                }
            }
            (name, shares)
        });
        let firms = firms.collect();
        (months, firms)
    }
}
