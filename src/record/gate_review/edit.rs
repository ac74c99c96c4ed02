//! What a person does in a gate review, as changes of its packet.
//!
//! Each wish becomes edits of the sections that it touches, and until the gate is decided the state
//! of the checklist in the packet is brought up to date with it. Only single values are rewritten;
//! a change that undo could not restore to the last byte is refused.

use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};

use super::beside;
use super::conditions::{HandedOn, handed_on, next_with_checks, of_gate};
use super::{
    CriterionVerdict, DECISION, GateReview, READINESS, bar, check_line, checks_heading,
    decision_words, draft, new_path, ticked, unstamped, verdict_word,
};
use crate::change::compose::reversible;
use crate::change::value::{Refusal, refuse};
use crate::change::{Change, Edit, Target};
use crate::document::english::capitalised;
use crate::document::markdown::{CheckState, MarkdownDocument};
use crate::plan::Plan;
use crate::plan::canon::ladder::threshold;
use crate::plan::packet::{Decision, Packet, VERDICT, label_at, section};
use crate::plan::source::{Role, SourceFile};
use crate::plan::stage::{Stage, current};
use crate::record::labels::{applied, in_words, section_edits, set_label};
use crate::record::one_line;

/// Turns what a person does in a review into changes.
#[derive(Clone, Copy, Debug)]
pub struct Reviewer<'a> {
    /// The plan as it is.
    pub plan: &'a Plan,
    /// The instant of the deed.
    pub now: DateTime<Utc>,
    /// Who does it.
    pub who: &'a str,
}

/// Where the review of a gate goes on.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Held {
    /// There is a packet to go on with: one that is undecided, or of today.
    Open(PathBuf),
    /// A packet is made first.
    New {
        /// Where.
        path: PathBuf,
        /// What makes it.
        change: Change,
    },
}

/// A free text of the decision.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
pub enum Clause {
    /// What is still owed after a go with conditions.
    Conditions,
    /// Why the gate may be passed although its bar is not met.
    Waiver,
}

impl Clause {
    /// The label of its bullet.
    pub fn label(self) -> &'static str {
        match self {
            Self::Conditions => "Conditions",
            Self::Waiver => "Waiver",
        }
    }
}

impl<'a> Reviewer<'a> {
    /// Opens the review of a gate: goes on with the latest packet while it is undecided or of
    /// today, else begins a new one below `folder`.
    pub fn hold(&self, stage: &Stage, folder: &Path) -> Held {
        let today = self.now.date_naive();
        if let Some(packet) = stage.review()
            && (packet.decision.is_none() || packet.decided_on() >= Some(today))
        {
            return Held::Open(self.plan.files()[packet.file].path.clone());
        }
        let path = new_path(self.plan, folder, &stage.name, today);
        let at = self
            .plan
            .stages()
            .iter()
            .position(|own| own.name == stage.name);
        let papers = at.map(|at| beside::known(self.plan, at, &path));
        let papers = beside::written(&papers.unwrap_or_default(), &path);
        let edit = Edit {
            path: path.clone(),
            target: Target::File {
                role: Role::GateReview,
            },
            before: None,
            after: Some((draft(stage, today, self.who) + &papers).into_bytes()),
        };
        let change = Change {
            label: format!("review of {} opened in {}", stage.name, path.display()),
            edits: vec![edit],
        };
        Held::New { path, change }
    }

    /// Says whether a criterion is met; nothing takes the verdict back.
    ///
    /// # Errors
    /// When the criterion is gone or the packet cannot take the words.
    pub fn judge(
        &self,
        path: &Path,
        criterion: usize,
        verdict: Option<CriterionVerdict>,
    ) -> Result<Change, Refusal> {
        let desk = self.desk(path)?;
        let found = desk.criterion(criterion)?;
        let (heading, words) = (found.heading, verdict_word(verdict));
        let mut label = format!("criterion {}: {words}", criterion + 1);
        let bar = threshold(&found.words).filter(|_| verdict == Some(CriterionVerdict::Met));
        let (ticked, total) = (desk.stage().ticked(), desk.stage().checks.len());
        if let Some(bar) = bar.filter(|bar| ticked * 100 < total * usize::from(*bar)) {
            label += &format!(" · though only {ticked} of {total} checks are ticked, below {bar}%");
        }
        desk.change(label, |document| {
            set_label(document, heading, VERDICT, words)
        })
    }

