//! Checklists: the lists below a heading with "Checklist", one list item a check. A plain bullet
//! counts as an open check.
//!
//! Here they are only found. Which of them belong to stages, and which are apart, is decided where
//! the stages are put together.

use std::collections::{HashMap, HashSet};

use super::names::Names;
use super::normalised;
use crate::document::markdown::{Check as Mark, CheckState, Lookalike, MarkdownDocument, may_say};
use crate::document::markers::{MarkedConflict, conflicts};
use crate::plan::id::{StepId, ids_with_room, single_ids_in};

/// One list item of a checklist.
#[derive(Clone, Debug)]
pub struct Check {
    /// The heading of its list as written: the stage's, where it belongs to one.
    pub heading: String,
    /// The item's words, line breaks read as spaces.
    pub text: String,
    /// The same without what spelling habits differ in.
    pub words: String,
    /// How many items with the same words are before it under headings with these words.
    pub nth: usize,
    /// Whether it is ticked.
    pub done: bool,
    /// The steps that it names.
    pub steps: Vec<StepId>,
    /// Index of the file in the plan.
    pub file: usize,
    /// Index of the list item in the document.
    pub item: usize,
    /// Line of the item, counted from 1.
    pub line: usize,
    /// How many items it stands below.
    pub depth: usize,
}

/// The list under one heading.
#[derive(Clone, Debug)]
pub struct Checklist {
    /// The heading's words.
    pub heading: String,
    /// Index of the heading in the document.
    pub at: usize,
    /// Index of the nearest heading with "Checklist" above its own.
    pub below: Option<usize>,
    /// Whether it is right below that one, as the lists of stages do.
    pub is_direct: bool,
    /// Index of the file in the plan.
    pub file: usize,
    /// Line of the heading, counted from 1.
    pub line: usize,
    /// The checks in file order.
    pub checks: Vec<Check>,
    /// Whether any of them has a box.
    has_box: bool,
    /// The lines between them that look like headings, each with how many checks are before it.
    parted: Vec<(Lookalike, usize)>,
}

impl Checklist {
    /// Whether it is one to be ticked. Bullets without a box are one where one heading a list
    /// is written right below a heading with "Checklist"; elsewhere they are mere words.
    pub(crate) fn is_apart(&self) -> bool {
        !self.checks.is_empty() && (self.is_direct || self.has_box)
    }

    /// The line in it that looks like the heading of a stage, with how many checks are before it:
    /// those behind it are not of the stage that the list is under.
    pub(crate) fn parting(&self, names: &Names) -> Option<(&Lookalike, usize)> {
        let own = names.headed(&self.heading)?;
        let other = |text: &str| names.headed(text).is_some_and(|stage| stage != own);
        let (line, before) = self.parted.iter().find(|(line, _)| other(&line.text))?;
        Some((line, *before))
    }

    /// The checks of the stage that the list is under.
    pub(crate) fn own_checks(mut self, names: &Names) -> Vec<Check> {
        if let Some((_, before)) = self.parting(names) {
            self.checks.truncate(before);
        }
        self.checks
    }
}

/// Whether there may be a checklist, told without a parse.
pub(crate) fn may_be_in(document: &MarkdownDocument) -> bool {
    document
        .heading_lines()
        .any(|line| may_say(line, CHECKLIST))
}

/// Whether there is one. Only where its heading seems to be an example in a code fence is the
/// document parsed for it.
pub(crate) fn is_in(document: &MarkdownDocument) -> bool {
    let mut clear = document.clear_heading_lines();
    clear.any(|line| may_say(line, CHECKLIST))
        || may_be_in(document) && !lists(document, 0).is_empty()
}

const CHECKLIST: &str = "checklist";

/// So many steps may be in ranges longer than a block, among all checks of a document.
const ROOM: usize = 100_000;

/// Whether a heading says that what is below it are checklists.
pub(crate) fn says_checklist(heading: &str) -> bool {
    may_say(heading.as_bytes(), CHECKLIST)
}

