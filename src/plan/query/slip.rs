//! What is well formed and most likely a slip: a status that is none of the five, or a comparison
//! under a name that is no key, where no step of the plan says that.

use chrono::{DateTime, Utc};

use super::value::Value;
use super::words::Words;
use super::{Folded, Matched, Query, QueryError};
use crate::plan::field::Field;
use crate::plan::{Plan, StepRef};

/// At so many steps it is looked whether they say it.
const MOST: usize = 10_000;

/// A term that may be a slip.
pub(super) struct Slip {
    said: Said,
    /// What is wrong with it where no step says that.
    error: QueryError,
}

enum Said {
    Status(Value),
    Words(Box<Words>),
}

impl Slip {
    /// A status that is none of the five.
    pub(super) fn status(value: Value, error: QueryError) -> Self {
        let said = Said::Status(value);
        Self { said, error }
    }

    /// Text that looks like a comparison.
    pub(super) fn words(text: &str, error: QueryError) -> Self {
        let said = Said::Words(Box::new(Words::of([(text, true)])));
        Self { said, error }
    }

    /// The same of a line without so many blanks in front.
    pub(super) fn within(self, indent: usize) -> Self {
        let error = self.error.within(indent);
        Self { error, ..self }
    }

    /// Whether no step says it. Of a plan with very many steps that could, all are trusted.
    fn is_one(&self, plan: &Plan) -> bool {
        let mut folded = Folded::default();
        let mut says = |step: StepRef<'_>| match &self.said {
            Said::Status(value) => is_written(value, step, DateTime::UNIX_EPOCH),
            Said::Words(words) => {
                folded.clear();
                folded.has(words, step) == Matched::Passes
            }
        };
        let may = |step: &StepRef<'_>| match &self.said {
            Said::Status(_) => step.status().is_none(),
            Said::Words(_) => true,
        };
        let mut steps = plan.steps().filter(may);
        !steps.by_ref().take(MOST).any(&mut says) && steps.next().is_none()
    }
}

impl Query {
    /// What is wrong with the first term that is a slip.
    pub(crate) fn slip(&self, plan: &Plan) -> Option<&QueryError> {
        let slip = self.slips.iter().find(|slip| slip.is_one(plan));
        slip.map(|slip| &slip.error)
    }

    /// The same query, unless a term of it is a slip.
    ///
    /// # Errors
    /// As [`Query::slip`].
    pub(crate) fn known_to(self, plan: &Plan) -> Result<Self, QueryError> {
        match self.slip(plan) {
            Some(error) => Err(error.clone()),
            None => Ok(self),
        }
    }
}

/// Whether a status that is none of the five is like this.
pub(super) fn is_written(value: &Value, step: StepRef<'_>, now: DateTime<Utc>) -> bool {
    step.status().is_none() && value.holds(&step.text(Field::Status), || 0, now)
}
