//! What merging means for each kind of unit, and the laws that hold for any Markdown.

use super::*;

mod far_apart;
mod fields;
mod numbers;
mod one_piece;
mod one_thing;

const MARKERS: Markers<'_> = Markers {
    ours: "ours",
    theirs: "theirs",
    size: 7,
};

fn run(base: &str, ours: &str, theirs: &str) -> Option<MarkdownMerged> {
    let [base, ours, theirs] = &[base, ours, theirs].map(|text| text.as_bytes().into());
    merge(Versions { base, ours, theirs }, MARKERS)
}

fn merged(base: &str, ours: &str, theirs: &str) -> (String, Vec<String>) {
    let merged = run(base, ours, theirs)
        .expect("the units are read back")
        .merged;
    let conflicts = merged.conflicts.iter();
    let conflicts = conflicts.map(|conflict| format!("{} {}", conflict.line, conflict.dispute));
    (
        String::from_utf8(merged.bytes).unwrap(),
        conflicts.collect(),
    )
}

fn clean(base: &str, ours: &str, theirs: &str) -> String {
    let (text, conflicts) = merged(base, ours, theirs);
    assert_eq!(conflicts, [] as [&str; 0], "{text}");
    text
}

const BLOCKS: &str = "# Plan\n\n\
    | Block | Step Range | Theme | Status |\n\
    | ----- | ---------- | ----- | ------ |\n\
    | B01   | 0001–0100  | Base  | Draft  |\n\
    | B02   | 0101–0200  | Access | Draft |\n\
    | B03   | 0201–0300  | Growth | Draft |\n";

#[test]
fn neighbouring_rows_and_neighbouring_cells_merge() {
    let ours = BLOCKS.replace("| Base  | Draft", "| Bases | Draft");
    let theirs = BLOCKS
        .replace("| Base  | Draft  |", "| Base  | Complete |")
        .replace("Access", "Identity");
    assert_eq!(
        clean(BLOCKS, &ours, &theirs),
        theirs.replace("| Base  |", "| Bases |")
    );
    let our_row = format!("{BLOCKS}| B05   | 0401–0500  | Five | Draft |\n");
    let their_row = format!("{BLOCKS}| B04   | 0301–0400  | Four | Draft |\n");
    assert_eq!(
        clean(BLOCKS, &our_row, &their_row),
        format!("{their_row}| B05   | 0401–0500  | Five | Draft |\n")
    );
}

#[test]
fn one_cell_changed_twice_is_a_conflict_of_its_row() {
    let ours = BLOCKS.replace("Access", "Identity").replace(
        "| B02   | 0101–0200  | Identity | Draft |",
        "| B02   | 0101–0200  | Identity | Complete |",
    );
    let theirs = BLOCKS.replace("Access", "Entry");
    let (text, conflicts) = merged(BLOCKS, &ours, &theirs);
    assert_eq!(conflicts, ["6 B02 theme: both sides changed it"]);
    let expected = BLOCKS.replace(
        "| B02   | 0101–0200  | Access | Draft |\n",
        "<<<<<<< ours\n| B02   | 0101–0200  | Identity | Complete |\n=======\n\
         | B02   | 0101–0200  | Entry | Complete |\n>>>>>>> theirs\n",
    );
    assert_eq!(text, expected);
}

#[test]
fn a_column_added_on_one_side_goes_with_rows_and_cells_of_the_other() {
    let ours = "| Block | Steward | Theme |\n| --- | --- | --- |\n| B01 | Ada | Base |\n| B02 | Bo | Two |\n";
    let base = "| Block | Theme |\n| --- | --- |\n| B01 | Base |\n| B02 | Two |\n";
    let theirs =
        "| Block | Theme |\n| --- | --- |\n| B01 | Bases |\n| B02 | Two |\n| B03 | Three |\n";
    let expected = "| Block | Steward | Theme |\n| --- | --- | --- |\n| B01 | Ada | Bases |\n| B02 | Bo | Two |\n| B03 |  | Three |\n";
    assert_eq!(clean(base, ours, theirs), expected);
    assert_eq!(clean(base, theirs, ours), expected);
}

