//! A steward's decisions as changes: what happens to the step and the line of the record, made
//! and undone together.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashSet};

use super::amend::{Op, amend};
use super::chapter::Form;
use super::gather::{BadDependency, Review, TEN, reason};
use super::sieve::Age;
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

/// What is decided about one row: what happens to steps, and what the record says of it.
struct Decision {
    edits: Vec<Edit>,
    op: Op,
}

impl Review<'_> {
    /// Accepts proposals: an idea becomes a draft; a draft stays one, and the record says so.
    ///
    /// # Errors
    /// When none of the steps can be edited, or the record cannot.
    pub(crate) fn accept(&self, ids: &[StepId], who: &str) -> Result<Change, Refusal> {
        self.each(who, ids, |id| {
            let step = self.proposed(*id)?;
            let (edits, word) = match step.status() {
                Some(Status::Idea) => (self.set(step, Field::Status, "draft")?, Word::AsDraft),
                // It was an idea when this review accepted it first.
                _ if self.word(Section::Proposals, *id) == Some(Word::AsDraft) => {
                    (Vec::new(), Word::AsDraft)
                }
                _ => (Vec::new(), Word::StillDraft),
            };
            let entry = Entry::new(*id, word, &step.title());
            let op = Op::Put(Section::Proposals, entry);
            Ok(Decision { edits, op })
        })
    }

    /// Puts proposals off until the next review. Accepted just now, they are ideas again.
    ///
    /// # Errors
    /// As for [`Review::accept`].
    pub(crate) fn defer(&self, ids: &[StepId], why: &str, who: &str) -> Result<Change, Refusal> {
        self.each(who, ids, |id| {
            let step = self.proposed(*id)?;
            let edits = self.as_before(step)?;
            let entry = Entry::new(*id, Word::Deferred, &step.title()).because(why);
            let op = Op::Put(Section::Proposals, entry);
            Ok(Decision { edits, op })
        })
    }

    /// Says no to proposals; the reason goes into the steps' notes as well.
    ///
    /// # Errors
    /// Without a reason, and as for [`Review::accept`].
    pub(crate) fn reject(&self, ids: &[StepId], why: &str, who: &str) -> Result<Change, Refusal> {
        let why = one_line(why);
        if why.is_empty() {
            return refuse("a rejection needs a reason: whoever proposed it will ask");
        }
        self.each(who, ids, |id| self.rejected(*id, &why, who))
    }

    fn rejected(&self, id: StepId, why: &str, who: &str) -> Result<Decision, Refusal> {
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
        let entry = Entry::new(id, Word::Rejected, &step.title()).because(why);
        let op = Op::Put(Section::Proposals, entry);
        Ok(Decision { edits, op })
    }

    /// Puts steps among the next ten, each with the reason why, behind those that are there.
    ///
    /// # Errors
    /// When one is complete, or the record cannot be edited.
    pub(crate) fn commit(&self, steps: &[(StepId, String)], who: &str) -> Result<Change, Refusal> {
        self.each(who, steps, |(id, why)| {
            let step = self.found(*id)?;
            if step.status() == Some(Status::Complete) {
                return refuse(format!("{id} is already complete"));
            }
            let (edits, op) = (Vec::new(), self.committed(step, why));
            Ok(Decision { edits, op })
        })
    }

    fn committed(&self, step: StepRef<'_>, why: &str) -> Op {
        let entry = Entry::new(step.id(), Word::Committed, &step.title());
        let entry = entry.owned_by(&step.owner()).because(why);
        self.moved(Section::Aside, Section::Ten, entry)
    }

    /// Sets ready steps aside for this week.
    ///
    /// # Errors
    /// When the record cannot be edited.
    pub(crate) fn set_aside(
        &self,
        ids: &[StepId],
        why: &str,
        who: &str,
    ) -> Result<Change, Refusal> {
        self.each(who, ids, |id| {
            let step = self.found(*id)?;
            let entry = Entry::new(*id, Word::Deferred, &step.title()).because(why);
            let (edits, op) = (Vec::new(), self.moved(Section::Ten, Section::Aside, entry));
            Ok(Decision { edits, op })
        })
    }

    /// Sets steps complete: they need not be among the next ten.
    ///
    /// # Errors
    /// When none of the steps can be edited, or the record cannot.
    pub(crate) fn complete(&self, ids: &[StepId], who: &str) -> Result<Change, Refusal> {
        self.each(who, ids, |id| {
            let step = self.found(*id)?;
            if step.status() == Some(Status::Complete) {
                return refuse(format!("{id} is already complete"));
            }
            let edits = self.set(step, Field::Status, Status::Complete.word())?;
            let entry = Entry::new(*id, Word::Complete, &step.title());
            let op = self.moved(Section::Ten, Section::Aside, entry);
            Ok(Decision { edits, op })
        })
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

    /// Fixes dependencies, each in its way. What several of them ask of one step is one edit.
    ///
    /// # Errors
    /// When the steps are gone, or step or record cannot be edited.
    pub(crate) fn fix(
        &self,
        fixes: &[(BadDependency, Resolution)],
        who: &str,
    ) -> Result<Change, Refusal> {
        let mut dropped: BTreeMap<StepId, HashSet<StepId>> = BTreeMap::new();
        let (mut unblocked, mut ops) = (BTreeSet::new(), Vec::new());
        // What no review has asked about before is asked about whatever happens to it.
        let from = fixes.iter().filter_map(|(_, resolution)| match resolution {
            Resolution::Drop(from, _) => Some(*from),
            _ => None,
        });
        let undecided = self.undecided_among(from);
        for (tangle, resolution) in fixes {
            let how = match resolution {
                Resolution::Drop(from, other) => {
                    dropped.entry(*from).or_default().insert(*other);
                    Entry::dropped(*from, *other, undecided.get(from) == Some(&Age::Due))
                }
                Resolution::Unblock => {
                    unblocked.insert(tangle.other);
                    format!("{} is in progress now", tangle.other)
                }
                Resolution::Done => String::new(),
            };
            let entry = handled(tangle, Word::Fixed).because(&how);
            ops.push(Op::Put(Section::Dependencies, entry));
        }
        let mut edits = Vec::new();
        for (from, others) in dropped {
            let step = self.found(from)?;
            let is_kept = |entry: &Cow<'_, str>| match Dependency::read(entry.clone()) {
                Dependency::Step(other) => !others.contains(&other),
                Dependency::Condition { .. } => true,
            };
            let kept = step.list(Field::Dependencies).into_iter().filter(is_kept);
            let kept: Vec<String> = kept.map(Into::into).collect();
            let composer = self.composer();
            edits.extend(
                composer
                    .set_list(step.index(), Field::Dependencies, &kept)?
                    .edits,
            );
        }
        for other in unblocked {
            let other = self.found(other)?;
            edits.extend(self.set(other, Field::Status, Status::InProgress.word())?);
        }
        self.noted(who, edits, ops)
    }

    /// Leaves dependencies as they are for now.
    ///
    /// # Errors
    /// When the record cannot be edited.
    pub(crate) fn leave(
        &self,
        tangles: &[BadDependency],
        why: &str,
        who: &str,
    ) -> Result<Change, Refusal> {
        self.each(who, tangles, |tangle| {
            let entry = handled(tangle, Word::Left).because(why);
            let op = Op::Put(Section::Dependencies, entry);
            Ok(Decision {
                edits: Vec::new(),
                op,
            })
        })
    }

    /// Decides about several rows in one change. Those that cannot be decided about are left.
    fn each<T>(
        &self,
        who: &str,
        rows: &[T],
        decide: impl Fn(&T) -> Result<Decision, Refusal>,
    ) -> Result<Change, Refusal> {
        let (mut edits, mut ops, mut refused) = (Vec::new(), Vec::new(), Vec::new());
        for row in rows {
            match decide(row) {
                Ok(decision) => {
                    edits.extend(decision.edits);
                    ops.push(decision.op);
                }
                Err(refusal) => refused.push(refusal),
            }
        }
        if ops.is_empty() {
            let nothing = || Refusal("there is nothing to decide here".to_owned());
            return Err(refused.into_iter().next().unwrap_or_else(nothing));
        }
        let mut change = self.noted(who, edits, ops)?;
        if let [first, ..] = &refused[..] {
            change.label += &format!(" · {} not: {first}", refused.len());
        }
        Ok(change)
    }

    /// Finishes the review: writes what became of last week's ten, what was not discussed, which
    /// of `known` are fixed, and when it was held. With `fill`, the best steps of the ranking are
    /// committed to where nobody has decided about any.
    ///
    /// # Errors
    /// When the record cannot be edited.
    pub(crate) fn finish(
        &self,
        known: &[BadDependency],
        fill: Option<&Weights>,
        who: &str,
    ) -> Result<Change, Refusal> {
        let (mut ops, mut tally) = (Vec::new(), self.record.tally());
        let tangles = self.tangles();
        let key = |tangle: &BadDependency| (tangle.step, Some(tangle.other));
        let is_handled = |tangle: &&BadDependency| {
            self.record
                .find(Section::Dependencies, key(tangle))
                .is_some()
        };
        let wrong: HashSet<EntryKey> = tangles.iter().map(key).collect();
        let is_fixed = |tangle: &&BadDependency| !wrong.contains(&key(tangle));
        let fixed = known.iter().filter(|t| !is_handled(t) && is_fixed(t));
        ops.extend(fixed.map(|t| Op::Put(Section::Dependencies, handled(t, Word::Fixed))));
        tally.decided += ops.len();
        // What was left at first, and fixed elsewhere since.
        let entries = self.record.entries(Section::Dependencies).iter();
        let since = entries.filter(|e| e.word == Word::Left && !wrong.contains(&e.key()));
        for entry in since {
            let word = Word::Fixed;
            let entry = Entry {
                word,
                ..entry.clone()
            };
            ops.push(Op::Put(Section::Dependencies, entry));
            (tally.decided, tally.skipped) = (tally.decided + 1, tally.skipped.saturating_sub(1));
        }
        ops.extend(self.handed_over());
        if let Some(weights) = fill.filter(|_| self.record.entries(Section::Ten).is_empty()) {
            let best = self.best(weights);
            tally.decided += best.len();
            ops.extend(best);
        }
        let mut open = self.proposals();
        open.retain(|proposal| proposal.verdict.is_none());
        let left: Vec<_> = tangles.iter().filter(|t| !is_handled(t)).collect();
        tally.not_discussed = open.len() + left.len();
        // What no review has asked about before may be most of the plan: it is counted.
        let listed = open.iter().filter(|proposal| !proposal.is_older);
        let listed = listed.map(|p| Entry::new(p.id, Word::NotDiscussed, &p.title));
        let listed = listed.chain(left.iter().map(|t| handled(t, Word::NotDiscussed)));
        ops.extend(self.not_discussed(listed.collect()));
        let fates = self.fates().into_iter();
        ops.extend(fates.map(|fate| Op::Put(Section::LastTen, fate)));
        let head = Record {
            undecided: open.len(),
            ..Record::default()
        };
        ops.push(Op::Set(Line::Held, Some(instant(self.now))));
        if let Some(head) = &self.landed().head {
            ops.push(Op::Set(Line::Seen, Some(head.clone())));
        }
        ops.push(Op::Set(Line::Undecided, Line::Undecided.value(&head)));
        let mut change = self.noted(who, Vec::new(), ops)?;
        change.label = format!("the review is finished: {tally}");
        Ok(change)
    }

    /// What the record of a finished review says of what is open, once `ops` are done.
    fn counted_anew(&self, ops: &[Op]) -> Vec<Op> {
        let (mut settled, mut open) = (HashSet::new(), Vec::new());
        for op in ops {
            let (Op::Put(section, entry) | Op::Move(_, section, entry)) = op else {
                continue;
            };
            if *section == Section::Proposals || entry.word == Word::Complete {
                settled.insert(entry.id);
            }
            let is_settled = matches!(section, Section::Proposals | Section::Dependencies);
            if is_settled && self.record.find(Section::Open, entry.key()).is_some() {
                open.push(Op::Drop(Section::Open, entry.key()));
            }
        }
        let settled = self.undecided_among(settled).len();
        let head = Record {
            undecided: self.record.undecided.saturating_sub(settled),
            ..Record::default()
        };
        if !open.is_empty() {
            open.push(Op::Close);
        }
        if head.undecided != self.record.undecided {
            open.push(Op::Set(Line::Undecided, Line::Undecided.value(&head)));
        }
        open
    }

    /// The best steps of the ranking as the ten, without those that were set aside.
    fn best(&self, weights: &Weights) -> Vec<Op> {
        let aside = |ranked: &Ranked| self.word(Section::Aside, self.id(ranked)).is_some();
        let ranked = self.next(weights, TEN + self.record.entries(Section::Aside).len());
        let best = ranked.iter().filter(|ranked| !aside(ranked)).take(TEN);
        best.map(|r| self.committed(self.plan.step(r.step), &reason(r)))
            .collect()
    }

    /// Those of the ten that have another owner by now. Several words that are no owner of the plan
    /// somebody wrote by hand: they stay.
    fn handed_over(&self) -> impl Iterator<Item = Op> {
        let is_owner = |text: &str| {
            let mut steps = self.plan.steps();
            !text.contains(' ') || steps.any(|step| one_line(&step.owner()) == text)
        };
        let ten = self.record.entries(Section::Ten).iter();
        ten.filter_map(move |entry| {
            let owner = self.found(entry.id).ok()?.owner();
            let is_new = !owner.is_empty() && one_line(&owner) != entry.owner;
            (is_new && is_owner(&entry.owner))
                .then(|| Op::Put(Section::Ten, entry.clone().owned_by(&owner)))
        })
    }

    /// Has the record list what was not discussed, and nothing else.
    fn not_discussed(&self, listed: Vec<Entry>) -> Vec<Op> {
        let is_older = self.document().is_some_and(|d| Form::of(d) == Form::Older);
        if is_older {
            // There, what nobody came to is left.
            let left = listed.into_iter().filter(|entry| entry.other.is_some());
            let left = left.map(|entry| Entry {
                word: Word::Left,
                ..entry
            });
            return left
                .map(|entry| Op::Put(Section::Dependencies, entry))
                .collect();
        }
        let open: HashSet<EntryKey> = listed.iter().map(Entry::key).collect();
        let before = self.record.entries(Section::Open).iter().map(Entry::key);
        let gone = before.filter(|key| !open.contains(key));
        let mut ops: Vec<Op> = gone.map(|key| Op::Drop(Section::Open, key)).collect();
        ops.extend(
            listed
                .into_iter()
                .map(|entry| Op::Put(Section::Open, entry)),
        );
        ops.push(Op::Close);
        ops
    }

    /// The record as it is, if there is one.
    fn document(&self) -> Option<&MarkdownDocument> {
        let mut files = self.plan.files().iter();
        files.find(|file| file.path == self.path)?.markdown()
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
        let label = label(&ops);
        let mut change = Change { label, edits };
        if let Some(document) = self.document() {
            let who = one_line(who);
            let is_known = who.is_empty() || stewards(&self.record.steward).any(|name| name == who);
            // Whoever only decides is named there: two people who both add themselves to the
            // stewards would meet in one line.
            let is_finish = ops.iter().any(|op| matches!(op, Op::Set(Line::Held, _)));
            if self.record.held.is_some() && !is_finish {
                ops.extend(self.counted_anew(&ops));
            }
            if !is_known && (is_finish || Form::of(document) == Form::Older) {
                let names = stewards(&self.record.steward).chain([who]);
                let names = names.collect::<Vec<_>>().join(", ");
                ops.push(Op::Set(Line::Steward, Some(names)));
            } else if !is_known {
                for op in &mut ops {
                    if let Op::Put(_, entry) | Op::Move(_, _, entry) = op {
                        entry.by.clone_from(&who);
                    }
                }
            }
            change.edits.extend(amend(document, &self.path, ops)?);
            return Ok(change);
        }
        let mut record = Record {
            week: Some(self.week),
            date: Some(self.now.date_naive()),
            steward: one_line(who),
            since: Some(self.since()),
            everything: self.everything,
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

/// What the line of news says of decisions.
fn label(ops: &[Op]) -> String {
    let mut entries = ops.iter().filter_map(|op| match op {
        Op::Put(_, entry) | Op::Move(_, _, entry) => Some(entry),
        _ => None,
    });
    let Some(first) = entries.next() else {
        return String::new();
    };
    let mut counts = vec![(first.word, 1)];
    for entry in entries {
        match counts.iter_mut().find(|(word, _)| *word == entry.word) {
            Some((_, count)) => *count += 1,
            None => counts.push((entry.word, 1)),
        }
    }
    if let [(word, 1)] = counts[..] {
        let other = first.other.map(|other| format!(" → {other}"));
        return format!("{}{} {}", first.id, other.unwrap_or_default(), word.words());
    }
    let said = counts.iter().map(|(word, count)| match word {
        // Not the rest.
        Word::Left if *count > 1 => format!("{count} left as they are"),
        word => format!("{count} {}", word.words()),
    });
    said.collect::<Vec<_>>().join(", ")
}
