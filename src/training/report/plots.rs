//! Plots as SVG, drawn by hand: all axes are known beforehand, and colours must follow the page's style, light or dark,
//! which a plotting library that writes fixed colours cannot do.
//!
//! Every plot names itself (`<title>`) and says in words what it shows (`<desc>`), for those who do not see it. Texts
//! are escaped here, so a plot may stand in a page as it is.

use std::fmt::Write as _;

/// The canvas and the area of the plot on it, in SVG units.
const WIDTH: f64 = 560.0;
const LEFT: f64 = 56.0;
const RIGHT: f64 = 532.0;
const TOP: f64 = 16.0;
const BOTTOM: f64 = 296.0;
/// Between the lines of the legend.
const LEGEND: f64 = 20.0;

/// What every plot has. Positions on an axis are 0..=1.
#[derive(Clone, Debug, Default)]
pub struct Frame {
    /// Distinguishes the plot from all others of its page.
    pub id: String,
    pub title: String,
    pub description: String,
    pub x: Axis,
    pub y: Axis,
    /// Vertical lines: where, and what they are.
    pub marks: Vec<(f64, String)>,
}

#[derive(Clone, Debug, Default)]
pub struct Axis {
    pub label: String,
    pub ticks: Vec<(f64, String)>,
}

/// One line of a plot.
#[derive(Clone, Debug)]
pub struct Line {
    pub name: String,
    /// The style's name: a class of the page.
    pub style: String,
    pub points: Vec<(f64, f64)>,
    /// Whether the points are marked.
    pub dots: bool,
}

/// Bars that rise from the middle, and bars that hang from it.
#[derive(Clone, Debug)]
pub struct Bars {
    pub up: (String, Vec<f64>),
    pub down: (String, Vec<f64>),
}

/// Draws lines.
pub fn lines(frame: &Frame, lines: &[Line]) -> String {
    let drawn: Vec<_> = lines.iter().filter(|line| !line.points.is_empty()).collect();
    let mut svg = Svg::new(frame, drawn.len());
    svg.axes(frame);
    for line in &drawn {
        svg.line(line);
    }
    for (row, line) in drawn.iter().enumerate() {
        svg.legend(row, &line.name, &format!("line {}", line.style), false);
    }
    svg.finish()
}

/// Draws mirrored bars; heights are shares of the half above or below the middle.
pub fn bars(frame: &Frame, bars: &Bars) -> String {
    let mut svg = Svg::new(frame, 2);
    svg.axes(frame);
    svg.bars(&bars.up.1, "wanted", -1.0);
    svg.bars(&bars.down.1, "unwanted", 1.0);
    svg.element("line", "axis", &[("x1", LEFT), ("x2", RIGHT), ("y1", y(0.5)), ("y2", y(0.5))]);
    svg.legend(0, &bars.up.0, "bar wanted", true);
    svg.legend(1, &bars.down.0, "bar unwanted", true);
    svg.finish()
}

fn x(position: f64) -> f64 {
    (RIGHT - LEFT).mul_add(position.clamp(0.0, 1.0), LEFT)
}

fn y(position: f64) -> f64 {
    (TOP - BOTTOM).mul_add(position.clamp(0.0, 1.0), BOTTOM)
}

/// An SVG document as it grows.
struct Svg(String);

