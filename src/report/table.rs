//! The table of reports: every paper that is made out of the plan and its history. `stepdeck report`
//! and screen 9 make it by the same row.

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};

use super::changes::Changes;
use super::checkpoint::Checkpoints;
use super::demo::Demo;
use super::desk::Materials;
use super::paper::Made;
use super::scorecard::WeeklyScorecard;
use crate::change::value::Refusal;
use crate::history::when::{When, end_of};
use crate::plan::Plan;
use crate::plan::source::Role;
use crate::record::checkpoint::last_section;
use crate::record::review::Week;
use crate::record::shelf::{last_before, week_of};
use crate::record::today::cadence::Ritual;

/// One report.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ReportSpec {
    /// The word for it behind `stepdeck report`.
    pub name: &'static str,
    /// What its papers are to the plan.
    pub role: Role,
    /// What the plan is compared with, unless somebody asks for another moment.
    pub start: fn(&Plan, DateTime<Utc>) -> Start,
    /// Makes its papers, or says why there is none to make.
    pub make: fn(&Materials<'_>) -> Result<Made, Refusal>,
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
        start: |_, now| Start::of_week(now),
        make: |materials| Ok(Changes::of(materials).paper().into()),
    },
    ReportSpec {
        name: "demo",
        role: Role::Demo,
        start: |plan, now| {
            let last = Start::last(plan, Role::Demo, "demo", now.date_naive());
            last.unwrap_or_else(|| Start::days_ago(14))
        },
        make: |materials| Ok(Demo::of(materials).paper().into()),
    },
    ReportSpec {
        name: "scorecard",
        role: Role::Scorecard,
        start: |plan, now| {
            let monday = week_of(now.date_naive()).0;
            let last = Start::last(plan, Role::Scorecard, "scorecard", monday);
            last.unwrap_or_else(|| Start::of_week(now))
        },
        make: |materials| Ok(WeeklyScorecard::of(materials).paper().into()),
    },
    ReportSpec {
        name: "checkpoint",
        role: Role::Checkpoint,
        start: |plan, now| match last_section(plan, now.date_naive()) {
            Some(day) => Start::Paper {
                label: format!("the checkpoint of {day}"),
                day,
                seen: None,
            },
            None => Start::days_ago(30),
        },
        make: |materials| Checkpoints::of(materials).papers(),
    },
];

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
    #[cfg_attr(not(test), expect(dead_code, reason = "screen 9 asks"))]
    pub(crate) fn of_role(role: Role) -> Option<&'static Self> {
        REPORTS.iter().find(|report| report.role == role)
    }

    /// How the ritual stands that it is written for, if there is one: when it is due.
    #[expect(dead_code, reason = "screen 9 asks")]
    pub(crate) fn ritual<'r>(&self, cadence: &'r [Ritual]) -> Option<&'r Ritual> {
        cadence
            .iter()
            .find(|ritual| ritual.kind.role() == self.role)
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
    pub(crate) fn days_ago(days: i64) -> Self {
        Self::When {
            label: match days % 7 {
                0 => format!("{}w", days / 7),
                _ => format!("{days}d"),
            },
            when: When::Ago(TimeDelta::days(days)),
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
