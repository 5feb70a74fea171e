//! Time that a thread itself used, so that what else runs on the machine counts less.

use rustix::time::{ClockId, clock_gettime};

/// CPU time of this thread in nanoseconds (CLOCK_THREAD_CPUTIME_ID).
pub fn thread_time() -> u64 {
    let now = clock_gettime(ClockId::ThreadCPUTime);
    now.tv_sec as u64 * 1_000_000_000 + now.tv_nsec as u64
}

/// CPU time of all threads of this process in nanoseconds.
pub fn process_time() -> u64 {
    let now = clock_gettime(ClockId::ProcessCPUTime);
    now.tv_sec as u64 * 1_000_000_000 + now.tv_nsec as u64
}

/// A clock for dispatchers that time their calls, in nanoseconds.
pub fn monotonic() -> u64 {
    let now = clock_gettime(ClockId::Monotonic);
    now.tv_sec as u64 * 1_000_000_000 + now.tv_nsec as u64
}

/// CPU time that `work` takes, in nanoseconds for each of its `times` repetitions.
pub fn each(times: u64, work: impl FnOnce()) -> f64 {
    let start = thread_time();
    work();
    (thread_time() - start) as f64 / times as f64
}
