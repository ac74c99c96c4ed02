//! What fixes a problem that the checks found, as edits that change nothing else.
//!
//! A spelling or a type is fixed without a new date, since what it says stays the same, and so is a
//! theme, which repeats the block's row; a drifted field is an edit like any other.

use super::{Change, Composer, Edit, as_object, is_stamp, spacing};
use crate::change::order;
use crate::change::value::{self, Refusal, refuse};
use crate::document::json;
use crate::plan::StepRef;
use crate::plan::canon::block_table::BlockColumn;
use crate::plan::checks::wrong_type::{Meant, meant};
use crate::plan::checks::{Fix, conflict_marker, timestamp};
use crate::plan::compound::Compound;
use crate::plan::dependency::Dependency;
use crate::plan::field::{Field, fields};
use crate::plan::status::Status;

/// Several fixes together.
#[derive(Debug)]
pub struct AllFixes {
    pub change: Change,
    /// How many it makes, at least in part.
    pub made: usize,
    /// Those that cannot be made.
    pub refused: Vec<(Fix, Refusal)>,
    /// Of those that it makes, the parts that cannot be.
    pub left: Vec<(Fix, Refusal)>,
}

impl Composer<'_> {
    /// The change that makes one fix. Where log and canon disagree, `prefer_log` says whose
    /// words stay.
    ///
    /// # Errors
    /// When there is nothing (left) to fix, or the files have no place for it.
    pub fn fix(&self, fix: &Fix, prefer_log: bool) -> Result<Change, Refusal> {
        match *fix {
            Fix::Timestamp(step_index) => self.fix_timestamp(self.known(step_index)?),
            Fix::Status(step_index) => self.fix_status(self.known(step_index)?),
            Fix::Type(step_index) => self.fix_types(self.known(step_index)?),
            Fix::Dependencies(step_index) => self.fix_dependencies(self.known(step_index)?),
            Fix::Theme(step_index) => self.fix_theme(self.known(step_index)?),
            Fix::Drift(step_index) => self.reconcile(self.known(step_index)?.index(), prefer_log),
            Fix::Uid(step_index) => self.fix_uid(self.known(step_index)?),
            Fix::SortLog { file } => self.sort_log(file),
        }
    }

    /// One change that makes all of these fixes, each once.
    pub fn fix_all(&self, fixes: &[Fix], prefer_log: bool) -> AllFixes {
        let mut fixes = fixes.to_vec();
        // The fixes of one step together, the order of lines last.
        fixes.sort_by_key(|fix| (fix.step_index().unwrap_or(usize::MAX), *fix));
        fixes.dedup();
        let (mut edits, mut refused): (Vec<Edit>, _) = (Vec::new(), Vec::new());
        let mut left = Vec::new();
        let (mut made, mut labels) = (0, Vec::new());
        let mut step = None;
        let mut from = 0;
        for fix in fixes {
            if step != fix.step_index() {
                step = fix.step_index();
                from = edits.len();
            }
            match self.fix_partly(&fix, prefer_log) {
                Ok((change, parts)) => {
                    made += 1;
                    left.extend(parts.into_iter().map(|why| (fix, why)));
                    labels = vec![change.label];
                    for edit in change.edits {
                        join(&mut edits, from, edit);
                    }
                }
                Err(refusal) => refused.push((fix, refusal)),
            }
        }
        let label = match (made, labels.pop()) {
            (1, Some(only)) => only,
            _ => format!("{made} problems fixed"),
        };
        AllFixes {
            change: Change { label, edits },
            made,
            refused,
            left,
        }
    }

    /// As [`Composer::fix`], with the parts apart that cannot be made.
    fn fix_partly(&self, fix: &Fix, prefer_log: bool) -> Result<(Change, Vec<Refusal>), Refusal> {
        match *fix {
            Fix::Drift(step) => self.reconcile_each(self.known(step)?.index(), prefer_log),
            _ => Ok((self.fix(fix, prefer_log)?, Vec::new())),
        }
    }

    fn known(&self, step: usize) -> Result<StepRef<'_>, Refusal> {
        match step < self.plan.len() {
            true => Ok(self.plan.step(step)),
            false => refuse("the plan has changed since it was checked; check it again"),
        }
    }

    fn fix_timestamp(&self, step: StepRef<'_>) -> Result<Change, Refusal> {
        let text = step.text(Field::UpdatedAt);
        match timestamp::read_loosely(&text) {
            Some(at) => self.respell(step, Field::UpdatedAt, &value::exact_instant(at)),
            None => refuse(format!(
                "“{text}” of {} does not say clearly which time it means",
                step.id()
            )),
        }
    }

    fn fix_status(&self, step: StepRef<'_>) -> Result<Change, Refusal> {
        match step.raw(Field::Status).map(json::words) {
            Some(text) => match Status::read(&text) {
                Some(status) => self.respell(step, Field::Status, status.word()),
                None => refuse(format!("“{text}” is not one of the five statuses; set one")),
            },
            None => refuse(format!("{} has no status in the log", step.id())),
        }
    }

    /// Puts the words into the log line, and nothing else.
    fn respell(&self, step: StepRef<'_>, field: Field, words: &str) -> Result<Change, Refusal> {
        let spec = field.spec();
        let Some(before) = step.raw(field) else {
            return refuse(format!(
                "{} has no {} in the log",
                step.id(),
                field.label().to_lowercase()
            ));
        };
        if json::words(before) == words {
            return refuse(format!("the {} of {} is fine", spec.name, step.id()));
        }
        let after = json::quote(words);
        Ok(Change {
            label: format!(
                "{} {}: {} → {}",
                step.id(),
                field.label().to_lowercase(),
                super::shown(&json::words(before)),
                super::shown(words)
            ),
            edits: vec![self.log_edit(step, spec.key, spec.inner, Some(before), &after)],
        })
    }

    /// Writes one entry per step for every entry that can only mean steps.
    fn fix_dependencies(&self, step: StepRef<'_>) -> Result<Change, Refusal> {
        let field = Field::Dependencies;
        if step.drift().iter().any(|drift| drift.field == field) {
            return refuse(format!(
                "log and canon disagree about the dependencies of {}; reconcile them first",
                step.id()
            ));
        }
        let mut entries: Vec<String> = Vec::new();
        for entry in step.list(field) {
            let compound = match Dependency::read(entry.clone()) {
                Dependency::Condition { text, met: false } => Compound::read(self.plan, &text),
                _ => None,
            };
            match compound {
                Some(Compound {
                    steps,
                    remark: None,
                }) if steps.iter().all(|id| self.plan.find(*id).is_some()) => {
                    entries.extend(steps.iter().map(ToString::to_string));
                }
                _ => entries.push(entry.into_owned()),
            }
        }
        let mut change = self.set_list(step.index(), field, &entries)?;
        change.edits.retain(|edit| !is_stamp(edit));
        match change.edits.is_empty() {
            true => refuse(format!("the dependencies of {} are fine", step.id())),
            false => Ok(change),
        }
    }

    /// Writes a list where something else is the one entry that it can mean, and an object where a
    /// link is.
    fn fix_types(&self, step: StepRef<'_>) -> Result<Change, Refusal> {
        let (mut edits, mut names) = (Vec::new(), Vec::new());
        for spec in fields().iter().filter(|spec| spec.is_first()) {
            let raw = step.log_line().and_then(|line| line.get(spec.key));
            let Some((raw, meant)) = raw.and_then(|raw| Some((raw, meant(step, spec, raw)?)))
            else {
                continue;
            };
            let spacing = step.log_line().map(spacing).unwrap_or_default();
            let after = match meant {
                Meant::Entries(entries) => {
                    let quoted = value::raw_entry(step, spec.field);
                    let entries: Vec<String> = entries.iter().map(|e| quoted(e)).collect();
                    format!("[{}]", entries.join(&spacing.0))
                }
                Meant::Object => as_object(spec.key, Some(raw), None, &spacing),
            };
            edits.push(self.log_edit(step, spec.key, None, Some(raw), &after));
            names.push(spec.key);
        }
        match edits.is_empty() {
            true => refuse(format!("the types of {} are fine", step.id())),
            false => Ok(Change {
                label: format!("{} {} with the right type", step.id(), names.join(", ")),
                edits,
            }),
        }
    }

    fn fix_theme(&self, step: StepRef<'_>) -> Result<Change, Refusal> {
        let theme = self.plan.block_text(step.block(), BlockColumn::Theme);
        let theme = theme.split_whitespace().collect::<Vec<_>>().join(" ");
        if theme.is_empty() {
            let block = self.plan.blocks()[step.block()].id;
            return refuse(format!("{block} has no theme in the block table"));
        }
        // It repeats what the row says, so nothing about the step changes.
        self.respell(step, Field::Theme, &theme)
    }

    fn fix_uid(&self, step: StepRef<'_>) -> Result<Change, Refusal> {
        let (Some(place), Some(raw)) = (step.log_place(), step.raw(Field::Uid)) else {
            return refuse(format!("{} has no uid in the log", step.id()));
        };
        let mut edit = self.log_edit(step, "uid", None, Some(raw), "");
        edit.after = None;
        let label = format!("{} uid removed", step.id());
        super::reversible(
            &self.plan.files()[place.file],
            Change {
                label,
                edits: vec![edit],
            },
        )
    }

    fn sort_log(&self, file: usize) -> Result<Change, Refusal> {
        let Some(source) = self.plan.files().get(file) else {
            return refuse("the plan has changed since it was checked; check it again");
        };
        let Some(log) = source.log() else {
            return refuse(format!("{} is not a log", source.path.display()));
        };
        if let Some(line) = conflict_marker::first(log) {
            return refuse(format!(
                "{}:{} is left over from a git merge; resolve the merge first",
                source.path.display(),
                line + 1
            ));
        }
        match order::sorting(log, &source.path) {
            // A carriage return at the end of a line may become a part of the line end.
            Some(edit) => super::reversible(
                source,
                Change {
                    label: format!("{} sorted by ID", source.path.display()),
                    edits: vec![edit],
                },
            ),
            None => refuse(format!("{} is already sorted", source.path.display())),
        }
    }
}

