//! Whose steps are “mine”: the tables of people in the canon, and who is at work.

use crate::support::run::Folder;

const LOG: (&str, &str) = (
    "data/plans/plan.jsonl",
    "{\"step_id\":\"0001\",\"title\":\"Rack\",\"owner\":\"Infra\"}\n\
     {\"step_id\":\"0002\",\"title\":\"Ledger\",\"owner\":\"finance\"}\n\
     {\"step_id\":\"0003\",\"title\":\"Talk\",\"owner\":\"Ada Byron\"}\n\
     {\"step_id\":\"0004\",\"title\":\"Nobody's\"}\n",
);
const TEAM: &str = "# Team\n\n| Person | Team | Mail | Owners |\n| --- | --- | --- | --- |\n\
    | Ada Byron | Platform | ada@example.org | infra, platform |\n| Bo | Finance | bo@example.org | |\n";

fn mine(folder: &Folder, arguments: &[&str]) -> String {
    let list = ["list", "--filter", "is:mine"];
    let out = folder.run(&[&list[..], arguments].concat()).ok();
    let ids: Vec<&str> = out.lines().map(|line| &line[..4]).collect();
    ids.join(" ")
}

fn git(folder: &Folder, arguments: &[&str]) {
    let mut command = std::process::Command::new("git");
    let command = command.arg("-C").arg(folder.path()).args(arguments);
    assert!(command.output().unwrap().status.success());
}

#[test]
fn owners_are_mine_as_the_tables_of_people_say() {
    let folder = Folder::new(&[LOG, ("docs/team.md", TEAM)]);
    assert_eq!(mine(&folder, &["--as", "Ada Byron"]), "0001 0003");
    assert_eq!(mine(&folder, &["--as", "bo"]), "0002");
    assert_eq!(mine(&folder, &["--as", "Cy"]), "");
    // Git's mail address says who it is, whatever git's name is.
    git(&folder, &["init", "-q"]);
    git(&folder, &["config", "user.name", "Bo"]);
    git(&folder, &["config", "user.email", "ada@example.org"]);
    assert_eq!(mine(&folder, &[]), "0001 0003");
    git(&folder, &["config", "user.email", "elsewhere@example.org"]);
    assert_eq!(mine(&folder, &[]), "0002");
    assert_eq!(mine(&folder, &["--as", "Ada Byron"]), "0001 0003");
    // Without any table one is what one is called.
    let bare = Folder::new(&[LOG]);
    assert_eq!(mine(&bare, &["--as", "ada byron"]), "0003");
}
