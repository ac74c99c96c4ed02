//! The gate review as people use it: keys in, screen and packet out; interrupted and resumed;
//! two people at once.

use std::fs;

use crate::support::desk::Desk;
use crate::support::programme::FILES;
use crate::support::run::Folder;
use crate::support::schema::valid;
use tempfile::TempDir;

/// The packet of the pilot's gate on the day of every story.
const PACKET: &str = "docs/milestone-reviews/pilot/20261121/review.md";

fn desk() -> Desk {
    let mut desk = Desk::open(&FILES);
    desk.keys("2");
    desk
}

fn line<'t>(text: &'t str, start: &str) -> &'t str {
    let found = text.lines().find(|line| line.starts_with(start));
    found.unwrap_or_else(|| panic!("no {start} in {text}"))
}

#[test]
fn each_key_is_in_the_packet_at_once() {
    let mut desk = desk();
    desk.keys("P");
    assert!(
        desk.screen().contains("review of Pilot opened in"),
        "{}",
        desk.screen()
    );
    assert_eq!(
        line(&desk.file(PACKET), "- **Decision"),
        "- **Decision:** undecided"
    );
    assert_eq!(line(&desk.file(PACKET), "- **Held"), "- **Held by:** Robin");
    desk.keys("x");
    assert!(desk.file(PACKET).contains("- **Verdict:** met"));
    desk.keys("j-");
    assert!(desk.file(PACKET).contains("- **Verdict:** not met"));
    desk.keys("ehttps://wiki.example.org/rehearsal<Enter>");
    assert!(
        desk.file(PACKET)
            .contains("- **Evidence:** https://wiki.example.org/rehearsal")
    );
    desk.keys("i");
    assert_eq!(
        desk.cockpit.face.opened,
        ["https://wiki.example.org/rehearsal"]
    );
    desk.keys("<Tab>jx");
    let packet = desk.file(PACKET);
    assert!(
        packet.contains("- [x] **QA:** Release Manager (2026-11-21, Robin)"),
        "{packet}"
    );
    desk.keys("sn");
    assert_eq!(
        line(&desk.file(PACKET), "- **Decision"),
        "- **Decision:** no-go"
    );
    // Each key is undone by one `u`, the opening of the review as well.
    desk.keys("uuuuu");
    assert!(desk.screen().contains("0 of 3 met"), "{}", desk.screen());
    desk.keys("u");
    assert!(!desk.folder().join(PACKET).exists());
    assert_eq!(desk.diff(), "");
    assert!(desk.screen().contains("Checklist"), "{}", desk.screen());
}

#[test]
fn a_go_below_the_bar_is_refused_until_a_waiver_says_why() {
    let mut desk = desk();
    desk.keys("Ps");
    let screen = desk.screen();
    assert!(
        screen.contains("1 more to reach 75%: write the waiver first"),
        "{screen}"
    );
    desk.keys("g");
    assert!(
        desk.screen().contains("write the waiver first"),
        "{}",
        desk.screen()
    );
    assert_eq!(
        line(&desk.file(PACKET), "- **Decision"),
        "- **Decision:** undecided"
    );
    // The field of the waiver is open now; once it is written, the decision goes on.
    desk.keys("Support starts a week late<Enter>");
    let screen = desk.screen();
    assert!(screen.contains("Pass the gate of Pilot: go?"), "{screen}");
    assert!(
        screen.contains("Rollout then becomes the current stage."),
        "{screen}"
    );
    assert!(
        screen.contains("3 criteria are undecided, 3 of 3 sign-offs are missing"),
        "{screen}"
    );
    assert!(
        screen.contains("the waiver says: Support starts a week late"),
        "{screen}"
    );
    // No is the default.
    desk.keys("<Enter>");
    assert_eq!(
        line(&desk.file(PACKET), "- **Decision"),
        "- **Decision:** undecided"
    );
    desk.keys("sgy");
    assert!(
        desk.screen().contains("Rollout is now the current stage"),
        "{}",
        desk.screen()
    );
    let packet = desk.file(PACKET);
    assert_eq!(line(&packet, "- **Decision"), "- **Decision:** go");
    assert_eq!(
        line(&packet, "- **Decided"),
        "- **Decided:** 2026-11-21, Robin"
    );
    let waiver = "- **Waiver:** Support starts a week late (2026-11-21, Robin)";
    assert_eq!(line(&packet, "- **Waiver"), waiver);
    desk.keys("<Esc>");
    let screen = desk.screen();
    assert!(screen.contains("✓ Pilot             passed"), "{screen}");
    assert!(screen.contains("go, waived 2026-11-21"), "{screen}");
    assert!(!screen.contains("more to reach 75%"), "{screen}");
    assert!(screen.contains("passed, 1 short of 75%"), "{screen}");
    assert!(screen.contains("◐ Rollout          current"), "{screen}");
    desk.keys("u");
    assert!(desk.screen().contains("review open"), "{}", desk.screen());
}

