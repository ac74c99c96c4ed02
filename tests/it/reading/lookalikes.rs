//! What others wrote by other habits: lines that only look like headings, ticks that are no boxes,
//! blanks and dashes that are not those of the keyboard.

use super::lists::{CANON, LOG, step};
use crate::support::run::Folder;

fn folder(canon: &str) -> Folder {
    let lines = ["0001", "0002", "0003"].map(|id| step(id, "")).concat();
    Folder::new(&[(LOG, &lines), (CANON, canon)])
}

#[test]
fn an_edit_of_a_step_leaves_what_is_below_another_ones_bold_name() {
    for line in [
        "**Step 0002 — Racks**",
        "__Step 0002 — Racks__",
        "<h3>Step 0002 — Racks</h3>",
    ] {
        let canon = format!(
            "### Step 0001 — Lease\n\n- **Status:** draft\n\n{line}\n\n- **Owner:** Zed\n\
             - **Notes:** call Zed first\n"
        );
        let folder = folder(&canon);
        folder
            .run(&["set", "1", "status=in progress", "owner=Ina", "notes=mine"])
            .ok();
        let after = folder.read(CANON);
        let racks = format!("{line}\n\n- **Owner:** Zed\n- **Notes:** call Zed first\n");
        assert!(after.ends_with(&racks), "{after}");
        let shown = folder.run(&["show", "1"]).out;
        assert!(!shown.contains("call Zed first"), "{shown}");
        let checked = folder.run(&["check"]);
        let all = format!("{}{}", checked.out, checked.err);
        assert!(all.contains("[unreadable-section]"), "{all}");
        assert!(all.contains("`### Step 0002 — Racks`"), "{all}");
    }
}

#[test]
fn a_bold_name_right_below_a_bullet_parts_too() {
    let canon = "### Step 0021 — Lease\n\n- **Status:** draft\n**Step 0022 — Racks**\n\n\
                 - **Owner:** Zed\n";
    let folder = folder(canon);
    // To Markdown the name is a part of the bullet, so nothing can be put between.
    assert_eq!(folder.run(&["set", "21", "owner=Ina"]).code, 2);
    assert_eq!(folder.read(CANON), canon);
    assert!(folder.run(&["check"]).out.contains("[unreadable-section]"));
}

#[test]
fn a_document_of_bold_names_alone_is_told_of() {
    let canon = "# Steps\n\n**Step 0002 — Racks**\n\n- **Owner:** Zed\n- **Status:** draft\n";
    let checked = folder(canon).run(&["check"]);
    assert!(checked.out.contains("[unreadable-section]"), "{checked:?}");
}

#[test]
fn the_bold_name_of_a_stage_ends_the_list_of_the_one_above() {
    let canon = "| Stage | Stage-Gate Review |\n| --- | --- |\n| Foundation | a |\n| Scale | b |\n\n\
                 ## Readiness checklist\n\n### Foundation\n\n- [x] Legal\n\n**Money**\n\n\
                 - [x] Budget\n\n**Scale**\n\n- [ ] Racks\n- [ ] Power\n";
    let folder = folder(canon);
    let gates = folder.run(&["gates", "--json"]).ok();
    assert!(
        gates.contains("Budget") && !gates.contains("Racks"),
        "{gates}"
    );
    let checked = folder.run(&["check"]);
    assert!(checked.out.contains("`### Scale`"), "{checked:?}");
}

#[test]
fn ticks_by_other_signs_are_read_and_only_the_sign_changes() {
    let signs = [
        "✅",
        "✔",
        "✓",
        "✔\u{fe0f}",
        ":white_check_mark:",
        "☑",
        "❌",
        "⬜",
        "☐",
    ];
    let checks = signs.map(|sign| format!("- {sign} Of {sign}\n")).concat();
    let canon = format!(
        "| Stage | Stage-Gate Review |\n| --- | --- |\n| Base | a |\n\n# Checklist\n\n## Base\n\n{checks}"
    );
    let folder = folder(&canon);
    let gates = folder.run(&["gates"]).ok();
    assert!(gates.contains("6/9"), "{gates}");
    for (from, to) in [("✅", "[ ]"), ("✔\u{fe0f}", "[ ]"), ("☑", "☐")] {
        let words = format!("Of {from}");
        folder.run(&["tick", "Base", &words, "--off"]).ok();
        let after = folder.read(CANON);
        assert!(after.contains(&format!("\n- {to} {words}\n")), "{after}");
    }
    for (from, to) in [("❌", "[x]"), ("☐", "☑")] {
        let words = format!("Of {from}");
        folder.run(&["tick", "Base", &words]).ok();
        let after = folder.read(CANON);
        assert!(after.contains(&format!("\n- {to} {words}\n")), "{after}");
    }
}

#[test]
fn blanks_and_hyphens_that_do_not_break_hide_no_table_and_signs_no_heading() {
    for (range, review) in [
        ("Step\u{a0}Range", "Stage-Gate\u{a0}Review"),
        ("Step&nbsp;Range", "Stage\u{2011}Gate Review"),
        ("Step\u{202f}Range", "Stage\u{2013}Gate&nbsp;Review"),
    ] {
        let canon = format!(
            "| Stage | {review} |\n| --- | --- |\n| Base | a |\n\n\
             | Block | {range} | Working\u{a0}Theme |\n| --- | --- | --- |\n\
             | B01 | 0001–0100 | Racks |\n\n### ✅ Step 0001 – T0001\n\n- **Notes:** mine\n"
        );
        let folder = folder(&canon);
        assert!(folder.run(&["gates"]).out.contains("Base"), "{review}");
        let checked = folder.run(&["check"]).out;
        assert!(checked.contains("[block-table-gap]"), "{range}: {checked}");
        let shown = folder.run(&["show", "1"]).out;
        assert!(shown.contains("mine"), "{shown}");
    }
}

#[test]
fn the_advice_for_a_section_without_bullets_is_to_write_one() {
    let canon = "### Step 0022 — Racks\n\n• **Owner:** Bo\n";
    let folder = folder(canon);
    let checked = folder.run(&["check"]).out;
    assert!(checked.contains("[missing-field]"), "{checked}");
    assert!(!checked.contains("stepdeck set 0022"), "{checked}");
    assert!(checked.contains("`- **Owner:** …`"), "{checked}");
}
