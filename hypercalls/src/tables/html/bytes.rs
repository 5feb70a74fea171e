//! Byte maps: a structure drawn eight bytes a row.

use super::drawing::{rect, svg, text};
use super::markup::Html;
use hypercall_core::shared::{Field, Layout};

/// Bytes of a row.
const ROW: usize = 8;
/// Width of the column of offsets, and of a byte.
const OFFSET: usize = 40;
const BYTE: usize = 36;
const HIGH: usize = 24;
/// Rows inside of one field that are drawn; what is between the first and the last of more is left out.
const MANY: usize = 6;

/// Draws a structure, and lists its fields beside the drawing.
pub fn layout(h: &mut Html<'_>, layout: &Layout) {
    h.block("div", &[("class", "beside")], |h| {
        map(h, layout);
        let caption = format!("Fields of {}", layout.name);
        h.table("fields", &caption, &["offset", "field", "meaning"], layout.fields, |h, field| {
            h.block("td", &[("class", "at")], |h| {
                h.span("b", &[], &field.offset.to_string());
                h.span("small", &[], &format!("{:#x}", field.offset));
            });
            h.block("td", &[], |h| {
                h.span("code", &[], field.name);
                h.span("small", &[], &format!("{}, {}", field.kind, bytes(field.size)));
            });
            h.cell(field.meaning);
        });
    });
}

fn bytes(count: usize) -> String {
    if count == 1 { "1 byte".into() } else { format!("{count} bytes") }
}

/// A line of the drawing.
#[derive(Debug, PartialEq, Eq)]
enum Line {
    /// The bytes from this offset on.
    Bytes(usize),
    /// This many bytes that are left out.
    Gap(usize),
}

/// The lines of a map. Their number depends on how many fields there are, not on how large they are.
fn lines(layout: &Layout) -> Vec<Line> {
    let edges = || layout.fields.iter().flat_map(|f| [f.offset, end(f)]);
    let (mut lines, mut at) = (Vec::new(), 0);
    while at < layout.size {
        lines.push(Line::Bytes(at));
        at += ROW;
        // Whole rows in which nothing begins or ends, but for the last of them.
        let next = edges().filter(|e| *e >= at).min().unwrap_or(layout.size).min(layout.size);
        let plain = (next - at.min(next)) / ROW;
        if plain > MANY {
            let left_out = (plain - 1) * ROW;
            lines.push(Line::Gap(left_out));
            at += left_out;
        }
    }
    lines
}

fn end(field: &Field) -> usize {
    field.offset.saturating_add(field.size)
}

fn map(h: &mut Html<'_>, layout: &Layout) {
    let lines = lines(layout);
    let high = HIGH * (lines.len() + 1);
    let wide = OFFSET + ROW * BYTE;
    let fields: Vec<String> =
        layout.fields.iter().map(|f| format!("{} at {}, {}", f.name, f.offset, bytes(f.size))).collect();
    let label = format!("Byte map of {}: {}", layout.name, fields.join("; "));
    svg(h, "bytes", wide, high, &label, |h| {
        for byte in 0..ROW {
            text(h, "offset", (OFFSET + byte * BYTE + BYTE / 2, 16), &format!("+{byte}"), BYTE);
        }
        for (i, line) in lines.iter().enumerate() {
            let y = HIGH * (i + 1);
            match line {
                Line::Bytes(at) => row(h, layout, &lines, *at, y),
                Line::Gap(count) => {
                    text(h, "offset", (OFFSET + ROW * BYTE / 2, y + 16), &format!("… {count} bytes …"), wide);
                }
            }
        }
    });
}

/// Bytes of one field, or of none, in a row.
struct Piece<'a> {
    /// Its place in the structure.
    field: Option<(usize, &'a Field)>,
    start: usize,
    end: usize,
}

/// The pieces of the row at an offset, by offset, without a gap.
fn pieces(layout: &Layout, at: usize) -> Vec<Piece<'_>> {
    let stop = at.saturating_add(ROW).min(layout.size);
    let mut pieces: Vec<Piece<'_>> = Vec::new();
    let mut done = at;
    for (i, field) in layout.fields.iter().enumerate() {
        let (from, to) = (field.offset.max(done), end(field).min(stop));
        if from >= to {
            continue;
        }
        if from > done {
            pieces.push(Piece { field: None, start: done, end: from });
        }
        pieces.push(Piece { field: Some((i, field)), start: from, end: to });
        done = to;
    }
    if done < stop {
        pieces.push(Piece { field: None, start: done, end: stop });
    }
    pieces
}

