//! What the checks find, and fixing it.

use std::cell::Cell;
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::ProblemsView;
use crate::app::core::command::{Blocked, Command, Focus, Group, Places};
use crate::app::core::job::JobKind;
use crate::app::core::model::Model;
use crate::app::overlays::input::too_long;
use crate::app::overlays::prompt::Purpose;
use crate::change::compose::fix_all::{Fixed, fix_repeatedly};
use crate::change::value::Refusal;
use crate::document::english::counted;
use crate::document::json;
use crate::document::progress::Progress;
use crate::plan::canon::checklist::Check;
use crate::plan::checks::{
    Fix, Problem, conflict_marker, duplicate_id, line, unfinished_renumbering, unknown_status,
};
use crate::plan::source::{self, Role};
use crate::plan::{LogPlace, Plan, StepKey, StepRef};
use crate::store::renumbering::RenumberRequest;

/// Why what was found does not count now.
const JUST_CHANGED: &str = "the plan has just changed and is being checked; press again";

const PROBLEMS: Places = Places::Only(&[Focus::PROBLEMS]);

/// Commands of screen 5.
pub const COMMANDS: &[Command] = &[
    Command {
        name: "problem-go",
        keys: &["enter"],
        title: "Go to the problem's step or line; on a rule, fold or unfold its problems",
        hint: "open",
        group: Group::Find,
        places: PROBLEMS,
        blocked: no_row,
        run: go,
    },
    Command {
        name: "problem-line",
        keys: &["e"],
        title: "Edit the problem's log line as text",
        hint: "edit line",
        group: Group::Edit,
        places: PROBLEMS,
        blocked: not_in_log,
        run: edit_line,
    },
    Command {
        name: "problem-fix",
        keys: &["f"],
        title: "Fix the problem, or all that a rule found, after a preview",
        hint: "fix",
        group: Group::Edit,
        places: PROBLEMS,
        blocked: no_fix,
        run: fix,
    },
    Command {
        name: "problem-status",
        keys: &["s"],
        title: "Set the status of all steps whose status is written like this one, or of the marked",
        hint: "status",
        group: Group::Edit,
        places: PROBLEMS,
        blocked: no_status,
        run: set_status,
    },
    Command {
        name: "problem-mark",
        keys: &["space"],
        title: "Mark or unmark the problem; on a rule, its problems",
        hint: "mark",
        group: Group::Find,
        places: PROBLEMS,
        blocked: no_row,
        run: |model| {
            let view = &mut model.problems;
            view.turn_marks(view.rules.rows(view.cursor).to_vec());
            crate::app::core::navigate::by(model, 1);
        },
    },
    Command {
        name: "problem-mark-all",
        keys: &["*"],
        title: "Mark all problems of the rule, or unmark them",
        hint: "",
        group: Group::Find,
        places: PROBLEMS,
        blocked: no_row,
        run: |model| {
            let view = &mut model.problems;
            if let Some((_, rows)) = view.rules.group_of(view.cursor) {
                view.turn_marks(rows.to_vec());
            }
        },
    },
    Command {
        name: "problem-fold-all",
        keys: &["_"],
        title: "Fold all rules, or unfold them",
        hint: "",
        group: Group::View,
        places: PROBLEMS,
        blocked: no_row,
        run: |model| {
            let view = &mut model.problems;
            let group = view.rules.group_of(view.cursor).map(|(key, _)| key);
            view.rules.fold_all();
            let line = group.and_then(|key| view.rules.line_of_group(key));
            view.cursor = line.unwrap_or(0);
        },
    },
    Command {
        name: "problem-filter",
        keys: &["/"],
        title: "Narrow the problems by words, `rule:`, or what the filter language asks of steps",
        hint: "filter",
        group: Group::Find,
        places: PROBLEMS,
        blocked: |_| None,
        run: |model| {
            let text = model.problems.filter.clone();
            model.prompt("/", text, Purpose::Narrow);
        },
    },
    Command {
        name: "check",
        keys: &["c"],
        title: "Run the checks again; while they run, stop them",
        hint: "check",
        group: Group::Program,
        places: PROBLEMS,
        blocked: |_| None,
        run: Model::check_or_stop,
    },
];

fn problem(model: &Model) -> Option<Problem> {
    let view = &model.problems;
    view.found.problem(view.selected()?, &model.plan)
}

fn no_row(model: &Model) -> Blocked {
    let nothing = model.problems.rules.lines() == 0;
    nothing.then(|| "there is no problem".to_owned())
}

fn no_problem(model: &Model) -> Blocked {
    no_row(model).or_else(|| {
        let key = model.keymap.key_of("problem-go");
        let is_rule = problem(model).is_none();
        is_rule.then(|| format!("{key} shows what the rule found; pick one of it"))
    })
}

fn not_in_log(model: &Model) -> Blocked {
    model.is_locked().or_else(|| no_problem(model)).or_else(|| {
        let path = problem(model)?.place.path;
        let file = model.plan.files().iter().find(|file| file.path == path);
        match file.map(|file| file.role) {
            Some(Role::Log) => None,
            _ => Some(format!(
                "{} is not a log; edit it in your editor",
                path.display()
            )),
        }
    })
}

