//! Three versions of one value made into one, where that is not a guess.

use std::borrow::Cow;

use super::list;
use crate::document::json;
use crate::document::same_value::is_same;
use crate::plan::dependency::Dependency;
use crate::plan::field::Field;
use crate::plan::id::StepId;
use crate::plan::list_entry::{in_log, items_in_log};

/// The value that honours what both sides did to `base`, or `None` where a person must pick.
///
/// `mine` and `theirs` may be absent. Lists merge as sets with removals honoured and the
/// order of `theirs` kept; what was appended to notes follows what `theirs` appended;
/// `updated_at` takes the later instant; nothing else is guessed. What a list of one entry gains
/// comes behind `separator`.
pub fn value(
    (key, separator): (&str, &str),
    base: Option<&[u8]>,
    mine: Option<&[u8]>,
    theirs: Option<&[u8]>,
) -> Option<Option<Vec<u8>>> {
    let owned = |side: Option<&[u8]>| side.map(<[u8]>::to_vec);
    // Another spelling of a value is no other value.
    let same = |one: Option<&[u8]>, other: Option<&[u8]>| match (one, other) {
        (Some(one), Some(other)) => is_same(one, other),
        _ => one == other,
    };
    if same(theirs, base) || same(theirs, mine) {
        return Some(owned(mine));
    }
    if same(mine, base) {
        return Some(owned(theirs));
    }
    let text = |side: Option<&[u8]>| side.map(String::from_utf8_lossy).map(|t| t.into_owned());
    let (base, mine, theirs) = (text(base), text(mine), text(theirs));
    if key == "updated_at" {
        return Some(later(mine, theirs).map(String::into_bytes));
    }
    if key == "step_id" {
        return Some(respelled(mine?, theirs?)?.into_bytes().into());
    }
    if key == Field::Notes.spec().key {
        let both = appended(base.as_deref(), mine.as_deref()?, theirs.as_deref()?)?;
        return Some(Some(both.into_bytes()));
    }
    let lists = [base.as_deref()?, mine.as_deref()?, theirs.as_deref()?];
    let merged = array(key, separator, lists)?;
    Some(Some(merged.into_bytes()))
}

/// A text to which each side appended something, with what `first` did before what `then` did;
/// nothing where one of them did anything else to it. Raw JSON in, raw JSON out.
fn appended(base: Option<&str>, then: &str, first: &str) -> Option<String> {
    let text = |raw: &str| Some(raw.strip_prefix('"')?.strip_suffix('"')?.to_owned());
    let base = match base {
        None | Some("null") => String::new(),
        Some(raw) => text(raw)?,
    };
    let (first, then) = (text(first)?, text(then)?);
    let (more, last) = (first.strip_prefix(&base)?, then.strip_prefix(&base)?);
    // What goes on in the middle of a word is no sentence of its own.
    let is_whole = |added: &str| base.is_empty() || ends_in_gap(&base) || begins_in_gap(added);
    if !is_whole(more) || !is_whole(last) {
        return None;
    }
    Some(format!("\"{base}{}\"", joined(more, last)))
}

/// What parts sentences, in running text and in JSON.
const GAPS: [&str; 5] = [" ", "\n", "\t", "\\n", "\\t"];

fn begins_in_gap(text: &str) -> bool {
    GAPS.iter().any(|gap| text.starts_with(gap))
}

fn ends_in_gap(text: &str) -> bool {
    GAPS.iter().any(|gap| text.ends_with(gap))
}

/// What two sides put behind the same words, what `first` did before what `then` did. What one side
/// begins with, and the other one has in the same order, is there once: it came to both from a third
/// version.
pub(super) fn joined(first: &str, then: &str) -> String {
    if first.starts_with(then) {
        return first.to_owned();
    }
    if then.starts_with(first) {
        return then.to_owned();
    }
    let (one, other) = (pieces(first), pieces(then));
    let (of_then, of_first) = (known(&other, &one), known(&one, &other));
    let (text, more) = match of_then >= of_first {
        true => (first, other[of_then..].concat()),
        false => (then, one[of_first..].concat()),
    };
    let gap = match more.is_empty() || begins_in_gap(&more) || ends_in_gap(text) {
        true => "",
        false => " ",
    };
    [text, gap, &more].concat()
}

/// The sentences and links of a text, each with the gap before it.
fn pieces(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut start = 0;
    for (at, _) in text.char_indices().skip(1) {
        let (before, rest) = text.split_at(at);
        let is_sentence = rest.starts_with(' ') && before.ends_with(['.', '!', '?']);
        let is_line = (rest.starts_with('\n') || rest.starts_with("\\n")) && !ends_in_gap(before);
        if is_sentence || is_line || rest.starts_with(" — <") {
            found.push(&text[start..at]);
            start = at;
        }
    }
    found.push(&text[start..]);
    found
}

/// With how many of its pieces a text begins that the other one has in this order.
fn known(pieces: &[&str], in_other: &[&str]) -> usize {
    let words = |piece: &str| {
        let mut words = piece;
        while let Some(rest) = GAPS.iter().find_map(|gap| words.strip_prefix(gap)) {
            words = rest;
        }
        words.trim_end().to_owned()
    };
    let mut rest = in_other.iter();
    let is_there = |piece: &&&str| rest.any(|other| words(other) == words(piece));
    pieces.iter().take_while(is_there).count()
}

