//! What work costs, and whether it grows with its size and not with the square of it.

use std::time::{Duration, Instant};

/// What a run of the work costs: time of the processor where the system counts it for each thread, so that other
/// programs do not matter; time of the clock elsewhere.
pub fn of(work: impl FnOnce()) -> Duration {
    let (begin, clock) = (processor(), Instant::now());
    work();
    match (begin, processor()) {
        (Some(begin), Some(end)) => end.saturating_sub(begin),
        _ => clock.elapsed(),
    }
}

/// What is counted in ticks of the system: work that costs less is not measured.
pub const TICK: Duration = Duration::from_millis(10);

/// The time that this thread has had a processor: Linux alone tells it in a file.
fn processor() -> Option<Duration> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    Some(Duration::from_nanos(text.split(' ').next()?.parse().ok()?))
}

/// Holds that work of four times the size costs about four times as much: what is quadratic costs sixteen times as much.
/// What comes out of caches costs a little more, and a machine may be disturbed, so the limit is eight times, in one of
/// three tries.
pub fn assert_linear<T>(size: usize, prepare: impl Fn(usize) -> T, work: impl Fn(&T)) {
    let (small, large) = (prepare(size), prepare(4 * size));
    let mut tries = Vec::new();
    for _ in 0..3 {
        let costs = (of(|| work(&small)), of(|| work(&large)));
        if costs.1 < 8 * costs.0.max(TICK) {
            return;
        }
        tries.push(costs);
    }
    panic!("{size} and four times as many cost {tries:?}");
}

#[test]
fn quadratic_work_is_told_from_linear_work() {
    let pairs = |numbers: &Vec<u64>| {
        let sum: u64 = numbers.iter().map(|one| numbers.iter().map(|other| one ^ other).max().unwrap()).sum();
        std::hint::black_box(sum);
    };
    let single = |numbers: &Vec<u64>| {
        std::hint::black_box(numbers.iter().map(|number| std::hint::black_box(number ^ 1)).sum::<u64>());
    };
    let numbers = |size: usize| (0..size as u64).collect::<Vec<_>>();
    assert_linear(1_000_000, numbers, single);
    assert!(std::panic::catch_unwind(|| assert_linear(6_000, numbers, pairs)).is_err());
}
