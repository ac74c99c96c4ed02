//! The catalogue of a plan's papers: every kind with what is due, and of each kind what there is,
//! with state, owner and review date. The registers of risks and decisions are two of its kinds.
//!
//! What is overdue stands first, then the open risks by their score, and else the newest. One pass
//! over the papers. Pure.

use std::cmp::Reverse;
use std::path::{Path, PathBuf};

use chrono::{DateTime, NaiveDate, Utc};

use super::review::Record;
use super::risk::{Proposal, Register};
use super::shelf;
use super::today::cadence::{Ritual, RitualKind, Standing};
use crate::document::english::capitalised;
use crate::document::markdown::MarkdownDocument;
use crate::plan::Plan;
use crate::plan::decision::DecisionNote;
use crate::plan::id::StepId;
use crate::plan::packet::{Packet, day_of_folder, label_at};
use crate::plan::paper::{Kept, PaperSpec, Papers};
use crate::plan::risk::{Level, Risk};
use crate::plan::source::Role;

/// So many papers of a kind are listed unless all are asked for.
pub(crate) const SHOWN: usize = 3;

/// One kind of paper.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct PaperKind {
    /// What its files are to the plan.
    pub role: Role,
    /// Its key in `[paths]`, by which it is asked for.
    pub key: &'static str,
    /// What people call it, with a capital.
    pub name: String,
    /// Where its papers are and how they are called, relative to the root.
    pub place: String,
    /// How the ritual stands that leaves them, if there is one.
    pub due: Option<(Standing, String)>,
    /// Its papers in their order.
    pub papers: Vec<PaperEntry>,
    /// What ought to be one; of risks alone.
    pub proposed: Vec<Proposal>,
}

/// A paper.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct PaperEntry {
    /// Relative to the root.
    pub path: PathBuf,
    pub title: String,
    /// The day that it is of; of a week or a quarter the last.
    pub date: Option<NaiveDate>,
    /// What became of it in a word or two; empty where nothing can.
    pub state: String,
    /// Who answers for it, as written.
    pub owner: String,
    /// By when it is looked at again, as long as it holds.
    pub review_by: Option<NaiveDate>,
    /// Whether that day is over.
    pub is_overdue: bool,
    /// The steps that it names as its own.
    pub steps: Vec<StepId>,
    /// How bad it is; of risks alone, and of open ones.
    score: u8,
}

impl PaperKind {
    /// How many of its papers are overdue.
    pub(crate) fn overdue(&self) -> usize {
        self.papers.iter().filter(|paper| paper.is_overdue).count()
    }

    /// Whether one is to be written, or one that there is to be looked at again.
    fn is_overdue(&self) -> bool {
        let is_late = |due: &(Standing, String)| due.0 == Standing::Late;
        self.overdue() > 0 || self.due.as_ref().is_some_and(is_late)
    }

    /// How many papers there are, how many of them are overdue, and how many are proposed.
    pub(crate) fn counts(&self) -> String {
        let mut counts = match self.papers.len() {
            0 => "none yet".to_owned(),
            count => count.to_string(),
        };
        for (count, word) in [
            (self.overdue(), "overdue"),
            (self.proposed.len(), "proposed"),
        ] {
            if count > 0 {
                counts += &format!(", {count} {word}");
            }
        }
        counts
    }
}

impl PaperEntry {
    /// Review date, state and owner, as far as they are known.
    pub(crate) fn facts(&self) -> String {
        let by = self.review_by.map(|by| match self.is_overdue {
            true => format!("overdue since {by}"),
            false => format!("review by {by}"),
        });
        // Names last: they are what may be cut.
        let facts = [
            by.unwrap_or_default(),
            self.state.clone(),
            self.owner.clone(),
        ];
        let facts: Vec<String> = facts.into_iter().filter(|fact| !fact.is_empty()).collect();
        facts.join(" · ")
    }
}

