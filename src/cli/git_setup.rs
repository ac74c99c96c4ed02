//! `stepdeck git-setup`: tells git how to merge the plan's files and to show its logs.
//!
//! Two places are needed: `.gitattributes`, which is shared with everybody, names the drivers
//! for logs, canon and papers; the configuration of this clone, which git shares with nobody, says what the
//! drivers run. Only what is missing is added. Git itself is asked what holds.

use std::path::{Component, Path, PathBuf};

use color_eyre::eyre::{Result, WrapErr as _, eyre};

use super::Ending;
use super::invocation::Invocation;
use super::open_plan::OpenPlan;
use crate::git::checkout::Checkout;
use crate::plan::paper::{Kept, PaperSpec};
use crate::plan::source::{CHART, Role};
use crate::store::atomic_replace::save::replace;
use crate::store::fs::read::{FileState, read};
use crate::store::locate::discover::Layout;
use crate::store::locate::glob::is_pattern;

/// Let git merge the plan's files by what is in them, and show changes of logs as steps and fields.
///
/// Registers a merge driver and a diff driver in this clone's configuration, and assigns the first
/// to logs, canon and papers, the second to logs in `.gitattributes`. Running it again changes
/// nothing.
#[derive(clap::Args, Clone, Debug)]
pub struct GitSetup {
    /// Change nothing; report what is missing and exit with 1.
    #[arg(long)]
    pub check: bool,
}

impl GitSetup {
    /// Adds what is missing and says what was added, or says what is missing.
    ///
    /// # Errors
    /// When there is no plan, no git or no checkout, or something cannot be written.
    pub(crate) fn run(&self, invocation: &mut Invocation<'_, '_>) -> Result<Ending> {
        if !self.check {
            invocation.may_write()?;
        }
        let opened = invocation.open()?;
        let checkout = checkout(&opened.layout.root)?;
        let program = program(invocation)?;
        let settings = missing_settings(&checkout, &program)?;
        let attributes = Attributes::read(checkout.root(), &opened)?;
        for outside in &attributes.outside {
            let root = checkout.root().display();
            invocation.say(&format!(
                "{outside} is outside {root}: git will not merge it"
            ))?;
        }
        let missing: Vec<String> = (settings.iter().map(|(key, _)| format!("git config {key}")))
            .chain((attributes.missing.iter()).map(|line| format!(".gitattributes: {line}")))
            .collect();
        if self.check {
            for what in &missing {
                invocation.say(&format!("missing: {what}"))?;
            }
        } else {
            for (key, value) in &settings {
                checkout.set_config(key, value)?;
            }
            attributes.write()?;
            for what in &missing {
                invocation.say(&format!("added: {what}"))?;
            }
            if !attributes.missing.is_empty() {
                // It is at the top of the checkout, wherever the plan is.
                let is_top = opened.layout.root.join(".gitattributes").exists();
                let path = if is_top { "" } else { ":/" };
                invocation.say(&format!(
                    "everybody who clones the plan needs it: `git add {path}.gitattributes && git \
                     commit`"
                ))?;
            }
        }
        let pending = self.check && !missing.is_empty();
        let overridden = match pending {
            true => Vec::new(),
            false => overridden(&checkout, &opened.layout)?,
        };
        for path in &overridden {
            invocation.say(&format!(
                "{path}: a later line of a .gitattributes, or .git/info/attributes, names other \
                 drivers; see `git check-attr -a`"
            ))?;
        }
        if pending {
            invocation.say("`stepdeck git-setup` adds what is missing")?;
        } else if missing.is_empty() && overridden.is_empty() {
            invocation.say("git is set up to merge the plan's files and to show its logs")?;
        }
        let is_found = pending || !overridden.is_empty() || !attributes.outside.is_empty();
        Ok(if is_found {
            Ending::Found
        } else {
            Ending::Done
        })
    }
}

