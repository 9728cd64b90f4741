//! Files mapped into memory: the only file of the program with `unsafe` in it.
//!
//! A SYSTEM hive has up to 16 MB, of which an examination that neither hashes nor carves needs a few dozen pages. Mapped,
//! only those are read. The price is that a file which somebody cuts off while it is mapped raises SIGBUS when a page behind its new end is
//! touched, and that kills the program. [`Map::guarded`] therefore catches that signal: the handler puts a page of
//! zeros where the file has none any more and leaves a mark, so that the examination ends and is then refused as a
//! whole. systemd treats its journal files in the same way.

use std::fs::File;
use std::io::{self, BufReader, Read};

use catalog9::Options;
use catalog9::evidence::{Scratch, Space};
use memmap2::{Mmap, MmapMut};

/// A mapped file.
pub(in crate::cli) struct Map(Mmap);

/// A temporary file without a name, mapped. Nobody else can reach it, so that it cannot shrink.
#[derive(Debug)]
pub(in crate::cli) struct Unlinked(Mmap);

impl Unlinked {
    /// Maps a file that has no name, or none that anybody else could guess and open.
    pub(in crate::cli) fn new(file: &File) -> io::Result<Self> {
        // SAFETY: as for `Map`; no other process knows the file.
        #[allow(unsafe_code, reason = "mapping is the point of this file")]
        let map = unsafe { Mmap::map(file)? };
        Ok(Self(map))
    }

    /// All of its bytes.
    pub(in crate::cli) fn bytes(&self) -> &[u8] {
        &self.0
    }
}

/// How much of a file is read, which decides on what the system reads ahead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::cli) enum Reading {
    /// A few pages here and there: to read ahead would only cost time.
    HereAndThere,
    /// Every page, since the file is hashed or searched for what was deleted.
    Throughout,
}

impl Reading {
    /// How much of a hive an examination with these options reads.
    pub(in crate::cli) fn of(options: &Options) -> Self {
        if options.hash || options.carve { Self::Throughout } else { Self::HereAndThere }
    }
}

/// The file was cut off while its bytes were used.
#[derive(Debug)]
pub(in crate::cli) struct Shrunk {
    /// How many bytes it had.
    pub(in crate::cli) expected: usize,
}

impl Map {
    /// Maps a file.
    pub(in crate::cli) fn new(file: &File, reading: Reading) -> io::Result<Self> {
        // SAFETY: the map is private and read-only. What remains is that another process may change the file: then
        // the bytes change under a shared slice. Every reader of them checks bounds on each access and keeps no
        // invariant between two of them, so it may see nonsense but not break; that the file shrinks is what the
        // guard below is for.
        #[allow(unsafe_code, reason = "mapping is the point of this file")]
        let map = unsafe { Mmap::map(file)? };
        #[cfg(unix)]
        map.advise(match reading {
            Reading::HereAndThere => memmap2::Advice::Random,
            Reading::Throughout => memmap2::Advice::Sequential,
        })?;
        #[cfg(not(unix))]
        let _ = reading;
        Ok(Self(map))
    }

    /// The bytes of the file, to be used as long as what is returned lives.
    pub(in crate::cli) fn guarded(&self) -> Guarded<'_> {
        Guarded { bytes: &self.0, guard: Some(guard::Guard::new(&self.0)) }
    }
}

/// The bytes of a file, of which those are zeros that it has lost while it was mapped.
pub(in crate::cli) struct Guarded<'a> {
    bytes: &'a [u8],
    guard: Option<guard::Guard>,
}

impl<'a> Guarded<'a> {
    /// Bytes that nobody else can take away.
    pub(in crate::cli) fn of_own(bytes: &'a [u8]) -> Self {
        Self { bytes, guard: None }
    }

    /// The bytes.
    pub(in crate::cli) fn bytes(&self) -> &[u8] {
        self.bytes
    }

    /// Whether the file was whole all the time. Nothing that was made of its bytes before is to be believed else.
    pub(in crate::cli) fn ensure_whole(&self) -> Result<(), Shrunk> {
        let has_shrunk = self.guard.as_ref().is_some_and(guard::Guard::has_shrunk);
        if has_shrunk { Err(Shrunk { expected: self.bytes.len() }) } else { Ok(()) }
    }
}

/// Space for recovered hives: in memory, or above [`MOST_IN_MEMORY`] in a temporary file that has no name.
#[derive(Debug)]
pub(in crate::cli) struct TemporarySpace;

/// The longest hive that is recovered in memory, in bytes. The largest real SYSTEM hive has 16 MB.
const MOST_IN_MEMORY: usize = 16 << 20;

impl Scratch for TemporarySpace {
    fn space(&self, length: usize) -> io::Result<Space> {
        if length <= MOST_IN_MEMORY {
            return Ok(Space::new(vec![0; length]));
        }
        let mut file = tempfile::tempfile()?;
        // Written, not only extended: on a full disk this fails, while a write to the map would kill the program.
        let zeros = io::repeat(0).take(u64::try_from(length).unwrap_or(u64::MAX));
        io::copy(&mut BufReader::with_capacity(1 << 20, zeros), &mut file)?;
        // SAFETY: the file has no name, so that no other process can change it.
        #[allow(unsafe_code, reason = "mapping is the point of this file")]
        let map = unsafe { MmapMut::map_mut(&file)? };
        Ok(Space::new(map))
    }
}

#[cfg(unix)]
mod guard {
    use std::ptr;
    use std::sync::Once;
    use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

    /// How many maps can be used at the same time.
    const SLOTS: usize = 256;

    /// A range of memory in which SIGBUS is caught.
    struct Slot {
        begin: AtomicUsize,
        end: AtomicUsize,
        is_taken: AtomicBool,
        has_shrunk: AtomicBool,
    }

