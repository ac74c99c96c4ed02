//! The table of reports: every paper that is made out of the plan and its history. `stepdeck report`
//! and screen 9 make it by the same row.

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};

use super::changes::Changes;
use super::checkpoint::Checkpoints;
use super::demo::Demo;
use super::desk::{Desk, Materials};
use super::last_quarter;
use super::milestone::{self, Milestone};
use super::paper::Made;
use super::quarter::{self, QuarterPlan};
use super::retro::Retro;
use super::scorecard::WeeklyScorecard;
use super::stage;
use crate::change::value::Refusal;
use crate::history::when::{When, end_of};
use crate::plan::Plan;
use crate::plan::packet::{Packet, day_of_folder};
use crate::plan::source::Role;
use crate::plan::stage::current;
use crate::record::checkpoint::last_section;
use crate::record::review::Week;
use crate::record::shelf::{filed, last_before, week_of};

/// One report.
#[derive(Clone, Copy, Debug)]
pub struct ReportSpec {
    /// The word for it behind `stepdeck report`.
    pub(crate) name: &'static str,
    /// What its papers are to the plan.
    pub(crate) role: Role,
    /// What the plan is compared with, unless somebody asks for another moment.
    pub(crate) start: fn(&Desk<'_>) -> Start,
    /// Makes its papers, or says why there is none to make.
    pub(crate) make: fn(&Materials<'_>) -> Result<Made, Refusal>,
}

/// Where a report starts.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Start {
    /// At what an earlier paper saw.
    Paper {
        /// What people call it.
        label: String,
        /// The day that it is of.
        day: NaiveDate,
        /// The commit that it was written at.
        seen: Option<String>,
    },
    /// At a moment.
    When {
        /// What people call it.
        label: String,
        when: When,
    },
}

/// Every report, in the order in which people meet them.
pub(crate) const REPORTS: &[ReportSpec] = &[
    ReportSpec {
        name: "changes",
        role: Role::Changes,
        start: |desk| Start::of_week(desk.now),
        make: |materials| Ok(Changes::of(materials).paper().into()),
    },
    ReportSpec {
        name: "demo",
        role: Role::Demo,
        start: |desk| {
            let last = Start::last(desk.plan, Role::Demo, "demo", desk.today());
            last.unwrap_or_else(|| Start::days_ago(desk.now, 14))
        },
        make: |materials| Ok(Demo::of(materials).made()),
    },
    ReportSpec {
        name: "milestone",
        role: Role::GateReview,
        start: |desk| {
            let last = last_milestone_review(desk.plan, desk.now);
            last.unwrap_or_else(|| Start::days_ago(desk.now, 14))
        },
        make: |materials| Milestone::of(materials, &milestone::Asked::default())?.made(materials),
    },
    ReportSpec {
        name: "scorecard",
        role: Role::Scorecard,
        start: |desk| {
            let monday = week_of(desk.today()).0;
            let last = Start::last(desk.plan, Role::Scorecard, "scorecard", monday);
            last.unwrap_or_else(|| Start::of_week(desk.now))
        },
        make: |materials| Ok(WeeklyScorecard::of(materials).paper().into()),
    },
    ReportSpec {
        name: "checkpoint",
        role: Role::Checkpoint,
        start: |desk| match last_section(desk.plan, desk.today()) {
            Some(day) => Start::Paper {
                label: format!("the checkpoint of {day}"),
                day,
                seen: None,
            },
            None => Start::days_ago(desk.now, 30),
        },
        make: |materials| Checkpoints::of(materials).papers(),
    },
    ReportSpec {
        name: "quarter",
        role: Role::Quarter,
        start: |desk| {
            // A quarter that cannot be planned is refused where the paper is made.
            let start = last_quarter::start(desk, None);
            start.unwrap_or_else(|_| Start::days_ago(desk.now, 91))
        },
        make: |materials| QuarterPlan::of(materials, &quarter::Asked::default())?.made(),
    },
    ReportSpec {
        name: "retro",
        role: Role::Retrospective,
        start: |desk| gate_before(desk.plan, desk.now),
        make: |materials| Retro::of(materials, None)?.made(),
    },
];

/// Where the last milestone review of a workstream left off; packets of gates are others.
fn last_milestone_review(plan: &Plan, now: DateTime<Utc>) -> Option<Start> {
    let papers = filed(plan, Role::GateReview).into_iter();
    let dated = papers.filter_map(|paper| {
        let file = &plan.files()[paper.file];
        let document = file.markdown()?;
        let is_packet = Packet::read(document, paper.file, &file.path).is_some();
        let day = paper.date.or_else(|| day_of_folder(&file.path))?;
        (!is_packet && day < now.date_naive()).then_some((day, paper.seen))
    });
    let (day, seen) = dated.max_by_key(|(day, _)| *day)?;
    let label = format!("the milestone review of {day}");
    Some(Start::Paper { label, day, seen })
}

/// The day on which the gate before that of the stage passed last was decided; without one the
/// beginning of everything.
fn gate_before(plan: &Plan, now: DateTime<Utc>) -> Start {
    let stages = plan.stages();
    let stage = stage::last_passed(plan).or_else(|| current(stages));
    let before = stage.and_then(|at| Some((at, at.checked_sub(1)?)));
    let before = before.filter(|(at, before)| stages[*at].ladder == stages[*before].ladder);
    let decided = before.and_then(|(_, before)| stages[before].decided()?.decided_on());
    match decided.filter(|day| *day <= now.date_naive()) {
        Some(day) => Start::When {
            label: format!("the gate before, {day}"),
            when: When::At(end_of(day)),
        },
        None => Start::When {
            label: "the beginning".to_owned(),
            when: When::At(DateTime::UNIX_EPOCH),
        },
    }
}

impl PartialEq for ReportSpec {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for ReportSpec {}

impl ReportSpec {
    /// The report with this name.
    ///
    /// # Panics
    /// When there is none.
    pub(crate) fn named(name: &str) -> &'static Self {
        let found = REPORTS.iter().find(|report| report.name == name);
        found.unwrap_or_else(|| panic!("there is no report {name}"))
    }

