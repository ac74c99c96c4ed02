//! One day as screens and scripts show it, and threads over days.

use chrono::{DateTime, Duration, NaiveDate, Utc};

use super::blockers::Earlier;
use super::{Card, Entry, Standup, days_before, deadline, person_name, same_stage, slug};
use crate::plan::people::{Person, people, stewards};

/// The days within which somebody who posted is expected to post again.
pub(super) const REGULAR: u64 = 7;

/// A card of the person's own.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DayCard {
    /// What it says, or what is suggested.
    pub card: Card,
    /// Whether it is posted, rather than suggested.
    pub posted: bool,
    /// For each blocker, since which day it is on the person's cards, if before this one.
    pub since: Vec<Option<NaiveDate>>,
    /// What became complete since the card was posted.
    pub fresh: Vec<String>,
    /// Entries that were left out of the suggestion, which names the newest only.
    pub more: usize,
}

/// One day of a team.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Day {
    /// The day, in UTC.
    pub date: NaiveDate,
    /// When entries are due.
    pub deadline: DateTime<Utc>,
    /// The person's name.
    pub person: String,
    /// The name of the person's files.
    pub slug: String,
    /// The person's own cards: of the present day one for each stage, of another those posted.
    pub cards: Vec<DayCard>,
    /// Every entry of the day, by the names of their files.
    pub entries: Vec<Entry>,
    /// Who else is expected and has not posted, by name.
    pub missing: Vec<String>,
    /// Who is steward in the day's week.
    pub stewards: Vec<String>,
    /// Since when the plan's news are suggested.
    pub since: DateTime<Utc>,
}

/// A card in a thread.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Said {
    /// The day.
    pub date: NaiveDate,
    /// Who said it.
    pub person: String,
    /// The name of their files.
    pub slug: String,
    /// Whether their entry was late.
    pub late: bool,
    /// The branch that has it, where it is not checked out.
    pub branch: Option<String>,
    /// What was said.
    pub card: Card,
}

/// Somebody who is expected to post.
struct Expected {
    /// What they are called.
    name: String,
    /// What their files may be called.
    slugs: Vec<String>,
}

impl Expected {
    fn of(person: &Person) -> Option<Self> {
        let called = person.names.iter().chain(&person.logins);
        let called = called.chain(&person.mails);
        Some(Self {
            name: person_name(person.names.first()?),
            slugs: called.map(|name| slug(name)).collect(),
        })
    }

    fn is(&self, whose: &str) -> bool {
        self.slugs.iter().any(|slug| slug == whose)
    }

    /// Whether an entry is theirs, by its file or its title, whoever wrote these by hand.
    fn has_posted(&self, entry: &Entry) -> bool {
        self.is(&entry.slug) || self.is(&slug(&entry.slug)) || self.is(&slug(&entry.person))
    }
}

impl Day {
    /// The person's own entry, once the first card is posted here.
    pub(crate) fn own(&self) -> Option<&Entry> {
        self.entries.iter().find(|entry| self.is_own(entry))
    }

    fn is_own(&self, entry: &Entry) -> bool {
        entry.slug == self.slug && entry.branch.is_none()
    }

    /// Whether the person has posted, here or on another branch.
    pub(crate) fn has_own(&self) -> bool {
        self.entries.iter().any(|entry| entry.slug == self.slug)
    }

    /// The deadline on clocks that are so many minutes ahead of UTC, such as ` (17:00 here)`;
    /// nothing where they agree.
    pub(crate) fn due_here(&self, local_minutes: i32) -> String {
        match local_minutes {
            0 => String::new(),
            ahead => {
                let local = self.deadline + Duration::minutes(i64::from(ahead));
                format!(" ({} here)", local.format("%H:%M"))
            }
        }
    }

    /// Everybody else's entries, and what the person has posted on another branch.
    pub(crate) fn others(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter().filter(|entry| !self.is_own(entry))
    }
}

