//! Readiness checklists: under a heading with "Checklist", one heading a stage, one list
//! item a check. A plain bullet counts as an open check.

use std::collections::{HashMap, HashSet};

use crate::document::markdown::{Check as Mark, MarkdownDocument};
use crate::plan::checks::tick_contradicted::may_be_year;
use crate::plan::id::{StepId, ids_in, single_ids_in};

/// One list item of a checklist.
#[derive(Clone, Debug)]
pub struct Check {
    /// The stage's heading as written.
    pub stage: String,
    /// The item's words, line breaks read as spaces.
    pub text: String,
    /// How many items with the same words stand before it under headings of this stage.
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
}

/// A checklist heading with its checks.
#[derive(Clone, Debug)]
pub struct Checklist {
    /// The stage's heading as written.
    pub stage: String,
    /// Index of the file in the plan.
    pub file: usize,
    /// Line of the heading, counted from 1.
    pub line: usize,
    /// The checks in file order.
    pub checks: Vec<Check>,
}

/// Every checklist of `document`.
pub fn checklists(document: &MarkdownDocument, file: usize) -> Vec<Checklist> {
    let headings = document.headings();
    let is_list = |index: usize| headings[index].text.to_lowercase().contains("checklist");
    let mut of_heading = vec![None; headings.len()];
    let mut lists: Vec<Checklist> = Vec::new();
    for (index, heading) in headings.iter().enumerate() {
        if heading.parent.is_some_and(is_list) && !is_list(index) {
            of_heading[index] = Some(lists.len());
            lists.push(Checklist {
                stage: heading.text.clone(),
                file,
                line: document.line_of(heading.span.start),
                checks: Vec::new(),
            });
        }
    }
    let mut twins: HashMap<(String, String), usize> = HashMap::new();
    for (index, item) in document.items().iter().enumerate() {
        let (Some(list), None) = (item.heading.and_then(|h| of_heading[h]), item.parent) else {
            continue;
        };
        let stage = lists[list].stage.clone();
        let seen = twins.entry((stage, item.text.clone())).or_insert(0);
        let nth = *seen;
        *seen += 1;
        let list = &mut lists[list];
        list.checks.push(Check {
            stage: list.stage.clone(),
            nth,
            text: item.text.clone(),
            done: matches!(item.check, Mark::Done(_)),
            steps: steps_in(&item.text),
            file,
            item: index,
            line: document.line_of(item.span.start),
        });
    }
    lists
}

/// The steps that a line names one by one rather than as a range; a number that is rather a year
/// is none.
pub fn named_steps(text: &str) -> impl Iterator<Item = StepId> {
    let named = single_ids_in(text).into_iter();
    named.filter(move |id| !may_be_year(*id, text))
}

/// The steps that a check names, each once; a number that is rather a year is none.
fn steps_in(text: &str) -> Vec<StepId> {
    let mut seen = HashSet::new();
    let named = ids_in(text).into_iter();
    named
        .filter(|id| !may_be_year(*id, text) && seen.insert(*id))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::steps_in;

    #[test]
    fn ranges_are_spelled_out_and_years_left_out() {
        let named = |text: &str| -> Vec<String> {
            steps_in(text).iter().map(ToString::to_string).collect()
        };
        assert_eq!(
            named("Runbooks (Step 0123, 0101–0103, 0102)"),
            ["0123", "0101", "0102", "0103"]
        );
        assert_eq!(named("Budget of 2027 agreed"), [] as [&str; 0]);
        assert_eq!(named("Step 2027 is held"), ["2027"]);
    }
}
