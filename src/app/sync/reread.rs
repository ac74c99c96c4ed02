//! What others wrote, taken in beside the keys.
//!
//! The file thread tells which files hold other bytes now, all of a burst together. To derive the
//! plan from them and to find what differs grows with the plan, so it is done elsewhere on a plan
//! that shares everything with ours, and so is letting go of what nobody needs any more; here
//! stand what waits for it, the work itself as a value, and what becomes of the model when it is
//! done. What is edited meanwhile is put on top of the result: nobody waits and nothing is lost.
//! While one batch is read the next one gathers, so that each file is read once, however often it
//! was told.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::app::core::message::Effect;
use crate::app::core::model::{Model, Tone};
use crate::app::sync::notices::{changed_steps, named};
use crate::change::places::LineHints;
use crate::change::{Change, Scope, apply};
use crate::document::Document;
use crate::document::parallel::in_parallel;
use crate::plan::Plan;
use crate::plan::id::StepId;
use crate::plan::paper::Papers;
use crate::plan::source::{Role, SourceFile};
use crate::store::worker::protocol::Changed;

/// Up to so many steps are amended in the plan at hand; where more differ it is derived again.
const A_FEW: usize = 100;
/// So many files are worth a thread of their own.
const SHARE: usize = 8;

/// What waits to be read, and whether something is being read.
#[derive(Debug, Default)]
pub struct Rereading {
    waiting: BTreeMap<PathBuf, News>,
    /// What was put on the plan since the batch that is being read was taken.
    since: Option<Vec<Change>>,
}

/// What a file holds by somebody else's doing.
#[derive(Debug)]
struct News {
    role: Role,
    document: Option<Document>,
    /// What was told of it before and nobody read: let go of by the thread that reads.
    unread: Vec<Document>,
    /// Whether it was told before: a change that was shown on top of it was not made.
    again: bool,
    /// What has been edited and is not in these bytes.
    on_top: Vec<Change>,
}

/// Files to be read into a plan.
#[derive(Debug)]
pub struct Batch {
    plan: Arc<Plan>,
    papers: Papers,
    news: Vec<(PathBuf, News)>,
}

/// A batch that has been read.
#[derive(Debug)]
pub struct Reread {
    /// What the plan is to become; nothing where it is that already.
    plan: Option<Arc<Plan>>,
    /// The files that differ by somebody's doing.
    files: Vec<PathBuf>,
    /// The steps that do, ascending.
    steps: Vec<StepId>,
}

/// A file of a batch, as the plan is to have it.
struct Fresh {
    path: PathBuf,
    role: Role,
    /// Nothing where it is no part of the plan any more.
    file: Option<SourceFile>,
    /// Whether the plan had and has nothing of it, or the very bytes.
    same: bool,
    /// The steps whose lines differ, where nothing but values of steps does, and those that
    /// edits of our own on top set.
    values: Option<(Vec<StepId>, Scope)>,
    again: bool,
}

impl Rereading {
    /// Whether something is read or waits for it.
    pub fn is_busy(&self) -> bool {
        self.since.is_some() || !self.waiting.is_empty()
    }

    /// Takes note of a change that was put on the plan, and that no news yet read can hold.
    pub(crate) fn put_on(&mut self, change: &Change) {
        if let Some(since) = &mut self.since {
            since.push(change.clone());
        }
        for (path, news) in &mut self.waiting {
            news.on_top.extend(only(change, path));
        }
    }
}

