//! The state of screen 7: what is to be expected of the plan and its parts, as far as that is known,
//! and what of it is looked at. The ladder shows its dates, too.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::app::core::command::Focus;
use crate::app::core::job::JobKind;
use crate::app::core::message::Effect;
use crate::app::core::model::Model;
use crate::app::core::navigate::moved;
use crate::app::screens::{gates, plan};
use crate::history::float::{Float, floats};
use crate::history::outlook::Outlook;
use crate::history::target::Target;
use crate::store::past::outlook::LookAhead;

/// The state of screen 7.
#[derive(Debug, Default)]
pub struct OutlookView {
    /// Which pane has the keys.
    pub pane: Focus,
    /// What is to be expected, as last found out; shown until something newer is known.
    pub outlooks: Vec<Outlook>,
    /// What is listed.
    pub rows: Vec<Row>,
    /// Which row is selected.
    pub cursor: usize,
    /// What is not known of the past, and why.
    pub notes: Vec<String>,
    /// Whether the weeks are still being read.
    pub is_reading: bool,
    /// Whether how it went is shown as a table.
    pub is_table: bool,
    /// How many weeks the table is scrolled back.
    pub week: usize,
    /// The open steps of the selected row, those that move the date first.
    pub floats: Vec<Float>,
    /// Which of them is selected.
    pub float: usize,
    /// What shall be selected as soon as it is listed.
    pub(super) wanted: Option<Wanted>,
    /// The place whose dates are worked out next.
    pub(crate) nearest: Arc<AtomicUsize>,
    /// The state of the plan and the filter that were asked about last; 0 is none yet.
    asked: (u64, String),
    /// Counts how often the scopes were told.
    serial: u64,
    /// Of what the floats are.
    floats_of: Option<(u64, usize)>,
}

/// A row of the list.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Row {
    /// What stands below it.
    Heading(&'static str),
    /// A scope, by place.
    Scope(usize),
}

/// A scope by name.
pub(crate) type Wanted = (Target, String);

impl OutlookView {
    /// The screen as it opens first.
    pub(crate) fn new() -> Self {
        Self {
            pane: Focus::FORECASTS,
            ..Self::default()
        }
    }

    /// The selected scope.
    pub fn selected(&self) -> Option<&Outlook> {
        self.outlooks.get(self.place()?)
    }

    /// The selected open step.
    pub fn selected_float(&self) -> Option<Float> {
        self.floats.get(self.float).copied()
    }

    /// What is to be expected of a stage.
    pub fn of_stage(&self, name: &str) -> Option<&Outlook> {
        let is_it = |target: &Target| matches!(target, Target::Stage(stage) if stage == name);
        self.outlooks.iter().find(|outlook| is_it(&outlook.target))
    }

    fn place(&self) -> Option<usize> {
        match self.rows.get(self.cursor)? {
            Row::Scope(place) => Some(*place),
            Row::Heading(_) => None,
        }
    }

    /// Moves the cursor, past headings.
    pub(super) fn step(&mut self, by: isize) {
        let count = self.rows.len();
        self.cursor = moved(self.cursor, by, count);
        if matches!(self.rows.get(self.cursor), Some(Row::Heading(_))) {
            self.cursor = moved(self.cursor, by.signum(), count);
        }
        self.turned();
    }

    /// Another scope is selected.
    fn turned(&mut self) {
        (self.week, self.float) = (0, 0);
        self.floats.clear();
        let place = self.place().unwrap_or(0);
        self.nearest.store(place, Ordering::Relaxed);
    }

    /// Selects a scope as soon as it is listed.
    pub(crate) fn want(&mut self, wanted: Wanted) {
        if !self.select(&wanted) {
            self.wanted = Some(wanted);
        }
    }

    /// Selects a scope, if it is listed. Answers whether it is.
    fn select(&mut self, (target, filter): &Wanted) -> bool {
        let outlooks = &self.outlooks;
        let is_it = |row: &Row| matches!(row, Row::Scope(at) if outlooks[*at].target == *target && outlooks[*at].filter == *filter);
        let at = self.rows.iter().position(is_it);
        if let Some(at) = at.filter(|at| *at != self.cursor) {
            self.cursor = at;
            self.turned();
        }
        at.is_some()
    }

    /// Lists what is known, under headings.
    fn list(&mut self) {
        self.rows.clear();
        let heading = |outlook: &Outlook| match outlook.target {
            Target::Plan => "",
            Target::Stage(_) => "Stages",
            Target::Block(_) => "Blocks",
            Target::Checkpoint(_) => "Checkpoints",
        };
        let mut parts: Vec<&str> = self.outlooks.iter().map(heading).collect();
        parts.dedup();
        let mut places: Vec<usize> = (0..self.outlooks.len()).collect();
        // What is done stands below what is running.
        places.sort_by_key(|at| {
            let outlook = &self.outlooks[*at];
            let part = parts.iter().position(|part| *part == heading(outlook));
            (part, outlook.is_done())
        });
        let mut before = "";
        for at in places {
            let heading = heading(&self.outlooks[at]);
            if heading != before {
                self.rows.push(Row::Heading(heading));
            }
            before = heading;
            self.rows.push(Row::Scope(at));
        }
        self.cursor = self.cursor.min(self.rows.len().saturating_sub(1));
    }

