//! The VMM's own CPUID leaves: how a guest learns what it may call, and how.
//!
//! They are part of the ABI. A guest looks for the signature at 0x4000_0000, 0x4000_0100 and so on to
//! 0x4000_ff00, as it looks for any hypervisor's; KVM's own leaves, if there are any, are at the first.
//!
//! | leaf | EAX | EBX | ECX | EDX |
//! |---|---|---|---|---|
//! | base | the last leaf | `Hype` | `rcal` | `lABI` |
//! | base + 1 | version, 1 | transports | the doorbell port | conventions |
//! | base + 2 | MMIO doorbell, low half | high half | 0 | 0 |
//! | base + 3 | KVM numbers 0 to 31 served by doorbell, a bit each | 32 to 63 | 64 to 95 | 96 to 127 |
//! | base + 4 ... | a vendor's number 0 | the vendor's numbers 0 to 31 | 32 to 63 | 64 to 95 |
//!
//! Transports: bit 0, a port doorbell; bit 1, an MMIO doorbell; bit 2, number 12 by `vmcall` or `vmmcall`;
//! bit 3, every number by these, in place of what KVM serves. Conventions: bits 7:0 of the port doorbell, bits
//! 15:8 of the MMIO doorbell, bits 23:16 of the `vmcall` of bit 3, as the index in [`convention::ALL`]: 0 KVM, 1
//! the 2007 `kvm_para.h`, 2 Xen. "By doorbell" is by any of these but bit 2's. Bits not named are zero and a
//! guest ignores them; a higher version only adds.
//!
//! KVM's own leaf 0x4000_0001 says what `vmcall` obtains and nothing of doorbells: see [`features`].
//!
//! Some hosts do not trap CPUID at CPL 3: the guest's kernel reads the leaves and tells its programs.

use crate::{convention, entry};
use alloc::vec::Vec;
use hypercall_core::{Convention, Dispatcher, EntryPoint, Interface, Numbering, interface};

/// EAX, EBX, ECX and EDX of a leaf.
pub type Leaf = [u32; 4];

/// The signature in EBX, ECX and EDX of the first leaf.
pub const SIGNATURE: [u8; 12] = *b"HypercallABI";
/// The version told in the second leaf.
pub const VERSION: u32 = 1;
/// The first leaf a hypervisor's signature may be at.
pub const FIRST_BASE: u32 = 0x4000_0000;
/// The last one.
pub const LAST_BASE: u32 = 0x4000_ff00;
/// The distance between them.
pub const STEP: u32 = 0x100;
/// The most vendors told about.
pub const MAX_VENDORS: usize = 8;

const PORT: u32 = 1 << 0;
const MMIO: u32 = 1 << 1;
const EXIT_HYPERCALL: u32 = 1 << 2;
const EXIT_XEN: u32 = 1 << 3;
/// Leaves before those of vendors.
const FIXED: u32 = 4;
/// Numbers a KVM bitmap tells of.
const KVM_NUMBERS: u64 = 128;
/// Numbers a vendor's bitmap tells of.
const VENDOR_NUMBERS: u64 = 96;

/// A doorbell, and the convention it takes calls in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Doorbell<T> {
    /// Its port or guest-physical address.
    pub place: T,
    /// Index of its convention in [`convention::ALL`].
    pub convention: u8,
}

/// The calls of one vendor.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Vendor {
    /// What the vendor's number 0 looks like in the number register.
    pub first: u32,
    /// The numbers served, a bit each; the upper 32 bits are zero.
    pub numbers: u128,
}

/// What the leaves say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Abi {
    /// The port doorbell, if there is one.
    pub port: Option<Doorbell<u8>>,
    /// The MMIO doorbell, if there is one.
    pub mmio: Option<Doorbell<u64>>,
    /// Whether number 12 comes through by `vmcall` or `vmmcall`.
    pub exit_hypercall: bool,
    /// The convention in which every number comes through so, as its index in [`convention::ALL`].
    pub exit_xen: Option<u8>,
    /// KVM's numbers that a doorbell serves, a bit each.
    pub kvm: u128,
    /// Vendors with calls that a doorbell serves; those after the last have no numbers.
    pub vendors: [Vendor; MAX_VENDORS],
}

