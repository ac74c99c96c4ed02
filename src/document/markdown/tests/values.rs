//! Words put into cells, values, headings and new lines.

use super::refusal::Target;
use super::*;

fn after(of: &MarkdownDocument, edit: Result<Vec<Splice>, Refusal>) -> String {
    let splices = edit.unwrap_or_else(|refusal| panic!("{refusal}"));
    String::from_utf8(of.apply(&splices).unwrap().bytes().to_vec()).unwrap()
}

const TABLE: &str = "| Block | Theme          |  N |\n| --- | --- | --: |\n\
    | B01   | `a \\| b` 👩‍💻<br/>c |  1 |\n| B02   | short          | 12 |\n| B03 |\n| B04\n";

#[test]
fn a_cell_uses_its_padding_up_before_the_columns_shift() {
    let of = doc(TABLE);
    let row = |row, column, text| {
        let text = after(&of, of.set_cell(0, row, column, text));
        text.lines().nth(row + 2).unwrap().to_owned()
    };
    assert_eq!(row(1, 1, "a bit longer"), "| B02   | a bit longer   | 12 |");
    assert_eq!(row(1, 1, "x"), "| B02   | x              | 12 |");
    assert_eq!(
        row(1, 1, "fits to a blank"),
        "| B02   | fits to a blank | 12 |"
    );
    assert_eq!(row(1, 1, "中文"), "| B02   | 中文           | 12 |");
    assert_eq!(row(1, 2, "7"), "| B02   | short          |  7 |");
    assert_eq!(row(1, 2, "1234"), "| B02   | short          | 1234 |");
    assert_eq!(row(1, 1, ""), "| B02   |                | 12 |");
    assert_eq!(row(0, 0, "B|1"), "| B\\|1  | `a \\| b` 👩‍💻<br/>c |  1 |");
    assert_eq!(
        row(0, 2, "a\nb"),
        "| B01   | `a \\| b` 👩‍💻<br/>c | a<br/>b |"
    );
}

#[test]
fn a_short_row_is_extended() {
    let of = doc(TABLE);
    let whole = after(&of, of.set_cell(0, 2, 2, "9"));
    assert!(
        whole.contains("\n| B03 |                |  9 |\n"),
        "{whole}"
    );
    let whole = after(&of, of.set_cell(0, 3, 1, "open"));
    assert!(whole.contains("\n| B04 | open\n"), "{whole}");
    let whole = after(&of, of.set_cell(0, 3, 2, "9"));
    assert!(whole.contains("\n| B04 | | 9\n"), "{whole}");
    assert_eq!(
        of.set_cell(0, 1, 3, "x"),
        Err(Refusal::Missing(Target::Cell(0, 1, 3)))
    );
    assert_eq!(
        of.set_cell(1, 0, 0, "x").unwrap_err().to_string(),
        "the file no longer has cell 1 of row 1 in table 2; reload and try again"
    );
}

#[test]
fn compact_tables_stay_compact() {
    let of = doc("a|b\n-|-\nc|d\n\n|a|b|\n|-|-|\n||d|\n");
    assert!(after(&of, of.set_cell(0, 0, 1, "dd")).contains("\nc|dd\n"));
    assert!(after(&of, of.set_cell(0, 0, 0, "c\\")).contains("\nc\\ |d\n"));
    assert!(after(&of, of.set_cell(1, 0, 0, "x y")).contains("\n|x y|d|\n"));
}

#[test]
fn a_raw_cell_is_put_back_exactly() {
    let of = doc(TABLE);
    let old = of
        .source(of.tables()[0].rows[0].cells[1].outer)
        .into_owned();
    let changed = of.apply(&of.set_cell(0, 0, 1, "*new*").unwrap()).unwrap();
    assert_eq!(
        after(&changed, changed.set_cell_source(0, 0, 1, &old)),
        TABLE
    );
    assert!(of.set_cell_source(0, 0, 1, " a | b ").is_err());
    assert!(of.set_cell_source(0, 0, 1, " a\n\nb ").is_err());
}

const STEP: &str = "## Step 0042 — Ship\r\n\r\n- **Outcome:** old\r\n  value\r\n- **Owner:**\r\n- **Notes**: n\r\n\r\n# End\r\n";