#[test]
fn what_no_column_holds_is_never_lost() {
    let base = "| A | B |\n| --- | --- |\n| x | y | more |\n| z | z |\n";
    let ours = base.replace("| y |", "| yy |");
    let theirs = base.replace("| more |", "| much more |");
    let (text, conflicts) = merged(base, &ours, &theirs);
    assert_eq!(conflicts.len(), 1);
    assert!(text.contains("yy") && text.contains("much more"), "{text}");
    // A column that goes here and is written to there.
    let gone = "| A |\n| --- |\n| x |\n| z |\n";
    let base = "| A | B |\n| --- | --- |\n| x | y |\n| z | z |\n";
    let (text, conflicts) = merged(base, gone, &base.replace("| y |", "| kept |"));
    assert_eq!(conflicts.len(), 1);
    assert!(text.contains("kept"), "{text}");
}

const STEPS: &str = "# Steps\n\n\
    ## Step 0001 — One\n\n- **Outcome:** A\n- **Owner:** ops\n- **Dependencies:** Step 0007, Board\n- **Notes:** Began.\n\n\
    ## Step 0009 — Nine\n\n- **Outcome:** N\n- **Status:** Draft\n";

#[test]
fn of_two_times_the_later_one_holds() {
    let card = |time: &str| format!("# Standup\n\n- **Posted:** 2026-11-21 {time} UTC\n");
    let (early, late) = (card("08:33"), card("14:09"));
    assert_eq!(clean(&card("07:00"), &early, &late), late);
    assert_eq!(clean("", &late, &early), late);
    let (_, conflicts) = merged(&early, &card("noon"), &late);
    assert_eq!(conflicts, ["3 Posted: both sides changed it"]);
}

/// A paper of a day as stepdeck wrote it, with these figures.
fn report(date: &str, short: &str, rows: &[&str]) -> String {
    use crate::document::generated::marked;
    let rows: Vec<String> = rows.iter().map(|row| format!("| {row} | 1 |")).collect();
    let table = format!("| Indicator | Value |\n| --- | --- |\n{}", rows.join("\n"));
    format!(
        "# Report\n\n- **Date:** {date}\n- **Seen:** {date}\n- **Status:** open\n\n## In short\n\n{}\n\n\
         ## Indicators\n\n{}\n\n## Notes\n",
        marked(short),
        marked(&table)
    )
}

#[test]
fn of_a_paper_that_two_people_had_written_again_the_later_version_holds_as_a_whole() {
    let base = report("2026-11-19", "1 step.", &["A"]);
    let noted =
        |text: String, note: &str| text.replace("## Notes\n", &format!("## Notes\n\n{note}\n"));
    let ours = noted(
        report("2026-11-20", "2 steps.", &["A", "B"]),
        "- Ours joined.",
    );
    let theirs = report("2026-11-21", "3 steps.", &["A", "C"])
        .replace("## Indicators\n", "Well done!\n\n## Indicators\n")
        .replace("open", "open, until Friday");
    let expected = noted(theirs.clone(), "- Ours joined.");
    assert_eq!(clean(&base, &ours, &theirs), expected);
    assert_eq!(clean(&base, &theirs, &ours), expected);
    // Both wrote the first one.
    let [theirs_first, expected] =
        [&theirs, &expected].map(|text| text.replace(", until Friday", ""));
    assert_eq!(clean("", &ours, &theirs_first), expected);
    assert_eq!(clean("", &theirs_first, &ours), expected);
    // On one day the same one holds whichever side is ours.
    let other = report("2026-11-20", "9 steps.", &["Z"]);
    let merged = clean(&base, &ours, &other);
    assert_eq!(clean(&base, &other, &ours), merged);
    assert!(merged.contains("Ours joined."));
    // All of it is one side's.
    assert_eq!(merged.contains("9 steps."), merged.contains("| Z | 1 |"));
    // One side alone: nothing of the other's is taken.
    let noted = noted(base.clone(), "- Only noted.");
    let merged = clean(&base, &noted, &theirs);
    assert!(merged.contains("3 steps.") && merged.contains("Only noted."));
}

