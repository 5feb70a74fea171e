//! The device tree's `/hypervisor` node, which tells a guest how to make calls.
//!
//! | property | value |
//! |---|---|
//! | `compatible` | `linux,kvm`, which Linux's KVM guest code asks for; `epapr,hypervisor-0.2` |
//! | `hcall-instructions` | one to four instruction words, big-endian |
//! | `hypercall-instructions` | the same once more, see below |
//! | `has-idle` | empty; EV_IDLE is served |
//!
//! Linux `Documentation/virt/kvm/ppc-pv.rst` calls the property `hypercall-instructions`, but the code of Linux
//! (`arch/powerpc/kernel/epapr_paravirt.c`) and QEMU (`hw/ppc/e500.c`, `hw/ppc/spapr.c`) reads and writes
//! `hcall-instructions`. Both are written, and either is read, the code's first.

use crate::fdt::{Event, Events, FdtError};
use crate::instructions::{HypercallInstructions, InstructionsError};
use alloc::string::String;
use alloc::vec::Vec;
use vm_fdt::FdtWriter;

const NAME: &str = "hypervisor";
const COMPATIBLE: &str = "compatible";
const KVM: &str = "linux,kvm";
/// As OpenBIOS writes it (`arch/ppc/qemu/init.c`).
const EPAPR: &str = "epapr,hypervisor-0.2";
const EPAPR_ANY: &[u8] = b"epapr,hypervisor-";
const INSTRUCTIONS: &str = "hcall-instructions";
const INSTRUCTIONS_IN_PROSE: &str = "hypercall-instructions";
const HAS_IDLE: &str = "has-idle";

/// The `/hypervisor` node.
///
/// ```
/// use hypercall_arch_ppc::{instructions::{HypercallInstructions, Level}, node::HypervisorNode};
///
/// let node = HypervisorNode {
///     kvm: true,
///     epapr: true,
///     instructions: Some(HypercallInstructions::of(Level::Sc)),
///     has_idle: false,
/// };
/// let mut fdt = vm_fdt::FdtWriter::new().unwrap();
/// let root = fdt.begin_node("").unwrap();
/// node.write(&mut fdt).unwrap();
/// fdt.end_node(root).unwrap();
/// let blob = fdt.finish().unwrap();
/// assert_eq!(HypervisorNode::read(&blob), Ok(Some(node)));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HypervisorNode {
    /// Compatible with `linux,kvm`: KVM's tokens may be asked for.
    pub kvm: bool,
    /// Compatible with an ePAPR hypervisor.
    pub epapr: bool,
    /// How calls are made; without, there are none by ePAPR.
    pub instructions: Option<HypercallInstructions>,
    /// Whether EV_IDLE is served.
    pub has_idle: bool,
}

/// Why there is no node to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NodeError {
    /// The blob is no device tree.
    #[error(transparent)]
    Fdt(#[from] FdtError),
    /// The instructions are none.
    #[error(transparent)]
    Instructions(#[from] InstructionsError),
}

impl HypervisorNode {
    /// Writes the node; call it where the root's child nodes are written.
    ///
    /// # Errors
    /// The writer's: no node has begun, the tree is too large.
    pub fn write(&self, fdt: &mut FdtWriter) -> Result<(), vm_fdt::Error> {
        let node = fdt.begin_node(NAME)?;
        let compatible: Vec<String> = [(self.kvm, KVM), (self.epapr, EPAPR)]
            .into_iter()
            .filter(|(is, _)| *is)
            .map(|(_, name)| String::from(name))
            .collect();
        if !compatible.is_empty() {
            fdt.property_string_list(COMPATIBLE, compatible)?;
        }
        if let Some(instructions) = self.instructions {
            fdt.property(INSTRUCTIONS, &instructions.to_property())?;
            fdt.property(INSTRUCTIONS_IN_PROSE, &instructions.to_property())?;
        }
        if self.has_idle {
            fdt.property_null(HAS_IDLE)?;
        }
        fdt.end_node(node)
    }

    /// Finds and reads the node in a flattened device tree; `None` if there is none. The first of several
    /// counts. The tree is read to its end, so one that is broken behind the node is an error too.
    ///
    /// # Errors
    /// [`NodeError`], for any blob that is not a sound tree.
    pub fn read(blob: &[u8]) -> Result<Option<HypervisorNode>, NodeError> {
        let mut found: Option<HypervisorNode> = None;
        let (mut code, mut prose) = (None, None);
        let mut depth = 0_usize;
        // The root is at depth 1, its children at depth 2.
        let mut inside = false;
        for event in Events::of(blob)? {
            match event? {
                Event::Begin(name) => {
                    depth += 1;
                    if depth == 2 && found.is_none() && is_hypervisor(name) {
                        found = Some(HypervisorNode::default());
                        inside = true;
                    }
                }
                Event::End => {
                    depth -= 1;
                    inside &= depth >= 2;
                }
                Event::Property(property) => {
                    let Some(node) = found.as_mut().filter(|_| inside && depth == 2) else { continue };
                    if property.is(COMPATIBLE) {
                        node.kvm = property.lists(|s| s == KVM.as_bytes());
                        node.epapr = property.lists(|s| s.starts_with(EPAPR_ANY));
                    } else if property.is(INSTRUCTIONS) {
                        code = Some(HypercallInstructions::from_property(property.value)?);
                    } else if property.is(INSTRUCTIONS_IN_PROSE) {
                        prose = Some(HypercallInstructions::from_property(property.value)?);
                    } else if property.is(HAS_IDLE) {
                        node.has_idle = true;
                    }
                }
            }
        }
        Ok(found.map(|node| HypervisorNode { instructions: code.or(prose), ..node }))
    }
}

/// Whether a node's name is this one, with or without a unit address.
fn is_hypervisor(name: &[u8]) -> bool {
    name.split(|byte| *byte == b'@').next() == Some(NAME.as_bytes())
}
