//! Both versions of a stretch of canon or of a paper: what the merge driver makes of them, and of what it
//! finds in dispute ours and what theirs has besides. Of what there can be one only, ours stays, and
//! that is said. Where it is known what both started from, what one side alone changed is in no dispute.

use std::cell::Cell;
use std::ops::Range;

use super::{paper_side, resolve};
use crate::change::markdown_merge::{CommonCommit, merge_both, parts_of_sections, same_name};
use crate::change::three_way::{Markers, Versions};
use crate::change::value::{Refusal, refuse};
use crate::document::generated;
use crate::document::markdown::{Check, ListItem, MarkdownDocument};
use crate::document::markers::{MarkedConflict, conflicts};
use crate::document::rope::{Piece, Rope};
use crate::document::splice::Span;
use crate::plan::canon::normalised;
use crate::plan::disputes::Dispute;

/// A file with one version of each conflict, and where each of these is.
pub(super) struct Version {
    pub bytes: Vec<u8>,
    pub places: Vec<Range<usize>>,
}

impl Version {
    pub fn of<'t>(
        bytes: &'t [u8],
        all: &[MarkedConflict],
        text: impl Fn(usize) -> &'t [u8],
    ) -> Self {
        let mut version = Self {
            bytes: Vec::with_capacity(bytes.len()),
            places: Vec::new(),
        };
        let mut at = 0;
        for (number, conflict) in all.iter().enumerate() {
            version
                .bytes
                .extend_from_slice(&bytes[at..conflict.whole.start]);
            let start = version.bytes.len();
            version.bytes.extend_from_slice(text(number));
            version.places.push(start..version.bytes.len());
            at = conflict.whole.end;
        }
        version.bytes.extend_from_slice(&bytes[at..]);
        version
    }
}

