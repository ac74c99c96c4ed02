//! Parsing of what git prints: commits with what they changed, and objects in a batch. Nothing is
//! run here. No bytes make a parser panic; it stops at what makes no sense.

use std::ffi::OsStr;
use std::io::{self, BufRead, Read as _};
use std::os::unix::ffi::OsStrExt as _;
use std::path::PathBuf;

/// The `--format` of the commits that [`commits`] reads.
pub(crate) const FORMAT: &str = "--format=%H%x00%P%x00%ct%x00%aN%x00%s";

/// A commit, and the files among those asked for that it changed against its first parent.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Commit {
    /// The full hash.
    pub hash: String,
    /// The hash of its first parent, if this clone has one.
    pub parent: Option<String>,
    /// When it was committed, in seconds since 1970.
    pub time: i64,
    /// The author's name, as the mailmap has it.
    pub author: String,
    /// The first line of its message.
    pub subject: String,
    /// What it changed.
    pub changes: Vec<FileChange>,
}

/// A file before and after a commit.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FileChange {
    /// Relative to the top of the checkout.
    pub path: PathBuf,
    /// The path that it was renamed or copied from, where git was asked to look for that.
    pub from: Option<PathBuf>,
    /// The blob that it was; `None` where there was no regular file.
    pub before: Option<String>,
    /// The blob that it became; `None` where there is no longer a regular file.
    pub after: Option<String>,
}

/// Reads `git log -z --raw --no-abbrev` in the format [`FORMAT`].
pub(crate) fn commits(output: &[u8]) -> Vec<Commit> {
    let mut rest = output;
    let mut commits = Vec::new();
    while let Some(mut commit) = commit(&mut rest) {
        rest = rest.strip_prefix(b"\n").unwrap_or(rest);
        while let Some(change) = change(&mut rest) {
            commit.changes.push(change);
        }
        commits.push(commit);
    }
    commits
}

/// What `git rev-parse` says of a folder: whether the clone is shallow, where the folder is, and the
/// commit that is `HEAD`, if there is one.
pub(crate) struct Around {
    /// Whether only the newest part of the history is there.
    pub is_shallow: bool,
    /// The folder, relative to the top of the checkout.
    pub prefix: PathBuf,
    /// The full hash.
    pub head: Option<String>,
}

/// Reads that.
pub(crate) fn around(output: &[u8]) -> Around {
    let output = output.strip_suffix(b"\n").unwrap_or(output);
    let end = |at: Option<usize>| at.unwrap_or(output.len());
    let (shallow, rest) = output.split_at(end(memchr::memchr(b'\n', output)));
    let last = memchr::memrchr(b'\n', rest).map_or(0, |at| at + 1);
    // A folder may have line ends in its name; behind the last one is a slash, and no hash.
    let (prefix, head) = match is_hash(&rest[last..]) {
        true => (&rest[..last], Some(&rest[last..])),
        false => (rest, None),
    };
    let prefix = prefix.strip_prefix(b"\n").unwrap_or(prefix);
    let prefix = prefix.strip_suffix(b"\n").unwrap_or(prefix);
    Around {
        is_shallow: shallow == b"true",
        prefix: PathBuf::from(OsStr::from_bytes(prefix)),
        head: head.map(|head| String::from_utf8_lossy(head).into_owned()),
    }
}

/// What is before the next NUL.
fn field<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let end = memchr::memchr(0, rest)?;
    let field = &rest[..end];
    *rest = &rest[end + 1..];
    Some(field)
}

fn commit(rest: &mut &[u8]) -> Option<Commit> {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let hash = field(rest).filter(|hash| is_hash(hash))?;
    let parents = text(field(rest)?);
    let time = text(field(rest)?).parse().ok()?;
    Some(Commit {
        hash: text(hash),
        parent: parents
            .split(' ')
            .next()
            .map(str::to_owned)
            .filter(|p| !p.is_empty()),
        time,
        author: text(field(rest)?),
        subject: text(field(rest)?),
        changes: Vec::new(),
    })
}

fn is_hash(text: &[u8]) -> bool {
    matches!(text.len(), 40 | 64) && text.iter().all(u8::is_ascii_hexdigit)
}

/// The next change, `:100644 100644 <hash> <hash> M`, if one follows.
fn change(rest: &mut &[u8]) -> Option<FileChange> {
    if !rest.starts_with(b":") {
        return None;
    }
    let head = String::from_utf8_lossy(&field(rest)?[1..]).into_owned();
    let words: Vec<&str> = head.split(' ').collect();
    let [old_mode, new_mode, before, after, status] = words[..] else {
        return None;
    };
    let path = |bytes: &[u8]| PathBuf::from(OsStr::from_bytes(bytes));
    // The blob of a symlink is its target, that of a submodule is a commit.
    let blob = |mode: &str, hash: &str| {
        let is_file = mode.starts_with("100") && is_hash(hash.as_bytes());
        is_file.then(|| hash.to_owned())
    };
    let first = path(field(rest)?);
    let (path, from) = match status.starts_with(['R', 'C']) {
        true => (path(field(rest)?), Some(first)),
        false => (first, None),
    };
    Some(FileChange {
        path,
        from,
        before: blob(old_mode, before),
        after: blob(new_mode, after),
    })
}

