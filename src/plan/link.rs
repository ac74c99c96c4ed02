//! Paths in links: what a link leads to, seen from the root of the plan, and how a path is
//! written as a link.
//!
//! A log names files from the root. A link in a document starts at the document's own folder,
//! has `%20` for a blank, and may name a place within the file behind a `#`.

use std::path::Path;

use crate::document::markdown::escaped;

/// Whether `link` begins with a scheme such as `https:`.
pub fn is_address(link: &str) -> bool {
    let Some((scheme, rest)) = link.split_once(':') else {
        return link.starts_with("//");
    };
    let named = scheme
        .bytes()
        .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-'));
    // `Makefile:12` names a line.
    named && scheme.len() > 1 && !rest.bytes().all(|b| b.is_ascii_digit())
}

/// What leads to a file of the plan, whose name may look like an address.
pub(crate) fn to_file(path: &Path) -> String {
    match path.is_absolute() {
        true => path.display().to_string(),
        false => format!("./{}", path.display()),
    }
}

/// Whether words are surely a path: folders, or a name with an ending.
pub fn is_path(text: &str) -> bool {
    let (file, _) = split_fragment(text);
    let (folders, name) = file.rsplit_once('/').unwrap_or(("", file));
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
    let ended = ending.starts_with(|c: char| c.is_ascii_alphabetic())
        && ending.bytes().all(|b| b.is_ascii_alphanumeric());
    !is_address(text) && (ended || !folders.is_empty() && !folders.contains(' '))
}

/// What a file name without any folder ends with to be taken for a path.
const FILE_ENDINGS: [&str; 16] = [
    "md", "txt", "csv", "json", "jsonl", "yaml", "yml", "toml", "pdf", "html", "svg", "png",
    "xlsx", "docx", "pptx", "ipynb",
];

/// Whether a path ends like a file of a kind that plans link to.
pub(crate) fn names_file(path: &str) -> bool {
    let (file, _) = split_fragment(path);
    let name = file.rsplit_once('/').map_or(file, |(_, name)| name);
    name.rsplit_once('.').is_some_and(|(stem, ending)| {
        let is_it = |known: &&str| known.eq_ignore_ascii_case(ending);
        !stem.is_empty() && FILE_ENDINGS.iter().any(is_it)
    })
}

/// What a link in `document` leads to, as a path from the root; nothing where it is an address,
/// or leads out of the plan.
pub fn from_root(link: &str, document: &Path) -> Option<String> {
    if link.is_empty() || is_address(link) {
        return None;
    }
    let (path, fragment) = link.split_at(link.find('#').unwrap_or(link.len()));
    let path = decoded(path);
    let folder = document
        .parent()
        .map(Path::to_string_lossy)
        .unwrap_or_default();
    let joined = match path.strip_prefix('/') {
        Some(path) => normal("", path),
        None if path.is_empty() => Some(document.to_string_lossy().into_owned()),
        None => normal(&folder, &path),
    };
    Some(joined? + fragment)
}

/// A link with its `%20` and the like read as the characters that they stand for.
pub fn decoded(link: &str) -> String {
    let bytes = link.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let pair = link.get(at + 1..at + 3).filter(|_| bytes[at] == b'%');
        match pair.and_then(|pair| u8::from_str_radix(pair, 16).ok()) {
            Some(byte) => {
                out.push(byte);
                at += 3;
            }
            None => {
                out.push(bytes[at]);
                at += 1;
            }
        }
    }
    String::from_utf8(out).unwrap_or_else(|_| link.to_owned())
}

/// The path without `.` and `..`, or nothing where it leads out of the root. A slash at the end
/// stays.
fn normal(folder: &str, path: &str) -> Option<String> {
    let mut parts: Vec<&str> = Vec::new();
    for part in folder.split('/').chain(path.split('/')) {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()?),
            part => parts.push(part),
        }
    }
    let end = if path.ends_with('/') && !parts.is_empty() {
        "/"
    } else {
        ""
    };
    Some(parts.join("/") + end)
}

/// Splits `docs/a.md#results` before the `#`. In `a#b.md` it belongs to the name.
fn split_fragment(path: &str) -> (&str, &str) {
    let Some(at) = path.rfind('#') else {
        return (path, "");
    };
    let (file, fragment) = path.split_at(at);
    let name = file.rsplit('/').next().unwrap_or_default();
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.');
    let is_place = fragment[1..].chars().all(plain)
        && (name.is_empty() || name.contains('.') || !fragment.contains('.'));
    match is_place {
        true => (file, fragment),
        false => (path, ""),
    }
}

/// The file that a path from the root means, whatever place within it is named; nothing for
/// addresses and for what leads out of the plan.
pub fn file_of(path: &str) -> Option<String> {
    let (file, _) = split_fragment(path.trim());
    let file = normal("", file)?;
    let file = file.strip_suffix('/').unwrap_or(&file);
    (!file.is_empty() && !is_address(path)).then(|| file.to_owned())
}