impl Abi {
    /// What a dispatcher serves, at the first of its port and MMIO doorbells. Calls its policy denies are
    /// not told, nor are those by convention or interface that have no place here: numbers over 127 of KVM's
    /// and over 95 of a vendor's, and vendors after the eighth.
    pub fn of<Vm>(dispatcher: &Dispatcher<Vm>) -> Abi {
        let mut abi = Abi::default();
        let mut kvm_numbers = false;
        for (point, convention, interface) in dispatcher.entries() {
            let Some(convention) = index_of(convention) else { continue };
            let told = match point {
                entry::EXIT_HYPERCALL => {
                    abi.exit_hypercall = true;
                    false
                }
                entry::EXIT_XEN => {
                    abi.exit_xen = Some(convention);
                    true
                }
                EntryPoint { transport: entry::PIO, address } if abi.port.is_none() => {
                    abi.port = u8::try_from(address).ok().map(|place| Doorbell { place, convention });
                    abi.port.is_some()
                }
                EntryPoint { transport: entry::MMIO, address } if abi.mmio.is_none() => {
                    abi.mmio = Some(Doorbell { place: address, convention });
                    true
                }
                _ => false,
            };
            kvm_numbers |= told && *interface == interface::KVM;
        }
        if abi.port.is_some() || abi.mmio.is_some() || abi.exit_xen.is_some() {
            for call in dispatcher.served().filter(|d| dispatcher.definition_of(d.name).is_some()) {
                if call.interface.is_vendor() {
                    abi.add_vendor(call.interface, call.number);
                } else if *call.interface == interface::KVM && kvm_numbers && call.number < KVM_NUMBERS {
                    abi.kvm |= 1 << call.number;
                }
            }
        }
        abi
    }

    fn add_vendor(&mut self, interface: &Interface, number: u64) {
        let first = interface.wire(Numbering::X86, 0).and_then(|first| u32::try_from(first).ok());
        let Some(first) = first.filter(|_| number < VENDOR_NUMBERS) else { return };
        let place = self.vendors.iter_mut().find(|v| v.first == first || v.numbers == 0);
        if let Some(vendor) = place {
            vendor.first = first;
            vendor.numbers |= 1 << number;
        }
    }

    /// Whether a doorbell serves this number of KVM's.
    pub fn serves_kvm(&self, number: u64) -> bool {
        number < KVM_NUMBERS && self.kvm >> number & 1 == 1
    }

    /// Whether a doorbell serves this number of a vendor's.
    pub fn serves(&self, vendor: &Interface, number: u64) -> bool {
        let first = vendor.wire(Numbering::X86, 0);
        number < VENDOR_NUMBERS
            && self.vendors.iter().any(|v| Some(v.first.into()) == first && v.numbers >> number & 1 == 1)
    }

    /// The leaves, each with its number, for a base of 0x4000_0000 + n * 0x100.
    pub fn leaves(&self, base: u32) -> Vec<(u32, Leaf)> {
        let [b, c, d] = signature();
        let vendors = self.vendors.iter().filter(|v| v.numbers != 0);
        let last = base + FIXED - 1 + vendors.clone().count() as u32; // at most eight
        let (port, mmio) = (self.port.unwrap_or(NO_PORT), self.mmio.unwrap_or(NO_ADDRESS));
        let transports = bit(self.port.is_some(), PORT)
            | bit(self.mmio.is_some(), MMIO)
            | bit(self.exit_hypercall, EXIT_HYPERCALL)
            | bit(self.exit_xen.is_some(), EXIT_XEN);
        let xen = self.exit_xen.unwrap_or(0);
        let conventions = u32::from_le_bytes([port.convention, mmio.convention, xen, 0]);
        let fixed = [
            [last, b, c, d],
            [VERSION, transports, port.place.into(), conventions],
            [mmio.place as u32, (mmio.place >> 32) as u32, 0, 0],
            halves(self.kvm),
        ];
        let vendors = vendors.map(|v| {
            let [b, c, d, _] = halves(v.numbers);
            [v.first, b, c, d]
        });
        (base..).zip(fixed.into_iter().chain(vendors)).collect()
    }

