//! The entries of a numbered list below a label.
//!
//! A list that follows a paragraph without a blank line has to begin with 1 to be one, so the numbers
//! stay where they are, whatever moves, comes or goes behind them.

use super::lists::EntrySlot;
use super::{CheckState, MarkdownDocument, Refusal};
use crate::document::splice::{Span, Splice};

/// An item without its number.
struct Body {
    /// Which item it was; nothing for a new one.
    item: Option<usize>,
    source: String,
}

impl MarkdownDocument {
    /// Makes the entries `entries` of the numbered list that `item` holds those of `slots`, of which
    /// there is at least one.
    ///
    /// # Errors
    /// When a checkbox cannot be set.
    pub(super) fn set_numbered(
        &self,
        item: usize,
        entries: &[usize],
        slots: &[EntrySlot],
    ) -> Result<Self, Refusal> {
        let mut of = self.clone();
        for slot in slots {
            if let EntrySlot::Kept { at, tick: Some(to) } = slot {
                let state = match to {
                    true => CheckState::Done,
                    false => CheckState::Open,
                };
                let splices = of.set_check(entries[*at], state)?;
                of = of.apply(&splices)?;
            }
        }
        let all: Vec<usize> = of.children(item).collect();
        let (Some(first), Some(last)) = (all.first(), all.last()) else {
            return Ok(of);
        };
        let whole = Span::new(of.items()[*first].marker.start, of.end_of(*last));
        let bodies = of.bodies(&all, entries, slots);
        let mut source = String::new();
        for (place, body) in bodies.iter().enumerate() {
            if place > 0 {
                source += &of.between(&all, place);
            }
            source += &of.number(&all, place);
            source += &body.source;
        }
        Ok(of.apply(&[Splice::replace(whole, source)])?)
    }

    /// The items in their new order. What is no entry stays behind the one before it, and so do the
    /// comments of an entry that goes.
    fn bodies(&self, all: &[usize], entries: &[usize], slots: &[EntrySlot]) -> Vec<Body> {
        let old = |item: usize| Body {
            item: Some(item),
            source: self.body(item),
        };
        let mut bodies: Vec<Body> = slots
            .iter()
            .map(|slot| match slot {
                EntrySlot::Kept { at, .. } => old(entries[*at]),
                EntrySlot::New(source) => Body {
                    item: None,
                    source: format!(" {source}"),
                },
            })
            .collect();
        let is_kept = |bodies: &[Body], item: usize| bodies.iter().any(|b| b.item == Some(item));
        for (at, item) in all.iter().enumerate() {
            if is_kept(&bodies, *item) {
                continue;
            }
            let before = all[..at].iter().rev();
            let mut before =
                before.filter_map(|it| bodies.iter().position(|b| b.item == Some(*it)));
            let before = before.next();
            if !entries.contains(item) && !super::is_nothing(&self.items()[*item].text) {
                bodies.insert(before.map_or(0, |before| before + 1), old(*item));
                continue;
            }
            let comment = self.comments_of(*item);
            if !comment.is_empty() {
                // Behind the words, before what is nested in them.
                let body = &mut bodies[before.unwrap_or(0)];
                let words = match body.item {
                    Some(item) => self.items()[item].content.end - self.items()[item].marker.end,
                    None => body.source.len(),
                };
                body.source.insert_str(words, &format!(" {comment}"));
            }
        }
        bodies
    }

    /// Where an item ends, without blanks.
    fn end_of(&self, item: usize) -> usize {
        let span = self.items()[item].span;
        span.start + self.bytes()[span.range()].trim_ascii_end().len()
    }

    /// What stands behind the number of an item.
    fn body(&self, item: usize) -> String {
        let from = self.items()[item].marker.end;
        let span = Span::new(from, self.end_of(item).max(from));
        self.source(span).into_owned()
    }

    /// What is between the items at a place and before it: as far as there is a pattern, that.
    fn between(&self, all: &[usize], place: usize) -> String {
        let place = place.min(all.len() - 1);
        let start = self.items()[all[place]].marker.start;
        let from = match place {
            // One item shows how far it is indented.
            0 => {
                let line = self.text_start(start);
                let newline = self.newline_near(start);
                return format!("{newline}{}", self.source(Span::new(line, start)));
            }
            place => self.end_of(all[place - 1]),
        };
        self.source(Span::new(from, start)).into_owned()
    }

