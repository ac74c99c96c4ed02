//! `stepdeck sync`: the mainline merged into the branch, as far as nothing is in dispute.
//!
//! Each part stops before anything is lost, says where it stopped and what to do next. Where the
//! branch began is kept as a ref until the next run.

use std::cell::RefCell;
use std::path::Path;
use std::time::Duration;

use color_eyre::eyre::{Result, bail, eyre};

use super::Ending;
use super::check::error_count;
use super::invocation::Invocation;
use super::mainline::{MERGED, VARIABLE};
use super::open_plan::OpenPlan;
use super::renumber::renumbered as give_way;
use crate::git::checkout::Checkout;
use crate::git::mainline::Mainline;
use crate::git::{Answer, Git};
use crate::store::changes::commit::unfinished;
use crate::store::changes::nothing_in_common;
use crate::store::renumbering::RenumberRequest;
use crate::store::transaction::commit::Committer;

/// For how long another process may hold the plan.
const LOCK_TIMEOUT: Duration = Duration::from_secs(5);

/// Merge the team's main branch into this one: fetch, merge, renumber, check.
///
/// Steps of this branch that share a number with one of the mainline get the next free one, with
/// everything that this branch wrote about them. What both sides changed is left as a conflict; the
/// rest is merged. A branch that was squash-merged goes on from what has landed. Uncommitted changes
/// or an unfinished merge are refused. Without a remote, the local branch is merged. Nothing is
/// pushed without --push.
#[derive(clap::Args, Clone, Debug)]
pub struct Sync {
    /// The branch to merge, instead of the team's main branch.
    #[arg(value_name = "BRANCH")]
    pub branch: Option<String>,
    /// Merge what was fetched before.
    #[arg(long)]
    pub no_fetch: bool,
    /// Push this branch afterwards, never with force.
    #[arg(long)]
    pub push: bool,
}

impl Sync {
    /// Does all of it, or as much as is in no dispute.
    ///
    /// # Errors
    /// When there is no branch to merge or to merge into, something is unfinished or uncommitted, or
    /// git refuses.
    pub(crate) fn run(&self, invocation: &mut Invocation<'_, '_>) -> Result<Ending> {
        invocation.may_write()?;
        let opened = invocation.open()?;
        let root = opened.layout.root.clone();
        let git = Git::at(&root);
        Checkout::around(&root).map_err(|error| eyre!(error.answer()))?;
        let branch = ready(&git)?;
        opened.has_no_conflict()?;
        let main = self.fetched(invocation, &opened, &git)?;
        let target = match (&main.fetched, &main.local) {
            (Some(fetched), _) => fetched.clone(),
            (None, Some(local)) if main.branch != branch => local.clone(),
            _ => bail!("{branch} is the main branch and there is no remote: nothing to merge"),
        };
        if git.merge_base("HEAD", &target)?.is_none() {
            bail!(nothing_in_common(&main.name()));
        }
        let errors = error_count(&opened, invocation);
        let start = format!("refs/stepdeck/sync/{branch}");
        git.must_work(&["update-ref", &start, "HEAD"])?;
        let merged = self.merged(invocation, &git, &root, (&branch, &main, &target))?;
        if !merged {
            invocation.say(&format!(
                "to go back to the start: `git merge --abort`; it is kept as {start}"
            ))?;
            return Ok(Ending::Found);
        }
        renumbered(invocation)?;
        finished(&git, &branch, &main)?;
        invocation.say(&format!(
            "{branch} has everything of {}; `git reset --keep {start}` goes back",
            main.name()
        ))?;
        if self.push {
            let remote = main.remote.as_deref();
            let remote = remote.ok_or_else(|| eyre!("there is no remote to push to"))?;
            let refspec = format!("HEAD:refs/heads/{branch}");
            git.over_network(&["push", "--quiet", remote, &refspec])?;
            invocation.say(&format!("pushed to {remote}/{branch}"))?;
        }
        let opened = invocation.reopen()?;
        let now = error_count(&opened, invocation);
        if now > errors {
            let plural = if now == 1 { "error" } else { "errors" };
            invocation.say(&format!("{now} {plural}; `stepdeck check` lists them"))?;
            return Ok(Ending::Found);
        }
        Ok(Ending::Done)
    }

    /// The main branch as it is now.
    fn fetched(
        &self,
        invocation: &mut Invocation<'_, '_>,
        opened: &OpenPlan,
        git: &Git,
    ) -> Result<Mainline> {
        let configured = opened.layout.config.main_branch.clone();
        let remotes = git.lines(&["remote"])?;
        let asked = self.branch.clone().or(configured).map(|name| {
            let own = remotes.iter().find_map(|remote| {
                let rest = name.strip_prefix(remote.as_str())?.strip_prefix('/')?;
                Some(rest.to_owned())
            });
            own.unwrap_or(name)
        });
        let find = || git.mainline(asked.as_deref());
        let before = find()?;
        let remote = remotes
            .iter()
            .find(|name| *name == "origin")
            .or(remotes.first());
        if let Some(remote) = remote.filter(|_| !self.no_fetch) {
            git.over_network(&["fetch", "--quiet", "--end-of-options", remote])?;
            invocation.say(&format!("fetched {remote}"))?;
        }
        find()?.or(before).ok_or_else(|| {
            let name = asked.as_deref().unwrap_or("main");
            eyre!("there is no branch {name}: name the one to merge, or set `main` in `[team]` of stepdeck.toml")
        })
    }

