//! A small writer of SVG. Colours stand in attributes, so that a picture looks right in any program; classes let the
//! page's style turn ink and paper for dark screens.

use std::fmt::Write;

/// Text as it may stand in HTML and SVG, in elements and in quoted attributes.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

/// Width that a text takes, near enough for margins.
pub fn text_width(text: &str, size: f64) -> f64 {
    text.chars().count() as f64 * size * 0.61
}

/// A coordinate with one decimal place.
fn coordinate(value: f64) -> f64 {
    if value.is_finite() { (value * 10.0).round() / 10.0 } else { 0.0 }
}

/// Where a text is anchored.
#[derive(Clone, Copy)]
pub enum Anchor {
    Start,
    Middle,
    End,
}

/// How a text looks.
#[derive(Clone, Copy)]
pub enum Ink<'a> {
    /// Bold heading.
    Title,
    /// Heading of one panel of several.
    Heading,
    /// Quiet text: units, ticks.
    Quiet,
    /// Coloured label.
    Label(&'a str),
    /// Coloured label among lines, with paper around its letters.
    Inside(&'a str),
}

/// How a line looks.
#[derive(Clone, Copy)]
pub struct Stroke<'a> {
    pub colour: &'a str,
    pub width: f64,
    pub opacity: f64,
    pub dashes: &'a str,
}

impl<'a> Stroke<'a> {
    pub const fn solid(colour: &'a str, width: f64) -> Self {
        Self { colour, width, opacity: 1.0, dashes: "" }
    }
}

/// The colour of lines that measure and carry no data; the page's style knows it by class.
pub const GRID: Stroke<'static> = Stroke::solid("#e3e5e8", 1.0);
/// The colour of axes and event lines.
pub const RULE: Stroke<'static> = Stroke::solid("#9aa0a6", 1.0);

/// The colour of lines that stand out like text.
pub const INK: Stroke<'static> = Stroke::solid("#1b1f23", 2.0);

/// A picture being drawn.
pub struct Svg {
    width: f64,
    height: f64,
    label: String,
    body: String,
}

impl Svg {
    pub fn new(width: f64, height: f64, label: &str) -> Self {
        Self { width, height, label: label.to_owned(), body: String::new() }
    }

    fn put(&mut self, arguments: std::fmt::Arguments<'_>) {
        // Writing to a String cannot fail.
        let _ = self.body.write_fmt(arguments);
    }

