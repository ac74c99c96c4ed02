//! An edit that met somebody else's: how it becomes one that can still be made over what they
//! wrote. The question which version stays is `overlays/conflict.rs`.

use super::edits::Pending;
use crate::app::core::model::{Model, Notice};
use crate::app::overlays::Overlay;
use crate::app::overlays::conflict::OpenConflict;
use crate::app::screens::plan::bulk::no_longer_there;
use crate::change::conflict::{Conflict, Obstacle};
use crate::change::parts::part;
use crate::change::{Change, Edit, Target};
use crate::document::json::Object;
use crate::document::splice;
use crate::plan::id::StepId;

impl Model {
    /// A change that met somebody else's: shows both versions.
    pub(crate) fn conflicted(&mut self, pending: Pending, conflicts: Vec<Conflict>) {
        self.sync.history.drop_change(&pending.change);
        let is_of_it = |notice: &mut Notice| notice.of == Some(pending.ticket);
        // That it is made is not so.
        self.notice.take_if(is_of_it);
        let contested = self.commit_undisputed(pending.change, &conflicts);
        let change = self.over_theirs(contested, &conflicts, &pending.lines);
        let conflict = Overlay::Conflict(OpenConflict::new(change, conflicts));
        match self.overlays.is_empty() {
            true => self.overlays.push(conflict),
            // Keys meant for what is open must not decide: it waits below.
            false => {
                self.overlays.insert(0, conflict);
                self.refuse(
                    "somebody changed the same thing; you will be asked when this is closed",
                );
            }
        }
    }

    /// Makes a change but for what is in dispute, and asks about that. The change is as it is when
    /// made over what others wrote. Answers whether there is nothing more to do.
    pub(crate) fn commit_disputed(&mut self, change: Change, disputed: Vec<Conflict>) -> bool {
        if disputed.is_empty() {
            return self.commit(change);
        }
        if let Some(reason) = self.is_locked() {
            self.refuse(format!("{}: {reason}", change.label));
            return false;
        }
        self.notice = None;
        let contested = self.commit_undisputed(change, &disputed);
        let conflict = OpenConflict::new(contested, disputed);
        self.overlays.push(Overlay::Conflict(conflict));
        true
    }

    /// Makes what nobody disputes of a change, and answers the rest: all of it, where the change is
    /// one thing or cannot be made now.
    fn commit_undisputed(&mut self, change: Change, disputed: &[Conflict]) -> Change {
        match change.parted(disputed) {
            Some((free, contested)) if !free.edits.is_empty() && self.commit(free.clone()) => {
                contested
            }
            _ => change,
        }
    }

    /// Makes a change that was composed before others wrote, where it met what they did; answers
    /// whether there was a way.
    pub(super) fn commit_met(&mut self, change: &Change, met: Vec<Conflict>) -> bool {
        let is_gone = |conflict: &Conflict| conflict.obstacle == Obstacle::Gone;
        let (gone, differing): (Vec<_>, Vec<_>) = met.into_iter().partition(is_gone);
        let is_differing =
            |conflict: &Conflict| matches!(conflict.obstacle, Obstacle::Differs { .. });
        if !differing.iter().all(is_differing) {
            return false;
        }
        // Of what is not there any more, nothing is left to be decided.
        let Some((rest, _)) = change.parted(&gone) else {
            return false;
        };
        let can_go_on = match differing.is_empty() {
            true => !rest.edits.is_empty(),
            false => rest.parted(&differing).is_some(),
        };
        if !can_go_on {
            return false;
        }
        let over = self.over_theirs(rest, &differing, &[]);
        let made = self.commit_disputed(over, differing);
        let mut steps: Vec<StepId> = gone
            .iter()
            .filter_map(|one| part(&one.edit))
            .map(|(step, _)| step)
            .collect();
        steps.dedup();
        if made && !steps.is_empty() {
            let steps: Vec<String> = steps.iter().map(ToString::to_string).collect();
            self.say_too(&[no_longer_there(&steps)]);
        }
        made
    }

