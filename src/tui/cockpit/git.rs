//! What git does at a person's word: it has the terminal until it is done, as an editor has.

use std::ffi::OsStr;
use std::io;
use std::path::Path;
use std::sync::Arc;

use super::background::beside_keys;
use super::{Cockpit, Event};
use crate::app::core::message::Message;
use crate::app::own::programs::Ended;
use crate::app::screens::changes::git::{GitEnd, GitWork};
use crate::change::compose::Composer;
use crate::git::Git;
use crate::git::handed_over::{ProgramOutput, program};
use crate::store::branch::ids::{BranchIds, logs_of};
use crate::store::changes::Changes;
use crate::store::changes::undecided::FileDecision;
use crate::store::locate::discover::discover;
use crate::store::pull_request::PullRequestInput;
use crate::store::renumbering::{RenumberInput, RenumberRequest};
use crate::tui::terminal_host::TerminalHost;

impl<F: TerminalHost> Cockpit<F> {
    /// Has the text of a pull request gathered beside the keys.
    pub(super) fn start_describing(&mut self) {
        let (plan, answers) = (self.model.plan.clone(), self.view.answers.clone());
        let context = &self.model.context;
        let (root, author) = (context.root.clone(), context.me.clone());
        let (cache, now) = (context.cache.clone(), (self.view.clock)());
        let overrides = self.origin.overrides.clone();
        std::thread::spawn(move || {
            let input = PullRequestInput {
                layout: &discover(&root, &overrides),
                plan: &plan,
                base: None,
                is_commit: false,
                author: &author,
                overrides: &overrides,
                now,
                cache: cache.as_deref(),
            };
            let text = input.gather().map(|found| found.markdown());
            answers.send(Event::PullRequestText(text));
        });
    }

    /// Has git asked which numbers branches use.
    pub(super) fn start_reading_branches(&mut self) {
        let (root, logs) = (self.model.context.root.clone(), logs_of(&self.model.plan));
        let before = self.model.numbering.branches().clone();
        let answers = self.view.answers.clone();
        beside_keys(move || {
            let branches = BranchIds::of_logs(&root, logs, &before);
            answers.send(Event::BranchIds(branches));
        });
    }

    /// Has a renumbering composed beside the keys.
    pub(super) fn start_renumbering(&mut self, serial: u64, request: RenumberRequest) {
        let (plan, answers) = (self.model.plan.clone(), self.view.answers.clone());
        let (root, generation) = (self.model.context.root.clone(), self.model.generation);
        let (overrides, now) = (self.origin.overrides.clone(), (self.view.clock)());
        let branch_ids = self.model.numbering.branches().clone();
        beside_keys(move || {
            let layout = discover(&root, &overrides);
            let input = RenumberInput {
                root: &root,
                composer: Composer::new(&plan, now),
                main_branch: layout.config.main_branch.as_deref(),
                against: None,
                branch_ids: &branch_ids,
            };
            let answer = input.compose(&request).map(Box::new);
            // An edit need not copy what nobody reads any more.
            drop(plan);
            answers.send(Event::Renumbered {
                serial,
                generation,
                answer,
            });
        });
    }

    /// Has git note beside the keys what becomes of a file in conflict.
    pub(super) fn start_deciding(&mut self, changes: Arc<Changes>, decision: FileDecision) {
        let (root, answers) = (self.model.context.root.clone(), self.view.answers.clone());
        beside_keys(move || {
            let done = changes.decide(&root, &decision);
            answers.send(Event::FileDecided(decision, done));
        });
    }

    pub(super) fn run_git(&mut self, work: GitWork) -> io::Result<()> {
        let root = self.model.context.root.clone();
        let own = self.own_program.clone();
        let mut ended = Err("it was not started".to_owned());
        self.face.hand_over(&mut || {
            let told = match &work {
                GitWork::Commit {
                    changes,
                    parts,
                    message,
                } => changes.commit(&root, parts, message),
                GitWork::Conclude { changes, message } => changes.conclude(&root, message),
                GitWork::Branch(name) => git(&root, &["switch", "--create", name]),
                GitWork::Push {
                    remote,
                    branch,
                    is_new,
                } => {
                    let refspec = format!("HEAD:refs/heads/{branch}");
                    let upstream = is_new.then_some("--set-upstream");
                    let words = ["push"].into_iter().chain(upstream);
                    let words: Vec<&str> = words.chain([&**remote, &*refspec]).collect();
                    git(&root, &words)
                }
                GitWork::Sync => {
                    let words = [OsStr::new("-C"), root.as_os_str(), OsStr::new("sync")];
                    program(&own, &words).map_err(|error| error.to_string())
                }
            };
            ended = told.map(|told| GitEnd {
                ended: Ended::from(told.status),
                output: told.output,
                left: told.left,
            });
        })?;
        self.tell(Message::GitEnded { work, ended })
    }
}

fn git(root: &Path, arguments: &[&str]) -> Result<ProgramOutput, String> {
    let git = Git::at(root);
    git.interactively(arguments, &[])
        .map_err(|error| error.to_string())
}
