//! What git tells the weekly review: where the one before left off in the history, and what
//! landed since. Screen 3, the subcommand and whatever compares with the last review find the
//! place in one way.

use std::collections::HashSet;
use std::path::Path;

use chrono::DateTime;

use super::Past;
use super::background::PastInput;
use super::moment::Moment;
use crate::document::progress::Progress;
use crate::git::history::{History, Paths};
use crate::git::output::Commit;
use crate::history::events::{Event, Kind};
use crate::plan::field::Field;
use crate::plan::id::StepId;
use crate::record::review::Week;
use crate::record::review::gather::Review;
use crate::record::review::landed::{Landed, LandedSince, LeftOff};

/// The commit at which a review left off: the one that was checked out then. Where that is no part of
/// the history any more (squash, rebase), the last one that it has in common with the history; where
/// that is not known either, none.
pub(super) fn seen_commit(left_off: &LeftOff, git: &History) -> Option<String> {
    git.merge_base(left_off.seen.as_ref()?, "HEAD").ok()?
}

impl Moment {
    /// Where a review left off: with the commit that was seen, else when the review was finished.
    pub(super) fn left_off(left_off: &LeftOff, git: Option<&History>) -> Self {
        let commits = || {
            let git = git?;
            git.since(&seen_commit(left_off, git)?).ok()
        };
        commits().map_or(Self::At(left_off.held), Self::Commit)
    }
}

/// What git tells a review of the plan at `root`, whose past `open` opens: that of every file is
/// listed only where the review before says what was seen.
pub(crate) fn landed(review: &Review<'_>, root: &Path, open: impl FnOnce() -> Past) -> Landed {
    let Ok(git) = History::around(root) else {
        return Landed::default();
    };
    let since = review.left_off().and_then(|left_off| {
        let mut past = open();
        let moment = Moment::left_off(&left_off, Some(&git));
        past.landed_since(&moment, review)
    });
    let head = git.head().map(str::to_owned);
    Landed { head, since }
}

impl PastInput {
    /// What git tells the review of this week.
    pub(crate) fn landed(self) -> Landed {
        // Where its record would be does not matter.
        let review = Review::of(&self.plan, Path::new(""), Week::of(self.now), self.now);
        landed(&review, &self.root, || self.open())
    }
}

impl Past {
    fn landed_since(&mut self, moment: &Moment, review: &Review<'_>) -> Option<LandedSince> {
        let git = self.git()?.clone();
        let compared = self.since("", moment, &Progress::default())?;
        // A theme repeats what the block's row says: nobody proposes anything by it.
        let theme = Field::Theme.spec().key;
        let origins = compared.trail.newest_but(theme);
        let is_theme = |event: &Event| event.field.as_deref() == Some(theme);
        let is_content = |event: &&Event| event.kind != Kind::Renumbered && !is_theme(event);
        let changed = compared.net.changed.iter().flat_map(|(_, events)| events);
        let events = compared.net.added.iter().chain(changed).filter(is_content);
        let different: HashSet<StepId> = events.map(|event| event.step).collect();
        let after = review.records_since().filter_map(|path| {
            let file = Paths::File(git.prefix().join(path));
            let commits = git.commits("HEAD", &[file]).ok()?.commits;
            let is_since = |commit: &&Commit| {
                let at = DateTime::from_timestamp(commit.time, 0).unwrap_or_default();
                moment.is_before(at, Some(&commit.hash))
            };
            // The oldest since then brought the record's end.
            let landed = commits.iter().rev().find(is_since);
            let changed = landed.and_then(|commit| {
                let landed = Moment::Commit(git.since(&commit.hash).ok()?);
                let is_after = |step: &&StepId| {
                    let origin = origins.get(*step);
                    origin.is_none_or(|origin| landed.is_before(origin.at, origin.hash()))
                };
                Some(different.iter().filter(is_after).copied().collect())
            });
            Some((path.to_owned(), changed))
        });
        Some(LandedSince {
            after: after.collect(),
            uncommitted: compared.trail.uncommitted().clone(),
            different,
            from: compared.baseline.commit,
        })
    }
}
