//! A small writer of SVG. Colours stand in attributes, so that a picture looks right in any program; classes let the
//! page's style turn ink and paper for dark screens.

use super::told::{Listed, Plot};
use serde_json::Value;
use std::fmt::{self, Display, Write as _};

/// Width that a text takes, near enough for margins.
pub fn text_width(text: &str, size: f64) -> f64 {
    textwrap::core::display_width(text) as f64 * size * 0.61
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

/// Text on its way into a picture: nothing in it can become markup. All that comes from outside passes here.
struct Escaped<'a>(&'a mut String);

impl fmt::Write for Escaped<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let mut rest = text;
        while let Some((at, special)) = rest.char_indices().find(|(_, c)| is_special(*c)) {
            self.0.push_str(&rest[..at]);
            self.0.push_str(match special {
                '&' => "&amp;",
                '<' => "&lt;",
                '>' => "&gt;",
                '"' => "&quot;",
                '\'' => "&#39;",
                // XML allows no control characters.
                _ => " ",
            });
            rest = &rest[at + special.len_utf8()..];
        }
        self.0.push_str(rest);
        Ok(())
    }
}

fn is_special(c: char) -> bool {
    matches!(c, '&' | '<' | '>' | '"' | '\'') || c.is_control()
}

/// The attributes of an element with their values.
type Attributes<'a> = &'a [(&'a str, &'a dyn Display)];

fn put(out: &mut String, what: &dyn Display) {
    // Writing to a String cannot fail.
    let _ = write!(Escaped(out), "{what}");
}

/// An element's name and attributes, still without the end of the tag.
fn begin(out: &mut String, name: &str, attributes: Attributes<'_>) {
    out.push('<');
    out.push_str(name);
    for (key, value) in attributes {
        out.push(' ');
        out.push_str(key);
        out.push_str("=\"");
        put(out, value);
        out.push('"');
    }
}

/// How far a line may pass by a corner that is left out, which is less than a screen or a printer shows.
const UNSEEN: f64 = 0.12;

/// The corners of a path without those that lie on the way between others (Ramer 1972, Douglas and Peucker 1973).
fn thinned(points: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let aside = |(x, y): (f64, f64), (from, to): ((f64, f64), (f64, f64))| {
        let (dx, dy) = (to.0 - from.0, to.1 - from.1);
        let length = (dx * dx + dy * dy).sqrt();
        // Along the chord too: a path may turn back on itself.
        let along = if length > 0.0 { ((x - from.0) * dx + (y - from.1) * dy) / (length * length) } else { 0.0 };
        let near = along.clamp(0.0, 1.0);
        let (ex, ey) = (x - from.0 - near * dx, y - from.1 - near * dy);
        (ex * ex + ey * ey).sqrt()
    };
    let mut kept = vec![false; points.len()];
    let mut parts = vec![(0, points.len().saturating_sub(1))];
    while let Some((from, to)) = parts.pop() {
        (kept[from], kept[to]) = (true, true);
        let chord = (points[from], points[to]);
        let inside = (from + 1..to).map(|at| (at, aside(points[at], chord)));
        // What is no number is kept, and told as such where it is written.
        let farthest = inside.max_by(|a, b| a.1.total_cmp(&b.1)).filter(|(_, far)| far.is_nan() || *far > UNSEEN);
        if let Some((at, _)) = farthest {
            parts.extend([(from, at), (at, to)]);
        }
    }
    points.iter().zip(kept).filter(|(_, kept)| *kept).map(|(point, _)| *point).collect()
}

/// A picture being drawn.
pub struct Svg {
    width: f64,
    height: f64,
    label: String,
    body: String,
    plots: Vec<Plot>,
    listed: Option<Listed>,
}

impl Svg {
    pub fn new(width: f64, height: f64, label: &str) -> Self {
        Self { width, height, label: label.to_owned(), body: String::new(), plots: Vec::new(), listed: None }
    }

    /// Keeps the numbers of a plot.
    pub fn tell(&mut self, plot: Plot) {
        self.plots.push(plot);
    }

    /// Keeps what is drawn without months as rows.
    pub fn list(&mut self, heads: &[&str], rows: Vec<Vec<Value>>) {
        let heads = heads.iter().map(|head| (*head).to_owned()).collect();
        self.listed = Some(Listed { heads, rows });
    }

    /// The rows that were kept.
    pub fn listed(&self) -> Option<&Listed> {
        self.listed.as_ref()
    }

    /// The plots whose numbers were kept.
    pub fn plots(&self) -> &[Plot] {
        &self.plots
    }

    /// An element with nothing inside.
    fn element(&mut self, name: &str, attributes: Attributes<'_>) {
        begin(&mut self.body, name, attributes);
        self.body.push_str("/>\n");
    }

