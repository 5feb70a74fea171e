//! Dispatch alone, for developers: `cargo bench -p hypercalls --bench dispatch`.
//!
//! The same subjects as `hypercall bench --only dispatch`, with criterion's statistics and its comparison with the last run.

use criterion::{Criterion, criterion_group, criterion_main};
use hypercalls::bench::dispatch;
use std::time::Duration;

fn dispatch(criterion: &mut Criterion) {
    for mut subject in dispatch::subjects().expect("dispatchers") {
        criterion.bench_function(&subject.id, |bencher| {
            // A sample is the CPU time of a call, taken over many: as many of them as make the calls that are asked for,
            // for criterion doubles those until they take long enough.
            bencher.iter_custom(|calls| {
                let samples = calls.div_ceil(dispatch::SEQUENCE as u64);
                let total: f64 = (0..samples).map(|_| (subject.sample)().expect("a sample")).sum();
                Duration::from_nanos((total / samples as f64 * calls as f64) as u64)
            });
        });
    }
}

criterion_group!(benches, dispatch);
criterion_main!(benches);
