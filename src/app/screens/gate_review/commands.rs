//! Holding the review of a stage gate.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::app::core::command::{Blocked, Command, Focus, Group, Places};
use crate::app::core::model::Model;
use crate::app::overlays::menu::{Choice, Row};
use crate::app::overlays::prompt::Purpose;
use crate::app::screens::gate_review::view::{ReviewRow, rows};
use crate::app::screens::gates::GATES;
use crate::change::Change;
use crate::change::value::Refusal;
use crate::plan::packet::Decision;
use crate::plan::source::Role;
use crate::record::gate_review::edit::{Clause, Held};
use crate::record::gate_review::{CriterionVerdict, unstamped};

const REVIEW: Places = Places::Only(&[Focus::GATE_REVIEW]);

/// Commands of the gate review.
pub const COMMANDS: &[Command] = &[
    Command {
        name: "gate-review",
        keys: &["P"],
        title: "Hold the stage's gate review, or continue it",
        hint: "review gate",
        group: Group::Edit,
        places: GATES,
        blocked: no_stage,
        run: hold,
    },
    Command {
        name: "gate-met",
        keys: &["x"],
        title: "Gate: mark as met or signed, or clear the mark",
        hint: "met or signed",
        group: Group::Edit,
        places: REVIEW,
        blocked: nothing_to_mark,
        run: mark,
    },
    Command {
        name: "gate-not-met",
        keys: &["-"],
        title: "Gate: mark the criterion as not met, or clear the mark",
        hint: "not met",
        group: Group::Edit,
        places: REVIEW,
        blocked: no_criterion,
        run: |model| judge(model, CriterionVerdict::NotMet),
    },
    Command {
        name: "gate-edit",
        keys: &["e", "enter"],
        title: "Gate: edit the evidence, the conditions or the waiver; decide",
        hint: "write",
        group: Group::Edit,
        places: REVIEW,
        blocked: nothing_to_write,
        run: |model| write(model, None),
    },
    Command {
        name: "gate-decide",
        keys: &["s"],
        title: "Gate: decide on go, go with conditions, or no-go",
        hint: "decide",
        group: Group::Edit,
        places: REVIEW,
        blocked: |model| model.is_locked(),
        run: decide,
    },
    Command {
        name: "gate-evidence",
        keys: &["i"],
        title: "Gate: open the criterion's evidence",
        hint: "evidence",
        group: Group::Find,
        places: REVIEW,
        blocked: no_links,
        run: |model| {
            let links = links(model);
            crate::app::screens::gates::commands::offer(model, "Open evidence", links);
        },
    },
];

fn no_stage(model: &Model) -> Blocked {
    let none = model.plan.stages().get(model.gates.stage).is_none();
    none.then(|| "there is no stage".to_owned())
}

/// Goes on with the packet of the stage, or begins one.
fn hold(model: &mut Model) {
    let stage = &model.plan.stages()[model.gates.stage];
    let folder = model.context.papers.folder_of(Role::GateReview);
    match model.reviewer().hold(stage, folder) {
        Held::Open(path) => model.open_review(path),
        Held::New { path, change } => {
            if model.commit(change) {
                model.open_review(path);
            }
        }
    }
}

fn no_criterion(model: &Model) -> Blocked {
    model.is_locked().or_else(|| match model.review_row() {
        Some(ReviewRow::Criterion(_)) => None,
        _ => Some("only a criterion can be marked so; go to one".to_owned()),
    })
}

fn nothing_to_mark(model: &Model) -> Blocked {
    model.is_locked().or_else(|| match model.review_row() {
        Some(ReviewRow::Criterion(_) | ReviewRow::SignOff(_)) => None,
        _ => {
            let key = model.keymap.key_of("gate-decide");
            Some(format!("{key} decides"))
        }
    })
}

fn nothing_to_write(model: &Model) -> Blocked {
    model.is_locked().or_else(|| match model.review_row() {
        Some(ReviewRow::SignOff(_)) => {
            let key = model.keymap.key_of("gate-met");
            Some(format!("{key} signs; names come from the owner matrix"))
        }
        _ => None,
    })
}

fn mark(model: &mut Model) {
    match model.review_row() {
        Some(ReviewRow::SignOff(at)) => {
            edit(model, |model, path| model.reviewer().sign(path, at));
        }
        _ => judge(model, CriterionVerdict::Met),
    }
}

fn judge(model: &mut Model, verdict: CriterionVerdict) {
    let Some(ReviewRow::Criterion(at)) = model.review_row() else {
        return;
    };
    let now = model
        .review()
        .and_then(|review| review.criteria[at].verdict);
    let wanted = Some(verdict).filter(|_| now != Some(verdict));
    edit(model, |model, path| {
        model.reviewer().judge(path, at, wanted)
    });
}

/// Makes what becomes of the open packet, or says why not.
fn edit(model: &mut Model, wish: impl Fn(&Model, &std::path::Path) -> Result<Change, Refusal>) {
    let Some(view) = model.gates.review.clone() else {
        return;
    };
    let change = wish(model, &view.packet);
    model.make(change, 1);
}

