//! Memory regions and the log of the pages written.

use super::bench::*;
use super::run_to_halt;
use hypercall_arch_x86::kvm::Served;
use hypercall_arch_x86::{convention, entry};
use hypercall_core::memory::GuestMemory;
use hypercall_core::prelude::*;
use hypercall_core::{Error, interface};
use kvm_bindings::{KVM_MEM_LOG_DIRTY_PAGES, kvm_userspace_memory_region};
use std::collections::BTreeSet;
use std::sync::{Arc, OnceLock};
use vm_memory::{Bytes, GuestAddress, GuestMemoryBackend, GuestMemoryMmap};

const PAGE: usize = 0x1000;
const SIZE: usize = 4 << 20;

/// `hlt`
const HLT: [u8; 1] = [0xf4];

/// `mov byte ptr [address], al`
fn store(address: u32) -> Vec<u8> {
    [&[0x88, 0x04, 0x25][..], &address.to_le_bytes()].concat()
}

/// Puts `memory` at `address` of the guest.
fn place(bench: &Bench, memory: &GuestMemoryMmap, slot: u32, address: u64, flags: u32) {
    let region = kvm_userspace_memory_region {
        slot,
        flags,
        guest_phys_addr: address,
        memory_size: SIZE as u64,
        userspace_addr: memory.get_host_address(GuestAddress(0)).unwrap() as u64,
    };
    assert!(GuestMemory::contains(memory, 0, SIZE as u64));
    // SAFETY: the region is `memory`, as was just checked, and the callers keep it until the VM is gone.
    #[allow(unsafe_code)]
    unsafe { bench.vm_fd.set_user_memory_region(region) }.unwrap();
}

/// The pages in KVM's log, which is cleared, without those of the vCPU's tables, in which the processor marks
/// what it used, and the code: a page that is read first may be logged, as KVM then lets the guest write it.
fn log(bench: &Bench) -> BTreeSet<usize> {
    let bitmap = bench.vm_fd.get_dirty_log(0, SIZE).unwrap();
    let pages = (0..SIZE / PAGE).filter(|page| bitmap[page / 64] >> (page % 64) & 1 == 1);
    pages.filter(|page| !is_table(*page) && *page != CODE as usize / PAGE).collect()
}

/// Has the log kept, and the guest run its first instruction, `hlt`: a KVM may count a page as written when it
/// maps it for the guest, were it only to execute from it.
fn begin_log(bench: &mut Bench) {
    place(bench, &bench.memory, 0, 0, KVM_MEM_LOG_DIRTY_PAGES);
    assert!(log(bench).is_empty(), "nothing ran yet");
    run_to_halt(bench);
    let code = CODE as usize / PAGE;
    assert!(log(bench).into_iter().all(|page| page == code));
}

fn is_table(page: usize) -> bool {
    let tables = TABLES as usize / PAGE;
    (tables..tables + 11).contains(&page)
}

#[test]
pub fn kvm_set_memory_region_is_done_with_memory_of_the_vmms() {
    let Some(kvm) = kvm() else { return };
    const PLACE: u32 = 0x6000_0000;
    let code = [store(PLACE), store(PLACE), HLT.to_vec()].concat();
    let more = GuestMemoryMmap::<()>::from_ranges(&[(GuestAddress(0), SIZE)]).unwrap();
    let mut bench = Bench::new(&kvm, Start::LONG, &code, Policy::default());
    bench.set(|r| r.rax = 0x5a);
    assert_eq!(bench.step(), Event::Other(Other::Store(PLACE.into(), vec![0x5a])), "nothing is there");
    place(&bench, &more, 1, PLACE.into(), 0);
    run_to_halt(&mut bench);
    assert_eq!(more.read_obj::<u8>(GuestAddress(0)).unwrap(), 0x5a);
    drop(bench);
}