    static SLOT: [Slot; SLOTS] = [const {
        Slot {
            begin: AtomicUsize::new(0),
            end: AtomicUsize::new(0),
            is_taken: AtomicBool::new(false),
            has_shrunk: AtomicBool::new(false),
        }
    }; SLOTS];

    static PAGE: AtomicUsize = AtomicUsize::new(4096);

    /// Catches SIGBUS in a range of memory for as long as it lives.
    pub(super) struct Guard(Option<&'static Slot>);

    impl Guard {
        pub(super) fn new(bytes: &[u8]) -> Self {
            static HANDLER: Once = Once::new();
            HANDLER.call_once(install);
            let slot = SLOT.iter().find(|slot| !slot.is_taken.swap(true, Ordering::AcqRel));
            if let Some(slot) = slot {
                let begin = bytes.as_ptr().addr();
                slot.has_shrunk.store(false, Ordering::Release);
                slot.begin.store(begin, Ordering::Release);
                slot.end.store(begin + bytes.len(), Ordering::Release);
            }
            Self(slot)
        }

        pub(super) fn has_shrunk(&self) -> bool {
            self.0.is_some_and(|slot| slot.has_shrunk.load(Ordering::Acquire))
        }
    }

    impl Drop for Guard {
        fn drop(&mut self) {
            if let Some(slot) = self.0 {
                slot.end.store(0, Ordering::Release);
                slot.is_taken.store(false, Ordering::Release);
            }
        }
    }

    #[allow(unsafe_code, clippy::as_conversions, reason = "a signal handler cannot be set otherwise")]
    fn install() {
        // SAFETY: sysconf has no preconditions. The handler has the signature that SA_SIGINFO asks for and calls
        // nothing but mmap and sigaction, which are system calls; `action` is a plain structure for which zeros are
        // valid.
        unsafe {
            if let Ok(page) = usize::try_from(libc::sysconf(libc::_SC_PAGESIZE)) {
                PAGE.store(page, Ordering::Release);
            }
            let mut action: libc::sigaction = std::mem::zeroed();
            let handler: extern "C" fn(libc::c_int, *mut libc::siginfo_t, *mut libc::c_void) = handle;
            action.sa_sigaction = handler as libc::sighandler_t;
            action.sa_flags = libc::SA_SIGINFO;
            libc::sigaction(libc::SIGBUS, &raw const action, ptr::null_mut());
        }
    }

    /// Puts a page of zeros at the address that faulted, where it lies in a guarded map; else lets the signal kill.
    #[allow(unsafe_code, reason = "what a signal handler may do is only there as foreign functions")]
    extern "C" fn handle(_signal: libc::c_int, info: *mut libc::siginfo_t, _context: *mut libc::c_void) {
        // SAFETY: the kernel hands a valid siginfo_t over. The page that is replaced belongs to a map that this
        // program made and still holds, since its slot is taken, and nobody writes to it.
        unsafe {
            let address = (*info).si_addr().addr();
            let holds = |slot: &&Slot| {
                (slot.begin.load(Ordering::Acquire)..slot.end.load(Ordering::Acquire)).contains(&address)
            };
            if let Some(slot) = SLOT.iter().find(holds) {
                let page = PAGE.load(Ordering::Acquire);
                let begin = ptr::without_provenance_mut(address & !(page - 1));
                let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_FIXED;
                if libc::mmap(begin, page, libc::PROT_READ, flags, -1, 0) != libc::MAP_FAILED {
                    slot.has_shrunk.store(true, Ordering::Release);
                    return;
                }
            }
            let mut default: libc::sigaction = std::mem::zeroed();
            default.sa_sigaction = libc::SIG_DFL;
            libc::sigaction(libc::SIGBUS, &raw const default, ptr::null_mut());
        }
    }
}

#[cfg(not(unix))]
mod guard {
    /// Other systems do not let a mapped file be cut off.
    pub(super) struct Guard;

    impl Guard {
        pub(super) fn new(_: &[u8]) -> Self {
            Self
        }

        pub(super) fn has_shrunk(&self) -> bool {
            false
        }
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_neither_hashed_nor_carved_is_read_here_and_there() {
        let of = |hash, carve| Reading::of(&Options { hash, carve, ..Options::default() });
        assert_eq!(of(false, false), Reading::HereAndThere);
        for (hash, carve) in [(true, false), (false, true), (true, true)] {
            assert_eq!(of(hash, carve), Reading::Throughout);
        }
    }

    #[test]
    fn space_is_all_zeros_and_can_be_written() {
        for length in [4096, MOST_IN_MEMORY + 1] {
            let mut space = TemporarySpace.space(length).unwrap();
            assert_eq!(space.len(), length);
            assert!(space.iter().all(|byte| *byte == 0));
            space[length - 1] = 9;
            assert_eq!(space.last(), Some(&9));
        }
    }

    #[test]
    fn a_file_that_is_cut_off_under_the_map_ends_as_an_error() {
        let path = tempfile::NamedTempFile::new().unwrap();
        let length = 1 << 20;
        path.as_file().set_len(length).unwrap();
        let map = Map::new(path.as_file(), Reading::HereAndThere).unwrap();
        let sum = |bytes: &[u8]| bytes.iter().map(|byte| u64::from(*byte)).sum::<u64>();
        let guarded = map.guarded();
        assert_eq!(sum(guarded.bytes()), 0);
        assert!(guarded.ensure_whole().is_ok());
        path.as_file().set_len(0).unwrap();
        assert_eq!(sum(guarded.bytes()), 0);
        assert_eq!(guarded.ensure_whole().unwrap_err().expected, 1 << 20);
    }
}
