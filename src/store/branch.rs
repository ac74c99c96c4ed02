//! What a branch did since it left the mainline, read from git: which of its steps share a number
//! with one of the mainline, which were renumbered on the way, and which mentions it brought in.
//!
//! Where git knows nothing, nothing is found. A mention belongs to the branch if the branch's own
//! version had it and the mainline's did not; so what was written after the merge, and means the
//! mainline's step, stays.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use self::ids::ids_in;
use self::known::{KnownSteps, Numbers, ids_of};
use crate::change::compose::Composer;
use crate::change::compose::renumber::{Before, MentioningText, Reach, Renumbered};
use crate::change::renumber::added::Added;
use crate::change::value::{Refusal, refuse};
use crate::git::mainline::Mainline;
use crate::git::{Git, GitError};
use crate::plan::checks::unfinished_renumbering::stale_sections;
use crate::plan::field::Field;
use crate::plan::id::StepId;
use crate::plan::source::Role;
use crate::plan::uid::Uid;
use crate::plan::{Plan, StepRef};

pub(crate) mod ids;
mod known;

/// How many merges back a renumbering is looked for.
const MERGES: &str = "30";
/// How many earlier tips of the branch may be the one before a rebase.
const EARLIER: usize = 4;

/// Two versions that tell whose a mention is.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(crate) struct Origin {
    /// A version in which the step had its old number; where none is left, everything that the
    /// mainline lacks is the branch's.
    own: Option<String>,
    /// The mainline's version, or what both started from.
    mainline: String,
    /// The commit that merged them; none where the result is what stands now.
    merge: Option<String>,
}

impl Origin {
    /// What a branch brought in since this version.
    fn since(mainline: String) -> Self {
        Self {
            own: None,
            mainline,
            merge: None,
        }
    }
}

/// A step that has, or had, the number of another one.
#[derive(Clone, Debug)]
pub(crate) struct Collision {
    /// Index of the step in the plan.
    pub step: usize,
    /// The number that it has to give up, or gave up already.
    pub old: StepId,
    /// Whether it has another one already.
    pub is_renumbered: bool,
    /// Whether the branch added it, as far as git knows.
    pub is_new: bool,
    /// How its mentions are told, where git knows.
    pub origin: Option<Origin>,
    /// How many merges lie between.
    age: usize,
}

/// What files have since each of the two versions of an origin.
type KnownAdditions = HashMap<(PathBuf, Origin), [Option<Added>; 2]>;

/// The history around the plan at a folder.
pub(crate) struct Branch {
    git: Git,
    /// The mainline's newest commit, or the revision asked for.
    tip: Option<String>,
    head: String,
    logs: Vec<PathBuf>,
    /// The steps of commits.
    known_steps: RefCell<HashMap<String, Rc<KnownSteps>>>,
    known: RefCell<KnownAdditions>,
}

impl Branch {
    /// The history around `plan`, which lies at `root`, seen against a revision or against the
    /// main branch, which may be configured. Nothing outside git, or before the first commit.
    ///
    /// # Errors
    /// When git cannot be run, or the revision names no commit.
    pub(crate) fn around(
        root: &Path,
        plan: &Plan,
        configured: Option<&str>,
        against: Option<&str>,
    ) -> Result<Option<Self>, GitError> {
        let git = Git::at(root);
        let Some(head) = git.commit_of("HEAD")? else {
            return Ok(None);
        };
        let main = git.mainline(configured)?;
        let tip = match against {
            None => main.as_ref().and_then(Mainline::tip).map(str::to_owned),
            Some(revision) => Some(git.commit_of(revision)?.ok_or_else(|| GitError::Failed {
                subcommand: "rev-parse".to_owned(),
                complaint: format!("{revision} names no commit"),
            })?),
        };
        let logs = plan.files().iter().filter(|file| file.role == Role::Log);
        Ok(Some(Self {
            git,
            tip,
            head,
            logs: logs.map(|file| file.path.clone()).collect(),
            known_steps: RefCell::default(),
            known: RefCell::default(),
        }))
    }

