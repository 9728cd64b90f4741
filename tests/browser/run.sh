#!/usr/bin/env bash
# Opens reports in Chromium: see check.mjs. Ends with 77 where a browser, Node or its packages cannot be had.
set -euo pipefail
cd "$(dirname "$0")/../.."
source tests/browser/set-up.sh
cp tests/browser/check.mjs "$folder/"
cargo build --locked --quiet --workspace --bin catalog9 --example write-evidence
CHROMIUM=$browser exec node "$folder/check.mjs" target/debug "$folder/reports"
