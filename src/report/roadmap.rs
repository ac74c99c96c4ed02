//! What a plan of a quarter writes into the roadmap: under each stage that it is about a link to itself,
//! a due date and owners if they are given, and a bullet for each owner to acknowledge it.
//!
//! Bullets stand a blank line apart, so that two owners who acknowledge do not meet in git. What is
//! there stays: an owner whose bullet names the quarter has one already.

use std::path::Path;

use chrono::NaiveDate;

use crate::change::compose::{own_entry, reversible};
use crate::change::value::{Refusal, refuse};
use crate::change::{Change, Edit, Target};
use crate::document::markdown::{Label, ListItem, MarkdownDocument, escaped};
use crate::plan::Plan;
use crate::plan::canon::normalised;
use crate::plan::canon::roadmap::StageLabel;
use crate::plan::charge::Acknowledgement;
use crate::plan::ladders;
use crate::plan::link;
use crate::plan::source::{Role, SourceFile};
use crate::record::labels::{applied, in_words, section_edits, set_label};

/// What is written under the heading of a stage.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct StageEntry<'a> {
    /// Index of the stage.
    pub stage: usize,
    /// The new due date, if it is set.
    pub due: Option<NaiveDate>,
    /// The new owners, if they are set.
    pub owners: &'a [String],
    /// The quarter, such as `2026-Q4`.
    pub quarter: &'a str,
    /// Its paper.
    pub paper: &'a Path,
}

/// The edits that write these entries; a roadmap that is not there yet is begun at `new`.
///
/// # Errors
/// When the roadmap cannot take them.
pub(super) fn edits(
    plan: &Plan,
    new: &Path,
    entries: &[StageEntry<'_>],
) -> Result<Vec<Edit>, Refusal> {
    let file = plan.files().iter().find(|file| file.role == Role::Roadmap);
    let begun = SourceFile::load(new, Role::Roadmap, b"# Roadmap\n".to_vec());
    let source = file.unwrap_or(&begun);
    let Some(before) = source.markdown() else {
        return refuse(format!("{} is not Markdown", source.path.display()));
    };
    let mut document = before.clone();
    for entry in entries {
        document = entry.written(plan, &source.path, document)?;
    }
    if document.bytes() == before.bytes() {
        return Ok(Vec::new());
    }
    let role = Role::Roadmap;
    let whole = |before: Option<Vec<u8>>| Edit {
        path: source.path.clone(),
        target: Target::File { role },
        before,
        after: Some(document.bytes().to_vec()),
    };
    if file.is_none() {
        return Ok(vec![whole(None)]);
    }
    let label = String::new();
    // New headings need the file as a whole; else each stage has its section.
    match section_edits(&source.path, before, &document) {
        Ok(edits) => Ok(reversible(source, Change { label, edits })?.edits),
        Err(_) => Ok(vec![whole(Some(before.bytes().to_vec()))]),
    }
}

impl StageEntry<'_> {
    fn written(
        &self,
        plan: &Plan,
        roadmap: &Path,
        document: MarkdownDocument,
    ) -> Result<MarkdownDocument, Refusal> {
        let stage = &plan.stages()[self.stage];
        let names = ladders::names(plan.stages());
        let found = own_entry(&document, &names, self.stage);
        let mut document = match found {
            Some(_) => document,
            None => with_heading(&document, &stage.name),
        };
        let heading = own_entry(&document, &names, self.stage);
        let Some(heading) = heading else {
            let at = roadmap.display();
            return refuse(format!(
                "{at} has no heading for {}: add “## {0}”",
                stage.name
            ));
        };
        let mut missing = Vec::new();
        let link = link::titled(self.quarter, self.paper, roadmap);
        let mut put =
            |document: MarkdownDocument, label: StageLabel, text: &str, markdown: &str| {
                match bullet_of(&document, heading, label) {
                    Some((_, known)) if known.text.trim() == text => Ok(document),
                    // Their bullet is theirs to reword; it is set where it says something else.
                    Some((item, _)) if label == StageLabel::Quarter => {
                        let splices = document.set_label_source(item, markdown);
                        applied(&document, &splices.map_err(in_words)?)
                    }
                    // Under the word that they wrote.
                    Some((_, known)) => set_label(&document, heading, &known.name, text),
                    None => {
                        missing.push(format!("- **{}:** {markdown}", label.word()));
                        Ok(document)
                    }
                }
            };
        if let Some(due) = self.due {
            let due = due.to_string();
            document = put(document, StageLabel::Due, &due, &due)?;
        }
        if !self.owners.is_empty() {
            let owners = self.owners.join(", ");
            document = put(document, StageLabel::Owner, &owners, &escaped(&owners))?;
        }
        document = put(document, StageLabel::Quarter, self.quarter, &link)?;
        let owners = match self.owners {
            [] => &stage.accountable,
            owners => owners,
        };
        for owner in owners
            .iter()
            .filter(|owner| !self.has_bullet(&document, heading, owner))
        {
            missing.push(format!(
                "- **{}:** {}, not yet ({})",
                StageLabel::Acknowledged.word(),
                escaped(owner),
                self.quarter
            ));
        }
        inserted(document, heading, &missing)
    }

    /// Whether an owner has a bullet to acknowledge the quarter.
    fn has_bullet(&self, document: &MarkdownDocument, heading: usize, owner: &str) -> bool {
        own_items(document, heading).any(|(_, item)| {
            let label = item.label.as_deref();
            let label = label
                .filter(|label| StageLabel::read(&label.name) == Some(StageLabel::Acknowledged));
            let said = label.filter(|label| label.text.contains(self.quarter));
            let said = said.and_then(|label| Acknowledgement::read(&label.text));
            said.is_some_and(|said| normalised(&said.name) == normalised(owner))
        })
    }
}

