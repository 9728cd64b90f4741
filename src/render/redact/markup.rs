//! The texts in markup.

/// Markup of ours with each of its texts replaced. Styles and scripts are no texts.
pub(super) fn each_text(markup: &str, replace: &mut dyn FnMut(&str) -> String) -> String {
    let mut replaced = String::with_capacity(markup.len());
    let mut rest = markup;
    while let Some((text, tag)) = rest.split_once('<') {
        replaced.push_str(&escaped(&replace(&unescaped(text))));
        let raw = ["style", "script"].into_iter().find(|name| tag.starts_with(name));
        let end = raw.map_or_else(|| tag.find('>'), |name| tag.find(&format!("</{name}>")));
        let (tag, after) = tag.split_at_checked(end.unwrap_or(tag.len())).unwrap_or((tag, ""));
        replaced.push('<');
        replaced.push_str(&raw.map_or_else(|| read_aloud(tag, replace), |_| tag.to_owned()));
        rest = after;
        // The bracket, or the one that begins the tag which ends what is raw.
        if let Some(after) = rest.strip_prefix('>') {
            replaced.push('>');
            rest = after;
        }
    }
    replaced.push_str(&escaped(&replace(&unescaped(rest))));
    replaced
}

/// A tag with what screen readers read replaced.
fn read_aloud(tag: &str, replace: &mut dyn FnMut(&str) -> String) -> String {
    const BEGIN: &str = " aria-label=\"";
    match tag.split_once(BEGIN).and_then(|(before, rest)| Some((before, rest.split_once('"')?))) {
        Some((before, (value, after))) => {
            format!("{before}{BEGIN}{}\"{after}", escaped(&replace(&unescaped(value))))
        }
        None => tag.to_owned(),
    }
}

/// How maud escapes: the ampersand first, and last when this is taken back.
const ESCAPES: [(&str, &str); 4] = [("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("\"", "&quot;")];

fn escaped(text: &str) -> String {
    ESCAPES.iter().fold(text.to_owned(), |text, (plain, escaped)| text.replace(plain, escaped))
}

fn unescaped(text: &str) -> String {
    ESCAPES.iter().rev().fold(text.to_owned(), |text, (plain, escaped)| text.replace(escaped, plain))
}
