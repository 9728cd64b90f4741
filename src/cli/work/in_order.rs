//! Many things done at the same time, and their results in the order of the things.

use std::io;
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread::Builder;

use rayon::{ThreadPool, ThreadPoolBuilder};

/// Jobs that wait or run, for each thread. They bound what is held: a job waits until its results are taken, but for the
/// first [`RESULTS`].
const WINDOW: usize = 4;

/// Results that a job hands over before somebody takes them: what nearly every job has, its counts and one unit. With room
/// for fewer a thread would wait for all jobs before its own instead of beginning the next one.
const RESULTS: usize = 2;

/// Stack of each thread in bytes, whatever the environment says of stacks: what the main thread has.
const STACK: usize = 8 << 20;

/// Does `work` for each job on several threads, and hands the results to `take` in the order of the jobs, whichever is
/// done first.
///
/// `work` is given where its results go, which says whether anybody still wants them. Jobs start in their order, so that
/// the one whose results are awaited always runs. An error of `take` ends everything.
pub(in crate::cli) fn in_order<J: Send, R: Send>(
    threads: usize,
    jobs: impl Iterator<Item = J> + Send,
    work: impl Fn(J, &mut dyn FnMut(R) -> bool) + Sync,
    mut take: impl FnMut(R) -> io::Result<()>,
) -> io::Result<()> {
    let pool = pool(threads)?;
    let (window, awaited) = sync_channel::<Receiver<R>>(WINDOW * pool.current_num_threads());
    std::thread::scope(|threads| {
        let feeder = Builder::new().stack_size(STACK);
        feeder.spawn_scoped(threads, || {
            let window = window;
            pool.in_place_scope_fifo(|scope| {
                for job in jobs {
                    let (results, receiver) = sync_channel(RESULTS);
                    if window.send(receiver).is_err() {
                        break;
                    }
                    let work = &work;
                    scope.spawn_fifo(move |_| work(job, &mut |result| results.send(result).is_ok()));
                }
                // The last results are awaited while their jobs still run.
                drop(window);
            });
        })?;
        awaited.into_iter().flatten().try_for_each(&mut take)
    })
}

/// Threads that do jobs: as many as are asked for, or half of them and so on where the system has no more.
fn pool(threads: usize) -> io::Result<ThreadPool> {
    let mut count = threads;
    loop {
        let pool = ThreadPoolBuilder::new().num_threads(count).stack_size(STACK).build();
        match pool {
            Ok(pool) => return Ok(pool),
            Err(_) if count > 1 => count /= 2,
            Err(error) => return Err(io::Error::other(error)),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;

    use super::*;

    #[test]
    fn results_come_in_the_order_of_the_jobs() {
        for threads in [1, 2, 8] {
            let mut results = Vec::new();
            let work = |job: u64, emit: &mut dyn FnMut(u64) -> bool| {
                std::thread::sleep(Duration::from_micros(job * 7919 % 400));
                (0..job % 4).for_each(|part| assert!(emit(10 * job + part)));
            };
            in_order(threads, 0..300, work, |result| {
                results.push(result);
                Ok(())
            })
            .unwrap();
            let expected: Vec<u64> = (0..300).flat_map(|job| (0..job % 4).map(move |part| 10 * job + part)).collect();
            assert_eq!(results, expected, "{threads} threads");
        }
    }

    #[test]
    fn a_job_with_two_results_does_not_wait_for_those_before_it() {
        let (done, other_is_done) = sync_channel(1);
        let other_is_done = std::sync::Mutex::new(other_is_done);
        let work = |job: u64, emit: &mut dyn FnMut(u64) -> bool| {
            if job == 0 {
                // Waits for the second job, whose results nobody takes before those of this one.
                let ended = other_is_done.lock().unwrap().recv_timeout(Duration::from_mins(1));
                assert!(ended.is_ok(), "the second job waits for the first");
            }
            assert!(emit(job) && emit(job));
            let _ = done.try_send(());
        };
        let mut results = Vec::new();
        in_order(2, 0..2, work, |result| {
            results.push(result);
            Ok(())
        })
        .unwrap();
        assert_eq!(results, [0, 0, 1, 1]);
    }

    #[test]
    fn no_more_is_begun_than_the_window_holds() {
        let (begun, taken) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let work = |job, emit: &mut dyn FnMut(usize) -> bool| {
            begun.fetch_add(1, Ordering::SeqCst);
            emit(job);
        };
        in_order(2, 0..500, work, |_| {
            let ahead = begun.load(Ordering::SeqCst) - taken.fetch_add(1, Ordering::SeqCst);
            assert!(ahead <= 2 * WINDOW + 4, "{ahead} jobs are ahead");
            std::thread::sleep(Duration::from_micros(100));
            Ok(())
        })
        .unwrap();
        assert_eq!(begun.into_inner(), 500);
    }

    #[test]
    fn an_error_ends_everything() {
        let mut taken = 0;
        let result = in_order(
            2,
            0..,
            |job: u64, emit| {
                emit(job);
            },
            |_| {
                taken += 1;
                if taken == 5 { Err(io::ErrorKind::BrokenPipe.into()) } else { Ok(()) }
            },
        );
        assert_eq!((result.unwrap_err().kind(), taken), (io::ErrorKind::BrokenPipe, 5));
    }
}
