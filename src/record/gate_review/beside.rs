//! The papers that a packet lists: the documents in its folder, such as the workstreams' reviews, and
//! the retrospective of the stage before. A packet that is decided lists what it did.

use std::path::{Path, PathBuf};

use crate::change::compose::reversible;
use crate::change::value::Refusal;
use crate::change::{Change, Edit, Target};
use crate::document::markdown::{MarkdownDocument, escaped};
use crate::plan::Plan;
use crate::plan::canon::normalised;
use crate::plan::link;
use crate::plan::packet::{Packet, label_at, section};
use crate::plan::source::{Role, SourceFile};
use crate::record::labels::section_edits;
use crate::record::shelf::filed;

/// The section of a packet that lists them.
const PAPERS: &str = "Papers";
/// The label by which a retrospective says what it is of.
pub(crate) const STAGE: &str = "Stage";

/// A paper that a packet lists.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Listed {
    /// What stands before the link; empty for what lies in the packet's own folder.
    pub words: String,
    /// From the root.
    pub path: PathBuf,
}

/// The papers that a packet of this stage at this path has to list, as far as the plan knows them.
pub(crate) fn known(plan: &Plan, at: usize, packet: &Path) -> Vec<Listed> {
    let folder = packet.parent();
    let beside = plan.files().iter().filter(|file| {
        file.role == Role::GateReview && file.path.parent() == folder && file.path != packet
    });
    let beside = beside.map(|file| Listed::beside(file.path.clone()));
    retrospective(plan, at).into_iter().chain(beside).collect()
}

/// The latest retrospective of the stage before this one.
fn retrospective(plan: &Plan, at: usize) -> Option<Listed> {
    let before = at.checked_sub(1).map(|before| &plan.stages()[before])?;
    if before.ladder != plan.stages()[at].ladder {
        return None;
    }
    let mut all = filed(plan, Role::Retrospective).into_iter();
    let own = all.find(|paper| {
        let document = plan.files()[paper.file].markdown();
        let label = document.and_then(|document| label_at(document, 0, STAGE));
        label.is_some_and(|(_, label)| normalised(&label.text) == normalised(&before.name))
    })?;
    Some(Listed::retrospective(
        &before.name,
        plan.files()[own.file].path.clone(),
    ))
}

impl Listed {
    /// What lies in the packet's folder.
    pub(crate) fn beside(path: PathBuf) -> Self {
        let words = String::new();
        Self { words, path }
    }

    /// The retrospective of a stage.
    pub(crate) fn retrospective(stage: &str, path: PathBuf) -> Self {
        let words = format!("Retrospective of {stage}:");
        Self { words, path }
    }

    fn item(&self, packet: &Path) -> String {
        let link = link::written_beside(&self.path.to_string_lossy(), packet);
        match &*self.words {
            "" => format!("- {link}"),
            words => format!("- {} {link}", escaped(words)),
        }
    }
}

/// The section of a new packet that lists papers; nothing where there are none.
pub(super) fn written(papers: &[Listed], packet: &Path) -> String {
    match papers {
        [] => String::new(),
        papers => format!("\n## {PAPERS}\n\n{}\n", items(papers.iter(), packet, "\n")),
    }
}

fn items<'l>(papers: impl Iterator<Item = &'l Listed>, packet: &Path, newline: &str) -> String {
    let items: Vec<String> = papers.map(|paper| paper.item(packet)).collect();
    items.join(&newline.repeat(2))
}

/// The edits by which a packet lists papers that it does not link yet; none where it is decided.
///
/// # Errors
/// When it has no room for them.
pub(crate) fn listing(file: &SourceFile, papers: &[Listed]) -> Result<Vec<Edit>, Refusal> {
    let Some(document) = file.markdown() else {
        return Ok(Vec::new());
    };
    let is_open = Packet::read(document, 0, &file.path).is_some_and(|it| it.decision.is_none());
    let leads =
        |link: &str| link::from_root(link, &file.path).and_then(|path| link::file_of(&path));
    let linked: Vec<String> = document
        .links()
        .iter()
        .filter_map(|link| leads(&link.url))
        .collect();
    let is_missing = |paper: &&Listed| {
        let path = paper.path.to_string_lossy();
        paper.path != file.path && !linked.iter().any(|known| *known == path)
    };
    let missing: Vec<&Listed> = papers.iter().filter(is_missing).collect();
    if !is_open || missing.is_empty() {
        return Ok(Vec::new());
    }
    let newline = document.newline();
    let items = items(missing.into_iter(), &file.path, newline);
    let edits = match section(document, PAPERS) {
        Some(heading) => below(&file.path, document, heading, &items)?,
        None => {
            let gap = match document.bytes().ends_with(b"\n") {
                true => newline.to_owned(),
                false => newline.repeat(2),
            };
            let text = format!("{gap}## {PAPERS}{newline}{newline}{items}{newline}");
            vec![Edit {
                path: file.path.clone(),
                target: Target::AT_END,
                before: None,
                after: Some(text.into_bytes()),
            }]
        }
    };
    let label = String::new();
    Ok(reversible(file, Change { label, edits })?.edits)
}

/// The section with more items at its end.
fn below(
    path: &Path,
    document: &MarkdownDocument,
    heading: usize,
    items: &str,
) -> Result<Vec<Edit>, Refusal> {
    let newline = document.newline();
    let section = document.own_section(heading);
    let mut bytes = document.bytes().to_vec();
    let end = section.start + bytes[section.range()].trim_ascii_end().len();
    let text = format!("{}{items}", newline.repeat(2));
    bytes.splice(end..end, text.into_bytes());
    section_edits(path, document, &MarkdownDocument::load(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::change::apply;

    const PACKET: &str = "docs/milestone-reviews/top/20261121/review.md";

    fn packet(text: &str) -> SourceFile {
        SourceFile::load(PACKET, Role::GateReview, text.as_bytes().to_vec())
    }

    fn after(file: &SourceFile, papers: &[Listed]) -> String {
        let edits = listing(file, papers).unwrap();
        let mut files = vec![file.clone()];
        let label = String::new();
        apply::change(&Change { label, edits }, &mut files).unwrap();
        String::from_utf8(files[0].document.to_bytes()).unwrap()
    }

    #[test]
    fn an_open_packet_lists_each_paper_once_and_a_decided_one_stays() {
        let beside = |name: &str| Listed::beside(Path::new(PACKET).with_file_name(name));
        let retro = Listed::retrospective("Base", "docs/retrospectives/base-2026-11-20.md".into());
        let open = "# Review\n\n- **Stage:** Top\n\n## Decision\n\n- **Decision:** undecided\n";
        let one = after(&packet(open), &[retro.clone(), beside("ops.md")]);
        let listed = "\n## Papers\n\n- Retrospective of Base: [docs/retrospectives/base-2026-11-20.md]\
            (../../../retrospectives/base-2026-11-20.md)\n\n\
            - [docs/milestone-reviews/top/20261121/ops.md](ops.md)\n";
        assert_eq!(one, format!("{open}{listed}"));
        let papers = [
            retro,
            beside("ops.md"),
            beside("deck 1.pdf"),
            beside("review.md"),
        ];
        let two = after(&packet(&one), &papers);
        assert_eq!(
            two,
            format!(
                "{open}{listed}\n- [docs/milestone-reviews/top/20261121/deck 1.pdf](<deck 1.pdf>)\n"
            )
        );
        assert_eq!(after(&packet(&two), &papers), two);
        let decided = open.replace("undecided", "go");
        assert_eq!(after(&packet(&decided), &papers), decided);
    }
}
