//! Edits that put new lines in: list items, paragraphs and sections.

use super::MarkdownDocument;
use super::blocks::ListItem;
use super::compare::Allowed;
use super::inline::{is_blank, trimmed_end};
use super::refusal::{Disturbed, Refusal, Target};
use super::verify::try_out;
use crate::document::splice::{Span, Splice};

impl MarkdownDocument {
    /// Adds an item behind another one and what is nested in it: same indentation, same
    /// marker, the next number in a numbered list. `markdown` is the item's text as
    /// Markdown (see [`super::escaped`] for typed words), without marker; further lines are
    /// indented to it.
    ///
    /// # Errors
    /// When there is no such item, or when the new lines would not be read as one item
    /// behind it with everything else as before.
    pub fn insert_item_after(&self, item: usize, markdown: &str) -> Result<Vec<Splice>, Refusal> {
        let index = item;
        let of = self.item(index)?;
        let line = self.line_of(of.span.start);
        if of.marker.is_empty() {
            return Err(Refusal::NoMarker { line });
        }
        let newline = self.newline_near(of.marker.start);
        let (before, marker, blank) = self.item_prefix(index, of);
        let hang = " ".repeat(marker.len());
        let mut lines = markdown.lines();
        let mut text = lines.next().unwrap_or_default().to_owned();
        for line in lines {
            let further = format!("{before}{hang}{blank}{line}");
            text.push_str(newline);
            text.push_str(further.trim_end());
        }
        let source = format!("{newline}{before}{marker}{blank}{text}");
        let at = of.span.end;
        let inserted = Span::new(at, at + source.len());
        let splices = vec![Splice::insert(at, source)];
        let trial = try_out(self, &splices, Allowed::Inserted(inserted))?;
        let parents = trial.new_parents(inserted);
        if parents.iter().filter(|p| **p == of.parent).count() == 1 && parents[0] == of.parent {
            return Ok(splices);
        }
        let what = Disturbed::Structure;
        Err(Refusal::Disturbs {
            line,
            what,
            at: line,
        })
    }

    /// Adds Markdown at the end of a heading's own section, before the blank lines that end
    /// it, with a blank line before it unless a list goes on.
    ///
    /// # Errors
    /// When there is no such heading, or when the text would run into what stands around it
    /// (an unclosed code fence above, say).
    pub fn append_to_section(
        &self,
        heading: usize,
        markdown: &str,
    ) -> Result<Vec<Splice>, Refusal> {
        let target = Target::Heading(heading);
        let of = self
            .headings()
            .get(heading)
            .ok_or(Refusal::Missing(target))?;
        let section = self.own_section(heading);
        let words = markdown.trim_matches(['\n', '\r']).trim_end();
        if words.is_empty() {
            return Ok(Vec::new());
        }
        let newline = self.newline_near(of.span.start);
        let at = trimmed_end(self.bytes(), section).end;
        let lines = words.lines().collect::<Vec<_>>().join(newline);
        let gap = if self.list_goes_on(section, at, words) {
            newline
        } else {
            &newline.repeat(2)
        };
        let mut source = format!("{gap}{lines}");
        let left = &self.bytes()[at..section.end];
        if section.end < self.bytes().len() && super::line_starts(left).len() < 3 {
            source.push_str(newline);
        }
        let inserted = Span::new(at, at + source.len());
        let splices = vec![Splice::insert(at, source)];
        let trial = try_out(self, &splices, Allowed::Inserted(inserted))?;
        if trial.new_blocks(inserted) > 0 {
            return Ok(splices);
        }
        let line = self.line_of(at);
        let what = Disturbed::Structure;
        Err(Refusal::Disturbs {
            line,
            what,
            at: line,
        })
    }

    /// Whether `words` are items for the list that ends at `at`.
    fn list_goes_on(&self, section: Span, at: usize, words: &str) -> bool {
        let last = self
            .items()
            .iter()
            .rev()
            .find(|i| i.span.end == at && i.parent.is_none());
        last.is_some_and(|item| {
            let sign = &self.bytes()[item.marker.range()];
            let head = words.split([' ', '\t']).next().unwrap_or_default();
            let number = head.trim_start_matches(|c: char| c.is_ascii_digit());
            section.contains(item.span.start)
                && sign.last() == number.as_bytes().last()
                && number.len() == 1
                && item.ordered == (head.len() > 1)
        })
    }

    /// What stands before the text of a new item behind item `index`: the line's beginning,
    /// the marker and the blanks behind it.
    fn item_prefix(&self, index: usize, of: &ListItem) -> (String, String, String) {
        let bytes = self.bytes();
        let sign = String::from_utf8_lossy(&bytes[of.marker.range()]).into_owned();
        let marker = match sign.trim_end_matches(['.', ')']).parse::<u64>() {
            Ok(number) => {
                let step = u64::from(!self.repeats_number(index, of));
                format!("{}{}", number + step, &sign[sign.len() - 1..])
            }
            Err(_) => sign,
        };
        let continuation = self.continuation(of);
        let column = of.marker.start - self.text_start(of.marker.start);
        let before = continuation[..column].to_owned();
        let blank = continuation[column + of.marker.len()..].to_owned();
        (before, marker, blank)
    }

    /// Whether the list numbers all its items alike, as in `1.` `1.` `1.`.
    fn repeats_number(&self, index: usize, of: &ListItem) -> bool {
        let mut earlier = self.items()[..index].iter().rev();
        earlier.find(|i| i.parent == of.parent).is_some_and(|i| {
            let between = &self.bytes()[i.span.end..of.marker.start];
            between.iter().all(|b| is_blank(*b) || *b == b'>')
                && self.bytes()[i.marker.range()] == self.bytes()[of.marker.range()]
        })
    }
}
