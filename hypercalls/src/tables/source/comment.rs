//! Text in comments: wrapped, and unable to end the comment or to look like something else.

/// Columns that comments are wrapped at.
const WIDTH: usize = 100;

/// The words of a text in lines of at most [`WIDTH`] columns with what stands before them, which has `indent`
/// columns; a paragraph's end is an empty line. Marks that begin or end a C comment, in either language, are
/// taken apart, and characters that are not seen, or turn the direction of the text, are written as U+202E.
pub fn lines(text: &str, indent: usize) -> Vec<String> {
    let text = harmless(text);
    let mut lines = Vec::new();
    for (i, paragraph) in text.split("\n\n").enumerate() {
        if i > 0 {
            lines.push(String::new());
        }
        let mut line = String::new();
        for word in paragraph.split_whitespace() {
            if !line.is_empty() && line.chars().count() + 1 + word.chars().count() + indent > WIDTH {
                lines.push(core::mem::take(&mut line));
            }
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
        lines.push(line);
    }
    lines
}

fn harmless(text: &str) -> String {
    let mut out = String::new();
    let mut before = ' ';
    for c in text.chars() {
        let mark = (before == '*' && c == '/') || (before == '/' && c == '*');
        // `??/` is a backslash in C11, and a backslash before the line's end would join the next one.
        let trigraph = before == '?' && c == '?';
        if mark || trigraph {
            out.push(' ');
        }
        match c {
            '\n' | '\t' | ' ' => out.push(c),
            '\\' => out.push('/'),
            c if is_hidden(c) => out.push_str(&format!("U+{:04X}", c as u32)),
            c => out.push(c),
        }
        before = if c == '\\' { '/' } else { c };
    }
    out.replace("*/", "* /").replace("/*", "/ *")
}

fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_wrapped_at_words() {
        let long = "word ".repeat(40);
        let lines = lines(&long, 3);
        assert_eq!(lines.len(), 3);
        assert!(lines.iter().all(|line| line.len() + 3 <= 100 && !line.ends_with(' ')));
        assert_eq!(super::lines("one\n\ntwo\nthree", 0), ["one", "", "two three"]);
    }

    #[test]
    fn no_text_ends_a_comment() {
        for text in [
            "a */ b",
            "a /* b",
            "*/*/",
            "/*/",
            "**//",
            "a\\",
            "a *\\\n/ b",
            "?\u{3f}/",
            "\u{202e}x",
            "\r*\r/",
        ] {
            let line = lines(text, 0).join("\n");
            for bad in ["*/", "/*", "\\", "??", "\r", "\u{202e}"] {
                assert!(!line.contains(bad), "{text:?}: {line:?}");
            }
        }
        assert_eq!(lines("x \u{202e}y", 0), ["x U+202Ey"]);
    }
}
