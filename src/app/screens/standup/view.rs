//! The state of the standup screen: which day is shown, what is selected, which thread is
//! open, and what the papers say of it, gathered once for each state of the plan.

use chrono::{DateTime, Duration, NaiveDate, Utc};

use crate::app::core::command::Focus;
use crate::app::core::message::Effect;
use crate::app::core::model::Model;
use crate::plan::source::Role;
use crate::record::standup::{BranchPost, Card, Day, DayCard, DoneBy, Entry, Said, Standup};

/// What a thread over days follows.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Thread {
    /// A stage, by name.
    Stage(String),
    Person {
        /// The name of their files.
        slug: String,
        /// Their name.
        name: String,
    },
}

/// What a gathered day was gathered from: the state of the plan, the day, the person, whether it
/// was the present day, and how often git had answered.
type GatheredFor = (u64, NaiveDate, String, bool, u64, (Option<u64>, bool));

/// The state of the standup screen.
#[derive(Debug, Default)]
pub struct StandupView {
    /// Which pane has the keys.
    pub pane: Focus,
    /// The day that is shown; nothing is the present one, past midnight too.
    pub date: Option<NaiveDate>,
    /// Index of the selected card.
    pub card: usize,
    /// Index of the selected entry of the others.
    pub other: usize,
    /// The thread that is open in the place of the others, and the pane it was opened from.
    pub thread: Option<(Thread, Focus)>,
    /// What stands in the thread, the newest first.
    pub said: Vec<Said>,
    /// Index of the selected card of the thread.
    pub line: usize,
    /// The day as gathered last.
    pub day: Option<Day>,
    /// What others posted on their branches, as git said last.
    posts: Vec<BranchPost>,
    /// The day that git was asked about last.
    asked: Option<NaiveDate>,
    /// Whether git is being asked.
    pub(crate) is_reading: bool,
    /// Whether it is to be asked once more.
    is_stale: bool,
    /// How often it has answered.
    answers: u64,
    seen: Option<GatheredFor>,
}

impl StandupView {
    /// The screen as it opens first.
    pub(crate) fn new() -> Self {
        Self {
            pane: Focus::CARDS,
            ..Self::default()
        }
    }

    /// The selected card.
    pub(crate) fn card(&self) -> Option<&DayCard> {
        self.day.as_ref()?.cards.get(self.card)
    }

    /// The selected entry of the others.
    pub(crate) fn other(&self) -> Option<&Entry> {
        self.day.as_ref()?.others().nth(self.other)
    }

    /// The card that is looked at, in whatever pane has the keys; of an entry, all cards.
    pub(crate) fn shown_cards(&self) -> Vec<&Card> {
        match (self.pane, &self.thread) {
            (Focus::CARDS, _) => self.card().map(|card| &card.card).into_iter().collect(),
            (_, Some(_)) => self
                .said
                .get(self.line)
                .map(|said| &said.card)
                .into_iter()
                .collect(),
            (_, None) => self
                .other()
                .map(|entry| entry.cards.iter().collect())
                .unwrap_or_default(),
        }
    }

    /// Closes the thread. Answers whether there was one.
    pub(crate) fn close_thread(&mut self) -> bool {
        let thread = self.thread.take();
        if let Some((_, from)) = thread {
            self.pane = from;
        }
        thread.is_some()
    }

    /// Selects again what was selected, by name, after the day was gathered again.
    fn select_again(&mut self, stage: Option<String>, slug: Option<String>) {
        let Some(day) = &self.day else { return };
        let card = stage.and_then(|stage| day.cards.iter().position(|c| c.card.is_of(&stage)));
        let other = slug.and_then(|slug| day.others().position(|entry| entry.slug == slug));
        self.card = card
            .unwrap_or(self.card)
            .min(day.cards.len().saturating_sub(1));
        self.other = other
            .unwrap_or(self.other)
            .min(day.others().count().saturating_sub(1));
        self.line = self.line.min(self.said.len().saturating_sub(1));
    }
}

/// How far the deadline of the present day is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Due {
    /// So long to go.
    In(Duration),
    /// So long over.
    Since(Duration),
}

