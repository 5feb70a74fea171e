//! What the project's own calls need beside the common services.

use alloc::boxed::Box;
use core::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use hypercall_core::{Completion, Error, Fault};

/// Serves the calls that are there to be tested with.
pub trait Testing {
    /// Whether this is the first of the two executions of HYPERCALL_RETRY with this key; [`Retries`] knows.
    ///
    /// # Errors
    /// [`Error::InvalidState`] for a vCPU without state.
    fn is_first_execution(&self, vcpu: u32, key: u64) -> Result<bool, Error>;

    /// Completes a call with a value, from another thread; with `std` [`Worker`] does it. A vCPU has at most
    /// one such call.
    fn complete_elsewhere(&self, completion: Completion, value: u64);

    /// The exception of HYPERCALL_FAULT, see [`raised_fault`](crate::vendor::raised_fault).
    ///
    /// # Errors
    /// [`Error::Unsupported`] where none can be injected.
    fn fault(&self) -> Result<Fault, Error>;

    /// How many different calls the VM serves; its dispatcher's
    /// [`served`](hypercall_core::Dispatcher::served) has the number.
    fn calls_served(&self) -> u64;
}

/// Which vCPUs are between the two executions of HYPERCALL_RETRY. Its size is fixed, whatever a guest does.
///
/// ```
/// use hypercalls::services::Retries;
/// let retries = Retries::new(2);
/// assert_eq!(retries.is_first(1, 7), Ok(true));
/// assert_eq!(retries.is_first(0, 7), Ok(true), "another vCPU's");
/// assert_eq!(retries.is_first(1, 7), Ok(false));
/// assert_eq!(retries.is_first(1, 7), Ok(true), "the next call");
/// assert!(retries.is_first(2, 7).is_err(), "there are two vCPUs");
/// ```
#[derive(Debug)]
pub struct Retries {
    vcpus: Box<[Line]>,
}

/// One vCPU's, on a cache line of its own.
#[derive(Debug, Default)]
#[repr(align(128))]
struct Line {
    key: AtomicU64,
    waiting: AtomicBool,
}

impl Retries {
    /// For vCPUs 0 to `vcpus` - 1.
    pub fn new(vcpus: usize) -> Retries {
        Retries { vcpus: (0..vcpus).map(|_| Line::default()).collect() }
    }

    /// Whether `vcpu` executes the call with this key for the first time; if so the next will be the second.
    ///
    /// # Errors
    /// [`Error::InvalidState`] for a vCPU it was not made for.
    pub fn is_first(&self, vcpu: u32, key: u64) -> Result<bool, Error> {
        let line = usize::try_from(vcpu).ok().and_then(|v| self.vcpus.get(v)).ok_or(Error::InvalidState)?;
        // The vCPU's own thread comes here with its index, and whoever serves its rings. A guest that makes the same
        // call by both at once may see either take the other's turn; nothing else depends on the order.
        let second = line.waiting.load(Ordering::Relaxed) && line.key.load(Ordering::Relaxed) == key;
        line.key.store(key, Ordering::Relaxed);
        line.waiting.store(!second, Ordering::Relaxed);
        Ok(!second)
    }
}

/// A thread that completes deferred calls. Dropping it completes what is left and ends the thread.
#[cfg(feature = "std")]
#[derive(Debug)]
pub struct Worker {
    queue: Option<std::sync::mpsc::Sender<(Completion, u64)>>,
    thread: Option<std::thread::JoinHandle<()>>,
}

#[cfg(feature = "std")]
impl Worker {
    /// Starts the thread.
    ///
    /// # Errors
    /// When the host starts no more threads.
    pub fn new() -> std::io::Result<Worker> {
        let (queue, calls) = std::sync::mpsc::channel::<(Completion, u64)>();
        let thread = std::thread::Builder::new().name("hypercall-worker".into()).spawn(move || {
            for (completion, value) in calls {
                completion.complete(Ok(value.into()));
            }
        })?;
        Ok(Worker { queue: Some(queue), thread: Some(thread) })
    }

    /// Completes a call with a value, soon, on the thread.
    pub fn complete(&self, completion: Completion, value: u64) {
        if let Some(queue) = &self.queue {
            // Without the thread the completion is dropped, and that is the guest's internal error.
            let _ = queue.send((completion, value));
        }
    }
}

#[cfg(feature = "std")]
impl Drop for Worker {
    fn drop(&mut self) {
        self.queue = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
