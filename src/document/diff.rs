//! Two versions of a file as a unified diff, byte for byte: what `git apply` and `patch -p1`
//! turn into the second version.
//!
//! A line is what ends with a line feed, whatever is before it: carriage returns and bytes that are
//! not text pass through untouched.

use std::path::Path;

use similar::{Algorithm, DiffOp, DiffTag, capture_diff_slices, group_diff_ops};

/// How many lines around a change are shown.
const CONTEXT: usize = 3;

/// What a line of a diff is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// The name of a file.
    Header,
    /// Where a hunk is.
    Hunk,
    /// A line of both versions.
    Context,
    /// A line of the first version only.
    Removed,
    /// A line of the second version only.
    Added,
    /// That the line above has no line feed.
    NoNewline,
}

/// A line of a diff.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DiffLine {
    /// What it is.
    pub kind: Kind,
    /// All of it, its sign and its line feed included.
    pub bytes: Vec<u8>,
}

/// The diff from `old` to `new` of the file at `path`, which is relative to the folder that
/// the diff is to be applied in. Without a difference there is no line.
pub fn unified(path: &Path, old: &[u8], new: &[u8]) -> Vec<DiffLine> {
    let mut diff = Vec::new();
    if old == new {
        return diff;
    }
    let (before, after): (Vec<&[u8]>, Vec<&[u8]>) = (lines(old), lines(new));
    for (sign, folder) in [("---", "a/"), ("+++", "b/")] {
        let bytes = format!("{sign} {}\n", name(folder, path)).into_bytes();
        let kind = Kind::Header;
        diff.push(DiffLine { kind, bytes });
    }
    let ops = capture_diff_slices(Algorithm::Myers, &before, &after);
    for hunk in group_diff_ops(ops, CONTEXT) {
        add_hunk(&mut diff, &hunk, &before, &after);
    }
    diff
}

fn lines(bytes: &[u8]) -> Vec<&[u8]> {
    bytes.split_inclusive(|byte| *byte == b'\n').collect()
}

fn add_hunk(diff: &mut Vec<DiffLine>, hunk: &[DiffOp], before: &[&[u8]], after: &[&[u8]]) {
    let (Some(first), Some(last)) = (hunk.first(), hunk.last()) else {
        return;
    };
    let (old, new) = (
        first.old_range().start..last.old_range().end,
        first.new_range().start..last.new_range().end,
    );
    let bytes = format!("@@ -{} +{} @@\n", place(&old), place(&new)).into_bytes();
    diff.push(DiffLine {
        kind: Kind::Hunk,
        bytes,
    });
    for op in hunk {
        let (tag, old, new) = op.as_tag_tuple();
        if tag == DiffTag::Equal {
            add_lines(diff, Kind::Context, b' ', &before[old]);
            continue;
        }
        add_lines(diff, Kind::Removed, b'-', &before[old]);
        add_lines(diff, Kind::Added, b'+', &after[new]);
    }
}

fn add_lines(diff: &mut Vec<DiffLine>, kind: Kind, sign: u8, lines: &[&[u8]]) {
    for line in lines {
        let mut bytes = vec![sign];
        bytes.extend_from_slice(line);
        let ended = line.ends_with(b"\n");
        if !ended {
            bytes.push(b'\n');
        }
        diff.push(DiffLine { kind, bytes });
        if !ended {
            diff.push(DiffLine {
                kind: Kind::NoNewline,
                bytes: b"\\ No newline at end of file\n".to_vec(),
            });
        }
    }
}

/// First line and count of a stretch; an empty one comes after the line that is named.
fn place(lines: &std::ops::Range<usize>) -> String {
    match lines.len() {
        0 => format!("{},0", lines.start),
        1 => (lines.start + 1).to_string(),
        count => format!("{},{count}", lines.start + 1),
    }
}

/// A path as git writes it: quoted where a reader could mistake it.
fn name(folder: &str, path: &Path) -> String {
    let path = path.to_string_lossy();
    let path = path.trim_start_matches('/');
    let strange = |c: char| c.is_control() || c == '"' || c == '\\';
    if !path.contains(strange) {
        // `patch` takes what comes after a space for a date, unless a tab ends the name.
        let end = if path.contains(' ') { "\t" } else { "" };
        return format!("{folder}{path}{end}");
    }
    let mut quoted = format!("\"{folder}");
    for c in path.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            c if c.is_control() => {
                let mut bytes = [0; 4];
                for byte in c.encode_utf8(&mut bytes).bytes() {
                    quoted.push_str(&format!("\\{byte:03o}"));
                }
            }
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn text(old: &[u8], new: &[u8]) -> String {
        let lines = unified(Path::new("docs/a b.md"), old, new);
        let bytes: Vec<u8> = lines.into_iter().flat_map(|line| line.bytes).collect();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    #[test]
    fn a_diff_reads_as_that_of_git() {
        assert_eq!(
            text(b"a\r\nb\nc\nd\ne\nf", b"a\r\nB\r\nc\nd\ne\nf\n"),
            "--- a/docs/a b.md\t\n+++ b/docs/a b.md\t\n@@ -1,6 +1,6 @@\n a\r\n-b\n+B\r\n c\n d\n \
             e\n-f\n\\ No newline at end of file\n+f\n"
        );
        assert_eq!(
            text(b"", b"a\n"),
            "--- a/docs/a b.md\t\n+++ b/docs/a b.md\t\n@@ -0,0 +1 @@\n+a\n"
        );
        assert_eq!(text(b"a\n", b"a\n"), "");
        assert_eq!(
            name("a/", Path::new("x\t\"é\u{85}.md")),
            "\"a/x\\011\\\"é\\302\\205.md\""
        );
    }

    /// What a reader of diffs makes of `old`.
    fn applied(old: &[u8], diff: &[DiffLine]) -> Vec<u8> {
        let old = lines(old);
        let (mut at, mut new) = (0, Vec::new());
        for line in diff {
            match line.kind {
                Kind::Header => {}
                Kind::Hunk => {
                    let text = String::from_utf8(line.bytes.clone()).unwrap();
                    let place = text[4..].split(' ').next().unwrap().to_owned();
                    let (start, count) = place.split_once(',').unwrap_or((&place, "1"));
                    let start: usize = start.parse().unwrap();
                    let until = if count == "0" { start } else { start - 1 };
                    new.extend(old[at..until].concat());
                    at = until;
                }
                Kind::Context | Kind::Removed => {
                    assert!(line.bytes[1..].starts_with(old[at]));
                    at += 1;
                    if line.kind == Kind::Context {
                        new.extend_from_slice(&line.bytes[1..]);
                    }
                }
                Kind::Added => new.extend_from_slice(&line.bytes[1..]),
                // Of the last line of either version; a removed one has left nothing to cut.
                Kind::NoNewline => {}
            }
        }
        new.extend(old[at..].concat());
        let cut = diff.len().checked_sub(2).map(|at| &diff[at..]);
        if let Some([line, end]) = cut
            && end.kind == Kind::NoNewline
            && matches!(line.kind, Kind::Added | Kind::Context)
        {
            new.pop();
        }
        new
    }

    proptest! {
        #[test]
        fn applied_to_the_first_version_it_gives_the_second(
            old in prop::collection::vec(prop::sample::select(b"ab\r\n\n\n\xff".to_vec()), 0..60),
            new in prop::collection::vec(prop::sample::select(b"ab\r\n\n\n\xff".to_vec()), 0..60),
        ) {
            let diff = unified(Path::new("x"), &old, &new);
            prop_assert_eq!(applied(&old, &diff), new);
        }
    }
}
