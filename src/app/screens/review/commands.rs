//! The weekly review: one key decides and moves on.

use super::dependencies::{fix, fixed, leave};
use super::scores::{choose_other, score, unranked};
use super::{PANES, lines};
use crate::app::core::command::{Blocked, Command, Focus, Group, Places};
use crate::app::core::job::JobKind;
use crate::app::core::model::Model;
use crate::app::overlays::prompt::Purpose;
use crate::app::screens::review::decide::ReviewAction;
use crate::app::screens::review::view::ReviewPart;
use crate::change::Change;
use crate::change::value::Refusal;
use crate::plan::id::StepId;
use crate::plan::status::Status;
use crate::record::review::Section;
use crate::record::review::gather::{BadDependency, Review, TEN};

/// Every part.
const REVIEW: Places = Places::Only(PANES);
const PROPOSALS: Places = Places::Only(&[Focus::PROPOSALS]);
const DEPENDENCIES: Places = Places::Only(&[Focus::DEPENDENCIES]);
const NEXT_TEN: Places = Places::Only(&[Focus::NEXT_TEN]);

/// What most of these commands have in common.
const COMMON: Command = Command {
    group: Group::Edit,
    places: NEXT_TEN,
    blocked: undecidable,
    ..Command::BASE
};

/// Commands of screen 3.
pub const COMMANDS: &[Command] = &[
    Command {
        name: "accept",
        keys: &["+"],
        title: "Accept the proposal: an idea becomes a draft, a draft stays a draft",
        hint: "accept",
        places: PROPOSALS,
        run: |model| decide(model, |review, ids, who| review.accept(ids, who)),
        ..COMMON
    },
    Command {
        name: "defer",
        keys: &["-"],
        title: "Defer the proposal until the next review",
        hint: "defer",
        places: PROPOSALS,
        run: |model| decide(model, |review, ids, who| review.defer(ids, "", who)),
        ..COMMON
    },
    Command {
        name: "reject",
        keys: &["r"],
        title: "Reject the proposal, with a reason",
        hint: "reject",
        places: PROPOSALS,
        run: |model| {
            ask(
                model,
                |what| format!("Why not {what}?"),
                ReviewAction::Reject,
            )
        },
        ..COMMON
    },
    Command {
        name: "fix-dependency",
        keys: &["f"],
        title: "Fix the dependency, or all that have this cause",
        hint: "fix",
        places: DEPENDENCIES,
        run: fix,
        ..COMMON
    },
    Command {
        name: "leave",
        keys: &["-"],
        title: "Leave the dependency as it is for now, or all that have this cause",
        hint: "leave",
        places: DEPENDENCIES,
        blocked: |model| undecidable(model).or_else(|| fixed(model)),
        run: leave,
        ..COMMON
    },
    Command {
        name: "commit",
        keys: &["+"],
        title: "Add the step to the next ten; one from further down needs a reason",
        hint: "commit",
        blocked: |model| undecidable(model).or_else(|| cannot_commit(model)),
        run: commit,
        ..COMMON
    },
    Command {
        name: "defer-step",
        keys: &["-"],
        title: "Defer the step: not this week, with a reason",
        hint: "defer",
        blocked: |model| undecidable(model).or_else(|| complete(model)),
        run: |model| {
            ask(
                model,
                |what| format!("Why not {what} this week?"),
                ReviewAction::SetAside,
            )
        },
        ..COMMON
    },
    Command {
        name: "review-complete",
        keys: &["x"],
        title: "Set the step complete",
        hint: "done",
        blocked: |model| undecidable(model).or_else(|| complete(model)),
        run: |model| decide(model, |review, ids, who| review.complete(ids, who)),
        ..COMMON
    },
    Command {
        name: "finish",
        keys: &["F"],
        title: "Finish the review: record when it was held and what is left",
        hint: "finish",
        places: REVIEW,
        blocked: |model| {
            let gathers = model.jobs.is_running(JobKind::Review);
            let wait = || "what the review is about is still being gathered".to_owned();
            model.is_locked().or_else(|| gathers.then(wait))
        },
        run: finish,
        ..COMMON
    },
    Command {
        name: "rank-down",
        keys: &["J"],
        title: "Move the committed step down the ten",
        hint: "lower",
        blocked: |model| undecidable(model).or_else(|| not_committed(model)),
        run: |model| swap(model, 1),
        ..COMMON
    },
    Command {
        name: "rank-up",
        keys: &["K"],
        title: "Move the committed step up the ten",
        hint: "higher",
        blocked: |model| undecidable(model).or_else(|| not_committed(model)),
        run: |model| swap(model, -1),
        ..COMMON
    },
    Command {
        name: "score",
        keys: &["w"],
        title: "Why the step is ranked there: its score, term by term",
        hint: "why",
        group: Group::View,
        blocked: unranked,
        run: score,
        ..COMMON
    },
    Command {
        name: "compare",
        keys: &["W"],
        title: "Compare two steps: why one is ranked above the other",
        hint: "compare",
        group: Group::View,
        blocked: unranked,
        run: choose_other,
        ..COMMON
    },
    Command {
        name: "review-step",
        keys: &["enter"],
        title: "Go to the row's step; on a cause, fold or unfold its rows",
        hint: "open",
        group: Group::Find,
        places: REVIEW,
        blocked: no_row,
        run: |model| match (model.review.cause(), model.review.step()) {
            (Some(_), _) => lines::fold(model),
            (None, Some(id)) => model.jump(id, 0),
            (None, None) => {}
        },
    },
    Command {
        name: "review-fold-all",
        keys: &["_"],
        title: "Fold all causes, or unfold them",
        group: Group::View,
        places: DEPENDENCIES,
        blocked: no_row,
        run: lines::fold_all,
        ..COMMON
    },
    Command {
        name: "review-mark",
        keys: &["space"],
        title: "Mark or unmark the row; on a cause, its rows",
        hint: "mark",
        group: Group::Find,
        places: REVIEW,
        blocked: no_row,
        run: |model| {
            model.review.turn_mark();
            crate::app::core::navigate::by(model, 1);
        },
    },
    Command {
        name: "review-mark-all",
        keys: &["*"],
        title: "Mark what belongs together: open proposals, the rows of a cause, the ten best steps",
        group: Group::Find,
        places: REVIEW,
        blocked: no_row,
        run: |model| model.review.turn_all_marks(),
        ..COMMON
    },
    Command {
        name: "review-filter",
        keys: &["/"],
        title: "Narrow the part by the filter language, or by words in its rows",
        hint: "filter",
        group: Group::Find,
        places: REVIEW,
        blocked: |_| None,
        run: |model| {
            let text = model.review.filter().unwrap_or_default().to_owned();
            model.prompt("/", text, Purpose::Narrow);
        },
    },
    Command {
        name: "review-edit",
        keys: &["e"],
        title: "Edit a field of the step",
        places: REVIEW,
        run: |model| {
            if let Some(step) = model.review.step().and_then(|id| model.plan.find(id)) {
                let key = model.plan.step(step).key();
                model.field_menu([key].into());
            }
        },
        ..COMMON
    },
    Command {
        name: "review-owner",
        keys: &["o"],
        title: "Set the step's owner",
        hint: "owner",
        run: |model| {
            if let Some(id) = model.review.step() {
                model.owner_chooser([(id, 0)].into());
            }
        },
        ..COMMON
    },
    Command {
        name: "undo-review",
        keys: &["X"],
        title: "Undo every decision of the review since the last other edit",
        places: REVIEW,
        blocked: |model| {
            let decided = model.sync.newest_touches(&model.review.path);
            let nothing = || "the last change was not a decision of this review".to_owned();
            model.is_locked().or_else(|| (!decided).then(nothing))
        },
        run: |model| {
            let path = model.review.path.clone();
            let count = model.undo_all_of(&path);
            let key = model.keymap.key_of("redo");
            model.say(format!("{count} decisions undone · {key} redoes each"));
        },
        ..COMMON
    },
    Command {
        name: "copy-review",
        keys: &["Y"],
        title: "Copy the review's record as Markdown",
        group: Group::Find,
        places: REVIEW,
        blocked: |_| None,
        run: copy,
        ..COMMON
    },
];

