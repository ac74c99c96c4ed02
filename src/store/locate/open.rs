//! Opening a plan: every file found, read and taken apart.

use std::fs::Metadata;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::absent;
use super::discover::{Layout, Overrides, discover};
use crate::document::Document;
use crate::document::parallel::{join, map_in_parallel};
use crate::document::progress::Progress;
use crate::document::rope::Rope;
use crate::plan::Plan;
use crate::plan::paper::Papers;
use crate::plan::source::{Role, SourceFile};
use crate::store::fs::read::{FileState, read_seen, read_with};
use crate::store::fs::read_error::ReadError;
use crate::store::fs::stamp::Stamp;
use crate::store::watch::debounce::Debounce;

/// A plan as found on disk.
#[derive(Debug)]
pub struct Opened {
    /// Where everything is.
    pub layout: Layout,
    /// The files that make up the plan, by role and path.
    pub files: Vec<SourceFile>,
    /// Every path that was examined.
    pub examined: Vec<Examined>,
    /// Files that could not be read, with the reason.
    pub unreadable: Vec<(PathBuf, String)>,
    /// Documents of the canon that a sparse checkout leaves out.
    pub left_out: Vec<PathBuf>,
    /// Files that did not come to rest while they were waited for: another program is writing
    /// them, and what was read may be a mixture of two versions.
    pub in_motion: Vec<PathBuf>,
}

impl Opened {
    /// What a sparse checkout leaves out of the canon, and what brings it back: nothing that is
    /// read is wrong for it.
    pub(crate) fn without_canon(&self) -> Option<String> {
        self.left_out.first().map(|path| absent::reason(path))
    }

    /// No file of this layout, yet.
    fn nothing(layout: Layout) -> Self {
        Self {
            layout,
            files: Vec::new(),
            examined: Vec::new(),
            unreadable: Vec::new(),
            left_out: Vec::new(),
            in_motion: Vec::new(),
        }
    }
}

/// A path that may hold a part of the plan, and what was there.
#[derive(Debug)]
pub struct Examined {
    /// Relative to the root where it lies below it.
    pub path: PathBuf,
    /// What the plan would look for in it.
    pub role: Role,
    /// What it holds, if it is there.
    pub document: Option<Document>,
    /// The stamp that it had then, if every later change moves it.
    pub as_of: Option<Stamp>,
}

/// How far the opening of a plan is: shared between whoever does it and whoever waits.
#[derive(Debug, Default)]
pub struct Opening {
    reading: Progress,
    taking_apart: Progress,
    putting_together: Progress,
    /// How long files that somebody is writing are waited for.
    patience: Duration,
}

impl Opening {
    /// An opening that waits for files that somebody is writing, this long for all of them.
    pub(crate) fn waiting(patience: Duration) -> Self {
        Self {
            patience,
            ..Self::default()
        }
    }

    /// The part that is done, in percent.
    pub(crate) fn percent(&self) -> usize {
        let parts = [&self.reading, &self.taking_apart, &self.putting_together];
        parts.map(Progress::percent).iter().sum::<usize>() / parts.len()
    }

    /// Asks the opening to end without a result.
    pub(crate) fn stop(&self) {
        self.taking_apart.stop();
        self.putting_together.stop();
    }
}

/// How a very long plan is opened: its front first, so that there is something to see.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Front {
    /// Up to how many bytes of logs a plan is opened as a whole.
    pub long: u64,
    /// Up to how many bytes of Markdown, which takes longer to read.
    pub long_markdown: u64,
    /// Up to how many papers, each of which has to be asked for.
    pub many: usize,
    /// How many bytes of each log are its front, and of all Markdown together: as many whole
    /// documents as fit. Where there are only many papers, it is all but these.
    pub front: u64,
}

impl Default for Front {
    fn default() -> Self {
        Self {
            long: 64 << 20,
            long_markdown: 24 << 20,
            many: 1000,
            front: 1 << 20,
        }
    }
}

/// How many bytes the files of a plan have.
#[derive(Clone, Copy, Default)]
struct Length {
    logs: u64,
    markdown: u64,
}

