//! Generated plans: logs and canon documents as odd as people and programs write them.

use proptest::prelude::*;
use proptest::sample::select;

/// The bytes of a file, readable in a report.
#[derive(Clone, PartialEq)]
pub struct Text(pub Vec<u8>);

impl std::fmt::Debug for Text {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.0.escape_ascii())
    }
}

/// Words that have broken parsers before.
pub fn words() -> impl Strategy<Value = String> {
    let odd = select(vec![
        "",
        "Review the schema",
        "a|b",
        "0001, Board agrees",
        "*star* _under_ `tick`",
        "[x] done",
        "- dash",
        "1. one",
        "# no heading",
        "back\\slash \"quoted\"",
        "emoji 🙂 é",
        "<br/> &amp; <b>",
        "[link](https://example.org/a_b)",
        "**bold:** text",
        "tab\there",
        "\u{202e}bidi",
        "trailing ",
        "two\nlines",
        "para\n\ngraph",
        "---",
        "```",
        "| pipe |",
        "https://example.org/x_y_z",
        "~~gone~~",
        "\u{feff}mark",
        "\u{85}\u{2028}",
    ]);
    prop_oneof![
        4 => odd.prop_map(str::to_owned),
        1 => "[a-zA-Z ,.;:|*_<>\\[\\]()`#+\\\\-]{0,14}",
    ]
}

/// A step ID out of so few that they meet.
pub fn id() -> impl Strategy<Value = &'static str> {
    select(vec!["0001", "0002", "0003", "0002.A", "0101", "10000"])
}

fn raw_text() -> impl Strategy<Value = String> {
    select(vec![
        r#""""#,
        r#""Load test""#,
        r#""a\/b\u0041\ud83d\ude42""#,
        r#""lone \ud800""#,
        "null",
        "12345678901234567890123",
        "1.50e+2",
        "true",
        r#""[x] met""#,
    ])
    .prop_map(str::to_owned)
}

fn raw_list() -> impl Strategy<Value = String> {
    select(vec![
        "[]",
        "[ ]",
        r#"["0001"]"#,
        r#"[ "0002" ,"Board agrees" ]"#,
        r#"["0001", "0001", 3, null, "a\/b"]"#,
        "null",
        r#""0001""#,
        "{}",
    ])
    .prop_map(str::to_owned)
}

fn raw_evidence() -> impl Strategy<Value = String> {
    select(vec![
        r#"{"metric": "p95", "target": 200}"#,
        r#"{ "target" :0.10,"metric":"x","metric":"y" , "link":"https:\/\/e.org"}"#,
        "{}",
        "{ }",
        "null",
        r#""in words""#,
        "[1]",
    ])
    .prop_map(str::to_owned)
}

fn raw_status() -> impl Strategy<Value = String> {
    select(vec![
        "draft",
        "in progress",
        "In_Progress",
        "complete",
        "blocked",
        "idea",
        "odd",
    ])
    .prop_map(|status| format!("\"{status}\""))
}

fn raw_time() -> impl Strategy<Value = String> {
    select(vec![
        r#""2026-11-01T00:00:00Z""#,
        r#""2026-11-01T02:00:00.250+02:00""#,
        r#""yesterday""#,
        "null",
    ])
    .prop_map(str::to_owned)
}

/// One of the keys of a step with a value, spelled as somebody spelled it.
fn entry() -> impl Strategy<Value = (String, String)> {
    let key = |name: &'static str| Just(name.to_owned());
    prop_oneof![
        3 => (select(vec!["title", "owner", "outcome", "theme", "notes", "verification"])
            .prop_map(str::to_owned), raw_text()),
        2 => (select(vec!["dependencies", "artifacts", "inputs"]).prop_map(str::to_owned),
            raw_list()),
        2 => (key("status"), raw_status()),
        1 => (key("evidence"), raw_evidence()),
        1 => (key("effort"), raw_evidence()),
        1 => (key("updated_at"), raw_time()),
        1 => (key("block"), Just("\"B01\"".to_owned())),
        1 => (select(vec!["x-ticket", "t\\u0069tle", "", "\\\"k\\\""]).prop_map(str::to_owned),
            prop_oneof![raw_text(), raw_list(), raw_evidence()]),
    ]
}

