//! The archive: a folder in which a person keeps copies of the files that demos show.
//!
//! Which folder that is, one's own configuration says and nothing else: a plan may be a stranger's. A
//! copy is named after its content, so that the same content is one file, and nothing in the
//! archive is ever overwritten. What is copied has the digest that the paper lists, or is not kept.

use std::fmt;
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tempfile::{NamedTempFile, TempPath};

use super::atomic_replace::leftovers::{is_temp, temp_path};
use super::fs::create::create_private_folder;
use super::fs::inside::{NotInside, digest_inside, file_inside};
use super::fs::read::{LARGEST_FILE, open_nonblocking};
use super::locate::config::ArchiveEntries;
use super::locate::discover::checkout;
use crate::document::digest;
use crate::document::english::counted;
use crate::document::pointer::LfsPointer;
use crate::report::paper::ShownFile;

/// So much of a digest begins the name of a copy.
const PREFIX: usize = 16;
/// Half a copy is nobody's any more after that.
const ABANDONED: Duration = Duration::from_hours(24);
/// Longer names are cut in front, so that they keep their ending.
const LONGEST_NAME: usize = 160;

/// What became of files that were to be copied.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Archived {
    /// How many were copied.
    pub copied: usize,
    /// How many were there already.
    pub known: usize,
    /// Why none could be, if the archive itself is the reason.
    pub unusable: Option<String>,
    /// Those that were not copied, each with the reason as a clause.
    pub failed: Vec<(String, String)>,
}

/// Copies files of the plan at `root` into one's own archive; `None` where there is no archive, or
/// nothing to copy.
pub fn archive(root: &Path, entries: &ArchiveEntries, files: &[ShownFile]) -> Option<Archived> {
    let folder = entries.folder.as_deref().filter(|_| !files.is_empty())?;
    let mut archived = Archived::default();
    let mut opened = match OpenArchive::at(folder, root, entries.limit) {
        Ok(opened) => opened,
        Err(reason) => {
            archived.unusable = Some(reason);
            return Some(archived);
        }
    };
    for file in files {
        match opened.take(root, file) {
            Ok(true) => archived.copied += 1,
            Ok(false) => archived.known += 1,
            Err(reason) => archived.failed.push((file.path.clone(), reason)),
        }
    }
    Some(archived)
}

struct OpenArchive {
    folder: PathBuf,
    /// A larger file is not copied.
    limit: u64,
    /// The names of what is there.
    names: Vec<String>,
}

