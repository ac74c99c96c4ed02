//! Three versions of one value made into one, where that is not a guess.

use std::borrow::Cow;

use super::list;
use crate::document::json;
use crate::plan::dependency::Dependency;
use crate::plan::field::Field;
use crate::plan::id::StepId;
use crate::plan::list_entry::in_log;

/// The value that honours what both sides did to `base`, or `None` where a person must pick.
///
/// `mine` and `theirs` may be absent. Lists merge as sets with removals honoured and the
/// order of `theirs` kept; what was appended to notes follows what `theirs` appended;
/// `updated_at` takes the later instant; nothing else is guessed.
pub fn value(
    key: &str,
    base: Option<&[u8]>,
    mine: Option<&[u8]>,
    theirs: Option<&[u8]>,
) -> Option<Option<Vec<u8>>> {
    let owned = |side: Option<&[u8]>| side.map(<[u8]>::to_vec);
    if theirs == base || theirs == mine {
        return Some(owned(mine));
    }
    if mine == base {
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
    let merged = array(key, base.as_deref()?, mine.as_deref()?, theirs.as_deref()?)?;
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
    let parts = |text: &str| {
        [" ", "\\n", "\\t"]
            .iter()
            .any(|sign| text.starts_with(sign))
    };
    let ends = |text: &str| [" ", "\\n", "\\t"].iter().any(|sign| text.ends_with(sign));
    // What goes on in the middle of a word is no sentence of its own.
    let is_whole = |added: &str| base.is_empty() || ends(&base) || parts(added);
    if !is_whole(more) || !is_whole(last) {
        return None;
    }
    let both = match () {
        () if more.starts_with(last) => first,
        () if last.starts_with(more) => then,
        () if parts(last) || ends(&first) => first + last,
        () => first + " " + last,
    };
    Some(format!("\"{both}\""))
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
    let words = json::words(item);
    match Dependency::read(Cow::Borrowed(&words)) {
        Dependency::Step(id) if key == Field::Dependencies.spec().key => {
            StepId::padded_to(id, 0).to_string().into()
        }
        _ => words,
    }
}

fn array(key: &str, base: &str, mine: &str, theirs: &str) -> Option<String> {
    for side in [base, mine, theirs] {
        json::items(side)?;
    }
    // What is not a list of a step has no files to compare.
    let field = match key {
        "dependencies" => Field::Dependencies,
        _ => Field::Inputs,
    };
    let sources = json::items(mine)?;
    let pieces = list::pieces(field, &in_log(theirs), Some(&in_log(base)), &in_log(mine));
    let new = |number: usize| sources[number].to_owned();
    Some(list::raw(Some(theirs), &pieces, new))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn merged(key: &str, base: &str, mine: &str, theirs: &str) -> Option<String> {
        value(
            key,
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