fn go(model: &mut Model) {
    let Some(problem) = problem(model) else {
        let view = &mut model.problems;
        view.cursor = view.rules.fold(view.cursor);
        return;
    };
    let is_conflict = |problem: &Problem| problem.code == conflict_marker::RULE.code;
    if is_conflict(&problem) {
        let view = &model.problems;
        let is_marked = view.selected().is_some_and(|at| view.is_marked(at));
        let marked = (view.subjects().into_iter()).filter(|_| is_marked);
        let marked = marked.filter_map(|at| view.found.problem(at, &model.plan));
        let marked = marked.filter(is_conflict).map(|problem| {
            let place = problem.place;
            (place.path, place.line)
        });
        let marked: Vec<_> = marked.collect();
        let place = &problem.place;
        if model.open_merges((&place.path, place.line), &marked) {
            return;
        }
    }
    if let Some((at, check, words)) = check_at(model, &problem.place) {
        if let Err(refusal) = model.go_to_check(at, check, &words) {
            model.refuse(refusal.to_string());
        }
        return;
    }
    match problem.step.filter(|id| model.plan.find(*id).is_some()) {
        Some(id) => {
            let nth = about(&model.plan, &problem).map_or(0, StepRef::nth);
            model.jump(id, nth);
        }
        None if not_in_log(model).is_none() => edit_line(model),
        None => model.say(format!("{} · {}", problem.place, problem.message)),
    }
}

/// The step that a problem is about: of several with its ID the one written at the problem's
/// place, else the first.
fn about<'a>(plan: &'a Plan, problem: &Problem) -> Option<StepRef<'a>> {
    let id = problem.step?;
    let place = &problem.place;
    let is_here = |step: &StepRef<'_>| {
        let mut places = step.places().into_iter();
        step.id() == id && places.any(|own| own.path == place.path && own.line == place.line)
    };
    let mut family = plan.family(id).map(|step| plan.step(step));
    family
        .find(is_here)
        .or_else(|| plan.find(id).map(|at| plan.step(at)))
}

/// Where the check stands on screen 2 that a problem is about, and its words.
fn check_at(model: &Model, place: &source::Location) -> Option<(usize, usize, String)> {
    let is_here = |check: &&Check| {
        check.line == place.line && model.plan.files()[check.file].path == place.path
    };
    (0..model.holders()).find_map(|at| {
        let checks = model.holder(at)?.checks();
        let found = checks.iter().position(is_here)?;
        Some((at, found, checks[found].text.clone()))
    })
}

fn edit_line(model: &mut Model) {
    let Some(place) = problem(model).map(|problem| problem.place) else {
        return;
    };
    let Some(log) = model
        .plan
        .files()
        .iter()
        .find(|file| file.path == place.path)
        .and_then(|file| file.log())
    else {
        return;
    };
    let line = place.line.saturating_sub(1);
    if line >= log.line_count() {
        return model.refuse("the line is no longer there");
    }
    let (text, body) = (log.line(line).text().into_owned(), log.line(line).body());
    if let Some(reason) = too_long(&text) {
        return model.refuse(format!("{reason}: edit the file in your editor"));
    }
    let seen = log.line(line).bytes()[body.range()].to_vec();
    let label = place.to_string();
    let path = place.path;
    let purpose = Purpose::Line(LogLine { path, line, seen });
    model.prompt(label, text, purpose);
}

fn no_fix(model: &Model) -> Blocked {
    model.is_locked().or_else(|| no_row(model)).or_else(|| {
        // Of several, whether one can be fixed is found out when they are.
        let view = &model.problems;
        let only = view.selected().filter(|_| view.marks.is_empty())?;
        let is_fixable =
            is_of_numbers(view, only) || view.found.problem(only, &model.plan)?.fix.is_some();
        (!is_fixable).then(|| {
            let key = model.keymap.key_of("problem-go");
            format!("this cannot be fixed for you; {key} goes there")
        })
    })
}

/// Whether a problem is solved by giving steps of this branch other numbers.
fn is_of_numbers(view: &ProblemsView, row: usize) -> bool {
    let codes = [unfinished_renumbering::RULE.code, duplicate_id::RULE.code];
    view.found
        .rule(row)
        .is_some_and(|(_, code)| codes.contains(&code))
}

/// The status that a problem marks: log and canon can each have another one.
fn word_at(plan: &Plan, problem: &Problem) -> Option<String> {
    let source = line(plan, &problem.place.path, problem.place.line)?;
    let marked = problem.span.and_then(|span| source.get(span.range()));
    let marked = String::from_utf8_lossy(marked.unwrap_or_default());
    let word = match marked.starts_with('"') {
        true => json::words(&marked),
        false => marked,
    };
    Some(word.trim().to_lowercase())
}

fn no_status(model: &Model) -> Blocked {
    model.is_locked().or_else(|| no_row(model)).or_else(|| {
        let view = &model.problems;
        let is_one = |row: &usize| {
            let rule = view.found.rule(*row);
            rule.is_some_and(|(_, code)| code == unknown_status::RULE.code)
        };
        let none = !view.subjects().iter().any(is_one);
        none.then(|| "only a status that is none of the five is set here".to_owned())
    })
}

