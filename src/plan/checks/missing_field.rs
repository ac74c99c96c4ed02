//! A step without one of the fields that every step has.
//!
//! In the log these are `step_id`, `block`, `title`, `theme`, `owner`, `status`, `outcome`,
//! `dependencies`, `artifacts`, `updated_at`, and `evidence` with `metric` and `target`.
//! Scripts and dashboards rely on the keys being there; the value may be empty, except for the
//! title. A step that only the canon describes needs its Outcome, Owner and Status bullets.
//!
//! ## Caught
//!
//! ```jsonl
//! {"step_id": "0001", "block": "B01", "title": "Hold the review"}
//! ```
//!
//! ## Left alone
//!
//! ```jsonl
//! {"step_id": "0001", "block": "B01", "title": "Hold the review", "theme": "", "owner": "", "status": "draft", "outcome": "", "dependencies": [], "artifacts": [], "evidence": {"metric": "", "target": null}, "updated_at": "2026-11-01T00:00:00Z"}
//! ```

use super::{Context, Found, Help, Pass, Plan, Problem, Reading, Rule, Severity, Spot};
use crate::document::english::listed;
use crate::document::json;
use crate::plan::StepRef;
use crate::plan::field::{Field, FieldSpec, Kind, fields, key_order};

/// The rule.
pub const RULE: Rule = Rule {
    code: "missing-field",
    severity: Severity::Error,
    title: "a step lacks a required field",
    help: Help {
        keys: "{problem-go} goes to the step: `{edit}` on the field writes it; `{edit-step}` opens the whole step",
        commands: "`stepdeck set STEP FIELD=VALUE` writes a field; to leave one empty, write it into the line by hand",
    },
    passes: &[Pass::Plan(strays), Pass::Step(step)],
};

/// What helps a section that no edit can add to.
const NO_BULLETS: &str = "write the first one below the heading, as a line such as \
                          `- **Owner:** …`; `stepdeck set STEP FIELD=VALUE` adds the others";
const NO_BULLETS_KEYS: &str = "{problem-go} goes to the step: write the first bullet below its \
                               heading, as a line such as `- **Owner:** …`; `{edit}` on a field \
                               adds the others";

fn strays(plan: &Plan, _: &Context<'_>, problems: &mut Vec<Problem>) {
    for place in plan.strays() {
        let log = plan.files()[place.file].log();
        if log.is_some_and(|log| log.line(place.line).get("step_id").is_none()) {
            let message = "this line has no `step_id`, so it is not a step";
            let keys = "{problem-go} opens the line as text: give it a `step_id`, or remove it";
            let commands = "give the line a `step_id`, or remove it";
            let problem = RULE.problem(plan, Spot::line(*place), message);
            problems.push(problem.with_help(keys, commands));
        }
    }
}

fn step(reading: &Reading<'_>, _: &Context<'_>, found: &mut Found) {
    let (step, plan) = (reading.step, reading.step.plan());
    if is_whole(reading) {
        return;
    }
    let missing = match reading.line {
        Some(_) => missing_keys(reading),
        None => missing_bullets(step),
    };
    if !missing.is_empty() {
        found.add(Spot::step(plan, step), |spot| {
            let of_what = |name: &&str| match reading.line {
                Some(_) => format!("`{name}`"),
                None => format!("{name} bullet"),
            };
            let missing: Vec<String> = missing.iter().map(of_what).collect();
            let message = format!("{} has no {}", step.id(), listed(&missing));
            let problem = RULE.problem(plan, spot, message).about(step);
            // `set` puts a bullet behind another one.
            let section = step.section().filter(|_| reading.line.is_none());
            match section.is_some_and(|(section, _)| section.last_bullet().is_none()) {
                true => problem.with_help(NO_BULLETS_KEYS, NO_BULLETS),
                false => problem,
            }
        });
    }
    if step.title().trim().is_empty() && !missing.contains(&"title") {
        found.add(Spot::field(plan, step, Field::Title), |spot| {
            let message = format!("{} has an empty title", step.id());
            RULE.problem(plan, spot, message).about(step)
        });
    }
}

