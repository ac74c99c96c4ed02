//! The entries of a list that a labelled bullet holds, each with its span: written behind the
//! label with commas or semicolons between them, or as bullets below it.
//!
//! Where one entry ends is decided by Markdown's own inline structure: a comma within a link,
//! an address, code, emphasis or parentheses parts nothing, nor does the `;` of an entity or a
//! sign behind a backslash. Comments are no part of an entry.

use std::borrow::Cow;
use std::ops::Range;

use pulldown_cmark::{BrokenLink, CowStr, Event, Parser, Tag, TagEnd};

use super::MarkdownDocument;
use super::blocks::{Check, CheckState};
use super::inline::{InlineTag, bare_address, is_blank, trimmed};
use super::reader::DIALECT;
use super::shadow::Shadow;
use crate::document::sequence::Sequence;
use crate::document::splice::Span;

/// One entry of a list.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Entry {
    /// Its source in the file, with its checkbox, without comments around it.
    pub span: Span,
    /// The words one reads, without the checkbox, on one line.
    pub words: String,
    /// The checkbox.
    pub check: Check,
    /// The links and images in it, in order.
    pub links: Vec<EntryLink>,
}

/// A link within an entry.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct EntryLink {
    /// What it covers of the entry's words.
    pub words: Range<usize>,
    /// Where it leads.
    pub url: String,
}

impl Entry {
    /// The one link that the entry consists of.
    pub fn only_link(&self) -> Option<&EntryLink> {
        match &*self.links {
            [link] if link.words == (0..self.words.len()) => Some(link),
            _ => None,
        }
    }

    /// The words with each link replaced by what `written` makes of where it leads.
    pub fn words_with_targets(&self, written: impl Fn(&str) -> String) -> String {
        let mut text = String::with_capacity(self.words.len());
        let mut at = 0;
        for link in &self.links {
            text.push_str(&self.words[at..link.words.start]);
            text.push_str(&written(&link.url));
            at = link.words.end;
        }
        text.push_str(&self.words[at..]);
        text
    }
}

/// How a list is written.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Form {
    /// Behind the label.
    Inline {
        /// Where the entries stand in the value.
        sequence: Sequence,
        /// What parts them.
        sign: u8,
        /// Whether there is such a sign already.
        parted: bool,
    },
    /// As bullets below it: the item of each entry.
    Nested(Vec<usize>),
}

/// The list that an item holds.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct EntryList {
    /// The entries, in file order.
    pub entries: Vec<Entry>,
    pub(super) form: Form,
}

impl MarkdownDocument {
    /// The list that a labelled item holds; `None` where it has no label.
    pub fn entries(&self, item: usize) -> Option<EntryList> {
        let label = self.label(item)?;
        if !label.value.is_empty() || self.children(item).next().is_none() {
            let labels = &self.shared.outline.definitions;
            let mut list = read(
                &self.bytes()[label.value.range()],
                labels,
                label.value.start,
            );
            for entry in &mut list.entries {
                self.find_targets(entry);
            }
            return Some(list);
        }
        let mut items = Vec::new();
        let mut entries = Vec::new();
        for child in self.children(item) {
            let of = &self.items()[child];
            let mut entry = self.phrase_at(of.content);
            entry.check = of.check;
            if !is_nothing(&entry.words) {
                items.push(child);
                entries.push(entry);
            }
        }
        let form = Form::Nested(items);
        Some(EntryList { entries, form })
    }

    /// The items nested directly in one.
    pub(super) fn children(&self, parent: usize) -> impl Iterator<Item = usize> {
        let first = parent + 1;
        let items = self.items()[first..].iter();
        items
            .take_while(move |item| item.parent.is_some_and(|p| p >= parent))
            .enumerate()
            .filter(move |(_, item)| item.parent == Some(parent))
            .map(move |(at, _)| first + at)
    }

    /// What follows the label of an item, blanks included: its value or, where it has none, the
    /// bullets below it.
    pub fn list_tail(&self, item: usize) -> Option<Span> {
        let label = self.label(item)?;
        let nested = label.value.is_empty() && self.children(item).next().is_some();
        let end = match nested {
            true => self.items()[item].span.end,
            false => label.value.end,
        };
        Some(Span::new(label.end, end.max(label.end)))
    }

    fn phrase_at(&self, span: Span) -> Entry {
        let labels = &self.shared.outline.definitions;
        let flat = flattened(&self.bytes()[span.range()]);
        let inline = Inline::read(&flat, labels);
        let mut entry = inline.entry(Span::new(0, flat.len()));
        entry.span = span;
        self.find_targets(&mut entry);
        entry
    }

