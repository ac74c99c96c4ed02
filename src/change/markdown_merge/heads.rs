//! The own lines of a unit, as two sides changed them: box and words of an item, the list or notes
//! behind a label, prose line by line.

use super::NewTicks;
use super::output::Output;
use super::unit::{Kind, Parts, Unit};
use crate::change::merge::joined;
use crate::change::three_way::Dispute;
use crate::change::three_way::text::{Stretch, merge_lines};
use crate::change::{Change, Edit, Target, apply, tail};
use crate::document::markdown::MarkdownDocument;
use crate::plan::field::{self, Field, fields};
use crate::plan::id::StepId;
use crate::plan::source::{Role, SourceFile};

/// What becomes of the own lines of a unit.
pub(super) enum Head {
    /// Both sides' changes in one.
    One(Vec<u8>),
    /// Somebody has to pick.
    Two {
        ours: Vec<u8>,
        theirs: Vec<u8>,
        dispute: Dispute,
    },
    /// Prose, with the disputes among its lines.
    Lines(Vec<Stretch>),
}

/// Merges the heads of a unit that both sides have and at least one changed.
pub(super) fn merge(
    base: Option<&Unit<'_>>,
    ours: &Unit<'_>,
    theirs: &Unit<'_>,
    ticks: NewTicks,
) -> Head {
    let was = base.map(|base| base.head);
    if ours.head == theirs.head || was == Some(theirs.head) {
        return Head::One(ours.head.to_vec());
    }
    if was == Some(ours.head) {
        return Head::One(theirs.head.to_vec());
    }
    let whole = |keys: Vec<String>| {
        let name = name(ours);
        Head::Two {
            ours: ours.head.to_vec(),
            theirs: theirs.head.to_vec(),
            dispute: match base {
                Some(_) => Dispute::Changed { name, keys },
                None => Dispute::Added { name },
            },
        }
    };
    match ours.kind {
        Kind::Item => item(base, ours, theirs, ticks).unwrap_or_else(|| whole(Vec::new())),
        Kind::Prose | Kind::Definition => match was {
            Some(was) => Head::Lines(lines(was, ours.head, theirs.head)),
            None => whole(Vec::new()),
        },
        _ => whole(Vec::new()),
    }
}

/// Writes prose with the disputes in it.
pub(super) fn write(stretches: Vec<Stretch>, unit: &Unit<'_>, output: &mut Output<'_>) {
    if let [Stretch::Merged(lines)] = &*stretches {
        return output.head(unit.kind, lines);
    }
    for stretch in stretches {
        match stretch {
            Stretch::Merged(lines) => output.lines(&lines),
            Stretch::Disputed { ours, theirs } => {
                let name = name(unit);
                let keys = Vec::new();
                output.prose(&ours, &theirs, Dispute::Changed { name, keys });
            }
        }
    }
}

/// What a unit is called in a message.
pub(super) fn name(unit: &Unit<'_>) -> String {
    match unit.kind {
        Kind::Prose => {
            let text = String::from_utf8_lossy(unit.head);
            let words: Vec<&str> = text.split_whitespace().take(6).collect();
            format!("“{}…”", words.join(" "))
        }
        _ => unit.name.clone(),
    }
}

/// Three versions of some lines in one.
pub(super) fn lines(base: &[u8], ours: &[u8], theirs: &[u8]) -> Vec<Stretch> {
    let [base, ours, theirs] = [base, ours, theirs].map(|text| {
        text.split_inclusive(|byte| *byte == b'\n')
            .collect::<Vec<_>>()
    });
    let mut stretches = merge_lines(&base, &ours, &theirs);
    stretches.retain(|stretch| *stretch != Stretch::Merged(Vec::new()));
    stretches
}

/// The three parts of an item's own lines.
struct Pieces<'a> {
    marker: &'a [u8],
    check: &'a [u8],
    text: &'a [u8],
    is_done: bool,
}

