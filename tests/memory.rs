//! What work costs in memory.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

/// Counts what each thread holds, and the most that it has held.
struct Counting;

thread_local! {
    static HELD: Cell<usize> = const { Cell::new(0) };
    static MOST: Cell<usize> = const { Cell::new(0) };
}

fn take(size: usize) {
    // At the end of a thread its counters are gone, and nobody asks for them any more.
    let held = HELD.try_with(|held| held.replace(held.get().saturating_add(size)).saturating_add(size));
    _ = MOST.try_with(|most| most.set(most.get().max(held.unwrap_or_default())));
}

fn give_back(size: usize) {
    _ = HELD.try_with(|held| held.set(held.get().saturating_sub(size)));
}

#[expect(unsafe_code, reason = "an allocator cannot be written without; this one only counts what the system's does")]
// SAFETY: every call is handed on to the allocator of the system as it came.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        take(layout.size());
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        give_back(layout.size());
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // Both may be held while the content is moved.
        take(size);
        let moved = unsafe { System.realloc(pointer, layout, size) };
        give_back(layout.size());
        moved
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

/// Does the work, and gives the most memory that it held beyond what was held before.
pub fn most_during<T>(work: impl FnOnce() -> T) -> (T, usize) {
    let before = HELD.get();
    MOST.set(before);
    let result = work();
    (result, MOST.get().saturating_sub(before))
}
