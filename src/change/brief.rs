//! Values cut to what people read in passing: from where they differ on, and not all of it.

/// How many characters of a value are shown.
const MOST: usize = 120;
/// How many of those before the difference are.
const BEFORE: usize = 20;

/// The beginning of a text that is long.
pub(crate) fn brief(text: &str) -> String {
    cut(text, 0)
}

/// Two versions of a text: of long ones what is around the first difference.
pub(crate) fn brief_pair(before: &str, after: &str) -> (String, String) {
    let is_long = |text: &str| text.chars().nth(MOST).is_some();
    if !is_long(before) && !is_long(after) {
        return (before.to_owned(), after.to_owned());
    }
    let same = before.chars().zip(after.chars());
    let same: Vec<char> = same
        .take_while(|(old, new)| old == new)
        .map(|(old, _)| old)
        .collect();
    let from = match same.len().checked_sub(2 * BEFORE) {
        None => 0,
        Some(least) => {
            // At a word, if one begins near.
            let near = &same[least..same.len() - BEFORE];
            let blank = near.iter().rposition(|c| *c == ' ');
            least + blank.map_or(near.len(), |at| at + 1)
        }
    };
    (cut(before, from), cut(after, from))
}

fn cut(text: &str, from: usize) -> String {
    let mut rest = text.chars().skip(from);
    let shown: String = rest.by_ref().take(MOST).collect();
    let before = if from > 0 { "…" } else { "" };
    let behind = if rest.next().is_some() { "…" } else { "" };
    format!("{before}{shown}{behind}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_value_is_shown_where_it_differs() {
        let short = ("draft".to_owned(), "complete".to_owned());
        assert_eq!(brief_pair("draft", "complete"), short);
        let text = "word ".repeat(60);
        let (before, after) = brief_pair(&text, &format!("{text}and more"));
        assert_eq!(before, "…word word word word ");
        assert_eq!(after, "…word word word word and more");
        let (before, after) = brief_pair("", &text);
        assert_eq!((before.as_str(), after.chars().count()), ("", MOST + 1));
        assert!(after.starts_with("word") && after.ends_with('…'));
        let wide = "ä".repeat(300);
        let (before, after) = brief_pair(&wide, &wide.replacen('ä', "b", 1));
        assert_eq!((before.chars().count(), after.chars().count()), (121, 121));
        assert_eq!(brief(&wide).chars().count(), MOST + 1);
    }
}