impl<'a> Pieces<'a> {
    fn of(unit: &Unit<'a>) -> Option<Self> {
        let Parts::Item { check, is_done } = &unit.parts else {
            return None;
        };
        Some(Self {
            marker: &unit.head[..check.start],
            check: &unit.head[check.range()],
            text: &unit.head[check.end..],
            is_done: *is_done,
        })
    }
}

/// An item whose marker, box and text are merged each by itself. What is in no dispute is in both
/// versions.
fn item(
    base: Option<&Unit<'_>>,
    ours: &Unit<'_>,
    theirs: &Unit<'_>,
    ticks: NewTicks,
) -> Option<Head> {
    let (o, t) = (Pieces::of(ours)?, Pieces::of(theirs)?);
    let b = base.and_then(Pieces::of);
    let one = |base: Option<&[u8]>, ours: &[u8], theirs: &[u8]| match () {
        () if ours == theirs || base == Some(theirs) => Some(ours.to_vec()),
        () if base == Some(ours) => Some(theirs.to_vec()),
        () => None,
    };
    // Numbers that both sides moved on count for nothing.
    let marker = one(b.as_ref().map(|b| b.marker), o.marker, t.marker);
    let marker = marker.unwrap_or_else(|| o.marker.max(t.marker).to_vec());
    let check = one(b.as_ref().map(|b| b.check), o.check, t.check);
    let check = check.or_else(|| (o.is_done == t.is_done).then(|| o.check.max(t.check).to_vec()));
    let ticked = if o.is_done { o.check } else { t.check };
    let holds = base.is_none() && ticks == NewTicks::Hold;
    let check = check.or_else(|| holds.then(|| ticked.to_vec()));
    let was = b.as_ref().map(|b| b.text);
    let text = one(was, o.text, t.text)
        .or_else(|| later(o.text, t.text))
        .or_else(|| b.is_none().then(|| filled(o.text, t.text))?)
        .or_else(|| b.is_none().then(|| new_proofs(o.text, t.text))?)
        .or_else(|| field_text(base?, ours, theirs))
        .or_else(|| proofs(was?, o.text, t.text))
        .or_else(|| wrapped(was?, o.text, t.text));
    let is_another = base.is_some_and(|base| is_for_other_words(base, ours, theirs));
    let (check, text) = match is_another {
        true => (None, None),
        false => (check, text),
    };
    let with = |check: &[u8], text: &[u8]| [&*marker, check, text].concat();
    if let (Some(check), Some(text)) = (&check, &text) {
        return Some(Head::One(with(check, text)));
    }
    let keys = [("tick", &check), ("text", &text)].into_iter();
    let keys = keys.filter(|(_, merged)| merged.is_none());
    let name = ours.name.clone();
    let is_label = ours.keys.iter().any(|key| key.text.starts_with("label "));
    Some(Head::Two {
        ours: with(
            check.as_deref().unwrap_or(o.check),
            text.as_deref().unwrap_or(o.text),
        ),
        theirs: with(
            check.as_deref().unwrap_or(t.check),
            text.as_deref().unwrap_or(t.text),
        ),
        dispute: match base {
            None => Dispute::Added { name },
            Some(_) => Dispute::Changed {
                name,
                keys: match is_label {
                    true => Vec::new(),
                    false => keys.map(|(key, _)| key.to_owned()).collect(),
                },
            },
        },
    })
}

/// Whether one side ticked or unticked a check of which the other made one with other words: nobody
/// has said that of those.
fn is_for_other_words(base: &Unit<'_>, ours: &Unit<'_>, theirs: &Unit<'_>) -> bool {
    let is_done = |unit: &Unit<'_>| matches!(unit.parts, Parts::Item { is_done: true, .. });
    let (ticked, other) = match (
        is_done(ours) != is_done(base),
        is_done(theirs) != is_done(base),
    ) {
        (true, false) => (ours, theirs),
        (false, true) => (theirs, ours),
        _ => return false,
    };
    let now = subject(other);
    now != subject(base) && now != subject(ticked)
}

