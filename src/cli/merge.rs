//! `stepdeck merge`: the merge driver that git calls for the plan's files.
//!
//! A log is merged by [`crate::change::three_way`], Markdown by [`crate::change::markdown_merge`], and
//! where that is of no help by git, line by line. Of two charts one is taken. Here the files are read, the result is written over
//! OURS and the conflicts are named. If anything fails, OURS is as it was, so that the caller can
//! merge in another way.

use std::path::{Path, PathBuf};

use color_eyre::eyre::{Result, bail};

use self::numbering::in_one_numbering;
use super::invocation::Invocation;
use super::{Ending, mainline};
use crate::change::markdown_merge;
use crate::change::three_way::{self, Conflict, Dispute, Markers, Merged, Versions};
use crate::document::markers::conflicts;
use crate::document::parallel::in_parallel;
use crate::document::rope::{Piece, Rope};
use crate::git::Git;
use crate::git::merge_file::{MergedLines, VersionPaths};
use crate::plan::source::is_chart;
use crate::report::chart;
use crate::store::atomic_replace::save::Saver;
use crate::store::changes::names::label_for_people;
use crate::store::fs::read::read;
use crate::store::fs::stamp::Stamp;

mod numbering;

/// Merge three versions of a log or a Markdown file of the plan into OURS.
///
/// Made for git; `stepdeck git-setup` registers it. A log is merged step by step and key by key,
/// Markdown by section, list item, row and cell. What both sides changed is left between conflict
/// markers around just this thing; each conflict is reported on standard error, and the exit code
/// is 1.
#[derive(clap::Args, Clone, Debug)]
pub struct Merge {
    /// The version that both sides started from; may be empty.
    pub base: PathBuf,
    /// Our version; the result is written here.
    pub ours: PathBuf,
    /// Their version.
    pub theirs: PathBuf,
    /// The file's name in messages.
    #[arg(long, value_name = "NAME")]
    pub path: Option<PathBuf>,
    /// Label of the opening marker.
    #[arg(long, value_name = "LABEL", default_value = "ours")]
    pub ours_label: String,
    /// Label of the closing marker.
    #[arg(long, value_name = "LABEL", default_value = "theirs")]
    pub theirs_label: String,
    /// Length of a conflict marker.
    #[arg(long, value_name = "N", default_value_t = 7,
          value_parser = clap::value_parser!(u16).range(1..))]
    pub marker_size: u16,
}

impl Merge {
    /// Merges, writes and names the conflicts.
    ///
    /// # Errors
    /// When a version cannot be read or the result cannot be written; OURS is untouched then.
    pub(crate) fn run(&self, invocation: &mut Invocation<'_, '_>) -> Result<Ending> {
        invocation.may_write()?;
        let paths = [&self.base, &self.ours, &self.theirs].map(|path| invocation.path(path));
        let target = paths[1].clone();
        let [base, theirs, ours] = versions([0, 2, 1].map(|at| paths[at].clone()))?;
        let versions = Versions {
            base: &base.0,
            ours: &ours.0,
            theirs: &theirs.0,
        };
        let (our_label, their_label) = (
            label_for_people(&Git::at(&invocation.start()), &self.ours_label),
            mainline::their_label(self, invocation),
        );
        let markers = Markers {
            ours: label(&our_label, "ours"),
            theirs: label(&their_label, "theirs"),
            size: usize::from(self.marker_size),
        };
        let name = self.path.as_ref().unwrap_or(&self.ours);
        let merged = match is_log(name, versions) {
            true => three_way::merge(versions, markers, mainline::side(self, invocation)),
            false => {
                let paths = VersionPaths {
                    base: &paths[0],
                    ours: &paths[1],
                    theirs: &paths[2],
                };
                match is_chart(name) {
                    true => merge_charts(versions, markers, paths)?,
                    false => {
                        let merged = merge_markdown(versions, markers, paths)?;
                        self.numbered(invocation, versions, markers, &merged)
                            .unwrap_or(merged)
                    }
                }
            }
        };
        let (before, as_of) = &ours;
        let bytes = Rope::from(Piece::from(merged.bytes));
        Saver::new(None).replace_since(&target, Some(before), *as_of, &bytes)?;
        let name = name.display();
        for step in &merged.renumbered {
            invocation.say(&format!("{name}: {step}"))?;
        }
        for conflict in &merged.conflicts {
            invocation.say(&format!("{name}:{}: {}", conflict.line, conflict.dispute))?;
        }
        match merged.conflicts.len() {
            0 => return Ok(Ending::Done),
            1 => invocation.say(&format!(
                "{name}: 1 conflict; `stepdeck resolve` shows it and keeps a version, then `git add` \
                 the file"
            ))?,
            count => invocation.say(&format!(
                "{name}: {count} conflicts; `stepdeck resolve` shows them and keeps a version of \
                 each, then `git add` the file"
            ))?,
        }
        Ok(Ending::Found)
    }
}

