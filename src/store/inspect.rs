//! The checks on a plan that lies on disk: the cockpit and `stepdeck check` ask here, so that
//! both find the same.

use std::collections::BTreeMap;
use std::path::Path;

use chrono::{DateTime, Utc};

use crate::plan::Plan;
use crate::plan::checks::{Context, Problem, check};

/// What the checks need to know of a plan's folder.
#[derive(Clone, Copy, Debug)]
pub struct Premises<'a> {
    /// The plan's root, against which artifacts are looked for.
    pub root: &'a Path,
    /// The `[checks]` of its configuration: a rule's code with its severity.
    pub severities: &'a BTreeMap<String, String>,
    /// The folder of checkpoints, relative to the root.
    pub checkpoints: &'a Path,
}

impl Premises<'_> {
    /// Everything that is wrong with `plan` at the instant `now`, by file, line, column and
    /// code.
    pub fn inspect(&self, plan: &Plan, now: DateTime<Utc>) -> Vec<Problem> {
        let context = Context {
            now,
            exists: &|path: &Path| self.root.join(path).exists(),
            severities: self.severities,
            checkpoints: self.checkpoints,
        };
        check(plan, &context)
    }
}
