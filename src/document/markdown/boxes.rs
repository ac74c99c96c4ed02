//! Boxes that people make by hand and Markdown takes for words.
//!
//! They are told from other things in brackets by what is in them and what follows: a link, a
//! citation such as `[1]` and an option such as `[-]v` stay words.

/// A box that Markdown does not know.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct OddBox {
    /// Its bytes.
    pub len: usize,
    /// The blanks behind it, which are not words.
    pub blanks: usize,
    /// Whether it is meant as a tick.
    pub done: bool,
}

/// Whether the source of a box, Markdown's or made by hand, says that it is ticked; nothing where it
/// is no box.
pub(crate) fn is_tick(source: &str) -> Option<bool> {
    let found = odd_box(format!("{source} x").as_bytes())?;
    (found.len == source.len()).then_some(found.done)
}

/// Whether the box that words begin with is ticked, and what stands behind it; nothing where they
/// begin with none.
pub(crate) fn box_before(words: &str) -> Option<(bool, &str)> {
    // Most words have none.
    words.chars().next().filter(|c| !c.is_alphanumeric())?;
    let found = odd_box(words.as_bytes())?;
    Some((found.done, &words[found.len + found.blanks..]))
}

/// What says how the sign before it is drawn.
const SELECTORS: [char; 2] = ['\u{fe0e}', '\u{fe0f}'];

/// Signs as GitHub and chats let one type them.
const SHORT: [(&str, char); 6] = [
    (":white_check_mark:", '✅'),
    (":heavy_check_mark:", '✔'),
    (":ballot_box_with_check:", '☑'),
    (":x:", '❌'),
    (":white_large_square:", '⬜'),
    (":white_medium_square:", '⬜'),
];

/// What stands for a box in this source when it says `done`: the counterpart of the sign where it
/// has one, else the box that Markdown knows.
pub(crate) fn turned(source: &str, done: bool) -> &'static str {
    match (source, done) {
        ("☐", true) => "☑",
        ("☑" | "☒", false) => "☐",
        (_, true) => "[x]",
        (_, false) => "[ ]",
    }
}

/// The box that a line begins with, if it is one that the parser has left among the words.
pub(super) fn odd_box(line: &[u8]) -> Option<OddBox> {
    let line = line.split(|b| matches!(b, b'\n' | b'\r')).next()?;
    let text = line.utf8_chunks().next()?.valid();
    let (len, sign) = match text.chars().next()? {
        '[' => {
            let inner = &text[1..text.find(']')?];
            let mut signs = inner.trim().chars();
            let sign = signs.next();
            if signs.any(|c| !SELECTORS.contains(&c)) || inner.len() > 12 {
                return None;
            }
            (inner.len() + 2, sign)
        }
        // As converters write a box that they took for words.
        '\\' => {
            let sign = text.chars().nth(2).filter(|sign| " xX".contains(*sign));
            let is_box = text.starts_with("\\[") && text.get(3..)?.starts_with("\\]");
            (5, Some(sign.filter(|_| is_box)?))
        }
        ':' => {
            let sign = SHORT.iter().find(|(name, _)| text.starts_with(name));
            let (name, sign) = sign?;
            (name.len(), Some(*sign))
        }
        sign @ ('☐' | '☑' | '☒' | '✅' | '✔' | '✓' | '❌' | '⬜') => {
            let behind = &text[sign.len_utf8()..];
            let plain = behind.trim_start_matches(SELECTORS);
            (text.len() - plain.len(), Some(sign))
        }
        _ => return None,
    };
    let done = match sign {
        Some('x' | 'X' | 'v' | 'V' | '✓' | '✔' | '☑' | '☒' | '√' | '✅' | '×') => true,
        Some(sign) if sign.is_alphanumeric() || matches!(sign, '[' | '^' | '\\' | '<' | '&') => {
            return None;
        }
        _ => false,
    };
    let behind = &text[len..];
    let is_link = behind.starts_with(['(', '[', ':']);
    let is_apart = behind.is_empty() || behind.starts_with([' ', '\t', '\u{a0}']);
    // Without a blank behind it only what could be nothing else is a box.
    let is_plain = matches!(sign, None | Some('x' | 'X' | '✓' | '✔')) && text.starts_with("[");
    let is_plain = is_plain && !text.starts_with("[]");
    if is_link || !(is_apart || is_plain) {
        return None;
    }
    let words = behind.trim_start_matches([' ', '\t']);
    (!words.trim().is_empty()).then_some(OddBox {
        len,
        blanks: behind.len() - words.len(),
        done,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn boxes_by_hand_are_told_from_other_brackets() {
        let done = |line: &str| odd_box(line.as_bytes()).map(|found| found.done);
        for line in [
            "[x]no blank",
            "[✓] by hand",
            "[v] a",
            "[ x ] a",
            "[✔\u{fe0f}] a",
            "☑ a",
            "✅ a",
            "✓ a",
            "✔\u{fe0f} a",
            ":white_check_mark: a",
            "\\[x\\] a",
            "\\[X\\]\ta",
        ] {
            assert_eq!(done(line), Some(true), "{line}");
        }
        for line in [
            "[-] dropped",
            "[/] half",
            "[~] a",
            "[>] a",
            "[] a",
            "[ ]a",
            "[  ] a",
            "☐ a",
            "❌ a",
            "⬜\u{fe0f} a",
            ":x: a",
            "\\[ \\] a",
        ] {
            assert_eq!(done(line), Some(false), "{line}");
        }
        for line in [
            "[x](a.md) b",
            "[x][1] b",
            "[x]: b",
            "[1] Knuth",
            "[a] first",
            "[^1] note",
            "[-]verbose",
            "[[x]] b",
            "[xy] b",
            "[x",
            "[-]",
            "[]",
            "plain",
            "",
            "[\\-] b",
            "\\[x] a",
            "\\[1\\] a",
            "\\[x\\](a.md) a",
            "\\[x\\]a",
            "\\[é\\] a",
            "\\[x",
            "\\",
            "✅",
            "✅done",
            ":tada: a",
        ] {
            assert_eq!(done(line), None, "{line}");
        }
        let ticks = ["[x]", "[X]", "☑", "[ ]", "☐", "a", ""].map(is_tick);
        let [on, off] = [true, false].map(Some);
        assert_eq!(ticks, [on, on, on, off, off, None, None]);
        assert_eq!(
            odd_box("[-]  a".as_bytes()).map(|f| (f.len, f.blanks)),
            Some((3, 2))
        );
    }
}