#[test]
fn a_value_is_replaced_and_nothing_else() {
    let of = doc(STEP);
    assert_eq!(
        after(&of, of.set_label_value(0, "new")),
        STEP.replace("old\r\n  value", "new")
    );
    assert_eq!(
        after(&of, of.set_label_value(1, "ops")),
        STEP.replace("**Owner:**", "**Owner:** ops")
    );
    assert_eq!(
        after(&of, of.set_label_value(2, " ")),
        STEP.replace(": n", ":")
    );
    assert_eq!(
        after(&of, of.set_label_value(2, "one\n\n  two\n# three\n- four\n5. five\n> six\n```\n===")),
        STEP.replace(
            ": n",
            ": one\r\n  two\r\n  \\# three\r\n  \\- four\r\n  5\\. five\r\n  \\> six\r\n  \\`\\`\\`\r\n  \\=\\=\\="
        )
    );
    let raw = of
        .source(of.items()[0].label.as_ref().unwrap().value)
        .into_owned();
    let changed = of.apply(&of.set_label_value(0, "").unwrap()).unwrap();
    assert_eq!(after(&changed, changed.set_label_source(0, &raw)), STEP);
    assert!(of.set_label_source(0, "a\n\n# b").is_err());
    assert!(
        doc("- plain\n")
            .set_label_value(0, "x")
            .unwrap_err()
            .to_string()
            .starts_with("line 1: the list item does not begin with a bold label")
    );
}

/// The backslash before a sign belongs to it: both stay, or both go.
#[test]
fn words_that_stay_keep_their_escapes() {
    let whole = "- **Conditions:** Rota; \\*\\*bold\\*\\*; \\# of \\\\ and *\\*x*\n";
    let of = doc(whole);
    for (typed, source) in [
        (
            "**bold**; # of \\ and *x",
            "\\*\\*bold\\*\\*; \\# of \\\\ and *\\*x*",
        ),
        ("Rota; # of \\ and *x", "Rota; \\# of \\\\ and *\\*x*"),
        (
            "Rota; **bold**; \\ and *x",
            "Rota; \\*\\*bold\\*\\*; \\\\ and *\\*x*",
        ),
    ] {
        let expected = format!("- **Conditions:** {source}\n");
        assert_eq!(after(&of, of.set_label_value(0, typed)), expected);
    }
}

#[test]
fn a_value_in_a_quote_or_a_nested_list_goes_on_where_it_should() {
    let of = doc("> 1. - **Notes:** a\n");
    assert_eq!(
        after(&of, of.set_label_value(1, "b\nc")),
        "> 1. - **Notes:** b\n>      c\n"
    );
    let of = doc("\u{feff}- **Notes:** a");
    assert_eq!(
        after(&of, of.set_label_value(0, "b\nc")),
        "\u{feff}- **Notes:** b\n  c"
    );
}

#[test]
fn words_are_escaped_only_where_they_would_be_markup() {
    let cases = [
        (
            "a_b and docs/x.md, ≤200 (50 %) at 2 * 3 < 7 & more! #1 [x] ~3 a|b",
            None,
        ),
        (
            "C:\\dir <team / DRI> <br/> 1. 2) - + > 10_000_step_plan",
            None,
        ),
        ("*stars* and _lines_", Some("\\*stars\\* and \\_lines\\_")),
        (
            "`code` [a](b) <!-- c -->",
            Some("\\`code` \\[a\\](b) \\<!-- c -->"),
        ),
        (
            "&amp; \\* ~~x~~ <http://a.b>",
            Some("\\&amp; \\\\* \\~\\~x\\~\\~ \\<http://a.b\\>"),
        ),
    ];
    for (typed, stored) in cases {
        let of = doc("- **Notes:** n\n");
        let whole = after(&of, of.set_label_value(0, typed));
        assert_eq!(whole, format!("- **Notes:** {}\n", stored.unwrap_or(typed)));
        let read = doc(&whole).items()[0].label.as_ref().unwrap().text.clone();
        assert!(edit::reads_as(&read, typed), "{read}");
    }
    assert_eq!(escaped("# a\n\n1. b"), "\\# a\n1\\. b");
    assert_eq!(escaped("[x] a"), "\\[x] a");
}

#[test]
fn brackets_are_escaped_where_the_file_makes_them_links() {
    let of = doc("- **Notes:** n\n\n[spec]: https://x.y\n");
    assert!(
        after(&of, of.set_label_value(0, "[spec] [other]"))
            .starts_with("- **Notes:** \\[spec\\] [other]\n")
    );
}

