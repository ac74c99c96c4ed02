//! What a weekly review is about: proposals since the last one, dependencies that are wrong,
//! the next steps, and what became of last week's ten. One pass over steps and edges.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::landed::{Landed, LeftOff};
use super::sieve::{Age, is_open};
use super::{Entry, Record, Section, Week, Word, week_before};
use crate::plan::dependency::Dependency;
use crate::plan::field::Field;
use crate::plan::id::StepId;
use crate::plan::last_change::LastChanges;
use crate::plan::people::stewards;
use crate::plan::ranking::term::Weights;
use crate::plan::ranking::{Inputs, Ranked, rank};
use crate::plan::source::{Role, SourceFile};
use crate::plan::status::{State, Status};
use crate::plan::{Plan, StepRef};
use crate::record::waits_for;

/// How many steps a review picks.
pub(crate) const TEN: usize = 10;
/// How many parts a review has.
pub(crate) const PARTS: usize = 3;

/// How many runners-up are below them.
pub(crate) const RUNNERS_UP: usize = 10;

/// Points of how many terms a reason names.
const MOST_REASONS: usize = 2;

/// The review of one week on a plan.
#[derive(Clone, Debug)]
pub struct Review<'a> {
    /// The plan as it is.
    pub plan: &'a Plan,
    /// The present instant.
    pub now: DateTime<Utc>,
    /// Which week it is held in.
    pub week: Week,
    /// Where its record is or would be, relative to the root.
    pub path: PathBuf,
    /// What the record says so far; its head is filled in where there is none yet.
    pub record: Record,
    /// Whether there is a record.
    pub written: bool,
    /// Whether every idea and draft is asked about, however old: none was before.
    pub everything: bool,
    /// The record of the review before.
    pub last: Option<Record>,
    /// Every record before this week's with its path, the earliest first.
    earlier: Vec<(PathBuf, Record)>,
    /// What git tells, as far as it has been asked.
    landed: Arc<Landed>,
    /// When steps were changed last, where a history tells.
    changes: Option<Arc<LastChanges>>,
}

/// An idea or a draft to decide about.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Proposal {
    /// The step.
    pub id: StepId,
    /// Its title, as long as it is in the plan; then as the record has it.
    pub title: String,
    /// Whether the last review deferred it.
    pub comes_back: bool,
    /// Whether it is asked about only because no review has done so before.
    pub is_older: bool,
    /// What was decided so far. Most of a first review's thousands are open: boxed.
    pub verdict: Option<Box<Entry>>,
}

/// What is wrong with a dependency.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Trouble {
    /// There is no such step.
    Missing,
    /// The steps wait for each other.
    Cyclic,
    /// The block of the step that is waited for is retired.
    Retired,
    /// The step that is waited for is blocked.
    Blocked,
    /// The step that is waited for comes later in the plan.
    Later,
}

impl Trouble {
    /// The word for it.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Cyclic => "cyclic",
            Self::Retired => "on a retired step",
            Self::Blocked => "on a blocked step",
            Self::Later => "later",
        }
    }
}

/// A dependency that is wrong.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct BadDependency {
    /// The step that depends.
    pub step: StepId,
    /// The step that it depends on.
    pub other: StepId,
    /// What is wrong.
    pub trouble: Trouble,
    /// The same in a sentence.
    pub words: String,
}

