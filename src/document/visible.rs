//! Makes text from files safe to show, and measures it in terminal columns.
//!
//! Owns the one answer to "may this character reach a terminal?": every string that a
//! person or another program wrote passes [`visible`] or [`visible_line`] before it is
//! drawn or printed. It never changes what is stored, and it never deletes: a character
//! that would act on the terminal, reorder text or hide is written out as `\x1b` or
//! `\u{202e}`, in ASCII, so that the reader sees that it is there.
//!
//! Widths are sums over grapheme clusters, because that is how ratatui fills its cells;
//! the width of a whole string can differ (ligatures), and borders would then drift.

use std::borrow::Cow;
use std::fmt::Write as _;

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// What a tab becomes in [`visible`]: text has no tab stops once it is in a pane.
const TAB: &str = "    ";

const ZERO_WIDTH_NON_JOINER: char = '\u{200c}';
const ZERO_WIDTH_JOINER: char = '\u{200d}';

/// `text` with everything dangerous or invisible written out, newlines kept.
///
/// A tab becomes four spaces and `\r\n` becomes `\n`; a lone carriage return is written
/// out. Borrows when there is nothing to do, which for plain ASCII costs one scan.
pub(crate) fn visible(text: &str) -> Cow<'_, str> {
    sanitise(text, Newline::Keep)
}

/// Like [`visible`], for one row: each line break and each tab becomes one space.
pub(crate) fn visible_line(text: &str) -> Cow<'_, str> {
    sanitise(text, Newline::Space)
}

#[derive(Clone, Copy, PartialEq)]
enum Newline {
    Keep,
    Space,
}

fn sanitise(text: &str, newline: Newline) -> Cow<'_, str> {
    let plain =
        |byte: u8| (b' '..=b'~').contains(&byte) || (byte == b'\n' && newline == Newline::Keep);
    // Without a branch for each byte, many are looked at together.
    if text.bytes().fold(true, |all, byte| all & plain(byte)) {
        return Cow::Borrowed(text);
    }
    let start = text.bytes().position(|byte| !plain(byte)).unwrap_or(0);
    let mut out = String::new();
    let mut changed = false;
    let mut previous = text[..start].chars().next_back();
    let mut chars = text[start..].char_indices().peekable();
    while let Some((offset, c)) = chars.next() {
        let next = chars.peek().map(|&(_, next)| next);
        let shown = shown_as(c, previous, next, newline);
        if !changed && !matches!(shown, Shown::AsIs) {
            changed = true;
            out.reserve(text.len() + 16);
            out.push_str(&text[..start + offset]);
        }
        previous = Some(match shown {
            Shown::AsIs => {
                if changed {
                    out.push(c);
                }
                c
            }
            Shown::Text(replacement) => {
                out.push_str(replacement);
                replacement.chars().next_back().or(previous).unwrap_or(' ')
            }
            Shown::Escape => {
                write_escape(&mut out, c);
                '}'
            }
        });
    }
    if changed {
        Cow::Owned(out)
    } else {
        Cow::Borrowed(text)
    }
}