/// Every list below a heading with "Checklist", in the order of headings, empty ones too.
pub fn lists(document: &MarkdownDocument, file: usize) -> Vec<Checklist> {
    if !may_be_in(document) {
        return Vec::new();
    }
    let headings = document.headings();
    let says: Vec<bool> = headings.iter().map(|h| says_checklist(&h.text)).collect();
    // For each heading the nearest one with "Checklist", itself included.
    let mut nearest: Vec<Option<usize>> = Vec::with_capacity(headings.len());
    let mut of_heading = vec![None; headings.len()];
    let mut lists: Vec<Checklist> = Vec::new();
    for (at, heading) in headings.iter().enumerate() {
        let above = heading.parent.and_then(|parent| nearest[parent]);
        nearest.push(if says[at] { Some(at) } else { above });
        if nearest[at].is_some() {
            of_heading[at] = Some(lists.len());
            lists.push(Checklist {
                heading: heading.text.clone(),
                at,
                below: above,
                is_direct: heading.parent.is_some_and(|parent| says[parent]),
                file,
                line: document.line_of(heading.span.start),
                checks: Vec::new(),
                has_box: false,
                parted: Vec::new(),
            });
        }
    }
    let lines = document.lookalikes(|_| true).into_iter();
    let mut lines = lines.filter(|line| !line.is_partly_bold).peekable();
    let conflicts = conflicts(document.bytes());
    let mut twins: HashMap<(usize, &str), usize> = HashMap::new();
    let mut same_heading: HashMap<&str, usize> = HashMap::new();
    let mut room = ROOM;
    for (index, item) in document.items().iter().enumerate() {
        let Some(heading) = item.heading else {
            continue;
        };
        if is_not_ours(&conflicts, item.span.start) {
            continue;
        }
        // What stands below a check explains it, unless it has a box of its own.
        let parent = |at: usize| document.items()[at].parent;
        let depth = std::iter::successors(item.parent, |at| parent(*at)).count();
        if depth > 0 && item.check == Mark::None {
            continue;
        }
        let Some(list) = of_heading[heading] else {
            continue;
        };
        let first = *same_heading.entry(&headings[heading].text).or_insert(list);
        let seen = twins.entry((first, &item.text)).or_insert(0);
        let nth = *seen;
        *seen += 1;
        let list = &mut lists[list];
        let start = headings[heading].span.start;
        while let Some(line) = lines.next_if(|line| line.span.start < item.span.start) {
            if line.span.start > start {
                list.parted.push((line, list.checks.len()));
            }
        }
        list.has_box |= item.check != Mark::None;
        list.checks.push(Check {
            heading: list.heading.clone(),
            nth,
            text: item.text.clone(),
            words: normalised(&item.text),
            done: item.check.state() == CheckState::Done,
            steps: steps_in(&item.text, &mut room),
            file,
            item: index,
            line: document.line_of(item.span.start),
            depth,
        });
    }
    lists
}

/// Whether an item stands between the markers of a merge in a version that is not ours: ours is what
/// counts until somebody picks one.
fn is_not_ours(conflicts: &[MarkedConflict], item: usize) -> bool {
    let after = conflicts.partition_point(|conflict| conflict.whole.start <= item);
    let conflict = after.checked_sub(1).map(|at| &conflicts[at]);
    conflict.is_some_and(|conflict| conflict.whole.contains(item) && item >= conflict.ours.end)
}

/// The steps that a line names one by one rather than as a range; a number that is rather a year
/// is none.
pub(crate) fn named_steps(text: &str) -> impl Iterator<Item = StepId> {
    let named = single_ids_in(text).into_iter();
    named.filter(move |id| !may_be_year(*id, text))
}

/// The steps that a check names, each once; a number that is more likely a year does not count.
fn steps_in(text: &str, room: &mut usize) -> Vec<StepId> {
    let mut seen = HashSet::new();
    let named = ids_with_room(text, room).into_iter();
    named
        .filter(|id| !may_be_year(*id, text) && seen.insert(*id))
        .collect()
}

/// Whether a number in a check is rather a year than a step.
fn may_be_year(id: StepId, text: &str) -> bool {
    let year = (1900..2100).contains(&id.number()) && id.suffix().is_empty();
    year && !text.to_lowercase().contains("step")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_spelled_out_and_years_left_out() {
        let named = |text: &str| -> Vec<String> {
            let ids = steps_in(text, &mut 1000).into_iter();
            ids.map(|id| id.to_string()).collect()
        };
        assert_eq!(
            named("Runbooks (Step 0123, 0101–0103, 0102)"),
            ["0123", "0101", "0102", "0103"]
        );
        assert_eq!(named("All of 0001–0250").len(), 250);
        assert_eq!(named("1001–1250 people, 1300"), ["1001", "1250", "1300"]);
        assert_eq!(named("Budget of 2027 agreed"), [] as [&str; 0]);
        assert_eq!(named("Step 2027 is held"), ["2027"]);
    }

    #[test]
    fn a_box_below_a_check_is_a_check_and_a_bullet_there_is_not() {
        let text = "# Checklist\n\n- [x] Legal\n  - [x] terms\n  - [ ] privacy\n    1. [ ] in French\n\
                    - [ ] Budget\n  - see the sheet\n";
        let document = MarkdownDocument::load(text.as_bytes().to_vec());
        let lists = lists(&document, 0);
        let found: Vec<_> = lists[0]
            .checks
            .iter()
            .map(|c| (&*c.text, c.done, c.depth))
            .collect();
        assert_eq!(
            found,
            [
                ("Legal", true, 0),
                ("terms", true, 1),
                ("privacy", false, 1),
                ("in French", false, 2),
                ("Budget", false, 0)
            ]
        );
    }

    #[test]
    fn boxes_make_a_checklist_anywhere_below_its_heading_and_bullets_one_heading_a_list() {
        let text = "# Launch checklist\n\n- [ ] a box at once\n\n## Before\n\n- a plain bullet\n\n\
                    ### Notes\n\n- only words\n\n### Late\n\n- [-] by hand\n\n# Other\n\n- [ ] x\n";
        let document = MarkdownDocument::load(text.as_bytes().to_vec());
        let lists = lists(&document, 0);
        let apart = lists.iter().filter(|list| list.is_apart());
        let found: Vec<_> = apart.map(|l| (&*l.heading, &*l.checks[0].text)).collect();
        assert_eq!(
            found,
            [
                ("Launch checklist", "a box at once"),
                ("Before", "a plain bullet"),
                ("Late", "by hand")
            ]
        );
    }
}
