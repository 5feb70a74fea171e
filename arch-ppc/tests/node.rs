//! The `/hypervisor` node, against blobs put together by hand from the Devicetree Specification 0.4, chapter 5.

use hypercall_arch_ppc::fdt::{Events, FdtError};
use hypercall_arch_ppc::instructions::{HypercallInstructions, InstructionsError, Level};
use hypercall_arch_ppc::node::{HypervisorNode, NodeError};
use proptest::prelude::*;

const STRINGS: &[u8] = b"hcall-instructions\0compatible\0has-idle\0hypercall-instructions\0";
const HCALL: u32 = 0;
const COMPATIBLE: u32 = 19;
const HAS_IDLE: u32 = 30;
const HYPERCALL: u32 = 39;

/// A structure block, token by token.
#[derive(Clone, Default)]
struct Structure(Vec<u8>);

impl Structure {
    fn word(mut self, word: u32) -> Self {
        self.0.extend(word.to_be_bytes());
        self
    }
    fn padded(mut self, bytes: &[u8]) -> Self {
        self.0.extend(bytes);
        while !self.0.len().is_multiple_of(4) {
            self.0.push(0);
        }
        self
    }
    fn begin(self, name: &[u8]) -> Self {
        let mut name = name.to_vec();
        name.push(0);
        self.word(1).padded(&name)
    }
    fn end(self) -> Self {
        self.word(2)
    }
    fn property(self, name: u32, value: &[u8]) -> Self {
        self.word(3).word(value.len() as u32).word(name).padded(value)
    }
    fn blob(self) -> Vec<u8> {
        let structure = self.word(9).0;
        let (at_map, at_structure) = (40, 56);
        let at_strings = at_structure + structure.len() as u32;
        let total = at_strings + STRINGS.len() as u32;
        let mut blob = Vec::new();
        for word in [
            0xd00d_feed,
            total,
            at_structure,
            at_strings,
            at_map,
            17,
            16,
            0,
            STRINGS.len() as u32,
            structure.len() as u32,
        ] {
            blob.extend(word.to_be_bytes());
        }
        blob.extend([0; 16]); // the end of the empty memory reservation map
        blob.extend(structure);
        blob.extend(STRINGS);
        blob
    }
}

const SC: [u8; 16] = *b"\x3c\x00\x4b\x56\x60\x00\x4d\x21\x44\x00\x00\x02\x60\x00\x00\x00";

fn hypervisor() -> Structure {
    Structure::default().begin(b"").begin(b"hypervisor")
}

/// As OpenBIOS writes it.
#[test]
fn a_tree_written_by_hand_is_read() {
    let blob = Structure::default()
        .begin(b"")
        .property(COMPATIBLE, b"linux,kvm\0")
        .begin(b"cpus")
        .property(HCALL, &[0; 16])
        .end()
        .word(4)
        .begin(b"hypervisor")
        .property(COMPATIBLE, b"linux,kvm\0epapr,hypervisor-0.2\0")
        .property(HCALL, &SC)
        .property(HAS_IDLE, &[])
        .begin(b"child")
        .property(HCALL, &[0; 16])
        .end()
        .end()
        .begin(b"hypervisor")
        .property(HCALL, &[0; 16])
        .end()
        .end()
        .blob();
    let node = HypervisorNode {
        kvm: true,
        epapr: true,
        instructions: Some(HypercallInstructions::of(Level::Sc)),
        has_idle: true,
    };
    assert_eq!(HypervisorNode::read(&blob), Ok(Some(node)));
}

#[test]
fn a_tree_without_the_node_has_none() {
    let blob = Structure::default()
        .begin(b"")
        .begin(b"soc")
        .begin(b"hypervisor")
        .property(HCALL, &SC)
        .end()
        .end()
        .begin(b"hypervisors")
        .end()
        .end()
        .blob();
    assert_eq!(HypervisorNode::read(&blob), Ok(None));
}

#[test]
fn either_spelling_is_read_and_the_codes_wins() {
    let sc1 = Some(HypercallInstructions::of(Level::Sc1));
    let prose = hypervisor().property(HYPERCALL, &[0x44, 0, 0, 0x22]).end().end().blob();
    assert_eq!(HypervisorNode::read(&prose).unwrap().unwrap().instructions, sc1);
    let both = hypervisor().property(HYPERCALL, &SC).property(HCALL, &[0x44, 0, 0, 0x22]).end().end().blob();
    assert_eq!(HypervisorNode::read(&both).unwrap().unwrap().instructions, sc1);
}

#[test]
fn other_hypervisors_are_not_kvm() {
    for (compatible, kvm, epapr) in [
        (&b"xen,xen\0"[..], false, false),
        (b"linux,kvm2\0", false, false),
        (b"epapr,hypervisor-1.1\0", false, true),
        (b"", false, false),
        (b"linux,kvm", true, false), // without the NUL
    ] {
        let blob = hypervisor().property(COMPATIBLE, compatible).end().end().blob();
        let node = HypervisorNode { kvm, epapr, ..HypervisorNode::default() };
        assert_eq!(HypervisorNode::read(&blob), Ok(Some(node)), "{compatible:?}");
    }
}

