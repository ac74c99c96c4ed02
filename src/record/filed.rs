//! Papers that are a file each, named after a day and words: `2026-11-20-keep-one-index.md`.
//!
//! Never after the next number: two people who write one on the same day do not meet in git. Owns
//! where a new one goes, and which one a person means.

use std::path::{Path, PathBuf};

use chrono::NaiveDate;

use crate::plan::Plan;
use crate::plan::canon::normalised;
use crate::plan::stage::only;

/// Letters of the words that a name keeps.
const LONGEST: usize = 60;

/// Words as a part of a file's name: letters, digits and dashes; `otherwise` where none are left.
pub(crate) fn slug(words: &str, otherwise: &str) -> String {
    let words = normalised(words);
    // A capital may have more signs in lower case than letters.
    let plain = words.chars().filter(|c| c.is_alphanumeric() || *c == ' ');
    let short: String = plain.take(LONGEST).collect();
    match short.trim_end().replace(' ', "-") {
        slug if slug.is_empty() => otherwise.to_owned(),
        slug => slug,
    }
}

/// Where a new paper of a day with this title goes. A name that is taken gets a number behind it.
pub(crate) fn new_path(plan: &Plan, folder: &Path, title: &str, date: NaiveDate) -> PathBuf {
    let name = format!("{date}-{}", slug(title, "untitled"));
    let taken = |path: &PathBuf| plan.files().iter().any(|file| file.path == *path);
    let numbered = (2..).map(|number| folder.join(format!("{name}-{number}.md")));
    let mut all = std::iter::once(folder.join(format!("{name}.md"))).chain(numbered);
    // There are fewer files than numbers.
    all.find(|path| !taken(path)).unwrap_or_default()
}

/// Which of some papers, given by file and title, a person means by its path or by enough of its
/// name or title: the index of its file, or how many fit.
pub(crate) fn meant<'p>(
    typed: &str,
    plan: &Plan,
    papers: impl Iterator<Item = (usize, &'p str)>,
) -> Result<usize, usize> {
    let typed = typed.trim().trim_start_matches("./");
    let (files, titles): (Vec<usize>, Vec<&str>) = papers.unzip();
    let paths = files
        .iter()
        .map(|file| plan.files()[*file].path.to_string_lossy());
    let paths: Vec<_> = paths.collect();
    let found = only(typed, paths.iter().map(|path| &**path));
    let found = found.or_else(|by_path| match by_path {
        0 => only(typed, titles.into_iter()),
        found => Err(found),
    });
    found.map(|at| files[at])
}
