//! Which line of work is the main one, and on which side of a merge it is.
//!
//! Nothing here asks a person or the network: a clone that has no answer has none.

use std::path::Path;

use super::{Git, GitError};

/// How many branches are looked at, the newest first.
const BRANCHES: &str = "--count=64";

/// A side of a merge, as git tells them apart.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum MergeSide {
    /// What is merged into; in a rebase what the commits are put onto.
    Ours,
    /// What is merged.
    Theirs,
}

/// The main branch, as far as this clone knows it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Mainline {
    /// Its name, without the remote's.
    pub branch: String,
    /// The remote that has it, if there is one.
    pub remote: Option<String>,
    /// Its commit as it was last fetched.
    pub fetched: Option<String>,
    /// The commit of the local branch of that name.
    pub local: Option<String>,
}

impl Mainline {
    /// What people call it: `origin/main`, or `main` where there is no remote.
    pub(crate) fn name(&self) -> String {
        match (&self.remote, &self.fetched) {
            (Some(remote), Some(_)) => format!("{remote}/{}", self.branch),
            _ => self.branch.clone(),
        }
    }

    /// Its newest commit that is known: the fetched one, else the local one.
    pub(crate) fn tip(&self) -> Option<&str> {
        self.fetched.as_deref().or(self.local.as_deref())
    }
}

/// A branch that this clone has or has fetched.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct KnownBranch {
    /// What people call it: `ana`, or `origin/ana` where it was fetched.
    pub name: String,
    /// Its newest commit.
    pub commit: String,
}

impl Git {
    /// The branches that this clone has or has fetched, those with the newest commits first, as
    /// many as are quickly looked at.
    ///
    /// # Errors
    /// When git cannot be run.
    pub(crate) fn branches(&self) -> Result<Vec<KnownBranch>, GitError> {
        let lines = self.lines(&[
            "for-each-ref",
            BRANCHES,
            "--sort=-committerdate",
            "--format=%(objectname) %(symref) %(refname)",
            "refs/heads",
            "refs/remotes",
        ])?;
        let branch = |line: &String| {
            let mut words = line.splitn(3, ' ');
            let (commit, symref, name) = (words.next()?, words.next()?, words.next()?);
            let own = name.strip_prefix("refs/heads/");
            let name = own.or_else(|| name.strip_prefix("refs/remotes/"))?;
            // What only points to another branch is none of its own.
            symref.is_empty().then(|| KnownBranch {
                name: name.to_owned(),
                commit: commit.to_owned(),
            })
        };
        Ok(lines.iter().filter_map(branch).collect())
    }

    /// The main branch: the one `configured`, else the `HEAD` of the remote, else `main` or
    /// `master`. Nothing where there is none.
    ///
    /// # Errors
    /// When git cannot be run.
    pub(crate) fn mainline(&self, configured: Option<&str>) -> Result<Option<Mainline>, GitError> {
        let remotes = self.lines(&["remote"])?;
        let remote = remotes.iter().find(|name| *name == "origin");
        let remote = remote.or(remotes.first()).cloned();
        let mut names: Vec<String> = configured.map(str::to_owned).into_iter().collect();
        if names.is_empty() {
            if let Some(remote) = &remote {
                let head = format!("refs/remotes/{remote}/HEAD");
                let target = self.lines(&["symbolic-ref", "--quiet", &head])?;
                let prefix = format!("refs/remotes/{remote}/");
                let name = target.first().and_then(|name| name.strip_prefix(&prefix));
                names.extend(name.map(str::to_owned));
            }
            names.extend(["main", "master"].map(str::to_owned));
        }
        for branch in names {
            let fetched = match &remote {
                Some(remote) => self.commit_of(&format!("refs/remotes/{remote}/{branch}"))?,
                None => None,
            };
            let local = self.commit_of(&format!("refs/heads/{branch}"))?;
            if fetched.is_some() || local.is_some() {
                return Ok(Some(Mainline {
                    branch,
                    remote,
                    fetched,
                    local,
                }));
            }
        }
        Ok(None)
    }

    /// The full hash of the commit that a revision names; `None` where it names none.
    ///
    /// # Errors
    /// When git cannot be run.
    pub(crate) fn commit_of(&self, revision: &str) -> Result<Option<String>, GitError> {
        let commit = format!("{revision}^{{commit}}");
        let arguments = [
            "rev-parse",
            "--verify",
            "--quiet",
            "--end-of-options",
            &commit,
        ];
        Ok(self.lines(&arguments)?.pop())
    }