/// What stays of a conflict among `all` of its file; what a person should know of it goes to
/// `remarks`. `page` is the file that both sides started from, as far as that is known.
///
/// # Errors
/// When there would be two of what there can be one only: a labelled bullet, a row of a name, a check.
pub(super) fn both(
    dispute: &Dispute,
    all: &[MarkedConflict],
    (bytes, page): (&[u8], Option<&[u8]>),
    (common, remarks): (CommonCommit<'_>, &mut Vec<String>),
) -> Result<Vec<u8>, Refusal> {
    let own = all.iter().position(|other| *other == dispute.place);
    let own = own.ok_or_else(|| Refusal("the conflict is no longer there".to_owned()))?;
    let about = &dispute.about;
    let Some(mut text) = paper_side::undecided((own, all), bytes, page, common) else {
        return together((about, own), all, bytes, (common, remarks));
    };
    let left = conflicts(&text);
    let whole = dispute.place.whole;
    let file = [&bytes[..whole.start], &text, &bytes[whole.end..]].concat();
    let behind = |span: Span| (span.counted_from(whole.end)).shifted(whole.start + text.len());
    let before = all[..own].iter().copied();
    let within = left
        .iter()
        .map(|it| it.moved(|span| span.shifted(whole.start)));
    let after = all[own + 1..].iter().map(|it| it.moved(behind));
    let places: Vec<MarkedConflict> = before.chain(within).chain(after).collect();
    for (at, conflict) in left.iter().enumerate().rev() {
        if let Some(name) = one_check([conflict.ours, conflict.theirs].map(|it| &text[it.range()]))
        {
            return refuse(twice(about, &name));
        }
        let kept = together((about, own + at), &places, &file, (common, remarks))?;
        text.splice(conflict.whole.range(), kept);
    }
    Ok(text)
}

/// The words of a check that two versions of one thing are, each with its own.
fn one_check(versions: [&[u8]; 2]) -> Option<String> {
    let [ours, theirs] =
        versions.map(|text| MarkdownDocument::load(text.trim_ascii_start().to_vec()));
    let item = |document: &MarkdownDocument| -> Option<(String, bool)> {
        let mut items = document.items().iter().filter(|item| item.parent.is_none());
        let item = items.next()?;
        let is_alone = items.next().is_none() && item.label.is_none();
        is_alone.then(|| (item.text.clone(), item.check != Check::None))
    };
    let ((words, is_check), (_, is_check_too)) = (item(&ours)?, item(&theirs)?);
    (is_check || is_check_too).then_some(words)
}

fn twice(about: &str, name: &str) -> String {
    let name = match about.contains(name) {
        true => String::new(),
        false => format!(", {name}"),
    };
    format!("{about}{name} would be there twice: keep one version, or edit it")
}

/// What stays of the conflict `own` among `all`, if nobody knows what both sides started from.
fn together(
    (about, own): (&str, usize),
    all: &[MarkedConflict],
    bytes: &[u8],
    (common, remarks): (CommonCommit<'_>, &mut Vec<String>),
) -> Result<Vec<u8>, Refusal> {
    let of = |span: Span| &bytes[span.range()];
    let ours = of(all[own].ours);
    let theirs = without_generated(bytes, all, own, remarks);
    if theirs.trim_ascii().is_empty() {
        return Ok(ours.to_vec());
    }
    // As everything else will be is not known yet.
    let with = |text: &[u8]| {
        let text = text.to_vec();
        Version::of(
            bytes,
            all,
            |at| if at == own { &[] } else { of(all[at].ours) },
        )
        .with(own, text)
    };
    let [base, one, other] = [&b""[..], ours, &theirs].map(with);
    let is_seen_ours = Cell::new(false);
    let common = |one: &str, other: &str| {
        common(one, other).or_else(|| {
            is_seen_ours.set(true);
            let is_ours = |commit: &&str| memchr::memmem::find(ours, commit.as_bytes()).is_some();
            [one, other].into_iter().find(is_ours).map(str::to_owned)
        })
    };
    if let Some((text, true)) = merged([&base, &one, &other], own, &common) {
        if is_seen_ours.get() {
            remarks.push("Seen: ours".to_owned());
        }
        return Ok(text);
    }
    let mut theirs = theirs;
    for item in doubled(&one, &other, own).into_iter().rev() {
        remarks.push(format!("{}: ours", item.0));
        theirs.drain(item.1);
    }
    let other = with(&theirs);
    if let Some(name) = same_name::in_both(&base.bytes, &one.bytes, &other.bytes) {
        return refuse(twice(about, &name));
    }
    // What is in no dispute is there once; of the rest, each version.
    let Some((mut text, _)) = merged([&base, &one, &other], own, &common) else {
        return Ok(resolve::both(ours, b"", &theirs));
    };
    for conflict in conflicts(&text).into_iter().rev() {
        let [ours, theirs] = [conflict.ours, conflict.theirs].map(|span| &text[span.range()]);
        let kept = resolve::both(ours, b"", theirs);
        text.splice(conflict.whole.range(), kept);
    }
    Ok(text)
}

impl Version {
    /// The same with another text at a place that is empty.
    pub fn with(mut self, own: usize, text: Vec<u8>) -> Self {
        let start = self.places[own].start;
        self.places[own] = start..start + text.len();
        for place in &mut self.places[own + 1..] {
            *place = place.start + text.len()..place.end + text.len();
        }
        self.bytes.splice(start..start, text);
        self
    }
}

/// Their version without what stepdeck generated there, where ours has that part, too: the figures
/// of one part are of one state of the plan.
fn without_generated(
    bytes: &[u8],
    all: &[MarkedConflict],
    own: usize,
    remarks: &mut Vec<String>,
) -> Vec<u8> {
    let ours = Version::of(bytes, all, |at| &bytes[all[at].ours.range()]);
    let theirs = Version::of(bytes, all, |at| &bytes[all[at].theirs.range()]);
    let place = theirs.places[own].clone();
    let mut text = theirs.bytes[place.clone()].to_vec();
    let known = parts_of_sections(&ours.bytes);
    let mut parts = parts_of_sections(&theirs.bytes);
    parts.retain(|(name, _)| known.iter().any(|(known, _)| known == name));
    parts.sort_by_key(|(_, part)| std::cmp::Reverse(part.start));
    let before = text.len();
    for (_, part) in parts {
        let (start, end) = (part.start.max(place.start), part.end.min(place.end));
        if start < end {
            text.drain(start - place.start..end - place.start);
        }
    }
    // Of one that somebody edited, the words are people's, and the mark stands once.
    let lines = |text: &[u8]| -> Vec<Vec<u8>> {
        let lines = text.split_inclusive(|byte| *byte == b'\n');
        lines.map(<[u8]>::to_vec).collect()
    };
    let our_text = &ours.bytes[ours.places[own].clone()];
    if lines(our_text).iter().any(|line| generated::is_mark(line)) {
        let kept = lines(&text)
            .into_iter()
            .filter(|line| !generated::is_mark(line));
        text = kept.collect::<Vec<_>>().concat();
    }
    if text.len() < before {
        remarks.push("what stepdeck wrote there is ours: write the paper again".to_owned());
    }
    text
}

/// What stands at the place once both are merged, and whether nothing in it is in dispute; nothing
/// where anything else would change.
pub(super) fn merged(
    versions: [&Version; 3],
    own: usize,
    common: CommonCommit<'_>,
) -> Option<(Vec<u8>, bool)> {
    let [base, ours, theirs] =
        versions.map(|version| Rope::from(Piece::from(version.bytes.clone())));
    let versions_of = Versions {
        base: &base,
        ours: &ours,
        theirs: &theirs,
    };
    let markers = Markers {
        ours: "",
        theirs: "",
        size: 7,
    };
    let merged = merge_both(versions_of, markers, common)?.merged;
    let (place, all) = (&versions[1].places[own], &versions[1].bytes);
    let rest = merged.bytes.strip_prefix(&all[..place.start])?;
    let text = rest.strip_suffix(&all[place.end..])?;
    Some((text.to_vec(), merged.conflicts.is_empty()))
}

/// The bullets of theirs, each with its label and its place in their text, that say of a record under
/// its title what ours says already.
fn doubled(ours: &Version, theirs: &Version, own: usize) -> Vec<(String, Range<usize>)> {
    let documents = [ours, theirs].map(|version| MarkdownDocument::load(version.bytes.clone()));
    let places = [ours, theirs].map(|version| version.places[own].clone());
    let bullets = |at: usize| -> Vec<(&ListItem, String)> {
        let items = documents[at].items().iter();
        let is_here = |item: &&ListItem| {
            places[at].contains(&item.span.start) && item.parent.is_none() && !item.quoted
        };
        let items = items.filter(is_here);
        items
            .filter_map(|item| Some((item, normalised(&item.label.as_deref()?.name))))
            .collect()
    };
    let known = bullets(0);
    let mut doubled = Vec::new();
    for (item, label) in bullets(1) {
        let Some(heading) = item.heading else {
            continue;
        };
        if !known
            .iter()
            .any(|(other, name)| *name == label && other.heading.is_some())
        {
            continue;
        }
        let of = &documents[1].headings()[heading];
        let name = item
            .label
            .as_deref()
            .map_or("", |label| &label.name)
            .to_owned();
        if heading == 0 && of.level == 1 {
            let bytes = &theirs.bytes;
            let start = memchr::memrchr(b'\n', &bytes[..item.span.start]).map_or(0, |at| at + 1);
            let end = memchr::memchr(b'\n', &bytes[item.span.end.saturating_sub(1)..]);
            let end = end.map_or(bytes.len(), |at| item.span.end.saturating_sub(1) + at + 1);
            let (from, to) = (places[1].start, places[1].end);
            doubled.push((name, start.max(from) - from..end.min(to) - from));
        }
    }
    doubled
}
