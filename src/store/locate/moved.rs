//! Files in the repository that were evidence on some day, and are not what they were then: what demos
//! showed by its digest, and what stands under a ticked check or in a signed packet by git's blob of
//! that day. Attaching a file again, with a later day, clears it.
//!
//! What a file holds is kept as long as it looks the same, and what git tells as long as `HEAD` is.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, NaiveDate, Utc};

use crate::document::pointer::LfsPointer;
use crate::git::Git;
use crate::git::history::{History, Paths};
use crate::history::when::end_of;
use crate::plan::Plan;
use crate::plan::checks::MovedEvidence;
use crate::plan::link;
use crate::record::gate_review::GateReview;
use crate::report::demo::shown_before;
use crate::store::fs::inside::{digest_inside, file_inside};
use crate::store::fs::stamp::Stamp;

/// A file that proves something as it was on a day.
struct Proof {
    /// From the root.
    path: String,
    day: NaiveDate,
    /// How it came to prove it, in words before the day.
    how: &'static str,
    /// Where that is written.
    file: usize,
    line: usize,
}

/// Everything of that kind.
pub(super) fn moved_evidence(root: &Path, plan: &Plan, now: DateTime<Utc>) -> Vec<MovedEvidence> {
    let mut moved = demoed(root, plan, now);
    let proofs = proofs(root, plan);
    if !proofs.is_empty() {
        moved.extend(changed(root, &proofs).unwrap_or_default());
    }
    moved
}

/// What demos showed and is another file now.
fn demoed(root: &Path, plan: &Plan, now: DateTime<Utc>) -> Vec<MovedEvidence> {
    let tomorrow = now.date_naive().succ_opt().unwrap_or(now.date_naive());
    let shown = shown_before(plan, tomorrow).into_iter();
    let moved = shown.filter(|shown| {
        let is = link::file_of(&shown.path).and_then(|path| content_of(root, &path));
        is.is_some_and(|is| is.sha256 != shown.sha256)
    });
    let moved = moved.map(|shown| MovedEvidence {
        file: shown.demo,
        line: shown.line,
        artifact: shown.path,
        since: match shown.day {
            Some(day) => format!("it was shown on {day}"),
            None => "it was shown".to_owned(),
        },
    });
    moved.collect()
}

/// What a file holds.
#[derive(Clone, Debug)]
struct FileContent {
    sha256: String,
    /// What git would call it, in either way; nothing before git was asked.
    blobs: Option<[String; 2]>,
}

type KnownFiles = HashMap<PathBuf, (Stamp, FileContent)>;

fn known_files() -> MutexGuard<'static, KnownFiles> {
    static KNOWN: LazyLock<Mutex<KnownFiles>> = LazyLock::new(Mutex::default);
    KNOWN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What a file holds, read again only where it looks otherwise.
fn content_of(root: &Path, path: &str) -> Option<FileContent> {
    let file = file_inside(root, path).ok()?;
    let stamp = Stamp::of(&file)?;
    if let Some((then, held)) = known_files().get(&file)
        && *then == stamp
    {
        return Some(held.clone());
    }
    let (_, sha256) = digest_inside(root, path).ok()?;
    let held = FileContent {
        sha256,
        blobs: None,
    };
    known_files().insert(file, (stamp, held.clone()));
    Some(held)
}

/// The local files behind ticks and in signed packets; of one file under one check the latest day.
fn proofs(root: &Path, plan: &Plan) -> Vec<Proof> {
    let mut all: Vec<Proof> = Vec::new();
    let is_there = |path: &String| file_inside(root, path).is_ok();
    for stage in plan.stages() {
        for check in stage.checks.iter().filter(|check| check.done) {
            let mut own: Vec<Proof> = Vec::new();
            for evidence in stage.evidence_for(check) {
                let day = evidence
                    .stamp()
                    .and_then(|stamp| stamp.get(..10)?.parse().ok());
                let Some(day) = day else { continue };
                let folder = &plan.files()[evidence.file].path;
                let paths = evidence.links.iter().filter_map(|link| {
                    let rooted = link::file_of(&link::decoded(link)).filter(&is_there);
                    rooted.or_else(|| {
                        link::file_of(&link::from_root(link, folder)?).filter(&is_there)
                    })
                });
                for path in paths {
                    let proof = Proof {
                        path,
                        day,
                        how: "it was attached on",
                        file: evidence.file,
                        line: evidence.line,
                    };
                    match own.iter_mut().find(|known| known.path == proof.path) {
                        Some(known) if known.day > proof.day => {}
                        Some(known) => *known = proof,
                        None => own.push(proof),
                    }
                }
            }
            all.extend(own);
        }
        for packet in &stage.packets {
            let Some(day) = packet.decided_on() else {
                continue;
            };
            let source = &plan.files()[packet.file];
            let review = source
                .markdown()
                .and_then(|it| GateReview::read(it, packet.file, &source.path));
            let links = review.into_iter().flat_map(|review| review.criteria);
            let links = links.flat_map(|criterion| criterion.links);
            let paths =
                links.filter_map(|link| link::file_of(&link::from_root(&link, &source.path)?));
            all.extend(paths.filter(&is_there).map(|path| Proof {
                path,
                day,
                how: "the gate was decided on",
                file: packet.file,
                line: packet.line,
            }));
        }
    }
    all
}

