//! What happened to one line of a log, found before the whole past is read: where the line is the same
//! in two versions, nothing between them is looked at first.
//!
//! A step changes a few times a year, in a log that changes a few times a day. To halve the versions
//! over and over finds those few among thousands after some dozens are read, and to look first where
//! the line's own stamp says that it was changed, after a few. Both may miss what was
//! changed and changed back; the reading of every version, which follows, does not. Nothing is found
//! that this would not find too: only changes of a line that both versions have once.

use chrono::DateTime;
use memchr::memmem::Finder;

use super::Past;
use crate::document::json::{Object, words};
use crate::document::progress::Progress;
use crate::git::objects::Objects;
use crate::history::events::{Event, Kind, between, had_number, name_of_line};
use crate::history::landing::Landing;
use crate::history::lines::line_around;
use crate::plan::Plan;
use crate::plan::field::Field;
use crate::plan::id::StepId;
use crate::plan::source::Role;
use crate::plan::uid::Uid;

/// From so many commits on that nothing is known about, it is worth while.
const MANY: usize = 64;
/// How many versions are read, at most.
const MOST_READ: usize = 64;

/// A line, where a version has it once.
type Line = Option<Vec<u8>>;

/// The line of a step, in the versions of its log.
struct OwnLine<'p> {
    past: &'p Past,
    id: StepId,
    uid: Option<Uid>,
    /// The versions of the log by their blobs, the newest first; none where there was no such file.
    blobs: Vec<Option<&'p str>>,
    /// The commit that came between each version and the next older one, by its place.
    commits: Vec<usize>,
    objects: Objects,
    /// How many versions may still be read.
    left: usize,
}

impl Past {
    /// What happened to the line of a step, each given to `tell` as it is found; nothing where the
    /// whole past is read as fast, or it is not clear which line is the step's.
    pub(super) fn own_line(
        &self,
        plan: &Plan,
        step: StepId,
        progress: &Progress,
        mut tell: impl FnMut(Landing),
    ) {
        let commits = self.commits.iter();
        let unknown = commits.filter(|commit| !self.cache.knows(&commit.between));
        if unknown.take(MANY).count() == MANY
            && let Some(mut own) = OwnLine::of(self, plan, step)
        {
            own.search(progress, &mut tell);
        }
    }
}

impl<'p> OwnLine<'p> {
    fn of(past: &'p Past, plan: &Plan, id: StepId) -> Option<Self> {
        let (git, step) = (past.git()?, plan.step(plan.find(id)?));
        let file = &plan.files()[step.log_place()?.file];
        if plan.find_nth(id, 1).is_some() || file.role != Role::Log {
            return None;
        }
        let path = git.prefix().join(&file.path);
        let mut blobs = vec![past.at_head.as_ref()?.get(&path)?.as_deref()];
        let mut commits = Vec::new();
        for (at, commit) in past.commits.iter().enumerate().rev() {
            let own = commit.older.iter().find(|(older, _)| *older == path);
            if let Some((_, blob)) = own {
                blobs.push(blob.as_deref());
                commits.push(at);
            }
        }
        Some(Self {
            past,
            id,
            uid: step.raw(Field::Uid).and_then(Uid::of_raw),
            blobs,
            commits,
            objects: git.objects_on_demand().ok()?,
            left: MOST_READ,
        })
    }

    /// Halves what may hold a change until each change has its commit, the newest first.
    fn search(&mut self, progress: &Progress, tell: &mut impl FnMut(Landing)) {
        let oldest = self.commits.len();
        let mut open = vec![((0, self.line(0)), (oldest, self.line(oldest)))];
        while let Some(((newer_at, newer), (older_at, older))) = open.pop() {
            if newer == older || self.left == 0 || progress.is_stopped() {
                continue;
            }
            if older_at - newer_at == 1 {
                if let (Some(older), Some(newer)) = (older, newer) {
                    self.found(newer_at, &older, &newer, tell);
                }
                continue;
            }
            let stamped = newer.as_deref().and_then(|line| self.stamped(line));
            let middle_at = (stamped.into_iter().flatten())
                .find(|at| (newer_at + 1..older_at).contains(at))
                .unwrap_or(newer_at.midpoint(older_at));
            let middle = self.line(middle_at);
            open.push(((middle_at, middle.clone()), (older_at, older)));
            open.push(((newer_at, newer), (middle_at, middle)));
        }
    }

