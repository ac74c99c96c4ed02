//! `stepdeck pr`: what a branch changes in the plan, for whoever reviews it.

use std::io::Read as _;

use color_eyre::eyre::{Result, WrapErr as _, bail, eyre};

use super::Ending;
use super::invocation::Invocation;
use crate::git::Git;
use crate::history::pull_request::{PullRequest, SCHEMA};
use crate::store::as_of::AsOf;
use crate::store::fs::read::{FileState, read};
use crate::store::pull_request::PullRequestInput;

/// How long a document may be that is rendered.
const MOST: u64 = 64 << 20;

/// Show what this branch changes in the plan: steps by block, gates that move, new problems, and who
/// must approve.
///
/// Compares with the point where the branch left BASE, by default the team's main branch. Rules, table of
/// people and `[team] stewards` are those of the main branch. The author is you, or --as NAME. A
/// steward from outside the author's teams has to approve; without `[team] stewards` they are the
/// people with steward weeks, or everybody in the tables. In --markdown, nothing that the plan says
/// is a link, a mention or HTML.
#[derive(clap::Args, Clone, Debug)]
pub struct Pr {
    /// The branch or commit that the pull request goes to.
    #[arg(value_name = "BASE")]
    base: Option<String>,
    /// Compare this commit instead of the files.
    #[arg(long, value_name = "REV", conflicts_with = "from")]
    head: Option<String>,
    /// Print what an earlier `stepdeck pr --json` found, from this file or `-`, without a plan.
    #[arg(long, value_name = "FILE", conflicts_with = "base")]
    from: Option<std::path::PathBuf>,
    /// Who approved it at the host, by login; exits with 1 until that is enough.
    #[arg(long, value_name = "LOGIN,…", value_delimiter = ',')]
    approved_by: Option<Vec<String>>,
    /// Print Markdown, for the pull request.
    #[arg(long, conflicts_with = "json")]
    markdown: bool,
    /// Print JSON (stepdeck/pr@1).
    #[arg(long)]
    json: bool,
    /// Leave out which steps change: gates, problems and who must approve stay.
    #[arg(long)]
    brief: bool,
}

impl Pr {
    /// Prints what the branch changes.
    ///
    /// # Errors
    /// When there is no plan, no git or nothing to compare with.
    pub(crate) fn run(&self, invocation: &mut Invocation<'_, '_>) -> Result<Ending> {
        let mut found = match &self.from {
            Some(_) => self.read(invocation)?,
            None => self.gather(invocation)?,
        };
        if let Some(logins) = &self.approved_by {
            found.approval = found.approval.approved_by(logins);
        }
        if self.brief {
            found = found.brief();
        }
        match (self.json, self.markdown) {
            (true, _) => invocation.print_json(&found)?,
            (_, true) => invocation.print(&found.markdown())?,
            _ => invocation.print_signs(&found.text())?,
        }
        if self.approved_by.is_some() && !found.approval.met {
            invocation.say(&found.approval.words())?;
            return Ok(Ending::Found);
        }
        Ok(Ending::Done)
    }

    fn gather(&self, invocation: &mut Invocation<'_, '_>) -> Result<PullRequest> {
        let author = invocation.identity();
        if let Some(head) = &self.head {
            let start = invocation.start();
            let commit = Git::at(&start).commit_of(head)?;
            let commit = commit.ok_or_else(|| eyre!("--head {head}: there is no such commit"))?;
            let overrides = invocation.overrides();
            let as_of = AsOf::lay_out(&start, &commit, overrides);
            invocation.as_of = Some(as_of.wrap_err_with(|| format!("--head {head}"))?);
        }
        let opened = invocation.reopen()?;
        let input = PullRequestInput {
            layout: &opened.layout,
            plan: &opened.plan,
            base: self.base.as_deref(),
            is_commit: invocation.as_of.is_some(),
            author: &author,
            overrides: &invocation.overrides(),
            now: invocation.outside.now,
            cache: invocation.outside.cache.as_deref(),
        };
        input.gather().map_err(|error| eyre!(error))
    }

    fn read(&self, invocation: &Invocation<'_, '_>) -> Result<PullRequest> {
        let Some(from) = &self.from else {
            bail!("no document is named");
        };
        let text = match from.as_os_str() == "-" {
            true => {
                let mut text = Vec::new();
                std::io::stdin().take(MOST).read_to_end(&mut text)?;
                text
            }
            false => match read(&invocation.path(from))? {
                FileState::Present { bytes, .. } => bytes.contiguous().into_owned(),
                FileState::Missing => bail!("--from {}: there is no such file", from.display()),
            },
        };
        let from = from.display();
        let found: PullRequest =
            serde_json::from_slice(&text).wrap_err_with(|| format!("--from {from}"))?;
        if found.schema != SCHEMA {
            bail!("--from {from}: its schema is not {SCHEMA}");
        }
        Ok(found)
    }
}
