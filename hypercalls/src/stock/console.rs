//! The console write: served at link time, over services, as a plug-in crate's call would be.

use crate::services::GuestConsole;
use crate::vendor::ConsoleWrite;
use hypercall_core::{Context, Error, link_handler};

fn console_write(vm: &dyn GuestConsole, call: ConsoleWrite, context: &mut Context<'_>) -> Result<u64, Error> {
    // On the stack: the type bounds the length, and the call path does not allocate.
    let mut buffer = [0; 4096];
    let text = usize::try_from(call.text.length()).ok().and_then(|length| buffer.get_mut(..length));
    let text = text.ok_or(Error::TooBig)?;
    if !text.is_empty() {
        vm.memory().read(call.text.address(), text)?;
        vm.write(context.vcpu(), text)?;
    }
    Ok(call.text.length())
}

link_handler!(ConsoleWrite, dyn GuestConsole, console_write);