fn later(a: Option<String>, b: Option<String>) -> Option<String> {
    let instant = |raw: &Option<String>| {
        let words = json::words(raw.as_deref()?).into_owned();
        chrono::DateTime::parse_from_rfc3339(&words).ok()
    };
    if instant(&a) >= instant(&b) { a } else { b }
}

/// One of two spellings of a step's ID, the same whichever side is called mine.
fn respelled(mine: String, theirs: String) -> Option<String> {
    let same = StepId::of_raw(&mine)? == StepId::of_raw(&theirs)?;
    same.then(|| mine.min(theirs))
}

/// What two items of a list have in common if they say the same: their words, or the step that a
/// dependency names, however it is spelled.
pub(super) fn item_words<'a>(key: &str, item: &'a str) -> Cow<'a, str> {
    let words = json::name(item);
    match Dependency::read(Cow::Borrowed(&words)) {
        Dependency::Step(id) if key == Field::Dependencies.spec().key => {
            StepId::padded_to(id, 0).to_string().into()
        }
        _ => words,
    }
}

fn array(key: &str, separator: &str, [base, mine, theirs]: [&str; 3]) -> Option<String> {
    for side in [base, mine, theirs] {
        json::items(side)?;
    }
    // What is not a list of a step has no files to compare.
    let field = match key {
        "dependencies" => Field::Dependencies,
        _ => Field::Inputs,
    };
    let sources: Vec<&str> = items_in_log(mine)?.collect();
    let pieces = list::pieces(field, &in_log(theirs), Some(&in_log(base)), &in_log(mine));
    let new = |number: usize| sources[number].to_owned();
    Some(list::raw(Some(theirs), &pieces, separator, new))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn merged(key: &str, base: &str, mine: &str, theirs: &str) -> Option<String> {
        value(
            (key, ", "),
            Some(base.as_bytes()),
            Some(mine.as_bytes()),
            Some(theirs.as_bytes()),
        )?
        .map(|bytes| String::from_utf8(bytes).unwrap())
    }

    #[test]
    fn lists_keep_additions_of_both_sides_and_removals_of_either() {
        let result = merged(
            "dependencies",
            r#"["a","b"]"#,
            r#"["b","mine"]"#,
            r#"["a","b","theirs"]"#,
        );
        assert_eq!(result.as_deref(), Some(r#"["b","theirs","mine"]"#));
    }

    #[test]
    fn an_entry_comes_in_as_the_line_spaces_its_own() {
        let list = |entry: &str| format!("[\"{entry}\"]").into_bytes();
        let (mine, theirs) = (list("a"), list("b"));
        let key = ("inputs", ",");
        let merged = value(key, Some(b"[]"), Some(&mine), Some(&theirs)).flatten();
        assert_eq!(merged.as_deref(), Some(&br#"["b","a"]"#[..]));
    }

    #[test]
    fn what_both_sides_appended_to_notes_is_kept_in_order() {
        let both = |base: &str, mine: &str, theirs: &str| {
            let [base, mine, theirs] = [base, mine, theirs].map(json::quote);
            let raw = merged("notes", &base, &mine, &theirs)?;
            Some(json::words(&raw).into_owned())
        };
        let told = both("Ask.", "Ask. Mine \"x\".", "Ask.\nTheirs.");
        assert_eq!(told.as_deref(), Some("Ask.\nTheirs. Mine \"x\"."));
        assert_eq!(
            both("", "Mine.", "Theirs.").as_deref(),
            Some("Theirs. Mine.")
        );
        // What came to both from a third version is there once.
        let there = "Ask. Paid. Theirs. Done.";
        let told = both("Ask.", "Ask. Paid. Done. Mine.", there);
        assert_eq!(told, Some(format!("{there} Mine.")));
        let told = both("", "Done.\nMine.\nToo.", "Done.\nTheirs.");
        assert_eq!(told.as_deref(), Some("Done.\nTheirs.\nMine.\nToo."));
        let longer = both("Ask.", "Ask. Done.", "Ask. Done. Paid.");
        assert_eq!(longer.as_deref(), Some("Ask. Done. Paid."));
        assert_eq!(both("Ask", "Asked", "Ask them"), None);
        assert_eq!(both("Ask.", "Asked. Mine.", "Ask. Theirs."), None);
        assert_eq!(merged("outcome", "\"a\"", "\"a b\"", "\"a c\""), None);
    }

    #[test]
    fn the_later_instant_wins_and_words_are_never_guessed() {
        let early = r#""2026-01-01T00:00:00Z""#;
        let mine = r#""2026-01-01T11:00:00Z""#;
        let theirs = r#""2026-01-01T12:00:00+02:00""#;
        assert_eq!(
            merged("updated_at", early, mine, theirs).as_deref(),
            Some(mine)
        );
        assert_eq!(merged("title", r#""a""#, r#""b""#, r#""c""#), None);
        assert_eq!(
            merged("title", r#""a""#, r#""b""#, r#""a""#).as_deref(),
            Some(r#""b""#)
        );
    }
}
