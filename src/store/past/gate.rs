//! What happened to one gate, read back through the versions of the few documents that say it: those
//! with the ladder and the checklists, and the roadmap with its evidence. Logs are left aside.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::PathBuf;

use super::Past;
use super::background::PastInput;
use crate::document::progress::Progress;
use crate::git::history::History;
use crate::history::canon;
use crate::history::gate::{GateEvent, between};
use crate::history::since::Origin;
use crate::plan::Plan;
use crate::plan::source::{Role, SourceFile};
use crate::plan::stage::Stage;
use crate::store::locate::discover::{Overrides, discover};

impl PastInput {
    /// Everything that happened to the gate of a stage, newest first, given to `tell` as it is
    /// found. Answers what is not known.
    pub(crate) fn follow_gate(
        self,
        stage: &str,
        progress: &Progress,
        mut tell: impl FnMut(Origin, Vec<GateEvent>),
    ) -> Vec<String> {
        if let Err(error) = History::around(&self.root) {
            return vec![format!("no history ({error})")];
        }
        let files = self.plan.files();
        let is_of_gates = canon::files_of_stages(&self.plan);
        let documents = files.iter().enumerate().filter(|(at, file)| {
            is_of_gates.contains(at) || (file.role == Role::Roadmap && file.markdown().is_some())
        });
        let documents: Vec<SourceFile> = documents.map(|(_, file)| file.clone()).collect();
        let roles = documents.iter().map(|file| (file.path.clone(), file.role));
        let roles: HashMap<PathBuf, Role> = roles.collect();
        let all: BTreeSet<usize> = (0..documents.len()).collect();
        let plan = Plan::read(documents);
        let layout = discover(&self.root, &Overrides::default());
        let mut past = Past::of(&layout, &plan, &all, false, self.now, None);
        drop((plan, self.plan));
        // Without a cache, all that is seen is read.
        let said = |past: &Past| -> BTreeMap<PathBuf, Vec<u8>> {
            let documents = past.canon.iter();
            let said = documents.map(|(path, held)| (past.below(path), held.bytes().to_vec()));
            said.collect()
        };
        let find = |documents: &BTreeMap<PathBuf, Vec<u8>>| -> Option<Stage> {
            let files = documents.iter().map(|(path, bytes)| {
                let role = roles.get(path).copied().unwrap_or(Role::Canon);
                SourceFile::load(path, role, bytes.clone())
            });
            let plan = Plan::read(files.collect());
            plan.stages().iter().find(|own| own.name == stage).cloned()
        };
        let mut documents = said(&past);
        let mut newer = find(&documents);
        while !progress.is_stopped()
            && let Some(landing) = past.step_back()
        {
            let before = said(&past);
            if before == documents {
                continue;
            }
            let older = find(&before);
            let events = between(older.as_ref(), newer.as_ref());
            if !events.is_empty() {
                tell((&landing).into(), events);
            }
            (newer, documents) = (older, before);
        }
        past.notes()
    }
}
