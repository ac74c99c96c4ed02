//! Three versions of a log made into one: what a git merge driver does.
//!
//! Steps are matched by `uid`, then by ID, keys within a line by name, values on their raw source.
//! What both sides changed is written as both versions between conflict markers, around that line
//! alone. In reading order: [`lines`] takes the versions apart, [`identity`] puts them into one
//! numbering, [`layout`] takes out the blank lines of spaced logs, [`align`] finds what is in the same place, [`weave`] decides which lines are where,
//! [`object`] merges one line, [`output`] writes the bytes. Pure: bytes in, bytes and conflicts out, linear time but for the sorting of moved lines.
//! The result is the same whichever side is called ours, the versions between markers aside.

pub(crate) mod align;
pub(crate) mod identity;
mod layout;
pub(crate) mod lines;
pub(crate) mod object;
mod output;
#[cfg(test)]
mod tests;
pub(crate) mod text;
mod weave;

use std::fmt;

use lines::{Tokens, Version};
use weave::Way;

use super::renumber::NewIds;
use crate::document::log::LineLayout;
use crate::document::rope::{Piece, Rope};
use crate::plan::id::StepId;

/// The three versions of a log.
#[derive(Clone, Copy, Debug)]
pub struct Versions<'a> {
    /// What both sides started from; empty where there was nothing.
    pub base: &'a Rope,
    /// The version of the branch that is merged into.
    pub ours: &'a Rope,
    /// The version of the branch that is merged.
    pub theirs: &'a Rope,
}

/// How conflicts are written.
#[derive(Clone, Copy, Debug)]
pub struct Markers<'a> {
    /// What follows the opening marker.
    pub ours: &'a str,
    /// What follows the closing marker.
    pub theirs: &'a str,
    /// Characters of a marker, git's `%L`.
    pub size: usize,
}

/// What becomes of what both sides changed.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Disputed<'a> {
    /// Both versions, between markers.
    Marked(Markers<'a>),
    /// Our version.
    Ours,
    /// Their version.
    Theirs,
    /// Our version, then theirs.
    Both,
    /// Of some steps this, of the others both versions between markers.
    Of {
        /// Those steps.
        steps: &'a [StepId],
        /// What becomes of them.
        decided: &'a Disputed<'a>,
        /// How the others are written.
        others: Markers<'a>,
    },
}

impl Disputed<'_> {
    /// What becomes of one thing.
    fn about(self, dispute: &Dispute) -> Self {
        match self {
            Self::Of {
                steps,
                decided,
                others,
            } => match dispute.is_about(steps) {
                true => *decided,
                false => Self::Marked(others),
            },
            Self::Marked(_) | Self::Ours | Self::Theirs | Self::Both => self,
        }
    }
}

/// One of two sides.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Side {
    /// The branch that is merged into.
    Ours,
    /// The branch that is merged.
    Theirs,
}

/// What somebody has to decide.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Dispute {
    /// Both sides changed these keys of a line.
    Changed {
        /// The line's name.
        name: String,
        /// The keys; none where the line as a whole is meant.
        keys: Vec<String>,
    },
    /// Both sides added a line under one name.
    Added {
        /// The line's name.
        name: String,
    },
    /// One side removed a line that the other changed.
    Removed {
        /// The line's name.
        name: String,
        /// Who removed it.
        by: Side,
    },
    /// The sides have different steps under one number.
    Different {
        /// The line's name.
        name: String,
    },
    /// Both sides changed lines that can be compared only as text.
    Text,
}

impl Dispute {
    /// Whether it is about the line of one of these steps.
    pub(crate) fn is_about(&self, steps: &[StepId]) -> bool {
        let name = match self {
            Self::Changed { name, .. }
            | Self::Added { name }
            | Self::Removed { name, .. }
            | Self::Different { name } => name,
            Self::Text => return false,
        };
        // Of several lines with one ID each but the first has a count behind it.
        let id = name.split(' ').next().and_then(|id| id.parse().ok());
        id.is_some_and(|id| steps.contains(&id))
    }
}

impl fmt::Display for Dispute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Changed { name, keys } if keys.is_empty() => {
                write!(f, "{name}: both sides changed it")
            }
            Self::Changed { name, keys } => {
                write!(f, "{name} {}: both sides changed it", keys.join(", "))
            }
            Self::Added { name } => write!(f, "{name}: both sides added it, with other words"),
            Self::Removed { name, by } => {
                let (removed, changed) = match by {
                    Side::Ours => ("ours", "theirs"),
                    Side::Theirs => ("theirs", "ours"),
                };
                write!(f, "{name}: {removed} removed it, {changed} changed it")
            }
            Self::Different { name } => write!(f, "{name}: each side has another step there"),
            Self::Text => write!(f, "both sides changed lines that are no steps"),
        }
    }
}

