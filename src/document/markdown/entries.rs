//! The entries of a list that a labelled bullet holds, each with its span: written behind the
//! label with commas or semicolons between them, or as bullets below it.
//!
//! Where one entry ends is decided by Markdown's own inline structure: a comma within a link,
//! an address, code, emphasis or parentheses parts nothing, nor does the `;` of an entity or a
//! sign behind a backslash. Comments are no part of an entry.

use std::ops::Range;

use super::MarkdownDocument;
use super::blocks::{Check, Label};
use super::phrase::{Inline, flattened, leading_blanks};
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
        /// Where the entries are in the value.
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
        if !self.is_nested(item, &label) {
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

    /// Whether the list is below the label, with nothing behind that but words such as `as follows:`.
    fn is_nested(&self, item: usize, label: &Label) -> bool {
        let introduces = label.value.is_empty() || label.text.ends_with(':');
        introduces && self.children(item).next().is_some()
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
        let end = match self.is_nested(item, &label) {
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
            // Both are in file order, and one that leads nowhere at all stays empty.
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

/// Reads a list that is at `base` of a file with these link definitions.
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
    // Words go in front of a comment that is alone.
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

/// Whether the words say that there is nothing: in a list of the canon and of the log alike.
pub(crate) fn is_nothing(words: &str) -> bool {
    // IDs, as most entries are, do not.
    if words.starts_with(|c: char| c.is_ascii_digit()) {
        return false;
    }
    let bare = |words: &'_ str| words.trim().trim_end_matches('.').len();
    let mut words = words.trim();
    words = &words[..bare(words)];
    if let Some(inner) = words.strip_prefix('(').and_then(|w| w.strip_suffix(')')) {
        words = inner.trim();
        words = &words[..bare(words)];
    }
    NOTHING
        .iter()
        .any(|nothing| words.eq_ignore_ascii_case(nothing))
}

/// How people write that there is nothing, without points behind it.
const NOTHING: [&str; 10] = [
    "",
    "none",
    "n/a",
    "n.a",
    "nil",
    "nothing",
    "not applicable",
    "-",
    "—",
    "–",
];

#[cfg(test)]
mod tests {
    use super::super::{CheckState, EntrySlot};
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
    fn words_that_introduce_a_list_are_no_entry_of_it() {
        let text = "- **L:** as follows:\n  - a\n  - b\n\n- **L:** alone:\n\n- **L:** c\n  - d\n";
        let of = MarkdownDocument::load(text.as_bytes());
        let words = |item: usize| -> Vec<String> {
            let entries = of.entries(item).unwrap().entries.into_iter();
            entries.map(|entry| entry.words).collect()
        };
        assert_eq!(words(0), ["a", "b"]);
        assert_eq!(words(3), ["alone:"]);
        assert_eq!(words(4), ["c"]);
        let more = of.set_entries(0, &[EntrySlot::Kept { at: 1, tick: None }]);
        let more = more.unwrap().bytes().to_vec();
        assert!(more.starts_with(b"- **L:** as follows:\n  - b\n\n- **L:** alone"));
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
