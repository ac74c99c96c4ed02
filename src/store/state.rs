//! What is private to one person: last screen, selection, bookmarks, drafts, as JSON documents.
//!
//! They lie under the XDG state directory, a folder for each plan. Nothing in there says what
//! the plan is; losing or corrupting it loses comfort only, so that loading never fails.

use std::fmt;
use std::io::{self, Write};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use etcetera::BaseStrategy;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::store::atomic_replace::leftovers::{Temp, is_alive, temp_path};
use crate::store::fs::create::create_private_folder;
use crate::store::fs::fingerprint::stable_name;
use crate::store::fs::read::{FileState, read};
use crate::store::fs::syscalls::RealFs;

/// The name of the record of a plan's history.
pub const HISTORY: &str = "history";
/// The longest document name that is used as it stands, in bytes.
const LONGEST_NAME: usize = 120;

/// Why a document was not saved. The plan is not concerned.
#[derive(Debug)]
pub(crate) enum StateError {
    /// The value has no JSON form.
    NotJson {
        /// The document's name.
        name: String,
        /// What the serialiser said.
        source: serde_json::Error,
    },
    /// The file could not be written.
    Failed {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

impl fmt::Display for StateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotJson { name, source } => {
                write!(
                    f,
                    "the state \"{name}\" has no JSON form ({source}): it is not remembered"
                )
            }
            Self::Failed { path, source } => write!(
                f,
                "{} could not be written ({source}): the plan is safe, but this is not remembered; check the folder or set XDG_STATE_HOME",
                path.display()
            ),
        }
    }
}

impl std::error::Error for StateError {}

impl StateError {
    /// What went wrong, and where.
    pub(crate) fn reason(&self) -> String {
        match self {
            Self::NotJson { source, .. } => source.to_string(),
            Self::Failed { path, source } => format!("{}: {source}", path.display()),
        }
    }
}

/// The state directory for all plans: `$XDG_STATE_HOME/stepdeck`, by default below the home
/// directory. `None` when there is no home directory either.
pub(crate) fn default_base() -> Option<PathBuf> {
    let strategy = etcetera::base_strategy::Xdg::new().ok()?;
    Some(strategy.state_dir()?.join("stepdeck"))
}

/// A folder of this process, for what an editor works on where no state folder can be written, or
/// a version of the plan: it is removed with the process. `TMPDIR` may name a folder that is gone.
pub(crate) fn temporary_folder(prefix: &str) -> Option<tempfile::TempDir> {
    let mut named = tempfile::Builder::new();
    named.prefix(prefix);
    let made = named.tempdir().ok();
    made.or_else(|| {
        let elsewhere = ["/tmp", "/var/tmp", "/dev/shm"].iter();
        elsewhere.flat_map(|folder| named.tempdir_in(folder)).next()
    })
}

/// The state folder of a person who has none: nothing can be written there, on any system.
pub(crate) const NOWHERE: &str = "/dev/null/stepdeck";

/// The private documents about one plan.
#[derive(Clone, Debug)]
pub struct State {
    folder: PathBuf,
}

impl State {
    /// The state about the plan at `root`, below `base` (see [`default_base`]). Creates nothing.
    pub(crate) fn of_plan(base: &Path, root: &Path) -> Self {
        let root = std::fs::canonicalize(root).unwrap_or_else(|_| root.to_owned());
        Self {
            folder: base.join(stable_name(root.as_os_str().as_bytes())),
        }
    }

    /// The state kept in `folder`. Creates nothing.
    pub fn at(folder: &Path) -> Self {
        Self {
            folder: folder.to_owned(),
        }
    }

    /// Whether something can be kept, which is tried: rights alone do not tell.
    ///
    /// # Errors
    /// What the system says, if it cannot.
    pub(crate) fn is_writable(&self) -> Result<(), StateError> {
        let failed = |source| StateError::Failed {
            path: self.folder.clone(),
            source,
        };
        create_private_folder(&self.folder).map_err(failed)?;
        let mut probe = Temp::create(&RealFs, (temp_path, &self.folder), 0o600).map_err(failed)?;
        probe.spare();
        std::fs::remove_file(&probe.path).map_err(failed)
    }

    /// The folder of these documents, for backups and logs beside them. It need not exist.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// The document `name`; `None` when it is missing, unreadable or of another form.
    pub fn load<T: DeserializeOwned>(&self, name: &str) -> Option<T> {
        let bytes = read(&self.path(name)).ok()?.into_bytes()?;
        serde_json::from_slice(&bytes.contiguous()).ok()
    }