/// What one character becomes.
enum Shown {
    AsIs,
    Text(&'static str),
    Escape,
}

fn shown_as(c: char, previous: Option<char>, next: Option<char>, newline: Newline) -> Shown {
    match c {
        c if is_simple(c) => Shown::AsIs,
        '\n' if newline == Newline::Keep => Shown::AsIs,
        '\n' => Shown::Text(" "),
        '\r' if next == Some('\n') => Shown::Text(""),
        '\t' if newline == Newline::Keep => Shown::Text(TAB),
        '\t' => Shown::Text(" "),
        _ if c.is_control() => Shown::Escape,
        ZERO_WIDTH_JOINER | ZERO_WIDTH_NON_JOINER => as_is_if(joins(previous, next)),
        _ if is_variation_selector(c) => as_is_if(selects(c, previous)),
        _ if is_hidden(c) => Shown::Escape,
        // A combining mark without a base would attach itself to the pane's border.
        _ => as_is_if(
            !is_mark(c) || previous.is_some_and(|c| carries_marks(c) || is_variation_selector(c)),
        ),
    }
}

fn as_is_if(keep: bool) -> Shown {
    if keep { Shown::AsIs } else { Shown::Escape }
}

/// A joiner does visible work only between two characters of a script that joins, or of
/// an emoji sequence; anywhere else it is a way to make equal looking texts differ.
fn joins(previous: Option<char>, next: Option<char>) -> bool {
    let works = |c: char| {
        !(c.is_ascii() || c.is_whitespace() || c.is_control() || is_joiner(c) || is_hidden(c))
    };
    let starts = |c: char| works(c) && !is_variation_selector(c) && !is_mark(c);
    previous.is_some_and(works) && next.is_some_and(starts)
}

/// A variation selector is meant for the character before it: digits and signs for
/// keycaps and emoji, ideographs for their historical forms. A second one hides data.
fn selects(selector: char, previous: Option<char>) -> bool {
    previous.is_some_and(|base| match selector {
        '\u{fe0e}' | '\u{fe0f}' => {
            base.is_ascii_digit()
                || base == '#'
                || base == '*'
                || (!base.is_ascii() && carries_marks(base))
        }
        _ => !base.is_ascii() && base.width() == Some(2) && carries_marks(base),
    })
}

fn carries_marks(base: char) -> bool {
    !base.is_control() && !is_joiner(base) && !is_variation_selector(base) && !is_hidden(base)
}

fn is_mark(c: char) -> bool {
    c.width() == Some(0) && !is_sound_mark(c)
}

fn is_joiner(c: char) -> bool {
    matches!(c, ZERO_WIDTH_JOINER | ZERO_WIDTH_NON_JOINER)
}

fn is_variation_selector(c: char) -> bool {
    matches!(c, '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}')
}

/// Whether a character could act on a terminal, reorder text or hide.
pub fn is_unsafe(c: char) -> bool {
    c.is_control() || is_hidden(c)
}

/// Format characters that show nothing themselves: bidi controls, zero-width spaces,
/// separators that terminals treat as line breaks, fillers, tags, and the BOM.
fn is_hidden(c: char) -> bool {
    matches!(c,
        '\u{ad}'                        // soft hyphen: no two terminals agree
        | '\u{34f}' | '\u{61c}'
        | '\u{115f}' | '\u{1160}'       // Hangul fillers
        | '\u{17b4}' | '\u{17b5}'
        | '\u{180b}'..='\u{180f}'
        | '\u{200b}' | '\u{200e}' | '\u{200f}'
        | '\u{2028}'..='\u{202e}'       // line separators, embeddings, overrides
        | '\u{2060}'..='\u{206f}'       // word joiner, isolates, deprecated controls
        | '\u{3164}' | '\u{ffa0}'
        | '\u{feff}'
        | '\u{fff0}'..='\u{fffb}'
        | '\u{13430}'..='\u{1343f}'
        | '\u{1bca0}'..='\u{1bca3}'
        | '\u{1d173}'..='\u{1d17a}'
        | '\u{e0000}'..='\u{e00ff}'     // language tags
        | '\u{e01f0}'..='\u{e0fff}')
}

fn write_escape(out: &mut String, c: char) {
    let code = u32::from(c);
    let written = match c {
        '\r' => out.write_str("\\r"),
        _ if c.is_ascii() => write!(out, "\\x{code:02x}"),
        _ => write!(out, "\\u{{{code:x}}}"),
    };
    debug_assert!(written.is_ok(), "a String takes every write");
}

/// Columns that `text` takes in a terminal. Meant for sanitised text without newlines.
pub fn width(text: &str) -> usize {
    match simple_letters(text) {
        Some(letters) => letters,
        None => text.graphemes(true).map(grapheme_width).sum(),
    }
}

/// How many letters the text has, where each surely is a cluster and a column of its own: most
/// text is like that, and the tables of Unicode need not be asked.
pub(crate) fn simple_letters(text: &str) -> Option<usize> {
    match text.is_ascii() {
        true => Some(text.len()),
        false => text.chars().all(is_simple).then(|| text.chars().count()),
    }
}

/// Printable ASCII, Latin-1, quotation marks and dashes, and the lines of frames.
fn is_simple(c: char) -> bool {
    matches!(c,
        ' '..='~'
        | '\u{b7}' | '\u{c0}'..='\u{ff}'
        | '\u{2010}'..='\u{2027}'
        | '\u{2500}'..='\u{257f}')
}

/// Halfwidth sound marks take a cell of their own in terminals, and in ratatui, although
/// Unicode counts them to the cluster before them.
fn grapheme_width(grapheme: &str) -> usize {
    grapheme.width() + grapheme.chars().filter(|&c| is_sound_mark(c)).count()
}

fn is_sound_mark(c: char) -> bool {
    matches!(c, '\u{ff9e}' | '\u{ff9f}')
}

/// `text` cut to at most `columns`, ending in `ellipsis` if something had to go.
///
/// Cuts between graphemes, so the result can be a column short before a wide one. Where
/// not even the ellipsis fits, the text is cut without it.
pub(crate) fn fit<'a>(text: &'a str, columns: usize, ellipsis: &str) -> Cow<'a, str> {
    if text.len() <= columns && text.is_ascii() || prefix(text, columns) == text.len() {
        return Cow::Borrowed(text);
    }
    match columns.checked_sub(width(ellipsis)) {
        Some(room) => Cow::Owned(format!("{}{ellipsis}", &text[..prefix(text, room)])),
        None => Cow::Borrowed(&text[..prefix(text, columns)]),
    }
}

