//! The header as Markdown tables.

use super::STRUCTURES;
use super::exit::EXITS;
use super::ioctl::IOCTLS;
use alloc::format;
use alloc::string::{String, ToString};

fn table<const N: usize>(head: [&str; N], rows: impl Iterator<Item = [String; N]>) -> String {
    let line = |cells: [String; N]| format!("| {} |\n", cells.join(" | "));
    let mut text = line(head.map(String::from));
    text += &line(head.map(|_| "---".into()));
    text.extend(rows.map(line));
    text
}

/// One row an ioctl.
///
/// ```
/// let text = hypercall_arch_x86::header_2_6_21::table::ioctls();
/// assert!(text.contains("| KVM_GET_REGS | vCPU | 3: 0x8090ae03 | 0x81: 0x8090ae81 | `VcpuFd::get_regs` |"));
/// ```
pub fn ioctls() -> String {
    let head = ["ioctl", "descriptor", "then", "now", "successor", "status", "what changed"];
    table(
        head,
        IOCTLS.iter().map(|row| {
            let now = format!("{:#04x}: {:#x}", row.now & 0xff, row.now);
            [
                row.name.into(),
                row.descriptor.name().into(),
                format!("{}: {:#x}", row.then & 0xff, row.then),
                if row.now_name == row.name { now } else { format!("{}, {now}", row.now_name) },
                method(row.successor),
                row.status.name().into(),
                row.changed.into(),
            ]
        }),
    )
}

/// One row an exit reason.
pub fn exits() -> String {
    let head = ["exit reason", "then", "now", "successor", "status", "what changed"];
    table(
        head,
        EXITS.iter().map(|row| {
            [
                row.name.into(),
                row.then.to_string(),
                row.now.map_or_else(|| "none".into(), |now| now.to_string()),
                row.successor.split(", ").map(method).collect::<alloc::vec::Vec<_>>().join(", "),
                row.status.name().into(),
                row.changed.into(),
            ]
        }),
    )
}

/// One row a structure: its size, and each field with its offset.
pub fn structures() -> String {
    let head = ["structure", "bytes", "fields, each at its offset"];
    table(
        head,
        STRUCTURES.iter().map(|layout| {
            let fields = layout.fields.iter().map(|f| format!("{} {}", f.offset, f.name));
            [layout.name.into(), layout.size.to_string(), fields.collect::<alloc::vec::Vec<_>>().join(", ")]
        }),
    )
}

/// A path is code, a sentence is not.
fn method(successor: &str) -> String {
    if successor.contains(' ') { successor.into() } else { format!("`{successor}`") }
}
