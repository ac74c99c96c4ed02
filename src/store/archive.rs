//! The archive: a folder in which a person keeps copies of the files that demos show.
//!
//! Which folder that is, one's own configuration says and nothing else: a plan may be a stranger's. A
//! copy is named after its content, so that the same content is one file, and nothing in the
//! archive is ever overwritten. What is copied has the digest that the paper lists, or is not kept.

use std::fmt;
use std::fs;
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use super::fs::create::create_private_folder;
use super::fs::inside::{NotInside, digest_inside, file_inside};
use super::fs::read::open_nonblocking;
use super::locate::config::ArchiveEntries;
use super::locate::discover::checkout;
use crate::document::english::counted;
use crate::report::paper::ShownFile;

/// So much of a digest begins the name of a copy.
const PREFIX: usize = 16;
/// Longer names are cut in front, so that they keep their ending.
const LONGEST_NAME: usize = 160;

/// What became of files that were to be copied.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Archived {
    /// How many were copied.
    pub copied: usize,
    /// How many were there already.
    pub known: usize,
    /// Those that were not copied, each with the reason as a clause.
    pub failed: Vec<(String, String)>,
}

/// Copies files of the plan at `root` into one's own archive; `None` where there is no archive, or
/// nothing to copy.
pub fn archive(root: &Path, entries: &ArchiveEntries, files: &[ShownFile]) -> Option<Archived> {
    let folder = entries.folder.as_deref().filter(|_| !files.is_empty())?;
    let mut archived = Archived::default();
    let opened = OpenArchive::at(folder, root, entries.limit);
    for file in files {
        let copied = match &opened {
            Ok(archive) => archive.take(root, file),
            Err(reason) => Err(reason.clone()),
        };
        match copied {
            Ok(true) => archived.copied += 1,
            Ok(false) => archived.known += 1,
            Err(reason) => archived.failed.push((file.path.clone(), reason)),
        }
    }
    Some(archived)
}

struct OpenArchive {
    folder: PathBuf,
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
        let place = match folder.canonicalize() {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let above = folder.parent().unwrap_or(folder);
                above.canonicalize().map_err(failed)?
            }
            found => found.map_err(failed)?,
        };
        let root = root.canonicalize().map_err(failed)?;
        if place.starts_with(checkout(&root).unwrap_or(&root)) {
            return Err(format!(
                "the archive {shown} lies in the plan's own checkout: name a folder outside"
            ));
        }
        create_private_folder(folder).map_err(failed)?;
        let entries = fs::read_dir(folder).map_err(failed)?;
        let names = entries.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()));
        Ok(Self {
            folder: folder.to_owned(),
            limit,
            names: names.collect::<io::Result<_>>().map_err(failed)?,
        })
    }

    /// Copies one file; answers whether it was not there before.
    fn take(&self, root: &Path, file: &ShownFile) -> Result<bool, String> {
        if file.size > self.limit {
            return Err("is larger than the limit in [archive]".to_owned());
        }
        let prefix = format!("{}-", &file.sha256[..PREFIX.min(file.sha256.len())]);
        if let Some(name) = self.names.iter().find(|name| name.starts_with(&prefix)) {
            return match digest_inside(&self.folder, name) {
                Ok((_, sha256)) if sha256 == file.sha256 => Ok(false),
                _ => Err(format!(
                    "is in the archive as {name} with other content: move that away"
                )),
            };
        }
        let path = file_inside(root, &file.path).map_err(|error| match error {
            NotInside::Outside => "leads out of the plan".to_owned(),
            NotInside::NotAFile => "is no longer a file".to_owned(),
            NotInside::Unreadable(error) => format!("cannot be read: {error}"),
        })?;
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let target = self.folder.join(prefix + ending(&name));
        match self.copy(&path, file, &target) {
            Ok(()) => Ok(true),
            // Somebody else was faster.
            Err(Failure::Exists) => Ok(false),
            Err(Failure::Changed) => {
                Err("changed while the demo was written: write it again".to_owned())
            }
            Err(Failure::Io(error)) => Err(format!("could not be copied: {error}")),
        }
    }

    /// Copies what is at a path and has the listed digest; half a copy is never there.
    fn copy(&self, path: &Path, file: &ShownFile, target: &Path) -> Result<(), Failure> {
        let source = open_nonblocking(path)?;
        if !source.metadata()?.is_file() {
            return Err(Failure::Changed);
        }
        let mut source = source.take(file.size + 1);
        let mut copy = tempfile::NamedTempFile::new_in(&self.folder)?;
        let (mut hash, mut part) = (Sha256::new(), vec![0; 1 << 16]);
        loop {
            let read = match source.read(&mut part) {
                Ok(0) => break,
                Ok(read) => read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error.into()),
            };
            hash.update(&part[..read]);
            copy.write_all(&part[..read])?;
        }
        let digest = hash.finalize();
        let digest: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        if digest != file.sha256 {
            return Err(Failure::Changed);
        }
        copy.as_file().sync_all()?;
        match copy.persist_noclobber(target) {
            Ok(_) => Ok(()),
            Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => {
                Err(Failure::Exists)
            }
            Err(error) => Err(error.error.into()),
        }
    }
}

/// Why there is no copy.
enum Failure {
    /// There is one by now.
    Exists,
    /// The file is not what the paper lists.
    Changed,
    /// The system fails.
    Io(io::Error),
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
    /// A sentence for each file that was not copied.
    pub fn not_copied(&self) -> impl Iterator<Item = String> {
        let failed = self.failed.iter();
        failed.map(|(path, reason)| format!("not archived: {path} {reason}"))
    }
}

impl fmt::Display for Archived {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "archived: {}", counted(self.copied, "file"))?;
        if self.known > 0 {
            write!(f, ", {} there already", self.known)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
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
    fn a_folder_that_takes_no_file_is_named_with_each_file() {
        let mut rooms = rooms();
        let files = [
            rooms.shown("docs/a.txt", "abc"),
            rooms.shown("docs/b.txt", "b"),
        ];
        fs::write(rooms.root.join("../file"), "").unwrap();
        // Root may write into every folder, but not into these.
        for (folder, why) in [
            ("../file", "cannot be used"),
            ("../not/there", "cannot be used"),
            ("/proc", "could not be copied"),
        ] {
            rooms.entries.folder = Some(rooms.root.join(folder));
            let archived = rooms.archive(&files);
            assert_eq!(archived.copied, 0, "{folder}");
            let said: Vec<String> = archived.not_copied().collect();
            assert_eq!(said.len(), 2, "{folder}");
            assert!(said[0].starts_with("not archived: docs/a.txt "), "{said:?}");
            assert!(said[1].contains(why), "{said:?}");
        }
    }

    #[test]
    fn a_long_name_keeps_its_ending() {
        let name = format!("{}é.pdf", "x".repeat(300));
        assert!(ending(&name).ends_with("é.pdf") && ending(&name).len() <= LONGEST_NAME);
        assert_eq!(ending("a.pdf"), "a.pdf");
    }
}
