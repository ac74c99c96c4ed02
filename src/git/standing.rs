//! How a checkout stands: which branch, how far from its upstream, what is under way, and which files
//! below a folder are not as they were committed.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use super::unmerged::Unmerged;
use super::{Git, GitError};

/// How the checkout around a folder stands.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Standing {
    /// The commit that is checked out; none before the first.
    pub head: Option<String>,
    /// The branch; none where a commit is checked out by itself.
    pub branch: Option<String>,
    /// Its upstream, such as `origin/topic`.
    pub upstream: Option<String>,
    /// Commits that the upstream lacks, and that it has besides, where that can be told.
    pub ahead_behind: Option<(usize, usize)>,
    /// A merge, rebase or the like that is not finished.
    pub under_way: Option<&'static str>,
    /// Files with conflicts.
    pub unmerged: Vec<Unmerged>,
    /// Files with conflicts that are not below the folder, relative to the top of the checkout.
    pub unmerged_elsewhere: Vec<PathBuf>,
    /// Files that differ from the commit, or are not tracked, relative to the folder.
    pub changed: Vec<PathBuf>,
    /// Those of them that are not tracked.
    pub untracked: Vec<PathBuf>,
    /// The remote that pushes go to, if there is one.
    pub remote: Option<String>,
}

impl Git {
    /// How the checkout stands, as far as files below the folder are concerned.
    ///
    /// # Errors
    /// When git refuses: the folder is in no checkout.
    pub(crate) fn standing(&self) -> Result<Standing, GitError> {
        let prefix = self.output(&["rev-parse", "--show-prefix"])?;
        let prefix = prefix.strip_suffix(b"\n").unwrap_or(&prefix);
        let filters = self.without_filters()?;
        let status = [
            "status",
            "--porcelain=v2",
            "--branch",
            "-z",
            "--no-renames",
            "--untracked-files=all",
            "--ignore-submodules=all",
            "--",
            ".",
        ];
        let filters = filters.iter().map(String::as_str);
        let output = self.output(&filters.chain(status).collect::<Vec<_>>())?;
        let mut standing = read(&output, prefix);
        standing.under_way = self.under_way()?;
        if standing.under_way.is_some() {
            let top = self.unmerged()?;
            let is_elsewhere = |path: &PathBuf| !path.as_os_str().as_bytes().starts_with(prefix);
            standing.unmerged_elsewhere = top.into_iter().filter(is_elsewhere).collect();
        }
        let remotes = self.lines(&["remote"])?;
        let own = standing.upstream.as_deref().and_then(|name| {
            let own = |remote: &&String| {
                let rest = name.strip_prefix(remote.as_str());
                rest.is_some_and(|rest| rest.starts_with('/'))
            };
            remotes.iter().find(own)
        });
        let origin = remotes.iter().find(|name| *name == "origin");
        // As `git push` chooses it: a fork is where one pushes to, not where one fetches from.
        let chosen = match &standing.branch {
            Some(branch) => self.config(&format!("branch.{branch}.pushRemote"))?,
            None => None,
        };
        let chosen = match chosen {
            None => self.config("remote.pushDefault")?,
            chosen => chosen,
        };
        let chosen = chosen.filter(|name| remotes.contains(name));
        standing.remote = chosen.or_else(|| own.or(origin).or(remotes.first()).cloned());
        Ok(standing)
    }

    /// Files with conflicts in the whole checkout, relative to its top.
    ///
    /// # Errors
    /// When git refuses.
    pub(crate) fn unmerged(&self) -> Result<Vec<PathBuf>, GitError> {
        let listed = ["ls-files", "--unmerged", "-z", "--full-name", "--", ":/"];
        let output = self.output(&listed)?;
        // Mode, hash and stage stand before a tab; a file has up to three stages.
        let path = |entry: &[u8]| {
            let at = memchr::memchr(b'\t', entry)? + 1;
            Some(PathBuf::from(OsStr::from_bytes(&entry[at..])))
        };
        let mut found: Vec<PathBuf> = output.split(|byte| *byte == 0).filter_map(path).collect();
        found.dedup();
        Ok(found)
    }