/// What is between the parts of a line: before, `,`, `:`, after.
fn spacing() -> impl Strategy<Value = [&'static str; 4]> {
    select(vec![
        ["", ", ", ": ", ""],
        ["", ",", ":", ""],
        [" ", " ,\t", " : ", "  "],
        ["", ",  ", ":", " "],
    ])
}

fn step_line() -> impl Strategy<Value = String> {
    let id = prop_oneof![5 => id().prop_map(|id| format!("\"{id}\"")), 1 => Just("2".to_owned())];
    let at = any::<prop::sample::Index>();
    (id, prop::collection::vec(entry(), 0..9), at, spacing()).prop_map(
        |(id, mut entries, at, [before, comma, colon, after])| {
            entries.insert(at.index(entries.len() + 1), ("step_id".to_owned(), id));
            let entries: Vec<String> = entries
                .iter()
                .map(|(key, raw)| format!("\"{key}\"{colon}{raw}"))
                .collect();
            format!("{before}{{{}}}{after}", entries.join(comma))
        },
    )
}

fn other_line() -> impl Strategy<Value = String> {
    select(vec![
        r#"{"schema": "stepdeck/log@1"}"#,
        "",
        "   ",
        "<<<<<<< ours",
        "=======",
        "{\"step_id\": \"0002\", torn",
        "[1, 2]",
        r#"{"step_id": "no id"}"#,
        "\u{feff}",
        "\r",
    ])
    .prop_map(str::to_owned)
}

/// A log: any order, line ends of one or of both kinds, with or without BOM and last newline.
pub fn log() -> impl Strategy<Value = Text> {
    let line = prop_oneof![5 => step_line(), 1 => other_line()];
    let ends = select(vec![
        ["\n", "\n"],
        ["\r\n", "\r\n"],
        ["\r\n", "\n"],
        ["\n", "\r\n"],
    ]);
    let lines = prop::collection::vec(line, 0..9);
    (lines, ends, any::<bool>(), any::<bool>()).prop_map(|(lines, ends, bom, bare)| {
        let mut text = String::new();
        text.push_str(if bom { "\u{feff}" } else { "" });
        for (at, line) in lines.iter().enumerate() {
            text.push_str(line);
            if !(bare && at + 1 == lines.len()) {
                text.push_str(ends[at % 2]);
            }
        }
        Text(text.into_bytes())
    })
}

fn section() -> impl Strategy<Value = String> {
    let value = select(vec![
        " Schema agreed",
        "",
        "   spaced   ",
        " wraps onto\n  the next line",
        " *emphasis* and `code`",
        " 0001, Board agrees",
        " none",
        " Draft",
        " In Progress",
        "\n  - 0001\n  - nested",
    ]);
    let label = select(vec![
        "Outcome",
        "Owner",
        "Dependencies",
        "Status",
        "Notes",
        "Inputs",
        "Artifacts",
        "Verification",
    ]);
    let bullet = select(vec!["- ", "* ", "+ ", "1. ", "-   ", "  - "]);
    let dash = select(vec!["—", "-", "–", ":"]);
    let bullets = prop::collection::vec((label, value), 0..5);
    let title = select(vec!["Review the schema", "A *b* `c`", "", "x \\| y"]);
    let after = select(vec![
        "",
        "\nA paragraph.\n",
        "\n```\n#### Step 0001 — no\n- [ ] no\n```\n",
    ]);
    (id(), dash, title, bullet, bullets, after).prop_map(
        |(id, dash, title, bullet, bullets, after)| {
            let mut text = format!("\n#### Step {id} {dash} {title}\n");
            for (label, value) in bullets {
                text += &format!("{bullet}**{label}:**{value}\n");
            }
            text + after
        },
    )
}

