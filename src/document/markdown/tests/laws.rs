//! Laws that hold for every file.

use proptest::prelude::*;

use super::compare::Allowed;
use super::refusal::Target;
use super::*;

/// Bits of Markdown that, strung together, make most constructs and most accidents.
const BITS: &[&str] = &[
    "- ",
    "* ",
    "+ ",
    "1. ",
    "2) ",
    "[ ] ",
    "[x] ",
    "[X]",
    "# ",
    "## ",
    "### Step",
    "> ",
    "| ",
    "|",
    "\\|",
    "---",
    "- - -",
    "===",
    "```",
    "~~~",
    "    ",
    "\t",
    " ",
    "  ",
    "\n",
    "\n",
    "\n",
    "\n\n",
    "\r\n",
    "\r",
    "**",
    "**Owner:** ",
    "__A__: ",
    "*",
    "_",
    "`",
    "<br/>",
    "<br>",
    "<div>",
    "</div>",
    "<!--",
    "-->",
    "<a b>",
    "[a]",
    "[a]: x",
    "[^n]",
    "[^n]: ",
    "](",
    ")",
    "![",
    "\\",
    "&amp;",
    "\u{b}",
    "\u{c}",
    "\0",
    "é",
    "中",
    "👩‍💻",
    "word",
    "two words",
    "http://x.y/z",
    "+++",
    ":",
    ".",
    "|-|-|\n",
    "| a | b |\n| --- | --: |\n| c | d |\n",
    "[!NOTE]",
    "\u{feff}",
    "\u{a0}",
    "1",
    "~",
    "'",
];

/// A file that is printed readably when a law fails for it.
#[derive(Clone)]
struct File(Vec<u8>);

impl std::fmt::Debug for File {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "b\"{}\"", self.0.escape_ascii())
    }
}

fn markdown() -> impl Strategy<Value = File> {
    let bit = prop_oneof![
        30 => prop::sample::select(BITS).prop_map(|bit| bit.as_bytes().to_vec()),
        1 => any::<u8>().prop_map(|byte| vec![byte]),
    ];
    prop::collection::vec(bit, 0..40).prop_map(|bits| File(bits.concat()))
}

fn anything() -> impl Strategy<Value = File> {
    let noise = prop::collection::vec(any::<u8>(), 0..200).prop_map(File);
    prop_oneof![9 => markdown(), 1 => noise]
}

fn within(inner: Span, outer: Span) -> bool {
    outer.start <= inner.start && inner.start <= inner.end && inner.end <= outer.end
}

fn check_spans(of: &MarkdownDocument) {
    let file = Span::new(0, of.bytes().len());
    for (index, heading) in of.headings().iter().enumerate() {
        assert!(within(heading.span, file) && within(heading.content, heading.span));
        assert!(
            heading
                .parent
                .is_none_or(|p| p < index && of.headings()[p].level < heading.level)
        );
        assert!(within(of.own_section(index), of.section(index)));
        assert!(within(heading.span, of.own_section(index)));
    }
    for table in of.tables() {
        assert!(within(table.span, file));
        for row in std::iter::once(&table.header).chain(&table.rows) {
            assert!(within(row.span, table.span));
            assert!(row.cells.len() <= table.alignments.len());
            assert!(
                row.cells
                    .windows(2)
                    .all(|c| c[0].outer.end < c[1].outer.start)
            );
            for cell in &row.cells {
                assert!(within(cell.outer, row.span), "{cell:?} in {row:?}");
                assert!(within(cell.inner, cell.outer));
            }
        }
    }
    for (index, item) in of.items().iter().enumerate() {
        assert!(
            within(item.span, file) && within(item.marker, item.span),
            "{item:?}"
        );
        assert!(within(item.content, item.span), "{item:?}");
        assert!(item.marker.end <= item.content.start);
        assert!(item.parent.is_none_or(|p| p < index));
        if let Some(brackets) = item.check.brackets() {
            assert!(within(brackets, item.span) && brackets.end <= item.content.start);
            let sign = &of.bytes()[brackets.range()];
            assert!(
                sign.len() == 3 && sign[0] == b'[' && sign[2] == b']',
                "{sign:?}"
            );
        }
        if let Some(label) = &item.label {
            assert!(
                within(label.value, item.content) && label.end <= label.value.start,
                "{item:?}"
            );
        }
    }
    assert!(
        of.headings()
            .windows(2)
            .all(|h| h[0].span.end <= h[1].span.start)
    );
    assert!(
        of.items()
            .windows(2)
            .all(|i| i[0].marker.start <= i[1].marker.start)
    );
    assert!(of.links().iter().all(|link| within(link.span, file)));
}

