//! A field whose JSON value is of a kind that the field cannot have.
//!
//! Texts are strings, `dependencies`, `artifacts` and `inputs` lists of strings,
//! `evidence`, `effort` and `cost` objects; what is measured there is a number or words.
//! stepdeck shows such a value as it stands, but a dashboard or a script may trip over it.
//! `e` writes the field in its right form; where an object is needed, `E` opens the step.

use super::{Context, Plan, Problem, Rule, Severity, Spot};
use crate::document::json;
use crate::plan::StepRef;
use crate::plan::field::{FIELDS, FieldSpec, Kind};

/// The rule.
pub const RULE: Rule = Rule {
    code: "wrong-type",
    severity: Severity::Error,
    title: "a field has a value of the wrong JSON type",
    help: "`e` on the field writes it anew; `E` opens the whole step",
    run,
};

fn run(plan: &Plan, _: &Context<'_>, problems: &mut Vec<Problem>) {
    for step in plan.steps() {
        let Some(line) = step.log_line() else {
            continue;
        };
        if let Some(raw) = line.get("step_id").filter(|raw| !raw.starts_with('"')) {
            let message = wrong(step, "step_id", type_of(raw), "text");
            let problem = RULE.problem(plan, Spot::step(plan, step), message);
            problems.push(problem.about(step));
        }
        let mut object_told = "";
        for spec in &FIELDS {
            let Some(raw) = line.get(spec.key).filter(|raw| *raw != "null") else {
                continue;
            };
            let Some((name, found, wanted)) = mismatch(spec, raw) else {
                continue;
            };
            // Several fields live in one object: that it is none is said once.
            if name == object_told {
                continue;
            }
            if name == spec.key && spec.inner.is_some() {
                object_told = name;
            }
            let message = wrong(step, name, found, wanted);
            let spot = match items_fault(spec, raw) {
                Some(index) => Spot::entry(plan, step, spec.field, index),
                None => Spot::field(plan, step, spec.field),
            };
            problems.push(RULE.problem(plan, spot, message).about(step));
        }
    }
}

fn wrong(step: StepRef<'_>, name: &str, found: &str, wanted: &str) -> String {
    format!("`{name}` of {} is {found}, not {wanted}", step.id())
}

/// The name of the value that does not fit, what it is and what it should be.
fn mismatch(
    spec: &'static FieldSpec,
    raw: &str,
) -> Option<(&'static str, &'static str, &'static str)> {
    if let Some(inner) = spec.inner {
        if !raw.starts_with('{') {
            return Some((spec.key, type_of(raw), "an object"));
        }
        let object = json::Object::parse(raw).ok()?;
        let raw = object.get(inner).filter(|raw| *raw != "null")?;
        let (fits, wanted) = match spec.kind {
            Kind::Measure => (is_measure(raw), "a number or text"),
            _ => (raw.starts_with('"'), "text"),
        };
        return (!fits).then(|| (spec.name, type_of(raw), wanted));
    }
    if spec.kind != Kind::List {
        return (!raw.starts_with('"')).then(|| (spec.name, type_of(raw), "text"));
    }
    if !raw.starts_with('[') {
        return Some((spec.name, type_of(raw), "a list"));
    }
    items_fault(spec, raw).map(|_| (spec.name, "a list of other things", "a list of texts"))
}

fn is_measure(raw: &str) -> bool {
    !raw.starts_with(['[', '{', 't', 'f'])
}

/// Index of the first item of a list that is not text.
fn items_fault(spec: &FieldSpec, raw: &str) -> Option<usize> {
    if spec.kind != Kind::List {
        return None;
    }
    let items = json::items(raw)?;
    items.iter().position(|item| !item.starts_with('"'))
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
            step("0001", &[("step_id", "1234"), ("title", "[]")]),
            step("0002", &[("evidence", "\"0.8\""), ("artifacts", "\"x\"")]),
            step("0003", &[("dependencies", "[\"0001\", 2]")]),
            step("0004", &[("evidence", "{\"metric\": 1, \"target\": [1]}")]),
        ]
        .concat();
        assert_eq!(
            found(&RULE, &[(LOG, &log)]),
            [
                "data/plans/plan.jsonl:2:164 [\"x\"] `artifacts` of 0002 is text, not a list",
                "data/plans/plan.jsonl:2:181 [\"0.8\"] `evidence` of 0002 is text, not an object",
                "data/plans/plan.jsonl:3:156 [2] `dependencies` of 0003 is a list of other \
                 things, not a list of texts",
                "data/plans/plan.jsonl:4:191 [1] `evidence.metric` of 0004 is a number, not text",
                "data/plans/plan.jsonl:4:204 [[1]] `evidence.target` of 0004 is a list, not a \
                 number or text",
                "data/plans/plan.jsonl:1:13 [1234] `step_id` of 1234 is a number, not text",
                "data/plans/plan.jsonl:1:44 [[]] `title` of 1234 is a list, not text",
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
            &[("evidence", evidence), ("cost", cost), ("x", "7")],
        );
        assert!(found(&RULE, &[(LOG, &log)]).is_empty());
    }
}
