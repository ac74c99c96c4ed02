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

/// The box that a line begins with, if it is one that the parser has left among the words.
pub(super) fn odd_box(line: &[u8]) -> Option<OddBox> {
    let line = line.split(|b| matches!(b, b'\n' | b'\r')).next()?;
    let text = line.utf8_chunks().next()?.valid();
    let (len, sign) = match text.chars().next()? {
        '[' => {
            let inner = &text[1..text.find(']')?];
            let mut signs = inner.trim().chars();
            let sign = signs.next();
            // A variation selector says how a sign is drawn.
            if signs.any(|c| c != '\u{fe0e}' && c != '\u{fe0f}') || inner.len() > 12 {
                return None;
            }
            (inner.len() + 2, sign)
        }
        sign @ ('☐' | '☑' | '☒') => (sign.len_utf8(), Some(sign)),
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
        ] {
            assert_eq!(done(line), None, "{line}");
        }
        assert_eq!(
            odd_box("[-]  a".as_bytes()).map(|f| (f.len, f.blanks)),
            Some((3, 2))
        );
    }
}