#[test]
fn what_a_person_changed_in_a_generated_part_is_theirs_in_a_merge_too() {
    let base = report("2026-11-19", "1 step.", &["A"]);
    let ours = report("2026-11-20", "2 steps.", &["A"]);
    let theirs = report("2026-11-21", "1 step.", &["A"]).replace("1 step.", "1 step, at last.");
    let (text, conflicts) = merged(&base, &ours, &theirs);
    assert!(
        text.contains("at last") && text.contains("2 steps."),
        "{text}"
    );
    assert_eq!(conflicts.len(), 1, "{conflicts:?}");
}

#[test]
fn two_sections_of_one_number_are_two_steps() {
    let with = |title: &str| {
        STEPS.replace(
            "## Step 0009",
            &format!("## Step 0004 — {title}\n\n- **Outcome:** {title}\n\n## Step 0009"),
        )
    };
    let text = clean(STEPS, &with("Ours"), &with("Theirs"));
    let expected = STEPS.replace(
        "## Step 0009",
        "## Step 0004 — Ours\n\n- **Outcome:** Ours\n\n## Step 0004 — Theirs\n\n- **Outcome:** Theirs\n\n## Step 0009",
    );
    assert_eq!(text, expected);
    let retitled = STEPS.replace("Nine", "The ninth");
    let edited = STEPS.replace("** Draft", "** Complete");
    assert_eq!(
        clean(STEPS, &retitled, &edited),
        retitled.replace("** Draft", "** Complete")
    );
}

#[test]
fn new_sections_stand_by_their_number() {
    let with = |id: u32| format!("{STEPS}\n## Step {id:04} — S{id}\n\n- **Outcome:** x\n");
    let text = clean(STEPS, &with(12), &with(11));
    let expected = format!(
        "{STEPS}\n## Step 0011 — S11\n\n- **Outcome:** x\n\n## Step 0012 — S12\n\n- **Outcome:** x\n"
    );
    assert_eq!(text, expected);
}

#[test]
fn ticks_of_two_checks_merge_and_so_does_a_tick_with_the_same_words_spelled_otherwise() {
    let base = "### Base\n\n- Runbooks cover\n  paging\n- [ ] Dashboards\n1. x\n";
    let ours = base.replace("- Runbooks", "- [x] Runbooks");
    let theirs = base.replace("[ ]", "[x]").replace(
        "- Runbooks cover\n  paging",
        "- Runbooks [cover](a.md) paging.",
    );
    let expected = "### Base\n\n- [x] Runbooks [cover](a.md) paging.\n- [x] Dashboards\n1. x\n";
    assert_eq!(clean(base, &ours, &theirs), expected);
}

/// Who ticked a check has not said anything of what it asks for now.
#[test]
fn a_tick_does_not_go_to_a_check_with_other_words() {
    let base =
        "### Base\n\n- [ ] Two rehearsals without a stop\n- [x] **QA:** Ada\n- [ ] Dashboards\n";
    let ticked = base.replace("[ ] Two", "[x] Two");
    let reworded = base.replace("Two", "Three");
    let (text, conflicts) = merged(base, &ticked, &reworded);
    assert_eq!(
        conflicts,
        ["3 “Two rehearsals without a stop” tick, text: both sides changed it"]
    );
    let expected = "### Base\n\n<<<<<<< ours\n- [x] Two rehearsals without a stop\n=======\n\
                    - [ ] Three rehearsals without a stop\n>>>>>>> theirs\n\n- [x] **QA:** Ada\n";
    assert!(
        text.replace("\n\n- [x]", "\n- [x]")
            .starts_with(&expected.replace("\n\n- [x]", "\n- [x]")),
        "{text}"
    );
    assert_eq!(merged(base, &reworded, &ticked).1.len(), 1);
    // A tick that goes, and one by somebody else's name.
    let unticked = base.replace("[x]", "[ ]");
    assert_eq!(
        merged(base, &unticked, &base.replace("Ada", "Bo")).1.len(),
        1
    );
    // Who ticked the new words meant them; evidence asks for nothing else.
    let both = reworded.replace("[ ] Three", "[x] Three");
    assert_eq!(clean(base, &both, &ticked), both);
    assert_eq!(clean(base, &both, &reworded), both);
    let proven = base.replace("a stop", "a stop — <https://a/1>");
    assert_eq!(
        clean(base, &ticked, &proven),
        proven.replace("[ ] Two", "[x] Two")
    );
}