/// What an item asks for: its words without addresses and without the evidence behind them, however
/// they are spelled.
fn subject(unit: &Unit<'_>) -> String {
    let document = MarkdownDocument::load(unit.head.trim_ascii_start().to_vec());
    let text = document.items().first().map_or("", |item| &item.text);
    let words = text.split(" — ").next().unwrap_or_default();
    let words = words
        .split_whitespace()
        .filter(|word| !word.contains("://"));
    super::keys::plain(&words.collect::<Vec<_>>().join(" "))
}

/// A new labelled bullet that one side left without a value, as the form has it.
fn filled(ours: &[u8], theirs: &[u8]) -> Option<Vec<u8>> {
    let is_of = |empty: &[u8], full: &[u8]| {
        let label = empty.trim_ascii_end();
        let is_label = label.ends_with(b":**") || label.ends_with(b"**:");
        is_label && full.len() > label.len() && full.starts_with(label)
    };
    match (is_of(ours, theirs), is_of(theirs, ours)) {
        (true, false) => Some(theirs.to_vec()),
        (false, true) => Some(ours.to_vec()),
        _ => None,
    }
}

/// The later one of two times, such as when a card was posted.
fn later(ours: &[u8], theirs: &[u8]) -> Option<Vec<u8>> {
    const FORM: &str = "%Y-%m-%d %H:%M UTC";
    let is_time = |text: &[u8]| {
        let text = String::from_utf8_lossy(text);
        let time = text.rsplit_once("** ").map_or(&*text, |(_, time)| time);
        chrono::NaiveDateTime::parse_from_str(time.trim(), FORM).is_ok()
    };
    let label = |text: &[u8]| text.iter().position(|byte| byte.is_ascii_digit());
    let is_one = |at: usize| theirs.get(..at) == Some(&ours[..at]);
    (is_time(ours) && is_time(theirs) && label(ours).is_some_and(is_one))
        .then(|| ours.max(theirs).to_vec())
}

/// Text over several lines, of which each side changed others.
fn wrapped(base: &[u8], ours: &[u8], theirs: &[u8]) -> Option<Vec<u8>> {
    match &*lines(base, ours, theirs) {
        [Stretch::Merged(text)] => Some(text.clone()),
        _ => None,
    }
}

/// The text of a bullet that holds a field of a step: lists are merged entry by entry, and what
/// both appended to the notes is there in turn.
fn field_text(base: &Unit<'_>, ours: &Unit<'_>, theirs: &Unit<'_>) -> Option<Vec<u8>> {
    let spec = labelled_field(ours)?.spec();
    let text = |unit: &Unit<'_>| Pieces::of(unit).map(|pieces| pieces.text.to_vec());
    match spec.kind {
        // Entries that both added are in the same order whichever side is called ours.
        field::Kind::List if text(ours) > text(theirs) => list(spec.field, base, theirs, ours),
        field::Kind::List => list(spec.field, base, ours, theirs),
        _ if spec.field == Field::Notes => appended(&text(base)?, &text(ours)?, &text(theirs)?),
        _ => None,
    }
}

/// The field of a step that a bullet holds.
fn labelled_field(unit: &Unit<'_>) -> Option<Field> {
    let key = unit.keys.first()?.text.strip_prefix("label ")?;
    let is_it = |canon: &str| super::keys::plain(canon) == key;
    let spec = fields().iter().find(|spec| spec.canon.is_some_and(is_it))?;
    Some(spec.field)
}

/// Evidence that both put behind the words of one check.
fn proofs(base: &[u8], ours: &[u8], theirs: &[u8]) -> Option<Vec<u8>> {
    const BEFORE: &[u8] = " — ".as_bytes();
    let base_end = base.trim_ascii_end().len();
    let is_proof = |side: &[u8]| {
        side.get(base_end..)
            .is_some_and(|new| new.starts_with(BEFORE))
    };
    match is_proof(ours) && is_proof(theirs) {
        true => appended(base, ours, theirs),
        false => None,
    }
}

