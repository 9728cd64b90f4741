//! Patterns of names, as files of providers have them.

/// Whether a pattern, which may end in `*`, stands for that text in any letter case.
pub(super) fn matches(pattern: &str, text: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(beginning) => text.get(..beginning.len()).is_some_and(|start| start.eq_ignore_ascii_case(beginning)),
        None => pattern.eq_ignore_ascii_case(text),
    }
}
