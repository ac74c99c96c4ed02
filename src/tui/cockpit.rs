//! The event loop: one event after another into `update`, its effects outside, and a frame
//! when something changed. Nothing here waits for anything but the next event.

pub(crate) mod as_of;
mod background;
mod effect;
pub(crate) mod event;
mod git;
mod past;
mod terminal_event;

use std::io;
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, TryRecvError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};

use self::as_of::{LaidOut, Origin, View};
use self::event::Answers;
pub use self::event::{Event, Turn};
use super::detached::own_program;
use super::mouse::WindowFocus;
use super::running::Running;
use super::theme::Theme;
use crate::app::sync::draft::DRAFT;
use crate::app::{DiskEvent, Effect, Message, Model, update};
use crate::store::worker::disk::Disk;
use crate::tui::terminal_host::TerminalHost;
use crate::tui::widgets::field::Field;

/// How often it is looked how far work beside the keys is.
const WORK_SHOWN_EVERY: Duration = Duration::from_millis(100);
/// Stretches of a search that are drawn together, unless a key comes in between.
const STRETCHES: usize = 8;
/// Events taken before the next frame at the most, so that a flood still shows progress.
const BURST: usize = 512;

/// The time, from outside.
pub(crate) type Clock = Box<dyn Fn() -> DateTime<Utc>>;

/// A running cockpit on any terminal.
pub struct Cockpit<F> {
    /// The state.
    pub model: Model,
    /// The terminal.
    pub face: F,
    theme: Theme,
    /// Whether the theme is to suit the terminal's background.
    pub theme_follows: bool,
    /// What goes with the model that is shown.
    view: View,
    field: Option<Field>,
    inbox: Receiver<Event>,
    /// Where versions of the plan are looked for.
    pub(crate) origin: Origin,
    /// This program, through which others are begun.
    pub own_program: PathBuf,
    /// What runs for a command of one's own, and where it says so.
    running: Option<Running>,
    sender: Sender<Event>,
    /// What copies files into one's own archive, and is waited for.
    archiving: Vec<JoinHandle<()>>,
    /// The present, while a version of the past is shown.
    aside: Option<(Model, View)>,
    /// A version that is to be shown.
    next: Option<LaidOut>,
    /// How many versions have been shown.
    views: u32,
    /// Whether the window has the focus, so that a click is meant for what is in it.
    window_focus: WindowFocus,
    dirty: bool,
    turn: Turn,
}

/// The name under which this process keeps the text being typed.
pub(crate) fn own_draft() -> String {
    format!("{DRAFT}-{}", std::process::id())
}

impl<F: TerminalHost> Cockpit<F> {
    /// A cockpit that hears `inbox`, whose sending end is `sender`.
    pub fn new(
        mut model: Model,
        face: F,
        theme: Theme,
        (sender, inbox): (Sender<Event>, Receiver<Event>),
        disk: Option<Disk>,
        clock: Clock,
    ) -> Self {
        let check_at = (!model.work.is_opening()).then(Instant::now);
        // The session may have come back to screen 2, 6 or 7.
        let asked = |effect| model.effects.contains(&effect).then(Instant::now);
        let (compare_at, look_ahead_at) = (asked(Effect::Compare), asked(Effect::LookAhead));
        // All of them begin now; asked for once more by the first event, they would begin anew.
        let is_begun =
            |effect: &Effect| matches!(effect, Effect::Check | Effect::Compare | Effect::LookAhead);
        model.effects.retain(|effect| !is_begun(effect));
        let origin = Origin {
            start: model.context.root.clone(),
            ..Origin::default()
        };
        Self {
            model,
            face,
            theme,
            theme_follows: false,
            view: View {
                disk,
                check_at,
                compare_at,
                look_ahead_at,
                ..View::new(Answers::of_present(sender.clone()), clock)
            },
            field: None,
            inbox,
            origin,
            own_program: own_program(),
            running: None,
            sender,
            archiving: Vec::new(),
            aside: None,
            next: None,
            views: 0,
            window_focus: WindowFocus::default(),
            dirty: true,
            turn: Turn::On,
        }
    }

