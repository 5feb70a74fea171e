//! The book as Markdown that reads well in a terminal too: aligned tables, wrapped prose.

use super::book::Book;
use super::chapters;
use super::document::{Block, Table};
use std::fmt::Write;

/// Columns that prose is wrapped at.
const WIDTH: usize = 100;

/// The book as Markdown.
pub fn render_md(book: &Book) -> String {
    let mut out = String::new();
    for block in chapters::whole(book).blocks {
        match block {
            Block::Heading(level, text) => {
                let _ = writeln!(out, "{} {}", "#".repeat(level), inline(&text)); // a String takes everything
            }
            Block::Prose(text) => prose(&mut out, "", &text),
            Block::Items(items) => {
                items.iter().for_each(|(name, text)| prose(&mut out, &format!("- {name}: "), text));
            }
            Block::Table(rows) => table(&mut out, &rows),
            Block::Code(text) => {
                let _ = write!(out, "```text\n{text}```\n");
            }
        }
        out.push('\n');
    }
    // One newline ends the text.
    out.truncate(out.trim_end().len() + 1);
    out
}

/// Appends a table. The last column is not padded, so that long prose in it does not widen every row.
fn table(out: &mut String, table: &Table) {
    let rows: Vec<Vec<String>> = [&table.head]
        .into_iter()
        .chain(&table.rows)
        .map(|row| row.iter().map(|text| cell(text)).collect())
        .collect();
    let column = |i: usize| rows.iter().map(move |row: &Vec<String>| row[i].chars().count()).max();
    let mut widths: Vec<usize> = (0..table.head.len()).map(|i| column(i).unwrap_or(0).max(3)).collect();
    if let Some(last) = widths.last_mut() {
        *last = 3;
    }
    let rule: Vec<String> = widths.iter().map(|width| "-".repeat(*width)).collect();
    let (head, body) = rows.split_at(1);
    head.iter().chain([&rule]).chain(body).for_each(|row| line(out, row, &widths));
}

fn line(out: &mut String, cells: &[String], widths: &[usize]) {
    for (text, width) in cells.iter().zip(widths) {
        let _ = write!(out, "| {text:width$} ");
    }
    out.push_str("|\n");
}

/// Text for a cell: on one line, and without a bar that would end the cell.
fn cell(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    inline(&words.join(" ").replace('|', "\\|"))
}

/// Text that is not taken for HTML: `<` outside of code is escaped.
fn inline(text: &str) -> String {
    let pieces = text.split('`').enumerate().map(|(i, piece)| match i % 2 {
        0 => piece.replace('<', "\\<"),
        _ => piece.to_string(),
    });
    pieces.collect::<Vec<_>>().join("`")
}

/// Appends paragraphs, wrapped. With the lead `- ...` they are an item of a list, and stand under it.
fn prose(out: &mut String, lead: &str, text: &str) {
    let indent = if lead.is_empty() { "" } else { "  " };
    let mut column = lead.chars().count();
    out.push_str(lead);
    for (i, paragraph) in text.split("\n\n").enumerate() {
        if i > 0 {
            out.push('\n');
            out.push_str(indent);
            column = indent.len();
        }
        for (i, word) in inline(paragraph).split_whitespace().enumerate() {
            let wide = word.chars().count();
            if i > 0 && column + 1 + wide > WIDTH && !starts_a_block(word) {
                out.push('\n');
                out.push_str(indent);
                column = indent.len();
            } else if i > 0 {
                out.push(' ');
                column += 1;
            }
            out.push_str(word);
            column += wide;
        }
        out.push('\n');
    }
}

/// Whether Markdown takes a line that starts with this word for a list, a heading or a quotation.
fn starts_a_block(word: &str) -> bool {
    matches!(word, "-" | "+" | "*" | "1." | "1)") || word.starts_with(['#', '>', '='])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_holds_bars_and_line_breaks_without_ending() {
        let mut rows = Table::new(["a", "b"]);
        rows.row(["x | y".into(), "one\n\ntwo".into()]);
        let mut out = String::new();
        table(&mut out, &rows);
        assert_eq!(out, "| a      | b   |\n| ------ | --- |\n| x \\| y | one two |\n");
    }

    #[test]
    fn a_less_than_sign_is_no_tag_and_stays_as_it_is_in_code() {
        assert_eq!(inline("a << 16, `b << 16`, <i>"), "a \\<\\< 16, `b << 16`, \\<i>");
    }

    #[test]
    fn prose_is_wrapped_under_its_lead() {
        let mut out = String::new();
        prose(&mut out, "- Purpose: ", &format!("{} bbb\n\nc", "a".repeat(88)));
        assert_eq!(out, format!("- Purpose: {}\n  bbb\n\n  c\n", "a".repeat(88)));
    }

    #[test]
    fn no_wrapped_line_starts_a_list() {
        let mut out = String::new();
        prose(&mut out, "", &format!("{} - b c", "a".repeat(99)));
        assert_eq!(out, format!("{} -\nb c\n", "a".repeat(99)));
    }
}
