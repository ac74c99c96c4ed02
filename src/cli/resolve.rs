//! `stepdeck resolve`: the conflicts that a merge left in the plan's files.

use std::path::PathBuf;

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::HashMap;

use color_eyre::eyre::{Result, bail};
use serde::Serialize;

use super::Ending;
use super::invocation::{Invocation, refused};
use super::open_plan::OpenPlan;
use crate::change::compose::{MergeFacts, Resolution, StepDispute, questions, step_dispute};
use crate::change::markdown_merge::CommonCommit;
use crate::document::markers::conflicts;
use crate::document::visible::visible_line;
use crate::git::Git;
use crate::git::unmerged::Unmerged;
use crate::plan::disputes::{Dispute, MarkedVersion, disputes, is_named, of_block};
use crate::plan::id::{StepId, typed_id};
use crate::plan::source::SourceFile;
use crate::record::gate_review::resolved::followed;
use crate::store::changes::bases::Bases;
use crate::store::changes::names::side_for_people;
use crate::store::fs::read::{FileState, read};

/// List the conflicts that a merge left in the plan's files, or resolve them.
///
/// Without a side, prints both versions of each conflict and exits with 1 if there are any. Markers
/// of all of git's styles are read. Nothing is added to git's index.
#[derive(clap::Args, Clone, Debug)]
pub struct Resolve {
    /// Which conflicts: those of a step, of a block, of a file, or at FILE:LINE; all if none is named.
    #[arg(value_name = "ID|BLOCK|FILE[:LINE]")]
    pub what: Vec<String>,
    /// Keep the version of the branch that was merged into.
    #[arg(long, group = "side")]
    pub ours: bool,
    /// Keep the version of the branch that was merged.
    #[arg(long, group = "side")]
    pub theirs: bool,
    /// Keep both: ours, then what theirs has besides.
    #[arg(long, group = "side")]
    pub both: bool,
    /// Print JSON (stepdeck/resolve@1).
    #[arg(long)]
    pub json: bool,
}

const NOTHING: &str = "no merge left a conflict in the plan";
/// How much of a version is printed.
const LINES: usize = 6;

#[derive(Serialize)]
struct Document<'a> {
    schema: &'static str,
    conflicts: Vec<Entry<'a>>,
    /// Which version was kept; nothing where they are only listed.
    kept: Option<&'static str>,
    /// How many conflicts are left in the plan.
    left: usize,
    /// What else git waits for.
    files: Vec<OpenFile>,
}

#[derive(Serialize)]
struct Entry<'a> {
    file: String,
    line: usize,
    about: &'a str,
    step_ids: Vec<String>,
    fields: &'a [String],
    ours: String,
    theirs: String,
    base: Option<String>,
    our_label: String,
    their_label: String,
}

impl Resolve {
    /// Lists the conflicts, or resolves them and says what is left to do.
    ///
    /// # Errors
    /// When there is no plan, no such conflict, or it cannot be written.
    pub(crate) fn run(&self, invocation: &mut Invocation<'_, '_>) -> Result<Ending> {
        match self.side() {
            Some((side, resolution)) => self.keep(invocation, side, &resolution),
            None => self.list(invocation),
        }
    }

    fn list(&self, invocation: &mut Invocation<'_, '_>) -> Result<Ending> {
        let opened = invocation.open()?;
        let bases = bases(&opened, &Git::at(&opened.layout.root));
        let found = asked(&opened, &self.named(&opened)?, &bases);
        let names = Names::at(&opened);
        if self.json {
            let left = asked(&opened, &disputes(&opened.plan), &bases).len();
            let files = open_files(&opened);
            let ending = ending(found.is_empty() && files.is_empty());
            let document = document(&opened, &found, None, (left, &names), files);
            invocation.print_json(&document)?;
            return Ok(ending);
        }
        let files = open_files(&opened);
        for dispute in &found {
            invocation.print(&listed(&opened, dispute, &bases, &names))?;
        }
        if !found.is_empty() {
            invocation.say(
                "`stepdeck resolve --ours`, `--theirs` or `--both`, with the step or FILE:LINE, \
                     resolves one",
            )?;
        } else if files.is_empty() {
            invocation.say(NOTHING)?;
        }
        for file in &files {
            invocation.say(&file.words())?;
        }
        Ok(ending(found.is_empty() && files.is_empty()))
    }

