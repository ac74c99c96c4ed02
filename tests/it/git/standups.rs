//! The standup of a team whose posts are on branches: who is missing, and what others pushed, with
//! real git. It is 2026-11-21, 09:30 UTC.

use std::path::Path;

use serde_json::Value;
use tempfile::TempDir;

use crate::history::repo::{git_in, has_git};
use crate::support::desk::{Desk, rest};
use crate::support::fixture::{CANON, DOCUMENT, LINES, LOG};
use crate::support::run::{Folder, NOW, Run};
use crate::support::schema::valid;

const AT: &str = "2026-11-21T09:00:00Z";

/// Ana's paper of the day.
const ANAS: &str = "docs/standups/2026-11-21/ana-byron.md";

const PEOPLE: &str = "
## People

| Person | Team | Login | Steward weeks |
| --- | --- | --- | --- |
| Ana Byron | Platform | @ana | 2026-W47 |
| Bo | Growth | | 2026-W48 |
| Robin | Growth | | |
| Cy | Growth | cyrus | |
";

/// Two clones of one repository on a host.
struct Team {
    host: TempDir,
    robin: TempDir,
    ana: TempDir,
    /// For runs of the program.
    outside: Folder,
}

fn git(folder: &Path, arguments: &[&str]) -> String {
    String::from_utf8(git_in(folder, AT, arguments)).unwrap()
}

fn write(folder: &Path, path: &str, text: &str) {
    let path = folder.join(path);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(&path, text).unwrap();
    rest(&path);
}

/// A paper with one card, posted at this time.
fn paper(person: &str, at: &str, blocker: &str) -> String {
    format!(
        "# Standup 2026-11-21 — {person}\n\n- **Posted:** 2026-11-21 {at} UTC\n\n## Ground\n\n\
         - **Status:** blocked\n- **Blockers:**\n  - {blocker}\n\
         - **Posted:** 2026-11-21 {at} UTC\n"
    )
}

impl Team {
    fn new() -> Option<Self> {
        let [host, robin, ana] = has_git().then(|| [(); 3].map(|()| TempDir::new().unwrap()))?;
        let url = host.path().display().to_string();
        git(host.path(), &["init", "-q", "--bare", "-b", "main"]);
        let at = robin.path();
        git(at, &["init", "-q", "-b", "main"]);
        write(at, LOG, LINES);
        write(at, CANON, &format!("{DOCUMENT}{PEOPLE}"));
        git(at, &["add", "-A"]);
        git(at, &["commit", "-q", "-m", "Begin"]);
        git(at, &["remote", "add", "origin", &url]);
        git(at, &["push", "-q", "-u", "origin", "main"]);
        git(at, &["remote", "set-head", "origin", "main"]);
        git(ana.path(), &["clone", "-q", &url, "."]);
        Some(Self {
            host,
            robin,
            ana,
            outside: Folder::new(&[]),
        })
    }

    /// Commits a file in Ana's clone and pushes it to a branch.
    fn ana_pushes(&self, branch: &str, path: &str, text: &str) {
        let at = self.ana.path();
        git(at, &["switch", "-q", "-C", branch, "origin/main"]);
        write(at, path, text);
        git(at, &["add", "-A"]);
        git(at, &["commit", "-q", "-m", "Post"]);
        git(at, &["push", "-q", "-f", "origin", branch]);
    }

    fn fetch(&self) {
        git(self.robin.path(), &["fetch", "-q", "origin"]);
    }

    fn run(&self, arguments: &[&str]) -> Run {
        let arguments = [&["--as", "Robin"], arguments].concat();
        self.outside
            .run_in(self.robin.path(), NOW, &arguments, None)
    }

    fn json(&self) -> Value {
        valid("standup", &self.run(&["standup", "--json"]).ok())
    }

    /// Who posted, each with the branch that has it.
    fn posted(&self) -> Vec<(String, String)> {
        let day = self.json();
        let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
        let entries = day["entries"].as_array().unwrap().iter();
        entries
            .map(|entry| (text(&entry["person"]), text(&entry["branch"])))
            .collect()
    }
}

fn is(posted: &[(String, String)], expected: &[(&str, &str)]) {
    let posted: Vec<(&str, &str)> = posted.iter().map(|(a, b)| (&**a, &**b)).collect();
    assert_eq!(posted, expected);
}

