//! The register of risks: what `risk` lists, writes and closes.

use crate::history::repo::{LOG as REPO_LOG, Repo, line, log_of};
use crate::support::fixture::{CANON, DOCUMENT, LINES, LOG};
use crate::support::run::Folder;
use crate::support::schema::valid;

fn folder() -> Folder {
    Folder::new(&[(LOG, LINES), (CANON, DOCUMENT)])
}

#[test]
fn a_risk_is_added_listed_closed_and_kept() {
    let folder = folder();
    assert_eq!(folder.run(&["risk"]).out, "no risks\n");
    let add = |title: &str, more: &[&str]| {
        let arguments = [&["--as", "Ada", "risk", "add", title], more].concat();
        folder.run(&arguments)
    };
    let run = add(
        "Parts get dear",
        &[
            "--likelihood",
            "high",
            "--impact",
            "high",
            "--steps",
            "0002",
            "--review-by",
            "2026-11-20",
        ],
    );
    let path = "docs/risks/2026-11-21-parts-get-dear.md";
    assert_eq!(
        run.err,
        format!("stepdeck: risk added: Parts get dear · {path}\n")
    );
    add(
        "Snow",
        &[
            "--impact",
            "low",
            "--owner",
            "Ops",
            "--mitigation",
            "Shovel.",
        ],
    );
    assert_eq!(
        folder.run(&["risk"]).out,
        format!(
            "9  high × high   Parts get dear  Ada  2026-11-20 overdue  {path}\n\
             2  medium × low  Snow            Ops  -                   docs/risks/2026-11-21-snow.md\n\
             2 open\n"
        )
    );
    let check = folder.run(&["check"]).out;
    assert!(
        check.contains("risk-overdue") && !check.contains("unreadable-risk"),
        "{check}"
    );
    let close = folder.run(&[
        "--as",
        "Bo",
        "risk",
        "close",
        "snow",
        "--why",
        "It is spring.",
    ]);
    assert_eq!(
        close.err,
        "stepdeck: risk closed: Snow · docs/risks/2026-11-21-snow.md\n"
    );
    assert_eq!(
        folder.read("docs/risks/2026-11-21-snow.md"),
        "# Snow\n\n- **Likelihood:** medium\n- **Impact:** low\n- **Status:** closed\n\
         - **Owner:** Ops\n- **Review by:**\n- **Opened:** 2026-11-21, Ada\n\
         - **Closed:** 2026-11-21, Bo: It is spring.\n\n## Mitigation\n\nShovel.\n"
    );
    let list = folder.run(&["risk"]).out;
    assert!(
        list.ends_with("1 open, 1 closed\n") && !list.contains("Snow"),
        "{list}"
    );
    let json = folder.run(&["risk", "--all", "--json"]).out;
    let json = valid("risks", &json);
    assert_eq!(json["risks"].as_array().unwrap().len(), 2);
    assert_eq!(json["risks"][0]["score"], 9);
    assert_eq!(json["risks"][1]["closed"], "2026-11-21");
    let wrong = folder.run(&["risk", "add", "x", "--likelihood", "huge"]);
    assert_eq!(wrong.code, 2);
}

#[test]
fn a_blocker_of_three_standups_is_proposed() {
    let folder = folder();
    for day in ["2026-11-18", "2026-11-19", "2026-11-20"] {
        let text = format!(
            "# Standup\n\n## Base\n\n- **Status:** blocked\n- **Blockers:** The vendor is silent\n\
             - **Posted:** {day} 09:00 UTC\n"
        );
        folder.write(&format!("docs/standups/{day}/ada.md"), text);
    }
    assert_eq!(
        folder.run(&["risk", "--proposed"]).out,
        "proposed  The vendor is silent  blocker of Base since 2026-11-18, 3 standups\n"
    );
    let json = valid("risks", &folder.run(&["risk", "--json"]).out);
    assert_eq!(json["proposed"][0]["standups"], 3);
    folder.run(&["risk", "add", "The vendor is silent"]);
    assert_eq!(
        folder.run(&["risk", "--proposed"]).out,
        "no blocker stood in three standups in a row\n"
    );
}

#[test]
fn since_tells_what_is_new_closed_removed_and_judged_anew() {
    let Some(repo) = Repo::new() else { return };
    let risk = |name: &str, likelihood: &str, status: &str| {
        let text = format!(
            "# {name}\n\n- **Likelihood:** {likelihood}\n- **Impact:** low\n- **Status:** {status}\n"
        );
        repo.folder.write(&format!("docs/risks/{name}.md"), text);
    };
    let log = log_of(&[&line("0001", "One", "draft")]);
    repo.folder.write(REPO_LOG, log);
    for name in ["grows", "ends", "stays", "vanishes"] {
        risk(name, "low", "open");
    }
    repo.git(&["add", "."]);
    repo.git(&["commit", "-qm", "Begin"]);
    risk("grows", "high", "open");
    risk("ends", "low", "closed");
    risk("comes", "medium", "open");
    std::fs::remove_file(repo.path().join("docs/risks/vanishes.md")).unwrap();
    let told = repo.folder.run(&["risk", "--since", "main"]).ok();
    assert_eq!(
        told,
        "new      comes  score 2\nchanged  grows  likelihood low → high\nclosed   ends\n\
         removed  vanishes\n3 open; since main 1 new, 2 closed, 1 changed\n"
    );
    let json = repo.folder.run(&["risk", "--since", "main", "--json"]).ok();
    let json = valid("risks", &json);
    let title = |list: &str| {
        json["changes"][list][0]["title"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    let titles = ["new", "closed", "removed"].map(title);
    assert_eq!(titles, ["comes", "ends", "vanishes"]);
    assert_eq!(json["changes"]["changed"][0]["risk"]["title"], "grows");
    assert_eq!(json["risks"].as_array().unwrap().len(), 3);
    let wrong = repo.folder.run(&["risk", "--since", "never"]);
    assert_ne!(wrong.code, 0);
    assert!(wrong.err.contains("--since: “never”"), "{}", wrong.err);
}