    /// Runs until the person leaves.
    ///
    /// # Errors
    /// When the terminal can no longer be drawn on.
    pub(crate) fn run(&mut self) -> io::Result<Turn> {
        // What came while the plan was read, the terminal's background above all, shows in
        // the first frame already.
        while let Ok(event) = self.inbox.try_recv() {
            self.handle(event)?;
        }
        loop {
            match self.turn(None)? {
                Turn::On => {}
                end => {
                    self.return_to_now();
                    return Ok(end);
                }
            }
        }
    }

    /// Draws if something changed, then waits for the next event, `timeout` at the most,
    /// and handles it with all that came along.
    ///
    /// # Errors
    /// When the terminal can no longer be drawn on.
    pub fn turn(&mut self, timeout: Option<Duration>) -> io::Result<Turn> {
        self.draw()?;
        // What the session asked for as it was taken up again.
        for effect in std::mem::take(&mut self.model.effects) {
            self.perform(effect)?;
        }
        let event = match self.wait_until(timeout) {
            _ if self.model.view.is_looking() => match self.search_on()? {
                Ok(event) => Ok(event),
                Err(TryRecvError::Disconnected) => Err(RecvTimeoutError::Disconnected),
                Err(TryRecvError::Empty) => return Ok(self.turn),
            },
            None => self
                .inbox
                .recv()
                .map_err(|_| RecvTimeoutError::Disconnected),
            Some(limit) => self.inbox.recv_timeout(limit),
        };
        match event {
            Ok(event) => {
                self.handle(event)?;
                for _ in 0..BURST {
                    match self.inbox.try_recv() {
                        Ok(event) if self.turn == Turn::On => self.handle(event)?,
                        _ => break,
                    }
                }
            }
            Err(RecvTimeoutError::Timeout) => self.on_time(),
            Err(RecvTimeoutError::Disconnected) => self.turn = Turn::Quit,
        }
        self.show_version_if_free();
        Ok(self.turn)
    }

    /// Looks for more steps that pass the filter until there is enough for a frame, or an event.
    fn search_on(&mut self) -> io::Result<Result<Event, TryRecvError>> {
        for _ in 0..STRETCHES {
            match self.inbox.try_recv() {
                Err(TryRecvError::Empty) if self.model.view.is_looking() => {
                    self.dirty = true;
                    self.tell(Message::Idle)?;
                }
                event => return Ok(event),
            }
        }
        Ok(Err(TryRecvError::Empty))
    }

    /// Whether everything that was begun here is done: saved, checked, drawn.
    pub fn is_quiet(&self) -> bool {
        let work = &self.model.work;
        let is_busy = [
            self.dirty,
            work.checking.is_some() || self.view.check_at.is_some(),
            work.following.is_some() || work.going_back.is_some(),
            work.reporting.is_some(),
            work.reading_past.is_some() || work.reading_aside.is_some() || work.is_reading_landed,
            work.rereading.is_busy() || self.model.jobs.is_busy() || self.model.view.is_looking(),
            self.model.numbering.is_reading() || self.model.numbering.is_composing(),
            self.is_comparing() || self.is_looking_ahead() || self.is_reading_changes(),
            self.model.standup_view.is_reading,
            !self.is_aside_quiet(),
        ];
        !is_busy.contains(&true) && self.model.sync.is_settled()
    }

