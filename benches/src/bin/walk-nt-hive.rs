//! Reads the keys of a hive that catalog9 reads, and does nothing with them: a map and nt-hive. With `--paths` it prints
//! the paths of these keys.

use std::fs::File;

use catalog9_benches::{KEYS, TREES};
use memmap2::Mmap;
use nt_hive::{Hive, KeyNode};

fn main() {
    let path = std::env::args().nth(1).expect("walk-nt-hive HIVE");
    let file = File::open(path).expect("a hive");
    // SAFETY: this program ends before anything could change the file that it measures.
    let map = unsafe { Mmap::map(&file) }.expect("a map");
    let bytes: &[u8] = &map;
    let hive = Hive::without_validation(bytes).expect("a hive");
    let root = hive.root_key_node().expect("a root");
    let prints_paths = std::env::args().nth(2).is_some_and(|option| option == "--paths");
    let mut read = 0;
    for (paths, whole_tree) in [(TREES.as_slice(), true), (KEYS.as_slice(), false)] {
        for path in paths {
            if let Some(Ok(node)) = root.subpath(path) {
                if prints_paths {
                    print_paths(&node, path, whole_tree);
                } else {
                    read += walk(&node, whole_tree);
                }
            }
        }
    }
    if !prints_paths {
        println!("{read}");
    }
}

/// How many bytes the values of a key have; with `whole_tree` also those of all keys below it.
fn walk(node: &KeyNode<&[u8]>, whole_tree: bool) -> usize {
    let mut read = 0;
    for value in node.values().into_iter().filter_map(Result::ok).flatten().filter_map(Result::ok) {
        read += value.data().and_then(nt_hive::KeyValueData::into_vec).map_or(0, |data| data.len());
    }
    if whole_tree {
        for subnode in node.subkeys().into_iter().filter_map(Result::ok).flatten().filter_map(Result::ok) {
            read += walk(&subnode, true);
        }
    }
    read
}

fn print_paths(node: &KeyNode<&[u8]>, path: &str, whole_tree: bool) {
    println!("{path}");
    let subnodes = node.subkeys().filter(|_| whole_tree).into_iter().filter_map(Result::ok).flatten();
    for subnode in subnodes.filter_map(Result::ok) {
        let name = subnode.name().map(|name| name.to_string_lossy()).unwrap_or_default();
        print_paths(&subnode, &format!(r"{path}\{name}"), true);
    }
}
