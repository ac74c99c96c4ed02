//! What the branch that is checked out would change in its plan, gathered from git: where it left
//! the main branch, and who answers for the plan there.
//!
//! The rules and the roster are those of the main branch: what is under review decides neither how
//! it is judged nor who may approve it.

use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use chrono::{DateTime, Utc};

use super::as_of::AsOf;
use super::changes::nothing_in_common;
use super::locate::discover::{Layout, Overrides};
use super::locate::inspect::CheckInput;
use super::locate::open::{Opening, open_plan};
use super::past::Past;
use crate::document::english::counted;
use crate::document::progress::Progress;
use crate::git::checkout::Checkout;
use crate::git::{Git, GitError};
use crate::history::pull_request::{Base, PullRequest, Versions};
use crate::history::target::{Scope, Target};
use crate::history::weeks::{Snapshot, Week};
use crate::plan::Plan;
use crate::plan::approval::Approval;
use crate::plan::checks::against::only_new;
use crate::plan::people::{Identity, people};
use crate::plan::query::Query;

/// A plan on a branch that shall be compared with where it goes to.
pub(crate) struct PullRequestInput<'a> {
    /// Where the plan lies.
    pub layout: &'a Layout,
    /// What it says.
    pub plan: &'a Plan,
    /// The revision that it goes to; the team's main branch where none is named.
    pub base: Option<&'a str>,
    /// Whether the files are laid out from a commit.
    pub is_commit: bool,
    /// Who proposes the change.
    pub author: &'a Identity,
    /// What is named instead of the configured files.
    pub overrides: &'a Overrides,
    /// The present instant.
    pub now: DateTime<Utc>,
    /// Where what is found in the past is kept.
    pub cache: Option<&'a Path>,
}

/// Another version of the plan, laid out as long as this lives.
struct Version {
    _as_of: AsOf,
    layout: Layout,
    plan: Plan,
}

/// The versions that were laid out, by their commits: the same one is often asked for again.
#[derive(Default)]
struct OpenVersions(BTreeMap<String, Rc<Version>>);

impl OpenVersions {
    fn of(&mut self, input: &PullRequestInput<'_>, commit: &str) -> Result<Rc<Version>, String> {
        if let Some(version) = self.0.get(commit) {
            return Ok(version.clone());
        }
        let version = Rc::new(input.version(commit)?);
        self.0.insert(commit.to_owned(), version.clone());
        Ok(version)
    }
}