/// A pair of versions left between markers in the result.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Conflict {
    /// The line of the opening marker in the result, counted from 1.
    pub line: usize,
    /// What is in dispute.
    pub dispute: Dispute,
}

/// A step that got another number, because a step of the mainline has the one it had.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Renumbered {
    /// The number that it had on its side.
    pub old: StepId,
    /// The number that it has in the result.
    pub new: StepId,
    /// Its title.
    pub title: String,
    /// Whether both sides moved it, and the other move holds.
    pub is_moved_by_both: bool,
}

impl fmt::Display for Renumbered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            old,
            new,
            title,
            is_moved_by_both,
        } = self;
        if *is_moved_by_both {
            return write!(f, "both sides moved “{title}”: it is {new}, not {old}");
        }
        write!(
            f,
            "both sides added a step {old}; “{title}” is renumbered to {new}"
        )
    }
}

/// The result of a merge.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Merged {
    /// The whole file.
    pub bytes: Vec<u8>,
    /// What somebody has to decide, in file order; none where the merge is clean.
    pub conflicts: Vec<Conflict>,
    /// The steps that got another number, in the order of the old ones.
    pub renumbered: Vec<Renumbered>,
}

/// Merges three versions of a log. Any bytes will do. Of two steps that were added under one
/// number, that of the `mainline` keeps it; where that is unknown, the one with the smaller uid.
pub fn merge(versions: Versions<'_>, markers: Markers<'_>, mainline: Option<Side>) -> Merged {
    let Versions { base, ours, theirs } = versions;
    let bytes = [base, ours, theirs];
    let disputed = Disputed::Marked(markers);
    let (read, tokens) = read(bytes);
    let layout = layout::common(&read, LineLayout::default());
    let settled = identity::settle(bytes, read.each_ref(), &tokens, mainline);
    let way = Way::Settled;
    let Some(settled) = settled else {
        return merge_lines(read, &tokens, (disputed, way), layout);
    };
    let (read, tokens) = self::read(settled.versions.each_ref());
    Merged {
        renumbered: settled.renumbered,
        ..merge_lines(read, &tokens, (disputed, way), layout)
    }
}

/// Merges three versions of a few lines of a log that is being merged: each line keeps its number, and
/// what is in dispute is decided. It is told all the same. `layout` is that of the log: a few lines may not
/// tell.
pub(crate) fn decide(versions: Versions<'_>, disputed: Disputed<'_>, layout: LineLayout) -> Merged {
    let (read, tokens) = read([versions.base, versions.ours, versions.theirs]);
    let layout = layout::common(&read, layout);
    merge_lines(read, &tokens, (disputed, Way::AsNumbered), layout)
}

/// Puts two versions of a few lines of a log together without knowing what both sides started from:
/// whatever differs is in dispute, and a step that one version lacks may be new or removed.
pub(crate) fn decide_unknowing(
    ours: &Rope,
    theirs: &Rope,
    disputed: Disputed<'_>,
    layout: LineLayout,
) -> Merged {
    let nothing = Rope::from(Piece::from(Vec::new()));
    let (read, tokens) = read([&nothing, ours, theirs]);
    let layout = layout::common(&read, layout);
    merge_lines(read, &tokens, (disputed, Way::Unknowing), layout)
}

/// What the steps of three versions of a log are called in the result of [`merge`], for each
/// version: those that several versions have and one calls otherwise. Nothing where there is none.
pub(crate) fn new_ids(versions: Versions<'_>, mainline: Option<Side>) -> Option<[NewIds; 3]> {
    let (read, tokens) = read([versions.base, versions.ours, versions.theirs]);
    identity::new_ids(read.each_ref(), &tokens, mainline)
}

fn read(bytes: [&Rope; 3]) -> ([Version<'_>; 3], Tokens<'_>) {
    let mut tokens = Tokens::default();
    let base = Version::read(bytes[0], None, &mut tokens);
    let ours = Version::read(bytes[1], Some(&base), &mut tokens);
    let theirs = Version::read(bytes[2], Some(&ours), &mut tokens);
    ([base, ours, theirs], tokens)
}

fn merge_lines(
    mut versions: [Version<'_>; 3],
    tokens: &Tokens<'_>,
    (disputed, way): (Disputed<'_>, Way),
    layout: Option<LineLayout>,
) -> Merged {
    if layout.is_some() {
        layout::take_out(&mut versions);
    }
    let [base, ours, theirs] = &versions;
    let pieces = weave::weave([base, ours, theirs], tokens, way);
    let frame = output::Frame::of(base, ours, theirs, layout.unwrap_or_default());
    output::write(&frame, pieces, disputed)
}

/// What is left of three states of a thing that one side at most may have changed; where
/// both did, the greater one.
fn either<T: PartialEq + Ord + Copy>(base: T, ours: T, theirs: T) -> T {
    match () {
        () if ours == theirs || base == theirs => ours,
        () if base == ours => theirs,
        () => ours.max(theirs),
    }
}