    fn keep(
        &self,
        invocation: &mut Invocation<'_, '_>,
        side: &'static str,
        resolution: &Resolution,
    ) -> Result<Ending> {
        let before = invocation.reopen()?;
        let named = self.named(&before)?;
        let known = bases(&before, &Git::at(&before.layout.root));
        let found = asked(&before, &named, &known);
        let names = Names::at(&before);
        let now = invocation.outside.now;
        let change = invocation.edit(|opened, composer| {
            let wanted = self.named(opened)?;
            let git = Git::at(&opened.layout.root);
            let common = |one: &str, other: &str| git.common_commit(one, other).ok()?;
            let bases = bases(opened, &git);
            let change = knowing(&bases, &common, |facts| {
                composer.resolve_knowing(&wanted, resolution, facts)
            });
            let change = change.and_then(|change| followed(&opened.plan, change, now));
            change.map_err(refused)
        })?;
        let after = invocation.reopen()?;
        let git = Git::at(&after.layout.root);
        let left = asked(&after, &disputes(&after.plan), &bases(&after, &git)).len();
        let files = open_files(&after);
        if self.json {
            let document = document(&before, &found, Some(side), (left, &names), files);
            invocation.print_json(&document)?;
            return Ok(Ending::Done);
        }
        if change.edits.is_empty() {
            if files.is_empty() {
                invocation.say(NOTHING)?;
            }
        } else {
            invocation.say(&change.label)?;
            invocation.say(&match left {
                0 if !files.is_empty() => match files.len() {
                    1 => "1 file is left to decide before git can go on:".to_owned(),
                    count => format!("{count} files are left to decide before git can go on:"),
                },
                0 => match git.under_way().ok().flatten() {
                    Some(what) => format!(
                        "no conflict is left: `git add` the files and `git {what} --continue`"
                    ),
                    None => "no conflict is left: `git add` the files".to_owned(),
                },
                1 => "1 conflict is left; `stepdeck resolve` shows it".to_owned(),
                left => format!("{left} conflicts are left; `stepdeck resolve` lists them"),
            })?;
        }
        for file in &files {
            invocation.say(&file.words())?;
        }
        Ok(Ending::Done)
    }

    fn side(&self) -> Option<(&'static str, Resolution)> {
        match (self.ours, self.theirs, self.both) {
            (true, ..) => Some(("ours", Resolution::Ours)),
            (_, true, _) => Some(("theirs", Resolution::Theirs)),
            (.., true) => Some(("both", Resolution::Both)),
            _ => None,
        }
    }

    /// The conflicts that were asked for, in the order of the plan, each as far as it is about what was
    /// asked for.
    fn named(&self, opened: &OpenPlan) -> Result<Vec<Dispute>> {
        let plan = &opened.plan;
        let all = disputes(plan);
        if self.what.is_empty() {
            return Ok(all);
        }
        // Of each conflict all, or some of its steps.
        let mut wanted: Vec<(bool, Vec<StepId>)> = vec![(false, Vec::new()); all.len()];
        for what in &self.what {
            let mut found = false;
            for (dispute, (is_whole, steps)) in all.iter().zip(&mut wanted) {
                let Some(of_it) = about(opened, &all, dispute, what) else {
                    continue;
                };
                found = true;
                match of_it.is_part() {
                    true => steps.extend(of_it.steps),
                    false => *is_whole = true,
                }
            }
            if !found {
                bail!(
                    "no merge left a conflict about {what}; `stepdeck resolve` lists those there are"
                );
            }
        }
        let wanted = all.into_iter().zip(wanted);
        Ok(wanted
            .filter_map(
                |(dispute, (is_whole, steps))| match (is_whole, steps.is_empty()) {
                    (true, _) => Some(dispute),
                    (false, false) => Some(dispute.narrowed(plan, &steps)),
                    (false, true) => None,
                },
            )
            .collect())
    }
}

