//! What holds for the past of every demo plan.

use std::collections::{HashMap, HashSet};
use std::convert::Infallible;
use std::rc::Rc;

use super::super::{plan, untidy_plan};
use super::*;

/// The files of a version, which shares what it has in common with others.
type Tree = HashMap<Rc<Path>, Rc<Vec<u8>>>;

struct Told {
    commits: Vec<(i64, &'static str, String, Vec<usize>)>,
    trees: Vec<Tree>,
    /// What is there in the end.
    today: Tree,
}

/// A plan with its year.
fn told(files: &mut [(PathBuf, Vec<u8>)], seed: u64) -> Told {
    let written = year(files, seed);
    let mut told = Told {
        commits: Vec::new(),
        trees: Vec::new(),
        today: HashMap::new(),
    };
    let Ok(()) = history(files, &written, seed, |commit| {
        let mut tree = match commit.parents.first() {
            Some(parent) => told.trees[*parent].clone(),
            None => HashMap::new(),
        };
        assert!(!commit.files.is_empty(), "{}", commit.message);
        for (path, bytes) in commit.files {
            tree.insert(path.into(), bytes.into());
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
    // A paper that is kept for months was written several times.
    let papers = written.into_iter().map(|paper| (paper.path, paper.bytes));
    let today = papers.chain(files.iter().cloned());
    told.today = today
        .map(|(path, bytes)| (path.into(), bytes.into()))
        .collect();
    told
}

#[test]
fn the_past_ends_in_the_plan_of_today() {
    for mut files in [plan(200, 1), plan(480, 1), untidy_plan(120, 2), plan(7, 3)] {
        let told = told(&mut files, 1);
        let last = told.trees.last().unwrap();
        assert_eq!(last.len(), told.today.len());
        for (path, bytes) in &told.today {
            assert!(last[path] == *bytes, "{}", path.display());
        }
    }
}

#[test]
fn a_year_of_commits_by_five_people_goes_forward() {
    let told = told(&mut plan(480, 1), 1);
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
    let mut sections = 0;
    for tree in told(&mut plan(480, 1), 1).trees.iter().step_by(25) {
        let mut sources = Vec::new();
        for (path, bytes) in tree {
            let role = match path.extension().and_then(|end| end.to_str()) {
                Some("jsonl") => Role::Log,
                Some("md") if path.starts_with("data/canon") => Role::Canon,
                _ => continue,
            };
            sources.push(SourceFile::load(&**path, role, bytes.to_vec()));
        }
        sources.sort_by(|a, b| a.path.cmp(&b.path));
        let plan = Plan::read(sources);
        let drift = plan.steps().flat_map(|step| step.drift());
        assert_eq!(drift.count(), 0);
        sections += plan.steps().filter(|step| step.section().is_some()).count();
    }
    assert!(sections > 0);
}

/// The numbers of the steps of a version that are complete, and of all of them, read without a plan.
fn counted(tree: &Tree) -> (HashSet<String>, HashSet<String>) {
    let log = std::str::from_utf8(&tree[Path::new(LOG)]).unwrap();
    let lines = log.lines().skip(1);
    let steps = lines.filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok());
    let (mut complete, mut all) = (HashSet::new(), HashSet::new());
    for step in steps {
        let id = step["step_id"].as_str().unwrap().to_owned();
        // What was only explored is no step of the programme.
        if id.ends_with(".Z") {
            continue;
        }
        if step["status"] == "complete" {
            complete.insert(id.clone());
        }
        all.insert(id);
    }
    (complete, all)
}

/// The trees in which a paper of a folder was written last, with its name and its text, in order.
fn papers<'t>(told: &'t Told, folder: &str) -> Vec<(usize, &'t str, &'t str)> {
    let mut found: Vec<(usize, &str, &str)> = Vec::new();
    for (at, tree) in told.trees.iter().enumerate() {
        let parent = told.commits[at]
            .3
            .first()
            .map(|parent| &told.trees[*parent]);
        for (path, bytes) in tree {
            if !path.starts_with(folder) {
                continue;
            }
            // Versions share what did not change.
            let before = parent.and_then(|parent| parent.get(path));
            let is_new = before.is_none_or(|before| !Rc::ptr_eq(before, bytes));
            if is_new && path.extension().unwrap() == "md" {
                let name = path.file_stem().unwrap().to_str().unwrap();
                found.push((at, name, std::str::from_utf8(bytes).unwrap()));
            }
        }
    }
    found
}

#[test]
fn the_figures_of_the_year_are_those_of_the_log_at_that_commit() {
    for (steps, seed) in [(480, 1), (160, 5)] {
        let told = told(&mut plan(steps, seed), seed);
        let end = told.trees.len() - 1;
        let mut before = HashSet::new();
        let demos = papers(&told, "data/demos");
        assert!(demos.len() >= 25, "{}", demos.len());
        for (at, name, text) in demos {
            let (complete, _) = counted(&told.trees[at]);
            // One that is in the bundled plan tells of its own days.
            if !text.contains("- **Status:** held\n") {
                before = complete;
                continue;
            }
            let shown = text
                .lines()
                .filter(|line| line.starts_with("- **") && line.as_bytes()[4].is_ascii_digit());
            let shown: HashSet<String> = shown
                .map(|line| line["- **".len()..].split('*').next().unwrap().to_owned())
                .collect();
            let new: HashSet<String> = complete.difference(&before).cloned().collect();
            let more = text.lines().filter_map(|line| line.strip_prefix("- and "));
            let more: usize = more
                .map(|rest| rest.split(' ').next().unwrap().parse::<usize>().unwrap())
                .sum();
            assert!(shown.is_subset(&new), "{name} {shown:?} {new:?}");
            assert_eq!(shown.len() + more, new.len(), "{name}");
            before = complete;
        }
        let mut months = 0;
        for (at, name, text) in papers(&told, "data/checkpoints") {
            if at == end {
                continue;
            }
            let (complete, all) = counted(&told.trees[at]);
            let number: u32 = name[2..].parse().unwrap();
            let is_here = |id: &&String| {
                let step: u32 = id.split('.').next().unwrap().parse().unwrap();
                step.div_ceil(1000) == number
            };
            let (done, total) = (
                complete.iter().filter(is_here).count(),
                all.iter().filter(is_here).count(),
            );
            let last = text.rfind("## 20").unwrap();
            let said = format!(" {done} of {total} steps are complete");
            assert!(
                text[last..].contains(&said),
                "{name}: {said}\n{}",
                &text[last..]
            );
            months += 1;
        }
        assert!(months >= 6, "{months}");
        let mut before = HashSet::new();
        for (at, name, text) in papers(&told, "data/scorecards") {
            if at == end {
                continue;
            }
            let (complete, _) = counted(&told.trees[at]);
            let new = complete.difference(&before).count();
            assert!(
                text.contains(&format!("| Steps completed | {new} |")),
                "{name}\n{text}"
            );
            before = complete;
        }
        for (at, name, text) in papers(&told, "data/milestone-reviews") {
            if at == end {
                continue;
            }
            let gates = &told.trees[at][Path::new("data/canon/milestones.md")];
            let gates = std::str::from_utf8(gates).unwrap();
            let from = gates.find("#### Groundwork").unwrap();
            let list = gates[from..].split("#### Pilot Towns").next().unwrap();
            let ticked = list.matches("\n- [x] ").count();
            let all = list.matches("\n- ").count();
            assert!(
                text.contains(&format!("\n{ticked} of {all} checks are ticked.")),
                "{name}\n{text}"
            );
        }
    }
}

#[test]
fn papers_are_written_on_their_day_and_the_roadmap_links_what_is_there() {
    let told = told(&mut plan(480, 1), 1);
    for folder in [
        "data/demos",
        "data/scorecards",
        "data/standups",
        "data/retrospectives",
        "data/planning",
        "data/reviews",
    ] {
        for (at, name, text) in papers(&told, folder) {
            let day = text.lines().find_map(|line| {
                line.strip_prefix("- **Date:** ")
                    .or_else(|| line.strip_prefix("- **Posted:** "))
            });
            let day: NaiveDate = day.unwrap()[..10].parse().unwrap();
            let days =
                told.commits[at].0 / DAY - day.and_time(NaiveTime::MIN).and_utc().timestamp() / DAY;
            // A paper of the plan of today comes with the next week that is closed.
            assert!((0..=7).contains(&days), "{folder} {name}: {days}");
        }
    }
    let link = |tree: &Tree| {
        let text = std::str::from_utf8(tree.get(Path::new("data/ROADMAP.md"))?).unwrap();
        let path = text
            .lines()
            .find_map(|line| line.strip_prefix("- **Quarter:** "))?;
        Some(path.split(['(', ')']).nth(1).unwrap().to_owned())
    };
    let links = told.trees.iter().filter_map(|tree| {
        let path = link(tree)?;
        assert!(tree.contains_key(&*Path::new("data").join(&path)), "{path}");
        Some(path)
    });
    let mut links: Vec<String> = links.collect();
    links.dedup();
    assert_eq!(links.first().unwrap(), "planning/2026-Q1.md");
    assert_eq!(links.last().unwrap(), "planning/2026-Q4.md");
}
