//! Checkpoints as they are filed: one paper for each thousand steps, with a dated section a month.
//! What a new section says is for `report::checkpoint`.

use std::path::PathBuf;

use chrono::{Datelike as _, NaiveDate};

use crate::document::markdown::MarkdownDocument;
use crate::plan::Plan;
use crate::plan::packet::label_at;
use crate::plan::paper::Papers;
use crate::plan::source::Role;

/// The label of the day that a section says how it was.
pub(crate) const AS_OF: &str = "As of";

/// Where the checkpoint of a thousand is, or would be.
pub(crate) fn path(papers: &Papers, number: u32) -> PathBuf {
    papers
        .folder_of(Role::Checkpoint)
        .join(format!("CP{number:02}.md"))
}

/// What the section of the month of a day is called.
pub(crate) fn heading(day: NaiveDate) -> String {
    format!("{:04}-{:02}", day.year(), day.month())
}

/// The latest day of a month before that of `today` on which a section of a checkpoint was written.
pub(crate) fn last_section(plan: &Plan, today: NaiveDate) -> Option<NaiveDate> {
    let this = heading(today);
    sections(plan).filter(|day| heading(*day) < this).max()
}

/// The days on which the sections of all checkpoints were written.
pub(crate) fn sections(plan: &Plan) -> impl Iterator<Item = NaiveDate> {
    let files = plan.files().iter();
    let files = files.filter(|file| file.role == Role::Checkpoint);
    files
        .filter_map(|file| file.markdown())
        .flat_map(sections_of)
}

/// The day of each section that is named after a month: as it says, else the last of the month.
fn sections_of(document: &MarkdownDocument) -> Vec<NaiveDate> {
    let headings = document.headings().iter().enumerate();
    let days = headings.filter_map(|(at, heading)| {
        let first: NaiveDate = format!("{}-01", heading.text.trim().get(..7)?)
            .parse()
            .ok()?;
        let said = label_at(document, at, AS_OF);
        let said = said.and_then(|(_, label)| label.text.trim().get(..10)?.parse().ok());
        let next = first.checked_add_months(chrono::Months::new(1));
        said.or_else(|| next?.pred_opt())
    });
    days.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::source::SourceFile;

    #[test]
    fn the_last_section_is_that_of_the_latest_month_before_this_one() {
        let file = |name: &str, text: &str| {
            let path = format!("docs/checkpoints/{name}");
            SourceFile::load(path, Role::Checkpoint, text.as_bytes().to_vec())
        };
        let plan = Plan::read(vec![
            file(
                "CP01.md",
                "# CP01\n\n## 2026-11\n\n- **As of:** 2026-11-20\n\n## 2026-09 (short)\n\nWords.\n",
            ),
            file(
                "CP02.md",
                "# CP02\n\n## 2026-10\n\n- **As of:** 2026-10-27, late\n\n## Notes\n",
            ),
        ]);
        let last = |today: &str| {
            let last = last_section(&plan, today.parse().unwrap());
            last.map(|day| day.to_string())
        };
        assert_eq!(last("2026-12-01").as_deref(), Some("2026-11-20"));
        assert_eq!(last("2026-11-29").as_deref(), Some("2026-10-27"));
        assert_eq!(last("2026-10-27").as_deref(), Some("2026-09-30"));
        assert_eq!(last("2026-09-01"), None);
    }
}
