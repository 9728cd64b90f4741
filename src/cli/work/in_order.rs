//! Many things done at the same time, and their results in the order of the things.

use std::io;
use std::sync::mpsc::{Receiver, channel, sync_channel};
use std::sync::{Condvar, Mutex, PoisonError};
use std::thread::Builder;

use rayon::{ThreadPool, ThreadPoolBuilder};

/// Jobs that wait for a thread or run, for each thread.
const BEGUN: usize = 2;

/// Jobs whose results are not taken yet, for each thread. One export takes as long as a hundred listings, and where the
/// others waited for it, a second thread would do nothing half of the time.
const AHEAD: usize = 64;

/// Bytes of the results that are not taken yet, above which no job is begun.
const MOST_BYTES: usize = 16 << 20;

/// Results that a job hands over before somebody takes them: what nearly every job has, its counts and one unit. With room
/// for fewer a thread would wait for all jobs before its own instead of beginning the next one.
const RESULTS: usize = 2;

/// Stack of each thread in bytes, whatever the environment says of stacks: what the main thread has.
const STACK: usize = 8 << 20;

/// Does `work` for each job on several threads, and hands the results to `take` in the order of the jobs, whichever is
/// done first.
///
/// `work` is given where its results go, which says whether anybody still wants them. Jobs start in their order, so that
/// the one whose results are awaited always runs. `size` is how many bytes a result holds. An error of `take` ends everything.
pub(in crate::cli) fn in_order<J: Send, R: Send>(
    threads: usize,
    jobs: impl Iterator<Item = J> + Send,
    work: impl Fn(J, &mut dyn FnMut(R) -> bool) + Sync,
    size: impl Fn(&R) -> usize + Sync,
    mut take: impl FnMut(R) -> io::Result<()>,
) -> io::Result<()> {
    let pool = pool(threads)?;
    let queue = Queue { threads: pool.current_num_threads(), ..Queue::default() };
    let (queue, work, size) = (&queue, &work, &size);
    let (window, awaited) = channel::<Receiver<R>>();
    std::thread::scope(|threads| {
        let feeder = Builder::new().stack_size(STACK);
        feeder.spawn_scoped(threads, || {
            let window = window;
            pool.in_place_scope_fifo(|scope| {
                for job in jobs {
                    let (results, receiver) = sync_channel(RESULTS);
                    if !queue.begin() || window.send(receiver).is_err() {
                        break;
                    }
                    scope.spawn_fifo(move |_| {
                        let _done = Last(|| queue.change(|state| state.begun -= 1));
                        work(job, &mut |result| {
                            queue.change(|state| state.bytes += size(&result));
                            results.send(result).is_ok()
                        });
                    });
                }
                // The last results are awaited while their jobs still run.
                drop(window);
            });
        })?;
        let _over = Last(|| queue.change(|state| state.is_over = true));
        for results in awaited {
            for result in results {
                queue.change(|state| state.bytes -= size(&result));
                take(result)?;
            }
            queue.change(|state| state.ahead -= 1);
        }
        Ok(())
    })
}

/// How many jobs are begun, and what their results hold.
#[derive(Default)]
struct Queue {
    threads: usize,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    /// Jobs that are not done.
    begun: usize,
    /// Jobs whose results are not all taken.
    ahead: usize,
    /// Bytes of results that are not taken.
    bytes: usize,
    /// Whether nobody takes results any more.
    is_over: bool,
}

impl Queue {
    fn change(&self, change: impl FnOnce(&mut State)) {
        // A job that panics ends the whole below; what it counted is right.
        change(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner));
        self.changed.notify_all();
    }

    /// Waits until there is room for a job, and counts it; whether anybody still takes results.
    fn begin(&self) -> bool {
        let has_no_room = |state: &mut State| {
            let is_full = state.begun >= BEGUN * self.threads || state.ahead >= AHEAD * self.threads;
            !state.is_over && (is_full || state.bytes > MOST_BYTES)
        };
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let mut state = self.changed.wait_while(state, has_no_room).unwrap_or_else(PoisonError::into_inner);
        state.begun += 1;
        state.ahead += 1;
        !state.is_over
    }
}

/// Done at the end of a scope, also where that ends by an error or a panic.
struct Last<F: Fn()>(F);

impl<F: Fn()> Drop for Last<F> {
    fn drop(&mut self) {
        (self.0)();
    }
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
            in_order(
                threads,
                0..300,
                work,
                |_| 1,
                |result| {
                    results.push(result);
                    Ok(())
                },
            )
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
        in_order(
            2,
            0..2,
            work,
            |_| 1,
            |result| {
                results.push(result);
                Ok(())
            },
        )
        .unwrap();
        assert_eq!(results, [0, 0, 1, 1]);
    }

    #[test]
    fn no_more_is_begun_than_the_queue_holds() {
        // Of results of 4 MiB, the fifth is too much, and what was begun before is done.
        for (size, most) in [(0, 2 * AHEAD), (4 << 20, 5 + 2 * BEGUN)] {
            let (begun, taken) = (AtomicUsize::new(0), AtomicUsize::new(0));
            let work = |job, emit: &mut dyn FnMut(usize) -> bool| {
                begun.fetch_add(1, Ordering::SeqCst);
                emit(job);
            };
            in_order(
                2,
                0..500,
                work,
                |_| size,
                |_| {
                    std::thread::sleep(Duration::from_micros(100));
                    let ahead = begun.load(Ordering::SeqCst) - taken.fetch_add(1, Ordering::SeqCst);
                    assert!(ahead <= most, "{ahead} jobs are ahead");
                    Ok(())
                },
            )
            .unwrap();
            assert_eq!(begun.into_inner(), 500);
        }
    }

    #[test]
    fn short_jobs_do_not_wait_for_a_long_one() {
        let others = AtomicUsize::new(0);
        let work = |job: usize, emit: &mut dyn FnMut(usize) -> bool| {
            let end = std::time::Instant::now() + Duration::from_mins(1);
            // The first ends when the others of its window are done.
            while job == 0 && others.load(Ordering::SeqCst) < AHEAD {
                assert!(std::time::Instant::now() < end, "the others wait");
                std::thread::sleep(Duration::from_millis(1));
            }
            others.fetch_add(usize::from(job > 0), Ordering::SeqCst);
            emit(job);
        };
        let mut results = Vec::new();
        in_order(
            2,
            0..200,
            work,
            |_| 1,
            |result| {
                results.push(result);
                Ok(())
            },
        )
        .unwrap();
        assert_eq!(results, (0..200).collect::<Vec<_>>());
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
            |_| 1,
            |_| {
                taken += 1;
                if taken == 5 { Err(io::ErrorKind::BrokenPipe.into()) } else { Ok(()) }
            },
        );
        assert_eq!((result.unwrap_err().kind(), taken), (io::ErrorKind::BrokenPipe, 5));
    }
}