/// What the shell that git starts is to run: the name alone where that finds stepdeck, else
/// the path of the running program.
fn program(invocation: &Invocation<'_, '_>) -> Result<String> {
    let path = invocation.outside.text("PATH").unwrap_or_default();
    if std::env::split_paths(&path).any(|folder| folder.join("stepdeck").is_file()) {
        return Ok("stepdeck".to_owned());
    }
    let running = std::env::current_exe().wrap_err("the path of the running program is unknown")?;
    let path = running
        .to_str()
        .ok_or_else(|| eyre!("{} is not UTF-8: put stepdeck on PATH", running.display()))?;
    Ok(shlex::try_quote(path)?.into_owned())
}

/// The settings of a clone, as key and value.
fn settings(program: &str) -> [(&'static str, String); 4] {
    // In the command of a merge driver `%` begins a placeholder. Where stepdeck cannot be run
    // or fails, the log merges as the text that it was before there was a driver.
    let merge = format!(
        "{} merge --path=%P --marker-size=%L --ours-label=%X --theirs-label=%Y -- %O %A %B; \
         code=$?; test $code -le 1 && exit $code; \
         git merge-file --marker-size=%L -L ours -L base -L theirs %A %O %B",
        program.replace('%', "%%")
    );
    [
        ("merge.stepdeck.name", "stepdeck: step by step".to_owned()),
        ("merge.stepdeck.driver", merge),
        ("diff.stepdeck.command", format!("{program} diff --")),
        (
            "diff.stepdeck.textconv",
            format!("{program} diff --fields --"),
        ),
    ]
}

/// The attributes of a log. Other papers have the first.
const ATTRIBUTES: [&str; 2] = ["merge=stepdeck", "diff=stepdeck"];

/// The attributes of the files of a paper.
fn attributes_of(role: Role) -> &'static [&'static str] {
    match role {
        Role::Log => &ATTRIBUTES,
        _ => &ATTRIBUTES[..1],
    }
}

/// The checkout around the plan at `root`.
fn checkout(root: &Path) -> Result<Checkout> {
    Checkout::around(root).map_err(|error| eyre!(error.answer()))
}

/// The settings of this clone that are not as they should be.
fn missing_settings(checkout: &Checkout, program: &str) -> Result<Vec<(&'static str, String)>> {
    let mut missing = Vec::new();
    for (key, value) in settings(program) {
        if checkout.config(key)?.as_ref() != Some(&value) {
            missing.push((key, value));
        }
    }
    Ok(missing)
}

/// The files for which git would not use the drivers.
fn overridden(checkout: &Checkout, layout: &Layout) -> Result<Vec<String>> {
    let below = |path: &PathBuf| {
        let path = path.strip_prefix(checkout.root()).ok()?;
        path.to_str().map(str::to_owned)
    };
    let (logs, papers): (Vec<_>, Vec<_>) =
        (layout.files.iter()).partition(|(_, role)| *role == Role::Log);
    let mut overridden = Vec::new();
    for (files, attributes) in [(logs, &["merge", "diff"][..]), (papers, &["merge"])] {
        let files: Vec<String> = files.iter().filter_map(|(path, _)| below(path)).collect();
        for some in files.chunks(FILES_AT_ONCE) {
            let attributes = checkout.attributes(attributes, some)?;
            let others = attributes.into_iter();
            let others = others.filter(|[.., value]| value != "stepdeck");
            overridden.extend(others.map(|[path, ..]| path));
        }
    }
    overridden.dedup();
    Ok(overridden)
}

/// How many paths a command line is given.
const FILES_AT_ONCE: usize = 500;

/// `.gitattributes` at the root of the checkout.
struct Attributes {
    path: PathBuf,
    bytes: Option<Vec<u8>>,
    /// The lines to add.
    missing: Vec<String>,
    /// Paths of papers that are outside the checkout.
    outside: Vec<String>,
}

