//! The figures as a picture: an SVG of bars, a panel for each group of figures that are compared with one.
//!
//! A panel has a scale of its own, from zero to the slowest of its medians. Whiskers reach from the fastest to the slowest
//! round; one that would leave the panel ends at its edge.

use super::report::{Measured, Report, group_of, last, number};
use std::fmt::Write;

const WIDTH: f64 = 960.0;
/// Where bars begin, and how long the longest is.
const LEFT: f64 = 170.0;
const LONGEST: f64 = 540.0;
const LINE: f64 = 22.0;
const BAR: f64 = 14.0;

/// An SVG document.
pub fn svg(report: &Report) -> String {
    let panels = panels(&report.results);
    let host = wrapped(&report.host.to_string(), 125);
    let lines = report.results.len();
    let height = 70.0 + 16.0 * host.len() as f64 + LINE * lines as f64 + 52.0 * panels.len() as f64;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" width=\"{WIDTH}\" \
         height=\"{height}\" font-family=\"sans-serif\" font-size=\"12\">\n\
         <rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n"
    );
    let mut y = 32.0;
    text(&mut svg, 20.0, y, "font-size=\"18\" font-weight=\"bold\"", "What a hypercall costs");
    for line in &host {
        y += 16.0;
        text(&mut svg, 20.0, y, "fill=\"#555\"", line);
    }
    y += 14.0;
    for Panel { group, figures: panel } in panels {
        y += 30.0;
        let heading = format!("{group} ({})", panel[0].unit);
        text(&mut svg, 20.0, y, "font-size=\"14\" font-weight=\"bold\"", &heading);
        y += 8.0;
        let scale = LONGEST / panel.iter().map(|m| m.value).fold(f64::MIN_POSITIVE, f64::max);
        for figure in panel {
            bar(&mut svg, y, scale, group, figure);
            y += LINE;
        }
        y += 14.0;
    }
    svg.push_str("</svg>\n");
    svg
}

/// Figures of one group and unit.
struct Panel<'a> {
    group: &'a str,
    figures: Vec<&'a Measured>,
}

/// A figure is in its baseline's group, which may stand farther up than its own.
fn panels(figures: &[Measured]) -> Vec<Panel<'_>> {
    let mut panels: Vec<Panel<'_>> = Vec::new();
    for figure in figures {
        let group = group_of(figure.baseline.as_ref().unwrap_or(&figure.id));
        match panels.iter_mut().find(|panel| (panel.group, panel.figures[0].unit) == (group, figure.unit)) {
            Some(panel) => panel.figures.push(figure),
            None => panels.push(Panel { group, figures: vec![figure] }),
        }
    }
    panels
}

/// Whether a figure is this framework's, and not of what it is compared with.
fn is_own(figure: &Measured) -> bool {
    let mut words = figure.id.split('/');
    let is_way = words.next().is_some_and(|word| ["batch", "ring"].contains(&word));
    (is_way && figure.baseline.is_some()) || words.any(|word| word == "hypercall")
}

/// A figure's line: name, bar, whiskers, value and ratio.
fn bar(svg: &mut String, y: f64, scale: f64, group: &str, figure: &Measured) {
    let middle = y + LINE / 2.0;
    let baseline = y + LINE / 2.0 + 4.0;
    let name = figure.id.strip_prefix(group).map_or(&*figure.id, |name| name.trim_start_matches('/'));
    text(svg, LEFT - 8.0, baseline, "text-anchor=\"end\"", name);
    let colour = match figure.baseline {
        _ if is_own(figure) => "#1f6f8b",
        Some(_) => "#99a8b2",
        None => "#c9ced2",
    };
    let length = (figure.value * scale).max(1.0);
    let _ = writeln!(
        svg,
        "<rect x=\"{LEFT}\" y=\"{:.1}\" width=\"{length:.1}\" height=\"{BAR}\" fill=\"{colour}\"/>",
        middle - BAR / 2.0
    );
    // A little room for a round that was slower than the median of the slowest.
    let edge = LONGEST + 12.0;
    let (from, to) = ((figure.min * scale).min(edge), (figure.max * scale).min(edge));
    if to > from {
        let (from, to) = (LEFT + from, LEFT + to);
        let _ = writeln!(
            svg,
            "<path d=\"M{from:.1} {middle:.1}H{to:.1}M{from:.1} {:.1}v8M{to:.1} {:.1}v8\" stroke=\"#222\" \
             fill=\"none\"/>",
            middle - 4.0,
            middle - 4.0
        );
    }
    let mut label = number(figure.value);
    if let (Some(ratio), Some(base)) = (figure.ratio, &figure.baseline) {
        let _ = write!(label, "  ({} x {})", number(ratio), last(base));
    }
    text(svg, LEFT + LONGEST + 22.0, baseline, "", &label);
}

