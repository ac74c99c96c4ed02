//! Which links of a plan are followed: addresses of the web and of mail, and files of the
//! repository where somebody said where these can be read.

use crate::plan::link;

/// The schemes that a reader may be led to.
const SCHEMES: [&str; 3] = ["http", "https", "mailto"];

/// Words with the place that they lead to, if anywhere.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Linked<'a> {
    /// What is read.
    pub words: &'a str,
    /// Where it leads.
    pub target: Option<String>,
}

/// A base address for files of the repository: with one slash at its end, if it is one at all.
pub fn base(text: &str) -> Option<String> {
    address(text).map(|text| format!("{}/", text.trim_end_matches('/')))
}

/// An address of the web, if it is one.
pub fn address(text: &str) -> Option<String> {
    let text = text.trim();
    let is_web = ["https://", "http://"]
        .iter()
        .any(|scheme| text.len() > scheme.len() && text.starts_with(scheme));
    (is_web && is_one_word(text)).then(|| text.to_owned())
}

/// An entry of a list or the text of a link: an address, a path from the root, `[words](address)`
/// or plain words.
pub fn linked<'a>(text: &'a str, source: Option<&str>) -> Linked<'a> {
    let text = text.trim();
    let (words, address) = in_markdown(text).unwrap_or((text, text));
    Linked {
        words,
        target: target(address, source),
    }
}

/// Where an address or a path from the root leads; nothing where it is not followed.
pub fn target(address: &str, source: Option<&str>) -> Option<String> {
    let address = address.trim();
    if !is_one_word(address) && link::is_address(address) {
        return None;
    }
    if let Some((scheme, rest)) = address.split_once(':')
        && link::is_address(address)
    {
        let is_allowed = SCHEMES
            .iter()
            .any(|known| scheme.eq_ignore_ascii_case(known));
        let is_whole = scheme.eq_ignore_ascii_case("mailto") || rest.starts_with("//");
        return (is_allowed && is_whole && rest.len() > 2).then(|| address.to_owned());
    }
    let base = source?;
    if !link::is_path(address) {
        return None;
    }
    let (file, fragment) = address.split_at(address.find('#').unwrap_or(address.len()));
    let file = link::file_of(file)?;
    Some(format!("{base}{}{fragment}", encoded(&file)))
}

/// `[words](address)`, taken apart.
fn in_markdown(text: &str) -> Option<(&str, &str)> {
    let inner = text.strip_prefix('[')?.strip_suffix(')')?;
    let (words, address) = inner.rsplit_once("](")?;
    let address = address.strip_prefix('<').map_or(address, |address| {
        address.strip_suffix('>').unwrap_or(address)
    });
    (!words.is_empty() && !address.is_empty()).then_some((words, address))
}

fn is_one_word(text: &str) -> bool {
    !text.chars().any(|c| c.is_whitespace() || c.is_control())
}

/// A path as an address has it.
fn encoded(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'/' | b'.' | b'-' | b'_' | b'~' => {
                out.push(char::from(byte));
            }
            byte => out += &format!("%{byte:02X}"),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_web_mail_and_files_of_the_repository_are_followed() {
        let source = Some("https://code.example.org/tree/main/");
        let follow = |text: &str| linked(text, source).target;
        for plain in [
            "javascript:alert(1)",
            "JaVaScRiPt:alert(1)",
            "java\nscript:alert(1)",
            "data:text/html,<script>",
            "vbscript:x",
            "file:///etc/passwd",
            "//elsewhere.example.org/x",
            "../../etc/passwd",
            "https:",
            "https:evil",
            "https://a b",
            "[x](javascript:alert(1))",
            "only words",
            "blob:https://example.org/1",
        ] {
            assert_eq!(follow(plain), None, "{plain}");
        }
        let leads = |text: &str, to: &str| assert_eq!(follow(text).as_deref(), Some(to), "{text}");
        leads("https://example.org/a?b=1#c", "https://example.org/a?b=1#c");
        leads("HTTP://example.org", "HTTP://example.org");
        leads("mailto:ada@example.org", "mailto:ada@example.org");
        leads(
            "docs/a b\"<.md#top",
            "https://code.example.org/tree/main/docs/a%20b%22%3C.md#top",
        );
        leads(
            "[Charter](docs/charter.md)",
            "https://code.example.org/tree/main/docs/charter.md",
        );
        assert_eq!(linked("docs/a.md", None).target, None);
        assert_eq!(linked("[Charter](docs/c.md)", None).words, "Charter");
    }

    #[test]
    fn a_base_is_an_address_of_the_web() {
        assert_eq!(base("https://x.org/a").as_deref(), Some("https://x.org/a/"));
        assert_eq!(base("https://x.org//").as_deref(), Some("https://x.org/"));
        for wrong in [
            "javascript:alert(1)",
            "x.org",
            "https://",
            "ftp://x",
            "https://a b",
        ] {
            assert_eq!(base(wrong), None, "{wrong}");
        }
    }
}