fn own_items(
    document: &MarkdownDocument,
    heading: usize,
) -> impl Iterator<Item = (usize, &ListItem)> {
    let items = document.items().iter().enumerate();
    items.filter(move |(_, item)| item.heading == Some(heading) && item.parent.is_none())
}

/// The document with a heading for a stage at its end.
fn with_heading(document: &MarkdownDocument, stage: &str) -> MarkdownDocument {
    let newline = document.newline();
    let mut bytes = document.bytes().trim_ascii_end().to_vec();
    let gap = if bytes.is_empty() {
        String::new()
    } else {
        newline.repeat(2)
    };
    bytes.extend(format!("{gap}## {}{newline}", crate::record::heading(stage)).into_bytes());
    MarkdownDocument::load(bytes)
}

/// The first bullet with this label under the heading of a stage.
fn bullet_of(
    document: &MarkdownDocument,
    heading: usize,
    wanted: StageLabel,
) -> Option<(usize, &Label)> {
    let labelled = own_items(document, heading);
    let mut labelled = labelled.filter_map(|(at, item)| Some((at, item.label.as_deref()?)));
    labelled.find(|(_, label)| StageLabel::read(&label.name) == Some(wanted))
}

/// The document with bullets behind those that say of the stage what they do, else first under its
/// heading.
fn inserted(
    document: MarkdownDocument,
    heading: usize,
    bullets: &[String],
) -> Result<MarkdownDocument, Refusal> {
    if bullets.is_empty() {
        return Ok(document);
    }
    let newline = document.newline();
    let text = bullets.join(&newline.repeat(2));
    let is_ours = |item: &ListItem| {
        let label = item.label.as_deref();
        label.is_some_and(|label| StageLabel::read(&label.name).is_some())
    };
    let last = own_items(&document, heading)
        .filter(|(_, item)| is_ours(item))
        .last();
    let mut bytes = document.bytes().to_vec();
    let (start, end) = match last {
        Some((_, item)) => (item.span.start, item.span.range().end),
        None => (0, document.headings()[heading].span.range().end),
    };
    let at = start + bytes[start..end].trim_ascii_end().len();
    let text = format!("{newline}{newline}{text}");
    // What follows is no part of the last bullet.
    let rest = &bytes[at..];
    let is_close = rest
        .iter()
        .take_while(|b| b.is_ascii_whitespace())
        .filter(|b| **b == b'\n')
        .count()
        < 2;
    let has_more = !rest.trim_ascii().is_empty();
    let gap = if is_close && has_more { newline } else { "" };
    bytes.splice(at..at, format!("{text}{gap}").into_bytes());
    let after = MarkdownDocument::load(bytes);
    match after.headings().len() == document.headings().len()
        && own_items(&after, heading).count()
            >= own_items(&document, heading).count() + bullets.len()
    {
        true => Ok(after),
        false => refuse(format!(
            "the roadmap's entry “{}” cannot take more bullets: look for code or HTML that is not closed",
            document.headings()[heading].text
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::change::apply;

    const CANON: &str =
        "# Plan\n\n## Readiness Checklists\n\n### Base\n\n- [ ] Runs\n\n### Top\n\n- [ ] Flag\n";

    fn plan(roadmap: Option<&str>) -> Plan {
        let load =
            |path: &str, role, text: &str| SourceFile::load(path, role, text.as_bytes().to_vec());
        let mut files = vec![load("docs/plan.md", Role::Canon, CANON)];
        files.extend(roadmap.map(|text| load("docs/ROADMAP.md", Role::Roadmap, text)));
        Plan::read(files)
    }

    fn after(plan: &Plan, due: Option<&str>, owners: &[&str], quarter: &str) -> (String, Change) {
        let owners: Vec<String> = owners.iter().map(|owner| (*owner).to_owned()).collect();
        let paper = format!("docs/planning/{quarter}.md");
        let entry = StageEntry {
            stage: 0,
            due: due.map(|due| due.parse().unwrap()),
            owners: &owners,
            quarter,
            paper: Path::new(&paper),
        };
        let edits = edits(plan, Path::new("docs/ROADMAP.md"), &[entry]).unwrap();
        let change = Change {
            label: String::new(),
            edits,
        };
        let mut files = plan.files().to_vec();
        apply::change(&change, &mut files).unwrap();
        let text = String::from_utf8(files.last().unwrap().document.to_bytes()).unwrap();
        (text, change)
    }

    #[test]
    fn an_entry_says_the_quarter_and_each_owner_has_a_bullet() {
        let known =
            "# Roadmap\n\n## Base\n\nWords of ours.\n\n- Proof [a](a.md)\n\n## Top\n\nNothing.\n";
        let before = plan(Some(known));
        let (text, change) = after(&before, Some("2027-01-31"), &["Ada", "Bo_x"], "2026-Q4");
        let ours = "- **Due:** 2027-01-31\n\n- **Owner:** Ada, Bo_x\n\n\
            - **Quarter:** [2026-Q4](planning/2026-Q4.md)\n\n- **Acknowledged:** Ada, not yet (2026-Q4)\n\n\
            - **Acknowledged:** Bo_x, not yet (2026-Q4)\n\n";
        assert_eq!(
            text,
            known.replace("Words of ours", &format!("{ours}Words of ours"))
        );
        let mut files = plan(Some(&text)).into_files();
        apply::change(&change.inverse(), &mut files).unwrap();
        assert_eq!(files.last().unwrap().document.to_bytes(), known.as_bytes());
        // What an owner wrote stays, and the same again changes nothing.
        let said = text.replace("Ada, not yet (2026-Q4)", "2026-11-02, Ada (2026-Q4)");
        let read = plan(Some(&said));
        let owners: Vec<_> = read.stages()[0]
            .acknowledgements()
            .map(|(name, day)| (name.to_owned(), day.is_some()))
            .collect();
        assert_eq!(
            owners,
            [("Ada".to_owned(), true), ("Bo_x".to_owned(), false)]
        );
        assert!(
            read.stages()[0]
                .evidence
                .iter()
                .all(|proof| !proof.text.contains("Q4"))
        );
        assert_eq!(after(&read, None, &[], "2026-Q4").0, said);
        // Owners who were written under the other word stay there.
        let several = text.replace("**Owner:** Ada", "**Owners:** Ada");
        assert_ne!(several, text);
        let (moved, _) = after(&plan(Some(&several)), None, &["Cy"], "2026-Q4");
        assert!(moved.contains("- **Owners:** Cy\n"), "{moved}");
        assert!(!moved.contains("**Owner:**"), "{moved}");
        // The next quarter asks again, and moves the date.
        let (next, _) = after(&read, Some("2027-03-31"), &[], "2027-Q1");
        assert!(next.contains("- **Due:** 2027-03-31\n"), "{next}");
        assert!(next.contains("[2027-Q1](planning/2027-Q1.md)"), "{next}");
        assert!(next.contains("2026-11-02, Ada (2026-Q4)\n"), "{next}");
        assert!(
            next.contains("- **Acknowledged:** Ada, not yet (2027-Q1)\n"),
            "{next}"
        );
    }

    #[test]
    fn a_roadmap_or_an_entry_that_is_missing_is_begun() {
        let begun = plan(None);
        let entry = StageEntry {
            stage: 1,
            due: None,
            owners: &[],
            quarter: "2026-Q4",
            paper: Path::new("docs/planning/2026-Q4.md"),
        };
        let edits = edits(&begun, Path::new("docs/ROADMAP.md"), &[entry]).unwrap();
        let text = String::from_utf8(edits[0].after.clone().unwrap()).unwrap();
        assert_eq!(
            text,
            "# Roadmap\n\n## Top\n\n- **Quarter:** [2026-Q4](planning/2026-Q4.md)\n"
        );
        let (text, change) = after(
            &plan(Some("# Roadmap\r\n\r\nWords.\r\n")),
            None,
            &["Ada"],
            "2026-Q4",
        );
        assert!(text.ends_with("Words.\r\n\r\n## Base\r\n\r\n- **Owner:** Ada\r\n\r\n- **Quarter:** [2026-Q4](planning/2026-Q4.md)\r\n\r\n- **Acknowledged:** Ada, not yet (2026-Q4)\r\n"), "{text:?}");
        assert_eq!(change.edits.len(), 1);
    }
}