    /// Writes what shows that a criterion is met. `words` are the criterion's, as the person
    /// saw them.
    ///
    /// # Errors
    /// When the criterion is not the one that was meant, or the packet cannot take the text.
    pub fn set_evidence(
        &self,
        path: &Path,
        criterion: usize,
        words: &str,
        text: &str,
    ) -> Result<Change, Refusal> {
        let desk = self.desk(path)?;
        let found = desk.criterion(criterion)?;
        if found.words != words {
            return refuse("the criterion is no longer there");
        }
        let heading = found.heading;
        let label = format!("criterion {}: evidence written", criterion + 1);
        desk.change(label, |document| {
            set_label(document, heading, "Evidence", &one_line(text))
        })
    }

    /// Signs for a person of the matrix, or takes the signature back.
    ///
    /// # Errors
    /// When the name is gone or the packet cannot take the mark.
    pub fn sign(&self, path: &Path, sign_off: usize) -> Result<Change, Refusal> {
        let desk = self.desk(path)?;
        let Some(sign) = desk.review.sign_offs.get(sign_off) else {
            return refuse("the name is no longer there");
        };
        let (item, was_signed) = (sign.item, sign.signed);
        let who = [sign.role.as_str(), sign.name.as_str()].join(" ");
        let label = match was_signed {
            true => format!("{}: signature withdrawn", who.trim()),
            false => format!("{} signed", who.trim()),
        };
        let text = match was_signed {
            true => sign.name.clone(),
            false => format!("{} ({})", sign.name, self.stamp()),
        };
        let to = match was_signed {
            true => CheckState::Open,
            false => CheckState::Done,
        };
        desk.change(label, |document| {
            let splices = document.set_check(item, to).map_err(in_words)?;
            let document = applied(document, &splices)?;
            match document.items()[item].label {
                Some(_) => {
                    let splices = document.set_label_value(item, &text).map_err(in_words)?;
                    applied(&document, &splices)
                }
                None => Ok(document),
            }
        })
    }

    /// Writes the conditions or the waiver; an empty text takes them away.
    ///
    /// # Errors
    /// When a gate was passed on the waiver that would go, or the packet cannot take the text.
    pub fn set_clause(&self, path: &Path, clause: Clause, text: &str) -> Result<Change, Refusal> {
        let desk = self.desk(path)?;
        let text = one_line(text);
        let decision = desk.review.facts.decision;
        let stands = match clause {
            Clause::Waiver => {
                let met = desk.is_met() || desk.review.facts.bar_met == Some(true);
                decision.is_some_and(Decision::passes) && !met
            }
            Clause::Conditions => decision == Some(Decision::Conditional),
        };
        if stands && text.is_empty() {
            return refuse(format!(
                "the decision “{}” rests on it: decide again first",
                decision_words(decision)
            ));
        }
        let written = match clause {
            Clause::Waiver if !text.is_empty() => format!("{text} ({})", self.stamp()),
            _ => text,
        };
        let name = clause.label();
        let label = match written.is_empty() {
            true => format!("{} removed", name.to_lowercase()),
            false => format!("{} written", name.to_lowercase()),
        };
        let change = desk.change(label, |document| {
            set_label(document, desk.decision()?, name, &written)
        })?;
        match clause {
            Clause::Conditions => self.with_conditions(&desk, change, decision, &written),
            Clause::Waiver => Ok(change),
        }
    }

    /// A change of a packet, with what follows from its decision for the checks of the next gate.
    fn with_conditions(
        &self,
        desk: &Desk<'_>,
        mut change: Change,
        decision: Option<Decision>,
        conditions: &str,
    ) -> Result<Change, Refusal> {
        let handed_on = self.handed_on(desk, decision, conditions)?;
        if let Some(words) = handed_on.words {
            change.label = format!("{} · {words}", change.label);
        }
        change.edits.extend(handed_on.edits);
        Ok(change)
    }

    /// What follows from a decision and its conditions for the checks of the next gate.
    fn handed_on(
        &self,
        desk: &Desk<'_>,
        decision: Option<Decision>,
        conditions: &str,
    ) -> Result<HandedOn, Refusal> {
        let this = Packet {
            decision,
            conditions: conditions.to_owned(),
            ..desk.review.facts.clone()
        };
        let packets = desk.stage().packets.iter();
        let others = packets.filter(|packet| packet.file != this.file);
        let former = of_gate([&desk.review.facts].into_iter());
        let wanted = of_gate(others.chain([&this]));
        let day = self.now.date_naive();
        handed_on(self.plan, desk.at, (Some(&former), &wanted), day)
    }

