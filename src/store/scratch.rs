//! Texts laid down for `$EDITOR`, of whole steps or of a field, and kept until what was saved is in
//! the plan.
//!
//! They lie in a folder of their own within what is private to a person, each as a file for the
//! editor and a document that says what the text is about. Neither a crash of the editor nor the
//! end of this process takes them away: whoever starts next finds them. Nothing here decides what
//! becomes of a text.

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::state::State;
use crate::change::form::Form;
use crate::plan::StepKey;

/// The folder of the texts, within private state.
const FOLDER: &str = "editor";
/// How their documents are called, before a number and that of their process.
const NAME: &str = "text";
/// The same of texts of fields.
const FIELD: &str = "field";

/// What a text is about.
#[derive(Serialize, Deserialize)]
struct About {
    step: StepKey,
    /// The others, where there are several.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    more: Vec<StepKey>,
    seen: String,
}

impl About {
    fn steps(&self) -> Arc<[StepKey]> {
        let more = self.more.iter().copied();
        std::iter::once(self.step).chain(more).collect()
    }

    fn is_of(&self, steps: &[StepKey]) -> bool {
        matches!(steps, [first, more @ ..] if *first == self.step && *more == *self.more)
    }
}

/// A text laid down for the editor.
#[derive(Debug)]
pub struct Scratch {
    state: State,
    name: String,
    path: PathBuf,
}

impl Scratch {
    /// Lays the form's text down in a file that only this person can read. It takes the place of
    /// an earlier text about the same steps.
    ///
    /// # Errors
    /// When the folder cannot be written.
    pub fn lay(private: &Path, form: &Form) -> io::Result<Self> {
        let known = Self::of(private, &form.steps);
        let scratch = known.unwrap_or_else(|| Self::new(private, NAME));
        scratch.describe(&form.steps, &form.seen)?;
        scratch.write(&form.text)?;
        Ok(scratch)
    }

    /// Lays the text of a field down, with whatever tells which field that is.
    ///
    /// # Errors
    /// When the folder cannot be written.
    pub fn lay_field(private: &Path, about: &impl Serialize, text: &str) -> io::Result<Self> {
        let scratch = Self::new(private, FIELD);
        scratch.describe_field(about)?;
        scratch.write(text)?;
        Ok(scratch)
    }