    /// Ends the file thread after its last save, and says what could not be saved or archived.
    pub fn close(mut self) -> Vec<String> {
        self.return_to_now();
        if let Some(running) = self.running.take() {
            running.stop();
        }
        self.model.work.stop();
        self.model.jobs.stop(|_| true);
        let is_abandoned = self.view.disk.is_none();
        drop(self.view.disk.take());
        let mut lost: Vec<String> = Vec::new();
        if is_abandoned && self.model.sync.saving() > 0 {
            lost.push(self.model.sync.left_behind());
        }
        // Whoever does not wait for the disk does not wait for copies either; half of one is cleaned up.
        if !is_abandoned {
            for archiving in std::mem::take(&mut self.archiving) {
                // One that panicked has said so.
                let _ = archiving.join();
            }
        }
        let mut not_archived: Vec<String> = Vec::new();
        while let Ok(event) = self.inbox.try_recv() {
            match event {
                Event::Disk(DiskEvent::Failed { reason, .. }) => lost.push(reason),
                Event::Disk(DiskEvent::Conflicts { conflicts, .. }) => lost.extend(
                    conflicts
                        .iter()
                        .map(|c| format!("{}: {}", c.edit.path.display(), c.obstacle)),
                ),
                Event::Archived(archived) => not_archived.extend(archived.not_copied()),
                _ => {}
            }
        }
        let lost = lost.into_iter().map(|lost| format!("not saved: {lost}"));
        let said = lost.chain(not_archived).collect();
        // To let go of a long plan takes longer than to leave it to the end of the process.
        let Self { model, face, .. } = self;
        drop(face);
        std::thread::spawn(move || drop(model));
        said
    }

    fn wait_until(&self, timeout: Option<Duration>) -> Option<Duration> {
        let work = &self.model.work;
        // The checks asked for follow those that run, and saves: the end of each is an event.
        let may_start = work.checking.is_none() && self.model.sync.saving() == 0;
        let check = (self.view.check_at.filter(|_| may_start))
            .map(|at| at.saturating_duration_since(Instant::now()));
        let past = self.until_reading_past();
        let progress = self.work_in_words().map(|_| WORK_SHOWN_EVERY);
        // A row stays lit until then; the model's clock says when.
        let flash = self.model.flashes.first().map(|(_, until)| {
            let left = *until - (self.view.clock)();
            left.to_std().unwrap_or(Duration::ZERO) + Duration::from_millis(1)
        });
        let minute = self.model.next_change().map(|next| {
            let left = next - (self.view.clock)();
            left.to_std().unwrap_or(Duration::ZERO) + Duration::from_millis(1)
        });
        [timeout, check, past, progress, flash, minute]
            .into_iter()
            .flatten()
            .min()
    }

    fn on_time(&mut self) {
        if self.model.tick((self.view.clock)()) {
            self.dirty = true;
        }
        let is_due = self.view.check_at.is_some_and(|at| at <= Instant::now());
        // Saves come first: they need the processor, too.
        let is_free = self.model.work.checking.is_none() && self.model.sync.saving() == 0;
        if is_due && is_free {
            self.start_check();
        }
        self.read_past_if_due();
        let work = self.work_in_words();
        if work != self.view.work_shown {
            self.view.work_shown = work;
            self.dirty = true;
        }
    }

