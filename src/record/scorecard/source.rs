//! The value in what a source says: a file that somebody else writes, or what a program printed.
//!
//! Text says it in its last line, a table in the last cell of its last row or in the column that is
//! named behind a `#`, JSON at the keys that are named there. Pure.

use crate::document::json::{self, Object};
use crate::plan::figure::figure;

/// Signs that part the cells of a table, the surest first.
const SEPARATORS: [char; 3] = ['\t', ';', ','];

/// The value in a text, which is that of a file or of a program's output. `part` names a column or
/// keys of JSON with points between.
///
/// # Errors
/// Why there is none, as a clause.
pub(crate) fn value_in(text: &str, part: Option<&str>) -> Result<String, String> {
    let text = text.trim_start_matches('\u{feff}');
    if text.trim_start().starts_with(['{', '[']) {
        return match part {
            Some(part) => in_json(text, part),
            None => Err("is JSON: name the value behind a #, as in file.json#a.b".to_owned()),
        };
    }
    let lines = || text.lines().filter(|line| !line.trim().is_empty());
    let Some(last) = lines().next_back() else {
        return Err("is empty".to_owned());
    };
    if let Some(part) = part {
        return in_column(lines().next().unwrap_or_default(), last, part);
    }
    let words = last.trim();
    if figure(words).is_some() && !is_row(lines().next().unwrap_or_default(), words) {
        return Ok(words.to_owned());
    }
    // A label, or the cells of a row, before it.
    let behind = [':', '='].into_iter().chain(SEPARATORS);
    let mut parts = behind.filter_map(|sign| Some(words.rsplit_once(sign)?.1.trim()));
    let found = parts.find(|part| figure(unquoted(part)).is_some());
    found
        .map(|found| unquoted(found).to_owned())
        .ok_or_else(|| format!("has no number in its last line, “{}”", shortened(words)))
}

/// Whether a line has as many cells as the header above it.
fn is_row(header: &str, line: &str) -> bool {
    let count = |text: &str, sign: char| text.matches(sign).count();
    header.trim() != line
        && figure(header).is_none()
        && SEPARATORS
            .into_iter()
            .any(|sign| count(header, sign) > 0 && count(header, sign) == count(line, sign))
}

fn in_column(header: &str, last: &str, part: &str) -> Result<String, String> {
    let sign = SEPARATORS.into_iter().find(|sign| header.contains(*sign));
    let cells = |line: &str| -> Vec<String> {
        let Some(sign) = sign else {
            return vec![line.trim().to_owned()];
        };
        let mut cells = vec![String::new()];
        let mut quoted = false;
        for c in line.trim_end().chars() {
            match c {
                '"' => quoted = !quoted,
                c if c == sign && !quoted => cells.push(String::new()),
                c => cells
                    .iter_mut()
                    .next_back()
                    .into_iter()
                    .for_each(|cell| cell.push(c)),
            }
        }
        cells.iter().map(|cell| cell.trim().to_owned()).collect()
    };
    let wanted = part.trim();
    let at = cells(header)
        .iter()
        .position(|cell| cell.eq_ignore_ascii_case(wanted));
    let Some(at) = at else {
        return Err(format!("has no column “{wanted}”"));
    };
    let cell = cells(last).get(at).cloned().unwrap_or_default();
    match cell.is_empty() {
        true => Err(format!("has nothing in the last row of “{wanted}”")),
        false => Ok(cell),
    }
}

fn in_json(text: &str, part: &str) -> Result<String, String> {
    let missing = || format!("has no “{part}”");
    let mut at = text.trim();
    for key in part.split('.') {
        let object = Object::parse(at).map_err(|_| missing())?;
        at = object.get(key).ok_or_else(missing)?;
    }
    match at.trim_start().starts_with(['{', '[']) {
        true => Err(format!("has no number at “{part}”")),
        false => Ok(json::words(at).trim().to_owned()),
    }
}

fn unquoted(text: &str) -> &str {
    text.trim_matches('"').trim()
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(40) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_found_where_people_and_programs_put_it() {
        let found = |text: &str, part: Option<&str>| {
            value_in(text, part).unwrap_or_else(|e| format!("! {e}"))
        };
        for (text, part, expected) in [
            ("99.7 %\n\n", None, "99.7 %"),
            ("old 5\nuptime: 99.7 %\n", None, "99.7 %"),
            ("week,rate\n46,0.41\n47,0.43\n", None, "0.43"),
            ("week,rate\n47,41 %\n", None, "41 %"),
            ("all of it\n47,5 %\n", None, "47,5 %"),
            ("week,rate,note\n47,0.43,up\n", Some("Rate"), "0.43"),
            ("week;rate\r\n47;\"1,5\"\r\n", Some("rate"), "1,5"),
            ("a,b\n\"1,200\",3\n", Some("a"), "1,200"),
            ("{\"a\": {\"b\": 3.5}}", Some("a.b"), "3.5"),
            ("{\"a\": \"41 %\"}\n", Some("a"), "41 %"),
            ("", None, "! is empty"),
            (
                "nothing\n",
                None,
                "! has no number in its last line, “nothing”",
            ),
            ("a,b\n1,2\n", Some("c"), "! has no column “c”"),
            (
                "a,b\n1,\n",
                Some("b"),
                "! has nothing in the last row of “b”",
            ),
            ("{\"a\": []}", Some("a"), "! has no number at “a”"),
            ("{\"a\": 1}", Some("b"), "! has no “b”"),
            ("{", Some("b"), "! has no “b”"),
            (
                "[1]",
                None,
                "! is JSON: name the value behind a #, as in file.json#a.b",
            ),
        ] {
            assert_eq!(found(text, part), expected, "{text}");
        }
    }
}