impl Length {
    fn all(self) -> usize {
        usize::try_from(self.logs + self.markdown).unwrap_or(usize::MAX)
    }
}

/// A file that may hold a part of the plan, before it is read.
struct Candidate {
    path: PathBuf,
    role: Role,
    /// In bytes; 0 where nothing is there.
    size: u64,
    /// Whether it is a regular file.
    is_file: bool,
}

impl Candidate {
    fn is_paper(&self) -> bool {
        !matches!(self.role, Role::Log | Role::Canon)
    }
}

/// The files of a plan before any is read.
struct Found {
    layout: Layout,
    files: Vec<Candidate>,
    length: Length,
}

impl Found {
    fn at(start: &Path, overrides: &Overrides) -> Self {
        let layout = discover(start, overrides);
        let files = map_in_parallel(&layout.files, DOCUMENTS, |(path, role)| {
            let metadata = std::fs::metadata(path).ok();
            Candidate {
                path: layout.below(path),
                role: *role,
                size: metadata.as_ref().map_or(0, Metadata::len),
                is_file: metadata.is_some_and(|metadata| metadata.is_file()),
            }
        });
        let mut length = Length::default();
        for file in &files {
            match file.role {
                Role::Log => length.logs += file.size,
                _ => length.markdown += file.size,
            }
        }
        Self {
            layout,
            files,
            length,
        }
    }
}

/// Finds the plan at or above `start` and reads all of it. Nothing in it is refused: what
/// cannot be read is told in `unreadable`.
pub fn open(start: &Path, overrides: &Overrides) -> Opened {
    let found = Found::at(start, overrides);
    let layout = found.layout.clone();
    let opened = read_files(found, Part::WHOLE, &Opening::default());
    // Nobody else knows of the opening, so nobody stops it.
    opened.unwrap_or_else(|| Opened::nothing(layout))
}

/// The same, and the plan that the files make up, for somebody who watches how far it is and
/// may stop it; nothing where that was done. The files are in the plan.
pub fn open_plan(start: &Path, overrides: &Overrides, opening: &Opening) -> Option<(Opened, Plan)> {
    let mut opened = read_files(Found::at(start, overrides), Part::WHOLE, opening)?;
    let files = std::mem::take(&mut opened.files);
    Some((opened, Plan::read_with(files, &opening.putting_together)?))
}

/// Finds the plan and reads it, of a very long one or one with very many papers only the front. Answers whether that was all
/// of it.
pub fn open_front(start: &Path, overrides: &Overrides, front: Front) -> (Opened, bool) {
    let found = Found::at(start, overrides);
    let (layout, length) = (found.layout.clone(), found.length);
    let is_long = length.logs > front.long || length.markdown > front.long_markdown;
    let papers = found.files.iter().filter(|file| file.is_paper()).count();
    let part = Part {
        most: if is_long { front.front } else { u64::MAX },
        papers: papers <= front.many,
    };
    let opened = read_files(found, part, &Opening::default());
    let is_whole = part == Part::WHOLE;
    (opened.unwrap_or_else(|| Opened::nothing(layout)), is_whole)
}

/// What is read of a plan.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Part {
    /// Of logs the whole lines among so many bytes, of Markdown as many documents as have so many
    /// together.
    most: u64,
    /// Whether papers are.
    papers: bool,
}

impl Part {
    const WHOLE: Self = Self {
        most: u64::MAX,
        papers: true,
    };
}

/// A file as it was found.
struct Reading {
    /// The file, if there is one, with the stamp that it was read as of, if every later change moves
    /// it, and with whether it is part of the plan.
    file: Option<(SourceFile, Option<Stamp>, bool)>,
    /// Whether nobody was writing it.
    is_at_rest: bool,
}

/// What became of reading a file.
enum Look {
    /// It is read, or cannot be, which is told in words; nothing where the opening was stopped.
    Done(Option<Result<Reading, String>>),
    /// Somebody is writing it.
    InMotion(FileState, Box<Debounce>),
}