    fn handle(&mut self, event: Event) -> io::Result<()> {
        if self.aside.is_some() && event.is_of_present() {
            return self.in_present(|cockpit| cockpit.handle(event));
        }
        self.model.tick((self.view.clock)());
        self.dirty = true;
        match event {
            Event::Terminal(event) => self.handle_terminal(event),
            Event::Disk(event) => self.tell(Message::Disk(event)),
            Event::JobDone(result) => self.tell(Message::JobDone(result)),
            Event::Reread(reread) => {
                let former = self.model.plan.clone();
                let told = self.tell(Message::Reread(reread));
                // To let go of a long plan takes a while, too.
                std::thread::spawn(move || drop(former));
                told
            }
            Event::Checked { generation, found } => {
                self.model.work.checking = None;
                let Some(found) = found else {
                    return Ok(());
                };
                let told = self.tell(Message::Checked { generation, found });
                self.read_aside_if_due();
                told
            }
            Event::LaidOut(opening, laid_out) => self.laid_out(&opening, laid_out),
            Event::Answer(view, event) => self.answered(view, *event),
            Event::Compared(answer) => self.compared(answer),
            Event::ChangesRead(base, answer) => self.tell(Message::ChangesRead { base, answer }),
            Event::FileDecided(decision, done) => self.tell(Message::FileDecided(decision, done)),
            Event::BranchIds(branches) => self.tell(Message::BranchIds(branches)),
            Event::Renumbered {
                serial,
                generation,
                answer,
            } => self.tell(Message::Renumbered {
                serial,
                generation,
                answer,
            }),
            Event::PostsRead(date, posts) => self.tell(Message::PostsRead { date, posts }),
            Event::PullRequestText(text) => self.tell(Message::PullRequestText(text)),
            Event::ReportMade {
                report,
                generation,
                progress,
                written,
            } => self.report_made(report, generation, &progress, written),
            Event::Archived(archived) => self.tell(Message::Archived(archived)),
            Event::RepositoryChanged => {
                self.model.screen.repository_changed(&mut self.model);
                Ok(())
            }
            Event::LookAhead(part) => self.looked_ahead(part),
            Event::Followed(progress, of, part) => self.followed(&progress, of, part),
            Event::Landed { generation, landed } => {
                self.tell(Message::Landed { generation, landed })
            }
            Event::Past { generation, past } => self.tell(Message::Past { generation, past }),
            Event::PastAside(read, progress) => {
                self.model.work.reading_aside = None;
                self.model.work.has_no_history = read.is_none() && !progress.is_stopped();
                match read {
                    Some((generation, past)) => self.tell(Message::Past { generation, past }),
                    // The detail pane says so, and a standup goes by stamps.
                    None => {
                        self.dirty = true;
                        self.model.screen.refresh(&mut self.model);
                        Ok(())
                    }
                }
            }
            Event::Opened(whole, disk) => {
                self.view.disk = Some(disk);
                self.tell(Message::Opened(whole))
            }
            Event::Paths(word, paths) => self.tell(Message::Paths(word, paths)),
            Event::Printed(serial) => self.printed(serial),
            Event::ProgramEnded(serial, ended) => {
                self.printed(serial)?;
                self.tell(Message::ProgramEnded { serial, ended })
            }
            Event::SavedLate(form) => self.tell(Message::SavedLate(form)),
            Event::FieldSavedLate(text) => self.tell(Message::FieldSavedLate(text)),
            Event::NotCopied { text, what } => {
                let said = self.face.send(&text, &what)?;
                self.say(said)
            }
            Event::Notice { text, error } => self.tell(Message::Notice { text, error }),
            Event::Person(me) => {
                // It is the same person, whatever they look at.
                if let Some((aside, _)) = &mut self.aside {
                    aside.know_person(me.clone());
                }
                self.model.know_person(me);
                Ok(())
            }
        }
    }

    /// Takes what a program has printed since the last time.
    fn printed(&mut self, serial: u64) -> io::Result<()> {
        let running = self.running.as_ref();
        match running.filter(|running| running.serial() == serial) {
            Some(running) => {
                let text = running.take();
                self.tell(Message::Printed { serial, text })
            }
            None => Ok(()),
        }
    }

    fn tell(&mut self, message: Message) -> io::Result<()> {
        for effect in update(&mut self.model, message) {
            self.perform(effect)?;
        }
        Ok(())
    }

    fn draw(&mut self) -> io::Result<()> {
        if !std::mem::take(&mut self.dirty) {
            return Ok(());
        }
        self.sync_field();
        let (model, theme, field) = (&self.model, &self.theme, self.field.as_ref());
        let sight = &mut self.view.sight;
        self.face.draw(&mut |frame| {
            super::draw::draw(frame, model, theme, sight, field);
        })?;
        self.model.page = self.view.sight.page;
        self.model.view.across = self.view.sight.across;
        self.model.papers.furthest = self.view.sight.furthest;
        self.model.changes.furthest = self.view.sight.furthest;
        Ok(())
    }
}
