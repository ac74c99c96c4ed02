use super::*;
use proptest::prelude::*;

fn bytes_of(log: &LogDocument) -> Vec<u8> {
    log.rope().contiguous().into_owned()
}

fn same(a: &LogDocument, b: &LogDocument) -> bool {
    let facts = |log: &LogDocument| -> Vec<_> {
        let facts = |line: LineRef<'_>| {
            let entries: Vec<(String, String)> = (line.entries())
                .map(|(key, raw)| (key.to_owned(), raw.to_owned()))
                .collect();
            (line.bytes().to_vec(), entries, line.problem().cloned())
        };
        log.lines().map(facts).collect()
    };
    facts(a) == facts(b) && a.newline == b.newline
}

proptest! {
    /// What is read again in part is what would have been read as a whole.
    #[test]
    fn a_reloaded_log_is_the_log_loaded(
        old in prop::collection::vec("[{}ab\":1,\u{feff}]{0,6}(\n|\r\n)?", 0..8),
        new in prop::collection::vec("[{}ab\":1,\u{feff}]{0,6}(\n|\r\n)?", 0..4),
        cut in any::<prop::sample::Index>(),
        keep in any::<prop::sample::Index>(),
    ) {
        let old = old.concat();
        let cut = old.floor_char_boundary(cut.index(old.len() + 1));
        let keep = old.floor_char_boundary(keep.index(old.len() + 1)).max(cut);
        let changed = format!("{}{}{}", &old[..cut], new.concat(), &old[keep..]);
        let loaded = LogDocument::load(old.as_bytes());
        let reloaded = loaded.reload(changed.as_bytes());
        let range = reloaded.changed_since(&loaded);
        prop_assert!(same(&reloaded, &LogDocument::load(changed.as_bytes())));
        prop_assert!(range.end <= reloaded.line_count());
        prop_assert_eq!(bytes_of(&reloaded), changed.into_bytes());
    }
}

/// What may be done to a log.
#[derive(Clone, Debug)]
enum Action {
    Insert(prop::sample::Index, String),
    Replace(prop::sample::Index, String),
    Remove(prop::sample::Index),
}

fn deed() -> impl Strategy<Value = Action> {
    let at = any::<prop::sample::Index>;
    let content = || "(\\{\"a\": ?1(, ?\"[bc]\":\"é?\")?\\})?|[ -~]{0,9}";
    prop_oneof![
        2 => (at(), content()).prop_map(|(at, content)| Action::Insert(at, content)),
        1 => (at(), content()).prop_map(|(at, content)| Action::Replace(at, content)),
        1 => at().prop_map(Action::Remove),
    ]
}

proptest! {
    /// After any edits the log is what its bytes say, whatever its chunks went through.
    #[test]
    fn an_edited_log_is_the_log_loaded(
        lines in prop::collection::vec("\\{\"a\":1\\}|[ -~]{0,9}|\\{\"[bc]\": \"é?\"\\}", 0..12),
        bare: bool,
        deeds in prop::collection::vec(deed(), 0..24),
    ) {
        let mut expected = lines;
        while bare && expected.last().is_some_and(String::is_empty) {
            expected.pop();
        }
        let text = |lines: &[String]| match bare && !lines.is_empty() {
            true => lines.join("\n"),
            false => lines.iter().map(|line| format!("{line}\n")).collect(),
        };
        let mut log = LogDocument::load(text(&expected).into_bytes());
        for deed in deeds {
            match deed {
                // An empty last line without its end would be no line at all.
                Action::Insert(_, content) | Action::Replace(_, content)
                    if bare && content.is_empty() => {}
                Action::Insert(at, content) if !(bare && expected.is_empty()) => {
                    let at = at.index(expected.len() + 1);
                    log.insert_line(at, content.as_bytes());
                    expected.insert(at, content);
                }
                Action::Replace(at, content) if !expected.is_empty() => {
                    let at = at.index(expected.len());
                    log.replace_line(at, content.as_bytes());
                    expected[at] = content;
                }
                Action::Remove(at) if !expected.is_empty() => {
                    let at = at.index(expected.len());
                    prop_assume!(!bare || expected.len() < 2 || !expected[expected.len() - 2].is_empty() || at + 1 < expected.len());
                    log.remove_line(at);
                    expected.remove(at);
                }
                _ => {}
            }
        }
        let text = text(&expected);
        prop_assert_eq!(String::from_utf8(bytes_of(&log)).unwrap(), text.clone());
        prop_assert!(same(&log, &LogDocument::load(text.as_bytes())));
        prop_assert_eq!(log.lines().count(), log.line_count());
    }

    #[test]
    fn some_lines_are_those_lines(
        count in 0usize..60,
        a in any::<prop::sample::Index>(),
        b in any::<prop::sample::Index>(),
    ) {
        let text: String = (0..count).map(|n| format!("{{\"n\":{n}}}\n")).collect();
        let log = LogDocument::load(text.into_bytes());
        let (a, b) = (a.index(count + 1), b.index(count + 1));
        let range = a.min(b)..a.max(b);
        let some: Vec<_> = log.lines_within(range.clone()).map(LineRef::bytes).collect();
        let each: Vec<_> = range.map(|line| log.line(line).bytes()).collect();
        prop_assert_eq!(some, each);
    }
}