    /// The number at a place; behind the last one it is counted on, unless all are the same.
    fn number(&self, all: &[usize], place: usize) -> String {
        let marker = |at: usize| self.source(self.items()[all[at]].marker).into_owned();
        let last = all.len() - 1;
        if place <= last {
            return marker(place);
        }
        let text = marker(last);
        let (number, sign) = text.split_at(text.len() - 1);
        let counts = last == 0 || marker(last - 1) != text;
        match number.parse::<u32>() {
            Ok(number) if counts => {
                let more = u32::try_from(place - last).unwrap_or_default();
                format!("{}{sign}", number.saturating_add(more))
            }
            _ => text,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::sample::select;

    use super::*;

    const BEFORE: &str = "# Step\n\n- **Owner:** ops\n- **Dependencies:**\n";
    const BEHIND: &str = "\n- **Notes:** n\n\n1. other\n";

    fn changed(list: &str, slots: &[EntrySlot]) -> String {
        let document = MarkdownDocument::load(format!("{BEFORE}{list}{BEHIND}").into_bytes());
        let changed = document.set_entries(1, slots).unwrap();
        let text = String::from_utf8(changed.bytes().to_vec()).unwrap();
        let list = text
            .strip_prefix(BEFORE)
            .and_then(|rest| rest.strip_suffix(BEHIND));
        list.unwrap_or_else(|| panic!("{text}")).to_owned()
    }

    fn kept(at: usize) -> EntrySlot {
        EntrySlot::Kept { at, tick: None }
    }

    fn new(source: &str) -> EntrySlot {
        EntrySlot::New(source.to_owned())
    }

    #[test]
    fn numbers_stay_where_they_are() {
        let three = "  1. One\n  2. Two <!-- why -->\n     - more\n  3. Three";
        let ticked = EntrySlot::Kept {
            at: 2,
            tick: Some(true),
        };
        for (slots, expected) in [
            (
                vec![kept(1), kept(2)],
                "  1. Two <!-- why -->\n     - more\n  2. Three",
            ),
            (vec![kept(0), kept(2)], "  1. One <!-- why -->\n  2. Three"),
            (vec![ticked], "  1. [x] Three <!-- why -->"),
            (
                vec![new("Zero"), kept(2), kept(1), kept(0), new("Four")],
                "  1. Zero\n  2. Three\n  3. Two <!-- why -->\n     - more\n  4. One\n  5. Four",
            ),
            (vec![new("Zero")], "  1. Zero <!-- why -->"),
        ] {
            assert_eq!(changed(three, &slots), expected, "{slots:?}");
        }
        let alike = changed("   1) a\n\n   1) b", &[kept(1), new("c"), kept(0)]);
        assert_eq!(alike, "   1) b\n\n   1) c\n\n   1) a");
    }

    proptest! {
        /// Whatever becomes of the entries, the list reads as wanted, and nothing else changes.
        #[test]
        fn a_numbered_list_becomes_any_other(
            texts in prop::collection::vec(select(vec!["a", "[b](c.md)", "*d*", "[x] e", "f <!-- g -->"]), 1..12),
            order in Just((0..14usize).collect::<Vec<_>>()).prop_shuffle(),
            count in 1..14usize,
            (sign, gap) in (select(vec![".", ")"]), select(vec!["\n", "\n\n"])),
            (indent, step) in (2..4usize, 0..2usize),
        ) {
            let items = texts.iter().enumerate();
            let items: Vec<String> = items
                .map(|(at, text)| format!("{}{}{sign} {text}", " ".repeat(indent), 1 + step * at))
                .collect();
            let slots: Vec<EntrySlot> = (order.iter().take(count))
                .map(|at| if *at < texts.len() { kept(*at) } else { new(&format!("new {at}")) })
                .collect();
            let list = changed(&items.join(gap), &slots);
            let lines = list.lines().filter(|line| !line.is_empty());
            prop_assert_eq!(lines.count(), slots.len(), "{}", list);
        }
    }
}
