//! What holds for the past of every demo plan.

use std::collections::HashMap;
use std::convert::Infallible;

use super::super::{plan, untidy_plan};
use super::*;

struct Told {
    commits: Vec<(i64, &'static str, String, Vec<usize>)>,
    trees: Vec<HashMap<PathBuf, Vec<u8>>>,
}

fn told(files: &[(PathBuf, Vec<u8>)], seed: u64) -> Told {
    let mut told = Told {
        commits: Vec::new(),
        trees: Vec::new(),
    };
    let Ok(()) = history(files, seed, |commit| {
        let mut tree = match commit.parents.first() {
            Some(parent) => told.trees[*parent].clone(),
            None => HashMap::new(),
        };
        assert!(!commit.files.is_empty(), "{}", commit.message);
        for (path, bytes) in commit.files {
            tree.insert(path.to_owned(), bytes);
        }
        told.trees.push(tree);
        let Commit {
            time,
            author,
            message,
            parents,
            ..
        } = commit;
        told.commits.push((time, author.name, message, parents));
        Ok::<_, Infallible>(())
    });
    told
}

#[test]
fn the_past_ends_in_the_plan_of_today() {
    for files in [plan(200, 1), untidy_plan(120, 2), plan(7, 3)] {
        let told = told(&files, 1);
        let today: HashMap<PathBuf, Vec<u8>> = files.iter().cloned().collect();
        let last = told.trees.last().unwrap();
        assert_eq!(last.len(), today.len());
        for (path, bytes) in &today {
            assert!(last[path] == *bytes, "{}", path.display());
        }
    }
}

#[test]
fn a_year_of_commits_by_five_people_goes_forward() {
    let files = plan(480, 1);
    let told = told(&files, 1);
    assert!(told.commits.is_sorted_by(|a, b| a.0 < b.0));
    let span = told.commits.last().unwrap().0 - told.commits[0].0;
    assert!(span > 350 * DAY && span < 370 * DAY);
    for person in &PEOPLE {
        let own = told.commits.iter().filter(|commit| commit.1 == person.name);
        assert!(own.count() > 20, "{}", person.name);
    }
    let count = |words: &str| {
        told.commits
            .iter()
            .filter(|c| c.2.starts_with(words))
            .count()
    };
    for words in ["Merge", "Revert", "Drop", "Complete", "Tick"] {
        assert!(count(words) > 0, "{words}");
    }
    assert_eq!(count("Revert"), count("Reapply"));
    let merges = told.commits.iter().filter(|commit| commit.3.len() == 2);
    assert_eq!(merges.count(), count("Merge"));
}

#[test]
fn canon_and_log_agree_at_every_commit_of_a_tidy_plan() {
    use crate::plan::Plan;
    use crate::plan::source::{Role, SourceFile};
    let files = plan(480, 1);
    let mut sections = 0;
    for tree in told(&files, 1).trees.iter().step_by(25) {
        let mut sources = Vec::new();
        for (path, bytes) in tree {
            let role = match path.extension().and_then(|end| end.to_str()) {
                Some("jsonl") => Role::Log,
                Some("md") if path.starts_with("data/canon") => Role::Canon,
                _ => continue,
            };
            sources.push(SourceFile::load(path, role, bytes.clone()));
        }
        sources.sort_by(|a, b| a.path.cmp(&b.path));
        let plan = Plan::read(sources);
        let drift = plan.steps().flat_map(|step| step.drift());
        assert_eq!(drift.count(), 0);
        sections += plan.steps().filter(|step| step.section().is_some()).count();
    }
    assert!(sections > 0);
}
