//! Who is who, for people, scripts and the host.

use crate::support::fixture::{LINES, LOG};
use crate::support::run::Folder;
use crate::support::schema::valid;

const TEAM: &str = "# Team\n\n\
    | Person | Team | Mail | Login | Owners | Steward weeks |\n\
    | --- | --- | --- | --- | --- | --- |\n\
    | Ada Byron | Platform | ada@example.org | @ada | platform, infra | 2026-W48 |\n\
    | Bo | Growth | <bo@example.org> | | growth | W49–W50 |\n\
    | Cy | Growth | cy@example.org | cy | | |\n\
    | Di | Risk | | | | 2026-W51 |\n";

#[test]
fn people_are_listed_and_the_host_gets_the_stewards() {
    let folder = Folder::new(&[(LOG, LINES), ("docs/team.md", TEAM)]);
    let listed = folder.run(&["owners"]).ok();
    assert!(
        listed.contains("Ada Byron\tPlatform\tplatform, infra\t2026-W48\n"),
        "{listed}"
    );
    assert_eq!(listed.lines().count(), 4);
    let json = valid("owners", &folder.run(&["owners", "--json"]).ok());
    assert_eq!(json["people"][0]["logins"][0], "@ada");
    let run = folder.run(&["owners", "--codeowners"]);
    assert_eq!(
        run.out,
        "# Who reviews the plan: `stepdeck owners --codeowners`, from the tables of people.\n\
         /data/plans/*.jsonl @ada bo@example.org\n\
         /data/ @ada bo@example.org\n\
         /docs/ @ada bo@example.org\n"
    );
    assert!(
        run.err.contains("Di has neither login nor mail"),
        "{}",
        run.err
    );
    let alone = Folder::new(&[(LOG, LINES)]).run(&["owners"]);
    assert_eq!((alone.code, &*alone.out), (0, ""));
    assert!(
        alone.err.contains("no table in the canon names people"),
        "{}",
        alone.err
    );
}
