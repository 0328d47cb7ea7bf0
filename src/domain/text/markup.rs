//! HTML as a reader sees it: tags gone, entities decoded, every character mapped to where it stood.
//!
//! html5gum tokenises as the HTML standard says, in linear time. Two things are read differently from a browser, so
//! that nothing can hide: a tag that the end of the body cuts off is text, and hidden elements stay in the text
//! and are counted.

use std::convert::Infallible;
use std::ops::Range;

use html5gum::emitters::callback::{Callback, CallbackEmitter, CallbackEvent};
use html5gum::{Emitter, Error, ForwardingEmitter, State, Tokenizer};

use super::mapped::Mapped;

/// What an HTML body holds.
#[derive(Debug, Default)]
pub(super) struct Markup {
    pub plain: Mapped,
    pub targets: Vec<Target>,
    /// Elements that a browser does not show: `hidden`, `display:none` and the like.
    pub hidden: u32,
}

/// Where an attribute such as `href` points to.
#[derive(Debug)]
pub(super) struct Target {
    pub value: String,
    /// Where the value stands in the field.
    pub scalars: Range<u32>,
    /// The text of the element, for `<a>`; otherwise nothing.
    pub encloses: Range<u32>,
}

/// As many targets as a rule could care about.
const MOST_TARGETS: usize = 1_000;

/// Elements whose content is no text.
const DROPPED: [&[u8]; 6] = [b"script", b"style", b"iframe", b"noembed", b"noframe", b"noframes"];

/// Elements that begin and end a line.
const BLOCKS: [&[u8]; 24] = [
    b"address",
    b"article",
    b"blockquote",
    b"br",
    b"dd",
    b"div",
    b"dl",
    b"dt",
    b"figure",
    b"footer",
    b"h1",
    b"h2",
    b"h3",
    b"h4",
    b"h5",
    b"h6",
    b"header",
    b"hr",
    b"li",
    b"ol",
    b"p",
    b"pre",
    b"tr",
    b"ul",
];

/// Attributes that lead elsewhere.
const LEADING: [&[u8]; 8] = [b"href", b"src", b"action", b"formaction", b"data", b"poster", b"background", b"longdesc"];

impl Markup {
    /// A field that is no HTML: it is what a reader sees.
    pub(super) fn of_text(text: &str) -> Self {
        Self { plain: Mapped::identity(text), ..Self::default() }
    }

    pub(super) fn read(html: &str) -> Self {
        let mut markup = Self { plain: Mapped::with_capacity(html.len()), ..Self::default() };
        let mut tags = CallbackEmitter::new(Tag::default());
        tags.naively_switch_states(true);
        let reader = Reader {
            tags,
            html,
            markup: &mut markup,
            position: 0,
            taken: 0,
            counted: (0, 0),
            dropping: false,
            anchor: None,
        };
        match Tokenizer::new_with_emitter(html, reader).finish() {
            Ok(()) => markup,
            Err(never) => match never {},
        }
    }
}

/// Builds the plain form while html5gum reads.
struct Reader<'a> {
    tags: CallbackEmitter<Tag, Infallible, usize>,
    html: &'a str,
    markup: &'a mut Markup,
    /// Bytes read.
    position: usize,
    /// Bytes that are text already, or tags dealt with.
    taken: usize,
    /// A byte and how many scalars stand before it, so that counting goes on from there.
    counted: (usize, u32),
    dropping: bool,
    /// The target whose `<a>` is open.
    anchor: Option<usize>,
}