impl<'a> Review<'a> {
    /// The review of `week`, whose record is or would be below `folder`.
    pub(crate) fn of(plan: &'a Plan, folder: &Path, week: Week, now: DateTime<Utc>) -> Self {
        let mut records = records(plan);
        let here = records.iter().position(|(of, _, _)| *of == week);
        let found = here.map(|at| records.remove(at));
        let path = match &found {
            Some((_, file, _)) => file.path.clone(),
            None => folder.join(format!("{week}.md")),
        };
        records.retain(|(of, _, _)| *of < week);
        let earlier = records.into_iter();
        let earlier: Vec<(PathBuf, Record)> = earlier
            .map(|(_, file, record)| (file.path.clone(), record))
            .collect();
        let mut review = Self {
            plan,
            now,
            week,
            path,
            written: found.is_some(),
            record: found.map(|(_, _, record)| record).unwrap_or_default(),
            last: earlier.last().map(|(_, record)| record.clone()),
            everything: false,
            earlier,
            landed: Arc::default(),
            changes: None,
        };
        review.everything = match (review.written, &review.last) {
            (true, _) => review.record.everything,
            (false, None) => true,
            // Until one of them has asked about all there is.
            (false, Some(last)) => last.everything && (last.held.is_none() || last.undecided > 0),
        };
        review.record.everything = review.everything;
        let since = review.record.since.unwrap_or_else(|| review.begins());
        review.record.since = Some(since);
        review.record.week = Some(week);
        review
    }

    /// Whose week it is.
    pub(crate) fn stewards(&self) -> Vec<String> {
        let day = self.week.last_day();
        day.map_or_else(Vec::new, |day| stewards(self.plan, day))
    }

    /// The same, knowing what git tells.
    pub(crate) fn knowing(self, landed: Arc<Landed>) -> Self {
        Self { landed, ..self }
    }

    /// What git tells, as far as it has been asked.
    pub(crate) fn landed(&self) -> &Landed {
        &self.landed
    }

    /// Where the review left off that this one follows on, if its record names a commit.
    pub(crate) fn left_off(&self) -> Option<LeftOff> {
        let earlier = self.earlier.iter().rev();
        let mut left_off = earlier.filter_map(|(_, record)| record.left_off());
        left_off.find(|left_off| left_off.held == self.since() && left_off.seen.is_some())
    }

    /// The records of reviews that ended when this one begins, or later.
    pub(crate) fn records_since(&self) -> impl Iterator<Item = &Path> {
        let is_since = |record: &Record| record.held.is_none_or(|held| held >= self.since());
        let records = self.earlier.iter();
        records.filter_map(move |(path, record)| is_since(record).then_some(&**path))
    }

    /// The records of the reviews before this one, the earliest first.
    pub(crate) fn earlier(&self) -> impl DoubleEndedIterator<Item = &Record> + ExactSizeIterator {
        self.earlier.iter().map(|(_, record)| record)
    }

    /// The same, told by a history when steps were changed last.
    pub(crate) fn with_changes(self, changes: Option<Arc<LastChanges>>) -> Self {
        Self { changes, ..self }
    }

    /// From when on proposals count as new: the end of the last review that left none
    /// undecided, else a week ago.
    fn begins(&self) -> DateTime<Utc> {
        let default = self.now - chrono::Duration::days(7);
        match &self.last {
            None => default,
            Some(Record {
                held: Some(held),
                undecided: 0,
                ..
            }) => *held,
            Some(last) => last.since.or(last.date.map(week_before)).unwrap_or(default),
        }
    }

    /// From when on proposals count as new.
    pub(crate) fn since(&self) -> DateTime<Utc> {
        self.record.since.unwrap_or(self.now)
    }

    /// Ideas and drafts that are new or changed since the last review, those that it
    /// deferred, and all that this one has decided about; in step order. Where its record names
    /// a commit, content tells what changed; otherwise the steps' stamps do. A first review asks
    /// about all of them, those first that were left untouched for longest.
    pub(crate) fn proposals(&self) -> Vec<Proposal> {
        let sieve = self.sieve();
        let mut decided: HashMap<StepId, &Entry> = HashMap::new();
        for entry in self.record.entries(Section::Proposals) {
            decided.insert(entry.id, entry);
        }
        let mut proposals = Vec::new();
        for step in self.plan.steps().filter(|step| step.nth() == 0) {
            let id = step.id();
            let verdict = decided.remove(&id);
            let age = sieve.age(step);
            if verdict.is_some() || (age.is_some() && is_open(step)) {
                proposals.push(Proposal {
                    id,
                    title: step.title().into_owned(),
                    comes_back: sieve.deferred.contains(&id),
                    is_older: age == Some(Age::Older),
                    verdict: verdict.cloned().map(Box::new),
                });
            }
        }
        let gone = decided.into_values().map(|entry| Proposal {
            id: entry.id,
            title: entry.text.clone(),
            comes_back: false,
            is_older: false,
            verdict: Some(Box::new(entry.clone())),
        });
        proposals.extend(gone);
        proposals.sort_by_key(|proposal| proposal.id);
        if self.everything {
            let stamp = |proposal: &Proposal| {
                let step = self.plan.find(proposal.id);
                step.and_then(|step| updated(self.plan.step(step)))
            };
            proposals.sort_by_cached_key(stamp);
        }
        proposals.shrink_to_fit();
        proposals
    }

