//! Whether a file is at rest, or somebody is writing to it this very moment.
//!
//! A file is in motion while the same inode was changed by somebody else within the last
//! [`QUIET`]. What is read then may be a mixture of two versions, whatever it looks like, so that
//! it is neither shown nor built upon. At rest are what stepdeck left under the plan's lock, a
//! file renamed into place, and whole lines that came to the end of what was known. [`assess`]
//! is pure; a [`Debounce`] remembers what was seen of one file until it rests.

use std::time::{Duration, Instant, SystemTime};

use crate::document::rope::Rope;
use crate::plan::source::Role;
use crate::store::fs::read::FileState;
use crate::store::fs::stamp::Stamp;
use crate::store::transaction::commit::NotYet;
use crate::store::watch::debounce::{Assessment, FileShape, SETTLE_TIMEOUT, debounce, is_torn};

/// How long a file must not have been changed to be at rest.
pub const QUIET: Duration = Duration::from_millis(100);
/// After how long a person is told that a file does not come to rest.
pub const NOTICE_AFTER: Duration = Duration::from_secs(2);
/// After how long a program that does not stay gives up waiting.
pub const GIVE_UP: Duration = Duration::from_secs(5);

/// A file as it was just read.
#[derive(Clone, Copy, Debug)]
pub struct Sight<'a> {
    /// Its stamp, taken before the bytes.
    pub stamp: Stamp,
    /// Its bytes.
    pub bytes: &'a Rope,
    /// Whether lines are appended to it one by one, so that the last may be a part of one.
    pub is_log: bool,
    /// Whether it was changed while it was read.
    pub moved: bool,
    /// Whether a stepdeck left it with this stamp, under the plan's lock.
    pub is_ours: bool,
}

/// A file as it last stood at rest.
#[derive(Clone, Copy, Debug)]
pub struct Rest<'a> {
    /// Its stamp then.
    pub stamp: Stamp,
    /// Its bytes then.
    pub bytes: &'a Rope,
}

/// How long to wait before the file in `sight` may be at rest; nothing where it is.
///
/// `rest` is how it last stood at rest, where that is known, and `unchanged` for how long it
/// has been seen as it is now, which alone counts where its clock is not ours.
pub fn assess(
    rest: Option<Rest<'_>>,
    sight: Sight<'_>,
    unchanged: Duration,
    now: SystemTime,
) -> Option<Duration> {
    let Sight { stamp, bytes, .. } = sight;
    if sight.moved {
        return Some(QUIET);
    }
    if sight.is_ours {
        return None;
    }
    let known = rest.filter(|rest| rest.stamp.same_inode(&stamp));
    match known {
        Some(known) => {
            let is_same = stamp.has_bytes_of(&known.stamp) && bytes == known.bytes;
            if is_same || is_appended_to(bytes, known.bytes, sight.is_log) {
                return None;
            }
        }
        // A file that is just being truncated is empty before its times say so. Where something is
        // known of it, `looks_partial` sees to that.
        None if rest.is_none() && bytes.is_empty() => {
            return QUIET.checked_sub(unchanged).filter(|left| !left.is_zero());
        }
        // The inode is new here: a rename moves its change time behind that of its last byte.
        None if stamp.ctime_ns != stamp.mtime_ns => return None,
        None => {}
    }
    let rested = stamp.age(now).unwrap_or_default().max(unchanged);
    QUIET.checked_sub(rested).filter(|left| !left.is_zero())
}

/// Whether only whole lines came to the end of what was known, in a log perhaps with the
/// beginning of one more, which [`debounce`] waits for.
fn is_appended_to(bytes: &Rope, known: &Rope, is_log: bool) -> bool {
    let is_between_lines = known.is_empty() || known.ends_line();
    is_between_lines
        && bytes.len() > known.len()
        && bytes.starts_with(known)
        && (is_log || bytes.ends_line())
}

/// What was seen of one file since it last stood at rest.
#[derive(Default, Debug)]
pub(crate) struct Debounce {
    /// The stamp under which the bytes that are known stood at rest.
    rest: Option<Stamp>,
    open: Option<Open>,
    /// Whether what looks like a part of a save is believed, once it rests.
    takes_parts: bool,
}

