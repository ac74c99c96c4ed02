//! Which papers name a step or a stage: reviews, standups, packets, decisions, each with its date and the
//! first line that does.

use std::path::{Path, PathBuf};

use chrono::{NaiveDate, NaiveTime};

use super::review::{Record, Week};
use super::shelf;
use super::standup::{self, Card, Entry};
use crate::document::markdown::{MarkdownDocument, line_words};
use crate::plan::Plan;
use crate::plan::field::Field;
use crate::plan::id::{StepId, ids_in};
use crate::plan::packet::Decision;
use crate::plan::source::{Role, SourceFile};

/// A paper that names a step.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Naming {
    /// What kind of paper it is.
    pub role: Role,
    /// The day on which it was held or written, as it says itself, else the one that its path names: of
    /// a week, the last one.
    pub date: Option<NaiveDate>,
    /// Relative to the plan's root.
    pub path: PathBuf,
    /// The first line that names the step, without what makes it a list item or a heading.
    pub line: String,
}

impl Naming {
    /// What kind of paper it is, in a word or two.
    pub fn kind(&self) -> &'static str {
        match self.role {
            Role::Review => "weekly review",
            Role::Standup => "standup",
            Role::GateReview => "gate review",
            Role::Risk => "risk",
            Role::Demo => "demo",
            _ => "decision",
        }
    }
}

/// The papers that name `id`, or a number that its step had before and no step has today, in file
/// order. A number in a paper's title is the paper's own. One pass over their text.
pub fn papers_naming(plan: &Plan, id: StepId) -> Vec<Naming> {
    let step = plan.find(id).map(|step| plan.step(step));
    let was = step.map(|step| step.list(Field::Was)).unwrap_or_default();
    let was = was.iter().filter_map(|was| was.trim().parse().ok());
    let was = was.filter(|was: &StepId| plan.find(*was).is_none());
    let names: Vec<StepId> = [id].into_iter().chain(was).collect();
    let digits: Vec<String> = names.iter().map(|id| id.number().to_string()).collect();
    let numbers = digits.iter().map(memchr::memmem::Finder::new);
    let numbers: Vec<_> = numbers.collect();
    papers(plan, |file, text| {
        // A range names steps without their numbers.
        let has_number = |line: &str| numbers.iter().any(|n| n.find(line.as_bytes()).is_some());
        let may_name = |line: &str| has_number(line) || is_range(line);
        let is_named = |line: &str| ids_in(line).iter().any(|named| names.contains(named));
        let mut lines = text.lines().filter(|line| !line.starts_with("# "));
        let line = plain(lines.find(|line| may_name(line) && is_named(line))?);
        Some(match posted(&plan.files()[file]) {
            Some(entry) => format!("{}: {line}", entry.person),
            None => line,
        })
    })
}

/// The papers that name a stage, in file order: the packets of its gate reviews with what was
/// decided, standups with what their card of it says, others with the first line that names it, or
/// the one below a heading that does.
pub fn papers_naming_stage(plan: &Plan, name: &str) -> Vec<Naming> {
    let stage = plan.stages().iter().find(|stage| stage.name == name);
    let packets = stage.map_or(&[][..], |stage| &stage.packets);
    papers(plan, |file, text| {
        if plan.files()[file].role == Role::GateReview {
            let packet = packets.iter().find(|packet| packet.file == file)?;
            let decision = packet.decision.map_or("not decided yet", Decision::words);
            return Some(match &*packet.held_by {
                "" => decision.to_owned(),
                who => format!("{decision}, held by {who}"),
            });
        }
        if !text.lines().any(|line| has_words(line, name)) {
            return None;
        }
        let entry = posted(&plan.files()[file]);
        if let Some(entry) = &entry
            && let Some(card) = entry.card(name)
        {
            return Some(said(&entry.person, card));
        }
        let mut lines = text.lines().filter(|line| !line.starts_with("# "));
        while let Some(line) = lines.next() {
            if !has_words(line, name) {
                continue;
            }
            if !line.starts_with('#') {
                return Some(plain(line));
            }
            // A heading by itself says nothing.
            let below = lines.clone().find(|line| !line.trim().is_empty())?;
            if !below.starts_with('#') {
                return Some(plain(below));
            }
        }
        None
    })
}

