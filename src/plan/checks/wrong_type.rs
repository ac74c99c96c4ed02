//! A field whose JSON value has a type that the field cannot have.
//!
//! Texts are strings, `dependencies`, `artifacts` and `inputs` lists of strings,
//! `evidence`, `effort` and `cost` objects; what is measured there is a number or words. A step
//! ID may be a whole number as well as text.
//! stepdeck shows such a value as it is, but a dashboard or a script may trip over it. Write the
//! field with the right type. Where only one thing can be meant, the fix does: `"0002"` or `2` in
//! the place of `dependencies` is a list of one step, text that says nothing an empty list, one path
//! or address a list of it, and in the place of `evidence` its link or, where it is empty, `{}`. Text that may be several
//! entries, and a number that is an Excel date, are left to a person.
//!
//! ## Caught
//!
//! ```jsonl
//! {"step_id": "0001", "dependencies": "0002", "evidence": "80 %"}
//! ```
//!
//! ## Left alone
//!
//! ```jsonl
//! {"step_id": "0001", "dependencies": ["0002"], "evidence": {"metric": "coverage", "target": "80 %"}}
//! ```

use super::{Context, Fix, Found, Help, Pass, Reading, Rule, Severity, Spot, timestamp};
use crate::document::json;
use crate::plan::compound::Compound;
use crate::plan::dependency::Dependency;
use crate::plan::field::{Field, FieldSpec, Kind, fields};
use crate::plan::list_entry::says_nothing;
use crate::plan::step::stand_in;
use crate::plan::uid::Uid;
use crate::plan::{StepRef, link};

/// The rule.
pub const RULE: Rule = Rule {
    code: "wrong-type",
    severity: Severity::Error,
    title: "a field has a value of the wrong JSON type",
    help: Help {
        keys: "{problem-go} goes to the step: `{edit}` on the field rewrites it; `{edit-step}` opens the whole step",
        commands: "correct it in the line: text as \"…\", a list as [\"…\"], an object as {\"…\": …}",
    },
    passes: &[Pass::Step(step)],
};

fn step(reading: &Reading<'_>, _: &Context<'_>, found: &mut Found) {
    let (step, plan) = (reading.step, reading.step.plan());
    if is_right(reading) {
        return;
    }
    let Some(line) = step.log_line() else {
        return;
    };
    let mut report = |name: &str, raw: &str, wanted: &str, spot, is_clear: bool| {
        found.add(spot, |spot| {
            let is = match wanted {
                TEXTS if raw.starts_with('[') => "a list of other things",
                _ => type_of(raw),
            };
            let message = format!("`{name}` of {} is {is}, not {wanted}", step.id());
            let mut problem = RULE.problem(plan, spot, message).about(step);
            if is_clear {
                problem = problem.fixed_by(Fix::Type(step.index())).with_help(
                    "`{problem-fix}` writes the same with the right type",
                    "`stepdeck check --fix` writes the same with the right type",
                );
            }
            problem
        });
    };
    if let Some(raw) = line.get("step_id").filter(|raw| !is_name(raw)) {
        report("step_id", raw, "text", Spot::step(plan, step), false);
    }
    for spec in fields() {
        let Some(raw) = value(line.get(spec.key)) else {
            continue;
        };
        let index = items_fault(spec, raw);
        let spot = || match index {
            Some(index) => Spot::entry(plan, step, spec.field, index),
            None => Spot::field(plan, step, spec.field),
        };
        let Some(inner) = spec.inner else {
            if let Some(wanted) = fault(spec, raw) {
                let is_clear = meant(step, spec, raw).is_some();
                report(spec.name, raw, wanted, spot(), is_clear);
            }
            continue;
        };
        match json::Object::of_value(raw) {
            Some(object) => {
                if let Some(raw) = value(object.get(inner))
                    && let Some(wanted) = fault(spec, raw)
                {
                    report(spec.name, raw, wanted, spot(), false);
                }
            }
            None if spec.is_first() => {
                let is_clear = meant(step, spec, raw).is_some();
                report(spec.key, raw, "an object", spot(), is_clear);
            }
            None => {}
        }
    }
}

/// What a value of the wrong type can only mean.
pub(crate) enum Meant {
    /// A list of these entries.
    Entries(Vec<String>),
    /// An object that holds it under the key that it stands for, or nothing.
    Object,
}

/// What a raw value of the wrong type means, where that is clear: nothing, one step, one entry, a
/// link.
pub(crate) fn meant(step: StepRef<'_>, spec: &FieldSpec, raw: &str) -> Option<Meant> {
    if raw.starts_with(['[', '{', 't', 'f', 'n']) {
        return None;
    }
    if spec.inner.is_some() {
        let is_clear = stand_in(spec.key, raw).is_none_or(|field| field == Field::Link);
        return is_clear.then_some(Meant::Object);
    }
    if spec.kind != Kind::List {
        return None;
    }
    if says_nothing(raw) {
        return Some(Meant::Entries(Vec::new()));
    }
    // What programs wrote with a point may have lost zeros behind it.
    if !is_name(raw) {
        return None;
    }
    let (words, plan) = (json::name(raw), step.plan());
    let text = words.trim();
    let depends = spec.field == Field::Dependencies;
    if let (true, Dependency::Step(id)) = (depends, Dependency::read(text.into())) {
        return Some(Meant::Entries(vec![plan.spelled(id).to_string()]));
    }
    let is_address = link::is_address(text) && !text.contains(char::is_whitespace);
    let is_several = match depends {
        true => {
            let signs = [',', ';', '&', '+', '/', '\n', '\r'];
            text.contains(signs) || text.contains(" and ") || Compound::read(plan, text).is_some()
        }
        false => text.contains([',', ';', '\n', '\r']),
    };
    let is_one = raw.starts_with('"') && (is_address || !is_several);
    is_one.then(|| Meant::Entries(vec![text.to_owned()]))
}

