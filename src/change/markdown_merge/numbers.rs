//! The numbers of a merged list: as its sides number theirs, one after the other or all alike. Only digits
//! change, and none where what is in an item would no longer be in it.

use std::collections::HashMap;
use std::ops::Range;

use crate::document::markdown::{ListItem, MarkdownDocument};
use crate::document::markers::conflicts;
use crate::document::splice::{self, Span, Splice};

/// The merged lines with such numbers. `versions` are base, ours and theirs. A list that a conflict is in or
/// beside is left as it is.
pub(super) fn followed(versions: [&[u8]; 3], merged: Vec<u8>) -> Vec<u8> {
    if !merged.split(|byte| *byte == b'\n').any(is_numbered) {
        return merged;
    }
    let document = MarkdownDocument::load(merged);
    let open: Vec<Span> = conflicts(document.bytes())
        .iter()
        .map(|conflict| conflict.whole)
        .collect();
    let mut lists = lists(&document);
    lists.retain(|list| list.style() != Some(Style::Counting) && !list.touches(&document, &open));
    if lists.is_empty() {
        return document.bytes().to_vec();
    }
    let versions = versions.map(|bytes| MarkdownDocument::load(bytes.to_vec()));
    let versions = versions.each_ref().map(Known::of);
    let wanted = lists.iter().map(|list| list.renumbered(&versions));
    let wanted: Vec<Vec<Splice>> = wanted.filter(|splices| !splices.is_empty()).collect();
    let all = wanted.concat();
    let after = match applied(&document, &all) {
        // One of them does not fit its item.
        None => wanted.iter().fold(Vec::new(), |mut kept, splices| {
            let more = [&kept[..], splices].concat();
            if applied(&document, &more).is_some() {
                kept = more;
            }
            kept
        }),
        Some(_) => all,
    };
    applied(&document, &after).unwrap_or_else(|| document.bytes().to_vec())
}

/// Whether a line may begin a numbered item.
fn is_numbered(line: &[u8]) -> bool {
    let line = line.trim_ascii_start();
    let digits = line.iter().take_while(|byte| byte.is_ascii_digit()).count();
    digits > 0 && matches!(line.get(digits), Some(b'.' | b')'))
}

/// The bytes with these splices; nothing where an item would hold other things then.
fn applied(document: &MarkdownDocument, splices: &[Splice]) -> Option<Vec<u8>> {
    let bytes = splice::apply(document.bytes(), splices).ok()?;
    let after = MarkdownDocument::load(bytes);
    let moved = |at: usize| {
        let before = splices.iter().filter(|splice| splice.span.end <= at);
        before.fold(at, |at, splice| at + splice.text.len() - splice.span.len())
    };
    let is_same = |(old, new): (&ListItem, &ListItem)| {
        let span = Span::new(moved(old.span.start), moved(old.span.end));
        span == new.span && old.parent == new.parent && old.heading == new.heading
    };
    let (old, new) = (document.items(), after.items());
    let is_same = old.len() == new.len() && old.iter().zip(new).all(is_same);
    is_same.then(|| after.bytes().to_vec())
}

/// How a list is numbered.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Style {
    /// One after the other.
    Counting,
    /// All alike.
    Alike,
}

/// A numbered item.
struct Numbered<'d> {
    digits: Span,
    number: u64,
    text: &'d str,
}

/// Items that follow each other.
struct List<'d> {
    items: Vec<Numbered<'d>>,
    span: Span,
}

/// The numbered lists of a document.
fn lists(document: &MarkdownDocument) -> Vec<List<'_>> {
    let bytes = document.bytes();
    // The list that goes on, by the item that it is in.
    let mut open: HashMap<Option<usize>, (usize, u8)> = HashMap::new();
    let mut lists: Vec<List<'_>> = Vec::new();
    for item in document.items() {
        let digits = Span::new(item.marker.start, item.marker.end.saturating_sub(1));
        let sign = bytes.get(digits.end).copied().unwrap_or_default();
        let number = std::str::from_utf8(&bytes[digits.range()]).ok();
        let number = number.and_then(|number| number.parse().ok());
        let Some(number) = number.filter(|_| item.ordered && !item.quoted) else {
            open.remove(&item.parent);
            continue;
        };
        let numbered = Numbered {
            digits,
            number,
            text: &item.text,
        };
        let goes_on = open.get(&item.parent).copied().filter(|(list, of)| {
            let end = lists[*list].span.end;
            let gap: Range<usize> = end.min(item.span.start)..item.span.start;
            *of == sign && bytes[gap].trim_ascii().is_empty()
        });
        match goes_on {
            Some((list, _)) => {
                lists[list].items.push(numbered);
                lists[list].span.end = item.span.end;
            }
            None => {
                open.insert(item.parent, (lists.len(), sign));
                lists.push(List {
                    items: vec![numbered],
                    span: item.span,
                });
            }
        }
    }
    lists
}

