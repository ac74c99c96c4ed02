//! What reports ask of files and history: what `stepdeck report` and screen 9 make papers of.

use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};

use super::Past;
use super::background::PastInput;
use super::moment::{Moment, seen_on};
use super::outlook::KnownBy;
use crate::change::value::Refusal;
use crate::document::progress::Progress;
use crate::git::Git;
use crate::git::tree::{TreeEntry, TreeKind};
use crate::history::outlook::Outlook;
use crate::history::since::Comparison;
use crate::history::target::{Scope, Target};
use crate::history::weeks::Week;
use crate::plan::Plan;
use crate::plan::indicator::Source;
use crate::plan::query::Query;
use crate::plan::query::past::PlanPast;
use crate::plan::source::{Role, SourceFile};
use crate::report::desk::{Archive, Artifact, Desk, Materials, NoValue};
use crate::report::paper::Writing;
use crate::report::table::{ReportSpec, Start};
use crate::store::fs::inside::{NotInside, digest_inside};
use crate::store::fs::read::read;
use crate::store::fs::walk::{Kind, children};
use crate::store::locate::discover::{Layout, Overrides, discover};
use crate::store::sources::{Sources, value_of_file, value_of_program};

/// A plan that reports are made of.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reporter<'a> {
    pub plan: &'a Plan,
    /// Where its files are.
    pub layout: &'a Layout,
    /// Whether its logs are those that the configuration names.
    pub as_configured: bool,
    /// The present instant.
    pub now: DateTime<Utc>,
    /// Where what is found in the past is kept for the next time.
    pub cache: Option<&'a Path>,
    /// The programs that may be run for a value; none where nobody asked for that.
    pub sources: Option<&'a Sources>,
}

/// What a report is made of besides the plan.
#[derive(Debug)]
pub(crate) struct Gathered {
    since: Comparison,
    from: Option<DateTime<Utc>>,
    head: Option<String>,
}

impl<'a> Reporter<'a> {
    /// Compares the plan with the moment that a report starts at; `None` where it was stopped.
    ///
    /// # Errors
    /// When there is no such moment; in words.
    pub(crate) fn gather(
        &self,
        start: Start,
        progress: &Progress,
    ) -> Option<Result<Gathered, String>> {
        let mut past = self.past();
        let (label, moment) = match start {
            Start::Paper { label, day, seen } => (label, seen_on(day, seen, &past, self.now)),
            Start::When { label, when } => match Moment::find(&when, self.plan, &past, self.now) {
                Ok(moment) => (label, moment),
                Err(reason) => return Some(Err(reason.to_string())),
            },
        };
        let head = past.git().and_then(|git| git.commit("HEAD").ok().flatten());
        let begins = past.begins_after(&moment);
        let mut since = match &begins {
            // What the history begins with was not done since.
            Some((oldest, _)) => past.since(past.oldest_label(), oldest, progress)?,
            None => past.since(&label, &moment, progress)?,
        };
        since.notes.extend(begins.map(|(_, begins)| {
            let begins = begins.date_naive();
            format!("the history begins on {begins}: what was there by then counts as older")
        }));
        let from = match moment {
            Moment::At(at) => Some(at),
            Moment::Commit(_) => since.baseline.time,
        };
        Some(Ok(Gathered { since, from, head }))
    }

    /// The plan on the desk, before anything is asked of git.
    pub(crate) fn desk(&self) -> Desk<'a> {
        Desk {
            plan: self.plan,
            papers: &self.layout.papers,
            now: self.now,
            head: None,
            rituals: &self.layout.config.rituals,
        }
    }

    /// Everything that a report is made of.
    pub(crate) fn materials(&'a self, gathered: &'a Gathered) -> Materials<'a> {
        Materials {
            desk: Desk {
                head: gathered.head.as_deref(),
                ..self.desk()
            },
            since: &gathered.since,
            from: gathered.from,
            archive: self,
        }
    }

    /// What is at a path below the root.
    ///
    /// # Errors
    /// When it cannot be read.
    pub(crate) fn found(&self, path: &Path) -> Result<Option<Vec<u8>>, Refusal> {
        let state =
            read(&self.layout.root.join(path)).map_err(|error| Refusal(error.to_string()))?;
        Ok(state.bytes().map(|bytes| bytes.contiguous().into_owned()))
    }

    fn past(&self) -> Past {
        Past::open(
            self.layout,
            self.plan,
            self.as_configured,
            self.now,
            self.cache,
        )
    }
}