/// Whether the log surely has all that is required of the step.
fn is_whole(reading: &Reading<'_>) -> bool {
    let title = reading.plain(Field::Title);
    let titled = title.is_some_and(|title| title.starts_with(|c: char| c.is_alphanumeric()));
    let there = |spec: &FieldSpec| match (reading.value(spec.field), spec.inner) {
        (None, _) => false,
        (Some(_), None) => true,
        // One look at the object for all that it has to have.
        (Some(raw), Some(_)) => !spec.is_first() || is_whole_object(spec.key, raw),
    };
    titled && required().all(there)
}

/// Whether an object surely has all that is required below its key.
fn is_whole_object(key: &str, raw: &str) -> bool {
    let inner = || required().filter(|spec| spec.key == key).zip(0..);
    let bit = |name: &str| {
        let found = inner().find(|(spec, _)| spec.inner == Some(name));
        found.map_or(0_u32, |(_, at)| 1 << at)
    };
    let Some(entries) = json::plain_entries(raw) else {
        return false;
    };
    let found = entries.fold(0, |found, (name, _)| found | bit(name));
    found.count_ones() as usize == inner().count()
}

/// The fields that each log line has.
fn required() -> impl Iterator<Item = &'static FieldSpec> {
    fields().iter().filter(|spec| spec.required)
}

fn missing_keys(reading: &Reading<'_>) -> Vec<&'static str> {
    let absent = required().filter(|spec| reading.value(spec.field).is_none());
    let absent: Vec<&str> = absent.map(|spec| spec.key).collect();
    let outer = key_order().iter().copied();
    let outer = outer.filter(|key| absent.contains(key));
    let inner = required().filter(|spec| {
        let object = |inner| Some((inner, json::Object::of_value(reading.raw(spec.field)?)?));
        let object = spec.inner.and_then(object);
        object.is_some_and(|(inner, object)| object.get(inner).is_none())
    });
    outer.chain(inner.map(|spec| spec.name)).collect()
}

fn missing_bullets(step: StepRef<'_>) -> Vec<&'static str> {
    let Some((section, _)) = step.section() else {
        return Vec::new();
    };
    required()
        .filter(|spec| spec.canon.is_some() && spec.kind != Kind::List)
        .filter(|spec| section.bullet(spec.field).is_none())
        .map(|spec| spec.label)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::example::{CANON, LOG, found, step};
    use super::RULE;

    #[test]
    fn it_catches_keys_bullets_and_titles_that_are_not_there() {
        let log = [
            step("0001", &[("owner", ""), ("outcome", "null")]),
            step("0002", &[("evidence", "{}"), ("title", "\" \"")]),
            "{\"note\": 1}\n".to_owned(),
        ]
        .concat();
        let canon = "#### Step 0003 — Review\n- **Outcome:** Held\n- **Status:** Draft\n";
        assert_eq!(
            found(&RULE, &[(LOG, &log), (CANON, canon)]),
            [
                "data/plans/plan.jsonl:3 this line has no `step_id`, so it is not a step",
                "data/plans/plan.jsonl:1:13 [\"0001\"] 0001 has no `owner` and `outcome`",
                "data/plans/plan.jsonl:2:13 [\"0002\"] 0002 has no `evidence.metric` and \
                 `evidence.target`",
                "data/plans/plan.jsonl:2:46 [\" \"] 0002 has an empty title",
                "docs/plan.md:1:6 [Step 0003 — Review] 0003 has no Owner bullet",
            ]
        );
    }

    #[test]
    fn it_leaves_empty_values_alone() {
        let evidence = "{\"metric\": \"\", \"target\": null}";
        let log = step("0001", &[("owner", "\"\""), ("evidence", evidence)]);
        let canon = "#### Step 0001 — Hold it\n- **Notes:** none\n";
        assert!(found(&RULE, &[(LOG, &log), (CANON, canon)]).is_empty());
        assert!(found(&RULE, &[(LOG, "{\"schema\": 1}\n")]).is_empty());
    }
}
