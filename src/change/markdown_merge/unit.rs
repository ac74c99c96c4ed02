//! What a Markdown file is made of, for merging: a tree of units that together hold every byte.
//!
//! A unit is whole lines: those of its own, its head, and those of the units inside it. The blank
//! lines before a unit are its lead; those behind the last one are the file's.

use crate::document::splice::Span;

/// What a unit is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) enum Kind {
    /// A heading with what is below it.
    Section,
    /// A list item with what is nested in it.
    Item,
    /// A table; its head is the header and the line below that.
    Table,
    /// A row of a table.
    Row,
    /// What a link or a footnote refers to: a line such as `[label]: https://…`, and what goes on.
    Definition,
    /// Anything else between two blank lines.
    Prose,
}

/// One thing that a unit may be known by in another version.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Key {
    /// The words; none where it is known by nothing of this kind.
    pub text: String,
    /// Whether two units that both sides added are one thing if they share it.
    pub joins: bool,
}

/// Where the parts of a unit's head are, counted from its start.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Parts {
    /// It has none.
    Whole,
    /// The check box of a list item with the blank behind it, empty if there is none, and the text
    /// from there on.
    Item {
        /// The box.
        check: Span,
        /// What the box says.
        is_done: bool,
    },
    /// The cells of a row, or of a table's header, without the blanks around their words.
    Cells(Vec<Span>),
}

/// A piece of a version, with all that is inside it.
#[derive(Clone, Debug)]
pub(super) struct Unit<'a> {
    pub kind: Kind,
    /// What people call it; empty for prose.
    pub name: String,
    /// What it is known by, the surest first.
    pub keys: Vec<Key>,
    /// Where it belongs among its like, if its words say so.
    pub rank: Option<String>,
    /// The blank lines before it.
    pub lead: &'a [u8],
    /// Its own lines and those of the units inside it.
    pub whole: &'a [u8],
    /// Its own lines.
    pub head: &'a [u8],
    pub parts: Parts,
    pub children: Vec<Unit<'a>>,
}

impl<'a> Unit<'a> {
    /// The words of the cells, if it has any.
    pub(super) fn cells(&self) -> impl Iterator<Item = &'a [u8]> {
        let spans = match &self.parts {
            Parts::Cells(cells) => &cells[..],
            _ => &[],
        };
        spans.iter().map(|span| &self.head[span.range()])
    }

    /// Whether it is what its number or label says, whatever else its words are.
    pub(super) fn has_name(&self) -> bool {
        let names = ["step ", "label ", "number ", "name ", "definition "];
        let is_name = |key: &Key| names.iter().any(|name| key.text.starts_with(name));
        self.keys.iter().any(is_name)
    }

    /// The unit and all inside it, in file order.
    pub(super) fn each<'u>(&'u self, visit: &mut impl FnMut(&'u Unit<'a>)) {
        visit(self);
        self.children.iter().for_each(|child| child.each(visit));
    }
}

/// Whether two lists of units have the same bytes.
pub(super) fn are_same(a: &[Unit<'_>], b: &[Unit<'_>]) -> bool {
    let same = |(a, b): (&Unit<'_>, &Unit<'_>)| a.whole == b.whole && a.lead == b.lead;
    a.len() == b.len() && a.iter().zip(b).all(same)
}
