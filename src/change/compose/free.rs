//! Which IDs may be given to new steps, and how a log would spell them.
//!
//! An ID is taken where a line has it, one that cannot be read included. One that something
//! still names, though no step has it, is nobody's: what names it would silently come to mean
//! the new step. It is passed over, and given only to who asks for it by name.

use std::collections::{BTreeSet, HashSet};
use std::path::Path;

use super::Composer;
use crate::change::value::{Refusal, refuse};
use crate::plan::StepRef;
use crate::plan::canon::checklist::named_steps;
use crate::plan::dependency::Dependency;
use crate::plan::id::{BlockId, StepId};
use crate::plan::source::{Role, SourceFile};
use crate::plan::spelling::Spelling;

impl Composer<'_> {
    /// The first free number from `id` on, in its block, else in a block behind it, as the log
    /// that it would go to spells it.
    pub(crate) fn next_free(&self, id: StepId) -> Option<StepId> {
        self.next_free_but(id, &HashSet::new())
    }

    /// The same, where these are not free either.
    pub(crate) fn next_free_but(&self, id: StepId, taken: &HashSet<StepId>) -> Option<StepId> {
        let own_end = BlockId(id.block_number()).default_range().1;
        let ends = self.plan.blocks().iter().map(|block| block.range.1);
        let last = ends.fold(own_end, u32::max);
        let numbers = (id.number()..=last).map(StepId::new);
        self.first_free(numbers.filter(|id| !taken.contains(id)))
    }

    /// The first free number from one on, in whatever block that is not retired.
    pub(crate) fn next_free_of_all(&self, number: u32) -> Option<StepId> {
        let blocks = self.plan.blocks().iter();
        let retired: Vec<(u32, u32)> = blocks
            .filter(|block| block.retirement().is_some())
            .map(|block| block.range)
            .collect();
        let is_retired =
            |number: &u32| (retired.iter()).any(|(first, last)| (first..=last).contains(&number));
        let numbers = (number..=u32::MAX).filter(|number| !is_retired(number));
        self.first_free(numbers.map(StepId::new))
    }

    /// The first free sub-step letter below `id`: `.A` to `.Z`, then `.AA` and on.
    pub fn next_child(&self, id: StepId) -> Option<StepId> {
        self.next_child_but(id, &HashSet::new())
    }

    /// The same, where these are not free either.
    pub(crate) fn next_child_but(&self, id: StepId, taken: &HashSet<StepId>) -> Option<StepId> {
        self.first_free(id.children().filter(|id| !taken.contains(id)))
    }

    /// The first number in a range that no step has, but something names.
    pub(crate) fn first_named(&self, (first, last): (u32, u32)) -> Option<StepId> {
        let is_used = |id: StepId| {
            let is_elsewhere = self.elsewhere.is_some_and(|ids| ids.contains(&id));
            is_elsewhere || self.plan.find(id).is_some() || self.unreadable_with(id).is_some()
        };
        let named = self.named().into_iter().filter(|id| {
            let is_inside = (first..=last).contains(&id.number());
            is_inside && id.suffix().is_empty() && !is_used(*id)
        });
        named.min().map(|id| self.spelling_of(id).spell(id))
    }

    /// Which numbers steps have, and which are passed over.
    pub(crate) fn numbers(&self) -> Numbers {
        let used = self.plan.steps().map(|step| step.id().number());
        let numbers = |ids: &HashSet<StepId>| -> HashSet<u32> {
            let whole = ids.iter().filter(|id| id.suffix().is_empty());
            whole.map(|id| id.number()).collect()
        };
        Numbers {
            used: used.collect(),
            passed_over: numbers(&self.passed_over()),
            elsewhere: self.elsewhere.map(numbers).unwrap_or_default(),
        }
    }

    fn first_free(&self, candidates: impl Iterator<Item = StepId>) -> Option<StepId> {
        let is_elsewhere = |id: &StepId| self.elsewhere.is_some_and(|ids| ids.contains(id));
        let mut candidates =
            candidates.filter(|id| self.plan.alike(*id).next().is_none() && !is_elsewhere(id));
        let passed_over = self.passed_over();
        let free = candidates.find(|id| !passed_over.contains(id))?;
        Some(self.spelling_of(free).spell(free))
    }

    /// How the log that a new step goes to spells IDs.
    pub(crate) fn spelling_of(&self, id: StepId) -> Spelling {
        let log = match self.neighbour(id) {
            Some((file, _)) => self.plan.files()[file].log(),
            None => self.only_log().and_then(SourceFile::log),
        };
        log.map_or_else(Spelling::default, Spelling::of)
    }

    /// Lets a step be edited in its section alone, where no log has a line of it.
    ///
    /// # Errors
    /// When one may have a line that cannot be read: log and canon would come to disagree.
    pub(super) fn may_be_canon_only(&self, step: StepRef<'_>) -> Result<(), Refusal> {
        let id = step.id();
        if step.log_line().is_some() {
            return Ok(());
        }
        if let Some((path, line)) = self.unreadable_with(id) {
            return refuse(format!(
                "{id} is also in {}:{line}, a line that cannot be read: fix that line first",
                path.display()
            ));
        }
        let logs = self
            .plan
            .files()
            .iter()
            .filter(|file| file.role == Role::Log);
        for file in logs {
            if let Some(encoding) = file.encoding() {
                return refuse(format!(
                    "{} is {encoding} and may contain {id} too; convert it first: {}",
                    file.path.display(),
                    file.conversion(encoding)
                ));
            }
        }
        Ok(())
    }

    /// The line that cannot be read and has this ID in it, counted from 1, with its file.
    pub(super) fn unreadable_with(&self, id: StepId) -> Option<(&Path, usize)> {
        let (_, place) = self.plan.unreadable_ids().find(|(other, _)| *other == id)?;
        Some((&self.plan.files()[place.file].path, place.line + 1))
    }

    /// IDs that only who asks for them by name gets.
    fn passed_over(&self) -> HashSet<StepId> {
        let mut passed_over = self.named();
        passed_over.extend(self.plan.unreadable_ids().map(|(id, _)| id));
        passed_over
    }

    /// IDs that dependencies, checks and papers name.
    fn named(&self) -> HashSet<StepId> {
        // Only where something is not met can a step be missing.
        let waits = |step: &StepRef<'_>| self.plan.graph().unmet_elsewhere(step.index()) > 0;
        let entries = self
            .plan
            .steps()
            .filter(waits)
            .flat_map(StepRef::dependencies);
        let mut named: HashSet<StepId> = entries
            .filter_map(|entry| match entry {
                Dependency::Step(id) => Some(id),
                Dependency::Condition { .. } => None,
            })
            .collect();
        for check in self.plan.stages().iter().flat_map(|stage| &stage.checks) {
            named.extend(named_steps(&check.text));
        }
        let papers = self.plan.files().iter();
        let papers = papers.filter(|file| !matches!(file.role, Role::Log | Role::Canon));
        for document in papers.filter_map(SourceFile::markdown) {
            let text = String::from_utf8_lossy(document.bytes());
            named.extend(text.lines().flat_map(named_steps));
        }
        named
    }
}

