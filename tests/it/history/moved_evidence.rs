//! Files that were evidence on some day and have changed since: what was shown by its digest, what was
//! attached or signed for by what git had on that day.

use super::repo::{LOG, Repo, line, log_of};
use crate::support::run::Folder;

const CANON: &str = "# Plan\n\n| Stage | Stage-Gate Review |\n| --- | --- |\n| Base | Review |\n| Top | Review |\n\n\
    ## Readiness Checklists\n\n### Base\n\n- [x] Runbooks written\n- [ ] Drill held\n";

fn roadmap(day: &str) -> String {
    format!(
        "# Roadmap\n\n## Base\n\n- Runbooks written — [docs/run.md](</docs/run.md>) ({day}, Ada)\n\n\
         - Drill held — [docs/drill.md](drill.md) ({day}, Ada)\n"
    )
}

fn packet(decision: &str) -> String {
    format!(
        "# Gate review: Base\n\n- **Stage:** Base\n- **Date:** 2026-09-20\n\n## Decision\n\n- **Decision:** {decision}\n\
         - **Decided:** 2026-09-20, Ada\n- **Waiver:** ok\n\n## Criteria\n\n### 1. a deck\n\n- **Verdict:** met\n\
         - **Evidence:** [deck](deck.txt)\n"
    )
}

const PACKET: &str = "docs/milestone-reviews/base/20260920/review.md";

/// The notes of the rule, each a place with what it says.
fn notes(folder: &Folder) -> Vec<String> {
    let run = folder.run(&["check", "--format", "json"]);
    let found: serde_json::Value = serde_json::from_str(&run.out).unwrap();
    let all = found["problems"].as_array().unwrap().iter();
    let all = all.filter(|problem| problem["code"] == "evidence-moved");
    let told = all.map(|problem| {
        assert_eq!(problem["severity"], "note");
        format!(
            "{}:{} {}",
            problem["file"].as_str().unwrap(),
            problem["line"],
            problem["message"].as_str().unwrap()
        )
    });
    told.collect()
}

#[test]
fn what_git_had_on_that_day_counts_and_attaching_anew_clears_it() {
    let Some(repo) = Repo::new() else { return };
    let folder = &repo.folder;
    repo.write(LOG, &log_of(&[&line("0001", "A", "draft")]));
    repo.write("docs/plan.md", CANON);
    repo.write("docs/run.md", "one\n");
    repo.write("docs/drill.md", "one\n");
    repo.write("docs/ROADMAP.md", &roadmap("2026-09-03"));
    repo.write(PACKET, &packet("go"));
    repo.write("docs/milestone-reviews/base/20260920/deck.txt", "one\n");
    repo.commit("evidence");
    assert_eq!(notes(folder), [] as [&str; 0]);
    // An open check's evidence may change; a ticked one's is noted, committed or not.
    repo.write("docs/run.md", "two\n");
    repo.write("docs/drill.md", "two\n");
    let noted = "docs/ROADMAP.md:5 “docs/run.md” has changed since it was attached on 2026-09-03";
    assert_eq!(notes(folder), [noted]);
    repo.pass_days(30);
    repo.commit("changed");
    assert_eq!(notes(folder), [noted]);
    // Attached anew, it is what it is now; put back, it is what it was.
    repo.write("docs/ROADMAP.md", &roadmap("2026-10-10"));
    assert_eq!(notes(folder), [] as [&str; 0]);
    repo.write("docs/ROADMAP.md", &roadmap("2026-09-03"));
    repo.write("docs/run.md", "one\n");
    assert_eq!(notes(folder), [] as [&str; 0]);
    // What a signed packet rests on.
    repo.write("docs/milestone-reviews/base/20260920/deck.txt", "two\n");
    let told = notes(folder);
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].ends_with("“docs/milestone-reviews/base/20260920/deck.txt” has changed since the gate was decided on 2026-09-20"), "{told:?}");
    repo.write(PACKET, &packet("undecided"));
    assert_eq!(notes(folder), [] as [&str; 0]);
}

#[test]
fn what_a_demo_showed_is_known_without_git() {
    let digest = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    let demo = format!(
        "# Demo 2026-11-13\n\n## Artifacts\n\n| Artifact | Step | Bytes | SHA-256 |\n| --- | --- | ---: | --- |\n| docs/a.txt | 0001 | 3 | {digest} |\n"
    );
    let folder = Folder::new(&[
        (LOG, &log_of(&[&line("0001", "A", "draft")])),
        ("docs/demos/2026-11-13.md", &demo),
        ("docs/a.txt", "abc"),
        ("docs/plan.md", CANON),
        ("docs/ROADMAP.md", &roadmap("2026-09-03")),
        ("docs/run.md", "one\n"),
    ]);
    assert_eq!(notes(&folder), [] as [&str; 0]);
    folder.write("docs/a.txt", "abcd");
    assert_eq!(
        notes(&folder),
        ["docs/demos/2026-11-13.md:7 “docs/a.txt” has changed since it was shown on 2026-11-13"]
    );
}

#[test]
fn line_ends_of_a_checkout_and_files_in_lfs_are_no_change() {
    let Some(repo) = Repo::new() else { return };
    let folder = &repo.folder;
    repo.write(LOG, &log_of(&[&line("0001", "A", "draft")]));
    repo.write("docs/plan.md", CANON);
    repo.write("docs/ROADMAP.md", &roadmap("2026-09-03"));
    repo.write("docs/run.md", "one\n");
    repo.commit("evidence");
    // A checkout with the line ends of another system.
    repo.write(".gitattributes", "*.md text\n");
    repo.write("docs/run.md", "one\r\n");
    assert_eq!(notes(folder), [] as [&str; 0]);
    repo.write("docs/run.md", "two\r\n");
    assert_eq!(notes(folder).len(), 1);
    // Git has a pointer of what the checkout holds; or that holds the pointer, too.
    let pointer = |sha256: &str| {
        format!("version https://git-lfs.github.com/spec/v1\noid sha256:{sha256}\nsize 3\n")
    };
    let abc = pointer("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    repo.write("docs/run.md", &abc);
    repo.git(&["rm", "-q", "--cached", "docs/run.md"]);
    repo.git(&["commit", "-q", "--amend", "-m", "evidence"]);
    repo.commit("in LFS");
    assert_eq!(notes(folder), [] as [&str; 0]);
    repo.write("docs/run.md", "abc");
    assert_eq!(notes(folder), [] as [&str; 0]);
    repo.write("docs/run.md", "abd");
    assert_eq!(notes(folder).len(), 1);
}
