# Everything that CI does.
ready:
    .ci/run

# Formatting, lints and tests, as far as they are quick.
check:
    cargo fmt --check
    cargo clippy --all-targets -- -D warnings
    cargo test

# Rewrite the documents and the expected reports. Read the difference before you commit it.
bless:
    SNAPSHOTS=overwrite cargo test

# Write the picture of the README, docs/hijack.svg, from what the program prints.
picture:
    SNAPSHOTS=overwrite cargo test --test suite picture

# Examine ten thousand pieces of evidence and measure the memory that this takes.
scale:
    PIECES=10000 cargo test --release --test suite scan::scale -- --nocapture

# Faults of the system: full disks, limits, and a hundred runs killed at different times.
faults:
    KILLS=100 cargo test --test suite scan::faults -- --nocapture

# Examine a real hive with 100,000 random bit flips, and truncated at every sector; reports with every bit flipped, exports
# truncated at every byte, and archives with every byte changed.
damage:
    FLIPS=100000 cargo test --release --test suite -- damage cut_exports no_changed_byte --include-ignored --nocapture
    REPAIRS=20000 cargo test --release --test suite repair::property -- --nocapture

# Count false alarms by Windows version on public hives of clean installations: see docs/contributing.md.
vanilla DIR:
    VANILLA={{absolute_path(DIR)}} cargo test --release --test suite vanilla -- --nocapture

# Catalogs and recovered hives against those of other programs: see docs/differential.md. `--short` takes minutes.
differential *OPTIONS:
    tests/differential/run.sh {{OPTIONS}}

# The queries of docs/queries.md over a scan of the cases; `--bless` writes the rows that are expected.
queries *OPTIONS:
    tests/queries/run.sh {{OPTIONS}}

# Mutation tests of one folder, such as `just mutants layout`: docs/robustness.md has the survivors.
mutants FOLDER *OPTIONS:
    nice -n 19 .ci/mutants --file 'src/{{FOLDER}}/**/*.rs' {{OPTIONS}}

# Licences, duplicates, sources and known vulnerabilities of the crates of the tree.
deny:
    cargo deny --locked check

# The documentation of the library.
doc:
    cargo doc --no-deps --open

# Fuzz a target, or all of them one after the other, for so many seconds each: see docs/contributing.md.
fuzz TARGET="all" SECONDS="60":
    .ci/fuzz {{TARGET}} {{SECONDS}}

# Everything that is released, into target/dist, as far as this machine can: `just dist`, or `just dist wheel`.
dist *TARGETS:
    integrations/packaging/dist {{TARGETS}}

# The page that examines in the browser: target/web/catalog9.html.
web:
    integrations/web/build

# The Windows program under Wine against the program of this system.
windows:
    tests/windows/run.sh

# Measure the speed beside other programs, and write the tables of docs/performance.md: half an hour. `--quick` takes minutes.
bench *OPTIONS:
    benches/table.py {{OPTIONS}}

# Instructions of eight commands against benches/counts.txt; `--bless` writes that file.
counts *OPTIONS:
    benches/counts {{OPTIONS}}