/// Markdown for a link to an address, or to a path from the root, from any document: it begins
/// with a slash, as the usual forges read it.
pub fn written(link: &str) -> String {
    if is_address(link) {
        return format!("<{link}>");
    }
    let path = link
        .strip_prefix("./")
        .unwrap_or(link)
        .trim_start_matches('/');
    format!("[{}](</{}>)", words(path), encoded(path))
}

/// Markdown for a link in `document` to a path from the root, which starts at the document's
/// folder.
pub fn written_beside(path: &str, document: &Path) -> String {
    titled(path, Path::new(path), document)
}

/// The same under other words.
pub(crate) fn titled(title: &str, path: &Path, document: &Path) -> String {
    let path = path.to_string_lossy();
    let folder = document
        .parent()
        .map(Path::to_string_lossy)
        .unwrap_or_default();
    let mut from: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    let mut to: Vec<&str> = path.trim_start_matches('/').split('/').collect();
    let shared = from
        .iter()
        .zip(&to[..to.len() - 1])
        .take_while(|(a, b)| a == b);
    let shared = shared.count();
    from.drain(..shared);
    to.drain(..shared);
    let target = encoded(&("../".repeat(from.len()) + &to.join("/")));
    let plain = |c: char| c.is_alphanumeric() || "-_./%#~+=@,;:!$&'*".contains(c);
    match target.chars().all(plain) {
        true => format!("[{}]({target})", words(title)),
        false => format!("[{}](<{target}>)", words(title)),
    }
}

/// A path as it is in a link, so that every sign of a name is read as one.
fn encoded(path: &str) -> String {
    let (file, fragment) = split_fragment(path);
    let mut out = String::with_capacity(path.len());
    for c in file.chars() {
        match c {
            '%' | '#' | '?' | '<' | '>' | '\\' | '&' | '`' => {
                out += &format!("%{:02X}", u32::from(c))
            }
            c => out.push(c),
        }
    }
    out + fragment
}

/// The words of a link: no sign in them ends it, or reaches beyond it.
pub(crate) fn words(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in escaped(text).chars() {
        let signs = out.bytes().rev().take_while(|b| *b == b'\\').count();
        if matches!(c, '[' | ']' | '`' | '<') && signs % 2 == 0 {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::markdown::MarkdownDocument;
    use proptest::prelude::*;

    #[test]
    fn a_link_starts_at_the_folder_of_its_document() {
        let read = |link: &str| from_root(link, Path::new("docs/plan/c.md"));
        let is = |path: &str| Some(path.to_owned());
        assert_eq!(read("specs/a.md"), is("docs/plan/specs/a.md"));
        assert_eq!(read("../a%20b.md#top"), is("docs/a b.md#top"));
        assert_eq!(read("/a.md"), is("a.md"));
        assert_eq!(read("#top"), is("docs/plan/c.md#top"));
        assert_eq!(read("a%23b.md"), is("docs/plan/a#b.md"));
        for none in [
            "https://x.org/a.md",
            "mailto:a@b.c",
            "../../../a.md",
            "",
            "//x/y",
        ] {
            assert_eq!(read(none), None, "{none}");
        }
    }

    #[test]
    fn escapes_in_a_link_are_read() {
        assert_eq!(decoded("a%20b%"), "a b%");
        assert_eq!(decoded("%e4"), "%e4");
        assert_eq!(decoded("%ä"), "%ä");
    }

    #[test]
    fn a_fragment_is_no_part_of_the_file() {
        assert_eq!(file_of("./docs/a.md#top"), file_of("/docs/a.md"));
        assert_eq!(file_of("a#b.md").as_deref(), Some("a#b.md"));
        assert_eq!(file_of("https://x.org"), None);
    }

    #[test]
    fn names_with_signs_are_written_as_links() {
        assert_eq!(
            written("docs/my [x] 1.md"),
            "[docs/my \\[x\\] 1.md](</docs/my [x] 1.md>)"
        );
        assert_eq!(
            written_beside("docs/a/b.md", Path::new("docs/c/d.md")),
            "[docs/a/b.md](../a/b.md)"
        );
        assert_eq!(
            titled("B [x]", Path::new("docs/b](.md"), Path::new("docs/c/d.md")),
            "[B \\[x\\]](<../b](.md>)"
        );
    }

    proptest! {
        #[test]
        fn a_path_is_read_back_as_it_was_written(
            path in "[a-z#%?&<>\\[\\]()*_ ,;!.]{0,6}[a-z]/[a-z#%?&<>\\[\\]()*_`~ ,]{0,8}[a-z](\\.md)?",
        ) {
            prop_assume!(file_of(&path).is_some_and(|file| file.len() == split_fragment(&path).0.len()));
            let document = Path::new("docs/c.md");
            for link in [written(&path), written_beside(&path, document)] {
                let of = MarkdownDocument::load(format!("- {link} (x)\n").into_bytes());
                prop_assert_eq!(of.links().len(), 1, "{}", link);
                let read = from_root(&of.links()[0].url, document);
                prop_assert_eq!(read.as_deref(), Some(&*path), "{}", link);
            }
        }
    }
}
