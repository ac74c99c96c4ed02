//! The weekly review: one key decides and moves on.

use super::{PANES, lines};
use crate::app::core::command::{Blocked, Command, Focus, Group, Places};
use crate::app::core::job::JobKind;
use crate::app::core::model::Model;
use crate::app::overlays::menu::{Choice, Row};
use crate::app::overlays::prompt::Purpose;
use crate::app::screens::review::decide::{ReviewAction, ranked};
use crate::app::screens::review::view::ReviewPart;
use crate::change::Change;
use crate::change::value::Refusal;
use crate::plan::id::StepId;
use crate::plan::status::Status;
use crate::record::review::Section;
use crate::record::review::decide::Resolution;
use crate::record::review::gather::{BadDependency, Review, TEN, Trouble};

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

fn no_row(model: &Model) -> Blocked {
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

/// The dependencies that a verb acts on, and whether each is still wrong.
fn tangles(model: &Model) -> Vec<(BadDependency, bool)> {
    let view = &model.review;
    let rows = view.subjects().into_iter();
    rows.map(|row| view.tangles[row].clone()).collect()
}

fn fixed(model: &Model) -> Blocked {
    let is_wrong = tangles(model).iter().any(|(_, wrong)| *wrong);
    let key = model.keymap.key_of("fix-dependency");
    (!is_wrong).then(|| format!("it is already fixed · {key} notes that in the record"))
}

fn leave(model: &mut Model) {
    let wrong = tangles(model).into_iter().filter(|(_, wrong)| *wrong);
    let wrong: Vec<BadDependency> = wrong.map(|(tangle, _)| tangle).collect();
    let rows = model.review.subjects();
    let left = model.decided(&rows, |review, who| review.leave(&wrong, "", who));
    if let Err(refusal) = left {
        model.refuse(refusal.to_string());
    }
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

fn unranked(model: &Model) -> Blocked {
    no_row(model).or_else(|| {
        let row = model.review.ten.get(model.review.row()?)?;
        let id = row.id;
        row.ranked
            .is_none()
            .then(|| format!("{id} is not ready, so it has no score"))
    })
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
    let is_best = |row: &usize| match &view.ten[*row].ranked {
        Some((place, _)) => *place <= TEN,
        None => false,
    };
    if !rows.iter().all(is_best) {
        return ask(model, |what| format!("Why pin {what}?"), ReviewAction::Pin);
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

fn fix(model: &mut Model) {
    let (done, wrong): (Vec<_>, Vec<_>) = tangles(model).into_iter().partition(|(_, w)| !w);
    let of = |(tangle, _): &(BadDependency, bool)| tangle.clone();
    let (done, wrong): (Vec<_>, Vec<_>) = (
        done.iter().map(of).collect(),
        wrong.iter().map(of).collect(),
    );
    if let ([], [..]) = (&wrong[..], &done[..]) {
        let done: Vec<_> = done.into_iter().map(|t| (t, Resolution::Done)).collect();
        if let Err(refusal) = model.fix_dependencies(&done) {
            model.refuse(refusal.to_string());
        }
        return;
    }
    let rows = resolutions(model, &wrong).into_iter();
    let rows = rows.map(|(key, label, fixes)| Row::new(key, label, "", Choice::Fix(fixes)));
    let title = match &wrong[..] {
        [only] => format!("Fix {} → {}", only.step, only.other),
        several => format!("Fix {} dependencies", several.len()),
    };
    model.menu(title, rows.collect(), 0);
}

/// How each of some dependencies is fixed.
type Fixes = Vec<(BadDependency, Resolution)>;

/// The ways to fix dependencies, each with its key and its words.
fn resolutions(model: &Model, wrong: &[BadDependency]) -> Vec<(String, String, Fixes)> {
    let Some(first) = wrong.first() else {
        return Vec::new();
    };
    let all = |how: fn(&BadDependency) -> Resolution| {
        let fixes = wrong.iter().map(|tangle| (tangle.clone(), how(tangle)));
        fixes.collect::<Vec<_>>()
    };
    let mut ways = Vec::new();
    let has_cause = |t: &BadDependency| t.trouble == Trouble::Blocked && t.other == first.other;
    if wrong.iter().all(has_cause) {
        let label = format!("Unblock {}: set it in progress", first.other);
        ways.push(("p".to_owned(), label, all(|_| Resolution::Unblock)));
    }
    if let [only] = wrong {
        for (at, (from, to)) in dropped(model, only).into_iter().enumerate() {
            let key = match at {
                0 => "d".to_owned(),
                at => (at + 1).to_string(),
            };
            let label = format!("Drop it: {from} no longer depends on {to}");
            let fix = (only.clone(), Resolution::Drop(from, to));
            ways.push((key, label, vec![fix]));
        }
        return ways;
    }
    let count = wrong.len();
    let label = match wrong.iter().all(|tangle| tangle.other == first.other) {
        true => format!(
            "Drop them: {count} steps no longer depend on {}",
            first.other
        ),
        false => format!("Drop them: {count} dependencies"),
    };
    let drop = |tangle: &BadDependency| Resolution::Drop(tangle.step, tangle.other);
    ways.push(("d".to_owned(), label, all(drop)));
    ways
}

/// The dependencies whose removal fixes a problem: the one that is wrong, and of a circle each
/// other one, too.
fn dropped(model: &Model, tangle: &BadDependency) -> Vec<(StepId, StepId)> {
    /// A circle may be as long as the plan; the rest of it is fixed on the plan screen.
    const MOST: usize = 9;
    let graph = model.plan.graph();
    let cycle = model
        .plan
        .find(tangle.step)
        .and_then(|step| graph.cycle(step));
    let Some(cycle) = cycle.filter(|_| tangle.trouble == Trouble::Cyclic) else {
        return vec![(tangle.step, tangle.other)];
    };
    let circle = graph.shortest_cycle(cycle);
    let id = |step: &usize| model.plan.step(*step).id();
    let next = circle.iter().cycle().skip(1);
    let mut edges: Vec<_> = circle
        .iter()
        .zip(next)
        .map(|(a, b)| (id(a), id(b)))
        .collect();
    // The last one closes the circle: it is the one that the row names.
    edges.reverse();
    edges.truncate(MOST);
    edges
}

fn score(model: &mut Model) {
    let Some((row, ranked)) = ranked(model, model.review.step()) else {
        return;
    };
    let mut lines = Vec::new();
    for term in &ranked.terms {
        lines.push(format!("{:+5}  {:9} {}", term.points, term.name, term.why));
    }
    lines.push(format!("{:5}  total", ranked.score));
    model.note(format!("Score of {row}"), lines);
}

/// Offers the steps to compare the selected one with: first the one that stands on the other
/// side of the line below the ten.
fn choose_other(model: &mut Model) {
    let Some(id) = model.review.step() else {
        return;
    };
    let others: Vec<_> = model.review.ten.iter().filter(|row| row.id != id).collect();
    let place = |id: StepId| {
        let row = model.review.ten.iter().find(|row| row.id == id);
        row.and_then(|row| row.ranked.as_ref())
            .map_or(usize::MAX, |(place, _)| *place)
    };
    let within = place(id) <= TEN;
    let mut rows = Vec::new();
    let mut cursor = 0;
    for row in others {
        let Some((at, ranked)) = &row.ranked else {
            continue;
        };
        if within && *at <= TEN + 1 || !within && *at <= TEN {
            cursor = rows.len();
        }
        let label = format!("{:2}  {} {}", at, row.id, row.title);
        let choice = Choice::Compare(id, row.id);
        rows.push(Row::new("", label, ranked.score.to_string(), choice));
    }
    if rows.is_empty() {
        return model.say("there is no other ranked step to compare it with");
    }
    model.menu(format!("Compare {id} with"), rows, cursor);
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
