//! Labels that are not bold, or without a colon: `Status: blocked`, `*Status:* blocked`, `**Status** - blocked`.
//!
//! Any sentence with a colon may look like one, so they are no part of what is read from a file;
//! whoever knows which names are labels asks for them.

use std::borrow::Cow;

use super::MarkdownDocument;
use super::blocks::{Label, ListItem};
use super::inline::is_blank;
use crate::document::splice::Span;

impl MarkdownDocument {
    /// The label that an item begins with, bold or not.
    pub fn label(&self, item: usize) -> Option<Cow<'_, Label>> {
        let of = self.items().get(item)?;
        match &of.label {
            Some(label) => Some(Cow::Borrowed(label)),
            None => self.plain_label(of).map(Cow::Owned),
        }
    }

    fn plain_label(&self, item: &ListItem) -> Option<Label> {
        let source = std::str::from_utf8(&self.bytes()[item.content.range()]).ok()?;
        let mark = MARKS.iter().find(|mark| source.starts_with(**mark))?;
        let inner = &source[mark.len()..];
        let is_name = |c: char| c.is_alphanumeric() || c == ' ';
        let (name, rest) = inner.split_at(inner.find(|c| !is_name(c))?);
        let name = name.trim();
        let value = behind_sign(rest, mark)?;
        let words = item.text.strip_prefix(name)?.trim_start();
        if name.is_empty() {
            return None;
        }
        let at = item.content.end - value.len();
        let start = at + value.bytes().take_while(|b| is_blank(*b)).count();
        Some(Label {
            name: name.to_owned(),
            end: at,
            value: match start < item.content.end {
                true => Span::new(start, item.content.end),
                false => Span::empty(at),
            },
            text: words.strip_prefix(SIGNS)?.trim().to_owned(),
        })
    }
}

/// What stands around the name of a label.
const MARKS: [&str; 6] = ["**", "__", "*", "_", "`", ""];

/// What ends the name of a label: of a bare one only a colon does.
const SIGNS: [char; 5] = [':', WIDE_COLON, '-', '–', '—'];

/// The colon of Chinese and Japanese keyboards, which has its blank within it.
const WIDE_COLON: char = '：';

/// What follows a name and its sign: `:**`, `**:` or, where there is a mark, a dash between blanks.
fn behind_sign<'a>(rest: &'a str, mark: &str) -> Option<&'a str> {
    let colon = |text: &'a str| text.strip_prefix([':', WIDE_COLON]);
    let dash = |text: &'a str| {
        let dash = text.strip_prefix(' ')?.trim_start();
        dash.strip_prefix(&SIGNS[2..])
    };
    let value = match colon(rest).and_then(|text| text.strip_prefix(mark)) {
        Some(value) => value,
        None => {
            let closed = rest.strip_prefix(mark)?;
            colon(closed).or_else(|| dash(closed).filter(|_| !mark.is_empty()))?
        }
    };
    // `http://…` and `a:b` are words.
    let is_wide = rest[..rest.len() - value.len()].contains(WIDE_COLON);
    let is_apart = value.is_empty() || value.bytes().next().is_some_and(is_blank);
    (is_apart || is_wide).then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn label(item: &str) -> Option<(String, String, String)> {
        let document = MarkdownDocument::load(format!("- {item}\n").into_bytes());
        let label = document.label(0)?.into_owned();
        let value = document.source(label.value).into_owned();
        Some((label.name, value, label.text))
    }

    #[test]
    fn labels_are_read_whatever_stands_around_them() {
        for item in [
            "**Status:** in *work*",
            "**Status**: in *work*",
            "Status: in *work*",
            "*Status:* in *work*",
            "_Status_: in *work*",
            "`Status`: in *work*",
            "`Status:` in *work*",
            "**Status** - in *work*",
            "**Status** – in *work*",
            "__Status__  — in *work*",
            "**Status：** in *work*",
            "**Status**：in *work*",
            "Status： in *work*",
        ] {
            let (name, value, text) = label(item).unwrap_or_else(|| panic!("{item}"));
            assert_eq!(
                (&*name, &*value, &*text),
                ("Status", "in *work*", "in work"),
                "{item}"
            );
        }
        for item in ["**Status** -", "Status:", "`Status`："] {
            let nothing = ("Status".to_owned(), String::new(), String::new());
            assert_eq!(label(item), Some(nothing), "{item}");
        }
    }

    #[test]
    fn words_are_no_labels() {
        for item in [
            "Status - in work",
            "**Status**-in work",
            "**Status** in work",
            "http://example.org",
            "a:b",
            "**: x",
            "- x",
            "**Status*: x",
        ] {
            assert_eq!(label(item), None, "{item}");
        }
    }
}