#[test]
fn a_heading_keeps_its_number_and_its_signs() {
    let of = doc("## Step 0042 — Ship *it* ##\n\nSetext\n===\n\n#\n");
    let content = of.headings()[0].content;
    let title = Span::new(content.end - "Ship *it*".len(), content.end);
    let text = after(&of, of.set_heading_text(0, title, "Land #"));
    assert!(text.starts_with("## Step 0042 — Land # ##\n"), "{text}");
    let text = after(
        &of,
        of.set_heading_text(1, of.headings()[1].content, "New\nname"),
    );
    assert!(text.contains("\nNew name\n===\n"));
    let text = after(
        &of,
        of.set_heading_text(2, of.headings()[2].content, "Filled"),
    );
    assert!(text.ends_with("\n# Filled\n"), "{text}");
    let beyond = Span::new(content.start, content.end + 3);
    assert_eq!(
        of.set_heading_text(0, beyond, "x"),
        Err(Refusal::OutsideHeading { line: 1 })
    );
}

#[test]
fn a_new_item_looks_like_its_neighbour() {
    let of = doc("9.  nine\n    - sub\n10. ten\n\n> * q\r\n> * r\n");
    assert!(
        after(&of, of.insert_item_after(0, "x\ny"))
            .starts_with("9.  nine\n    - sub\n10.  x\n     y\n10. ten\n")
    );
    assert!(
        after(&of, of.insert_item_after(1, "x"))
            .starts_with("9.  nine\n    - sub\n    - x\n10. ten\n")
    );
    assert!(after(&of, of.insert_item_after(3, "x")).ends_with("> * q\r\n> * x\r\n> * r\n"));
    assert!(after(&of, of.insert_item_after(4, "x")).ends_with("> * r\n> * x\n"));
    let ones = doc("1. a\n1. b");
    assert_eq!(
        after(&ones, ones.insert_item_after(1, "c")),
        "1. a\n1. b\n1. c"
    );
    let paragraphs = "c\n\n# d\n- e\n\nf";
    assert!(
        ones.insert_item_after(0, paragraphs).is_err(),
        "a tight list would become loose"
    );
    let loose = doc("- a\n\n- b\n");
    let text = after(&loose, loose.insert_item_after(0, paragraphs));
    assert_eq!(text, "- a\n- c\n\n  # d\n  - e\n\n  f\n\n- b\n");
}

#[test]
fn text_is_added_at_the_end_of_a_section() {
    let of = doc("# A\n\n- a\n\n## B\n\ntext\n\n\n# C");
    assert_eq!(
        after(&of, of.append_to_section(0, "- b\n")),
        "# A\n\n- a\n- b\n\n## B\n\ntext\n\n\n# C"
    );
    assert_eq!(
        after(&of, of.append_to_section(0, "* b")),
        "# A\n\n- a\n\n* b\n\n## B\n\ntext\n\n\n# C"
    );
    assert_eq!(
        after(&of, of.append_to_section(1, "more")),
        "# A\n\n- a\n\n## B\n\ntext\n\nmore\n\n\n# C"
    );
    assert_eq!(
        after(&of, of.append_to_section(0, "more")),
        "# A\n\n- a\n\nmore\n\n## B\n\ntext\n\n\n# C"
    );
    assert_eq!(
        after(&of, of.append_to_section(2, "x\n\n- y")),
        "# A\n\n- a\n\n## B\n\ntext\n\n\n# C\n\nx\n\n- y"
    );
    let tight = doc("# A\r\na\r\n# B\r\n");
    assert_eq!(
        after(&tight, tight.append_to_section(0, "x\ny")),
        "# A\r\na\r\n\r\nx\r\ny\r\n\r\n# B\r\n"
    );
    let open = doc("# A\n```\ncode\n");
    let refusal = open.append_to_section(0, "lost").unwrap_err();
    assert_eq!(
        refusal.to_string(),
        "line 3: the edit would also change the layout at line 3; edit the line in the file"
    );
}