    /// Whether a step is new or changed since the last review. One that the record at a path has
    /// accepted, rejected or fixed, which holds until an instant, must have changed after that.
    pub(super) fn is_new(
        &self,
        step: StepRef<'_>,
        settled: Option<(&Path, DateTime<Utc>)>,
    ) -> bool {
        let stamp = updated(step);
        let is_after = |at: DateTime<Utc>| stamp.is_none_or(|stamp| stamp > at);
        let Some(landed) = &self.landed.since else {
            let was_edited = settled.is_none_or(|(_, until)| stamp.is_some_and(|at| at > until));
            return was_edited && is_after(self.since());
        };
        let has_changed_again = |(path, until): (&Path, DateTime<Utc>)| match landed.after.get(path)
        {
            Some(Some(changed)) => changed.contains(&step.id()),
            Some(None) => is_after(until),
            None => true,
        };
        landed.different.contains(&step.id()) && settled.is_none_or(has_changed_again)
    }

    /// Steps that an earlier review accepted or rejected, with its record and the instant until
    /// which that holds: whoever changes one later asks again.
    pub(super) fn settled(&self) -> HashMap<StepId, (&Path, DateTime<Utc>)> {
        let mut settled = HashMap::new();
        for (path, record) in &self.earlier {
            let until = record.held.unwrap_or(DateTime::<Utc>::MAX_UTC);
            for entry in record.entries(Section::Proposals) {
                if entry.word != Word::Deferred {
                    settled.insert(entry.id, (&**path, until));
                }
            }
        }
        settled
    }

    /// Steps that an earlier review changed by fixing their dependencies, with its record and the
    /// instant until which that is no news.
    pub(super) fn fixed_before(&self) -> HashMap<StepId, (&Path, DateTime<Utc>)> {
        let held = self.earlier.iter();
        let held = held.filter_map(|(path, record)| Some((&**path, record.held?, record)));
        held.flat_map(|(path, until, record)| {
            let steps = record.fixed_steps();
            steps.map(move |step| (step, (path, until)))
        })
        .collect()
    }

    /// Dependencies of open steps that are wrong: missing ones first, then circles, those on
    /// blocked steps, and those on later ones.
    pub(crate) fn tangles(&self) -> Vec<BadDependency> {
        let plan = self.plan;
        let mut tangles = Vec::new();
        for group in plan.graph().cycles() {
            let circle = plan.graph().shortest_cycle(group);
            let ids: Vec<StepId> = circle.iter().map(|step| plan.step(*step).id()).collect();
            let (Some(first), Some(last)) = (ids.first().copied(), ids.last().copied()) else {
                continue;
            };
            let path = ids.iter().chain([&first]).map(ToString::to_string);
            let path = path.collect::<Vec<_>>().join(" → ");
            tangles.push(BadDependency {
                step: last,
                other: first,
                trouble: Trouble::Cyclic,
                words: match ids.len() {
                    1 => "it waits for itself".to_owned(),
                    _ => format!("they wait for each other: {path}"),
                },
            });
        }
        for step in plan.steps().filter(|step| step.state().is_open()) {
            let mut seen = HashSet::new();
            for dependency in step.dependencies() {
                let Dependency::Step(other) = dependency else {
                    continue;
                };
                if !seen.insert(other) {
                    continue;
                }
                let other = plan.spelled(other);
                if let Some((trouble, words)) = trouble(plan, step, other) {
                    tangles.push(BadDependency {
                        step: step.id(),
                        other,
                        trouble,
                        words,
                    });
                }
            }
        }
        tangles.sort_by_key(|tangle| (tangle.trouble, tangle.step, tangle.other));
        tangles.dedup_by_key(|tangle| (tangle.step, tangle.other));
        tangles
    }