#[test]
pub fn kvm_get_dirty_log_names_the_pages_the_guest_wrote_and_clears_itself() {
    let Some(kvm) = kvm() else { return };
    let end = SIZE as u32 - 1;
    let code = [HLT.to_vec(), store(0x9000), store(0xbfff), HLT.to_vec(), store(end), HLT.to_vec()].concat();
    let mut bench = Bench::new(&kvm, Start::LONG, &code, Policy::default());
    begin_log(&mut bench);
    run_to_halt(&mut bench);
    assert_eq!(log(&bench), [0x9, 0xb].into());
    assert!(log(&bench).is_empty(), "read twice");
    run_to_halt(&mut bench);
    assert_eq!(log(&bench), [0x3ff].into());
}

/// Fills guest memory.
#[derive(Hypercall)]
#[hypercall(number = 8, name = "TEST_FILL", interface = TEST, arch(x86), status = active)]
struct Fill {
    /// Where.
    address: u64,
    /// How many bytes, up to 64.
    length: u64,
}

/// Serves it with memory that is known once the VM is made.
fn filling(memory: Arc<OnceLock<GuestMemoryMmap>>) -> Arc<Dispatcher<Vm>> {
    let built = Dispatcher::<Vm>::builder(Arch::X86)
        .entry(entry::port(PORT), &convention::KVM, &interface::KVM)
        .handle(move |_: &Vm, call: Fill, _: &mut Context<'_>| {
            let length = usize::try_from(call.length).ok();
            let bytes = length.and_then(|l| [0xee; 64].get(..l).map(<[u8]>::to_vec)).ok_or(Error::Invalid)?;
            Ok::<_, Error>(GuestMemory::write(memory.get().unwrap(), call.address, &bytes)?)
        })
        .build();
    Arc::new(built.unwrap())
}

fn contents(bench: &Bench) -> Vec<u8> {
    let mut bytes = vec![0; SIZE];
    bench.memory.read_slice(&mut bytes, GuestAddress(0)).unwrap();
    bytes
}

/// KVM logs what the guest writes, not what the VMM writes into the guest's memory. So a page whose contents
/// changed and that is not in the log was written by the handler.
#[test]
pub fn kvm_get_dirty_log_proves_which_pages_a_handler_wrote() {
    let Some(kvm) = kvm() else { return };
    let code = [HLT.to_vec(), store(0x9000), vec![0xe6, PORT], store(0xb000), HLT.to_vec()].concat();
    let cases: [(u64, u64, u64, &[usize]); 5] = [
        (0x20_0000, 64, 0, &[0x200]),
        (0x20_0ff0, 64, 0, &[0x200, 0x201]),
        (0x3f_ffc0, 64, 0, &[0x3ff]),
        (0x3f_ffc1, 64, -14_i64 as u64, &[]), // past the end of memory: -KVM_EFAULT, and nothing is written
        (0x20_0000, 65, -22_i64 as u64, &[]),
    ];
    for (address, length, result, written) in cases {
        let memory = Arc::<OnceLock<GuestMemoryMmap>>::default();
        let mut bench = Bench::with(&kvm, Start::LONG, &code, filling(memory.clone()), |_| {});
        memory.set(bench.memory.clone()).unwrap();
        begin_log(&mut bench);
        bench.set(|r| (r.rax, r.rbx, r.rcx) = (number(8), address, length));
        let before = contents(&bench);
        assert_eq!(bench.step(), Event::Served(Served::Resume));
        run_to_halt(&mut bench);
        assert_eq!(bench.regs().rax, result);
        let after = contents(&bench);
        let pages = before.chunks(PAGE).zip(after.chunks(PAGE)).enumerate();
        let changed = pages.filter(|(page, (old, new))| old != new && !is_table(*page)).map(|(page, _)| page);
        let guests = log(&bench);
        assert_eq!(guests, [0x9, 0xb].into(), "{address:#x}");
        let handlers: Vec<usize> = changed.filter(|page| !guests.contains(page)).collect();
        assert_eq!(handlers, written, "{address:#x}");
    }
}
