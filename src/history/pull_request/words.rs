//! What a branch changes, in words: Markdown for a pull request, plain lines for a terminal.
//!
//! In the Markdown everything that comes from the plan is text and nothing else: no markup, no
//! link, no mention that would call somebody.

use serde_json::value::RawValue;

use super::super::since::counted;
use super::{BlockChanges, FieldChange, GateMove, GateState, PullRequest, StepChanges};
use crate::change::brief::brief;
use crate::change::difference;
use crate::document::visible::visible_line;
use crate::plan::packet::Decision;

/// A host takes comments of 65,536 characters; what is listed last is left out where it grows so long.
const MOST: usize = 50_000;
/// How many characters of one line are shown.
const LONGEST: usize = 300;
/// Breaks what a host would make a mention or a link of, and is not seen.
const BREAK: char = '\u{200b}';

impl PullRequest {
    /// For a comment, or for whoever writes the pull request.
    pub(crate) fn markdown(&self) -> String {
        let title = format!("Plan changes against {}", self.base.name);
        let mut text = format!("### {}\n\n{}\n", inert(&title), self.summary());
        let mut left_out = 0;
        for (heading, rows) in self.groups() {
            if text.len() > MOST {
                left_out += rows.len();
                continue;
            }
            text += &format!("\n**{}**\n\n", inert(&heading));
            for row in rows {
                match text.len() > MOST {
                    true => left_out += 1,
                    false => text += &format!("- {}\n", inert(&row)),
                }
            }
        }
        if left_out > 0 {
            text += &format!("\n{left_out} more lines: `stepdeck pr` prints them all.\n");
        }
        text
    }

    /// For a terminal.
    pub(crate) fn text(&self) -> String {
        let title = format!("Against {}: {}", self.base.name, self.summary());
        let mut text = format!("{}\n", visible_line(&title));
        for (heading, rows) in self.groups() {
            text += &format!("\n{}\n", visible_line(&heading));
            for row in rows {
                text += &format!("  {}\n", visible_line(&row));
            }
        }
        text
    }

    /// How many steps change, in one line; each is counted once.
    pub(crate) fn summary(&self) -> String {
        let steps = self.blocks.iter().flat_map(|block| &block.steps);
        let counts = counted(steps.map(|step| &*step.how));
        match (self.left_out, counts.is_empty()) {
            (Some(count), _) => format!("Steps: {count} differ."),
            (None, true) => "No step changes.".to_owned(),
            (None, false) => format!("Steps: {counts}."),
        }
    }

    fn groups(&self) -> Vec<(String, Vec<String>)> {
        let problem = |p: &super::NewProblem| {
            let (severity, code, message) = (&p.severity, &p.code, &p.message);
            format!("{severity}[{code}] {}:{}: {message}", p.path, p.line)
        };
        let check = |check: &super::Check| {
            let how = if check.ticked { "ticked" } else { "unticked" };
            format!("{} {how}: {}", check.stage, check.check)
        };
        let mut approval = vec![self.approval.words()];
        if !self.approval.met {
            let unknown = self.approval.without_login();
            approval
                .extend(unknown.map(|name| format!("{name} has no login in the table of people")));
        }
        let step = |step: &super::NamedStep| format!("{} {}", step.step_id, step.title);
        let paper = |paper: &super::Paper| format!("{} {}", paper.path, paper.how);
        let person = |person: &super::PersonChange| format!("{} {}", person.person, person.how);
        let text =
            |text: &super::CanonChange| format!("{}: {}: {}", text.path, text.what, text.how);
        let uncommitted = "the files have changes that are not committed".to_owned();
        let brief = |count: usize| {
            let steps = if count == 1 { "step" } else { "steps" };
            format!("the {steps} that differ are not listed here: `stepdeck pr` on the branch does")
        };
        let notes = self.uncommitted.then_some(uncommitted).into_iter();
        let notes = notes.chain(self.left_out.map(brief));
        let mut groups = vec![
            ("Approval".to_owned(), approval),
            (
                "Notes".to_owned(),
                notes.chain(self.notes.clone()).collect(),
            ),
            (
                "Gates that move".to_owned(),
                self.gates.iter().map(gate).collect(),
            ),
            (
                "In this week's ten".to_owned(),
                self.ten.iter().map(step).collect(),
            ),
            (
                "New problems".to_owned(),
                self.problems.iter().map(problem).collect(),
            ),
            ("Checks".to_owned(), self.checks.iter().map(check).collect()),
            (
                "People".to_owned(),
                self.people.iter().map(person).collect(),
            ),
            ("Canon".to_owned(), self.canon.iter().map(text).collect()),
            ("Papers".to_owned(), self.papers.iter().map(paper).collect()),
        ];
        groups.extend(self.blocks.iter().map(block));
        groups.retain(|(_, rows)| !rows.is_empty());
        groups
    }
}

