//! Everything the screens show.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use chrono::{DateTime, Duration, Utc};

use super::as_of::ShownVersion;
use super::command::Focus;
use super::job::Jobs;
use super::keymap::Keymap;
use super::message::Effect;
use super::screen::{NumberedScreen, Screen};
use super::steward::WeekStewards;
use crate::app::overlays::Overlay;
use crate::app::overlays::note::Note;
use crate::app::own::programs::Programs;
use crate::app::screens::changes::view::ChangesView;
use crate::app::screens::gates::GatesView;
use crate::app::screens::outlook::view::OutlookView;
use crate::app::screens::papers::view::PapersView;
use crate::app::screens::plan;
use crate::app::screens::plan::numbering::Numbering;
use crate::app::screens::plan::search::Order;
use crate::app::screens::plan::view::PlanView;
use crate::app::screens::problems::ProblemsView;
use crate::app::screens::review::view::ReviewView;
use crate::app::screens::since::view::SinceView;
use crate::app::screens::standup::view::StandupView;
use crate::app::screens::today::view::TodayView;
use crate::app::screens::welcome::Welcome;
use crate::app::sync::absent::Absent;
use crate::app::sync::draft::Draft;
use crate::app::sync::edits::Sync;
use crate::app::sync::work::Work;
use crate::change::compose::{Assignment, Composer};
use crate::change::form::Form;
use crate::document::log::LineLayout;
use crate::plan::checks::Problem;
use crate::plan::id::StepId;
use crate::plan::paper::Papers;
use crate::plan::people::Identity;
use crate::plan::ranking::term::Weights;
use crate::plan::source::SourceFile;
use crate::plan::uid::Uids;
use crate::plan::view::NamedView;
use crate::plan::{Plan, StepKey, StepRef, marks};
use crate::record::today::rituals::Rituals;
use crate::store::locate::config::ArchiveEntries;
use crate::store::locate::listed::Listed;

/// How long a row that somebody else changed stays lit.
const FLASH: Duration = Duration::milliseconds(1_500);

/// One line of news above the footer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Notice {
    /// What to say.
    pub text: String,
    /// How it is meant.
    pub tone: Tone,
    /// The ticket of the change that it says is made, if it says so.
    pub of: Option<u64>,
}

/// How a notice is meant.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Tone {
    /// Something was done that `u` undoes.
    Done,
    /// Something to know.
    Info,
    /// Something went wrong.
    Error,
}

/// What a person brings along.
#[derive(Clone, Debug, Default)]
pub struct SessionContext {
    /// The person at work, whose name evidence is signed with.
    pub me: Identity,
    /// Whether git is still being asked who that is.
    pub person_awaited: bool,
    /// Whether nothing may be written.
    pub read_only: bool,
    /// Where papers are or would be.
    pub papers: Papers,
    /// The plan's folder, for the empty state.
    pub root: PathBuf,
    /// By how many minutes local clocks are ahead of UTC.
    pub local_minutes: i32,
    /// Severities of checks by code.
    pub severities: BTreeMap<String, String>,
    /// What is wrong in the configuration.
    pub mistakes: Vec<Problem>,
    /// How much each term of the ranking counts.
    pub weights: Weights,
    /// The views of the step list.
    pub views: Vec<NamedView>,
    /// The options of the command line that choose the plan and the person, as they were given.
    pub chosen: Vec<String>,
    /// The calendar of the team's rituals.
    pub rituals: Rituals,
    /// Where copies are kept of what demos show.
    pub archive: ArchiveEntries,
    /// Where the page of the plan is published, if anywhere.
    pub page_url: Option<String>,
    /// The configured layout of logs.
    pub log_layout: LineLayout,
    /// Whether the logs are given on the command line, and not those of the configuration.
    pub own_logs: bool,
    /// Where what is found in the plan's past is kept for the next time, if anywhere.
    pub cache: Option<PathBuf>,
    /// What new steps are known by.
    pub uids: Uids,
    /// The version that is shown, where it is not the present one.
    pub as_of: Option<ShownVersion>,
    /// What exists beside what is on disk.
    pub listed: Option<Arc<Listed>>,
}

