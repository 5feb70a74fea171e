//! A shared structure in pieces: its fields, and the bytes between them.

use hypercall_core::shared::{Field, Layout};

/// A piece.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// Bytes that are no field.
    Gap {
        /// Counted from zero.
        index: usize,
        /// How many.
        bytes: usize,
    },
    /// A field.
    Field {
        /// What is known of it.
        field: Field,
        /// The integer that it is made of, as Rust calls it.
        element: &'static str,
        /// How many of it, the outermost array first; none for the integer itself.
        dimensions: Vec<usize>,
    },
}

/// The pieces in order, and whether the structure must be packed: a field is not where its integers are aligned,
/// or the size is not a multiple of their alignment.
pub fn pieces(layout: &Layout) -> (Vec<Piece>, bool) {
    let (mut pieces, mut end, mut gaps, mut packed) = (Vec::new(), 0, 0, false);
    let mut gap = |pieces: &mut Vec<Piece>, bytes| {
        pieces.push(Piece::Gap { index: gaps, bytes });
        gaps += 1;
    };
    for field in layout.fields {
        if field.offset > end {
            gap(&mut pieces, field.offset - end);
        }
        let (element, align, dimensions) = parts(field);
        packed |= !field.offset.is_multiple_of(align) || !layout.size.is_multiple_of(align);
        pieces.push(Piece::Field { field: *field, element, dimensions });
        end = field.offset + field.size;
    }
    if layout.size > end {
        gap(&mut pieces, layout.size - end);
    }
    (pieces, packed)
}

/// The integers, with their size; bytes for what is neither an integer nor an array of them, or is not as long as the field.
const INTEGERS: [(&str, usize); 8] =
    [("u8", 1), ("i8", 1), ("u16", 2), ("i16", 2), ("u32", 4), ("i32", 4), ("u64", 8), ("i64", 8)];

fn parts(field: &Field) -> (&'static str, usize, Vec<usize>) {
    let mut rest = field.kind.trim();
    let mut dimensions = Vec::new();
    while let Some(inner) = rest.strip_prefix('[').and_then(|r| r.strip_suffix(']')) {
        let Some((element, length)) = inner.rsplit_once(';') else { break };
        let Ok(length) = length.trim().parse::<usize>() else { break };
        dimensions.push(length);
        rest = element.trim();
    }
    let count = dimensions.iter().try_fold(1_usize, |count, n| count.checked_mul(*n));
    match (INTEGERS.iter().find(|(name, _)| *name == rest), count) {
        (Some((name, size)), Some(count)) if count.checked_mul(*size) == Some(field.size) => {
            (name, *size, dimensions)
        }
        _ => ("u8", 1, vec![field.size]),
    }
}
