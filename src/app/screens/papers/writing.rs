//! Writing the paper that is due: the report of the row under the cursor, made beside the keys, shown
//! before it is written, and written as one change. On a retrospective it is its actions that become
//! proposed steps.

use super::view::Row;
use crate::app::core::command::{Blocked, Command, Focus, Group, Places};
use crate::app::core::message::Effect;
use crate::app::core::model::{Model, Tone};
use crate::document::english::counted;
use crate::plan::source::Role;
use crate::report::paper::{ShownFile, Writing};
use crate::report::retro::{has_open_actions, propose};
use crate::report::table::ReportSpec;
use crate::store::archive::Archived;

/// The command that writes a due paper.
pub(super) const COMMANDS: &[Command] = &[Command {
    name: "paper-write",
    keys: &["F"],
    title: "Write the paper that is due, or write it again; a retrospective's actions become steps",
    hint: "write",
    group: Group::Edit,
    places: Places::Only(&[Focus::PAPERS]),
    blocked: |model| model.is_locked().or_else(|| nothing_to_write(model)),
    run: write,
}];

/// What comes of a report; or why there is none to write.
pub(crate) type Written = Result<Writing, String>;

fn nothing_to_write(model: &Model) -> Blocked {
    let Some(kind) = model.papers.kind() else {
        return Some("no kind of paper is selected".to_owned());
    };
    let screen = |name| model.keymap.key_of(name);
    match kind.role {
        Role::Review => Some(format!(
            "the weekly review has a screen of its own: {}",
            screen("screen-review")
        )),
        Role::Standup => Some(format!(
            "the standup has a screen of its own: {}",
            screen("screen-standup")
        )),
        Role::Risk | Role::Decision => Some("these are written one by one".to_owned()),
        role if ReportSpec::of_role(role).is_none() => {
            Some("stepdeck does not write papers of this kind".to_owned())
        }
        _ => None,
    }
}

fn write(model: &mut Model) {
    if let Some(file) = retrospective_with_actions(model) {
        let composer = model.composer();
        let mut uids = model.context.uids.clone();
        let proposed = propose(&composer, file, || uids.take());
        return match proposed {
            Err(refusal) => model.refuse(refusal.to_string()),
            Ok((change, steps)) => {
                let count = counted(steps.len(), "action");
                let question = format!("Propose {count} as steps?");
                model.confirm_shown(question, vec![format!("{}.", change.label)], change);
            }
        };
    }
    let role = model.papers.kind().map(|kind| kind.role);
    if let Some(report) = role.and_then(ReportSpec::of_role) {
        model.effects.push(Effect::MakeReport(report));
    }
}

/// The file of the selected paper, if it is a retrospective with actions that name no step.
fn retrospective_with_actions(model: &Model) -> Option<usize> {
    let view = &model.papers;
    let is_paper = matches!(view.rows.get(view.cursor), Some(Row::Paper { .. }));
    let paper = view.selected().filter(|_| is_paper)?;
    let mut files = model.plan.files().iter();
    let at = files.position(|file| file.path == paper.path)?;
    let file = &model.plan.files()[at];
    let is_retro = file.role == Role::Retrospective;
    (is_retro && has_open_actions(file.markdown()?)).then_some(at)
}

impl Model {
    /// Shows what a report would write, and asks; of a plan that has changed since it is made again.
    pub(crate) fn report_made(
        &mut self,
        report: &'static ReportSpec,
        generation: u64,
        written: Written,
    ) {
        if generation != self.generation {
            return self.effects.push(Effect::MakeReport(report));
        }
        let Writing {
            titles,
            change,
            kept,
            shown,
        } = match written {
            Err(reason) => return self.refuse(reason),
            Ok(written) => written,
        };
        if change.edits.is_empty() {
            let kept = kept.first().map(|kept| format!(" · {kept}"));
            self.say(format!(
                "{titles} is up to date{}",
                kept.unwrap_or_default()
            ));
            return self.archive(shown);
        }
        let count = counted(change.paths().len(), "file");
        let question = format!("Write {titles}: {count}?");
        self.confirm_shown(question, kept, change);
        self.confirm_archiving(shown);
    }

    /// Has files copied into one's own archive, if there is one.
    pub(crate) fn archive(&mut self, shown: Vec<ShownFile>) {
        if self.context.archive.folder.is_some() && !shown.is_empty() {
            self.effects.push(Effect::Archive(shown));
        }
    }

    /// Files have been copied, or not; said beside what was said of the paper.
    pub(crate) fn archived(&mut self, archived: &Archived) {
        let mut failed = archived.not_copied();
        let mut said: Vec<String> = failed.next().into_iter().collect();
        let has_failed = !said.is_empty();
        match failed.count() {
            0 => {}
            more => said.push(format!("and {more} more")),
        }
        said.extend(archived.said().filter(|_| !has_failed));
        match &self.notice {
            Some(_) => self.say_too(&said),
            None => self.say(said.join(" · ")),
        }
        if has_failed && let Some(notice) = &mut self.notice {
            notice.tone = Tone::Error;
        }
    }

    /// Stops the report that is being made; answers whether there was one.
    pub(super) fn stop_report(&mut self) -> bool {
        let running = self.work.reporting.take();
        if let Some(progress) = &running {
            progress.stop();
            self.say("stopped");
        }
        running.is_some()
    }
}
