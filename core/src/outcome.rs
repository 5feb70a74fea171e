//! What a handler may answer, and what becomes of it at the trap.

use crate::{Error, MAX_OUTPUTS};
use core::fmt;

/// An exception or interruption for the guest, in its architecture's own numbering.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault {
    /// x86: the vector. s390: the program-interruption code. PowerPC: the interrupt vector's offset.
    pub code: u32,
    /// The error code that x86 pushes for some vectors; `None` elsewhere.
    pub error_code: Option<u32>,
}

/// Why a VM is to stop, chosen by a handler.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VmExit {
    /// A code for whoever runs the VM; zero is success.
    pub code: u32,
}

/// The value and extra outputs of a completed call.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Output {
    value: Option<u64>,
    /// Absent for most calls, which then neither write nor copy the room for it.
    extra: Option<Extra>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
struct Extra {
    len: u8,
    outputs: [u64; MAX_OUTPUTS],
}

impl Output {
    /// A call that completes without a value.
    pub const NONE: Output = Output { value: None, extra: None };

    /// A call that completes with `value`.
    ///
    /// On conventions whose result register holds both, a value that looks like an error is the call's own
    /// affair: KVM on x86 takes -1 to -4095 as errors.
    #[inline]
    pub const fn value(value: u64) -> Output {
        Output { value: Some(value), extra: None }
    }

    /// Adds the next extra output. Outputs past [`MAX_OUTPUTS`] are dropped, which the builder's check of a
    /// definition against its conventions keeps from happening.
    #[must_use]
    pub const fn and(mut self, output: u64) -> Output {
        let mut extra = match self.extra {
            Some(extra) => extra,
            None => Extra { len: 0, outputs: [0; MAX_OUTPUTS] },
        };
        if (extra.len as usize) < MAX_OUTPUTS {
            extra.outputs[extra.len as usize] = output;
            extra.len += 1;
        }
        self.extra = Some(extra);
        self
    }

    /// The value, if the call has one.
    #[inline]
    pub const fn get(&self) -> Option<u64> {
        self.value
    }

    /// The extra outputs, after the value.
    #[inline]
    pub fn extra(&self) -> &[u64] {
        self.extra.as_ref().map_or(&[], |extra| &extra.outputs[..usize::from(extra.len)])
    }

    /// Only the bits that count.
    pub(crate) fn masked(mut self, width: crate::Width) -> Output {
        self.value = self.value.map(|v| width.mask(v));
        if let Some(extra) = &mut self.extra {
            extra.outputs.iter_mut().for_each(|e| *e = width.mask(*e));
        }
        self
    }
}

impl fmt::Debug for Output {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Output").field("value", &self.value).field("extra", &self.extra()).finish()
    }
}

impl From<()> for Output {
    #[inline]
    fn from((): ()) -> Output {
        Output::NONE
    }
}

impl From<u64> for Output {
    #[inline]
    fn from(value: u64) -> Output {
        Output::value(value)
    }
}

/// What happens after a handler: the same enum on every architecture and transport.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The call is done; the guest goes on behind it.
    Complete(Output),
    /// The call failed; the guest goes on behind it with the error its interface has for this.
    Failed(Error),
    /// The guest executes the call again, its registers as they were.
    Retry,
    /// The vCPU waits until the [`Completion`](crate::Completion) taken from
    /// [`Context::defer`](crate::Context::defer) is used.
    Deferred,
    /// The guest takes an exception at the call, its registers as they were.
    Fault(Fault),
    /// The VM ends.
    Exit(VmExit),
}

impl From<Output> for Outcome {
    #[inline]
    fn from(output: Output) -> Outcome {
        Outcome::Complete(output)
    }
}

impl From<()> for Outcome {
    #[inline]
    fn from((): ()) -> Outcome {
        Outcome::Complete(Output::NONE)
    }
}

impl From<u64> for Outcome {
    #[inline]
    fn from(value: u64) -> Outcome {
        Outcome::Complete(Output::value(value))
    }
}

impl From<Fault> for Outcome {
    fn from(fault: Fault) -> Outcome {
        Outcome::Fault(fault)
    }
}

impl From<VmExit> for Outcome {
    fn from(exit: VmExit) -> Outcome {
        Outcome::Exit(exit)
    }
}

/// A completed or failed call in the terms of its convention: what the registers are to hold, masked to the
/// bits that count in the guest's mode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Return {
    /// For the result register.
    pub result: u64,
    /// For the value register, where that is another one and the call writes it.
    pub value: Option<u64>,
    pub(crate) output: Output,
    pub(crate) error: bool,
    pub(crate) status: bool,
}

impl Return {
    /// Whether the result is an error.
    pub fn is_error(&self) -> bool {
        self.error
    }

    /// Whether the convention has a value register beside the result's.
    pub fn has_status(&self) -> bool {
        self.status
    }

    /// For the extra output registers, as many as the call made.
    #[inline]
    pub fn extra(&self) -> &[u64] {
        self.output.extra()
    }
}

/// What the backend has to do after a call was served.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Write these registers and go on behind the call.
    Return(Return),
    /// Restore the registers and go back to the call.
    Retry,
    /// Wait with [`Vcpu::wait`](crate::Vcpu::wait), then act on what it gives.
    Deferred(crate::vcpu::Deferral),
    /// Restore the registers, go back to the call and inject the exception there.
    Fault(Fault),
    /// Stop the VM.
    Exit(VmExit),
}
