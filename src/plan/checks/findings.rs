//! What the checks found, in few bytes each: where, by which rule, how grave.
//!
//! A long plan has nearly as many problems as steps once people have written in it, and most are
//! only counted and sorted. So what a rule finds in a step is kept without its words, which come
//! back when the rule looks at that step again. What is wrong with the plan as a whole is rare and
//! takes a pass to find again, so it is kept as it is.
//!
//! Findings are those of the plan that was checked. When it has been edited since, each says what
//! its rule finds in that place now or, where that is nothing, only the rule's title.

use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use chrono::{DateTime, Utc};

use super::reading::{Reader, Reading};
use super::{CONFIGURATION, Context, Fix, Found, Look, Pass, Plan, Problem, Rule, Severity};
use crate::document::parallel::{in_order, in_parallel};
use crate::document::progress::Progress;
use crate::plan::last_change::LastChanges;
use crate::plan::source::Location;

/// So many steps are worth a thread of their own.
pub(super) const SHARE: usize = 5_000;
/// So many problems are worded at a time.
const STRETCH: usize = 1_024;
/// Instead of a step: the problem is kept with its words.
const NONE: u32 = u32::MAX;

/// Everything that is wrong with a plan, in order.
#[derive(Clone, Default, Debug)]
pub struct Findings {
    found: Vec<Finding>,
    /// Problems of the plan as a whole, with their words.
    kept: Vec<Problem>,
    /// The files, in order.
    paths: Vec<PathBuf>,
    rules: &'static [Rule],
    /// The instant of the check.
    now: DateTime<Utc>,
    /// What was known of the last changes.
    changes: Option<Arc<LastChanges>>,
    /// Paths at which there was nothing: to word a problem asks no disk.
    absent: HashSet<PathBuf>,
    /// How many there are of each severity.
    counts: [usize; Severity::ALL.len()],
}

