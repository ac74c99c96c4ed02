//! The places within a document that a link can name behind a `#`: headings, as GitHub and GitLab call
//! them, and anchors that somebody wrote.

use std::collections::HashMap;

use super::link::decoded;
use crate::document::markdown::MarkdownDocument;

/// Whether a document has the place that a link names. Where that is not a heading's name at all, such
/// as a line or words to look for, nothing is missing.
pub(crate) fn is_there(document: &MarkdownDocument, fragment: &str) -> bool {
    let fragment = decoded(fragment).to_lowercase();
    let fragment = fragment.strip_prefix("user-content-").unwrap_or(&fragment);
    let is_name = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_');
    let line = fragment.strip_prefix('l');
    let is_line = line.is_some_and(|line| line.starts_with(|c: char| c.is_ascii_digit()));
    if matches!(fragment, "" | "top") || is_line || !fragment.chars().all(is_name) {
        return true;
    }
    let wanted = even(fragment);
    let mut seen: HashMap<String, usize> = HashMap::new();
    let mut headings = document.headings().iter();
    let is_heading = headings.any(|heading| {
        let slug = slug(&heading.text);
        let count = seen.entry(slug.clone()).or_default();
        let name = match *count {
            0 => slug,
            count => format!("{slug}-{count}"),
        };
        *count += 1;
        // `#step-0041` is what people write for a step, and stepdeck reads.
        let name = even(&name);
        let rest = name.strip_prefix(&wanted);
        let is_step = wanted.starts_with("step-") && rest.is_some_and(|rest| rest.starts_with('-'));
        name == wanted || is_step
    });
    is_heading || is_written(document.bytes(), fragment)
}

/// The name of a heading: its words in small letters, joined with `-`, without other signs.
fn slug(heading: &str) -> String {
    let mut slug = String::with_capacity(heading.len());
    for c in heading.trim().chars() {
        match c {
            '-' | '_' => slug.push(c),
            c if c.is_whitespace() => slug.push('-'),
            c if c.is_alphanumeric() => slug.extend(c.to_lowercase()),
            _ => {}
        }
    }
    slug
}

/// With one `-` for several: hosts differ in that.
fn even(name: &str) -> String {
    let parts: Vec<&str> = name.split('-').filter(|part| !part.is_empty()).collect();
    parts.join("-")
}

/// Whether an anchor has been written: `<a id="x">`, `<a name='x'>` or `{#x}`.
fn is_written(bytes: &[u8], fragment: &str) -> bool {
    let text = String::from_utf8_lossy(bytes).to_lowercase();
    let at = |(place, _): (usize, &str)| {
        let before = &text[..place];
        let behind = &text[place + fragment.len()..];
        let opens = ["id=\"", "id='", "id=", "name=\"", "name='", "name=", "{#"];
        let is_end = |c: char| !c.is_alphanumeric() && !matches!(c, '-' | '_');
        opens.iter().any(|sign| before.ends_with(sign)) && behind.starts_with(is_end)
    };
    text.match_indices(fragment).any(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_and_anchors_are_found_as_hosts_name_them() {
        let document = MarkdownDocument::load(
            "# Readiness Checklists\n\n## Step 0041 — *Rack* `A_1` (west)!\n\n## Notes\n\n## Notes\n\n\
             ### Größe & Maß\n\n<a id=\"racks\"></a>\n\n## Odd {#own-name}\n"
                .as_bytes(),
        );
        for there in [
            "readiness-checklists",
            "Readiness-Checklists",
            "step-0041--rack-a_1-west",
            "step-0041-rack-a_1-west",
            "step-0041",
            "notes",
            "notes-1",
            "größe--maß",
            "gr%C3%B6%C3%9Fe--ma%C3%9F",
            "racks",
            "own-name",
            "user-content-notes",
            "top",
            "",
            "L12",
            "L12-L20",
            ":~:text=racks",
            "/page/3",
        ] {
            assert!(is_there(&document, there), "{there}");
        }
        for gone in [
            "checklists",
            "notes-2",
            "step-0042",
            "step-004",
            "rack",
            "own",
        ] {
            assert!(!is_there(&document, gone), "{gone}");
        }
    }
}
