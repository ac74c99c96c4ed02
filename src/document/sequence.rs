//! Items in a text with signs between them, put into another order or given neighbours so
//! that what stays keeps its bytes.
//!
//! A JSON array and a list written in a sentence are both this: each item is in its own span, a
//! sign parts it from the next, and there may be blanks and comments around both.

use std::ops::Range;

use super::splice::Span;

/// Where the items of a text are, and the signs between them.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Sequence {
    /// The items in file order.
    pub items: Vec<Span>,
    /// The sign behind each item but the last.
    pub signs: Vec<Span>,
    /// Where an item would go, if there is none: the words that say so, or nothing.
    pub nothing: Span,
}

/// An item of the text to be.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Slot {
    /// The item with this index, as it is.
    Kept(usize),
    /// The item with this index, in other words.
    Changed(usize, Vec<u8>),
    /// An item that was not there.
    New(Vec<u8>),
}

/// How a text is written.
#[derive(Clone, Copy, Debug)]
pub struct Style<'a> {
    /// What parts a new item from its neighbour, blanks included.
    pub separator: &'a [u8],
    /// What is where there is no item.
    pub nothing: &'a [u8],
    /// Whether there may be `<!-- comments -->`, which stay whatever goes.
    pub comments: bool,
}

impl Sequence {
    /// `text` with the items of `slots`: those that stay keep their bytes and, where their
    /// neighbours stay too, everything between them.
    pub fn arranged(&self, text: &[u8], slots: &[Slot], style: Style<'_>) -> Vec<u8> {
        let mut kept: Vec<(usize, &[u8])> = Vec::new();
        let mut news: Vec<Vec<&[u8]>> = vec![Vec::new()];
        for slot in slots {
            match slot {
                Slot::New(source) => news.last_mut().unwrap_or(&mut Vec::new()).push(source),
                Slot::Changed(at, source) => kept.push((*at, source)),
                Slot::Kept(at) => kept.push((*at, &text[self.items[*at].range()])),
            }
            if !matches!(slot, Slot::New(_)) {
                news.push(Vec::new());
            }
        }
        let mut places: Vec<usize> = kept.iter().map(|(at, _)| *at).collect();
        places.sort_unstable();
        let whole = self.whole();
        let mut out = text[..whole.start].to_vec();
        let Some(&first) = places.first() else {
            match news[0].is_empty() {
                true => out.extend(style.nothing),
                false => out.extend(news[0].join(style.separator)),
            }
            self.keep_comments(text, 0..self.items.len(), style, &mut out);
            out.extend(&text[whole.end..]);
            return out;
        };
        if first > 0 {
            let mut comments = Vec::new();
            self.keep_comments(text, 0..first, style, &mut comments);
            add_comments(self.behind_sign(text, first), style, &mut comments);
            if let [_, comments @ ..] = &*comments {
                out.extend(comments);
                out.push(b' ');
            }
        }
        for source in &news[0] {
            out.extend(*source);
            out.extend(style.separator);
        }
        for (number, (&place, (_, source))) in places.iter().zip(&kept).enumerate() {
            out.extend(*source);
            let next = places.get(number + 1).copied();
            self.gap(text, place, next, &news[number + 1], style, &mut out);
        }
        out
    }

    /// From the first item to the end of the last one.
    fn whole(&self) -> Span {
        match (self.items.first(), self.items.last()) {
            (Some(first), Some(last)) => Span::new(first.start, last.end),
            _ => self.nothing,
        }
    }

    /// What follows the item at `place` up to the one at `next`, or up to the end, with new
    /// items in between.
    fn gap(
        &self,
        text: &[u8],
        place: usize,
        next: Option<usize>,
        news: &[&[u8]],
        style: Style<'_>,
        out: &mut Vec<u8>,
    ) {
        let last = self.items.len() - 1;
        let sign = |at: usize| self.signs[at];
        let own_end = if place < last {
            sign(place).start
        } else {
            text.len()
        };
        let own = &text[self.items[place].end..own_end];
        // New items come behind the comment on the one before them.
        let (near, far) = own.split_at(if style.comments { commented(own) } else { 0 });
        let rest: &[u8] = match next {
            Some(next) => &text[sign(next - 1).start..self.items[next].start],
            None if place == last => &[],
            None => &text[self.items[last].end..],
        };
        let end = next.unwrap_or(self.items.len());
        out.extend(near);
        self.keep_comments(text, place + 1..end, style, out);
        for source in news {
            out.extend(style.separator);
            out.extend(*source);
        }
        if end == place + 1 {
            out.extend(far);
        }
        out.extend(rest);
    }

