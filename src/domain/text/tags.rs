//! HTML tags and BBCode in a body that is no HTML: they show as they are, yet they are no words.

use std::ops::Range;

/// The longest tag that is looked for, in bytes.
const LONGEST: usize = 4_096;

const HTML: [&str; 28] = [
    "a",
    "abbr",
    "b",
    "blockquote",
    "br",
    "center",
    "code",
    "del",
    "div",
    "em",
    "font",
    "h1",
    "h2",
    "h3",
    "i",
    "iframe",
    "img",
    "li",
    "ol",
    "p",
    "pre",
    "script",
    "span",
    "strong",
    "style",
    "table",
    "u",
    "ul",
];

const BBCODE: [&str; 15] =
    ["b", "i", "u", "s", "url", "link", "img", "quote", "code", "size", "color", "center", "email", "list", "font"];

/// Where tags stand in a folded text, in order.
pub(super) fn find(folded: &str) -> Vec<Range<usize>> {
    let mut tags = Vec::new();
    let mut at = 0;
    while let Some(from) =
        folded.as_bytes().get(at..).and_then(|rest| rest.iter().position(|b| matches!(b, b'<' | b'[')))
    {
        let start = at + from;
        match folded.get(start..).and_then(tag) {
            Some(bytes) => {
                tags.push(start..start + bytes);
                at = start + bytes;
            }
            None => at = start + 1,
        }
    }
    tags
}

/// How long the tag is that begins `text`.
fn tag(text: &str) -> Option<usize> {
    let (open, close, names): (_, _, &[&str]) =
        if text.starts_with('<') { ('<', '>', &HTML) } else { ('[', ']', &BBCODE) };
    let inner = text.get(1..)?;
    let name = inner.strip_prefix('/').unwrap_or(inner);
    let length = name.bytes().take_while(u8::is_ascii_alphanumeric).count();
    if !names.contains(&name.get(..length)?) {
        return None;
    }
    // Another opening ends the search, so that all searches together are linear.
    let end = inner.bytes().take(LONGEST).position(|byte| byte == close as u8 || byte == open as u8)?;
    (inner.as_bytes().get(end) == Some(&(close as u8))).then_some(end + 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_found_and_comparisons_are_not() {
        let tags = |text: &'static str| find(text).into_iter().map(|at| text.get(at).unwrap()).collect::<Vec<_>>();
        assert_eq!(tags("<a href='x'>y</a> et [url=z]t[/url]"), ["<a href='x'>", "</a>", "[url=z]", "[/url]"]);
        assert_eq!(tags("a <b and <br/> [sic] <3 <p"), ["<br/>"]);
    }
}
