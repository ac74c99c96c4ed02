//! Work that a key asks for and that grows with the plan: finding, sorting, listing, composing.
//!
//! Owns what runs beside the keys and what becomes of the model when it is done. On a short plan
//! it is done at once, in the key's own frame; on a long one a thread does it on the plan as it
//! stood, the header says how far it is, and a later key can stop it. A result never reaches a
//! plan that has changed since: whoever asked asks again.
//!
//! The filter is no such work: what it has found so far is worth showing, so it goes in
//! stretches on the model itself (`app/screens/plan/search.rs`).

use std::fmt;
use std::sync::Arc;

use super::message::Effect;
use super::model::Model;
use crate::document::progress::Progress;
use crate::plan::Plan;

/// What a job is for. There is one of each at a time: the later takes the place of the earlier.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum JobKind {
    /// The next match of a filter.
    Match,
    /// The order of the step list.
    Order,
    /// The rows of the open chooser.
    Rows,
    /// What the weekly review is about.
    Review,
    /// Which rows of the weekly review pass a filter.
    ReviewRows,
    /// Which problems pass a filter.
    Problems,
    /// Which steps may wait.
    Float,
    /// What is different since a baseline.
    Since,
    /// What waits for the person today.
    Today,
    /// The catalogue of papers.
    Papers,
    /// One change to many steps: composed, before anybody is asked.
    Compose,
}

impl JobKind {
    /// What the header calls it.
    fn in_words(self) -> &'static str {
        match self {
            Self::Match => "searching",
            Self::Order => "sorting",
            Self::Rows | Self::Since => "listing",
            Self::Review => "gathering the review",
            Self::ReviewRows | Self::Problems => "filtering",
            Self::Float => "measuring the float",
            Self::Today => "gathering the day",
            Self::Papers => "listing papers",
            Self::Compose => "preparing the change",
        }
    }

    /// Whether any key stops it. What would move the cursor or ask a question later on must not
    /// come between other keys.
    fn ends_with_any_key(self) -> bool {
        matches!(self, Self::Match | Self::Compose)
    }
}

type Done = Box<dyn FnOnce(&mut Model) + Send>;
type Work = Box<dyn FnOnce(&Progress) -> Option<Done> + Send>;

/// Work for another thread.
pub struct Job {
    progress: Arc<Progress>,
    work: Work,
}

/// What came of a job.
pub struct JobResult {
    progress: Arc<Progress>,
    /// Nothing where it was stopped.
    done: Option<Done>,
}

impl Job {
    /// Does the work.
    pub fn run(self) -> JobResult {
        let done = (self.work)(&self.progress);
        JobResult {
            progress: self.progress,
            done,
        }
    }
}

impl fmt::Debug for JobResult {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("JobResult").finish()
    }
}

/// The jobs that run or are to be started.
pub struct Jobs {
    /// A plan of so many steps at the most is gone through in the key's own frame.
    pub short: usize,
    waiting: Vec<Job>,
    running: Vec<(JobKind, Arc<Progress>)>,
}

impl Default for Jobs {
    fn default() -> Self {
        Self {
            short: 4_096,
            waiting: Vec::new(),
            running: Vec::new(),
        }
    }
}

impl Jobs {
    /// Whether any runs or is to be started.
    pub fn is_busy(&self) -> bool {
        !self.running.is_empty()
    }

    /// Whether one of these runs.
    pub(crate) fn is_running(&self, kind: JobKind) -> bool {
        self.running.iter().any(|(of, _)| *of == kind)
    }

    /// What is to be started.
    pub fn take_waiting(&mut self) -> Vec<Job> {
        std::mem::take(&mut self.waiting)
    }

    /// Stops those that `ends` says; answers whether there were any.
    pub(crate) fn stop(&mut self, ends: impl Fn(JobKind) -> bool) -> bool {
        let before = self.running.len();
        self.running.retain(|(kind, progress)| {
            let ends = ends(*kind);
            if ends {
                progress.stop();
            }
            !ends
        });
        before > self.running.len()
    }

    /// How far the last one begun is, in words.
    pub(crate) fn in_words(&self) -> Option<String> {
        let (kind, progress) = self.running.last()?;
        let words = kind.in_words();
        Some(match progress.seen() {
            (_, 0) => words.to_owned(),
            _ => format!("{words} {}%", progress.percent()),
        })
    }
}

impl Model {
    /// Whether the plan is gone through in the key's own frame.
    pub(crate) fn has_short_plan(&self) -> bool {
        self.plan.len() <= self.jobs.short
    }