/// Opens the field of the selected row, after which the decision `then` goes on.
fn write(model: &mut Model, then: Option<Decision>) {
    let (Some(review), Some(view), Some(row)) = (
        model.review(),
        model.gates.review.clone(),
        model.review_row(),
    ) else {
        return;
    };
    let purpose = |text| {
        let packet = view.packet.clone();
        Purpose::GateReview(PacketText { packet, text, then })
    };
    match row {
        ReviewRow::Criterion(at) => {
            let criterion = &review.criteria[at];
            let text = ReviewText::Evidence {
                criterion: at,
                words: criterion.words.clone(),
            };
            let label = format!("Evidence for criterion {}", at + 1);
            model.prompt(label, criterion.evidence.clone(), purpose(text));
        }
        ReviewRow::Clause(clause) => {
            let now = match clause {
                Clause::Conditions => review.facts.conditions.clone(),
                Clause::Waiver => unstamped(&review.facts.waiver).to_owned(),
            };
            let text = ReviewText::Clause(clause);
            model.prompt(clause_label(clause), now, purpose(text));
        }
        ReviewRow::Decision => decide(model),
        ReviewRow::SignOff(_) => {}
    }
}

fn clause_label(clause: Clause) -> &'static str {
    match clause {
        Clause::Conditions => "Conditions still to be met, separated by ;",
        Clause::Waiver => "Waiver: why the gate may be passed below its bar",
    }
}

/// Opens the menu of decisions; what cannot be decided says why.
fn decide(model: &mut Model) {
    let (Some(review), Some(view)) = (model.review(), model.gates.review.clone()) else {
        return;
    };
    let now = review.facts.decision;
    let keys = ["g", "c", "n"];
    let mut rows: Vec<Row> = Decision::ALL
        .into_iter()
        .zip(keys)
        .map(|(decision, key)| {
            let detail = match model.reviewer().obstacle(&view.packet, decision) {
                Some(reason) => reason,
                None if now == Some(decision) => "now".to_owned(),
                None => String::new(),
            };
            Row::new(
                key,
                decision.words(),
                detail,
                Choice::Decide(Some(decision)),
            )
        })
        .collect();
    if now.is_some() {
        let (detail, choice) = ("withdraw the decision", Choice::Decide(None));
        rows.push(Row::new("u", "undecided", detail, choice));
    }
    let cursor = Decision::ALL.iter().position(|d| Some(*d) == now);
    let title = format!("The gate of {}", review.facts.stage);
    model.menu(title, rows, cursor.unwrap_or(0));
}

fn links(model: &Model) -> Vec<String> {
    match (model.review(), model.review_row()) {
        (Some(review), Some(ReviewRow::Criterion(at))) => review.criteria[at].links.clone(),
        _ => Vec::new(),
    }
}

fn no_links(model: &Model) -> Blocked {
    let key = model.keymap.key_of("gate-edit");
    let none = links(model).is_empty();
    none.then(|| format!("the evidence has no link; {key} edits it"))
}

/// A text in the packet of a gate review, about to be written.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
pub struct PacketText {
    /// The packet, relative to the root.
    packet: PathBuf,
    /// Which text.
    text: ReviewText,
    /// The decision that waits for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    then: Option<Decision>,
}

/// Which text of a packet.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
enum ReviewText {
    /// What shows that a criterion is met.
    Evidence {
        criterion: usize,
        /// Its words, by which it is known again.
        words: String,
    },
    /// The conditions or the waiver.
    Clause(Clause),
}

impl Model {
    /// Decides the gate of the open review. Passing it asks first. Where text is missing that
    /// the decision needs, its row is selected and its field opened.
    pub fn decide_gate(&mut self, decision: Option<Decision>) {
        let Some(view) = self.gates.review.clone() else {
            return;
        };
        let change = match self.reviewer().decide(&view.packet, decision) {
            Ok(change) => change,
            Err(refusal) => {
                self.refuse(refusal.to_string());
                return self.write_missing(decision);
            }
        };
        let passing = decision.filter(|decision| decision.passes());
        let Some(decision) = passing.filter(|_| !change.edits.is_empty()) else {
            return self.make(Ok(change), 1);
        };
        let stage = self.review().map(|review| review.facts.stage);
        let stage = stage.unwrap_or_default();
        let mut lines = self.reviewer().consequence(&view.packet, decision);
        lines.push(format!("{} undoes it.", self.keymap.key_of("undo")));
        let question = format!("Pass the gate of {stage}: {}?", decision.words());
        self.confirm(question, lines.join("\n"), change);
    }

    /// Selects the text that a refused decision needs, and opens its field.
    fn write_missing(&mut self, decision: Option<Decision>) {
        let Some(review) = self.review() else { return };
        let conditions = &review.facts.conditions;
        let owed = decision == Some(Decision::Conditional) && conditions.is_empty();
        let waived = !unstamped(&review.facts.waiver).is_empty();
        let met = (self.plan.stages().iter())
            .any(|stage| stage.is_met() && stage.packets.contains(&review.facts));
        let clause = match owed && (met || waived) {
            true => Clause::Conditions,
            false => Clause::Waiver,
        };
        let wanted = ReviewRow::Clause(clause);
        let at = rows(&review).iter().position(|row| *row == wanted);
        if let (Some(view), Some(at)) = (&mut self.gates.review, at) {
            view.row = at;
            write(self, decision);
        }
    }

    /// Writes a text into a packet, and goes on with the decision that needs it.
    pub(crate) fn write_review(&mut self, place: &PacketText, typed: &str) -> Result<(), Refusal> {
        let (reviewer, packet) = (self.reviewer(), &place.packet);
        let change = match &place.text {
            ReviewText::Evidence { criterion, words } => {
                reviewer.set_evidence(packet, *criterion, words, typed)?
            }
            ReviewText::Clause(clause) => reviewer.set_clause(packet, *clause, typed)?,
        };
        self.make(Ok(change), 1);
        let is_open = (self.gates.review.as_ref()).is_some_and(|view| view.packet == *packet);
        if place.then.is_some() && is_open && !typed.trim().is_empty() {
            self.decide_gate(place.then);
        }
        Ok(())
    }
}
