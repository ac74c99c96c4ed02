//! What the model asks for, done outside it: by the file thread, beside the keys, or on the terminal.

use std::io;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use super::{Cockpit, Turn, own_draft};
use crate::app::{Effect, Message};
use crate::record;
use crate::store::fs::create::create;
use crate::store::worker::disk::Disk;
use crate::store::worker::protocol::PrivateDocument;
use crate::tui::running::Running;
use crate::tui::terminal_host::TerminalHost;

/// The checks run when the plan has been left alone for this long.
const CHECK_AFTER: Duration = Duration::from_millis(120);
/// Steps of the demo plan, and its seed: those of the bundled one.
const DEMO: (usize, u64) = (480, 1);

impl<F: TerminalHost> Cockpit<F> {
    pub(super) fn perform(&mut self, effect: Effect) -> io::Result<()> {
        match effect {
            Effect::Save(job) => self.on_disk(|disk| disk.save(job)),
            Effect::Retry => self.on_disk(Disk::retry),
            Effect::Forget { ticket } => self.on_disk(|disk| disk.forget(ticket)),
            Effect::Remember(event) => self.on_disk(|disk| disk.remember(event)),
            Effect::Keep(draft) => {
                // Spelled out by the file thread: a long text takes a while.
                let spell = |draft| -> PrivateDocument {
                    Box::new(move || serde_json::to_string(&draft).unwrap_or_default())
                };
                self.on_disk(|disk| disk.keep(own_draft(), draft.map(spell)));
            }
            Effect::KeepEdit(edit) => {
                let line = serde_json::to_value(edit).unwrap_or_default();
                self.on_disk(|disk| disk.keep_more(own_draft(), line));
            }
            Effect::Reread => self.start_reading(),
            Effect::StartJobs => self.start_jobs(),
            Effect::ReadPast => self.start_reading_past(),
            Effect::ReadLanded => self.start_reading_landed(),
            // Of a front nothing can be said yet.
            Effect::Check if self.model.work.is_opening() => self.view.check_at = None,
            Effect::Check => {
                // What runs would say what was wrong with the plan as it stood.
                self.model.work.stop_checks();
                self.view.check_at = Some(Instant::now() + CHECK_AFTER);
            }
            Effect::StopCheck => {
                self.model.work.stop_checks();
                self.view.check_at = None;
            }
            Effect::Compare => self.compare_soon(),
            Effect::LookAhead => self.look_ahead_soon(),
            Effect::ReadChanges => self.read_changes_soon(),
            Effect::ReadPosts(date) => self.start_reading_posts(date),
            Effect::Follow(subject) => self.start_following(subject),
            Effect::MakeReport(report) => self.start_report(report),
            Effect::Archive(shown) => self.start_archiving(shown),
            Effect::KeepSeen(seen) => self.keep_seen(seen),
            Effect::EditText { form, again } => {
                let edited = self.face.edit(&form, again);
                self.tell(Message::Edited(form, edited))?;
            }
            Effect::TextTaken(form) => self.face.text_taken(&form),
            Effect::DropText(steps) => self.face.drop_text(&steps),
            Effect::Open(target) => {
                self.fetch(&target);
                match self.face.open(&target, &self.model.context.root) {
                    Ok(Some(said)) => self.say(said)?,
                    Ok(None) => {}
                    Err(error) => self.report(Some(error))?,
                }
            }
            Effect::Copy { text, what } => {
                if let Some(said) = self.face.copy(&text, &what)? {
                    self.say(said)?;
                }
            }
            Effect::ListPaths(word) => self.start_listing_paths(word),
            Effect::EditField(text) => {
                let edited = self.face.edit_field(&text);
                self.tell(Message::FieldEdited(text.field, edited))?;
            }
            Effect::RunProgram(run) => {
                let sender = self.sender.clone();
                self.running = Some(Running::start(&run, &self.own_program, sender));
            }
            Effect::ReadBranchIds => self.start_reading_branches(),
            Effect::Renumber(serial, request) => self.start_renumbering(serial, request),
            Effect::DescribePullRequest => self.start_describing(),
            Effect::DecideFile(changes, decision) => self.start_deciding(changes, decision),
            Effect::RunGit(work) => self.run_git(work)?,
            Effect::StopProgram => {
                if let Some(running) = &self.running {
                    running.stop();
                }
            }
            Effect::LookAgain => self.on_disk(Disk::look_again),
            Effect::StartDemo => self.begin(record::demo::plan(DEMO.0, DEMO.1))?,
            Effect::StartPlan => self.begin(record::start::plan())?,
            Effect::Suspend => {
                if !self.face.suspend()? {
                    self.report(Some("there is no shell to return to".to_owned()))?;
                }
            }
            Effect::Redraw => self.face.redraw()?,
            Effect::GoBack(when) => self.start_going_back(when),
            Effect::ReturnToNow => self.return_to_now(),
            Effect::Quit if self.aside.is_some() => self.quit_in_present()?,
            Effect::Quit => self.turn = Turn::Quit,
            Effect::Abandon => {
                self.turn = Turn::Quit;
                if let Some(disk) = self.view.disk.take() {
                    disk.abandon();
                }
            }
        }
        Ok(())
    }

    pub(super) fn on_disk(&self, ask: impl FnOnce(&Disk)) {
        if let Some(disk) = &self.view.disk {
            ask(disk);
        }
    }

    pub(super) fn say(&mut self, text: String) -> io::Result<()> {
        self.tell(Message::Notice { text, error: false })
    }

    pub(super) fn report(&mut self, error: Option<String>) -> io::Result<()> {
        match error {
            Some(text) => self.tell(Message::Notice { text, error: true }),
            None => Ok(()),
        }
    }

    fn begin(&mut self, files: Vec<(PathBuf, Vec<u8>)>) -> io::Result<()> {
        match create(&self.model.context.root, files) {
            Ok(_) => self.turn = Turn::Reopen,
            Err(error) => self.report(Some(error.to_string()))?,
        }
        Ok(())
    }
}