    /// Reads the leaves as a guest does, through `cpuid`, which executes the instruction for a leaf. `None`
    /// where no VMM has them.
    pub fn read(mut cpuid: impl FnMut(u32) -> Leaf) -> Option<Abi> {
        let [b, c, d] = signature();
        let mut bases = (FIRST_BASE..=LAST_BASE).step_by(STEP as usize);
        let (base, last) = bases.find_map(|base| {
            let leaf = cpuid(base);
            (leaf[1..] == [b, c, d] && leaf[0] >= base + FIXED - 1).then_some((base, leaf[0]))
        })?;
        let [version, transports, port, conventions] = cpuid(base + 1);
        let [low, high, _, _] = cpuid(base + 2);
        if version < VERSION {
            return None;
        }
        let [port_convention, mmio_convention, xen_convention, _] = conventions.to_le_bytes();
        let mut abi = Abi {
            port: (transports & PORT != 0)
                .then_some(Doorbell { place: port as u8, convention: port_convention }),
            mmio: (transports & MMIO != 0).then_some(Doorbell {
                place: u64::from(low) | u64::from(high) << 32,
                convention: mmio_convention,
            }),
            exit_hypercall: transports & EXIT_HYPERCALL != 0,
            exit_xen: (transports & EXIT_XEN != 0).then_some(xen_convention),
            kvm: whole(cpuid(base + 3)),
            vendors: [Vendor::default(); MAX_VENDORS],
        };
        for (vendor, leaf) in abi.vendors.iter_mut().zip(base + FIXED..=last) {
            let [first, b, c, d] = cpuid(leaf);
            *vendor = Vendor { first, numbers: whole([b, c, d, 0]) };
        }
        Some(abi)
    }
}

const NO_PORT: Doorbell<u8> = Doorbell { place: 0, convention: 0 };
const NO_ADDRESS: Doorbell<u64> = Doorbell { place: 0, convention: 0 };

fn bit(is: bool, bit: u32) -> u32 {
    if is { bit } else { 0 }
}

fn signature() -> [u32; 3] {
    let word = |i: usize| u32::from_le_bytes([0, 1, 2, 3].map(|j| SIGNATURE[4 * i + j]));
    [word(0), word(1), word(2)]
}

/// Bits 0 to 31 first.
fn halves(bits: u128) -> [u32; 4] {
    [0, 32, 64, 96].map(|shift| (bits >> shift) as u32)
}

fn whole(words: [u32; 4]) -> u128 {
    words.into_iter().rev().fold(0, |bits, word| bits << 32 | u128::from(word))
}

fn index_of(convention: &Convention) -> Option<u8> {
    let place = convention::ALL.iter().position(|c| c.name == convention.name)?;
    u8::try_from(place).ok()
}

/// KVM's own features, in EAX (Linux `arch/x86/include/uapi/asm/kvm_para.h`).
pub const KVM_FEATURES: u32 = 0x4000_0001;

const FEATURE_MMU_OP: u32 = 1 << 2;
const FEATURE_PV_UNHALT: u32 = 1 << 7;
const FEATURE_PV_SEND_IPI: u32 = 1 << 11;
const FEATURE_PV_SCHED_YIELD: u32 = 1 << 13;
const FEATURE_HC_MAP_GPA_RANGE: u32 = 1 << 16;

/// What `vmcall` and `vmmcall` really obtain in a VM.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Vmcall {
    /// KVM answers them itself: the probe finds so, and that they do not end in an exception or never.
    pub answered: bool,
    /// The local APICs are in the kernel. KICK_CPU, SEND_IPI and SCHED_YIELD look for their targets there.
    pub kernel_apic: bool,
    /// Number 12 is enabled (KVM_CAP_EXIT_HYPERCALL), delivered, and served.
    pub map_gpa_range: bool,
}