/// A check that both wrote down, at least one of them with evidence.
fn new_proofs(ours: &[u8], theirs: &[u8]) -> Option<Vec<u8>> {
    const BEFORE: &[u8] = " — <".as_bytes();
    let subject = |text: &[u8]| memchr::memmem::find(text, BEFORE);
    match (subject(ours), subject(theirs)) {
        (Some(at), None) if ours[..at] == *theirs.trim_ascii_end() => Some(ours.to_vec()),
        (None, Some(at)) if theirs[..at] == *ours.trim_ascii_end() => Some(theirs.to_vec()),
        (Some(at), Some(_)) => proofs(&ours[..at], ours, theirs),
        _ => None,
    }
}

/// Sentences put behind the same words, one after the other, in the same order whichever side is
/// called ours.
fn appended(base: &[u8], ours: &[u8], theirs: &[u8]) -> Option<Vec<u8>> {
    let base = base.trim_ascii_end();
    let then = ours.max(theirs);
    let added = |side: &'_ [u8]| {
        let added = side.trim_ascii_end().strip_prefix(base)?.to_vec();
        String::from_utf8(added).ok()
    };
    let both = joined(&added(ours.min(theirs))?, &added(then)?);
    let end = &then[then.trim_ascii_end().len()..];
    Some([base, both.as_bytes(), end].concat())
}

/// What both sides made of a list behind its label.
fn list(field: Field, base: &Unit<'_>, ours: &Unit<'_>, theirs: &Unit<'_>) -> Option<Vec<u8>> {
    let merged = with_entries(field, [base.head, ours.head, theirs.head])?;
    let own = ours.head.trim_ascii_start();
    let kept = own.len() - Pieces::of(ours)?.text.len();
    // The label is before the text's values, and stays.
    (merged.get(..kept)? == &own[..kept]).then(|| merged[kept..].to_vec())
}

/// What both sides made of a list that one of them has below its label and the other one behind it,
/// such as none where the other added an entry: nothing where it is no list of a step.
pub(super) fn list_of_two_forms(
    base: Option<&Unit<'_>>,
    ours: &Unit<'_>,
    theirs: &Unit<'_>,
) -> Option<Vec<u8>> {
    let field = labelled_field(ours).filter(|field| field.spec().kind == field::Kind::List)?;
    // The one with more lines keeps its form.
    let [kept, other] = match (ours.children.is_empty(), theirs.children.is_empty()) {
        (false, true) => [ours, theirs],
        (true, false) => [theirs, ours],
        _ => return None,
    };
    let merged = with_entries(field, [base?.whole, kept.whole, other.whole])?;
    let indent = kept.whole.len() - kept.whole.trim_ascii_start().len();
    Some([&kept.whole[..indent], &merged].concat())
}

/// The bullet of the second of three versions with what the third made of the first, as [`apply`] puts
/// an edit on top of somebody else's.
fn with_entries(field: Field, [base, ours, theirs]: [&[u8]; 3]) -> Option<Vec<u8>> {
    const STEP: &[u8] = b"#### Step 0001 - x\n\n- **Status:** x\n";
    let load = |bullet: &[u8]| {
        let bytes = [STEP, bullet.trim_ascii_start()].concat();
        MarkdownDocument::load(bytes)
    };
    let source = |bullet: &[u8]| {
        let document = load(bullet);
        let span = tail(&document, 1, field)?;
        Some(document.bytes()[span.range()].to_vec())
    };
    let change = Change {
        label: String::new(),
        edits: vec![Edit {
            path: "list.md".into(),
            target: Target::SectionValue {
                step: StepId::new(1),
                nth: 0,
                field,
            },
            before: Some(source(base)?),
            after: Some(source(theirs)?),
        }],
    };
    let mut files = vec![SourceFile::load("list.md", Role::Canon, load(ours).rope())];
    apply::change(&change, &mut files).ok()?;
    let merged = files.first()?.markdown()?.bytes().to_vec();
    Some(merged.strip_prefix(STEP)?.to_vec())
}