/// `text` followed by spaces up to `columns`; longer text is left as it is.
pub(crate) fn pad(text: &str, columns: usize) -> Cow<'_, str> {
    match columns.saturating_sub(width(text)) {
        0 => Cow::Borrowed(text),
        missing => Cow::Owned(format!("{text}{:missing$}", "")),
    }
}

/// `text` in rows of at most `columns`, broken at white space and newlines.
///
/// Words longer than a row are split between graphemes. White space at a break is dropped,
/// indentation at the start of a line is kept where a word fits after it, and an empty line stays
/// an empty row. `columns` below one counts as one; a single grapheme wider than `columns` is alone
/// in its row.
pub(crate) fn wrap(text: &str, columns: usize) -> Vec<&str> {
    let columns = columns.max(1);
    let mut rows = Vec::new();
    for line in text.split('\n') {
        wrap_line(line, columns, &mut rows);
    }
    rows
}

fn wrap_line<'a>(line: &'a str, columns: usize, rows: &mut Vec<&'a str>) {
    let mut row = 0..0;
    let mut used = 0;
    for (start, word) in words(line) {
        let gap = width(&line[row.end..start]);
        let long = width(word);
        if used + gap + long <= columns {
            row.end = start + word.len();
            used += gap + long;
            continue;
        }
        if !row.is_empty() {
            rows.push(&line[row.clone()]);
        }
        // Only the last piece of a long word can share its row with the next word.
        let end = start + word.len();
        let mut rest = start;
        loop {
            let mut piece = row_prefix(&line[rest..end], columns);
            if rest + piece == end {
                break;
            }
            // A path rather breaks behind a folder's name.
            if let Some(slash) = line[rest..rest + piece].rfind('/')
                && width(&line[rest..=rest + slash]) * 2 > columns
            {
                piece = slash + 1;
            }
            // No row begins with the signs that end a word.
            if is_end(&line[rest + piece..end]) {
                let last = line[rest..rest + piece].grapheme_indices(true).next_back();
                piece = last
                    .map_or(0, |(at, _)| at)
                    .max(row_prefix(&line[rest..end], 1));
            }
            rows.push(&line[rest..rest + piece]);
            rest += piece;
        }
        row = rest..end;
        used = width(&line[row.clone()]);
    }
    rows.push(&line[row]);
}

/// Whether these are the signs that end a word.
fn is_end(rest: &str) -> bool {
    rest.chars()
        .all(|c| matches!(c, ',' | '.' | ';' | ':' | ')' | '”' | '…'))
}

/// The runs of `line` without white space, with their byte offsets. A no-break space
/// does not end a word.
fn words(line: &str) -> impl Iterator<Item = (usize, &str)> {
    let breaks = |c: char| c.is_whitespace() && c != '\u{a0}' && c != '\u{202f}';
    let mut offset = 0;
    line.split_inclusive(breaks)
        .map(move |piece| {
            let start = offset;
            offset += piece.len();
            (start, piece.trim_end_matches(breaks))
        })
        .filter(|(_, word)| !word.is_empty())
}