    /// Fills in where the links lead that are defined elsewhere in the file.
    fn find_targets(&self, entry: &mut Entry) {
        let missing = entry.links.iter_mut().filter(|link| link.url.is_empty());
        let links = self.links();
        let mut from = links.partition_point(|link| link.span.start < entry.span.start);
        for link in missing {
            // Both stand in file order, and one that leads nowhere at all stays empty.
            let words = &entry.words[link.words.clone()];
            let own = links[from..]
                .iter()
                .take_while(|l| l.span.start < entry.span.end);
            let same = |text: &str| text.split_whitespace().eq(words.split_whitespace());
            if let Some(at) = own.map(|l| same(&l.text)).position(|same| same) {
                link.url.clone_from(&links[from + at].url);
                from += at + 1;
            }
        }
    }
}

/// Reads a list that stands at `base` of a file with these link definitions.
pub(super) fn read(source: &[u8], labels: &[String], base: usize) -> EntryList {
    let flat = flattened(source);
    let inline = Inline::read(&flat, labels);
    let signs = inline.signs();
    let sign = match signs.iter().any(|at| flat[*at] == b';') {
        true => b';',
        false => b',',
    };
    let signs: Vec<usize> = signs.into_iter().filter(|at| flat[*at] == sign).collect();
    let mut sequence = Sequence::default();
    let mut entries: Vec<Entry> = Vec::new();
    let mut nothing: Option<Span> = None;
    let mut from = 0;
    let mut last_sign = None;
    for end in signs.iter().copied().chain([flat.len()]) {
        let span = inline.without_comments(Span::new(from, end));
        if !span.is_empty() {
            let entry = inline.entry(span);
            if is_nothing(&entry.words) && entry.check == Check::None {
                let start = nothing.map_or(span.start, |known| known.start);
                nothing = Some(Span::new(start, span.end));
            } else {
                if !entries.is_empty() {
                    sequence
                        .signs
                        .extend(last_sign.map(|at| Span::new(at, at + 1)));
                }
                last_sign = None;
                sequence.items.push(span);
                entries.push(entry);
            }
        }
        if last_sign.is_none() && !entries.is_empty() {
            last_sign = Some(end);
        }
        from = (end + 1).min(flat.len());
    }
    // Words go in front of a comment that stands alone.
    sequence.nothing = nothing.unwrap_or(Span::empty(leading_blanks(&flat)));
    let shift = |span: &mut Span| *span = span.shifted(base);
    for entry in &mut entries {
        shift(&mut entry.span);
        if let Check::Open(span) | Check::Done(span) = &mut entry.check {
            shift(span);
        }
    }
    EntryList {
        entries,
        form: Form::Inline {
            sequence,
            sign,
            parted: !signs.is_empty(),
        },
    }
}

/// A piece of running text, read as one entry.
pub fn phrase(text: &str) -> Entry {
    let flat = flattened(text.as_bytes());
    let inline = Inline::read(&flat, &[]);
    let whole = inline.without_comments(Span::new(0, flat.len()));
    inline.entry(whole)
}

/// The offsets of signs that would part `source`, and of brackets without a counterpart.
pub(super) fn parting(source: &str, labels: &[String], signs: &[u8]) -> Vec<usize> {
    let flat = flattened(source.as_bytes());
    let inline = Inline::read(&flat, labels);
    let mut found = inline.signs();
    found.retain(|at| signs.contains(&flat[*at]));
    found.extend(inline.brackets().1);
    found.sort_unstable();
    found
}

/// Whether the words say that there is nothing.
pub(super) fn is_nothing(words: &str) -> bool {
    let bare = |words: &'_ str| words.trim().trim_end_matches('.').len();
    let mut words = words.trim();
    words = &words[..bare(words)];
    if let Some(inner) = words.strip_prefix('(').and_then(|w| w.strip_suffix(')')) {
        words = inner.trim();
        words = &words[..bare(words)];
    }
    ["", "none", "n/a", "-", "—", "–"]
        .iter()
        .any(|nothing| words.eq_ignore_ascii_case(nothing))
}