/// Applies an edit and checks every span of what it makes.
fn apply(of: &MarkdownDocument, splices: &[Splice]) -> MarkdownDocument {
    let changed = of.apply(splices).unwrap();
    check_spans(&changed);
    changed
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn loading_loses_nothing_and_every_span_fits(File(bytes) in anything()) {
        let of = MarkdownDocument::load(bytes.as_slice());
        prop_assert_eq!(of.bytes(), &bytes[..]);
        check_spans(&of);
        prop_assert!(of.line_of(bytes.len() + 1) >= 1);
    }
}

/// Words as people type them, and as they should not.
fn words() -> impl Strategy<Value = String> {
    let bit = prop::sample::select(BITS).prop_map(str::to_owned);
    prop::collection::vec(prop_oneof![bit, "[ -~]{0,6}"], 0..8).prop_map(|bits| bits.concat())
}

fn state() -> impl Strategy<Value = CheckState> {
    prop::sample::select(&[CheckState::Absent, CheckState::Open, CheckState::Done])
}

/// A file in which there is something to edit, with accidents around it.
fn plan() -> impl Strategy<Value = File> {
    const THINGS: &[&str] = &[
        "\n- **Owner:** ops\n",
        "\n- [ ] a\n  b\n- [x] c\n",
        "\n\n## Title\n\n",
        "\n\n| a | b |\n| --- | --- |\n| c |  d  |\n| e |\n",
        "\r\n> 1. q\r\n> 2. __B__: r\r\n",
    ];
    let thing = prop::sample::select(THINGS).prop_map(|t| File(t.as_bytes().to_vec()));
    let part = prop_oneof![2 => thing, 1 => markdown()];
    prop::collection::vec(part, 1..6)
        .prop_map(|parts| File(parts.into_iter().flat_map(|File(bytes)| bytes).collect()))
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_tick_changes_its_box_alone_or_is_refused(File(bytes) in plan(), to in state()) {
        let of = MarkdownDocument::load(bytes);
        for (index, item) in of.items().iter().enumerate() {
            let Ok(splices) = of.set_check(index, to) else { continue };
            let changed = apply(&of, &splices);
            prop_assert_eq!(changed.items().len(), of.items().len());
            for (other, (a, b)) in of.items().iter().zip(changed.items()).enumerate() {
                prop_assert_eq!(&a.text, &b.text);
                let wanted = if other == index { to } else { a.check.state() };
                prop_assert_eq!(b.check.state(), wanted);
            }
            let grown = changed.bytes().len() as isize - of.bytes().len() as isize;
            prop_assert!(grown.abs() <= 4);
            if item.check.state() == CheckState::Absent {
                let back = changed.set_check(index, CheckState::Absent).unwrap();
                let back = changed.apply(&back).unwrap();
                prop_assert_eq!(back.bytes(), of.bytes());
            }
        }
    }

    #[test]
    fn a_cell_reads_as_typed_and_its_row_stays(File(bytes) in plan(), typed in words()) {
        let of = MarkdownDocument::load(bytes);
        for (number, table) in of.tables().iter().enumerate() {
            for (row, cells) in table.rows.iter().enumerate() {
                for column in 0..table.alignments.len() {
                    let Ok(splices) = of.set_cell(number, row, column, &typed) else { continue };
                    let changed = apply(&of, &splices);
                    let after = &changed.tables()[number].rows[row];
                    prop_assert!(edit::reads_as(&after.cells[column].text, &typed));
                    for (at, cell) in cells.cells.iter().enumerate().filter(|(at, _)| *at != column) {
                        prop_assert_eq!(of.source(cell.inner), changed.source(after.cells[at].inner));
                    }
                }
            }
        }
    }

    #[test]
    fn a_value_reads_as_typed(File(bytes) in plan(), typed in words()) {
        let of = MarkdownDocument::load(bytes);
        for index in 0..of.items().len() {
            let Ok(splices) = of.set_label_value(index, &typed) else { continue };
            let changed = apply(&of, &splices);
            let label = changed.label(index).unwrap();
            prop_assert!(edit::reads_as(&label.text, &typed));
            prop_assert_eq!(&label.name, &of.label(index).unwrap().name);
        }
    }

    #[test]
    fn what_is_put_in_leaves_the_rest(File(bytes) in plan(), typed in words()) {
        let of = MarkdownDocument::load(bytes);
        for index in 0..of.items().len() {
            if let Ok(splices) = of.insert_item_after(index, &escaped(&typed)) {
                prop_assert!(apply(&of, &splices).items().len() > of.items().len());
            }
        }
        for (index, heading) in of.headings().iter().enumerate() {
            if let Ok(splices) = of.append_to_section(index, &typed) {
                apply(&of, &splices);
            }
            if let Ok(splices) = of.set_heading_text(index, heading.content, &typed) {
                let changed = apply(&of, &splices);
                prop_assert!(edit::reads_as(&changed.headings()[index].text, &typed));
            }
        }
    }

    #[test]
    fn reading_a_part_judges_as_reading_the_whole(
        File(mut bytes) in plan(),
        File(more) in plan(),
        File(raw) in markdown(),
    ) {
        bytes.extend_from_slice(b"\n\n# One\n\n- middle\n\n# Two\n\n");
        bytes.extend_from_slice(&more);
        let of = MarkdownDocument::load(bytes);
        for (index, item) in of.items().iter().enumerate() {
            let splices = [Splice::replace(item.content, raw.clone())];
            let allowed = Allowed::Target(Target::Item(index));
            let part = verify::try_out(&of, &splices, allowed);
            let whole = verify::try_whole(&of, &splices, allowed);
            prop_assert_eq!(part.is_ok(), whole.is_ok(), "{:?} {:?}", part.err(), whole.err());
            let at = item.span.end;
            let splices = [Splice::insert(at, raw.clone())];
            let allowed = Allowed::Inserted(Span::new(at, at + raw.len()));
            let part = verify::try_out(&of, &splices, allowed);
            let whole = verify::try_whole(&of, &splices, allowed);
            prop_assert_eq!(part.is_ok(), whole.is_ok(), "{:?} {:?}", part.err(), whole.err());
        }
    }

    #[test]
    fn in_a_plain_file_every_typed_word_can_be_stored(typed in "([ -~]|\n|é|中|\t){0,40}") {
        let of = doc("# A\n\n- **Owner:** ops\n- next\n\n| a | b |\n| - | - |\n| c | d |\n");
        apply(&of, &of.set_label_value(0, &typed).unwrap());
        apply(&of, &of.set_cell(0, 0, 0, &typed).unwrap());
        if !typed.trim().is_empty() {
            apply(&of, &of.set_heading_text(0, of.headings()[0].content, &typed).unwrap());
            let line = escaped(&typed);
            let changed = apply(&of, &of.insert_item_after(1, &line).unwrap());
            prop_assert!(edit::reads_as(&changed.items()[2].text, &typed), "{line:?}");
        }
    }
}