pub(super) fn no_row(model: &Model) -> Blocked {
    // A row may be one that the filter is about to take away.
    if model.jobs.is_running(JobKind::ReviewRows) {
        return Some("still filtering: try again in a moment".to_owned());
    }
    let nothing = model.review.step().is_none();
    nothing.then(|| "there is nothing to decide here".to_owned())
}

/// Why nothing of what a verb acts on can be decided about.
fn undecidable(model: &Model) -> Blocked {
    model.is_locked().or_else(|| no_row(model)).or_else(|| {
        let ids = model.review.subject_ids();
        let mut known = ids.iter().filter(|id| model.plan.find(**id).is_some());
        let gone = known.next().is_none();
        gone.then(|| format!("{} is no longer in the plan", ids[0]))
    })
}

fn cannot_commit(model: &Model) -> Blocked {
    let ids = model.review.subject_ids();
    if let Some(id) = ids.iter().find(|id| model.review.rank(**id).is_some()) {
        return Some(format!("{id} is already among the ten"));
    }
    let room = TEN.saturating_sub(model.review.progress(ReviewPart::Ten).0);
    if room == 0 {
        let key = model.keymap.key_of("defer-step");
        return Some(format!(
            "ten are already committed · {key} on one of them makes room"
        ));
    }
    let too_many = ids.len() > room;
    let refused = || format!("{} are marked, and the ten have room for {room}", ids.len());
    too_many.then(refused).or_else(|| complete(model))
}