/// The whole state of the cockpit.
pub struct Model {
    /// The plan as it stands, unsaved edits included.
    pub plan: Arc<Plan>,
    /// Counts the states of the plan, from 1.
    pub generation: u64,
    /// Which screen is shown.
    pub screen: &'static NumberedScreen,
    /// The one that was shown before it.
    pub(crate) came_from: &'static NumberedScreen,
    /// The screens that the pane with the keys fills.
    pub(super) zoomed: Vec<&'static NumberedScreen>,
    /// Screen 1.
    pub view: PlanView,
    /// Screen 2.
    pub gates: GatesView,
    /// Screen 5.
    pub problems: ProblemsView,
    /// Screen 3.
    pub review: ReviewView,
    /// Screen 4.
    pub standup_view: StandupView,
    /// Screen 6.
    pub since: SinceView,
    /// Screen 7.
    pub outlook: OutlookView,
    /// Screen 8.
    pub changes: ChangesView,
    /// Screen 0.
    pub today: TodayView,
    /// Screen 9.
    pub papers: PapersView,
    /// Who is steward this week.
    pub(super) week_stewards: WeekStewards,
    #[cfg(test)]
    pub invented: crate::app::screens::invented::InventedView,
    /// What lies over the screen, the topmost last.
    pub overlays: Vec<Overlay>,
    /// Fields that were left with text in them, the last one first.
    pub(crate) left: Vec<Draft>,
    /// The line of news.
    pub notice: Option<Notice>,
    /// Saves, undo, and news from the files.
    pub sync: Sync,
    /// Long work that goes on beside the keys.
    pub work: Work,
    /// The same, as far as keys asked for it.
    pub jobs: Jobs,
    /// The numbers that steps may get.
    pub numbering: Numbering,
    /// Programs of commands of one's own.
    pub programs: Programs,
    /// What others took away.
    pub(crate) absent: Absent,
    /// The keys in force.
    pub keymap: Keymap,
    /// What the person brought along.
    pub context: SessionContext,
    /// The present instant.
    pub now: DateTime<Utc>,
    /// Rows that the list of the current pane shows, as the terminal side measured them.
    pub page: usize,
    /// Whether the next letter names a bookmark.
    pub is_setting_bookmark: bool,
    /// What `.` does again on other steps.
    pub repeat: Option<Assignment>,
    /// The row that was clicked on last, if nothing was done since.
    pub(super) clicked: Option<(Focus, usize)>,
    /// Texts of steps that `$EDITOR` has, or had and that are not in the plan yet.
    pub forms: Vec<Form>,
    /// Steps that others changed, those of a batch ascending, and until when they are lit.
    pub flashes: Vec<(Vec<StepId>, DateTime<Utc>)>,
    /// Whether quitting has been asked for while changes were unsaved.
    pub leaving: bool,
    /// Whether the program ends as soon as every edit is on disk.
    pub ending: bool,
    /// What the loop must do next.
    pub effects: Vec<Effect>,
    /// Where the cursor of the open field is, in bytes of its text, as the terminal side says.
    pub caret: usize,
    /// The text before the cursor whose paths are being listed.
    pub(crate) paths_of: Option<String>,
    /// Counts the text fields.
    pub(crate) serial: u64,
}

impl Model {
    /// The cockpit on `files`, at `now`.
    pub fn new(
        files: Vec<SourceFile>,
        context: SessionContext,
        keymap: Keymap,
        now: DateTime<Utc>,
    ) -> Self {
        Self::of(Plan::read(files), context, keymap, now)
    }

    /// The cockpit on a plan that has been read, at `now`.
    pub fn of(plan: Plan, context: SessionContext, keymap: Keymap, now: DateTime<Utc>) -> Self {
        let mut model = Self {
            plan: Arc::new(plan),
            generation: 1,
            screen: &plan::SCREEN,
            came_from: &plan::SCREEN,
            zoomed: Vec::new(),
            view: PlanView::new(),
            gates: GatesView::new(),
            problems: ProblemsView::default(),
            review: ReviewView::default(),
            standup_view: StandupView::new(),
            since: SinceView::default(),
            outlook: OutlookView::new(),
            changes: ChangesView::default(),
            today: TodayView::new(),
            papers: PapersView::new(),
            week_stewards: WeekStewards::default(),
            #[cfg(test)]
            invented: Default::default(),
            overlays: Vec::new(),
            left: Vec::new(),
            notice: None,
            sync: Sync::default(),
            work: Work::default(),
            jobs: Jobs::default(),
            numbering: Numbering::default(),
            programs: Programs::default(),
            absent: Absent::default(),
            keymap,
            context,
            now,
            page: 10,
            is_setting_bookmark: false,
            clicked: None,
            repeat: None,
            forms: Vec::new(),
            flashes: Vec::new(),
            leaving: false,
            ending: false,
            effects: Vec::new(),
            caret: 0,
            paths_of: None,
            serial: 0,
        };
        model.expect_files();
        model.view.refresh(&model.plan, now, None, Order::default());
        model.gates.stage = crate::plan::stage::current(model.plan.stages()).unwrap_or(0);
        model.gates.check = model.first_open_check();
        model.effects.push(Effect::Check);
        model.keep_stewards();
        model
    }

    /// Whether there is anything to show.
    pub(crate) fn has_plan(&self) -> bool {
        !self.plan.files().is_empty()
    }

    /// Where keys go that no field takes.
    pub fn place(&self) -> Focus {
        if let Some(focus) = self.overlays.iter().rev().find_map(Overlay::focus) {
            return focus;
        }
        self.shown().focus(self)
    }

