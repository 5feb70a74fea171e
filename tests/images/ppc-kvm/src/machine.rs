//! The machine around the tests: devices and modules at the start, the power switch at the end.

use core::time::Duration;
use hypercall_image_common::mode::Order;
use std::ffi::CStr;
use std::fs::File;
use std::io::{self, Write};
use std::os::fd::AsRawFd;

/// Modules of the kernel's package, in the order of their dependencies, in the root of the initial file system.
const MODULES: [&str; 2] = ["/kvm.ko", "/kvm-hv.ko"];

/// Mounts /dev and loads KVM. What fails is printed, and the tests will say what is missing.
pub fn boot() {
    println!(); // whoever printed before this may have left the line unfinished
    let device_file_system = c"devtmpfs";
    // SAFETY: all strings end with zero and outlive the call, which wants no data.
    let mounted = unsafe {
        libc::mount(
            device_file_system.as_ptr(),
            c"/dev".as_ptr(),
            device_file_system.as_ptr(),
            0,
            core::ptr::null(),
        )
    };
    say("mount /dev", mounted.into());
    for path in MODULES {
        match File::open(path) {
            Ok(file) => say(path, load(&file)),
            Err(error) => println!("{path}: {error}"),
        }
    }
}

fn load(module: &File) -> libc::c_long {
    const NO_PARAMETERS: &CStr = c"";
    // SAFETY: the descriptor is open and the string ends with zero; the kernel checks the module itself.
    unsafe { libc::syscall(libc::SYS_finit_module, module.as_raw_fd(), NO_PARAMETERS.as_ptr(), 0) }
}

fn say(what: &str, result: libc::c_long) {
    if result < 0 {
        println!("{what}: {}", io::Error::last_os_error());
    }
}

/// Keeps this thread on one processor.
pub fn pin(processor: usize) {
    // SAFETY: all bytes zero is an empty set; the numbers here are below its size, and the kernel reads it only.
    let result = unsafe {
        let mut set: libc::cpu_set_t = core::mem::zeroed();
        libc::CPU_SET(processor, &mut set);
        libc::sched_setaffinity(0, size_of_val(&set), &set)
    };
    say("sched_setaffinity", result.into());
}

/// What the machine was started for: `order=` on the kernel's command line, which gives what it does not know itself
/// to the first process as its environment.
pub fn order() -> Result<Order, String> {
    let name = std::env::var("order").unwrap_or_default();
    let mut letters = [0; 8];
    let length = name.len().min(letters.len());
    letters[..length].copy_from_slice(&name.as_bytes()[..length]);
    Order::parse(&letters).ok_or(format!("there is no order `{name}`"))
}

/// Switches the machine off.
pub fn power_off() {
    // The console may buffer: nothing that was printed may be lost.
    let _ = io::stdout().flush();
    // SAFETY: neither has preconditions; nothing here is on a disk.
    unsafe {
        libc::sync();
        libc::reboot(libc::RB_POWER_OFF);
    }
    say("power off", -1);
}

/// Switches the machine off when the tests hang. As an ordinary process, ends it.
pub fn give_up_after(limit: Duration) {
    std::thread::spawn(move || {
        std::thread::sleep(limit);
        println!("STOPPED: no end after {} s", limit.as_secs());
        if std::process::id() == 1 {
            power_off();
        }
        std::process::exit(1);
    });
}
