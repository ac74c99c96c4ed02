//! Risks: what each file of the register says, read by its labelled bullets.

use std::path::Path;

use chrono::NaiveDate;

use super::Plan;
use super::canon::normalised;
use super::id::{StepId, single_ids_in, typed_id};
use super::packet::{day_of_name, label_at};
use super::source::Role;
use crate::document::markdown::MarkdownDocument;
use crate::document::splice::Span;

/// The labels of a risk's bullets, as they are written; in any case when they are read.
pub(crate) mod label {
    /// How likely it is.
    pub(crate) const LIKELIHOOD: &str = "Likelihood";
    /// How much harm it would do.
    pub(crate) const IMPACT: &str = "Impact";
    /// Whether it is still one.
    pub(crate) const STATUS: &str = "Status";
    /// Who watches it.
    pub(crate) const OWNER: &str = "Owner";
    /// The steps that it threatens.
    pub(crate) const STEPS: &str = "Steps";
    /// The stage that it threatens.
    pub(crate) const STAGE: &str = "Stage";
    /// By when it is looked at again.
    pub(crate) const REVIEW_BY: &str = "Review by";
    /// When, and by whom, it was written down.
    pub(crate) const OPENED: &str = "Opened";
    /// When, by whom and why it was closed.
    pub(crate) const CLOSED: &str = "Closed";
    /// The section that says what is done about it.
    pub(crate) const MITIGATION: &str = "Mitigation";
}

/// How likely something is, or how bad.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Level {
    /// It may be left to itself.
    Low,
    /// Somebody watches it.
    Medium,
    /// Something is done about it.
    High,
}

impl Level {
    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }

    /// Reads the word, or a common short form.
    pub(crate) fn read(text: &str) -> Option<Self> {
        match &*normalised(text) {
            "low" | "l" => Some(Self::Low),
            "medium" | "med" | "m" | "moderate" => Some(Self::Medium),
            "high" | "h" => Some(Self::High),
            _ => None,
        }
    }

    fn weight(self) -> u8 {
        self as u8 + 1
    }
}

/// A risk as its file says it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Risk {
    /// Index of the file in the plan.
    pub file: usize,
    /// Its first heading, else its file's name.
    pub title: String,
    /// How likely it is, where that can be read.
    pub likelihood: Option<Level>,
    /// How much harm it would do, where that can be read.
    pub impact: Option<Level>,
    /// Whether it is still one: its status does not say that it is closed.
    pub is_open: bool,
    /// Who watches it, as written.
    pub owner: String,
    /// The steps that it threatens.
    pub steps: Vec<StepId>,
    /// The stage that it threatens, as written.
    pub stage: String,
    /// By when it is looked at again, where that can be read.
    pub review_by: Option<NaiveDate>,
    /// When it was written down.
    pub opened: Option<NaiveDate>,
    /// When it was closed.
    pub closed: Option<NaiveDate>,
    /// What is done about it, as written.
    pub mitigation: String,
}

/// What a closed risk's status begins with.
const CLOSED: [&str; 4] = ["closed", "mitigated", "resolved", "retired"];

impl Risk {
    /// Reads the risk in a file of the plan.
    pub(crate) fn read(file: usize, path: &Path, document: &MarkdownDocument) -> Self {
        let text = |name| {
            let label = label_at(document, 0, name);
            label.map_or_else(String::new, |(_, label)| label.text.trim().to_owned())
        };
        let day = |name| text(name).get(..10).and_then(|day| day.parse().ok());
        let stem = || {
            path.file_stem()
                .map(|stem| stem.to_string_lossy().into_owned())
        };
        let heading = document.headings().first();
        let title = heading.map(|heading| heading.text.clone()).or_else(stem);
        let status = normalised(&text(label::STATUS));
        Self {
            file,
            title: title.unwrap_or_default(),
            likelihood: Level::read(&text(label::LIKELIHOOD)),
            impact: Level::read(&text(label::IMPACT)),
            is_open: !CLOSED.iter().any(|word| status.starts_with(word)),
            owner: text(label::OWNER),
            steps: steps(&text(label::STEPS)),
            stage: text(label::STAGE),
            review_by: day(label::REVIEW_BY),
            opened: day(label::OPENED).or_else(|| day_of_name(path)),
            closed: day(label::CLOSED),
            mitigation: mitigation(document),
        }
    }

    /// Where the steps are that it says to threaten.
    pub(crate) fn steps_label(document: &MarkdownDocument) -> Option<Span> {
        let (_, label) = label_at(document, 0, label::STEPS)?;
        Some(label.value)
    }

    /// Likelihood times impact, from 1 to 9; what cannot be read counts as medium.
    pub(crate) fn score(&self) -> u8 {
        let weight = |level: Option<Level>| level.unwrap_or(Level::Medium).weight();
        weight(self.likelihood) * weight(self.impact)
    }

    /// Whether it should have been looked at again before this day.
    pub(crate) fn is_overdue(&self, today: NaiveDate) -> bool {
        self.is_open && self.review_by.is_some_and(|by| by < today)
    }
}

/// Every risk of the plan, in file order.
pub(crate) fn all(plan: &Plan) -> impl Iterator<Item = Risk> {
    let files = plan.files().iter().enumerate();
    let risks = files.filter(|(_, file)| file.role == Role::Risk);
    risks.filter_map(|(at, file)| Some(Risk::read(at, &file.path, file.markdown()?)))
}

fn steps(text: &str) -> Vec<StepId> {
    let parts = text.split([',', ';']);
    let ids = parts.flat_map(|part| match typed_id(part) {
        Some(id) => vec![id],
        None => single_ids_in(part),
    });
    ids.collect()
}

fn mitigation(document: &MarkdownDocument) -> String {
    let wanted = normalised(label::MITIGATION);
    let heading = (document.headings().iter()).position(|of| normalised(&of.text) == wanted);
    let Some(at) = heading else {
        let label = label_at(document, 0, label::MITIGATION);
        return label.map_or_else(String::new, |(_, label)| label.text.trim().to_owned());
    };
    let (section, heading) = (document.own_section(at), document.headings()[at].span);
    let bytes = &document.bytes()[heading.end.min(section.end)..section.end];
    String::from_utf8_lossy(bytes).trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_risk_is_read_by_its_labels_whoever_wrote_it() {
        let text = "# Parts get dear\n\nWe buy from one.\n\n* **likelihood**: HIGH\n\
                    * **Impact:** moderate\n* **Status:** Closed, see below\n\
                    * **Steps:** Step 42; 0057.A and 0058\n* **Review By:** 2026-12-01 (board)\n\n\
                    ## Mitigation\n\nAsk *two* others.\n";
        let document = MarkdownDocument::load(text.as_bytes().to_vec());
        let risk = Risk::read(0, Path::new("r/2026-11-02-parts.md"), &document);
        let steps: Vec<String> = risk.steps.iter().map(StepId::to_string).collect();
        assert_eq!(risk.title, "Parts get dear");
        assert_eq!((risk.score(), risk.is_open), (6, false));
        assert_eq!(steps, ["0042", "0057.A", "0058"]);
        assert_eq!(risk.review_by, "2026-12-01".parse().ok());
        assert_eq!(risk.opened, "2026-11-02".parse().ok());
        assert_eq!(risk.mitigation, "Ask *two* others.");
        assert!(!risk.is_overdue("2027-01-01".parse().unwrap()));
        let empty = MarkdownDocument::load(Vec::new());
        let risk = Risk::read(0, Path::new("r/odd.md"), &empty);
        assert_eq!((&*risk.title, risk.score(), risk.is_open), ("odd", 4, true));
    }
}
