//! Edits of list items and headings: checkboxes, labelled values, titles.

use std::borrow::Cow;

use super::blocks::{Check, CheckState, Label, ListItem};
use super::boxes::turned;
use super::compare::Allowed;
use super::escape::{Place, markdown_for, typed_lines};
use super::refusal::{Refusal, Target};
use super::rewrite::{comments, rewrites};
use super::verify::try_out;
use super::{MarkdownDocument, shadow};
use crate::document::splice::{Span, Splice};

impl MarkdownDocument {
    /// Gives a list item the checkbox state `to`. Only the checkbox changes, and a `[X]`
    /// that is done already stays as it is written.
    ///
    /// # Errors
    /// When there is no such item, when it has no words to tick, or when the tick would be
    /// read as something else.
    pub fn set_check(&self, item: usize, to: CheckState) -> Result<Vec<Splice>, Refusal> {
        let index = item;
        let item = self.item(index)?;
        let splice = match (item.check, to) {
            (check, to) if check.state() == to => return Ok(Vec::new()),
            (Check::None, _) if item.content.is_empty() => {
                let line = self.line_of(item.span.start);
                return Err(Refusal::NothingToTick { line });
            }
            (Check::None, CheckState::Done) => Splice::insert(item.content.start, "[x] "),
            (Check::None, _) => Splice::insert(item.content.start, "[ ] "),
            (
                Check::Open(span) | Check::Done(span) | Check::Odd { span, .. },
                CheckState::Absent,
            ) => {
                let blank = matches!(self.bytes().get(span.end), Some(b' ' | b'\t'));
                Splice::remove(Span::new(span.start, span.end + usize::from(blank)))
            }
            (Check::Odd { span, .. }, to) => {
                let mark = turned(&self.source(span), to == CheckState::Done);
                let blank = match self.bytes().get(span.end) {
                    Some(b' ' | b'\t') => "",
                    _ => " ",
                };
                Splice::replace(span, format!("{mark}{blank}"))
            }
            (Check::Open(span) | Check::Done(span), state) => {
                let sign = if state == CheckState::Done { "x" } else { " " };
                Splice::replace(Span::new(span.start + 1, span.end - 1), sign)
            }
        };
        let splices = vec![splice];
        let trial = try_out(self, &splices, Allowed::Target(Target::Item(index)))?;
        let changed = trial.item(index);
        if changed.is_some_and(|i| i.check.state() == to && i.text == item.text) {
            return Ok(splices);
        }
        Err(Refusal::NotReadBack {
            line: self.line_of(item.span.start),
            wanted: item.text.clone(),
            read: changed.map_or_else(String::new, |i| i.text.clone()),
        })
    }

    /// Replaces the value of a labelled item by typed words. Each further line becomes a
    /// continuation line; blank lines, which would end the paragraph, are left out. Markup and
    /// wrapping of words that stay are kept. An empty text leaves the label alone, and the words
    /// that are there already change nothing.
    ///
    /// # Errors
    /// When there is no such item or no label, or when Markdown has no way to say this.
    pub fn set_label_value(&self, item: usize, text: &str) -> Result<Vec<Splice>, Refusal> {
        let (of, label) = self.labelled(item)?;
        let definitions = &self.shared.outline.definitions;
        let wanted = typed_lines(text, Place::Value).join(" ");
        if label.text == text || label.text == wanted {
            return Ok(Vec::new());
        }
        if let Ok(source) = std::str::from_utf8(&self.bytes()[label.value.range()]) {
            for source in rewrites(source, text, Place::Value, definitions) {
                let splices = vec![Splice::replace(label.value, source)];
                if self.try_value(item, &splices, Some(&wanted)).is_ok() {
                    return Ok(splices);
                }
            }
        }
        let mut lines = markdown_for(text, Place::Value, definitions);
        let comments = comments(&self.source(label.value), Place::Value, definitions);
        match lines.last_mut() {
            _ if comments.is_empty() => {}
            Some(last) => last.extend([" ", &comments]),
            None => lines.push(comments),
        }
        let splices = self.value_splices(of, &label, &lines);
        self.try_value(item, &splices, Some(&wanted))?;
        Ok(splices)
    }

    /// Replaces the value of a labelled item by Markdown as given, lines and all.
    ///
    /// # Errors
    /// When there is no such item or no label, or when anything but the value would change.
    pub fn set_label_source(&self, item: usize, source: &str) -> Result<Vec<Splice>, Refusal> {
        let (_, label) = self.labelled(item)?;
        let apart = label.value.start == label.end && !source.is_empty();
        let gap = if apart && !source.starts_with([' ', '\n', '\r']) {
            " "
        } else {
            ""
        };
        let splices = vec![Splice::replace(label.value, format!("{gap}{source}"))];
        self.try_value(item, &splices, None)?;
        Ok(splices)
    }