/// The numbers of a plan.
pub(crate) struct Numbers {
    used: BTreeSet<u32>,
    passed_over: HashSet<u32>,
    elsewhere: HashSet<u32>,
}

impl Numbers {
    /// The free ones in a range: those behind its last step, then those before it; at the end those
    /// that are in use elsewhere, for a full block is no reason to stay.
    pub(crate) fn free_in(&self, (first, last): (u32, u32)) -> impl Iterator<Item = StepId> {
        // A row of the table may name its range backwards.
        let last_used = || self.used.range(first..=last).next_back();
        let behind = if first <= last { last_used() } else { None };
        let next = behind.map_or(first, |number| number + 1);
        let all = (next..=last).chain(first..next.min(last + 1));
        let free =
            all.filter(|number| !self.used.contains(number) && !self.passed_over.contains(number));
        let (taken, free): (Vec<u32>, Vec<u32>) =
            free.partition(|number| self.elsewhere.contains(number));
        free.into_iter().chain(taken).map(StepId::new)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::Plan;
    use crate::plan::uid::Uids;

    fn plan(log: &str, papers: &[(Role, &str)]) -> Plan {
        let paper = |(at, (role, text)): (usize, &(Role, &str))| {
            SourceFile::load(format!("{at}.md"), *role, text.as_bytes().to_vec())
        };
        let mut files = vec![SourceFile::load("log", Role::Log, log.as_bytes().to_vec())];
        files.extend(papers.iter().enumerate().map(paper));
        Plan::read(files)
    }

    fn composer(plan: &Plan) -> Composer<'_> {
        Composer::new(plan, chrono::DateTime::default())
    }

