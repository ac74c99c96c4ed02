//! The cockpit as of a date: a version of the plan is laid out beside the keys and shown in the
//! place of the present, which stands aside as it is and goes on hearing of its files.
//!
//! What belongs to one of the two (model, clock, timers, file thread) changes places with its like.
//! Whatever is worked out beside the keys is answered to the view that asked ([`Answers`]).

use std::fmt;
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use chrono::{DateTime, Utc};

use super::event::{Answers, PRESENT};
use super::{Clock, Cockpit, Event};
use crate::app::Model;
use crate::app::core::as_of::ShownVersion;
use crate::app::core::keymap::Keymap;
use crate::app::core::message::Message;
use crate::app::core::model::SessionContext;
use crate::app::core::session::Session;
use crate::git::history::History;
use crate::history::when::When;
use crate::plan::Plan;
use crate::plan::ranking::term::Weights;
use crate::store::as_of::AsOf;
use crate::store::locate::discover::{Found, Overrides};
use crate::store::locate::open::{Opening, open_plan};
use crate::store::past::moment::Version;
use crate::store::past::outlook::Remembered;
use crate::store::watch::repository::RepositoryWatch;
use crate::store::worker::disk::Disk;
use crate::tui::terminal_host::TerminalHost;
use crate::tui::widgets::scroll::ScrollState;

/// Where the plan was looked for, and which files are named instead of the configured ones.
#[derive(Clone, Debug, Default)]
pub struct Origin {
    /// The folder that paths and the search start from.
    pub start: PathBuf,
    /// What the command line names.
    pub overrides: Overrides,
}

/// What is shown of a version: who looks at it, with which keys, and where they were.
pub(crate) struct Viewer {
    /// Of the present.
    pub context: SessionContext,
    /// The keys in force.
    pub keymap: Keymap,
    /// The screen, step and filter of the present.
    pub place: Session,
}

/// A version of the plan, laid out and opened.
pub struct LaidOut {
    model: Box<Model>,
    at: DateTime<Utc>,
    files: AsOf,
}

impl fmt::Debug for LaidOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("LaidOut").field(&self.at).finish()
    }
}

impl LaidOut {
    /// Opens a version that lies in `files`; `None` where that was stopped.
    ///
    /// # Errors
    /// When there was no plan; in words.
    pub(crate) fn open(
        files: AsOf,
        version: Version,
        overrides: &Overrides,
        viewer: Viewer,
        opening: &Opening,
    ) -> Option<Result<Self, String>> {
        let overrides = files.overrides(overrides.clone());
        let (opened, plan) = open_plan(files.start(), &overrides, opening)?;
        let layout = opened.layout;
        let at = version.at;
        if layout.found == Found::Nothing {
            return Some(Err(format!("there was no plan as of {}", at.date_naive())));
        }
        let ranking = layout.config.ranking.iter();
        let (weights, _) = Weights::with(ranking.map(|(name, at)| (name.as_str(), at.value)));
        let context = SessionContext {
            read_only: true,
            // Its folder is another one each time.
            cache: None,
            papers: layout.papers.clone(),
            listed: layout.listed.clone(),
            severities: layout.severities(),
            mistakes: layout.config_problems,
            root: layout.root,
            weights,
            as_of: Some(ShownVersion {
                at,
                commit: version.commit,
                subject: version.subject,
                alarm: None,
            }),
            ..viewer.context
        };
        let mut model = Box::new(Model::of(plan, context, viewer.keymap, at));
        viewer.place.restore(&mut model);
        Some(Ok(Self { model, at, files }))
    }
}

/// What the loop has beside a model: that of the present, or of a version.
pub(super) struct View {
    pub(super) sight: ScrollState,
    pub(super) disk: Option<Disk>,
    pub(super) clock: Clock,
    pub(super) check_at: Option<Instant>,
    pub(super) compare_at: Option<Instant>,
    pub(super) look_ahead_at: Option<Instant>,
    pub(super) changes_at: Option<Instant>,
    /// Tells what git does, once that was asked for.
    pub(super) repository: Arc<Mutex<Option<RepositoryWatch>>>,
    /// What the last look ahead leaves to the next one.
    pub(super) remembered: Arc<Mutex<Remembered>>,
    /// What was last shown of the work beside the keys.
    pub(super) work_shown: Option<String>,
    pub(super) answers: Answers,
    /// The files of a version, as long as it is shown.
    pub(super) files: Option<AsOf>,
}

impl View {
    /// One that has nothing to do yet.
    pub(super) fn new(answers: Answers, clock: Clock) -> Self {
        Self {
            sight: ScrollState::default(),
            disk: None,
            clock,
            check_at: None,
            compare_at: None,
            look_ahead_at: None,
            changes_at: None,
            repository: Arc::default(),
            remembered: Arc::default(),
            work_shown: None,
            answers,
            files: None,
        }
    }
}

impl<F: TerminalHost> Cockpit<F> {
    /// Has a version laid out, opened, and told.
    pub(super) fn start_going_back(&mut self, when: When) {
        let opening = Arc::new(Opening::default());
        self.model.work.going_back = Some(opening.clone());
        let (origin, plan, now) = (
            self.origin.clone(),
            self.model.plan.clone(),
            (self.view.clock)(),
        );
        let viewer = self.viewer();
        let answers = self.view.answers.clone();
        std::thread::spawn(move || {
            let laid_out = lay_out(&when, plan, &origin, viewer, now, &opening);
            answers.send(Event::LaidOut(opening, laid_out));
        });
    }

