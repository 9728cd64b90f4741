//! `--providers` and `--deny`: what the user knows beside what catalog9 knows.

use std::ffi::OsString;

// Files with what the user knows.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct KnowledgeArgs {
    /// File (TOML) with providers that you know, so that they are not reported as unknown; repeatable; see
    /// docs/knowledge.md
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) providers: Vec<OsString>,

    /// File (TOML) with GUIDs, DLL names and hashes that are an error wherever they appear; repeatable; see
    /// docs/knowledge.md
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) deny: Vec<OsString>,
}