/// Every kind of paper that is a folder of its own: overdue ones first, else in the order of the table.
pub(crate) fn catalogue(
    plan: &Plan,
    papers: &Papers,
    cadence: &[Ritual],
    now: DateTime<Utc>,
) -> Vec<PaperKind> {
    let today = now.date_naive();
    let folders = papers.specs.iter().filter(|spec| spec.kept == Kept::Folder);
    let mut kinds: Vec<PaperKind> = folders.map(|spec| kind(spec, papers, cadence)).collect();
    for file in plan.files() {
        let Some(kind) = kinds.iter_mut().find(|kind| kind.role == file.role) else {
            continue;
        };
        if let Some(document) = file.markdown() {
            kind.papers
                .push(entry(file.role, &file.path, document, today));
        }
    }
    if let Some(risks) = kinds.iter_mut().find(|kind| kind.role == Role::Risk) {
        let register = Register {
            plan,
            now,
            who: "",
            folder: papers.folder_of(Role::Risk),
        };
        risks.proposed = register.proposals(papers.folder_of(Role::Standup));
    }
    for kind in &mut kinds {
        kind.papers.sort_by(|a, b| order(a).cmp(&order(b)));
    }
    kinds.sort_by_key(|kind| !kind.is_overdue());
    kinds
}

fn order(paper: &PaperEntry) -> (bool, Reverse<u8>, Reverse<Option<NaiveDate>>, &Path) {
    (
        !paper.is_overdue,
        Reverse(paper.score),
        Reverse(paper.date),
        &paper.path,
    )
}

fn kind(spec: &PaperSpec, papers: &Papers, cadence: &[Ritual]) -> PaperKind {
    let ritual = cadence
        .iter()
        .find(|ritual| ritual.kind.role() == spec.role);
    PaperKind {
        role: spec.role,
        key: spec.key,
        name: capitalised(spec.name),
        place: papers
            .folder_of(spec.role)
            .join(spec.names)
            .display()
            .to_string(),
        due: ritual.map(|ritual| (ritual.standing, due_words(ritual))),
        papers: Vec::new(),
        proposed: Vec::new(),
    }
}

/// How a ritual stands. Milestone reviews lie beside the gate reviews, which no ritual asks for, so they
/// are named.
fn due_words(ritual: &Ritual) -> String {
    match ritual.kind {
        RitualKind::Milestone => format!("milestone reviews: {}", ritual.words),
        _ => ritual.words.clone(),
    }
}

fn entry(role: Role, path: &Path, document: &MarkdownDocument, today: NaiveDate) -> PaperEntry {
    let text = |name| {
        let label = label_at(document, 0, name);
        label.map_or_else(String::new, |(_, label)| label.text.trim().to_owned())
    };
    let filed = shelf::read(0, path, document);
    let review_by = || text("Review by").get(..10).and_then(|day| day.parse().ok());
    let mut paper = PaperEntry {
        path: path.to_owned(),
        title: filed.title,
        date: filed.date.or_else(|| day_of_folder(path)),
        state: String::new(),
        owner: text("Owner"),
        review_by: None,
        is_overdue: false,
        steps: Vec::new(),
        score: 0,
    };
    match role {
        Role::Risk => {
            let risk = Risk::read(0, path, document);
            let word = |level: Option<Level>| level.map_or("?", Level::word);
            paper.state = match risk.is_open {
                true => format!("{} × {}", word(risk.likelihood), word(risk.impact)),
                false => "closed".to_owned(),
            };
            paper.score = if risk.is_open { risk.score() } else { 0 };
            paper.review_by = risk.review_by.filter(|_| risk.is_open);
            paper.date = risk.opened.or(paper.date);
            paper.steps = risk.steps;
        }
        Role::Decision => {
            let note = DecisionNote::read(0, path, document);
            let is_superseded = !note.superseded_by.is_empty();
            paper.state = if is_superseded {
                "superseded"
            } else {
                "in force"
            }
            .to_owned();
            paper.review_by = review_by().filter(|_| !is_superseded);
            paper.steps = note.steps.into_iter().map(|(step, _)| step).collect();
            if paper.owner.is_empty() {
                paper.owner = text(crate::plan::decision::label::PEOPLE);
            }
        }
        Role::Review => {
            let held = Record::read(document).held;
            paper.date = held.map(|held| held.date_naive()).or(paper.date);
            paper.state = if held.is_some() { "finished" } else { "begun" }.to_owned();
            paper.owner = text("Steward");
        }
        Role::GateReview => {
            if let Some(packet) = Packet::read(document, 0, path) {
                let decision = packet.decision.map(|decision| decision.words());
                paper.state = decision.unwrap_or("undecided").to_owned();
                paper.owner = packet.held_by;
                paper.date = packet.date.or(paper.date);
            }
        }
        Role::Standup => {}
        _ => paper.state = if filed.is_closed { "closed" } else { "open" }.to_owned(),
    }
    paper.is_overdue = paper.review_by.is_some_and(|by| by < today);
    paper
}

