//! The packet of a gate review, as far as it bears on the plan: which stage, when, and what was
//! decided. What else is in it is read by `record::gate_review`.
//!
//! A packet is known by its content: a bullet `**Stage:**` under the first heading. Other
//! Markdown beside it (slides, minutes) is left alone.

use std::path::Path;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::canon::normalised;
use crate::document::markdown::{Label, MarkdownDocument};

/// The section with what is judged one by one.
pub(crate) const CRITERIA: &str = "Criteria";
/// The label of what is said of a criterion.
pub(crate) const VERDICT: &str = "Verdict";
/// What is said of one that is fulfilled.
pub(crate) const MET: &str = "met";

/// What parts a decision from what is said of it.
const BEHIND_DECISION: [char; 7] = ['(', ',', ';', ':', '.', '–', '—'];

/// What a gate review decided. Drafts hold it as JSON: the names stay.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Debug)]
pub enum Decision {
    /// The gate is passed.
    Go,
    /// The gate is passed; some things are still owed.
    Conditional,
    /// The gate stays shut.
    NoGo,
}

impl Decision {
    /// Every decision, in the order of a menu.
    pub(crate) const ALL: [Self; 3] = [Self::Go, Self::Conditional, Self::NoGo];

    /// The words in packets, on screens and in JSON.
    pub(crate) fn words(self) -> &'static str {
        match self {
            Self::Go => "go",
            Self::Conditional => "go with conditions",
            Self::NoGo => "no-go",
        }
    }

    /// Reads the words, however they are cased and hyphenated, and whatever is said of them behind
    /// a sign; nothing where they decide nothing, or leave the choice.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let said = |text: &str| match normalised(text).as_str() {
            "go" => Some(Self::Go),
            "go with conditions" | "conditional go" => Some(Self::Conditional),
            "no go" | "nogo" => Some(Self::NoGo),
            _ => None,
        };
        said(text).or_else(|| {
            let (words, rest) = text.split_at(text.find(BEHIND_DECISION)?);
            let rest = normalised(rest);
            let mut rest = rest.split(' ');
            let is_open =
                |word: &str| matches!(word, "go" | "nogo") || word.starts_with("condition");
            said(words).filter(|_| !rest.any(is_open))
        })
    }

    /// Whether the gate is passed by it.
    pub(crate) fn passes(self) -> bool {
        self != Self::NoGo
    }
}

/// The facts of a packet.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Packet {
    /// The stage's name as written.
    pub stage: String,
    /// The day of the review: as written, else as its folder is called.
    pub date: Option<NaiveDate>,
    /// Who holds it.
    pub held_by: String,
    /// What was decided, if anything was.
    pub decision: Option<Decision>,
    /// When and by whom, as written: `2026-05-01, Ada`.
    pub decided: String,
    /// What is still owed after a go with conditions.
    pub conditions: String,
    /// Why the gate may be passed although its bar is not met.
    pub waiver: String,
    /// Whether the packet says that the bar was met.
    pub bar_met: Option<bool>,
    /// Index of the file in the plan.
    pub file: usize,
    /// Line of the decision, else of the stage; counted from 1.
    pub line: usize,
}

impl Packet {
    /// Reads a packet; nothing if `document` is not one. `path` is its file's.
    pub(crate) fn read(document: &MarkdownDocument, file: usize, path: &Path) -> Option<Self> {
        let text = |heading: usize, name: &str| {
            let label = label_at(document, heading, name).map(|item| &item.1.text);
            label.map(|text| text.trim().to_owned())
        };
        let stage = text(0, "Stage").filter(|stage| !stage.is_empty())?;
        let decided = section(document, "Decision").unwrap_or(0);
        let readiness = section(document, "Readiness");
        let date = text(0, "Date").and_then(|date| day(&date));
        let place = label_at(document, decided, "Decision").or(label_at(document, 0, "Stage"));
        Some(Self {
            stage,
            date: date.or_else(|| day_of_folder(path)),
            held_by: text(0, "Held by").unwrap_or_default(),
            decision: text(decided, "Decision").and_then(|words| Decision::read(&words)),
            decided: text(decided, "Decided").unwrap_or_default(),
            conditions: text(decided, "Conditions").unwrap_or_default(),
            waiver: text(decided, "Waiver").unwrap_or_default(),
            bar_met: readiness
                .and_then(|heading| text(heading, "Bar"))
                .and_then(|bar| met_in(&bar)),
            file,
            line: place.map_or(1, |(item, _)| {
                document.line_of(document.items()[item].span.start)
            }),
        })
    }

