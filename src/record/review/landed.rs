//! What git tells a weekly review: where the one before left off, and what landed since.
//!
//! Owns which of a plan's reviews was the last one, and which steps ask for a decision again.
//! Reads no history itself; `store::past` does.

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;

use chrono::{DateTime, Utc};

use super::Record;
use crate::plan::Plan;
use crate::plan::id::StepId;
use crate::plan::source::Role;
use crate::plan::status::Status;

/// Where a finished review left off.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct LeftOff {
    /// When it was finished.
    pub held: DateTime<Utc>,
    /// The commit that was checked out then, as its record says; none where that does not.
    pub seen: Option<String>,
}

impl LeftOff {
    /// Where the last finished review of a plan left off.
    pub fn last(plan: &Plan, now: DateTime<Utc>) -> Option<Self> {
        let reviews = plan.files().iter().filter(|file| file.role == Role::Review);
        let left_off = reviews.filter_map(|file| Record::read(file.markdown()?).left_off());
        left_off.filter(|left_off| left_off.held <= now).max()
    }
}

/// What git tells a review.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Landed {
    /// The full hash of the commit that is checked out.
    pub head: Option<String>,
    /// What happened since the review before; none where only stamps tell.
    pub since: Option<LandedSince>,
}

/// What happened since the review before, by content.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct LandedSince {
    /// The full hash of the newest commit of the plan's files that was known then.
    pub from: Option<String>,
    /// Steps that are new, or say something else.
    pub different: HashSet<StepId>,
    /// By the record of a review that landed in the meantime, with the decisions that were made in
    /// it: which of them changed after that. Not known where it is not committed.
    pub after: HashMap<PathBuf, Option<HashSet<StepId>>>,
    /// The committed status of steps that have another one, or are gone or new, in the files; none
    /// of what is new.
    pub uncommitted: HashMap<StepId, Option<Status>>,
}