#[test]
fn instructions_of_another_length_are_an_error() {
    for length in [0, 2, 17, 20] {
        let blob = hypervisor().property(HCALL, &vec![0; length]).end().end().blob();
        let error = NodeError::Instructions(InstructionsError { length });
        assert_eq!(HypervisorNode::read(&blob), Err(error));
    }
}

#[test]
fn the_writers_bytes_are_those_of_the_specification() {
    let node = HypervisorNode {
        kvm: true,
        epapr: true,
        instructions: Some(HypercallInstructions::of(Level::Sc)),
        has_idle: true,
    };
    let mut writer = vm_fdt::FdtWriter::new().unwrap();
    let root = writer.begin_node("").unwrap();
    node.write(&mut writer).unwrap();
    writer.end_node(root).unwrap();
    let blob = writer.finish().unwrap();
    // vm-fdt collects names in the order of their first use.
    let structure = hypervisor()
        .property(0, b"linux,kvm\0epapr,hypervisor-0.2\0")
        .property(11, &SC)
        .property(30, &SC)
        .property(53, &[])
        .end()
        .end()
        .word(9)
        .0;
    let strings = b"compatible\0hcall-instructions\0hypercall-instructions\0has-idle\0";
    assert_eq!(blob[56..56 + structure.len()], structure);
    assert_eq!(blob[56 + structure.len()..], *strings);
}

#[test]
fn broken_trees_are_errors() {
    let good = hypervisor().property(HCALL, &SC).end().end().blob();
    let header = Err(NodeError::Fdt(FdtError::Header));
    for length in 0..good.len() {
        assert_eq!(HypervisorNode::read(&good[..length]), header, "cut to {length}");
    }
    // Each field of the header: magic, size, both offsets, versions, sizes.
    for (field, value) in [
        (0, 0xd00d_feee),
        (1, u32::MAX),
        (2, u32::MAX),
        (3, u32::MAX),
        (5, 16),
        (6, 18),
        (8, u32::MAX),
        (9, u32::MAX),
    ] {
        let mut blob = good.clone();
        blob[4 * field..4 * field + 4].copy_from_slice(&value.to_be_bytes());
        assert_eq!(HypervisorNode::read(&blob), header, "field {field}");
    }
    let fdt = |error| Err(NodeError::Fdt(error));
    let token = |structure: Structure| HypervisorNode::read(&structure.blob());
    assert_eq!(token(hypervisor().word(7)), fdt(FdtError::Token(7)));
    assert_eq!(token(hypervisor()), fdt(FdtError::Token(9)), "nodes are open");
    assert_eq!(token(Structure::default().end()), fdt(FdtError::Token(2)), "no node is open");
    assert_eq!(token(Structure::default().property(HCALL, &SC)), fdt(FdtError::Token(3)));
    assert_eq!(token(hypervisor().word(3).word(u32::MAX).word(HCALL)), fdt(FdtError::Truncated));
    assert_eq!(token(hypervisor().property(u32::MAX, &[])), fdt(FdtError::Truncated));
    // Only what is behind the end may be left out of account.
    let mut longer = good.clone();
    longer.extend([0xff; 100]);
    assert!(HypervisorNode::read(&longer).is_ok());
}

proptest! {
    #[test]
    fn any_node_survives_the_tree(kvm: bool, epapr: bool, has_idle: bool, words: Option<[u32; 4]>) {
        let node =
            HypervisorNode { kvm, epapr, has_idle, instructions: words.map(HypercallInstructions::new) };
        let mut writer = vm_fdt::FdtWriter::new().unwrap();
        let root = writer.begin_node("").unwrap();
        node.write(&mut writer).unwrap();
        writer.end_node(root).unwrap();
        prop_assert_eq!(HypervisorNode::read(&writer.finish().unwrap()), Ok(Some(node)));
    }

    #[test]
    fn no_bytes_panic(bytes: Vec<u8>) {
        let _ = HypervisorNode::read(&bytes);
    }

    /// A sound tree with some bytes changed gets past the header.
    #[test]
    fn no_mutation_panics(changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8)) {
        let mut blob = hypervisor().property(COMPATIBLE, b"linux,kvm\0").property(HCALL, &SC).end().end().blob();
        for (index, byte) in changes {
            let index = index.index(blob.len());
            blob[index] = byte;
        }
        let _ = HypervisorNode::read(&blob);
    }

    /// Any tokens behind a sound header: the walk ends, and gives no more events than there are words.
    #[test]
    fn any_structure_ends(words in prop::collection::vec(prop_oneof![0..10u32, any::<u32>()], 0..64)) {
        let structure = words.iter().fold(Structure::default(), |s, word| s.word(*word));
        let blob = structure.blob();
        prop_assert!(Events::of(&blob).unwrap().count() <= words.len() + 1);
    }
}