impl List<'_> {
    /// Nothing where it is numbered in no way that goes on. One item alone counts.
    fn style(&self) -> Option<Style> {
        let pairs = || self.items.iter().zip(&self.items[1..]);
        match () {
            () if pairs().all(|(a, b)| a.number.checked_add(1) == Some(b.number)) => {
                Some(Style::Counting)
            }
            () if pairs().all(|(a, b)| a.number == b.number) => Some(Style::Alike),
            () => None,
        }
    }

    /// Whether one of these is in it, or nothing but blanks is between.
    fn touches(&self, document: &MarkdownDocument, others: &[Span]) -> bool {
        let is_blank = |from: usize, to: usize| {
            from <= to && document.bytes()[from..to].trim_ascii().is_empty()
        };
        let Span { start, end } = self.span;
        others.iter().any(|other| {
            other.start < end && start < other.end
                || is_blank(other.end, start)
                || is_blank(end, other.start)
        })
    }

    /// What gives it the numbers that it would have in its sides; nothing where only one side has it, or
    /// they number it in no way that goes on.
    fn renumbered(&self, versions: &[Known<'_>; 3]) -> Vec<Splice> {
        let [base, ours, theirs] = versions.each_ref().map(|version| version.like(self));
        let (Some(ours), Some(theirs)) = (ours, theirs) else {
            return Vec::new();
        };
        let sides = [base.unwrap_or(ours), ours, theirs];
        // One item alone is numbered in whatever way the others are.
        let longer = || sides.iter().filter(|list| list.items.len() > 1);
        let style_of = |list: &List<'_>| match list.items.len() {
            1 => longer()
                .next()
                .map_or(Some(Style::Counting), |list| list.style()),
            _ => list.style(),
        };
        let [b, o, t] = sides.map(style_of);
        let style = match () {
            () if o == t || b == t => o,
            () if b == o => t,
            () => None,
        };
        let Some(style) = style else {
            return Vec::new();
        };
        let [b, o, t] = sides.map(|list| list.items[0].number);
        let first = match () {
            () if o == t || b == t => o,
            () if b == o => t,
            () => o.min(t),
        };
        // Zeros in front are part of how a list is written.
        let width = |item: &Numbered<'_>| match item.number.to_string().len() < item.digits.len() {
            true => item.digits.len(),
            false => 0,
        };
        let width = self.items.iter().map(width).max().unwrap_or_default();
        let numbers = (first..).map(|number| match style {
            Style::Counting => number,
            Style::Alike => first,
        });
        let wrong = self.items.iter().zip(numbers);
        let wrong = wrong.filter(|(item, number)| item.number != *number);
        wrong
            .map(|(item, number)| Splice::replace(item.digits, format!("{number:0width$}")))
            .collect()
    }
}

/// The lists of a version, by the words of their items.
struct Known<'d> {
    lists: Vec<List<'d>>,
    by_text: HashMap<&'d str, Vec<usize>>,
}

impl<'d> Known<'d> {
    fn of(document: &'d MarkdownDocument) -> Self {
        let lists = lists(document);
        let mut by_text: HashMap<&str, Vec<usize>> = HashMap::new();
        for (at, list) in lists.iter().enumerate() {
            for item in list.items.iter().filter(|item| !item.text.is_empty()) {
                by_text.entry(item.text).or_default().push(at);
            }
        }
        Self { lists, by_text }
    }

    /// The list that has most of these items.
    fn like(&self, list: &List<'_>) -> Option<&List<'d>> {
        let mut shared: HashMap<usize, usize> = HashMap::new();
        for item in &list.items {
            for at in self.by_text.get(item.text).into_iter().flatten() {
                *shared.entry(*at).or_default() += 1;
            }
        }
        let most = shared.into_iter();
        // Of several the first.
        let most = most.max_by_key(|(at, count)| (*count, std::cmp::Reverse(*at)));
        most.map(|(at, _)| &self.lists[at])
    }
}