    /// Takes the floats of the selected scope; the selected step stays selected.
    fn take_floats(&mut self, floats: Vec<Float>) {
        let selected = self.selected_float().map(|float| float.step);
        let at = floats.iter().position(|float| Some(float.step) == selected);
        self.float = at.unwrap_or(self.float.min(floats.len().saturating_sub(1)));
        self.floats = floats;
    }

    /// Takes the scopes of the plan as it stands. What is known of the weeks and dates of before
    /// is shown until it is known anew.
    fn take_scopes(&mut self, mut outlooks: Vec<Outlook>) {
        let name = |outlook: &Outlook| (outlook.target.clone(), outlook.filter.clone());
        let selected = self.selected().map(name);
        let before = std::mem::take(&mut self.outlooks).into_iter();
        let mut before: HashMap<Wanted, Outlook> = before.map(|old| (name(&old), old)).collect();
        for outlook in &mut outlooks {
            if let Some(old) = before.remove(&name(outlook)) {
                (outlook.weeks, outlook.dates) = (old.weeks, old.dates);
            }
        }
        self.outlooks = outlooks;
        self.serial += 1;
        self.list();
        let wanted = self.wanted.take();
        if wanted.is_none_or(|wanted| !self.select(&wanted))
            && let Some(selected) = selected
        {
            self.select(&selected);
        }
    }
}

impl Model {
    /// The scope that one comes from: the selected block or stage, or the filter.
    pub(super) fn outlook_wanted(&self) -> Option<Wanted> {
        let view = &self.view;
        let filter = view.filter.text();
        if self.came_from == &gates::SCREEN {
            let stage = self.plan.stages().get(self.gates.stage)?;
            return Some((Target::Stage(stage.name.clone()), String::new()));
        }
        if self.came_from != &plan::SCREEN {
            return None;
        }
        let on_block = view.pane == Focus::BLOCKS || view.block_detail;
        if on_block && let Some(block) = view.block(&self.plan) {
            return Some((Target::Block(self.plan.blocks()[block].id), String::new()));
        }
        (!filter.is_empty()).then(|| (Target::Plan, filter.to_owned()))
    }

    /// Looks ahead, unless only the plan's front is there.
    pub(crate) fn ask_outlook(&mut self) {
        if let Some(wanted) = self.outlook.wanted.take()
            && !self.outlook.select(&wanted)
        {
            self.outlook.wanted = Some(wanted);
        }
        if !self.has_plan() || self.work.is_opening() {
            return;
        }
        let asked = (self.generation, self.view.filter.text().to_owned());
        // Weeks that are being read will do unless the filter is another one; dates will not.
        let in_vain = !self.outlook.is_reading || self.outlook.asked.1 != asked.1;
        if let Some(looking) = self.work.looking_ahead.as_ref().filter(|_| in_vain) {
            looking.stop();
        }
        self.outlook.asked = asked;
        self.effects.push(Effect::LookAhead);
    }

    /// Looks ahead again if plan or filter changed since that was last done.
    pub(crate) fn keep_outlook(&mut self) {
        let (generation, filter) = &self.outlook.asked;
        let is_same = *generation == self.generation && filter == self.view.filter.text();
        if !is_same && !self.is_filtering() {
            self.ask_outlook();
        }
    }

    /// Has the floats of the selected scope worked out, if they are not known.
    pub(super) fn keep_floats(&mut self) {
        let view = &mut self.outlook;
        let Some(place) = view.place() else { return };
        let of = Some((view.serial, place));
        if view.floats_of == of {
            return;
        }
        view.floats_of = of;
        let open = view.outlooks[place].open.clone();
        self.have_done(
            JobKind::Float,
            move |plan, progress| floats(plan, &open, progress),
            |model, floats| model.outlook.take_floats(floats),
        );
    }

