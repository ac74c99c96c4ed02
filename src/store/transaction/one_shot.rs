//! A change by a program that ends with it, such as a subcommand: files that somebody is just
//! writing are waited for, and what arrived around the save is forwarded before the end.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

use super::commit::{CommitObserver, Committer, Outcome};
use crate::change::Change;
use crate::document::rope::Rope;
use crate::plan::source::{Role, SourceFile};
use crate::store::atomic_replace::replaced_file::ReplacedFile;
use crate::store::fs::read::FileState;
use crate::store::fs::stamp::Stamp;
use crate::store::watch::debounce::{Debounce, NotYet};
use crate::store::watch::motion::{QUIET, REST_TIMEOUT};
use crate::store::watch::stragglers::Stragglers;

/// How soon a file that somebody is writing is looked at again.
const RETRY: Duration = Duration::from_millis(5);

/// The observer of one change, or of a few. It keeps no bytes, but knows which files somebody may
/// be writing this very moment.
#[derive(Default)]
pub struct OneShot {
    stragglers: Stragglers,
    files: HashMap<PathBuf, ReadFile>,
}

/// A file that was read for the change.
struct ReadFile {
    role: Role,
    debounce: Debounce,
    /// Whether somebody else had written to it a moment before.
    is_busy: bool,
}

impl Committer {
    /// Writes a change, waiting up to [`REST_TIMEOUT`] for a file that somebody is just writing,
    /// and at the end looks once more for what arrived around the save.
    pub fn commit_now(&self, root: &Path, change: &Change, one_shot: &mut OneShot) -> Outcome {
        let until = Instant::now() + REST_TIMEOUT;
        let outcome = loop {
            match self.commit(root, change, one_shot) {
                Outcome::Later if Instant::now() < until => std::thread::sleep(RETRY),
                Outcome::Later => break Outcome::Failed(one_shot.in_motion()),
                outcome => break outcome,
            }
        };
        let forwarded = self.forward_last(root, one_shot).into_iter();
        let kept = forwarded.filter_map(|forwarded| forwarded.kept).next();
        match (outcome, kept) {
            (Outcome::Saved(_), Some(kept)) => Outcome::Saved(Some(kept)),
            (outcome, _) => outcome,
        }
    }
}

impl OneShot {
    /// Which file was waited for in vain, in words.
    fn in_motion(&self) -> String {
        let mut files = self.files.iter();
        let waiting = files.find(|(_, file)| file.debounce.due().is_some());
        in_motion(waiting.map_or(Path::new("the plan"), |(path, _)| path))
    }
}

/// That a file was waited for in vain, in words.
pub(crate) fn in_motion(path: &Path) -> String {
    format!(
        "{} is being written by another program: nothing was done, try again when it has finished",
        path.display()
    )
}

impl CommitObserver for OneShot {
    fn expects(&self, _: &Path) -> (Rope, Option<Stamp>) {
        (Rope::default(), None)
    }

    fn found(
        &mut self,
        path: &Path,
        role: Role,
        state: FileState,
        is_ours: bool,
    ) -> Result<Option<SourceFile>, NotYet> {
        let file = (self.files.entry(path.to_owned())).or_insert_with(|| ReadFile {
            role,
            debounce: Debounce::default(),
            is_busy: false,
        });
        file.debounce.assess(role, None, &state, is_ours)?;
        let age = state.stamp().and_then(|stamp| stamp.age(SystemTime::now()));
        file.is_busy = !is_ours && age.is_some_and(|age| age < QUIET);
        let bytes = state.into_bytes();
        Ok(bytes.map(|bytes| SourceFile::load(path, role, bytes)))
    }

    fn wrote(&mut self, _: &Path, _: Option<Rope>, _: Option<Stamp>) {}

    fn news(&mut self, _: &Path) {}

    fn replaced(&mut self, path: &Path, file: ReplacedFile) {
        let read = self.files.get(path);
        let (role, is_busy) = read.map_or((Role::Canon, false), |read| (read.role, read.is_busy));
        self.stragglers.watch(path, role, file, is_busy);
    }

    fn stragglers(&mut self) -> &mut Stragglers {
        &mut self.stragglers
    }
}