/// Whether a raw value can name a step: a text, or a whole number. A number with a fraction is
/// none, since programs drop zeros behind the point.
fn is_name(raw: &str) -> bool {
    raw.starts_with('"') || json::whole_number(raw).is_some()
}

/// Whether there is surely nothing to say about the step.
fn is_right(reading: &Reading<'_>) -> bool {
    let fits = |spec: &FieldSpec| match (reading.value(spec.field), spec.inner) {
        (None, _) => true,
        (Some(raw), None) => fault(spec, raw).is_none(),
        (Some(raw), Some(_)) => !spec.is_first() || is_right_object(spec.key, raw),
    };
    reading.step_id().is_none_or(is_name) && fields().iter().all(fits)
}

fn is_right_object(key: &str, raw: &str) -> bool {
    let fits = |(name, raw): (&str, &str)| {
        let own = |spec: &&FieldSpec| spec.inner == Some(name) && spec.key == key;
        let spec = fields().iter().find(own);
        spec.is_none_or(|spec| value(Some(raw)).is_none_or(|raw| fault(spec, raw).is_none()))
    };
    json::plain_entries(raw).is_some_and(|mut entries| entries.all(fits))
}

/// What a list should be that has the wrong items.
const TEXTS: &str = "a list of texts";

/// A value that is there at all.
fn value(raw: Option<&str>) -> Option<&str> {
    raw.filter(|raw| *raw != "null")
}

/// What a value should be that is of a kind which its field cannot have.
fn fault(spec: &FieldSpec, raw: &str) -> Option<&'static str> {
    match spec.kind {
        Kind::List if !raw.starts_with('[') => Some("a list"),
        Kind::List => items_fault(spec, raw).map(|_| TEXTS),
        Kind::Measure => raw
            .starts_with(['[', '{', 't', 'f'])
            .then_some("a number or text"),
        Kind::Uid => Uid::of_raw(raw)
            .is_none()
            .then_some("twelve letters a to z"),
        _ if raw.starts_with('"') => None,
        // What is surely an instant is said of it, and fixed, elsewhere.
        Kind::Instant if timestamp::read_loosely(raw).is_some() => None,
        _ => Some("text"),
    }
}

/// Index of the first item of a list that is not text.
fn items_fault(spec: &FieldSpec, raw: &str) -> Option<usize> {
    if spec.kind != Kind::List || raw == "[]" {
        return None;
    }
    let is_right = |item: &str| match spec.field {
        Field::Dependencies => is_name(item),
        _ => item.starts_with('"'),
    };
    json::known_items(raw)?.position(|item| !is_right(item))
}

fn type_of(raw: &str) -> &'static str {
    match raw.as_bytes().first() {
        Some(b'"') => "text",
        Some(b'[') => "a list",
        Some(b'{') => "an object",
        Some(b't' | b'f') => "true or false",
        Some(b'n') | None => "null",
        Some(_) => "a number",
    }
}

#[cfg(test)]
mod tests {
    use super::super::example::{LOG, found, step};
    use super::RULE;

    #[test]
    fn it_catches_values_of_another_kind() {
        let log = [
            step("0001", &[("step_id", "1234.5"), ("title", "[]")]),
            step("0002", &[("evidence", "\"0.8\""), ("artifacts", "\"x\"")]),
            step("0003", &[("dependencies", "[\"0001\", 2, 2.5]")]),
            step("0004", &[("evidence", "{\"metric\": 1, \"target\": [1]}")]),
        ]
        .concat();
        assert_eq!(
            found(&RULE, &[(LOG, &log)]),
            [
                "data/plans/plan.jsonl:2:164 [\"x\"] `artifacts` of 0002 is text, not a list",
                "data/plans/plan.jsonl:2:181 [\"0.8\"] `evidence` of 0002 is text, not an object",
                "data/plans/plan.jsonl:3:159 [2.5] `dependencies` of 0003 is a list of other \
                 things, not a list of texts",
                "data/plans/plan.jsonl:4:191 [1] `evidence.metric` of 0004 is a number, not text",
                "data/plans/plan.jsonl:4:204 [[1]] `evidence.target` of 0004 is a list, not a \
                 number or text",
                "data/plans/plan.jsonl:1:13 [1234.5] `step_id` of 1234.5 is a number, not text",
                "data/plans/plan.jsonl:1:46 [[]] `title` of 1234.5 is a list, not text",
            ]
        );
    }

    #[test]
    fn it_leaves_every_right_kind_alone() {
        let evidence =
            "{\"metric\": \"m\", \"target\": \"two\", \"actual\": -1.5e3, \"link\": null}";
        let cost = "{\"planned\": 3, \"actual\": null, \"own\": []}";
        let log = step(
            "0001",
            &[
                ("step_id", "1"),
                ("dependencies", "[2, \"0003\"]"),
                ("evidence", evidence),
                ("cost", cost),
                ("x", "7"),
            ],
        );
        assert!(found(&RULE, &[(LOG, &log)]).is_empty());
    }
}
