#!/usr/bin/env bash
# Compares catalog9 with other programs: see docs/differential.md. Ends with 77 where these cannot be had.
set -euo pipefail
cd "$(dirname "$0")/../.."
venv=target/differential
if ! "$venv/bin/python" -c 'import dissect.regf, lxml, pefile, Registry, regipy' 2>/dev/null; then
    python3 -m venv "$venv" || exit 77
    "$venv/bin/pip" install --quiet --requirement tests/differential/requirements.txt || exit 77
fi
cargo build --locked --quiet --workspace --bin catalog9 --example library-facts --example recover-hive --example write-evidence
exec "$venv/bin/python" tests/differential/run.py target/debug "$@"
