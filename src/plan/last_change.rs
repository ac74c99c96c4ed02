//! When a step was changed last: as the history tells, whatever anybody wrote into its stamp; where
//! no history is known, as the stamp says.

use std::collections::HashMap;

use chrono::{DateTime, Utc};

use super::field::Field;
use super::{StepKey, StepRef};

/// What a history tells of the last changes, back to some moment. Whoever knows one fills it in.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct LastChanges {
    /// When something about a step landed last.
    pub landed: HashMap<StepKey, DateTime<Utc>>,
    /// All that landed since then is in there; nothing where the history does not go back so far.
    pub since: Option<DateTime<Utc>>,
    /// When the history begins, where it was followed so far: what it began with was made before.
    pub begins: Option<DateTime<Utc>>,
}

/// When a step was changed last.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum LastChange {
    /// A change of its content landed, and none since.
    Landed(DateTime<Utc>),
    /// None has landed since.
    LandedBefore(DateTime<Utc>),
    /// Its `updated_at` says so.
    Stamped(DateTime<Utc>),
}

impl LastChange {
    /// That of a step, if it is known.
    pub(crate) fn of(step: StepRef<'_>, changes: Option<&LastChanges>) -> Option<Self> {
        let landed = changes.and_then(|changes| {
            let landed = changes.landed.get(&step.key()).copied().map(Self::Landed);
            landed.or(changes.since.map(Self::LandedBefore))
        });
        landed.or_else(|| {
            let stamp = DateTime::parse_from_rfc3339(step.text(Field::UpdatedAt).trim());
            let stamp = stamp.ok().map(|at| at.to_utc());
            // A stamp that is younger than what it stands on is not that of a change.
            let begins = changes.and_then(|changes| changes.begins);
            match (stamp, begins) {
                (Some(at), Some(begins)) if at > begins => Some(Self::Landed(begins)),
                (Some(at), _) => Some(Self::Stamped(at)),
                (None, begins) => begins.map(Self::Landed),
            }
        })
    }

    /// The moment, or the latest that it can be.
    pub(crate) fn at(self) -> DateTime<Utc> {
        match self {
            Self::Landed(at) | Self::LandedBefore(at) | Self::Stamped(at) => at,
        }
    }
}
