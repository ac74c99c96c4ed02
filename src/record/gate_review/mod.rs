//! The packet of a gate review: Markdown out of a stage, and back.
//!
//! Owns what is where in a packet. Each criterion and each workstream has a section of its own, so
//! that two people who edit different ones do not meet, in git or here; edits (see `edit`) touch
//! single values and leave alone whatever people write around them.

pub(crate) mod beside;
pub(crate) mod conditions;
pub(crate) mod criteria;
pub(crate) mod edit;
pub(crate) mod resolved;

use std::path::{Path, PathBuf};

use chrono::NaiveDate;

use crate::document::markdown::{CheckState, MarkdownDocument, escaped};
use crate::plan::Plan;
use crate::plan::packet::{CRITERIA, Decision, MET, Packet, VERDICT, label_at, section};
use crate::plan::stage::Stage;
use crate::record::filed::slug;
use crate::record::labels::bullet;
use crate::record::{heading, one_line};

/// The section with the decision.
const DECISION: &str = "Decision";
/// The section with the state of the checklist.
const READINESS: &str = "Readiness";
/// The section with every check, below [`READINESS`].
const CHECKS: &str = "Checks";
/// The section with a section for each workstream.
const SIGN_OFFS: &str = "Sign-offs";
/// What is where nothing was decided yet.
const UNDECIDED: &str = "undecided";

/// What a review says of one criterion.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CriterionVerdict {
    /// It is met.
    Met,
    /// It is not.
    NotMet,
}

impl CriterionVerdict {
    /// The word in the packet and on the screen.
    pub fn word(self) -> &'static str {
        match self {
            Self::Met => MET,
            Self::NotMet => "not met",
        }
    }

    fn read(text: &str) -> Option<Self> {
        match crate::plan::canon::normalised(text).as_str() {
            "met" => Some(Self::Met),
            "not met" => Some(Self::NotMet),
            _ => None,
        }
    }
}

/// The word for a verdict or for none.
pub fn verdict_word(verdict: Option<CriterionVerdict>) -> &'static str {
    verdict.map_or(UNDECIDED, CriterionVerdict::word)
}

/// One criterion of the gate.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Criterion {
    pub words: String,
    /// What the review says of it, if anything yet.
    pub verdict: Option<CriterionVerdict>,
    /// What shows it, as written.
    pub evidence: String,
    /// Where the evidence links to.
    pub links: Vec<String>,
    heading: usize,
}

/// One person asked to sign.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SignOff {
    /// The workstream that the person answers for.
    pub workstream: String,
    /// `DRI`, `QA`, `Advisor`; `Owner` where the matrix names no role.
    pub role: String,
    /// The person, as the matrix says it.
    pub name: String,
    /// Whether the box is ticked.
    pub signed: bool,
    /// When and by whom it was ticked, as written: `2026-05-01, Ada`.
    pub stamp: String,
    item: usize,
}

/// A packet as a whole.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct GateReview {
    /// What the plan knows of it, too.
    pub facts: Packet,
    /// The text of the gate when the review was opened.
    pub gate: String,
    /// The criteria in their order.
    pub criteria: Vec<Criterion>,
    /// Those asked to sign, by workstream.
    pub sign_offs: Vec<SignOff>,
    /// Every check with its words and whether it was ticked.
    pub checks: Vec<(String, bool)>,
}

impl GateReview {
    /// Reads the packet at `path`; nothing where there is none, or where the file is not a packet.
    pub fn at(plan: &Plan, path: &Path) -> Option<Self> {
        let file = plan.files().iter().position(|file| file.path == path)?;
        Self::read(plan.files()[file].markdown()?, file, path)
    }

    /// Reads a packet; nothing if `document` is not one.
    pub fn read(document: &MarkdownDocument, file: usize, path: &Path) -> Option<Self> {
        let facts = Packet::read(document, file, path)?;
        let gate = label_at(document, 0, "Gate").map(|(_, label)| label.text.trim().to_owned());
        Some(Self {
            facts,
            gate: gate.unwrap_or_default(),
            criteria: children(document, CRITERIA)
                .map(|heading| criterion(document, heading))
                .collect(),
            sign_offs: children(document, SIGN_OFFS)
                .flat_map(|heading| sign_offs(document, heading))
                .collect(),
            checks: checks(document),
        })
    }