impl OpenArchive {
    /// The archive in a folder, which is made if the one above it is there: a drive that is not
    /// mounted is not replaced by a folder.
    fn at(folder: &Path, root: &Path, limit: u64) -> Result<Self, String> {
        let shown = folder.display();
        let failed = |error: io::Error| format!("the archive {shown} cannot be used: {error}");
        // Judged before it is made: nothing of it appears in a checkout.
        let (place, is_there) = match folder.canonicalize() {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let above = folder.parent().unwrap_or(folder);
                (above.canonicalize().map_err(failed)?, false)
            }
            found => (found.map_err(failed)?, true),
        };
        let root = root.canonicalize().map_err(failed)?;
        if place.starts_with(checkout(&root).unwrap_or(&root)) {
            return Err(format!(
                "the archive {shown} lies in the plan's own checkout: name a folder outside"
            ));
        }
        if is_there {
            clean(folder);
        } else {
            create_private_folder(folder).map_err(failed)?;
        }
        let entries = fs::read_dir(folder).map_err(failed)?;
        let names = entries.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()));
        Ok(Self {
            folder: folder.to_owned(),
            limit,
            names: names.collect::<io::Result<_>>().map_err(failed)?,
        })
    }

    /// Copies one file; answers whether it was not there before.
    fn take(&mut self, root: &Path, file: &ShownFile) -> Result<bool, String> {
        if file.size > LARGEST_FILE {
            return Err("is larger than 1 GiB".to_owned());
        }
        if file.size > self.limit {
            return Err("is larger than the limit in [archive]".to_owned());
        }
        let prefix = format!("{}-", &file.sha256[..PREFIX.min(file.sha256.len())]);
        if let Some(name) = self.names.iter().find(|name| name.starts_with(&prefix)) {
            return self.has(name, &file.sha256).map(|()| false);
        }
        let path = file_inside(root, &file.path).map_err(|error| match error {
            NotInside::Outside => "leads out of the plan".to_owned(),
            NotInside::NotAFile => "is no longer a file".to_owned(),
            NotInside::Unreadable(error) => format!("cannot be read: {error}"),
        })?;
        let name = prefix + ending(&path.file_name().unwrap_or_default().to_string_lossy());
        let is_new = match self.copy(&path, file, &name) {
            Ok(()) => true,
            // Somebody else was faster.
            Err(Failure::Exists) => false,
            Err(failure) => return Err(failure.to_string()),
        };
        self.names.push(name);
        Ok(is_new)
    }

    /// Whether a copy is what its name says.
    fn has(&self, name: &str, sha256: &str) -> Result<(), String> {
        match digest_inside(&self.folder, name) {
            Ok((_, found)) if found == sha256 => Ok(()),
            Ok(_) | Err(NotInside::NotAFile | NotInside::Outside) => Err(format!(
                "is in the archive as {name} with other content: move that away"
            )),
            Err(NotInside::Unreadable(error)) => Err(format!(
                "is in the archive as {name}, which cannot be read: {error}"
            )),
        }
    }

    /// Copies what is at a path and has the listed digest; half a copy never has its name.
    fn copy(&self, path: &Path, file: &ShownFile, name: &str) -> Result<(), Failure> {
        let source = open_nonblocking(path)?;
        if !source.metadata()?.is_file() {
            return Err(Failure::Changed);
        }
        let mut start = Vec::new();
        let longest = LfsPointer::LONGEST as u64 + 1;
        (&source).take(longest).read_to_end(&mut start)?;
        if LfsPointer::read(&start).is_some_and(|it| it.content().1 == file.sha256) {
            return Err(Failure::NotFetched);
        }
        // A clean-up knows this name, should the program be killed.
        let temp = temp_path(&self.folder);
        let mut copy = NamedTempFile::from_parts(
            File::options()
                .write(true)
                .create_new(true)
                .mode(0o600)
                .open(&temp)?,
            TempPath::try_from_path(&temp)?,
        );
        let (_, sha256) = digest::copied(start.chain(source).take(file.size + 1), &mut copy)?;
        if sha256 != file.sha256 {
            return Err(Failure::Changed);
        }
        copy.as_file().sync_all()?;
        match copy.persist_noclobber(self.folder.join(name)) {
            Ok(_) => Ok(()),
            Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => {
                Err(Failure::Exists)
            }
            Err(error) => Err(error.error.into()),
        }
    }
}

/// Removes halves of copies that nobody has worked on for a day: others may share the archive. What
/// cannot be removed is in nobody's way.
fn clean(folder: &Path) {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    for path in entries
        .map(|entry| entry.path())
        .filter(|path| is_temp(path))
    {
        let changed = fs::symlink_metadata(&path).and_then(|about| about.modified());
        if changed.is_ok_and(|at| at.elapsed().is_ok_and(|age| age > ABANDONED)) {
            let _ = fs::remove_file(&path);
        }
    }
}

/// Why there is no copy.
enum Failure {
    /// There is one by now.
    Exists,
    /// The file is not what the paper lists.
    Changed,
    /// It is what the paper lists, and elsewhere.
    NotFetched,
    /// The system fails.
    Io(io::Error),
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exists => f.write_str("is there by now"),
            Self::Changed => f.write_str("changed while the demo was written: write it again"),
            Self::NotFetched => f.write_str("is not fetched from Git LFS: `git lfs pull` gets it"),
            Self::Io(error) => write!(f, "could not be copied: {error}"),
        }
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// The end of a name that is not too long for a file system.
fn ending(name: &str) -> &str {
    let from = name.len().saturating_sub(LONGEST_NAME);
    &name[name.ceil_char_boundary(from)..]
}