    /// Steps that were renumbered by a merge or a rebase, and whose mentions git can tell.
    pub(crate) fn renumbered(&self, plan: &Plan) -> Vec<Collision> {
        let was = |step: &StepRef<'_>| step.raw(Field::Was).is_some();
        let steps: Vec<StepRef<'_>> = plan.steps().filter(was).collect();
        if steps.is_empty() {
            return Vec::new();
        }
        let candidates = self.candidates();
        let mut found = Vec::new();
        for step in steps {
            for old in former(step) {
                let is_it = |origin: &Origin| {
                    self.moves_on(origin, step, old) || self.gives_away(origin, plan, step, old)
                };
                let age = candidates.iter().position(is_it);
                found.push(Collision {
                    step: step.index(),
                    old,
                    is_renumbered: true,
                    is_new: false,
                    origin: age.map(|age| candidates[age].clone()),
                    age: age.unwrap_or(usize::MAX),
                });
            }
        }
        found
    }

    /// All steps that collide with one of the mainline: renumbered already, standing beside it, or
    /// about to be merged with it.
    ///
    /// # Errors
    /// When git does not answer.
    pub(crate) fn collisions(&self, plan: &Plan) -> Result<Vec<Collision>, GitError> {
        let base = self.base()?;
        let mut found = self.renumbered(plan);
        for collision in &mut found {
            // What the mainline has had for long is not the branch's.
            let step = plan.step(collision.step);
            let is_known = |base: &String| self.is_known(base, step);
            collision.is_new = base.as_ref().is_some_and(|base| !is_known(base));
            let fallback = || {
                let mainline = base.clone().filter(|base| *base != self.head)?;
                collision.is_new.then(|| Origin::since(mainline))
            };
            collision.origin = collision.origin.take().or_else(fallback);
        }
        found.extend(self.doubles(plan, base.as_deref()));
        found.extend(self.ahead(plan, base.as_deref())?);
        Ok(found)
    }

    /// Steps whose number stands twice.
    fn doubles(&self, plan: &Plan, base: Option<&str>) -> Vec<Collision> {
        let mut found = Vec::new();
        let mut candidates = None;
        for second in plan.steps().filter(|step| step.nth() == 1) {
            let id = second.id();
            let mut nth = 0;
            let mut all = Vec::new();
            while let Some(step) = plan.find_nth(id, nth) {
                all.push(plan.step(step));
                nth += 1;
            }
            // Sections without a line are for a person.
            all.retain(|step| step.log_line().is_some());
            let on_main = |step: &StepRef<'_>| base.is_some_and(|base| self.has(base, *step, id));
            all.sort_by_key(|step| (!on_main(step), uid(*step), step.nth()));
            let candidates = candidates.get_or_insert_with(|| self.candidates());
            // What is the same step twice is for a person, too: one of the lines is outdated.
            let mut different: Vec<StepRef<'_>> = Vec::new();
            for step in all {
                if !different.iter().any(|other| is_same(*other, step)) {
                    different.push(step);
                }
            }
            for step in different.into_iter().skip(1) {
                let is_it = |origin: &&Origin| self.brings(origin, step, id);
                let origin = candidates.iter().find(is_it).cloned();
                // What both sides have had under one number is one step, whatever it is called now.
                if origin
                    .as_ref()
                    .is_some_and(|origin| self.had_before(origin, id))
                {
                    continue;
                }
                let fallback = base.map(|base| Origin::since(base.to_owned()));
                found.push(Collision {
                    step: step.index(),
                    old: id,
                    is_renumbered: false,
                    is_new: true,
                    origin: origin.or(fallback),
                    age: 0,
                });
            }
        }
        found
    }