/// Length in bytes of the longest run of leading graphemes within `columns`.
fn prefix(text: &str, columns: usize) -> usize {
    if simple_letters(text).is_some() {
        let end = text.char_indices().nth(columns);
        return end.map_or(text.len(), |(offset, _)| offset);
    }
    let mut used = 0;
    for (offset, grapheme) in text.grapheme_indices(true) {
        used += grapheme_width(grapheme);
        if used > columns {
            return offset;
        }
    }
    text.len()
}

/// Like [`prefix`], but never empty, so that wrapping always gets on.
fn row_prefix(text: &str, columns: usize) -> usize {
    match prefix(text, columns) {
        0 => text.graphemes(true).next().map_or(0, str::len),
        bytes => bytes,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn harmless_text_is_borrowed() {
        for text in [
            "",
            "Gate check",
            "p95 ≤ 200 ms",
            "设计评审",
            "naïve",
            "two\nlines",
            "한국어",
        ] {
            assert!(
                matches!(visible(text), Cow::Borrowed(same) if same == text),
                "{text:?}"
            );
        }
        assert!(matches!(visible_line("ready → done"), Cow::Borrowed(_)));
    }

    #[test]
    fn what_acts_on_a_terminal_is_written_out() {
        for (text, shown) in [
            ("\u{1b}[31mred", "\\x1b[31mred"),
            ("\u{1b}]52;c;aGk=\u{7}", "\\x1b]52;c;aGk=\\x07"),
            ("a\u{9b}2J", "a\\u{9b}2J"),
            ("nul\0 del\u{7f}", "nul\\x00 del\\x7f"),
            ("abc\u{202e}txt.exe", "abc\\u{202e}txt.exe"),
            (
                "\u{2066}x\u{2069}\u{200f}\u{61c}",
                "\\u{2066}x\\u{2069}\\u{200f}\\u{61c}",
            ),
            ("ad\u{200b}min", "ad\\u{200b}min"),
            ("\u{feff}bom", "\\u{feff}bom"),
            ("a\u{2028}b\u{2029}", "a\\u{2028}b\\u{2029}"),
            ("tag\u{e0041}", "tag\\u{e0041}"),
            ("over\rwrite", "over\\rwrite"),
            ("\u{301}alone", "\\u{301}alone"),
            ("a\u{200d}b", "a\\u{200d}b"),
            ("x\u{fe0f}", "x\\u{fe0f}"),
        ] {
            assert_eq!(visible(text), shown);
            assert_eq!(visible_line(text), shown);
        }
    }

    #[test]
    fn line_breaks_and_tabs_follow_the_shape_of_the_place() {
        assert_eq!(visible("a\r\nb\tc"), "a\nb    c");
        assert_eq!(visible_line("a\r\nb\tc\nd"), "a b c d");
    }

    #[test]
    fn sequences_that_belong_together_survive() {
        for text in [
            "👩\u{200d}🚀",
            "❤\u{fe0f}\u{200d}🔥",
            "1\u{fe0f}\u{20e3}",
            "क\u{94d}\u{200d}ष",
            "e\u{301}",
        ] {
            assert_eq!(visible(text), text);
        }
        assert_eq!(width("👩\u{200d}🚀"), 2);
    }

    #[test]
    fn fit_cuts_between_graphemes() {
        assert_eq!(fit("Load test", 20, "…"), "Load test");
        assert_eq!(fit("Load test", 6, "…"), "Load …");
        assert_eq!(fit("设计评审", 6, "…"), "设计…");
        assert_eq!(fit("设计评审", 8, "…"), "设计评审");
        assert_eq!(fit("abc", 0, "…"), "");
        assert_eq!(fit("abcdef", 2, "..."), "ab");
        assert_eq!(fit("👩\u{200d}🚀👩\u{200d}🚀", 3, "~"), "👩\u{200d}🚀~");
    }

    #[test]
    fn pad_fills_columns_not_bytes() {
        assert_eq!(pad("设计", 6), "设计  ");
        assert_eq!(pad("longer", 3), "longer");
    }

    #[test]
    fn wrap_breaks_at_spaces_and_splits_long_words() {
        assert_eq!(wrap("the plan is long", 8), ["the plan", "is long"]);
        assert_eq!(wrap("abcdefghij k", 4), ["abcd", "efgh", "ij k"]);
        assert_eq!(
            wrap("see docs/plans/plan.md", 12),
            ["see", "docs/plans/", "plan.md"]
        );
        assert_eq!(wrap("a/bcdefgh", 5), ["a/bcd", "efgh"]);
        assert_eq!(wrap("abcdefgh, k", 8), ["abcdefg", "h, k"]);
        assert_eq!(wrap("a,", 1), ["a", ","]);
        assert_eq!(wrap("  - item\n\nnext", 10), ["  - item", "", "next"]);
        assert_eq!(wrap("设计评审", 5), ["设计", "评审"]);
        assert_eq!(wrap("设计", 1), ["设", "计"]);
        assert_eq!(wrap("", 5), [""]);
        assert_eq!(wrap("   ", 2), [""]);
        assert_eq!(wrap("word", 0), ["w", "o", "r", "d"]);
    }

    /// Text made mostly of what goes wrong.
    fn nasty() -> impl Strategy<Value = String> {
        let pieces = prop_oneof![
            Just("a"),
            Just("bc"),
            Just(" "),
            Just("\n"),
            Just("\r"),
            Just("\t"),
            Just("\u{1b}"),
            Just("\u{9b}"),
            Just("\u{202e}"),
            Just("\u{200d}"),
            Just("\u{200c}"),
            Just("\u{fe0f}"),
            Just("\u{fe00}"),
            Just("\u{e0100}"),
            Just("\u{301}"),
            Just("👩"),
            Just("🚀"),
            Just("设"),
            Just("\u{ff9e}"),
            Just("\u{e0041}"),
            Just("क"),
            Just("\u{94d}"),
            Just("\u{ad}"),
            Just("1"),
        ]
        .prop_map(str::to_owned);
        prop::collection::vec(
            prop_oneof![9 => pieces, 1 => any::<char>().prop_map(String::from)],
            0..40,
        )
        .prop_map(|parts| parts.concat())
    }

    #[test]
    fn a_simple_letter_is_safe_and_takes_a_column_of_its_own_beside_any_other() {
        let letters: String = ('\0'..char::MAX).filter(|c| is_simple(*c)).collect();
        assert_eq!(visible(&letters), letters);
        assert_eq!(letters.graphemes(true).count(), letters.chars().count());
        assert!(
            letters
                .graphemes(true)
                .all(|letter| grapheme_width(letter) == 1)
        );
        let count = letters.chars().count();
        assert_eq!(width(&letters), count);
        let back: String = letters.chars().rev().collect();
        assert_eq!(back.graphemes(true).count(), count);
    }

    proptest! {
        #[test]
        fn nothing_dangerous_remains(text in nasty()) {
            let shown = visible(&text);
            prop_assert!(!shown.chars().any(|c| (c.is_control() && c != '\n') || is_hidden(c)));
            prop_assert_eq!(visible(&shown), shown.as_ref(), "showing twice changes nothing");
            let line = visible_line(&text);
            prop_assert!(!line.chars().any(|c| c.is_control() || is_hidden(c)));
        }

        #[test]
        fn fit_and_pad_keep_to_their_columns(text in nasty(), columns in 0usize..12) {
            let shown = visible_line(&text);
            let cut = fit(&shown, columns, "…");
            prop_assert!(width(&cut) <= columns);
            prop_assert_eq!(width(&pad(&cut, columns)), columns);
        }

        #[test]
        fn wrap_keeps_to_its_columns_and_loses_no_word(text in nasty(), columns in 1usize..12) {
            let shown = visible(&text);
            let rows = wrap(&shown, columns);
            for row in &rows {
                let single = row.graphemes(true).count() == 1;
                prop_assert!(width(row) <= columns || single, "{row:?}");
            }
            let letters = |text: &str| text.split_whitespace().collect::<String>();
            prop_assert_eq!(letters(&rows.concat()), letters(&shown));
        }
    }
}
