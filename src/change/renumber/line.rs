//! Where a log line names other steps: its dependencies, the fields that hold running text, and the
//! addresses of their headings; and the line of a step that gets another ID itself. Paths and keys
//! that stepdeck does not know are nobody's to rewrite.

use super::{NewIds, Place};
use crate::document::json::{self, Object};
use crate::document::splice::{self, Span, Splice};
use crate::plan::field::{Field, FieldSpec, Kind, fields, key_order};
use crate::plan::id::StepId;
use crate::plan::mention::{Form, in_anchors, in_dependency, mentions};

/// A mention in a field of a line.
#[derive(Clone, Debug)]
pub(crate) struct LinePlace {
    /// Where it is in the line.
    pub place: Place,
    /// Whether it is a number without quotation marks.
    bare: bool,
}

impl LinePlace {
    /// The splice that puts the step's new ID there (see [`Place::renamed`]).
    pub(crate) fn renamed(&self, ids: &NewIds) -> Option<Splice> {
        let mut splice = self.place.renamed(ids)?;
        let text = String::from_utf8_lossy(&splice.text);
        if self.bare && (text.contains('.') || text.starts_with('0')) {
            splice.text = json::quote(&text).into_bytes();
        }
        Some(splice)
    }
}

/// The fields that may name a step, or the address of its heading.
pub(crate) fn naming_fields() -> impl Iterator<Item = &'static FieldSpec> {
    let may_name = |spec: &&FieldSpec| matches!(spec.kind, Kind::Text | Kind::Line | Kind::List);
    fields().iter().filter(may_name)
}

/// Whether a field holds running text.
fn is_prose(spec: &FieldSpec) -> bool {
    let named = [Field::Title, Field::Metric, Field::Inputs];
    spec.kind == Kind::Text || named.contains(&spec.field)
}

/// Every mention in the fields of a line, whose content is `text`.
pub(crate) fn places(text: &str, object: &Object<'_>) -> Vec<LinePlace> {
    let mut found = Vec::new();
    for spec in naming_fields() {
        let Some(span) = value(text, object, spec) else {
            continue;
        };
        let raw = &text[span.range()];
        match json::sequence(raw).filter(|_| spec.kind == Kind::List) {
            Some(list) => {
                let items = list.items.iter();
                items.for_each(|item| in_value(text, item.shifted(span.start), spec, &mut found));
            }
            None => in_value(text, span, spec, &mut found),
        }
    }
    found
}

/// The line with the new IDs wherever it names one of the steps; nothing where it names none.
pub(crate) fn rewritten(text: &str, ids: &NewIds) -> Option<String> {
    if !ids.may_be_in(text.as_bytes()) {
        return None;
    }
    let object = Object::parse(text).ok()?;
    let places = places(text, &object);
    let splices: Vec<Splice> = places.iter().filter_map(|at| at.renamed(ids)).collect();
    if splices.is_empty() {
        return None;
    }
    String::from_utf8(splice::apply(text.as_bytes(), &splices).ok()?).ok()
}

/// The splice that gives a line another ID: a number where it has one and the ID is one.
pub(crate) fn set_id(text: &str, object: &Object<'_>, id: StepId) -> Option<Splice> {
    let span = object.span("step_id")?;
    let is_text = text[span.range()].starts_with('"') || !id.suffix().is_empty();
    let raw = match is_text {
        true => json::quote(&id.to_string()),
        false => id.number().to_string(),
    };
    Some(Splice::replace(span, raw))
}

/// The line with one more ID that its step had before.
pub(crate) fn with_former(line: &str, old: StepId, new: StepId) -> Option<String> {
    let object = Object::parse(line).ok()?;
    let known = object.get("was").and_then(json::items).unwrap_or_default();
    let others = known.into_iter().filter(|raw| {
        let id = StepId::of_raw(raw);
        id != Some(new) && id != Some(old)
    });
    let mut items: Vec<String> = others.map(str::to_owned).collect();
    items.push(json::quote(&old.to_string()));
    let raw = format!("[{}]", items.join(object.spacing().0));
    let splice = object.set("was", &raw, key_order());
    String::from_utf8(splice::apply(line.as_bytes(), &[splice]).ok()?).ok()
}

/// Where the raw value of a field is.
pub(crate) fn value(text: &str, object: &Object<'_>, spec: &FieldSpec) -> Option<Span> {
    let outer = object.span(spec.key)?;
    let Some(inner) = spec.inner else {
        return Some(outer);
    };
    let object = Object::parse(&text[outer.range()]).ok()?;
    Some(object.span(inner)?.shifted(outer.start))
}