    /// Who looks at versions.
    pub(crate) fn viewer(&self) -> Viewer {
        Viewer {
            context: self.model.context.clone(),
            keymap: self.model.keymap.clone(),
            place: Session::of(&self.model),
        }
    }

    /// A version has been laid out, or why not; nothing where that was stopped.
    pub(super) fn laid_out(
        &mut self,
        opening: &Arc<Opening>,
        laid_out: Option<Result<LaidOut, String>>,
    ) -> io::Result<()> {
        let going = &mut self.model.work.going_back;
        if going.take_if(|own| Arc::ptr_eq(own, opening)).is_none() {
            return Ok(());
        }
        match laid_out {
            Some(Ok(laid_out)) => self.next = Some(laid_out),
            Some(Err(reason)) => return self.report(Some(reason)),
            None => {}
        }
        Ok(())
    }

    /// Shows the version that waits for it, unless something is open over the screen: nobody's
    /// typing goes elsewhere.
    pub(super) fn show_version_if_free(&mut self) {
        if !self.model.overlays.is_empty() || self.aside.is_some() {
            return;
        }
        if let Some(laid_out) = self.next.take() {
            self.show_version(laid_out);
        }
    }

    /// Shows a version in the place of the present.
    pub(crate) fn show_version(&mut self, laid_out: LaidOut) {
        let LaidOut {
            mut model,
            at,
            files,
        } = laid_out;
        if model.context.me != self.model.context.me {
            // Known since it was asked for.
            model.know_person(self.model.context.me.clone());
        }
        self.views += 1;
        let answers = self.view.answers.of(self.views);
        let view = View {
            check_at: Some(Instant::now()),
            files: Some(files),
            ..View::new(answers, Box::new(move || at))
        };
        let mut version = (*model, view);
        self.model.notice = None;
        self.change_places(&mut version);
        self.aside = Some(version);
        self.dirty = true;
    }

    /// Shows the present again.
    pub(super) fn return_to_now(&mut self) {
        let Some(mut version) = self.aside.take() else {
            return;
        };
        self.change_places(&mut version);
        self.dirty = true;
        let (mut model, view) = version;
        model.work.stop();
        model.jobs.stop(|_| true);
        // Many files take a while to be removed.
        std::thread::spawn(move || drop((view.files, model)));
    }

    /// The model of the present, whichever is shown.
    pub fn present(&self) -> &Model {
        self.aside.as_ref().map_or(&self.model, |(model, _)| model)
    }

    /// Handles something that is the present's, whichever is shown.
    pub(super) fn in_present(
        &mut self,
        handle: impl FnOnce(&mut Self) -> io::Result<()>,
    ) -> io::Result<()> {
        let Some(mut version) = self.aside.take() else {
            return handle(self);
        };
        self.change_places(&mut version);
        let handled = handle(self);
        let alarm = self.model.alarm();
        self.change_places(&mut version);
        self.aside = Some(version);
        if let Some(shown) = &mut self.model.context.as_of {
            shown.alarm = alarm;
        }
        handled
    }

    /// Quits from a version: the present may have something to say to that.
    pub(super) fn quit_in_present(&mut self) -> io::Result<()> {
        self.return_to_now();
        self.tell(Message::Quit)
    }

    /// Whether the present, which stands aside, has nothing to do that it could do there.
    pub(super) fn is_aside_quiet(&self) -> bool {
        let is_quiet =
            |(model, _): &(Model, View)| model.sync.is_settled() && !model.work.rereading.is_busy();
        self.aside.as_ref().is_none_or(is_quiet)
    }

    /// The file of a version that somebody wants to open gets its content.
    pub(super) fn fetch(&self, target: &str) {
        if let Some(files) = &self.view.files {
            files.fetch(&self.model.context.root.join(target));
        }
    }

    fn change_places(&mut self, (model, view): &mut (Model, View)) {
        std::mem::swap(&mut self.model, model);
        std::mem::swap(&mut self.view, view);
        self.field = None;
    }

    /// Handles an answer to what one of the two views asked. Nobody waits for one of a version
    /// that was left.
    pub(super) fn answered(&mut self, view: u32, event: Event) -> io::Result<()> {
        match view {
            view if view == self.view.answers.view() => self.handle(event),
            PRESENT => self.in_present(|cockpit| cockpit.handle(event)),
            _ => Ok(()),
        }
    }
}

/// Lays a version out and opens it; `None` where that was stopped.
fn lay_out(
    when: &When,
    plan: Arc<Plan>,
    origin: &Origin,
    viewer: Viewer,
    now: DateTime<Utc>,
    opening: &Opening,
) -> Option<Result<LaidOut, String>> {
    let found = || -> Result<(AsOf, Version), String> {
        let git = History::around(&origin.start);
        let git = git.map_err(|error| format!("the past is not known ({error})"))?;
        let version = Version::find(when, &git, &plan, now).map_err(|error| error.to_string())?;
        drop(plan);
        let overrides = origin.overrides.clone();
        let files = AsOf::lay_out(&origin.start, &version.commit, overrides);
        Ok((files.map_err(|error| error.to_string())?, version))
    };
    match found() {
        Ok((files, version)) => LaidOut::open(files, version, &origin.overrides, viewer, opening),
        Err(reason) => Some(Err(reason)),
    }
}
