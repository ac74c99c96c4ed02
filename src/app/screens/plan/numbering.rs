//! The numbers of steps: which one a new step gets, and giving a step another one.
//!
//! Git knows which numbers branches use, and who wrote what. It is asked beside the keys: a title
//! that is entered before the answer is there gets a number by what was known before, and what would be
//! renumbered is shown when it is known, unless another key was pressed since.

use super::{STEP, not_editable};
use crate::app::core::command::{Blocked, Command, Group, SCREENS};
use crate::app::core::message::Effect;
use crate::app::core::model::Model;
use crate::app::overlays::Overlay;
use crate::app::overlays::prompt::Purpose;
use crate::change::compose::renumber::Renumbered;
use crate::change::value::{Refusal, refuse};
use crate::plan::StepKey;
use crate::plan::id::{StepId, typed_id};
use crate::store::branch::ids::BranchIds;
use crate::store::renumbering::RenumberRequest;

/// Steps that a question names at most.
const NAMED: usize = 6;

/// What is known of numbers beyond the plan.
#[derive(Debug, Default)]
pub struct Numbering {
    /// The IDs that branches use, as last read.
    branches: BranchIds,
    /// Whether git is being asked for them.
    is_reading: bool,
    /// The renumbering that is being composed.
    composing: Option<u64>,
}

impl Numbering {
    /// The IDs that branches use.
    pub(crate) fn branches(&self) -> &BranchIds {
        &self.branches
    }

    /// Whether git is being asked for them.
    pub(crate) fn is_reading(&self) -> bool {
        self.is_reading
    }

    /// Whether steps are about to be renumbered.
    pub(crate) fn is_composing(&self) -> bool {
        self.composing.is_some()
    }

    /// Lets go of what is being composed; answers whether anything was.
    pub(crate) fn stop(&mut self) -> bool {
        self.composing.take().is_some()
    }
}

/// Commands that give steps other numbers.
pub const COMMANDS: &[Command] = &[
    Command {
        name: "renumber",
        keys: &["#"],
        title: "Renumber the step: everything that mentions it follows",
        hint: "",
        group: Group::Edit,
        places: STEP,
        blocked: |model| not_editable(model).or_else(|| not_one(model)),
        run: |model| {
            if let Some(step) = only(model) {
                let id = step.0.to_string();
                model.prompt(format!("New number of {id}"), id, Purpose::Renumber(step));
            }
        },
    },
    Command {
        name: "renumber-collisions",
        keys: &[],
        title: "Renumber the steps of this branch that share a number with the main branch's",
        hint: "",
        group: Group::Edit,
        places: SCREENS,
        blocked: |model| model.is_locked(),
        run: |model| model.compose_renumbering(RenumberRequest::Collisions),
    },
];

fn only(model: &Model) -> Option<StepKey> {
    match model.subjects()[..] {
        [step] => Some(model.plan.step(step).key()),
        _ => None,
    }
}

fn not_one(model: &Model) -> Blocked {
    let key = model.keymap.key_of("move-to-block");
    let several = || format!("renumber one step at a time; {key} moves several");
    only(model).is_none().then(several)
}

impl Model {
    /// Has git asked which numbers branches use: somebody fetched, or committed elsewhere.
    pub(crate) fn ask_branches(&mut self) {
        // Without a folder there is no git.
        let has_folder = !self.context.root.as_os_str().is_empty();
        if has_folder && !self.numbering.is_reading {
            self.numbering.is_reading = true;
            self.effects.push(Effect::ReadBranchIds);
        }
    }

    /// The first free number from `from` on, or the first free sub-step of `from`'s step.
    fn free_from(&self, from: StepId) -> Option<StepId> {
        match from.parent() {
            Some(parent) => self.composer().next_child(parent),
            None => self.composer().next_free(from),
        }
    }

    /// Opens the field for the title of a new step.
    pub(crate) fn ask_title(&mut self, id: StepId) {
        self.ask_branches();
        self.prompt(title_of(id), "", Purpose::Add(id));
    }

    /// Takes the numbers that branches use. A new step whose title is being typed gets another one
    /// if that is needed.
    pub(crate) fn take_branch_ids(&mut self, branches: BranchIds) {
        self.numbering.branches = branches;
        self.numbering.is_reading = false;
        if let Some(Overlay::Prompt(prompt)) = self.overlays.last()
            && let Purpose::Add(id) = prompt.purpose
            && let Some(free) = self.free_from(id)
            && let Some(Overlay::Prompt(prompt)) = self.overlays.last_mut()
        {
            prompt.purpose = Purpose::Add(free);
            prompt.input.label = title_of(free);
        }
    }

    /// Has composed what gives a step another number.
    ///
    /// # Errors
    /// When the text is no number, or that is taken.
    pub(crate) fn renumber(&mut self, (id, nth): StepKey, text: &str) -> Result<(), Refusal> {
        let Some(new) = typed_id(text) else {
            return refuse(format!("“{}” is not a step ID, e.g. 0245", text.trim()));
        };
        if self.plan.find_nth(id, nth).is_none() {
            return refuse("the step is no longer in the plan");
        }
        if new == id {
            return refuse(format!("it is {id} already"));
        }
        if let Some(other) = self.plan.find(new) {
            let title = self.plan.step(other).title().into_owned();
            return refuse(format!("{new} is taken: “{title}”"));
        }
        self.compose_renumbering(RenumberRequest::Step((id, nth), new));
        Ok(())
    }