/// Offers the statuses for all steps that share a word for theirs, or for the marked.
fn set_status(model: &mut Model) {
    let view = &model.problems;
    if view.generation != model.generation {
        return model.refuse(JUST_CHANGED);
    }
    let only = view.selected().filter(|_| view.marks.is_empty());
    let rows = match view.rules.group_of(view.cursor) {
        Some((_, rows)) if only.is_some() => rows.to_vec(),
        _ => view.subjects(),
    };
    let is_marked = !view.marks.is_empty();
    let found = view.found.clone();
    let compose = move |plan: &Plan, _: &Progress| {
        let (first, last) = (rows.first()?, rows.last()?);
        let mut steps: Vec<(usize, StepKey, String)> = (*first..)
            .zip(found.problems(*first..last + 1, plan))
            .filter(|(at, problem)| {
                problem.code == unknown_status::RULE.code && rows.binary_search(at).is_ok()
            })
            .filter_map(|(at, problem)| {
                let step = about(plan, &problem)?;
                Some((at, step.key(), word_at(plan, &problem)?))
            })
            .collect();
        if let Some(row) = only {
            let word = steps.iter().find(|(at, ..)| *at == row)?.2.clone();
            steps.retain(|(.., own)| *own == word);
        }
        let words: BTreeSet<&String> = steps.iter().map(|(.., word)| word).collect();
        let words = words.len();
        let mut keys: Vec<StepKey> = steps.into_iter().map(|(_, key, _)| key).collect();
        keys.dedup();
        Some((words, Arc::<[StepKey]>::from(keys)))
    };
    model.have_done(
        JobKind::Compose,
        compose,
        move |model, (words, steps)| match words > 1 && !is_marked {
            true => model.refuse(format!(
                "these are {words} different words: pick a step, and those that have its word get \
                 the same status"
            )),
            false => {
                let title = format!("Status of {}", counted(steps.len(), "step"));
                model.status_menu_called(title, steps);
            }
        },
    );
}

/// Shows what fixes the problems would change: all of it is one change.
fn fix(model: &mut Model) {
    let view = &model.problems;
    if view.generation != model.generation {
        return model.refuse(JUST_CHANGED);
    }
    // Which of two steps keeps a number, git knows.
    if view.subjects().iter().all(|row| is_of_numbers(view, *row)) {
        return model.compose_renumbering(RenumberRequest::Collisions);
    }
    let (rows, found, now) = (view.subjects(), view.found.clone(), model.now);
    let count = rows.len();
    let compose = move |plan: &Plan, _: &Progress| {
        let (first, last) = (rows.first()?, rows.last()?);
        let within = found.problems(*first..last + 1, plan);
        let fixes: Vec<Fix> = (*first..)
            .zip(within)
            .filter(|(at, _)| rows.binary_search(at).is_ok())
            .filter_map(|(_, problem)| problem.fix)
            .collect();
        let wanted = fixes.len();
        // What comes within reach by them was not picked.
        let picked = Cell::new(Some(fixes));
        let check = |_: &Plan| picked.take().unwrap_or_default();
        Some((wanted, fix_repeatedly(plan, now, Some(true), check)))
    };
    model.have_done(JobKind::Compose, compose, move |model, (wanted, fixed)| {
        model.show_fixes((count, wanted), fixed);
    });
}

impl Model {
    /// Asks whether to write what fixes so many problems, of which so many can be fixed.
    fn show_fixes(&mut self, (count, wanted): (usize, usize), fixed: Fixed) {
        let Fixed {
            change, refused, ..
        } = fixed;
        if change.edits.is_empty() {
            let key = self.keymap.key_of("problem-go");
            return self.refuse(match refused.first() {
                Some(why) => why.to_string(),
                None => format!("none of these can be fixed for you; {key} goes there"),
            });
        }
        let mut question = format!("Write this? {}", change.label);
        if wanted < count {
            question += &format!(" · {} of {count} need a person", count - wanted);
        }
        if let Some(why) = refused.first() {
            question += &format!(" · {} cannot be fixed: {why}", refused.len());
        }
        let consequence = self.preview(&change);
        self.confirm(question, consequence, change);
    }
}

/// A log line about to be replaced.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
pub struct LogLine {
    /// The line's file, relative to the root.
    pub(crate) path: PathBuf,
    /// The line, counted from 0.
    line: usize,
    /// What stood there when the field was opened.
    pub(crate) seen: Vec<u8>,
}

impl Model {
    /// Replaces a log line.
    pub(crate) fn set_line(&mut self, of: &LogLine, text: &str) -> Result<(), Refusal> {
        let file = (self.plan.files().iter()).position(|file| file.path == of.path);
        let place = LogPlace {
            file: file.ok_or_else(|| Refusal("the file is gone".to_owned()))?,
            line: of.line,
        };
        let change = self.composer().set_line(place, &of.seen, text)?;
        self.make(Ok(change), 1);
        Ok(())
    }
}