fn row(h: &mut Html<'_>, layout: &Layout, lines: &[Line], at: usize, y: usize) {
    text(h, "offset", (OFFSET / 2, y + 16), &format!("{at:#x}"), OFFSET);
    for piece in pieces(layout, at) {
        let x = |byte: usize| OFFSET + (byte - at) * BYTE;
        let wide = x(piece.end) - x(piece.start);
        let Some((place, field)) = piece.field else {
            rect(h, "hole", (x(piece.start), y), (wide, HIGH));
            continue;
        };
        let class = match (is_padding(field), place % 2) {
            (true, _) => "padding",
            (false, 0) => "even",
            (false, _) => "odd",
        };
        rect(h, class, (x(piece.start), y), (wide, HIGH));
        edges(h, field, &piece, at, y);
        if labelled(field, lines) == Some(at) {
            text(h, "label", (x(piece.start) + wide / 2, y + 16), field.name, wide);
        }
    }
}

/// Whether a field only fills the place, by the names that structures give such fields.
fn is_padding(field: &Field) -> bool {
    field.name.starts_with("pad") || field.name.starts_with("reserved") || field.name.starts_with('_')
}

/// The row in which a field's name stands: of those in which it has the most bytes, the middle one.
fn labelled(field: &Field, lines: &[Line]) -> Option<usize> {
    let taken = |at: usize| end(field).min(at + ROW).saturating_sub(field.offset.max(at));
    let rows: Vec<usize> = lines
        .iter()
        .filter_map(|line| match line {
            Line::Bytes(at) if taken(*at) > 0 => Some(*at),
            _ => None,
        })
        .collect();
    let most = rows.iter().map(|at| taken(*at)).max()?;
    let widest: Vec<usize> = rows.into_iter().filter(|at| taken(*at) == most).collect();
    widest.get((widest.len() - 1) / 2).copied()
}

/// The outline of a field where it runs along this row.
fn edges(h: &mut Html<'_>, field: &Field, piece: &Piece<'_>, at: usize, y: usize) {
    let x = |byte: usize| OFFSET + (byte - at) * BYTE;
    let mut path = String::new();
    let mut line = |from: (usize, usize), to: (usize, usize)| {
        path.push_str(&format!("M{} {}L{} {}", from.0, from.1, to.0, to.1));
    };
    let (left, right, low) = (x(piece.start), x(piece.end), y + HIGH);
    if piece.start == field.offset || piece.start == at {
        line((left, y), (left, low));
    }
    if piece.end == end(field) || piece.end == at.saturating_add(ROW) {
        line((right, y), (right, low));
    }
    // Above the first row's worth of bytes, and below the last one's, there is no more of the field.
    let top = piece.end.min(field.offset.saturating_add(ROW));
    if piece.start < top {
        line((left, y), (x(top), y));
    }
    let bottom = piece.start.max(end(field).saturating_sub(ROW));
    if bottom < piece.end {
        line((x(bottom), low), (right, low));
    }
    if !path.is_empty() {
        h.span("path", &[("class", "edge"), ("d", &path)], "");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn field(name: &'static str, offset: usize, size: usize) -> Field {
        Field { name, kind: "u8", offset, size, meaning: "" }
    }

    fn layout<const N: usize>(size: usize, fields: [Field; N]) -> Layout {
        Layout { name: "s", size, purpose: "", source: "", fields: Box::leak(Box::new(fields)) }
    }

    fn shown(layout: &Layout, at: usize) -> Vec<(&'static str, usize, usize)> {
        let pieces = pieces(layout, at);
        pieces.iter().map(|p| (p.field.map_or("", |(_, f)| f.name), p.start, p.end)).collect()
    }

    #[test]
    fn a_row_is_cut_where_fields_and_holes_begin_and_end() {
        let s = layout(20, [field("a", 0, 1), field("b", 4, 8), field("c", 12, 8)]);
        assert_eq!(shown(&s, 0), [("a", 0, 1), ("", 1, 4), ("b", 4, 8)]);
        assert_eq!(shown(&s, 8), [("b", 8, 12), ("c", 12, 16)]);
        assert_eq!(shown(&s, 16), [("c", 16, 20)], "the structure ends before the row");
    }

    #[test]
    fn a_large_field_is_drawn_by_its_ends() {
        let page = layout(4096, [field("head", 0, 12), field("bytes", 12, 4084)]);
        assert_eq!(lines(&page), [Line::Bytes(0), Line::Bytes(8), Line::Gap(4072), Line::Bytes(4088),]);
        let huge = layout(usize::MAX / 16 * 8, [field("bytes", 0, usize::MAX)]);
        assert!(lines(&huge).len() < 4);
        let small = layout(64, [field("pad", 28, 36)]);
        assert!(lines(&small).iter().all(|line| matches!(line, Line::Bytes(_))));
    }

    #[test]
    fn a_name_stands_once_where_there_is_room() {
        let s = layout(64, [field("flags", 24, 4), field("pad", 28, 36)]);
        assert_eq!(labelled(&s.fields[1], &lines(&s)), Some(40));
        assert_eq!(labelled(&s.fields[0], &lines(&s)), Some(24));
    }
}