/// What a conflict is about of what somebody named; nothing if it is about something else.
fn about(opened: &OpenPlan, all: &[Dispute], dispute: &Dispute, what: &str) -> Option<Dispute> {
    let plan = &opened.plan;
    match (typed_id(what), what.parse()) {
        (Some(id), _) => {
            let is_exact = all.iter().any(|dispute| dispute.steps.contains(&id));
            let mut steps = dispute.steps.clone();
            steps.retain(|step| match is_exact {
                true => *step == id,
                false => step.in_capitals() == id.in_capitals(),
            });
            (!steps.is_empty()).then(|| dispute.narrowed(plan, &steps))
        }
        (_, Ok(block)) => of_block(plan, dispute, block),
        _ => {
            let (path, line) = place(what);
            is_named(plan, dispute, &path, line).then(|| dispute.clone())
        }
    }
}

/// What there is to ask about these conflicts.
fn asked(opened: &OpenPlan, disputes: &[Dispute], bases: &Bases) -> Vec<Dispute> {
    let disputes = disputes.iter();
    knowing(bases, &|_, _| None, |facts| {
        let asked = disputes.map(|dispute| questions(&opened.plan, dispute, facts));
        asked.flatten().collect()
    })
}

/// Does something with what git can tell of the merge.
fn knowing<T>(bases: &Bases, common: CommonCommit<'_>, act: impl FnOnce(MergeFacts<'_>) -> T) -> T {
    act(MergeFacts {
        common,
        base: &|path| bases.of_log(path),
        page: &|path| bases.of_page(path),
    })
}

/// What both sides of the steps in conflict started from, as far as git knows.
fn bases(opened: &OpenPlan, git: &Git) -> Bases {
    let disputes = disputes(&opened.plan);
    let standing = git.standing();
    let found =
        standing.and_then(|standing| Bases::read(git, &opened.plan, &disputes, &standing.unmerged));
    found.unwrap_or_default()
}

fn ending(is_done: bool) -> Ending {
    match is_done {
        true => Ending::Done,
        false => Ending::Found,
    }
}

/// A file that git has in conflict, beside the conflicts in the plan's files.
#[derive(Serialize)]
struct OpenFile {
    path: String,
    about: &'static str,
    how: String,
}

impl OpenFile {
    fn words(&self) -> String {
        let Self { path, about, how } = self;
        format!("{path}: {about}: {how}")
    }
}

/// What git waits for beside the conflicts in the plan's files: files that one side deleted or moved, and
/// markers in files that are not the plan's.
fn open_files(opened: &OpenPlan) -> Vec<OpenFile> {
    let root = &opened.layout.root;
    let Ok(standing) = Git::at(root).standing() else {
        return Vec::new();
    };
    let open = |file: &Unmerged| {
        let path = file.path.display().to_string();
        let quoted = shlex::try_quote(&path).map_or_else(|_| path.clone(), Cow::into_owned);
        let (about, how) = match file.words() {
            Some(about) if root.join(&file.path).exists() => (
                about,
                format!("`git add {quoted}` keeps it, `git rm {quoted}` deletes it"),
            ),
            Some(about) => (about, format!("`git rm {quoted}` leaves it deleted")),
            None => {
                let is_open = |own: &SourceFile| own.path == file.path;
                if opened.plan.files().iter().any(is_open) {
                    return None;
                }
                let FileState::Present { bytes, .. } = read(&root.join(&file.path)).ok()? else {
                    return None;
                };
                let how = format!("edit it, then `git add {quoted}`");
                (!conflicts(&bytes.contiguous()).is_empty())
                    .then_some(("both sides changed it", how))?
            }
        };
        Some(OpenFile { path, about, how })
    };
    let mut files: Vec<OpenFile> = standing.unmerged.iter().filter_map(open).collect();
    let elsewhere = standing.unmerged_elsewhere.iter().map(|path| OpenFile {
        path: path.display().to_string(),
        about: "in conflict outside the plan’s folder",
        how: "`git status` says how".to_owned(),
    });
    files.extend(elsewhere);
    files
}

