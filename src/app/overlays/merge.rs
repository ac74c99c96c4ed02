//! Two versions that a merge left in a file, of which a person keeps one, both, or what they write
//! instead. Until then the markers stay in the file.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::Overlay;
use super::prompt::Purpose;
use crate::app::core::command::{Blocked, Command, Extent, Focus, Group, Places};
use crate::app::core::model::Model;
use crate::app::core::navigate::moved;
use crate::app::screens::changes::git::after_conflicts;
use crate::change::compose::{
    Composer, MergeFacts, Resolution, StepDispute, questions, step_dispute,
};
use crate::change::value::Refusal;
use crate::plan::disputes::{Dispute, disputes};
use crate::plan::id::StepId;
use crate::record::gate_review::resolved::followed;

impl Focus {
    /// The two versions that a merge left.
    pub(crate) const MERGE: Self = Self::new(Extent::Beyond, "in an unfinished merge", "merge");
}

const MERGE: Places = Places::Only(&[Focus::MERGE]);

/// Rows that a version takes at the most, about.
const ROWS: usize = 40;

const GONE: &str = "the conflict is no longer there";

/// A conflict that a merge left in a file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OpenMerge {
    /// Where it is and what it is about; of one that spans several steps, the first that is in dispute.
    pub dispute: Dispute,
    /// The others that are marked: whatever side is kept of it is kept of them.
    pub marked: Vec<Dispute>,
    /// The first row shown.
    pub scroll: usize,
    /// What was picked before git had answered.
    picked: Option<Resolution>,
}

/// Whatever is between the markers, and where: what a person writes comes in its place.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
pub struct MergedText {
    path: PathBuf,
    line: usize,
}

const COMMON: Command = Command {
    group: Group::Edit,
    places: MERGE,
    blocked: |model| model.is_locked(),
    ..Command::BASE
};

/// Commands of an open conflict of a merge.
pub(crate) const COMMANDS: &[Command] = &[
    Command {
        name: "keep-ours",
        keys: &["m"],
        title: "Merge: keep the version of the branch merged into",
        hint: "ours",
        run: |model| keep(model, &Resolution::Ours),
        ..COMMON
    },
    Command {
        name: "keep-theirs",
        keys: &["t"],
        title: "Merge: keep the version of the branch merged",
        hint: "theirs",
        run: |model| keep(model, &Resolution::Theirs),
        ..COMMON
    },
    Command {
        name: "keep-both",
        keys: &["b"],
        title: "Merge: keep both versions, ours first",
        hint: "both",
        blocked: twice,
        run: |model| keep(model, &Resolution::Both),
        ..COMMON
    },
    Command {
        name: "merge-edit",
        keys: &["e"],
        title: "Merge: write what stays",
        hint: "edit",
        blocked: |model| {
            model.is_locked().or_else(|| {
                let is_one = open(model)?.marked.is_empty();
                (!is_one).then(|| {
                    "several conflicts are marked: write what stays of one at a time".to_owned()
                })
            })
        },
        run: edit,
        ..COMMON
    },
    Command {
        name: "merge-later",
        keys: &["esc"],
        title: "Merge: decide later",
        hint: "later",
        blocked: |_| None,
        run: |model| {
            model.overlays.pop();
        },
        ..COMMON
    },
];

fn open(model: &Model) -> Option<&OpenMerge> {
    match model.overlays.last() {
        Some(Overlay::Merge(open)) => Some(open),
        _ => None,
    }
}

/// Whether git is being asked what both sides started from: without that, what one side only changed
/// would go with its version.
fn is_asking(model: &Model, dispute: &Dispute) -> bool {
    !dispute.shows_base() && model.changes.is_reading
}

/// Of one step there can be one version only, unless the sides changed other fields.
fn twice(model: &Model) -> Blocked {
    model.is_locked().or_else(|| {
        let all = open(model)?.all();
        let is_one = |dispute: &Dispute| {
            let step = model.step_dispute(dispute);
            step.is_some_and(|step| !step.fields.is_empty())
        };
        let is_twice =
            !all.iter().any(|dispute| is_asking(model, dispute)) && all.iter().any(is_one);
        is_twice.then(|| "the step would be there twice: keep one version, or edit it".to_owned())
    })
}

fn keep(model: &mut Model, resolution: &Resolution) {
    let Some(all) = open(model).map(OpenMerge::all) else {
        return;
    };
    if all.iter().any(|dispute| is_asking(model, dispute)) {
        if let Some(Overlay::Merge(open)) = model.overlays.last_mut() {
            open.picked = Some(resolution.clone());
        }
        return model.say("asking git what both sides started from…");
    }
    let change =
        model.with_merge_facts(|composer, facts| composer.resolve_knowing(&all, resolution, facts));
    let change = change.and_then(|change| followed(&model.plan, change, model.now));
    match change {
        Err(refusal) => model.refuse(refusal.to_string()),
        Ok(change) => {
            model.overlays.pop();
            model.make(Ok(change), 1);
            say_what_is_next(model);
        }
    }
}

/// Once no conflict is left in the plan, what ends the merge.
fn say_what_is_next(model: &mut Model) {
    if !disputes(&model.plan).is_empty() {
        return;
    }
    let next = after_conflicts(model);
    model.say_too(&[next]);
}

