//! How long a step has been as it is: since its last change landed, where there is a history, and
//! whatever its stamp says; by its stamp elsewhere. Every answer says which.

use serde_json::Value;
use tempfile::TempDir;

use super::repo::{LOG, Repo, git_in, line, log_of, shallow_clone};
use crate::support::desk::Desk;
use crate::support::run::{Folder, NOW};

const STALE: &str = "no change of it has landed for 30 days";

/// Why the step has its points for age, as `next --json` says.
fn age(folder: &Folder, id: &str) -> String {
    let told: Value = serde_json::from_str(&folder.run(&["next", "--json"]).ok()).unwrap();
    let mut steps = told["steps"].as_array().unwrap().iter();
    let step = steps.find(|step| step["step_id"] == id).unwrap();
    let mut terms = step["terms"].as_array().unwrap().iter();
    let age = terms.find(|term| term["name"] == "age").unwrap();
    age["why"].as_str().unwrap().to_owned()
}

/// The steps that `check` calls stale, with the words after the ID.
fn stale(folder: &Folder) -> Vec<String> {
    let told = folder.run(&["check"]);
    let lines = told.out.lines().map(str::trim);
    let of_rule = lines.filter(|line| line.contains("is in progress, but"));
    of_rule.map(str::to_owned).collect()
}

/// Three steps in progress: the first has not changed since 2026-09-02, only its stamp has; the
/// second since 2026-11-11, whatever its stamp says; the third has since HEAD.
fn plan() -> Option<Repo> {
    let repo = Repo::new()?;
    let [one, two, three] = ["0001", "0002", "0003"].map(|id| line(id, "Work", "in progress"));
    repo.land(&[&one, &two, &three]);
    let stamped = one.replace("2026-08-31", "2026-11-20");
    repo.pass_days(69);
    repo.land(&[&stamped, &two.replace("ops", "data"), &three]);
    let edited = three.replace("Work", "Other work");
    repo.write(
        LOG,
        &log_of(&[&stamped, &two.replace("ops", "data"), &edited]),
    );
    Some(repo)
}

#[test]
fn an_age_is_that_of_what_landed_and_never_of_the_stamp() {
    let Some(repo) = plan() else { return };
    assert!(NOW.starts_with("2026-11-21"));
    for _ in 0..2 {
        assert_eq!(
            age(&repo.folder, "0001"),
            "its last change landed 80 days ago"
        );
        assert_eq!(
            age(&repo.folder, "0002"),
            "its last change landed 10 days ago"
        );
        assert_eq!(age(&repo.folder, "0003"), "changed within the last day");
        assert_eq!(
            stale(&repo.folder),
            [format!("0001 is in progress, but {STALE}")]
        );
    }
    // Time alone makes no run fail. What is not committed is of now, whenever that is.
    let code = repo.folder.run(&["check"]).code;
    let late = repo
        .folder
        .run_in(repo.path(), "2027-11-21T12:00:00Z", &["check"], None);
    assert_eq!(
        (late.code, late.out.matches(STALE).count()),
        (code, 2),
        "{}",
        late.out
    );
    let late = repo.folder.run_in(
        repo.path(),
        "2027-11-21T12:00:00Z",
        &["next", "--explain"],
        None,
    );
    assert!(
        late.out.contains("no change of it has landed for 90 days"),
        "{}",
        late.out
    );
}

#[test]
fn without_a_history_the_stamp_counts_and_is_named() {
    let Some(repo) = plan() else { return };
    std::fs::remove_dir_all(repo.path().join(".git")).unwrap();
    assert_eq!(
        age(&repo.folder, "0001"),
        "has not been touched for 1 day, by updated_at"
    );
    let stale = stale(&repo.folder);
    assert_eq!(stale.len(), 2, "{stale:?}");
    assert!(stale[0].contains("since 2026-08-31"), "{stale:?}");
    // Nor is anything known where nothing is committed yet.
    repo.git(&["init", "-q", "-b", "main"]);
    assert_eq!(
        age(&repo.folder, "0001"),
        "has not been touched for 1 day, by updated_at"
    );
}

