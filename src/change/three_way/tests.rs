//! What merging means, case by case, and the laws that hold for any bytes.

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::sample::select;

use super::*;
use crate::document::log::{LineRef, LogDocument};

const MARKERS: Markers<'_> = Markers {
    ours: "ours",
    theirs: "theirs",
    size: 7,
};

fn merged(base: &str, ours: &str, theirs: &str) -> (String, Vec<String>) {
    let merged = run(base.as_bytes(), ours.as_bytes(), theirs.as_bytes());
    let conflicts = merged.conflicts.iter();
    let conflicts = conflicts.map(|conflict| format!("{} {}", conflict.line, conflict.dispute));
    let text = String::from_utf8(merged.bytes).unwrap();
    (text, conflicts.collect())
}

fn clean(base: &str, ours: &str, theirs: &str) -> String {
    let (text, conflicts) = merged(base, ours, theirs);
    assert_eq!(conflicts, [] as [&str; 0], "{text}");
    text
}

fn step(id: u32, rest: &str) -> String {
    format!("{{\"step_id\": \"{id:04}\", {rest}}}\n")
}

const HEADER: &str = "{\"schema\": \"log@1\"}\n";

#[test]
fn different_steps_and_different_keys_merge() {
    let base = [
        HEADER,
        &step(1, "\"title\": \"a\", \"owner\": \"x\""),
        &step(2, "\"n\": 1"),
    ]
    .concat();
    let ours = base.replace("\"a\"", "\"b\"");
    let theirs = base
        .replace("\"x\"", "\"y\"")
        .replace("\"n\": 1", "\"n\": 1.0");
    let both = theirs.replace("\"a\"", "\"b\"");
    assert_eq!(clean(&base, &ours, &theirs), both);
}

