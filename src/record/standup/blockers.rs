//! How long blockers have stood on people's cards: since when, and in how many standups in a row.
//!
//! The standup says so beside a blocker, Today lists those that have stood for days, and the
//! register of risks proposes those that have stood in several standups.

use chrono::NaiveDate;

use super::day::REGULAR;
use super::suggest::REACH;
use super::{Card, Standup, days_before};

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
            let Some(last) = own.first() else {
                continue;
            };
            for card in &last.cards {
                for blocker in &card.blockers {
                    let before = self.days_in_a_row(blocker, card, (&last.slug, last.date));
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

impl Standup<'_> {
    /// For each blocker of somebody's card of a day, the first of the days in a row before it on which
    /// it was there.
    pub(super) fn since(&self, card: &Card, of: (&str, NaiveDate)) -> Vec<Option<NaiveDate>> {
        let blockers = card.blockers.iter();
        let first = |blocker: &String| self.days_in_a_row(blocker, card, of).last().copied();
        blockers.map(first).collect()
    }

    /// The days of somebody's cards of the same stage before a day, the newest first, that have a
    /// blocker without a gap.
    fn days_in_a_row(
        &self,
        blocker: &String,
        card: &Card,
        (slug, date): (&str, NaiveDate),
    ) -> Vec<NaiveDate> {
        // Papers are read as far back as the blocker stands, a stretch at a time.
        let is_before = |day: NaiveDate| self.days().any(|date| date < day);
        let stretch = |until: NaiveDate| (days_before(until, REACH), days_before(until, 1));
        let stretches = std::iter::successors(Some(stretch(date)), |(from, _)| {
            is_before(*from).then(|| stretch(*from))
        });
        let entries = stretches.flat_map(|(from, to)| {
            let mut entries = self.entries(from, to);
            entries.retain(|entry| entry.slug == slug);
            entries.into_iter().rev()
        });
        entries
            .filter_map(|entry| Some((entry.date, entry.card(&card.stage)?.clone())))
            .take_while(|(_, card)| card.blockers.contains(blocker))
            .map(|(date, _)| date)
            .collect()
    }
}