    /// The change as it is when made over what others wrote. A step that they took out is
    /// put back with it; a step added under an ID that they took gets the next free one.
    pub(crate) fn over_theirs(
        &self,
        mut change: Change,
        conflicts: &[Conflict],
        lines: &[(StepId, Vec<u8>)],
    ) -> Change {
        for conflict in conflicts {
            let Some(at) = change.edits.iter().position(|edit| *edit == conflict.edit) else {
                continue;
            };
            match (&conflict.obstacle, &conflict.edit.target) {
                (Obstacle::Differs { .. }, Target::LogStep { step, .. })
                    if conflict.edit.before.is_none() =>
                {
                    if let Some(moved) = self.under_free_id(&conflict.edit, *step) {
                        change.edits[at] = moved;
                    }
                }
                (Obstacle::Differs { found }, _) => change.edits[at].before.clone_from(found),
                (Obstacle::Gone, Target::LogValue { step, nth: 0, .. }) => {
                    put_back(&mut change, *step, lines);
                }
                _ => {}
            }
        }
        change
    }

    /// An added step under the next free ID.
    fn under_free_id(&self, edit: &Edit, step: StepId) -> Option<Edit> {
        let free = self.composer().next_free(step)?;
        let line = String::from_utf8(edit.after.clone()?).ok()?;
        let name = self.composer().spelling_of(free).raw(free);
        let splice = Object::parse(&line).ok()?.set("step_id", &name, &[]);
        let line = splice::apply(line.as_bytes(), &[splice]).ok()?;
        Some(Edit {
            target: Target::LogStep {
                step: free,
                nth: 0,
                spaced: matches!(edit.target, Target::LogStep { spaced: true, .. }),
            },
            after: Some(line),
            ..edit.clone()
        })
    }
}

/// Turns the edits of a step whose line is gone into one that puts the line back.
fn put_back(change: &mut Change, step: StepId, lines: &[(StepId, Vec<u8>)]) {
    let Some((_, line)) = lines.iter().find(|(id, _)| *id == step) else {
        return;
    };
    let is_its = |edit: &Edit| matches!(edit.target, Target::LogValue { step: id, nth: 0, .. } if id == step);
    let Some(first) = change.edits.iter().position(is_its) else {
        return;
    };
    let whole = Edit {
        path: change.edits[first].path.clone(),
        target: Target::LogStep {
            step,
            nth: 0,
            spaced: false,
        },
        before: None,
        after: Some(line.clone()),
    };
    change.edits.retain(|edit| !is_its(edit));
    change.edits.insert(first, whole);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::core::keymap::Keymap;
    use crate::app::core::message::{DiskEvent, Message};
    use crate::app::core::model::SessionContext;
    use crate::app::core::update::update;
    use crate::plan::source::{Role, SourceFile};

    /// Makes one step's status complete by the keys, undoes that, and does it again.
    fn model() -> Model {
        let log = b"{\"step_id\":\"0001\",\"title\":\"One\",\"status\":\"draft\"}\n";
        let files = vec![SourceFile::load("p.jsonl", Role::Log, &log[..])];
        let now = "2026-11-20T08:00:00Z".parse().unwrap();
        let mut model = Model::new(files, SessionContext::default(), Keymap::default(), now);
        for key in ["s", "c"] {
            update(&mut model, Message::Key(key.parse().unwrap()));
        }
        model
    }

    fn conflict_of_newest(model: &mut Model) {
        let pending = model.sync.pending.last().unwrap();
        let (ticket, edit) = (pending.ticket, pending.change.edits[0].clone());
        let obstacle = Obstacle::Differs {
            found: Some(b"\"blocked\"".to_vec()),
        };
        let conflicts = vec![Conflict { edit, obstacle }];
        update(
            model,
            Message::Disk(DiskEvent::Conflicts { ticket, conflicts }),
        );
    }

    #[test]
    fn that_a_change_is_made_is_not_said_once_it_is_not() {
        let mut made = model();
        assert!(made.notice.is_some());
        conflict_of_newest(&mut made);
        assert_eq!(made.notice, None);
        let mut again = model();
        for key in ["u", "U"] {
            update(&mut again, Message::Key(key.parse().unwrap()));
        }
        assert!(again.notice.as_ref().unwrap().text.contains("0001"));
        conflict_of_newest(&mut again);
        assert_eq!(again.notice, None, "however it was said");
    }

    #[test]
    fn what_else_is_said_stays_whatever_its_words() {
        let mut model = model();
        let label = model.sync.pending[0].change.label.clone();
        model.say(format!("{label} is what others wrote about"));
        let said = model.notice.clone();
        conflict_of_newest(&mut model);
        assert_eq!(model.notice, said);
    }
}