#[test]
fn a_shallow_clone_tells_as_much_as_it_knows() {
    let Some(repo) = plan() else { return };
    repo.git(&["checkout", "-q", "."]);
    let clone = shallow_clone(repo.path(), 2);
    let folder = Folder::new(&[]);
    for name in [".git", "data"] {
        std::fs::rename(clone.path().join(name), folder.path().join(name)).unwrap();
    }
    assert_eq!(age(&folder, "0002"), "its last change landed 10 days ago");
}

#[test]
fn the_cockpit_counts_as_the_subcommands_do() {
    let Some(repo) = plan() else { return };
    let folder = TempDir::new().unwrap();
    repo.git(&["checkout", "-q", "."]);
    let from = repo.path().display().to_string();
    git_in(folder.path(), "", &["clone", "-q", &from, "."]);
    crate::support::desk::rest(&folder.path().join(LOG));
    let mut desk = Desk::on(folder, 120, 30);
    desk.run_until("it is checked", |desk| {
        let (found, plan) = (&desk.cockpit.model.problems.found, &desk.cockpit.model.plan);
        found
            .problems(0..found.len(), plan)
            .any(|problem| problem.message.ends_with(STALE))
    });
    desk.keys("3w");
    assert!(desk.screen().contains("change landed"), "{}", desk.screen());
}

/// However long ago that is, and of complete steps, too.
#[test]
fn the_column_counts_as_many_days_as_the_history_tells() {
    let Some(repo) = Repo::new() else { return };
    let [one, two] = [("0001", "idea"), ("0002", "complete")].map(|(id, to)| line(id, "Work", to));
    repo.land(&[&one.replace("Work", "Job"), &two.replace("Work", "Job")]);
    repo.pass_days(3);
    repo.land(&[&one, &two.replace("Work", "Job")]);
    repo.pass_days(122);
    repo.land(&[&one, &two]);
    let now = "2027-06-21T12:00:00Z";
    let list = |more: &[&str]| {
        let all = [&["list", "--sort", "-age"], more].concat();
        repo.folder.run_in(repo.path(), now, &all, None).ok()
    };
    let ages = |text: &str| {
        let rows = text.lines().map(|row| row.split('\t').collect::<Vec<_>>());
        let ages: Vec<(String, i64)> = rows
            .map(|row| {
                (
                    row[0].to_owned(),
                    row[2].trim_end_matches('d').parse().unwrap(),
                )
            })
            .collect();
        ages
    };
    let told = ages(&list(&["--columns", "age"]));
    assert_eq!(
        (&*told[0].0, &*told[1].0),
        ("0001", "0002"),
        "the oldest first"
    );
    assert_eq!(told[0].1 - told[1].1, 123, "{told:?}");
    assert!(told[1].1 > 90);
    let found = list(&["--filter", &format!("changed:>{}d", told[1].1 + 1)]);
    assert!(
        found.starts_with("0001") && found.lines().count() == 1,
        "{found}"
    );
    let json: Value = serde_json::from_str(&list(&["--columns", "age", "--json"])).unwrap();
    let first = json["steps"][0].to_string();
    assert!(first.contains(&told[0].1.to_string()), "{first}");
    // So does the cockpit, once it has read the history.
    let folder = TempDir::new().unwrap();
    git_in(
        folder.path(),
        "",
        &["clone", "-q", &repo.path().display().to_string(), "."],
    );
    crate::support::desk::rest(&folder.path().join(LOG));
    let mut desk = Desk::on(folder, 120, 30);
    desk.run_until("the history is read", |desk| {
        desk.cockpit.model.view.past.is_some()
    });
    let model = &desk.cockpit.model;
    let age = stepdeck::plan::column::Column::list("age")
        .unwrap()
        .remove(0);
    let days = age.text(model.plan.step(1), &model.known()).into_owned();
    assert!(
        days.parse::<i64>().is_err() && !days.contains('>'),
        "{days}"
    );
}
