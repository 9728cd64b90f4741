#!/usr/bin/env bash
# Runs the Windows program under Wine, and compares what it writes with what the program of this system writes: the same
# bytes. `run.sh [PROFILE]`: debug or release. Ends with 77 where Wine or mingw-w64 cannot be had.
set -euo pipefail
cd "$(dirname "$0")/../.."
target=x86_64-pc-windows-gnu
profile=${1:-debug}
for needed in wine x86_64-w64-mingw32-gcc; do
    command -v $needed >/dev/null || { echo "$needed cannot be had"; exit 77; }
done
flags=()
[[ $profile == release ]] && flags=(--release)
cargo build --locked --quiet --bin catalog9 --target $target "${flags[@]}"
cargo build --locked --quiet --workspace --bin catalog9 --example write-evidence

folder=$(mktemp -d)
export WINEPREFIX=$folder/prefix WINEDEBUG=-all WINEDLLOVERRIDES="mscoree,mshtml="
unset DISPLAY
trap 'wineserver -k 2>/dev/null || true; rm -rf "$folder"' EXIT
x86_64-w64-mingw32-gcc -shared -o "$folder/bcryptprimitives.dll" tests/windows/bcryptprimitives.c -ladvapi32
programs=$PWD/target
cp "target/$target/$profile/catalog9.exe" "$folder/"
mkdir "$folder/hives"
cp fixtures/layered-provider-effective/SYSTEM "$folder/hives/"
for kind in cases reg nfo; do "$programs/debug/examples/write-evidence" $kind "$folder/hives/$kind" 0 3; done
printf 'no evidence' >"$folder/hives/note.txt"
mkdir "$folder/hives/Übung €"
cp fixtures/layered-provider-effective/SYSTEM "$folder/hives/Übung €/"
tar -C "$folder/hives" -cf "$folder/hives/cases.tar" cases

cd "$folder"
failed=0
passed=0
# What both write to standard output, and their exit codes. Windows gets paths as it writes them, with backslashes.
compare() {
    local here=0 there=0
    "$programs/debug/catalog9" "$@" >here 2>here.err || here=$?
    wine catalog9.exe "${@//hives\//hives\\}" >there 2>there.err || there=$?
    if [[ $here == "$there" ]] && cmp -s here there && [[ -s here ]]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "catalog9 $*: exit $here here, $there on Windows"
        diff here there | head -n 10 || true
        head -n 5 there.err
    fi
}
compare --version
for file in SYSTEM reg/000001.reg nfo/000002.nfo; do
    for format in json table sarif; do compare examine --format $format "hives/$file"; done
done
compare examine --full hives/cases/000000.SYSTEM
compare examine --format json "hives/Übung €/SYSTEM"
compare scan --format jsonl hives
compare scan --format jsonl --isolation none hives
compare scan --format oneline hives/cases
compare scan --format csv --exclude 'cases/**' hives
compare scan --format jsonl hives/cases.tar
compare explain lsp
echo "$passed passed, $failed failed"
((failed == 0))
cd "$programs/.."
cargo test --locked --test suite wine_repairs -- --ignored
