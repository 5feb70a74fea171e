//! The PAPR conformance cases on real KVM.
//!
//! The program is the first process of a Linux kernel for powerpc64: it loads KVM's modules, makes every case in
//! guests of its own, in registers, as multicalls and through rings, and switches the machine off. Its last line
//! counts the cases; whoever started the machine judges by that line, so that a program that dies on the way is a
//! failure.

#[cfg(all(target_arch = "powerpc64", target_os = "linux"))]
mod cases;
#[cfg(all(target_arch = "powerpc64", target_os = "linux"))]
#[allow(unsafe_code)] // reads the guest's code out of the program
mod guest;
#[cfg(all(target_arch = "powerpc64", target_os = "linux"))]
mod hostile;
#[cfg(all(target_arch = "powerpc64", target_os = "linux"))]
#[allow(unsafe_code)] // mount, finit_module and reboot
mod machine;
#[cfg(all(target_arch = "powerpc64", target_os = "linux"))]
mod vm;
#[cfg(all(target_arch = "powerpc64", target_os = "linux"))]
mod ways;

#[cfg(all(target_arch = "powerpc64", target_os = "linux"))]
fn main() {
    machine::give_up_after(core::time::Duration::from_secs(180));
    let first = std::process::id() == 1;
    if first {
        machine::boot();
    }
    // A panic must come to the power switch too.
    match std::panic::catch_unwind(|| cases::run(machine::order()?)) {
        Ok(Ok(score)) => println!("{}", score.summary()),
        Ok(Err(error)) => println!("STOPPED: {error}"),
        Err(_) => println!("STOPPED: a panic"),
    }
    if first {
        machine::power_off();
    }
}

#[cfg(not(all(target_arch = "powerpc64", target_os = "linux")))]
fn main() {
    println!("The PAPR conformance cases on real KVM: a program for Linux on powerpc64.");
}
