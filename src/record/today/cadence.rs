//! When the rituals are due: the standup of the day, the weekly review, demo, milestone reviews, the
//! checkpoint at work, scorecard and quarter.
//!
//! What is due counts from the last paper. A ritual that was never held is not late. Days and
//! weeks are those of UTC.

use chrono::{DateTime, Days, NaiveDate, NaiveTime, Utc};

use super::Today;
use super::rituals::{Interval, Quarter};
use crate::document::english::counted;
use crate::plan::Plan;
use crate::plan::block::{STEPS_PER_CHECKPOINT, checkpoint_steps};
use crate::plan::packet::{Packet, day_of_folder};
use crate::plan::source::Role;
use crate::plan::status::State;
use crate::record::review::gather::{PARTS, Review};
use crate::record::review::landed::LeftOff;
use crate::record::review::{Section, Week};
use crate::record::shelf::filed;
use crate::record::standup::{deadline, slug};
use crate::record::stretch;

/// Days from one weekly review to the next.
const WEEK: u64 = 7;

/// What is held again and again.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum RitualKind {
    Standup,
    Review,
    Demo,
    Milestone,
    /// That of the steps up to this thousand.
    Checkpoint(u32),
    Scorecard,
    Quarter,
}

impl RitualKind {
    /// What its papers are to the plan.
    pub(crate) fn role(self) -> Role {
        match self {
            Self::Standup => Role::Standup,
            Self::Review => Role::Review,
            Self::Demo => Role::Demo,
            Self::Milestone => Role::GateReview,
            Self::Checkpoint(_) => Role::Checkpoint,
            Self::Scorecard => Role::Scorecard,
            Self::Quarter => Role::Quarter,
        }
    }
}

impl RitualKind {
    /// What people do to it: papers are written, the rest is held.
    fn held(self) -> &'static str {
        match self {
            Self::Standup | Self::Review | Self::Demo | Self::Milestone => "held",
            Self::Checkpoint(_) | Self::Scorecard | Self::Quarter => "written",
        }
    }
}

/// How a ritual stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Standing {
    /// Held for now.
    Held,
    /// Still ahead.
    Ahead,
    /// Its time is over.
    Late,
    /// It was never held, so nothing says when it is due.
    Never,
}

impl Standing {
    /// The word in `--json`.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::Ahead => "ahead",
            Self::Late => "late",
            Self::Never => "never held",
        }
    }
}

/// One ritual of the calendar.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Ritual {
    pub kind: RitualKind,
    /// When it is due next, if that is known.
    pub due: Option<DateTime<Utc>>,
    /// When it was held last.
    pub last: Option<DateTime<Utc>>,
    pub standing: Standing,
    /// How it stands, in words.
    pub words: String,
}

impl Ritual {
    /// What people call it.
    pub(crate) fn name(&self) -> String {
        match self.kind {
            RitualKind::Standup => "Standup".to_owned(),
            RitualKind::Review => "Weekly review".to_owned(),
            RitualKind::Demo => "Demo".to_owned(),
            RitualKind::Milestone => "Milestones".to_owned(),
            RitualKind::Checkpoint(number) => format!("Checkpoint CP{number:02}"),
            RitualKind::Scorecard => "Scorecard".to_owned(),
            RitualKind::Quarter => "Quarter".to_owned(),
        }
    }

    /// The word in `--json`.
    pub(crate) fn word(&self) -> &'static str {
        match self.kind {
            RitualKind::Standup => "standup",
            RitualKind::Review => "review",
            RitualKind::Demo => "demo",
            RitualKind::Milestone => "milestone",
            RitualKind::Checkpoint(_) => "checkpoint",
            RitualKind::Scorecard => "scorecard",
            RitualKind::Quarter => "quarter",
        }
    }
}

