//! Reads the keys of a hive that catalog9 reads, and does nothing with them: notatin.

use std::path::PathBuf;

use catalog9_benches::{KEYS, TREES};
use notatin::cell_key_node::CellKeyNode;
use notatin::parser::Parser;
use notatin::parser_builder::ParserBuilder;

fn main() {
    let path: PathBuf = std::env::args().nth(1).expect("walk-notatin HIVE").into();
    let mut parser = ParserBuilder::from_path(path).build().expect("a hive");
    let mut read = 0;
    for (paths, whole_tree) in [(TREES.as_slice(), true), (KEYS.as_slice(), false)] {
        for path in paths {
            if let Ok(Some(mut node)) = parser.get_key(path, false) {
                read += walk(&mut node, &mut parser, whole_tree);
            }
        }
    }
    println!("{read}");
}

/// How many values a key has; with `whole_tree` also those of all keys below it.
fn walk(node: &mut CellKeyNode, parser: &mut Parser, whole_tree: bool) -> usize {
    let mut read = node.value_iter().map(|value| value.get_content().0).count();
    if whole_tree {
        for mut subnode in node.read_sub_keys(parser) {
            read += walk(&mut subnode, parser, true);
        }
    }
    read
}
