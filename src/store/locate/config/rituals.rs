//! `[rituals]`: the entries that say how long it is from one time to the next.

use std::borrow::Cow;

use toml::de::DeValue;

use super::ConfigFile::Shared;
use super::entries::{Entry, Mistake, Reading};
use crate::record::today::rituals::Interval;

/// The entry that says how often one is held.
pub(super) const fn ritual(
    name: &'static str,
    default: &'static str,
    meaning: &'static str,
    read: Reading,
) -> Entry {
    Entry {
        section: "rituals",
        name,
        files: &[Shared],
        value: "an interval such as \"10d\", \"2w\" or \"1m\"",
        default: Cow::Borrowed(default),
        meaning: Cow::Borrowed(meaning),
        read,
    }
}

/// Reads how often that is.
pub(super) fn interval(value: &DeValue<'_>) -> Result<Interval, Mistake> {
    let interval = value.as_str().and_then(Interval::read);
    interval.ok_or(Mistake::Kind)
}