    pub fn text(&mut self, x: f64, y: f64, anchor: Anchor, ink: Ink<'_>, text: &str) {
        let anchor = match anchor {
            Anchor::Start => "start",
            Anchor::Middle => "middle",
            Anchor::End => "end",
        };
        let (class, fill, size, bold) = match ink {
            Ink::Title => ("ink", "#1b1f23", 16, true),
            Ink::Heading => ("ink", "#1b1f23", 13, true),
            Ink::Quiet => ("quiet", "#5b6168", 12, false),
            Ink::Label(colour) => ("label", colour, 12, true),
            Ink::Inside(colour) => ("label halo", colour, 12, true),
        };
        let (x, y) = (coordinate(x), coordinate(y));
        let mut attributes: Vec<(&str, &dyn Display)> =
            vec![("x", &x), ("y", &y), ("text-anchor", &anchor), ("class", &class), ("fill", &fill)];
        if let Ink::Inside(_) = ink {
            attributes.extend([
                ("stroke", &"#ffffff" as &dyn Display),
                ("stroke-width", &3),
                ("paint-order", &"stroke"),
            ]);
        }
        attributes.push(("font-size", &size));
        if bold {
            attributes.push(("font-weight", &600));
        }
        begin(&mut self.body, "text", &attributes);
        self.body.push('>');
        put(&mut self.body, &text);
        self.body.push_str("</text>\n");
    }