    /// How many criteria have this verdict.
    pub fn count(&self, verdict: Option<CriterionVerdict>) -> usize {
        let criteria = self.criteria.iter();
        criteria.filter(|c| c.verdict == verdict).count()
    }

    /// How many have signed.
    pub fn signed(&self) -> usize {
        self.sign_offs.iter().filter(|sign| sign.signed).count()
    }
}

/// The sections right under the one with these words.
fn children<'a>(document: &'a MarkdownDocument, words: &str) -> impl Iterator<Item = usize> + 'a {
    let parent = section(document, words);
    let headings = document.headings().iter().enumerate();
    headings
        .filter(move |(_, heading)| parent.is_some() && heading.parent == parent)
        .map(|(at, _)| at)
}

fn criterion(document: &MarkdownDocument, heading: usize) -> Criterion {
    let text = |name| label_at(document, heading, name);
    let evidence = text("Evidence");
    let links = document.links().iter();
    let links = links.filter(|link| {
        evidence.is_some_and(|(item, _)| document.items()[item].span.contains(link.span.start))
    });
    Criterion {
        words: without_number(&document.headings()[heading].text).to_owned(),
        verdict: text(VERDICT).and_then(|(_, label)| CriterionVerdict::read(&label.text)),
        evidence: evidence.map_or_else(String::new, |(_, label)| label.text.trim().to_owned()),
        links: links.map(|link| link.url.clone()).collect(),
        heading,
    }
}

/// The words of a criterion's heading without the number before them.
fn without_number(heading: &str) -> &str {
    match heading.split_once(". ") {
        Some((number, words)) if number.bytes().all(|b| b.is_ascii_digit()) => words,
        _ => heading,
    }
}

fn sign_offs(document: &MarkdownDocument, heading: usize) -> Vec<SignOff> {
    let items = document.items().iter().enumerate();
    let own = items.filter(|(_, item)| item.heading == Some(heading) && item.parent.is_none());
    let boxed = own.filter(|(_, item)| item.check.state() != CheckState::Absent);
    let sign_off = |(at, item): (usize, &crate::document::markdown::ListItem)| {
        let (role, text) = match &item.label {
            Some(label) => (label.name.clone(), &label.text),
            None => (String::new(), &item.text),
        };
        let signed = item.check.state() == CheckState::Done;
        let (name, stamp) = match signed {
            true => apart(text),
            false => (text.trim(), ""),
        };
        SignOff {
            workstream: document.headings()[heading].text.clone(),
            role,
            name: name.to_owned(),
            signed,
            stamp: stamp.to_owned(),
            item: at,
        }
    };
    boxed.map(sign_off).collect()
}

/// A text and the stamp in brackets at its end: `Ada (2026-05-01, Bo)`.
fn apart(text: &str) -> (&str, &str) {
    let text = text.trim();
    let stamped = text
        .strip_suffix(')')
        .and_then(|open| open.rsplit_once(" ("));
    match stamped {
        Some((before, stamp)) if is_stamp(stamp) => (before.trim_end(), stamp),
        _ => (text, ""),
    }
}

fn is_stamp(text: &str) -> bool {
    let day = text.get(..10);
    day.is_some_and(|day| NaiveDate::parse_from_str(day, "%Y-%m-%d").is_ok())
}

/// What a waiver says, without the stamp behind it.
pub fn unstamped(waiver: &str) -> &str {
    apart(waiver).0
}

fn checks(document: &MarkdownDocument) -> Vec<(String, bool)> {
    let Some(heading) = checks_heading(document) else {
        return Vec::new();
    };
    let items = document.items().iter();
    let own = items.filter(|item| item.heading == Some(heading) && item.parent.is_none());
    own.filter(|item| item.check.state() != CheckState::Absent)
        .map(|item| (item.text.clone(), item.check.state() == CheckState::Done))
        .collect()
}

fn checks_heading(document: &MarkdownDocument) -> Option<usize> {
    let wanted = crate::plan::canon::normalised(CHECKS);
    children(document, READINESS)
        .find(|at| crate::plan::canon::normalised(&document.headings()[*at].text) == wanted)
}