/// What a standup paper says; nothing where it is another paper.
fn posted(file: &SourceFile) -> Option<Entry> {
    // Whether it was late does not matter here.
    let due = NaiveTime::MIN;
    (file.role == Role::Standup)
        .then(|| standup::read(file, due))
        .flatten()
}

/// A card in one line: who, how it goes, and what is in the way, or what was done.
fn said(person: &str, card: &Card) -> String {
    let more = match (&card.blockers[..], &card.done[..]) {
        ([], []) => String::new(),
        ([], done) => format!(" — done: {}", done.join("; ")),
        (blockers, _) => format!(" — {}", blockers.join("; ")),
    };
    let status = match &*card.said {
        "" => "no status",
        said => said,
    };
    format!("{person}: {status}{more}")
}

/// Whether a line has these words, not as a part of longer ones.
fn has_words(line: &str, words: &str) -> bool {
    let mut found = line.match_indices(words);
    found.any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let after = line[at + words.len()..].chars().next();
        [before, after]
            .iter()
            .flatten()
            .all(|c| !c.is_alphanumeric())
    })
}

/// The papers of which `line` finds a line to show, given the file's index and its text.
fn papers(plan: &Plan, line: impl Fn(usize, &str) -> Option<String>) -> Vec<Naming> {
    const ROLES: [Role; 6] = [
        Role::Review,
        Role::Standup,
        Role::GateReview,
        Role::Decision,
        Role::Risk,
        Role::Demo,
    ];
    let files = plan.files().iter().enumerate();
    let papers = files.filter(|(_, file)| ROLES.contains(&file.role));
    let naming = papers.filter_map(|(at, file)| {
        let document = file.markdown()?;
        let text = String::from_utf8_lossy(document.bytes());
        let line = line(at, &text)?;
        Some(Naming {
            role: file.role,
            date: date_of(file.role, &file.path, document),
            path: file.path.clone(),
            line,
        })
    });
    naming.collect()
}

/// Whether a line may hold the beginning and the end of several steps.
fn is_range(line: &str) -> bool {
    let is_long = |word: &&str| word.len() >= 4 && word.bytes().all(|byte| byte.is_ascii_digit());
    let words = line.split(|c: char| !c.is_ascii_alphanumeric());
    words.filter(is_long).count() > 1
}

/// The words of a line of Markdown, as one reads them.
fn plain(line: &str) -> String {
    let line = line.trim();
    let marks = line.trim_start_matches(['#', '-', '*', '+', '>', ' ']);
    let words = line_words(line);
    if words.is_empty() {
        marks.to_owned()
    } else {
        words
    }
}

/// The day of a paper: of a review the one on which it was finished.
fn date_of(role: Role, path: &Path, document: &MarkdownDocument) -> Option<NaiveDate> {
    let held = match role {
        Role::Review => Record::read(document).held.map(|held| held.date_naive()),
        _ => None,
    };
    held.or_else(|| shelf::read(0, path, document).date)
        .or_else(|| day_in_path(path))
}

