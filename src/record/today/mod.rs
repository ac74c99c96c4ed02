//! Today: what waits for one person this morning. Their own steps, the rituals that are due, the
//! gates ahead, and the blockers that nobody has resolved for days.
//!
//! Owns what is worth a line and in which order. Everything is found by what others own: the
//! graph, the standup, the review's records, the stages, the roster. Pure, and linear in steps.
//!
//! - `rituals`: the calendar
//! - `cadence`: when each ritual is due

pub(crate) mod cadence;
pub mod rituals;
#[cfg(test)]
mod tests;

use std::collections::HashSet;
use std::path::PathBuf;

use chrono::{DateTime, NaiveDate, Utc};

use crate::plan::charge::overdue_in_words;
use crate::plan::checks::LateRitual;
use crate::plan::id::StepId;
use crate::plan::paper::Papers;
use crate::plan::people::{Identity, people, stewards};
use crate::plan::query::words::fold;
use crate::plan::risk;
use crate::plan::source::Role;
use crate::plan::stage::{self, Stage, standings};
use crate::plan::status::{State, Status};
use crate::plan::{Plan, StepRef};
use crate::record::standup::{DoneBy, Standing as Stands, Standup};
use cadence::{Ritual, RitualKind, in_days};
use rituals::Rituals;

/// From how many days on a blocker is told.
const LONG: i64 = 3;

/// Whose day it is, in which plan.
#[derive(Clone, Copy)]
pub(crate) struct Today<'a> {
    /// The plan as it is, papers included.
    pub plan: &'a Plan,
    /// Where the papers are.
    pub papers: &'a Papers,
    /// The person.
    pub me: &'a Identity,
    /// The team's calendar.
    pub rituals: &'a Rituals,
    /// The present instant.
    pub now: DateTime<Utc>,
}

/// What waits for a person.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Morning {
    /// Whether the plan knows the person: by a table of people, or as an owner.
    pub is_known: bool,
    /// Who is steward this week.
    pub stewards: Vec<String>,
    /// The person's open steps: blocked ones first, then those in progress, those that are ready,
    /// those that wait.
    pub mine: Vec<StepId>,
    pub cadence: Vec<Ritual>,
    pub gates: Vec<Gate>,
    /// The longest first.
    pub blockers: Vec<Stands>,
    /// Open risks that should have been looked at again, the longest overdue first.
    pub risks: Vec<Overdue>,
}

/// A risk whose review is overdue.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Overdue {
    /// Its file.
    pub path: PathBuf,
    pub title: String,
    /// Who watches it, or nothing.
    pub owner: String,
    /// When it was to be looked at.
    pub by: NaiveDate,
    /// So many days ago.
    pub days: i64,
}

/// A gate that is ahead.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Gate {
    /// Index of the stage.
    pub stage: usize,
    /// When it is due, if the roadmap says.
    pub due: Option<NaiveDate>,
    /// How many checks are missing to its bar.
    pub missing: usize,
    /// Index of its first open check.
    pub next: Option<usize>,
}

impl Gate {
    /// How it stands: ticks, what is missing to its bar, when it is due.
    pub(crate) fn words(&self, stage: &Stage, today: NaiveDate) -> String {
        let (ticked, total) = (stage.ticked(), stage.checks.len());
        let bar = match self.missing {
            0 => "bar met".to_owned(),
            missing => format!("{missing} short of its bar"),
        };
        let due = self.due.map(|due| match (today - due).num_days() {
            days if days > 0 => format!(", {}", overdue_in_words(days)),
            _ => format!(", due {}", in_days(today, due)),
        });
        format!("{ticked}/{total} ticked, {bar}{}", due.unwrap_or_default())
    }
}

impl<'a> Today<'a> {
    /// Everything that waits.
    pub(crate) fn gather(&self) -> Morning {
        let (mine, is_owner) = self.mine(&owners(self.me, self.plan));
        Morning {
            is_known: is_owner || is_in_table(self.me, self.plan),
            stewards: stewards(self.plan, self.now.date_naive()),
            mine,
            cadence: self.cadence(),
            gates: self.gates(),
            blockers: self.standup().standing(self.now.date_naive(), LONG),
            risks: self.risks(),
        }
    }