    /// Has a renumbering composed with what git knows.
    pub(crate) fn compose_renumbering(&mut self, request: RenumberRequest) {
        self.serial += 1;
        self.numbering.composing = Some(self.serial);
        self.effects.push(Effect::Renumber(self.serial, request));
    }

    /// Shows what was composed, and asks.
    pub(crate) fn renumbering_composed(
        &mut self,
        serial: u64,
        generation: u64,
        answer: Result<Box<Renumbered>, String>,
    ) {
        if self.numbering.composing != Some(serial) {
            return;
        }
        self.numbering.composing = None;
        let mut renumbered = match answer {
            Ok(renumbered) => renumbered,
            Err(reason) => return self.refuse(reason),
        };
        if generation != self.generation {
            return self.refuse("the plan has just changed; press again");
        }
        let change = std::mem::take(&mut renumbered.change);
        if change.edits.is_empty() {
            return self.say("no step needs renumbering");
        }
        let question = match &renumbered.steps[..] {
            [] => "Rewrite mentions of steps that were renumbered?".to_owned(),
            [(old, new, _)] => format!("Renumber {old} to {new}?"),
            steps => format!("Renumber {} steps?", steps.len()),
        };
        self.confirm_shown(question, in_words(&renumbered), change);
    }
}

fn title_of(id: StepId) -> String {
    match id.parent() {
        Some(_) => format!("New sub-step {id}"),
        None => format!("New step {id}"),
    }
}

/// What a renumbering does beside its edits.
pub(super) fn in_words(renumbered: &Renumbered) -> Vec<String> {
    let named = renumbered.steps.iter().take(NAMED);
    let mut lines: Vec<String> = named
        .map(|(old, new, title)| format!("{old} becomes {new}: {title}"))
        .collect();
    if renumbered.steps.len() > NAMED {
        lines.push(format!("and {} more", renumbered.steps.len() - NAMED));
    }
    match renumbered.rewritten.len() {
        0 => {}
        1 => lines.push("1 mention follows.".to_owned()),
        count => lines.push(format!("{count} mentions follow.")),
    }
    if let Some(left) = renumbered.left.first() {
        let stay = match renumbered.left.len() {
            1 => "1 stays as it is".to_owned(),
            count => format!("{count} stay as they are, such as"),
        };
        lines.push(format!(
            "{stay}: {} in {}:{}: {}.",
            left.id,
            left.path.display(),
            left.line,
            left.why.words()
        ));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::core::keymap::Keymap;
    use crate::app::core::model::SessionContext;
    use crate::app::{Message, update};
    use crate::plan::source::{Role, SourceFile};

    fn model() -> Model {
        let log = b"{\"step_id\":\"0001\",\"title\":\"One\"}\n".to_vec();
        let files = vec![SourceFile::load("plan.jsonl", Role::Log, log)];
        let context = SessionContext {
            root: "/plan".into(),
            ..SessionContext::default()
        };
        let now = chrono::DateTime::from_timestamp(0, 0).unwrap();
        Model::new(files, context, Keymap::default(), now)
    }

    fn press(model: &mut Model, keys: &str) -> Vec<Effect> {
        let press = |key: &str| update(model, Message::Key(key.parse().unwrap()));
        keys.split(' ').flat_map(press).collect()
    }

    fn ids(ids: &[&str]) -> BranchIds {
        BranchIds::for_test(ids.iter().map(|id| id.parse().unwrap()))
    }

    #[test]
    fn a_new_step_gets_a_number_at_once_by_what_git_has_answered_so_far() {
        let mut model = model();
        let numbers = |model: &Model| -> Vec<String> {
            let steps = model.plan.steps();
            steps.map(|step| step.id().to_string()).collect()
        };
        assert!(press(&mut model, "a").contains(&Effect::ReadBranchIds));
        update(&mut model, Message::Typed("Two".to_owned()));
        update(&mut model, Message::BranchIds(ids(&["0002", "0003"])));
        press(&mut model, "enter");
        assert_eq!(numbers(&model), ["0001", "0004"]);
        // Git is slow: Enter waits for nobody, and the key after it is no letter of the title.
        press(&mut model, "a");
        update(&mut model, Message::Typed("Three".to_owned()));
        press(&mut model, "enter k");
        assert_eq!(model.overlays, []);
        assert_eq!(numbers(&model), ["0001", "0004", "0005"]);
        update(&mut model, Message::BranchIds(ids(&["0005"])));
        assert_eq!(numbers(&model), ["0001", "0004", "0005"]);
        // A number that the title names is a person's choice.
        press(&mut model, "a");
        update(&mut model, Message::Typed("Step 0002: Named".to_owned()));
        press(&mut model, "enter");
        assert_eq!(numbers(&model), ["0001", "0002", "0004", "0005"]);
    }

    #[test]
    fn a_key_between_the_request_and_the_answer_means_that_nothing_is_asked() {
        let mut model = model();
        press(&mut model, "#");
        update(&mut model, Message::Typed("7".to_owned()));
        let effects = press(&mut model, "enter");
        let serial = effects.iter().find_map(|effect| match effect {
            Effect::Renumber(serial, RenumberRequest::Step(_, new)) => Some((*serial, *new)),
            _ => None,
        });
        assert_eq!(serial.map(|(_, new)| new), Some(StepId::new(7)));
        assert!(model.numbering.is_composing());
        press(&mut model, "j");
        let (generation, answer) = (model.generation, Err("too late".to_owned()));
        update(
            &mut model,
            Message::Renumbered {
                serial: serial.unwrap().0,
                generation,
                answer,
            },
        );
        assert_eq!((model.notice, model.overlays), (None, Vec::new()));
    }
}
