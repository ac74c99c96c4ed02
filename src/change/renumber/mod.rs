//! Steps that get other IDs, and everything that names them rewritten: the one place that knows
//! where a plan's files mention a step.
//!
//! [`line`] knows the fields of a log line, [`page`] the running text of a Markdown file, and
//! [`added`] which of two versions brought a mention in. What becomes a change is composed in
//! [`crate::change::compose::renumber`]; a merge of logs rewrites lines by themselves.

pub(crate) mod added;
pub(crate) mod line;
pub(crate) mod page;

use std::collections::HashMap;

use crate::document::splice::{Span, Splice};
use crate::plan::id::StepId;
use crate::plan::mention::{Form, Mention};

/// Which steps are called otherwise from now on.
#[derive(Clone, Debug, Default)]
pub(crate) struct NewIds(HashMap<StepId, StepId>);

/// So many steps are looked for one by one.
const FEW: usize = 8;

impl FromIterator<(StepId, StepId)> for NewIds {
    fn from_iter<T: IntoIterator<Item = (StepId, StepId)>>(pairs: T) -> Self {
        Self(pairs.into_iter().filter(|(old, new)| old != new).collect())
    }
}

impl NewIds {
    /// What a step is called now, if that is something else.
    pub(crate) fn get(&self, old: StepId) -> Option<StepId> {
        self.0.get(&old).copied()
    }

    /// Every step that is called otherwise now, with its new ID.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (StepId, StepId)> {
        self.0.iter().map(|(old, new)| (*old, *new))
    }

    /// Whether every step keeps its ID.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether bytes may have a range with one of the steps between its ends: told without reading them.
    pub(crate) fn may_be_between(&self, bytes: &[u8]) -> bool {
        if self.0.len() > FEW {
            return bytes.iter().any(u8::is_ascii_digit);
        }
        let numbers = bytes
            .split(|byte| !byte.is_ascii_digit())
            .filter_map(|digits| std::str::from_utf8(digits).ok()?.parse::<u32>().ok());
        let mut first = u32::MAX;
        numbers.into_iter().any(|last| {
            let from = std::mem::replace(&mut first, last);
            let is_between = |old: &StepId| from < old.number() && old.number() < last;
            self.0.keys().any(is_between)
        })
    }

    /// Whether bytes may name one of the steps: told without reading them.
    pub(crate) fn may_be_in(&self, bytes: &[u8]) -> bool {
        if self.0.len() > FEW {
            return bytes.iter().any(u8::is_ascii_digit);
        }
        self.0.keys().any(|old| {
            let digits = old.number().to_string();
            memchr::memmem::find(bytes, digits.as_bytes()).is_some()
        })
    }
}

/// A mention of a step in a file, with where its ID is in the source.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    /// The mention in the text that one reads.
    pub mention: Mention,
    /// Where the ID is.
    pub source: Span,
}

impl Place {
    /// The splice that puts the step's new ID there, in as many digits; nothing where the step
    /// keeps its ID, or the text does not surely mean this very step.
    pub(crate) fn renamed(&self, ids: &NewIds) -> Option<Splice> {
        let new = ids.get(self.mention.id)?;
        let spelled = new.padded_to(self.mention.id.digits()).to_string();
        let spelled = match self.mention.form {
            Form::Single => spelled,
            // As sites spell a heading.
            Form::Anchor => spelled.replace('.', "").to_lowercase(),
            Form::Range | Form::Year => return None,
        };
        Some(Splice::replace(self.source, spelled))
    }
}