/// So many documents are worth a core's asking for them, and its start.
const DOCUMENTS: usize = 16;
/// Logs and Markdown of more bytes than this are worth a thread each.
const LONG: u64 = 1 << 16;

/// Reads the files of the plan, or a part of it.
fn read_files(found: Found, part: Part, opening: &Opening) -> Option<Opened> {
    let Part { most, papers } = part;
    opening.reading.expect(found.length.all());
    opening.taking_apart.expect(found.length.all());
    let mut opened = Opened::nothing(found.layout);
    let (length, mut found) = (found.length, found.files);
    found.retain(|file| papers || !file.is_paper());
    let (root, papers) = (opened.layout.root.clone(), opened.layout.papers.clone());
    if most < u64::MAX {
        let mut room = most;
        found.retain(|file| {
            let left = (file.role != Role::Log).then(|| room.checked_sub(file.size));
            room = left.flatten().unwrap_or(room);
            left != Some(None)
        });
    }
    let reader = Reader {
        root: &root,
        papers: &papers,
        most,
        opening,
    };
    let look = |file: &Candidate| reader.look(file);
    let logs = found.iter().take_while(|file| file.role == Role::Log);
    let (logs, documents) = found.split_at(logs.count());
    let is_long = length.logs.min(length.markdown) > LONG;
    // A log is shared between cores line by line, the documents one by one.
    let (mut looks, of_documents) = join(
        is_long,
        || logs.iter().map(look).collect::<Vec<_>>(),
        || map_in_parallel(documents, DOCUMENTS, look),
    );
    looks.extend(of_documents);
    let readings = reader.at_rest(&found, looks);
    for (Candidate { path, role, .. }, reading) in found.into_iter().zip(readings) {
        let reading = match reading? {
            Ok(reading) => reading,
            Err(reason) => {
                opened.unreadable.push((path, reason));
                continue;
            }
        };
        if !reading.is_at_rest {
            opened.in_motion.push(path.clone());
        }
        let (document, as_of) = match reading.file {
            Some((file, as_of, is_part)) => {
                let document = file.document.clone();
                opened.files.extend(is_part.then_some(file));
                (Some(document), as_of)
            }
            None => match behind_link(&root, &path) {
                Some(reason) if role == Role::Log => {
                    opened.unreadable.push((path, reason));
                    continue;
                }
                _ => (None, None),
            },
        };
        opened.examined.push(Examined {
            path,
            role,
            document,
            as_of,
        });
    }
    let absent = absent::find(&opened.layout);
    let logs = absent.logs.into_iter();
    (opened.unreadable).extend(logs.map(|log| (log.clone(), absent::reason(&log))));
    opened.left_out = absent.canon;
    opening.reading.finish();
    opening.taking_apart.finish();
    // No log is started beside one that is there and cannot be read.
    let layout = &opened.layout;
    let mut unread = opened.unreadable.iter();
    if unread.any(|(path, _)| layout.role_at(path) == Some(Role::Log)) {
        opened.layout.papers = opened.layout.papers.starting_log(None);
    }
    opened
        .files
        .sort_by(|a, b| (a.role, &a.path).cmp(&(b.role, &b.path)));
    Some(opened)
}

/// Reads files of a plan.
struct Reader<'a> {
    root: &'a Path,
    papers: &'a Papers,
    /// How many bytes of a log at the most.
    most: u64,
    opening: &'a Opening,
}