fn complete(model: &Model) -> Blocked {
    let [id] = model.review.subject_ids()[..] else {
        return None;
    };
    let step = model.plan.step(model.plan.find(id)?);
    let done = step.status() == Some(Status::Complete);
    done.then(|| format!("{id} is already complete"))
}

fn not_committed(model: &Model) -> Blocked {
    let id = model.review.step()?;
    let free = model.review.rank(id).is_none();
    let key = model.keymap.key_of("commit");
    free.then(|| format!("only the ten can be reordered · {key} commits to {id}"))
}

/// Makes the decision that `wish` composes about the marked rows or the selected one, and moves
/// on.
fn decide(
    model: &mut Model,
    wish: impl FnOnce(&Review<'_>, &[StepId], &str) -> Result<Change, Refusal>,
) {
    let (rows, ids) = (model.review.subjects(), model.review.subject_ids());
    if let Err(refusal) = model.decided(&rows, |review, who| wish(review, &ids, who)) {
        model.refuse(refusal.to_string());
    }
}

/// Asks for the reason of a decision about the marked rows or the selected one.
fn ask(model: &mut Model, question: fn(&str) -> String, deed: fn(Vec<StepId>) -> ReviewAction) {
    let ids = model.review.subject_ids();
    let what = match &ids[..] {
        [] => return,
        [id] => id.to_string(),
        ids => format!("these {}", ids.len()),
    };
    model.prompt(question(&what), "", Purpose::Decide(deed(ids)));
}

fn commit(model: &mut Model) {
    let (rows, view) = (model.review.subjects(), &model.review);
    if !rows.iter().all(|row| view.is_best(*row)) {
        return ask(
            model,
            |what| format!("Why commit to {what} ahead of its rank?"),
            ReviewAction::Pin,
        );
    }
    let action = ReviewAction::Pin(view.subject_ids());
    if let Err(refusal) = model.review_action(&action, "") {
        model.refuse(refusal.to_string());
    }
}

fn swap(model: &mut Model, by: isize) {
    let Some(id) = model.review.step() else {
        return;
    };
    let ten = model.review.record.entries(Section::Ten);
    let at = ten.iter().position(|entry| entry.id == id);
    let Some(other) = at.and_then(|at| Some(ten.get(at.checked_add_signed(by)?)?.id)) else {
        let edge = if by < 0 { "first" } else { "last" };
        return model.say(format!("{id} is already the {edge} of them"));
    };
    let who = model.context.me.name().to_owned();
    let change = model.with_review(|review| review.swap(id, other, &who));
    model.make(change, 1);
    model.show_decision(&[]);
    model.review.select(id);
}

/// Finishes the review, as soon as it is known which commit it saw.
pub(super) fn finish(model: &mut Model) {
    if model.waits_for_landed() {
        return model.say("asking git which commit this review has seen…");
    }
    let who = model.context.me.name().to_owned();
    let known: Vec<BadDependency> = model
        .review
        .tangles
        .iter()
        .map(|(t, _)| t.clone())
        .collect();
    let change = model.with_review(|review| review.finish(&known, None, &who));
    let path = model.review.path.clone();
    match change {
        Err(refusal) => model.refuse(refusal.to_string()),
        Ok(mut change) => {
            change.label = format!("{} · {}", change.label, path.display());
            model.commit(change);
        }
    }
}

fn copy(model: &mut Model) {
    let file = model
        .plan
        .files()
        .iter()
        .find(|file| file.path == model.review.path);
    let text = match file {
        Some(file) => String::from_utf8_lossy(&file.document.to_bytes()).into_owned(),
        None => model.review.record.write(),
    };
    model.copy(text, "the record of the review as Markdown".to_owned());
}
