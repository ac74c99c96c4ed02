//! What is below renumbered steps, and goes along: sub-steps of the log, and those that only the canon
//! has.
//!
//! Where another step has the number as well, only what the branch itself brought in is below its step.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use super::{Before, Composer, MentioningText, Reach};
use crate::change::renumber::page;
use crate::change::value::{Refusal, refuse};
use crate::plan::canon::section::Section;
use crate::plan::id::StepId;

/// Steps with all that is below them.
pub(super) struct Below {
    /// Each step by its index with its new ID, in the order of the old ones; spelled as these.
    pub steps: Vec<(usize, StepId)>,
    /// What sections are called under which other steps have lines: old ID and new one.
    pub sections: Vec<(StepId, StepId)>,
}

/// A step that gets another number, or got it before.
struct Root {
    old: StepId,
    new: StepId,
    /// Whether all with the number is below this one step.
    is_alone: bool,
}

impl Composer<'_> {
    /// The steps with all that is below them and below those that were renumbered before.
    ///
    /// # Errors
    /// When an ID would be too long.
    pub(super) fn with_sub_steps(
        &self,
        steps: &[(usize, StepId)],
        before: &[Before],
        reach: Reach<'_>,
    ) -> Result<Below, Refusal> {
        let mut all: HashMap<usize, StepId> = HashMap::new();
        let mut roots = Vec::new();
        for (step, new) in steps {
            let old = self.plan.step(*step).id();
            all.insert(*step, new.padded_to(old.digits()));
            roots.push(Root {
                old,
                new: *new,
                is_alone: self.plan.find_nth(old, 1).is_none(),
            });
        }
        roots.extend(before.iter().map(|it| Root {
            old: it.old,
            new: it.now(self.plan, steps),
            is_alone: false,
        }));
        let numbers: HashSet<u32> = roots.iter().map(|root| root.old.number()).collect();
        let is_near = |id: StepId| !id.suffix().is_empty() && numbers.contains(&id.number());
        let own = self.own_sections(reach, &is_near);
        let is_own = |id: StepId| own.iter().any(|section| section.id == id);
        let mut sections = Vec::new();
        for root in &roots {
            for index in self.plan.family(root.old) {
                let step = self.plan.step(index);
                let below = step.id();
                let Some(rest) = below.suffix().strip_prefix(root.old.suffix()) else {
                    continue;
                };
                // What has its number already is there under its old one only in mentions.
                let is_known = before.iter().any(|it| it.old == below);
                if !rest.starts_with('.') || all.contains_key(&index) || is_known {
                    continue;
                }
                let is_line = step.log_line().is_some();
                let goes = root.is_alone || is_line && self.is_own_line(index, reach);
                if !goes && !is_own(below) {
                    continue;
                }
                let Ok(id) = format!("{}{rest}", root.new).parse::<StepId>() else {
                    return refuse(format!(
                        "{below} has no ID below {}: it would be too long",
                        root.new
                    ));
                };
                let id = id.padded_to(below.digits());
                match goes || !is_line {
                    // Sections of one step.
                    true if !is_line && all.values().any(|given| *given == id) => {}
                    true => drop(all.insert(index, id)),
                    false => sections.push((below, id)),
                }
            }
        }
        let mut steps: Vec<(usize, StepId)> = all.into_iter().collect();
        steps.sort_unstable();
        steps.retain(|(step, new)| self.plan.step(*step).id() != *new);
        Ok(Below { steps, sections })
    }

    /// The sections of some steps whose headings the branch itself brought in.
    pub(super) fn own_sections(
        &self,
        reach: Reach<'_>,
        is_asked: &dyn Fn(StepId) -> bool,
    ) -> Vec<&Section> {
        let Reach::Own(own) = reach else {
            return Vec::new();
        };
        let mut found = Vec::new();
        for (at, file) in self.plan.files().iter().enumerate() {
            let Some(document) = file.markdown() else {
                continue;
            };
            let sections = self.plan.sections_of(at);
            let mut asked = sections.iter().filter(|it| is_asked(it.id)).peekable();
            if asked.peek().is_none() {
                continue;
            }
            let text = MentioningText {
                path: &file.path,
                text: &String::from_utf8_lossy(document.bytes()),
                is_open: true,
            };
            let is_own = |section: &&Section| {
                let heading = page::heading(document, section);
                heading.is_some_and(|place| own(&text, section.id, &place.source.range()))
            };
            found.extend(asked.filter(is_own));
        }
        found
    }

    /// Whether the branch itself brought in the line of a step.
    fn is_own_line(&self, step: usize, reach: Reach<'_>) -> bool {
        let (Reach::Own(own), Some(place)) = (reach, self.plan.step(step).log_place()) else {
            return false;
        };
        let file = &self.plan.files()[place.file];
        let Some(log) = file.log() else { return false };
        let start: usize = log.lines().take(place.line).map(|l| l.bytes().len()).sum();
        let span = log.line(place.line).span("step_id");
        let span: Option<Range<usize>> = span.map(|span| span.shifted(start).range());
        let text = log.rope().contiguous().into_owned();
        let text = String::from_utf8_lossy(&text);
        let id = self.plan.step(step).id();
        let text = MentioningText {
            path: &file.path,
            text: &text,
            is_open: true,
        };
        span.is_some_and(|span| own(&text, id, &span))
    }
}