    /// Puts `value` in the document `name`, all at once: a kill leaves the old or the new one.
    ///
    /// # Errors
    /// When the value has no JSON form, or the folder cannot be written.
    pub(crate) fn save<T: Serialize>(&self, name: &str, value: &T) -> Result<(), StateError> {
        let bytes = serde_json::to_vec(value).map_err(not_json(name))?;
        self.write(self.path(name), &bytes)
    }

    /// Puts text in the document `name`, or removes the document.
    ///
    /// # Errors
    /// As [`State::save`] and [`State::remove`].
    pub(crate) fn put(&self, name: &str, text: Option<&str>) -> Result<(), StateError> {
        let Some(text) = text else {
            return self.remove(name);
        };
        self.write(self.path(name), text.as_bytes())
    }

    /// Adds a line to the record `name`. Whoever else adds one at the same time adds another.
    ///
    /// # Errors
    /// As [`State::save`].
    pub(crate) fn append<T: Serialize>(&self, name: &str, value: &T) -> Result<(), StateError> {
        let json = serde_json::to_string(value).map_err(not_json(name))?;
        let path = self.record(name);
        // A line that a crash cut short must not take the next one with it.
        let line = format!("\n{json}\n");
        let add = || {
            create_private_folder(&self.folder)?;
            let mut options = std::fs::OpenOptions::new();
            let mut file = options.append(true).create(true).mode(0o600).open(&path)?;
            file.write_all(line.as_bytes())
        };
        add().map_err(|source| StateError::Failed { path, source })
    }

    /// The lines of the record `name`, oldest first; those of another form are left out.
    pub fn lines<T: DeserializeOwned>(&self, name: &str) -> Vec<T> {
        let bytes = read(&self.record(name))
            .ok()
            .and_then(FileState::into_bytes);
        let bytes = bytes.unwrap_or_default();
        let bytes = bytes.contiguous();
        let lines = bytes.split(|byte| *byte == b'\n');
        lines
            .filter_map(|line| serde_json::from_slice(line).ok())
            .collect()
    }

    /// Replaces the lines of the record `name`.
    ///
    /// # Errors
    /// As [`State::save`].
    pub(crate) fn rewrite<T: Serialize>(
        &self,
        name: &str,
        values: impl IntoIterator<Item = T>,
    ) -> Result<(), StateError> {
        let mut text = Vec::new();
        for value in values {
            serde_json::to_writer(&mut text, &value).map_err(not_json(name))?;
            text.push(b'\n');
        }
        self.write(self.record(name), &text)
    }

    /// The documents `<name>-<process>` of processes that are gone, each with its full name;
    /// between the two there may be a number.
    pub(crate) fn orphans<T: DeserializeOwned>(&self, name: &str) -> Vec<(String, T)> {
        self.of_processes(name, |pid| !is_alive(pid))
    }

    /// The same of this process.
    pub(crate) fn own<T: DeserializeOwned>(&self, name: &str) -> Vec<(String, T)> {
        let own = i32::try_from(std::process::id()).ok();
        self.of_processes(name, |pid| Some(pid) == own)
    }

    fn of_processes<T: DeserializeOwned>(
        &self,
        name: &str,
        wanted: impl Fn(i32) -> bool,
    ) -> Vec<(String, T)> {
        let Ok(entries) = std::fs::read_dir(&self.folder) else {
            return Vec::new();
        };
        let mut names: Vec<String> = entries
            .filter_map(|entry| {
                let file = entry.ok()?.file_name().into_string().ok()?;
                let full = file.strip_suffix(".json")?;
                let (kind, pid) = full.rsplit_once('-')?;
                let is_of_name = kind == name || kind.strip_prefix(name)?.starts_with('-');
                (is_of_name && wanted(pid.parse().ok()?)).then(|| full.to_owned())
            })
            .collect();
        names.sort();
        let documents = names.into_iter();
        documents
            .filter_map(|name| Some((name.clone(), self.load(&name)?)))
            .collect()
    }

    /// Removes the document `name`, if there is one.
    ///
    /// # Errors
    /// When it is there and cannot be removed.
    pub(crate) fn remove(&self, name: &str) -> Result<(), StateError> {
        Self::clear_away(self.path(name))
    }

    /// Removes the record `name`, if there is one.
    ///
    /// # Errors
    /// As [`State::remove`].
    pub(crate) fn remove_record(&self, name: &str) -> Result<(), StateError> {
        Self::clear_away(self.record(name))
    }

    fn clear_away(path: PathBuf) -> Result<(), StateError> {
        match std::fs::remove_file(&path) {
            Err(source) if source.kind() != io::ErrorKind::NotFound => {
                Err(StateError::Failed { path, source })
            }
            _ => Ok(()),
        }
    }