#[test]
fn a_review_goes_on_where_it_was_left() {
    let mut desk = desk();
    desk.keys("Pxj-");
    let packet = desk.file(PACKET);
    let mut desk = desk.reopen();
    desk.keys("2P");
    let screen = desk.screen();
    assert!(screen.contains("✓ met"), "{screen}");
    assert!(screen.contains("✗ not met"), "{screen}");
    assert!(screen.contains("▌ · undecided"), "{screen}");
    assert_eq!(desk.file(PACKET), packet);
    desk.keys("x");
    assert_eq!(desk.file(PACKET).matches("- **Verdict:** met").count(), 2);
}

#[test]
fn what_is_written_beside_it_meanwhile_stays() {
    let mut desk = desk();
    desk.keys("P");
    let theirs = desk
        .file(PACKET)
        .replace("### Adoption\n", "### Adoption\n\nThe coach is ill.\n")
        .replace(
            "- [ ] **DRI:** Ops Lead",
            "- [x] **DRI:** Ops Lead (2026-11-21, Bo)",
        );
    desk.keys("e");
    desk.write_outside(PACKET, &theirs);
    desk.wait_for("changed on disk");
    desk.keys("Two of two.<Enter>");
    let packet = desk.file(PACKET);
    assert!(packet.contains("- **Evidence:** Two of two."), "{packet}");
    assert!(packet.contains("The coach is ill."), "{packet}");
    assert!(
        desk.screen().contains("signed 2026-11-21, Bo"),
        "{}",
        desk.screen()
    );
    // The file taken away closes the review.
    fs::remove_file(desk.folder().join(PACKET)).unwrap();
    desk.wait_for("Checklist");
}

#[test]
fn conditions_are_written_before_a_go_with_conditions() {
    let mut desk = desk();
    desk.keys("jxP").keys("sc");
    assert!(
        desk.screen().contains("write the conditions first"),
        "{}",
        desk.screen()
    );
    // Their field is open already.
    desk.keys("A bell at each desk<Enter>scy");
    let packet = desk.file(PACKET);
    assert_eq!(
        line(&packet, "- **Decision"),
        "- **Decision:** go with conditions"
    );
    assert_eq!(line(&packet, "- **Bar"), "- **Bar:** 75%, met");
    assert!(
        desk.screen().contains("go with conditions"),
        "{}",
        desk.screen()
    );
    // The decision can be undone without undo.
    desk.keys("su");
    assert_eq!(
        line(&desk.file(PACKET), "- **Decision"),
        "- **Decision:** undecided"
    );
}

#[test]
fn without_leave_to_write_a_packet_is_only_shown() {
    let mut desk = desk();
    desk.cockpit.model.context.read_only = true;
    desk.keys("P");
    assert!(
        desk.screen().contains("nothing is written"),
        "{}",
        desk.screen()
    );
    desk.cockpit.model.context.read_only = false;
    desk.keys("P<Esc>");
    desk.cockpit.model.context.read_only = true;
    let packet = desk.file(PACKET);
    desk.keys("Px-");
    assert!(
        desk.screen().contains("nothing is written"),
        "{}",
        desk.screen()
    );
    assert_eq!(desk.file(PACKET), packet);
}