    /// Replaces the part `from` of a heading's source by typed words. Line breaks in them
    /// become spaces.
    ///
    /// # Errors
    /// When there is no such heading, when `from` is outside its content, or when the words would
    /// not be read as such.
    pub fn set_heading_text(
        &self,
        heading: usize,
        from: Span,
        text: &str,
    ) -> Result<Vec<Splice>, Refusal> {
        let target = Target::Heading(heading);
        let of = self
            .headings()
            .get(heading)
            .ok_or(Refusal::Missing(target))?;
        let line = self.line_of(of.span.start);
        if from.start < of.content.start || from.end > of.content.end || from.start > from.end {
            return Err(Refusal::OutsideHeading { line });
        }
        // Closing signs bear on how a `#` before them is read.
        let signs = self.bytes()[of.span.start] == b'#';
        let end = if signs { of.span.end } else { of.content.end };
        let one_line = |span| self.source(span).replace(['\n', '\r'], " ");
        let before = one_line(Span::new(of.content.start, from.start));
        let after = one_line(Span::new(from.end, end));
        let place = Place::Heading(&before, &after);
        let words = typed_lines(text, place).join(" ");
        let mut source = markdown_for(text, place, &self.shared.outline.definitions).join(" ");
        if from.start == of.span.start + usize::from(of.level)
            && self.bytes()[of.span.start] == b'#'
        {
            source.insert(0, ' ');
        }
        let splices = vec![Splice::replace(from, source)];
        let trial = try_out(self, &splices, Allowed::Target(target))?;
        let read = trial.heading(heading).map_or("", |h| &h.text);
        let kept = of.content.len() - from.len();
        if !read.contains(&words) || (kept == 0 && read != words) {
            return Err(Refusal::NotReadBack {
                line,
                wanted: words,
                read: read.to_owned(),
            });
        }
        Ok(splices)
    }

    pub(super) fn item(&self, item: usize) -> Result<&ListItem, Refusal> {
        let missing = Refusal::Missing(Target::Item(item));
        self.items().get(item).ok_or(missing)
    }

    fn labelled(&self, item: usize) -> Result<(&ListItem, Cow<'_, Label>), Refusal> {
        let of = self.item(item)?;
        match self.label(item) {
            Some(label) => Ok((of, label)),
            None => Err(Refusal::NotLabelled {
                line: self.line_of(of.span.start),
            }),
        }
    }

    fn value_splices(&self, of: &ListItem, label: &Label, lines: &[String]) -> Vec<Splice> {
        if lines.is_empty() {
            return vec![Splice::remove(Span::new(label.end, of.content.end))];
        }
        let line_break = format!(
            "{}{}",
            self.newline_near(of.marker.start),
            self.continuation(of)
        );
        let value = lines.join(&line_break);
        if label.value.is_empty() {
            return vec![Splice::insert(label.end, format!(" {value}"))];
        }
        vec![Splice::replace(label.value, value)]
    }

    /// Tries a new value: the item must keep its label and read as wanted.
    fn try_value(
        &self,
        item: usize,
        splices: &[Splice],
        wanted: Option<&str>,
    ) -> Result<(), Refusal> {
        let trial = try_out(self, splices, Allowed::Target(Target::Item(item)))?;
        let old = self.item(item)?;
        let changed = trial.item(item).unwrap_or(old);
        let (was, now) = (self.label(item), trial.label(item));
        let read = now.as_ref().map_or("", |label| label.text.as_str());
        let kept = was.is_some_and(|was| now.as_ref().is_some_and(|now| now.name == was.name))
            && old.check.state() == changed.check.state();
        if kept && wanted.is_none_or(|wanted| reads_as(read, wanted)) {
            return Ok(());
        }
        Err(Refusal::NotReadBack {
            line: self.line_of(old.span.start),
            wanted: wanted.unwrap_or_default().to_owned(),
            read: if kept { read } else { &changed.text }.to_owned(),
        })
    }

    /// What a further line of an item begins with: quote signs as on its first line, and
    /// blanks in place of everything else before its words.
    pub(super) fn continuation(&self, of: &ListItem) -> String {
        let bytes = self.bytes();
        let start = self.text_start(of.marker.start);
        let mut prefix: String = bytes[start..of.marker.end]
            .iter()
            .map(|b| blank_for(*b))
            .collect();
        let rest = &bytes[of.marker.end..];
        let blanks = rest
            .iter()
            .take_while(|b| matches!(b, b' ' | b'\t'))
            .count();
        match rest.get(blanks) {
            // More than four blanks are code, whose indentation does not count.
            Some(byte) if (1..=4).contains(&blanks) && !byte.is_ascii_whitespace() => {
                prefix.extend(rest[..blanks].iter().map(|b| char::from(*b)));
            }
            _ => prefix.push(' '),
        }
        prefix
    }

    /// Where the line at `offset` begins, behind a byte order mark.
    pub(super) fn text_start(&self, offset: usize) -> usize {
        self.line_start(offset)
            .max(shadow::mark_length(self.bytes()))
    }

    /// The line end used at `offset`, so that a mixed file stays mixed where it is.
    pub(super) fn newline_near(&self, offset: usize) -> &'static str {
        super::newline_in(&self.bytes()[offset.min(self.bytes().len())..])
            .unwrap_or_else(|| self.newline())
    }
}

fn blank_for(byte: u8) -> char {
    match byte {
        b'>' | b'\t' => char::from(byte),
        _ => ' ',
    }
}

/// Whether what is read are the words wanted; `<br>` typed is the break it makes.
pub(super) fn reads_as(read: &str, wanted: &str) -> bool {
    let mut words = wanted.to_owned();
    for tag in ["<br/>", "<br />", "<br>", "<BR/>", "<BR />", "<BR>"] {
        words = words.replace(tag, "\n");
    }
    read.split_whitespace().eq(words.split_whitespace())
}
