//! The steps of a version of the logs, by what they are known by.

use std::collections::{HashMap, HashSet};

use crate::document::json;
use crate::document::log::LineReader;
use crate::plan::id::StepId;
use crate::plan::uid::Uid;

/// The IDs of the lines that are one step.
#[derive(Clone, Default)]
pub(super) struct Numbers {
    pub present: Vec<StepId>,
    pub former: Vec<StepId>,
}

/// The IDs of a version's steps, by what the steps are known by.
#[derive(Default)]
pub(super) struct KnownSteps {
    pub ids: HashSet<StepId>,
    pub by_uid: HashMap<Uid, Numbers>,
    /// By the title as it is written.
    pub by_title: HashMap<String, Numbers>,
}

impl KnownSteps {
    pub(super) fn read(logs: &[u8]) -> Self {
        let mut steps = Self::default();
        let mut reader = LineReader::default();
        for line in logs.split(|byte| *byte == b'\n') {
            let values = reader.values(line, ["step_id", "uid", "title", "was"]);
            let Some([Some(id), uid, title, was]) = values else {
                continue;
            };
            let Some(id) = StepId::of_raw(id) else {
                continue;
            };
            steps.ids.insert(id);
            let former: Vec<StepId> = was.map(ids_of).unwrap_or_default();
            let note = |numbers: &mut Numbers| {
                numbers.present.push(id);
                numbers.former.extend(&former);
            };
            if let Some(uid) = uid.and_then(Uid::of_raw) {
                note(steps.by_uid.entry(uid).or_default());
            }
            let title = title.unwrap_or("\"\"").to_owned();
            note(steps.by_title.entry(title).or_default());
        }
        steps
    }
}

/// The IDs in a list.
pub(super) fn ids_of(raw: &str) -> Vec<StepId> {
    let items = json::items(raw).unwrap_or_default();
    items.into_iter().filter_map(StepId::of_raw).collect()
}
