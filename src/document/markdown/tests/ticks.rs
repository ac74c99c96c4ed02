//! Ticks: the one edit made most, between all that Markdown can put around it.

use super::*;

/// The file after item `index` is set to `to`.
fn ticked(of: &MarkdownDocument, index: usize, to: CheckState) -> String {
    let splices = of.set_check(index, to).unwrap();
    String::from_utf8(of.apply(&splices).unwrap().bytes().to_vec()).unwrap()
}

#[test]
fn a_tick_changes_the_marker_alone() {
    let cases = [
        (
            "- text\n  wrapped\nlazy\n",
            CheckState::Done,
            "- [x] text\n  wrapped\nlazy\n",
        ),
        ("- text\n", CheckState::Open, "- [ ] text\n"),
        ("- [ ] text\r\n", CheckState::Done, "- [x] text\r\n"),
        ("- [X] text", CheckState::Done, "- [X] text"),
        ("- [X] text", CheckState::Open, "- [ ] text"),
        ("* [x]  text", CheckState::Absent, "*  text"),
        ("12)   text", CheckState::Done, "12)   [x] text"),
        ("+\ttext", CheckState::Done, "+\t[x] text"),
        (
            "> - quoted\n> more",
            CheckState::Done,
            "> - [x] quoted\n> more",
        ),
        (
            "- \\[x] looks like one",
            CheckState::Done,
            "- [x] \\[x] looks like one",
        ),
        ("- [x](a.md) link", CheckState::Done, "- [x] [x](a.md) link"),
        ("- **Owner:** ops", CheckState::Done, "- [x] **Owner:** ops"),
        (
            "-   \\# no heading",
            CheckState::Done,
            "-   [x] \\# no heading",
        ),
        ("\u{feff}- first", CheckState::Done, "\u{feff}- [x] first"),
        (
            "- &lt;b> `c` <i>d</i>",
            CheckState::Done,
            "- [x] &lt;b> `c` <i>d</i>",
        ),
    ];
    for (before, to, after) in cases {
        assert_eq!(ticked(&doc(before), 0, to), after, "{before:?}");
    }
}

#[test]
fn look_alikes_in_fences_and_comments_are_not_touched() {
    let fence = "```\n- [ ] Ship it\n```\n<!-- - [ ] Ship it -->\n    - [ ] Ship it\n\n";
    let of = doc(&format!("{fence}- [ ] Ship it\n{fence}"));
    assert_eq!(of.items().len(), 1);
    assert_eq!(
        ticked(&of, 0, CheckState::Done),
        format!("{fence}- [x] Ship it\n{fence}")
    );
}

#[test]
fn what_cannot_carry_a_tick_says_why() {
    let refused = |text: &str, index| doc(text).set_check(index, CheckState::Done).unwrap_err();
    assert_eq!(
        refused("\n-\n", 0).to_string(),
        "line 2: the list item has no text to tick; give it text first"
    );
    assert_eq!(
        refused("- # heading\n", 0),
        Refusal::NothingToTick { line: 1 }
    );
    assert_eq!(
        refused("- ```\n  code\n  ```\n", 0),
        Refusal::NothingToTick { line: 1 }
    );
    assert_eq!(
        refused("-     code\n", 0),
        Refusal::NothingToTick { line: 1 }
    );
    assert_eq!(
        refused("a", 3).to_string(),
        "the file no longer has list item 4; reload and try again"
    );
    assert_eq!(
        refused("-\n  on the next line\n", 0).to_string(),
        "line 1: Markdown would read \"[x] on the next line\" instead of \"on the next line\"; word it differently or edit the line in the file"
    );
}

