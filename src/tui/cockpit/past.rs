//! Reading the past beside the keys: one thread compares the plan with a baseline, another follows
//! one step or one gate. Both are asked to end when nobody wants their answer any more.

use std::io;
use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

use chrono::NaiveDate;

use super::background::beside_keys;
use super::{Cockpit, Event};
use crate::app::core::message::{Followed, Message, Subject};
use crate::app::screens::papers::writing::Written;
use crate::app::screens::since::seen::{SEEN, SeenChanges};
use crate::document::progress::Progress;
use crate::history::since::Comparison;
use crate::plan::source::Role;
use crate::record::naming::{papers_naming, papers_naming_stage};
use crate::report::paper::ShownFile;
use crate::report::table::ReportSpec;
use crate::store::archive::archive;
use crate::store::changes::Changes;
use crate::store::locate::discover::discover;
use crate::store::past::background::PastInput;
use crate::store::past::outlook::LookAhead;
use crate::store::posts::posts_on_branches;
use crate::store::watch::repository::RepositoryWatch;
use crate::tui::terminal_host::TerminalHost;

/// The baseline that was asked for, and what is different since, or why that is not known.
pub(crate) type Compared = (String, Result<Box<Comparison>, String>);

/// The plan is compared again when it has been left alone for this long.
const COMPARE_AFTER: Duration = Duration::from_millis(300);
/// Git is asked what the checkout changes when the plan has been left alone for this long.
const CHANGES_AFTER: Duration = Duration::from_millis(120);
/// What happened to a step is shown as it is found, this often.
const SHOWN_EVERY: Duration = Duration::from_millis(80);

impl<F: TerminalHost> Cockpit<F> {
    /// What is read: the plan as it stands.
    pub(super) fn past_input(&self) -> PastInput {
        let context = &self.model.context;
        PastInput {
            root: context.root.clone(),
            plan: self.model.plan.clone(),
            as_configured: !context.own_logs,
            now: (self.view.clock)(),
            cache: context.cache.clone(),
        }
    }

    /// Has read what filters ask of the past of all steps.
    pub(super) fn start_reading_past(&mut self) {
        let (input, generation) = (self.past_input(), self.model.generation);
        let answers = self.view.answers.clone();
        let progress = self.model.work.reading_past.clone().unwrap_or_default();
        std::thread::spawn(move || {
            if let Some(past) = input.facts(&progress).map(Arc::new) {
                answers.send(Event::Past { generation, past });
            }
        });
    }

    /// Has the past of all steps read before anybody asks, once the plan is left alone: the detail pane
    /// says since when a step has its status, and what is found is kept for every other question.
    pub(super) fn read_aside_if_due(&mut self) {
        if !self.model.is_past_due() {
            return;
        }
        let (input, generation) = (self.past_input(), self.model.generation);
        let answers = self.view.answers.clone();
        let progress = Arc::new(Progress::default());
        self.model.work.reading_aside = Some(progress.clone());
        beside_keys(move || {
            let past = input.facts_of_history(&progress).map(Arc::new);
            let past = past.map(|past| (generation, past));
            answers.send(Event::PastAside(past, progress));
        });
    }

    /// Has git asked what the weekly review needs to know.
    pub(super) fn start_reading_landed(&mut self) {
        let (input, generation) = (self.past_input(), self.model.generation);
        let answers = self.view.answers.clone();
        std::thread::spawn(move || {
            let landed = input.landed();
            answers.send(Event::Landed { generation, landed });
        });
    }

    /// Has the plan compared as soon as it has been left alone.
    pub(super) fn compare_soon(&mut self) {
        // The first answer does not wait for anything.
        let is_first = self.model.since.compared.is_none();
        let after = if is_first {
            Duration::ZERO
        } else {
            COMPARE_AFTER
        };
        self.view.compare_at = Some(Instant::now() + after);
    }

    /// Whether the plan is compared, or will be as soon as it has been left alone.
    pub(super) fn is_comparing(&self) -> bool {
        self.model.work.comparing.is_some() || self.view.compare_at.is_some()
    }

    /// Has looked ahead as soon as the plan has been left alone.
    pub(super) fn look_ahead_soon(&mut self) {
        let is_first = self.model.outlook.outlooks.is_empty();
        let after = if is_first {
            Duration::ZERO
        } else {
            COMPARE_AFTER
        };
        self.view.look_ahead_at = Some(Instant::now() + after);
    }

    /// Whether one looks ahead, or will as soon as the plan has been left alone.
    pub(super) fn is_looking_ahead(&self) -> bool {
        self.model.work.looking_ahead.is_some() || self.view.look_ahead_at.is_some()
    }

    /// How long it is until the plan is compared. That waits for saves and for the comparison that
    /// runs: the end of each is an event.
    fn until_comparing(&self) -> Option<Duration> {
        self.until(self.view.compare_at, self.model.work.comparing.as_ref())
    }

