//! A text before its markup: what Markdown and reStructuredText print alike.
//!
//! Words are as the definitions have them: `code` between backquotes, paragraphs apart by an empty line.

/// A text in blocks.
#[derive(Default)]
pub struct Document {
    /// In the order of reading.
    pub blocks: Vec<Block>,
}

/// A piece of a text.
pub enum Block {
    /// A heading, of level 1 to 3.
    Heading(usize, String),
    /// Paragraphs.
    Prose(String),
    /// Names with something said of each.
    Items(Vec<(String, String)>),
    /// A table with its head.
    Table(Table),
    /// Lines that are printed as they are.
    Code(String),
}

/// Rows of cells; a cell may hold more than a line.
pub struct Table {
    /// The head.
    pub head: Vec<String>,
    /// As many cells in each as in the head.
    pub rows: Vec<Vec<String>>,
}

impl Table {
    /// With a head and no rows.
    pub fn new<'a>(head: impl IntoIterator<Item = &'a str>) -> Table {
        Table { head: head.into_iter().map(str::to_owned).collect(), rows: Vec::new() }
    }

    /// Adds a row, of as many cells as the head has.
    pub fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        let row: Vec<String> = cells.into_iter().collect();
        debug_assert_eq!(row.len(), self.head.len());
        self.rows.push(row);
    }
}

impl Document {
    /// Adds a heading.
    pub fn heading(&mut self, level: usize, text: impl Into<String>) {
        self.blocks.push(Block::Heading(level, text.into()));
    }

    /// Adds paragraphs.
    pub fn prose(&mut self, text: impl Into<String>) {
        self.blocks.push(Block::Prose(text.into()));
    }

    /// Adds a table; nothing if it has no rows.
    pub fn table(&mut self, table: Table) {
        if !table.rows.is_empty() {
            self.blocks.push(Block::Table(table));
        }
    }
}