    /// The branch that a local one follows, with how many of its commits that lacks; nothing where it lacks
    /// none, or follows none that this clone knows.
    ///
    /// # Errors
    /// When git cannot be run.
    pub(crate) fn lacking(&self, branch: &str) -> Result<Option<(String, usize)>, GitError> {
        let own = format!("refs/heads/{branch}");
        let form = "--format=%(refname) %(upstream) %(upstream:short)";
        // The name may be a pattern for git.
        let lines = self.lines(&["for-each-ref", form, &own])?;
        let mut words = lines.iter().map(|line| line.split(' ').collect::<Vec<_>>());
        let Some([_, upstream, name]) = words.find_map(|words| {
            let words: [&str; 3] = words.try_into().ok()?;
            (words[0] == own && !words[1].is_empty()).then_some(words)
        }) else {
            return Ok(None);
        };
        if self.commit_of(upstream)?.is_none() {
            return Ok(None);
        }
        let range = format!("{own}..{upstream}");
        let count = self.lines(&["rev-list", "--count", "--end-of-options", &range])?;
        let count = count.first().and_then(|count| count.parse().ok());
        Ok(count
            .filter(|count| *count > 0)
            .map(|count| (name.to_owned(), count)))
    }

    /// The newest commit that two revisions both come from; `None` where there is none that this
    /// clone knows, or one of them names no commit.
    ///
    /// # Errors
    /// When git cannot be run.
    pub(crate) fn merge_base(&self, one: &str, other: &str) -> Result<Option<String>, GitError> {
        let bases = self.lines(&["merge-base", "--end-of-options", one, other])?;
        Ok(bases.into_iter().next())
    }

    /// The newest commit that the checkout and another one both come from. A merge that is not
    /// concluded counts as if it were.
    ///
    /// # Errors
    /// When git cannot be run.
    pub(crate) fn checkout_base(&self, other: &str) -> Result<Option<String>, GitError> {
        let merged = self.commit_of("MERGE_HEAD")?;
        let own = ["HEAD"].into_iter().chain(merged.as_deref());
        let words: Vec<&str> = ["merge-base", "--end-of-options", other]
            .into_iter()
            .chain(own)
            .collect();
        Ok(self.lines(&words)?.into_iter().next())
    }

    /// The newest commit that two commits both have, which may be one of them; `None` where this clone
    /// does not know both.
    ///
    /// # Errors
    /// When git cannot be run.
    pub(crate) fn common_commit(&self, one: &str, other: &str) -> Result<Option<String>, GitError> {
        let (Some(full), Some(of)) = (self.commit_of(one)?, self.commit_of(other)?) else {
            return Ok(None);
        };
        let base = self.merge_base(&full, &of)?;
        // As it is written there.
        Ok(base.map(|base| match () {
            () if base == full => one.to_owned(),
            () if base == of => other.to_owned(),
            () => base,
        }))
    }

    /// What people call a commit: the branch whose newest one it is, else the name of its author.
    ///
    /// # Errors
    /// When git cannot be run.
    pub(crate) fn name_of(&self, commit: &str) -> Result<Option<String>, GitError> {
        let Some(full) = self.commit_of(commit)? else {
            return Ok(None);
        };
        let points_at = format!("--points-at={full}");
        let form = "--format=%(symref)%(refname:short)";
        // Local branches come first, and what only points to another branch is none of its own.
        let refs = ["refs/heads", "refs/remotes"];
        let refs = self.lines(&[&["for-each-ref", &points_at, form], &refs[..]].concat())?;
        let named = refs.into_iter().find(|name| !name.starts_with("refs/"));
        if named.is_some() {
            return Ok(named);
        }
        let author = [
            "show",
            "--no-patch",
            "--no-show-signature",
            "--format=%an",
            "--end-of-options",
            &full,
        ];
        Ok(self.lines(&author)?.pop())
    }

    /// Whether a commit is among those that another one comes from, or is that one.
    ///
    /// # Errors
    /// When git cannot be run.
    pub(crate) fn is_ancestor(&self, commit: &str, of: &str) -> Result<bool, GitError> {
        let arguments = ["merge-base", "--is-ancestor", commit, of];
        Ok(self.run(&arguments)?.status.success())
    }