/// The source of a paragraph on one line, byte for byte in place: what begins a further line
/// is no part of the words.
fn flattened(source: &[u8]) -> Cow<'_, [u8]> {
    if !source.iter().any(|b| matches!(b, b'\n' | b'\r')) {
        return Cow::Borrowed(source);
    }
    let mut flat = source.to_vec();
    let mut begins = false;
    for at in 0..flat.len() {
        match flat[at] {
            b'\n' | b'\r' => {
                // A backslash at the end of a line is a line break.
                let signs = flat[..at].iter().rev().take_while(|b| **b == b'\\').count();
                if signs % 2 == 1 {
                    flat[at - 1] = b' ';
                }
                flat[at] = b' ';
                begins = true;
            }
            b' ' | b'\t' | b'>' if begins => flat[at] = b' ',
            _ => begins = false,
        }
    }
    Cow::Owned(flat)
}

fn leading_blanks(text: &[u8]) -> usize {
    text.iter().take_while(|b| is_blank(**b)).count()
}

/// A word or two, where their source stands, and the link that they belong to.
struct Piece {
    span: Span,
    text: String,
    link: Option<usize>,
}

/// What the parser makes of one line of text.
struct Inline<'a> {
    source: &'a [u8],
    pieces: Vec<Piece>,
    /// Where each link leads.
    links: Vec<String>,
    comments: Vec<Span>,
    /// The source with everything blanked out that is no plain text; characters that are
    /// written as something else are letters.
    plain: String,
}

/// Stands before the text, so that nothing in it begins a block.
const LEAD: &[u8] = b"x ";

impl<'a> Inline<'a> {
    fn read(source: &'a [u8], labels: &[String]) -> Self {
        let mut inline = Self {
            source,
            pieces: Vec::new(),
            links: Vec::new(),
            comments: Vec::new(),
            plain: String::new(),
        };
        if let Ok(text) = std::str::from_utf8(source)
            && !text.bytes().any(is_markup)
        {
            // Most lists are words and commas, for which nobody need ask the parser.
            inline.push(Span::new(0, source.len()), text, None);
            inline.plain.push_str(text);
            return inline;
        }
        inline.parse(labels);
        inline
    }