impl Batch {
    /// Derives from the files what they mean, and what differs by it.
    pub fn read(self) -> Reread {
        let Self { plan, papers, news } = &self;
        let parts = in_parallel(news.len(), SHARE, |range| {
            let fresh = |(path, news): &(PathBuf, News)| read_file(plan, papers, path, news);
            news[range].iter().map(fresh).collect::<Vec<Fresh>>()
        });
        let mut all: Vec<Fresh> = parts.into_iter().flatten().collect();
        all.retain(|fresh| !fresh.same);
        let theirs = || all.iter().filter(|fresh| !fresh.again);
        let files: Vec<PathBuf> = theirs().map(|fresh| fresh.path.clone()).collect();
        if all.is_empty() {
            return Reread {
                plan: None,
                files,
                steps: Vec::new(),
            };
        }
        let values = all.iter().map(|fresh| fresh.values.as_ref());
        let values: Option<Vec<_>> = values.collect();
        let few = values.filter(|values| {
            let steps = values.iter().map(|(_, scope)| scope.steps.len());
            steps.sum::<usize>() <= A_FEW
        });
        let scope = few.and_then(|few| united(few.iter().map(|(_, scope)| Some(scope.clone()))));
        let mut steps = Vec::new();
        if scope.is_some() {
            let differing = theirs().filter_map(|fresh| fresh.values.as_ref());
            steps.extend(differing.flat_map(|(steps, _)| steps.iter().copied()));
        }
        let put_all = |sources: &mut Vec<SourceFile>| {
            for fresh in all {
                put(sources, &fresh.path, fresh.role, fresh.file);
            }
            Ok::<(), Infallible>(())
        };
        let read = match scope {
            Some(scope) => {
                let mut amended = Plan::clone(plan);
                let Ok(()) = amended.amend(&scope.steps, scope.markdown, put_all);
                amended
            }
            None => {
                let mut sources = plan.files().to_vec();
                let Ok(()) = put_all(&mut sources);
                let read = Plan::read(sources);
                if plan.known_other_checklists().is_some() {
                    // A screen that shows them would have to read them.
                    read.other_checklists();
                }
                if !files.is_empty() {
                    steps = changed_steps(plan, &read);
                }
                read
            }
        };
        steps.sort_unstable();
        steps.dedup();
        Reread {
            plan: Some(Arc::new(read)),
            files,
            steps,
        }
    }
}

impl Model {
    /// Takes news of the files; they are read when the loop has somebody do it.
    pub(crate) fn changed_outside(&mut self, files: Vec<Changed>) {
        self.sync.history.unstick();
        for Changed {
            path,
            role,
            document,
            again,
        } in files
        {
            self.sync.unreadable.retain(|(p, _)| *p != path);
            let pending = self.sync.pending.iter();
            let on_top = pending.filter_map(|pending| only(&pending.change, &path));
            let news = News {
                role,
                document,
                unread: Vec::new(),
                again,
                on_top: on_top.collect(),
            };
            let former = self.work.rereading.waiting.insert(path.clone(), news);
            if let (Some(former), Some(news)) = (former, self.work.rereading.waiting.get_mut(&path))
            {
                news.again &= former.again;
                news.unread = former.unread;
                news.unread.extend(former.document);
            }
        }
        self.read_on();
    }

    /// Has what waits read, unless something is being read.
    pub(crate) fn read_on(&mut self) {
        let rereading = &self.work.rereading;
        if rereading.since.is_none() && !rereading.waiting.is_empty() {
            self.effects.push(Effect::Reread);
        }
    }

    /// What waits to be read, to be given back as [`Reread`]: nothing while something is being
    /// read, or while only the front of the plan is there.
    pub fn next_batch(&mut self) -> Option<Batch> {
        let is_opening = self.work.is_opening();
        let rereading = &mut self.work.rereading;
        if is_opening || rereading.since.is_some() || rereading.waiting.is_empty() {
            return None;
        }
        rereading.since = Some(Vec::new());
        Some(Batch {
            plan: self.plan.clone(),
            papers: self.context.papers.clone(),
            news: std::mem::take(&mut rereading.waiting).into_iter().collect(),
        })
    }

    /// Takes a batch that has been read.
    pub(crate) fn reread(&mut self, reread: Reread) {
        let Some(since) = self.work.rereading.since.take() else {
            return;
        };
        let Reread { plan, files, steps } = reread;
        let Some(plan) = plan else {
            return self.read_on();
        };
        self.take_as_found(|model| model.put_in(plan, &since));
        let is_told = !self.overlays.is_empty() || !steps.is_empty();
        if let Some(what) = in_words(&files).filter(|_| is_told) {
            let news = format!("{what} changed on disk{}", named(&steps));
            match self
                .notice
                .as_mut()
                .filter(|notice| notice.tone == Tone::Error)
            {
                // What went wrong stays until a key is pressed.
                Some(failure) if failure.text.contains("changed on disk") => {}
                Some(failure) => failure.text += &format!(" · {news}"),
                None => self.say(news),
            }
        }
        self.flash(steps);
        self.read_on();
    }
}