/// Those that git knows another version of on their day. `None` without git.
fn changed(root: &Path, proofs: &[Proof]) -> Option<Vec<MovedEvidence>> {
    let mut paths: Vec<&str> = proofs.iter().map(|proof| &*proof.path).collect();
    paths.sort_unstable();
    paths.dedup();
    let history = history(root, &paths)?;
    let now = with_blobs(root, &paths)?;
    let then = |proof: &Proof| {
        let changes = history.get(&proof.path)?;
        let end = end_of(proof.day).timestamp();
        // Committed only later, it was evidence as it came.
        let by_then = changes.iter().find(|change| change.time <= end);
        Some(&by_then.or_else(|| changes.last())?.blob)
    };
    let differ: Vec<(&Proof, &String, &FileContent)> = (proofs.iter())
        .filter_map(|proof| {
            let (is, then) = (now.get(&*proof.path)?, then(proof)?);
            let is_other = !is.blobs.as_ref()?.contains(then);
            is_other.then_some((proof, then, is))
        })
        .collect();
    let then: HashSet<&str> = differ.iter().map(|(_, then, _)| then.as_str()).collect();
    let stored = stored_elsewhere(root, then.into_iter().collect());
    let moved = differ.into_iter().filter(|(_, then, is)| {
        let stored = stored.get(*then);
        stored.is_none_or(|sha256| *sha256 != is.sha256)
    });
    let moved = moved.map(|(proof, ..)| MovedEvidence {
        file: proof.file,
        line: proof.line,
        artifact: proof.path.clone(),
        since: format!("{} {}", proof.how, proof.day),
    });
    Some(moved.collect())
}

/// Those of the blobs that stand for a file in Git LFS, with its digest.
fn stored_elsewhere(root: &Path, blobs: Vec<&str>) -> HashMap<String, String> {
    // A deleted file has no blob.
    let blobs: Vec<&str> = blobs.into_iter().filter(|blob| !blob.is_empty()).collect();
    let longest = LfsPointer::LONGEST as u64;
    let Ok(mut objects) = Git::at(root).objects_up_to(longest, &blobs) else {
        return HashMap::new();
    };
    let stored = blobs.into_iter().filter_map(|blob| {
        let pointer = LfsPointer::read(&objects.next_object()?)?;
        Some((blob.to_owned(), pointer.content().1))
    });
    stored.collect()
}

/// What each file became, and when, the newest first.
type Histories = HashMap<String, Vec<Became>>;

#[derive(Clone, Debug)]
struct Became {
    /// Seconds since the epoch.
    time: i64,
    blob: String,
}

fn history(root: &Path, paths: &[&str]) -> Option<Histories> {
    static KNOWN: Mutex<Option<(String, Histories)>> = Mutex::new(None);
    let history = History::around(root).ok()?;
    let head = history.head()?.to_owned();
    let key = format!("{}\0{head}\0{}", root.display(), paths.join("\0"));
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((of, found)) = known.as_ref()
        && *of == key
    {
        return Some(found.clone());
    }
    let below: Vec<PathBuf> = paths
        .iter()
        .map(|path| history.prefix().join(path))
        .collect();
    let specs: Vec<Paths> = below.iter().cloned().map(Paths::File).collect();
    let commits = history.commits("HEAD", &specs).ok()?.commits;
    let mut found = Histories::new();
    for commit in commits {
        for change in commit.changes {
            let Some(at) = below.iter().position(|path| *path == change.path) else {
                continue;
            };
            let became = Became {
                time: commit.time,
                blob: change.after.unwrap_or_default(),
            };
            found.entry(paths[at].to_owned()).or_default().push(became);
        }
    }
    *known = Some((key, found.clone()));
    Some(found)
}

/// What the files hold, and what git would call them. `None` without git.
fn with_blobs<'p>(root: &Path, paths: &[&'p str]) -> Option<HashMap<&'p str, FileContent>> {
    let mut all: HashMap<&str, FileContent> = (paths.iter())
        .filter_map(|path| Some((*path, content_of(root, path)?)))
        .collect();
    let unknown: Vec<&str> = (paths.iter().copied())
        .filter(|path| all.get(path).is_some_and(|held| held.blobs.is_none()))
        .collect();
    if !unknown.is_empty() {
        let blobs = Git::at(root).blobs_of(&unknown).ok()?;
        for (path, blobs) in unknown.into_iter().zip(blobs) {
            let Some(held) = all.get_mut(path) else {
                continue;
            };
            held.blobs = Some(blobs);
            // Not kept for a file that changed meanwhile.
            if let Ok(file) = file_inside(root, path)
                && let Some((stamp, known)) = known_files().get_mut(&file)
                && Stamp::of(&file).as_ref() == Some(stamp)
            {
                known.blobs.clone_from(&held.blobs);
            }
        }
    }
    Some(all)
}
