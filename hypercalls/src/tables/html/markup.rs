//! HTML that text cannot break out of: whatever is not a tag or an attribute's name of this program is escaped.

use std::collections::BTreeSet;

/// Attributes of an element, each with its value as text.
pub type Attributes<'a> = &'a [(&'static str, &'a str)];

/// A page as it is written.
pub struct Html<'a> {
    text: String,
    /// The names that prose makes links of.
    names: BTreeSet<&'a str>,
    /// What links may lead to.
    anchors: BTreeSet<String>,
}

impl<'a> Html<'a> {
    /// With nothing in it, the names of which prose makes links, and the anchors that there will be.
    pub fn new(
        names: impl IntoIterator<Item = &'a str>,
        anchors: impl IntoIterator<Item = String>,
    ) -> Html<'a> {
        Html {
            text: String::new(),
            names: names.into_iter().collect(),
            anchors: anchors.into_iter().collect(),
        }
    }

    /// The page.
    pub fn finish(self) -> String {
        self.text
    }

    /// Markup as it is. For constants of this program alone.
    pub fn raw(&mut self, markup: &'static str) {
        self.text.push_str(markup);
    }

    /// Text.
    pub fn text(&mut self, text: &str) {
        for c in text.chars() {
            match c {
                '&' => self.text.push_str("&amp;"),
                '<' => self.text.push_str("&lt;"),
                '>' => self.text.push_str("&gt;"),
                '"' => self.text.push_str("&quot;"),
                '\'' => self.text.push_str("&#39;"),
                // No document may hold them, not even escaped.
                '\0'..='\x08' | '\x0b' | '\x0c' | '\x0e'..='\x1f' | '\x7f' => self.text.push('\u{fffd}'),
                c => self.text.push(c),
            }
        }
    }

    fn open(&mut self, tag: &'static str, attributes: Attributes<'_>) {
        self.text.push('<');
        self.text.push_str(tag);
        for (name, value) in attributes {
            self.text.push(' ');
            self.text.push_str(name);
            self.text.push_str("=\"");
            self.text(value);
            self.text.push('"');
        }
        self.text.push('>');
    }

    fn close(&mut self, tag: &'static str) {
        self.text.push_str("</");
        self.text.push_str(tag);
        self.text.push('>');
    }

    /// An element without content.
    pub fn void(&mut self, tag: &'static str, attributes: Attributes<'_>) {
        self.open(tag, attributes);
    }

    /// An element of a line, with text in it.
    pub fn span(&mut self, tag: &'static str, attributes: Attributes<'_>, text: &str) {
        self.open(tag, attributes);
        self.text(text);
        self.close(tag);
    }

    /// An element with others in it, on lines of its own.
    pub fn block(&mut self, tag: &'static str, attributes: Attributes<'_>, inner: impl FnOnce(&mut Self)) {
        self.open(tag, attributes);
        inner(self);
        self.close(tag);
        self.text.push('\n');
    }

    /// A link to an anchor of the page; only the text where the page, which may be a part of the book, has no
    /// such anchor.
    pub fn link(&mut self, anchor: &str, text: &str) {
        match self.anchors.contains(anchor) {
            true => self.span("a", &[("href", &format!("#{anchor}"))], text),
            false => self.text(text),
        }
    }

    /// Paragraphs.
    pub fn prose(&mut self, text: &str) {
        for paragraph in text.split("\n\n").filter(|p| !p.trim().is_empty()) {
            self.block("p", &[], |h| h.inline(paragraph));
        }
    }

    /// Text of a line or paragraph: what stands between backticks is code, and names that have a place of
    /// their own are links to it.
    pub fn inline(&mut self, text: &str) {
        let ticks = text.matches('`').count();
        for (i, piece) in text.split('`').enumerate() {
            // A last backtick without a partner is one.
            match (i % 2 == 1, i == ticks) {
                (true, false) => {
                    self.open("code", &[]);
                    self.named(piece);
                    self.close("code");
                }
                (true, true) => {
                    self.text.push('`');
                    self.named(piece);
                }
                (false, _) => self.named(piece),
            }
        }
    }

    fn named(&mut self, text: &str) {
        let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let mut rest = text;
        while !rest.is_empty() {
            let first_is_word = rest.starts_with(is_word);
            let end = rest.find(|c| is_word(c) != first_is_word).unwrap_or(rest.len());
            let (piece, behind) = rest.split_at(end);
            match self.names.contains(piece) {
                true => self.link(piece, piece),
                false => self.text(piece),
            }
            rest = behind;
        }
    }

    /// A table in a box of its own that scrolls where the table is wider than the page; nothing if it has no
    /// rows.
    pub fn table<R>(
        &mut self,
        class: &'static str,
        caption: &str,
        head: &[&str],
        rows: impl IntoIterator<Item = R>,
        mut row: impl FnMut(&mut Self, R),
    ) {
        let mut rows = rows.into_iter().peekable();
        if rows.peek().is_none() {
            return;
        }
        self.block("div", &[("class", "scroll")], |h| {
            h.block("table", &[("class", class)], |h| {
                h.span("caption", &[], caption);
                h.block("thead", &[], |h| {
                    h.block("tr", &[], |h| head.iter().for_each(|t| h.span("th", &[("scope", "col")], t)));
                });
                h.block("tbody", &[], |h| rows.for_each(|r| h.block("tr", &[], |h| row(h, r))));
            });
        });
    }

    /// A cell with prose.
    pub fn cell(&mut self, text: &str) {
        self.open("td", &[]);
        self.inline(text);
        self.close("td");
    }

    /// A cell with code.
    pub fn code_cell(&mut self, text: &str) {
        self.open("td", &[]);
        self.span("code", &[], text);
        self.close("td");
    }
}