impl Model {
    /// Puts what was read in the place of the plan, and on top of it what was edited since.
    fn put_in(&mut self, plan: Arc<Plan>, since: &[Change]) {
        self.plan = plan;
        if since.is_empty() {
            return;
        }
        let Ok(()) = self.edit_plan(united(since.iter().map(Change::scope)), |files| {
            for change in since {
                // What cannot be put on here is reported when its save comes back.
                let _ = apply::in_memory(change, &LineHints::default(), files);
            }
            Ok::<(), Infallible>(())
        });
    }
}

/// The files in words, where there are any.
fn in_words(files: &[PathBuf]) -> Option<String> {
    match files {
        [] => None,
        [only] => Some(only.display().to_string()),
        files => Some(format!("{} files", files.len())),
    }
}

/// One file of a batch, with what was edited on top.
fn read_file(plan: &Plan, papers: &Papers, path: &Path, news: &News) -> Fresh {
    let old = plan.files().iter().find(|file| file.path == path);
    let mut fresh = Fresh {
        path: path.to_owned(),
        role: news.role,
        file: None,
        same: false,
        values: None,
        again: news.again,
    };
    let is_same = |new: &Document| old.is_some_and(|old| old.document.rope() == new.rope());
    if news.on_top.is_empty() && news.document.as_ref().is_some_and(is_same) {
        fresh.same = true;
        return fresh;
    }
    let file = news.document.clone().map(|document| SourceFile {
        path: path.to_owned(),
        role: news.role,
        document,
    });
    let logs = old.and_then(SourceFile::log);
    let logs = logs.zip(file.as_ref().and_then(SourceFile::log));
    let lines = logs.map(|(old, new)| new.changed_since(old));
    let mut files: Vec<SourceFile> = file
        .filter(|file| papers.recognise(file))
        .into_iter()
        .collect();
    for change in &news.on_top {
        // What cannot be put on here is reported when its save comes back.
        let _ = apply::in_memory(change, &LineHints::default(), &mut files);
    }
    fresh.file = files.into_iter().find(|file| file.path == path);
    fresh.same = fresh.file.is_none() && old.is_none();
    if let (Some(old), Some(file), Some(lines)) = (old, &fresh.file, lines) {
        fresh.values = values(old, file, lines, &news.on_top);
    }
    fresh
}

/// What differs between two versions of a log, where only values of steps do: the steps whose
/// lines do, and with them those that are set on top.
fn values(
    old: &SourceFile,
    new: &SourceFile,
    changed: std::ops::Range<usize>,
    on_top: &[Change],
) -> Option<(Vec<StepId>, Scope)> {
    let (old, new) = (old.log()?, new.log()?);
    if old.line_count() != new.line_count() {
        return None;
    }
    let mut scope = united(on_top.iter().map(Change::scope))?;
    let mut differing = Vec::new();
    for line in changed {
        let lines = [old.line(line), new.line(line)];
        let [before, now] = lines.map(|line| line.get("step_id"));
        let id = StepId::of_raw(now?)?;
        if before != now {
            return None;
        }
        scope.steps.push(id);
        if lines[0].bytes() != lines[1].bytes() {
            differing.push(id);
        }
    }
    Some((differing, scope))
}

/// What several changes concern together; nothing where one of them has no scope.
fn united(scopes: impl Iterator<Item = Option<Scope>>) -> Option<Scope> {
    let mut united = Scope::default();
    for scope in scopes {
        let scope = scope?;
        united.steps.extend(scope.steps);
        united.markdown |= scope.markdown;
    }
    Some(united)
}

/// Puts a file into its place among the others, or takes it away.
fn put(files: &mut Vec<SourceFile>, path: &Path, role: Role, file: Option<SourceFile>) {
    let known = files.iter().position(|file| file.path == path);
    match (known, file) {
        (Some(at), Some(file)) => files[at] = file,
        (Some(at), None) => drop(files.remove(at)),
        (None, Some(file)) => {
            let at = files.partition_point(|f| (f.role, f.path.as_path()) < (role, path));
            files.insert(at, file);
        }
        (None, None) => {}
    }
}

/// The part of a change that concerns one file, if any does.
fn only(change: &Change, path: &Path) -> Option<Change> {
    let edits = change.edits.iter().filter(|edit| edit.path == path);
    let edits: Vec<_> = edits.cloned().collect();
    (!edits.is_empty()).then(|| Change {
        label: change.label.clone(),
        edits,
    })
}
