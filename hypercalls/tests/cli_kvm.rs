//! The `hypercall` command on real KVM: the built-in guest, guests of the user's, and guests that go wrong.
#![cfg(all(feature = "cli", target_arch = "x86_64", target_os = "linux"))]

mod command;

use command::{check_calls, hypercall, report, stderr, stdout};
use serde_json::Value;
use std::path::PathBuf;
use std::process::Output;

/// Whether tests on real KVM run; says so where they do not.
fn kvm() -> bool {
    let usable = std::fs::OpenOptions::new().read(true).write(true).open("/dev/kvm").is_ok();
    if !usable {
        assert!(std::env::var_os("HYPERCALL_REQUIRE_KVM").is_none(), "/dev/kvm cannot be used");
        println!("NOT RUN: /dev/kvm cannot be used");
    }
    usable
}

/// A file of a test's own, removed afterwards.
struct File(PathBuf);

impl File {
    fn new(name: &str, bytes: &[u8]) -> File {
        let path = std::env::temp_dir().join(format!("hypercall-{}-{name}", std::process::id()));
        std::fs::write(&path, bytes).expect("a temporary file");
        File(path)
    }

    fn path(&self) -> &str {
        self.0.to_str().expect("a plain name")
    }
}

impl Drop for File {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

#[test]
fn a_real_guest_makes_the_list_on_kvm_by_each_doorbell() {
    if !kvm() {
        return;
    }
    for transport in ["pio", "mmio"] {
        for vcpus in ["1", "2"] {
            let output = hypercall(&["run", "--transport", transport, "--vcpus", vcpus, "--format", "json"]);
            assert!(output.status.success(), "{}", stderr(&output));
            let report = report(&output);
            assert_eq!(report["backend"], "kvm");
            assert_eq!(report["transport"], transport);
            check_calls(&report, 60 * vcpus.parse::<usize>().expect("a number"));
            let modes: Vec<_> = report["calls"].as_array().expect("calls").iter().collect();
            assert!(modes.iter().any(|c| c["mode"] == "32-bit"));
            assert!(modes.iter().any(|c| c["cpl"] == 3 && c["result"] == "-KVM_EPERM (-1)"));
        }
    }
}

/// The same list, each call an entry of a multicall, or of a ring that a thread of the VMM's serves, or by the code
/// that is compiled of a list of them.
#[test]
fn a_real_guest_makes_the_list_through_multicalls_a_ring_and_the_code_of_a_list() {
    if !kvm() {
        return;
    }
    let plain = |more: &[&str]| {
        let output = hypercall(&[&["run", "--format", "json"], more].concat());
        assert!(output.status.success(), "{}", stderr(&output));
        report(&output)
    };
    for convention in ["kvm", "para-2007", "xen"] {
        let run = ["--transport", "pio", "--vcpus", "2", "--convention", convention];
        let registers = plain(&run);
        let ways = ["multicall", "ring", "list"];
        for via in ways.into_iter().filter(|via| *via != "list" || convention == "kvm") {
            let other = plain(&[&run[..], &["--via", via]].concat());
            assert_eq!(other["via"], via);
            check_calls(&other, 120);
            // A call is counted wherever it comes from.
            let panics = [&registers, &other].map(|report| report["counted"]["panics"].as_u64());
            assert!(panics[0] == panics[1] && panics[0] > Some(0), "via {via}: {panics:?}");
            let lists = [&registers, &other].map(|report| report["calls"].as_array().expect("calls"));
            assert_eq!(lists[0].len(), lists[1].len());
            let mut unsupported = 0;
            for (one, other) in lists[0].iter().zip(lists[1]) {
                assert_eq!(
                    (&one["case"], &one["mode"], &one["cpl"]),
                    (&other["case"], &other["mode"], &other["cpl"])
                );
                // A multicall in memory is none; and who serves a ring does not wait for the vCPU's page tables.
                let waits =
                    via == "ring" && one["interface"] == "xen" && other["result"] == "-XEN_EOPNOTSUPP (-95)";
                unsupported += usize::from(waits);
                let differs = one["name"] == "HYPERCALL_MULTICALL" || one["case"] == "wall-clock" || waits;
                assert!(differs || one["result"] == other["result"], "{one} {other}");
            }
            assert_eq!(unsupported > 0, (convention, via) == ("xen", "ring"));
        }
    }
    // User programs that may, do.
    for via in ["multicall", "ring", "list"] {
        let user = plain(&["--policy", "user-mode", "--via", via, "--transport", "mmio"]);
        check_calls(&user, 60);
        let calls = user["calls"].as_array().expect("calls");
        let by_program = |c: &&Value| c["cpl"] == 3 && c["name"] == "HYPERCALL_MIX_4";
        assert!(calls.iter().any(|c| by_program(&c) && c["result"] == "0x10e1"), "{via}");
    }
}

#[test]
fn what_the_others_come_by_that_cannot_get_through_is_bad_usage() {
    for (via, call) in [("multicall", "HYPERCALL_MULTICALL"), ("ring", "HYPERCALL_RING_SETUP")] {
        let denied = format!("deny={call}");
        for more in [["--policy", &denied], ["--transport", "exit-hypercall"]] {
            let output = hypercall(&[&["run", "--via", via], &more[..]].concat());
            assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
        }
    }
}

/// The guest's data is where its page tables say, in another order, and nowhere else: an address that nobody
/// translates is outside memory.
#[test]
fn a_guest_of_xens_convention_makes_the_list_through_its_own_mapping() {
    if !kvm() {
        return;
    }
    for transport in ["pio", "mmio"] {
        let run = ["--convention", "xen", "--transport", transport, "--vcpus", "2", "--format", "json"];
        let output = hypercall(&run);
        assert!(output.status.success(), "{}", stderr(&output));
        let report = report(&output);
        check_calls(&report, 240);
        let calls = report["calls"].as_array().expect("calls");
        for mode in ["64-bit", "32-bit"] {
            let crossing = |c: &&Value| c["case"] == "get-across-pages" && c["mode"] == mode;
            let call = calls.iter().find(crossing).expect("a case across two pages");
            assert_eq!(call["result"], "0");
        }
    }
}

#[test]
fn exit_hypercall_carries_number_12_or_says_that_it_is_not_delivered() {
    if !kvm() {
        return;
    }
    let output = hypercall(&["run", "--transport", "exit-hypercall", "--format", "json"]);
    if output.status.success() {
        let report = report(&output);
        assert!(report["not_carried"].as_u64() > Some(60));
        let calls = report["calls"].as_array().expect("calls");
        assert!(calls.iter().all(|c| c["number"] == "12"));
    } else {
        assert_eq!(output.status.code(), Some(1));
        assert!(stderr(&output).contains("does not deliver"), "{}", stderr(&output));
    }
}

#[test]
fn exit_xen_carries_every_number_in_each_convention_or_says_that_it_is_not_delivered() {
    if !kvm() {
        return;
    }
    for convention in ["kvm", "para-2007", "xen"] {
        for more in
            [&["--policy", "user-mode"][..], &["--instruction", "vmcall"], &["--instruction", "vmmcall"]]
        {
            let run = ["run", "--transport", "exit-xen", "--convention", convention, "--format", "json"];
            let output = hypercall(&[&run[..], more].concat());
            if output.status.success() {
                let report = report(&output);
                assert_eq!(report["transport"], "exit-xen");
                assert_eq!(report["not_carried"].as_u64(), Some(0));
                check_calls(&report, 120);
            } else {
                assert_eq!(output.status.code(), Some(1));
                assert!(stderr(&output).contains("KVM_CAP_XEN_HVM"), "{}", stderr(&output));
            }
        }
    }
}

#[test]
fn an_instruction_is_chosen_where_a_call_is_one() {
    if !kvm() {
        return;
    }
    for more in
        [&["--transport", "pio"][..], &["--transport", "auto"], &["--transport", "exit-xen", "--guest", "x"]]
    {
        let output = hypercall(&[&["run", "--instruction", "vmcall"][..], more].concat());
        assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
    }
}

#[test]
fn the_probe_says_what_is_delivered() {
    if !kvm() {
        return;
    }
    let text = stdout(&hypercall(&["probe"]));
    for word in ["pio", "mmio", "exit-hypercall", "exit-xen", "vmcall", "vmmcall", "KVM_CAP_SYNC_REGS"] {
        assert!(text.contains(word), "{text}");
    }
    let json: Value = report(&hypercall(&["probe", "--format", "json"]));
    let pio = json["transports"].as_array().and_then(|t| t.iter().find(|t| t["name"] == "pio").cloned());
    assert_eq!(pio.expect("a finding for the port doorbell")["delivered"], true);
}

#[test]
fn a_file_that_is_no_guest_is_refused_by_name() {
    if !kvm() {
        return;
    }
    let empty = File::new("empty", b"");
    let broken = File::new("broken", b"\x7fELF\x02\x01\x01 and nothing more");
    let huge = File::new("huge", b"");
    let grown = std::fs::OpenOptions::new().write(true).open(huge.path()).expect("the file");
    grown.set_len(65 << 20).expect("a sparse file");
    for (path, reason) in [
        ("/no/such/guest", "cannot read the guest"),
        (empty.path(), "it is empty"),
        (broken.path(), "begins as an ELF"),
        (huge.path(), "bytes of memory"),
        ("/", "cannot"),
    ] {
        let output = hypercall(&["--guest", path]);
        assert_eq!(output.status.code(), Some(1), "{path}");
        let text = stderr(&output);
        assert!(text.contains(path) && text.contains(reason), "{text}");
        assert!(!text.contains("panicked"), "{text}");
    }
}

#[test]
fn a_flat_guest_makes_calls_until_it_halts() {
    if !kvm() {
        return;
    }
    // mov eax, 1; out 0x48, al; hlt
    let halts = File::new("halts", &[0xb8, 1, 0, 0, 0, 0xe6, 0x48, 0xf4]);
    let output = hypercall(&["--guest", halts.path(), "--transport", "pio", "--format", "json"]);
    assert!(output.status.success(), "{}", stderr(&output));
    let report = report(&output);
    assert_eq!(report["calls"][0]["name"], "KVM_HC_VAPIC_POLL_IRQ");
    assert_eq!(report["calls"].as_array().map(Vec::len), Some(1));
    // mov eax, 0x48560033 (HYPERCALL_EXIT); mov ebx, 7; out 0x48, al
    let exits = File::new("exits", &[0xb8, 0x33, 0, 0x56, 0x48, 0xbb, 7, 0, 0, 0, 0xe6, 0x48]);
    let output = hypercall(&["--guest", exits.path(), "--transport", "pio"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("ended the VM with code 7"), "{}", stderr(&output));
}

/// The guest registers its page by WRMSR of 0x87655678, and every call of the list goes through the four bytes
/// that the host patched: `out 0x48, al; ret`.
#[test]
fn a_guest_of_the_2007_api_makes_the_list_in_both_modes_and_as_a_program() {
    if !kvm() {
        return;
    }
    for vcpus in ["1", "2"] {
        let run = ["--backend", "kvm", "--convention", "para-2007", "--vcpus", vcpus, "--format", "json"];
        let output = hypercall(&run);
        assert!(output.status.success(), "{}", stderr(&output));
        let report = report(&output);
        assert_eq!((&report["convention"], &report["transport"]), (&"para-2007".into(), &"pio".into()));
        check_calls(&report, 120);
        let calls = report["calls"].as_array().expect("calls");
        let of = |mode: &str, cpl: u32, name: &str| {
            let found = calls.iter().find(|c| c["mode"] == mode && c["cpl"] == cpl && c["name"] == name);
            found.expect("a call")["result"].as_str().expect("text").to_string()
        };
        for mode in ["64-bit", "32-bit"] {
            assert_eq!(of(mode, 0, "KVM_HC_CLOCK_PAIRING"), "-KVM_EINVAL (-1)");
            assert_ne!(of(mode, 0, "HYPERCALL_MIX_6"), "-KVM_EINVAL (-1)", "six parameters");
        }
        assert_eq!(of("64-bit", 3, "HYPERCALL_MIX_6"), "-KVM_EINVAL (-1)", "a program is refused");
    }
}

#[test]
fn the_2007_api_goes_with_four_bytes_that_carry_every_number() {
    if !kvm() {
        return;
    }
    for (transport, reason) in [("mmio", "a store takes seven"), ("exit-hypercall", "number 12 only")] {
        let output = hypercall(&["--convention", "para-2007", "--transport", transport]);
        assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
        assert!(output.stdout.is_empty() && stderr(&output).contains(reason), "{}", stderr(&output));
    }
}

#[test]
fn a_flat_guest_registers_its_page_and_calls_through_it() {
    if !kvm() {
        return;
    }
    let code = [
        &[0xc7, 0x04, 0x25, 0, 0, 0x20, 0, 1, 0, 0, 0][..], // mov dword ptr [0x200000], 1
        &[0xc7, 0x04, 0x25, 0x10, 0, 0x20, 0, 0, 0, 0x30, 0], // mov dword ptr [0x200010], 0x300000
        &[0xb9, 0x78, 0x56, 0x65, 0x87],                    // mov ecx, 0x87655678
        &[0xb8, 0, 0, 0x20, 0, 0x31, 0xd2, 0x0f, 0x30],     // mov eax, 0x200000; xor edx, edx; wrmsr
        &[0xb8, 0x33, 0, 0x56, 0x48],                       // mov eax, 0x48560033 (HYPERCALL_EXIT)
        &[0xbf, 7, 0, 0, 0],                                // mov edi, 7: the first parameter
        &[0xba, 0, 0, 0x30, 0, 0xff, 0xd2],                 // mov edx, 0x300000; call rdx
    ];
    let guest = File::new("para", &code.concat());
    let output = hypercall(&["--guest", guest.path(), "--convention", "para-2007", "--format", "json"]);
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    assert!(stderr(&output).contains("ended the VM with code 7"), "{}", stderr(&output));
    let call = &report(&output)["calls"][0];
    assert_eq!((&call["name"], &call["result"]), (&"HYPERCALL_EXIT".into(), &"VM exit 7".into()));
}

/// The pages of files: the guest reads the first word of one, and takes #GP where its mode has none.
#[test]
fn xens_pages_come_from_files() {
    if !kvm() {
        return;
    }
    let code = [
        &[0xb9, 0, 0, 0, 0x40][..],                     // mov ecx, 0x40000000
        &[0xb8, 1, 0, 0x20, 0, 0x31, 0xd2, 0x0f, 0x30], // mov eax, 0x200001 (page 1); xor edx, edx; wrmsr
        &[0x8b, 0x3c, 0x25, 0, 0, 0x20, 0],             // mov edi, [0x200000]
        &[0xb8, 0x33, 0, 0x56, 0x48, 0xe6, 0x48],       // mov eax, 0x48560033 (HYPERCALL_EXIT); out 0x48, al
    ];
    let guest = File::new("pages", &code.concat());
    let mut pages = vec![0xaa; 4096];
    pages.push(77); // page 1: what is behind it is zero
    let file = File::new("blob", &pages);
    let run = |options: &[&str]| {
        let fixed = ["--guest", guest.path(), "--convention", "xen", "--transport", "pio"];
        hypercall(&[&fixed[..], options].concat())
    };
    let output = run(&["--xen-blob-64", file.path()]);
    assert!(stderr(&output).contains("ended the VM with code 77"), "{}", stderr(&output));
    let output = run(&["--xen-blob-32", file.path()]);
    assert!(stderr(&output).contains("triple fault"), "no page for its mode: {}", stderr(&output));
    assert!(stderr(&run(&[])).contains("triple fault"), "the built-in blob has one page");
    let (empty, long) = (File::new("empty", &[]), File::new("long", &vec![0; 255 * 4096 + 1]));
    for (path, reason) in
        [(empty.path(), "is empty"), (long.path(), "too long"), ("/no/such/blob", "/no/such/blob")]
    {
        let output = run(&["--xen-blob-64", path]);
        assert_eq!(output.status.code(), Some(1));
        assert!(stderr(&output).contains(reason), "{}", stderr(&output));
    }
    for other in [&["--convention", "kvm"][..], &["--convention", "xen", "--transport", "exit-xen"]] {
        let fixed = ["--guest", guest.path(), "--xen-blob-64", file.path()];
        let output = hypercall(&[&fixed[..], other].concat());
        assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
    }
}

/// A Xen guest: it looks for the leaves, has the page put at 2 MiB, and calls through it. The pointer it passes is
/// good in its own page tables only.
#[test]
fn a_flat_guest_finds_xens_page_and_calls_through_it() {
    if !kvm() {
        return;
    }
    let code = [
        &[0xbd, 0, 0, 0, 0x40][..],                           // mov ebp, 0x40000000
        &[0x89, 0xe8, 0x0f, 0xa2],                            // next: mov eax, ebp; cpuid
        &[0x81, 0xfb, 0x58, 0x65, 0x6e, 0x56],                // cmp ebx, "XenV"
        &[0x74, 0x08],                                        // je found
        &[0x81, 0xc5, 0, 1, 0, 0],                            // add ebp, 0x100
        &[0xeb, 0xec],                                        // jmp next
        &[0x8d, 0x45, 0x02, 0x0f, 0xa2, 0x89, 0xd9], // found: lea eax, [rbp + 2]; cpuid; mov ecx, ebx
        &[0xb8, 0, 0, 0x20, 0, 0x31, 0xd2, 0x0f, 0x30], // mov eax, 0x200000; xor edx, edx; wrmsr
        &[0x31, 0xff, 0xba, 0x20, 0x02, 0x20, 0, 0xff, 0xd2], // xor edi, edi; mov edx, page + 32 * 17; call rdx
        &[0xc7, 0x04, 0x25, 0, 0x10, 0x20, 0, 3, 0, 0, 0],    // mov dword ptr [0x201000], 3 (SHUTDOWN_crash)
        // The second GiB's first 2 MiB are mapped to the page at 2 MiB: mov qword ptr [0x9000], 0x200087
        &[0x48, 0xc7, 0x04, 0x25, 0, 0x90, 0, 0, 0x87, 0, 0x20, 0],
        &[0xbf, 2, 0, 0, 0, 0xbe, 0, 0x10, 0, 0x40], // mov edi, SCHEDOP_shutdown; mov esi, 0x40001000
        &[0xba, 0xa0, 0x03, 0x20, 0, 0xff, 0xd2],    // mov edx, page + 32 * 29; call rdx
    ];
    let guest = File::new("xen", &code.concat());
    for transport in ["pio", "mmio"] {
        let output = hypercall(&[
            "--guest",
            guest.path(),
            "--convention",
            "xen",
            "--transport",
            transport,
            "--format",
            "json",
        ]);
        assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
        assert!(stderr(&output).contains("ended the VM with code 3"), "{}", stderr(&output));
        let calls = &report(&output)["calls"];
        assert_eq!(calls[0]["name"], "HYPERVISOR_xen_version");
        assert_eq!(calls[0]["result"], "0x40011");
        assert_eq!(
            (&calls[1]["name"], &calls[1]["result"]),
            (&"HYPERVISOR_sched_op".into(), &"VM exit 3".into())
        );
    }
}

#[test]
fn a_guest_that_goes_wrong_ends_with_one_clear_line() {
    if !kvm() {
        return;
    }
    let spins = File::new("spins", &[0xeb, 0xfe]);
    let undefined = File::new("undefined", &[0x0f, 0x0b]);
    let input = File::new("input", &[0xe4, 0x48]);
    let jump = File::new("jump", &[0xb8, 0, 0, 0, 0x60, 0xff, 0xe0]); // mov eax, 0x60000000; jmp rax
    for (guest, reason) in [
        (&spins, "did not end within 1 s"),
        (&undefined, "triple fault"),
        (&input, "IoIn"),
        (&jump, "stopped at RIP"),
    ] {
        let output = hypercall(&["--guest", guest.path(), "--timeout", "1", "--transport", "pio"]);
        assert_eq!(output.status.code(), Some(1), "{reason}");
        let text = stderr(&output);
        assert!(text.contains(reason) && text.lines().count() == 1, "{text}");
    }
}

/// The same guest as an ELF: one loadable segment at 2 MiB, entered in its middle.
#[test]
fn an_elf_guest_is_loaded_where_it_says() {
    if !kvm() {
        return;
    }
    let code = [0xf4, 0xb8, 5, 0, 0, 0, 0xe6, 0x48, 0xf4];
    let output = run_elf(&elf(62, 0x20_0000, 0x20_0001, &code));
    assert!(output.status.success(), "{}", stderr(&output));
    assert_eq!(report(&output)["calls"][0]["name"], "KVM_HC_KICK_CPU");

    for (image, reason) in [
        (elf(22, 0x20_0000, 0x20_0000, &code), "no x86_64 executable"),
        (elf(62, 0x1000, 0x1000, &code), "are not inside"),
        (elf(62, u64::MAX - 4, 0x20_0000, &code), "are not inside"),
    ] {
        let output = run_elf(&image);
        assert_eq!(output.status.code(), Some(1));
        assert!(stderr(&output).contains(reason), "{}", stderr(&output));
    }
}

fn run_elf(image: &[u8]) -> Output {
    let file = File::new("elf", image);
    hypercall(&["--guest", file.path(), "--transport", "pio", "--format", "json"])
}

/// A 64-bit little-endian executable (System V ABI, chapter 4) with one PT_LOAD segment.
fn elf(machine: u16, address: u64, entry: u64, code: &[u8]) -> Vec<u8> {
    let mut image = b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0".to_vec();
    image.extend(2_u16.to_le_bytes()); // ET_EXEC
    image.extend(machine.to_le_bytes());
    image.extend(1_u32.to_le_bytes());
    image.extend(entry.to_le_bytes());
    image.extend(64_u64.to_le_bytes()); // program headers
    image.extend(0_u64.to_le_bytes());
    image.extend(0_u32.to_le_bytes());
    for half in [64_u16, 56, 1, 0, 0, 0] {
        image.extend(half.to_le_bytes());
    }
    image.extend(1_u32.to_le_bytes()); // PT_LOAD
    image.extend(7_u32.to_le_bytes());
    for word in [120, address, address, code.len() as u64, code.len() as u64 + 16, 0x1000] {
        image.extend(u64::to_le_bytes(word));
    }
    image.extend(code);
    image
}

/// What is compared is so far apart that no noise brings it together.
#[test]
fn the_benchmark_measures_calls_of_a_guest_against_bare_exits() {
    if !kvm() {
        return;
    }
    let only = "kvm/pio/,batch/,ring/drained,sharing/kvm/";
    let words = ["bench", "--only", only, "--rounds", "3", "--format", "json"];
    let output = hypercall(&words);
    assert!(output.status.success(), "{}", stderr(&output));
    let report = report(&output);
    assert_eq!(report["host"]["kvm"]["usable"], true);
    let ratio = |id: &str| {
        let results = report["results"].as_array().expect("figures");
        let figure = results.iter().find(|figure| figure["id"] == id).expect(id);
        figure["ratio"].as_f64().expect("a ratio")
    };
    assert!(ratio("kvm/pio/hypercall") < ratio("kvm/pio/naive"), "{report}");
    assert!(ratio("batch/256") < ratio("batch/8") && ratio("batch/8") < 0.5, "{report}");
    assert!(ratio("ring/drained") < 0.5, "{report}");
    let both = ["sharing/kvm/hypercall/2", "sharing/kvm/bare/2"];
    assert!(both.iter().all(|id| ratio(id).is_finite()), "{report}");
}
