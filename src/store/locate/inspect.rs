//! The checks on a plan that lies on disk: the cockpit and `stepdeck check` ask here, so that
//! both find the same.

use std::collections::BTreeMap;
use std::path::Path;

use chrono::{DateTime, Utc};

use crate::document::progress::Progress;
use crate::plan::Plan;
use crate::plan::checks::{Context, Problem, check_with};

/// What the checks need to know of a plan's folder.
#[derive(Clone, Copy, Debug)]
pub struct CheckInput<'a> {
    /// The plan's root, against which artifacts are looked for.
    pub root: &'a Path,
    /// The `[checks]` of its configuration: a rule's code with its severity.
    pub severities: &'a BTreeMap<String, String>,
    /// The folder of checkpoints, relative to the root.
    pub checkpoints: &'a Path,
    /// What is wrong in the configuration.
    pub configuration: &'a [Problem],
}

impl CheckInput<'_> {
    /// Everything that is wrong with `plan` and its configuration at the instant `now`, by file, line, column and
    /// code.
    pub fn inspect(&self, plan: &Plan, now: DateTime<Utc>) -> Vec<Problem> {
        let found = self.inspect_with(plan, now, &Progress::default());
        // Nobody else knows of the progress, so nobody stops it.
        found.unwrap_or_default()
    }

    /// The same for somebody who watches how far it is and may stop it; nothing where that was
    /// done.
    pub(crate) fn inspect_with(
        &self,
        plan: &Plan,
        now: DateTime<Utc>,
        progress: &Progress,
    ) -> Option<Vec<Problem>> {
        let context = Context {
            now,
            exists: &|path: &Path| self.root.join(path).exists(),
            severities: self.severities,
            checkpoints: self.checkpoints,
            uid_holder: &|_| None,
        };
        let mut problems = check_with(plan, &context, progress)?;
        problems.extend_from_slice(self.configuration);
        problems.sort_by(Problem::order);
        Some(problems)
    }
}
