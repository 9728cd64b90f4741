//! What single pieces of the work cost: `cargo bench` in this folder. A piece is one call of the library.

use catalog9::catalog::{Text, notation};
use catalog9::evidence::log::{LogFile, LogRole};
use catalog9::evidence::{self, Content, ReadOptions};
use catalog9::render::json;
use catalog9::wire::v2::Document;
use catalog9::{Evidence, Options, examine};
use catalog9_benches::{clean_hive, dirty_hive, listing, nfo, registration_file, text};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};

fn read(bytes: &[u8], options: &ReadOptions<'_>) -> usize {
    evidence::read(&mut Content::Bytes(bytes), options).expect("evidence").control_sets.len()
}

fn reading(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("read");
    let hive = clean_hive("BENCH");
    let pieces = [
        ("hive", hive.clone()),
        ("registration file", registration_file("BENCH")),
        ("nfo", nfo("BENCH", 7_000)),
        ("text report", text("BENCH", 30_000)),
        ("netsh listing", listing()),
    ];
    for (name, bytes) in &pieces {
        group.throughput(Throughput::Bytes(bytes.len() as u64));
        group.bench_function(*name, |bencher| bencher.iter(|| read(bytes, &ReadOptions::default())));
    }
    group.throughput(Throughput::Bytes(hive.len() as u64));
    let carve = ReadOptions { carve: true, ..ReadOptions::default() };
    group.bench_function("hive, with deleted keys", |bencher| bencher.iter(|| read(&hive, &carve)));
    let (stored, log) = dirty_hive("BENCH");
    let logs = [LogFile { name: Text::from("SYSTEM.LOG1"), role: LogRole::Log1, bytes: &log }];
    let replay = ReadOptions { logs: &logs, ..ReadOptions::default() };
    group.throughput(Throughput::Bytes((stored.len() + log.len()) as u64));
    group.bench_function("dirty hive", |bencher| bencher.iter(|| read(&stored, &replay)));
    group.finish();
}

fn judging(criterion: &mut Criterion) {
    let hive = clean_hive("BENCH");
    let options = Options { hash: false, carve: false, ..Options::default() };
    let examined = || examine(Evidence::new(Text::from("SYSTEM"), Content::Bytes(&hive)), &options).expect("a hive");
    criterion.bench_function("examine a hive", |bencher| bencher.iter(examined));
    let examination = examined();
    criterion.bench_function("write JSON", |bencher| {
        bencher.iter(|| json::write(&Document::from(&examination), &mut Vec::new()).expect("memory"));
    });
    let case = include_str!("../fixtures/windows-10-plain/case.txt");
    criterion.bench_function("parse a case", |bencher| bencher.iter(|| notation::parse(case).expect("a case")));
}

criterion_group!(benches, reading, judging);
criterion_main!(benches);
