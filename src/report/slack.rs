//! Markdown of ours as Slack reads it: one star for bold, no headings, no tables, links its way.

/// A paper for a chat.
pub(crate) fn slack(markdown: &str) -> String {
    let mut out = String::new();
    let mut blank = false;
    // Headings below which nothing has been said yet.
    let mut headings: Vec<(usize, String)> = Vec::new();
    for line in markdown.lines() {
        let line = line.trim_end();
        let is_rule = line.starts_with('|') && line.bytes().all(|b| b"|-: ".contains(&b));
        // A picture cannot be shown from a file.
        if is_rule || line.starts_with("![") {
            continue;
        }
        if line.is_empty() {
            blank = true;
            continue;
        }
        let hashes = line.bytes().take_while(|byte| *byte == b'#').count();
        if (1..=6).contains(&hashes) && line[hashes..].starts_with(' ') {
            headings.retain(|(level, _)| *level < hashes);
            headings.push((hashes, format!("*{}*", inline(line[hashes..].trim()))));
            blank = false;
            continue;
        }
        for (_, heading) in headings.drain(..) {
            let gap = if out.is_empty() { "" } else { "\n" };
            out += &format!("{gap}{heading}\n");
        }
        let is_item = line.trim_start().starts_with("- ");
        // Items stand together in a chat.
        let after_item = out
            .lines()
            .last()
            .is_some_and(|last| last.trim_start().starts_with('•'));
        if blank && !out.is_empty() && !(is_item && after_item) {
            out.push('\n');
        }
        blank = false;
        out.push_str(&row(line));
        out.push('\n');
    }
    out
}

fn row(line: &str) -> String {
    if let Some(cells) = line.strip_prefix('|') {
        let cells = cells.strip_suffix('|').unwrap_or(cells);
        let cells: Vec<String> = cells_of(cells).map(cell).collect();
        return cells.join(" · ");
    }
    let text = line.trim_start();
    let indent = &line[..line.len() - text.len()];
    match text.strip_prefix("- ") {
        Some(item) => format!("{indent}• {}", inline(item)),
        None => format!("{indent}{}", inline(text)),
    }
}

/// The cells of a row of ours: a pipe behind a backslash is a word's.
fn cells_of(row: &str) -> impl Iterator<Item = &str> {
    let mut escaped = false;
    row.split(move |c| {
        let parts = c == '|' && !escaped;
        escaped = c == '\\' && !escaped;
        parts
    })
}

/// A cell; an empty one keeps its place.
fn cell(text: &str) -> String {
    match text.trim() {
        "" => "–".to_owned(),
        text => inline(text),
    }
}

/// Bold, links and escapes. `&`, `<` and `>` have a meaning of their own there.
fn inline(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        if let Some(behind) = rest
            .strip_prefix('\\')
            .filter(|behind| behind.starts_with(|c: char| c.is_ascii_punctuation()))
        {
            let end = behind.chars().next().map_or(0, char::len_utf8);
            out += &safe(&behind[..end]);
            rest = &behind[end..];
        } else if let Some(behind) = rest.strip_prefix("**") {
            out.push('*');
            rest = behind;
        } else if let Some((words, target, behind)) = link(rest) {
            let is_address = target.contains("://");
            out += &match is_address {
                true => format!("<{}|{}>", safe(target), inline(words)),
                false => inline(words),
            };
            rest = behind;
        } else {
            let end = c.len_utf8();
            out += &safe(&rest[..end]);
            rest = &rest[end..];
        }
    }
    out
}

/// `[words](target)` at the beginning of a text, and what follows.
fn link(text: &str) -> Option<(&str, &str, &str)> {
    let (words, rest) = text.strip_prefix('[')?.split_once("](")?;
    let (target, rest) = rest.split_once(')')?;
    let is_one = !words.contains('[') || words.contains("\\[");
    is_one.then(|| (words, target.trim_matches(['<', '>']), rest))
}

fn safe(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_paper_reads_well_in_a_chat() {
        let markdown = "# Demo\n\n- **Date:** 2026-11-20\n\n## Completed\n\n- **0001** A \\*b\\* < c\n\n\
            - [Notes](https://x.org/a) and [file](</docs/a.md>)\n\n| a | b |\n| --- | ---: |\n| 1 | 2 |\n\n\
            ## Charts\n\n![x](y.svg)\n\n## Left\n\n| c | | d \\| e |\n";
        assert_eq!(
            slack(markdown),
            "*Demo*\n\n• *Date:* 2026-11-20\n\n*Completed*\n\n• *0001* A *b* &lt; c\n\
             • <https://x.org/a|Notes> and file\n\na · b\n1 · 2\n\n*Left*\n\nc · – · d | e\n"
        );
    }
}
