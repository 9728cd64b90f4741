#!/usr/bin/env bash
# Runs the queries of docs/queries.md: see there. Ends with 77 where DuckDB cannot be had.
set -euo pipefail
cd "$(dirname "$0")/../.."
venv=target/queries
if ! "$venv/bin/python" -c 'import duckdb' 2>/dev/null; then
    python3 -m venv "$venv" || exit 77
    "$venv/bin/pip" install --quiet --requirement tests/queries/requirements.txt || exit 77
fi
cargo build --locked --quiet --workspace --bin catalog9 --example write-evidence
exec "$venv/bin/python" tests/queries/run.py target/debug "$@"