    fn new(private: &Path, kind: &str) -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(1);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        Self::named(private, format!("{kind}-{number}-{}", std::process::id()))
    }

    fn write(&self, text: &str) -> io::Result<()> {
        let mut options = OpenOptions::new();
        let mut file = options
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&self.path)?;
        // Closed before the editor starts: many editors replace the file.
        file.write_all(text.as_bytes())
    }

    /// The text about these steps that was laid down by this process, or left by one that is gone.
    pub fn of(private: &Path, steps: &[StepKey]) -> Option<Self> {
        let all = Self::all(private, true);
        let found = all.into_iter().find(|(about, _)| about.is_of(steps));
        found.map(|(_, scratch)| scratch)
    }

    /// The text that was laid down in this file, as long as it is there to be asked about.
    pub fn at(private: &Path, path: &Path) -> Option<Self> {
        let name = path.file_stem()?.to_str()?.to_owned();
        path.exists().then(|| Self::named(private, name))
    }

    /// What processes that are gone have left: each with its text, or why that cannot be read.
    /// Texts in which nothing was changed are cleared away.
    pub fn left(private: &Path) -> Vec<(Form, Option<String>)> {
        let all = Self::all(private, false).into_iter();
        all.filter_map(|(about, scratch)| {
            let (steps, seen) = (about.steps(), about.seen);
            let read = scratch.read();
            let is_gone = matches!(&read, Err(error) if error.kind() == io::ErrorKind::NotFound);
            let is_same = matches!(&read, Ok(text) if *text == seen);
            if (is_gone || is_same) && !scratch.has_traces() {
                scratch.remove();
                return None;
            }
            let (text, trouble) = match read {
                Ok(text) => (text, None),
                Err(error) => (seen.clone(), Some(error.to_string())),
            };
            Some((Form { steps, seen, text }, trouble))
        })
        .collect()
    }

    /// The texts of fields that processes that are gone have left, with what tells which.
    pub fn left_fields<T: DeserializeOwned>(private: &Path) -> Vec<(T, Self)> {
        let found = State::at(&Self::folder(private)).orphans::<T>(FIELD);
        let scratch = |name| Self::named(private, name);
        found
            .into_iter()
            .map(|(name, about)| (about, scratch(name)))
            .collect()
    }

    fn all(private: &Path, with_own: bool) -> Vec<(About, Self)> {
        let state = State::at(&Self::folder(private));
        let mut found = state.orphans::<About>(NAME);
        if with_own {
            found.extend(state.own::<About>(NAME));
        }
        let scratch = |name| Self::named(private, name);
        found
            .into_iter()
            .map(|(name, about)| (about, scratch(name)))
            .collect()
    }

    fn named(private: &Path, name: String) -> Self {
        let state = State::at(&Self::folder(private));
        let kind = if name.starts_with(FIELD) {
            "md"
        } else {
            "toml"
        };
        let path = state.folder().join(format!("{name}.{kind}"));
        Self { state, name, path }
    }

    /// The folder that the texts lie in.
    pub fn folder(private: &Path) -> PathBuf {
        private.join(FOLDER)
    }

    /// The text with what it is about.
    ///
    /// # Errors
    /// As [`Scratch::read`].
    pub fn form(&self) -> io::Result<Form> {
        let text = self.read()?;
        let about: Option<About> = self.state.load(&self.name);
        let about = about.ok_or(io::ErrorKind::NotFound)?;
        let (steps, seen) = (about.steps(), about.seen);
        Ok(Form { steps, seen, text })
    }

    /// Where the text is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What the text is compared with from now on.
    ///
    /// # Errors
    /// When the folder cannot be written.
    pub(crate) fn describe(&self, steps: &[StepKey], seen: &str) -> io::Result<()> {
        let [step, more @ ..] = steps else {
            return Ok(());
        };
        let about = About {
            step: *step,
            more: more.to_vec(),
            seen: seen.to_owned(),
        };
        self.describe_field(&about)
    }

    /// What the text is about from now on.
    ///
    /// # Errors
    /// When the folder cannot be written.
    pub(crate) fn describe_field(&self, about: &impl Serialize) -> io::Result<()> {
        (self.state.save(&self.name, about)).map_err(|error| io::Error::other(error.to_string()))
    }

    /// Forgets what the text is about, which stays in its file: it is offered no more.
    pub(crate) fn leave(&self) {
        let _ = self.state.remove(&self.name);
    }

    /// What it holds now.
    ///
    /// # Errors
    /// When it is gone, or is not UTF-8: then with the line where it ceases to be.
    pub fn read(&self) -> io::Result<String> {
        String::from_utf8(std::fs::read(&self.path)?).map_err(|error| {
            let good = &error.as_bytes()[..error.utf8_error().valid_up_to()];
            let line = good.iter().filter(|byte| **byte == b'\n').count() + 1;
            let what = format!("line {line} is not UTF-8");
            io::Error::new(io::ErrorKind::InvalidData, what)
        })
    }

    /// Whether an editor left something beside the text: what it recovers from, above all.
    pub(crate) fn has_traces(&self) -> bool {
        self.traces().next().is_some()
    }

    /// Removes the text, with what editors left beside it.
    pub fn remove(&self) {
        // What cannot be removed is offered once more, which harms nobody.
        for path in self.traces().chain([self.path.clone()]) {
            let _ = std::fs::remove_file(path);
        }
        let _ = self.state.remove(&self.name);
    }

    fn traces(&self) -> impl Iterator<Item = PathBuf> {
        let own = self.path.file_name().unwrap_or_default();
        let own = own.to_string_lossy().into_owned();
        let entries = std::fs::read_dir(self.state.folder()).into_iter().flatten();
        entries.flatten().filter_map(move |entry| {
            let name = entry.file_name().into_string().ok()?;
            (name != own && name.contains(&own)).then(|| entry.path())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(text: &str) -> Form {
        Form {
            steps: [("0002".parse().unwrap(), 0)].into(),
            seen: "seen".to_owned(),
            text: text.to_owned(),
        }
    }

    /// Puts a text down as a process that is gone would have left it.
    fn leave(private: &Path, text: &[u8]) -> PathBuf {
        let name = format!("{NAME}-1-{}", 2_000_000_000);
        let scratch = Scratch::named(private, name);
        scratch.describe(&form("").steps, "seen").unwrap();
        std::fs::write(scratch.path(), text).unwrap();
        scratch.path().to_owned()
    }

    #[test]
    fn a_text_is_found_by_its_step_and_gone_when_it_is_removed() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().unwrap();
        let scratch = Scratch::lay(dir.path(), &form("mine")).unwrap();
        let mode = std::fs::metadata(scratch.path())
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
        let again = Scratch::of(dir.path(), &form("").steps).unwrap();
        assert_eq!(again.read().unwrap(), "mine");
        let other = Scratch::lay(dir.path(), &form("other")).unwrap();
        assert_eq!(other.path(), again.path());
        // Ours is nobody's leftover while we live.
        assert!(Scratch::left(dir.path()).is_empty());
        std::fs::write(scratch.path().with_extension("toml~"), "backup").unwrap();
        other.remove();
        assert!(Scratch::of(dir.path(), &form("").steps).is_none());
        let left = std::fs::read_dir(dir.path().join(FOLDER)).unwrap();
        assert_eq!(left.count(), 0);
    }

    #[test]
    fn a_text_of_several_steps_is_not_that_of_one_of_them() {
        let dir = tempfile::tempdir().unwrap();
        let one = form("one");
        let more = [one.steps[0], ("0003".parse().unwrap(), 1)];
        let several = Form {
            steps: more.into(),
            text: "several".to_owned(),
            ..one.clone()
        };
        Scratch::lay(dir.path(), &several).unwrap();
        assert!(Scratch::of(dir.path(), &one.steps).is_none());
        Scratch::lay(dir.path(), &one).unwrap();
        for form in [one, several] {
            let found = Scratch::of(dir.path(), &form.steps).unwrap();
            assert_eq!(found.form().unwrap(), form);
        }
    }

    #[test]
    fn what_others_left_is_found_unless_nothing_was_changed_in_it() {
        let dir = tempfile::tempdir().unwrap();
        leave(dir.path(), b"saved");
        assert_eq!(Scratch::left(dir.path()), [(form("saved"), None)]);
        leave(dir.path(), b"one\ncaf\xe9\n");
        let said = Some("line 2 is not UTF-8".to_owned());
        assert_eq!(Scratch::left(dir.path()), [(form("seen"), said)]);
        // A swap file has what was not saved.
        let path = leave(dir.path(), b"seen");
        let swap = path.with_file_name(format!(
            ".{}.swp",
            path.file_name().unwrap().to_str().unwrap()
        ));
        std::fs::write(&swap, "typed").unwrap();
        assert_eq!(Scratch::left(dir.path()), [(form("seen"), None)]);
        std::fs::remove_file(&swap).unwrap();
        assert_eq!(Scratch::left(dir.path()), []);
        assert!(!path.exists());
    }
}
