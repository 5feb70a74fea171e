//! Which records a lock file may hold, and which attributes each of them.

/// What a line is about; lines stand in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A number space that the lock is about, where it is not about all.
    Scope,
    /// A call.
    Call,
    /// An argument; it stands in its call's line.
    Argument,
    /// A number that was a call's once, and is nobody's now.
    Removed,
    /// A number space.
    Interface,
    /// Where numbers of a number space are on the wire.
    Span,
    /// A calling convention.
    Convention,
    /// The registers of one mode of a convention.
    Registers,
    /// A number space that is found through a convention.
    Carried,
    /// A way from the guest to what serves the call.
    Transport,
    /// The numbers that vendors have in one way of writing them.
    VendorRange,
    /// A way to say errors; it has no line of its own.
    Encoding,
    /// An error in one way to say errors.
    Code,
    /// A structure shared with guests.
    Structure,
    /// A field of a structure.
    Field,
}

/// What an attribute's value looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// A word.
    Word,
    /// A number, written in decimal.
    Decimal,
    /// A number, written in hexadecimal.
    Hex,
    /// Words whose order means nothing.
    Set,
    /// Words in an order.
    Sequence,
    /// Names with a value each, of this form.
    Map(&'static Form),
    /// The arguments of a call.
    Arguments,
}

impl Form {
    /// What it is called in documents.
    pub const fn name(self) -> &'static str {
        match self {
            Form::Word => "word",
            Form::Decimal => "number",
            Form::Hex => "hexadecimal number",
            Form::Set => "words in any order",
            Form::Sequence => "words in order",
            Form::Map(_) => "names with values",
            Form::Arguments => "arguments in order",
        }
    }
}

/// An attribute of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attribute {
    /// Its name.
    pub name: &'static str,
    /// What its value looks like.
    pub form: Form,
    /// What it says.
    pub meaning: &'static str,
}

/// A kind of record.
#[derive(Debug)]
pub struct Shape {
    /// What it is about.
    pub kind: Kind,
    /// The word its lines begin with; a call's begin with its key.
    pub word: &'static str,
    /// What the words behind that one are.
    pub key: &'static [&'static str],
    /// Which of these make it the same record before and after a change.
    pub identity: &'static [usize],
    /// What may stand behind the key.
    pub attributes: &'static [Attribute],
}

const fn attribute(name: &'static str, form: Form, meaning: &'static str) -> Attribute {
    Attribute { name, form, meaning }
}

const fn shape(
    kind: Kind,
    word: &'static str,
    key: &'static [&'static str],
    identity: &'static [usize],
    attributes: &'static [Attribute],
) -> Shape {
    Shape { kind, word, key, identity, attributes }
}

const ARCH: Attribute = attribute("arch", Form::Set, "the architectures");