#[test]
fn evidence_of_two_people_for_one_check_is_all_there() {
    let base = "## Base\n\n- Runbooks\n\n- Pagers\n";
    let with = |proof: &str| base.replace("Runbooks", &format!("Runbooks — {proof}"));
    let text = clean(
        base,
        &with("<a:1> (2026-11-20, Ana)"),
        &with("<a:2> (2026-11-21, Ben)"),
    );
    let both = with("<a:1> (2026-11-20, Ana) — <a:2> (2026-11-21, Ben)");
    assert_eq!(text, both);
    let more = |proof: &str| both.replace("Ben)\n", &format!("Ben)\n  - {proof}\n"));
    assert_eq!(
        clean(&both, &more("<a:3>"), &more("<a:4>")),
        more("<a:3>\n  - <a:4>")
    );
}

#[test]
fn a_check_that_both_sides_write_down_is_there_once_with_the_evidence_of_both() {
    let base = "# Roadmap\n\n## Base\n";
    let with = |runbooks: &str, pagers: &str| {
        format!("{base}\n- Runbooks{runbooks}\n\n- Pagers{pagers}\n")
    };
    let (ana, ben) = (" — <https://a/1> (Ana)", " — <https://a/2> (Ben)");
    for (ours, theirs) in [(ana, ben), (ben, ana)] {
        assert_eq!(
            clean(base, &with(ours, ""), &with("", theirs)),
            with(ours, theirs)
        );
        let both = with(&format!("{ana}{ben}"), "");
        assert_eq!(clean(base, &with(ours, ""), &with(theirs, "")), both);
        // A link that came to both sides from a squash is there once.
        for base in [base, &*with("", "")] {
            let more = with(&format!("{theirs}{ours}"), "");
            assert_eq!(clean(base, &with(ours, ""), &more), more);
            assert_eq!(clean(base, &more, &with(ours, "")), more);
        }
    }
}

#[test]
fn entries_that_both_sides_append_are_both_there() {
    let base = "# R\n\n## Base\n\n- a\n\n## Top\n\n- z\n";
    let ours = base.replace("- a\n", "- a\n- ours\n");
    let theirs = base.replace("- a\n", "- a\n- theirs\n");
    assert_eq!(
        clean(base, &ours, &theirs),
        base.replace("- a\n", "- a\n- ours\n- theirs\n")
    );
    let loose = "# R\n\n## Base\n\n- a\n\n- b\n\n## Top\n";
    let ours = loose.replace("- b\n", "- b\n\n- ours\n");
    let theirs = loose.replace("- b\n", "- b\n\n- theirs\n");
    assert_eq!(
        clean(loose, &ours, &theirs),
        loose.replace("- b\n", "- b\n\n- ours\n\n- theirs\n")
    );
    let empty = "# R\n\n## Base\n\n## Top\n";
    let with = |words: &str| empty.replace("## Base\n", &format!("## Base\n\n- {words}\n"));
    assert_eq!(
        clean(empty, &with("ours"), &with("theirs")),
        empty.replace("## Base\n", "## Base\n\n- ours\n- theirs\n")
    );
}

#[test]
fn two_records_that_both_sides_began_merge_entry_by_entry() {
    let record = |proposals: &str, ten: &str| {
        format!("# Weekly review 2026-W48\n\n## Proposals\n\n{proposals}\n## Next ten\n\n{ten}")
    };
    let ours = record("- [x] 0042 Load — accepted\n", "1. 0042 Load\n");
    let theirs = record("- [x] 0043 Save — later\n", "1. 0042 Load\n");
    assert_eq!(
        clean("", &ours, &theirs),
        record(
            "- [x] 0042 Load — accepted\n- [x] 0043 Save — later\n",
            "1. 0042 Load\n"
        )
    );
}

#[test]
fn a_conflict_stands_around_just_this_thing() {
    let base = "# R\n\n- **Owner:** a\n- **Status:** x\n\nProse one.\nProse two.\n";
    let ours = base.replace("** a", "** b").replace("one", "1");
    let theirs = base.replace("** a", "** c").replace("** x", "** y");
    let (text, conflicts) = merged(base, &ours, &theirs);
    assert_eq!(conflicts, ["3 Owner: both sides changed it"]);
    assert_eq!(
        text,
        "# R\n\n<<<<<<< ours\n- **Owner:** b\n=======\n- **Owner:** c\n>>>>>>> theirs\n\
         - **Status:** y\n\nProse 1.\nProse two.\n"
    );
    let gone = base.replace("- **Owner:** a\n", "");
    let (_, conflicts) = merged(base, &ours, &gone);
    assert_eq!(conflicts, ["3 Owner: theirs removed it, ours changed it"]);
}