    fn write(&self, path: PathBuf, bytes: &[u8]) -> Result<(), StateError> {
        let write = || {
            create_private_folder(&self.folder)?;
            // Named like what a save leaves, so that the same clean-up finds it after a kill.
            let mut temp = Temp::create(&RealFs, (temp_path, &self.folder), 0o600)?;
            temp.file.write_all(bytes)?;
            temp.rename(path.clone())?;
            temp.spare();
            Ok(())
        };
        write().map_err(|source| StateError::Failed { path, source })
    }

    /// Names may come from the plan (the draft of a step), so they are spelled to stay inside.
    fn path(&self, name: &str) -> PathBuf {
        let mut spelled = String::with_capacity(name.len());
        for byte in name.bytes() {
            match byte {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' => {
                    spelled.push(char::from(byte));
                }
                _ => spelled.push_str(&format!("%{byte:02x}")),
            }
        }
        if spelled.len() > LONGEST_NAME {
            spelled.truncate(LONGEST_NAME);
            spelled.push('~');
            spelled.push_str(&stable_name(name.as_bytes()));
        }
        self.folder.join(spelled + ".json")
    }

    fn record(&self, name: &str) -> PathBuf {
        self.path(name).with_extension("jsonl")
    }
}

fn not_json(name: &str) -> impl FnOnce(serde_json::Error) -> StateError {
    let name = name.to_owned();
    |source| StateError::NotJson { name, source }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    #[test]
    fn documents_come_back_for_the_same_plan_only() {
        let dir = tempfile::tempdir().unwrap();
        let (base, root) = (dir.path().join("state"), dir.path().join("plan"));
        std::fs::create_dir(&root).unwrap();
        let state = State::of_plan(&base, &root);
        assert_eq!(state.load::<u32>("screen"), None);
        assert!(!base.exists(), "looking must not create anything");
        state.save("screen", &3).unwrap();
        state.save("screen", &4).unwrap();
        assert_eq!(
            State::of_plan(&base, &root.join("../plan")).load("screen"),
            Some(4)
        );
        assert_eq!(
            State::of_plan(&base, dir.path()).load::<u32>("screen"),
            None
        );
        assert_eq!(std::fs::read_dir(state.folder()).unwrap().count(), 1);
        state.remove("screen").unwrap();
        state.remove("screen").unwrap();
        assert_eq!(state.load::<u32>("screen"), None);
    }

    #[test]
    fn what_is_private_is_readable_by_its_owner_alone() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().unwrap();
        let state = State::of_plan(&dir.path().join("state"), dir.path());
        state.save("draft", &"text").unwrap();
        state.put("put", Some("text")).unwrap();
        state.append("history", &1).unwrap();
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(state.folder()), 0o700);
        assert_eq!(mode(state.folder().parent().unwrap()), 0o700);
        for path in [
            state.path("draft"),
            state.path("put"),
            state.record("history"),
        ] {
            assert_eq!(mode(&path), 0o600, "{}", path.display());
        }
    }

    #[test]
    fn corrupt_or_foreign_documents_are_as_good_as_none() {
        let dir = tempfile::tempdir().unwrap();
        let state = State::of_plan(dir.path(), dir.path());
        state.save("marks", &["0001"]).unwrap();
        assert_eq!(state.load::<u32>("marks"), None);
        for corrupt in [&b"[\"0001\""[..], b"", b"\xff\0", &[b'['; 100_000]] {
            std::fs::write(state.path("marks"), corrupt).unwrap();
            assert_eq!(state.load::<Vec<String>>("marks"), None);
        }
        std::fs::remove_file(state.path("marks")).unwrap();
        std::fs::create_dir(state.path("marks")).unwrap();
        assert_eq!(state.load::<Vec<String>>("marks"), None);
        assert!(state.save("marks", &["0001"]).is_err());
    }

    #[test]
    fn a_value_without_json_form_is_an_error_that_names_it() {
        let dir = tempfile::tempdir().unwrap();
        let state = State::of_plan(dir.path(), dir.path());
        let value = BTreeMap::from([((1, 2), 3)]);
        let error = state.save("pairs", &value).unwrap_err();
        assert!(
            error
                .to_string()
                .starts_with("the state \"pairs\" has no JSON form")
        );
    }

    proptest! {
        #[test]
        fn names_stay_in_the_folder_and_apart(a in ".{0,300}", b in ".{0,300}") {
            let state = State { folder: PathBuf::from("/state") };
            let (path_a, path_b) = (state.path(&a), state.path(&b));
            prop_assert_eq!(path_a.parent(), Some(Path::new("/state")));
            prop_assert!(path_a.file_name().unwrap().len() < 200);
            prop_assert_eq!(a == b, path_a == path_b);
        }
    }
}