/// Rule, file, line and column, and which of several problems there.
pub(crate) type FindingKey = (&'static str, u32, u32, u32, u32);

/// One problem. There are many: 24 bytes each.
#[derive(Clone, Copy, Debug)]
struct Finding {
    /// Index of its file.
    file: u32,
    /// As in a [`Location`].
    line: u32,
    /// As in a [`Location`].
    column: u32,
    /// Index of the step that the rule found it in, or [`NONE`].
    step: u32,
    /// Which of the problems that the rule finds in the step, or of those kept.
    which: u32,
    /// Index of the rule.
    rule: u8,
    severity: Severity,
}

impl Findings {
    /// What was known of the last changes of steps.
    pub(crate) fn changes(&self) -> Option<&Arc<LastChanges>> {
        self.changes.as_ref()
    }

    /// What `rules` find: in the plan as a whole, then step by step, in parts of `share` steps or
    /// more; nothing where it was stopped.
    pub(super) fn of(
        rules: &'static [Rule],
        plan: &Plan,
        context: &Context<'_>,
        share: usize,
        progress: &Progress,
    ) -> Option<Self> {
        progress.expect(plan.len());
        // Thousands of steps name the same few files.
        let known: Mutex<HashMap<PathBuf, bool>> = Mutex::default();
        let exists = |path: &Path| {
            let known = || known.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(exists) = known().get(path) {
                return *exists;
            }
            let exists = (context.exists)(path);
            known().insert(path.to_owned(), exists);
            exists
        };
        let context = &Context {
            exists: &exists,
            ..*context
        };
        let mut findings = Self {
            paths: plan.files().iter().map(|file| file.path.clone()).collect(),
            rules,
            now: context.now,
            changes: context.changes.cloned(),
            ..Self::default()
        };
        findings.paths.sort();
        let mut walk = Walk {
            plan,
            context,
            looks: Vec::new(),
            keys: Vec::new(),
        };
        let mut reports = Vec::new();
        for (rule, at) in rules.iter().zip(0..) {
            let Some(severity) = rule.severity_in(context.severities) else {
                continue;
            };
            for pass in rule.passes {
                match *pass {
                    Pass::Plan(run) => findings.keep(severity, |found| run(plan, context, found)),
                    Pass::Groups(key, report) => {
                        walk.keys.push(key);
                        reports.push((severity, report));
                    }
                    Pass::Step(_) | Pass::Prepared(_) => {}
                }
            }
            walk.looks
                .extend(rule.look(plan).map(|look| (at, severity, look)));
            if progress.is_stopped() {
                return None;
            }
        }
        let files = (plan.files().iter()).map(|file| short(file_of(&findings.paths, &file.path)));
        let files: Vec<u32> = files.collect();
        let parts = in_parallel(plan.len(), share, |range| {
            walk.part(range, &files, progress)
        });
        let mut groups = vec![Vec::new(); reports.len()];
        for part in parts {
            let (found, keyed) = part?;
            findings.found.extend(found);
            for (group, keyed) in groups.iter_mut().zip(keyed) {
                group.extend(keyed);
            }
        }
        for ((severity, report), mut keyed) in reports.into_iter().zip(groups) {
            keyed.sort_unstable();
            let groups = keyed.chunk_by(|a, b| a.0 == b.0);
            let groups = groups.map(|group| group.iter().map(|(_, step)| *step as usize).collect());
            let groups: Vec<Vec<usize>> = groups.collect();
            findings.keep(severity, |found| report(plan, context, &groups, found));
        }
        progress.finish();
        drop(walk);
        let known = known.into_inner().unwrap_or_else(PoisonError::into_inner);
        let absent = known.into_iter().filter(|(_, exists)| !exists);
        findings.absent = absent.map(|(path, _)| path).collect();
        findings.found.shrink_to_fit();
        Some(findings)
    }

    /// Keeps problems with their words.
    fn keep(&mut self, severity: Severity, find: impl FnOnce(&mut Vec<Problem>)) {
        let from = self.kept.len();
        find(&mut self.kept);
        for (problem, which) in self.kept[from..].iter_mut().zip(from..) {
            problem.severity = severity;
            let file = file_of(&self.paths, &problem.place.path);
            self.found.push(Finding {
                file: short(file),
                line: short(problem.place.line),
                column: short(problem.place.column),
                step: NONE,
                which: short(which),
                rule: 0,
                severity,
            });
        }
    }

    /// Adds problems that no rule looks for.
    pub(crate) fn add(&mut self, problems: &[Problem]) {
        for problem in problems {
            if let Err(at) = self.paths.binary_search(&problem.place.path) {
                self.paths.insert(at, problem.place.path.clone());
                let behind = self.found.iter_mut().filter(|f| f.file as usize >= at);
                behind.for_each(|finding| finding.file += 1);
            }
            self.keep(problem.severity, |kept| kept.push(problem.clone()));
        }
        self.sort();
    }

    /// By file, line, column and code.
    pub(super) fn sort(&mut self) {
        let code = |finding: &Finding| match (finding.step, self.rules.get(finding.rule as usize)) {
            (NONE, _) => self.kept[finding.which as usize].code,
            (_, rule) => rule.map_or(CONFIGURATION, |rule| rule.code),
        };
        let place = |finding: &Finding| (finding.file, finding.line, finding.column);
        (self.found).sort_by(|a, b| place(a).cmp(&place(b)).then_with(|| code(a).cmp(code(b))));
        self.count_all();
    }

    /// The same with the gravest first.
    pub fn gravest_first(mut self) -> Self {
        self.found.sort_by_key(|finding| finding.severity);
        self
    }

    /// Those with an index that is `wanted`.
    pub(super) fn only(mut self, wanted: impl Fn(usize) -> bool) -> Self {
        let mut at = 0;
        self.found.retain(|_| {
            at += 1;
            wanted(at - 1)
        });
        self.count_all();
        self
    }

    fn count_all(&mut self) {
        self.counts = Severity::ALL
            .map(|severity| self.found.iter().filter(|f| f.severity == severity).count());
    }

    /// Which rule found one of them, and how grave it is.
    pub(crate) fn rule(&self, at: usize) -> Option<(Severity, &'static str)> {
        let finding = self.found.get(at)?;
        let code = match (finding.step, self.rules.get(finding.rule as usize)) {
            (NONE, _) => self.kept[finding.which as usize].code,
            (_, rule) => rule.map_or(CONFIGURATION, |rule| rule.code),
        };
        Some((finding.severity, code))
    }

    /// What a rule looks for, in a few words.
    pub fn rule_title(&self, code: &str) -> &'static str {
        let rule = self.rules.iter().find(|rule| rule.code == code);
        rule.map_or("the configuration has mistakes", |rule| rule.title)
    }

    /// What one of them is known by when the plan has been checked again.
    pub(crate) fn key(&self, at: usize) -> Option<FindingKey> {
        let finding = self.found.get(at)?;
        let (_, code) = self.rule(at)?;
        let nth = if finding.step == NONE {
            0
        } else {
            finding.which
        };
        Some((code, finding.file, finding.line, finding.column, nth))
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.found.len()
    }

    /// Whether nothing is wrong.
    pub fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// How many there are of a severity.
    pub fn count(&self, severity: Severity) -> usize {
        self.counts[severity as usize]
    }

    /// One of them in words; nothing where there are not so many.
    pub fn problem(&self, at: usize, plan: &Plan) -> Option<Problem> {
        self.problems(at..at.saturating_add(1), plan).next()
    }

    /// Some of them in words, or as many as there are.
    pub fn problems<'a>(&'a self, range: Range<usize>, plan: &'a Plan) -> Problems<'a> {
        self.problems_by(range, plan, self.looks())
    }

    /// A place for how each rule looks at a step.
    fn looks<'a>(&self) -> Arc<Looks<'a>> {
        self.rules.iter().map(|_| OnceLock::new()).collect()
    }

    fn problems_by<'a>(
        &'a self,
        range: Range<usize>,
        plan: &'a Plan,
        looks: Arc<Looks<'a>>,
    ) -> Problems<'a> {
        let end = range.end.min(self.found.len());
        Problems {
            findings: self,
            plan,
            rest: self.found[range.start.min(end)..end].iter(),
            reader: Reader::default(),
            reading: None,
            looks,
            looked: Vec::new(),
        }
    }

    /// What fixes them, as far as they can be fixed safely.
    pub fn fixes(&self, plan: &Plan) -> Vec<Fix> {
        self.problems(0..self.len(), plan)
            .filter_map(|problem| problem.fix)
            .collect()
    }

    /// Words all of them on all cores and hands on, in order, what `work` makes of some at a time.
    ///
    /// # Errors
    /// As `hand_on`, which is not asked again then.
    pub(crate) fn in_words<T: Send, E>(
        &self,
        plan: &Plan,
        work: impl Fn(Problems<'_>) -> T + Sync,
        hand_on: impl FnMut(T) -> Result<(), E>,
    ) -> Result<(), E> {
        let looks = self.looks();
        let stretch = |number: usize| {
            let part = number * STRETCH..(number + 1) * STRETCH;
            work(self.problems_by(part, plan, looks.clone()))
        };
        in_order(self.len().div_ceil(STRETCH), stretch, hand_on)
    }
}

