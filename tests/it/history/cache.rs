//! What is kept of the past between two runs changes nothing but their speed: not when it is cut,
//! garbled or somebody else's, and not when the clone changes behind its back.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use proptest::test_runner::FileFailurePersistence;
use tempfile::TempDir;

use super::repo::{LOG, Repo, git_in, line, with_uid};
use crate::support::run::{Folder, Run};

const CANON: &str = "docs/plan.md";
const SECOND: &str = "data/plans/second.jsonl";

/// Everything that is read from the past.
const QUESTIONS: &[&[&str]] = &[
    &["log", "--json"],
    &["log", "0001", "--json"],
    &["since", "3d", "--json"],
    &["burn", "--by", "day", "--json"],
    &["forecast", "--json"],
    &["forecast", "B01"],
    &["next", "--json"],
    &["check", "--format", "json"],
    &["list", "--filter", "changed:<4d"],
];

/// What is said on both channels, and the exit code.
fn answers(folder: &Folder) -> Vec<(String, String, u8)> {
    let ask = |question: &&[&str]| {
        let Run { out, err, code } = folder.run(question);
        (out, err, code)
    };
    QUESTIONS.iter().map(ask).collect()
}

/// The same where nothing can be kept.
fn answers_without(folder: &Folder) -> Vec<(String, String, u8)> {
    let (cache, aside) = (folder.cache(), folder.cache().with_extension("aside"));
    let had = fs::rename(&cache, &aside).is_ok();
    fs::write(&cache, "in the way").unwrap();
    let answers = answers(folder);
    assert_eq!(fs::read(&cache).unwrap(), b"in the way");
    fs::remove_file(&cache).unwrap();
    if had {
        fs::rename(&aside, &cache).unwrap();
    }
    answers
}

fn files(cache: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(cache) else {
        return Vec::new();
    };
    entries.map(|entry| entry.unwrap().path()).collect()
}

/// Something that is done to a plan.
#[derive(Clone, Debug)]
enum Deed {
    /// A step gets a status; which is there afterwards.
    Set(u32, &'static str),
    Remove(u32),
    /// The step with this uid gets another number.
    Renumber(u32),
    /// It is described in the canon, or no longer.
    Describe(u32),
    Tick,
    /// Another file name.
    Move,
    Split,
    Revert,
    /// A branch is merged.
    Merge(u32, &'static str),
    /// What is kept is cut after so many of a thousand parts.
    Cut(usize),
    /// A byte of it is another one.
    Garble(usize),
}

fn deed() -> impl Strategy<Value = Deed> {
    let status = || prop::sample::select(vec!["draft", "in progress", "complete"]);
    prop_oneof![
        6 => (1..5u32, status()).prop_map(|(id, status)| Deed::Set(id, status)),
        1 => (1..5u32).prop_map(Deed::Remove),
        1 => (1..5u32).prop_map(Deed::Renumber),
        2 => (1..7u32).prop_map(Deed::Describe),
        1 => Just(Deed::Tick),
        1 => Just(Deed::Move),
        1 => Just(Deed::Split),
        1 => Just(Deed::Revert),
        1 => (1..5u32, status()).prop_map(|(id, status)| Deed::Merge(id, status)),
        1 => (0..1000usize).prop_map(Deed::Cut),
        1 => (0..1000usize).prop_map(Deed::Garble),
    ]
}

/// The plan that the deeds are done to.
struct Told {
    repo: Repo,
    lines: Vec<String>,
    described: Vec<u32>,
    is_ticked: bool,
    log: &'static str,
}

impl Told {
    fn write(&self) {
        let all: Vec<&str> = self.lines.iter().map(String::as_str).collect();
        let (first, second) = match self.log {
            SECOND => all.split_at(all.len() / 2),
            _ => (&all[..], &[][..]),
        };
        let path = if self.log == SECOND { LOG } else { self.log };
        for other in [LOG, "data/plans/plan.jsonl", SECOND] {
            let _ = fs::remove_file(self.repo.path().join(other));
        }
        self.repo.write(path, &super::repo::log_of(first));
        if !second.is_empty() {
            self.repo.write(SECOND, &super::repo::log_of(second));
        }
        let mut canon = format!(
            "# Plan\n\n## Crawl\n\nEvidence required:\n\n- [{}] Step 0001 is complete.\n",
            if self.is_ticked { "x" } else { " " }
        );
        for id in &self.described {
            canon.push_str(&format!(
                "\n#### Step {id:04} — Work\n\n- **Status:** draft\n"
            ));
        }
        self.repo.write(CANON, &canon);
    }

    fn set(&mut self, id: u32, status: &str) {
        let name = format!("\"step_id\": \"{id:04}\"");
        let letters = [
            "aaaaaaaaaaaa",
            "bbbbbbbbbbbb",
            "cccccccccccc",
            "dddddddddddd",
        ];
        let new = with_uid(
            &line(&format!("{id:04}"), "Work", status),
            letters[id as usize % 4],
        );
        match self.lines.iter_mut().find(|line| line.contains(&name)) {
            Some(old) => *old = new,
            None => self.lines.push(new),
        }
    }

    fn doing(&mut self, deed: &Deed) {
        match deed {
            Deed::Set(id, status) => self.set(*id, status),
            Deed::Remove(id) => {
                let name = format!("\"step_id\": \"{id:04}\"");
                self.lines.retain(|line| !line.contains(&name));
            }
            Deed::Renumber(id) => {
                let (from, to) = (format!("\"{id:04}\""), format!("\"{:04}\"", id + 4));
                for line in &mut self.lines {
                    *line = line.replacen(&from, &to, 1);
                }
            }
            Deed::Describe(id) => match self.described.iter().position(|other| other == id) {
                Some(at) => drop(self.described.remove(at)),
                None => self.described.push(*id),
            },
            Deed::Tick => self.is_ticked = !self.is_ticked,
            Deed::Move if self.log == LOG => self.log = "data/plans/plan.jsonl",
            Deed::Split if self.log == LOG => self.log = SECOND,
            Deed::Move | Deed::Split => self.log = LOG,
            Deed::Revert => {
                if let Some(line) = self.lines.first_mut() {
                    *line = line.replace("complete", "draft");
                }
            }
            Deed::Merge(id, status) => {
                self.repo.git(&["checkout", "-q", "-b", "side"]);
                self.set(*id, status);
                self.write();
                self.repo.commit("on a branch");
                self.repo.git(&["checkout", "-q", "main"]);
                self.repo.pass_days(1);
                self.repo
                    .git(&["merge", "-q", "--no-ff", "-m", "merge", "side"]);
                self.repo.git(&["branch", "-q", "-D", "side"]);
            }
            Deed::Cut(_) | Deed::Garble(_) => {
                for file in files(&self.repo.folder.cache()) {
                    let mut bytes = fs::read(&file).unwrap();
                    let at = |share: &usize| bytes.len().saturating_sub(1) * share / 1000;
                    match deed {
                        Deed::Cut(share) => bytes.truncate(at(share)),
                        Deed::Garble(share) if !bytes.is_empty() => {
                            let at = at(share);
                            bytes[at] ^= 0x40;
                        }
                        _ => {}
                    }
                    fs::write(&file, bytes).unwrap();
                }
            }
        }
        self.write();
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 8,
        max_shrink_iters: 60,
        failure_persistence: Some(Box::new(FileFailurePersistence::Off)),
        ..ProptestConfig::default()
    })]