    /// The versions before and after the commit that brought a line in, if its stamp can be believed:
    /// the first one that landed after it.
    fn stamped(&self, line: &[u8]) -> Option<[usize; 2]> {
        let object = Object::parse(std::str::from_utf8(line).ok()?).ok()?;
        let stamp = words(object.get(Field::UpdatedAt.spec().key)?);
        let stamp = DateTime::parse_from_rfc3339(stamp.trim()).ok()?.to_utc();
        let is_later = |commit: &usize| self.past.commits[*commit].at >= stamp;
        let later = self.commits.partition_point(is_later);
        Some([later, later.checked_sub(1)?])
    }

    /// Tells how the line changed from the version before to the one at `newer_at`.
    fn found(&self, newer_at: usize, older: &[u8], newer: &[u8], tell: &mut impl FnMut(Landing)) {
        let commit = &self.past.commits[self.commits[newer_at]];
        let mut events = between(older, newer);
        // One that took the number of another is followed where all lines are known.
        let is_moved = |event: &Event| event.field.as_deref() == Some(Field::Was.spec().key);
        if self.uid.is_none() && events.iter().any(is_moved) {
            return;
        }
        events.retain(|event| event.kind == Kind::Changed);
        if !events.is_empty() {
            tell(Landing {
                at: commit.at,
                commit: Some(commit.commit.clone()),
                events,
                ticks: Vec::new(),
                is_first: false,
            });
        }
    }

    /// The line in the version at `at`.
    fn line(&mut self, at: usize) -> Line {
        let blob = self.blobs[at]?;
        self.left = self.left.checked_sub(1)?;
        let log = self.objects.ask(blob)?;
        let found = self.line_in(&log);
        self.objects.give_back(log);
        found
    }