/// A version that is not believed yet.
#[derive(Debug)]
struct Open {
    stamp: Option<Stamp>,
    bytes: Option<Rope>,
    /// Since when it has been seen like this.
    since: Instant,
    /// Since when the file has not been at rest.
    begun: Instant,
    /// When to look again.
    due: Instant,
}

impl Debounce {
    /// For somebody who only reads: of what rests, every version is as good as another.
    pub(crate) fn of_reader() -> Self {
        Self {
            takes_parts: true,
            ..Self::default()
        }
    }

    /// Whether what was `found` is to be believed, where `known` was believed last. Whoever
    /// knows nothing yet passes `None`.
    ///
    /// # Errors
    /// Where the file is in motion, or looks like a part of a save that goes on.
    pub(crate) fn assess(
        &mut self,
        role: Role,
        known: Option<&Rope>,
        found: &FileState,
        is_ours: bool,
    ) -> Result<(), NotYet> {
        let (bytes, stamp) = (found.bytes(), found.stamp());
        let now = Instant::now();
        let is_log = role == Role::Log;
        let (since, begun) = self.seen_since(known, bytes, stamp, (now, is_log));
        let rest = self.rest.zip(known);
        let rest = rest.map(|(stamp, bytes)| Rest { stamp, bytes });
        let moving = stamp.zip(bytes).and_then(|(stamp, bytes)| {
            let sight = Sight {
                stamp,
                bytes,
                is_log,
                moved: found.moved(),
                is_ours,
            };
            assess(rest, sight, now - since, SystemTime::now())
        });
        let partial = match self.takes_parts || bytes == known {
            true => None,
            false => looks_partial(role, known, bytes, now - since),
        };
        let Some(wait) = moving.max(partial) else {
            self.open = None;
            self.rest = stamp;
            return Ok(());
        };
        self.open = Some(Open {
            stamp,
            bytes: bytes.cloned(),
            since,
            begun,
            due: now + wait,
        });
        Err(NotYet)
    }

    /// Since when the file has stood like this, and since when it has not been at rest.
    fn seen_since(
        &self,
        known: Option<&Rope>,
        bytes: Option<&Rope>,
        stamp: Option<Stamp>,
        (now, is_log): (Instant, bool),
    ) -> (Instant, Instant) {
        let Some(open) = &self.open else {
            return (now, now);
        };
        let is_same = open.stamp == stamp && open.bytes.as_ref() == bytes;
        // Who appends without a pause is not waited for without end.
        let same_inode = open.stamp.zip(stamp);
        let is_growing = same_inode.is_some_and(|(a, b)| a.same_inode(&b))
            && (known.or(open.bytes.as_ref()).zip(bytes))
                .is_some_and(|(base, bytes)| is_appended_to(bytes, base, is_log));
        match is_same || is_growing {
            true => (open.since, open.begun),
            false => (now, open.begun),
        }
    }

    /// We left the file like this ourselves; nothing where somebody wrote to it meanwhile.
    pub(crate) fn left(&mut self, stamp: Option<Stamp>) {
        self.rest = stamp;
        self.open = None;
    }

    /// Nothing is to be seen of the file for now.
    pub(crate) fn forget(&mut self) {
        self.open = None;
    }

    /// When to look again, while the file is not at rest.
    pub(crate) fn due(&self) -> Option<Instant> {
        self.open.as_ref().map(|open| open.due)
    }

    /// For how long the file has not been at rest.
    pub(crate) fn lasts(&self) -> Option<Duration> {
        self.open.as_ref().map(|open| open.begun.elapsed())
    }
}

/// How long to wait where the bytes look like a part of a save that goes on.
fn looks_partial(
    role: Role,
    known: Option<&Rope>,
    bytes: Option<&Rope>,
    unchanged: Duration,
) -> Option<Duration> {
    let shape = match role {
        Role::Log => FileShape::JsonLines,
        _ => FileShape::Text,
    };
    let left = match (known, bytes) {
        // A log that nobody saw before may end in a line that somebody is just writing.
        (None, Some(bytes)) if shape == FileShape::JsonLines && is_torn(bytes) => {
            SETTLE_TIMEOUT.saturating_sub(unchanged)
        }
        _ => match debounce(shape, known, bytes, unchanged) {
            Assessment::Accept => Duration::ZERO,
            Assessment::Wait(left) => left,
        },
    };
    (!left.is_zero()).then_some(left)
}

#[cfg(test)]
mod tests;