impl Today<'_> {
    /// Every ritual of the plan, the most urgent kind first.
    pub(crate) fn cadence(&self) -> Vec<Ritual> {
        let found = [
            self.standup_due(),
            Some(self.review_due()),
            Some(self.dated(RitualKind::Demo, self.rituals.demo)),
            self.milestone(),
            self.checkpoint(),
            Some(self.dated(RitualKind::Scorecard, self.rituals.scorecard)),
            self.quarter(),
        ];
        found.into_iter().flatten().collect()
    }

    /// The standup of the day; none where the plan has no checklist to speak of.
    fn standup_due(&self) -> Option<Ritual> {
        let (standup, date) = (self.standup(), self.now.date_naive());
        let cards = standup.stages().len();
        if cards == 0 {
            return None;
        }
        let entries = standup.entries(date, date);
        let own = slug(standup.person);
        let posted = entries.iter().find(|entry| entry.slug == own);
        let posted = posted.map_or(0, |entry| entry.cards.len().min(cards));
        let due = deadline(date, self.rituals.standup);
        let mut files = self.plan.files().iter();
        let was_held = files.any(|file| file.role == Role::Standup);
        let (standing, when) = match (posted, due - self.now) {
            (1.., _) => (Standing::Held, String::new()),
            (0, left) if left > chrono::Duration::zero() => {
                (Standing::Ahead, format!("due in {} · ", stretch(left)))
            }
            (0, _) if !was_held => (Standing::Never, "never held · ".to_owned()),
            (0, left) => (Standing::Late, format!("late by {} · ", stretch(-left))),
        };
        let others = entries.iter().filter(|entry| entry.slug != own).count();
        let mut words = format!("{when}{posted} of {cards} cards posted");
        match others {
            0 => {}
            1 => words += " · 1 other has posted",
            others => words += &format!(" · {others} others have posted"),
        }
        Some(Ritual {
            kind: RitualKind::Standup,
            due: Some(due),
            last: None,
            standing,
            words,
        })
    }

    fn review_due(&self) -> Ritual {
        let week = Week::of(self.now);
        let last = LeftOff::last(self.plan, self.now).map(|left_off| left_off.held);
        let is_held = last.is_some_and(|held| Week::of(held) == week);
        let due = last.and_then(|held| held.checked_add_days(Days::new(WEEK)));
        let folder = self.papers.folder_of(Role::Review);
        let review = Review::of(self.plan, folder, week, self.now);
        let begun = match review.written && !is_held {
            true => {
                let ten = review.record.entries(Section::Ten).len();
                let done = review.parts_done();
                format!("begun, {done}/{PARTS} · {ten} of the next ten picked · ")
            }
            false => String::new(),
        };
        let (standing, words) = match (last, due) {
            (Some(held), Some(due)) => {
                let was = format!("last held {}", held.date_naive());
                match (is_held, in_days(self.now.date_naive(), due.date_naive())) {
                    (true, next) => (
                        Standing::Held,
                        format!("held {} · next {next}", weekday(held)),
                    ),
                    (false, next) => match due.date_naive() < self.now.date_naive() {
                        true => (Standing::Late, format!("{begun}{next} · {was}")),
                        false => (Standing::Ahead, format!("{begun}due {next} · {was}")),
                    },
                }
            }
            _ => (Standing::Never, format!("{begun}never held")),
        };
        Ritual {
            kind: RitualKind::Review,
            due,
            last,
            standing,
            words,
        }
    }

    /// The first thousand steps that are not all complete.
    fn checkpoint(&self) -> Option<Ritual> {
        let plan = self.plan;
        let last = plan.steps().next_back()?.id().number();
        let open = (1..=last.div_ceil(STEPS_PER_CHECKPOINT)).find_map(|number| {
            let (mut complete, mut total) = (0, 0);
            for step in checkpoint_steps(plan, number) {
                let state = plan.graph().state(step);
                total += usize::from(state != State::Retired);
                complete += usize::from(state == State::Done);
            }
            (complete < total).then_some((number, complete, total))
        });
        let (number, complete, total) = open?;
        let percent = complete * 100 / total;
        let words = format!("{percent}% · {complete} of {total} steps complete");
        let kind = RitualKind::Checkpoint(number);
        let dated = self.dated(kind, self.rituals.checkpoint);
        Some(match (dated.last, dated.due) {
            // Nobody holds them: it is there to be looked at.
            (None, None) => Ritual {
                standing: Standing::Ahead,
                words,
                ..dated
            },
            _ => Ritual {
                words: format!("{words} · {}", dated.words),
                ..dated
            },
        })
    }

    /// Those of the workstreams; none where the plan has no stage to review.
    fn milestone(&self) -> Option<Ritual> {
        let ritual = self.dated(RitualKind::Milestone, self.rituals.milestone);
        let is_possible = !self.plan.stages().is_empty() || ritual.last.is_some();
        is_possible.then_some(ritual)
    }

    /// A ritual that leaves a paper with a day, held again after so long.
    fn dated(&self, kind: RitualKind, interval: Interval) -> Ritual {
        let today = self.now.date_naive();
        let last = last_paper(self.plan, kind);
        let due = self.rituals.due(interval, last, today);
        let next = due.map(|due| in_days(today, due)).unwrap_or_default();
        let held = kind.held();
        let (standing, words) = match (last, due) {
            (None, None) => (Standing::Never, format!("never {held}")),
            (None, Some(_)) => (Standing::Never, format!("never {held} · first due {next}")),
            (Some(last), _) if last >= today => (Standing::Held, format!("{held} · next {next}")),
            (Some(last), Some(due)) if due < today => {
                (Standing::Late, format!("{next} · last of {last}"))
            }
            (Some(last), _) => (Standing::Ahead, format!("due {next} · last of {last}")),
        };
        Ritual {
            kind,
            due: due.map(end_of),
            last: last.map(end_of),
            standing,
            words,
        }
    }

    /// Whether this quarter and the next one are planned.
    fn quarter(&self) -> Option<Ritual> {
        let today = self.now.date_naive();
        let here = self.rituals.quarter(today)?;
        let next = self.rituals.quarter(here.next)?;
        let files = self.plan.files().iter();
        let papers = files.filter(|file| file.role == Role::Quarter);
        let names: Vec<&str> = papers
            .filter_map(|file| file.path.file_stem()?.to_str())
            .collect();
        let is_planned = |quarter: Quarter| names.contains(&&*quarter.to_string());
        let begins = in_days(today, next.first);
        let (standing, words) = match (is_planned(here), is_planned(next)) {
            (_, true) => (
                Standing::Held,
                format!("{next} is planned, begins {begins}"),
            ),
            (true, false) => (
                Standing::Ahead,
                format!("{here} is planned · {next} begins {begins}"),
            ),
            (false, false) if names.is_empty() => (
                Standing::Never,
                format!(
                    "never {} · {next} begins {begins}",
                    RitualKind::Quarter.held()
                ),
            ),
            (false, false) => {
                let days = (today - here.first).num_days();
                let words = format!(
                    "{here} began {} ago and has no plan",
                    counted(days as usize, "day")
                );
                (Standing::Late, words)
            }
        };
        Some(Ritual {
            kind: RitualKind::Quarter,
            due: Some(end_of(match standing {
                Standing::Late => here.first,
                _ => next.first,
            })),
            last: None,
            standing,
            words,
        })
    }
}