/// Adds an edit; where one of those behind `from` has the same target, both become one.
fn join(edits: &mut Vec<Edit>, from: usize, edit: Edit) {
    let same = |e: &&mut Edit| e.path == edit.path && e.target == edit.target;
    match edits[from..].iter_mut().find(same) {
        Some(earlier) => earlier.after = edit.after,
        None => edits.push(edit),
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use proptest::prelude::*;

    use super::*;
    use crate::change::apply;
    use crate::plan::Plan;
    use crate::plan::checks::{Context, Problem, check};
    use crate::plan::source::{Role, SourceFile};

    const LOG: &str = "plan.jsonl";
    const CANON: &str = "plan.md";
    const TABLE: &str = "| Block | Step Range | Theme |\n|-|-|-|\n| B01 | 0001–0100 | Base |\n\n";

    fn plan(log: &[u8], canon: &str) -> Plan {
        Plan::read(vec![
            SourceFile::load(LOG, Role::Log, log.to_vec()),
            SourceFile::load(CANON, Role::Canon, canon.as_bytes().to_vec()),
        ])
    }

    fn now() -> DateTime<chrono::Utc> {
        DateTime::from_timestamp(1_780_272_000, 0).unwrap()
    }

    fn problems(plan: &Plan) -> Vec<Problem> {
        check(plan, &Context::at(now()))
    }

    fn fixes(plan: &Plan) -> Vec<Fix> {
        problems(plan).into_iter().filter_map(|p| p.fix).collect()
    }

    fn after(plan: &Plan, change: &Change) -> (Vec<u8>, String) {
        let mut files = plan.files().to_vec();
        let before = bytes(&files);
        apply::change(change, &mut files).unwrap();
        let after = bytes(&files);
        apply::change(&change.inverse(), &mut files).unwrap();
        let back = bytes(&files);
        assert_eq!(back, before, "{change:?}");
        let canon = String::from_utf8(after[1].clone()).unwrap();
        (after[0].clone(), canon)
    }

    fn bytes(files: &[SourceFile]) -> Vec<Vec<u8>> {
        files.iter().map(|f| f.document.to_bytes()).collect()
    }

    fn fixed(log: &str, canon: &str, prefer_log: bool) -> (String, String) {
        let plan = plan(log.as_bytes(), canon);
        let composer = Composer::new(&plan, now());
        let AllFixes {
            change, refused, ..
        } = composer.fix_all(&fixes(&plan), prefer_log);
        assert_eq!(refused, []);
        let (log, canon) = after(&plan, &change);
        (String::from_utf8(log).unwrap(), canon)
    }

    #[test]
    fn a_spelling_is_fixed_and_nothing_else() {
        let log = "{ \"step_id\":\"0001\",\"status\" : \"In_Progress\",\"x\":1.0,\
                   \"updated_at\":\"2026-01-31 12:30:05.125\" }\r\n";
        let (fixed, canon) = fixed(log, "", true);
        let expected = log
            .replace("In_Progress", "in progress")
            .replace("2026-01-31 12:30:05.125", "2026-01-31T12:30:05.125Z");
        assert_eq!((fixed, canon), (expected, String::new()));
    }

    #[test]
    fn a_copied_uid_is_removed_and_comes_back_exactly() {
        let log = "{\"step_id\":\"0001\",\"uid\":\"kqzhbwmtrnxa\"}\r\n\
                   {\"step_id\": \"0002\", \"title\": \"B\", \"uid\": \"kqzhbwmtrnxa\"}";
        let plan = plan(log.as_bytes(), "");
        let composer = Composer::new(&plan, now());
        let change = composer.fix(&Fix::Uid(1), true).unwrap();
        let (fixed, _) = after(&plan, &change);
        let expected = log.replace(", \"uid\": \"kqzhbwmtrnxa\"}", "}");
        assert_eq!(String::from_utf8(fixed).unwrap(), expected);
    }

    #[test]
    fn a_theme_comes_from_the_block_and_keeps_the_date() {
        let log = "{\"step_id\": \"0001\", \"theme\": \"Top\", \"updated_at\": \"2026-01-31T00:00:00Z\"}\n";
        assert_eq!(fixed(log, TABLE, true).0, log.replace("Top", "Base"));
    }

    #[test]
    fn drift_is_reconciled_in_either_direction_together_with_its_spelling() {
        let log = "{\"step_id\": \"0001\", \"owner\": \"ops\", \"status\": \"Draft\", \
                   \"updated_at\": \"2026-01-31T00:00:00Z\"}\n";
        let canon = "### Step 0001\n- **Owner:** grc\n- **Status:** Complete\n";
        let (to_log, same) = fixed(log, canon, false);
        assert_eq!(
            to_log,
            "{\"step_id\": \"0001\", \"owner\": \"grc\", \"status\": \"complete\", \
             \"updated_at\": \"2026-06-01T00:00:00Z\"}\n"
        );
        assert_eq!(same, canon);
        let (respelled, to_canon) = fixed(log, canon, true);
        assert_eq!(respelled, log.replace("Draft", "draft"));
        assert_eq!(
            to_canon,
            "### Step 0001\n- **Owner:** ops\n- **Status:** Draft\n"
        );
        let unreadable = plan(log.replace("Draft", "soon").as_bytes(), canon);
        let plan = &unreadable;
        let refused = Composer::new(plan, now()).fix_all(&fixes(plan), true).left;
        assert!(
            refused[0]
                .1
                .0
                .starts_with("status of 0001 stays as it is: “soon” is not a status")
        );
    }

    #[test]
    fn lines_are_sorted_around_what_is_no_step() {
        let log = "\u{feff}{\"schema\":1}\r\n{\"step_id\":\"0003\"}\n\n{\"step_id\":\"0001\"}\r\n\
                   {\"step_id\":\"0002\",\"n\":1}\noops\n{\"step_id\":\"0002\",\"n\":2}";
        let plan = plan(log.as_bytes(), "");
        let composer = Composer::new(&plan, now());
        let change = composer.fix(&Fix::SortLog { file: 0 }, true).unwrap();
        assert_eq!(change.label, "plan.jsonl sorted by ID");
        let sorted = "\u{feff}{\"schema\":1}\r\n{\"step_id\":\"0001\"}\n\n\
                      {\"step_id\":\"0002\",\"n\":1}\r\n{\"step_id\":\"0002\",\"n\":2}\noops\n\
                      {\"step_id\":\"0003\"}";
        let (found, _) = after(&plan, &change);
        assert_eq!(String::from_utf8(found).unwrap(), sorted);

        // Somebody else added a line meanwhile, or sorted the log, or sorted it otherwise.
        let grown = format!("{{\"step_id\":\"0009\"}}\n{log}");
        let outcome = |text: &str| {
            let mut files = vec![SourceFile::load(LOG, Role::Log, text.as_bytes())];
            let result = apply::change(&change, &mut files);
            result.map(|()| String::from_utf8(files[0].document.to_bytes()).unwrap())
        };
        let merged = outcome(&grown).unwrap();
        assert!(merged.starts_with("{\"step_id\":\"0009\"}\n"));
        assert!(merged.ends_with("oops\n{\"step_id\":\"0003\"}"));
        assert_eq!(outcome(sorted).as_deref(), Ok(sorted));
        let reversed = log
            .replace("0003", "x")
            .replace("0001", "0003")
            .replace('x', "0001");
        let conflicts = outcome(&reversed).unwrap_err();
        assert!(matches!(
            conflicts[0].obstacle,
            crate::change::conflict::Obstacle::Differs { .. }
        ));
        assert!(outcome("{\"step_id\":\"0001\"}\n").is_err());
    }

    #[test]
    fn what_cannot_be_fixed_is_refused_with_the_reason() {
        let log = "{\"step_id\":\"0002\",\"status\":\"soon\",\"updated_at\":\"01/02/2026\"}\n\
                   >>>>>>> theirs\n{\"step_id\":\"0001\"}\n";
        let plan = plan(log.as_bytes(), "");
        let composer = Composer::new(&plan, now());
        let reason = |fix| composer.fix(&fix, true).unwrap_err().0;
        let step_index = 1;
        assert_eq!(
            [
                reason(Fix::Status(step_index)),
                reason(Fix::Timestamp(step_index)),
                reason(Fix::Theme(step_index)),
                reason(Fix::SortLog { file: 0 }),
                reason(Fix::Status(9)),
            ],
            [
                "“soon” is not one of the five statuses; set one",
                "“01/02/2026” of 0002 does not say clearly which time it means",
                "B01 has no theme in the block table",
                "plan.jsonl:2 is left over from a git merge; resolve the merge first",
                "the plan has changed since it was checked; check it again",
            ]
        );
    }

    fn any_line() -> impl Strategy<Value = String> {
        let status = prop::sample::select(vec!["draft", "Draft", "IN-PROGRESS", "complete", "no"]);
        let at = prop::sample::select(vec![
            "2026-01-31",
            "2026-01-31T00:00:00Z",
            "2026-01-31 7:00",
        ]);
        let theme = prop::sample::select(vec!["Base", "Top", ""]);
        let step =
            (1u32..6, status, theme, at, "\r?\n").prop_map(|(id, status, theme, at, end)| {
                format!(
                    "{{\"step_id\": \"{id:04}\",\"status\": \"{status}\",  \"theme\":\"{theme}\", \
                 \"updated_at\": \"{at}\"}}{end}"
                )
            });
        prop_oneof![5 => step, 1 => "(\\{\"schema\": 1\\}|oops|)\n"]
    }

    proptest! {
        /// After all fixes nothing is left to fix, and undoing them restores every byte.
        #[test]
        fn fixes_leave_nothing_to_fix_and_are_taken_back_exactly(
            lines in prop::collection::vec(any_line(), 1..8),
            statuses in prop::collection::vec("(Draft|Complete|In Progress)", 0..4),
            prefer_log: bool,
            bare_end: bool,
        ) {
            let log = lines.concat();
            let log = if bare_end { log.trim_end() } else { &log };
            let section = |(n, status): (usize, &String)| {
                format!("### Step {:04}\n- **Status:** {status}\n\n", n + 1)
            };
            let sections: String = statuses.iter().enumerate().map(section).collect();
            let before = plan(log.as_bytes(), &format!("{TABLE}{sections}"));
            let composer = Composer::new(&before, now());
            let AllFixes { change, refused, .. } = composer.fix_all(&fixes(&before), prefer_log);
            // A drifted status that is not one cannot be taken over.
            let drift = |(fix, _): &(Fix, Refusal)| matches!(fix, Fix::Drift(_));
            prop_assert!(refused.iter().all(drift), "{refused:?}");
            let (log, canon) = after(&before, &change);
            let left = fixes(&plan(&log, &canon));
            prop_assert!(left.len() <= refused.len(), "{left:?}");
        }
    }
}