impl Reader<'_> {
    /// The scalar that a byte belongs to. Bytes are asked for in order.
    fn scalar(&mut self, byte: usize) -> u32 {
        let (from, scalars) = self.counted;
        let between = self.html.as_bytes().get(from..byte).unwrap_or_default();
        let scalars = scalars + between.iter().filter(|&&byte| !is_continuation(byte)).count() as u32;
        self.counted = (from.max(byte), scalars);
        scalars
    }

    /// Takes what was read since the last time as `text`: itself, or the entity it came from.
    fn take_text(&mut self, text: &str) {
        let verbatim = self.position.checked_sub(text.len()).filter(|&from| from >= self.taken);
        match verbatim.filter(|&from| self.html.get(from..self.position) == Some(text)) {
            Some(from) => {
                let start = self.scalar(from);
                self.markup.plain.push_identity(text, start);
            }
            None => {
                let scalars = self.scalars_read();
                text.chars().for_each(|character| self.markup.plain.push(character, scalars.clone()));
            }
        }
        self.taken = self.position;
    }

    fn scalars_read(&mut self) -> Range<u32> {
        let start = self.scalar(self.taken);
        let end = self.scalar(self.position).max(start + 1);
        start..end
    }

    fn take_tag(&mut self) {
        let tag = std::mem::take(self.tags.callback_mut());
        self.dropping = !tag.ends && DROPPED.contains(&&*tag.name);
        self.markup.hidden += u32::from(tag.hidden);
        let start = self.scalar(self.taken);
        for (value, bytes) in tag.targets {
            let scalars = self.scalar(bytes.start)..self.scalar(bytes.end);
            if self.markup.targets.len() < MOST_TARGETS {
                self.markup.targets.push(Target { value, scalars, encloses: 0..0 });
            }
        }
        let end = self.scalar(self.position).max(start + 1);
        if tag.name == b"a" {
            self.open_or_close_anchor(tag.ends, start..end);
        }
        // Blocks side by side are one line apart; `<br>` always breaks.
        let plain = self.markup.plain.as_str();
        let apart = plain.is_empty() || plain.ends_with('\n');
        if BLOCKS.contains(&&*tag.name) && (tag.name == b"br" || !apart) {
            self.markup.plain.push('\n', start..end);
        }
        self.taken = self.position;
    }

    fn open_or_close_anchor(&mut self, ends: bool, tag: Range<u32>) {
        if let Some(open) = self.anchor.take().and_then(|index| self.markup.targets.get_mut(index)) {
            open.encloses.end = tag.start;
        }
        let last = self.markup.targets.len().checked_sub(1);
        if let Some((index, target)) = last.and_then(|last| Some((last, self.markup.targets.get_mut(last)?)))
            && !ends
            && target.scalars.start >= tag.start
        {
            target.encloses = tag.end..u32::MAX;
            self.anchor = Some(index);
        }
    }
}

impl ForwardingEmitter for Reader<'_> {
    type Token = Infallible;

    fn inner(&mut self) -> &mut impl Emitter<Token = Infallible> {
        &mut self.tags
    }

    fn should_emit_errors(&mut self) -> bool {
        false
    }

    fn emit_error(&mut self, _error: Error) {}

    fn move_position(&mut self, offset: isize) {
        self.position = self.position.saturating_add_signed(offset);
        self.tags.move_position(offset);
    }

    fn emit_string(&mut self, text: &[u8]) {
        match str::from_utf8(text) {
            Ok(text) if !self.dropping => self.take_text(text),
            _ => self.taken = self.position,
        }
    }

    fn emit_current_tag(&mut self) -> Option<State> {
        let state = self.tags.emit_current_tag();
        self.take_tag();
        state
    }

    fn emit_current_comment(&mut self) {
        self.tags.emit_current_comment();
        self.taken = self.position;
    }

    fn emit_current_doctype(&mut self) {
        self.tags.emit_current_doctype();
        self.taken = self.position;
    }

    /// A tag that the end cuts off is text: a browser hides it, but not every site shows what a browser would.
    fn emit_eof(&mut self) {
        self.tags.emit_eof();
        if let Some(rest) = self.html.get(self.taken..).filter(|_| !self.dropping) {
            let start = self.scalar(self.taken);
            self.markup.plain.push_identity(rest, start);
        }
    }
}

/// The tag that is being read, as far as it matters.
#[derive(Default)]
struct Tag {
    name: Vec<u8>,
    ends: bool,
    hidden: bool,
    attribute: Vec<u8>,
    targets: Vec<(String, Range<usize>)>,
}

impl Callback<Infallible, usize> for Tag {
    fn handle_event(&mut self, event: CallbackEvent<'_>, span: html5gum::Span<usize>) -> Option<Infallible> {
        match event {
            CallbackEvent::OpenStartTag { name } => {
                *self = Self { name: name.to_vec(), ..Self::default() };
            }
            CallbackEvent::EndTag { name } => {
                *self = Self { name: name.to_vec(), ends: true, ..Self::default() };
            }
            CallbackEvent::AttributeName { name } => {
                self.attribute.clear();
                self.attribute.extend_from_slice(name);
                self.hidden |= name == b"hidden";
            }
            CallbackEvent::AttributeValue { value } if LEADING.contains(&&*self.attribute) => {
                self.targets.push((String::from_utf8_lossy(value).into_owned(), span.start..span.end));
            }
            CallbackEvent::AttributeValue { value } if self.attribute == b"style" => self.hidden |= hides(value),
            _ => {}
        }
        None
    }
}