    /// Steps that the branch added under numbers which the mainline has given to others.
    fn ahead(&self, plan: &Plan, base: Option<&str>) -> Result<Vec<Collision>, GitError> {
        let (Some(tip), Some(base)) = (&self.tip, base) else {
            return Ok(Vec::new());
        };
        let merged = self.git.commit_of("MERGE_HEAD")?;
        for head in std::iter::once(&self.head).chain(&merged) {
            if *tip == base || self.git.is_ancestor(tip, head)? {
                return Ok(Vec::new());
            }
        }
        let taken = ids_in(&self.logs_at(tip));
        let start = self.git.merge_base(&self.head, tip)?;
        let start = start.map(|start| self.steps_at(&start));
        let is_ahead = |step: &StepRef<'_>| {
            step.log_line().is_some()
                && taken.contains(&step.id())
                && !self.has(tip, *step, step.id())
                && !self.is_known(base, *step)
                // What was there before both is one step, whatever it is called now.
                && !start.as_ref().is_some_and(|start| start.ids.contains(&step.id()))
                && !self.has_landed(base, tip, *step)
        };
        let found = plan.steps().filter(is_ahead).map(|step| Collision {
            step: step.index(),
            old: step.id(),
            is_renumbered: false,
            is_new: true,
            origin: Some(Origin::since(base.to_owned())),
            age: 0,
        });
        Ok(found.collect())
    }

    /// Where the branch left the mainline; on the main branch itself, what it was before its
    /// newest merge.
    fn base(&self) -> Result<Option<String>, GitError> {
        if let Some(other) = self.git.commit_of("MERGE_HEAD")? {
            let main = self.tip.as_deref().unwrap_or_default();
            let is_theirs = !main.is_empty()
                && (self.git.is_ancestor(&other, main)? || self.git.is_ancestor(main, &other)?)
                && !self.git.is_ancestor(&self.head, main)?;
            return Ok(Some(if is_theirs { other } else { self.head.clone() }));
        }
        let Some(tip) = &self.tip else {
            return Ok(None);
        };
        if self.git.is_ancestor(&self.head, tip)?
            && let Some(other) = self.git.commit_of("HEAD^2")?
            && !other.is_empty()
        {
            return self.git.commit_of("HEAD^1");
        }
        self.git.merge_base(&self.head, tip)
    }

    /// The pairs of versions that a step may have been renumbered between, newest first.
    fn candidates(&self) -> Vec<Origin> {
        let mut pairs: Vec<(String, String, Option<String>)> = Vec::new();
        let commit = |revision: &str| self.git.commit_of(revision).ok().flatten();
        if let Some(other) = commit("MERGE_HEAD") {
            pairs.push((other.clone(), self.head.clone(), None));
            pairs.push((self.head.clone(), other, None));
        }
        let mut arguments = vec!["rev-list", "--merges", "-n", MERGES, "HEAD"];
        // What comes in by a merge that is not committed yet has its own merges.
        arguments.extend((!pairs.is_empty()).then_some("MERGE_HEAD"));
        arguments.push("--");
        let logs: Vec<&str> = self.logs.iter().filter_map(|path| path.to_str()).collect();
        arguments.extend(&logs);
        let merges = self.git.lines(&arguments).unwrap_or_default();
        // Asked for by path, git would name the nearest commits that touched a log.
        let mut arguments = vec!["rev-list", "--no-walk=unsorted", "--parents"];
        arguments.extend(merges.iter().map(String::as_str));
        let merges = match merges.is_empty() {
            true => Vec::new(),
            false => self.git.lines(&arguments).unwrap_or_default(),
        };
        for line in merges {
            let commits: Vec<&str> = line.split(' ').collect();
            if let [merge, one, other] = commits[..] {
                let pair = |own: &str, mainline: &str| {
                    (own.to_owned(), mainline.to_owned(), Some(merge.to_owned()))
                };
                pairs.extend([pair(other, one), pair(one, other)]);
            }
        }
        let mut earlier: Vec<String> = ["REBASE_HEAD", "ORIG_HEAD"].map(str::to_owned).into();
        let branch = self.git.branch().ok().flatten().unwrap_or_default();
        earlier.extend((1..=EARLIER).map(|back| format!("{branch}@{{{back}}}")));
        for revision in earlier {
            let Some(own) = commit(&revision) else {
                continue;
            };
            let onto = self.tip.as_deref().unwrap_or(&own);
            if let Ok(Some(base)) = self.git.merge_base(&self.head, onto)
                && base != own
            {
                pairs.push((own, base, None));
            }
        }
        let origin = |(own, mainline, merge)| Origin {
            own: Some(own),
            mainline,
            merge,
        };
        pairs.into_iter().map(origin).collect()
    }

    /// The change that gives every colliding step a number of its own, with what the branch wrote
    /// about it: the next one that neither the plan nor `taken` has.
    ///
    /// # Errors
    /// When no number is free, or a file cannot be edited.
    pub(crate) fn part(
        &self,
        composer: &Composer<'_>,
        collisions: &[Collision],
        taken: &HashSet<StepId>,
    ) -> Result<Renumbered, Refusal> {
        let plan = composer.plan;
        let mut taken = taken.clone();
        let (mut steps, mut before) = (Vec::new(), Vec::new());
        let mut of_id: HashMap<StepId, &Collision> = HashMap::new();
        // Of several that had one number, the one that gave it up last is meant.
        let mut collisions: Vec<&Collision> = collisions.iter().collect();
        collisions.sort_by_key(|collision| (collision.is_renumbered, collision.age));
        for collision in collisions {
            if of_id.contains_key(&collision.old) {
                continue;
            }
            of_id.insert(collision.old, collision);
            if collision.is_renumbered {
                before.push(Before {
                    step: collision.step,
                    old: collision.old,
                    is_new: collision.is_new,
                });
                continue;
            }
            let free = match collision.old.parent() {
                Some(parent) => composer.next_child_but(parent, &taken),
                None => {
                    let next = StepId::new(collision.old.number().saturating_add(1));
                    let near = composer.next_free_but(next, &taken);
                    // Where that is full, behind all steps, as a new step would be.
                    let last = plan.steps().next_back().map(|step| step.id().number());
                    let behind = || {
                        let behind = StepId::new(last?.checked_add(1)?);
                        composer.next_free_but(behind, &taken)
                    };
                    near.or_else(behind)
                }
            };
            let Some(free) = free else {
                return refuse(format!("there is no free ID behind {}", collision.old));
            };
            taken.insert(free);
            steps.push((collision.step, free));
        }
        let stale: HashSet<(&Path, usize)> = stale_sections(plan)
            .into_iter()
            .filter_map(|(section, _)| {
                let file = &plan.files()[section.file];
                let heading = &file.markdown()?.headings()[section.heading];
                Some((file.path.as_path(), heading.content.start))
            })
            .collect();
        let own = |paper: &MentioningText<'_>, id: StepId, span: &Range<usize>| {
            let MentioningText { path, text, .. } = *paper;
            let mut of = Some(id);
            let collision = loop {
                match of {
                    None => return false,
                    Some(id) => match of_id.get(&id) {
                        Some(collision) => break collision,
                        None => of = id.parent(),
                    },
                }
            };
            // A merge renumbers what is in the log by itself.
            if collision.is_renumbered && self.logs.iter().any(|log| log == path) {
                return false;
            }
            if !paper.is_open && self.is_told_by_was(plan, collision) {
                return false;
            }
            let is_heading = |(file, start): &(&Path, usize)| {
                *file == path && *start <= span.start && !text[*start..span.start].contains('\n')
            };
            let by_git =
                (collision.origin.as_ref()).is_some_and(|origin| self.is_own(origin, paper, span));
            by_git || stale.iter().any(is_heading)
        };
        composer.renumber_with(&steps, &before, Reach::Own(&own))
    }

    /// Whether a closed paper may go on naming the step by its old number: somebody moved it, and
    /// no other has the number, so that what the step says in `was` tells whom the paper means.
    fn is_told_by_was(&self, plan: &Plan, collision: &Collision) -> bool {
        let step = plan.step(collision.step);
        let is_moved = |origin: &Origin| self.is_known(&origin.mainline, step);
        collision.is_renumbered
            && plan.find(collision.old).is_none()
            && collision.origin.as_ref().is_some_and(is_moved)
    }

    /// What the branch brought into a file since it left the mainline, as [`Reach`] asks for it;
    /// nothing where git does not know since when.
    pub(crate) fn since_base(&self) -> Option<Origin> {
        Some(Origin::since(self.base().ok()??))
    }

    /// Whether a step's mention at a place of a file, which is `text` now, is the branch's.
    pub(crate) fn is_own(
        &self,
        origin: &Origin,
        paper: &MentioningText<'_>,
        span: &Range<usize>,
    ) -> bool {
        let MentioningText { path, text, .. } = *paper;
        let mut known = self.known.borrow_mut();
        let [since_main, since_own] = known
            .entry((path.to_owned(), origin.clone()))
            .or_insert_with(|| {
                let since = |commit: &str| match self.git.file_at(commit, path) {
                    Some(before) => Added::since(&String::from_utf8_lossy(&before), text),
                    None => Added::all(text),
                };
                [
                    Some(since(&origin.mainline)),
                    origin.own.as_deref().map(since),
                ]
            });
        let is_new = since_main.as_ref().is_none_or(|added| added.contains(span));
        is_new && !since_own.as_ref().is_some_and(|added| added.contains(span))
    }

    fn logs_at(&self, commit: &str) -> Vec<u8> {
        let logs = self
            .logs
            .iter()
            .filter_map(|path| self.git.file_at(commit, path));
        logs.collect::<Vec<_>>().join(&b'\n')
    }

    fn steps_at(&self, commit: &str) -> Rc<KnownSteps> {
        let mut known = self.known_steps.borrow_mut();
        let read = || Rc::new(KnownSteps::read(&self.logs_at(commit)));
        Rc::clone(known.entry(commit.to_owned()).or_insert_with(read))
    }

    /// Whether a step has this number in the one version, and not in the other.
    fn brings(&self, origin: &Origin, step: StepRef<'_>, id: StepId) -> bool {
        let own = origin.own.as_deref().unwrap_or_default();
        self.has(own, step, id) && !self.has(&origin.mainline, step, id)
    }

    /// Whether it lost the number as they were merged. Where the merge still has it, the step had
    /// only just got it, and gave it up later.
    fn moves_on(&self, origin: &Origin, step: StepRef<'_>, id: StepId) -> bool {
        let merge = origin.merge.as_deref().unwrap_or_default();
        self.brings(origin, step, id) && !self.has(merge, step, id)
    }

    /// Whether the one version means the step by a number that it had before, and the number has
    /// come to another step as they were merged.
    fn gives_away(&self, origin: &Origin, plan: &Plan, step: StepRef<'_>, id: StepId) -> bool {
        let own = origin.own.as_deref().unwrap_or_default();
        let is_given = || match origin.merge.as_deref() {
            Some(merge) => self.steps_at(merge).ids.contains(&id) && !self.has(merge, step, id),
            None => plan.find(id).is_some_and(|holder| holder != step.index()),
        };
        self.resolves(own, step, id) && !self.resolves(&origin.mainline, step, id) && is_given()
    }

    /// Whether both sides of a merge come from a version that has this ID.
    fn had_before(&self, origin: &Origin, id: StepId) -> bool {
        let own = origin.own.as_deref().unwrap_or_default();
        let start = self.git.merge_base(own, &origin.mainline).ok().flatten();
        start.is_some_and(|start| self.steps_at(&start).ids.contains(&id))
    }

    /// Whether a step that only its number tells is the one that has it on the mainline, since the
    /// branch once had it under that title: as after a squash.
    fn has_landed(&self, base: &str, tip: &str, step: StepRef<'_>) -> bool {
        let id = step.id();
        if uid(step).is_some() {
            return false;
        }
        let range = format!("{base}..{}", self.head);
        let mut arguments = vec!["rev-list", "--first-parent", "-n", MERGES, &range, "--"];
        arguments.extend(self.logs.iter().filter_map(|path| path.to_str()));
        let own = self.git.lines(&arguments).unwrap_or_default();
        let landed = self.steps_at(tip);
        let titles = landed.by_title.iter();
        let mut titles = titles.filter(|(_, numbers)| numbers.present.contains(&id));
        titles.any(|(title, _)| {
            let has = |commit: &String| {
                let steps = self.steps_at(commit);
                let numbers = steps.by_title.get(title);
                numbers.is_some_and(|numbers| numbers.present.contains(&id))
            };
            own.iter().any(has)
        })
    }

    /// Whether a version means the step by a number that it had before: nobody has it there.
    fn resolves(&self, commit: &str, step: StepRef<'_>, id: StepId) -> bool {
        self.numbers_of(commit, step).former.contains(&id)
            && !self.steps_at(commit).ids.contains(&id)
    }

    /// Whether a version has the step under this ID.
    fn has(&self, commit: &str, step: StepRef<'_>, id: StepId) -> bool {
        self.numbers_of(commit, step).present.contains(&id)
    }

    /// Whether a version has the step under any ID.
    fn is_known(&self, commit: &str, step: StepRef<'_>) -> bool {
        !self.numbers_of(commit, step).present.is_empty()
    }

    /// The IDs of the lines that are the step in a version: those with its uid, else with its
    /// title.
    fn numbers_of(&self, commit: &str, step: StepRef<'_>) -> Numbers {
        if commit.is_empty() {
            return Numbers::default();
        }
        let steps = self.steps_at(commit);
        let numbers = match uid(step) {
            Some(uid) => steps.by_uid.get(&uid),
            None => steps.by_title.get(step.raw(Field::Title).unwrap_or("\"\"")),
        };
        numbers.cloned().unwrap_or_default()
    }
}

fn uid(step: StepRef<'_>) -> Option<Uid> {
    step.raw(Field::Uid).and_then(Uid::of_raw)
}

/// Whether two lines with one number are one step: by uid, where neither has one by title.
fn is_same(one: StepRef<'_>, other: StepRef<'_>) -> bool {
    match (uid(one), uid(other)) {
        (None, None) => one.raw(Field::Title) == other.raw(Field::Title),
        (one, other) => one == other,
    }
}

/// The IDs that a step had before.
fn former(step: StepRef<'_>) -> Vec<StepId> {
    step.raw(Field::Was).map(ids_of).unwrap_or_default()
}
