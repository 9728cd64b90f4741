//! Decodes files with the crates that catalog9 has for them, and does nothing with what comes out: `decode nfo FILE` for
//! a report in UTF-16, `decode zst FILE` for a compressed one. `decode log FILE` hashes the entries of a transaction log,
//! which Windows and catalog9 do before they apply one.

use std::fs::File;
use std::io;

use quick_xml::Reader;
use quick_xml::events::Event;
use ruzstd::decoding::StreamingDecoder;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [what, paths @ ..] = arguments.as_slice() else { panic!("decode nfo|zst|log FILE…") };
    for path in paths {
        decode(what, path);
    }
}

fn decode(what: &str, path: &str) {
    let file = File::open(path).expect("a file");
    // SAFETY: this program ends before anything could change the file that it measures.
    let map = || unsafe { memmap2::Mmap::map(&file) }.expect("a map");
    let count = match what {
        "nfo" => {
            let map = map();
            let (text, _) = encoding_rs::UTF_16LE.decode_with_bom_removal(&map);
            events(&text)
        }
        "log" => hash_of_entries(&map()),
        "zst" => {
            let mut stream = StreamingDecoder::new(io::BufReader::new(&file)).expect("a frame");
            io::copy(&mut stream, &mut io::sink()).expect("a stream that is whole")
        }
        other => panic!("nothing is decoded as {other}"),
    };
    println!("{count}");
}

fn events(text: &str) -> u64 {
    let mut reader = Reader::from_str(text);
    let mut count = 0;
    while !matches!(reader.read_event(), Ok(Event::Eof) | Err(_)) {
        count += 1;
    }
    count
}

/// The hashes of the entries of a log in the new format, taken together.
fn hash_of_entries(log: &[u8]) -> u64 {
    let number = |at: usize| log.get(at..)?.first_chunk().map(|bytes| u32::from_le_bytes(*bytes));
    let (mut at, mut together) = (512, 0);
    while log.get(at..).is_some_and(|rest| rest.starts_with(b"HvLE")) {
        let end = at + number(at + 4).expect("a length") as usize;
        together ^= marvin32(&log[at + 40..end]);
        at = end;
    }
    together
}

/// Marvin32 without its end, which takes no time.
fn marvin32(bytes: &[u8]) -> u64 {
    let (mut low, mut high) = (0x7A4E_55C5_u32, 0x82EF_4D88_u32);
    for word in bytes.as_chunks().0 {
        low = low.wrapping_add(u32::from_le_bytes(*word));
        high ^= low;
        low = low.rotate_left(20).wrapping_add(high);
        high = high.rotate_left(9) ^ low;
        low = low.rotate_left(27).wrapping_add(high);
        high = high.rotate_left(19);
    }
    u64::from(high) << 32 | u64::from(low)
}