    /// How many of its [`PARTS`] have nothing left to decide: proposals, dependencies, the next ten.
    pub(crate) fn parts_done(&self) -> usize {
        let is_handled = |tangle: &BadDependency| {
            let key = (tangle.step, Some(tangle.other));
            self.record.find(Section::Dependencies, key).is_some()
        };
        let picked = self.record.entries(Section::Ten).len();
        let done = [
            self.proposals().iter().all(|it| it.verdict.is_some()),
            self.tangles().iter().all(is_handled),
            picked >= self.next(&Weights::default(), TEN).len(),
        ];
        done.into_iter().filter(|done| *done).count()
    }

    /// The records that this review follows on, the newest first: back to the last one that was
    /// finished.
    pub(super) fn unsettled(&self) -> impl DoubleEndedIterator<Item = &Record> {
        let finished = self.earlier().rposition(|record| record.held.is_some());
        self.earlier().skip(finished.unwrap_or(0)).rev()
    }

    /// The ten that were committed to last. A review that nobody finished may not have come to that.
    fn last_ten(&self) -> &[Entry] {
        let mut tens = self.unsettled().map(|record| record.entries(Section::Ten));
        tens.find(|ten| !ten.is_empty()).unwrap_or_default()
    }

    /// Last week's ten that are not done.
    pub(crate) fn carried(&self) -> Vec<StepId> {
        let ten = self.last_ten().iter();
        ten.map(|entry| entry.id)
            .filter(|id| {
                let step = self.plan.find(*id);
                step.is_some_and(|step| self.plan.graph().state(step).is_open())
            })
            .collect()
    }

    /// The first `most` ready steps, the best first, without those that this review or the
    /// last word of an earlier one said no to.
    pub(crate) fn next(&self, weights: &Weights, most: usize) -> Vec<Ranked> {
        let mut refused: HashSet<StepId> = HashSet::new();
        let earlier = self.earlier.iter().map(|(_, record)| record);
        for record in earlier.chain([&self.record]) {
            for entry in record.entries(Section::Proposals) {
                match entry.word {
                    Word::Rejected => refused.insert(entry.id),
                    Word::Deferred if std::ptr::eq(record, &self.record) => {
                        refused.insert(entry.id)
                    }
                    _ => refused.remove(&entry.id),
                };
            }
        }
        // Somebody took it up all the same.
        let proposed =
            |step: &StepRef<'_>| matches!(step.status(), Some(Status::Idea | Status::Draft));
        let carried = self.carried();
        let inputs = Inputs {
            now: self.now,
            carried: &carried,
            weights,
            changes: self.changes.as_deref(),
        };
        let mut ranked = rank(self.plan, &inputs, most.saturating_add(refused.len()));
        ranked.retain(|ranked| {
            let step = self.plan.step(ranked.step);
            !(refused.contains(&step.id()) && proposed(&step))
        });
        ranked.truncate(most);
        ranked
    }

    /// What became of last week's ten, in their order. An edit that is not committed has not
    /// landed, unless it is this review's own decision, which lands with its record.
    pub(crate) fn fates(&self) -> Vec<Entry> {
        self.fates_of(self.last_ten())
    }