impl Attributes {
    fn read(checkout: &Path, opened: &OpenPlan) -> Result<Self> {
        let path = checkout.join(".gitattributes");
        let bytes = match read(&path)? {
            FileState::Present { bytes, .. } => Some(bytes.contiguous().into_owned()),
            FileState::Missing => None,
        };
        let (mut missing, mut outside) = (Vec::new(), Vec::new());
        let text = String::from_utf8_lossy(bytes.as_deref().unwrap_or_default()).into_owned();
        let mut whole: Vec<String> = Vec::new();
        for paper in opened.layout.papers.specs {
            for place in opened.layout.patterns_of(paper.role) {
                let Some(pattern) = pattern_below(checkout, &opened.layout.root, &place, paper)
                else {
                    outside.push(place.clone());
                    continue;
                };
                let is_log = paper.role == Role::Log;
                let charts = pattern.strip_suffix(".md").filter(|_| paper.charts);
                let charts = charts.map(|all| format!("{all}.{CHART}"));
                for pattern in [Some(pattern), charts].into_iter().flatten() {
                    if !is_log && whole.iter().any(|above| is_within(&pattern, above)) {
                        continue;
                    }
                    let attributes = attributes_of(paper.role);
                    let pattern_written = written(&pattern);
                    let has = |line| has_attributes(line, &pattern_written, attributes);
                    if !text.lines().any(has) {
                        missing.push(format!("{pattern_written} {}", attributes.join(" ")));
                    }
                    whole.extend((!is_log).then_some(pattern));
                }
            }
        }
        Ok(Self {
            path,
            bytes,
            missing,
            outside,
        })
    }

    fn write(&self) -> Result<()> {
        if self.missing.is_empty() {
            return Ok(());
        }
        let mut bytes = self.bytes.clone().unwrap_or_default();
        let end: &[u8] = match bytes.windows(2).any(|pair| pair == b"\r\n") {
            true => b"\r\n",
            false => b"\n",
        };
        if !bytes.is_empty() && !bytes.ends_with(b"\n") {
            bytes.extend_from_slice(end);
        }
        for line in &self.missing {
            bytes.extend_from_slice(line.as_bytes());
            bytes.extend_from_slice(end);
        }
        replace(&self.path, self.bytes.as_deref(), &bytes)?;
        Ok(())
    }
}

/// Whether a pattern names nothing but what a pattern of whole folders names already.
fn is_within(pattern: &str, above: &str) -> bool {
    let folder = above.strip_suffix("**/*.md");
    let rest = folder.and_then(|folder| pattern.strip_prefix(folder));
    rest.is_some_and(|rest| rest.ends_with(".md"))
}

/// The configured path of a paper as a pattern below the root of the checkout, if it is there.
fn pattern_below(clone: &Path, plan: &Path, place: &str, paper: &PaperSpec) -> Option<String> {
    let full: PathBuf = plan.join(place).components().collect();
    let below = full.strip_prefix(clone).ok()?;
    let has_parent = below.components().any(|part| part == Component::ParentDir);
    let below = below.to_str().filter(|_| !has_parent)?;
    if !paper.is_many() || !is_pattern(place) {
        let ending = format!(".{}", paper.extension);
        let names = match paper.kept {
            Kept::File => String::new(),
            Kept::Folder => format!("**/*{ending}"),
            // A folder of canon may come.
            Kept::Deep if !place.ends_with(&ending) => format!("**/*{ending}"),
            Kept::Flat if full.is_dir() && !place.ends_with(&ending) => format!("*{ending}"),
            Kept::Deep | Kept::Flat => String::new(),
        };
        let between = if below.is_empty() || names.is_empty() {
            ""
        } else {
            "/"
        };
        return Some(literal(below) + between + &names);
    }
    // The folders above the plan are names, whatever characters they have.
    let above = plan.strip_prefix(clone).ok().and_then(Path::to_str);
    let wild = above.and_then(|above| Some((above, below.strip_prefix(above)?)));
    Some(match wild {
        Some((above, wild)) => literal(above) + wild,
        None => below.to_owned(),
    })
}

