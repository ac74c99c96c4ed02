//! A step's section of the canon as its author writes it.

use std::fmt::Write as _;

use super::author::{Author, CanonHabits, ListForm};
use super::line::{owner, place};
use crate::plan::id::StepId;
use crate::plan::status::Status;
use crate::record::demo::prng::Prng;
use crate::record::demo::step::{Artifact, Dependency, Step};

/// Where the log's root is, seen from a canon document.
const ROOT: &str = "../../";

/// Appends the section. Some say of status or owner what was true a month ago.
pub fn section(
    step: &Step<'_>,
    needs: &[Dependency<'_>],
    author: &Author,
    dice: &mut Prng,
    out: &mut String,
) {
    let habits = &author.canon;
    let id = habits.id(step.id);
    let heading = dice.pick(habits.headings).replace("{id}", &id);
    let level = if step.id.parent().is_some() { "#" } else { "" };
    let title = step.title.to_string();
    // Writing to a string cannot fail.
    let _ = writeln!(out, "{level}{}", heading.replacen("{title}", &title, 1));
    if habits.gap {
        out.push('\n');
    }
    let is_old = dice.chance(12);
    let status = match (is_old, step.status) {
        (true, Status::Complete) => Status::InProgress,
        (true, Status::InProgress | Status::Blocked) => Status::Draft,
        (_, status) => status,
    };
    let person = owner(step.owner, author.log.owner);
    let artifacts: Vec<String> = step.artifact.iter().map(|at| habits.artifact(at)).collect();
    let needs: Vec<String> = needs.iter().map(|need| habits.need(need, dice)).collect();
    let inputs: Vec<String> = step.input.iter().map(ToString::to_string).collect();
    habits.bullet(
        out,
        "Outcome",
        &habits.emphasised(&step.outcome.to_string()),
    );
    habits.bullet(out, "Owner", &format!("{person}{}", habits.remark));
    habits.list(out, "Dependencies", &needs);
    habits.list(out, "Inputs", &inputs);
    habits.list(out, "Artifacts", &artifacts);
    habits.bullet(out, "Verification", step.verification.unwrap_or_default());
    habits.bullet(out, "Status", habits.statuses[place(status)]);
    habits.bullet(out, "Notes", &wrapped(step.note.unwrap_or_default()));
    out.push('\n');
}

/// Breaks a long text in its middle, as an editor does.
fn wrapped(text: &str) -> String {
    let middle = text.len() / 2;
    let at = (text.len() > 60).then(|| text.bytes().take(middle).rposition(|byte| byte == b' '));
    match at.flatten() {
        Some(at) => format!("{}\n  {}", &text[..at], &text[at + 1..]),
        None => text.to_owned(),
    }
}

impl CanonHabits {
    fn id(&self, id: StepId) -> String {
        format!("{:0width$}{}", id.number(), id.suffix(), width = self.width)
    }

    fn bullet(&self, out: &mut String, label: &str, value: &str) {
        let (before, behind) = self.label;
        let value = if value.is_empty() {
            self.nothing
        } else {
            value
        };
        if !value.is_empty() {
            let _ = writeln!(out, "{}{before}{label}{behind}{value}", self.bullet);
        }
    }

    fn list(&self, out: &mut String, label: &str, entries: &[String]) {
        let between = match self.list {
            _ if entries.is_empty() => "",
            ListForm::Inline(between) => between,
            ListForm::Nested | ListForm::Ticked => {
                let (before, behind) = self.label;
                let head = format!("{}{before}{label}{behind}", self.bullet);
                let _ = writeln!(out, "{}", head.trim_end());
                let (open, met) = match self.list {
                    ListForm::Ticked => ("[ ] ", "[x] "),
                    _ => ("", "[x] "),
                };
                let inset = " ".repeat(self.bullet.len());
                for entry in entries {
                    let (mark, entry) = match entry.strip_prefix("[x] ") {
                        Some(entry) => (met, entry),
                        None if label == "Dependencies" => (open, entry.as_str()),
                        None => ("", entry.as_str()),
                    };
                    let _ = writeln!(out, "{inset}- {mark}{entry}");
                }
                return;
            }
        };
        self.bullet(out, label, &entries.join(between));
    }

    fn need(&self, need: &Dependency<'_>, dice: &mut Prng) -> String {
        match need {
            Dependency::Step(number) => {
                let number = format!("{number:0width$}", width = self.width);
                dice.pick(self.needs).replace("{id}", &number)
            }
            condition => condition.to_string(),
        }
    }

    fn artifact(&self, artifact: &Artifact<'_>) -> String {
        let to = artifact.to_string();
        let to = match artifact {
            Artifact::File(_) => format!("{ROOT}{to}"),
            _ => to,
        };
        let name = to.rsplit('/').next().unwrap_or_default();
        let words = self.artifact.replacen("{name}", name, 1);
        words.replacen("{to}", &to, 1)
    }

    /// The first word of `text` between the author's marks.
    fn emphasised(&self, text: &str) -> String {
        let mark = self.emphasis;
        match text.split_once(' ') {
            Some((first, rest)) if !first.ends_with(',') => format!("{mark}{first}{mark} {rest}"),
            _ => text.to_owned(),
        }
    }
}