impl PullRequestInput<'_> {
    /// Everything that the branch changes.
    ///
    /// # Errors
    /// When there is no git, or nothing to compare with; says why and what to do.
    pub(crate) fn gather(&self) -> Result<PullRequest, String> {
        let git = Git::at(&self.layout.root);
        let told = |error: GitError| error.answer();
        let commit = |revision: &str| git.commit_of(revision).map_err(told);
        Checkout::around(&self.layout.root).map_err(told)?;
        let head = commit("HEAD")?.ok_or("nothing is committed yet")?;
        let mut versions = OpenVersions::default();
        let mut versions = |commit: &str| versions.of(self, commit);
        let main = self.mainline(&git, &mut versions)?;
        let (name, tip) = match self.base {
            Some(base) => {
                let tip = commit(base)?.ok_or_else(|| {
                    format!("there is no branch or commit {base}: `git fetch` gets what the host has")
                })?;
                (base.to_owned(), tip)
            }
            None => main.clone().ok_or(
                "there is no main branch: name what to compare with, or set `main` in `[team]` of stepdeck.toml",
            )?,
        };
        let merge_base = git.checkout_base(&tip).map_err(told)?;
        let merge_base = merge_base.ok_or_else(|| nothing_in_common(&name))?;
        let behind = self.behind(&git, (&head, &merge_base)).map_err(told)?;
        let before = versions(&merge_base)?;
        // The roster is the main branch's, whatever branch this goes to.
        let roster = main.map_or_else(|| tip.clone(), |(_, main)| main);
        let main = versions(&roster)?;
        let compared = Versions {
            before: &before.plan,
            after: self.plan,
            main: &main.plan,
            now: self.now,
        };
        let severities = main.layout.severities();
        let found = |layout: &Layout, plan: &Plan| {
            let input = CheckInput {
                root: &layout.root,
                severities: &severities,
                papers: &layout.papers,
                rituals: &layout.config.rituals,
                configuration: &layout.config_problems,
                changes: None,
                listed: layout.listed.as_deref(),
            };
            let found = input.inspect_with(plan, self.now, &Progress::default());
            found.unwrap_or_default()
        };
        let old = found(&before.layout, &before.plan);
        let (new, _) = only_new(found(self.layout, self.plan), self.plan, &old, &before.plan);
        let problems: Vec<_> = new.problems(0..new.len(), self.plan).collect();
        let weeks = |names: &[String]| self.weeks(&before, names);
        let approval = Approval::of(
            &people(&main.plan),
            &main.layout.config.stewards,
            self.author,
        );
        let uncommitted = !self.is_commit && self.is_uncommitted(&git).map_err(told)?;
        let mut found = PullRequest {
            base: Base {
                name,
                commit: tip,
                merge_base,
            },
            head: (!uncommitted).then_some(head),
            uncommitted,
            approval,
            ..compared.compare(&weeks, problems)
        };
        found.notes.extend(behind);
        Ok(found)
    }

    /// What there is to say of a local branch that lacks commits which the one at the remote has, and
    /// this branch as well: they are taken for its own.
    ///
    /// # Errors
    /// When git cannot say.
    fn behind(
        &self,
        git: &Git,
        (head, merge_base): (&str, &str),
    ) -> Result<Option<String>, GitError> {
        let Some(base) = self.base else {
            return Ok(None);
        };
        let Some((upstream, count)) = git.lacking(base)? else {
            return Ok(None);
        };
        let newer = git.merge_base(head, &upstream)?;
        let has_more = match newer.filter(|newer| newer != merge_base) {
            Some(newer) => git.merge_base(&newer, merge_base)?.as_deref() == Some(merge_base),
            None => false,
        };
        Ok(has_more.then(|| {
            format!(
                "{base} is {} behind {upstream}, and what this branch has of that counts as its own: \
                 compare with {upstream}",
                counted(count, "commit")
            )
        }))
    }

    /// The main branch's name and newest commit. What its own configuration says counts, found by
    /// way of the remote's `HEAD`, which no branch under review can move.
    fn mainline(
        &self,
        git: &Git,
        versions: &mut dyn FnMut(&str) -> Result<Rc<Version>, String>,
    ) -> Result<Option<(String, String)>, String> {
        let known = |configured: Option<&str>| {
            let main = git
                .mainline(configured)
                .map_err(|error| error.to_string())?;
            Ok::<_, String>(main.and_then(|main| Some((main.name(), main.tip()?.to_owned()))))
        };
        let Some((name, tip)) = known(None)? else {
            // Neither a remote's HEAD nor main or master: nothing else is left to believe.
            return known(self.layout.config.main_branch.as_deref());
        };
        match &versions(&tip)?.layout.config.main_branch {
            None => Ok(Some((name, tip))),
            Some(named) => Ok(known(Some(named))?.or(Some((name, tip)))),
        }
    }

    fn version(&self, commit: &str) -> Result<Version, String> {
        let root = &self.layout.root;
        let as_of = AsOf::lay_out(root, commit, self.overrides.clone());
        let as_of = as_of.map_err(|error| error.to_string())?;
        let overrides = as_of.overrides(self.overrides.clone());
        let opened = open_plan(as_of.start(), &overrides, &Opening::default());
        let (opened, plan) = opened.ok_or("opening the plan was cancelled")?;
        Ok(Version {
            _as_of: as_of,
            layout: opened.layout,
            plan,
        })
    }

    /// How the steps of these stages went, week by week, by where the branch left the main one.
    fn weeks(&self, before: &Version, names: &[String]) -> BTreeMap<String, Vec<Week>> {
        let query = Query::default();
        let scope = |name: &String| Scope {
            target: Target::Stage(name.clone()),
            query: &query,
            past: &|_, _| None,
        };
        let scopes: Vec<Scope<'_>> = names.iter().map(scope).collect();
        let today = Snapshot::of(&scopes, &before.plan, self.now);
        let (layout, plan) = (&before.layout, &before.plan);
        let mut past = Past::open(layout, plan, true, self.now, self.cache);
        let full = past.full_weeks(&scopes, None, &Progress::default());
        let weeks = full.map(|full| full.with_running(&today, self.now));
        let weeks = weeks.into_iter().flatten();
        names.iter().cloned().zip(weeks).collect()
    }

    /// Whether a file of the plan differs from its commit.
    ///
    /// # Errors
    /// When git cannot say.
    fn is_uncommitted(&self, git: &Git) -> Result<bool, GitError> {
        let changed: HashSet<PathBuf> = git.standing()?.changed.into_iter().collect();
        let mut files = self.plan.files().iter();
        Ok(files.any(|file| changed.contains(&*file.path)))
    }
}