/// The anchor of something called `name`: as it is, but for what may not stand in a link.
pub fn anchor(prefix: &str, name: &str) -> String {
    let mut anchor = String::from(prefix);
    for c in name.chars() {
        match c {
            c if c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.') => anchor.push(c),
            c => anchor.push_str(&format!("~{:x}", u32::from(c))),
        }
    }
    anchor
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(write: impl FnOnce(&mut Html<'_>)) -> String {
        let mut h = Html::new(["KVM_HC_KICK_CPU"], ["KVM_HC_KICK_CPU".into(), "errors".into()]);
        write(&mut h);
        h.finish()
    }

    #[test]
    fn text_and_values_of_attributes_are_escaped() {
        let hostile = "<script>&\"']]>\0";
        let escaped = "&lt;script&gt;&amp;&quot;&#39;]]&gt;\u{fffd}";
        assert_eq!(written(|h| h.text(hostile)), escaped);
        assert_eq!(
            written(|h| h.span("i", &[("title", hostile)], "")),
            format!("<i title=\"{escaped}\"></i>")
        );
        assert_eq!(written(|h| h.inline(hostile)), escaped);
    }

    #[test]
    fn prose_has_paragraphs_code_and_links() {
        assert_eq!(
            written(|h| h.prose("As `KVM_HC_KICK_CPU`, not\nKVM_HC_KICK_CPUS.\n\n`a < b`")),
            "<p>As <code><a href=\"#KVM_HC_KICK_CPU\">KVM_HC_KICK_CPU</a></code>, not\nKVM_HC_KICK_CPUS.</p>\n\
             <p><code>a &lt; b</code></p>\n"
        );
        assert_eq!(written(|h| h.inline("a ` b")), "a ` b", "no partner");
        assert_eq!(written(|h| h.inline("errors")), "errors", "a section, and a word of English");
        assert_eq!(written(|h| h.inline("`a` ` b")), "<code>a</code> ` b");
    }

    #[test]
    fn an_anchor_can_stand_in_a_link() {
        assert_eq!(anchor("", "KVM_HC_KICK_CPU"), "KVM_HC_KICK_CPU");
        assert_eq!(anchor("call-", "a b\"#"), "call-a~20b~22~23");
    }

    #[test]
    fn a_table_without_rows_is_not_there() {
        let none: [&str; 0] = [];
        assert_eq!(written(|h| h.table("", "", &["a"], none, |h, r| h.cell(r))), "");
    }
}
