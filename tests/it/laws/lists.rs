//! Whatever is done to a list, written in whatever way: each entry is edited by itself, in log and
//! canon together, and every other byte stays.

use crate::reading::lists::{now, plan, step, texts};
use proptest::prelude::*;
use proptest::sample::{Index, select};
use stepdeck::change::compose::Composer;
use stepdeck::change::{Change, apply};
use stepdeck::document::json;
use stepdeck::plan::Plan;
use stepdeck::plan::field::Field;

/// An entry as people write it in Markdown, and as a log would say it.
const ENTRIES: &[(&str, &str)] = &[
    ("[Paper](a.md)", "docs/a.md"),
    ("[a, b; c](/b.md)", "b.md"),
    ("https://x.org/p?q=1,2;3", "https://x.org/p?q=1,2;3"),
    ("<https://x.org/a,b>", "https://x.org/a,b"),
    ("**c, d.md**", "c, d.md"),
    ("`e, f;`", "e, f;"),
    ("R&amp;D", "R&D"),
    ("notes (old, 2nd; 3rd)", "notes (old, 2nd; 3rd)"),
    ("![shot, 1](s.png)", "docs/s.png"),
    ("[x][s2] first", "docs/c.md#step-0002 first"),
    ("*it* and [more](m.md)", "it and docs/m.md"),
    ("g\\, h\\; i", "g, h; i"),
    ("plain_words.md", "plain_words.md"),
    ("中文 é", "中文 é"),
    ("a \\* b", "a * b"),
];

/// A list in both files.
#[derive(Clone, Debug)]
struct Written {
    entries: Vec<(&'static str, &'static str)>,
    log: String,
    canon: String,
}

fn written() -> impl Strategy<Value = Written> {
    let entry = (0..ENTRIES.len(), any::<bool>(), any::<bool>(), "( |  |)");
    let separator = select(vec![", ", ",", " , ", ",\n  ", "; ", ";\n  ", "\n  - "]);
    let label = select(vec!["- **Inputs:** ", "- Inputs: ", "- *Inputs*: "]);
    (prop::collection::vec(entry, 1..6), separator, label).prop_map(|(picked, separator, label)| {
        let mut seen = Vec::new();
        let picked: Vec<_> = picked
            .into_iter()
            .filter(|(at, ..)| {
                !seen.contains(at) && {
                    seen.push(*at);
                    true
                }
            })
            .collect();
        let entries: Vec<_> = picked.iter().map(|(at, ..)| ENTRIES[*at]).collect();
        let raw = |(at, _, escaped, blank): &(usize, bool, bool, String)| {
            let quoted = json::quote(ENTRIES[*at].1);
            let quoted = if *escaped {
                quoted.replace('/', "\\/")
            } else {
                quoted
            };
            format!("{blank}{quoted}{blank}")
        };
        let raws: Vec<String> = picked.iter().map(raw).collect();
        let markdown = |(at, comment, ..): &(usize, bool, bool, String)| {
            let comment = if *comment {
                " <!-- why, Ana; Ben -->"
            } else {
                ""
            };
            let source = ENTRIES[*at].0;
            // An address goes on up to a blank.
            let address = source.starts_with("https") && separator == ",";
            format!("{source}{}{comment}", if address { " " } else { "" })
        };
        let sources: Vec<String> = picked.iter().map(markdown).collect();
        let nested = if separator.contains("- ") {
            separator
        } else {
            ""
        };
        let label = if nested.is_empty() {
            label
        } else {
            label.trim_end()
        };
        Written {
            entries,
            log: step("0001", &format!(",\"inputs\":[{}]", raws.join(","))),
            canon: format!(
                "# Step 0001 — T0001\n\n- **Owner:** ops\n{label}{nested}{}\n- **Notes:** n\n\n\
                 [s2]: #step-0002\n",
                sources.join(separator)
            ),
        }
    })
}

/// What `change` makes of both files, after it was undone once.
fn after(before: &Plan, change: &Change) -> [String; 2] {
    let mut files = before.files().to_vec();
    let was = texts(&files);
    apply::change(change, &mut files).unwrap();
    let read = texts(&files);
    apply::change(&change.inverse(), &mut files).unwrap();
    assert_eq!(texts(&files), was, "undone");
    read
}