fn block(changes: &BlockChanges) -> (String, Vec<String>) {
    let heading = match &changes.block {
        Some(id) => format!("{id} {}", changes.theme).trim_end().to_owned(),
        None => "Outside the blocks".to_owned(),
    };
    let gone = changes.removed.then(|| "row removed".to_owned());
    let row = changes
        .row
        .iter()
        .filter(|_| !changes.removed)
        .map(|cell| format!("row {}", told("", cell)));
    let steps = changes.steps.iter().flat_map(rows);
    (heading, gone.into_iter().chain(row).chain(steps).collect())
}

fn rows(step: &StepChanges) -> Vec<String> {
    let StepChanges {
        step_id,
        title,
        how,
        fields,
    } = step;
    let head = format!("{step_id} {how}: {title}");
    let fields: Vec<String> = fields.iter().map(|field| told("", field)).collect();
    match fields.is_empty() {
        true => vec![head],
        false => vec![format!("{head} ({})", fields.join("; "))],
    }
}

fn told(name: &str, change: &FieldChange) -> String {
    let [before, after] =
        [&change.before, &change.after].map(|raw| raw.as_deref().map(RawValue::get));
    let words = difference::field(&name, &change.field, before, after);
    words.brief().to_string().trim_start().to_owned()
}

/// What moves of a gate, and nothing else.
fn gate(moved: &GateMove) -> String {
    let stage = &moved.stage;
    let (before, after) = match (&moved.before, &moved.after) {
        (Some(before), Some(after)) => (before, after),
        (None, Some(after)) => return format!("{stage} is new: {}", whole(after)),
        (Some(before), None) => return format!("{stage} is gone: {}", whole(before)),
        (None, None) => return stage.clone(),
    };
    let mut said = Vec::new();
    let is_decided = before.decision != after.decision || before.waiver != after.waiver;
    if is_decided {
        said.push(decided(after));
    }
    let number =
        |from: usize, to: usize, what: &str| (from != to).then(|| format!("{from} → {to} {what}"));
    let share = |state: &GateState| format!("{}/{}", state.ticked, state.total);
    let ticked = share(before) != share(after);
    said.extend(ticked.then(|| format!("{} → {} ticked", share(before), share(after))));
    let bars = (before.threshold, after.threshold);
    said.extend((bars.0 != bars.1).then(|| format!("its bar {}% → {}%", bars.0, bars.1)));
    said.extend(number(before.missing, after.missing, "short of its bar"));
    said.extend(number(before.open, after.open, "steps open"));
    // There is none for a gate that is passed.
    if before.p85 != after.p85 && !is_passed(after) {
        let date = |date: &Option<String>| date.clone().unwrap_or_else(|| "no date".to_owned());
        said.push(format!("P85 {} → {}", date(&before.p85), date(&after.p85)));
    }
    match (is_decided, is_passed(after)) {
        (true, true) => format!("{stage} {}", said.join("; ")),
        _ => format!("{stage}: {}", said.join(", ")),
    }
}

fn is_passed(state: &GateState) -> bool {
    let word = state.decision.as_deref();
    let mut all = Decision::ALL.iter();
    all.any(|decision| decision.passes() && Some(decision.words()) == word)
}