/// EAX of KVM's leaf 0x4000_0001 for a VM: what the host supports, less the calls that `vmcall` does not
/// obtain. Features that are no calls stay. A call by doorbell is no reason to set a bit: a guest that sees
/// one here uses `vmcall`.
///
/// ```
/// use hypercall_arch_x86::cpuid::{Vmcall, features};
/// // Where vmcall never returns, no bit of a call is left.
/// assert_eq!(features(0x0100_7efb, Vmcall::default()), 0x0100_567b);
/// ```
pub const fn features(supported: u32, vmcall: Vmcall) -> u32 {
    let in_kernel = FEATURE_PV_UNHALT | FEATURE_PV_SEND_IPI | FEATURE_PV_SCHED_YIELD;
    let mut features = supported & !(in_kernel | FEATURE_MMU_OP | FEATURE_HC_MAP_GPA_RANGE);
    if vmcall.answered && vmcall.kernel_apic {
        features |= supported & in_kernel;
    }
    if vmcall.map_gpa_range {
        features |= FEATURE_HC_MAP_GPA_RANGE;
    }
    features
}

#[cfg(test)]
mod tests {
    use super::*;
    use hypercall_core::prelude::*;

    static ACME: Interface = Interface::vendor("acme", "ACME's", *b"AC");

    /// A call of KVM's.
    #[derive(Hypercall)]
    #[hypercall(number = 5, name = "T_KVM_5", interface = kvm, arch(x86), status = active)]
    struct Kvm5;
    /// A call of KVM's that the policy denies.
    #[derive(Hypercall)]
    #[hypercall(number = 9, name = "T_KVM_9", interface = kvm, arch(x86), status = active)]
    struct Kvm9;
    /// A call of this project's.
    #[derive(Hypercall)]
    #[hypercall(number = 33, name = "T_HV_33", interface = vendor, arch(x86), status = active)]
    struct Hv33;
    /// A call of ACME's.
    #[derive(Hypercall)]
    #[hypercall(number = 95, name = "T_AC_95", interface = ACME, arch(x86), status = active)]
    struct Ac95;
    /// A call of ACME's with no place in the leaves.
    #[derive(Hypercall)]
    #[hypercall(number = 96, name = "T_AC_96", interface = ACME, arch(x86), status = active)]
    struct Ac96;