/// A file, and the line behind its colon.
fn place(what: &str) -> (PathBuf, Option<usize>) {
    let what = what.strip_prefix("./").unwrap_or(what);
    match what
        .rsplit_once(':')
        .map(|(path, line)| (path, line.parse()))
    {
        Some((path, Ok(line))) => (path.into(), Some(line)),
        _ => (what.into(), None),
    }
}

/// What people call the sides. Most conflicts of a merge have the same two labels, and git is asked about
/// each once.
struct Names {
    git: Git,
    known: RefCell<HashMap<String, String>>,
}

impl Names {
    fn at(opened: &OpenPlan) -> Self {
        Self {
            git: Git::at(&opened.layout.root),
            known: RefCell::default(),
        }
    }

    fn of(&self, label: String) -> String {
        let mut known = self.known.borrow_mut();
        let name = known.entry(label);
        (name.or_insert_with_key(|label| side_for_people(&self.git, label))).clone()
    }
}

fn document<'a>(
    opened: &OpenPlan,
    found: &'a [Dispute],
    kept: Option<&'static str>,
    (left, names): (usize, &Names),
    files: Vec<OpenFile>,
) -> Document<'a> {
    let entry = |dispute: &'a Dispute| {
        let text = |version| {
            let lines = dispute.lines(&opened.plan, version)?;
            Some(String::from_utf8_lossy(&lines).into_owned())
        };
        let [our_label, their_label] = dispute.labels(&opened.plan).map(|label| names.of(label));
        Entry {
            file: opened.plan.files()[dispute.file].path.display().to_string(),
            line: dispute.line(),
            about: &dispute.about,
            step_ids: dispute.steps.iter().map(ToString::to_string).collect(),
            fields: &dispute.fields,
            ours: text(MarkedVersion::Ours).unwrap_or_default(),
            theirs: text(MarkedVersion::Theirs).unwrap_or_default(),
            base: text(MarkedVersion::Base),
            our_label,
            their_label,
        }
    };
    Document {
        schema: "stepdeck/resolve@1",
        conflicts: found.iter().map(entry).collect(),
        kept,
        left,
        files,
    }
}

/// A conflict for people: where it is, what it is about, and each version.
fn listed(opened: &OpenPlan, dispute: &Dispute, bases: &Bases, names: &Names) -> String {
    let file = &opened.plan.files()[dispute.file];
    let path = file.path.display().to_string();
    let mut out = format!("{}:{} {}\n", path, dispute.line(), dispute.about);
    let step = knowing(bases, &|_, _| None, |facts| {
        step_dispute(&opened.plan, dispute, facts)
    });
    let fields = step.as_ref().map_or(&dispute.fields, |step| &step.fields);
    let [our_label, their_label] = dispute.labels(&opened.plan).map(|label| names.of(label));
    let versions = [
        ("ours", MarkedVersion::Ours, our_label),
        ("base", MarkedVersion::Base, String::new()),
        ("theirs", MarkedVersion::Theirs, their_label),
    ];
    let is_decided = step.as_ref().is_some_and(|step| step.fields.is_empty());
    for (name, version, label) in versions {
        let version = dispute.version(&opened.plan, version, fields);
        let Some(version) = version.filter(|_| !is_decided) else {
            continue;
        };
        let shown = match label.is_empty() || label == name {
            true => name.to_owned(),
            false => format!("{name} ({label})"),
        };
        out += &format!("  {shown}\n");
        let lines: Vec<&str> = version.lines().collect();
        for line in lines.iter().take(LINES) {
            out += &format!("    {line}\n");
        }
        if lines.len() > LINES {
            out += &format!("    … {} more lines\n", lines.len() - LINES);
        }
        if lines.is_empty() {
            out += "    (nothing)\n";
        }
    }
    for line in step.iter().flat_map(StepDispute::told) {
        out += &format!("  {line}\n");
    }
    let lines = out
        .lines()
        .map(|line| visible_line(line).into_owned() + "\n");
    lines.collect::<String>() + "\n"
}
