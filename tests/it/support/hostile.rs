//! A plan in which every text tries to steer the terminal, and how to tell that it did.

/// As it is in Markdown, in file names and on command lines: escape sequences of three kinds, a
/// bell, a C1 control, a bidi override and an isolate.
pub const TEXT: &str =
    "ev\x1b[?7777hil\x1b]52;c;RVZJTA==\x07\x1bPq\x1b\\\u{9b}7777m\u{202e}liat\u{2066}";

/// The same within a JSON string.
pub const JSON: &str =
    r"ev\u001b[?7777hil\u001b]52;c;RVZJTA==\u0007\u001bPq\u001b\\\u009b7777m\u202eliat\u2066";

/// A step of which every field is hostile.
pub fn step(id: &str, more: &str) -> String {
    format!(
        r#"{{"step_id": "{id}", "block": "B01", "title": "{JSON}", "theme": "{JSON}", "owner": "{JSON}", "status": "{JSON}", "outcome": "{JSON}", "dependencies": ["{JSON}", "0002"], "inputs": ["{JSON}"], "artifacts": ["{JSON}"], "evidence": {{"metric": "{JSON}", "target": "{JSON}", "actual": "{JSON}", "link": "{JSON}"}}, "verification": "{JSON}", "notes": "{JSON}", "effort": {{"planned": "{JSON}", "actual": "{JSON}"}}, "updated_at": "{JSON}", "{JSON}": "{JSON}"{more}}}
"#
    )
}

/// A log: two hostile steps, one that has nothing hostile but its status in words, and lines that
/// are not JSON with the bytes as they are.
pub fn log() -> String {
    let usual = r#"{"step_id": "0003", "block": "B01", "title": "Usual", "status": "draft", "dependencies": ["0001"], "updated_at": "2026-11-01T00:00:00Z"}"#;
    format!(
        "{}{}{usual}\nno JSON: {TEXT}\n{{\"step_id\": \"{TEXT}\"}}\n",
        step("0001", ""),
        step("0002", ", \"\\u001b\": 1")
    )
}

/// A canon whose block row, section, ladder, checks, workstreams and owners are hostile.
pub fn canon() -> String {
    format!(
        "# Plan {TEXT}

| Block | Step Range | Working Theme | Primary Steward | Success Signal | Status |
| --- | --- | --- | --- | --- | --- |
| B01 | 0001–0100 | {TEXT} | {TEXT} | {TEXT} | {TEXT} |

#### Step 0002 — {TEXT}
- **Outcome:** {TEXT}
- **Owner:** {TEXT}
- **Status:** {TEXT}

## Ladder

| Stage | Horizon | North-Star Outcome | Stage-Gate Review |
| --- | --- | --- | --- |
| Ground {TEXT} | {TEXT} | {TEXT} | Review {TEXT} with ≥95% checklist completion |

## Readiness Checklists

### Ground {TEXT}

- {TEXT} is written (Step 0001)
- [x] Step 0002 {TEXT}

## Workstream Alignment

### {TEXT}

- {TEXT} in Ground

| Workstream | Ground {TEXT} |
| --- | --- |
| {TEXT} | DRI: {TEXT} |
"
    )
}

/// A configuration with hostile names and values, of which none makes sense.
pub fn config() -> String {
    format!(
        "[keys]\n\"{JSON}\" = [\"{JSON}\"]\nquit = [\"q\", \"{JSON}\"]\n\n[checks]\n\"{JSON}\" = \"{JSON}\"\n"
    )
}

/// What in these bytes a terminal would obey, or how it would be misled, although the plan
/// says it; `None` where all is as it should be.
pub fn obeyed(output: &[u8]) -> Option<&'static str> {
    let signs: [(&[u8], &str); 7] = [
        (b"\x1b[?7777h", "an escape sequence"),
        (b"\x1b]52", "an OSC 52"),
        (b"\x1bP", "a device control string"),
        (b"\x07", "a bell"),
        ("\u{9b}".as_bytes(), "a C1 control"),
        ("\u{202e}".as_bytes(), "a bidi override"),
        ("\u{2066}".as_bytes(), "a bidi isolate"),
    ];
    let has = |needle: &[u8]| output.windows(needle.len()).any(|part| part == needle);
    signs
        .into_iter()
        .find(|(bytes, _)| has(bytes))
        .map(|(_, what)| what)
}