#[test]
fn screens() {
    for (name, columns, rows) in [("80x24", 80, 24), ("120x30", 120, 30), ("160x48", 160, 48)] {
        let mut desk = Desk::sized(&FILES, columns, rows);
        desk.keys("2Pxj-eA pump ran dry in minute three; the log is at https://wiki.example.org/pump<Enter>");
        insta::assert_snapshot!(format!("review_{name}"), desk.screen());
        desk.keys("Gee<Esc>");
    }
    let mut desk = desk();
    desk.keys("PGeSupport starts a week late<Enter>s");
    insta::assert_snapshot!("review_menu", desk.screen());
    desk.keys("g");
    insta::assert_snapshot!("review_question", desk.screen());
    desk.keys("y<Esc>");
    insta::assert_snapshot!("ladder_after_a_go", desk.screen());
}

#[test]
fn other_looks() {
    use crate::support::screen::{ascii, dark, draw, model, picture, press, reversed, text};
    use stepdeck::tui::theme::{Background, ColorDepth, Theme};
    let mut model = model(&FILES);
    press(&mut model, "2 P x j - tab x s n");
    let screen = draw(&model, &ascii(), 80, 24);
    let shown = text(&screen);
    assert!(shown.chars().all(|c| c.is_ascii() || c == '≥'), "{shown}");
    insta::assert_snapshot!("review_ascii", shown + &reversed(&screen));
    picture(&draw(&model, &dark(), 160, 48), "gate-review-dark");
    let light = Theme::new(ColorDepth::TrueColor, Background::Light, false);
    picture(&draw(&model, &light, 80, 24), "gate-review-light");
    for size in [
        (1, 4),
        (12, 6),
        (40, 12),
        (79, 9),
        (121, 7),
        (151, 30),
        (300, 90),
    ] {
        draw(&model, &dark(), size.0, size.1);
    }
}

#[test]
fn help_and_palette_name_the_keys_of_the_review() {
    let mut desk = desk();
    desk.keys("P?not met");
    let screen = desk.screen();
    assert!(
        screen.contains("Gate: mark the criterion as not met"),
        "{screen}"
    );
    desk.keys("<Esc>");
    // Movement goes round the parts and stops at the ends.
    desk.keys("<Tab><Tab>");
    assert!(desk.screen().contains("▌ Decision"), "{}", desk.screen());
    desk.keys("<Tab>");
    assert!(desk.screen().contains("▌ · undecided"), "{}", desk.screen());
    desk.keys("lll");
    assert!(desk.screen().contains("▌ Decision"), "{}", desk.screen());
    desk.keys("x");
    assert!(desk.screen().contains("s decides"), "{}", desk.screen());
}

/// `stepdeck gates`, `next` and `check` say what the screen says.
#[test]
fn scripts_see_the_decision() {
    let mut desk = desk();
    desk.keys("PGeSupport starts a week late<Enter>sgy");
    let packet = desk.file(PACKET);
    let mut files = FILES.to_vec();
    files.push((PACKET, &packet));
    let folder = Folder::new(&files);
    let json = folder.run(&["gates", "--json"]).ok();
    let json = valid("gates", &json);
    assert_eq!(json["stages"][0]["decision"], "go");
    assert_eq!(json["stages"][0]["decided"], "2026-11-21");
    assert_eq!(json["stages"][1]["decision"], serde_json::Value::Null);
    insta::assert_snapshot!("gates_after_a_go", folder.run(&["gates"]).ok());
    insta::assert_snapshot!(
        "gates_of_a_stage_after_a_go",
        folder.run(&["gates", "pilot"]).ok()
    );
    let open = packet.replace("- **Decision:** go", "- **Decision:** undecided");
    folder.write(PACKET, open);
    let shown = folder.run(&["gates", "pilot"]).ok();
    assert!(shown.contains("review open"), "{shown}");
    assert!(shown.contains(PACKET), "{shown}");
}