#[test]
fn line_ends_marks_and_last_lines_merge_as_well() {
    let base = "# R\n\n- a\n- b\n";
    let ours = "# R\r\n\r\n- a\r\n- b\r\n- ours\r\n";
    let theirs = "\u{feff}# R\n\n- A\n- b";
    let text = clean(base, ours, theirs);
    assert_eq!(text, "\u{feff}# R\r\n\r\n- A\r\n- b\r\n- ours");
    let (text, _) = merged("- a\r\n", "- **a** b\r\n", "- a c\r\n");
    assert!(text.contains("<<<<<<< ours\r\n"), "{text:?}");
}

#[test]
fn what_has_no_structure_is_left_to_git() {
    assert_eq!(run("a\n", "a\0\n", "b\n"), None, "binary");
    let marked = "<<<<<<< x\na\n=======\nb\n>>>>>>> y\n";
    assert_eq!(run("a\n", marked, "b\n"), None, "an unfinished merge");
    assert_eq!(
        run("a\rb\n", "a\rc\n", "d\n"),
        None,
        "lines that git does not know"
    );
}

mod laws {
    use proptest::prelude::*;
    use proptest::sample::{Index, select};

    use super::*;

    /// Lines that people write, tidy or not; `%` becomes a word of its own.
    fn any_line() -> impl Strategy<Value = &'static str> {
        select(vec![
            "# Plan %",
            "## Base %",
            "### Step 0042 — Load %",
            "### Step 0042 — Save %",
            "Heading %\n---",
            "- [ ] check %",
            "- [x] check %",
            "- plain %",
            "* star %",
            "  - nested %",
            "    more of it %",
            "1. first %",
            "- **Owner:** ops %",
            "- **Dependencies:** Step 0001, %",
            "| Block | Theme % |\n| --- | --- |",
            "| B01 | one % |",
            "| B02 | two % | three |",
            "Prose that goes on %",
            "[label]: https://x/%",
            "[^%]: note %",
            "> - quoted %",
            "```\ncode %\n\n- no item\n```",
            "```",
            "<!-- note %",
            "-->",
            "---",
            "- ",
            "",
            "",
            "",
            "   ",
        ])
    }

    fn lines(tag: &'static str, most: usize) -> impl Strategy<Value = Vec<String>> {
        prop::collection::vec(any_line(), 0..most).prop_map(move |lines| {
            let named = lines.iter().enumerate();
            let named = named.map(|(at, line)| line.replace('%', &format!("{tag}{at}")));
            named.map(|line| line + "\n").collect()
        })
    }

    /// A version made from the base: some lines go, some come.
    fn side(tag: &'static str) -> impl Strategy<Value = (Vec<String>, Vec<(Index, bool, Index)>)> {
        let edits = prop::collection::vec(any::<(Index, bool, Index)>(), 0..4);
        (lines(tag, 6), edits)
    }

    fn edited(base: &[String], (new, edits): &(Vec<String>, Vec<(Index, bool, Index)>)) -> String {
        let mut text = base.to_vec();
        for (at, removes, which) in edits {
            if *removes && !text.is_empty() {
                text.remove(at.index(text.len()));
            } else if !new.is_empty() {
                let line = new[which.index(new.len())].clone();
                text.insert(at.index(text.len() + 1), line);
            }
        }
        text.concat()
    }

    /// Words that only one side can have written.
    fn own_words(text: &str, tag: &str) -> Vec<String> {
        let words = text.split(|c: char| !c.is_alphanumeric());
        let is_own = |word: &&str| {
            word.strip_prefix(tag)
                .is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_digit()))
        };
        words.filter(is_own).map(str::to_owned).collect()
    }

    fn sorted_lines(merged: &Merged) -> Vec<Vec<u8>> {
        let lines = merged.bytes.split(|byte| *byte == b'\n');
        let mut lines: Vec<Vec<u8>> = lines.map(<[u8]>::to_vec).collect();
        lines.retain(|line| !line.trim_ascii().is_empty());
        lines.sort();
        lines
    }

    proptest! {
        #[test]
        fn units_put_together_are_the_file(base in lines("b", 30)) {
            let text = base.concat();
            let version = read::read(text.as_bytes());
            let mut output = Output::new(MARKERS, NewTicks::Disputed);
            output.units(&version.units);
            output.bytes.extend_from_slice(version.tail);
            prop_assert_eq!(String::from_utf8(output.bytes).unwrap(), text);
        }

        #[test]
        fn an_unchanged_side_leaves_the_other(base in lines("b", 20), ours in side("o")) {
            let base_text = base.concat();
            let ours = edited(&base, &ours);
            prop_assert_eq!(clean(&base_text, &ours, &base_text), &ours[..]);
            prop_assert_eq!(clean(&base_text, &base_text, &ours), &ours[..]);
            prop_assert_eq!(clean(&base_text, &ours, &ours), &ours[..]);
        }

        /// What both sides wrote is in the result, and which side is ours matters for nothing but
        /// the order of new units.
        #[test]
        fn nothing_that_was_written_is_lost(
            base in lines("b", 20), ours in side("o"), theirs in side("t"),
        ) {
            let base_text = base.concat();
            let (ours, theirs) = (edited(&base, &ours), edited(&base, &theirs));
            let there = run(&base_text, &ours, &theirs);
            let back = run(&base_text, &theirs, &ours);
            let Some(there) = there else { return Ok(()) };
            let text = String::from_utf8(there.merged.bytes.clone()).unwrap();
            for word in own_words(&ours, "o").into_iter().chain(own_words(&theirs, "t")) {
                prop_assert!(text.contains(&word), "{word} is lost in\n{text}");
            }
            let [in_ours, in_theirs, in_text] =
                [&ours, &theirs, &text].map(|text| own_words(text, "b"));
            for word in own_words(&base_text, "b") {
                if in_ours.contains(&word) && in_theirs.contains(&word) {
                    prop_assert!(in_text.contains(&word), "{word} is lost in\n{text}");
                }
            }
            let Some(back) = back else { return Ok(()) };
            prop_assert_eq!(there.merged.conflicts.len(), back.merged.conflicts.len());
            if there.merged.conflicts.is_empty() {
                prop_assert_eq!(sorted_lines(&there.merged), sorted_lines(&back.merged));
            }
        }

        /// A section that one side alone touched is that side's, byte for byte.
        #[test]
        fn sections_apart_never_meet(
            parts in prop::collection::vec(lines("b", 6), 2..5),
            ours in side("o"), theirs in side("t"),
        ) {
            let is_body = |line: &String| !line.starts_with('#') && !line.contains("---")
                && !line.contains("```") && !line.contains("<!--") && !line.contains("-->")
                && !line.starts_with('|') && !line.starts_with('>');
            let body = |lines: &[String]| -> Vec<String> {
                lines.iter().filter(|line| is_body(line)).cloned().collect()
            };
            let keep = |side: &(Vec<String>, Vec<(Index, bool, Index)>)| (body(&side.0), side.1.clone());
            let (ours, theirs) = (keep(&ours), keep(&theirs));
            let parts: Vec<Vec<String>> = parts.iter().map(|part| body(part)).collect();
            let text = |of: &dyn Fn(usize) -> String| -> String {
                (0..parts.len()).map(|at| format!("## Part {at}\n\n{}\n\n", of(at).trim_end())).collect()
            };
            let last = parts.len() - 1;
            let base = text(&|at| parts[at].concat());
            let our_text = text(&|at| match at == 0 {
                true => edited(&parts[at], &ours),
                false => parts[at].concat(),
            });
            let their_text = text(&|at| match at == last {
                true => edited(&parts[at], &theirs),
                false => parts[at].concat(),
            });
            let expected = text(&|at| match at {
                0 => edited(&parts[at], &ours),
                at if at == last => edited(&parts[at], &theirs),
                at => parts[at].concat(),
            });
            if let Some(found) = run(&base, &our_text, &their_text) {
                let found = String::from_utf8(found.merged.bytes).unwrap();
                prop_assert_eq!(found, expected);
            }
        }
    }
}
