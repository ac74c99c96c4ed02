use super::*;
use crate::change::apply;
use crate::plan::source::SourceFile;

fn file(path: &str, role: Role, text: &str) -> SourceFile {
    SourceFile::load(path, role, text.as_bytes().to_vec())
}

fn keeper(plan: &Plan) -> Register<'_> {
    Register {
        plan,
        now: "2026-11-20T10:00:00Z".parse().unwrap(),
        who: "Ada",
        folder: Path::new("docs/risks"),
    }
}

fn new(title: &str) -> NewRisk<'_> {
    NewRisk {
        title,
        likelihood: Level::Medium,
        impact: Level::High,
        owner: "Supply Desk",
        steps: vec!["42".parse().unwrap()],
        stage: "",
        review_by: "2026-12-15".parse().ok(),
        mitigation: "",
    }
}

const LOG: &str = "{\"step_id\":\"0042\"}\n";

#[test]
fn what_is_written_down_is_read_back_and_closed_around_what_people_wrote() {
    let plan = Plan::read(vec![file("plan.jsonl", Role::Log, LOG)]);
    let mut files = plan.files().to_vec();
    let change = keeper(&plan).add(&new("Parts get *dear*")).unwrap();
    apply::change(&change, &mut files).unwrap();
    let path = "docs/risks/2026-11-20-parts-get-dear.md";
    assert_eq!(files[1].path, Path::new(path));
    let text = String::from_utf8(files[1].document.to_bytes()).unwrap();
    assert_eq!(
        text,
        "# Parts get \\*dear\\*\n\n- **Likelihood:** medium\n- **Impact:** high\n- **Status:** open\n\
         - **Owner:** Supply Desk\n- **Steps:** 0042\n- **Review by:** 2026-12-15\n\
         - **Opened:** 2026-11-20, Ada\n\n## Mitigation\n"
    );
    let text = text + "\nAsk two others.\n\n- A note, not a fact\n";
    let plan = Plan::read(vec![
        file("plan.jsonl", Role::Log, LOG),
        file(path, Role::Risk, &text),
    ]);
    let risk = &register(&plan)[0];
    assert_eq!((risk.score(), risk.is_open), (6, true));
    assert!(risk.mitigation.starts_with("Ask two others."));
    let mut files = plan.files().to_vec();
    let change = keeper(&plan).close(find(&plan, "parts").unwrap(), "A second\nsupplier");
    let change = change.unwrap();
    apply::change(&change, &mut files).unwrap();
    assert_eq!(
        String::from_utf8(files[1].document.to_bytes()).unwrap(),
        text.replace("** open", "** closed").replace(
            "20, Ada\n",
            "20, Ada\n- **Closed:** 2026-11-20, Ada: A second supplier\n"
        )
    );
    let closed = Plan::read(files.clone());
    assert!(!register(&closed)[0].is_open);
    let again = keeper(&closed).close(1, "").unwrap_err().0;
    assert_eq!(again, "“Parts get *dear*” is closed already");
    apply::change(&change.inverse(), &mut files).unwrap();
    assert_eq!(files[1].document.to_bytes(), text.as_bytes());
}

#[test]
fn a_blocker_of_three_standups_in_a_row_is_proposed_until_the_register_has_it() {
    let day = |date: &str, blocker: &str| {
        let text = format!(
            "# Standup\n\n## Base\n\n- **Status:** blocked\n- **Blockers:** {blocker}\n\
             - **Posted:** {date} 09:00 UTC\n"
        );
        file(
            &format!("docs/standups/{date}/ada.md"),
            Role::Standup,
            &text,
        )
    };
    let proposals = |files: &[SourceFile]| {
        let plan = Plan::read(files.to_vec());
        let found = keeper(&plan).proposals(Path::new("docs/standups"));
        let told = found
            .into_iter()
            .map(|of| (of.title, of.since.to_string(), of.standups));
        told.collect::<Vec<_>>()
    };
    let mut files = vec![
        day("2026-11-17", "Step 0042 waits for the vendor"),
        day("2026-11-18", "Step 0042 waits for the vendor"),
        day("2026-11-20", "Step 0042 waits for the vendor"),
    ];
    assert_eq!(
        proposals(&files),
        [(
            "Step 0042 waits for the vendor".to_owned(),
            "2026-11-17".to_owned(),
            3
        )]
    );
    assert_eq!(proposals(&files[1..]), []);
    // Who has nothing to say of a stage for a day leaves what they said of it.
    let elsewhere = "# Standup\n\n## Other\n\n- **Status:** on track\n";
    let path = "docs/standups/2026-11-19/ada.md";
    let between = file(path, Role::Standup, elsewhere);
    let found = proposals(&[files.clone(), vec![between]].concat());
    assert_eq!(found[0].2, 3);
    let other = [
        files[0].clone(),
        day("2026-11-18", "Other"),
        files[2].clone(),
    ];
    assert_eq!(proposals(&other), []);
    files.push(file(
        "docs/risks/x.md",
        Role::Risk,
        "# Step 0042 waits for the vendor\n",
    ));
    assert_eq!(proposals(&files), []);
}

#[test]
fn the_register_begins_with_what_is_open_and_worst() {
    let risk = |name: &str, facts: &str| {
        let text = format!("# {name}\n\n{facts}\n");
        file(&format!("docs/risks/{name}.md"), Role::Risk, &text)
    };
    let plan = Plan::read(vec![
        risk("a", "- **Likelihood:** low\n- **Impact:** low"),
        risk(
            "b",
            "- **Likelihood:** high\n- **Impact:** high\n- **Status:** closed",
        ),
        risk("c", "- **Likelihood:** high\n- **Impact:** medium"),
        risk(
            "d",
            "- **Likelihood:** medium\n- **Impact:** high\n- **Review by:** 2026-12-01",
        ),
    ]);
    let titles: Vec<String> = register(&plan).into_iter().map(|risk| risk.title).collect();
    assert_eq!(titles, ["d", "c", "a", "b"]);
    assert_eq!(
        find(&plan, "nothing").unwrap_err().0,
        "“nothing” is not a risk; `stepdeck risk` lists them"
    );
}