#[test]
fn the_ranking_follows_the_decision() {
    let mut desk = desk();
    desk.keys("PGeSupport starts a week late<Enter>sgy");
    let packet = desk.file(PACKET);
    let canon = FILES[1].1.replace("are out.", "are out (Step 0002).");
    let mut files = FILES.to_vec();
    files[1].1 = &canon;
    let folder = Folder::new(&files);
    let reason = "the gate of Rollout waits for it";
    let before = folder.run(&["next", "--explain"]).ok();
    assert!(!before.contains(reason), "{before}");
    folder.write(PACKET, packet);
    let after = folder.run(&["next", "--explain"]).ok();
    assert!(after.contains(reason), "{after}");
}

#[test]
fn a_go_written_by_hand_without_a_waiver_is_reported() {
    let mut desk = desk();
    desk.keys("P");
    let packet = desk
        .file(PACKET)
        .replace("undecided\n\n## Readiness", "go\n\n## Readiness");
    let mut files = FILES.to_vec();
    files.push((PACKET, &packet));
    let folder = Folder::new(&files);
    let said = folder.run(&["check"]).out;
    assert!(
        said.contains(&format!("warning[waiver-missing] {PACKET}:10")),
        "{said}"
    );
    folder.write(
        PACKET,
        packet.replace(
            "- **Decision:** go",
            "- **Decision:** go\n- **Waiver:** Late",
        ),
    );
    assert!(!folder.run(&["check"]).out.contains("waiver-missing"));
}

/// A path attached as evidence is read back, opened, and missed when it is gone.
#[test]
fn evidence_in_the_repository_is_attached_opened_and_missed() {
    let mut desk = desk();
    desk.keys("G").keys("adocs/hours.md<Enter>");
    let roadmap = desk.file("docs/ROADMAP.md");
    assert!(
        roadmap.contains(
            "- Dashboards show use by team. — [docs/hours.md](</docs/hours.md>) (2026-11-21, Robin)"
        ),
        "{roadmap}"
    );
    assert!(desk.screen().contains("docs/hours.md"), "{}", desk.screen());
    assert!(
        desk.screen().contains("2026-11-21, Robin"),
        "{}",
        desk.screen()
    );
    desk.keys("i");
    assert_eq!(desk.cockpit.face.opened, ["docs/hours.md"]);
    let mut files = FILES.to_vec();
    files[2].1 = &roadmap;
    let folder = Folder::new(&files);
    let said = folder.run(&["check"]).out;
    assert!(
        said.contains("warning[vanished-evidence] docs/ROADMAP.md:11"),
        "{said}"
    );
    folder.write("docs/hours.md", "There.");
    assert!(!folder.run(&["check"]).out.contains("vanished-evidence"));
}

/// Two people who judge different criteria and sign for different people on two branches.
#[test]
fn git_merges_what_two_people_did() {
    let mut desk = desk();
    desk.keys("P");
    let base = desk.file(PACKET);
    desk.keys("xeOne<Enter>").keys("<Tab>x");
    let ours = desk.file(PACKET);
    desk.keys("uuu").keys("gj-eTwo<Enter>").keys("<Tab>jx");
    let theirs = desk.file(PACKET);
    let folder = TempDir::new().unwrap();
    for (name, text) in [("base", &base), ("ours", &ours), ("theirs", &theirs)] {
        fs::write(folder.path().join(name), text).unwrap();
    }
    let merged = std::process::Command::new("git")
        .args(["merge-file", "-p", "ours", "base", "theirs"])
        .current_dir(folder.path())
        .output()
        .unwrap();
    let text = String::from_utf8(merged.stdout).unwrap();
    assert!(merged.status.success(), "{text}");
    for line in [
        "- **Evidence:** One",
        "- **Evidence:** Two",
        "- [x] **DRI:** Ops Lead",
        "- [x] **QA:**",
    ] {
        assert!(text.contains(line), "{line} is not in {text}");
    }
}
