//! What the drawings share: rows of labelled boxes as SVG, at most as wide as a phone.

use super::markup::Html;

/// The columns of a drawing: together as wide as a phone shows without scaling.
#[derive(Clone, Copy)]
pub struct Grid {
    /// How many.
    pub columns: usize,
    /// The width of each.
    pub wide: usize,
}

/// For the few registers of a call.
pub const CALL: Grid = Grid { columns: 5, wide: 70 };
/// For all registers of a machine.
pub const FILE: Grid = Grid { columns: 4, wide: 88 };

/// What stands in one half of a register's box.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Role {
    /// The class that colours it: `number`, `argument`, `result`, `output` or `clobber`.
    pub class: &'static str,
    /// What it says.
    pub label: String,
}

/// A register: what the guest puts in, and what it gets out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Register {
    /// Its name.
    pub name: &'static str,
    /// What the guest puts in.
    pub input: Option<Role>,
    /// What the guest finds in it behind the call.
    pub output: Option<Role>,
}

impl Register {
    fn is_used(&self) -> bool {
        self.input.is_some() || self.output.is_some()
    }

    /// Columns that its longest label takes.
    fn columns(&self, grid: Grid) -> usize {
        let labels = [&self.input, &self.output].into_iter().flatten().map(|r| r.label.as_str());
        let longest = labels.chain([self.name]).map(|l| l.chars().count()).max().unwrap_or(0);
        (1..grid.columns).find(|n| longest <= fits(n * grid.wide - GAP)).unwrap_or(grid.columns)
    }

    /// In words, for who does not see the drawing.
    fn words(&self) -> String {
        let said = |role: &Option<Role>, sign: &str| role.as_ref().map(|r| format!("{sign} {}", r.label));
        let roles: Vec<String> =
            [said(&self.input, "in"), said(&self.output, "out")].into_iter().flatten().collect();
        format!("{}: {}", self.name, roles.join(", "))
    }
}

const NAME: usize = 18;
const HALF: usize = 16;
const GAP: usize = 4;

/// Draws registers as boxes, with the words `title` for who does not see them.
pub fn registers(h: &mut Html<'_>, title: &str, grid: Grid, registers: &[Register]) {
    let rows = rows(grid, registers);
    let height: usize = rows.iter().map(|row| height(row) + GAP).sum();
    let used: Vec<String> = registers.iter().filter(|r| r.is_used()).map(Register::words).collect();
    let label = format!("{title}. {}", used.join("; "));
    svg(h, "registers", grid.columns * grid.wide, height, &label, |h| {
        let mut y = 0;
        for row in rows {
            let mut x = 0;
            for register in row {
                let wide = register.columns(grid) * grid.wide;
                boxed(h, register, (x, y), (wide - GAP, self::height(row)));
                x += wide;
            }
            y += self::height(row) + GAP;
        }
    });
}

/// Boxes in reading order, as many a row as fit.
fn rows(grid: Grid, registers: &[Register]) -> Vec<&[Register]> {
    let (mut rows, mut start, mut columns) = (Vec::new(), 0, 0);
    for (i, register) in registers.iter().enumerate() {
        columns += register.columns(grid);
        if columns > grid.columns {
            rows.push(&registers[start..i]);
            (start, columns) = (i, register.columns(grid));
        }
    }
    rows.push(&registers[start..]);
    rows
}

fn height(row: &[Register]) -> usize {
    let halves = [row.iter().any(|r| r.input.is_some()), row.iter().any(|r| r.output.is_some())];
    NAME + if halves == [false, false] { 0 } else { 2 * HALF }
}

fn boxed(h: &mut Html<'_>, register: &Register, (x, y): (usize, usize), (wide, high): (usize, usize)) {
    let class = if register.is_used() { "used" } else { "unused" };
    h.block("g", &[("class", class)], |h| {
        for (role, top) in [(&register.input, y + NAME), (&register.output, y + NAME + HALF)] {
            if let Some(Role { class, label }) = role {
                rect(h, class, (x, top), (wide, HALF));
                text(h, "label", (x + wide / 2, top + 12), label, wide);
            }
        }
        text(h, "name", (x + wide / 2, y + 13), register.name, wide);
        rect(h, "frame", (x, y), (wide, high));
    });
}

/// A rectangle.
pub fn rect(h: &mut Html<'_>, class: &str, (x, y): (usize, usize), (wide, high): (usize, usize)) {
    let [x, y, wide, high] = [x, y, wide, high].map(|n| n.to_string());
    h.span("rect", &[("class", class), ("x", &x), ("y", &y), ("width", &wide), ("height", &high)], "");
}

/// Text with its middle at a point, cut where it is wider than `wide`.
pub fn text(h: &mut Html<'_>, class: &str, (x, y): (usize, usize), text: &str, wide: usize) {
    let [x, y] = [x, y].map(|n| n.to_string());
    h.span("text", &[("class", class), ("x", &x), ("y", &y)], &cut(text, wide));
}

/// Text that fits into `wide`.
fn cut(text: &str, wide: usize) -> String {
    let fits = fits(wide);
    if text.chars().count() <= fits {
        return text.to_string();
    }
    text.chars().take(fits.saturating_sub(1)).chain(['…']).collect()
}

/// Characters that have room: in the drawings' font one is 6.3 wide.
fn fits(wide: usize) -> usize {
    wide.saturating_sub(3) * 10 / 63
}

/// A drawing of its own size, which shrinks where there is less room. One unit more than the shapes take, so
/// that the lines at the edges are not cut.
pub fn svg(
    h: &mut Html<'_>,
    class: &str,
    wide: usize,
    high: usize,
    label: &str,
    inner: impl FnOnce(&mut Html<'_>),
) {
    let view = format!("-1 -1 {} {}", wide + 2, high + 2);
    let [wide, high] = [wide + 2, high + 2].map(|n| n.to_string());
    let attributes = [
        ("class", class),
        ("width", wide.as_str()),
        ("height", high.as_str()),
        ("viewBox", view.as_str()),
        ("role", "img"),
        ("aria-label", label),
    ];
    h.block("svg", &attributes, inner);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn register(label: &str) -> Register {
        let input = Some(Role { class: "argument", label: label.to_string() });
        Register { name: "rbx", input, output: None }
    }

    #[test]
    fn a_row_holds_what_fits_and_a_long_label_takes_more_columns() {
        let boxes: Vec<Register> = ["a", "b", "a_label_of_two", "c", "d"].into_iter().map(register).collect();
        let counts: Vec<usize> = rows(FILE, &boxes).iter().map(|row| row.len()).collect();
        assert_eq!(counts, [3, 2]);
        assert_eq!(register(&"x".repeat(1000)).columns(FILE), 4);
    }

    #[test]
    fn a_label_that_does_not_fit_is_cut() {
        assert_eq!(cut("twelve_chars", 84), "twelve_chars");
        assert_eq!(cut("twelve_chars", 66), "twelve_ch…");
        assert_eq!(cut("reserved", 35), "rese…");
        assert_eq!(cut("x", 0), "…");
    }
}