    /// Takes a part of what is to be expected.
    pub(crate) fn look_ahead(&mut self, part: LookAhead) {
        let view = &mut self.outlook;
        match part {
            LookAhead::Scopes(outlooks) => {
                view.is_reading = true;
                view.take_scopes(outlooks);
            }
            LookAhead::Weeks { weeks, notes } => {
                view.is_reading = false;
                view.notes = notes;
                for (outlook, weeks) in view.outlooks.iter_mut().zip(weeks) {
                    outlook.weeks = weeks;
                }
            }
            LookAhead::Dates(found) => {
                for (place, dates) in found {
                    if let Some(outlook) = view.outlooks.get_mut(place) {
                        outlook.dates = Some(dates);
                    }
                }
            }
            LookAhead::End => view.is_reading = false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::core::keymap::Keymap;
    use crate::app::core::model::SessionContext;
    use crate::app::{Message, update};
    use crate::history::target::Scope;
    use crate::plan::query::Query;
    use crate::plan::source::{Role, SourceFile};

    fn model() -> Model {
        let log = "{\"step_id\":\"0001\"}\n{\"step_id\":\"0101\",\"dependencies\":[\"0001\"]}\n";
        let canon = "# Readiness Checklists\n\n## Base\n\n- [ ] Step 0101 is held\n";
        let files = vec![
            SourceFile::load("plan.jsonl", Role::Log, log.as_bytes().to_vec()),
            SourceFile::load("plan.md", Role::Canon, canon.as_bytes().to_vec()),
        ];
        let now = chrono::DateTime::from_timestamp(1_780_315_200, 0).unwrap();
        Model::new(files, SessionContext::default(), Keymap::default(), now)
    }

    fn press(model: &mut Model, keys: &str) -> Vec<Effect> {
        let keys = keys.split(' ').map(|key| key.parse().unwrap());
        keys.flat_map(|key| update(model, Message::Key(key)))
            .collect()
    }

    fn scopes(model: &Model) -> Vec<Outlook> {
        let query = Query::default();
        let scope = |target| Scope {
            target,
            query: &query,
            past: &|_, _| None,
        };
        let targets = Target::all(&model.plan).into_iter();
        targets
            .map(|target| Outlook::of(&scope(target), &model.plan, model.now))
            .collect()
    }

    fn selected(model: &Model) -> String {
        let selected = model.outlook.selected();
        selected.map_or_else(String::new, |outlook| outlook.target.to_string())
    }

    #[test]
    fn one_moves_about_before_anything_of_the_past_is_known() {
        let mut model = model();
        assert!(press(&mut model, "7 j enter T").contains(&Effect::LookAhead));
        assert_eq!(selected(&model), "");
        let parts = scopes(&model);
        update(&mut model, Message::LookAhead(LookAhead::Scopes(parts)));
        assert!(model.outlook.is_reading);
        let steps = ["plan", "Base", "B01", "B02", "CP01"];
        for step in steps {
            assert_eq!(selected(&model), step);
            press(&mut model, "j");
        }
        for step in steps.into_iter().rev() {
            assert_eq!(selected(&model), step);
            press(&mut model, "k");
        }
        press(&mut model, "j");
        let floats = model
            .outlook
            .floats
            .iter()
            .map(|float| (float.step.number(), float.steps));
        assert_eq!(floats.collect::<Vec<_>>(), [(1, Some(0)), (101, Some(0))]);
        assert_eq!(model.outlook.nearest.load(Ordering::Relaxed), 1);
    }

    #[test]
    fn an_edit_or_another_filter_has_one_look_ahead_again_and_nothing_else_has() {
        let mut model = model();
        let asks = |model: &mut Model, keys: &str| press(model, keys).contains(&Effect::LookAhead);
        assert!(asks(&mut model, "7"));
        assert!(!asks(&mut model, "j tab T"));
        press(&mut model, "/");
        let typed = update(&mut model, Message::Typed("id:0101".to_owned()));
        assert!(
            !typed.contains(&Effect::LookAhead),
            "it is still being typed"
        );
        assert!(asks(&mut model, "enter"));
        assert!(asks(&mut model, "1 x 7"));
        assert!(
            asks(&mut model, "2"),
            "the ladder, too, when one comes to it"
        );
        assert!(!asks(&mut model, "1 x"), "elsewhere nobody sees it");
    }

    #[test]
    fn what_was_known_is_shown_until_it_is_known_anew() {
        let mut model = model();
        press(&mut model, "7");
        let parts = scopes(&model);
        let week = crate::history::weeks::Week {
            end: "2026-05-31".parse().unwrap(),
            open: 2,
            done: 0,
            completed: 0,
        };
        let weeks = vec![vec![week]; parts.len()];
        let again = parts.clone();
        let notes = Vec::new();
        for part in [
            LookAhead::Scopes(parts),
            LookAhead::Weeks { weeks, notes },
            LookAhead::Scopes(again),
        ] {
            update(&mut model, Message::LookAhead(part));
        }
        assert_eq!(model.outlook.selected().unwrap().weeks, [week]);
        assert!(model.outlook.is_reading);
        update(&mut model, Message::LookAhead(LookAhead::End));
        assert!(!model.outlook.is_reading);
    }
}
