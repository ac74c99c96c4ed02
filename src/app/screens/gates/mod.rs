//! Screen 2: stages and their checklists. A gate review opens in the place of its panes.

pub(crate) mod checklists;
pub(crate) mod commands;

use self::checklists::Holder;
use super::gate_review::view::GateReviewView;
use super::gate_review::{self, GateReviewScreen};
use crate::app::core::command::{Command, Extent, Focus, Places};
use crate::app::core::command_line::about;
use crate::app::core::model::Model;
use crate::app::core::navigate::moved;
use crate::app::core::screen::{Crumb, Screen, numbered_screen};
use crate::change::Change;

numbered_screen!(2, "gates", "Gates", &Gates);

impl Focus {
    /// The stages.
    pub const LADDER: Self = Self::new(Extent::Pane, "gates", "ladder");
    /// The checklist of the stage.
    pub const CHECKS: Self = Self::new(Extent::Pane, "gates", "checks");
    /// Its owners and workstream notes.
    pub const OWNERS: Self = Self::new(Extent::Pane, "gates", "owners");
}

const PANES: &[Focus] = &[Focus::LADDER, Focus::CHECKS, Focus::OWNERS];
/// Its panes.
pub(super) const GATES: Places = Places::Only(PANES);

/// The state of the gates screen.
#[derive(Debug, Default)]
pub struct GatesView {
    /// Which pane has the keys.
    pub pane: Focus,
    /// Index of the selected stage; behind the stages come the documents with other checklists.
    pub stage: usize,
    /// Index of the selected check in the stage or document.
    pub check: usize,
    /// Index of the selected workstream in the owners pane.
    pub workstream: usize,
    /// The review that is open in the place of the panes.
    pub review: Option<GateReviewView>,
}

impl GatesView {
    /// The screen as it opens first.
    pub(crate) fn new() -> Self {
        Self {
            pane: Focus::CHECKS,
            ..Self::default()
        }
    }
}

struct Gates;

impl Screen for Gates {
    fn commands(&self) -> &'static [&'static [Command]] {
        &[
            commands::COMMANDS,
            gate_review::commands::COMMANDS,
            checklists::COMMANDS,
        ]
    }

    fn focus(&self, model: &Model) -> Focus {
        model.gates.pane
    }

    /// Nobody answers for a checklist that belongs to no stage.
    fn panes(&self, model: &Model) -> &'static [Focus] {
        match model.selected_other() {
            Some(_) => &PANES[..2],
            None => PANES,
        }
    }

    fn enter(&self, model: &mut Model, pane: Focus) {
        model.gates.pane = pane;
    }

    fn step(&self, model: &mut Model, by: isize) {
        match model.gates.pane {
            Focus::LADDER => {
                model.gates.stage = moved(model.gates.stage, by, model.holders());
                model.gates.check = model.first_open_check();
                model.gates.workstream = 0;
            }
            Focus::OWNERS => {
                model.gates.workstream = moved(model.gates.workstream, by, model.workstreams());
            }
            _ => model.gates.check = moved(model.gates.check, by, model.checks_here()),
        }
    }

    /// The ladder shows by when each gate is likely to be reached.
    fn opened(&self, model: &mut Model) {
        model.ask_outlook();
    }

    fn refresh(&self, model: &mut Model) {
        model.keep_outlook();
    }

    fn inner(&self, model: &Model) -> Option<&'static dyn Screen> {
        let review = model.gates.review.as_ref();
        review.map(|_| &GateReviewScreen as &dyn Screen)
    }

    fn gate(&self, model: &Model) -> Option<String> {
        match model.selected_holder()? {
            Holder::Stage(stage) => Some(stage.name.clone()),
            Holder::Other(_) => None,
        }
    }

    /// Evidence and the packets of gate reviews are papers that this screen shows.
    fn keeps(&self, _: &mut Model, change: &Change) -> bool {
        change.edits.iter().all(|edit| edit.target.is_passage())
    }

    /// The ladder, or what is selected on it.
    fn command_line(&self, model: &Model) -> Result<Vec<String>, String> {
        let name = match model
            .selected_holder()
            .filter(|_| model.gates.pane != Focus::LADDER)
        {
            Some(Holder::Stage(stage)) => Some(stage.name.clone()),
            Some(Holder::Other(other)) => {
                let path = &model.plan.files()[other.file].path;
                Some(path.display().to_string())
            }
            None => None,
        };
        Ok(name.map_or_else(|| vec!["gates".to_owned()], |name| about("gates", &name)))
    }

    fn crumbs(&self, model: &Model) -> Vec<Crumb> {
        let holder = model.selected_holder();
        let holder = holder.map(|holder| Crumb::last(holder.name()));
        [Crumb::new(SCREEN.title)]
            .into_iter()
            .chain(holder)
            .collect()
    }
}