#[test]
fn words_that_stay_keep_their_markup_and_wrapping() {
    let of = doc("- **Notes:** see [PR 12](https://x.y/1) and\n  **bold** `code` &amp; more\n");
    let whole = text_of(&of);
    let cases = [
        (
            "see PR 13 and bold code & more",
            whole.replace("PR 12", "PR 13"),
        ),
        (
            "see PR 12 and bold code & less",
            whole.replace("more", "less"),
        ),
        (
            "see PR 12 and bolder code & more",
            whole.replace("bold", "bolder"),
        ),
        ("see PR 12 and code & more", whole.replace("**bold** ", "")),
        (
            "now see PR 12 and bold code & more",
            whole.replace("see", "now see"),
        ),
        (
            "see PR 12 and bold code & *more*",
            whole.replace("more", "\\*more\\*"),
        ),
        (
            "see PR 12 and bold code or more",
            whole.replace("&amp;", "or"),
        ),
        ("something else", "- **Notes:** something else\n".to_owned()),
    ];
    for (typed, expected) in cases {
        assert_eq!(after(&of, of.set_label_value(0, typed)), expected);
    }
    let same = "see PR 12 and bold code & more";
    assert_eq!(of.set_label_value(0, same), Ok(Vec::new()));
    let of = doc("| a |\n|---|\n| DRI: *Lead*<br/>QA: [Ops](o.md) |\n");
    let whole = text_of(&of);
    let edit = of.set_cell(0, 0, 0, "DRI: Leader\nQA: Ops");
    assert_eq!(after(&of, edit), whole.replace("Lead", "Leader"));
    let edit = of.set_cell(0, 0, 0, "DRI: Lead\nAdvisor: x\nQA: Ops");
    assert_eq!(after(&of, edit), whole.replace("QA", "Advisor: x<br/>QA"));
}

fn text_of(of: &MarkdownDocument) -> String {
    of.source(Span::new(0, of.bytes().len())).into_owned()
}

/// Several new entries in a numbered list count on, wherever they come.
#[test]
fn new_entries_of_a_numbered_list_count_on() {
    let of = MarkdownDocument::load(&b"- **Depends:**\n  1. a\n  2. b\n- **Next:** x\n"[..]);
    let kept = |at| EntrySlot::Kept { at, tick: None };
    let new = |text: &str| EntrySlot::New(text.to_owned());
    let slots = [kept(0), kept(1), new("c"), new("d")];
    let after = of.set_entries(0, &slots).unwrap();
    let text = String::from_utf8(after.bytes().to_vec()).unwrap();
    assert!(text.contains("  2. b\n  3. c\n  4. d\n- "), "{text}");
}

/// A comment is no part of its entry: it does not go with it.
#[test]
fn comments_of_entries_that_go_stay_with_the_one_before() {
    let kept = |at| EntrySlot::Kept { at, tick: None };
    let new = |text: &str| EntrySlot::New(text.to_owned());
    for (before, slots, after) in [
        ("  - a <!-- 1 -->\n", vec![new("b")], "  - b <!-- 1 -->\n"),
        (
            "  - a <!-- 1 -->\n  - b\n",
            vec![kept(1)],
            "  - b <!-- 1 -->\n",
        ),
        (
            "  - a\n  - b <!-- 2 -->\n  - c <!-- 3 -->\n  - d\n",
            vec![kept(0), kept(3)],
            "  - a <!-- 2 --> <!-- 3 -->\n  - d\n",
        ),
        (
            "  - none <!-- asked -->\n",
            vec![new("a")],
            "  - a <!-- asked -->\n",
        ),
    ] {
        let text = format!("- **Artifacts:**\n{before}- **Next:** x\n");
        let of = MarkdownDocument::load(text.as_bytes());
        let changed = text_of(&of.set_entries(0, &slots).unwrap());
        assert_eq!(changed, text.replace(before, after));
    }
    let of = MarkdownDocument::load(&b"- **x:**\n  - a <!-- 1 -->\n  - b <!-- 2 -->\n"[..]);
    let changed = text_of(&of.set_entries(0, &[]).unwrap());
    assert_eq!(changed, "- **x:** none <!-- 1 --> <!-- 2 -->\n");
}

/// A sign that opens a tag or a declaration is closed by the sign between the lines of a cell.
#[test]
fn what_a_line_of_a_cell_opens_does_not_swallow_the_line_break() {
    for typed in ["<!A\né", "<a title=\"x\ny\">", "a <b\nc>"] {
        let of = MarkdownDocument::load(&b"| a |\n| - |\n| c |\n"[..]);
        let changed = of.apply(&of.set_cell(0, 0, 0, typed).unwrap()).unwrap();
        let label = changed.tables()[0].rows[0].cells[0].text.clone();
        assert_eq!(label, typed);
    }
}
