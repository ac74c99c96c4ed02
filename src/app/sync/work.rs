//! Long work that goes on beside the keys: opening a very long plan, checking it.
//!
//! Whoever does the work is elsewhere; here stands how far it is, and what becomes of the
//! model when it is done. Until a plan is open as a whole its front is shown, to look round
//! in and not to be changed: what the rest says of it is not known yet.

use std::path::PathBuf;
use std::sync::Arc;

use super::draft::Draft;
use super::reread::Rereading;
use crate::app::core::message::Effect;
use crate::app::core::model::Model;
use crate::app::core::session::Session;
use crate::change::form::Form;
use crate::document::progress::Progress;
use crate::plan::Plan;
use crate::store::locate::open::Opening;

/// Below this many steps the checks are over before anybody could read how far they are.
const LONG_CHECK: usize = 50_000;

/// The work under way.
#[derive(Debug, Default)]
pub struct Work {
    opening: Option<Awaited>,
    /// What others wrote.
    pub rereading: Rereading,
    /// The checks that run.
    pub checking: Option<Arc<Progress>>,
    /// The state of the plan whose checks a person stopped.
    stopped: Option<u64>,
}

/// A plan of which only the front is there.
#[derive(Debug)]
struct Awaited {
    opening: Arc<Opening>,
    /// Where one was when one last left.
    session: Option<Session>,
    /// Where one was as the front appeared.
    began: Session,
}

/// A plan that is open as a whole now.
#[derive(Debug)]
pub struct Whole {
    /// What its files mean.
    pub plan: Plan,
    /// Files that could not be read, with the reason.
    pub unreadable: Vec<(PathBuf, String)>,
    /// What was being typed when an earlier run was killed.
    pub draft: Option<Draft>,
    /// Texts that earlier runs left in `$EDITOR`, or why they cannot be read.
    pub texts: Vec<(Form, Option<String>)>,
}

impl Work {
    /// Whether only the front of the plan is there.
    pub fn is_opening(&self) -> bool {
        self.opening.is_some()
    }

    /// Asks all of it to end without a result.
    pub(crate) fn stop(&self) {
        if let Some(awaited) = &self.opening {
            awaited.opening.stop();
        }
        self.stop_checks();
    }

    /// Asks the checks that run to end without a result.
    pub(crate) fn stop_checks(&self) {
        if let Some(checking) = &self.checking {
            checking.stop();
        }
    }
}

impl Model {
    /// Shows what is there as the front of a plan that is being opened.
    pub fn await_whole(&mut self, opening: Arc<Opening>, session: Option<Session>) {
        let began = Session::of(self);
        self.work.opening = Some(Awaited {
            opening,
            session,
            began,
        });
    }

    /// Takes the whole plan in the place of its front. Whoever has moved on the front stays
    /// there; whoever has not goes back to where they were when they last left.
    pub(crate) fn opened(&mut self, whole: Whole) {
        let Some(awaited) = self.work.opening.take() else {
            return;
        };
        let selected = self.selected();
        let unmoved = Session::of(self) == awaited.began;
        self.plan = Arc::new(whole.plan);
        self.expect_files();
        self.show_plan(selected);
        if let (true, Some(session)) = (unmoved && self.overlays.is_empty(), awaited.session) {
            session.restore(self);
        }
        for (_, reason) in whole.unreadable.into_iter().take(1) {
            self.refuse(reason);
        }
        for (form, trouble) in whole.texts {
            self.take_up_text(form, trouble);
        }
        if let Some(draft) = whole.draft {
            self.offer_draft(draft);
        }
        self.read_on();
    }

    /// What goes on beside the keys, in words, where it takes long enough to be read.
    pub(crate) fn work_in_words(&self) -> Option<String> {
        if let Some(awaited) = &self.work.opening {
            return Some(format!("opening {}%", awaited.opening.percent()));
        }
        if let Some(job) = self.jobs.in_words() {
            return Some(job);
        }
        let checking = self.work.checking.as_ref()?;
        (self.plan.len() >= LONG_CHECK).then(|| format!("checking {}%", checking.percent()))
    }

    /// What becomes of the checks of the plan as it stands, which are not there yet.
    pub(crate) fn checks_in_words(&self) -> String {
        if self.work.is_opening() {
            return "will be checked when the plan is loaded".to_owned();
        }
        let is_stopped = self.work.stopped == Some(self.generation);
        match is_stopped && self.work.checking.is_none() {
            true => format!("stopped, {} runs them", self.keymap.key_of("check")),
            false => "checking".to_owned(),
        }
    }

    /// Stops the checks that run, or runs them.
    pub(crate) fn check_or_stop(&mut self) {
        if self.work.checking.is_none() {
            self.work.stopped = None;
            return self.effects.push(Effect::Check);
        }
        self.work.stopped = Some(self.generation);
        self.effects.push(Effect::StopCheck);
        let key = self.keymap.key_of("check");
        self.say(format!("checks stopped; {key} runs them again"));
    }
}
