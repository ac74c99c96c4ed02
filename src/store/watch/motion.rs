//! Whether a file is at rest, or somebody is writing to it this very moment.
//!
//! A file is in motion while the same inode was changed by somebody else within the last
//! [`QUIET`]. What is read then may be a mixture of two versions, whatever it looks like, so that
//! it is neither shown nor built upon. At rest are what stepdeck left under the plan's lock, a
//! file renamed into place, and whole lines appended to what was known. This is a pure decision:
//! it reads no clock and no file.

use std::time::{Duration, SystemTime};

use crate::document::rope::Rope;
use crate::store::fs::stamp::Stamp;

/// How long a file must not have been changed to be at rest.
pub const QUIET: Duration = Duration::from_millis(100);
/// After how long a person is told that a file does not come to rest.
pub const NOTICE_TIMEOUT: Duration = Duration::from_secs(2);
/// After how long a program that is about to end stops waiting for a file to come to rest.
pub const REST_TIMEOUT: Duration = Duration::from_secs(5);

/// A file as it was just read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reading<'a> {
    /// Its stamp, taken before the bytes.
    pub(crate) stamp: Stamp,
    /// Its bytes.
    pub(crate) bytes: &'a Rope,
    /// Whether lines are appended to it one by one, so that the last may be a part of one.
    pub(crate) is_log: bool,
    /// Whether it was changed while it was read.
    pub(crate) moved: bool,
    /// Whether a stepdeck left it with this stamp, under the plan's lock.
    pub(crate) is_ours: bool,
}

/// A file as it last stood at rest.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rest<'a> {
    /// Its stamp then.
    pub(crate) stamp: Stamp,
    /// Its bytes then.
    pub(crate) bytes: &'a Rope,
}

/// How long to wait before the file may be at rest; nothing where it is.
///
/// `rest` is how it last stood at rest, where that is known, and `unchanged` for how long it
/// has been seen as it is now, which alone counts where its clock is not ours.
pub(crate) fn assess(
    rest: Option<Rest<'_>>,
    reading: Reading<'_>,
    unchanged: Duration,
    now: SystemTime,
) -> Option<Duration> {
    let Reading { stamp, bytes, .. } = reading;
    if reading.moved {
        return Some(QUIET);
    }
    if reading.is_ours {
        return None;
    }
    let known = rest.filter(|rest| rest.stamp.same_inode(&stamp));
    match known {
        Some(known) => {
            let is_same = stamp.has_bytes_of(&known.stamp) && bytes == known.bytes;
            if is_same || is_appended_to(bytes, known.bytes, reading.is_log) {
                return None;
            }
        }
        // A file that is just being truncated is empty before its times say so. Where something is
        // known of it, it looks like part of a save.
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

/// Whether only whole lines were appended to `known`, in a log perhaps with the beginning of one
/// more, which a [`Debounce`](super::debounce::Debounce) waits for.
pub(crate) fn is_appended_to(bytes: &Rope, known: &Rope, is_log: bool) -> bool {
    let rest = bytes.appended_to(known);
    rest.is_some_and(|rest| !rest.is_empty() && (is_log || rest.ends_line()))
}

#[cfg(test)]
mod tests;
