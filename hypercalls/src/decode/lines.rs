//! Lines of a bounded length.

use std::io::{self, BufRead, Read};

/// Bytes of the longest line that is read.
pub const MAX_LINE: usize = 64 << 10;

/// A line.
#[derive(Debug, PartialEq, Eq)]
pub enum Line<'a> {
    /// Its bytes, without its end.
    Text(&'a [u8]),
    /// One of more than [`MAX_LINE`] bytes, which was skipped.
    TooLong,
}

/// The lines of an input, in one buffer.
#[derive(Debug)]
pub struct Lines<R> {
    reader: R,
    buffer: Vec<u8>,
    number: u64,
}

impl<R: BufRead> Lines<R> {
    /// Those of `reader`.
    pub fn new(reader: R) -> Lines<R> {
        Lines { reader, buffer: Vec::new(), number: 0 }
    }

    /// The next line with its number, from one; `None` behind the last.
    ///
    /// # Errors
    /// The reader's.
    #[allow(clippy::should_implement_trait)] // what it lends goes with the next one
    pub fn next(&mut self) -> io::Result<Option<(u64, Line<'_>)>> {
        self.buffer.clear();
        let most = MAX_LINE as u64 + 1;
        if self.reader.by_ref().take(most).read_until(b'\n', &mut self.buffer)? == 0 {
            return Ok(None);
        }
        self.number += 1;
        if self.buffer.last() == Some(&b'\n') {
            self.buffer.pop();
        } else if self.buffer.len() > MAX_LINE {
            self.reader.skip_until(b'\n')?;
            return Ok(Some((self.number, Line::TooLong)));
        }
        Ok(Some((self.number, Line::Text(&self.buffer))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(input: &[u8]) -> Vec<(u64, Option<Vec<u8>>)> {
        let mut lines = Lines::new(io::BufReader::with_capacity(7, input));
        let mut found = Vec::new();
        while let Some((number, line)) = lines.next().unwrap() {
            found.push((number, if let Line::Text(text) = line { Some(text.to_vec()) } else { None }));
        }
        assert!(lines.buffer.capacity() <= 4 * MAX_LINE);
        found
    }

    #[test]
    fn lines_are_numbered_and_the_last_needs_no_end() {
        assert_eq!(all(b""), []);
        assert_eq!(all(b"a\n\nbc"), [(1, Some(b"a".to_vec())), (2, Some(vec![])), (3, Some(b"bc".to_vec()))]);
        assert_eq!(all(b"a\r\n"), [(1, Some(b"a\r".to_vec()))]);
    }

    #[test]
    fn a_line_that_is_too_long_is_skipped_and_no_more() {
        let longest = vec![b'x'; MAX_LINE];
        let long = vec![b'x'; MAX_LINE + 1];
        let longer = vec![b'x'; 5 * MAX_LINE];
        let input = [&longest[..], b"\n", &long, b"\nnext\n", &longer, b"\n", &longer].concat();
        let found = all(&input);
        let expected = [(1, Some(longest)), (2, None), (3, Some(b"next".to_vec())), (4, None), (5, None)];
        assert!(found == expected);
    }
}