impl Reader<'_> {
    /// Reads a file, and takes it apart unless somebody is writing it and there is time to wait.
    fn look(&self, found: &Candidate) -> Look {
        let (full, nothing) = (self.root.join(&found.path), Rope::default());
        let progress = &self.opening.reading;
        let state = match found.is_file {
            true => read_seen(&full, &nothing, self.most, progress),
            false => read_with(&full, &nothing, self.most, progress),
        };
        match self.opening.patience.is_zero() {
            true => Look::Done(self.take_apart(found, state, true)),
            false => self.assess(found, state, Box::new(Debounce::of_reader())),
        }
    }

    fn assess(
        &self,
        found: &Candidate,
        state: Result<FileState, ReadError>,
        mut debounce: Box<Debounce>,
    ) -> Look {
        match state {
            Ok(state) if debounce.assess(found.role, None, &state, false).is_err() => {
                Look::InMotion(state, debounce)
            }
            state => Look::Done(self.take_apart(found, state, true)),
        }
    }

    /// Waits for all files that somebody is writing, until they are at rest or there is no time left.
    fn at_rest(
        &self,
        found: &[Candidate],
        mut looks: Vec<Look>,
    ) -> Vec<Option<Result<Reading, String>>> {
        let until = Instant::now() + self.opening.patience;
        let due = |look: &Look| match look {
            Look::InMotion(_, debounce) => debounce.due(),
            Look::Done(_) => None,
        };
        // Looked at together: a clock that is behind has many files seem to be just written.
        while let Some(due) = looks.iter().filter_map(due).max()
            && Instant::now() < until
        {
            std::thread::sleep(due.min(until).saturating_duration_since(Instant::now()));
            for (look, found) in looks.iter_mut().zip(found) {
                if let Look::InMotion(_, debounce) = look {
                    let (full, nothing) = (self.root.join(&found.path), Rope::default());
                    let state = read_with(&full, &nothing, self.most, &Progress::default());
                    *look = self.assess(found, state, std::mem::take(debounce));
                }
            }
        }
        let done = looks
            .into_iter()
            .zip(found)
            .map(|(look, found)| match look {
                Look::Done(reading) => reading,
                Look::InMotion(state, _) => self.take_apart(found, Ok(state), false),
            });
        done.collect()
    }

    /// Takes a file apart, or says why it could not be read; nothing where the opening was stopped.
    fn take_apart(
        &self,
        found: &Candidate,
        state: Result<FileState, ReadError>,
        is_at_rest: bool,
    ) -> Option<Result<Reading, String>> {
        let state = match state {
            Ok(state) => state,
            Err(error) => return Some(Err(error.to_string())),
        };
        let as_of = state.as_of();
        let file = match state.into_bytes() {
            None => None,
            Some(bytes) => {
                let (path, progress) = (&found.path, &self.opening.taking_apart);
                let file = SourceFile::load_with(path, found.role, bytes, progress)?;
                let is_part = self.papers.recognise(&file);
                Some((file, as_of, is_part))
            }
        };
        Some(Ok(Reading { file, is_at_rest }))
    }
}

/// Why nothing is read at a path that a symlink is at: what it leads to is not there.
fn behind_link(root: &Path, path: &Path) -> Option<String> {
    let target = std::fs::read_link(root.join(path)).ok()?;
    let (path, target) = (path.display(), target.display());
    Some(format!(
        "{path} is a symlink to {target}, which is not there: bring it back, or remove the link"
    ))
}

/// Every path that may hold a part of the plan, with its role. Paths are relative to the
/// root where they lie below it.
pub(crate) fn candidates(layout: &Layout) -> Vec<(PathBuf, Role)> {
    let files = layout.files.iter();
    files
        .map(|(path, role)| (layout.below(path), *role))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Empty ones may be just written at any time, others where the clock is behind theirs.
    #[test]
    fn files_that_may_be_just_written_are_waited_for_together() {
        let folder = tempfile::tempdir().unwrap();
        let standups = folder.path().join("docs/standups/2026-11-20");
        std::fs::create_dir_all(&standups).unwrap();
        std::fs::create_dir_all(folder.path().join("data/plans")).unwrap();
        let log = folder.path().join("data/plans/10000_step_plan.jsonl");
        std::fs::write(log, "{\"step_id\": \"0001\"}\n").unwrap();
        for person in 0..200 {
            std::fs::write(standups.join(format!("p{person}.md")), "").unwrap();
        }
        let opening = Opening::waiting(Duration::from_secs(5));
        let opened = open_plan(folder.path(), &Overrides::default(), &opening);
        let (opened, plan) = opened.unwrap();
        let papers = opened.examined.iter().filter(|it| it.role == Role::Standup);
        assert_eq!((plan.len(), papers.count()), (1, 200));
        assert_eq!(opened.in_motion, Vec::<PathBuf>::new());
    }
}