/// The next object of `git cat-file --batch`: its bytes, or `None` where this clone does not
/// have it or it is larger than `most` bytes. They are put in the place of what is in `room`.
///
/// # Errors
/// When the output ends or breaks off.
pub(crate) fn object(
    output: &mut impl BufRead,
    most: u64,
    mut room: Vec<u8>,
) -> io::Result<Option<Vec<u8>>> {
    /// No head of an object is longer than a hash, a type and a size.
    const LONGEST_HEAD: u64 = 256;
    let mut head = Vec::new();
    output.take(LONGEST_HEAD).read_until(b'\n', &mut head)?;
    let head = head
        .strip_suffix(b"\n")
        .ok_or(io::ErrorKind::UnexpectedEof)?;
    let head = String::from_utf8_lossy(head);
    let words: Vec<&str> = head.split(' ').collect();
    let size = match words[..] {
        [_, _, size] => size
            .parse::<u64>()
            .map_err(|_| io::ErrorKind::InvalidData)?,
        [_, "missing"] => return Ok(None),
        _ => return Err(io::ErrorKind::InvalidData.into()),
    };
    let mut body = output.take(size.saturating_add(1));
    if size > most {
        return io::copy(&mut body, &mut io::sink()).map(|_| None);
    }
    // Room for all of it, unless git says something absurd.
    room.clear();
    room.reserve(size.min(1 << 26) as usize + 1);
    body.read_to_end(&mut room)?;
    match room.pop() {
        Some(b'\n') if room.len() as u64 == size => Ok(Some(room)),
        _ => Err(io::ErrorKind::UnexpectedEof.into()),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use proptest::prelude::*;

    const A: &str = "a7d5ae9b28c62240bbf7751d5337b81eccf8037d";
    const B: &str = "9bf0dd77f740b3b3b6b79343bfb8895c321a8d22";
    const ZERO: &str = "0000000000000000000000000000000000000000";

    #[test]
    fn a_log_is_read_with_odd_names_and_subjects() {
        let mut output = format!("{A}\0{B} {A}\017\0Ana \u{1}\0two\t: 100644\0\n").into_bytes();
        output.extend(format!(":100644 100755 {A} {B} M\0new\nline\0").bytes());
        output.extend(format!(":000000 100644 {ZERO} {A} A\0").bytes());
        output.extend(b"caf\xe9 :100644\0");
        output.extend(format!(":120000 100644 {B} {A} T\0link\0").bytes());
        output.extend(format!("{B}\0\0-5\0\0\0").bytes());
        let read = commits(&output);
        assert_eq!(read.len(), 2);
        assert_eq!(read[0].parent.as_deref(), Some(B));
        assert_eq!((read[0].time, &*read[0].subject), (17, "two\t: 100644"));
        let blobs = |at: usize| {
            let change = &read[0].changes[at];
            (change.before.as_deref(), change.after.as_deref())
        };
        assert_eq!(read[0].changes[0].path, PathBuf::from("new\nline"));
        assert_eq!(blobs(0), (Some(A), Some(B)));
        assert_eq!(
            read[0].changes[1].path.as_os_str().as_bytes(),
            b"caf\xe9 :100644"
        );
        assert_eq!(blobs(1), (None, Some(A)));
        assert_eq!(
            blobs(2),
            (None, Some(A)),
            "a link has no content of its own"
        );
        assert_eq!((read[1].parent.as_deref(), read[1].time), (None, -5));
    }

    #[test]
    fn a_rename_names_both_paths() {
        let output = format!(
            "{A}\0{B}\01\0\0\0\n:100644 100644 {A} {B} R087\0old\0new\0:100644 000000 {A} {ZERO} D\0gone\0"
        );
        let changes = &commits(output.as_bytes())[0].changes;
        assert_eq!(changes[0].from.as_deref(), Some("old".as_ref()));
        assert_eq!(changes[0].path, PathBuf::from("new"));
        assert_eq!(
            (changes[1].from.as_ref(), changes[1].after.as_ref()),
            (None, None)
        );
    }

    #[test]
    fn a_folder_may_be_called_anything() {
        let hash = format!("{A}\n");
        for prefix in ["", "a/", "a\nb/"] {
            for (head, is) in [("", None), (&*hash, Some(A))] {
                let read = around(format!("false\n{prefix}\n{head}").as_bytes());
                let told = (read.is_shallow, &*read.prefix, read.head.as_deref());
                assert_eq!(told, (false, Path::new(prefix), is), "{prefix:?} {head:?}");
            }
        }
        assert!(around(b"true\n\n").is_shallow);
    }

    #[test]
    fn objects_come_whole_missing_or_too_large() {
        let mut output: &[u8] = b"x blob 4\na\nb\0\ny missing\nz blob 3\nabc\nw blob 9\nabc";
        assert_eq!(
            object(&mut output, 10, b"rest".to_vec()).unwrap().unwrap(),
            b"a\nb\0"
        );
        assert_eq!(object(&mut output, 10, Vec::new()).unwrap(), None);
        assert_eq!(
            object(&mut output, 2, Vec::new()).unwrap(),
            None,
            "too large"
        );
        assert!(object(&mut output, 10, Vec::new()).is_err(), "it broke off");
        assert!(object(&mut output, 10, Vec::new()).is_err());
        assert!(object(&mut &b"x blob 99999999999999999999\n"[..], 9, Vec::new()).is_err());
    }

    proptest! {
        #[test]
        fn no_output_makes_the_readers_panic(
            bytes in prop::collection::vec(prop::sample::select(&b":\0\n 01aMR\xff"[..]), 0..300)
        ) {
            commits(&bytes);
            around(&bytes);
            let mut rest = &bytes[..];
            while object(&mut rest, 5, Vec::new()).is_ok() {}
        }
    }
}
