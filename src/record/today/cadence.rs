//! When the rituals are due: the standup of the day, the weekly review, the checkpoint at work.
//!
//! What is due counts from the last paper. A ritual that was never held is not late. Days and
//! weeks are those of UTC.

use chrono::{DateTime, Datelike as _, Days, NaiveDate, Utc};

use super::Today;
use crate::plan::block::{STEPS_PER_CHECKPOINT, checkpoint_steps};
use crate::plan::status::Status;
use crate::record::review::gather::records;
use crate::record::review::landed::LeftOff;
use crate::record::review::{Section, Week};
use crate::record::standup::{deadline, slug};
use crate::record::stretch;

/// Days from one weekly review to the next.
const WEEK: u64 = 7;

/// What is held again and again.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum RitualKind {
    Standup,
    Review,
    /// That of the steps up to this thousand.
    Checkpoint(u32),
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
            RitualKind::Checkpoint(number) => format!("Checkpoint CP{number:02}"),
        }
    }

    /// The word in `--json`.
    pub(crate) fn word(&self) -> &'static str {
        match self.kind {
            RitualKind::Standup => "standup",
            RitualKind::Review => "review",
            RitualKind::Checkpoint(_) => "checkpoint",
        }
    }
}

impl Today<'_> {
    /// Every ritual of the plan, the most urgent kind first.
    pub(crate) fn cadence(&self) -> Vec<Ritual> {
        let found = [
            self.standup_due(),
            Some(self.review_due()),
            self.checkpoint(),
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
        let (standing, when) = match (posted, due - self.now) {
            (1.., _) => (Standing::Held, String::new()),
            (0, left) if left > chrono::Duration::zero() => {
                (Standing::Ahead, format!("due in {} · ", stretch(left)))
            }
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
        let mut records = records(self.plan).into_iter();
        let begun = records.find(|(of, ..)| *of == week && !is_held);
        let begun = begun.map_or_else(String::new, |(_, _, record)| {
            let ten = record.entries(Section::Ten).len();
            format!("begun, {ten} of the next ten picked · ")
        });
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
            let steps = checkpoint_steps(plan, number);
            let total = steps.len();
            let complete = (plan.statuses()[steps].iter())
                .filter(|status| **status == Some(Status::Complete))
                .count();
            (complete < total).then_some((number, complete, total))
        });
        let (number, complete, total) = open?;
        let percent = complete * 100 / total;
        let words = format!("{percent}% · {complete} of {total} steps complete");
        Some(Ritual {
            kind: RitualKind::Checkpoint(number),
            due: None,
            last: None,
            standing: Standing::Ahead,
            words,
        })
    }
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

/// The ISO week of a day: its year and number.
pub(crate) fn iso_week(day: NaiveDate) -> (i32, u32) {
    (day.iso_week().year(), day.iso_week().week())
}
