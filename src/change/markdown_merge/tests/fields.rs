//! The bullets of a step: lists entry by entry, notes in turn.

use super::*;

#[test]
fn bullets_of_one_section_merge_by_label_lists_by_entry_and_notes_in_turn() {
    let ours = STEPS
        .replace("** A\n", "** A1\n")
        .replace("Board\n", "Board, Step 0008\n")
        .replace("Began.", "Began. Ours went on.");
    let theirs = STEPS
        .replace("** ops", "** grc")
        .replace("Step 0007, Board", "Step 0006, Board")
        .replace("Began.", "Began. Theirs too.");
    let expected = STEPS
        .replace("** A\n", "** A1\n")
        .replace("** ops", "** grc")
        .replace("Step 0007, Board\n", "Step 0006, Board, Step 0008\n")
        .replace("Began.", "Began. Ours went on. Theirs too.");
    assert_eq!(clean(STEPS, &ours, &theirs), expected);
    assert_eq!(clean(STEPS, &theirs, &ours), expected);
}

#[test]
fn entries_that_both_sides_add_are_in_one_order_whichever_side_is_ours() {
    let with = |entry: &str| STEPS.replace("Board\n", &format!("Board, {entry}\n"));
    let both = with("Auditor, Vendor");
    assert_eq!(clean(STEPS, &with("Auditor"), &with("Vendor")), both);
    assert_eq!(clean(STEPS, &with("Vendor"), &with("Auditor")), both);
}

/// What one side emptied and the other added to is a list of what was added.
#[test]
fn a_list_that_is_emptied_and_extended_has_what_was_added() {
    let step = |list: &str| {
        format!(
            "## Step 0001 — One\n\n- **Owner:** ops\n- **Dependencies:**{list}\n- **Notes:** n\n"
        )
    };
    for (base, more, expected) in [
        (
            "\n  - Vendor signs\n  - Budget",
            "\n  - Lawyer",
            "\n  - Lawyer",
        ),
        (
            "\n  1. Vendor signs\n  2. Budget",
            "\n  3. Lawyer",
            "\n  1. Lawyer",
        ),
        (" Vendor signs, Budget", ", Lawyer", " Lawyer"),
    ] {
        let base_text = step(base);
        let (emptied, extended) = (step(" none"), step(&format!("{base}{more}")));
        assert_eq!(clean(&base_text, &emptied, &extended), step(expected));
        assert_eq!(clean(&base_text, &extended, &emptied), step(expected));
    }
    // One side writes it behind the label, the other adds to it.
    let below = step("\n  - Vendor signs\n  - Budget");
    let behind = step(" Vendor signs, Budget");
    let both = step("\n  - Vendor signs\n  - Budget\n  - Lawyer");
    assert_eq!(clean(&below, &behind, &both), both);
    assert_eq!(clean(&below, &both, &behind), both);
}
