//! Puts the VMM's own leaves, Xen's, and what is true of KVM's, into a vCPU's CPUID.

use super::error::KvmError;
use crate::cpuid::{Abi, FIRST_BASE, KVM_FEATURES, LAST_BASE, Leaf, STEP, Vmcall, features};
use crate::para::Processor;
use crate::xen::Xen;
use kvm_bindings::{CpuId, kvm_cpuid_entry2};

/// Adds the leaves of `abi` at the first base where `cpuid` has none, and masks KVM's features by what
/// `vmcall` obtains. Gives the base. `cpuid` is what KVM_GET_SUPPORTED_CPUID gave; hand it to
/// KVM_SET_CPUID2 afterwards.
///
/// # Errors
/// [`KvmError::Cpuid`] when there is no room: KVM takes a limited number of leaves, and 256 bases.
pub fn install(cpuid: &mut CpuId, abi: &Abi, vmcall: Vmcall) -> Result<u32, KvmError> {
    for entry in cpuid.as_mut_slice().iter_mut().filter(|e| e.function == KVM_FEATURES) {
        entry.eax = features(entry.eax, vmcall);
    }
    let base = free_base(cpuid)?;
    add(cpuid, abi.leaves(base))?;
    Ok(base)
}

/// Adds Xen's leaves, with this version of Xen's, at the first base where `cpuid` has none. Gives the base.
///
/// # Errors
/// As [`install`].
pub fn install_xen(cpuid: &mut CpuId, xen: &Xen, version: (u16, u16)) -> Result<u32, KvmError> {
    let base = free_base(cpuid)?;
    add(cpuid, xen.leaves(base, version))?;
    Ok(base)
}

/// The first base where no hypervisor has leaves.
fn free_base(cpuid: &CpuId) -> Result<u32, KvmError> {
    let taken = |base: u32| cpuid.as_slice().iter().any(|e| e.function & !(STEP - 1) == base);
    let base = (FIRST_BASE..=LAST_BASE).step_by(STEP as usize).find(|base| !taken(*base));
    base.ok_or(KvmError::Cpuid)
}

fn add(cpuid: &mut CpuId, leaves: impl IntoIterator<Item = (u32, Leaf)>) -> Result<(), KvmError> {
    for (function, [eax, ebx, ecx, edx]) in leaves {
        let entry = kvm_cpuid_entry2 { function, eax, ebx, ecx, edx, ..Default::default() };
        cpuid.push(entry).map_err(|_| KvmError::Cpuid)?;
    }
    Ok(())
}

/// Whose processor a vCPU with this CPUID is; `None` for an unknown vendor's, or without leaf 0.
pub fn processor(cpuid: &CpuId) -> Option<Processor> {
    let leaf = cpuid.as_slice().iter().find(|e| e.function == 0)?;
    Processor::of([leaf.eax, leaf.ebx, leaf.ecx, leaf.edx])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cpuid::Doorbell;

    #[test]
    fn a_processor_is_known_by_leaf_0() {
        let leaf = |function| kvm_cpuid_entry2 {
            function,
            ebx: u32::from_le_bytes(*b"Genu"),
            edx: u32::from_le_bytes(*b"ineI"),
            ecx: u32::from_le_bytes(*b"ntel"),
            ..Default::default()
        };
        let cpuid = |function| CpuId::from_entries(&[leaf(function)]).unwrap();
        assert_eq!(processor(&cpuid(0)), Some(Processor::Intel));
        assert_eq!(processor(&cpuid(1)), None);
    }

    #[test]
    fn the_leaves_go_behind_kvms_own() {
        let entry = |function, eax| kvm_cpuid_entry2 { function, eax, ..Default::default() };
        let kvms = [entry(0, 0x10), entry(0x4000_0000, 0x4000_0001), entry(0x4000_0001, 0x0100_7efb)];
        let mut cpuid = CpuId::from_entries(&kvms).unwrap();
        let abi = Abi { port: Some(Doorbell { place: 0x48, convention: 0 }), ..Abi::default() };
        assert_eq!(install(&mut cpuid, &abi, Vmcall::default()).unwrap(), 0x4000_0100);
        let eax: Vec<_> = cpuid.as_slice().iter().map(|e| (e.function, e.eax)).collect();
        let expected = [
            (0, 0x10),
            (0x4000_0000, 0x4000_0001),
            (0x4000_0001, 0x0100_567b),
            (0x4000_0100, 0x4000_0103),
            (0x4000_0101, 1),
            (0x4000_0102, 0),
            (0x4000_0103, 0),
        ];
        assert_eq!(eax, expected);
    }

    #[test]
    fn a_full_table_is_an_error() {
        let full = vec![kvm_cpuid_entry2::default(); kvm_bindings::KVM_MAX_CPUID_ENTRIES];
        let mut cpuid = CpuId::from_entries(&full).unwrap();
        let error = install(&mut cpuid, &Abi::default(), Vmcall::default()).unwrap_err();
        assert!(matches!(error, KvmError::Cpuid), "{error}");
    }
}