    /// Writes the decision, when and by whom; nothing makes it undecided again.
    ///
    /// # Errors
    /// When the gate cannot be passed: its bar is not met and nothing waives it, or the
    /// conditions are not written. Or when the packet cannot take the words.
    pub fn decide(&self, path: &Path, decision: Option<Decision>) -> Result<Change, Refusal> {
        let desk = self.desk(path)?;
        if let Some(reason) = decision.and_then(|decision| desk.obstacle(decision)) {
            return refuse(reason);
        }
        let words = decision_words(decision);
        let stamp = match decision {
            Some(_) => self.stamp(),
            None => String::new(),
        };
        let label = format!("gate of {}: {words}", desk.review.facts.stage);
        let change = desk.change_with_checklist(label, |document| {
            let heading = desk.decision()?;
            let document = set_label(document, heading, "Decision", words)?;
            let decided = label_at(&document, heading, "Decided");
            let document = match (label_at(&document, heading, "Decision"), decided) {
                (_, None) if stamp.is_empty() => return Ok(document),
                (Some((item, _)), None) => {
                    let splices = document.insert_item_after(item, "**Decided:**");
                    applied(&document, &splices.map_err(in_words)?)?
                }
                _ => document,
            };
            set_label(&document, heading, "Decided", &stamp)
        })?;
        self.with_conditions(&desk, change, decision, &desk.review.facts.conditions)
    }

    /// Why a decision cannot be made now, if so.
    pub fn obstacle(&self, path: &Path, decision: Decision) -> Option<String> {
        match self.desk(path) {
            Ok(desk) => desk.obstacle(decision),
            Err(refusal) => Some(refusal.0),
        }
    }

    /// What follows from passing the gate, and what is passed over, a sentence a line.
    pub fn consequence(&self, path: &Path, decision: Decision) -> Vec<String> {
        let Ok(desk) = self.desk(path) else {
            return Vec::new();
        };
        let mut lines = vec![desk.next(self.plan, decision)];
        let review = &desk.review;
        let conditions = &review.facts.conditions;
        let handed_on = self.handed_on(&desk, Some(decision), conditions);
        match handed_on.ok().and_then(|handed_on| handed_on.words) {
            Some(words) => lines.push(format!("{}.", capitalised(&words))),
            None if decision != Decision::Conditional => {}
            None => lines.push(match next_with_checks(desk.stages, desk.at) {
                Some(next) => format!("The conditions are checks of {} already.", next.name),
                None => "The conditions stay in the packet: no checklist comes next.".to_owned(),
            }),
        }
        let mut open = Vec::new();
        for (verdict, words) in [
            (Some(CriterionVerdict::NotMet), "not met"),
            (None, UNDECIDED_YET),
        ] {
            match review.count(verdict) {
                0 => {}
                1 => open.push(format!("1 criterion is {words}")),
                count => open.push(format!("{count} criteria are {words}")),
            }
        }
        let unsigned = review.sign_offs.len() - review.signed();
        if unsigned > 0 {
            let all = review.sign_offs.len();
            open.push(format!("{unsigned} of {all} sign-offs are missing"));
        }
        if !open.is_empty() {
            lines.push(format!("{}.", capitalised(&open.join(", "))));
        }
        if !desk.is_met() {
            let waiver = unstamped(&review.facts.waiver);
            lines.push(format!("The bar is not met; the waiver says: {waiver}"));
        }
        lines
    }

    fn stamp(&self) -> String {
        let day = self.now.format("%Y-%m-%d");
        match one_line(self.who) {
            who if who.is_empty() => day.to_string(),
            who => format!("{day}, {who}"),
        }
    }

    fn desk(&self, path: &Path) -> Result<Desk<'a>, Refusal> {
        let file = self.plan.files().iter().find(|file| file.path == path);
        let review = GateReview::at(self.plan, path);
        let (Some(file), Some(review)) = (file, review) else {
            return refuse(format!("{} is no longer there", path.display()));
        };
        let at = self.plan.stages().iter().position(|stage| {
            let mut packets = stage.packets.iter();
            packets.any(|packet| packet.file == review.facts.file)
        });
        let Some(at) = at else {
            let stage = &review.facts.stage;
            return refuse(format!("the plan no longer has a stage {stage}"));
        };
        Ok(Desk {
            file,
            review,
            stages: self.plan.stages(),
            at,
        })
    }
}

const UNDECIDED_YET: &str = "undecided";

/// A packet with its stage.
struct Desk<'a> {
    file: &'a SourceFile,
    review: GateReview,
    stages: &'a [Stage],
    at: usize,
}