    /// The branch that is checked out.
    ///
    /// # Errors
    /// When git cannot be run.
    pub(crate) fn branch(&self) -> Result<Option<String>, GitError> {
        let head = self.lines(&["symbolic-ref", "--quiet", "HEAD"])?.pop();
        Ok(head.and_then(|head| Some(head.strip_prefix("refs/heads/")?.to_owned())))
    }

    /// The lines that a subcommand prints; none where it refuses.
    ///
    /// # Errors
    /// When git cannot be run.
    pub(crate) fn lines(&self, arguments: &[&str]) -> Result<Vec<String>, GitError> {
        let answer = self.run(arguments)?;
        let text = String::from_utf8_lossy(&answer.stdout).into_owned();
        let lines = text.lines().filter(|_| answer.status.success());
        Ok(lines.map(str::to_owned).collect())
    }

    /// The commits that are merged right now: what both sides started from, ours and theirs, as git
    /// labels them. Nothing where a label names no commit.
    ///
    /// # Errors
    /// When git cannot be run.
    pub(crate) fn merged_commits(
        &self,
        ours: &str,
        theirs: &str,
    ) -> Result<Option<[String; 3]>, GitError> {
        let (Some(one), Some(other)) = (self.labelled(ours)?, self.labelled(theirs)?) else {
            return Ok(None);
        };
        // Behind the name of a commit that is picked stands its subject.
        let base = match theirs.contains(' ') {
            true => self.commit_of(&format!("{other}^"))?,
            false => self.merge_base(&one, &other)?,
        };
        Ok(base.map(|base| [base, one, other]))
    }

    /// The commit that a side of a merge is labelled with.
    fn labelled(&self, label: &str) -> Result<Option<String>, GitError> {
        match label.split_whitespace().next() {
            None => Ok(None),
            Some(named) => self.commit_of(named),
        }
    }

    /// On which side of the merge that runs right now the main branch is; nothing where that
    /// cannot be told. Git calls their side by `label`.
    ///
    /// # Errors
    /// When git cannot be run.
    pub(crate) fn main_side(
        &self,
        main: Option<&Mainline>,
        label: &str,
    ) -> Result<Option<MergeSide>, GitError> {
        let folder = self.lines(&["rev-parse", "--absolute-git-dir"])?.pop();
        let folder = folder.unwrap_or_default();
        // Commits that are put onto others are those of the branch.
        let is_rebase = ["rebase-merge", "rebase-apply"];
        if is_rebase
            .iter()
            .any(|name| Path::new(&folder).join(name).is_dir())
        {
            return Ok(Some(MergeSide::Ours));
        }
        if label == "Stashed changes" {
            return Ok(Some(MergeSide::Ours));
        }
        let Some(main) = main else { return Ok(None) };
        let theirs = self.labelled(label)?;
        let head = self.commit_of("HEAD")?;
        let within = |commit: &Option<String>, tip: &Option<String>| match (commit, tip) {
            (Some(commit), Some(tip)) => self.is_ancestor(commit, tip),
            _ => Ok(false),
        };
        // What was fetched counts before what nobody else has.
        for tip in [&main.fetched, &main.local] {
            match (within(&head, tip)?, within(&theirs, tip)?) {
                (true, false) => return Ok(Some(MergeSide::Ours)),
                (false, true) => return Ok(Some(MergeSide::Theirs)),
                _ => {}
            }
            // Of two branches the one that holds more of the mainline brings what landed there.
            let (Some(tip), Some(head), Some(theirs)) = (tip, &head, &theirs) else {
                continue;
            };
            if let Some(held) = self.merge_base(head, tip)?
                && let Some(known) = self.merge_base(theirs, tip)?
                && held != known
            {
                match (
                    self.is_ancestor(&known, &held)?,
                    self.is_ancestor(&held, &known)?,
                ) {
                    (true, _) => return Ok(Some(MergeSide::Ours)),
                    (_, true) => return Ok(Some(MergeSide::Theirs)),
                    _ => {}
                }
            }
        }
        let is_on_main = self.branch()?.as_deref() == Some(&main.branch);
        Ok(is_on_main.then_some(MergeSide::Ours))
    }
}