/// Index of a file that is there.
fn file_of(paths: &[PathBuf], path: &Path) -> usize {
    let found = paths.binary_search_by(|known| known.as_path().cmp(path));
    found.unwrap_or_else(|at| at)
}

/// What looks at each step.
struct Walk<'a> {
    plan: &'a Plan,
    context: &'a Context<'a>,
    /// Each with the index of its rule.
    looks: Vec<(u8, Severity, Look<'a>)>,
    keys: Vec<fn(&Reading<'_>) -> Option<u64>>,
}

/// What is found in a part of the steps, and for each kind of group the keys of its steps.
type Part = (Vec<Finding>, Vec<Vec<(u64, u32)>>);

impl Walk<'_> {
    /// `files` has for each file its index among those in order.
    fn part(&self, range: Range<usize>, files: &[u32], progress: &Progress) -> Option<Part> {
        let (mut all, mut strides) = (Vec::new(), progress.strides());
        let mut keyed = vec![Vec::new(); self.keys.len()];
        let (mut reader, mut found) = (Reader::default(), Found::default());
        for step in range {
            let reading = reader.read(self.plan.step(step));
            let step = short(step);
            for (rule, severity, look) in &self.looks {
                look(&reading, self.context, &mut found);
                all.extend(found.spots.drain(..).zip(0..).map(|(spot, which)| Finding {
                    file: files[spot.file()],
                    line: short(spot.line_number()),
                    column: short(spot.column(self.plan)),
                    step,
                    which,
                    rule: *rule,
                    severity: *severity,
                }));
            }
            for (key, keyed) in self.keys.iter().zip(&mut keyed) {
                keyed.extend(key(&reading).map(|key| (key, step)));
            }
            if !strides.add(1) {
                return None;
            }
        }
        strides.end().then_some((all, keyed))
    }
}

