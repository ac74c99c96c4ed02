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
    /// The blockers on everybody's last cards by `date`, looked for so many days back.
    pub(crate) fn blockers(&self, date: NaiveDate, reach: u64) -> Vec<Standing> {
        let mut entries = self.entries(days_before(date, reach), date);
        entries.sort_by(|a, b| a.slug.cmp(&b.slug).then(b.date.cmp(&a.date)));
        let mut standing = Vec::new();
        for own in entries.chunk_by(|a, b| a.slug == b.slug) {
            let Some((last, earlier)) = own.split_first() else {
                continue;
            };
            for card in &last.cards {
                for blocker in &card.blockers {
                    let before = days_in_a_row(blocker, card, earlier);
                    let since = before.clone().last().unwrap_or(last.date);
                    standing.push(Standing {
                        blocker: blocker.clone(),
                        stage: card.stage.clone(),
                        person: last.person.clone(),
                        since,
                        days: (date - since).num_days(),
                        last: last.date,
                        cards: 1 + before.count(),
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

/// For each blocker of a card, the first of the days in a row before it on which it was there.
pub(super) fn since(card: &Card, earlier: &[Entry]) -> Vec<Option<NaiveDate>> {
    let blockers = card.blockers.iter();
    let first = |blocker: &String| days_in_a_row(blocker, card, earlier).last();
    blockers.map(first).collect()
}

/// The days of the earlier cards of the same stage, the newest first, that have a blocker without
/// a gap.
fn days_in_a_row<'e>(
    blocker: &'e String,
    card: &'e Card,
    earlier: &'e [Entry],
) -> impl Iterator<Item = NaiveDate> + Clone + 'e {
    earlier
        .iter()
        .filter_map(|entry| Some((entry.date, entry.card(&card.stage)?)))
        .take_while(|(_, card)| card.blockers.contains(blocker))
        .map(|(date, _)| date)
}
