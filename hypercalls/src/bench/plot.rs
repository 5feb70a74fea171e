//! The figures as a picture: an SVG of bars, a panel for each group of figures that were measured in turn.
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
    let panels: Vec<&[Measured]> =
        report.results.chunk_by(|a, b| group_of(&a.id) == group_of(&b.id) && a.unit == b.unit).collect();
    let host = wrapped(&report.host.to_string(), 125);
    let lines: usize = panels.iter().map(|panel| panel.len()).sum();
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
    for panel in panels {
        y += 30.0;
        let heading = format!("{} ({})", group_of(&panel[0].id), panel[0].unit);
        text(&mut svg, 20.0, y, "font-size=\"14\" font-weight=\"bold\"", &heading);
        y += 8.0;
        let scale = LONGEST / panel.iter().map(|m| m.value).fold(f64::MIN_POSITIVE, f64::max);
        for figure in panel {
            bar(&mut svg, y, scale, figure);
            y += LINE;
        }
        y += 14.0;
    }
    svg.push_str("</svg>\n");
    svg
}

/// A figure's line: name, bar, whiskers, value and ratio.
fn bar(svg: &mut String, y: f64, scale: f64, figure: &Measured) {
    let middle = y + LINE / 2.0;
    let baseline = y + LINE / 2.0 + 4.0;
    text(svg, LEFT - 8.0, baseline, "text-anchor=\"end\"", last(&figure.id));
    let colour = match (figure.baseline.is_some(), last(&figure.id)) {
        (_, "hypercall") => "#1f6f8b",
        (true, _) => "#99a8b2",
        (false, _) => "#c9ced2",
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
            baseline: (id == "a/b/own").then(|| "a/b/base".to_string()),
            ratio: (id == "a/b/own").then_some(2.0),
            max: value * 9.0,
            ..Measured::exact(id, value, "ns/call")
        };
        let results = vec![figure("a/b/own", 4.0), figure("a/b/base", 2.0), figure("c/only", 1.0)];
        let svg = svg(&Report { host, results });
        assert_eq!(svg.matches("fill=\"#1f6f8b\"").count() + svg.matches("fill=\"#c9ced2\"").count(), 2);
        assert_eq!(svg.matches("<rect").count(), 4, "{svg}");
        assert_eq!(svg.matches("</text>").count(), svg.matches("<text").count());
        assert!(svg.contains("&lt;none&gt; &amp; nothing") && svg.contains("(2 x base)"), "{svg}");
        // The slowest of a panel is as long as any bar may be, its whisker a little longer.
        assert!(svg.contains("width=\"540.0\"") && svg.contains("H722.0"), "{svg}");
    }

    #[test]
    fn words_are_kept_whole() {
        assert_eq!(wrapped("aa bb cc", 6), ["aa bb", "cc"]);
        assert_eq!(wrapped("much-too-long x", 6), ["much-too-long", "x"]);
    }
}