fn edit(model: &mut Model) {
    let Some((file, whole)) = open(model).map(|open| (open.dispute.file, open.dispute.whole()))
    else {
        return;
    };
    // Of several steps, all at once: what is written comes in place of the markers.
    let is_it = |dispute: &Dispute| dispute.file == file && dispute.whole() == whole;
    let Some(dispute) = disputes(&model.plan).into_iter().find(is_it) else {
        return model.refuse(GONE);
    };
    let place = dispute.place;
    let text = [place.ours, place.theirs].map(|span| dispute.text(&model.plan, span));
    let path = model.plan.files()[dispute.file].path.clone();
    let mut input = model.input(format!("{}: what stays", dispute.about), text.concat());
    input.multiline = true;
    let line = dispute.line();
    model.open_prompt(input, Purpose::Merge(MergedText { path, line }));
}

impl Model {
    /// Composes with what git told of the merge.
    fn with_merge_facts<T>(&self, compose: impl FnOnce(&Composer<'_>, MergeFacts<'_>) -> T) -> T {
        let read = self.changes.read.as_ref();
        let common = |one: &str, other: &str| read?.common_commit(one, other);
        let base = |path: &Path| read?.bases().of_log(path);
        let page = |path: &Path| read?.bases().of_page(path);
        let facts = MergeFacts {
            common: &common,
            base: &base,
            page: &page,
        };
        compose(&self.composer(), facts)
    }

    /// Keeps what was picked before git had answered, now that it has.
    pub(crate) fn keep_picked(&mut self) {
        if let Some(Overlay::Merge(open)) = self.overlays.last_mut()
            && let Some(resolution) = open.picked.take()
        {
            keep(self, &resolution);
        }
    }

    /// Which fields of a step in conflict are to be decided, if both versions are of one step.
    pub(crate) fn step_dispute(&self, dispute: &Dispute) -> Option<StepDispute> {
        self.with_merge_facts(|_, facts| step_dispute(&self.plan, dispute, facts))
    }
}

impl OpenMerge {
    /// All that are decided about, in the order of the plan's files and lines.
    fn all(&self) -> Vec<Dispute> {
        let mut all = vec![self.dispute.clone()];
        all.extend(self.marked.iter().cloned());
        all.sort_by_key(|dispute| (dispute.file, dispute.line()));
        all
    }

    pub(super) fn scroll_by(&mut self, by: isize) {
        self.scroll = moved(self.scroll, by, ROWS);
    }
}

impl Model {
    /// Shows the conflict at a line of a file, counted from 1, and with it those at the `marked` places,
    /// which are decided along with it. Answers false if there is none.
    pub(crate) fn open_merges(
        &mut self,
        (path, line): (&Path, usize),
        marked: &[(PathBuf, usize)],
    ) -> bool {
        let is_at = |dispute: &Dispute, path: &Path, line: usize| {
            self.plan.files()[dispute.file].path == path && dispute.holds(line)
        };
        let (found, rest): (Vec<Dispute>, Vec<Dispute>) = disputes(&self.plan)
            .into_iter()
            .partition(|dispute| is_at(dispute, path, line));
        let is_marked = |dispute: &Dispute| {
            let mut places = marked.iter();
            places.any(|(path, line)| is_at(dispute, path, *line))
        };
        let marked = rest.into_iter().filter(is_marked).collect();
        self.show_merge(found.into_iter().next(), marked)
    }

    /// Shows the conflict that a step is in. Answers false if it is in none.
    pub(crate) fn open_merge_of(&mut self, step: StepId) -> bool {
        let found = crate::plan::disputes::of_step(&self.plan, step);
        self.show_merge(found, Vec::new())
    }

    fn show_merge(&mut self, found: Option<Dispute>, marked: Vec<Dispute>) -> bool {
        let Some(mut dispute) = found else {
            return false;
        };
        // Of several steps one after the other; what is marked is decided at once.
        if marked.is_empty() {
            let asked = self.with_merge_facts(|_, facts| questions(&self.plan, &dispute, facts));
            dispute = asked.into_iter().next().unwrap_or(dispute);
        }
        // Git may know names where the markers have hashes.
        self.ask_changes();
        self.overlays.push(Overlay::Merge(OpenMerge {
            dispute,
            marked,
            scroll: 0,
            picked: None,
        }));
        true
    }

    /// Puts what a person wrote in place of a conflict.
    pub(crate) fn write_merged(&mut self, of: &MergedText, text: &str) -> Result<(), Refusal> {
        let is_it = |dispute: &Dispute| {
            self.plan.files()[dispute.file].path == of.path && dispute.line() == of.line
        };
        let found = disputes(&self.plan).into_iter().find(is_it);
        let gone = || Refusal(GONE.to_owned());
        let found = found.ok_or_else(gone)?;
        let text = Resolution::Text(text.to_owned());
        let change = self.composer().resolve(&[found], &text)?;
        let change = followed(&self.plan, change, self.now)?;
        self.make(Ok(change), 1);
        say_what_is_next(self);
        self.overlays
            .retain(|overlay| !matches!(overlay, Overlay::Merge(_)));
        Ok(())
    }
}