    /// Merges without committing; whether nothing is in dispute.
    fn merged(
        &self,
        invocation: &mut Invocation<'_, '_>,
        git: &Git,
        root: &Path,
        (branch, main, target): (&str, &Mainline, &str),
    ) -> Result<bool> {
        if git.is_ancestor(target, "HEAD")? {
            return Ok(true);
        }
        let committer = Committer::new(root, &invocation.private(root));
        let lock = committer
            .lock(LOCK_TIMEOUT)
            .map_err(|error| eyre!("{error}"))?;
        if git.is_ancestor("HEAD", target)? {
            git.must_work(&["merge", "--quiet", "--ff-only", target])?;
            drop(lock);
            return Ok(true);
        }
        let name = main.name();
        let landed = git.landed(target, &[(VARIABLE, "ours")])?;
        let target = match &landed {
            None => target.to_owned(),
            Some(commit) => {
                let message = format!("Note that {name} has {branch} up to here");
                git.join(commit, target, &message)?
            }
        };
        let message = format!("Merge {name} into {branch}");
        let arguments = [
            "merge",
            "--quiet",
            "--no-ff",
            "--no-commit",
            "-m",
            &message,
            &target,
        ];
        // The mainline is what is merged.
        let answer = git.work(&arguments, &[(VARIABLE, "theirs"), (MERGED, &name)])?;
        drop(lock);
        let disputed = git.unmerged()?;
        tell(invocation, &answer)?;
        if answer.status.success() {
            return Ok(true);
        }
        if disputed.is_empty() {
            bail!("git merge: {}", complaint(&answer));
        }
        for path in &disputed {
            invocation.say(&format!(
                "{}: both sides changed the same thing",
                path.display()
            ))?;
        }
        invocation.say(&format!(
            "{name} is merged except for these conflicts: `stepdeck resolve` shows them and keeps a \
             version of each, then `stepdeck renumber --collisions`, `git add` the files and `git \
             commit`"
        ))?;
        Ok(false)
    }
}

/// The branch that is checked out, if nothing is in the way of a merge.
fn ready(git: &Git) -> Result<String> {
    if git.commit_of("HEAD")?.is_none() {
        bail!("there is no commit yet: `git commit` makes the first");
    }
    let Some(branch) = git.branch()? else {
        bail!("no branch is checked out: `git switch BRANCH` first");
    };
    if let Some(what) = git.under_way()? {
        bail!("{}", unfinished(what));
    }
    let changed = git.lines(&["status", "--porcelain", "--untracked-files=no"])?;
    if let Some(first) = changed.first() {
        let path = first.get(3..).unwrap_or_default();
        let more = match changed.len() {
            1 => String::new(),
            count => format!(" and {} more", count - 1),
        };
        bail!("{path}{more}: not committed; `git commit` or `git stash` first");
    }
    Ok(branch)
}

/// Says what the drivers said.
fn tell(invocation: &mut Invocation<'_, '_>, answer: &Answer) -> Result<()> {
    let lines = answer.complaint.lines();
    for line in lines.filter_map(|line| line.strip_prefix("stepdeck: ")) {
        invocation.say(line)?;
    }
    Ok(())
}

fn complaint(answer: &Answer) -> String {
    match answer.complaint.is_empty() {
        true => String::from_utf8_lossy(&answer.stdout).trim().to_owned(),
        false => answer.complaint.clone(),
    }
}

/// Gives the branch's steps numbers of their own.
fn renumbered(invocation: &mut Invocation<'_, '_>) -> Result<()> {
    let done = RefCell::new(None);
    invocation.edit(|opened, composer| {
        let renumbered = give_way(opened, composer, None, &RenumberRequest::Collisions)?;
        let change = renumbered.change.clone();
        done.replace(Some(renumbered));
        Ok(change)
    })?;
    let Some(done) = done
        .into_inner()
        .filter(|done| !done.change.edits.is_empty())
    else {
        return Ok(());
    };
    for (old, new, title) in &done.steps {
        invocation.say(&format!("{old} is renumbered to {new}: {title}"))?;
    }
    for (step, block) in &done.blocks {
        invocation.say(&format!("{step} goes to {block}, the block of its number"))?;
    }
    match done.rewritten.len() {
        0 => {}
        1 => invocation.say("1 mention follows")?,
        count => invocation.say(&format!("{count} mentions follow"))?,
    }
    for left in &done.left {
        invocation.say(&left.to_string())?;
    }
    Ok(())
}

/// Commits what was merged and renumbered, if anything was.
fn finished(git: &Git, branch: &str, main: &Mainline) -> Result<()> {
    let changed = git.lines(&["status", "--porcelain", "--untracked-files=no"])?;
    let is_merge = git.under_way()?.is_some();
    if changed.is_empty() && !is_merge {
        return Ok(());
    }
    git.must_work(&["add", "--update", ":/"])?;
    let message = match is_merge {
        true => format!("Merge {} into {branch}", main.name()),
        false => format!("Renumber steps whose numbers {} uses", main.name()),
    };
    git.must_work(&["commit", "--quiet", "-m", &message])?;
    Ok(())
}
