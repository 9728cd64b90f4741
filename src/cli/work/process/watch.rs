//! Ends worker processes that take too long for a unit.

use std::process::Child;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// How often it looks.
const PAUSE: Duration = Duration::from_millis(50);

/// A process that is watched.
pub(super) struct Watched {
    child: Mutex<Child>,
    deadline: Mutex<Option<Instant>>,
    has_expired: AtomicBool,
}

impl Watched {
    /// The process.
    pub(super) fn child(&self) -> MutexGuard<'_, Child> {
        held(&self.child)
    }

    /// When it must have said something; nothing while it is not waited for.
    pub(super) fn set_deadline(&self, deadline: Option<Instant>) {
        *held(&self.deadline) = deadline;
    }

    /// Whether it was ended because it had said nothing until then.
    pub(super) fn has_expired(&self) -> bool {
        self.has_expired.load(Ordering::Acquire)
    }

    fn look(&self, now: Instant) {
        if held(&self.deadline).is_some_and(|deadline| deadline <= now) {
            self.has_expired.store(true, Ordering::Release);
            let _ = self.child().kill();
        }
    }
}

fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Nobody panics while they hold it, and if they did what is in it would still be right.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A thread that watches processes until it is dropped.
pub(super) struct Watch {
    watched: Arc<Mutex<Vec<Weak<Watched>>>>,
    is_over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Watch {
    pub(super) fn start() -> std::io::Result<Self> {
        let watched: Arc<Mutex<Vec<Weak<Watched>>>> = Arc::default();
        let is_over = Arc::new(AtomicBool::new(false));
        let (processes, end) = (Arc::clone(&watched), Arc::clone(&is_over));
        let watch = move || {
            while !end.load(Ordering::Acquire) {
                thread::park_timeout(PAUSE);
                let now = Instant::now();
                held(&processes).retain(|process| process.upgrade().inspect(|process| process.look(now)).is_some());
            }
        };
        let thread = thread::Builder::new().stack_size(256 << 10).spawn(watch)?;
        Ok(Self { watched, is_over, thread: Some(thread) })
    }

    /// Watches a process from now on.
    pub(super) fn add(&self, child: Child) -> Arc<Watched> {
        let watched =
            Watched { child: Mutex::new(child), deadline: Mutex::new(None), has_expired: AtomicBool::new(false) };
        let watched = Arc::new(watched);
        held(&self.watched).push(Arc::downgrade(&watched));
        watched
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Release);
        if let Some(thread) = self.thread.take() {
            thread.thread().unpark();
            let _ = thread.join();
        }
    }
}