    /// What the keys go to below whatever lies over it.
    pub(crate) fn shown(&self) -> &'static dyn Screen {
        match self.has_plan() {
            true => self.screen.inner(self).unwrap_or(self.screen.screen),
            false => &Welcome,
        }
    }

    /// The selected step of the plan screen.
    pub fn step(&self) -> Option<StepRef<'_>> {
        self.view.step(&self.plan)
    }

    /// The selected step by name.
    pub fn selected(&self) -> Option<StepKey> {
        self.step().map(StepRef::key)
    }

    /// What a verb acts on: the range that is open, else the marks, else the selection.
    /// By index.
    pub(crate) fn subjects(&self) -> Vec<usize> {
        if let Some(from) = self.view.range {
            let here = self.view.cursor;
            let last = self.view.list.len().saturating_sub(1);
            let range = from.min(here)..=from.max(here).min(last);
            return self.view.list.get(range).unwrap_or_default().to_vec();
        }
        if self.view.marks.is_empty() {
            return self.step().map(StepRef::index).into_iter().collect();
        }
        self.view.marks.indexes(&self.plan)
    }

    /// Indexes of steps given by name; those that are gone are left out.
    pub(crate) fn indexes(&self, keys: &[StepKey]) -> Vec<usize> {
        marks::indexes(keys, &self.plan)
    }

    /// A composer for edits at this instant.
    pub(crate) fn composer(&self) -> Composer<'_> {
        Composer::new(&self.plan, self.now)
            .passing_over(self.numbering.branches().ids())
            .starting_log(self.context.papers.first_log())
    }

    /// Says something in the line of news.
    pub(crate) fn say(&mut self, text: impl Into<String>) {
        self.notice = Some(Notice {
            text: text.into(),
            tone: Tone::Info,
            of: None,
        });
    }

    /// Puts text on the clipboard; what was done is said when it is known.
    pub(crate) fn copy(&mut self, text: String, what: String) {
        self.effects.push(Effect::Copy { text, what });
    }

    /// Says that something cannot be done, and why.
    pub(crate) fn refuse(&mut self, text: impl Into<String>) {
        self.notice = Some(Notice {
            text: text.into(),
            tone: Tone::Error,
            of: None,
        });
    }

    /// Says what is wrong in the configuration, all of it at once: one problem in the line of
    /// news, several in a note below whatever is open.
    pub(crate) fn report_configuration_problems(&mut self) {
        let said = |problem: &Problem| format!("{}: {}", problem.place, problem.message);
        match &*self.context.mistakes {
            [] => {}
            [only] => self.refuse(said(only)),
            mistakes => {
                let title = format!("{} mistakes in the configuration", mistakes.len());
                let note = Note::new(title, mistakes.iter().map(said).collect());
                self.overlays.insert(0, Overlay::Note(note));
            }
        }
    }

    /// Lists the steps again after the filter changed.
    pub(crate) fn find(&mut self, selected: Option<StepKey>) {
        self.ask_past();
        self.view.find(&self.plan, self.now, selected);
    }

    /// Goes to a step, through the filter if it hides the step, and remembers the way back.
    pub(crate) fn jump(&mut self, id: StepId, nth: u32) {
        let Some(step) = self.plan.find_nth(id, nth) else {
            self.refuse(format!("there is no step {id}"));
            return;
        };
        if let Some(here) = self.selected()
            && here != (id, nth)
        {
            self.view.push_jump(here);
        }
        self.show(step);
    }

    /// Selects a step on the plan screen without touching the jump list.
    pub(crate) fn show(&mut self, step: usize) {
        let key = self.plan.step(step).key();
        self.screen = &plan::SCREEN;
        if self.view.is_looking() {
            // It may pass and not have been looked at: begin with it.
            self.find(Some(key));
        }
        if !self.view.select(&self.plan, key) {
            self.view.filter = crate::plan::query::Query::default();
            self.find(Some(key));
            self.say(format!("the filter hid {}, so it was cleared", key.0));
        }
        self.view.block_detail = false;
        if self.view.pane == Focus::BLOCKS {
            self.view.pane = Focus::STEPS;
        }
    }

    /// Moves every cursor back to what is there after the plan changed.
    pub(crate) fn clamp_cursors(&mut self) {
        self.keep_gates_within();
        self.keep_review();
        self.refresh_lists();
        self.move_in_overlay(0);
        self.view.marks.take_absent(&self.plan);
    }

    /// Lights steps that somebody else changed, in ascending order.
    pub fn flash(&mut self, steps: Vec<StepId>) {
        if !steps.is_empty() {
            self.flashes.push((steps, self.now + FLASH));
        }
    }

    /// Whether somebody else has just changed this step.
    pub fn is_lit(&self, id: StepId) -> bool {
        let mut batches = self.flashes.iter();
        batches.any(|(steps, _)| steps.binary_search(&id).is_ok())
    }

    /// Moves the clock, and puts out what has been lit long enough. Answers whether
    /// anything on screen changed by it.
    pub(crate) fn tick(&mut self, now: DateTime<Utc>) -> bool {
        let lit = self.flashes.len();
        self.flashes.retain(|(_, until)| *until > now);
        let has_changed = self.next_change().is_some_and(|next| next <= now);
        self.now = now;
        self.keep_stewards();
        if has_changed {
            self.screen.refresh(self);
        }
        has_changed || lit != self.flashes.len()
    }

    /// When what is shown changes by the clock alone: the screen, or whose week it is.
    pub(crate) fn next_change(&self) -> Option<DateTime<Utc>> {
        let screen = self.shown().next_change(self);
        screen.into_iter().chain(self.next_week()).min()
    }
}
