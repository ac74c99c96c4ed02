//! What is found in a file, and what is not.

use super::*;

fn outline(of: &MarkdownDocument) -> String {
    let mut lines: Vec<(usize, String)> = Vec::new();
    for (index, heading) in of.headings().iter().enumerate() {
        let line = format!(
            "h{} {} #{index} in {:?}",
            heading.level, heading.text, heading.parent
        );
        lines.push((heading.span.start, line));
    }
    for table in of.tables() {
        let rows = std::iter::once(&table.header).chain(&table.rows);
        let rows: Vec<String> = rows
            .map(|row| {
                row.cells
                    .iter()
                    .map(|c| c.text.as_str())
                    .collect::<Vec<_>>()
                    .join("/")
            })
            .collect();
        lines.push((
            table.span.start,
            format!("table {} under {:?}", rows.join(" "), table.heading),
        ));
    }
    for item in of.items() {
        let check = match item.check.state() {
            CheckState::Absent => "",
            CheckState::Open => "[ ] ",
            CheckState::Done => "[x] ",
        };
        let marker = of.source(item.marker);
        let line = format!(
            "{marker} {check}{} under {:?} in {:?}",
            item.text, item.heading, item.parent
        );
        lines.push((item.marker.start, line));
    }
    lines.sort();
    lines.into_iter().map(|(_, line)| line + "\n").collect()
}