impl Archive for Reporter<'_> {
    fn artifact(&self, path: &str) -> Artifact {
        match digest_inside(&self.layout.root, path) {
            Ok((size, sha256)) => Artifact::File { size, sha256 },
            Err(error) if error.is_missing() => Artifact::Gone,
            Err(NotInside::Outside | NotInside::NotAFile | NotInside::Unreadable(_)) => {
                Artifact::Refused
            }
        }
    }

    fn history(&self) -> PlanPast {
        KnownBy::of(self.past()).at(self.plan, self.now)
    }

    fn outlooks(&self, targets: &[Target]) -> Vec<Outlook> {
        self.past().outlooks(targets, self.plan)
    }

    fn weeks(&self, scopes: &[(Target, String)]) -> Vec<Vec<Week>> {
        let queries = scopes.iter().map(|(_, filter)| Query::parse(filter));
        let queries: Vec<Query> = queries.map(Result::unwrap_or_default).collect();
        let known = (queries.iter().any(Query::asks_past)).then(|| KnownBy::of(self.past()));
        let past_by = |then: &Plan, at: DateTime<Utc>| Some(known.as_ref()?.at(then, at));
        let scopes = scopes
            .iter()
            .zip(&queries)
            .map(|((target, _), query)| Scope {
                target: target.clone(),
                query,
                past: &past_by,
            });
        self.past().weeks_of(&scopes.collect::<Vec<_>>(), self.plan)
    }

    fn papers_then(&self, since: &Comparison, role: Role) -> Option<Vec<SourceFile>> {
        let commit = since.baseline.commit.as_deref()?;
        let git = Git::at(&self.layout.root);
        let folder = self.layout.papers.folder_of(role);
        let is_paper = |entry: &TreeEntry| {
            let ending = entry.path.extension();
            let is_markdown = ending.is_some_and(|ending| ending.eq_ignore_ascii_case("md"));
            entry.kind == TreeKind::File && is_markdown && entry.path.starts_with(folder)
        };
        let mut entries = git.tree_below(commit).ok()?;
        entries.retain(is_paper);
        let hashes: Vec<&str> = entries.iter().map(|entry| &*entry.hash).collect();
        let mut objects = git.objects(&hashes).ok()?;
        let files = entries.iter().map(|entry| {
            let bytes = objects.next_object()?;
            Some(SourceFile::load(&entry.path, role, bytes))
        });
        // A paper that this clone lacks makes the rest say something untrue.
        files.collect()
    }

    fn files_in(&self, folder: &Path) -> Vec<PathBuf> {
        let root = &self.layout.root;
        let children = children(&root.join(folder), root).into_iter();
        let files = children.filter(|child| child.kind == Kind::File);
        let below = files.filter_map(|child| Some(child.path.strip_prefix(root).ok()?.to_owned()));
        below.collect()
    }

    fn value(&self, source: &Source) -> Result<String, NoValue> {
        match source {
            Source::File(path) => value_of_file(&self.layout.root, path),
            Source::Command(name) => value_of_program(&self.layout.root, name, self.sources),
        }
    }
}

impl PastInput {
    /// What writes a report; `None` where it was stopped.
    ///
    /// # Errors
    /// Why there is nothing to write, in words.
    pub(crate) fn report(
        self,
        report: &ReportSpec,
        progress: &Progress,
    ) -> Option<Result<Writing, String>> {
        let layout = discover(&self.root, &Overrides::default());
        let reporter = Reporter {
            plan: &self.plan,
            layout: &layout,
            as_configured: self.as_configured,
            now: self.now,
            cache: self.cache.as_deref(),
            sources: None,
        };
        let gathered = match reporter.gather((report.start)(&reporter.desk()), progress)? {
            Ok(gathered) => gathered,
            Err(reason) => return Some(Err(reason)),
        };
        let made = (report.make)(&reporter.materials(&gathered));
        // What is not saved yet counts; a chart that nobody wrote since the start is on disk alone.
        let found = |path: &Path| {
            let file = self.plan.files().iter().find(|file| file.path == path);
            match file {
                Some(file) => Ok(Some(file.document.to_bytes())),
                None => reporter.found(path),
            }
        };
        let written = made.and_then(|made| made.change(found));
        Some(written.map_err(|refusal| refusal.0))
    }
}
