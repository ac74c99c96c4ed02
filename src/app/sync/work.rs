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
use crate::plan::query::past::PlanPast;
use crate::record::review::landed::Landed;
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
    /// The comparison of the plan with its past that runs.
    pub comparing: Option<Arc<Progress>>,
    /// The reading of what happened to a step.
    pub following: Option<Arc<Progress>>,
    /// The look ahead.
    pub looking_ahead: Option<Arc<Progress>>,
    /// The report that is being made.
    pub reporting: Option<Arc<Progress>>,
    /// The state of the plan whose checks a person stopped.
    stopped: Option<u64>,
    /// The reading of the plan's history that runs.
    pub reading_past: Option<Arc<Progress>>,
    /// The same, begun by nobody: for what is told of a step beside its fields.
    pub reading_aside: Option<Arc<Progress>>,
    /// Whether it turned out that there is none.
    pub has_no_history: bool,
    /// The state of the plan whose past is known.
    past_of: Option<u64>,
    /// What git tells the weekly review, once it was asked.
    pub(crate) landed: Option<Arc<Landed>>,
    /// Whether it is being asked.
    pub is_reading_landed: bool,
    /// Whether the review is to be finished when it has answered.
    pub(crate) finishes_review: bool,
    /// The opening of a version of the past that is to be shown.
    pub going_back: Option<Arc<Opening>>,
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
    /// What a sparse checkout leaves out, and what to do about it.
    pub left_out: Option<String>,
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
        if let Some(opening) = &self.going_back {
            opening.stop();
        }
        self.stop_checks();
        let past = self.comparing.iter().chain(&self.following);
        let past = past.chain(&self.reading_past).chain(&self.reading_aside);
        let past = past.chain(&self.looking_ahead).chain(&self.reporting);
        past.for_each(|progress| progress.stop());
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
        let unreadable = whole.unreadable.into_iter().map(|(_, reason)| reason);
        if let Some(reason) = unreadable.chain(whole.left_out).next() {
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

    /// Has the history read, if the filter asks about it and it is not known yet. Of an edited plan
    /// the past before the edit is shown until then. What is read for a filter that was cleared is
    /// not read on.
    pub(crate) fn ask_past(&mut self) {
        if !self.view.filter.asks_past() {
            if let Some(reading) = self.work.reading_past.take() {
                reading.stop();
            }
            return;
        }
        let is_known = self.work.past_of == Some(self.generation);
        let is_busy = self.work.reading_past.is_some() || self.work.is_opening();
        if !is_known && !is_busy {
            self.work.reading_past = Some(Arc::default());
            self.effects.push(Effect::ReadPast);
        }
    }

    /// Whether the history is to be read though nobody asked for it: not while it is, and once for
    /// each state of the plan.
    pub(crate) fn is_past_due(&self) -> bool {
        let is_busy = self.work.reading_past.is_some() || self.work.reading_aside.is_some();
        self.has_plan() && !is_busy && self.work.past_of != Some(self.generation)
    }

    /// What is known of the past: of which state of the plan, and whether there is none.
    pub(crate) fn past_known(&self) -> (Option<u64>, bool) {
        (self.work.past_of, self.work.has_no_history)
    }

    /// Takes what is known of the past of a state of the plan.
    pub(crate) fn take_past(&mut self, generation: u64, past: Arc<PlanPast>) {
        self.work.reading_past = None;
        self.work.past_of = Some(generation);
        self.view.past = Some(past);
        if self.view.filter.asks_past() {
            self.find(self.selected());
            self.say_if_none();
        }
        self.changes_known();
    }

    /// What goes on beside the keys, in words, where it takes long enough to be read.
    pub(crate) fn work_in_words(&self) -> Option<String> {
        if let Some(awaited) = &self.work.opening {
            return Some(format!("opening {}%", awaited.opening.percent()));
        }
        if let Some(opening) = &self.work.going_back {
            return Some(format!("going back {}%", opening.percent()));
        }
        if let Some(job) = self.jobs.in_words() {
            return Some(job);
        }
        if self.numbering.is_composing() {
            return Some("preparing the change".to_owned());
        }
        if self.work.reading_past.is_some() {
            return Some("reading the history…".to_owned());
        }
        if let Some(name) = self.programs.running() {
            return Some(format!("running {name}…"));
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::app::core::keymap::Keymap;
    use crate::app::core::model::SessionContext;
    use crate::app::{Message, update};
    use crate::plan::query::past::StepPast;
    use crate::plan::source::{Role, SourceFile};

    #[test]
    fn the_history_is_read_once_and_only_if_a_filter_asks() {
        let log = b"{\"step_id\":\"0001\"}\n{\"step_id\":\"0002\"}\n".to_vec();
        let files = vec![SourceFile::load("plan.jsonl", Role::Log, log)];
        let (keymap, _) = Keymap::new(&BTreeMap::new());
        let now = chrono::DateTime::from_timestamp(0, 0).unwrap();
        let mut model = Model::new(files, SessionContext::default(), keymap, now);
        update(&mut model, Message::Key("/".parse().unwrap()));
        let asks = |model: &mut Model, text: &str| {
            let effects = update(model, Message::Typed(text.to_owned()));
            effects.contains(&Effect::ReadPast)
        };
        assert!(!asks(&mut model, "owner:ops"));
        assert!(asks(&mut model, "reopened:>1"));
        assert_eq!(
            model.work_in_words().as_deref(),
            Some("reading the history…")
        );
        assert!(!asks(&mut model, "reopened:>0"), "it is being read");
        let reading = model.work.reading_past.clone().unwrap();
        assert!(!asks(&mut model, "is:ready") && reading.is_stopped());
        assert_eq!(model.work_in_words(), None);
        assert!(asks(&mut model, "reopened:>0"), "it is read again");
        assert_eq!(model.view.list.len(), 0);
        let key = model.plan.step(1).key();
        let step = StepPast {
            reopened: 1,
            ..StepPast::default()
        };
        let past = Arc::new(PlanPast {
            steps: [(key, step)].into(),
            ..PlanPast::default()
        });
        let generation = model.generation;
        update(&mut model, Message::Past { generation, past });
        assert_eq!(model.view.list, [1]);
        assert_eq!(model.work_in_words(), None);
        assert!(!asks(&mut model, "-reopened:>0"), "it is known");
        assert_eq!(model.view.list, [0], "nothing is known of it");
    }
}