    fn line_in(&self, log: &[u8]) -> Line {
        let needle = match self.uid {
            Some(uid) => uid.to_string(),
            None => self.id.number().to_string(),
        };
        let (mut found, mut end) = (None, 0);
        for at in Finder::new(&needle).find_iter(log) {
            let line = line_around(log, at);
            if at < end {
                continue;
            }
            end = line.end;
            let line = log[line].trim_ascii();
            // What has the number now may be another step than what had it.
            if self.uid.is_none() && had_number(line, self.id) {
                return None;
            }
            let is_own = match (name_of_line(line), self.uid) {
                (Some((_, uid)), Some(own)) => uid == Some(own),
                (Some((id, uid)), None) => id == self.id && uid.is_none(),
                (None, _) => false,
            };
            if is_own && found.replace(line.to_vec()).is_some() {
                return None;
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::sync::Arc;

    use tempfile::TempDir;

    use super::*;
    use crate::git::Git;
    use crate::git::import::NewCommit;
    use crate::store::locate::open::{Opening, open_plan};
    use crate::store::past::background::PastInput;

    const LOG: &str = "data/plans/plan.jsonl";
    const COMMITS: usize = 400;

    fn line(id: u32, uid: &str, owner: &str, title: &str) -> String {
        let uid = match uid {
            "" => String::new(),
            uid => format!(", \"uid\": \"{uid}\""),
        };
        format!(
            "{{\"step_id\": \"{id:04}\", \"title\": \"{title}\", \"owner\": \"{owner}\"{uid}}}\n"
        )
    }

    /// In each commit step 1 has another title. Step 2 changes its owner twice; step 3, known by a
    /// uid, has another number and another owner since; step 4 comes, twice at first, and is
    /// mentioned by others; step 5 changes and changes back; steps 6 and 7
    /// change their owners twice, and only the stamp of 6 says when. Step 8 takes its number, and the one
    /// that had it says so, and has another owner since.
    fn log(commit: usize) -> String {
        let owner =
            |from: &[usize]| ["a", "b", "c"][from.iter().filter(|at| commit >= **at).count()];
        let three = if commit < 50 { 3 } else { 30 };
        let mut log = line(1, "", "x", &format!("at {commit}"));
        log += &line(2, "", owner(&[100, 333]), "0004 and 0002");
        log += &line(three, "aaaabbbbcccc", owner(&[200]), "Three");
        if commit >= 150 {
            log += &line(4, "", owner(&[250]), "Four").repeat(if commit == 160 { 2 } else { 1 });
        }
        log += &line(5, "", if commit == 120 { "b" } else { "a" }, "Five");
        let shared = owner(&[77, 301]);
        let stamped = |id, stamp: &str| {
            let own = line(id, "", shared, "Stamped");
            own.replace("}\n", &format!(", \"updated_at\": \"{stamp}\"}}\n"))
        };
        let edited = match commit {
            ..77 => 0,
            77..301 => 77,
            _ => 301,
        };
        log += &match commit {
            ..180 => line(8, "", "x", "Eight"),
            180.. => line(8, "", "y", "Another"),
        };
        if commit >= 180 {
            let moved = line(9, "", owner(&[301]), "Eight");
            log += &moved.replace("}\n", ", \"was\": [\"0008\"]}\n");
        }
        log + &stamped(6, &time(edited).to_rfc3339()) + &stamped(7, "2023-12-24T00:00:00Z")
    }

    fn time(commit: usize) -> DateTime<chrono::Utc> {
        DateTime::from_timestamp(1_700_000_000 + 3_600 * commit as i64, 0).unwrap()
    }

    /// A checkout with that history; none where there is no git.
    fn checkout() -> Option<TempDir> {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join(LOG);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, log(COMMITS - 1)).unwrap();
        let imported = Git::in_new(folder.path()).import(|importer| {
            for at in 0..COMMITS {
                importer.commit(&NewCommit {
                    time: time(at).timestamp(),
                    name: "Ada",
                    mail: "ada@example.org",
                    message: "Work",
                    parents: &at.checked_sub(1).into_iter().collect::<Vec<_>>(),
                    files: &[(Path::new(LOG), log(at).into_bytes())],
                })?;
            }
            Ok(())
        });
        imported.ok().map(|()| folder)
    }

    fn input(folder: &Path) -> PastInput {
        let opened = open_plan(folder, &Default::default(), &Opening::default());
        PastInput {
            root: folder.to_owned(),
            plan: Arc::new(opened.unwrap().1),
            as_configured: true,
            now: "2026-01-01T00:00:00Z".parse().unwrap(),
            cache: None,
        }
    }

    fn words(landing: &Landing) -> Vec<String> {
        let at = (landing.at.timestamp() - 1_700_000_000) / 3_600;
        let events = landing.events.iter();
        let words = events.map(|event| {
            let field = event.field.as_deref().unwrap_or_default();
            format!("{at} {} {field}", event.kind.word())
        });
        words.collect()
    }

    #[test]
    fn few_changes_are_found_first_and_all_of_them_once() {
        let Some(folder) = checkout() else { return };
        let first = |step: u32| {
            let input = input(folder.path());
            let mut found = Vec::new();
            let tell = |landing: Landing| found.extend(words(&landing));
            let past = input.open();
            past.own_line(&input.plan, StepId::new(step), &Progress::default(), tell);
            found
        };
        assert_eq!(first(2), ["333 changed owner", "100 changed owner"]);
        assert_eq!(first(30), ["200 changed owner"]);
        assert_eq!(first(4), ["250 changed owner"]);
        assert_eq!(first(5), [""; 0], "it is as it was");
        let all = |step: u32| {
            let mut found = Vec::new();
            let progress = Progress::default();
            input(folder.path()).follow(StepId::new(step), &progress, |landing| {
                found.extend(words(&landing));
            });
            found
        };
        let told = ["333 changed owner", "100 changed owner", "0 added "];
        assert_eq!(all(2), told);
        assert_eq!(
            all(30),
            ["200 changed owner", "50 renumbered step_id", "0 added "]
        );
        let told = [
            "250 changed owner",
            "161 removed ",
            "160 added ",
            "150 added ",
        ];
        assert_eq!(all(4), told);
        assert_eq!(all(8), ["180 added "]);
        let told = [
            "301 changed owner",
            "180 renumbered step_id",
            "180 changed owner",
            "180 changed was",
            "0 added ",
        ];
        assert_eq!(all(9), told);
        let told = ["121 changed owner", "120 changed owner", "0 added "];
        assert_eq!(all(5), told);
        for step in [6, 7] {
            assert_eq!(first(step), ["301 changed owner", "77 changed owner"]);
            let input = input(folder.path());
            let past = input.open();
            let mut own = OwnLine::of(&past, &input.plan, StepId::new(step)).unwrap();
            own.search(&Progress::default(), &mut |_| {});
            let read = MOST_READ - own.left;
            assert_eq!(read <= 6, step == 6, "{step}: {read}");
        }
        // Of one that changes all the time no more is read than is worth while.
        assert!((1..MOST_READ).contains(&first(1).len()));
        let mut told = all(1);
        assert_eq!(told.len(), COMMITS);
        told.sort();
        told.dedup();
        assert_eq!(told.len(), COMMITS);
    }
}