impl Svg {
    fn new(frame: &Frame, legend: usize) -> Self {
        let height = LEGEND.mul_add(legend as f64, BOTTOM + 56.0);
        let id = escaped(&frame.id);
        let mut svg = Self(String::new());
        svg.push(format_args!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" role=\"img\" \
             aria-labelledby=\"{id}-title {id}-desc\"><title id=\"{id}-title\">{}</title><desc id=\"{id}-desc\">{}</desc>",
            escaped(&frame.title),
            escaped(&frame.description),
        ));
        svg
    }

    fn finish(mut self) -> String {
        self.0.push_str("</svg>");
        self.0
    }

    fn push(&mut self, written: std::fmt::Arguments<'_>) {
        // Writing to a string cannot fail.
        let _ = self.0.write_fmt(written);
    }

    fn element(&mut self, name: &str, class: &str, numbers: &[(&str, f64)]) {
        self.push(format_args!("<{name} class=\"{}\"", escaped(class)));
        for (attribute, number) in numbers {
            self.push(format_args!(" {attribute}=\"{number:.1}\""));
        }
        self.0.push_str("/>");
    }

    fn text(&mut self, at: (f64, f64), class: &str, text: &str) {
        let (x, y) = at;
        self.push(format_args!("<text class=\"{class}\" x=\"{x:.1}\" y=\"{y:.1}\">{}</text>", escaped(text)));
    }

    fn axes(&mut self, frame: &Frame) {
        for (at, label) in &frame.x.ticks {
            self.element("line", "grid", &[("x1", x(*at)), ("x2", x(*at)), ("y1", TOP), ("y2", BOTTOM)]);
            self.text((x(*at), BOTTOM + 18.0), "tick middle", label);
        }
        for (at, label) in &frame.y.ticks {
            self.element("line", "grid", &[("x1", LEFT), ("x2", RIGHT), ("y1", y(*at)), ("y2", y(*at))]);
            self.text((LEFT - 8.0, y(*at) + 4.0), "tick end", label);
        }
        self.element("line", "axis", &[("x1", LEFT), ("x2", RIGHT), ("y1", BOTTOM), ("y2", BOTTOM)]);
        self.element("line", "axis", &[("x1", LEFT), ("x2", LEFT), ("y1", TOP), ("y2", BOTTOM)]);
        self.text(((LEFT + RIGHT) / 2.0, BOTTOM + 40.0), "label middle", &frame.x.label);
        let (middle, label) = ((TOP + BOTTOM) / 2.0, escaped(&frame.y.label));
        self.push(format_args!(
            "<text class=\"label middle\" transform=\"translate(14 {middle}) rotate(-90)\">{label}</text>"
        ));
        for (at, label) in &frame.marks {
            self.element("line", "mark", &[("x1", x(*at)), ("x2", x(*at)), ("y1", TOP), ("y2", BOTTOM)]);
            self.text((x(*at) + 5.0, TOP + 12.0), "marked", label);
        }
    }

    fn line(&mut self, line: &Line) {
        let points: Vec<_> = line.points.iter().map(|(at, to)| format!("{:.1},{:.1}", x(*at), y(*to))).collect();
        let (style, points) = (escaped(&line.style), points.join(" "));
        self.push(format_args!("<polyline class=\"line {style}\" points=\"{points}\"/>"));
        for (at, to) in line.points.iter().filter(|_| line.dots) {
            self.element("circle", &format!("dot {style}"), &[("cx", x(*at)), ("cy", y(*to)), ("r", 4.0)]);
        }
    }

    fn bars(&mut self, heights: &[f64], style: &str, direction: f64) {
        let width = (RIGHT - LEFT) / heights.len().max(1) as f64;
        let (middle, half) = (y(0.5), (BOTTOM - TOP) / 2.0);
        for (at, height) in heights.iter().enumerate().filter(|(_, height)| **height > 0.0) {
            // A rare score must not vanish.
            let height = (height.min(1.0) * half).max(1.5);
            let top = if direction < 0.0 { middle - height } else { middle };
            let left = width.mul_add(at as f64, LEFT) + 1.0;
            let place = [("x", left), ("y", top), ("width", width - 2.0), ("height", height)];
            self.element("rect", &format!("bar {style}"), &place);
        }
    }

    fn legend(&mut self, row: usize, name: &str, class: &str, filled: bool) {
        let at = LEGEND.mul_add(row as f64, BOTTOM + 62.0);
        match filled {
            true => self.element("rect", class, &[("x", LEFT), ("y", at - 9.0), ("width", 26.0), ("height", 10.0)]),
            false => {
                self.element("line", class, &[("x1", LEFT), ("x2", LEFT + 26.0), ("y1", at - 4.0), ("y2", at - 4.0)])
            }
        }
        self.text((LEFT + 34.0, at), "legend", name);
    }
}

/// Text as XML holds it; what XML cannot hold is replaced.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            '\n' | '\t' | '\r' => escaped.push(' '),
            control if control.is_control() => escaped.push(char::REPLACEMENT_CHARACTER),
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_escaped_wherever_they_stand() {
        let hostile = "\"><script>alert('x')</script>&\u{0}";
        let axis = Axis { label: hostile.to_owned(), ticks: vec![(0.5, hostile.to_owned())] };
        let frame = Frame {
            id: hostile.to_owned(),
            title: hostile.to_owned(),
            description: hostile.to_owned(),
            x: axis.clone(),
            y: axis,
            marks: vec![(0.2, hostile.to_owned())],
        };
        let line = Line {
            name: hostile.to_owned(),
            style: hostile.to_owned(),
            points: vec![(0.0, 0.0), (1.0, 1.0)],
            dots: true,
        };
        let svg = lines(&frame, &[line]);
        assert!(!svg.contains("<script") && !svg.contains("'x'") && !svg.contains('\0'), "{svg}");
        assert_eq!(svg.matches("&lt;script&gt;").count(), svg.matches("&quot;&gt;").count(), "{svg}");
    }

    #[test]
    fn nothing_is_drawn_outside_the_plot() {
        let far = Line { name: "l".into(), style: "s".into(), points: vec![(-5.0, 7.0), (9.0, -3.0)], dots: false };
        assert!(lines(&Frame::default(), &[far]).contains("points=\"56.0,16.0 532.0,296.0\""));
    }

    #[test]
    fn a_plot_of_lines() {
        let axis = Axis { label: "rappel".into(), ticks: vec![(0.0, "0".into()), (1.0, "1".into())] };
        let frame = Frame {
            id: "p".into(),
            title: "Titre".into(),
            description: "En mots".into(),
            x: axis.clone(),
            y: axis,
            marks: Vec::new(),
        };
        let line = Line { name: "a".into(), style: "l0".into(), points: vec![(0.0, 1.0), (0.5, 0.5)], dots: false };
        insta::assert_snapshot!(lines(&frame, &[line]).replace("><", ">\n<"));
    }

    #[test]
    fn bars_rise_and_hang() {
        let svg =
            bars(&Frame::default(), &Bars { up: ("a".into(), vec![0.5, 0.0]), down: ("b".into(), vec![0.0, 1e-6]) });
        assert!(
            svg.contains("<rect class=\"bar wanted\" x=\"57.0\" y=\"86.0\" width=\"236.0\" height=\"70.0\"/>"),
            "{svg}"
        );
        assert!(svg.contains("height=\"1.5\""), "a rare score is still seen");
    }
}