    /// Adds the comments around items that go: behind the sign before each, and before the
    /// sign behind it.
    fn keep_comments(&self, text: &[u8], gone: Range<usize>, style: Style<'_>, out: &mut Vec<u8>) {
        for at in gone {
            add_comments(self.behind_sign(text, at), style, out);
            if let Some(sign) = self.signs.get(at) {
                add_comments(&text[self.items[at].end..sign.start], style, out);
            }
        }
    }

    /// What is between an item and the sign before it.
    fn behind_sign<'t>(&self, text: &'t [u8], at: usize) -> &'t [u8] {
        match at.checked_sub(1).map(|before| self.signs[before]) {
            Some(sign) => &text[sign.end..self.items[at].start],
            None => &[],
        }
    }
}

/// Adds the comments in `text`, each behind a blank.
fn add_comments(text: &[u8], style: Style<'_>, out: &mut Vec<u8>) {
    let mut rest = text;
    while style.comments
        && let Some(start) = memchr::memmem::find(rest, b"<!--")
        && let Some(length) = memchr::memmem::find(&rest[start..], b"-->")
    {
        out.push(b' ');
        out.extend(&rest[start..start + length + 3]);
        rest = &rest[start + length + 3..];
    }
}

/// How many of the bytes that follow an item are its comments and the blanks before them.
fn commented(text: &[u8]) -> usize {
    let mut end = 0;
    loop {
        let blanks = text[end..].iter().take_while(|b| b.is_ascii_whitespace());
        let start = end + blanks.count();
        let length = match text[start..].starts_with(b"<!--") {
            true => memchr::memmem::find(&text[start..], b"-->"),
            false => None,
        };
        match length {
            Some(length) => end = start + length + 3,
            None => return end,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn comma_list(text: &str) -> Sequence {
        let mut sequence = Sequence::default();
        let mut at = 0;
        for (number, part) in text.split(',').enumerate() {
            if number > 0 {
                sequence.signs.push(Span::new(at - 1, at));
            }
            let letter = part.find(|c: char| c.is_ascii_lowercase()).unwrap();
            sequence.items.push(Span::new(at + letter, at + letter + 1));
            at += part.len() + 1;
        }
        sequence
    }

    const STYLE: Style<'_> = Style {
        separator: b", ",
        nothing: b"none",
        comments: true,
    };

    fn arranged(text: &str, slots: &[Slot]) -> String {
        let list = comma_list(text);
        String::from_utf8(list.arranged(text.as_bytes(), slots, STYLE)).unwrap()
    }

    #[test]
    fn what_stays_keeps_its_bytes() {
        use Slot::{Changed, Kept, New};
        let new = || New(b"new".to_vec());
        let text = " a , b <!--1-->,\n  c ";
        assert_eq!(arranged(text, &[Kept(0), Kept(1), Kept(2)]), text);
        assert_eq!(
            arranged(text, &[Kept(0), Kept(1), Kept(2), new()]),
            " a , b <!--1-->,\n  c, new "
        );
        assert_eq!(
            arranged(text, &[Kept(0), new(), Kept(1), Kept(2)]),
            " a, new , b <!--1-->,\n  c "
        );
        assert_eq!(
            arranged(text, &[Kept(0), Kept(1), new(), Kept(2)]),
            " a , b <!--1-->, new,\n  c "
        );
        assert_eq!(
            arranged(text, &[new(), Kept(0), Kept(1), Kept(2)]),
            " new, a , b <!--1-->,\n  c "
        );
        assert_eq!(
            arranged(text, &[Kept(1), Kept(0), Changed(2, b"C".to_vec())]),
            " b , a <!--1-->,\n  C "
        );
    }

    #[test]
    fn comments_outlive_the_items_beside_them() {
        use Slot::{Kept, New};
        let text = "a<!--1-->, <!--2--> b <!--3-->, <!--4--> c <!--5-->";
        assert_eq!(
            arranged(text, &[Kept(0), Kept(2)]),
            "a<!--1--> <!--2--> <!--3-->, <!--4--> c <!--5-->"
        );
        assert_eq!(
            arranged(text, &[Kept(2)]),
            "<!--1--> <!--2--> <!--3--> <!--4--> c <!--5-->"
        );
        assert_eq!(
            arranged(text, &[Kept(0)]),
            "a<!--1--> <!--2--> <!--3--> <!--4--> <!--5-->"
        );
        assert_eq!(
            arranged(text, &[]),
            "none <!--1--> <!--2--> <!--3--> <!--4--> <!--5-->"
        );
        assert_eq!(
            arranged(text, &[New(b"d".to_vec())]),
            "d <!--1--> <!--2--> <!--3--> <!--4--> <!--5-->"
        );
        assert_eq!(
            arranged("a, b <!--1-->, c", &[Kept(0), Kept(2)]),
            "a <!--1-->, c"
        );
    }
}
