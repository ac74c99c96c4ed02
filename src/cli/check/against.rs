//! `check --against REV`: the version that problems are compared with.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use color_eyre::eyre::{Result, eyre};

use crate::cli::invocation::Invocation;
use crate::cli::open_plan::OpenPlan;
use crate::cli::settings;
use crate::document::progress::Progress;
use crate::git::history::History;
use crate::history::when::When;
use crate::plan::checks::Findings;
use crate::plan::checks::against::only_new;
use crate::plan::last_change::LastChanges;
use crate::store::locate::inspect::CheckInput;
use crate::store::past::moment;

/// What is left of what was found, and how many of the problems `revision` has too.
///
/// # Errors
/// When there is no git, or no such revision.
pub(super) fn new_since(
    revision: &str,
    invocation: &mut Invocation<'_, '_>,
    opened: &OpenPlan,
    found: Findings,
    changes: Option<&Arc<LastChanges>>,
    now: DateTime<Utc>,
) -> Result<(Findings, usize)> {
    let git = History::around(&invocation.start());
    let git = git.map_err(|error| eyre!("--against: {}", error.answer()))?;
    let commit = moment::revision(&git, revision).map_err(|error| eyre!("--against: {error}"))?;
    let when = When::Revision(commit);
    let (as_of, _) = invocation.lay_out("--against", &when)?;
    let own = invocation.outside.config.clone();
    let today = invocation.as_of.replace(as_of);
    let before = invocation.reopen();
    invocation.as_of = today;
    let before = before?;
    // It is judged by the rules of today, so that a stricter rule fails nobody's first run.
    let severities = opened.layout.severities();
    let premises = CheckInput {
        root: &before.layout.root,
        severities: &severities,
        papers: &before.layout.papers,
        rituals: &before.layout.config.rituals,
        configuration: &settings::judged(&before.layout, own.as_deref()).problems,
        changes,
        listed: before.layout.listed.as_deref(),
    };
    let old = premises.inspect_with(&before.plan, now, &Progress::default());
    let old = old.unwrap_or_default();
    Ok(only_new(found, &opened.plan, &old, &before.plan))
}