/// Every kind of record that has lines, and arguments.
pub static SHAPES: [Shape; 14] = [
    shape(Kind::Scope, "scope", &["interface"], &[0], &[]),
    shape(
        Kind::Call,
        "",
        &["interface", "number", "name"],
        &[2],
        &[
            ARCH,
            attribute("status", Form::Word, "active, deprecated or obsolete"),
            attribute("args", Form::Arguments, "the arguments, in register order"),
            attribute("result", Form::Word, "what the value means"),
            attribute("outputs", Form::Sequence, "what each extra output means"),
            attribute("errors", Form::Set, "the errors, beside those that every call may answer"),
            attribute("feature", Form::Map(&Form::Decimal), "how a guest finds out: a name and its bit"),
            attribute("shares", Form::Set, "the structures in guest memory that it reads or writes"),
            attribute("trusts-host", Form::Word, "`yes` where the guest takes the answer on trust"),
        ],
    ),
    shape(
        Kind::Argument,
        "",
        &["name"],
        &[0],
        &[
            attribute("type", Form::Word, "the type"),
            attribute("bits", Form::Decimal, "bits that may be set, counted from the lowest"),
            attribute("slots", Form::Decimal, "registers taken"),
            attribute("slots-32", Form::Decimal, "registers taken in 32-bit mode, if not as many"),
            attribute("range", Form::Word, "the valid values, in words"),
            attribute("values", Form::Map(&Form::Hex), "the values with a name"),
            attribute("invalid", Form::Word, "the error for a value that the type refuses, if not Invalid"),
        ],
    ),
    shape(Kind::Removed, "removed", &["interface", "number", "name"], &[0, 1, 2], &[ARCH]),
    shape(
        Kind::Interface,
        "interface",
        &["interface"],
        &[0],
        &[attribute("vendor", Form::Word, "`yes` where its numbers are of the vendor ranges")],
    ),
    shape(
        Kind::Span,
        "span",
        &["interface", "numbering", "number"],
        &[0, 1, 2],
        &[
            attribute("first", Form::Hex, "what that number is in the number register"),
            attribute("step", Form::Decimal, "from one number to the next there"),
            attribute("count", Form::Decimal, "how many numbers there are"),
        ],
    ),
    shape(
        Kind::Convention,
        "convention",
        &["convention"],
        &[0],
        &[
            attribute("arch", Form::Word, "the architecture"),
            attribute("index", Form::Decimal, "its place among the conventions of the architecture"),
            attribute("numbering", Form::Word, "how numbers are written"),
            attribute("instructions", Form::Map(&Form::Word), "the sequences that trap: text and bytes"),
            attribute("clobbers", Form::Set, "registers that are lost, beside the outputs"),
            attribute(
                "writes-value",
                Form::Word,
                "`always` where a call without a value writes the register",
            ),
            attribute("user-refused", Form::Word, "what a user program gets where it may not call"),
        ],
    ),
    shape(
        Kind::Registers,
        "registers",
        &["convention", "bits"],
        &[0, 1],
        &[
            attribute("number", Form::Word, "the register of the number"),
            attribute("number-bits", Form::Decimal, "bits of it that count"),
            attribute("args", Form::Sequence, "those of the arguments"),
            attribute("result", Form::Word, "that of the result"),
            attribute("value", Form::Word, "that of the value"),
            attribute("outputs", Form::Sequence, "those of the extra outputs"),
        ],
    ),
    shape(
        Kind::Carried,
        "carried",
        &["convention", "interface"],
        &[0, 1],
        &[attribute("errors", Form::Word, "how errors are said there")],
    ),
    shape(
        Kind::Transport,
        "transport",
        &["arch", "transport"],
        &[0, 1],
        &[attribute("conventions", Form::Set, "the conventions it carries")],
    ),
    shape(
        Kind::VendorRange,
        "vendor-range",
        &["numbering"],
        &[0],
        &[
            attribute("first", Form::Hex, "the first number on the wire"),
            attribute("last", Form::Hex, "the last one"),
        ],
    ),
    shape(
        Kind::Code,
        "code",
        &["encoding", "error"],
        &[0, 1],
        &[
            attribute("reply", Form::Word, "the value in the result register, or `fault:` and its code"),
            attribute("symbol", Form::Word, "the name the documents have for it"),
        ],
    ),
    shape(
        Kind::Structure,
        "structure",
        &["structure"],
        &[0],
        &[attribute("size", Form::Decimal, "bytes it takes")],
    ),
    shape(
        Kind::Field,
        "field",
        &["structure", "offset", "field"],
        &[0, 2],
        &[attribute("size", Form::Decimal, "bytes it takes"), attribute("type", Form::Word, "the type")],
    ),
];

impl Kind {
    /// The shape of its records; that of a code for an encoding, which has no line.
    pub fn shape(self) -> &'static Shape {
        let kind = if self == Kind::Encoding { Kind::Code } else { self };
        SHAPES.iter().find(|s| s.kind == kind).unwrap_or(&SHAPES[0])
    }

    /// The kind whose lines begin with this word, behind which no call's do.
    pub fn of_word(word: &str) -> Option<Kind> {
        SHAPES.iter().find(|s| !s.word.is_empty() && s.word == word).map(|s| s.kind)
    }

    /// What it is called in a report.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Call => "call",
            Kind::Argument => "argument",
            Kind::Encoding => "encoding",
            Kind::Code => "error code",
            other => other.shape().word,
        }
    }
}

impl Shape {
    /// The attribute of this name.
    pub fn attribute(&self, name: &str) -> Option<&'static Attribute> {
        self.attributes.iter().find(|a| a.name == name)
    }
}
