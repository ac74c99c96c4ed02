//! What became of each week's ten: how many landed complete, and why the others did not.
//!
//! A finished review says what became of the ten before it; of the last ten, the plan says it. A
//! week of which the review was never finished promised nothing.

use chrono::{DateTime, Utc};

use super::gather::Review;
use super::{Entry, Section, Week, Word};
use crate::plan::Plan;

/// So many weeks back a hit rate looks unless asked otherwise.
pub(crate) const WEEKS: usize = 8;

/// A week's ten and what became of them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Promise {
    /// The week whose review picked them.
    pub week: Week,
    /// What became of each, in the order of the record; `why` has the reason where it is open.
    pub fates: Vec<Entry>,
    /// Whether a later review has said so; else it is as the plan stands now.
    pub is_settled: bool,
}

impl Promise {
    /// How many steps were promised: ten, or what the week had.
    pub(crate) fn promised(&self) -> usize {
        self.fates.len()
    }

    /// How many of them landed complete.
    pub(crate) fn kept(&self) -> usize {
        self.fates.len() - self.missed().count()
    }

    /// The others, each with what it is now and why.
    pub(crate) fn missed(&self) -> impl Iterator<Item = &Entry> {
        self.fates.iter().filter(|fate| fate.word != Word::Complete)
    }
}

/// How many steps were promised over some weeks, and how many of them were kept.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(crate) struct HitRate {
    pub kept: usize,
    pub promised: usize,
    pub weeks: usize,
}

impl HitRate {
    /// In whole percent, rounded down; nothing where nothing was promised.
    pub(crate) fn percent(self) -> Option<usize> {
        (self.kept * 100).checked_div(self.promised)
    }
}

/// The hit rate of the last so many weeks of [`promises`].
pub(crate) fn hit_rate(promises: &[Promise], weeks: usize) -> HitRate {
    let last = &promises[promises.len().saturating_sub(weeks)..];
    last.iter()
        .fold(HitRate::default(), |rate, promise| HitRate {
            kept: rate.kept + promise.kept(),
            promised: rate.promised + promise.promised(),
            weeks: rate.weeks + 1,
        })
}

/// The promises of every week before the one of `now`, the earliest first: for the scorecard. The
/// ten that were due in a week are those of the review in the week before.
///
/// What is not committed counts here; [`Review::promises`] knows better where git was asked.
pub(crate) fn promises(plan: &Plan, now: DateTime<Utc>) -> Vec<Promise> {
    let folder = std::path::Path::new("");
    Review::of(plan, folder, Week::of(now), now).promises()
}

impl Review<'_> {
    /// The promises of every week before this one, the earliest first.
    pub(crate) fn promises(&self) -> Vec<Promise> {
        let records: Vec<_> = self.earlier().collect();
        let mut promises = Vec::new();
        for (at, record) in records.iter().enumerate() {
            let (Some(week), ten) = (record.week, record.entries(Section::Ten)) else {
                continue;
            };
            if ten.is_empty() || record.held.is_none() {
                continue;
            }
            let later = records[at + 1..].iter().copied().chain([&self.record]);
            let mut later = later.filter(|record| record.held.is_some());
            let settled = later.find_map(|record| said(record, ten));
            promises.push(Promise {
                week,
                is_settled: settled.is_some(),
                fates: settled.unwrap_or_else(|| self.fates_of(ten)),
            });
        }
        promises
    }
}

/// What a record says became of these steps, if it speaks of all of them.
fn said(record: &super::Record, ten: &[Entry]) -> Option<Vec<Entry>> {
    let fate = |entry: &Entry| record.find(Section::LastTen, (entry.id, None)).cloned();
    ten.iter().map(fate).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::source::{Role, SourceFile};

    const LOG: &str = r#"{"step_id":"0001","title":"Lay stone","status":"complete"}
{"step_id":"0002","title":"Buy wood","owner":"growth","status":"draft"}
{"step_id":"0003","title":"Cut over","owner":"infra","status":"draft","dependencies":["0002"]}
{"step_id":"0004","title":"Sign","status":"blocked","notes":"The board is silent.\nAsked twice."}
"#;

    fn record(week: &str, held: &str, ten: &[&str], last: &str) -> SourceFile {
        let mut text = format!("# Weekly review {week}\n\n- **Date:** 2026-11-06\n");
        if !held.is_empty() {
            text += &format!("- **Held:** {held}\n");
        }
        text += "\n## Next ten\n\n";
        for (at, id) in ten.iter().enumerate() {
            text += &format!("{}. **{id} committed:** A step\n", at + 1);
        }
        text += &format!("\n## Last week's ten\n\n{last}");
        let path = format!("docs/reviews/{week}.md");
        SourceFile::load(path, Role::Review, text.into_bytes())
    }

    fn plan(records: Vec<SourceFile>) -> Plan {
        let log = SourceFile::load("plan.jsonl", Role::Log, LOG.as_bytes().to_vec());
        Plan::read([vec![log], records].concat())
    }

    fn now() -> DateTime<Utc> {
        "2026-11-26T10:00:00Z".parse().unwrap()
    }

    #[test]
    fn a_finished_review_says_what_became_of_the_ten_before_it_and_the_plan_of_the_last() {
        let plan = plan(vec![
            record("2026-W45", "2026-11-06T10:00:00Z", &["0001", "0002"], ""),
            record(
                "2026-W46",
                "2026-11-13T10:00:00Z",
                &["0001", "0003", "0004", "0009"],
                "- **0001 in progress:** A step\n    - **Why:** no stone\n- **0002 blocked:** A step\n",
            ),
            // Never finished: it promised nothing, and settled nothing.
            record("2026-W47", "", &["0002"], "- **0001 complete:** A step\n"),
            record("2026-W48", "", &["0002"], ""),
        ]);
        let promises = promises(&plan, now());
        let told: Vec<_> = (promises.iter())
            .map(|p| (p.week.to_string(), p.kept(), p.promised(), p.is_settled))
            .collect();
        assert_eq!(
            told,
            [
                ("2026-W45".to_owned(), 0, 2, true),
                ("2026-W46".to_owned(), 1, 4, false)
            ]
        );
        let why = |promise: &Promise| -> Vec<String> {
            let missed = promise.missed();
            missed
                .map(|fate| format!("{} {}: {}", fate.id, fate.word.words(), fate.why))
                .collect()
        };
        assert_eq!(
            why(&promises[0]),
            ["0001 in progress: no stone", "0002 blocked: "]
        );
        assert_eq!(
            why(&promises[1]),
            [
                "0003 waiting: waits for 0002 (growth)",
                "0004 blocked: The board is silent.",
                "0009 no longer in the plan: "
            ]
        );
        let rate = hit_rate(&promises, WEEKS);
        assert_eq!((rate.kept, rate.promised, rate.weeks), (1, 6, 2));
        assert_eq!(rate.percent(), Some(16));
        assert_eq!(hit_rate(&promises, 1).percent(), Some(25));
        assert_eq!(hit_rate(&[], WEEKS).percent(), None);
    }
}