#[test]
fn only_the_line_that_changed_is_read_again() {
    let text = |title: &str| format!("{{\"a\":1}}\n{{\"b\":\"{title}\"}}\n{{\"c\":3}}\n");
    let before = LogDocument::load(text("x").as_bytes());
    let log = before.reload(text("y").as_bytes());
    let changed = log.changed_since(&before);
    assert_eq!(changed, 1..2);
    assert_eq!(log.line(1).get("b"), Some("\"y\""));
    assert_eq!(log.line(2).get("c"), Some("3"));
}

#[test]
fn lines_that_are_not_json_are_kept_and_described() {
    let bytes = b"{\"schema\": 1}\n<<<<<<< ours\n\xff\n{\"a\": }\n\n{\"b\":2}";
    let log = LogDocument::load(&bytes[..]);
    let problems: Vec<_> = log.lines().map(|line| line.problem().cloned()).collect();
    assert_eq!(problems[1], Some(LineProblem::ConflictMarker));
    assert_eq!(problems[2], Some(LineProblem::NotUtf8 { offset: 0 }));
    assert!(matches!(
        problems[3],
        Some(LineProblem::NotJson { offset: 6, .. })
    ));
    assert!(log.line(4).is_blank());
    assert_eq!(log.line(5).get("b"), Some("2"));
    assert_eq!(bytes_of(&log), bytes);
}

#[test]
fn a_line_added_to_a_file_without_last_newline_comes_away_exactly() {
    for bytes in [
        &b"{\"a\":1}"[..],
        b"{\"a\":1}\r\n{\"b\":1}",
        b"",
        b"{\"a\":1}\n",
    ] {
        let mut log = LogDocument::load(bytes);
        let end = log.line_count();
        log.insert_line(end, b"{\"c\":1}");
        assert_eq!(log.line(end).get("c"), Some("1"));
        log.remove_line(end);
        assert_eq!(bytes_of(&log), bytes);
    }
}

proptest! {
    #[test]
    fn loading_and_writing_any_bytes_is_the_identity(bytes: Vec<u8>) {
        prop_assert_eq!(bytes_of(&LogDocument::load(bytes.clone())), bytes);
    }

    #[test]
    fn replacing_a_line_leaves_the_others_alone(
        lines in prop::collection::vec("[ -~]{0,20}", 1..8),
        at in any::<prop::sample::Index>(),
        content in "[ -~]{0,30}",
    ) {
        let at = at.index(lines.len());
        let mut log = LogDocument::load(lines.join("\r\n").into_bytes());
        prop_assume!(at < log.line_count());
        log.replace_line(at, content.as_bytes());
        let mut expected = lines.clone();
        expected[at] = content;
        prop_assert_eq!(bytes_of(&log), expected.join("\r\n").into_bytes());
    }
}
