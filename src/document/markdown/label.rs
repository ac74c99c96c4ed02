//! Labels that are not bold: `Status: blocked` and `*Status:* blocked`.
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
        let sign = ['*', '_']
            .into_iter()
            .find(|sign| source.starts_with(*sign));
        let from = usize::from(sign.is_some());
        let is_name = |c: char| c.is_alphanumeric() || c == ' ';
        let length = source[from..].find(|c| !is_name(c))?;
        let name = source[from..from + length].trim();
        let rest = &source[from + length..];
        let signs = match sign {
            None => rest.starts_with(':').then_some(1),
            Some(sign) => ["{s}:", ":{s}"]
                .iter()
                .any(|end| rest.starts_with(&end.replace("{s}", sign.encode_utf8(&mut [0; 4]))))
                .then_some(2),
        }?;
        let end = from + length + signs;
        let value = &source[end..];
        let blanks = value.bytes().take_while(|b| is_blank(*b)).count();
        // `http://…` and `a:b` are words.
        if name.is_empty() || (blanks == 0 && !value.is_empty()) {
            return None;
        }
        let at = item.content.start + end;
        let start = at + blanks;
        Some(Label {
            name: name.to_owned(),
            end: at,
            value: match start < item.content.end {
                true => Span::new(start, item.content.end),
                false => Span::empty(at),
            },
            text: item
                .text
                .split_once(':')
                .map_or("", |(_, text)| text)
                .trim()
                .to_owned(),
        })
    }
}