    pub fn text(&mut self, x: f64, y: f64, anchor: Anchor, ink: Ink<'_>, text: &str) {
        let anchor = match anchor {
            Anchor::Start => "start",
            Anchor::Middle => "middle",
            Anchor::End => "end",
        };
        let look = match ink {
            Ink::Title => r##"class="ink" fill="#1b1f23" font-size="16" font-weight="600""##.to_owned(),
            Ink::Heading => r##"class="ink" fill="#1b1f23" font-size="13" font-weight="600""##.to_owned(),
            Ink::Quiet => r##"class="quiet" fill="#5b6168" font-size="12""##.to_owned(),
            Ink::Inside(colour) => format!(
                r##"class="label halo" fill="{colour}" stroke="#ffffff" stroke-width="3" paint-order="stroke" font-size="12" font-weight="600""##
            ),
            Ink::Label(colour) => format!(r#"class="label" fill="{colour}" font-size="12" font-weight="600""#),
        };
        let (x, y, text) = (coordinate(x), coordinate(y), escape(text));
        self.put(format_args!("<text x=\"{x}\" y=\"{y}\" text-anchor=\"{anchor}\" {look}>{text}</text>\n"));
    }

    fn stroke(stroke: Stroke<'_>) -> String {
        let mut look = format!(r#"fill="none" stroke="{}" stroke-width="{}""#, stroke.colour, stroke.width);
        if stroke.opacity < 1.0 {
            let _ = write!(look, r#" stroke-opacity="{}""#, stroke.opacity);
        }
        if !stroke.dashes.is_empty() {
            let _ = write!(look, r#" stroke-dasharray="{}""#, stroke.dashes);
        }
        if stroke.colour == GRID.colour {
            look.push_str(r#" class="grid""#);
        } else if stroke.colour == RULE.colour {
            look.push_str(r#" class="rule""#);
        } else if stroke.colour == INK.colour {
            look.push_str(r#" class="sum""#);
        }
        look
    }

    /// A path as steps in tenths, which are short to write and add up without drift.
    fn points(points: &[(f64, f64)]) -> String {
        let tenths = |value: f64| (coordinate(value) * 10.0).round() as i64;
        let mut path = String::new();
        let mut from = (0, 0);
        for (at, (x, y)) in points.iter().enumerate() {
            let to = (tenths(*x), tenths(*y));
            let mark = if at == 0 { "M" } else { "l" };
            let (dx, dy) = ((to.0 - from.0) as f64 / 10.0, (to.1 - from.1) as f64 / 10.0);
            let _ = write!(path, "{mark}{dx},{dy}");
            from = to;
        }
        path
    }

    /// A line through the points; one point alone is drawn as a dot.
    pub fn line(&mut self, points: &[(f64, f64)], stroke: Stroke<'_>) {
        if let [(x, y)] = points {
            self.dot(*x, *y, stroke.width, stroke.colour);
        } else if points.len() > 1 {
            let (path, look) = (Self::points(points), Self::stroke(stroke));
            self.put(format_args!("<path d=\"{path}\" stroke-linejoin=\"round\" {look}/>\n"));
        }
    }

    /// A filled shape between an upper and a lower edge.
    pub fn band(&mut self, upper: &[(f64, f64)], lower: &[(f64, f64)], colour: &str, opacity: f64) {
        if upper.len() > 1 {
            let edge: Vec<_> = upper.iter().chain(lower.iter().rev()).copied().collect();
            let path = Self::points(&edge);
            self.put(format_args!("<path d=\"{path}Z\" fill=\"{colour}\" fill-opacity=\"{opacity}\"/>\n"));
        }
    }

    pub fn rectangle(&mut self, (x, y): (f64, f64), (width, height): (f64, f64), colour: &str) {
        let (x, y, width, height) = (coordinate(x), coordinate(y), coordinate(width), coordinate(height));
        self.put(format_args!("<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" fill=\"{colour}\"/>\n"));
    }

    pub fn dot(&mut self, x: f64, y: f64, radius: f64, colour: &str) {
        let (x, y) = (coordinate(x), coordinate(y));
        self.put(format_args!("<circle cx=\"{x}\" cy=\"{y}\" r=\"{radius}\" fill=\"{colour}\"/>\n"));
    }

    /// A ring on paper, for entries.
    pub fn ring(&mut self, x: f64, y: f64, radius: f64, colour: &str) {
        let (x, y) = (coordinate(x), coordinate(y));
        self.put(format_args!(
            "<circle class=\"paper\" cx=\"{x}\" cy=\"{y}\" r=\"{radius}\" fill=\"#ffffff\" stroke=\"{colour}\" \
             stroke-width=\"1.6\"/>\n"
        ));
    }

    /// A cross, for exits.
    pub fn cross(&mut self, x: f64, y: f64, radius: f64, colour: &str) {
        let stroke = Stroke::solid(colour, 2.0);
        self.line(&[(x - radius, y - radius), (x + radius, y + radius)], stroke);
        self.line(&[(x - radius, y + radius), (x + radius, y - radius)], stroke);
    }

    /// Draws a group whose text shows when the pointer rests on it.
    pub fn group(&mut self, tooltip: &str, draw: impl FnOnce(&mut Self)) {
        let tooltip = escape(tooltip);
        self.put(format_args!("<g><title>{tooltip}</title>\n"));
        draw(self);
        self.put(format_args!("</g>\n"));
    }

    fn render(&self, attributes: &str, paper: &str) -> String {
        let Self { width, height, body, .. } = self;
        let label = escape(&self.label);
        format!(
            "<svg {attributes}viewBox=\"0 0 {width} {height}\" role=\"img\" aria-label=\"{label}\" \
             font-family=\"system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif\">\
             <title>{label}</title>\n{paper}{body}</svg>\n"
        )
    }

    /// The picture as an element of an HTML page.
    pub fn inline(&self) -> String {
        self.render("", "")
    }

    /// The picture as a file of its own, on white paper.
    pub fn standalone(&self) -> String {
        let size = format!("xmlns=\"http://www.w3.org/2000/svg\" width=\"{}\" height=\"{}\" ", self.width, self.height);
        self.render(&size, "<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_from_files_cannot_become_markup() {
        let mut svg = Svg::new(10.0, 10.0, "a\"b");
        svg.text(0.0, 0.0, Anchor::Start, Ink::Quiet, "<script>&'");
        svg.group("</title>", |_| {});
        let text = svg.inline();
        assert!(text.contains("&lt;script&gt;&amp;&#39;"));
        assert!(text.contains("aria-label=\"a&quot;b\""));
        assert!(!text.contains("<title></title>"));
    }

    #[test]
    fn a_bad_number_does_not_reach_the_file() {
        let mut svg = Svg::new(10.0, 10.0, "");
        svg.line(&[(0.0, f64::NAN), (f64::INFINITY, 1.26)], RULE);
        assert!(svg.inline().contains("M0,0l0,1.3"));
    }

    #[test]
    fn a_single_month_shows_as_a_dot() {
        let mut svg = Svg::new(10.0, 10.0, "");
        svg.line(&[(1.0, 2.0)], RULE);
        assert!(svg.inline().contains("<circle"));
    }
}