#[test]
fn headings_tables_and_items_know_where_they_belong() {
    let of = doc(concat!(
        "# Plan\n\n- top\n  - nested *item*\n\nSetext\ntitle\n------\n\n### Deep ##\n",
        "| Block | Range |\n|:--|--:|\n| B01 | 1–100 |\n| B02 |\n\n# Next\n1. one\n2. [X] two\n",
    ));
    insta::assert_snapshot!(outline(&of), @r"
    h1 Plan #0 in None
    - top under Some(0) in None
    - nested item under Some(0) in Some(0)
    h2 Setext title #1 in Some(0)
    h3 Deep #2 in Some(1)
    table Block/Range B01/1–100 B02 under Some(2)
    h1 Next #3 in None
    1. one under Some(3) in None
    2. [x] two under Some(3) in None
    ");
    assert_eq!(
        of.source(of.section(1)),
        of.source(Span::new(of.section(1).start, of.section(3).start))
    );
    assert!(of.source(of.own_section(1)).ends_with("------\n\n"));
    assert!(of.source(of.section(3)).starts_with("# Next"));
    assert!(of.section(9).is_empty());
}

#[test]
fn code_comments_and_front_matter_hold_nothing() {
    let of = doc(concat!(
        "---\ntitle: x\nlist:\n- a\n---\n# Real\n\n```md\n# Fenced\n- [ ] fenced\n```\n\n",
        "~~~~\n| a | b |\n|---|---|\n~~~\n- still\n~~~~\n\n    # indented\n    - indented\n\n",
        "<!--\n# Comment\n- [ ] comment\n\n| a | b |\n|---|---|\n-->\n\n<div>\n# Html\n- html\n</div>\n\n- real\n",
    ));
    assert_eq!(
        outline(&of),
        "h1 Real #0 in None\n- real under Some(0) in None\n"
    );
}

#[test]
fn quotes_lists_and_footnotes_keep_their_headings_to_themselves() {
    let of = doc(concat!(
        "# A\n\n> ## Quoted\n> - [ ] in quote\n>   - below\n>\n\n- ## In item\n  - sub\n\n",
        "[^1]: # In note\n\n    - noted\n\n- after\n\n## B\n",
    ));
    insta::assert_snapshot!(outline(&of), @r"
    h1 A #0 in None
    - [ ] in quote under Some(0) in None
    - below under Some(0) in Some(0)
    -  under Some(0) in None
    - sub under Some(0) in Some(2)
    - noted under Some(0) in None
    - after under Some(0) in None
    h2 B #1 in Some(0)
    ");
    assert!(of.items()[1].quoted && !of.items()[2].quoted);
    assert_eq!(of.source(of.items()[0].span), "- [ ] in quote\n>   - below");
}

#[test]
fn every_line_end_byte_order_mark_and_broken_byte_is_taken_in_stride() {
    for newline in ["\n", "\r\n", "\r"] {
        let file = "\u{feff}# Title\n\n- [ ] on\n  and on\n\n| a | b |\n|---|---|\n| ÿ | d |\n"
            .replace('\n', newline);
        let mut bytes = file.into_bytes();
        let at = bytes.iter().position(|b| *b == 0xc3).unwrap();
        bytes.splice(at..at + 2, [0xff]);
        bytes.push(0);
        let of = MarkdownDocument::load(bytes.as_slice());
        assert_eq!(of.bytes(), bytes);
        assert_eq!(of.newline(), newline);
        assert_eq!(
            outline(&of),
            concat!(
                "h1 Title #0 in None\n- [ ] on and on under Some(0) in None\n",
                "table a/b \u{fffd}/d \0 under Some(0)\n",
            )
        );
        assert_eq!(
            &of.bytes()[of.tables()[0].rows[0].cells[0].inner.range()],
            b"\xff"
        );
        let last = of.tables()[0].rows[0].cells[1].inner;
        assert_eq!((of.source(last), of.line_of(last.start)), ("d".into(), 8));
    }
    let mixed = doc("a\rb\r\nc\nd");
    let lines: Vec<usize> = (0..9).map(|at| mixed.line_of(at)).collect();
    assert_eq!(lines, [1, 1, 2, 2, 2, 3, 3, 4, 4]);
    assert_eq!((doc("").newline(), doc("").line_of(0)), ("\n", 1));
}

#[test]
fn words_are_read_without_their_markup() {
    let of = doc(concat!(
        "# `Code` *and* [link](x) &amp; \\*stars\\* ~~gone~~\n\n",
        "- [x] \\#1 <team / DRI> ![alt](i.png) end\\\nlazy <!-- hidden --> line\n\n",
        "| a | b | c |\n|---|---|---|\n| `x \\| y` | two<br>lines<BR /> | **b** \\| c | excess |\n||  |\n",
    ));
    assert_eq!(of.headings()[0].text, "Code and link & *stars* gone");
    assert!(of.source(of.headings()[0].content).starts_with("`Code`"));
    assert_eq!(of.items()[0].text, "#1 <team / DRI> alt end\nlazy  line");
    assert!(of.source(of.items()[0].content).starts_with("\\#1 <team"));
    let row = &of.tables()[0].rows[0];
    let words: Vec<&str> = row.cells.iter().map(|c| c.text.as_str()).collect();
    assert_eq!(words, ["x | y", "two\nlines", "b | c"]);
    assert_eq!(of.source(row.cells[0].outer), " `x \\| y` ");
    assert_eq!(of.source(row.cells[0].inner), "`x \\| y`");
    assert_eq!(of.tables()[0].rows[1].cells.len(), 2);
}

#[test]
fn labels_have_a_name_and_a_value() {
    let of = doc(concat!(
        "- **Outcome:** a *good* result\n  over lines\n- **Owner**: ops\n- [ ] __Notes:__\n",
        "- **Inputs:** [doc](d.md)\n- **Status** : no\n- **bold** words\n- plain **Late:** x\n",
        "- **Empty:**   \n- **Next:**\n  line\n- **Escaped:** \\# one\n- **:** nameless\n",
    ));
    let labels: Vec<Option<(&str, String, &str)>> = of
        .items()
        .iter()
        .map(|i| i.label.as_ref())
        .map(|l| {
            l.map(|l| {
                (
                    l.name.as_str(),
                    of.source(l.value).into_owned(),
                    l.text.as_str(),
                )
            })
        })
        .collect();
    let label = |name, value: &str, text| Some((name, value.to_owned(), text));
    assert_eq!(
        labels,
        [
            label(
                "Outcome",
                "a *good* result\n  over lines",
                "a good result over lines"
            ),
            label("Owner", "ops", "ops"),
            label("Notes", "", ""),
            label("Inputs", "[doc](d.md)", "doc"),
            None,
            None,
            None,
            label("Empty", "", ""),
            label("Next", "line", "line"),
            label("Escaped", "\\# one", "# one"),
            None,
        ]
    );
}

#[test]
fn links_are_found_in_all_their_forms() {
    let of = doc(concat!(
        "see https://top.example/a_(b).\n# H\n- [PR *1*](https://x.y/1 \"t\") <https://z.w>\n",
        "- [ref][r], `https://not.this`, (http://x.y/q?a=b), xhttp://no\n\n[r]: ../r.md\n",
        "```\nhttps://nor.this\n```\n",
    ));
    let links: Vec<(&str, &str, Option<usize>)> = of
        .links()
        .iter()
        .map(|l| (l.url.as_str(), l.text.as_str(), l.heading))
        .collect();
    assert_eq!(
        links,
        [
            (
                "https://top.example/a_(b)",
                "https://top.example/a_(b)",
                None
            ),
            ("https://x.y/1", "PR 1", Some(0)),
            ("https://z.w", "https://z.w", Some(0)),
            ("../r.md", "ref", Some(0)),
            ("http://x.y/q?a=b", "http://x.y/q?a=b", Some(0)),
        ]
    );
    assert_eq!(
        of.source(of.links()[1].span),
        "[PR *1*](https://x.y/1 \"t\")"
    );
}

#[test]
fn tabs_do_not_displace_markers() {
    let of = doc("-\ta\n\t- b\n\t\t- c\n1.\td\n\n\t- e\n>\t- f\n");
    let markers: Vec<String> = of
        .items()
        .iter()
        .map(|i| of.source(i.marker).into_owned())
        .collect();
    assert_eq!(markers, ["-", "-", "-", "1.", "-", "-"]);
    let words: Vec<&str> = of.items().iter().map(|i| i.text.as_str()).collect();
    assert_eq!(words, ["a", "b", "c", "d", "e", "f"]);
}

#[test]
fn the_words_of_an_item_end_where_a_marker_of_a_merge_begins() {
    let text = "- [ ] one\n<<<<<<< HEAD\n- [ ] two\n  goes on\n||||||| base\n- **Owner:** Ana\n=======\n\
                - three  \n  >>>>>>> side\n- four\n  <<< and\n  ======= so on\n";
    let document = MarkdownDocument::load(text.as_bytes());
    let words: Vec<&str> = document.items().iter().map(|item| &*item.text).collect();
    assert_eq!(
        words,
        [
            "one",
            "two goes on",
            "Owner: Ana",
            "three",
            "four <<< and ======= so on"
        ]
    );
    assert_eq!(document.label(2).unwrap().text, "Ana");
}
