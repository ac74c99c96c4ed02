//! A block retired, restored, rethemed and merged from the grid, and a decision written from the
//! list: at both sizes, with the real files, and back to the byte.

use crate::support::desk::Desk;

const LOG: &str = "data/plans/plan.jsonl";
const CANON: &str = "docs/plan.md";
const SIZES: [(u16, u16); 2] = [(80, 24), (160, 48)];

fn desk(columns: u16, rows: u16) -> Desk {
    let step = |id: &str, status: &str, up: &str| {
        format!(
            "{{\"step_id\": \"{id}\", \"title\": \"Work\", \"status\": \"{status}\", \
             \"dependencies\": [{up}]}}\n"
        )
    };
    let log = [
        step("0001", "draft", "\"0101\""),
        step("0101", "draft", ""),
        step("0102", "complete", ""),
    ]
    .concat();
    let canon = "| Block | Step Range | Theme | Status |\n|---|---|---|---|\n\
                 | B01 | 0001–0100 | Base | Draft |\n| B02 | 0101–0200 | Loops | Draft |\n";
    Desk::sized(&[(LOG, &log), (CANON, canon)], columns, rows)
}

#[test]
fn a_block_is_retired_after_a_look_and_one_key_brings_it_back() {
    for (columns, rows) in SIZES {
        let mut desk = desk(columns, rows);
        desk.keys("G<S-Tab>r");
        desk.wait_for("Merge into another block");
        desk.keys("r").wait_for("Why retire B02");
        desk.keys("Nobody asked.<Enter>");
        desk.wait_for("1 step is no longer counted");
        desk.wait_for("+ Retired (was Draft)");
        assert_eq!(desk.diff(), "");
        // Enter is a no.
        desk.keys("<Enter>").wait_for("unchanged");
        assert_eq!(desk.diff(), "");
        desk.keys("rr").keys("Nobody asked.<Enter>y");
        desk.wait_for("B02 retired");
        desk.settle();
        assert!(
            desk.file(CANON)
                .contains("| B02 | 0101–0200 | Loops | Retired (was Draft) |")
        );
        assert!(desk.screen().contains("retired"), "{}", desk.screen());
        desk.keys("ro").wait_for("Why restore B02");
        desk.keys("<Enter>y").wait_for("B02 restored");
        desk.keys("u").wait_for("undone: B02 restored");
        desk.keys("u").wait_for("undone: B02 retired");
        desk.settle();
        assert_eq!(desk.diff(), "", "{columns}×{rows}");
    }
}

#[test]
fn blocks_are_merged_and_rethemed_from_the_grid() {
    for (columns, rows) in SIZES {
        let mut desk = desk(columns, rows);
        desk.keys("G<S-Tab>rm").wait_for("Merge B02 into block");
        desk.keys("77<Enter>")
            .wait_for("is not a block of the plan");
        desk.keys("<C-u>1<Enter>")
            .wait_for("Why merge B02 into B01");
        desk.keys("<Enter>")
            .wait_for("1 step gets a number of its new block.");
        desk.keys("y").wait_for("B02 merged into B01");
        desk.settle();
        assert!(
            desk.file(LOG)
                .contains("\"step_id\": \"0002\", \"title\": \"Work\"")
        );
        assert!(desk.file(LOG).contains("\"dependencies\": [\"0002\"]"));
        desk.keys("u").wait_for("undone: B02 merged into B01");
        desk.settle();
        assert_eq!(desk.diff(), "");
        desk.keys("G<S-Tab>rt<C-u>Proofs<Enter>")
            .wait_for("Give B02 another theme?");
        desk.keys("y").wait_for("B02 theme → Proofs");
        desk.settle();
        assert!(
            desk.file(CANON)
                .contains("| B02 | 0101–0200 | Proofs | Draft |")
        );
    }
}

/// The list of blocks says it, and typing the number is no way round.
#[test]
fn no_step_is_moved_to_a_retired_block() {
    let mut desk = desk(80, 24);
    desk.keys("G<S-Tab>rr").keys("<Enter>y");
    desk.wait_for("B02 retired");
    desk.settle();
    let (log, canon) = (desk.file(LOG), desk.file(CANON));
    desk.keys("<Tab>ggp").wait_for("Move 0001 to");
    let screen = desk.screen();
    let row = screen.lines().find(|line| line.contains("B02 Loops"));
    assert!(row.is_some_and(|row| row.contains("retired")), "{screen}");
    desk.keys("B02<Enter>");
    assert!(
        !desk.screen().contains("Move 0001 to B02?"),
        "{}",
        desk.screen()
    );
    desk.keys("<Esc><Esc>#<C-u>0150<Enter>")
        .wait_for("B02 is retired");
    desk.settle();
    assert_eq!((desk.file(LOG), desk.file(CANON)), (log, canon));
}

/// The second field of two is left: both texts are there again.
#[test]
fn a_decision_that_was_left_at_its_reasons_has_its_title_again() {
    for why in ["It is cheaper.", ""] {
        let mut desk = desk(100, 30);
        desk.keys("dKeep it small<Enter>").wait_for("Why");
        desk.keys(why).keys("<Esc>");
        desk.wait_for("your text is kept");
        desk.keys("d").wait_for("Keep it small");
        desk.keys("<Enter>").wait_for("Why");
        let screen = desk.screen();
        assert!(screen.contains(why), "{screen}");
    }
}

#[test]
fn a_decision_is_written_from_the_marks() {
    for (columns, rows) in SIZES {
        let mut desk = desk(columns, rows);
        desk.keys("<Space><Space>d")
            .wait_for("What was decided about 2 steps");
        desk.keys("<Enter>").wait_for("a decision needs a title");
        desk.keys("Keep it small<Enter>").wait_for("Why");
        desk.keys("It is cheaper.<Enter>")
            .wait_for("decided: Keep it small");
        desk.settle();
        let path = "docs/decisions/2026-11-21-keep-it-small.md";
        let note = desk.file(path);
        assert!(note.contains("- **Steps:** 0001, 0101\n"), "{note}");
        assert!(note.ends_with("\n\nIt is cheaper.\n"), "{note}");
        desk.keys("u");
        desk.settle();
        assert_eq!(desk.diff(), "");
    }
}
