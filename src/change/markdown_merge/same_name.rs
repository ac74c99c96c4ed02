//! What both sides wrote under one name, of which there can be one only: a labelled bullet, a row of a
//! table. Who keeps both versions of a stretch must not have it twice.

use chrono::NaiveDate;

use super::pair::things;
use super::unit::{Kind, Unit};
use super::{plain_lines, read};

/// What people call the first such thing that is not in `base`, and is in both sides with other words.
pub(crate) fn in_both(base: &[u8], ours: &[u8], theirs: &[u8]) -> Option<String> {
    let lines = [base, ours, theirs].map(|bytes| plain_lines(bytes, true));
    let [base, ours, theirs] = [&lines[0], &lines[1], &lines[2]].map(|bytes| read::read(bytes));
    among(&base.units, &ours.units, &theirs.units)
}

fn among(base: &[Unit<'_>], ours: &[Unit<'_>], theirs: &[Unit<'_>]) -> Option<String> {
    things(base, ours, theirs).into_iter().find_map(|thing| {
        let (ours, theirs) = (&ours[thing.ours?], &theirs[thing.theirs?]);
        if thing.base.is_none() && ours.head != theirs.head && is_one(ours, theirs) {
            return Some(ours.name.clone());
        }
        let base = thing.base.map_or(&[][..], |at| &base[at].children);
        among(base, &ours.children, &theirs.children)
    })
}

/// Whether both are one thing by name. A day is none: a log has a row for each thing that happened.
fn is_one(ours: &Unit<'_>, theirs: &Unit<'_>) -> bool {
    let start = match ours.kind {
        Kind::Item => "label ",
        Kind::Row => "name ",
        _ => return false,
    };
    let shared = |key: &super::unit::Key| key.text.starts_with(start) && theirs.keys.contains(key);
    ours.keys.iter().any(shared) && ours.name.parse::<NaiveDate>().is_err()
}