    /// The day of the decision: as written, else that of the review.
    pub(crate) fn decided_on(&self) -> Option<NaiveDate> {
        self.decision?;
        day(&self.decided).or(self.date)
    }
}

/// Index of the first heading of the second level with these words.
pub(crate) fn section(document: &MarkdownDocument, words: &str) -> Option<usize> {
    let wanted = normalised(words);
    let headings = document.headings().iter();
    headings
        .enumerate()
        .find(|(_, heading)| heading.parent == Some(0) && normalised(&heading.text) == wanted)
        .map(|(at, _)| at)
}

/// The first bullet right under a heading with this label: the item's index and its label.
pub(crate) fn label_at<'a>(
    document: &'a MarkdownDocument,
    heading: usize,
    name: &str,
) -> Option<(usize, &'a Label)> {
    let wanted = normalised(name);
    let items = document.items().iter().enumerate();
    items
        .filter(|(_, item)| item.heading == Some(heading) && item.parent.is_none())
        .filter_map(|(at, item)| Some((at, item.label.as_deref()?)))
        .find(|(_, label)| normalised(&label.name) == wanted)
}

/// The date that `text` begins with, written as 2026-05-01.
fn day(text: &str) -> Option<NaiveDate> {
    NaiveDate::parse_from_str(text.get(..10)?, "%Y-%m-%d").ok()
}

/// The date that a file's name begins with, such as `2026-05-01-words.md`.
pub(crate) fn day_of_name(path: &Path) -> Option<NaiveDate> {
    day(path.file_name()?.to_str()?)
}

/// The date of a paper in a folder such as `20260501` or `2026-05-01`.
pub(crate) fn day_of_folder(path: &Path) -> Option<NaiveDate> {
    let folder = path.parent()?.file_name()?.to_str()?;
    let packed = NaiveDate::parse_from_str(folder, "%Y%m%d").ok();
    packed.or_else(|| folder.parse().ok())
}

fn met_in(bar: &str) -> Option<bool> {
    let words = normalised(bar);
    match words.strip_suffix(MET) {
        Some(before) if before.trim_end().ends_with("not") => Some(false),
        Some(_) => Some(true),
        None => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<Packet> {
        let document = MarkdownDocument::load(text.as_bytes().to_vec());
        Packet::read(
            &document,
            0,
            Path::new("docs/gates/base/20260501/review.md"),
        )
    }

    #[test]
    fn a_packet_is_known_by_its_stage() {
        assert_eq!(read("# Minutes\n\n- We met.\n"), None);
        assert_eq!(read(""), None);
        let packet = read("# Any title\n\n- **Stage:** Base\n").unwrap();
        assert_eq!((packet.stage.as_str(), packet.decision), ("Base", None));
        assert_eq!(packet.date, day("2026-05-01"));
        assert_eq!((packet.decided_on(), packet.line), (None, 3));
    }

    #[test]
    fn facts_are_read_from_their_sections() {
        let packet = read(
            "# Gate review\n\n- **Stage:** Base\n- **Date:** 2026-06-02\n\n\
             ## Decision\n\n- **Decision:** No go\n- **Decided:** 2026-06-03, Ada\n\n\
             ## Readiness\n\n- **Bar:** 95%, not met\n\n\
             ## Sign-offs\n\n### Ops\n\n- [ ] **Decision:** go\n- [ ] **Stage:** x\n",
        )
        .unwrap();
        assert_eq!(packet.decision, Some(Decision::NoGo));
        assert_eq!(packet.decided_on(), day("2026-06-03"));
        assert_eq!((packet.bar_met, packet.line), (Some(false), 8));
    }

    #[test]
    fn decisions_are_read_back_from_their_words() {
        for decision in Decision::ALL {
            assert_eq!(Decision::read(decision.words()), Some(decision));
        }
        assert_eq!(Decision::read("undecided"), None);
        for (text, decision) in [
            ("No-go (the vendor failed)", Decision::NoGo),
            ("Go.", Decision::Go),
            ("✅ GO — all signed", Decision::Go),
            ("go (with conditions)", Decision::Conditional),
        ] {
            assert_eq!(Decision::read(text), Some(decision), "{text}");
        }
        for open in [
            "go, no-go",
            "go (or no go)",
            "go or no-go",
            "gone",
            "to go, or not",
            "go, conditions later",
        ] {
            assert_eq!(Decision::read(open), None, "{open}");
        }
        assert_eq!(met_in("95%, met"), Some(true));
        assert_eq!(met_in("95%"), None);
    }
}