fn in_value(text: &str, at: Span, spec: &FieldSpec, found: &mut Vec<LinePlace>) {
    let raw = &text[at.range()];
    if raw.starts_with(['{', '[']) {
        return;
    }
    // `2.0` is the step 2.
    let number = json::whole_number(raw).filter(|_| spec.field == Field::Dependencies);
    let (words, offsets) = decoded(number.unwrap_or(raw));
    let mut named = match spec.field {
        Field::Dependencies => in_dependency(&words),
        _ if is_prose(spec) => mentions(&words),
        _ => Vec::new(),
    };
    named.extend(in_anchors(&words));
    named.sort_by_key(|mention| mention.span.start);
    for mut mention in named {
        // A field of four digits and nothing else says a year or an amount, but in dependencies.
        if raw.starts_with(|c: char| c.is_ascii_digit()) && spec.field != Field::Dependencies {
            mention.form = Form::Year;
        }
        let [from, until] = [mention.span.start, mention.span.end].map(|byte| offsets[byte]);
        let source = match number {
            Some(_) => at,
            None => Span::new(at.start + from, at.start + until),
        };
        found.push(LinePlace {
            place: Place { mention, source },
            bare: !raw.starts_with('"'),
        });
    }
}

/// The text of a raw value, and for each of its bytes and its end the offset in the source.
fn decoded(raw: &str) -> (String, Vec<usize>) {
    let inner = raw.strip_prefix('"').and_then(|r| r.strip_suffix('"'));
    let (inner, start) = inner.map_or((raw, 0), |inner| (inner, 1));
    let mut text = String::with_capacity(inner.len());
    let mut offsets = Vec::with_capacity(inner.len() + 1);
    let mut at = 0;
    while let Some(c) = inner[at..].chars().next() {
        let (c, len) = match c {
            '\\' if start == 1 => escape(&inner[at..]),
            c => (c, c.len_utf8()),
        };
        offsets.resize(offsets.len() + c.len_utf8(), start + at);
        text.push(c);
        at += len;
    }
    offsets.push(start + inner.len());
    (text, offsets)
}

/// The character that an escape stands for, and how long it is.
fn escape(rest: &str) -> (char, usize) {
    let unit = |text: &str| u16::from_str_radix(text.strip_prefix("\\u")?.get(..4)?, 16).ok();
    match (rest.as_bytes().get(1), unit(rest)) {
        (_, Some(first)) => {
            let second = rest.get(6..).and_then(unit);
            let pair = [first, second.unwrap_or(0)];
            match char::decode_utf16(pair).next() {
                Some(Ok(c)) if c.len_utf16() == 2 => (c, 12),
                Some(Ok(c)) => (c, 6),
                _ => (char::REPLACEMENT_CHARACTER, 6),
            }
        }
        (Some(b'n' | b'r' | b't' | b'b' | b'f'), _) => (' ', 2),
        (Some(c), _) => (char::from(*c), 2),
        (None, _) => ('\\', 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(pairs: &[(&str, &str)]) -> NewIds {
        let id = |text: &str| text.parse().unwrap();
        pairs.iter().map(|(old, new)| (id(old), id(new))).collect()
    }

    #[test]
    fn a_line_is_rewritten_where_it_means_the_step_and_nowhere_else() {
        let text = r#"{"step_id": "0041", "title": "After 0041", "block": "B01", "notes": "a\u0022Step\t41\n\ud83d\ude00 0041, docs/0041.md, \u0030041", "dependencies": ["0041" , 41, "[x] Step 41", "the board on 0041"], "artifacts": ["docs/0041.md", "0041"], "evidence": {"metric": "as in 0041", "target": 1041, "link": "0041"}, "x-ref": "0041"}"#;
        let new = rewritten(text, &ids(&[("0041", "0107")])).unwrap();
        let expected = r#"{"step_id": "0041", "title": "After 0107", "block": "B01", "notes": "a\u0022Step\t107\n\ud83d\ude00 0107, docs/0041.md, 0107", "dependencies": ["0107" , 107, "[x] Step 107", "the board on 0107"], "artifacts": ["docs/0041.md", "0041"], "evidence": {"metric": "as in 0107", "target": 1041, "link": "0041"}, "x-ref": "0041"}"#;
        assert_eq!(new, expected);
        assert_eq!(rewritten(text, &ids(&[("0042", "0107")])), None);
        let part = rewritten(r#"{"dependencies": [41]}"#, &ids(&[("41", "40.A")])).unwrap();
        assert_eq!(part, r#"{"dependencies": ["40.A"]}"#);
        let anchors = r##"{"dependencies": ["[Step 0041](docs/a.md#step-0041--it)"], "notes": "see #step-0041, #step-00410, https://x.example/#step-0041", "artifacts": ["docs/a.md#step-0041"]}"##;
        let moved = r##"{"dependencies": ["[Step 0107](docs/a.md#step-0107--it)"], "notes": "see #step-0107, #step-00410, https://x.example/#step-0041", "artifacts": ["docs/a.md#step-0107"]}"##;
        assert_eq!(
            rewritten(anchors, &ids(&[("0041", "0107")])).unwrap(),
            moved
        );
        let swap = ids(&[("0001", "0002"), ("0002", "0001")]);
        let both = r#"{"notes": "Step 1, then 0002, Steps 0001–0002"}"#;
        let swapped = r#"{"notes": "Step 2, then 0001, Steps 0001–0002"}"#;
        assert_eq!(rewritten(both, &swap).unwrap(), swapped);
    }
}
