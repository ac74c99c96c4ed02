//! The content of many objects, read from one `git cat-file --batch` while the caller works on
//! those before; and which of many this clone lacks.

use std::collections::HashSet;
use std::io::{BufReader, Read as _, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, Stdio};
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;

use super::{Git, GitError, TIME_LIMIT, output};

/// Larger files are not read, here as elsewhere: 1 GiB.
const LARGEST: u64 = 1 << 30;
/// How many objects are read ahead.
const AHEAD: usize = 2;
/// How much git may write ahead of its reader: what Linux grants everybody.
#[cfg(target_os = "linux")]
const PIPE: usize = 1 << 20;
/// How much of its packs git maps at a time: objects are asked for in an order in which they lie near
/// each other, so more only takes memory.
const MAPPED: [&str; 4] = [
    "-c",
    "core.packedGitWindowSize=1m",
    "-c",
    "core.packedGitLimit=16m",
];

/// Objects in the order in which they were asked for. Git is stopped when this is dropped.
#[derive(Debug)]
pub struct Objects {
    child: Child,
    /// Where to ask for more.
    asking: Option<ChildStdin>,
    read: Receiver<Option<Vec<u8>>>,
    /// Memory that is no longer used, for the next objects.
    spare: Sender<Vec<u8>>,
}

impl Git {
    /// What a commit has at a path below this folder; nothing where it has no such file.
    pub(crate) fn file_at(&self, commit: &str, path: &Path) -> Option<Vec<u8>> {
        let object = format!("{commit}:./{}", path.display());
        self.output(&["cat-file", "blob", &object]).ok()
    }

    /// Asks for the content of objects by their hashes.
    ///
    /// # Errors
    /// When git cannot be started.
    pub fn objects(&self, hashes: &[&str]) -> Result<Objects, GitError> {
        self.objects_up_to(LARGEST, hashes)
    }

    /// The same, of which those with more bytes than that are not read.
    ///
    /// # Errors
    /// When git cannot be started.
    pub(crate) fn objects_up_to(&self, most: u64, hashes: &[&str]) -> Result<Objects, GitError> {
        let mut objects = self.cat_file(most, &["cat-file", "--batch", "--buffer"])?;
        let asked = hashes.join("\n") + "\n";
        if let Some(mut stdin) = objects.asking.take() {
            // Where git has ended, its output has too: that is noticed there.
            thread::spawn(move || stdin.write_all(asked.as_bytes()));
        }
        Ok(objects)
    }

    /// Objects of which each is asked for when the one before is known.
    ///
    /// # Errors
    /// When git cannot be started.
    pub(super) fn objects_on_demand(&self) -> Result<Objects, GitError> {
        self.cat_file(LARGEST, &["cat-file", "--batch"])
    }

    fn cat_file(&self, most: u64, arguments: &[&str]) -> Result<Objects, GitError> {
        let arguments = [&MAPPED[..], arguments].concat();
        let mut command = self.command(&arguments);
        let piped = command.stdin(Stdio::piped()).stderr(Stdio::null());
        let mut child = piped.spawn().map_err(GitError::NotStarted)?;
        let (sender, read) = mpsc::sync_channel(AHEAD);
        let (spare, free) = mpsc::channel::<Vec<u8>>();
        let asking = child.stdin.take();
        if let Some(stdout) = child.stdout.take() {
            // Two processes that hand over hundreds of megabytes wait for each other less often.
            #[cfg(target_os = "linux")]
            let _ = rustix::pipe::fcntl_setpipe_size(&stdout, PIPE);
            thread::spawn(move || {
                let mut stdout = BufReader::new(stdout);
                let room = || free.try_recv().unwrap_or_default();
                while let Ok(object) = output::object(&mut stdout, most, room())
                    && sender.send(object).is_ok()
                {}
            });
        }
        Ok(Objects {
            child,
            asking,
            read,
            spare,
        })
    }
}

impl Git {
    /// Those of the objects with these hashes that this clone does not have. Reads none.
    ///
    /// # Errors
    /// When git cannot be started.
    pub(super) fn missing(&self, hashes: &[&str]) -> Result<HashSet<String>, GitError> {
        let answer = self.asked(hashes)?;
        let missing = answer
            .lines()
            .filter_map(|line| line.strip_suffix(" missing"));
        Ok(missing.map(str::to_owned).collect())
    }

    /// The hashes of the objects with these names, such as `main:docs/a.md`, that this clone has,
    /// in the same order. Reads none.
    ///
    /// # Errors
    /// When git cannot be started.
    pub(crate) fn hashes(&self, names: &[&str]) -> Result<Vec<String>, GitError> {
        Ok(self.hash_of_each(names)?.into_iter().flatten().collect())
    }

    /// The hash of each of the objects with these names; nothing for one that this clone lacks.
    ///
    /// # Errors
    /// When git cannot be started.
    pub(crate) fn hash_of_each(&self, names: &[&str]) -> Result<Vec<Option<String>>, GitError> {
        let answer = self.asked(names)?;
        let hash = |line: &str| (!line.contains(' ')).then(|| line.to_owned());
        Ok(answer.lines().map(hash).collect())
    }

    /// What git calls each of these objects, one a line; ` missing` is behind the name of one that
    /// is not there.
    fn asked(&self, hashes: &[&str]) -> Result<String, GitError> {
        let mut command = self.command(&["cat-file", "--batch-check=%(objectname)", "--buffer"]);
        let piped = command.stdin(Stdio::piped()).stderr(Stdio::null());
        let mut child = piped.spawn().map_err(GitError::NotStarted)?;
        let asked = hashes.join("\n") + "\n";
        let mut answer = Vec::new();
        if let (Some(mut stdin), Some(mut stdout)) = (child.stdin.take(), child.stdout.take()) {
            thread::spawn(move || stdin.write_all(asked.as_bytes()));
            stdout
                .read_to_end(&mut answer)
                .map_err(GitError::NotStarted)?;
        }
        child.wait().map_err(GitError::NotStarted)?;
        Ok(String::from_utf8_lossy(&answer).into_owned())
    }
}

impl Objects {
    /// The next object's bytes; `None` where this clone does not have it, or git does not
    /// answer any more.
    pub fn next_object(&mut self) -> Option<Vec<u8>> {
        self.read.recv_timeout(TIME_LIMIT).ok().flatten()
    }

    /// Asks for one more object, where each is asked for by itself; answers as
    /// [`Objects::next_object`].
    pub(crate) fn ask(&mut self, hash: &str) -> Option<Vec<u8>> {
        let asking = self.asking.as_mut()?;
        asking.write_all(format!("{hash}\n").as_bytes()).ok()?;
        self.next_object()
    }

    /// Takes back the bytes of an object that nobody needs any more: fresh memory for each of
    /// thousands of long files costs more than to read them.
    pub(crate) fn give_back(&self, object: Vec<u8>) {
        // Where git has ended, no memory is needed.
        let _ = self.spare.send(object);
    }
}

impl Drop for Objects {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