    fn risks(&self) -> Vec<Overdue> {
        let today = self.now.date_naive();
        let overdue = risk::all(self.plan).filter(|risk| risk.is_overdue(today));
        let overdue = overdue.filter_map(|risk| {
            Some(Overdue {
                path: self.plan.files()[risk.file].path.clone(),
                by: risk.review_by?,
                days: (today - risk.review_by?).num_days(),
                title: risk.title,
                owner: risk.owner,
            })
        });
        let mut overdue: Vec<Overdue> = overdue.collect();
        overdue.sort_by(|a, b| (a.by, &a.path).cmp(&(b.by, &b.path)));
        overdue
    }

    /// The person's standup.
    fn standup(&self) -> Standup<'a> {
        Standup {
            plan: self.plan,
            folder: self.papers.folder_of(Role::Standup),
            person: self.me.name(),
            now: self.now,
            due: self.rituals.standup,
            elsewhere: &[],
            past: DoneBy::Unknown,
        }
    }

    /// Their open steps, and whether they have any at all. One pass.
    fn mine(&self, owners: &HashSet<String>) -> (Vec<StepId>, bool) {
        let mut is_owner = false;
        let mine = self.plan.steps().filter(|step| {
            let is_open = step.state().is_open();
            let is_theirs = (is_open || !is_owner) && is_theirs(owners, *step);
            is_owner |= is_theirs;
            is_open && is_theirs
        });
        let mut mine: Vec<StepRef<'_>> = mine.collect();
        mine.sort_by_key(|step| match (step.status(), step.state()) {
            (Some(Status::Blocked), _) => 0,
            (Some(Status::InProgress), _) => 1,
            (_, State::Ready | State::Unclear) => 2,
            _ => 3,
        });
        (mine.into_iter().map(StepRef::id).collect(), is_owner)
    }

    /// The current gate of each ladder, and those whose bar is met and which nobody reviewed.
    fn gates(&self) -> Vec<Gate> {
        let stages = self.plan.stages();
        let ahead = |(_, standing): &(usize, stage::Standing)| {
            matches!(standing, stage::Standing::Current | stage::Standing::Met)
        };
        let ahead = standings(stages).into_iter().enumerate().filter(ahead);
        let gates = ahead.map(|(at, _)| Gate {
            stage: at,
            due: stages[at].due(),
            missing: stages[at].missing(),
            next: stages[at].checks.iter().position(|check| !check.done),
        });
        gates.collect()
    }
}

/// The rituals of the whole team that are late, each with the file of its last paper. A person's
/// standup is that person's.
pub(crate) fn late(
    plan: &Plan,
    papers: &Papers,
    rituals: &Rituals,
    now: DateTime<Utc>,
) -> Vec<LateRitual> {
    let me = Identity::default();
    let today = Today {
        plan,
        papers,
        me: &me,
        rituals,
        now,
    };
    let late = today.cadence().into_iter().filter(|ritual| {
        ritual.standing == cadence::Standing::Late && ritual.kind != RitualKind::Standup
    });
    let late = late.filter_map(|ritual| {
        let role = ritual.kind.role();
        let of_role = plan.files().iter().enumerate();
        let of_role = of_role.filter(|(_, file)| file.role == role && file.markdown().is_some());
        Some(LateRitual {
            name: ritual.name(),
            // Names begin with a year and sort by day, folders as well.
            file: of_role.max_by_key(|(_, file)| &file.path)?.0,
            words: ritual.words,
        })
    });
    late.collect()
}

/// The owners that are a person, folded.
fn owners(me: &Identity, plan: &Plan) -> HashSet<String> {
    me.owners(plan).into_iter().collect()
}

fn is_theirs(owners: &HashSet<String>, step: StepRef<'_>) -> bool {
    owners.contains(&*fold(step.owner().trim()))
}

/// Whether a plan knows a person: a table of people names them, or they own a step, be it complete.
pub(crate) fn is_known(me: &Identity, plan: &Plan) -> bool {
    let owners = owners(me, plan);
    is_in_table(me, plan) || plan.steps().any(|step| is_theirs(&owners, step))
}

fn is_in_table(me: &Identity, plan: &Plan) -> bool {
    me.person(&people(plan)).is_some()
}