    fn abi() -> Abi {
        let dispatcher = Dispatcher::<()>::builder(Arch::X86)
            .entry(entry::port(0x48), &convention::KVM, &interface::KVM)
            .entry(entry::mmio(0x1_7000_0000), &convention::XEN, &interface::XEN)
            .policy("deny=T_KVM_9".parse().unwrap())
            .handle(|_: &(), _: Kvm5, _: &mut Context<'_>| Ok(()))
            .handle(|_: &(), _: Kvm9, _: &mut Context<'_>| Ok(()))
            .handle(|_: &(), _: Hv33, _: &mut Context<'_>| Ok(()))
            .handle(|_: &(), _: Ac95, _: &mut Context<'_>| Ok(()))
            .handle(|_: &(), _: Ac96, _: &mut Context<'_>| Ok(()))
            .build();
        Abi::of(&dispatcher.unwrap())
    }

    /// The layout of the module's table, with the numbers written out.
    const LEAVES: [(u32, Leaf); 6] = [
        (0x4000_0100, [0x4000_0105, 0x6570_7948, 0x6c61_6372, 0x4942_416c]), // "Hype" "rcal" "lABI"
        (0x4000_0101, [1, 0b011, 0x48, 0x0200]),
        (0x4000_0102, [0x7000_0000, 1, 0, 0]),
        (0x4000_0103, [1 << 5, 0, 0, 0]),
        (0x4000_0104, [0x4856_0000, 0, 1 << 1, 0]),
        (0x4000_0105, [0x4143_0000, 0, 0, 1 << 31]),
    ];

    fn read_from(leaves: &[(u32, Leaf)]) -> Option<Abi> {
        Abi::read(|leaf| leaves.iter().find(|(n, _)| *n == leaf).map_or([0; 4], |(_, l)| *l))
    }

    #[test]
    fn the_leaves_are_as_documented() {
        assert_eq!(abi().leaves(0x4000_0100), LEAVES);
    }

    #[test]
    fn a_guest_reads_what_the_vmm_wrote() {
        assert_eq!(read_from(&LEAVES), Some(abi()));
        assert_eq!(read_from(&abi().leaves(0x4000_ff00)), Some(abi()));
        let abi = abi();
        assert!(abi.serves_kvm(5) && !abi.serves_kvm(9) && !abi.serves_kvm(12) && !abi.serves_kvm(128 + 5));
        assert!(abi.serves(&interface::VENDOR, 33) && abi.serves(&ACME, 95) && !abi.serves(&ACME, 96));
    }

    #[test]
    fn a_guest_without_the_leaves_finds_none() {
        assert_eq!(read_from(&[(0x4000_0000, [0x4000_0001, 0x4b4d_564b, 0x564b_4d56, 0x4d])]), None);
        let mut short = LEAVES;
        short[0].1[0] = 0x4000_0102;
        assert_eq!(read_from(&short), None, "fewer leaves than the version has");
    }

    #[test]
    fn more_vendors_than_there_is_room_for_are_cut_off() {
        let mut leaves = LEAVES.to_vec();
        leaves[0].1[0] = u32::MAX;
        assert_eq!(read_from(&leaves), Some(abi()));
    }

    #[test]
    fn a_dispatcher_without_doorbells_tells_of_none() {
        let dispatcher = Dispatcher::<()>::builder(Arch::X86)
            .entry(entry::EXIT_HYPERCALL, &convention::KVM, &interface::KVM)
            .handle(|_: &(), _: Kvm5, _: &mut Context<'_>| Ok(()))
            .build();
        let leaves = Abi::of(&dispatcher.unwrap()).leaves(0x4000_0000);
        assert_eq!(leaves.len(), 4);
        assert_eq!(leaves[1], (0x4000_0001, [1, 0b100, 0, 0]));
        assert_eq!(leaves[3], (0x4000_0003, [0; 4]));
    }

    #[test]
    fn a_dispatcher_of_every_vmcall_tells_of_it_and_of_the_calls() {
        let dispatcher = Dispatcher::<()>::builder(Arch::X86)
            .entry(entry::EXIT_XEN, &convention::XEN, &interface::XEN)
            .handle(|_: &(), _: Hv33, _: &mut Context<'_>| Ok(()))
            .build();
        let abi = Abi::of(&dispatcher.unwrap());
        let leaves = abi.leaves(0x4000_0000);
        assert_eq!(leaves[1], (0x4000_0001, [1, 0b1000, 0, 0x02_0000]));
        assert_eq!(leaves[4], (0x4000_0004, [0x4856_0000, 0, 1 << 1, 0]));
        assert_eq!(read_from(&leaves), Some(abi));
        assert!(abi.serves(&interface::VENDOR, 33) && !abi.serves_kvm(5));
    }

    /// KVM_FEATURE_*: MMU_OP 2, PV_UNHALT 7, PV_SEND_IPI 11, PV_SCHED_YIELD 13, HC_MAP_GPA_RANGE 16.
    #[test]
    fn kvms_own_features_say_only_what_vmcall_obtains() {
        let all = Vmcall { answered: true, kernel_apic: true, map_gpa_range: true };
        assert_eq!(features(u32::MAX, all), 0xffff_fffb, "MMU_OP is no longer served by any KVM");
        assert_eq!(features(0x0100_7efb, all), 0x0101_7efb);
        assert_eq!(features(0x0100_7efb, Vmcall { kernel_apic: false, ..all }), 0x0101_567b);
        assert_eq!(features(0x0100_7efb, Vmcall { answered: false, ..all }), 0x0101_567b);
        assert_eq!(features(0, Vmcall { map_gpa_range: false, ..all }), 0, "nothing the host has not");
    }
}
