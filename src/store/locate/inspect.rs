//! The checks on a plan that lies on disk: the cockpit and `stepdeck check` ask here, so that
//! both find the same.

use std::collections::{BTreeMap, HashSet};
use std::path::Path;
use std::sync::{Arc, OnceLock};

use chrono::{DateTime, Utc};

use crate::change::compose::Composer;
use crate::document::progress::Progress;
use crate::git::Git;
use crate::plan::Plan;
use crate::plan::checks::{Context, Findings, Problem, StaleMention, find_with};
use crate::plan::field::Field;
use crate::plan::last_change::LastChanges;
use crate::plan::paper::Papers;
use crate::plan::source::{Role, SourceFile};
use crate::plan::step::StepRef;
use crate::plan::uid::Uid;
use crate::record::today::late;
use crate::record::today::rituals::Rituals;
use crate::store::branch::Branch;
use crate::store::locate::listed::{Listed, exists};
use crate::store::locate::moved::moved_evidence;

/// What the checks need to know of a plan's folder.
#[derive(Clone, Copy, Debug)]
pub struct CheckInput<'a> {
    /// The plan's root, against which artifacts are looked for.
    pub root: &'a Path,
    /// The `[checks]` of its configuration: a rule's code with its severity.
    pub severities: &'a BTreeMap<String, String>,
    /// Where its papers are, relative to the root.
    pub papers: &'a Papers,
    /// The calendar of its rituals.
    pub rituals: &'a Rituals,
    /// What is wrong in the configuration.
    pub configuration: &'a [Problem],
    /// When steps in progress were changed last, where a history tells.
    pub changes: Option<&'a Arc<LastChanges>>,
    /// What exists beside what is on disk.
    pub listed: Option<&'a Listed>,
}

impl CheckInput<'_> {
    /// Everything that is wrong with `plan` and its configuration at the instant `now`, by file, line,
    /// column and code.
    pub fn inspect(&self, plan: &Plan, now: DateTime<Utc>) -> Vec<Problem> {
        let found = self.inspect_with(plan, now, &Progress::default());
        // Nobody else knows of the progress, so nobody stops it.
        let found = found.unwrap_or_default();
        found.problems(0..found.len(), plan).collect()
    }

    /// The same without words, for somebody who watches how far it is and may stop it; nothing
    /// where that was done.
    pub(crate) fn inspect_with(
        &self,
        plan: &Plan,
        now: DateTime<Utc>,
        progress: &Progress,
    ) -> Option<Findings> {
        let before = OnceLock::new();
        let context = Context {
            now,
            changes: self.changes,
            exists: &|path: &Path| exists(&self.root.join(path), self.listed),
            severities: self.severities,
            checkpoints: self.papers.folder_of(Role::Checkpoint),
            uid_holder: &|uid| {
                let before = before.get_or_init(|| committed(self.root, plan)).as_ref()?;
                let has_uid =
                    |step: &StepRef<'_>| step.raw(Field::Uid).and_then(Uid::of_raw) == Some(uid);
                let mut held = before.steps().filter(has_uid);
                held.next()
                    .filter(|_| held.next().is_none())
                    .map(StepRef::id)
            },
            stale_mentions: &|| stale_mentions(self.root, plan, now),
            moved_evidence: &|| moved_evidence(self.root, plan, now),
            late_rituals: &|| late(plan, self.papers, self.rituals, now),
        };
        let mut findings = find_with(plan, &context, progress)?;
        findings.add(self.configuration);
        Some(findings)
    }
}

/// Where the plan means a step by the number that it had before a merge, as git tells.
fn stale_mentions(root: &Path, plan: &Plan, now: DateTime<Utc>) -> Vec<StaleMention> {
    let Ok(Some(branch)) = Branch::around(root, plan, None, None) else {
        return Vec::new();
    };
    let mut known = branch.renumbered(plan);
    known.retain(|collision| collision.origin.is_some());
    let composer = Composer::new(plan, now);
    let mended = branch.part(&composer, &known, &HashSet::new());
    let stale = mended.map(|mended| mended.rewritten).unwrap_or_default();
    let stale = stale.into_iter().map(|mention| StaleMention {
        path: mention.path,
        line: mention.line,
        old: mention.from,
        new: mention.to,
    });
    stale.collect()
}

/// The plan as its logs were committed: at the merge base during a merge, otherwise at `HEAD`.
/// Nothing outside git.
fn committed(root: &Path, plan: &Plan) -> Option<Plan> {
    let git = Git::at(root);
    let base = git.merge_base("HEAD", "MERGE_HEAD").ok().flatten();
    let revision = base.as_deref().unwrap_or("HEAD");
    let logs = plan.files().iter().filter(|file| file.role == Role::Log);
    let read = |file: &SourceFile| {
        let bytes = git.file_at(revision, &file.path)?;
        Some(SourceFile::load(&file.path, Role::Log, bytes))
    };
    let files: Vec<SourceFile> = logs.filter_map(read).collect();
    (!files.is_empty()).then(|| Plan::read(files))
}
