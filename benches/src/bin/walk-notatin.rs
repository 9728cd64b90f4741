//! Reads the keys of a hive that catalog9 reads, and does nothing with them: notatin.

use std::hint::black_box;
use std::path::PathBuf;

use catalog9_benches::{KEYS, LIST, TREES};
use notatin::cell_key_node::CellKeyNode;
use notatin::parser::Parser;
use notatin::parser_builder::ParserBuilder;

fn main() {
    let path: PathBuf = std::env::args().nth(1).expect("walk-notatin HIVE").into();
    let mut parser = ParserBuilder::from_path(path).build().expect("a hive");
    let mut read = 0;
    for (paths, levels) in [(TREES.as_slice(), usize::MAX), (&[LIST], 1), (KEYS.as_slice(), 0)] {
        for path in paths {
            if let Ok(Some(mut node)) = parser.get_key(path, false) {
                read += walk(&mut node, &mut parser, levels);
            }
        }
    }
    println!("{read}");
}

/// How many values a key has, and the keys below it down to so many levels.
fn walk(node: &mut CellKeyNode, parser: &mut Parser, levels: usize) -> usize {
    let mut read = node.value_iter().inspect(|value| drop(black_box(value.get_content()))).count();
    if levels > 0 {
        for mut subnode in node.read_sub_keys(parser) {
            read += walk(&mut subnode, parser, levels - 1);
        }
    }
    read
}