fn raw_list(log: &str) -> String {
    let object = json::Object::parse(log.trim_end()).unwrap();
    object.get("inputs").unwrap().to_owned()
}

/// The entries as log and canon have them, which must agree.
fn entries([log, canon]: &[String; 2]) -> Vec<String> {
    let read = plan(log, canon);
    let step = read.step(0);
    let logged: Vec<String> = step
        .list(Field::Inputs)
        .into_iter()
        .map(Into::into)
        .collect();
    let canon = step.canon_list(Field::Inputs).unwrap().into_iter();
    let canon: Vec<String> = canon.map(|(entry, _)| entry.text).collect();
    assert_eq!(logged, canon);
    logged
}

/// Whether `long` is `short` with one piece put in.
fn is_insertion(short: &str, long: &str) -> bool {
    let (short, long) = (short.as_bytes(), long.as_bytes());
    let before = short.iter().zip(long).take_while(|(a, b)| a == b).count();
    let rest = short[before..]
        .iter()
        .rev()
        .zip(long[before..].iter().rev());
    before + rest.take_while(|(a, b)| a == b).count() == short.len()
}

/// A text without blanks: an address needs one behind it, whatever the list was like.
fn packed(text: &str) -> String {
    text.replace(' ', "")
}

/// Whether `short` is `long` with pieces removed.
fn is_part(short: &str, long: &str) -> bool {
    let mut bytes = long.bytes();
    short.bytes().all(|byte| bytes.any(|other| other == byte))
}