impl Desk<'_> {
    fn stage(&self) -> &Stage {
        &self.stages[self.at]
    }

    fn is_met(&self) -> bool {
        self.stage().is_met()
    }

    fn criterion(&self, at: usize) -> Result<&super::Criterion, Refusal> {
        let gone = || Refusal("the criterion is no longer there".to_owned());
        self.review.criteria.get(at).ok_or_else(gone)
    }

    fn document(&self) -> Result<&MarkdownDocument, Refusal> {
        let binary = || Refusal(format!("{} is not Markdown", self.file.path.display()));
        self.file.markdown().ok_or_else(binary)
    }

    fn decision(&self) -> Result<usize, Refusal> {
        let missing = || {
            Refusal(format!(
                "{} no longer has a second-level heading “{DECISION}”; add it",
                self.file.path.display()
            ))
        };
        section(self.document()?, DECISION).ok_or_else(missing)
    }

    fn obstacle(&self, decision: Decision) -> Option<String> {
        let facts = &self.review.facts;
        if decision.passes() && !self.is_met() && unstamped(&facts.waiver).is_empty() {
            let stage = self.stage();
            let (missing, bar) = (stage.missing(), stage.threshold());
            return Some(match stage.checks.len() {
                0 => "there is no checklist to meet the bar: write the waiver first".to_owned(),
                _ => format!("{missing} more to reach {bar}%: write the waiver first"),
            });
        }
        let owes = decision == Decision::Conditional && facts.conditions.is_empty();
        owes.then(|| "write the conditions first".to_owned())
    }

    /// What a decision makes of the ladder, in a sentence.
    fn next(&self, plan: &Plan, decision: Decision) -> String {
        let mut stages = plan.stages().to_vec();
        let before = current(&stages);
        let mut packets = stages[self.at].packets.iter_mut();
        if let Some(packet) = packets.find(|p| p.file == self.review.facts.file) {
            packet.decision = Some(decision);
        }
        match current(&stages) {
            Some(at) if before != Some(at) => {
                format!("{} then becomes the current stage.", stages[at].name)
            }
            Some(at) => format!("{} stays the current stage.", stages[at].name),
            None => "This is the last gate: no stage comes after it.".to_owned(),
        }
    }

    /// What `edit` makes of the packet, as a change. A decided packet keeps saying how the
    /// checklist was when it was decided.
    fn change(
        &self,
        label: String,
        edit: impl FnOnce(&MarkdownDocument) -> Result<MarkdownDocument, Refusal>,
    ) -> Result<Change, Refusal> {
        match self.review.facts.decision {
            Some(_) => self.changed(label, edit(self.document()?)?),
            None => self.change_with_checklist(label, edit),
        }
    }

    /// What `edit` and the present state of the checklist make of the packet, as a change.
    fn change_with_checklist(
        &self,
        label: String,
        edit: impl FnOnce(&MarkdownDocument) -> Result<MarkdownDocument, Refusal>,
    ) -> Result<Change, Refusal> {
        let after = refreshed(&edit(self.document()?)?, self.stage())?;
        self.changed(label, after)
    }

    fn changed(&self, label: String, after: MarkdownDocument) -> Result<Change, Refusal> {
        let edits = section_edits(&self.file.path, self.document()?, &after)?;
        reversible(self.file, Change { label, edits })
    }
}

/// The packet with the checklist of `stage` as it is now. What people took out of it stays out.
fn refreshed(document: &MarkdownDocument, stage: &Stage) -> Result<MarkdownDocument, Refusal> {
    let mut document = document.clone();
    if let Some(heading) = section(&document, READINESS) {
        for (name, text) in [("Ticked", ticked(stage)), ("Bar", bar(stage))] {
            if label_at(&document, heading, name).is_some() {
                document = set_label(&document, heading, name, &text)?;
            }
        }
    }
    let Some(heading) = checks_heading(&document) else {
        return Ok(document);
    };
    let mut used = Vec::new();
    for check in &stage.checks {
        let words = one_line(&check.text);
        let found = document.items().iter().enumerate().position(|(at, item)| {
            item.heading == Some(heading) && item.text == words && !used.contains(&at)
        });
        let splices = match found {
            Some(item) => {
                used.push(item);
                let to = match check.done {
                    true => CheckState::Done,
                    false => CheckState::Open,
                };
                match document.items()[item].check.state() == to {
                    true => continue,
                    false => document.set_check(item, to),
                }
            }
            None => document.append_to_section(heading, &check_line(&words, check.done)),
        };
        document = applied(&document, &splices.map_err(in_words)?)?;
    }
    Ok(document)
}
