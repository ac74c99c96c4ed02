//! The numbers of steps in the cockpit: a new one avoids those of every branch, a step gets another
//! one, and steps of two branches that share one are told apart again.

use std::path::Path;

use super::changes::{CANON, LINES, checkout, git, write};
use crate::history::repo::LOG;
use crate::support::desk::Desk;

/// A line with an identity of its own.
fn line(id: &str, title: &str, uid: &str) -> String {
    format!(
        "{{\"step_id\":\"{id}\",\"title\":\"{title}\",\"status\":\"idea\",\"uid\":\"{uid}\"}}\n"
    )
}

/// Somebody's branch with one more step.
fn branch(folder: &Path, name: &str, id: &str) {
    git(folder, &["switch", "-q", "-c", name, "main"]);
    let new = line(id, "Somebody's step", "somebodystep");
    write(folder, LOG, &format!("{LINES}{new}"));
    git(folder, &["commit", "-q", "-a", "-m", "Add a step"]);
    git(folder, &["switch", "-q", "topic"]);
}

#[test]
fn a_new_step_avoids_the_numbers_of_local_and_fetched_branches() {
    let Some(folder) = checkout() else { return };
    let at = folder.path();
    branch(at, "local", "0004");
    branch(at, "ana", "0005");
    git(at, &["update-ref", "refs/remotes/origin/ana", "ana"]);
    git(at, &["branch", "-q", "-D", "ana"]);
    let mut desk = Desk::on(folder, 80, 24);
    desk.keys("1jja");
    assert!(desk.screen().contains("New step 0006"), "{}", desk.screen());
    desk.keys("Ours<Enter>");
    assert!(
        desk.file(LOG).contains(r#""step_id":"0006","#),
        "{}",
        desk.file(LOG)
    );
    // What was fetched since is known, too.
    let folder = desk.folder().to_owned();
    git(&folder, &["update-ref", "refs/remotes/origin/ben", "HEAD"]);
    let with = |id: &str| format!("{LINES}{}", line(id, "Ben's", "bensownsteps"));
    write(
        &folder,
        "elsewhere/data/plans/10000_step_plan.jsonl",
        &with("0007"),
    );
    git(&folder, &["init", "-q", "-b", "ben", "elsewhere"]);
    let elsewhere = folder.join("elsewhere");
    git(&elsewhere, &["add", "-A"]);
    git(
        &elsewhere,
        &[
            "-c",
            "user.name=B",
            "-c",
            "user.email=b@x",
            "commit",
            "-q",
            "-m",
            "Ben's",
        ],
    );
    git(
        &folder,
        &["fetch", "-q", "./elsewhere", "+ben:refs/remotes/origin/ben"],
    );
    std::fs::remove_dir_all(&elsewhere).unwrap();
    desk.keys("a");
    assert!(desk.screen().contains("New step 0008"), "{}", desk.screen());
    desk.keys("<Esc>A");
    assert!(
        desk.screen().contains("New sub-step 0006.A"),
        "{}",
        desk.screen()
    );
    // An ID that the title names is a person's choice.
    desk.keys("Step 0004: Named<Enter>");
    assert!(
        desk.file(LOG).contains(r#""step_id":"0004","#),
        "{}",
        desk.file(LOG)
    );
}

#[test]
fn a_step_gets_another_number_with_all_that_mentions_it() {
    let Some(folder) = checkout() else { return };
    let mut desk = Desk::on(folder, 80, 24);
    let (log, canon) = (desk.file(LOG), desk.file(CANON));
    desk.keys("1#<C-u>2<Enter>");
    let screen = desk.screen();
    assert!(
        screen.contains("0002 is taken: “Review the schema”"),
        "{screen}"
    );
    desk.keys("<C-u>soon<Enter>");
    assert!(
        desk.screen().contains("is not a step ID"),
        "{}",
        desk.screen()
    );
    desk.keys("<C-u>107<Enter>");
    insta::assert_snapshot!(desk.screen());
    desk.keys("y");
    let after = desk.file(LOG);
    assert!(after.ends_with(
        "\"step_id\":\"0107\",\"title\":\"Pick the engine\",\"owner\":\"ops\",\"status\":\"draft\",\"was\":[\"0001\"],\"updated_at\":\"2026-11-01T00:00:00Z\"}\n"
    ), "{after}");
    assert!(desk.file(CANON).contains("### Step 0107 — Pick the engine"));
    desk.keys("u");
    assert_eq!((desk.file(LOG), desk.file(CANON)), (log, canon));
    // Another key in between, and the question does not come.
    desk.keys("<Space>j<Space>#");
    let screen = desk.screen();
    assert!(screen.contains("one step at a time"), "{screen}");
}

/// Main and this branch both added a step 0106, and the host merged them as text: Ben's words in the
/// canon mean his step.
fn both_added(merged: &str) -> Option<Desk> {
    let folder = checkout()?;
    let at = folder.path();
    let (ana, ben) = (
        line("0106", "Ana's", "anasownsteps"),
        line("0106", "Ben's", "bensownsteps"),
    );
    let canon = std::fs::read_to_string(at.join(CANON)).unwrap();
    write(at, LOG, &format!("{LINES}{ben}"));
    write(at, CANON, &format!("{canon}\nAfter 0106 we rest.\n"));
    git(at, &["commit", "-q", "-a", "-m", "Ben's"]);
    git(at, &["switch", "-q", "main"]);
    write(at, LOG, &format!("{LINES}{ana}"));
    git(at, &["commit", "-q", "-a", "-m", "Ana's"]);
    git(at, &["switch", "-q", "topic"]);
    git(at, &["merge", "-q", "-s", "ours", "--no-commit", "main"]);
    let merged = merged.replace("BEN", &ben);
    write(at, LOG, &format!("{LINES}{ana}{merged}"));
    git(at, &["commit", "-q", "-a", "-m", "Merge"]);
    let mut desk = Desk::on(folder, 120, 40);
    desk.keys("5");
    Some(desk)
}

#[test]
fn a_number_that_stands_twice_is_fixed_as_the_command_does_it() {
    let Some(mut desk) = both_added("BEN") else {
        return;
    };
    let (log, canon) = (desk.file(LOG), desk.file(CANON));
    desk.keys("/rule:duplicate-id<Enter>jf");
    let screen = desk.screen();
    assert!(screen.contains("Renumber 0106 to 0107?"), "{screen}");
    assert!(screen.contains("0106 becomes 0107: Ben's"), "{screen}");
    desk.keys("y");
    let after = desk.file(LOG);
    assert!(
        after.contains(r#"{"step_id":"0107","title":"Ben's""#),
        "{after}"
    );
    assert!(
        after.contains(r#"{"step_id":"0106","title":"Ana's""#),
        "{after}"
    );
    assert!(desk.file(CANON).contains("After 0107 we rest"));
    desk.keys("u");
    assert_eq!((desk.file(LOG), desk.file(CANON)), (log, canon));
}

#[test]
fn an_unfinished_renumbering_is_finished_from_the_list_of_problems() {
    let moved = line("0107", "Ben's", "bensownsteps").replace("}\n", ",\"was\":[\"0106\"]}\n");
    let Some(mut desk) = both_added(&moved) else {
        return;
    };
    desk.keys("/rule:unfinished<Enter>j");
    let screen = desk.screen();
    assert!(
        screen.contains("0106 here means the step renumbered to"),
        "{screen}"
    );
    desk.keys("f");
    let screen = desk.screen();
    assert!(
        screen.contains("Rewrite mentions of steps that were renumbered?"),
        "{screen}"
    );
    desk.keys("y");
    assert!(desk.file(CANON).contains("After 0107 we rest"));
    desk.keys(":Renumber the steps of this<Enter>");
    let screen = desk.screen();
    assert!(screen.contains("no step needs renumbering"), "{screen}");
}

/// Dependencies count the first step that has an ID, so those and every other mention stay with it.
#[test]
fn the_second_of_two_steps_with_one_id_leaves_the_mentions_to_the_first() {
    let log = [
        r#"{"step_id":"0001","title":"Lease"}"#,
        r#"{"step_id":"0001","title":"Racks"}"#,
        r#"{"step_id":"0001.A","title":"Sign","dependencies":[]}"#,
        r#"{"step_id":"0002","title":"Move in","dependencies":["0001"],"notes":"see Step 0001 (Lease)"}"#,
    ];
    let mut desk = Desk::sized(&[(LOG, &(log.join("\n") + "\n"))], 100, 30);
    desk.keys("5/already<Enter><Enter>#<C-u>0003<Enter>");
    desk.keys("y");
    let racks = r#"{"step_id":"0003","title":"Racks","was":["0001"]}"#;
    let after = [log[0], log[2], log[3], racks].join("\n") + "\n";
    assert_eq!(desk.file(LOG), after);
}
