//! `stepdeck diff`: changes as steps and fields, for people and for git.
//!
//! Without a file it tells what the checkout changes in the plan, as screen 8 does, from
//! [`crate::store::changes`]. What is told of a log is decided by [`crate::change::difference`]. Git
//! calls this in two ways:
//! `git diff` as an external diff, with the seven or nine arguments of `GIT_EXTERNAL_DIFF`;
//! `git show` and `git log -p` as a `textconv`, one file at a time.

use std::path::{Path, PathBuf};

use color_eyre::eyre::{Result, eyre};
use serde::Serialize;

use super::invocation::Invocation;
use super::merge::versions;
use crate::change::delta::outline::{LineKind, PartPlace};
use crate::change::difference::{differences, fields_of};
use crate::document::visible::visible_line;
use crate::store::changes::{Base, Changes};

/// Show what is not committed yet by block, step and field: `status: draft → complete`.
///
/// With --against, what a pull request to that branch would hold. With two files, compares these
/// logs. `stepdeck git-setup` lets `git diff` call this with the arguments of an external diff.
#[derive(clap::Args, Clone, Debug)]
pub struct Diff {
    /// Compare with where this branch left another one, or with a commit.
    #[arg(long, value_name = "REV", conflicts_with_all = ["fields", "files"])]
    pub against: Option<String>,
    /// Print JSON (stepdeck/diff@1).
    #[arg(long, conflicts_with_all = ["fields", "files"])]
    pub json: bool,
    /// Print one log, one line per field, instead of comparing.
    #[arg(long)]
    pub fields: bool,
    /// OLD NEW, or the arguments that git gives to an external diff.
    #[arg(value_name = "FILE")]
    pub files: Vec<PathBuf>,
}

impl Diff {
    /// Prints the differences, or the fields.
    ///
    /// # Errors
    /// When a file cannot be read, or the arguments are of no known form.
    pub(crate) fn run(&self, invocation: &mut Invocation<'_, '_>) -> Result<()> {
        let text = match (&self.files[..], self.fields) {
            ([], false) => return self.of_checkout(invocation),
            ([file], true) => {
                let [(bytes, _)] = versions([invocation.path(file)])?;
                lines(&fields_of(&bytes))
            }
            // Only git says of how many files this is one.
            ([path], false) if (invocation.outside.variable)("GIT_DIFF_PATH_TOTAL").is_some() => {
                lines(&[format!("{}: not merged yet", path.display())])
            }
            ([old, new], false) => {
                let head = format!("{} → {}", old.display(), new.display());
                compare(invocation, &head, old, new)?
            }
            ([path, old, _, old_mode, new, _, new_mode], false) => {
                let head = headline(path, None, old_mode, new_mode);
                compare(invocation, &head, old, new)?
            }
            ([path, old, _, old_mode, new, _, new_mode, to, _], false) => {
                let head = headline(path, Some(to), old_mode, new_mode);
                compare(invocation, &head, old, new)?
            }
            _ => color_eyre::eyre::bail!(
                "`stepdeck diff` takes two files, OLD and NEW, none for what is not committed, or with --fields one"
            ),
        };
        invocation.print_signs(&text)
    }

    fn of_checkout(&self, invocation: &mut Invocation<'_, '_>) -> Result<()> {
        let opened = invocation.open()?;
        let base = self.against.clone().map_or(Base::Head, Base::Revision);
        let changes = Changes::read(&opened.layout, &opened.plan, &base);
        let changes = changes.map_err(|reason| eyre!("{reason}"))?;
        match self.json {
            true => invocation.print_json(&Document::new(&changes)),
            false => invocation.print_signs(&changes.text()),
        }
    }
}

#[derive(Serialize)]
struct Document<'a> {
    schema: &'static str,
    against: &'a str,
    commit: Option<&'a str>,
    branch: Option<&'a str>,
    upstream: Option<&'a str>,
    ahead: Option<usize>,
    behind: Option<usize>,
    under_way: Option<&'static str>,
    conflicts: Vec<String>,
    notes: &'a [String],
    changes: Vec<Changed>,
}

/// One difference, in each of the files that have it.
#[derive(Serialize)]
struct Changed {
    step_id: Option<String>,
    name: String,
    change: &'static str,
    words: String,
    files: Vec<String>,
}

impl<'a> Document<'a> {
    fn new(changes: &'a Changes) -> Self {
        let standing = &changes.standing;
        let files = |parts: &[PartPlace]| {
            let paths = parts.iter().map(|(file, _)| &changes.deltas[*file].path);
            let mut paths: Vec<String> = paths.map(|path| path.display().to_string()).collect();
            paths.dedup();
            paths
        };
        let listed = changes.lines.iter().filter_map(|line| {
            let (step, change) = match line.kind {
                LineKind::Change(step, how) => (step, how.word()),
                LineKind::Conflict(step, _) => (step, "conflict"),
                LineKind::Undecided(_) => (None, "conflict"),
                _ => return None,
            };
            Some(Changed {
                step_id: step.map(|step| step.to_string()),
                files: files(&line.parts),
                name: line.name.clone(),
                change,
                words: line.words.clone(),
            })
        });
        let conflicts = standing.unmerged.iter();
        Self {
            schema: "stepdeck/diff@1",
            against: &changes.name,
            commit: changes.commit.as_deref(),
            branch: standing.branch.as_deref(),
            upstream: standing.upstream.as_deref(),
            ahead: standing.ahead_behind.map(|(ahead, _)| ahead),
            behind: standing.ahead_behind.map(|(_, behind)| behind),
            under_way: standing.under_way,
            conflicts: conflicts
                .map(|file| file.path.display().to_string())
                .collect(),
            notes: &changes.notes,
            changes: listed.collect(),
        }
    }
}

/// What names the file above its differences.
fn headline(path: &Path, to: Option<&PathBuf>, old_mode: &Path, new_mode: &Path) -> String {
    let absent = Path::new(".");
    let mut head = path.display().to_string();
    if let Some(to) = to {
        head = format!("{head} → {}", to.display());
    }
    match (old_mode == absent, new_mode == absent) {
        (true, _) => head + " (new file)",
        (_, true) => head + " (deleted)",
        _ if old_mode != new_mode => {
            format!(
                "{head} (mode {} → {})",
                old_mode.display(),
                new_mode.display()
            )
        }
        _ => head,
    }
}

fn compare(invocation: &Invocation<'_, '_>, head: &str, old: &Path, new: &Path) -> Result<String> {
    let paths = [old, new].map(|path| invocation.path(path));
    let [old, new] = versions(paths)?.map(|(bytes, _)| bytes);
    let found = differences(&old, &new);
    let told = found.iter().map(ToString::to_string);
    let all: Vec<String> = [head.to_owned()].into_iter().chain(told).collect();
    Ok(lines(&all))
}

fn lines(texts: &[String]) -> String {
    let line = |text: &String| format!("{}\n", visible_line(text));
    texts.iter().map(line).collect()
}