impl Due {
    /// How far a deadline is at `now`.
    pub(crate) fn at(deadline: DateTime<Utc>, now: DateTime<Utc>) -> Self {
        let left = deadline - now;
        match left > Duration::zero() {
            true => Self::In(left),
            false => Self::Since(-left),
        }
    }
}

impl Model {
    /// The standup of the person at this desk.
    pub(crate) fn standup(&self) -> Standup<'_> {
        Standup {
            plan: &self.plan,
            folder: self.context.papers.folder_of(Role::Standup),
            person: self.context.me.name(),
            now: self.now,
            due: self.context.rituals.standup,
            elsewhere: &self.standup_view.posts,
            past: match &self.view.past {
                Some(past) => DoneBy::of(past),
                None if self.work.has_no_history => DoneBy::Stamps,
                None => DoneBy::Unknown,
            },
        }
    }

    /// Has git asked what others posted on their branches on the day that is shown.
    pub(super) fn ask_posts(&mut self) {
        if !self.has_plan() || self.context.as_of.is_some() {
            return;
        }
        let date = self.standup_date();
        let view = &mut self.standup_view;
        view.asked = Some(date);
        match view.is_reading {
            true => view.is_stale = true,
            false => {
                view.is_reading = true;
                self.effects.push(Effect::ReadPosts(date));
            }
        }
    }

    /// The same, where it was another day that git was asked about.
    pub(super) fn keep_posts(&mut self) {
        if self.standup_view.asked != Some(self.standup_date()) {
            self.ask_posts();
        }
    }

    /// Takes what others posted on a day.
    pub(crate) fn posts_read(&mut self, date: NaiveDate, posts: Vec<BranchPost>) {
        let view = &mut self.standup_view;
        view.is_reading = false;
        if view.asked == Some(date) {
            view.posts = posts;
            view.answers += 1;
        }
        if std::mem::take(&mut view.is_stale) {
            self.ask_posts();
        }
    }

    /// The day that the standup screen shows.
    pub(crate) fn standup_date(&self) -> NaiveDate {
        self.standup_view
            .date
            .unwrap_or_else(|| self.now.date_naive())
    }

    /// Gathers the day and the thread again if anything changed.
    pub(crate) fn refresh_standup(&mut self) {
        let date = self.standup_date();
        let is_today = date == self.now.date_naive();
        let seen = (
            self.generation,
            date,
            self.context.me.name().to_owned(),
            is_today,
            self.standup_view.answers,
            self.past_known(),
        );
        if self.standup_view.seen.as_ref() == Some(&seen) {
            return;
        }
        self.standup_view.seen = Some(seen);
        let stage = self.standup_view.card().map(|card| card.card.stage.clone());
        let slug = self.standup_view.other().map(|entry| entry.slug.clone());
        let day = self.standup().day(date);
        self.standup_view.day = Some(day);
        self.gather_thread();
        self.standup_view.select_again(stage, slug);
    }

    /// Reads the thread that is open.
    pub(crate) fn gather_thread(&mut self) {
        let said = match &self.standup_view.thread {
            None => Vec::new(),
            Some((Thread::Stage(stage), _)) => self.standup().thread_of_stage(stage),
            Some((Thread::Person { slug, .. }, _)) => self.standup().thread_of_person(slug),
        };
        self.standup_view.said = said;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::stretch;

    #[test]
    fn a_begun_minute_counts_until_it_is_over() {
        let deadline = "2026-11-21T15:00:00Z".parse().unwrap();
        let due = |now: &str| match Due::at(deadline, now.parse().unwrap()) {
            Due::In(left) => format!("in {}", stretch(left)),
            Due::Since(over) => format!("since {}", stretch(over)),
        };
        for (now, said) in [
            ("2026-11-21T09:30:00Z", "in 5 h 30 min"),
            ("2026-11-21T13:00:00Z", "in 2 h"),
            ("2026-11-21T14:59:01Z", "in 1 min"),
            ("2026-11-21T15:00:00Z", "since 0 min"),
            ("2026-11-21T16:10:00Z", "since 1 h 10 min"),
        ] {
            assert_eq!(due(now), said, "{now}");
        }
    }
}
