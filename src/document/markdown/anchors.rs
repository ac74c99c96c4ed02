//! The places within a document that a link can name behind a `#`: headings, as GitHub and GitLab call
//! them, and anchors that somebody wrote.

use std::collections::{HashMap, HashSet};

use super::MarkdownDocument;

/// The names of a document's places, gathered once for all links to it.
#[derive(Debug)]
pub(super) struct Anchors(HashSet<String>);

impl MarkdownDocument {
    /// Whether the document has the place that a link names, without what is encoded. Where that is not
    /// a heading's name at all, such as a line or words to look for, nothing is missing.
    pub(crate) fn has_anchor(&self, name: &str) -> bool {
        let name = name.to_lowercase();
        let name = name.strip_prefix("user-content-").unwrap_or(&name);
        let line = name.strip_prefix('l');
        let is_line = line.is_some_and(|line| line.starts_with(|c: char| c.is_ascii_digit()));
        if matches!(name, "" | "top") || is_line || !name.chars().all(is_part) {
            return true;
        }
        let anchors = (self.shared.anchors).get_or_init(|| Anchors::of(self));
        anchors.0.contains(name) || anchors.0.contains(&even(name))
    }
}

impl Anchors {
    fn of(document: &MarkdownDocument) -> Self {
        let mut names: HashSet<String> = HashSet::new();
        let mut seen: HashMap<String, usize> = HashMap::new();
        for heading in document.headings() {
            let slug = slug(&heading.text);
            let count = seen.entry(slug.clone()).or_default();
            let name = match *count {
                0 => even(&slug),
                count => even(&format!("{slug}-{count}")),
            };
            *count += 1;
            // `#step-0041` is what people write for a step, and stepdeck reads.
            let step = name
                .strip_prefix("step-")
                .and_then(|rest| rest.split('-').next());
            names.extend(step.map(|number| format!("step-{number}")));
            names.insert(name);
        }
        let text = String::from_utf8_lossy(document.bytes()).to_lowercase();
        for sign in ["id=", "name=", "{#"] {
            for (at, _) in text.match_indices(sign) {
                let value = text[at + sign.len()..].trim_start_matches(['"', '\'']);
                let end = value.find(|c| !is_part(c)).unwrap_or(value.len());
                names.insert(value[..end].to_owned());
            }
        }
        Self(names)
    }
}

/// Whether a name of a place can have this in it.
fn is_part(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '-' | '_')
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
            assert!(document.has_anchor(there), "{there}");
        }
        for gone in [
            "checklists",
            "notes-2",
            "step-0042",
            "step-004",
            "rack",
            "own",
            "s",
        ] {
            assert!(!document.has_anchor(gone), "{gone}");
        }
    }
}