/// The day that the last paper of a ritual is of.
fn last_paper(plan: &Plan, kind: RitualKind) -> Option<NaiveDate> {
    match kind {
        RitualKind::Milestone => {
            let files = plan.files().iter().enumerate();
            let files = files.filter(|(_, file)| file.role == Role::GateReview);
            let reviews = files.filter(|(at, file)| {
                let document = file.markdown();
                document.is_some_and(|document| Packet::read(document, *at, &file.path).is_none())
            });
            reviews
                .filter_map(|(_, file)| day_of_folder(&file.path))
                .max()
        }
        _ => filed(plan, kind.role()).first()?.date,
    }
}

/// The end of a day in UTC.
fn end_of(day: NaiveDate) -> DateTime<Utc> {
    let last = NaiveTime::from_hms_opt(23, 59, 59);
    day.and_time(last.unwrap_or_default()).and_utc()
}

fn weekday(at: DateTime<Utc>) -> String {
    at.format("%a %Y-%m-%d").to_string()
}

/// How far a day is from today: `today`, `tomorrow`, `in 4 days`, `3 days late`.
pub(crate) fn in_days(today: NaiveDate, day: NaiveDate) -> String {
    match (day - today).num_days() {
        0 => "today".to_owned(),
        1 => "tomorrow".to_owned(),
        -1 => "1 day late".to_owned(),
        late if late < 0 => format!("{} days late", -late),
        days => format!("in {days} days"),
    }
}