    /// Files below the folder that differ from a commit, or are no longer there.
    ///
    /// # Errors
    /// When git refuses.
    pub(crate) fn differing_from(&self, commit: &str) -> Result<Vec<PathBuf>, GitError> {
        let filters = self.without_filters()?;
        let diff = [
            "diff-index",
            "-z",
            "--name-only",
            "--no-renames",
            "--no-ext-diff",
            "--ignore-submodules=all",
            "--relative",
            "--end-of-options",
            commit,
            "--",
            ".",
        ];
        let filters = filters.iter().map(String::as_str);
        let output = self.output(&filters.chain(diff).collect::<Vec<_>>())?;
        Ok(paths(&output))
    }

    /// The content of a blob as a checkout has it at a path below the folder: with the line ends and
    /// the encoding that are configured for it. No filter is run.
    ///
    /// # Errors
    /// When git refuses.
    pub(crate) fn checked_out(&self, hash: &str, path: &Path) -> Result<Vec<u8>, GitError> {
        let prefix = self.output(&["rev-parse", "--show-prefix"])?;
        let prefix = prefix.strip_suffix(b"\n").unwrap_or(&prefix);
        let path = Path::new(OsStr::from_bytes(prefix)).join(path);
        let path = format!("--path={}", path.display());
        let filters = self.without_filters()?;
        let read = ["cat-file", "--filters", &path, hash];
        self.output(
            &filters
                .iter()
                .map(String::as_str)
                .chain(read)
                .collect::<Vec<_>>(),
        )
    }

    /// What git would call files below the folder, in the order given: as they are, and with the line
    /// ends and the encoding that are configured for them. No filter is run.
    ///
    /// # Errors
    /// When git refuses, or a file is gone.
    pub(crate) fn blobs_of(&self, paths: &[&str]) -> Result<Vec<[String; 2]>, GitError> {
        let filters = self.without_filters()?;
        let hash = |how: &[&str]| {
            let filters = filters.iter().map(String::as_str);
            let hash = ["hash-object"].into_iter().chain(how.iter().copied());
            let paths = ["--"].into_iter().chain(paths.iter().copied());
            self.lines(&filters.chain(hash).chain(paths).collect::<Vec<_>>())
        };
        let blobs = hash(&["--no-filters"])?.into_iter().zip(hash(&[])?);
        Ok(blobs.map(|(as_is, converted)| [as_is, converted]).collect())
    }

    /// What keeps git from running the filters that a clone configures, to see whether a file differs.
    fn without_filters(&self) -> Result<Vec<String>, GitError> {
        let filters = ["config", "--name-only", "--get-regexp", r"^filter\."];
        let mut names: Vec<String> = Vec::new();
        for key in self.lines(&filters)? {
            let name = key.rsplit_once('.').map(|(name, _)| name.to_owned());
            names.extend(name.filter(|name| !names.contains(name)));
        }
        let off = |name: &String| {
            ["clean=", "smudge=", "process=", "required=false"].map(|off| format!("{name}.{off}"))
        };
        let off = names.iter().flat_map(off);
        Ok(off.flat_map(|off| ["-c".to_owned(), off]).collect())
    }

    /// Files below the folder that git knows.
    ///
    /// # Errors
    /// When git cannot be run.
    pub(crate) fn tracked(&self) -> Result<Vec<PathBuf>, GitError> {
        Ok(paths(&self.output(&["ls-files", "-z", "--", "."])?))
    }

    /// Those of them that are meant not to be in the working tree, as in a sparse checkout.
    ///
    /// # Errors
    /// When git cannot be run.
    pub(crate) fn left_out(&self) -> Result<Vec<PathBuf>, GitError> {
        let output = self.output(&["ls-files", "-t", "-z", "--", "."])?;
        let tagged = output.split(|byte| *byte == 0);
        let left_out = tagged.filter_map(|entry| entry.strip_prefix(b"S "));
        Ok(left_out
            .map(|path| PathBuf::from(OsStr::from_bytes(path)))
            .collect())
    }
}

