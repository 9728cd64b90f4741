//! Faults that tests switch on: `CATALOG9_FAULT=abort:NAME` in the environment of a build with debug assertions, and only
//! there. A unit whose label has that name in it then aborts, overflows its stack, takes memory without an end, sleeps, ends
//! its process, or waits until somebody says `go`.

/// Does what the environment asks for, if it asks for this unit.
#[cfg(debug_assertions)]
pub(in crate::cli) fn act(label: &str) {
    let Ok(orders) = std::env::var("CATALOG9_FAULT") else { return };
    for (fault, name) in orders.split(',').filter_map(|order| order.split_once(':')) {
        if !label.contains(name) {
            continue;
        }
        match fault {
            "abort" => std::process::abort(),
            "overflow" => drop(std::hint::black_box(overflow(0))),
            "allocate" => allocate(),
            "wait" => wait(),
            "sleep" => std::thread::sleep(std::time::Duration::from_hours(1)),
            #[expect(clippy::exit, reason = "a worker that ends without a word")]
            "exit" => std::process::exit(0),
            _ => {}
        }
    }
}

/// Nothing can be switched on here.
#[cfg(not(debug_assertions))]
pub(in crate::cli) fn act(_: &str) {}

#[cfg(debug_assertions)]
fn overflow(depth: u64) -> [u64; 512] {
    let mut frame = std::hint::black_box([depth; 512]);
    if std::hint::black_box(depth) < u64::MAX {
        frame = overflow(depth + 1);
    }
    std::hint::black_box(frame)
}

/// Makes a file `waiting`, and waits until somebody has made a file `go`.
#[cfg(debug_assertions)]
fn wait() {
    let _ = std::fs::write("waiting", b"");
    for _ in 0..6000 {
        if std::path::Path::new("go").exists() {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
}

#[cfg(debug_assertions)]
fn allocate() {
    let mut held = Vec::new();
    loop {
        held.push(std::hint::black_box(vec![1_u8; 16 << 20]));
    }
}
