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

use memchr::memmem;

use crate::change::compose::Composer;
use crate::change::compose::renumber::{Reach, Renumbered};
use crate::change::renumber::added::Added;
use crate::change::value::{Refusal, refuse};
use crate::document::json;
use crate::document::log::LineReader;
use crate::git::mainline::Mainline;
use crate::git::{Git, GitError};
use crate::plan::checks::unfinished_renumbering::stale_sections;
use crate::plan::field::Field;
use crate::plan::id::StepId;
use crate::plan::source::Role;
use crate::plan::uid::Uid;
use crate::plan::{Plan, StepRef};

/// How many merges back a renumbering is looked for.
const MERGES: &str = "30";
/// How many earlier tips of the branch may be the one before a rebase.
const EARLIER: usize = 4;
/// How much of the logs of other branches is read.
const MOST: usize = 64 << 20;

/// Two versions that tell whose a mention is.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(crate) struct Origin {
    /// A version in which the step had its old number; where none is left, everything that the
    /// mainline lacks is the branch's.
    own: Option<String>,
    /// The mainline's version, or what both started from.
    mainline: String,
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
                let is_it = |origin: &&Origin| {
                    let own = origin.own.as_deref().unwrap_or_default();
                    self.has(own, step, old) && !self.has(&origin.mainline, step, old)
                };
                let age = candidates.iter().position(|origin| is_it(&origin));
                found.push(Collision {
                    step: step.index(),
                    old,
                    is_renumbered: true,
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
            let fallback = || {
                let mainline = base.clone().filter(|base| *base != self.head)?;
                // What the mainline has had for long is not the branch's.
                let step = plan.step(collision.step);
                if self.is_known(&mainline, step) {
                    return None;
                }
                Some(Origin {
                    own: None,
                    mainline,
                })
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
            for step in all.into_iter().skip(1) {
                let is_it = |origin: &&Origin| {
                    let own = origin.own.as_deref().unwrap_or_default();
                    self.has(own, step, id) && !self.has(&origin.mainline, step, id)
                };
                let mainline = base.map(str::to_owned);
                let fallback = mainline.map(|mainline| Origin {
                    own: None,
                    mainline,
                });
                found.push(Collision {
                    step: step.index(),
                    old: id,
                    is_renumbered: false,
                    origin: candidates.iter().find(is_it).cloned().or(fallback),
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
        if *tip == base || self.git.is_ancestor(tip, &self.head)? {
            return Ok(Vec::new());
        }
        let taken = ids_in(&self.logs_at(tip));
        let is_ahead = |step: &StepRef<'_>| {
            step.log_line().is_some()
                && taken.contains(&step.id())
                && !self.has(tip, *step, step.id())
                && !self.is_known(base, *step)
        };
        let found = plan.steps().filter(is_ahead).map(|step| Collision {
            step: step.index(),
            old: step.id(),
            is_renumbered: false,
            origin: Some(Origin {
                own: None,
                mainline: base.to_owned(),
            }),
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
        Ok(self.git.lines(&["merge-base", &self.head, tip])?.pop())
    }

    /// The pairs of versions that a step may have been renumbered between, newest first.
    fn candidates(&self) -> Vec<Origin> {
        let mut pairs: Vec<(String, String)> = Vec::new();
        let commit = |revision: &str| self.git.commit_of(revision).ok().flatten();
        if let Some(other) = commit("MERGE_HEAD") {
            pairs.push((other.clone(), self.head.clone()));
            pairs.push((self.head.clone(), other));
        }
        let mut arguments = vec!["rev-list", "--merges", "-n", MERGES, "HEAD", "--"];
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
            let parents: Vec<&str> = line.split(' ').skip(1).collect();
            if let [one, other] = parents[..] {
                pairs.push((other.to_owned(), one.to_owned()));
                pairs.push((one.to_owned(), other.to_owned()));
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
            let base = self.git.lines(&["merge-base", &self.head, onto]);
            if let Some(base) = base.ok().and_then(|mut lines| lines.pop())
                && base != own
            {
                pairs.push((own, base));
            }
        }
        let origin = |(own, mainline)| Origin {
            own: Some(own),
            mainline,
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
                before.push((collision.step, collision.old));
                continue;
            }
            let free = match collision.old.parent() {
                Some(parent) => composer.next_child_but(parent, &taken),
                None => {
                    let next = StepId::new(collision.old.number().saturating_add(1));
                    composer.next_free_but(next, &taken)
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
        let own = |(path, text): (&Path, &str), id: StepId, span: &Range<usize>| {
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
            let is_heading = |(file, start): &(&Path, usize)| {
                *file == path && *start <= span.start && !text[*start..span.start].contains('\n')
            };
            let by_git = (collision.origin.as_ref())
                .is_some_and(|origin| self.is_own(origin, (path, text), span));
            by_git || stale.iter().any(is_heading)
        };
        composer.renumber_with(&steps, &before, Reach::Own(&own))
    }

    /// What the branch brought into a file since it left the mainline, as [`Reach`] asks for it;
    /// nothing where git does not know since when.
    pub(crate) fn since_base(&self) -> Option<Origin> {
        let mainline = self.base().ok()??;
        Some(Origin {
            own: None,
            mainline,
        })
    }

    /// Whether a step's mention at a place of a file, which is `text` now, is the branch's.
    pub(crate) fn is_own(
        &self,
        origin: &Origin,
        (path, text): (&Path, &str),
        span: &Range<usize>,
    ) -> bool {
        let mut known = self.known.borrow_mut();
        let [since_main, since_own] = known
            .entry((path.to_owned(), origin.clone()))
            .or_insert_with(|| {
                let since = |commit: &str| match self.file_at(commit, path) {
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

    fn file_at(&self, commit: &str, path: &Path) -> Option<Vec<u8>> {
        let object = format!("{commit}:./{}", path.display());
        self.git.output(&["cat-file", "blob", &object]).ok()
    }

    fn logs_at(&self, commit: &str) -> Vec<u8> {
        let logs = self
            .logs
            .iter()
            .filter_map(|path| self.file_at(commit, path));
        logs.collect::<Vec<_>>().join(&b'\n')
    }

    fn steps_at(&self, commit: &str) -> Rc<KnownSteps> {
        let mut known = self.known_steps.borrow_mut();
        let read = || Rc::new(KnownSteps::read(&self.logs_at(commit)));
        Rc::clone(known.entry(commit.to_owned()).or_insert_with(read))
    }

    /// Whether a version has the step under this ID.
    fn has(&self, commit: &str, step: StepRef<'_>, id: StepId) -> bool {
        self.ids_of(commit, step).contains(&id)
    }

    /// Whether a version has the step under any ID.
    fn is_known(&self, commit: &str, step: StepRef<'_>) -> bool {
        !self.ids_of(commit, step).is_empty()
    }

    /// The IDs of the lines that are the step in a version: those with its uid, else with its
    /// title.
    fn ids_of(&self, commit: &str, step: StepRef<'_>) -> Vec<StepId> {
        if commit.is_empty() {
            return Vec::new();
        }
        let steps = self.steps_at(commit);
        let ids = match uid(step) {
            Some(uid) => steps.by_uid.get(&uid),
            None => steps.by_title.get(step.raw(Field::Title).unwrap_or("\"\"")),
        };
        ids.cloned().unwrap_or_default()
    }
}

/// The IDs of a version's steps, by what the steps are known by.
#[derive(Default)]
struct KnownSteps {
    by_uid: HashMap<Uid, Vec<StepId>>,
    /// By the title as it is written.
    by_title: HashMap<String, Vec<StepId>>,
}

impl KnownSteps {
    fn read(logs: &[u8]) -> Self {
        let mut steps = Self::default();
        let mut reader = LineReader::default();
        for line in logs.split(|byte| *byte == b'\n') {
            let values = reader.values(line, ["step_id", "uid", "title"]);
            let Some([Some(id), uid, title]) = values else {
                continue;
            };
            let Some(id) = StepId::of_raw(id) else {
                continue;
            };
            if let Some(uid) = uid.and_then(Uid::of_raw) {
                steps.by_uid.entry(uid).or_default().push(id);
            }
            let title = title.unwrap_or("\"\"").to_owned();
            steps.by_title.entry(title).or_default().push(id);
        }
        steps
    }
}

/// The IDs that any branch uses, local or fetched, in the logs at these paths below `root`: read
/// from git's objects, as many as are quickly read. Nothing outside git.
pub(crate) fn ids_on_branches(root: &Path, logs: &[PathBuf]) -> HashSet<StepId> {
    let git = Git::at(root);
    let mut seen = HashSet::new();
    let branches = git.branches().unwrap_or_default().into_iter();
    let commits: Vec<String> = branches
        .map(|branch| branch.commit)
        .filter(|commit| seen.insert(commit.clone()))
        .collect();
    let mut found = HashSet::new();
    let mut read = 0;
    for path in logs {
        let names: Vec<String> = (commits.iter())
            .map(|commit| format!("{commit}:./{}", path.display()))
            .collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let hashes = git.hashes(&names).unwrap_or_default();
        let hashes: Vec<String> = hashes
            .into_iter()
            .filter(|hash| seen.insert(hash.clone()))
            .collect();
        let hashes: Vec<&str> = hashes.iter().map(String::as_str).collect();
        let Ok(mut objects) = git.objects(&hashes) else {
            continue;
        };
        for _ in &hashes {
            if read > MOST {
                return found;
            }
            let Some(bytes) = objects.next_object() else {
                break;
            };
            read += bytes.len();
            found.extend(ids_in(&bytes));
        }
    }
    found
}

/// The IDs of a log's lines, without more of it being read.
fn ids_in(log: &[u8]) -> HashSet<StepId> {
    const KEY: &[u8] = b"\"step_id\"";
    let id = |at: usize| {
        let rest = log[at + KEY.len()..]
            .trim_ascii_start()
            .strip_prefix(b":")?;
        let rest = rest.trim_ascii_start();
        let rest = rest.strip_prefix(b"\"").unwrap_or(rest);
        let end = rest
            .iter()
            .position(|byte| !(byte.is_ascii_alphanumeric() || *byte == b'.'))?;
        std::str::from_utf8(&rest[..end]).ok()?.parse().ok()
    };
    memmem::find_iter(log, KEY).filter_map(id).collect()
}

fn uid(step: StepRef<'_>) -> Option<Uid> {
    step.raw(Field::Uid).and_then(Uid::of_raw)
}

/// The IDs that a step had before.
fn former(step: StepRef<'_>) -> Vec<StepId> {
    let items = step
        .raw(Field::Was)
        .and_then(json::items)
        .unwrap_or_default();
    items.into_iter().filter_map(StepId::of_raw).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_read_however_a_log_spells_them() {
        let log = b"{\"step_id\":\"0001\"}\n{ \"step_id\" : 2, \"a\": 1}\n{\"step_id\": \"0003.A\"}\n\"step_id\"";
        let mut ids: Vec<String> = ids_in(log).iter().map(StepId::to_string).collect();
        ids.sort();
        assert_eq!(ids, ["0001", "0003.A", "2"]);
    }
}