/// A path in which no character is a wildcard.
fn literal(path: &str) -> String {
    let mut escaped = String::with_capacity(path.len());
    for c in path.chars() {
        if matches!(c, '*' | '?' | '[' | '\\') {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}

/// Whether a line of `.gitattributes` gives the attributes to this very pattern.
fn has_attributes(line: &str, pattern: &str, attributes: &[&str]) -> bool {
    let rest = line.trim_start().strip_prefix(pattern);
    rest.is_some_and(|rest| {
        let words: Vec<&str> = rest.split_whitespace().collect();
        rest.starts_with([' ', '\t']) && attributes.iter().all(|word| words.contains(word))
    })
}

/// A path pattern as `.gitattributes` takes it: bound to the root, and quoted as a C string
/// where a plain word would mean something else.
fn written(pattern: &str) -> String {
    let bound = match pattern.contains('/') {
        true => pattern.to_owned(),
        false => format!("/{pattern}"),
    };
    let bound = match bound.starts_with('!') {
        true => format!("\\{bound}"),
        false => bound,
    };
    let is_plain = |c: char| !c.is_whitespace() && !c.is_control() && c != '"';
    if bound.chars().all(is_plain) && !bound.starts_with('#') && !bound.starts_with("[attr]") {
        return bound;
    }
    let mut quoted = String::from("\"");
    for c in bound.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            c if c.is_ascii_control() => quoted.push_str(&format!("\\{:03o}", u32::from(c))),
            c => quoted.push(c),
        }
    }
    quoted + "\""
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::paper::PAPERS;

    #[test]
    fn patterns_are_bound_and_quoted_as_git_reads_them() {
        for (pattern, expected) in [
            ("data/plans/*.jsonl", "data/plans/*.jsonl"),
            ("plan.jsonl", "/plan.jsonl"),
            ("my plans/*.jsonl", "\"my plans/*.jsonl\""),
            ("#a/x", "\"#a/x\""),
            ("!a/x", "\\!a/x"),
            ("a \"b\"/\\*x", "\"a \\\"b\\\"/\\\\*x\""),
        ] {
            assert_eq!(written(pattern), expected);
        }
    }

    #[test]
    fn folders_above_the_plan_are_names_and_outside_is_outside() {
        let pattern =
            |plan: &str, log| pattern_below(Path::new("/c"), Path::new(plan), log, &PAPERS[0]);
        let expected = Some("a \\[1]/data/*.jsonl".to_owned());
        assert_eq!(pattern("/c/a [1]", "data/*.jsonl"), expected);
        assert_eq!(pattern("/c", "./a/x.jsonl"), Some("a/x.jsonl".to_owned()));
        assert_eq!(pattern("/c", "/c/p/*.jsonl"), Some("p/*.jsonl".to_owned()));
        assert_eq!(pattern("/c", "../x.jsonl"), None);
        assert_eq!(pattern("/c", "/d/x.jsonl"), None);
    }

    #[test]
    fn folders_of_papers_are_named_once_with_all_below_them() {
        let pattern = |key: &str, place: &str| {
            let paper = PAPERS.iter().find(|paper| paper.key == key).unwrap();
            pattern_below(Path::new("/c"), Path::new("/c/p"), place, paper).unwrap()
        };
        assert_eq!(pattern("canon", "docs"), "p/docs/**/*.md");
        assert_eq!(pattern("canon", "docs/a.md"), "p/docs/a.md");
        assert_eq!(pattern("canon", "docs/*.md"), "p/docs/*.md");
        assert_eq!(pattern("roadmap", "docs/R[1].md"), "p/docs/R\\[1].md");
        assert_eq!(pattern("reviews", "docs/reviews"), "p/docs/reviews/**/*.md");
        assert!(is_within("p/docs/reviews/**/*.md", "p/docs/**/*.md"));
        assert!(is_within("p/docs/R.md", "p/docs/**/*.md"));
        assert!(!is_within("p/documents/R.md", "p/docs/**/*.md"));
    }

    #[test]
    fn a_line_counts_only_for_its_own_pattern_with_both_attributes() {
        let has = |line| has_attributes(line, "data/*.jsonl", &ATTRIBUTES);
        assert!(has("data/*.jsonl text merge=stepdeck  diff=stepdeck"));
        assert!(!has("data/*.jsonl merge=stepdeck"));
        assert!(!has("data/*.jsonlx merge=stepdeck diff=stepdeck"));
        assert!(!has("#data/*.jsonl merge=stepdeck diff=stepdeck"));
    }

    #[test]
    fn a_percent_sign_in_the_program_is_no_placeholder() {
        let settings = settings("'/opt/100%/stepdeck'");
        assert!(settings[1].1.starts_with("'/opt/100%%/stepdeck' merge "));
        assert!(settings[2].1.starts_with("'/opt/100%/stepdeck' diff "));
    }
}
