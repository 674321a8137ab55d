//! Pictures of firms, and of plants and chip designs, a line each.

use super::{
    chart::{Axes, EndLabel, Look, end_labels, fan},
    figures::View,
    palette,
    sheet::{Sheet, legend_height},
    shown::Shown,
    svg::{Anchor, Ink, Stroke, Svg},
    told::Told,
};
use crate::report::stat::Stat;

impl View<'_> {
    /// Medians of all fabs or accelerators, in the colours of their states.
    pub fn supply(&self, shown: Shown) -> Option<(Svg, String)> {
        let things: Vec<(&str, &[Stat])> = self.scenario.entities(shown).collect();
        things.first()?;
        let room = self.room(things.iter().map(|thing| thing.0));
        let scale = shown.scale(things.iter().flat_map(|thing| thing.1), false, 6);
        let (Sheet { mut svg, .. }, axes) =
            self.plot((shown.title, shown, &self.average("Median")), (510.0, 10.0, room), scale);
        let mut labels = Vec::new();
        for (at, (name, stats)) in things.iter().enumerate() {
            let colour = self.about.place(shown.table, name).map_or(palette::GREY, |state| self.states.colour(state));
            let look = Look { dashes: palette::dash(at % 4), ..self.look(colour, false) };
            svg.group(name, |svg| fan(svg, &axes, stats, look));
            let Some(last) = stats.last() else { continue };
            let y = axes.y(last.median());
            if last.date == self.span.1 && last.median() > 0.0 {
                labels.push(EndLabel { y, text: self.paper.name(name), colour: colour.to_owned() });
            }
        }
        end_labels(&mut svg, axes.frame, labels);
        let colour = |name: &str| self.about.place(shown.table, name).map_or(palette::GREY, |s| self.states.colour(s));
        let told = things.iter().map(|(name, stats)| Told::fan(name, colour(name), stats, axes.months()));
        svg.tell(axes.plot(shown.title, shown.unit(), told.collect()));
        Some((svg, format!("In the colours of states; grey where a state has no firms.{}", self.shading())))
    }

    /// Ratings of firms, with their entries and exits.
    pub fn firms(&self, shown: Shown) -> Option<(Svg, String)> {
        let firms: Vec<(&str, &[Stat])> =
            self.scenario.entities(shown).filter(|(name, _)| self.knows(name)).take(40).collect();
        firms.first()?;
        let room = self.room(firms.iter().map(|firm| firm.0));
        let scale = shown.scale(firms.iter().flat_map(|firm| firm.1).filter(|stat| self.is_of_most(stat)), false, 7);
        let homes = self.homes(firms.iter().map(|firm| firm.0));
        let above = 10.0 + legend_height(self.paper, homes.iter().map(|(name, _)| *name));
        let heads = (shown.title, shown, self.average("Median"));
        let (mut sheet, axes) = self.plot((heads.0, heads.1, &heads.2), (534.0 + above, above, room), scale);
        sheet.legend(sheet.top + 8.0, homes.into_iter());
        let Sheet { mut svg, .. } = sheet;
        self.mark_releases(&mut svg, &axes);
        let mut labels = Vec::new();
        for (name, stats) in &firms {
            let (colour, dashes) = match self.about.firm(name) {
                Some(firm) => (self.states.colour(&firm.state), if firm.open { "5 3" } else { "" }),
                None => (palette::GREY, ""),
            };
            let look = Look { dashes, ..self.look(colour, false) };
            svg.group(name, |svg| fan(svg, &axes, stats, look));
            labels.extend(self.mark_life(&mut svg, &axes, (name, stats), colour));
        }
        end_labels(&mut svg, axes.frame, labels);
        let told = firms.iter().map(|(name, stats)| Told::fan(name, self.firm_colour(name), stats, axes.months()));
        svg.tell(axes.plot(shown.title, shown.unit(), told.collect()));
        let many = match self.scenario.runs {
            0 | 1 => "",
            _ => {
                ", each at the month by which it has happened in half of the runs. Medians are of the runs that have the \
                 firm in business; a faded line: fewer than half"
            }
        };
        let caption = format!(
            "Solid: closed firms; dashed: open firms. A ring marks an entry after the start, a cross an exit{many}. Ticks \
             at the foot are the releases that the config dates."
        );
        Some((svg, format!("{caption}{}", self.shading())))
    }

    /// Marks where a firm enters and leaves in the median run; gives the label of a firm that stays.
    fn mark_life(&self, svg: &mut Svg, axes: &Axes, firm: (&str, &[Stat]), colour: &str) -> Option<EndLabel> {
        let (name, stats) = firm;
        let there: Vec<&Stat> = stats.iter().filter(|stat| self.is_of_most(stat)).collect();
        let (first, last) = (there.first()?, there.last()?);
        if first.date > self.span.0 {
            let tooltip = format!("{name} enters {}", first.date);
            svg.group(&tooltip, |svg| svg.ring(axes.x(first.date), axes.y(first.median()), 3.5, colour));
        }
        let (x, y) = (axes.x(last.date), axes.y(last.median()));
        if last.date < self.span.1 {
            svg.group(&format!("{name} closes after {}", last.date), |svg| svg.cross(x, y, 4.0, colour));
            svg.text(x + 8.0, y + 12.0, Anchor::Start, Ink::Inside(colour), &self.paper.name(name));
            return None;
        }
        Some(EndLabel { y, text: self.paper.name(name), colour: colour.to_owned() })
    }

    fn mark_releases(&self, svg: &mut Svg, axes: &Axes) {
        let foot = axes.frame.y + axes.frame.height;
        for event in self.about.events.iter().filter(|event| event.is_release()) {
            if event.date < self.span.0 || event.date > self.span.1 {
                continue;
            }
            let colour = self.firm_colour(&event.actor);
            let x = axes.x(event.date);
            svg.group(&format!("{} · {}: {}", event.date, event.actor, event.text), |svg| {
                svg.line(&[(x, foot - 9.0), (x, foot)], Stroke::solid(colour, 2.0));
            });
        }
    }
}