    /// The same for the look ahead.
    fn until_looking_ahead(&self) -> Option<Duration> {
        self.until(
            self.view.look_ahead_at,
            self.model.work.looking_ahead.as_ref(),
        )
    }

    fn until(&self, at: Option<Instant>, running: Option<&Arc<Progress>>) -> Option<Duration> {
        let is_free = running.is_none() && self.model.sync.saving() == 0;
        let at = at.filter(|_| is_free)?;
        Some(at.saturating_duration_since(Instant::now()))
    }

    /// Has git asked what the checkout changes, as soon as the plan has been left alone.
    pub(super) fn read_changes_soon(&mut self) {
        let is_first = self.model.changes.read.is_none();
        let after = match is_first {
            true => Duration::ZERO,
            false => CHANGES_AFTER,
        };
        self.view.changes_at = Some(Instant::now() + after);
    }

    /// Whether git is asked that, or will be.
    pub(super) fn is_reading_changes(&self) -> bool {
        self.view.changes_at.is_some() || self.model.changes.is_reading
    }

    fn start_reading_changes(&mut self) {
        self.view.changes_at = None;
        let (plan, base) = (self.model.plan.clone(), self.model.changes.base.clone());
        let (root, answers) = (self.model.context.root.clone(), self.view.answers.clone());
        let overrides = self.origin.overrides.clone();
        let watch = self.repository_watch();
        std::thread::spawn(move || {
            watch();
            let layout = discover(&root, &overrides);
            let answer = Changes::read(&layout, &plan, &base).map(Arc::new);
            // An edit need not copy what nobody reads any more.
            drop(plan);
            answers.send(Event::ChangesRead(base, answer));
        });
    }

    /// Has git asked what others posted on a day on their branches.
    pub(super) fn start_reading_posts(&mut self, date: NaiveDate) {
        let root = self.model.context.root.clone();
        let folder = self.model.context.papers.folder_of(Role::Standup);
        let (folder, answers) = (folder.to_owned(), self.view.answers.clone());
        let overrides = self.origin.overrides.clone();
        let watch = self.repository_watch();
        beside_keys(move || {
            watch();
            let main = discover(&root, &overrides).config.main_branch;
            let posts = posts_on_branches(&root, &folder, main.as_deref(), date);
            answers.send(Event::PostsRead(date, posts));
        });
    }