/// Whether an inline style makes its element invisible.
fn hides(style: &[u8]) -> bool {
    let style: String =
        String::from_utf8_lossy(style).chars().filter(|c| !c.is_whitespace()).map(|c| c.to_ascii_lowercase()).collect();
    style.split(';').any(|declaration| {
        matches!(
            declaration.trim_end_matches("!important"),
            "display:none"
                | "visibility:hidden"
                | "font-size:0"
                | "font-size:0px"
                | "opacity:0"
                | "height:0"
                | "height:0px"
                | "width:0"
                | "width:0px"
        )
    })
}

fn is_continuation(byte: u8) -> bool {
    byte & 0b1100_0000 == 0b1000_0000
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::signal::Field;

    fn plain(html: &str) -> String {
        Markup::read(html).plain.as_str().to_owned()
    }

    fn span_of(html: &str, part: &str) -> (u32, u32) {
        let markup = Markup::read(html);
        let at = markup.plain.as_str().find(part).unwrap();
        let span = markup.plain.span(Field::Body, at..at + part.len());
        (span.start, span.end)
    }

    #[test]
    fn tags_go_and_entities_are_decoded() {
        assert_eq!(plain("<p>L&eacute;a &amp; <b>Zo&#xEB;</b>&nbsp;!</p>"), "Léa & Zoë\u{a0}!\n");
        assert_eq!(plain("un<br>deux<BR/>trois"), "un\ndeux\ntrois");
        assert_eq!(plain("<p>un</p><p>deux</p><ul><li>trois</li></ul>"), "un\ndeux\ntrois\n");
        assert_eq!(plain("a < b &ampoule; &unknown; 3 <3"), "a < b &oule; &unknown; 3 <3");
        assert_eq!(plain("un\r\ndeux"), "un\ndeux");
    }

    #[test]
    fn comments_scripts_and_styles_are_no_text() {
        assert_eq!(plain("a<!-- x -->b<script>if (a<b) c</script>c<style>p{}</style>d<iframe>e</iframe>f"), "abcdf");
    }

    #[test]
    fn a_tag_cut_off_is_text() {
        assert_eq!(plain("voir <a href=\"http://x.example"), "voir <a href=\"http://x.example");
    }

    #[test]
    fn a_character_knows_where_it_stood() {
        assert_eq!(span_of("<b>é</b>t&eacute;", "é"), (3, 4));
        assert_eq!(span_of("<b>é</b>t&eacute;", "té"), (8, 17));
        assert_eq!(span_of("é&amp;x", "&"), (1, 6));
        assert_eq!(span_of("é&amp;x", "x"), (6, 7));
        assert_eq!(span_of("&copy;&#x41;b", "A"), (6, 12));
        assert_eq!(span_of("a\r\nb", "b"), (3, 4));
    }

    #[test]
    fn targets_stand_at_their_attribute() {
        let markup = Markup::read("é <a class=x href='http://a.example/?a&amp;b'>é</a><img src=//b.example>");
        let seen: Vec<_> =
            markup.targets.iter().map(|t| (t.value.as_str(), t.scalars.clone(), t.encloses.clone())).collect();
        assert_eq!(seen, [("http://a.example/?a&b", 19..44, 46..47), ("//b.example", 60..71, 0..0)]);
    }

    #[test]
    fn hidden_elements_are_counted_and_read() {
        let markup = Markup::read("<p style='display: none'>caché</p><i hidden>x</i><p style='color:red'>y</p>");
        assert_eq!((markup.hidden, markup.plain.as_str()), (2, "caché\nx\ny\n"));
    }

    proptest! {
        #[test]
        fn any_html_maps_into_the_field(html in "(<[a/!b-]|>|&|amp;|#x4|;|é|'|\"| |a|=|href|<script>|</script>|\r|\n|\\PC){0,60}") {
            let plain = Markup::read(&html).plain;
            let scalars = html.chars().count() as u32;
            let mut before = 0;
            for (at, character) in plain.as_str().char_indices() {
                let span = plain.span(Field::Body, at..at + character.len_utf8());
                prop_assert!(span.start < span.end && span.end <= scalars && span.start >= before);
                before = span.start;
            }
        }
    }
}