    /// The same of any ten. What is not complete says why, as far as the plan knows.
    pub(super) fn fates_of(&self, ten: &[Entry]) -> Vec<Entry> {
        let fate = |entry: &Entry| {
            let id = entry.id;
            let landed = self.landed.since.as_ref();
            let landed = landed.and_then(|since| since.uncommitted.get(&id));
            let landed = landed.filter(|_| self.word(Section::Aside, id) != Some(Word::Complete));
            let step = self.plan.find(id).map(|step| self.plan.step(step));
            let status = match (landed, step) {
                (Some(status), _) => *status,
                (None, step) => step.and_then(StepRef::status),
            };
            let is_waiting = step.is_some_and(|step| step.state() == State::Waiting);
            let word = match status {
                Some(Status::Complete) => Word::Complete,
                _ if step.is_some_and(|step| step.state() == State::Retired) => Word::Gone,
                Some(Status::Blocked) => Word::Blocked,
                Some(Status::InProgress) => Word::InProgress,
                None if landed.is_some() || step.is_none() => Word::Gone,
                _ if is_waiting => Word::Waiting,
                _ => Word::Ready,
            };
            match step {
                Some(step) => Entry::new(id, word, &step.title())
                    .owned_by(&step.owner())
                    .because(&hindrance(step, word)),
                None => Entry::new(id, word, &entry.text),
            }
        };
        ten.iter().map(fate).collect()
    }
}

/// What keeps a step from being complete: what it waits for, or what its notes begin with where it
/// is blocked.
fn hindrance(step: StepRef<'_>, word: Word) -> String {
    match (word, &waits_for(step)[..]) {
        (Word::Blocked, []) => {
            let notes = step.text(Field::Notes);
            notes.lines().next().unwrap_or_default().to_owned()
        }
        (Word::Waiting | Word::Blocked, waits @ [_, ..]) => {
            format!("waits for {}", waits.join("; "))
        }
        _ => String::new(),
    }
}

/// The records of weekly reviews with their weeks, the earliest first.
pub(crate) fn records(plan: &Plan) -> Vec<(Week, &SourceFile, Record)> {
    let mut records: Vec<(Week, &SourceFile, Record)> = (plan.files().iter())
        .filter(|file| file.role == Role::Review)
        .filter_map(|file| {
            let week = file.path.file_stem()?.to_str()?.parse().ok()?;
            Some((week, file, Record::read(file.markdown()?)))
        })
        .collect();
    records.sort_by_key(|(week, ..)| *week);
    records
}

fn updated(step: StepRef<'_>) -> Option<DateTime<Utc>> {
    let text = step.text(Field::UpdatedAt);
    DateTime::parse_from_rfc3339(&text)
        .ok()
        .map(|at| at.to_utc())
}

/// What is wrong with a dependency of an open step, if anything.
fn trouble(plan: &Plan, step: StepRef<'_>, other: StepId) -> Option<(Trouble, String)> {
    let Some(found) = plan.find(other).map(|found| plan.step(found)) else {
        return Some((Trouble::Missing, format!("{other} is not in the plan")));
    };
    // A circle is reported as a whole.
    if found.state() == State::Done || plan.graph().same_cycle(step.index(), found.index()) {
        return None;
    }
    if found.state() == State::Retired {
        let words = format!("waits for {other}, which is retired");
        return Some((Trouble::Retired, words));
    }
    if found.status() == Some(Status::Blocked) {
        return Some((
            Trouble::Blocked,
            format!("waits for {other}, which is blocked"),
        ));
    }
    let is_part = other.parent() == Some(step.id());
    let later = other > step.id() && !is_part;
    later.then(|| {
        (
            Trouble::Later,
            format!("waits for {other}, which comes later"),
        )
    })
}

/// Why the ranking puts a step where it is: the terms that give most, in words. Where it is and how
/// old it is come last: they tell least about the step itself.
pub(crate) fn reason(ranked: &Ranked) -> String {
    let mut terms: Vec<_> = ranked.terms.iter().filter(|term| term.points > 0).collect();
    let is_plain = |name: &str| matches!(name, "block" | "age");
    terms.sort_by_key(|term| (is_plain(term.name), std::cmp::Reverse(term.points)));
    let words = terms
        .iter()
        .take(MOST_REASONS)
        .map(|term| term.why.as_str());
    words.collect::<Vec<_>>().join("; ")
}