impl Merge {
    /// Markdown merged in one numbering, where that leaves less in dispute.
    fn numbered(
        &self,
        invocation: &Invocation<'_, '_>,
        versions: Versions<'_>,
        markers: Markers<'_>,
        merged: &Merged,
    ) -> Option<Merged> {
        if merged.conflicts.is_empty() {
            return None;
        }
        let side = mainline::side(self, invocation);
        let texts = in_one_numbering(self, &invocation.start(), versions, side)?;
        let [base, ours, theirs] = &texts;
        let versions = Versions { base, ours, theirs };
        let git = Git::at(&invocation.start());
        let common = |one: &str, other: &str| git.common_commit(one, other).ok()?;
        let again = markdown_merge::merge_knowing(versions, markers, &common)?.merged;
        (again.conflicts.len() < merged.conflicts.len()).then_some(again)
    }
}

/// The bytes of some versions, and the stamps that they had, if every later change moves them.
pub(super) fn versions<const N: usize>(paths: [PathBuf; N]) -> Result<[(Rope, Option<Stamp>); N]> {
    let parts = in_parallel(N, 1, |part| {
        paths[part]
            .iter()
            .map(|path| version(path))
            .collect::<Vec<_>>()
    });
    let read: Vec<_> = parts.into_iter().flatten().collect::<Result<_>>()?;
    let mut read = read.into_iter();
    Ok(std::array::from_fn(|_| read.next().unwrap_or_default()))
}

/// Git names a version that does not exist by an empty file or by the null device.
fn version(path: &Path) -> Result<(Rope, Option<Stamp>)> {
    if path == Path::new("/dev/null") {
        return Ok((Rope::default(), None));
    }
    let state = read(path)?;
    let as_of = state.as_of();
    match state.into_bytes() {
        Some(bytes) => Ok((bytes, as_of)),
        None => bail!(
            "{} does not exist; name three versions of a file",
            path.display()
        ),
    }
}

/// Whether a file of this name is a log: one by its name, or one whose lines are JSON objects.
fn is_log(name: &Path, versions: Versions<'_>) -> bool {
    let extension = name.extension().and_then(|extension| extension.to_str());
    match extension.map(str::to_ascii_lowercase).as_deref() {
        Some("jsonl" | "ndjson") => true,
        Some("md" | "markdown") => false,
        _ => {
            let all = [versions.ours, versions.theirs, versions.base];
            let texts = all.map(|version| version.contiguous());
            let firsts = texts.iter().filter_map(|text| {
                let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
                text.trim_ascii_start().first().copied()
            });
            firsts.into_iter().next() == Some(b'{')
        }
    }
}

