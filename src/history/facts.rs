//! What the filter language asks about each step's past, gathered from what happened.

use std::collections::HashMap;

use chrono::{DateTime, Utc};

use super::events::Kind;
use super::follow::Followed;
use super::landing::Landing;
use super::series::Turn;
use super::stamps::Stamps;
use crate::plan::query::past::{HeldStatus, PlanPast, StepPast, ToldBy};
use crate::plan::status::Status;
use crate::plan::{Plan, StepKey, StepRef};
use crate::record::review::landed::LeftOff;

/// Gathers the past of every step of a plan, a landing at a time, the newest first.
pub struct Facts {
    followed: Followed,
    past: PlanPast,
    /// By the index of the step, as are the two after it.
    keys: Vec<StepKey>,
    steps: Vec<StepPast>,
    statuses: Vec<Option<Status>>,
    /// Since when, at the latest, by their stamps; for what the history begins with.
    stamps: Vec<Option<DateTime<Utc>>>,
    /// Steps that came, with when and as what: they may have been there before.
    came: HashMap<usize, (Landed, Turn)>,
    people: HashMap<String, u32>,
    has_history: bool,
}

/// When something happened, and how that is known.
#[derive(Clone, Copy)]
struct Landed {
    at: DateTime<Utc>,
    told_by: ToldBy,
}

impl Facts {
    /// Of the plan as it is `now`. Without a history, what is known of a step is its last edit.
    pub fn of(plan: &Plan, now: DateTime<Utc>, has_history: bool) -> Self {
        let followed = Followed::of(plan, plan.steps());
        let stamps = Stamps::of(plan, now);
        Self {
            followed,
            past: PlanPast {
                people: Vec::new(),
                review: last_review(plan, now),
                has_history,
                ..PlanPast::default()
            },
            keys: plan.steps().map(StepRef::key).collect(),
            steps: vec![StepPast::default(); plan.len()],
            statuses: plan.statuses().to_vec(),
            stamps: match has_history {
                true => (0..plan.len()).map(|at| stamps.since(plan, at)).collect(),
                false => Vec::new(),
            },
            came: HashMap::new(),
            people: HashMap::new(),
            has_history,
        }
    }

    /// Takes in what landed before everything so far.
    pub fn add(&mut self, landing: &Landing) {
        let author = landing.commit.as_ref().map(|commit| {
            let next = self.people.len() as u32;
            let known = self.people.entry(commit.author.clone());
            *known.or_insert_with(|| {
                self.past.people.push(commit.author.clone());
                next
            })
        });
        let landed = Landed {
            at: landing.at,
            told_by: match (&landing.commit, landing.is_first) {
                (None, _) if self.has_history => ToldBy::Files,
                (None, _) | (_, true) => ToldBy::Stamp,
                (_, false) => ToldBy::Commit,
            },
        };
        let found = self.followed.find(&landing.events);
        for (event, at) in landing.events.iter().zip(found) {
            let Some(at) = at else {
                continue;
            };
            let step = &mut self.steps[at];
            if !landing.is_first {
                step.changed.get_or_insert(landing.at);
            }
            if let Some(author) = author
                && !step.people.contains(&author)
            {
                step.people.push(author);
            }
            let Some(turn) = Turn::of(event, self.has_history) else {
                continue;
            };
            match event.kind {
                Kind::Added => drop(self.came.insert(at, (landed, turn))),
                // A step that comes back is the one that went.
                Kind::Removed => {
                    if let Some((came, back)) = self.came.remove(&at) {
                        self.turned(at, came, &turn.then(&back));
                    }
                }
                Kind::Changed | Kind::Renumbered => self.turned(at, landed, &turn),
            }
        }
    }

    fn turned(&mut self, at: usize, landed: Landed, turn: &Turn) {
        let Landed {
            at: landed,
            told_by,
        } = landed;
        let step = &mut self.steps[at];
        step.reopened += u32::from(turn.reopens());
        let status = self.statuses[at];
        if let Some(status) = status.filter(|_| turn.begins(status)) {
            step.status.get_or_insert(HeldStatus {
                status,
                since: landed,
                told_by,
            });
        }
        match status {
            Some(Status::Complete) if turn.completes() => {
                step.completed.get_or_insert(landed);
            }
            Some(Status::Blocked) if turn.begins(status) => {
                step.blocked.get_or_insert(landed);
            }
            _ => {}
        }
        if status != Some(Status::Complete) && turn.opens() {
            step.open.get_or_insert(landed);
        }
    }

    /// What is known of them all.
    pub fn finish(mut self) -> PlanPast {
        for (at, (landed, turn)) in std::mem::take(&mut self.came) {
            let stamp = self.stamps.get(at).copied().flatten();
            let stamp = stamp.filter(|_| landed.told_by == ToldBy::Stamp);
            let since = stamp.map_or(landed.at, |stamp| stamp.min(landed.at));
            self.turned(
                at,
                Landed {
                    at: since,
                    ..landed
                },
                &turn,
            );
            self.steps[at].added = Some(landed.at);
            self.steps[at].changed.get_or_insert(since);
        }
        self.past.steps = self.keys.into_iter().zip(self.steps).collect();
        self.past
    }
}

/// When the last weekly review was finished.
fn last_review(plan: &Plan, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    LeftOff::last(plan, now).map(|left_off| left_off.held)
}