/// A number in the few bytes that it has there.
fn short(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// How each rule looks at a step, by the index of the rule.
type Looks<'a> = [OnceLock<Option<Look<'a>>>];

/// Problems, worded one after the other.
pub struct Problems<'a> {
    findings: &'a Findings,
    plan: &'a Plan,
    rest: std::slice::Iter<'a, Finding>,
    reader: Reader<'a>,
    /// The last step.
    reading: Option<Reading<'a>>,
    /// How each rule looks at a step, once that is needed. Some go through the plan to know it, so
    /// those who word parts of the findings share it.
    looks: Arc<Looks<'a>>,
    /// What rules found in the last step, as far as it was not given out.
    looked: Vec<(u8, Vec<Option<Problem>>)>,
}

impl Iterator for Problems<'_> {
    type Item = Problem;

    fn next(&mut self) -> Option<Problem> {
        let finding = self.rest.next()?;
        if finding.step == NONE {
            return self.findings.kept.get(finding.which as usize).cloned();
        }
        let rule = self.findings.rules.get(finding.rule as usize)?;
        let problem = self.look(finding, rule);
        Some(Problem {
            severity: finding.severity,
            ..problem.unwrap_or_else(|| self.title(finding, rule))
        })
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.rest.size_hint()
    }
}

impl ExactSizeIterator for Problems<'_> {}

impl Problems<'_> {
    /// What the rule finds there; nothing where the plan has changed since.
    fn look(&mut self, finding: &Finding, rule: &Rule) -> Option<Problem> {
        let step = finding.step as usize;
        if self.reading.as_ref().is_none_or(|r| r.step.index() != step) {
            if step >= self.plan.len() {
                return None;
            }
            self.reading = Some(self.reader.read(self.plan.step(step)));
            self.looked.clear();
        }
        let is_of_rule = |looked: &(u8, _)| looked.0 == finding.rule;
        let known = self.looked.iter().position(is_of_rule);
        let at = known.unwrap_or(self.looked.len());
        if known.is_none() {
            let look = self.looks.get(finding.rule as usize)?;
            let look = look.get_or_init(|| rule.look(self.plan));
            let absent = &self.findings.absent;
            let context = Context {
                exists: &|path: &Path| !absent.contains(path),
                changes: self.findings.changes.as_ref(),
                ..Context::at(self.findings.now)
            };
            let mut found = Found {
                in_words: true,
                ..Found::default()
            };
            look.as_ref()?(self.reading.as_ref()?, &context, &mut found);
            let problems = found.problems.into_iter().map(Some).collect();
            self.looked.push((finding.rule, problems));
        }
        let (_, found) = &mut self.looked[at];
        found.get_mut(finding.which as usize)?.take()
    }

    /// What can be said of a problem that an edit may have solved.
    fn title(&self, finding: &Finding, rule: &Rule) -> Problem {
        let place = Location {
            path: self.findings.paths[finding.file as usize].clone(),
            line: finding.line as usize,
            column: finding.column as usize,
        };
        let step = finding.step as usize;
        let step = (step < self.plan.len()).then(|| self.plan.step(step));
        let is_here = |known: &Location| known.path == place.path && known.line == place.line;
        let step = step.filter(|step| step.places().iter().any(is_here));
        let problem = rule.problem_at(place, None, rule.title);
        match step {
            Some(step) => problem.about(step),
            None => problem,
        }
    }
}