/// Which kind a person means by its key, its name or enough of either.
///
/// # Errors
/// What there is, where it is none of them.
pub(crate) fn kind_meant(kinds: &[PaperKind], typed: &str) -> Result<usize, String> {
    let wanted = typed.trim().to_lowercase();
    let is = |kind: &&PaperKind| kind.key == wanted || kind.name.to_lowercase() == wanted;
    let begins = |kind: &PaperKind| {
        kind.key.starts_with(&wanted) || kind.name.to_lowercase().starts_with(&wanted)
    };
    if let Some(at) = kinds.iter().position(|kind| is(&kind)) {
        return Ok(at);
    }
    let found: Vec<usize> = (0..kinds.len()).filter(|at| begins(&kinds[*at])).collect();
    match found[..] {
        [only] if !wanted.is_empty() => Ok(only),
        _ => {
            let keys: Vec<&str> = kinds.iter().map(|kind| kind.key).collect();
            Err(format!(
                "“{typed}” is not a kind of paper; there are {}",
                keys.join(", ")
            ))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::source::SourceFile;

    fn file(path: &str, role: Role, text: &str) -> SourceFile {
        SourceFile::load(path, role, text.as_bytes().to_vec())
    }

    fn of(files: Vec<SourceFile>) -> Vec<PaperKind> {
        let plan = Plan::read(files);
        let now = "2026-11-21T09:30:00Z".parse().unwrap();
        let milestone = Ritual {
            kind: RitualKind::Milestone,
            due: None,
            last: None,
            standing: Standing::Never,
            words: "never held".to_owned(),
        };
        catalogue(&plan, &Papers::default(), &[milestone], now)
    }

    fn told(kinds: &[PaperKind], role: Role) -> Vec<String> {
        let kind = kinds.iter().find(|kind| kind.role == role).unwrap();
        let date = |paper: &PaperEntry| paper.date.map_or("-".to_owned(), |day| day.to_string());
        let line =
            |paper: &PaperEntry| format!("{} {} | {}", date(paper), paper.title, paper.facts());
        kind.papers.iter().map(line).collect()
    }

    #[test]
    fn every_kind_has_its_papers_overdue_ones_first_then_the_newest() {
        let kinds = of(vec![
            file(
                "docs/decisions/2026-11-02-a.md",
                Role::Decision,
                "# Keep one index\n\n- **Steps:** 0001\n- **People:** Ada\n",
            ),
            file(
                "docs/decisions/2026-10-02-b.md",
                Role::Decision,
                "# Two indexes\n\n- **Superseded by:** [a](2026-11-02-a.md)\n- **Review by:** 2026-01-01\n",
            ),
            file(
                "docs/decisions/2026-09-02-c.md",
                Role::Decision,
                "# Rent\n\n- **Owner:** Bo\n- **Review by:** 2026-11-20\n",
            ),
            file(
                "docs/risks/2026-10-01-snow.md",
                Role::Risk,
                "# Snow\n\n- **Likelihood:** low\n- **Impact:** low\n- **Review by:** 2026-11-22\n",
            ),
            file(
                "docs/risks/2026-09-01-fire.md",
                Role::Risk,
                "# Fire\n\n- **Likelihood:** low\n- **Impact:** high\n- **Owner:** Ops\n",
            ),
            file(
                "docs/risks/2026-11-01-flood.md",
                Role::Risk,
                "# Flood\n\n- **Status:** closed\n- **Review by:** 2026-01-01\n",
            ),
            file(
                "docs/reviews/2026-W46.md",
                Role::Review,
                "# Weekly review 2026-W46\n\n- **Steward:** Ada\n- **Held:** 2026-11-13T10:00:00Z\n",
            ),
            file(
                "docs/reviews/2026-W47.md",
                Role::Review,
                "# Weekly review 2026-W47\n",
            ),
            file(
                "docs/standups/2026-11-20/ada.md",
                Role::Standup,
                "# Standup 2026-11-20 — Ada\n",
            ),
            file(
                "docs/milestone-reviews/base/20261101/review.md",
                Role::GateReview,
                "# Gate review\n\n- **Stage:** Base\n\n## Decision\n\n- **Decision:** go\n",
            ),
            file(
                "docs/milestone-reviews/base/20261101/slides.md",
                Role::GateReview,
                "# Slides\n",
            ),
        ]);
        assert_eq!(
            told(&kinds, Role::Decision),
            [
                "2026-09-02 Rent | overdue since 2026-11-20 · in force · Bo",
                "2026-11-02 Keep one index | in force · Ada",
                "2026-10-02 Two indexes | superseded",
            ]
        );
        assert_eq!(
            told(&kinds, Role::Risk),
            [
                "2026-09-01 Fire | low × high · Ops",
                "2026-10-01 Snow | review by 2026-11-22 · low × low",
                "2026-11-01 Flood | closed",
            ]
        );
        assert_eq!(
            told(&kinds, Role::Review),
            [
                "2026-11-22 Weekly review 2026-W47 | begun",
                "2026-11-13 Weekly review 2026-W46 | finished · Ada",
            ]
        );
        assert_eq!(
            told(&kinds, Role::Standup),
            ["2026-11-20 Standup 2026-11-20 — Ada | "]
        );
        assert_eq!(
            told(&kinds, Role::GateReview),
            ["2026-11-01 Gate review | go", "2026-11-01 Slides | "]
        );
        let gates = kinds.iter().find(|kind| kind.role == Role::GateReview);
        let due = gates.and_then(|kind| kind.due.as_ref());
        assert_eq!(
            due.map(|(_, words)| &**words),
            Some("milestone reviews: never held")
        );
        let counts = |role| {
            kinds
                .iter()
                .find(|kind| kind.role == role)
                .unwrap()
                .counts()
        };
        assert_eq!(counts(Role::Decision), "3, 1 overdue");
        assert_eq!(counts(Role::Risk), "3");
        // What is overdue comes first, then the order of the table.
        let overdue: Vec<usize> = kinds.iter().map(PaperKind::overdue).collect();
        assert_eq!((overdue[0], overdue[1]), (1, 0));
        assert_eq!(
            (kinds[0].role, kinds[1].role, kinds[2].role),
            (Role::Decision, Role::Risk, Role::Review)
        );
        // Log, canon and roadmap are no papers of a ritual.
        assert!(kinds.iter().all(|kind| kind.role > Role::Roadmap));
    }

    #[test]
    fn a_kind_is_meant_by_enough_of_its_name() {
        let kinds = of(Vec::new());
        let key = |typed: &str| kind_meant(&kinds, typed).map(|at| kinds[at].key);
        assert_eq!(key("risk"), Ok("risks"));
        assert_eq!(key("Weekly"), Ok("reviews"));
        assert_eq!(key("gate reviews"), Ok("gates"));
        for wrong in ["", "d0", "x"] {
            assert!(
                key(wrong).unwrap_err().contains("decisions, risks"),
                "{wrong}"
            );
        }
    }
}
