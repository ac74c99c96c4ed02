//! How long blockers have stood on people's cards: since when, and in how many standups in a row.
//!
//! The standup says so beside a blocker, Today lists those that have stood for days, and the
//! register of risks proposes those that have stood in several standups.

use chrono::NaiveDate;

use super::day::REGULAR;
use super::suggest::REACH;
use super::{Card, Entry, Standup, days_before};

/// A blocker on the last cards of somebody.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Standing {
    /// What is in the way.
    pub blocker: String,
    /// The stage of the card.
    pub stage: String,
    /// Who says so.
    pub person: String,
    /// The first of the days in a row on which they did.
    pub since: NaiveDate,
    /// How many days ago that was.
    pub days: i64,
    /// The last of these days.
    pub last: NaiveDate,
    /// On how many of their cards of the stage in a row it stands.
    pub cards: usize,
}

impl Standup<'_> {
    /// The blockers on everybody's last cards by `date`, if these are of the last `reach` days.
    pub(crate) fn blockers(&self, date: NaiveDate, reach: u64) -> Vec<Standing> {
        let mut entries = self.entries(days_before(date, reach), date);
        entries.sort_by(|a, b| a.slug.cmp(&b.slug).then(b.date.cmp(&a.date)));
        let mut standing = Vec::new();
        for own in entries.chunk_by(|a, b| a.slug == b.slug) {
            let Some((last, entries)) = own.split_first() else {
                continue;
            };
            let mut earlier = Earlier {
                standup: self,
                slug: last.slug.clone(),
                entries: entries.to_vec(),
                from: days_before(date, reach),
            };
            for card in &last.cards {
                for blocker in &card.blockers {
                    let before = earlier.days_in_a_row(blocker, card);
                    let since = before.last().copied().unwrap_or(last.date);
                    standing.push(Standing {
                        blocker: blocker.clone(),
                        stage: card.stage.clone(),
                        person: last.person.clone(),
                        since,
                        days: (date - since).num_days(),
                        last: last.date,
                        cards: 1 + before.len(),
                    });
                }
            }
        }
        standing
    }

    /// Those that have stood for so many days by `date`, on the cards of whoever posted within a
    /// week: the longest first.
    pub(crate) fn standing(&self, date: NaiveDate, days: i64) -> Vec<Standing> {
        let mut standing = self.blockers(date, REACH);
        let week = days_before(date, REGULAR);
        standing.retain(|blocker| blocker.days >= days && blocker.last >= week);
        standing.sort_by(|a, b| (a.since, &a.stage).cmp(&(b.since, &b.stage)));
        standing
    }
}

/// Somebody's entries before a day, the newest first: read as far back as one of their blockers
/// stands, a stretch at a time.
pub(super) struct Earlier<'a> {
    standup: &'a Standup<'a>,
    slug: String,
    entries: Vec<Entry>,
    /// Those of this day and later are read.
    from: NaiveDate,
}

impl<'a> Earlier<'a> {
    /// Those before a day.
    pub(super) fn than(standup: &'a Standup<'a>, slug: &str, date: NaiveDate) -> Self {
        let mut earlier = Self {
            standup,
            slug: slug.to_owned(),
            entries: Vec::new(),
            from: date,
        };
        earlier.read_on();
        earlier
    }

    /// For each blocker of a card, the first of the days in a row before it on which it was there.
    pub(super) fn since(&mut self, card: &Card) -> Vec<Option<NaiveDate>> {
        let blockers = card.blockers.iter();
        let first = |blocker: &String| self.days_in_a_row(blocker, card).last().copied();
        blockers.map(first).collect()
    }

    /// The days of the earlier cards of the same stage, the newest first, that have a blocker without
    /// a gap.
    fn days_in_a_row(&mut self, blocker: &String, card: &Card) -> Vec<NaiveDate> {
        loop {
            let entries = self.entries.iter();
            let cards = entries.filter_map(|entry| Some((entry.date, entry.card(&card.stage)?)));
            let stands = |(_, card): &(NaiveDate, &Card)| card.blockers.contains(blocker);
            let days: Vec<NaiveDate> = (cards.clone().take_while(stands))
                .map(|(date, _)| date)
                .collect();
            if days.len() < cards.count() || !self.read_on() {
                return days;
            }
        }
    }

    /// Reads the stretch before, a longer one where there was much. Answers whether there was one.
    fn read_on(&mut self) -> bool {
        if !self.standup.days().any(|date| date < self.from) {
            return false;
        }
        let days = self.entries.len() as u64;
        let (from, to) = (
            days_before(self.from, REACH.max(days)),
            days_before(self.from, 1),
        );
        let mut entries = self.standup.entries(from, to);
        entries.retain(|entry| entry.slug == self.slug);
        self.entries.extend(entries.into_iter().rev());
        self.from = from;
        true
    }
}
