//! The book as reStructuredText, each call after the template of the KVM hypercall document, for Sphinx.

use super::book::Book;
use super::chapters;
use super::document::{Block, Table};
use std::fmt::Write;

/// Columns that lines are wrapped at.
const WIDTH: usize = 100;

/// The book as reStructuredText.
///
/// ```
/// use hypercalls::tables::{Book, Filter, render_rst};
///
/// let kick = Filter { name: Some("KVM_HC_KICK_CPU".into()), ..Filter::default() };
/// let text = render_rst(&Book::linked()?.filtered(&kick)?);
/// assert!(text.contains("KVM_HC_KICK_CPU\n~~~~~~~~~~~~~~~\n\n:Value: 5\n:Architecture: x86\n:Status: active\n"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn render_rst(book: &Book) -> String {
    let mut out = String::new();
    for block in chapters::whole(book).blocks {
        match block {
            Block::Heading(level, text) => heading(&mut out, level, &text),
            Block::Prose(text) => wrapped(&mut out, "", "", &text),
            Block::Items(items) => {
                items.iter().for_each(|(name, text)| wrapped(&mut out, &format!(":{name}: "), "   ", text))
            }
            Block::Table(rows) => table(&mut out, &rows),
            Block::Code(text) => {
                out.push_str(".. code-block:: text\n\n");
                for line in text.lines() {
                    let _ = writeln!(out, "   {line}"); // a String takes everything
                }
            }
        }
        out.push('\n');
    }
    // One newline ends the text.
    out.truncate(out.trim_end().len() + 1);
    out
}

fn heading(out: &mut String, level: usize, text: &str) {
    let text = inline(text);
    let line = ["=", "-", "~"][level.clamp(1, 3) - 1].repeat(text.chars().count());
    let _ = writeln!(out, "{text}\n{line}");
}

/// Appends a table, a line or more for each cell: cells are of any length, and a changed one changes no other.
fn table(out: &mut String, table: &Table) {
    out.push_str(".. list-table::\n   :header-rows: 1\n\n");
    for row in [&table.head].into_iter().chain(&table.rows) {
        for (i, text) in row.iter().enumerate() {
            let lead = if i == 0 { "   * - " } else { "     - " };
            wrapped(out, lead, "       ", text);
        }
    }
}

/// Appends paragraphs behind a lead, wrapped; the lines below the first are indented.
pub fn wrapped(out: &mut String, lead: &str, indent: &str, text: &str) {
    let mut line = lead.to_string();
    let mut start = lead.len();
    for (i, paragraph) in text.split("\n\n").enumerate() {
        if i > 0 {
            let _ = writeln!(out, "{}\n", line.trim_end());
            line = indent.to_string();
            start = line.len();
        }
        for word in inline(paragraph).split_whitespace() {
            if line.len() > start && line.chars().count() + 1 + word.chars().count() > WIDTH {
                let _ = writeln!(out, "{line}");
                line = indent.to_string();
                start = line.len();
            }
            if line.len() > start {
                line.push(' ');
            }
            line.push_str(word);
        }
    }
    let _ = writeln!(out, "{}", line.trim_end());
}

/// Text with its code as literals and nothing else that is taken for markup.
pub fn inline(text: &str) -> String {
    let mut out = String::new();
    let mut after_code = false;
    for (i, piece) in text.trim().split('`').enumerate() {
        if i % 2 == 0 {
            // A letter would keep the literal from ending, or beginning.
            if after_code && piece.starts_with(char::is_alphanumeric) {
                out.push_str("\\ ");
            }
            escape(&mut out, piece);
        } else if !piece.trim().is_empty() {
            if out.ends_with(char::is_alphanumeric) {
                out.push_str("\\ ");
            }
            let _ = write!(out, "``{}``", piece.trim());
        }
        after_code = out.ends_with("``");
    }
    // Two colons at the end would make what follows a literal block.
    if out.ends_with("::") {
        out.insert(out.len() - 1, '\\');
    }
    if starts_a_block(&out) { format!("\\{out}") } else { out }
}

fn escape(out: &mut String, text: &str) {
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let is_markup = match c {
            '\\' | '*' | '|' => true,
            '_' => !chars.peek().is_some_and(|next| next.is_ascii_alphanumeric()),
            _ => false,
        };
        if is_markup {
            out.push('\\');
        }
        out.push(c);
    }
}

/// Whether a text of this beginning is taken for a list, a field, an option or the like.
fn starts_a_block(text: &str) -> bool {
    let first = text.split_whitespace().next().unwrap_or_default();
    let counts = |w: &str| {
        w.chars().all(|c| c.is_ascii_digit())
            || w.len() == 1
            || w.chars().all(|c| "ivxlcdmIVXLCDM".contains(c))
    };
    text.starts_with(|c: char| c.is_ascii_punctuation() && c != '`' && c != '\\')
        || first.strip_suffix(['.', ')']).is_some_and(|word| !word.is_empty() && counts(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_markup_is_escaped_but_in_code() {
        assert_eq!(inline("KVM_E* and EV_* | a_ \\ b_c"), "KVM_E\\* and EV\\_\\* \\| a\\_ \\\\ b_c");
        assert_eq!(inline("of `a_ | *`s and `b`, `c`"), "of ``a_ | *``\\ s and ``b``, ``c``");
    }

    #[test]
    fn a_text_that_begins_like_a_list_is_none() {
        for (text, escaped) in [
            ("-22", "\\-22"),
            ("1. a", "\\1. a"),
            ("1.", "\\1."),
            ("iv) a", "\\iv) a"),
            ("- a", "\\- a"),
            ("`a` b", "``a`` b"),
            ("Zero.", "Zero."),
            ("a::", "a:\\:"),
            ("10 (0xa)", "10 (0xa)"),
        ] {
            assert_eq!(inline(text), escaped);
        }
    }

    #[test]
    fn paragraphs_stand_under_their_lead() {
        let mut out = String::new();
        wrapped(&mut out, ":Purpose: ", "   ", &format!("{} bbb\n\nc", "a".repeat(88)));
        assert_eq!(out, format!(":Purpose: {}\n   bbb\n\n   c\n", "a".repeat(88)));
    }
}