pub(super) fn paths(output: &[u8]) -> Vec<PathBuf> {
    let paths = output.split(|byte| *byte == 0);
    let paths = paths.filter(|path| !path.is_empty());
    paths
        .map(|path| PathBuf::from(OsStr::from_bytes(path)))
        .collect()
}

/// Reads `status --porcelain=v2 --branch -z`.
fn read(output: &[u8], prefix: &[u8]) -> Standing {
    let mut standing = Standing::default();
    let below = |path: &[u8]| {
        let path = path.strip_prefix(prefix)?;
        Some(PathBuf::from(Path::new(OsStr::from_bytes(path))))
    };
    for line in output.split(|byte| *byte == 0) {
        let text = String::from_utf8_lossy(line);
        if let Some(words) = text.strip_prefix("# branch.") {
            match words.split_once(' ') {
                Some(("oid", hash)) if hash != "(initial)" => standing.head = Some(hash.to_owned()),
                Some(("head", name)) if name != "(detached)" => {
                    standing.branch = Some(name.to_owned());
                }
                Some(("upstream", name)) => standing.upstream = Some(name.to_owned()),
                Some(("ab", counts)) => {
                    let mut counts = counts.split(' ').map(|count| count[1..].parse().ok());
                    let both = counts.next().flatten().zip(counts.next().flatten());
                    standing.ahead_behind = both;
                }
                _ => {}
            }
            continue;
        }
        // So many words come before the path.
        let (words, list) = match line.first() {
            Some(b'1') => (8, &mut standing.changed),
            Some(b'u') => {
                let file = Unmerged::read(line).and_then(|file| {
                    let path = below(file.path.as_os_str().as_bytes())?;
                    Some(Unmerged { path, ..file })
                });
                standing.unmerged.extend(file);
                continue;
            }
            Some(b'?') => (1, &mut standing.untracked),
            _ => continue,
        };
        let path = line.splitn(words + 1, |byte| *byte == b' ').nth(words);
        list.extend(path.and_then(below));
    }
    let unmerged = standing.unmerged.iter().map(|file| file.path.clone());
    let others = standing.untracked.iter().cloned().chain(unmerged);
    standing.changed.extend(others);
    standing
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_is_read_with_paths_of_any_kind() {
        let output = b"# branch.oid abc\0# branch.head topic\0# branch.upstream origin/topic\0\
            # branch.ab +2 -1\x001 .M N... 100644 100644 100644 a b sub/docs/a b.md\0\
            1 A. N... 100644 100644 100644 a b other/x\0\
            u UU N... 100644 100644 100644 100644 a b c sub/plan.jsonl\0\
            u DU N... 100644 000000 100644 100644 a b c sub/gone.md\0? sub/new\n.md\0! ignored\0nonsense\0";
        let read = read(output, b"sub/");
        let path = |text: &str| vec![PathBuf::from(text)];
        assert_eq!(read.branch.as_deref(), Some("topic"));
        assert_eq!(read.ahead_behind, Some((2, 1)));
        let unmerged = [path("plan.jsonl"), path("gone.md")].concat();
        let paths = |file: &Unmerged| file.path.clone();
        assert_eq!(
            read.unmerged.iter().map(paths).collect::<Vec<_>>(),
            unmerged
        );
        let sides = |file: &Unmerged| [file.base.is_some(), file.ours.is_some()];
        assert_eq!(
            read.unmerged.iter().map(sides).collect::<Vec<_>>(),
            [[true, true], [true, false]]
        );
        assert_eq!(read.untracked, path("new\n.md"));
        let changed = [path("docs/a b.md"), path("new\n.md"), unmerged].concat();
        assert_eq!(read.changed, changed);
    }
}
