//! `stepdeck resolve`: the conflicts that a merge left in the plan's files.

use std::path::PathBuf;

use std::cell::RefCell;
use std::collections::HashMap;

use color_eyre::eyre::{Result, bail};
use serde::Serialize;

use super::Ending;
use super::invocation::{Invocation, refused};
use super::open_plan::OpenPlan;
use crate::change::compose::{MergeFacts, Resolution, StepDispute, step_dispute};
use crate::document::visible::visible_line;
use crate::git::Git;
use crate::plan::disputes::{Dispute, disputes, is_in_block, is_named};
use crate::plan::id::typed_id;
use crate::record::gate_review::resolved::followed;
use crate::store::changes::bases::Bases;
use crate::store::changes::names::label_for_people;

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
        let found = self.named(&opened)?;
        if self.json {
            let left = disputes(&opened.plan).len();
            invocation.print_json(&document(&opened, &found, None, left))?;
        } else {
            let bases = bases(&opened, &Git::at(&opened.layout.root));
            for dispute in &found {
                invocation.print(&listed(&opened, dispute, &bases))?;
            }
            invocation.say(match found.len() {
                0 => NOTHING,
                _ => {
                    "`stepdeck resolve --ours`, `--theirs` or `--both`, with the step or FILE:LINE, \
                     resolves one"
                }
            })?;
        }
        Ok(match found.is_empty() {
            true => Ending::Done,
            false => Ending::Found,
        })
    }

    fn keep(
        &self,
        invocation: &mut Invocation<'_, '_>,
        side: &'static str,
        resolution: &Resolution,
    ) -> Result<Ending> {
        let before = invocation.reopen()?;
        let found = self.named(&before)?;
        let now = invocation.outside.now;
        let change = invocation.edit(|opened, composer| {
            let wanted = self.named(opened)?;
            let git = Git::at(&opened.layout.root);
            let common = |one: &str, other: &str| git.common_commit(one, other).ok()?;
            let bases = bases(opened, &git);
            let facts = MergeFacts {
                common: &common,
                base: &|path| bases.of_log(path),
                page: &|path| bases.of_page(path),
            };
            let change = composer.resolve_knowing(&wanted, resolution, facts);
            let change = change.and_then(|change| followed(&opened.plan, change, now));
            change.map_err(refused)
        })?;
        let after = invocation.reopen()?;
        let left = disputes(&after.plan).len();
        if self.json {
            invocation.print_json(&document(&before, &found, Some(side), left))?;
        } else if change.edits.is_empty() {
            invocation.say(NOTHING)?;
        } else {
            invocation.say(&change.label)?;
            invocation.say(&match left {
                0 => match Git::at(&after.layout.root).under_way().ok().flatten() {
                    Some(what) => format!(
                        "no conflict is left: `git add` the files and `git {what} --continue`"
                    ),
                    None => "no conflict is left: `git add` the files".to_owned(),
                },
                1 => "1 conflict is left; `stepdeck resolve` shows it".to_owned(),
                left => format!("{left} conflicts are left; `stepdeck resolve` lists them"),
            })?;
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

    /// The conflicts that were asked for, in the order of the plan.
    fn named(&self, opened: &OpenPlan) -> Result<Vec<Dispute>> {
        let plan = &opened.plan;
        let all = disputes(plan);
        let mut wanted = vec![self.what.is_empty(); all.len()];
        for what in &self.what {
            let id = typed_id(what);
            let is_exact = |id| all.iter().any(|dispute| dispute.steps.contains(&id));
            let is_exact = id.is_some_and(is_exact);
            let is_it = |dispute: &Dispute| match (id, what.parse()) {
                (Some(id), _) if is_exact => dispute.steps.contains(&id),
                (Some(id), _) => {
                    let mut steps = dispute.steps.iter();
                    steps.any(|step| step.in_capitals() == id.in_capitals())
                }
                (_, Ok(block)) => is_in_block(plan, dispute, block),
                _ => {
                    let (path, line) = place(what);
                    is_named(plan, dispute, &path, line)
                }
            };
            let mut found = false;
            for (at, dispute) in all.iter().enumerate() {
                let is_it = is_it(dispute);
                found |= is_it;
                wanted[at] |= is_it;
            }
            if !found {
                bail!(
                    "no merge left a conflict about {what}; `stepdeck resolve` lists those there are"
                );
            }
        }
        let mut wanted = wanted.into_iter();
        Ok(all
            .into_iter()
            .filter(|_| wanted.next() == Some(true))
            .collect())
    }
}

/// What both sides of the steps in conflict started from, as far as git knows.
fn bases(opened: &OpenPlan, git: &Git) -> Bases {
    let disputes = disputes(&opened.plan);
    let standing = git.standing();
    let found =
        standing.and_then(|standing| Bases::read(git, &opened.plan, &disputes, &standing.unmerged));
    found.unwrap_or_default()
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

fn document<'a>(
    opened: &OpenPlan,
    found: &'a [Dispute],
    kept: Option<&'static str>,
    left: usize,
) -> Document<'a> {
    let git = Git::at(&opened.layout.root);
    // Most conflicts of a merge have the same two labels, and git is asked about each once.
    let known: RefCell<HashMap<String, String>> = RefCell::default();
    let name = |label: String| {
        let mut known = known.borrow_mut();
        let name = known.entry(label);
        (name.or_insert_with_key(|label| label_for_people(&git, label))).clone()
    };
    let entry = |dispute: &'a Dispute| {
        let text = |span| dispute.text(&opened.plan, span);
        let place = dispute.place;
        Entry {
            file: opened.plan.files()[dispute.file].path.display().to_string(),
            line: dispute.line(),
            about: &dispute.about,
            step_ids: dispute.steps.iter().map(ToString::to_string).collect(),
            fields: &dispute.fields,
            ours: text(place.ours),
            theirs: text(place.theirs),
            base: place.base.map(text),
            our_label: name(text(place.our_label)),
            their_label: name(text(place.their_label)),
        }
    };
    Document {
        schema: "stepdeck/resolve@1",
        conflicts: found.iter().map(entry).collect(),
        kept,
        left,
    }
}

/// A conflict for people: where it is, what it is about, and each version.
fn listed(opened: &OpenPlan, dispute: &Dispute, bases: &Bases) -> String {
    let file = &opened.plan.files()[dispute.file];
    let path = file.path.display().to_string();
    let mut out = format!("{}:{} {}\n", path, dispute.line(), dispute.about);
    let place = dispute.place;
    let facts = MergeFacts {
        common: &|_, _| None,
        base: &|path| bases.of_log(path),
        page: &|path| bases.of_page(path),
    };
    let step = step_dispute(&opened.plan, dispute, facts);
    let fields = step.as_ref().map_or(&dispute.fields, |step| &step.fields);
    let versions = [
        ("ours", Some(place.ours), Some(place.our_label)),
        ("base", place.base, None),
        ("theirs", Some(place.theirs), Some(place.their_label)),
    ];
    let is_decided = step.as_ref().is_some_and(|step| step.fields.is_empty());
    for (name, span, label) in versions {
        let Some(span) = span.filter(|_| !is_decided) else {
            continue;
        };
        let label = label.map_or_else(String::new, |span| dispute.text(&opened.plan, span));
        let label = label_for_people(&Git::at(&opened.layout.root), &label);
        let shown = match label.is_empty() || label == name {
            true => name.to_owned(),
            false => format!("{name} ({label})"),
        };
        out += &format!("  {shown}\n");
        let version = dispute.version(&opened.plan, span, fields);
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