/// A comment that an entry may have behind it.
const COMMENT: &str = "<!-- why, Ana; Ben -->";

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn an_entry_put_in_leaves_every_other_byte(
        written in written(),
        at in any::<Index>(),
        new in select(vec!["new", "a, b", "x; y", "(open", "close)", "[b", "*c*", "docs/a b.md", "d`e", "\\", "<!-- f"]),
    ) {
        let before = plan(&written.log, &written.canon);
        let mut wanted: Vec<String> = written.entries.iter().map(|e| e.1.to_owned()).collect();
        prop_assert_eq!(&entries(&texts(before.files())), &wanted);
        wanted.insert(at.index(wanted.len() + 1), new.to_owned());
        let composer = Composer::new(&before, now());
        let change = match composer.set_list(0, Field::Inputs, &wanted) {
            Ok(change) => change,
            // A comment that begins may end in what follows: that is said, and nothing is written.
            Err(refusal) => {
                prop_assert!(new.starts_with("<!--"), "{}", refusal);
                return Ok(());
            }
        };
        let read = after(&before, &change);
        prop_assert_eq!(&entries(&read), &wanted);
        prop_assert!(is_insertion(&written.canon, &read[1]), "{}", read[1]);
        prop_assert!(is_insertion(&raw_list(&written.log), &raw_list(&read[0])), "{}", read[0]);
    }

    #[test]
    fn an_entry_taken_out_leaves_every_other_byte(written in written(), at in any::<Index>()) {
        let before = plan(&written.log, &written.canon);
        let mut wanted = entries(&texts(before.files()));
        let gone = wanted.remove(at.index(wanted.len()));
        let composer = Composer::new(&before, now());
        let change = composer.set_list(0, Field::Inputs, &wanted).unwrap();
        let read = after(&before, &change);
        prop_assert_eq!(&entries(&read), &wanted);
        prop_assert!(is_part(&raw_list(&read[0]), &raw_list(&written.log)), "{}", read[0]);
        let canon = read[1].replacen(" none", " ", usize::from(wanted.is_empty()));
        let canon = canon.replacen(";\n- **Notes", "\n- **Notes", 1);
        // A comment of the entry that goes stays, behind another one.
        let bare = |text: &str| packed(&text.replace(COMMENT, ""));
        prop_assert!(is_part(&bare(&canon), &bare(&written.canon)), "{}", read[1]);
        for (source, text) in written.entries.iter().filter(|(_, text)| *text != gone) {
            prop_assert!(read[1].contains(source), "{text}: {}", read[1]);
        }
        let comments = |text: &str| text.matches(COMMENT).count();
        prop_assert_eq!(comments(&read[1]), comments(&written.canon), "{}", &read[1]);
    }

    #[test]
    fn entries_change_places_and_keep_their_source(written in written(), order in any::<u64>()) {
        let before = plan(&written.log, &written.canon);
        let mut wanted = entries(&texts(before.files()));
        let turn = order as usize % wanted.len();
        wanted.rotate_left(turn);
        let composer = Composer::new(&before, now());
        let change = composer.set_list(0, Field::Inputs, &wanted).unwrap();
        let read = after(&before, &change);
        prop_assert_eq!(&entries(&read), &wanted);
        prop_assert_eq!(packed(&read[1]).len(), packed(&written.canon).len());
        for (source, _) in &written.entries {
            prop_assert!(read[1].contains(source), "{}", read[1]);
        }
    }

    #[test]
    fn changes_of_two_people_meet(written in written(), at in any::<Index>()) {
        let before = plan(&written.log, &written.canon);
        let seen = entries(&texts(before.files()));
        let composer = Composer::new(&before, now());
        let mut less = seen.clone();
        less.remove(at.index(less.len()));
        let mut more = seen.clone();
        more.push("new, one".to_owned());
        let ours = composer.set_list(0, Field::Inputs, &more).unwrap();
        let theirs = composer.set_list(0, Field::Inputs, &less).unwrap();
        let mut wanted = less.clone();
        wanted.push("new, one".to_owned());
        for (first, second) in [(&ours, &theirs), (&theirs, &ours)] {
            let mut files = before.files().to_vec();
            apply::change(first, &mut files).unwrap();
            apply::change(second, &mut files).unwrap();
            prop_assert_eq!(&entries(&texts(&files)), &wanted);
        }
    }

    #[test]
    fn a_tick_changes_its_box_alone(
        picked in prop::collection::vec((0usize..5, any::<bool>()), 1..5),
        at in any::<Index>(),
        separator in select(vec![", ", "; ", ",\n  ", "\n  - "]),
    ) {
        let conditions = ["Board agrees", "[Legal](l.md) (in, time)", "`a, b`", "R&amp;D", "*it*"];
        let words = ["Board agrees", "Legal (in, time)", "a, b", "R&D", "it"];
        let mut known = Vec::new();
        let picked: Vec<_> = picked
            .into_iter()
            .filter(|(at, _)| !known.contains(at) && { known.push(*at); true })
            .collect();
        let boxed = |text: &str, met: bool| format!("{}{text}", if met { "[x] " } else { "[ ] " });
        let sources: Vec<String> = picked.iter().map(|(n, met)| boxed(conditions[*n], *met)).collect();
        let nested = if separator.contains("- ") { separator } else { " " };
        let canon = format!(
            "# Step 0001 — T0001\n- **Dependencies:**{nested}{}\n",
            sources.join(separator)
        );
        let marked = |n: usize, met: bool| match met {
            true => format!("[x] {}", words[n]),
            false => words[n].to_owned(),
        };
        let list: Vec<String> = picked.iter().map(|(n, met)| marked(*n, *met)).collect();
        let raws: Vec<String> = list.iter().map(|entry| json::quote(entry)).collect();
        let log = step("0001", &format!(",\"dependencies\":[{}]", raws.join(" , ")));
        let before = plan(&log, &canon);
        prop_assert!(before.step(0).drift().is_empty());
        let at = at.index(picked.len());
        let (number, met) = picked[at];
        let mut wanted = list.clone();
        wanted[at] = marked(number, !met);
        let composer = Composer::new(&before, now());
        let change = composer.set_list(0, Field::Dependencies, &wanted).unwrap();
        let read = after(&before, &change);
        let mut ticked = sources.clone();
        ticked[at] = boxed(conditions[number], !met);
        prop_assert_eq!(&read[1], &canon.replace(&sources.join(separator), &ticked.join(separator)));
        let raws: Vec<String> = wanted.iter().map(|entry| json::quote(entry)).collect();
        let raws = format!("\"dependencies\":[{}]", raws.join(" , "));
        prop_assert!(read[0].contains(&raws), "{}", read[0]);
    }
}
