//! What goes on beside the keys, each on a thread of its own: checks, jobs that a key asked for, and the
//! reading of what others wrote. What is read of the past starts in `past`.

use std::sync::Arc;
use std::thread::JoinHandle;

use super::{Cockpit, Event};
use crate::app::screens::problems::Checked;
use crate::document::parallel::leave_a_core;
use crate::document::progress::Progress;
use crate::store::locate::inspect::CheckInput;
use crate::store::locate::paths::paths_from;
use crate::tui::terminal_host::TerminalHost;

/// Does work that grows with the plan on a thread of its own.
pub(super) fn beside_keys(work: impl FnOnce() + Send + 'static) -> JoinHandle<()> {
    std::thread::spawn(move || {
        leave_a_core();
        work();
    })
}

impl<F: TerminalHost> Cockpit<F> {
    pub(super) fn start_check(&mut self) {
        self.view.check_at = None;
        let progress = Arc::new(Progress::default());
        self.model.work.checking = Some(progress.clone());
        let plan = self.model.plan.clone();
        let generation = self.model.generation;
        let context = self.model.context.clone();
        let now = (self.view.clock)();
        let answers = self.view.answers.clone();
        let past = self.past_input();
        beside_keys(move || {
            let changes = past.last_changes(&progress).map(Arc::new);
            let premises = CheckInput {
                root: &context.root,
                severities: &context.severities,
                papers: &context.papers,
                rituals: &context.rituals,
                configuration: &context.mistakes,
                changes: changes.as_ref(),
                listed: context.listed.as_deref(),
            };
            let found = premises.inspect_with(&plan, now, &progress);
            let found = found.map(Checked::from);
            // Screen 2 shows them; read here, it never waits for them.
            plan.other_checklists();
            // Likewise papers, which no first frame waits for.
            plan.parse_papers();
            // The plan is let go first: an edit need not copy what nobody reads any more.
            drop(plan);
            answers.send(Event::Checked { generation, found });
        });
    }

    pub(super) fn start_jobs(&mut self) {
        for job in self.model.jobs.take_waiting() {
            let answers = self.view.answers.clone();
            beside_keys(move || {
                answers.send(Event::JobDone(job.run()));
            });
        }
    }

    /// Lists paths: a folder on another machine may take long to answer.
    pub(super) fn start_listing_paths(&mut self, word: String) {
        let root = self.model.context.root.clone();
        let answers = self.view.answers.clone();
        beside_keys(move || {
            let paths = paths_from(&root, &word);
            answers.send(Event::Paths(word, paths));
        });
    }

    pub(super) fn start_reading(&mut self) {
        let Some(batch) = self.model.next_batch() else {
            return;
        };
        let answers = self.view.answers.clone();
        beside_keys(move || {
            answers.send(Event::Reread(Box::new(batch.read())));
        });
    }
}