impl Archived {
    /// What was archived, if anything was.
    pub fn said(&self) -> Option<String> {
        match (self.copied, self.known) {
            (0, 0) => None,
            (0, known) => Some(format!("archived already: {}", counted(known, "file"))),
            (copied, 0) => Some(format!("archived: {}", counted(copied, "file"))),
            (copied, known) => {
                let copied = counted(copied, "file");
                Some(format!("archived: {copied}, {known} there already"))
            }
        }
    }

    /// What was not archived, a sentence each.
    pub fn not_copied(&self) -> impl Iterator<Item = String> {
        let unusable = self.unusable.iter();
        let unusable = unusable.map(|reason| format!("nothing was archived: {reason}"));
        let failed = self.failed.iter();
        unusable.chain(failed.map(|(path, reason)| format!("not archived: {path} {reason}")))
    }
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use super::*;

    struct Rooms {
        _outer: tempfile::TempDir,
        root: PathBuf,
        entries: ArchiveEntries,
    }

    fn rooms() -> Rooms {
        let outer = tempfile::TempDir::new().unwrap();
        let root = outer.path().join("plan");
        fs::create_dir_all(root.join("docs")).unwrap();
        let entries = ArchiveEntries {
            folder: Some(outer.path().join("kept")),
            ..ArchiveEntries::default()
        };
        Rooms {
            _outer: outer,
            root,
            entries,
        }
    }

    impl Rooms {
        fn shown(&self, path: &str, text: &str) -> ShownFile {
            fs::write(self.root.join(path), text).unwrap();
            let (size, sha256) = digest_inside(&self.root, path).unwrap();
            let path = path.to_owned();
            ShownFile { path, size, sha256 }
        }

        fn archive(&self, files: &[ShownFile]) -> Archived {
            archive(&self.root, &self.entries, files).unwrap()
        }

        /// The names in the archive, in their order.
        fn names(&self) -> Vec<String> {
            let entries = fs::read_dir(self.entries.folder.as_ref().unwrap()).unwrap();
            let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
            let mut names: Vec<String> = names.collect();
            names.sort();
            names
        }
    }

    fn reason(archived: &Archived) -> &str {
        let [(_, reason)] = &archived.failed[..] else {
            panic!("{archived:?}");
        };
        reason
    }

    #[test]
    fn what_is_not_what_the_paper_lists_is_not_kept() {
        let rooms = rooms();
        let file = rooms.shown("docs/a.txt", "abc");
        for other in ["abd", "abcd", "ab", ""] {
            fs::write(rooms.root.join("docs/a.txt"), other).unwrap();
            let archived = rooms.archive(std::slice::from_ref(&file));
            assert!(reason(&archived).starts_with("changed while"), "{other}");
            assert_eq!(rooms.names(), [""; 0]);
        }
        fs::remove_file(rooms.root.join("docs/a.txt")).unwrap();
        let gone = rooms.archive(std::slice::from_ref(&file));
        assert!(reason(&gone).starts_with("cannot be read"), "{gone:?}");
        // A link that leads out is not followed, even to the very same bytes.
        let secret = rooms.root.join("../secret.txt");
        fs::write(&secret, "abc").unwrap();
        std::os::unix::fs::symlink(&secret, rooms.root.join("docs/a.txt")).unwrap();
        let out = rooms.archive(std::slice::from_ref(&file));
        assert_eq!(reason(&out), "leads out of the plan");
        assert_eq!(rooms.names(), [""; 0]);
    }

