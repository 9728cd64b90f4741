#![no_main]

use catalog9_fuzz::mutation::pressed_item;
use catalog9_fuzz::oracle::{Formats, hold};
use catalog9_synth::hive::{Shape, write};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|item: &[u8]| drop(hold(&write(&pressed_item(item), &Shape::default()), Formats::One)));