fn text(svg: &mut String, x: f64, y: f64, attributes: &str, text: &str) {
    let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let _ = writeln!(svg, "<text x=\"{x:.1}\" y=\"{y:.1}\" {attributes}>{text}</text>");
}

/// Words in lines of at most so many bytes.
fn wrapped(text: &str, most: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let line = lines.last_mut().expect("there is one");
        if !line.is_empty() && line.len() + word.len() >= most {
            lines.push(word.to_string());
        } else {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::host::{Host, Kvm};

    #[test]
    fn a_picture_has_a_bar_a_figure_and_no_markup_of_the_hosts() {
        let mut host = Host::new(Kvm { reason: Some("<none> & nothing".to_string()), ..Kvm::default() });
        host.cpu = "a \"CPU\"".to_string();
        let figure = |id: &str, value| Measured {
            baseline: (id == "a/b/hypercall").then(|| "a/b/base".to_string()),
            ratio: (id == "a/b/hypercall").then_some(2.0),
            max: value * 9.0,
            ..Measured::exact(id, value, "ns/call")
        };
        let results = vec![figure("a/b/hypercall", 4.0), figure("c/only", 1.0), figure("a/b/base", 2.0)];
        let svg = svg(&Report { host, results });
        assert_eq!(svg.matches("fill=\"#1f6f8b\"").count(), 1);
        assert_eq!(svg.matches("fill=\"#c9ced2\"").count(), 2);
        assert_eq!(svg.matches("font-weight=\"bold\">a/b (ns/call)<").count(), 1, "one panel: {svg}");
        assert_eq!(svg.matches("<rect").count(), 4, "{svg}");
        assert_eq!(svg.matches("</text>").count(), svg.matches("<text").count());
        assert!(svg.contains("&lt;none&gt; &amp; nothing") && svg.contains("(2 x base)"), "{svg}");
        // The slowest of a panel is as long as any bar may be, its whisker a little longer.
        assert!(svg.contains("width=\"540.0\"") && svg.contains("H722.0"), "{svg}");
    }

    #[test]
    fn a_figure_stands_with_its_baseline_under_a_name_that_tells_it() {
        let figure = |id: &str, baseline: Option<&str>| Measured {
            baseline: baseline.map(str::to_string),
            ..Measured::exact(id, 1.0, "ns/call")
        };
        let wall = figure("ring/polled/1/wall", Some("ring/bare"));
        let all = [wall, Measured::exact("ring/idle", 1.0, "%"), figure("ring/bare", None)];
        let found = panels(&all);
        assert_eq!(found.iter().map(|panel| panel.figures.len()).collect::<Vec<_>>(), [2, 1]);
        assert_eq!(all.each_ref().map(is_own), [true, false, false]);
        let mut svg = String::new();
        bar(&mut svg, 0.0, 1.0, found[0].group, &all[0]);
        assert!(svg.contains(">polled/1/wall<"), "{svg}");
    }

    #[test]
    fn words_are_kept_whole() {
        assert_eq!(wrapped("aa bb cc", 6), ["aa bb", "cc"]);
        assert_eq!(wrapped("much-too-long x", 6), ["much-too-long", "x"]);
    }
}
