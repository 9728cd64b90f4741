//! Reads the keys of hives that catalog9 reads, and does nothing with them: a map and nt-hive. With `--paths` it prints
//! the paths of these keys.

use std::fs::File;

use catalog9_benches::{KEYS, LIST, TREES};
use memmap2::Mmap;
use nt_hive::{Hive, KeyNode};

fn main() {
    let (options, paths): (Vec<String>, Vec<String>) = std::env::args().skip(1).partition(|text| text == "--paths");
    for path in paths {
        read(&path, !options.is_empty());
    }
}

fn read(path: &str, prints_paths: bool) {
    let file = File::open(path).expect("a hive");
    // SAFETY: this program ends before anything could change the file that it measures.
    let map = unsafe { Mmap::map(&file) }.expect("a map");
    #[cfg(unix)]
    map.advise(memmap2::Advice::Random).expect("advice that is taken");
    let bytes: &[u8] = &map;
    let hive = Hive::without_validation(bytes).expect("a hive");
    let root = hive.root_key_node().expect("a root");
    let mut read = 0;
    for (paths, levels) in [(TREES.as_slice(), usize::MAX), (&[LIST], 1), (KEYS.as_slice(), 0)] {
        for path in paths {
            if let Some(Ok(node)) = root.subpath(path) {
                if prints_paths {
                    print_paths(&node, path, levels);
                } else {
                    read += walk(&node, levels);
                }
            }
        }
    }
    if !prints_paths {
        println!("{read}");
    }
}

/// How many bytes the values of a key have, and of the keys below it down to so many levels.
fn walk(node: &KeyNode<&[u8]>, levels: usize) -> usize {
    let mut read = 0;
    for value in node.values().into_iter().filter_map(Result::ok).flatten().filter_map(Result::ok) {
        read += value.data().and_then(nt_hive::KeyValueData::into_vec).map_or(0, |data| data.len());
    }
    if levels > 0 {
        for subnode in node.subkeys().into_iter().filter_map(Result::ok).flatten().filter_map(Result::ok) {
            read += walk(&subnode, levels - 1);
        }
    }
    read
}

fn print_paths(node: &KeyNode<&[u8]>, path: &str, levels: usize) {
    println!("{path}");
    let subnodes = node.subkeys().filter(|_| levels > 0).into_iter().filter_map(Result::ok).flatten();
    for subnode in subnodes.filter_map(Result::ok) {
        let name = subnode.name().map(|name| name.to_string_lossy()).unwrap_or_default();
        print_paths(&subnode, &format!(r"{path}\{name}"), levels - 1);
    }
}