    /// Has `work` done on the plan as it stands, and what it answers taken by `done`: at once, or
    /// later if the plan is long. Nothing is answered by work that was stopped, or whose plan has
    /// changed since.
    pub(crate) fn have_done<T: Send + 'static>(
        &mut self,
        kind: JobKind,
        work: impl FnOnce(&Plan, &Progress) -> Option<T> + Send + 'static,
        done: impl FnOnce(&mut Self, T) + Send + 'static,
    ) {
        self.jobs.stop(|of| of == kind);
        if self.has_short_plan() {
            if let Some(found) = work(&self.plan, &Progress::default()) {
                done(self, found);
            }
            return;
        }
        let (plan, progress) = (self.plan.clone(), Arc::new(Progress::default()));
        self.jobs.running.push((kind, progress.clone()));
        let work = move |progress: &Progress| -> Option<Done> {
            let found = work(&plan, progress);
            // Let go first: an edit need not copy what nobody reads any more.
            drop(plan);
            let found = found?;
            Some(Box::new(move |model| done(model, found)))
        };
        self.jobs.waiting.push(Job {
            progress,
            work: Box::new(work),
        });
        self.effects.push(Effect::StartJobs);
    }

    /// Lets go of what takes a while to free.
    pub(crate) fn let_go(&mut self, former: impl Send + 'static) {
        if self.has_short_plan() {
            return;
        }
        let work = move |_: &Progress| {
            drop(former);
            None
        };
        self.jobs.waiting.push(Job {
            progress: Arc::default(),
            work: Box::new(work),
        });
        self.effects.push(Effect::StartJobs);
    }

    /// Takes what came of a job, unless it was stopped since.
    pub(crate) fn job_done(&mut self, result: JobResult) {
        let running = &mut self.jobs.running;
        let at = (running.iter()).position(|(_, running)| Arc::ptr_eq(running, &result.progress));
        let Some(at) = at else { return };
        running.remove(at);
        if let Some(done) = result.done {
            done(self);
        }
    }

    /// Stops what a key or a click ends; answers whether the key was Esc and meant no more than
    /// that.
    pub(crate) fn stop_jobs(&mut self, is_esc: bool) -> bool {
        let ended = self.numbering.stop() | self.jobs.stop(JobKind::ends_with_any_key);
        if !is_esc || !self.overlays.is_empty() {
            return false;
        }
        let sorting = self.jobs.stop(|kind| kind == JobKind::Order);
        if sorting {
            self.view.keep_order();
        }
        if ended || sorting {
            self.say("stopped");
        }
        ended || sorting
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::sample::select;

    use super::*;
    use crate::app::core::keymap::Keymap;
    use crate::app::core::model::SessionContext;
    use crate::app::overlays::Overlay;
    use crate::app::screens::review::view::ReviewPart;
    use crate::app::{Message, update};
    use crate::history::events::between;
    use crate::history::net::Net;
    use crate::history::since::Comparison;
    use crate::plan::checks;
    use crate::plan::source::{Role, SourceFile};

    fn model(short: usize) -> Model {
        let line = |number: usize| {
            let (status, owner) = (["idea", "draft", "complete"][number % 3], number % 7);
            let up = match number {
                1 => String::new(),
                _ => format!("\"{:04}\"", number / 2 + number % 4),
            };
            format!(
                "{{\"step_id\":\"{number:04}\",\"title\":\"Step {owner}\",\
                 \"status\":\"{status}\",\"owner\":\"o{owner}\",\"dependencies\":[{up}]}}\n"
            )
        };
        let log: String = (1..40).map(line).collect();
        let before: String = (4..43).map(line).collect();
        let events = between(before.replace("Step 5", "5").as_bytes(), log.as_bytes());
        let files = vec![SourceFile::load("plan.jsonl", Role::Log, log.into_bytes())];
        let now = chrono::DateTime::from_timestamp(1_780_315_200, 0).unwrap();
        let mut model = Model::new(files, SessionContext::default(), Keymap::default(), now);
        model.jobs.short = short;
        let found = checks::find(&model.plan, &checks::Context::at(now)).into();
        let generation = model.generation;
        update(&mut model, Message::Checked { generation, found });
        run(&mut model);
        let compared = Comparison {
            net: Net::of(events, false),
            ..Comparison::default()
        };
        let baseline = model.since.baseline.clone();
        let answer = Ok(Box::new(compared));
        update(&mut model, Message::Compared { baseline, answer });
        run(&mut model);
        model
    }

    fn press(model: &mut Model, keys: &str) {
        for name in keys.split_whitespace() {
            let key: crate::app::core::key::Key = name.parse().unwrap();
            let input = model.overlays.last().and_then(Overlay::input);
            let message = match (input.map(|input| input.text.clone()), key.letter()) {
                (Some(text), Some(letter)) => Message::Typed(format!("{text}{letter}")),
                _ => Message::Key(key),
            };
            update(model, message);
        }
    }

    /// Does what waits, and everything that follows from it.
    fn run(model: &mut Model) {
        while model.jobs.is_busy() {
            for job in model.jobs.take_waiting() {
                update(model, Message::JobDone(job.run()));
            }
        }
    }

    fn shown(model: &Model) -> impl PartialEq + std::fmt::Debug {
        let view = &model.view;
        let notice = model.notice.as_ref().map(|notice| notice.text.clone());
        let statuses = model.plan.statuses().to_vec();
        let review = &model.review;
        let decided = ReviewPart::ALL.map(|part| review.progress(part));
        let rows = (
            review.proposals.clone(),
            review.tangles.clone(),
            review.ten.clone(),
        );
        let review = (review.place(), rows, review.record.write(), decided);
        let (problems, since) = (&model.problems, &model.since);
        let lines = (0..problems.rules.lines()).map(|line| problems.rules.rows(line).to_vec());
        let lists = (
            (lines.collect::<Vec<_>>(), problems.cursor),
            (since.rows.clone(), since.cursor),
            model.today.counts(),
        );
        (
            (
                view.list.clone(),
                model.selected(),
                view.marks.clone(),
                view.sort.clone(),
            ),
            (model.overlays.clone(), notice, statuses, review, lists),
        )
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]

        /// Whether at once or beside the keys: the same is shown in the end.
        #[test]
        fn work_beside_the_keys_ends_as_work_done_at_once(
            keys in prop::collection::vec(select(vec![
                "n", "N", "j", "G", "*", "space", "s", "c", "y", "x", "S", "o", "d", "u", "b", "B",
                "1", "2", "enter", "esc", "3", "tab", "+", "-", "/ 3 enter", "! esc", ".", "S u",
                "5", "6", "_", "0",
            ]), 1..24),
        ) {
            let (mut at_once, mut beside) = (model(usize::MAX), model(0));
            for keys in keys.iter().flat_map(|keys| keys.split(' ')) {
                press(&mut at_once, keys);
                press(&mut beside, keys);
                while beside.view.is_looking() {
                    update(&mut beside, Message::Idle);
                }
                run(&mut beside);
                prop_assert_eq!(shown(&at_once), shown(&beside), "{}", keys);
            }
        }
    }

    #[test]
    fn a_key_pressed_meanwhile_does_what_it_does_and_ends_the_search() {
        let mut model = model(0);
        model.view.kept_filters.push("Step 5".to_owned());
        press(&mut model, "n");
        let job = model.jobs.take_waiting().pop().unwrap();
        assert_eq!(model.work_in_words().as_deref(), Some("searching"));
        press(&mut model, "j");
        assert_eq!((model.view.cursor, model.work_in_words()), (1, None));
        update(&mut model, Message::JobDone(job.run()));
        assert_eq!(model.view.cursor, 1);
        press(&mut model, "n esc");
        assert_eq!(model.notice.as_ref().unwrap().text, "stopped");
        run(&mut model);
        assert_eq!(model.view.cursor, 1);
        press(&mut model, "n");
        run(&mut model);
        assert_eq!(model.view.cursor, 4);
    }

    #[test]
    fn a_stopped_order_leaves_the_list_in_the_one_before() {
        let mut model = model(0);
        press(&mut model, "S o");
        run(&mut model);
        let by_owner = model.view.list.clone();
        press(&mut model, "S d");
        // Keys go on, on the list as it is.
        press(&mut model, "G");
        assert_eq!(model.view.list, by_owner);
        press(&mut model, "esc");
        run(&mut model);
        assert_eq!(model.view.list, by_owner);
        assert_eq!(model.view.sort.to_string(), "owner");
    }

    #[test]
    fn enter_chooses_among_the_rows_to_come() {
        let mut model = model(0);
        press(&mut model, "b 3 9 enter");
        assert!(matches!(model.overlays[..], [Overlay::Chooser(_)]));
        run(&mut model);
        assert_eq!(model.overlays, []);
        let first = model.plan.step(0);
        assert_eq!(first.text(crate::plan::field::Field::Dependencies), "0039");
    }

    #[test]
    fn the_review_keeps_its_row_over_a_status_set_beside_the_keys() {
        let (mut at_once, mut beside) = (model(usize::MAX), model(0));
        for keys in ["3", "tab", "tab", "space", "n", "G", "x"] {
            for model in [&mut at_once, &mut beside] {
                press(model, keys);
                run(model);
            }
            assert_eq!(at_once.review.place(), beside.review.place(), "{keys}");
        }
    }

    #[test]
    fn what_is_found_of_a_plan_that_has_changed_since_is_let_go() {
        let mut model = model(0);
        press(&mut model, "3");
        let gathered = model.jobs.take_waiting().pop().unwrap();
        press(&mut model, "1 x");
        update(&mut model, Message::JobDone(gathered.run()));
        assert!(model.review.proposals.is_empty());
        press(&mut model, "3");
        run(&mut model);
        assert_eq!(model.review.generation, model.generation);
        assert!(!model.review.proposals.is_empty());
    }
}