/// What was decided, with what it passes over.
fn decided(state: &GateState) -> String {
    let Some(word) = &state.decision else {
        return "the decision is withdrawn".to_owned();
    };
    if !is_passed(state) {
        return format!("decided: {word}");
    }
    let open = match state.total.saturating_sub(state.ticked) {
        0 => String::new(),
        open => format!(", with {open} of {} checks open", state.total),
    };
    let waiver = state.waiver.as_ref();
    let waiver = waiver.map_or_else(String::new, |waiver| format!(", waiver: {}", brief(waiver)));
    format!("passed: {word}{open}{waiver}")
}

fn whole(state: &GateState) -> String {
    let date = state.p85.as_ref().map(|date| format!(", P85 {date}"));
    let decision = state
        .decision
        .as_ref()
        .map(|_| format!(", {}", decided(state)));
    format!(
        "{}/{} ticked, {} short of its bar, {} steps open{}{}",
        state.ticked,
        state.total,
        state.missing,
        state.open,
        date.unwrap_or_default(),
        decision.unwrap_or_default()
    )
}

/// Text of a plan as Markdown in which a host sees no markup, no mention, no link and no HTML.
fn inert(text: &str) -> String {
    let line = visible_line(text);
    let mut safe = String::with_capacity(line.len());
    let mut chars = line.trim().chars().take(LONGEST).peekable();
    let mut is_number = true;
    while let Some(char) = chars.next() {
        let next = chars.peek().copied().unwrap_or(' ');
        let is_start = safe.is_empty();
        if char == '.' && safe.to_lowercase().ends_with("www") {
            safe.push(BREAK);
        }
        let is_markup = "\\`*_[]<>&~|$".contains(char)
            || is_start && "#+-=:".contains(char)
            || !is_start && is_number && ".)".contains(char);
        safe.extend(is_markup.then_some('\\'));
        safe.push(char);
        is_number &= char.is_ascii_digit();
        let calls = match char {
            '@' => true,
            '#' | '!' => next.is_ascii_alphanumeric(),
            ':' => next == '/',
            _ => false,
        };
        safe.extend(calls.then_some(BREAK));
    }
    if line.chars().nth(LONGEST).is_some() {
        safe.push('…');
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::markdown::MarkdownDocument;
    use proptest::prelude::*;

    #[test]
    fn nothing_in_a_comment_calls_anybody_or_leads_anywhere() {
        for hostile in [
            "@everyone",
            "a@b.example",
            "#12",
            "!7",
            "https://evil.example",
            "WWW.evil.example",
            "<img src=x onerror=alert(1)>",
            "[a](javascript:b)",
            "</details>",
            "![](http://x/y)",
            "`code` @x",
            "- [x] done",
            "# heading",
            "```",
            "&#64;here",
            "1. x",
            "a<b",
            "$x$ ~~y~~ *z* _a_",
        ] {
            let safe = inert(hostile);
            let lower = safe.to_lowercase();
            for called in ["@e", "@b", "@x", "@h", "#1", "!7", "://", "www."] {
                assert!(!lower.contains(called), "{safe}");
            }
            let page = format!("- {safe}\n");
            let document = MarkdownDocument::load(page.clone().into_bytes());
            let items = document.items();
            assert_eq!(items.len(), 1, "{page}");
            let text: String = items[0].text.chars().filter(|c| *c != BREAK).collect();
            assert_eq!(text, hostile, "{page}");
        }
    }

    proptest! {
        #[test]
        fn whatever_the_plan_says_stays_text(text in "[ -~]{0,40}") {
            let safe = inert(&text);
            // As Markdown reads it: a backslash of the text itself stays.
            let mut chars = safe.chars();
            let next = || chars.next().map(|c| match c {
                '\\' => chars.next().unwrap_or(c),
                c => c,
            });
            let unescaped: String = std::iter::from_fn(next).collect();
            prop_assert!(!unescaped.contains("://"));
            let at = unescaped.chars().zip(unescaped.chars().skip(1));
            prop_assert!(at.into_iter().all(|(a, b)| a != '@' || b == BREAK));
            prop_assert!(!safe.contains('\n'));
        }
    }
}
