//! A program that does nothing: what any program in Rust takes to start.

fn main() {}