    /// The report whose papers have this role.
    pub(crate) fn of_role(role: Role) -> Option<&'static Self> {
        REPORTS.iter().find(|report| report.role == role)
    }
}

impl Start {
    /// Where the last paper with this role left off that is of a day before `day`.
    pub(crate) fn last(plan: &Plan, role: Role, name: &str, day: NaiveDate) -> Option<Self> {
        let last = last_before(plan, role, day)?;
        let day = last.date?;
        Some(Self::Paper {
            label: format!("the {name} of {day}"),
            day,
            seen: last.seen,
        })
    }

    /// So many days ago.
    pub(super) fn days_ago(now: DateTime<Utc>, days: i64) -> Self {
        let day = (now - TimeDelta::days(days)).date_naive();
        // Not to the second: what is made again on the same day says the same.
        Self::When {
            label: day.to_string(),
            when: When::At(end_of(day)),
        }
    }

    /// The beginning of the running week.
    fn of_week(now: DateTime<Utc>) -> Self {
        let monday = week_of(now.date_naive()).0;
        let before = monday.checked_sub_days(Days::new(1));
        Self::When {
            label: format!("the beginning of {}", Week::of(now)),
            when: When::At(end_of(before.unwrap_or(monday))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reports_have_names_and_papers_of_their_own() {
        for (at, report) in REPORTS.iter().enumerate() {
            let before = &REPORTS[..at];
            assert!(before.iter().all(|b| b.name != report.name), "{report:?}");
            assert!(before.iter().all(|b| b.role != report.role), "{report:?}");
            let by_role = ReportSpec::of_role(report.role).map(|found| found.name);
            assert_eq!(by_role, Some(report.name));
        }
    }
}