    /// A path as steps in tenths, which are short to write and add up without drift; corners that nobody would see are left out.
    fn points(points: &[(f64, f64)]) -> String {
        let points = &thinned(points);
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
            return self.dot(*x, *y, stroke.width, stroke.colour);
        }
        if points.is_empty() {
            return;
        }
        let path = Self::points(points);
        let mut attributes: Vec<(&str, &dyn Display)> = vec![
            ("d", &path),
            ("stroke-linejoin", &"round"),
            ("fill", &"none"),
            ("stroke", &stroke.colour),
            ("stroke-width", &stroke.width),
        ];
        if stroke.opacity < 1.0 {
            attributes.push(("stroke-opacity", &stroke.opacity));
        }
        if !stroke.dashes.is_empty() {
            attributes.push(("stroke-dasharray", &stroke.dashes));
        }
        let classes = [(GRID, "grid"), (RULE, "rule"), (INK, "sum")];
        if let Some((_, class)) = classes.iter().find(|(known, _)| known.colour == stroke.colour) {
            attributes.push(("class", class));
        }
        self.element("path", &attributes);
    }

    /// A filled shape between an upper and a lower edge.
    pub fn band(&mut self, upper: &[(f64, f64)], lower: &[(f64, f64)], colour: &str, opacity: f64) {
        if upper.len() > 1 {
            let edge: Vec<_> = upper.iter().chain(lower.iter().rev()).copied().collect();
            let path = Self::points(&edge) + "Z";
            self.element("path", &[("d", &path), ("fill", &colour), ("fill-opacity", &opacity)]);
        }
    }

    pub fn rectangle(&mut self, (x, y): (f64, f64), (width, height): (f64, f64), colour: &str) {
        let [x, y, width, height] = [x, y, width, height].map(coordinate);
        self.element("rect", &[("x", &x), ("y", &y), ("width", &width), ("height", &height), ("fill", &colour)]);
    }

    pub fn dot(&mut self, x: f64, y: f64, radius: f64, colour: &str) {
        let (x, y) = (coordinate(x), coordinate(y));
        self.element("circle", &[("cx", &x), ("cy", &y), ("r", &radius), ("fill", &colour)]);
    }

    /// A ring on paper, for entries.
    pub fn ring(&mut self, x: f64, y: f64, radius: f64, colour: &str) {
        let (x, y) = (coordinate(x), coordinate(y));
        let place: [(&str, &dyn Display); 4] = [("class", &"paper"), ("cx", &x), ("cy", &y), ("r", &radius)];
        let look: [(&str, &dyn Display); 3] = [("fill", &"#ffffff"), ("stroke", &colour), ("stroke-width", &1.6)];
        self.element("circle", &[&place[..], &look].concat());
    }

    /// Many dots of one kind, which take little room in the file.
    pub fn dots(&mut self, places: &[(f64, f64)], radius: f64, colour: &str, opacity: f64) {
        if places.is_empty() {
            return;
        }
        let mut path = String::new();
        for (x, y) in places {
            let _ = write!(path, "M{},{}h0", coordinate(*x), coordinate(*y));
        }
        self.element(
            "path",
            &[
                ("d", &path),
                ("stroke", &colour),
                ("stroke-width", &(2.0 * radius)),
                ("stroke-linecap", &"round"),
                ("stroke-opacity", &opacity),
            ],
        );
    }

    /// Many rectangles of one colour and one size, by their upper left corners.
    pub fn cells(&mut self, corners: &[(f64, f64)], (width, height): (f64, f64), colour: &str, opacity: f64) {
        if corners.is_empty() {
            return;
        }
        let (mut path, width, height) = (String::new(), coordinate(width), coordinate(height));
        for (x, y) in corners {
            let _ = write!(path, "M{},{}h{width}v{height}h-{width}z", coordinate(*x), coordinate(*y));
        }
        self.element("path", &[("d", &path), ("fill", &colour), ("fill-opacity", &opacity)]);
    }

    /// A closed shape, filled or on paper.
    pub fn shape(&mut self, corners: &[(f64, f64)], colour: &str, filled: bool) {
        let path = Self::points(corners) + "Z";
        let look: [(&str, &dyn Display); 4] = [
            ("d", &path),
            ("fill", if filled { &colour } else { &"#ffffff" }),
            ("stroke", &colour),
            ("stroke-width", &1.4),
        ];
        let class: [(&str, &dyn Display); 1] = [("class", &"paper")];
        self.element("path", if filled { look.to_vec() } else { [&class[..], &look].concat() }.as_slice());
    }

    /// A cross, for exits.
    pub fn cross(&mut self, x: f64, y: f64, radius: f64, colour: &str) {
        let stroke = Stroke::solid(colour, 2.0);
        self.line(&[(x - radius, y - radius), (x + radius, y + radius)], stroke);
        self.line(&[(x - radius, y + radius), (x + radius, y - radius)], stroke);
    }

    /// Draws a group whose text shows when the pointer rests on it.
    pub fn group(&mut self, tooltip: &str, draw: impl FnOnce(&mut Self)) {
        self.body.push_str("<g><title>");
        put(&mut self.body, &tooltip);
        self.body.push_str("</title>\n");
        draw(self);
        self.body.push_str("</g>\n");
    }

    /// Writes the whole picture, with these attributes first and this paper under all.
    fn write(&self, out: &mut String, attributes: Attributes<'_>, paper: &str) {
        let view = format!("0 0 {} {}", self.width, self.height);
        let own: [(&str, &dyn Display); 3] = [("viewBox", &view), ("role", &"img"), ("aria-label", &self.label)];
        begin(out, "svg", &[attributes, &own].concat());
        out.push_str(FONT);
        out.push_str("><title>");
        put(out, &self.label);
        out.push_str("</title>\n");
        out.push_str(paper);
        out.push_str(&self.body);
        // Over all, so that the pointer finds the month.
        for (at, plot) in self.plots.iter().enumerate() {
            let [x, y, width, height] = plot.frame.map(coordinate);
            let place: [(&str, &dyn Display); 4] = [("x", &x), ("y", &y), ("width", &width), ("height", &height)];
            let look: [(&str, &dyn Display); 3] = [("class", &"plot"), ("data-plot", &at), ("fill", &"none")];
            begin(out, "rect", &[&look[..], &place].concat());
            out.push_str("/>\n");
        }
        out.push_str("</svg>\n");
    }

    /// The picture as a file of its own, on white paper.
    pub fn standalone(&self) -> String {
        let mut out = String::new();
        let size: Attributes<'_> =
            &[("xmlns", &"http://www.w3.org/2000/svg"), ("width", &self.width), ("height", &self.height)];
        self.write(&mut out, size, "<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n");
        out
    }
}

const FONT: &str = " font-family=\"system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif\"";

/// The picture as an element of an HTML page.
impl maud::Render for Svg {
    fn render_to(&self, out: &mut String) {
        self.write(out, &[], "");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use maud::Render as _;

    #[test]
    fn text_from_files_cannot_become_markup() {
        let mut svg = Svg::new(10.0, 10.0, "a\"b");
        svg.text(0.0, 0.0, Anchor::Start, Ink::Quiet, "<script>&'");
        svg.group("</title>", |_| {});
        let text = svg.render().into_string();
        assert!(text.contains("&lt;script&gt;&amp;&#39;"));
        assert!(text.contains("aria-label=\"a&quot;b\""));
        assert!(!text.contains("<title></title>"));
    }

    #[test]
    fn a_bad_number_does_not_reach_the_file() {
        let mut svg = Svg::new(10.0, 10.0, "");
        svg.line(&[(0.0, f64::NAN), (f64::INFINITY, 1.26)], RULE);
        assert!(svg.render().into_string().contains("M0,0l0,1.3"));
    }

    #[test]
    fn a_single_month_shows_as_a_dot() {
        let mut svg = Svg::new(10.0, 10.0, "");
        svg.line(&[(1.0, 2.0)], RULE);
        assert!(svg.render().into_string().contains("<circle"));
    }
}
