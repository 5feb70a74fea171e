//! A reader of flattened device trees (Devicetree Specification 0.4, chapter 5), as much of one as finding
//! properties takes.
//!
//! The blob may be anything: every offset is checked, nothing is allocated, and the work is linear in its
//! length.

/// Why a blob is no flattened device tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FdtError {
    /// Shorter than its header or than the header says, another magic number, or a version that version 17
    /// readers cannot read.
    #[error("the device tree's header is not that of a version 17 blob of this size")]
    Header,
    /// The structure block ends in the middle of a token, or a property's name lies outside the strings.
    #[error("the device tree ends in the middle of a token")]
    Truncated,
    /// A token that does not exist, or one where it may not be.
    #[error("the device tree's structure is broken by the token {0:#x}")]
    Token(u32),
}

const MAGIC: u32 = 0xd00d_feed;
const VERSION: u32 = 17;
const BEGIN_NODE: u32 = 1;
const END_NODE: u32 = 2;
const PROP: u32 = 3;
const NOP: u32 = 4;
const END: u32 = 9;

/// A step through a tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event<'a> {
    /// A node begins; its name, empty for the root.
    Begin(&'a [u8]),
    /// A property of the innermost node that has begun.
    Property(Property<'a>),
    /// The innermost node ends.
    End,
}

/// A property of a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Property<'a> {
    /// The strings block from the name on.
    name: &'a [u8],
    /// Its value.
    pub value: &'a [u8],
}

impl Property<'_> {
    /// Whether it has this name.
    pub fn is(&self, name: &str) -> bool {
        self.name.strip_prefix(name.as_bytes()).is_some_and(|rest| rest.first() == Some(&0))
    }

    /// Whether the value, as a list of strings, has one that begins so.
    pub fn lists(&self, wanted: impl Fn(&[u8]) -> bool) -> bool {
        self.value.split(|byte| *byte == 0).any(wanted)
    }
}

/// Walks a tree in the order it is written.
///
/// ```
/// use hypercall_arch_ppc::fdt::{Event, Events};
///
/// let mut writer = vm_fdt::FdtWriter::new().unwrap();
/// let root = writer.begin_node("").unwrap();
/// writer.property_u32("answer", 42).unwrap();
/// writer.end_node(root).unwrap();
/// let blob = writer.finish().unwrap();
///
/// let mut events = Events::of(&blob)?;
/// assert_eq!(events.next(), Some(Ok(Event::Begin(b""))));
/// let Some(Ok(Event::Property(property))) = events.next() else { panic!("a property") };
/// assert!(property.is("answer") && property.value == [0, 0, 0, 42]);
/// assert_eq!(events.next(), Some(Ok(Event::End)));
/// assert_eq!(events.next(), None);
/// # Ok::<(), hypercall_arch_ppc::fdt::FdtError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Events<'a> {
    /// What is left of the structure block.
    structure: &'a [u8],
    strings: &'a [u8],
    depth: usize,
    done: bool,
}

fn word(bytes: &[u8], offset: usize) -> Option<u32> {
    bytes.get(offset..)?.first_chunk().map(|word| u32::from_be_bytes(*word))
}

fn block(blob: &[u8], offset: u32, size: u32) -> Option<&[u8]> {
    let start = usize::try_from(offset).ok()?;
    let end = start.checked_add(usize::try_from(size).ok()?)?;
    blob.get(start..end)
}

impl<'a> Events<'a> {
    /// Checks the header.
    ///
    /// # Errors
    /// [`FdtError::Header`].
    pub fn of(blob: &'a [u8]) -> Result<Events<'a>, FdtError> {
        Events::open(blob).ok_or(FdtError::Header)
    }

    fn open(blob: &'a [u8]) -> Option<Events<'a>> {
        let field = |index: usize| word(blob, 4 * index);
        let (version, last_compatible) = (field(5)?, field(6)?);
        if field(0)? != MAGIC || version < VERSION || last_compatible > VERSION {
            return None;
        }
        let blob = block(blob, 0, field(1)?)?;
        let strings = block(blob, field(3)?, field(8)?)?;
        let structure = block(blob, field(2)?, field(9)?)?;
        Some(Events { structure, strings, depth: 0, done: false })
    }

    fn take_word(&mut self) -> Result<u32, FdtError> {
        let word = word(self.structure, 0).ok_or(FdtError::Truncated)?;
        self.structure = &self.structure[4..];
        Ok(word)
    }

    /// Takes bytes and the padding behind them.
    fn take(&mut self, length: usize) -> Result<&'a [u8], FdtError> {
        let bytes = self.structure.get(..length).ok_or(FdtError::Truncated)?;
        let padded = length.next_multiple_of(4).min(self.structure.len());
        self.structure = &self.structure[padded..];
        Ok(bytes)
    }

    fn step(&mut self) -> Result<Option<Event<'a>>, FdtError> {
        loop {
            return match self.take_word()? {
                BEGIN_NODE => {
                    let length = self.structure.iter().position(|b| *b == 0).ok_or(FdtError::Truncated)?;
                    let name = self.take(length + 1)?;
                    self.depth += 1;
                    Ok(Some(Event::Begin(&name[..length])))
                }
                END_NODE if self.depth > 0 => {
                    self.depth -= 1;
                    Ok(Some(Event::End))
                }
                PROP if self.depth > 0 => {
                    let length = self.take_word()?;
                    let name = self.take_word()?;
                    let name = usize::try_from(name).ok().and_then(|offset| self.strings.get(offset..));
                    let length = usize::try_from(length).map_err(|_| FdtError::Truncated)?;
                    let value = self.take(length)?;
                    let name = name.ok_or(FdtError::Truncated)?;
                    Ok(Some(Event::Property(Property { name, value })))
                }
                NOP => continue,
                END if self.depth == 0 => Ok(None),
                token => Err(FdtError::Token(token)),
            };
        }
    }
}

impl<'a> Iterator for Events<'a> {
    type Item = Result<Event<'a>, FdtError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.done {
            return None;
        }
        let step = self.step().transpose();
        self.done = !matches!(step, Some(Ok(_)));
        step
    }
}