    #[test]
    fn what_is_kept_changes_no_answer(deeds in prop::collection::vec(deed(), 4..14)) {
        let Some(repo) = Repo::new() else { return Ok(()) };
        let lines = Vec::new();
        let mut told = Told { repo, lines, described: vec![1], is_ticked: false, log: LOG };
        told.set(1, "in progress");
        told.write();
        told.repo.commit("begin");
        for (at, deed) in deeds.iter().enumerate() {
            told.doing(deed);
            if at % 3 == 2 {
                // Once with what is not committed yet.
                let folder = &told.repo.folder;
                prop_assert_eq!(answers(folder), answers_without(folder), "after {:?}", deed);
            }
            told.repo.commit("work");
        }
        let folder = &told.repo.folder;
        for _ in 0..2 {
            prop_assert_eq!(answers(folder), answers_without(folder));
        }
    }
}

/// Three versions of one step.
fn plan() -> Option<Repo> {
    let repo = Repo::new()?;
    for status in ["draft", "in progress", "complete"] {
        repo.land(&[&line("0001", "One", status)]);
    }
    Some(repo)
}

#[test]
fn a_clone_that_is_deepened_or_loses_an_object_is_told_as_it_is() {
    let Some(repo) = plan() else { return };
    let folder = Folder::new(&[]);
    let url = format!("file://{}", repo.path().display());
    let clone = TempDir::new().unwrap();
    let to = clone.path().join("clone");
    git_in(
        clone.path(),
        "",
        &[
            "clone",
            "-q",
            "--depth",
            "2",
            &url,
            &to.display().to_string(),
        ],
    );
    for name in [".git", "data"] {
        fs::rename(to.join(name), folder.path().join(name)).unwrap();
    }
    assert_eq!(answers(&folder), answers_without(&folder));
    git_in(folder.path(), "", &["fetch", "-q", "--unshallow"]);
    let whole = answers(&folder);
    assert_eq!(whole, answers_without(&folder));
    assert!(
        whole[0].0.contains("added") && !whole[0].0.contains("shallow"),
        "{}",
        whole[0].0
    );
}

#[test]
fn a_version_that_goes_missing_is_missing_although_it_is_known() {
    let Some(repo) = plan() else { return };
    assert!(answers(&repo.folder)[0].0.contains("in progress"));
    let blob = repo.git(&["rev-parse", &format!("HEAD~1:{LOG}")]);
    let (front, rest) = blob.trim().split_at(2);
    fs::remove_file(repo.path().join(".git/objects").join(front).join(rest)).unwrap();
    let told = answers(&repo.folder);
    assert!(
        told[0]
            .0
            .contains("1 version of the plan's files is missing"),
        "{}",
        told[0].0
    );
    assert_eq!(told, answers_without(&repo.folder));
}

#[test]
fn it_is_private_lies_outside_the_checkout_and_is_used() {
    let Some(repo) = plan() else { return };
    let cache = repo.folder.cache();
    let first = answers(&repo.folder);
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let kept = files(&cache);
    assert_eq!(
        (kept.len(), mode(&cache), mode(&kept[0])),
        (1, 0o700, 0o600)
    );
    // Nothing is written again where nothing is new.
    let before = fs::read(&kept[0]).unwrap();
    assert_eq!(answers(&repo.folder), first);
    assert_eq!(
        (files(&cache), fs::read(&kept[0]).unwrap()),
        (kept.clone(), before)
    );
    // A folder that others look into is made private first.
    fs::set_permissions(&cache, Permissions::from_mode(0o755)).unwrap();
    assert_eq!(answers(&repo.folder), first);
    assert_eq!(mode(&cache), 0o700);
    // A file of another version is replaced, and everything else there goes when it is too much.
    fs::write(&kept[0], "stepdeck past 0\n").unwrap();
    fs::File::create(cache.join("huge"))
        .unwrap()
        .set_len(257 << 20)
        .unwrap();
    assert_eq!(answers(&repo.folder), first);
    assert_eq!(files(&cache), kept);
    assert_eq!(repo.git(&["status", "--porcelain"]), "");
}
