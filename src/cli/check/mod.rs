//! `stepdeck check`: what is wrong with a plan, for people and for machines, and fixing it.
//!
//! - `text`: for people: the line with carets below the offending bytes, the reason, the help
//! - `json`: one document for scripts
//! - `github`: annotations that a workflow run shows beside the lines
//! - `fix`: `--fix` and its dry run
//! - `against`: `--against`, what another version has too

mod against;
mod github;
mod json;
mod fix;
mod text;

use std::path::Path;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use clap::ValueEnum;
use color_eyre::eyre::{Result, bail};

use super::invocation::Invocation;
use super::open_plan::OpenPlan;
use super::{Ending, settings};
use crate::document::english::listed;
use crate::document::progress::Progress;
use crate::plan::Plan;
use crate::plan::checks::{Findings, Fix, Severity};
use crate::plan::last_change::LastChanges;
use crate::store::locate::inspect::CheckInput;

/// Report what is wrong with the plan, and fix what is safe to fix.
///
/// Exits with 1 if there are errors or warnings, with 0 otherwise: notes never fail a run.
/// `[checks]` in stepdeck.toml sets the severity of a rule or turns it off.
#[derive(clap::Args, Clone, Debug)]
pub struct Check {
    /// Output format.
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: Format,
    #[arg(long, help = fix_help())]
    pub fix: bool,
    /// Write nothing; print what --fix would write, as a diff for `git apply` or `patch -p1` in the
    /// plan's root.
    #[arg(long, requires = "fix")]
    pub dry_run: bool,
    /// Report only what this revision does not have, and fail only for that: a branch such as
    /// origin/main, a tag or a commit. A problem is the same if rule, step and words agree, wherever
    /// it is.
    #[arg(long, value_name = "REV", conflicts_with = "dry_run")]
    pub against: Option<String>,
    /// Where log and canon disagree, let --fix use this side's version.
    #[arg(long, value_name = "SIDE", requires = "fix")]
    pub prefer: Option<Side>,
}

fn fix_help() -> String {
    let kinds: Vec<&str> = Fix::KINDS.into_iter().map(Fix::words).collect();
    format!(
        "First fix what is safe to fix, as one change: {}. Then report what is left",
        listed(&kinds)
    )
}

/// How problems are printed.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum, Debug)]
pub enum Format {
    /// For people.
    Text,
    /// One document, stepdeck/check@1.
    Json,
    /// Annotations for a GitHub workflow.
    Github,
}

/// One of the two places that a step can be written in.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum, Debug)]
pub enum Side {
    /// Keep the log's version.
    Log,
    /// Keep the canon's version.
    Canon,
}

impl Check {
    /// Fixes, if asked to, and prints what there is to say.
    ///
    /// # Errors
    /// When the plan cannot be read or written, or the arguments exclude each other.
    pub(crate) fn run(&self, invocation: &mut Invocation<'_, '_>) -> Result<Ending> {
        if self.dry_run {
            if self.format != Format::Text {
                bail!("--dry-run always prints a diff: leave out --format");
            }
            return self.preview(invocation);
        }
        let opened = match self.fix {
            true => {
                self.fix(invocation)?;
                invocation.reopen()?
            }
            // What is wrong with the configuration is among the problems.
            false => invocation.reopen()?,
        };
        let (now, progress) = (invocation.outside.now, Progress::default());
        let own = invocation.outside.config.clone();
        let changes = invocation.stale_since(&opened);
        let percent = || progress.percent();
        let found = invocation.with_patience(("checking", &percent), || {
            let changes = changes.as_ref();
            problems(
                &opened,
                own.as_deref(),
                &opened.plan,
                changes,
                now,
                &progress,
            )
        });
        let plan = &opened.plan;
        let (found, old) = match &self.against {
            None => (found, None),
            Some(revision) => {
                let (found, count) = against::new_since(
                    revision,
                    invocation,
                    &opened,
                    found,
                    changes.as_ref(),
                    now,
                )?;
                (found, Some(count))
            }
        };
        if let (Some(revision), Some(old @ 1..)) = (&self.against, old) {
            let problems = if old == 1 {
                "1 problem"
            } else {
                &format!("{old} problems")
            };
            invocation.say(&format!("left out: {problems} that {revision} has too"))?;
        }
        match self.format {
            Format::Text => text::print(invocation, plan, &found, old.is_some(), self)?,
            Format::Json => json::print(invocation, plan, &found, old)?,
            Format::Github => github::print(invocation, &opened.layout.root, plan, &found)?,
        }
        Ok(ending(&found))
    }
}

/// How many errors a plan has.
pub(super) fn error_count(opened: &OpenPlan, invocation: &Invocation<'_, '_>) -> usize {
    let (own, now) = (invocation.outside.config.as_deref(), invocation.outside.now);
    let progress = Progress::default();
    let found = problems(opened, own, &opened.plan, None, now, &progress);
    found.count(Severity::Error)
}

/// What is wrong with a state of the plan, for whoever has the configuration file `own`.
pub(super) fn problems(
    opened: &OpenPlan,
    own: Option<&Path>,
    plan: &Plan,
    changes: Option<&Arc<LastChanges>>,
    now: DateTime<Utc>,
    progress: &Progress,
) -> Findings {
    let layout = &opened.layout;
    let premises = CheckInput {
        root: &layout.root,
        severities: &layout.severities(),
        papers: &layout.papers,
        rituals: &layout.config.rituals,
        configuration: &settings::judged(layout, own).problems,
        changes,
        listed: layout.listed.as_deref(),
    };
    // Nobody stops it but the end of the program.
    (premises.inspect_with(plan, now, progress)).unwrap_or_default()
}

/// Errors and warnings fail a run, notes do not.
fn ending(found: &Findings) -> Ending {
    match found.len() > found.count(Severity::Note) {
        true => Ending::Found,
        false => Ending::Done,
    }
}
