//! Decodes a file with the crates that catalog9 has for it, and does nothing with what comes out: `decode nfo FILE` for a
//! report in UTF-16, `decode zst FILE` for a compressed one.

use std::fs::File;
use std::io;

use quick_xml::Reader;
use quick_xml::events::Event;
use ruzstd::decoding::StreamingDecoder;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [what, path] = arguments.as_slice() else { panic!("decode nfo|zst FILE") };
    let file = File::open(path).expect("a file");
    let count = match what.as_str() {
        "nfo" => {
            // SAFETY: this program ends before anything could change the file that it measures.
            let map = unsafe { memmap2::Mmap::map(&file) }.expect("a map");
            let (text, _) = encoding_rs::UTF_16LE.decode_with_bom_removal(&map);
            events(&text)
        }
        "zst" => {
            let mut stream = StreamingDecoder::new(io::BufReader::new(file)).expect("a frame");
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