impl Standup<'_> {
    /// A day as the person sees it.
    pub(crate) fn day(&self, date: NaiveDate) -> Day {
        let entries = self.entries(date, date);
        let own = slug(self.person);
        let mut day = Day {
            date,
            deadline: deadline(date, self.due),
            person: person_name(self.person),
            slug: own.clone(),
            cards: Vec::new(),
            missing: self.missing(date, &entries),
            stewards: stewards(self.plan, date),
            since: self.news_since(date),
            entries,
        };
        let posted = day.own().map_or(Vec::new(), |entry| entry.cards.clone());
        let mut earlier = Earlier::than(self, &own, date);
        let posted = self.posted_cards(date, posted, &mut earlier);
        let mut left: Vec<Option<DayCard>> = posted.into_iter().map(Some).collect();
        if date == self.today() {
            for suggestion in self.suggestions(date) {
                let card = suggestion.card;
                let of = |posted: &&mut Option<DayCard>| {
                    posted
                        .as_ref()
                        .is_some_and(|posted| posted.card.is_of(&card.stage))
                };
                let posted = left.iter_mut().find(of).and_then(Option::take);
                day.cards.push(posted.unwrap_or_else(|| DayCard {
                    since: earlier.since(&card),
                    card,
                    posted: false,
                    fresh: Vec::new(),
                    more: suggestion.more,
                }));
            }
        }
        day.cards.extend(left.into_iter().flatten());
        day
    }

    /// Posted cards with what became complete since, if they are of the present day.
    fn posted_cards(
        &self,
        date: NaiveDate,
        cards: Vec<Card>,
        earlier: &mut Earlier<'_>,
    ) -> Vec<DayCard> {
        let stages = self.plan.stages();
        let first = cards.iter().filter_map(|card| card.posted_at).min();
        let done = match first.filter(|_| date == self.today()) {
            Some(first) => self.done_since(first, date),
            None => Vec::new(),
        };
        let fresh = |card: &Card| {
            let stage = stages.iter().position(|stage| card.is_of(&stage.name));
            let done = stage
                .and_then(|stage| done.get(stage))
                .into_iter()
                .flatten();
            let done =
                done.filter(|(at, words)| Some(*at) > card.posted_at && !card.done.contains(words));
            done.map(|(_, words)| words.clone()).collect()
        };
        let with = |card: Card| DayCard {
            since: earlier.since(&card),
            fresh: fresh(&card),
            card,
            posted: true,
            more: 0,
        };
        cards.into_iter().map(with).collect()
    }

    /// Whether the person is expected to post on a day.
    pub(crate) fn is_expected(&self, date: NaiveDate) -> bool {
        let own = slug(self.person);
        self.expected(date).iter().any(|expected| expected.is(&own))
    }

    /// Who else is expected on a day and is not among those who posted, by name.
    fn missing(&self, date: NaiveDate, entries: &[Entry]) -> Vec<String> {
        let own = slug(self.person);
        let is_there = |expected: &Expected| {
            expected.is(&own) || entries.iter().any(|entry| expected.has_posted(entry))
        };
        let mut missing = self.expected(date);
        missing.retain(|expected| !is_there(expected));
        missing.into_iter().map(|expected| expected.name).collect()
    }

    /// Who is expected to post on a day: everybody in the plan's tables of people, and who posted in
    /// the week before.
    fn expected(&self, date: NaiveDate) -> Vec<Expected> {
        let people = people(self.plan);
        let mut expected: Vec<Expected> = people.iter().filter_map(Expected::of).collect();
        let week = self.entries(days_before(date, REGULAR), days_before(date, 1));
        for entry in week.into_iter().rev() {
            if !expected.iter().any(|known| known.has_posted(&entry)) {
                expected.push(Expected {
                    slugs: vec![slug(&entry.person), entry.slug],
                    name: entry.person,
                });
            }
        }
        expected.sort_by(|a, b| a.slugs.cmp(&b.slugs));
        expected
    }

    /// What was said of a stage over the days, the newest first.
    pub(crate) fn thread_of_stage(&self, stage: &str) -> Vec<Said> {
        self.thread(|_, card| same_stage(&card.stage, stage))
    }

    /// What a person said over the days, the newest first.
    pub(crate) fn thread_of_person(&self, slug: &str) -> Vec<Said> {
        self.thread(|entry, _| entry.slug == slug)
    }

    fn thread(&self, belongs: impl Fn(&Entry, &Card) -> bool) -> Vec<Said> {
        let mut entries = self.entries(NaiveDate::MIN, NaiveDate::MAX);
        entries.sort_by_key(|entry| std::cmp::Reverse(entry.date));
        let mut thread = Vec::new();
        for entry in entries {
            for card in entry.cards.iter().filter(|card| belongs(&entry, card)) {
                thread.push(Said {
                    date: entry.date,
                    person: entry.person.clone(),
                    slug: entry.slug.clone(),
                    late: entry.is_late(),
                    branch: entry.branch.clone(),
                    card: card.clone(),
                });
            }
        }
        thread
    }

    /// The nearest day before or behind `date` on which somebody posted, or the present one;
    /// nothing where there is none.
    pub(crate) fn neighbour(&self, date: NaiveDate, later: bool) -> Option<NaiveDate> {
        let papers = self.plan.files().iter();
        let days = papers.filter(|file| file.role == crate::plan::source::Role::Standup);
        let days = days.filter_map(|file| super::day_of(&file.path));
        let days = days
            .filter(|day| *day <= self.today())
            .chain([self.today()]);
        match later {
            true => days.filter(|day| *day > date).min(),
            false => days.filter(|day| *day < date).max(),
        }
    }
}