/// A new packet for the gate of a stage: nothing decided, nobody signed, the checklist as it is.
pub fn draft(stage: &Stage, date: NaiveDate, who: &str) -> String {
    let gate = stage.rung.as_ref().map_or("", |rung| rung.review.as_str());
    let name = one_line(&stage.name);
    let mut out = format!("# {}\n\n", heading(&format!("Gate review: {name}")));
    bullet(&mut out, "Stage", &name);
    bullet(&mut out, "Date", &date.format("%Y-%m-%d").to_string());
    bullet(&mut out, "Held by", who);
    bullet(&mut out, "Gate", gate);
    out += &format!("\n## {DECISION}\n\n");
    bullet(&mut out, "Decision", UNDECIDED);
    out += &format!("\n## {READINESS}\n\n");
    bullet(&mut out, "Ticked", &ticked(stage));
    bullet(&mut out, "Bar", &bar(stage));
    out += &format!("\n### {CHECKS}\n\n");
    for check in &stage.checks {
        out += &format!("{}\n", check_line(&check.text, check.done));
    }
    if stage.checks.is_empty() {
        out += "This stage has no checklist.\n";
    }
    out += &format!("\n## {CRITERIA}\n");
    let criteria = criteria::criteria(gate);
    for (at, words) in criteria.iter().enumerate() {
        out += &format!("\n### {}. {}\n\n", at + 1, heading(words));
        bullet(&mut out, VERDICT, UNDECIDED);
        bullet(&mut out, "Evidence", "");
    }
    if criteria.is_empty() {
        out += "\nThe ladder names no criteria for this gate.\n";
    }
    out += &format!("\n## {SIGN_OFFS}\n");
    let streams = stage.workstreams();
    let streams = streams.iter().filter(|stream| !stream.people.is_empty());
    let mut somebody = false;
    for stream in streams {
        somebody = true;
        let name = match one_line(stream.name) {
            name if name.is_empty() => "Without a workstream".to_owned(),
            name => name,
        };
        // A blank line between the names keeps two signatures of one day apart in git.
        out += &format!("\n### {}\n", heading(&name));
        for (role, name) in &stream.people {
            let name = escaped(&one_line(name));
            out += &match one_line(role) {
                role if role.is_empty() => format!("\n- [ ] **Owner:** {name}\n"),
                role => format!("\n- [ ] **{}:** {name}\n", escaped(&role)),
            };
        }
    }
    if !somebody {
        out += "\nThe owner matrix names nobody for this stage.\n";
    }
    out
}

fn check_line(text: &str, done: bool) -> String {
    let mark = if done { "[x]" } else { "[ ]" };
    format!("- {mark} {}", escaped(&one_line(text)))
}

/// How much of the checklist is ticked, in words.
fn ticked(stage: &Stage) -> String {
    let (ticked, total) = (stage.ticked(), stage.checks.len());
    match (ticked * 100).checked_div(total) {
        Some(percent) => format!("{ticked} of {total} ({percent}%)"),
        None => "no checklist".to_owned(),
    }
}

/// The gate's bar and whether it is met, in words.
fn bar(stage: &Stage) -> String {
    let met = if stage.is_met() { "met" } else { "not met" };
    format!("{}%, {met}", stage.threshold())
}

/// Where a new packet for a stage goes: the folder of the stage, in it one of the day. A
/// name that is taken there gets a number.
pub fn new_path(plan: &Plan, folder: &Path, stage: &str, date: NaiveDate) -> PathBuf {
    let slug = slug(stage, "stage");
    let path = |slug: &str| {
        let day = date.format("%Y%m%d").to_string();
        folder.join(slug).join(day).join("review.md")
    };
    let taken = |path: &PathBuf| plan.files().iter().any(|file| file.path == *path);
    let numbered = (2..).map(|number| path(&format!("{slug}-{number}")));
    let mut all = std::iter::once(path(&slug)).chain(numbered);
    // There are fewer files than numbers.
    all.find(|path| !taken(path)).unwrap_or_default()
}

/// The decision in words.
pub fn decision_words(decision: Option<Decision>) -> &'static str {
    decision.map_or(UNDECIDED, Decision::words)
}

#[cfg(test)]
mod tests;
