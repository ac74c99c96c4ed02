//! Values in messages: quoted, cut to a bearable length.

use crate::plan::StepRef;
use crate::plan::field::Field;

/// How many characters of a value a message shows.
const LONGEST: usize = 60;

/// A value between quotation marks, on one line.
pub(super) fn quoted(text: &str) -> String {
    format!("“{}”", cut(&one_line(text)))
}

/// Two values between quotation marks. Where long ones begin alike, the beginning is left
/// out so that the difference is seen.
pub(super) fn contrasted(a: &str, b: &str) -> (String, String) {
    let (a, b) = (one_line(a), one_line(b));
    let alike = a.chars().zip(b.chars()).take_while(|(x, y)| x == y).count();
    if alike < LONGEST / 2 || a.chars().count().max(b.chars().count()) <= LONGEST {
        return (quoted(&a), quoted(&b));
    }
    let tail = |text: &str| {
        let rest: String = text.chars().skip(alike - LONGEST / 4).collect();
        format!("“…{}”", cut(&rest))
    };
    (tail(&a), tail(&b))
}

/// A step that is not complete, with how its status is written.
pub(super) fn with_status(step: StepRef<'_>) -> String {
    let id = step.id();
    match (step.status(), step.text(Field::Status).trim()) {
        (Some(status), _) => format!("{id} ({status})"),
        (None, "") => format!("{id} (without a status)"),
        (None, written) => format!("{id} ({})", quoted(written)),
    }
}

/// Step numbers from first to last: `0004`, `0004–0009`.
pub(crate) fn numbers(first: u32, last: u32) -> String {
    match first == last {
        true => format!("{first:04}"),
        false => format!("{first:04}–{last:04}"),
    }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_values_are_cut_where_they_differ() {
        let long = "x".repeat(80);
        assert_eq!(quoted(&long), format!("“{}…”", "x".repeat(60)));
        let (a, b) = contrasted(&format!("{long} old"), &format!("{long} new"));
        assert_eq!(a, format!("“…{} old”", "x".repeat(14)));
        assert!(b.ends_with("new”"));
        assert_eq!(contrasted("a", "b").0, "“a”");
        assert_eq!(numbers(4, 4), "0004");
    }
}
