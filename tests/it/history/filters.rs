//! Filters about the past, on the command line.

use super::count::eventful;
use super::repo::{LOG, Repo, line, log_of};
use crate::support::run::Folder;

fn found(folder: &Folder, filter: &str) -> Vec<String> {
    let listed = folder.run(&["list", "--filter", filter]).ok();
    let ids = listed.lines().filter_map(|line| line.split('\t').next());
    ids.map(str::to_owned).collect()
}

/// Four steps with a past each, seen on 2026-11-21.
fn plan() -> Option<Repo> {
    let repo = Repo::new()?;
    let step = |id: &str, status: &str| line(id, "Work", status);
    // On 2026-09-02.
    repo.land(&[
        &step("0001", "complete"),
        &step("0002", "draft"),
        &step("0003", "blocked"),
    ]);
    // 1 is reopened, and again complete; 3 is unblocked, and blocked again.
    repo.pass_days(20);
    repo.land(&[
        &step("0001", "draft"),
        &step("0002", "draft"),
        &step("0003", "draft"),
    ]);
    repo.git(&["config", "user.name", "Ada Lovelace"]);
    repo.pass_days(37);
    repo.land(&[
        &step("0001", "complete"),
        &step("0002", "draft"),
        &step("0003", "blocked"),
    ]);
    // 2 goes, and 4 comes, on 2026-11-19; then 2 comes back.
    repo.pass_days(18);
    repo.land(&[
        &step("0001", "complete"),
        &step("0004", "idea"),
        &step("0003", "blocked"),
    ]);
    repo.write(
        LOG,
        &log_of(&[
            &step("0001", "complete"),
            &step("0004", "idea"),
            &step("0003", "blocked"),
            &step("0002", "draft"),
        ]),
    );
    Some(repo)
}

#[test]
fn terms_about_the_past_hold_for_the_steps_whose_past_it_was() {
    let Some(repo) = plan() else { return };
    for (filter, ids) in [
        ("added:<7d", &["0004"][..]),
        ("added:>7d", &["0001", "0002", "0003"]),
        ("changed:<1d", &["0002"]),
        ("completed:<30d", &["0001"]),
        ("completed:>30d", &[]),
        ("blocked:>14d", &["0003"]),
        ("blocked:>60d", &[]),
        ("open:>60d", &["0002", "0003"]),
        ("open:<7d", &["0004"]),
        ("reopened:>0", &["0001"]),
        ("reopened:>1", &[]),
        ("-reopened:<1 is:done", &["0001"]),
        ("by:robin blocked:<60d", &["0003"]),
        ("changed:review", &[]),
    ] {
        assert_eq!(found(&repo.folder, filter), ids, "{filter}");
    }
    repo.write(
        "docs/reviews/2026-W46.md",
        "# Weekly review 2026-W46\n\n- **Held:** 2026-11-15T10:00:00Z\n",
    );
    let run = repo
        .folder
        .run(&["burn", "--filter", "added:<7d", "--json"])
        .ok();
    assert!(run.contains("\"total\": 1"), "{run}");
    let run = repo.folder.run(&["log", "--filter", "reopened:>0"]).ok();
    assert!(
        run.lines().all(|line| line.contains("0001")) && run.lines().count() == 3,
        "{run}"
    );
    let run = repo
        .folder
        .run(&["forecast", "--filter", "open:>60d", "--json"])
        .ok();
    assert!(run.contains("\"remaining\": 2"), "{run}");
    let run = repo.folder.run(&["list", "--filter", "completed:14d"]);
    assert!(
        run.code == 2 && run.err.contains("completed:<14d"),
        "{run:?}"
    );
}

#[test]
fn a_step_keeps_its_past_under_another_number() {
    let Some(repo) = eventful() else { return };
    assert_eq!(found(&repo.folder, "added:>30d blocked:<1d"), ["0002"]);
}

#[test]
fn without_git_dates_are_those_of_the_last_edit() {
    let folder = Folder::new(&[(
        LOG,
        &log_of(&[
            &line("0001", "One", "complete"),
            &line("0002", "Two", "blocked"),
        ]),
    )]);
    assert_eq!(found(&folder, "completed:>30d"), ["0001"]);
    assert_eq!(found(&folder, "blocked:>30d"), ["0002"]);
    assert_eq!(found(&folder, "added:>1d"), [] as [&str; 0]);
    let run = folder.run(&["list", "--filter", "changed:<1d"]);
    assert!(run.err.contains("dates come from updated_at"), "{run:?}");
}