fn block_table() -> impl Strategy<Value = String> {
    let cell = select(vec![
        "Base", "a \\| b", "", "  wide  ", "🙂", "x<br/>y", "`a\\|b`", "Draft",
    ]);
    let row = (cell.clone(), cell.clone(), cell, select(vec!["", "   "]));
    (prop::collection::vec(row, 0..3), any::<bool>()).prop_map(|(rows, edges)| {
        let edge = |line: String| match edges {
            true => format!("| {line} |\n"),
            false => format!("{line}\n"),
        };
        let mut text = format!(
            "\n{}{}",
            edge("Block | Step Range | Working Theme | Primary Steward | Status".to_owned()),
            edge("--- | :-- | --- | --- | ---:".to_owned())
        );
        for (at, (theme, steward, status, pad)) in rows.into_iter().enumerate() {
            let at = at + 1;
            text += &edge(format!(
                "B{at:02} | {:04}–{:04} | {theme}{pad} | {steward} | {status}{pad}",
                at * 100 - 99,
                at * 100
            ));
        }
        text
    })
}

fn stages() -> impl Strategy<Value = String> {
    let mark = select(vec!["", "[ ] ", "[x] ", "[X] ", "[x]  ", "[-] "]);
    let words = select(vec![
        "Runbooks cover deploy",
        "Runbooks cover deploy\n  and rollback.",
        "Step 0001 is complete",
        "`[ ]` stays",
        "",
    ]);
    let bullet = select(vec!["- ", "* ", "2. ", "-\t"]);
    (prop::collection::vec((bullet, mark, words), 0..5), any::<bool>()).prop_map(
        |(checks, loose)| {
            let mut text = "\n| Stage | Horizon | Stage-Gate Review |\n|---|---|---|\n\
                            | Ground | Weeks 0-8 | ≥95% checklist |\n\n## Readiness Checklists\n\n### Ground\n\n"
                .to_owned();
            for (bullet, mark, words) in checks {
                text += &format!("{bullet}{mark}{words}\n{}", if loose { "\n" } else { "" });
            }
            text
        },
    )
}

/// A canon document with any of the structures that the cockpit knows.
pub fn canon() -> impl Strategy<Value = Text> {
    let part = prop_oneof![3 => section(), 1 => block_table(), 1 => stages()];
    let ends = select(vec!["\n", "\r\n"]);
    let parts = prop::collection::vec(part, 0..5);
    (parts, ends, any::<bool>(), any::<bool>()).prop_map(|(parts, end, bom, bare)| {
        let mut text = format!("# Plan\n{}", parts.concat());
        if bare {
            text.truncate(text.trim_end().len());
        }
        let bom = if bom { "\u{feff}" } else { "" };
        Text(format!("{bom}{}", text.replace('\n', end)).into_bytes())
    })
}

/// A roadmap, or none.
pub fn roadmap() -> impl Strategy<Value = Option<Text>> {
    select(vec![
        None,
        Some(""),
        Some("# Roadmap\n"),
        Some("# Roadmap\n\n## Ground\n\n- one — <https://example.org/1> (2026-11-01, Kim)\n"),
        Some("# Roadmap\r\n\r\n## Ground\r\ntext\r\n\r\n\r\n## Later\r\n"),
        Some("# Roadmap\n\n## Ground"),
        Some("# Roadmap\n\n## Ground\n\n* star\n\n\n"),
    ])
    .prop_map(|text| text.map(|text| Text(text.as_bytes().to_vec())))
}

/// Bytes with no respect for any format, yet with its landmarks.
pub fn anything() -> impl Strategy<Value = Text> {
    let piece = prop_oneof![
        select(vec![
            &b"\xff"[..],
            b"\0",
            b"\r",
            b"\n",
            b"\xef\xbb\xbf",
            b"{\"step_id\": \"0001\"}",
            b"{",
            b"}",
            b"\"",
            b"- [ ] ",
            b"- **Status:** ",
            b"| Block | Step Range |\n|-|-|\n| B01 | 1 |\n",
            b"#### Step 0001 \xe2\x80\x94 x\n",
            b"## Readiness Checklists\n### Ground\n",
            b"|",
            b"```\n",
            b"> ",
            b"| Stage | Stage-Gate Review |\n|-|-|\n| Ground | r |\n",
            b"<!-- ",
            b"    ",
            b"{\"step_id\":\"0002\",\"title\":\"t\",\"evidence\":null}\n",
            b"\xe2\x80",
            b"[[[[",
        ])
        .prop_map(<[u8]>::to_vec),
        prop::collection::vec(any::<u8>(), 0..6),
    ];
    prop::collection::vec(piece, 0..24).prop_map(|pieces| Text(pieces.concat()))
}