    /// What has the loop told when git does something, if nothing has so far: before git is asked,
    /// so that nothing is missed.
    fn repository_watch(&self) -> impl FnOnce() + Send + 'static {
        let root = self.model.context.root.clone();
        let (watch, answers) = (self.view.repository.clone(), self.view.answers.clone());
        move || {
            let mut watch = watch.lock().unwrap_or_else(PoisonError::into_inner);
            if watch.is_none() {
                let tell = move || answers.send(Event::RepositoryChanged);
                *watch = RepositoryWatch::around(&root, tell);
            }
        }
    }

    /// How long it is until something of the past is read.
    pub(super) fn until_reading_past(&self) -> Option<Duration> {
        let changes = self.until(self.view.changes_at, None);
        let all = [self.until_comparing(), self.until_looking_ahead(), changes];
        all.into_iter().flatten().min()
    }

    /// Reads of the past what is due.
    pub(super) fn read_past_if_due(&mut self) {
        if self.until_comparing() == Some(Duration::ZERO) {
            self.start_comparing();
            self.dirty = true;
        }
        if self.until(self.view.changes_at, None) == Some(Duration::ZERO) {
            self.start_reading_changes();
        }
        if self.until_looking_ahead() == Some(Duration::ZERO) {
            self.start_looking_ahead();
            self.dirty = true;
        }
    }

    /// What goes on beside the keys and is shown somewhere, with how far it is.
    pub(super) fn work_in_words(&self) -> Option<String> {
        let work = &self.model.work;
        let reading = work.comparing.iter().chain(&work.looking_ahead).next();
        let reading = reading.map(|progress| progress.percent().to_string());
        let making = work
            .reporting
            .as_ref()
            .map(|_| "making the paper".to_owned());
        self.model.work_in_words().or(making).or(reading)
    }

    /// The plan has been compared, unless that was stopped.
    pub(super) fn compared(&mut self, answer: Option<Compared>) -> io::Result<()> {
        self.model.work.comparing = None;
        match answer {
            Some((baseline, answer)) => self.tell(Message::Compared { baseline, answer }),
            None => Ok(()),
        }
    }

    /// More is known of what happened to a step, from the reading with this progress.
    pub(super) fn followed(
        &mut self,
        progress: &Arc<Progress>,
        subject: Subject,
        part: Followed,
    ) -> io::Result<()> {
        if matches!(part, Followed::End(_)) {
            let following = &mut self.model.work.following;
            following.take_if(|own| Arc::ptr_eq(own, progress));
        }
        match progress.is_stopped() {
            true => Ok(()),
            false => self.tell(Message::Followed(subject, part)),
        }
    }

    /// Has the papers of a report made; what is being made of another is wanted no more.
    pub(super) fn start_report(&mut self, report: &'static ReportSpec) {
        let progress = Arc::new(Progress::default());
        if let Some(former) = self.model.work.reporting.replace(progress.clone()) {
            former.stop();
        }
        let (input, generation) = (self.past_input(), self.model.generation);
        let answers = self.view.answers.clone();
        self.dirty = true;
        beside_keys(move || {
            let written = input.report(report, &progress);
            answers.send(Event::ReportMade {
                report,
                generation,
                progress,
                written,
            });
        });
    }

    /// Has files that a paper shows copied into one's own archive.
    pub(super) fn start_archiving(&mut self, shown: Vec<ShownFile>) {
        let context = &self.model.context;
        let (root, entries) = (context.root.clone(), context.archive.clone());
        let answers = self.view.answers.clone();
        let archiving = beside_keys(move || {
            if let Some(archived) = archive(&root, &entries, &shown) {
                answers.send(Event::Archived(archived));
            }
        });
        self.archiving.retain(|former| !former.is_finished());
        self.archiving.push(archiving);
    }

    /// The papers of a report have been made, unless that was stopped.
    pub(super) fn report_made(
        &mut self,
        report: &'static ReportSpec,
        generation: u64,
        progress: &Arc<Progress>,
        written: Option<Written>,
    ) -> io::Result<()> {
        let reporting = &mut self.model.work.reporting;
        let is_wanted = reporting
            .take_if(|own| Arc::ptr_eq(own, progress))
            .is_some();
        match written.filter(|_| is_wanted) {
            Some(written) => self.tell(Message::ReportMade {
                report,
                generation,
                written,
            }),
            None => Ok(()),
        }
    }

    /// Keeps what was set aside as seen.
    pub(super) fn keep_seen(&self, seen: SeenChanges) {
        let spell = move || serde_json::to_string(&seen).unwrap_or_default();
        self.on_disk(|disk| disk.keep(SEEN.to_owned(), Some(Box::new(spell))));
    }

    fn start_comparing(&mut self) {
        self.view.compare_at = None;
        let progress = Arc::new(Progress::default());
        self.model.work.comparing = Some(progress.clone());
        let (input, baseline) = (self.past_input(), self.model.since.baseline.clone());
        let answers = self.view.answers.clone();
        std::thread::spawn(move || {
            let answer = input.compare(&baseline, &progress);
            let answer = answer.map(|answer| (baseline, answer.map(Box::new)));
            answers.send(Event::Compared(answer));
        });
    }

    /// More is known of what is to be expected.
    pub(super) fn looked_ahead(&mut self, part: LookAhead) -> io::Result<()> {
        if matches!(part, LookAhead::End) {
            self.model.work.looking_ahead = None;
        }
        self.tell(Message::LookAhead(part))
    }

    fn start_looking_ahead(&mut self) {
        self.view.look_ahead_at = None;
        let progress = Arc::new(Progress::default());
        self.model.work.looking_ahead = Some(progress.clone());
        let (input, answers) = (self.past_input(), self.view.answers.clone());
        let filter = self.model.view.filter.text().to_owned();
        let nearest = self.model.outlook.nearest.clone();
        let remembered = self.view.remembered.clone();
        std::thread::spawn(move || {
            let tell = |part| answers.send(Event::LookAhead(part));
            let mut remembered = remembered.lock().unwrap_or_else(PoisonError::into_inner);
            input.look_ahead(&filter, &mut remembered, &nearest, &progress, tell);
            tell(LookAhead::End);
        });
    }

    pub(super) fn start_following(&mut self, subject: Subject) {
        if let Some(following) = &self.model.work.following {
            following.stop();
        }
        let progress = Arc::new(Progress::default());
        self.model.work.following = Some(progress.clone());
        let input = self.past_input();
        let answers = self.view.answers.clone();
        std::thread::spawn(move || {
            let tell = |part| {
                answers.send(Event::Followed(progress.clone(), subject.clone(), part));
            };
            let step = match &subject {
                Subject::Step(step) => *step,
                Subject::Gate(stage) => {
                    tell(Followed::Papers(papers_naming_stage(&input.plan, stage)));
                    let tell_gate = |origin, events| tell(Followed::Gate(origin, events));
                    let notes = input.follow_gate(stage, &progress, tell_gate);
                    return tell(Followed::End(notes));
                }
            };
            tell(Followed::Papers(papers_naming(&input.plan, step)));
            let (mut found, mut told_at) = (Vec::new(), Instant::now());
            let notes = input.follow(step, &progress, |landing| {
                found.push(landing);
                if told_at.elapsed() >= SHOWN_EVERY {
                    told_at = Instant::now();
                    tell(Followed::Landed(std::mem::take(&mut found)));
                }
            });
            tell(Followed::Landed(found));
            tell(Followed::End(notes));
        });
    }
}