#[test]
fn what_others_push_shows_when_it_is_fetched_and_once_when_it_is_merged() {
    let Some(team) = Team::new() else { return };
    team.ana_pushes(
        "ana/standup",
        ANAS,
        &paper("Ana Byron", "08:40", "The vendor is silent"),
    );
    let Team { robin, ana, .. } = team;
    let at = robin.path().to_owned();
    let mut desk = Desk::on(robin, 80, 24);
    desk.keys("4");
    desk.wait_for("Not posted  Ana Byron, Bo, Cy");
    assert!(
        desk.screen().contains("steward Ana Byron"),
        "{}",
        desk.screen()
    );
    // In another terminal; no key is pressed here.
    git(&at, &["fetch", "-q", "origin"]);
    desk.wait_for("Ana Byron on origin/ana/standup  blocked: The vendor is silent");
    desk.wait_for("Not posted  Bo, Cy");
    assert_eq!(git(&at, &["status", "--porcelain"]), "");
    desk.keys("<Tab>");
    insta::assert_snapshot!("another_branchs_post_80x24", desk.screen());
    desk.resize(160, 48);
    insta::assert_snapshot!("another_branchs_post_160x48", desk.screen());
    // Merged and pulled, it is one of those that are checked out.
    git(ana.path(), &["push", "-q", "origin", "ana/standup:main"]);
    git(&at, &["pull", "-q", "--ff-only", "origin", "main"]);
    let is_here = |desk: &Desk| {
        let screen = desk.screen();
        screen.contains("1 posted") && !screen.contains("origin/")
    };
    desk.run_until("the post is shown once", is_here);
    assert!(desk.screen().contains("Ana Byron"), "{}", desk.screen());
}

#[test]
fn a_script_reads_who_posted_where_and_who_did_not() {
    let Some(team) = Team::new() else { return };
    let early = paper("Ana Byron", "08:40", "The vendor is silent");
    team.ana_pushes("ana/standup", ANAS, &early);
    assert_eq!(
        team.json()["missing"],
        serde_json::json!(["Ana Byron", "Bo", "Cy", "Robin"])
    );
    team.fetch();
    is(&team.posted(), &[("Ana Byron", "origin/ana/standup")]);
    let day = team.json();
    assert_eq!(day["missing"], serde_json::json!(["Bo", "Cy", "Robin"]));
    assert_eq!(day["stewards"], serde_json::json!(["Ana Byron"]));
    assert_eq!(day["entries"][0]["file"], ANAS);
    insta::assert_snapshot!(
        [
            team.run(&["standup"]).ok(),
            team.run(&["standup", "--slack"]).ok()
        ]
        .join("\n~~~\n")
    );

    // The same on the main branch, and here: once.
    git(team.ana.path(), &["push", "-q", "origin", "HEAD:main"]);
    team.fetch();
    is(&team.posted(), &[("Ana Byron", "origin/main")]);
    git(team.robin.path(), &["merge", "-q", "origin/main"]);
    is(&team.posted(), &[("Ana Byron", "-")]);

    // Whatever was posted last counts, wherever it is; one's own cards are those that are here.
    let late = paper("Ana Byron", "09:10", "The vendor is still silent");
    team.ana_pushes("ana/more", ANAS, &late);
    let own = "docs/standups/2026-11-21/robin.md";
    team.ana_pushes("robin/old", own, &paper("Robin", "09:20", "Rain"));
    team.fetch();
    is(
        &team.posted(),
        &[
            ("Ana Byron", "origin/ana/more"),
            ("Robin", "origin/robin/old"),
        ],
    );
    assert_eq!(team.json()["missing"], serde_json::json!(["Bo", "Cy"]));
    write(team.robin.path(), own, &paper("Robin", "08:00", "Snow"));
    is(
        &team.posted(),
        &[("Ana Byron", "origin/ana/more"), ("Robin", "-")],
    );
    // A version of the past has no branches.
    let past = team.run(&["--at", "HEAD", "standup", "--json"]).ok();
    assert_eq!(valid("standup", &past)["entries"][0]["branch"], Value::Null);
}

#[test]
fn what_is_no_paper_on_a_branch_is_passed_over() {
    let Some(team) = Team::new() else { return };
    let at = team.ana.path();
    let day = at.join("docs/standups/2026-11-21");
    git(at, &["switch", "-q", "-c", "odd"]);
    std::fs::create_dir_all(day.join("folder.md")).unwrap();
    std::os::unix::fs::symlink("/etc/passwd", day.join("link.md")).unwrap();
    write(&day, "folder.md/bo.md", &paper("Bo", "08:00", "Deep"));
    write(&day, "long.md", &"# Standup — Long\n".repeat(1 << 15));
    write(&day, "notes.txt", "# Standup — Notes\n");
    write(
        &day,
        "cy\u{1b}[31m.md",
        &paper("Cy\u{1b}[31m", "08:00", "Odd"),
    );
    write(at, "docs/standups/2026-11-20/bo.md", "# Standup — Bo\n");
    git(at, &["add", "-A"]);
    git(at, &["commit", "-q", "-m", "Odd"]);
    git(at, &["push", "-q", "origin", "odd"]);
    team.fetch();
    is(&team.posted(), &[("Cy\u{1b}[31m", "origin/odd")]);
    let text = team.run(&["standup"]).ok();
    assert!(!text.contains('\u{1b}'), "{text}");
    // A host that is gone is no reason to fail, nor is a folder outside git.
    drop(team.host);
    std::fs::remove_dir_all(team.robin.path().join(".git")).unwrap();
    let day = valid(
        "standup",
        &team
            .outside
            .run_in(team.robin.path(), NOW, &["standup", "--json"], None)
            .ok(),
    );
    assert_eq!(day["entries"], serde_json::json!([]));
}
