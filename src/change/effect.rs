//! What a change would do to a plan as it is now. Of an undo, somebody else may have done all or a part
//! already; a stamp that goes with nothing else would say of a step that it was worked on.

use super::places::LineHints;
use super::{Change, Edit, Target, apply};
use crate::document::json::Object;
use crate::plan::Plan;
use crate::plan::StepKey;
use crate::plan::field::Field;
use crate::plan::source::SourceFile;

impl Change {
    /// The change without the steps that are already as it makes them, and how many these are; nothing
    /// where all is so already. Only values are compared: what comes or goes is put on as it is.
    pub(crate) fn without_effectless(mut self, plan: &Plan) -> Option<(Self, usize)> {
        if self.scope().is_none() {
            return Some((self, 0));
        }
        let (stamps, told): (Vec<Edit>, Vec<Edit>) = self.edits.iter().cloned().partition(is_stamp);
        if told.is_empty() {
            return Some((self, 0));
        }
        if !has_effect(told, plan) {
            return None;
        }
        let mut steps: Vec<StepKey> = stamps.iter().filter_map(Edit::step).collect();
        steps.sort_unstable();
        steps.dedup();
        if steps.len() > 1 {
            steps.retain(|step| {
                let own = self.edits.iter().filter(|edit| edit.step() == Some(*step));
                let told = own.filter(|edit| !is_stamp(edit)).cloned();
                !has_effect(told.collect(), plan)
            });
            let is_effectless = |step: StepKey| steps.binary_search(&step).is_ok();
            self.edits
                .retain(|edit| !edit.step().is_some_and(is_effectless));
            return Some((self, steps.len()));
        }
        Some((self, 0))
    }
}

fn is_stamp(edit: &Edit) -> bool {
    edit.target.field() == Some(Field::UpdatedAt)
}

/// Whether the plan would have other bytes with these edits. What cannot be told has an effect: who
/// puts it on says why it cannot be.
fn has_effect(edits: Vec<Edit>, plan: &Plan) -> bool {
    // Of most edits it is told without a copy.
    if edits.iter().all(|edit| is_value_there(edit, plan)) {
        return false;
    }
    if edits.iter().all(|edit| edit.target.is_in_log()) {
        return true;
    }
    let change = Change {
        label: String::new(),
        edits,
    };
    let hints = LineHints::of(plan, &change);
    let is_touched = |file: &&SourceFile| change.paths().contains(&&file.path);
    let before: Vec<SourceFile> = plan.files().iter().filter(is_touched).cloned().collect();
    let mut after = before.clone();
    let is_same =
        |(one, other): (&SourceFile, &SourceFile)| one.document.rope() == other.document.rope();
    apply::in_memory(&change, &hints, &mut after).is_err()
        || !before.iter().zip(&after).all(is_same)
}

/// Whether the value of a log line is what an edit makes it.
fn is_value_there(edit: &Edit, plan: &Plan) -> bool {
    let Target::LogValue {
        step,
        nth,
        key,
        inner,
    } = edit.target
    else {
        return false;
    };
    let line = plan.find_nth(step, nth);
    let Some(line) = line.and_then(|at| plan.step(at).log_line()) else {
        return false;
    };
    let outer = line.get(key);
    let found = match (outer, inner) {
        (Some(outer), Some(inner)) => {
            let Ok(object) = Object::parse(outer) else {
                return false;
            };
            object.get(inner).map(str::to_owned)
        }
        (outer, _) => outer.map(str::to_owned),
    };
    found.map(String::into_bytes) == edit.after
}