/// The day that a path names, in the last part that names one: `2026-11-20`, `20261120`, or a week
/// such as `2026-W47`, which stands for its last day.
fn day_in_path(path: &Path) -> Option<NaiveDate> {
    let parts = path.components().rev();
    let mut parts = parts.filter_map(|part| part.as_os_str().to_str());
    parts.find_map(|part| {
        let day = part.get(..10).and_then(|day| day.parse::<NaiveDate>().ok());
        let packed = part.get(..8);
        let packed = packed.and_then(|day| NaiveDate::parse_from_str(day, "%Y%m%d").ok());
        let week = || {
            let week: Week = part.get(..8)?.parse().ok()?;
            week.last_day()
        };
        day.or(packed).or_else(week)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_that_the_step_had_names_it_until_another_one_has_it() {
        let file = |path: &str, role, text: &str| SourceFile::load(path, role, text.as_bytes());
        let plan = Plan::read(vec![
            file(
                "plan.jsonl",
                Role::Log,
                r#"{"step_id": "0042", "was": ["0312", "0007"]}
{"step_id": "0007"}
"#,
            ),
            file(
                "docs/standups/2026-11-20/ada.md",
                Role::Standup,
                "- Step 0312 waits\n",
            ),
            file(
                "docs/standups/2026-11-21/ada.md",
                Role::Standup,
                "- Step 0007 waits\n",
            ),
        ]);
        let named = |id: &str| {
            let found = papers_naming(&plan, id.parse().unwrap()).into_iter();
            found.map(|naming| naming.line).collect::<Vec<_>>()
        };
        assert_eq!(named("0042"), ["ada: Step 0312 waits"]);
        assert_eq!(named("0007"), ["ada: Step 0007 waits"]);
    }

    #[test]
    fn a_standup_tells_of_a_stage_who_said_what() {
        let canon = "# Plan\n\n| Stage | Stage-Gate Review |\n| --- | --- |\n| Base | Review |\n";
        let day = |name: &str, text: &str| {
            let path = format!("docs/standups/2026-11-20/{name}.md");
            SourceFile::load(path, Role::Standup, text.as_bytes())
        };
        let plan = Plan::read(vec![
            SourceFile::load("docs/plan.md", Role::Canon, canon.as_bytes()),
            day(
                "ada",
                "# Standup 2026-11-20 — Ada Brandt\n\n## Base\n\n- **Status:** at risk: the vendor\n\
                 - **Blockers:**\n  - 0041: no reply\n  - the Board\n",
            ),
            day(
                "ben",
                "# Standup 2026-11-20 — Ben\n\n## Base\n\n- **Status:** on track\n- **Done:** 0042\n",
            ),
            day("cleo", "# Standup 2026-11-20 — Cleo\n\nBase is mine.\n"),
            day(
                "dan",
                "# Standup 2026-11-20 — Dan\n\n## Top\n\n- **Status:** on track\n",
            ),
        ]);
        let told = papers_naming_stage(&plan, "Base").into_iter();
        assert_eq!(
            told.map(|naming| naming.line).collect::<Vec<_>>(),
            [
                "Ada Brandt: at risk: the vendor — 0041: no reply; the Board",
                "Ben: on track — done: 0042",
                "Base is mine.",
            ]
        );
    }

    #[test]
    fn a_review_is_of_the_day_it_was_held_and_words_are_read_as_people_read_them() {
        let dated = |labels: &str| {
            let text = format!(
                "# Weekly review 2026-W49\n\n{labels}\n## Decided\n\n\
                 - **0473 rejected:** Enhance \\`bd doctor` to 2 \\* 3\n"
            );
            let path = "docs/reviews/2026-W49.md";
            let review = SourceFile::load(path, Role::Review, text.as_bytes());
            let found = papers_naming(&Plan::read(vec![review]), "0473".parse().unwrap());
            assert_eq!(found[0].line, "0473 rejected: Enhance `bd doctor` to 2 * 3");
            found[0].date.unwrap().to_string()
        };
        assert_eq!(
            dated("- **Date:** 2026-11-30\n- **Held:** 2026-12-01T08:00:00Z\n"),
            "2026-12-01"
        );
        assert_eq!(dated("- **Date:** 2026-11-30\n"), "2026-11-30");
        assert_eq!(dated(""), "2026-12-06");
    }

    #[test]
    fn papers_are_found_by_the_steps_they_name_with_their_dates() {
        let file = |path: &str, role, text: &str| SourceFile::load(path, role, text.as_bytes());
        let plan = Plan::read(vec![
            file(
                "docs/reviews/2026-W47.md",
                Role::Review,
                "# 2026-W47\n\n- [x] 0042 Load\n",
            ),
            file(
                "docs/standups/2026-11-20/ada.md",
                Role::Standup,
                "- **Blockers:** Step 42\n",
            ),
            file(
                "docs/m/Base/20261121/review.md",
                Role::GateReview,
                "Steps 0040–0043 are done.\n",
            ),
            file(
                "docs/decisions/0042-a.md",
                Role::Decision,
                "# 0042 Keep\n\nSee 0420.\n",
            ),
            file(
                "docs/decisions/0007.md",
                Role::Decision,
                "# Keep\n\n> See 0042.\n",
            ),
        ]);
        let found = papers_naming(&plan, "0042".parse().unwrap());
        let told = found.iter().map(|naming| {
            let date = naming.date.map(|date| date.to_string()).unwrap_or_default();
            format!("{date} {}: {}", naming.kind(), naming.line)
        });
        assert_eq!(
            told.collect::<Vec<_>>(),
            [
                "2026-11-22 weekly review: 0042 Load",
                "2026-11-20 standup: ada: Blockers: Step 42",
                "2026-11-21 gate review: Steps 0040–0043 are done.",
                " decision: See 0042.",
            ]
        );
    }
}