    fn parse(&mut self, labels: &[String]) {
        let scrap = [LEAD, self.source].concat();
        let shadow = Shadow::of_part(&scrap);
        let known = |link: BrokenLink<'_>| {
            let label = link.reference.to_lowercase();
            let known = labels.binary_search_by(|l| l.as_str().cmp(&label)).is_ok();
            known.then(|| (CowStr::from(""), CowStr::from("")))
        };
        let parser = Parser::new_with_broken_link_callback(&shadow.text, DIALECT, Some(known));
        let mut plain = vec![b' '; self.source.len()];
        let mut link: Option<(usize, usize)> = None;
        let source = self.source;
        let (mut depth, mut past) = (0usize, LEAD.len());
        for (event, range) in parser.into_offset_iter() {
            let from = range.start.max(LEAD.len());
            let end = range.end.max(from);
            let span = Span::new(from - LEAD.len(), end - LEAD.len());
            let begins = matches!(event, Event::Start(_));
            let of = link.map(|(_, number)| number);
            match event {
                Event::Start(tag) => {
                    depth += usize::from(!matches!(tag, Tag::Paragraph));
                    // The outer one counts where an image is linked.
                    if let (Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }, None) =
                        (tag, link)
                    {
                        link = Some((depth, self.links.len()));
                        self.links.push(dest_url.into_string());
                    }
                }
                Event::End(tag) => {
                    link = link.filter(|(open, _)| *open != depth);
                    depth -= usize::from(!matches!(tag, TagEnd::Paragraph));
                }
                Event::Text(text) => {
                    let text = if from > range.start {
                        text.get(from - range.start..).unwrap_or_default()
                    } else {
                        &text
                    };
                    let verbatim = shadow.text.get(from..end) == Some(text);
                    if depth == 0 {
                        match verbatim {
                            true => plain[span.range()].copy_from_slice(text.as_bytes()),
                            false => plain[span.range()].fill(b'x'),
                        }
                        if from > past && scrap[from - 1] == b'\\' {
                            plain[span.start - 1..=span.start].fill(b'x');
                        }
                    }
                    let own = verbatim.then(|| String::from_utf8_lossy(&source[span.range()]));
                    self.push(span, own.as_deref().unwrap_or(text), of);
                }
                Event::Code(text) => self.push(span, &text, of),
                Event::InlineHtml(html) => match InlineTag::of(&html) {
                    InlineTag::Comment => self.comments.push(span),
                    InlineTag::LineBreak => self.push(span, " ", of),
                    InlineTag::Literal => self.push(span, &html, of),
                },
                Event::FootnoteReference(name) => self.push(span, &format!("[^{name}]"), of),
                _ => {}
            }
            past = past.max(if begins { range.start } else { range.end });
        }
        self.plain = String::from_utf8(plain).unwrap_or_default();
    }

    fn push(&mut self, span: Span, text: &str, link: Option<usize>) {
        let text = text.to_owned();
        self.pieces.push(Piece { span, text, link });
    }

    /// The part without blanks and comments around it.
    fn without_comments(&self, span: Span) -> Span {
        let mut kept = trimmed(self.source, span);
        loop {
            let inside = |c: &&Span| kept.start <= c.start && c.end <= kept.end;
            let first = self
                .comments
                .iter()
                .filter(inside)
                .find(|c| c.start == kept.start);
            let last = self
                .comments
                .iter()
                .filter(inside)
                .find(|c| c.end == kept.end);
            kept = match (first, last) {
                (Some(first), _) => trimmed(self.source, Span::new(first.end, kept.end)),
                (None, Some(last)) => trimmed(self.source, Span::new(kept.start, last.start)),
                (None, None) => return kept,
            };
        }
    }

    /// What stands at `span`, as an entry.
    fn entry(&self, span: Span) -> Entry {
        let state = self.plain.get(span.range()).and_then(read_box);
        let box_at = state.map(|state| {
            let behind = &self.source[span.start + 3..span.end];
            (state, 3 + leading_blanks(behind))
        });
        let skip = box_at.map_or(0, |(_, length)| length);
        let brackets = Span::new(span.start, span.start + skip.min(3));
        let check = match box_at {
            None => Check::None,
            Some((CheckState::Done, _)) => Check::Done(brackets),
            Some(_) => Check::Open(brackets),
        };
        let body = Span::new(span.start + skip, span.end);
        let mut words = String::new();
        let mut links: Vec<(usize, EntryLink)> = Vec::new();
        for piece in &self.pieces {
            let from = body.start.max(piece.span.start);
            let end = body.end.min(piece.span.end);
            if from >= end {
                continue;
            }
            // What reads as it stands may reach over into the next entry.
            let cut = from - piece.span.start..end - piece.span.start;
            let text = match piece.text.len() == piece.span.len() {
                true => piece.text.get(cut).unwrap_or(&piece.text),
                false => &piece.text,
            };
            let before = words.len();
            add_words(&mut words, text);
            match (piece.link, links.last_mut()) {
                (Some(link), Some((known, last))) if *known == link => {
                    last.words.end = words.len();
                }
                (Some(link), _) => {
                    let words = before..words.len();
                    let url = self.links[link].clone();
                    links.push((link, EntryLink { words, url }));
                }
                (None, _) => {}
            }
        }
        words.truncate(words.trim_end().len());
        let mut links: Vec<EntryLink> = links.into_iter().map(|(_, link)| link).collect();
        for link in &mut links {
            link.words.end = link.words.end.min(words.len());
            link.words.start = link.words.start.min(link.words.end);
        }
        Entry {
            span,
            words,
            check,
            links,
        }
    }

    /// The offsets of the commas and semicolons that part entries.
    fn signs(&self) -> Vec<usize> {
        let (pairs, _) = self.brackets();
        let mut covered = pairs.into_iter().peekable();
        let mut addresses = self.addresses().into_iter().peekable();
        let mut signs = Vec::new();
        for at in memchr::memchr2_iter(b',', b';', self.plain.as_bytes()) {
            while covered.next_if(|span| span.end <= at).is_some() {}
            while addresses.next_if(|span| span.end <= at).is_some() {}
            let inside = |span: Option<&Span>| span.is_some_and(|span| span.contains(at));
            if !inside(covered.peek()) && !inside(addresses.peek()) {
                signs.push(at);
            }
        }
        signs
    }

    /// The addresses without angle brackets. Two of them with nothing but a sign between are
    /// two.
    fn addresses(&self) -> Vec<Span> {
        let text = &self.plain;
        let mut found = Vec::new();
        let mut from = 0;
        while let Some((start, end)) = bare_address(text, from, text.len()) {
            let next = [",http://", ",https://", ";http://", ";https://"]
                .iter()
                .filter_map(|sign| text[start..end].find(sign))
                .min();
            let end = next.map_or(end, |at| start + at);
            found.push(Span::new(start, end));
            from = end;
        }
        found
    }

    /// The outermost pairs of brackets in plain text, and the brackets without a counterpart.
    fn brackets(&self) -> (Vec<Span>, Vec<usize>) {
        let mut addresses = self.addresses().into_iter().peekable();
        let (mut open, mut pairs): (Vec<(u8, usize)>, Vec<Span>) = (Vec::new(), Vec::new());
        let mut single = Vec::new();
        for (at, byte) in self.plain.bytes().enumerate() {
            if !matches!(byte, b'(' | b')' | b'[' | b']') {
                continue;
            }
            while addresses.next_if(|span| span.end <= at).is_some() {}
            if addresses.peek().is_some_and(|span| span.contains(at)) {
                continue;
            }
            let opener = match byte {
                b')' => b'(',
                b']' => b'[',
                opener => {
                    open.push((opener, at));
                    continue;
                }
            };
            match open.iter().rposition(|(sign, _)| *sign == opener) {
                Some(from) => {
                    single.extend(open[from + 1..].iter().map(|(_, at)| *at));
                    let start = open[from].1;
                    open.truncate(from);
                    let inner = pairs.iter().rposition(|pair| pair.start < start);
                    pairs.truncate(inner.map_or(0, |last| last + 1));
                    pairs.push(Span::new(start, at + 1));
                }
                None => single.push(at),
            }
        }
        single.extend(open.iter().map(|(_, at)| *at));
        (pairs, single)
    }
}