/// Of two charts that were drawn again, the one that goes further, whichever side it is on: drawing it
/// once more makes it true. Other pictures are lines.
fn merge_charts(
    versions: Versions<'_>,
    markers: Markers<'_>,
    paths: VersionPaths<'_>,
) -> Result<Merged> {
    let sides = [versions.ours, versions.theirs].map(|side| side.contiguous());
    let texts = [&sides[0], &sides[1]].map(|side| String::from_utf8_lossy(side));
    if texts.iter().all(|text| text.contains(chart::MARK)) {
        let base = versions.base.contiguous();
        let goes_to = |side: usize| {
            (
                sides[side] != base,
                chart::last_date(&texts[side]),
                &sides[side],
            )
        };
        let further = if goes_to(0) >= goes_to(1) { 0 } else { 1 };
        return Ok(Merged {
            bytes: sides[further].to_vec(),
            conflicts: Vec::new(),
            renumbered: Vec::new(),
        });
    }
    let folder = paths.ours.parent().unwrap_or(Path::new("."));
    let labels = [markers.ours, markers.theirs];
    let lines = Git::at(folder).merge_file(paths, labels, markers.size)?;
    Ok(told(lines, markers.size))
}

/// By structure; by git where there is none, or where lines show no conflict but the structure does.
fn merge_markdown(
    versions: Versions<'_>,
    markers: Markers<'_>,
    paths: VersionPaths<'_>,
) -> Result<Merged> {
    let folder = paths.ours.parent().unwrap_or(Path::new("."));
    let git = Git::at(folder);
    let common = |one: &str, other: &str| git.common_commit(one, other).ok()?;
    let structured = markdown_merge::merge_knowing(versions, markers, &common);
    if let Some(structured) = &structured
        && structured.merged.conflicts.is_empty()
    {
        return Ok(structured.merged.clone());
    }
    let labels = [markers.ours, markers.theirs];
    let lines = git.merge_file(paths, labels, markers.size);
    match (structured, lines) {
        (None, Err(error)) => Err(error.into()),
        (None, Ok(lines)) => Ok(told(lines, markers.size)),
        (Some(structured), Ok(lines)) if is_better(&lines, &structured) => {
            Ok(told(lines, markers.size))
        }
        (Some(structured), _) => Ok(structured.merged),
    }
}

/// Whether lines serve better: less is in dispute, or as much where all is running text. Never where
/// one thing came in twice, which lines cannot see.
fn is_better(lines: &MergedLines, structured: &markdown_merge::MarkdownMerged) -> bool {
    let merged = &structured.merged;
    let is_twice = |conflict: &Conflict| matches!(conflict.dispute, Dispute::Added { .. });
    if merged.conflicts.iter().any(is_twice) {
        return false;
    }
    let (in_lines, in_units) = (disputed(&lines.bytes), disputed(&merged.bytes));
    match structured.is_prose {
        true => lines.conflicts <= merged.conflicts.len() && in_lines <= in_units,
        false => in_lines < in_units,
    }
}

/// How many lines are between markers.
fn disputed(bytes: &[u8]) -> usize {
    let conflicts = conflicts(bytes).into_iter();
    let spans = conflicts.flat_map(|conflict| [conflict.ours, conflict.theirs]);
    let lines = spans.map(|span| memchr::memchr_iter(b'\n', &bytes[span.range()]).count());
    lines.sum()
}

/// Git's result, with the places of its conflicts.
fn told(lines: MergedLines, size: usize) -> Merged {
    let all = lines.bytes.split(|byte| *byte == b'\n').enumerate();
    let mark = [b'<'].repeat(size);
    let opening = all.filter(|(_, line)| line.starts_with(&mark));
    let conflicts = opening.take(lines.conflicts).map(|(at, _)| Conflict {
        line: at + 1,
        dispute: Dispute::Changed {
            name: "the text there".to_owned(),
            keys: Vec::new(),
        },
    });
    Merged {
        conflicts: conflicts.collect(),
        bytes: lines.bytes,
        renumbered: Vec::new(),
    }
}

/// Git before 2.44 leaves the placeholders of labels as they are.
fn label<'a>(given: &'a str, plain: &'a str) -> &'a str {
    match given {
        "" | "%X" | "%Y" => plain,
        given => given,
    }
}