/// Constructs to stand between two checklist items: at the top level, and indented as part
/// of the first item.
const BETWEEN: &[&str] = &[
    "plain words",
    "two\nlines",
    "hard  \nbreak",
    "back\\\nslash",
    "para\n\nanother",
    "***",
    "- - -",
    "___",
    "# atx",
    "####### seven",
    "#hash",
    "## closed ##",
    "Setext\n===",
    "Setext\nmore\n---",
    "--",
    "    indented code",
    "\tindented by tab",
    "```\nfence\n```",
    "````info\n```\n````",
    "~~~\ntilde",
    "```\n- [ ] a\n```",
    "``` a`b",
    "<div>\nhtml\n</div>",
    "<!-- comment -->",
    "<!-- open\n- [ ] x\n\n-->",
    "<?php ?>",
    "<!DOCTYPE x>",
    "<![CDATA[\nx\n]]>",
    "<script>\nx\n\n</script>",
    "<custom-tag>\n",
    "</ins>\n",
    "<a href=\"x\">y</a>",
    "[ref]: /url \"title\"",
    "[ref]:\n/url\n'title\nlines'",
    "[ref]",
    "[ref][]",
    "[a][ref]",
    "[broken",
    "[^note]: text",
    "[^note]",
    "> quote",
    "> quote\nlazy",
    "> - in quote",
    "> ```\n> code\n> ```",
    ">> nested\n> less",
    ">\n> blank",
    "> [!WARNING]\n> tag",
    "> | a |\n> | - |\n> | b |",
    "* other bullet",
    "+ plus",
    "1. one",
    "7) seven",
    "2. two\n3. three",
    "- deep\n  - deeper\n    - deepest",
    "-\n  next line",
    "- \n\n  far",
    "1986\\. year",
    "-not an item",
    "- # heading in item",
    "- > quote in item",
    "- ```\n  fence in item\n  ```",
    "-     code in item",
    "- a\n\n\n- loose",
    "| a | b |\n|---|---|\n| c | d |",
    "| a | b |\n|---|---|",
    "a | b\n- | -\nc | d",
    "| a |\n| b |",
    "|a|\n|:-:|\n|`\\|`|\n\nafter",
    "*em* **strong** ***both***",
    "_a_ __b__ a_b_c *a",
    "**unclosed",
    "~~strike~~ ~one~",
    "`code` ``a ` b`` `open",
    "\\* \\_ \\` \\\\ \\a",
    "&amp; &copy; &#35; &bad;",
    "<https://auto.link> <a@b.c>",
    "https://bare.link",
    "![img](a.png \"t\")",
    "[l](<a b> 't') [l](a(b)c)",
    "[[nested] brackets](x)",
    "[x] not a box",
    "[ ] nor this",
    "[x]: /defined",
    "line<br/>break",
    "a\u{a0}b",
    "\u{a0}",
    "中文 *强调*",
    "👩‍💻 \u{202e}rtl",
    "tab\tinside",
    "trailing  ",
    "  \n",
    "\u{b}",
    "\0",
    "$math$",
    "H~2~O x^2^",
    "Term\n: definition",
    ":smile:",
    "@mention #123",
    "+++\ntoml\n+++",
    "---\nyaml: 1\n---",
];

#[test]
fn ticks_hold_their_own_between_all_constructs() {
    for between in BETWEEN {
        for (indent, gap) in [("", "\n"), ("", "\n\n"), ("  ", "\n"), ("  ", "\n\n")] {
            let body = between.replace('\n', &format!("\n{indent}"));
            let file = format!("- [ ] first{gap}{indent}{body}{gap}- [ ] last\n");
            for newline in ["\n", "\r\n", "\r"] {
                check_ticks(&doc(&file.replace('\n', newline)));
            }
        }
    }
}

fn check_ticks(of: &MarkdownDocument) {
    for (index, item) in of.items().iter().enumerate() {
        let Some(brackets) = item.check.brackets() else {
            continue;
        };
        for to in [CheckState::Done, CheckState::Absent] {
            let Ok(splices) = of.set_check(index, to) else {
                // Only taking a box away may leave something else to be read.
                assert_eq!(
                    to,
                    CheckState::Absent,
                    "{:?}",
                    of.source(Span::new(0, of.bytes().len()))
                );
                continue;
            };
            let changed = of.apply(&splices).unwrap();
            assert_eq!(splices.len(), 1);
            assert!(
                brackets.start <= splices[0].span.start && splices[0].span.end <= brackets.end + 1
            );
            assert_eq!(changed.items()[index].check.state(), to);
            assert_eq!(changed.items()[index].text, of.items()[index].text);
            assert_eq!(changed.items().len(), of.items().len());
        }
    }
}