    #[test]
    fn a_copy_with_other_content_is_left_alone() {
        let rooms = rooms();
        let file = rooms.shown("docs/a.txt", "abc");
        let name = "ba7816bf8f01cfea-a.txt";
        assert_eq!(rooms.archive(std::slice::from_ref(&file)).copied, 1);
        assert_eq!(rooms.names(), [name]);
        let copy = rooms.entries.folder.as_ref().unwrap().join(name);
        fs::write(&copy, "spoiled").unwrap();
        let archived = rooms.archive(std::slice::from_ref(&file));
        assert!(reason(&archived).contains(name), "{archived:?}");
        assert_eq!(fs::read_to_string(copy).unwrap(), "spoiled");
    }

    #[test]
    fn the_same_content_is_copied_once_whatever_its_names() {
        let rooms = rooms();
        let files = [
            rooms.shown("docs/a.txt", "abc"),
            rooms.shown("docs/b.txt", "abc"),
        ];
        let archived = rooms.archive(&files);
        assert_eq!((archived.copied, archived.known), (1, 1));
        assert_eq!(rooms.names(), ["ba7816bf8f01cfea-a.txt"]);
    }

    #[test]
    fn a_pointer_is_not_what_it_stands_for_and_half_a_copy_is_cleaned_up() {
        let rooms = rooms();
        let sha256 = digest::of(b"abc");
        let text =
            format!("version https://git-lfs.github.com/spec/v1\noid sha256:{sha256}\nsize 3\n");
        let file = rooms.shown("docs/a.txt", &text);
        assert_eq!((file.size, &file.sha256), (3, &sha256));
        // Half a copy of a program that was killed, and one that somebody is writing.
        let folder = rooms.entries.folder.as_ref().unwrap();
        let [half, written] = [temp_path(folder), temp_path(folder)];
        fs::create_dir(folder).unwrap();
        for half in [&half, &written] {
            fs::write(half, "ab").unwrap();
        }
        let yesterday = SystemTime::now() - 2 * ABANDONED;
        let opened = File::options().write(true).open(&half).unwrap();
        opened.set_modified(yesterday).unwrap();
        let archived = rooms.archive(std::slice::from_ref(&file));
        assert!(
            reason(&archived).starts_with("is not fetched"),
            "{archived:?}"
        );
        assert!(!half.exists());
        fs::remove_file(written).unwrap();
        assert_eq!(rooms.names(), [""; 0]);
        fs::write(rooms.root.join("docs/a.txt"), "abc").unwrap();
        assert_eq!(rooms.archive(&[file]).copied, 1);
    }

    #[test]
    fn a_folder_that_takes_no_file_is_said() {
        let mut rooms = rooms();
        let files = [
            rooms.shown("docs/a.txt", "abc"),
            rooms.shown("docs/b.txt", "b"),
        ];
        fs::write(rooms.root.join("../file"), "").unwrap();
        // Root may write into every folder, but not into these.
        for (folder, said) in [
            ("../file", ["nothing was archived: the archive "].as_slice()),
            ("../not/there", &["nothing was archived: the archive "]),
            (
                "/proc",
                &[
                    "not archived: docs/a.txt could not be copied",
                    "not archived: docs/b.txt could not be copied",
                ],
            ),
        ] {
            rooms.entries.folder = Some(rooms.root.join(folder));
            let archived = rooms.archive(&files);
            assert_eq!(archived.said(), None, "{folder}");
            let not: Vec<String> = archived.not_copied().collect();
            assert_eq!(not.len(), said.len(), "{not:?}");
            let pairs = not.iter().zip(said);
            pairs.for_each(|(not, said)| assert!(not.starts_with(said), "{not}"));
        }
    }

    #[test]
    fn a_long_name_keeps_its_ending() {
        let name = format!("{}é.pdf", "x".repeat(300));
        assert!(ending(&name).ends_with("é.pdf") && ending(&name).len() <= LONGEST_NAME);
        assert_eq!(ending("a.pdf"), "a.pdf");
    }
}
