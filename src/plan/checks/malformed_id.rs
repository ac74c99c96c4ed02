//! Something that is meant as a step ID but is not spelled as one.
//!
//! An ID is a number with any leading zeros, as text or as a number, and an optional suffix:
//! `0245`, `57`, `0245.A`. A line whose `step_id` is something else is not read as a step, a
//! dependency such as `0000` as a condition in words that is never met, a heading `Step 57b — …` as
//! any heading. Write the ID as one.
//!
//! ## Caught
//!
//! ```jsonl
//! {"step_id": "S-57", "title": "Hold the review"}
//! ```
//!
//! ## Left alone
//!
//! ```jsonl
//! {"step_id": "00057", "title": "Hold the review", "dependencies": ["2 auditors agree"]}
//! ```

use super::wording::quoted;
use super::{Context, Found, Help, Pass, Plan, Problem, Reading, Rule, Severity, Spot, canon};
use crate::document::json;
use crate::document::markdown::may_say;
use crate::plan::dependency::Dependency;
use crate::plan::field::{Field, fields};
use crate::plan::id::{StepId, typed_id};

/// The rule.
pub const RULE: Rule = Rule {
    code: "malformed-id",
    severity: Severity::Error,
    title: "a step ID is not spelled as one",
    help: Help::anywhere("write a number and an optional suffix, such as 0245 or 0245.A"),
    passes: &[Pass::Plan(run), Pass::Step(step)],
};

fn run(plan: &Plan, _: &Context<'_>, problems: &mut Vec<Problem>) {
    stray_lines(plan, problems);
    headings(plan, problems);
}

fn stray_lines(plan: &Plan, problems: &mut Vec<Problem>) {
    for place in plan.strays() {
        let Some(log) = plan.files()[place.file].log() else {
            continue;
        };
        let line = log.line(place.line);
        if let (Some(raw), Some(span)) = (line.get("step_id"), line.span("step_id")) {
            let words = match raw {
                "null" => raw.into(),
                _ => json::words(raw),
            };
            let message = match words.trim().parse::<StepId>() {
                Ok(_) => format!("“{words}” is not a step ID: it has blanks around it"),
                Err(_) => format!("{} is not a step ID{}", quoted(&words), meant(&words)),
            };
            let spot = Spot::in_line(*place, line, span);
            problems.push(RULE.problem(plan, spot, message));
        }
    }
}

fn step(reading: &Reading<'_>, _: &Context<'_>, found: &mut Found) {
    let (step, plan) = (reading.step, reading.step.plan());
    // What cannot be read as an ID counts as a condition, which is not met.
    if plan.graph().unmet_elsewhere(step.index()) == 0 {
        return;
    }
    let (mut indexes, mut texts) = (Vec::new(), Vec::new());
    for (index, entry) in step.dependencies().enumerate() {
        match entry {
            Dependency::Condition { text, met: false } if looks_like_id(&text) => {
                indexes.push(index);
                texts.push(text);
            }
            _ => {}
        }
    }
    let spots = Spot::entries(plan, step, Field::Dependencies, &indexes);
    for (text, spot) in texts.iter().zip(spots) {
        found.add(spot, |spot| {
            let (id, words, meant) = (step.id(), quoted(text), meant(text));
            let message = format!("{id} depends on {words}, which is not a step ID{meant}");
            RULE.problem(plan, spot, message).about(step)
        });
    }
}

/// Headings of what would be step sections: labelled as one, but with another ID.
fn headings(plan: &Plan, problems: &mut Vec<Problem>) {
    for (file, document) in canon(plan) {
        if !document.heading_lines().any(|line| may_say(line, "step")) {
            continue;
        }
        let mut labelled = vec![false; document.headings().len()];
        for item in document.items() {
            if let (Some(heading), Some(label)) = (item.heading, &item.label) {
                labelled[heading] |= fields().iter().any(|spec| spec.canon == Some(&*label.name));
            }
        }
        for (index, heading) in document.headings().iter().enumerate() {
            let mut words = heading.text.split_whitespace();
            let is_step = (words.next()).is_some_and(|word| word.eq_ignore_ascii_case("step"));
            let Some(id) = words.next().filter(|_| is_step && labelled[index]) else {
                continue;
            };
            let id = id.trim_end_matches(['—', '–', '-', ':', '.']);
            let digits = id.starts_with(|c: char| c.is_ascii_digit());
            if digits && id.parse::<StepId>().is_err() {
                let message = format!("{} is not a step ID{}", quoted(id), meant(id));
                let spot = Spot::in_markdown(plan, file, heading.content);
                problems.push(RULE.problem(plan, spot, message));
            }
        }
    }
}

fn looks_like_id(text: &str) -> bool {
    let text = match text.get(..5) {
        Some(word) if word.eq_ignore_ascii_case("step ") => text[5..].trim_start(),
        _ => text,
    };
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let suffix = &text[digits..];
    let named = |c: char| c.is_ascii_alphanumeric() || c == '.';
    // `0001..0004` is a range.
    let is_one = !suffix.contains("..") && suffix.chars().all(named);
    digits > 0 && (suffix.is_empty() || suffix.starts_with('.') && is_one)
}

fn meant(text: &str) -> String {
    typed_id(text).map_or(String::new(), |id| format!("; did you mean {id}?"))
}

#[cfg(test)]
mod tests {
    use super::super::example::{CANON, LOG, found, step};
    use super::RULE;

    #[test]
    fn it_catches_what_is_meant_as_an_id_and_is_none() {
        let log = [
            step("0001", &[("dependencies", "[\"Step 0002\", \"0000\"]")]),
            step("0002", &[("step_id", "\"Step 00245\"")]),
            step("0003", &[("step_id", "\"x\"")]),
            step("0004", &[("step_id", "5e3")]),
        ]
        .concat();
        let canon = "### Step 57b: Review\n- **Owner:** ops\n";
        assert_eq!(
            found(&RULE, &[(LOG, &log), (CANON, canon)]),
            [
                "data/plans/plan.jsonl:2:13 [\"Step 00245\"] “Step 00245” is not a step ID; did \
                 you mean 00245?",
                "data/plans/plan.jsonl:3:13 [\"x\"] “x” is not a step ID",
                "data/plans/plan.jsonl:4:13 [5e3] “5e3” is not a step ID",
                "docs/plan.md:1:5 [Step 57b: Review] “57b” is not a step ID",
                "data/plans/plan.jsonl:1:161 [\"0000\"] 0001 depends on “0000”, which is not a \
                 step ID",
            ]
        );
    }

    #[test]
    fn it_leaves_conditions_and_other_headings_alone() {
        let entries = "[\"Step 2\", \"57\", \"2 auditors agree\", \"[x] 57 signatures\"]";
        let log = step("0001", &[("dependencies", entries)]);
        let canon = "### Step 1: Install\n- a bullet\n\n### Step 0003 — Go\n- **Owner:** a\n";
        assert!(found(&RULE, &[(LOG, &log), (CANON, canon)]).is_empty());
    }
}