#[test]
fn another_spelling_of_a_value_is_no_change_of_it() {
    let line = |title: &str, target: &str| {
        step(
            1,
            &format!("\"title\": {title}, \"evidence\": {{\"target\": {target}}}"),
        )
    };
    let both = |base: [&str; 2], ours: [&str; 2], theirs: [&str; 2], expected: [&str; 2]| {
        let [base, ours, theirs, expected] =
            [base, ours, theirs, expected].map(|[title, target]| line(title, target));
        assert_eq!(clean(&base, &ours, &theirs), expected);
        assert_eq!(clean(&base, &theirs, &ours), expected);
    };
    let [plain, escaped] = [r#""Café a/b""#, r#""Caf\u00e9 a\/b""#];
    let new = r#""Café 2""#;
    both(
        [plain, "0.80"],
        [escaped, "0.80"],
        [new, "0.80"],
        [new, "0.80"],
    );
    both(
        [plain, "0.80"],
        [plain, "0.8"],
        [plain, "0.90"],
        [plain, "0.90"],
    );
    // Both gave it one title.
    both(["\"x\"", "1"], [escaped, "1"], [plain, "2"], [plain, "2"]);
}

#[test]
fn a_removed_step_that_the_other_side_only_wrote_otherwise_is_gone() {
    let other = step(1, "\"title\": \"a\"");
    let line = step(
        2,
        r#""title": "é", "evidence": {"metric": "m", "target": 1}, "inputs": ["a", "b"]"#,
    );
    let again = "{\"inputs\":[\"a\",\"b\"],\"evidence\":{\"target\":1,\"metric\":\"m\"},\"title\":\"\\u00e9\",\"step_id\":\"0002\"}\n";
    let base = [&*other, &line].concat();
    let written = [&*other, again].concat();
    assert_eq!(clean(&base, &other, &written), other);
    assert_eq!(clean(&base, &written, &other), other);
    for changed in [
        again.replace("\"target\":1", "\"target\":2"),
        again.replace("\"a\",\"b\"", "\"b\",\"a\""),
        again.replace("{\"inputs\"", "{\"x\":null,\"inputs\""),
    ] {
        let (_, conflicts) = merged(&base, &other, &[&*other, &changed].concat());
        assert_eq!(conflicts, ["2 0002: ours removed it, theirs changed it"]);
    }
    // Its number is free for another step.
    let new = step(2, "\"title\": \"New\", \"uid\": \"abcdefghijkl\"");
    let ours = [&*other, &new].concat();
    assert_eq!(clean(&base, &ours, &written), ours);
}

#[test]
fn inner_objects_merge_by_key_and_lists_as_sets() {
    let base = step(
        1,
        r#""dependencies": ["0003", "0004"], "evidence": {"metric": "m", "target": 1}"#,
    );
    let ours = step(
        1,
        r#""dependencies": ["0004", "0005"], "evidence": {"metric": "m", "target": 2}"#,
    );
    let theirs = step(
        1,
        r#""dependencies": ["0003", "0004", "0006"], "evidence": {"metric": "m", "target": 1, "actual": 9}"#,
    );
    let expected = step(
        1,
        r#""dependencies": ["0004", "0006", "0005"], "evidence": {"metric": "m", "target": 2, "actual": 9}"#,
    );
    assert_eq!(clean(&base, &ours, &theirs), expected);
    assert_eq!(clean(&base, &theirs, &ours), expected);
}

#[test]
fn a_list_that_one_side_reordered_keeps_that_order() {
    let list = |items: &str| step(1, &format!("\"inputs\": [{items}]"));
    let (base, ours) = (list(r#""a", "b""#), list(r#""b", "a""#));
    let theirs = list(r#""a", "b", "c""#);
    let expected = list(r#""b", "a", "c""#);
    assert_eq!(clean(&base, &ours, &theirs), expected);
    assert_eq!(clean(&base, &theirs, &ours), expected);
    let begun = |items: &str| list(items).replace("inputs", "artifacts");
    let (a, b) = (begun(r#""a""#), begun(r#""b""#));
    let none = step(1, r#""title": "t""#);
    let with = |line: &str| line.replace("\"artifacts\"", "\"title\": \"t\", \"artifacts\"");
    assert_eq!(
        clean(&none, &with(&a), &with(&b)),
        with(&begun(r#""a", "b""#)),
        "both began the list"
    );
}

#[test]
fn the_later_stamp_holds_unless_something_else_is_in_conflict() {
    let at = |status: &str, owner: &str, day: u32| {
        step(
            1,
            &format!(
                r#""status": "{status}", "owner": "{owner}", "updated_at": "2026-01-{day:02}T00:00:00Z""#
            ),
        )
    };
    let base = at("draft", "x", 1);
    let merged_clean = clean(&base, &at("draft", "y", 3), &at("blocked", "x", 2));
    assert_eq!(merged_clean, at("blocked", "y", 3));
    let (text, conflicts) = merged(&base, &at("complete", "y", 3), &at("blocked", "x", 2));
    assert_eq!(
        text,
        format!(
            "<<<<<<< ours\n{}=======\n{}>>>>>>> theirs\n",
            at("complete", "y", 3),
            at("blocked", "y", 2),
        ),
        "what only one side touched stands in both versions"
    );
    assert_eq!(conflicts, ["1 0001 status: both sides changed it"]);
}

#[test]
fn a_conflict_stands_around_its_line_alone_and_is_named() {
    let base = [HEADER, &step(1, "\"a\": 1"), &step(2, "\"e\": {\"t\": 1}")].concat();
    let ours = [HEADER, &step(1, "\"a\": 1"), &step(2, "\"e\": {\"t\": 2}")].concat();
    let theirs = [HEADER, &step(1, "\"a\": 3"), &step(2, "\"e\": {\"t\": 3}")].concat();
    let (text, conflicts) = merged(&base, &ours, &theirs);
    assert_eq!(
        text,
        format!(
            "{HEADER}{}<<<<<<< ours\n{}=======\n{}>>>>>>> theirs\n",
            step(1, "\"a\": 3"),
            step(2, "\"e\": {\"t\": 2}"),
            step(2, "\"e\": {\"t\": 3}"),
        )
    );
    assert_eq!(conflicts, ["3 0002 e.t: both sides changed it"]);
}

#[test]
fn steps_added_on_both_sides_stand_in_order_and_equal_ones_once() {
    let (one, nine) = (step(1, "\"a\": 1"), step(9, "\"a\": 1"));
    let (three, four, five) = (
        step(3, "\"a\": 1"),
        step(4, "\"a\": 1"),
        step(5, "\"a\": 1"),
    );
    let base = [&*one, &nine].concat();
    let ours = [&*one, &three, &five, &nine].concat();
    let theirs = [&*one, &four, &five, &nine, &step(10, "\"a\": 1")].concat();
    let expected = [&*one, &three, &four, &five, &nine, &step(10, "\"a\": 1")].concat();
    assert_eq!(clean(&base, &ours, &theirs), expected);
    assert_eq!(clean(&base, &theirs, &ours), expected);
    assert_eq!(clean("", &ours, &ours), ours);
    let (text, conflicts) = merged("", &one, &step(1, "\"a\": 2"));
    let two = step(1, "\"a\": 2");
    assert_eq!(
        text,
        format!("<<<<<<< ours\n{one}=======\n{two}>>>>>>> theirs\n")
    );
    assert_eq!(conflicts, ["1 0001: both sides added it, with other words"]);
}

#[test]
fn a_step_changed_here_and_removed_there_is_asked_about() {
    let base = [step(1, "\"a\": 1"), step(2, "\"a\": 1")].concat();
    let (changed, gone) = (step(2, "\"a\": 2"), step(1, "\"a\": 1"));
    let ours = [&*gone, &changed].concat();
    let (text, conflicts) = merged(&base, &ours, &gone);
    assert_eq!(
        text,
        format!("{gone}<<<<<<< ours\n{changed}=======\n>>>>>>> theirs\n")
    );
    assert_eq!(conflicts, ["2 0002: theirs removed it, ours changed it"]);
    assert_eq!(clean(&base, &base, &gone), gone);
}

#[test]
fn a_log_sorted_on_one_side_takes_the_changes_of_the_other() {
    let [one, two, three] = [1, 2, 3].map(|id| step(id, "\"a\": 1"));
    let base = [&*three, &one, &two].concat();
    let ours = [&*one, &two, &three].concat();
    let changed = three.replace(": 1}", ": 2}");
    let four = step(4, "\"a\": 1");
    let theirs = [&*changed, &one, &two, &four].concat();
    let expected = [&*one, &two, &changed, &four].concat();
    assert_eq!(clean(&base, &ours, &theirs), expected);
    assert_eq!(clean(&base, &theirs, &ours), expected);
}

#[test]
fn the_header_merges_by_key_even_where_both_sides_began_it() {
    let header = |rest: &str| format!("{{\"schema\": \"log@1\"{rest}}}\n");
    let (ours, theirs) = (header(", \"a\": 1"), header(", \"b\": 2"));
    let both = header(", \"a\": 1, \"b\": 2");
    for base in ["", &header("")] {
        let text = clean(base, &ours, &theirs);
        assert!([&*both, &header(", \"b\": 2, \"a\": 1")].contains(&&*text));
        assert_eq!(text, clean(base, &theirs, &ours));
    }
}

#[test]
fn unreadable_lines_merge_as_text_in_their_place() {
    let (one, two) = (step(1, "\"a\": 1"), step(2, "\"a\": 1"));
    let with = |torn: &str| [&*one, torn, &two].concat();
    let base = with("{\"torn\n");
    assert_eq!(clean(&base, &with("mended\n"), &base), with("mended\n"));
    assert_eq!(clean(&base, &base, &with("")), with(""));
    let (text, conflicts) = merged(&base, &with("mine\n"), &with("yours\n"));
    let markers = "<<<<<<< ours\nmine\n=======\nyours\n>>>>>>> theirs\n";
    assert_eq!(text, with(markers));
    assert_eq!(conflicts, ["2 both sides changed lines that are no steps"]);
    // Far apart, both changes hold.
    let base = ["torn\n", &one, &two, "torn too\n"].concat();
    let ours = base.replace("torn\n{", "mine\n{");
    let theirs = base.replace("torn too", "yours");
    assert_eq!(
        clean(&base, &ours, &theirs),
        ours.replace("torn too", "yours")
    );
    // Blank lines are nothing to ask about.
    let ends = |blank: &str| [&*one, blank].concat();
    assert_eq!(clean(&one, &ends("\n"), &ends("\n\n")), ends("\n\n"));
}

#[test]
fn a_step_within_old_markers_is_found_and_the_markers_stay() {
    let one = step(1, "\"a\": 1");
    let base = ["<<<<<<< x\n", &one, "=======\n", &one, ">>>>>>> y\n"].concat();
    let theirs = base.replacen(": 1}", ": 2}", 1);
    let ours = [&*base, &step(3, "\"a\": 1")].concat();
    let expected = [&*theirs, &step(3, "\"a\": 1")].concat();
    assert_eq!(clean(&base, &ours, &theirs), expected);
}

#[test]
fn duplicates_merge_by_number_and_are_asked_about_where_that_is_a_guess() {
    let [one, two] = [1, 2].map(|value| step(1, &format!("\"a\": {value}, \"b\": 1")));
    let base = [&*one, &two].concat();
    let changed = |line: &str| line.replace("\"b\": 1", "\"b\": 2");
    let (ours, theirs) = (
        [&*changed(&one), &two].concat(),
        [&*one, &changed(&two)].concat(),
    );
    let both = [changed(&one), changed(&two)].concat();
    assert_eq!(clean(&base, &ours, &theirs), both);
    // A third one put before them: theirs may mean this one or the next.
    let ours = [&*step(1, "\"a\": 3, \"b\": 1"), &one, &two].concat();
    let (_, conflicts) = merged(&base, &ours, &[&*changed(&one), &two].concat());
    assert_eq!(conflicts, ["1 0001: both sides changed it"]);
}

#[test]
fn line_ends_byte_order_mark_and_last_newline_follow_who_changed_them() {
    let base = [step(1, "\"a\": 1"), step(2, "\"a\": 1")].concat();
    let crlf = base.replace('\n', "\r\n");
    let ours = base.replace("0002\", \"a\": 1", "0002\", \"a\": 2");
    let both = ours.replace('\n', "\r\n");
    assert_eq!(clean(&base, &ours, &crlf), both);
    assert_eq!(clean(&base, &crlf, &ours), both);
    let more = [&*base, &step(3, "\"a\": 1")].concat();
    assert_eq!(clean(&base, &crlf, &more), more.replace('\n', "\r\n"));
    assert_eq!(clean(&base, &more, &crlf), more.replace('\n', "\r\n"));
    let bare = base.trim_end();
    assert_eq!(clean(&base, &ours, bare), ours.trim_end());
    let three = step(3, "\"a\": 1");
    let longer = format!("{bare}\n{}", three.trim_end());
    assert_eq!(
        clean(bare, &longer, ours.trim_end()),
        format!("{ours}{}", three.trim_end())
    );
    let marked = format!("\u{feff}{base}");
    assert_eq!(clean(&base, &ours, &marked), format!("\u{feff}{ours}"));
    let theirs = crlf.replace("0002\", \"a\": 1", "0002\", \"a\": 3");
    let (text, _) = merged(&crlf, &both, &theirs);
    assert!(text.contains("<<<<<<< ours\r\n") && text.ends_with(">>>>>>> theirs\r\n"));
    assert!(!text.replace("\r\n", "").contains('\n'));
}

#[test]
fn everything_else_in_a_line_keeps_its_bytes() {
    let line = |a: &str, b: &str| {
        format!(
            "{{ \"step_id\" :\"0001\",\"t\":  \"a\\/b\\u0041\", \"n\":12345678901234567890123,\
             \"a\":{a},\"x\":1 ,\"b\" : {b},\"x\":2 }}\n"
        )
    };
    let text = clean(&line("1", "1"), &line("2", "1"), &line("1", "2"));
    assert_eq!(text, line("2", "2"));
    // Which of several equal keys belong together is a question where their number changed.
    let twice = line("1", "1").replace("\"x\":2", "\"x\":2,\"x\":3");
    assert_eq!(merged(&line("1", "1"), &line("2", "1"), &twice).1.len(), 1);
    let first = line("1", "1").replace("\"x\":1", "\"x\":4");
    let both = line("2", "1").replace("\"x\":1", "\"x\":4");
    assert_eq!(clean(&line("1", "1"), &line("2", "1"), &first), both);
    // A new unknown key goes where its side has it, removals are honoured.
    let base = step(1, "\"a\": 1, \"b\": 1, \"c\": 1");
    let ours = step(1, "\"a\": 1, \"new\": 0, \"b\": 1, \"c\": 1");
    let theirs = step(1, "\"a\": 1, \"b\": 2");
    let expected = step(1, "\"a\": 1, \"new\": 0, \"b\": 2");
    assert_eq!(clean(&base, &ours, &theirs), expected);
    assert_eq!(clean(&base, &theirs, &ours), expected);
}

#[test]
fn a_line_rewritten_on_one_side_keeps_its_new_spacing() {
    let base = step(1, "\"a\": 1, \"b\": 1");
    let ours = "{\"step_id\":\"0001\",\"b\":1,\"a\":1}\n";
    let theirs = step(1, "\"a\": 2, \"b\": 1, \"c\": 3");
    let expected = "{\"step_id\":\"0001\",\"b\":1,\"c\":3,\"a\":2}\n";
    assert_eq!(clean(&base, ours, &theirs), expected);
    assert_eq!(clean(&base, &theirs, ours), expected);
}

#[test]
fn markers_are_as_long_and_labelled_as_git_asks() {
    let [base, ours, theirs] = &[b"a\n", b"b\n", b"c\n"].map(Rope::from);
    let versions = Versions { base, ours, theirs };
    let markers = Markers {
        ours: "HEAD",
        theirs: "abc (say\nmore)",
        size: 9,
    };
    assert_eq!(
        String::from_utf8(merge(versions, markers, None).bytes).unwrap(),
        "<<<<<<<<< HEAD\nb\n=========\nc\n>>>>>>>>> abc (say more)\n"
    );
}

/// A line of a log, as odd as they come.
fn line() -> impl Strategy<Value = String> {
    let id = select(vec!["0001", "0002", "0003", "0004", "10000", "7"]);
    let value = select(vec![
        "1",
        "\"x\"",
        "[\"a\"]",
        "[\"a\", \"b\"]",
        "{\"k\": 1}",
        "{}",
    ]);
    let key = select(vec!["a", "b", "updated_at"]);
    let object = (id, prop::collection::vec((key, value), 0..3)).prop_map(|(id, keys)| {
        let keys: String = keys.iter().map(|(k, v)| format!(",\"{k}\": {v}")).collect();
        format!("{{\"step_id\": \"{id}\"{keys}}}")
    });
    let other = select(vec![
        "",
        " ",
        "{torn",
        "{\"schema\": 1}",
        "{\"schema\": 2, \"a\": 1}",
        "=======",
        "<<<<<<< x",
        "{}",
        "\u{feff}{\"step_id\": \"0001\"}",
    ]);
    prop_oneof![4 => object, 1 => other.prop_map(str::to_owned)]
}

fn log() -> impl Strategy<Value = Vec<u8>> {
    let end = select(vec!["\n", "\n", "\n", "\r\n"]);
    let lines = prop::collection::vec((line(), end), 0..9);
    let rest = select(vec!["", "", "{\"step_id\": \"0005\"}", "bare", "\r"]);
    let start = select(vec!["", "", "\u{feff}"]);
    (start, lines, rest).prop_map(|(start, lines, rest)| {
        let lines: String = lines
            .iter()
            .map(|(line, end)| format!("{line}{end}"))
            .collect();
        format!("{start}{lines}{rest}").into_bytes()
    })
}

fn run(base: &[u8], ours: &[u8], theirs: &[u8]) -> Merged {
    let [base, ours, theirs] = &[base, ours, theirs].map(Rope::from);
    merge(Versions { base, ours, theirs }, MARKERS, None)
}

fn readable(bytes: &[u8]) -> String {
    bytes.escape_ascii().to_string()
}

/// Steps by ID, each with its keys and raw values; an ordered log.
type Steps = BTreeMap<u32, BTreeMap<&'static str, &'static str>>;

fn steps() -> impl Strategy<Value = Steps> {
    let key = select(vec!["a", "b", "c", "d"]);
    let value = select(vec!["1", "2", "\"x\"", "{\"k\": 1}", "{\"k\": 2}", "null"]);
    let keys = prop::collection::btree_map(key, value, 0..4);
    prop::collection::btree_map(1_u32..9, keys, 0..7)
}

/// Another version: some steps as they were, some of `other`.
fn mixed(base: &Steps, other: &Steps, take: &[bool]) -> Steps {
    (1..9)
        .filter_map(|id| {
            let from = if take[id as usize] { other } else { base };
            Some((id, from.get(&id)?.clone()))
        })
        .collect()
}

fn written(steps: &Steps) -> String {
    let line = |(id, keys): (&u32, &BTreeMap<&str, &str>)| {
        let keys: String = keys
            .iter()
            .map(|(k, v)| format!(", \"{k}\": {v}"))
            .collect();
        format!("{{\"step_id\": \"{id:04}\"{keys}}}\n")
    };
    steps.iter().map(line).collect()
}

/// The lines of a step in a log: two where it is in conflict.
fn lines_of(log: &LogDocument, id: u32) -> Vec<LineRef<'_>> {
    let wanted = format!("\"{id:04}\"");
    let lines = log.lines();
    lines
        .filter(|line| line.get("step_id") == Some(&wanted))
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn what_only_one_side_touched_is_never_lost_nor_out_of_order(
        (base, x, y) in (steps(), steps(), steps()),
        take in prop::collection::vec((any::<bool>(), any::<bool>()), 9),
    ) {
        let (for_x, for_y): (Vec<bool>, Vec<bool>) = take.into_iter().unzip();
        let (x, y) = (mixed(&base, &x, &for_x), mixed(&base, &y, &for_y));
        let merged = run(written(&base).as_bytes(), written(&x).as_bytes(), written(&y).as_bytes());
        let log = LogDocument::load(merged.bytes);
        for (side, other) in [(&x, &y), (&y, &x)] {
            for id in 1..9 {
                let found = lines_of(&log, id);
                match (base.get(&id), side.get(&id), other.get(&id)) {
                    (None, Some(_), None) => prop_assert_eq!(found.len(), 1),
                    (Some(b), None, Some(o)) => prop_assert_eq!(found.len(), usize::from(b != o)),
                    (Some(b), Some(s), Some(o)) => {
                        prop_assert!(!found.is_empty());
                        let touched = ["a", "b", "c", "d"].into_iter();
                        for key in touched.filter(|key| b.get(key) == o.get(key)) {
                            for line in &found {
                                prop_assert_eq!(line.get(key), s.get(key).copied(), "{} {}", id, key);
                            }
                        }
                    }
                    _ => {}
                }
            }
        }
        let ids: Vec<_> = log.lines().filter_map(|line| line.get("step_id")).collect();
        prop_assert!(ids.is_sorted(), "{:?}", ids);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn an_unchanged_side_changes_nothing(b in log(), x in log()) {
        for (base, ours, theirs) in [(&b, &b, &x), (&b, &x, &b), (&b, &x, &x)] {
            let merged = run(base, ours, theirs);
            prop_assert_eq!(readable(&merged.bytes), readable(&x));
            prop_assert_eq!(merged.conflicts, []);
        }
    }

    #[test]
    fn any_bytes_merge(b: Vec<u8>, x: Vec<u8>, y: Vec<u8>) {
        run(&b, &x, &y);
        prop_assert_eq!(run(&b, &b, &x).bytes, x);
    }

    #[test]
    fn sides_may_change_places(b in log(), x in log(), y in log()) {
        let (one, other) = (run(&b, &x, &y), run(&b, &y, &x));
        prop_assert_eq!(one.conflicts.len(), other.conflicts.len());
        let turned = turn_round(&other.bytes);
        if !has_markers(&b) && !has_markers(&x) && !has_markers(&y) {
            prop_assert_eq!(readable(&one.bytes), readable(&turned));
        }
    }
}

fn has_markers(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes);
    text.contains("<<<<<<<") || text.contains("=======")
}

/// The result with the two versions in each conflict exchanged.
fn turn_round(bytes: &[u8]) -> Vec<u8> {
    let bom = if bytes.starts_with(b"\xef\xbb\xbf") {
        3
    } else {
        0
    };
    let (mut turned, bytes) = (bytes[..bom].to_vec(), &bytes[bom..]);
    let mut ours: Option<Vec<u8>> = None;
    let mut theirs: Option<Vec<u8>> = None;
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        if line.starts_with(b"<<<<<<< ours") {
            turned.extend(line);
            ours = Some(Vec::new());
        } else if line.starts_with(b"=======") && ours.is_some() && theirs.is_none() {
            theirs = Some(line.to_vec());
        } else if line.starts_with(b">>>>>>> theirs") && theirs.is_some() {
            let (ours, theirs) = (ours.take().unwrap(), theirs.take().unwrap());
            let divider = theirs
                .split_inclusive(|byte| *byte == b'\n')
                .next()
                .unwrap();
            turned.extend(&theirs[divider.len()..]);
            turned.extend(divider);
            turned.extend(ours);
            turned.extend(line);
        } else {
            theirs
                .as_mut()
                .or(ours.as_mut())
                .unwrap_or(&mut turned)
                .extend(line);
        }
    }
    turned
}