    fn next(plan: &Plan, from: u32) -> String {
        let free = composer(plan).next_free(StepId::new(from));
        free.map_or_else(String::new, |id| id.to_string())
    }

    #[test]
    fn an_id_in_a_line_that_cannot_be_read_is_taken() {
        let log = "{\"step_id\":\"0001\"}\n{\"step_id\": \"0002\",}\n{\"step_id\":3,\"a\":NaN}\n\
                   <<<<<<< x {\"step_id\":\"0004\n{\"title\":\"\\u12\",\"step_id\" : \"005\"\n\
                   {'step_id': '0006'}\n{step_id: \"0007\"}\n{“step_id”: “0008”}\n";
        let plan = plan(log, &[]);
        // The marker is a line for git, whatever is on it.
        assert_eq!(next(&plan, 1), "0009");
        let taken = composer(&plan)
            .add(StepId::new(5), "Mine", Uids::default().take())
            .unwrap_err()
            .0;
        assert_eq!(
            taken,
            "0005 is in log:5, a line that cannot be read: fix that line, or use another ID"
        );
    }

    #[test]
    fn an_id_that_something_names_is_given_by_name_only() {
        let log = "{\"step_id\":\"0001\",\"dependencies\":[\"2\",\"0003.A\"]}\n";
        let canon = "| Stage | Stage-Gate Review |\n|-|-|\n| Base | all |\n\n# Checklists\n\n\
                     ## Base\n\n- Runbooks (Step 0003, Steps 0007–0009)\n";
        let note = "# A note\n\nSuperseded by 0004 in 2026.\n\nSee Step 5.\n";
        let plan = plan(log, &[(Role::Canon, canon), (Role::Decision, note)]);
        assert_eq!(next(&plan, 2), "0006");
        // A range means whatever steps are in it.
        assert_eq!(next(&plan, 7), "0007");
        assert_eq!(next(&plan, 2026), "2026");
        let child = composer(&plan).next_child(StepId::new(3)).unwrap();
        assert_eq!(child.to_string(), "0003.B");
        assert!(
            composer(&plan)
                .add(StepId::new(2), "Named", Uids::default().take())
                .is_ok()
        );
    }

    #[test]
    fn a_new_id_is_spelled_as_most_lines_of_its_log() {
        let wide = plan(
            "{\"step_id\":\"00001\"}\n{\"step_id\":\"0002\"}\n{\"step_id\":\"00003\"}\n",
            &[],
        );
        assert_eq!(next(&wide, 1), "00004");
        let numbers = plan("{\"step_id\":1}\n{\"step_id\":2}\n", &[]);
        let change = composer(&numbers)
            .add(StepId::new(3), "New", Uids::default().take())
            .unwrap();
        let line = String::from_utf8(change.edits[0].after.clone().unwrap()).unwrap();
        assert!(line.starts_with("{\"step_id\":3,"), "{line}");
        let child = composer(&numbers)
            .next_child("0002".parse().unwrap())
            .unwrap();
        assert_eq!(child.to_string(), "2.A");
    }
}