/// Adds words with single spaces between them.
fn add_words(words: &mut String, text: &str) {
    for c in text.chars() {
        match c.is_whitespace() {
            false => words.push(c),
            true if words.is_empty() || words.ends_with(' ') => {}
            true => words.push(' '),
        }
    }
}

/// The checkbox that `text` begins with.
fn read_box(text: &str) -> Option<CheckState> {
    let state = match text.get(..3)? {
        "[ ]" => CheckState::Open,
        "[x]" | "[X]" => CheckState::Done,
        _ => return None,
    };
    text[3..].starts_with([' ', '\t']).then_some(state)
}

/// Whether a byte may make the words read otherwise than they stand.
fn is_markup(byte: u8) -> bool {
    matches!(byte, b'[' | b'*' | b'_' | b'`' | b'&' | b'<' | b'\\' | b'~') || byte < b' '
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(source: &str) -> Vec<String> {
        let of =
            MarkdownDocument::load(format!("- **L:** {source}\n\n[s2]: #step-0002\n").into_bytes());
        let entries = of.entries(0).unwrap().entries.into_iter();
        entries
            .map(|entry| {
                let tick = if entry.check.state() == CheckState::Done {
                    "✓"
                } else {
                    ""
                };
                format!(
                    "{tick}{}",
                    entry.words_with_targets(|url| format!("→{url}"))
                )
            })
            .collect()
    }

    #[test]
    fn entries_end_where_markdown_lets_them() {
        assert_eq!(
            words("[Paper](a.md), https://x.org/p?q=1,2, [b](b.md) (old, 2nd), **c, d.md**"),
            [
                "→a.md",
                "https://x.org/p?q=1,2",
                "→b.md (old, 2nd)",
                "c, d.md"
            ]
        );
        assert_eq!(
            words("R&amp;D says yes, `a, b`, <https://x.y/a,b>, ![s, t](u,v.png), x\\, y"),
            [
                "R&D says yes",
                "a, b",
                "→https://x.y/a,b",
                "→u,v.png",
                "x, y"
            ]
        );
        assert_eq!(words("a, b; c"), ["a, b", "c"]);
        assert_eq!(words("a,\n  b <!-- x, y -->,\n  c"), ["a", "b", "c"]);
        assert_eq!(
            words("[x] Board, [ ] [Legal][s2]"),
            ["✓Board", "→#step-0002"]
        );
        assert_eq!(
            words("https://a.b/c,https://d.e/f;g"),
            ["https://a.b/c", "https://d.e/f;g"]
        );
        assert_eq!(words("a) one, b) two, (c"), ["a) one", "b) two", "(c"]);
        assert_eq!(words("Step&nbsp;0002"), ["Step 0002"]);
        assert_eq!(
            words("\n  - [x] Board agrees, twice\n  - [b](b.md)\n  - none"),
            ["✓Board agrees, twice", "→b.md"]
        );
        for nothing in [
            "",
            "none",
            "None.",
            "*none*",
            "(none)",
            "n/a",
            "-",
            "none <!-- x -->",
        ] {
            assert!(words(nothing).is_empty(), "{nothing}");
        }
    }
}
