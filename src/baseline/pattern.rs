//! Patterns of names, as files of providers have them.

/// Whether a pattern, which may end in `*`, stands for that text in any letter case.
pub(super) fn matches(pattern: &str, text: &str) -> bool {
    let text = text.as_bytes();
    match pattern.as_bytes() {
        [beginning @ .., b'*'] => {
            text.get(..beginning.len()).is_some_and(|start| start.eq_ignore_ascii_case(beginning))
        }
        pattern => pattern.eq_ignore_ascii_case(text),
    }
}
