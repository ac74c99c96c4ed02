//! `stepdeck diff`: a log's changes as steps and fields, for people and for git.
//!
//! What is told is decided by [`crate::change::difference`]. Git calls this in two ways:
//! `git diff` as an external diff, with the seven or nine arguments of `GIT_EXTERNAL_DIFF`;
//! `git show` and `git log -p` as a `textconv`, one file at a time.

use std::path::{Path, PathBuf};

use color_eyre::eyre::Result;

use super::invocation::Invocation;
use super::merge::versions;
use crate::change::difference::{differences, fields_of};
use crate::document::visible::visible_line;

/// Show what changed in a log, one line per field: `0042 status: draft → complete`.
///
/// With two files, compares them. `stepdeck git-setup` lets `git diff` call this with the
/// arguments of an external diff.
#[derive(clap::Args, Clone, Debug)]
pub struct Diff {
    /// Print one log, one line per field, instead of comparing.
    #[arg(long)]
    pub fields: bool,
    /// OLD NEW, or the arguments that git gives to an external diff.
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
}

impl Diff {
    /// Prints the differences, or the fields.
    ///
    /// # Errors
    /// When a file cannot be read, or the arguments are of no known form.
    pub(crate) fn run(&self, invocation: &mut Invocation<'_, '_>) -> Result<()> {
        let text = match (&self.files[..], self.fields) {
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
                "`stepdeck diff` takes two files, OLD and NEW, or with --fields one"
            ),
        };
        invocation.print(&text)
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
