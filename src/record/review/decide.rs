//! A steward's decisions as changes: what happens to the step and the line of the record, made
//! and undone together.

use std::collections::HashSet;

use super::amend::{Op, amend};
use super::gather::{BadDependency, Review, TEN, reason};
use super::{Entry, EntryKey, Line, Record, Section, Word, instant, one_line};
use crate::change::compose::Composer;
use crate::change::value::{Refusal, refuse};
use crate::change::{Change, Edit, Target};
use crate::document::markdown::MarkdownDocument;
use crate::plan::StepRef;
use crate::plan::dependency::Dependency;
use crate::plan::field::Field;
use crate::plan::id::StepId;
use crate::plan::ranking::Ranked;
use crate::plan::ranking::term::Weights;
use crate::plan::source::Role;
use crate::plan::status::Status;

/// How a dependency is fixed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Resolution {
    /// One step no longer depends on another one: the two of the dependency, or two steps further
    /// on in the cycle.
    Drop(StepId, StepId),
    /// The other one is no longer blocked: it is in progress.
    Unblock,
    /// Somebody has fixed it already.
    Done,
}

impl Review<'_> {
    /// Accepts a proposal: an idea becomes a draft; a draft stays one, and the record says so.
    ///
    /// # Errors
    /// When step or record cannot be edited.
    pub(crate) fn accept(&self, id: StepId, who: &str) -> Result<Change, Refusal> {
        let step = self.proposed(id)?;
        let (edits, word) = match step.status() {
            Some(Status::Idea) => (self.set(step, Field::Status, "draft")?, Word::AsDraft),
            // It was an idea when this review accepted it first.
            _ if self.word(Section::Proposals, id) == Some(Word::AsDraft) => {
                (Vec::new(), Word::AsDraft)
            }
            _ => (Vec::new(), Word::StillDraft),
        };
        let entry = Entry::new(id, word, &step.title());
        self.noted(who, edits, vec![Op::Put(Section::Proposals, entry)])
    }

    /// Puts a proposal off until the next review. Accepted just now, it is an idea again.
    ///
    /// # Errors
    /// When step or record cannot be edited.
    pub(crate) fn defer(&self, id: StepId, why: &str, who: &str) -> Result<Change, Refusal> {
        let step = self.proposed(id)?;
        let edits = self.as_before(step)?;
        let entry = Entry::new(id, Word::Deferred, &step.title()).because(why);
        self.noted(who, edits, vec![Op::Put(Section::Proposals, entry)])
    }

    /// Says no to a proposal; the reason goes into the step's notes as well.
    ///
    /// # Errors
    /// Without a reason, or when step or record cannot be edited.
    pub(crate) fn reject(&self, id: StepId, why: &str, who: &str) -> Result<Change, Refusal> {
        let why = one_line(why);
        if why.is_empty() {
            return refuse("a rejection needs a reason: whoever proposed it will ask");
        }
        let step = self.proposed(id)?;
        let mut edits = self.as_before(step)?;
        let day = self.now.format("%Y-%m-%d");
        let note = format!(
            "Rejected in the review of {} ({day}, {who}): {why}",
            self.week
        );
        let notes = step.text(Field::Notes);
        let notes = match notes.trim_end() {
            "" => note,
            old => format!("{old}\n{note}"),
        };
        for edit in self.set(step, Field::Notes, &notes)? {
            // One stamp of the step is enough.
            if !edits.iter().any(|known: &Edit| known.target == edit.target) {
                edits.push(edit);
            }
        }
        let entry = Entry::new(id, Word::Rejected, &step.title()).because(&why);
        self.noted(who, edits, vec![Op::Put(Section::Proposals, entry)])
    }

    /// Puts a step among the next ten, behind those that are there.
    ///
    /// # Errors
    /// When it is complete, or the record cannot be edited.
    pub(crate) fn commit(&self, id: StepId, why: &str, who: &str) -> Result<Change, Refusal> {
        let step = self.found(id)?;
        if step.status() == Some(Status::Complete) {
            return refuse(format!("{id} is already complete"));
        }
        let op = self.committed(step, why);
        self.noted(who, Vec::new(), vec![op])
    }

    fn committed(&self, step: StepRef<'_>, why: &str) -> Op {
        let entry = Entry::new(step.id(), Word::Committed, &step.title());
        let entry = entry.owned_by(&step.owner()).because(why);
        self.moved(Section::Aside, Section::Ten, entry)
    }

    /// Sets a ready step aside for this week.
    ///
    /// # Errors
    /// When the record cannot be edited.
    pub(crate) fn set_aside(&self, id: StepId, why: &str, who: &str) -> Result<Change, Refusal> {
        let step = self.found(id)?;
        let entry = Entry::new(id, Word::Deferred, &step.title()).because(why);
        let op = self.moved(Section::Ten, Section::Aside, entry);
        self.noted(who, Vec::new(), vec![op])
    }

    /// Sets a step complete: it need not be among the next ten.
    ///
    /// # Errors
    /// When step or record cannot be edited.
    pub(crate) fn complete(&self, id: StepId, who: &str) -> Result<Change, Refusal> {
        let step = self.found(id)?;
        if step.status() == Some(Status::Complete) {
            return refuse(format!("{id} is already complete"));
        }
        let edits = self.set(step, Field::Status, Status::Complete.word())?;
        let entry = Entry::new(id, Word::Complete, &step.title());
        let op = self.moved(Section::Ten, Section::Aside, entry);
        self.noted(who, edits, vec![op])
    }

    /// Lets two of the ten change places.
    ///
    /// # Errors
    /// When the record cannot be edited.
    pub(crate) fn swap(&self, id: StepId, other: StepId, who: &str) -> Result<Change, Refusal> {
        let op = Op::Swap(Section::Ten, (id, None), (other, None));
        let mut change = self.noted(who, Vec::new(), vec![op])?;
        change.label = format!("{id} swaps places with {other}");
        Ok(change)
    }

    /// Fixes a dependency.
    ///
    /// # Errors
    /// When the steps are gone, or step or record cannot be edited.
    pub(crate) fn fix(
        &self,
        tangle: &BadDependency,
        remedy: Resolution,
        who: &str,
    ) -> Result<Change, Refusal> {
        let (edits, how) = match remedy {
            Resolution::Drop(from, other) => {
                let step = self.found(from)?;
                let kept = step.list(Field::Dependencies).into_iter();
                let kept =
                    kept.filter(|entry| Dependency::read(entry.clone()) != Dependency::Step(other));
                let kept: Vec<String> = kept.map(Into::into).collect();
                let change = self
                    .composer()
                    .set_list(step.index(), Field::Dependencies, &kept)?;
                (change.edits, format!("{from} no longer depends on {other}"))
            }
            Resolution::Unblock => {
                let other = self.found(tangle.other)?;
                let edits = self.set(other, Field::Status, Status::InProgress.word())?;
                (edits, format!("{} is in progress now", tangle.other))
            }
            Resolution::Done => (Vec::new(), String::new()),
        };
        let entry = handled(tangle, Word::Fixed).because(&how);
        self.noted(who, edits, vec![Op::Put(Section::Dependencies, entry)])
    }

    /// Leaves a dependency as it is for now.
    ///
    /// # Errors
    /// When the record cannot be edited.
    pub(crate) fn leave(
        &self,
        tangle: &BadDependency,
        why: &str,
        who: &str,
    ) -> Result<Change, Refusal> {
        let entry = handled(tangle, Word::Left).because(why);
        self.noted(who, Vec::new(), vec![Op::Put(Section::Dependencies, entry)])
    }

    /// Finishes the review: writes what became of last week's ten, which dependencies are left,
    /// which of `known` are fixed, and when it was held. With `fill`, the best steps of the ranking
    /// are committed to where nobody has decided about any.
    ///
    /// # Errors
    /// When the record cannot be edited.
    pub(crate) fn finish(
        &self,
        known: &[BadDependency],
        fill: Option<&Weights>,
        who: &str,
    ) -> Result<Change, Refusal> {
        let mut ops = Vec::new();
        let tangles = self.tangles();
        let is_handled = |tangle: &&BadDependency| {
            let key = (tangle.step, Some(tangle.other));
            self.record.find(Section::Dependencies, key).is_some()
        };
        let wrong: HashSet<EntryKey> = tangles.iter().map(|t| (t.step, Some(t.other))).collect();
        let is_fixed =
            |tangle: &&BadDependency| !wrong.contains(&(tangle.step, Some(tangle.other)));
        let fixed = known.iter().filter(|t| !is_handled(t) && is_fixed(t));
        ops.extend(fixed.map(|t| Op::Put(Section::Dependencies, handled(t, Word::Fixed))));
        // What was left at first, and fixed elsewhere since.
        let since = self
            .record
            .entries(Section::Dependencies)
            .iter()
            .filter(|entry| {
                let same =
                    |tangle: &BadDependency| (tangle.step, Some(tangle.other)) == entry.key();
                entry.word == Word::Left && !tangles.iter().any(same)
            });
        let since = since.map(|entry| Entry {
            word: Word::Fixed,
            ..entry.clone()
        });
        ops.extend(since.map(|entry| Op::Put(Section::Dependencies, entry)));
        let left = tangles.iter().filter(|t| !is_handled(t));
        ops.extend(left.map(|t| Op::Put(Section::Dependencies, handled(t, Word::Left))));
        if let Some(weights) = fill.filter(|_| self.record.entries(Section::Ten).is_empty()) {
            let aside = |ranked: &Ranked| self.word(Section::Aside, self.id(ranked)).is_some();
            let ranked = self.next(weights, TEN + self.record.entries(Section::Aside).len());
            let best = ranked.iter().filter(|ranked| !aside(ranked)).take(TEN);
            ops.extend(best.map(|r| self.committed(self.plan.step(r.step), &reason(r))));
        }
        ops.extend(
            self.fates()
                .into_iter()
                .map(|fate| Op::Put(Section::LastTen, fate)),
        );
        let open = self
            .proposals()
            .iter()
            .filter(|p| p.verdict.is_none())
            .count();
        let head = Record {
            undecided: open,
            ..Record::default()
        };
        ops.push(Op::Set(Line::Held, Some(instant(self.now))));
        if let Some(head) = &self.landed().head {
            ops.push(Op::Set(Line::Seen, Some(head.clone())));
        }
        ops.push(Op::Set(Line::Undecided, Line::Undecided.value(&head)));
        let mut change = self.noted(who, Vec::new(), ops)?;
        change.label = format!("the review of {} is finished", self.week);
        if let Some(open) = Line::Undecided.value(&head) {
            change.label += &format!(" · {open} left for the next one");
        }
        Ok(change)
    }

    fn id(&self, ranked: &Ranked) -> StepId {
        self.plan.step(ranked.step).id()
    }

    fn composer(&self) -> Composer<'_> {
        Composer::new(self.plan, self.now)
    }

    fn found(&self, id: StepId) -> Result<StepRef<'_>, Refusal> {
        let gone = || Refusal(format!("{id} is no longer in the plan"));
        Ok(self.plan.step(self.plan.find(id).ok_or_else(gone)?))
    }

    fn proposed(&self, id: StepId) -> Result<StepRef<'_>, Refusal> {
        let step = self.found(id)?;
        match step.status() {
            Some(Status::Idea | Status::Draft) => Ok(step),
            Some(status) => refuse(format!("{id} is no longer a proposal: it is {status}")),
            None => refuse(format!("{id} has no known status; fix that first")),
        }
    }

    /// What a section says of a step.
    pub(crate) fn word(&self, section: Section, id: StepId) -> Option<Word> {
        self.record
            .find(section, (id, None))
            .map(|entry| entry.word)
    }

    fn set(&self, step: StepRef<'_>, field: Field, value: &str) -> Result<Vec<Edit>, Refusal> {
        Ok(self.composer().set(step.index(), field, value)?.edits)
    }

    /// What makes an idea of a step again that this review made a draft.
    fn as_before(&self, step: StepRef<'_>) -> Result<Vec<Edit>, Refusal> {
        let accepted = self.word(Section::Proposals, step.id()) == Some(Word::AsDraft);
        match accepted && step.status() == Some(Status::Draft) {
            true => self.set(step, Field::Status, Status::Idea.word()),
            false => Ok(Vec::new()),
        }
    }

    /// An entry put into `to`, out of `from` if it is there.
    fn moved(&self, from: Section, to: Section, entry: Entry) -> Op {
        match self.record.find(from, entry.key()) {
            Some(_) => Op::Move(from, to, entry),
            None => Op::Put(to, entry),
        }
    }

    /// A change of steps together with what the record says about it. The record is begun
    /// where there is none.
    fn noted(&self, who: &str, edits: Vec<Edit>, mut ops: Vec<Op>) -> Result<Change, Refusal> {
        let label = ops.iter().find_map(label).unwrap_or_default();
        let mut change = Change { label, edits };
        let file = self.plan.files().iter().find(|file| file.path == self.path);
        if let Some(document) = file.and_then(|file| file.markdown()) {
            let who = one_line(who);
            if !who.is_empty() && !stewards(&self.record.steward).any(|name| name == who) {
                let names = stewards(&self.record.steward).chain([who]);
                let names = names.collect::<Vec<_>>().join(", ");
                ops.push(Op::Set(Line::Steward, Some(names)));
            }
            change.edits.extend(amend(document, &self.path, ops)?);
            return Ok(change);
        }
        let mut record = Record {
            week: Some(self.week),
            date: Some(self.now.date_naive()),
            steward: one_line(who),
            since: Some(self.since()),
            ..Record::default()
        };
        for fate in self.fates() {
            record.push(Section::LastTen, fate);
        }
        let document = MarkdownDocument::load(record.write().into_bytes());
        let written = amend(&document, &self.path, ops)?;
        let mut file = vec![crate::plan::source::SourceFile::load(
            &self.path,
            Role::Review,
            document.bytes().to_vec(),
        )];
        let whole = Change {
            label: String::new(),
            edits: written,
        };
        if crate::change::apply::change(&whole, &mut file).is_err() {
            return refuse(format!("{} cannot be created", self.path.display()));
        }
        change.edits.push(Edit {
            path: self.path.clone(),
            target: Target::File { role: Role::Review },
            before: None,
            after: Some(file[0].document.to_bytes()),
        });
        Ok(change)
    }
}

fn stewards(names: &str) -> impl Iterator<Item = String> + '_ {
    names
        .split(',')
        .map(one_line)
        .filter(|name| !name.is_empty())
}

fn handled(tangle: &BadDependency, word: Word) -> Entry {
    Entry {
        other: Some(tangle.other),
        ..Entry::new(tangle.step, word, &tangle.words)
    }
}

/// What the line of news says of a decision.
fn label(op: &Op) -> Option<String> {
    let (Op::Put(_, entry) | Op::Move(_, _, entry)) = op else {
        return None;
    };
    let other = entry
        .other
        .map(|other| format!(" → {other}"))
        .unwrap_or_default();
    Some(format!("{}{other} {}", entry.id, entry.word.words()))
}
