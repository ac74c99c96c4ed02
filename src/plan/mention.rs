//! Where running text names a step, to the byte: what renumbering may rewrite.
//!
//! A mention is a form that readers of dependencies and checks know: `0041`, `Step 41`, `[[0041]]`.
//! A number within a file name, an address, a date, an amount or a telephone number names no step, and a
//! number that is rather a year is nothing to rewrite on a guess.

use std::collections::HashSet;
use std::ops::Range;

use super::dependency::Dependency;
use super::id::{StepId, USUAL_DIGITS, found_in};
use crate::document::markdown::MarkdownDocument;
use crate::document::splice::Span;

/// A step's ID in running text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Mention {
    /// The step, spelled as it is there.
    pub id: StepId,
    /// Where the ID is in the text; the word `Step` is not part of it.
    pub span: Range<usize>,
    /// Whether the text means this very step, so that another ID may take the place of this one.
    pub form: Form,
    /// Whether the word `Step` is right before it, as in the address of a heading.
    pub named: bool,
}

impl Mention {
    /// Whether it can be nothing but the ID of one step, whatever the text is about: `Step 3` may be
    /// one of a recipe, and `1200` a number.
    pub(crate) fn is_sure(&self) -> bool {
        let is_one = matches!(self.form, Form::Single | Form::Anchor);
        let is_long = self.id.digits() >= USUAL_DIGITS;
        is_one && is_long && (self.named || self.id.is_padded())
    }
}

/// How a step is mentioned.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Form {
    /// By its ID alone.
    Single,
    /// As the first or the last step of several.
    Range,
    /// By a number that is rather a year.
    Year,
    /// In the address of its heading: `#step-0041` and what sites add of its title.
    Anchor,
}

/// Every mention in running text, in order.
pub(crate) fn mentions(text: &str) -> Vec<Mention> {
    let found = found_in(text).into_iter().filter_map(|found| {
        let span = found.span;
        let form = match () {
            () if found.in_range => Form::Range,
            () if !is_alone(text, &span) => return None,
            () if !found.named && is_measure(text, &span) => return None,
            () if !found.named && is_year(found.id) => Form::Year,
            () => Form::Single,
        };
        Some(Mention {
            id: found.id,
            span,
            form,
            named: found.named,
        })
    });
    found.collect()
}

/// The mentions in addresses of headings and in the names that HTML gives to places, in order. What
/// leads to another site is none.
pub(crate) fn in_anchors(text: &str) -> Vec<Mention> {
    const NOUN: &str = "step-";
    let found = text.match_indices(NOUN).filter_map(|(at, _)| {
        let (before, number) = (&text[..at], &text[at + NOUN.len()..]);
        let begin = before.rfind(|c: char| c.is_whitespace() || "(<>[]\"'".contains(c));
        let is_anchor = match before.chars().next_back()? {
            '#' => !before[begin.unwrap_or(0)..].contains("://"),
            '"' | '\'' => before[..before.len() - 1].ends_with(['=']),
            _ => false,
        };
        let digits = number.find(|c: char| !c.is_ascii_digit());
        let digits = digits.unwrap_or(number.len());
        let is_whole = !number[digits..].starts_with(|c: char| c.is_alphanumeric());
        let span = at + NOUN.len()..at + NOUN.len() + digits;
        let id = text[span.clone()].parse().ok()?;
        let form = Form::Anchor;
        let named = true;
        (is_anchor && is_whole).then_some(Mention {
            id,
            span,
            form,
            named,
        })
    });
    found.collect()
}

/// The mentions in an entry of a list of dependencies, where a short number alone is a step.
pub(crate) fn in_dependency(text: &str) -> Vec<Mention> {
    let Dependency::Step(id) = Dependency::read(text.into()) else {
        return mentions(text);
    };
    // The first number that says so is the name; an address behind it only leads there.
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '.';
    let mut at = 0;
    while let Some(start) = text[at..].find(is_name).map(|start| at + start) {
        let len = text[start..]
            .find(|c| !is_name(c))
            .unwrap_or(text.len() - start);
        let word = text[start..start + len].trim_end_matches('.');
        let span = start..start + word.len();
        if word.parse::<StepId>() == Ok(id) && !is_in_path(text, &span) {
            return vec![Mention {
                id,
                span,
                form: Form::Single,
                named: true,
            }];
        }
        at = start + len;
    }
    Vec::new()
}

/// The mentions in a list that is separated by commas or semicolons, where a short number alone is a
/// step.
pub(crate) fn in_list(text: &str) -> Vec<Mention> {
    let mut at = 0;
    let found = text.split([',', ';']).flat_map(|entry| {
        let start = at;
        at += entry.len() + 1;
        in_dependency(entry)
            .into_iter()
            .map(move |mention| Mention {
                span: mention.span.start + start..mention.span.end + start,
                ..mention
            })
    });
    found.collect()
}

/// The mentions in a document, each with where its ID is in the source: in its running text, in the
/// addresses that links lead to, and in the names of places.
pub(crate) fn in_document(document: &MarkdownDocument) -> Vec<(Mention, Span)> {
    let mut found = Vec::new();
    for prose in document.prose() {
        for mention in mentions(&prose.text) {
            if let Some(source) = prose.source(mention.span.start, mention.span.end) {
                found.push((mention, source));
            }
        }
    }
    // Their attributes are no words of theirs.
    let headings = document.headings().iter().map(|heading| heading.span);
    for address in document.addresses().into_iter().chain(headings) {
        for mention in in_anchors(&document.source(address)) {
            let source = Span::from(mention.span.clone()).shifted(address.start);
            found.push((mention, source));
        }
    }
    found
}

/// The steps that a note surely names by the word `Step`, but for those in the value at `listed`, each
/// once in a line. A number alone may be that of another note.
pub(crate) fn in_note(
    document: &MarkdownDocument,
    listed: Span,
) -> impl Iterator<Item = (Mention, Span)> + use<> {
    let mut seen = HashSet::new();
    let mut found = in_document(document);
    found.retain(|(mention, span)| {
        let is_sure = mention.named && mention.is_sure() && !listed.contains(span.start);
        is_sure && seen.insert((document.line_of(span.start), mention.id))
    });
    found.into_iter()
}

/// Whether a number without the word `Step` is rather a year.
fn is_year(id: StepId) -> bool {
    (1900..2100).contains(&id.number()) && id.suffix().is_empty()
}

/// What people measure in, as it is written, and what says that a number is a time of day.
const UNITS: [&str; 33] = [
    "kg", "g", "t", "km", "m", "m²", "cm", "mm", "l", "ml", "h", "min", "s", "ms", "kB", "KB",
    "MB", "GB", "TB", "kW", "kWh", "W", "°C", "%", "EUR", "USD", "GBP", "CHF", "JPY", "UTC", "GMT",
    "CET", "CEST",
];

/// What people count. The title of a step may begin so, in a capital letter.
const COUNTED: [&str; 15] = [
    "euros",
    "dollars",
    "pounds",
    "seconds",
    "minutes",
    "hours",
    "days",
    "weeks",
    "months",
    "people",
    "users",
    "customers",
    "units",
    "pieces",
    "rows",
];

/// Whether a number without the word `Step` rather counts something, as in `1200 kg` and `EUR 1200`,
/// or is a part of a longer number, as in `0131 555 0130`.
fn is_measure(text: &str, span: &Range<usize>) -> bool {
    let (before, behind) = (&text[..span.start], &text[span.end..]);
    let before = before
        .strip_suffix(' ')
        .and_then(|text| text.rsplit(' ').next());
    let behind = behind
        .strip_prefix(' ')
        .and_then(|text| text.split(' ').next());
    let is_padded = text[span.clone()].starts_with('0');
    let signs = |c: char| c.is_ascii_punctuation() && c != '%';
    before.into_iter().chain(behind).any(|word| {
        let word = word.trim_matches(signs);
        let is_short = (1..4).contains(&word.len());
        is_short && word.bytes().all(|byte| byte.is_ascii_digit())
            || UNITS.contains(&word)
            || !is_padded && COUNTED.contains(&word)
    })
}

/// Whether what is around the ID leaves it a word of its own.
fn is_alone(text: &str, span: &Range<usize>) -> bool {
    let (before, behind) = (&text[..span.start], &text[span.end..]);
    // What the step was is no mention of it.
    if before.ends_with("(was ") {
        return false;
    }
    let is_amount = before.ends_with(['€', '£', '¥'])
        || behind.starts_with(['€', '£', '¥'])
        || is_group(before.bytes().rev())
        || is_group(behind.bytes());
    !is_amount && !is_in_path(text, span)
}

/// Whether a comma and one to three digits are next, as in `12,0410`.
fn is_group(mut bytes: impl Iterator<Item = u8>) -> bool {
    let comma = bytes.next() == Some(b',');
    let digits = bytes.take_while(u8::is_ascii_digit).take(4).count();
    comma && (1..4).contains(&digits)
}

/// Whether the ID is part of a longer name: of a file, an address, a date, a tag. Several IDs
/// between signs such as `/` are not.
fn is_in_path(text: &str, span: &Range<usize>) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || "._/\\-~%#?&=:@+$".contains(c);
    let start = text[..span.start].rfind(|c| !is_part(c));
    let start = start.map_or(0, |at| {
        at + text[at..].chars().next().map_or(1, char::len_utf8)
    });
    let end = text[span.end..].find(|c| !is_part(c));
    let end = end.map_or(text.len(), |len| span.end + len);
    let name = text[start..end].trim_end_matches(['.', ':', '?']);
    let is_id = |part: &str| part.parse::<StepId>().is_ok_and(|id| id.digits() >= 4);
    name != &text[span.clone()] && !name.split(['/', '&', '+']).all(is_id)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str, found: Vec<Mention>) -> Vec<String> {
        let form = |form| match form {
            Form::Single => "",
            Form::Range => "-",
            Form::Year => "?",
            Form::Anchor => "#",
        };
        let told = found.into_iter();
        told.map(|mention| {
            assert_eq!(text[mention.span.clone()].parse(), Ok(mention.id));
            format!("{}{}", &text[mention.span], form(mention.form))
        })
        .collect()
    }

    #[test]
    fn steps_are_found_where_text_means_them() {
        for (text, expected) in [
            ("See Step 41 and 0042.A.", &["41", "0042.A"][..]),
            ("blocks 1041, 1042: both", &["1041", "1042"]),
            (
                "(0041) “0042” [[0043]] *0044*",
                &["0041", "0042", "0043", "0044"],
            ),
            ("0041/0042; 0043", &["0041", "0042", "0043"]),
            ("Steps 0041–0043, 0044", &["0041-", "0043-", "0044"]),
            ("Steps 0001–0250", &["0001-", "0250-"]),
            (
                "0001..0250, 0041..0043",
                &["0001-", "0250-", "0041-", "0043-"],
            ),
            (
                "0001...0250; 0001-10000",
                &["0001-", "0250-", "0001-", "10000-"],
            ),
            ("Step 0041.. and 0042...", &["0041", "0042"]),
            ("[Step 0041](steps/0041.md)", &["0041"]),
            ("by 2026, Step 2026", &["2026?", "2026"]),
            ("0041,0042", &["0041", "0042"]),
            ("0041 0042 1043", &["0041", "0042", "1043"]),
            (
                "0041 users and 1041 Users see it, Step 1042 days",
                &["0041", "1041", "1042"],
            ),
        ] {
            assert_eq!(told(text, mentions(text)), expected, "{text}");
        }
    }

    #[test]
    fn numbers_in_other_names_are_no_steps() {
        for text in [
            "docs/0041.md",
            "docs/0041-plan.md and report_0041.csv",
            "https://example.org/0041?x=1041#1041",
            "#1041 of 2041-11-28",
            "v1.0041 $1041 1041€ 1041% 1041,5 12,1041",
            "ops@1041 a:1041",
            "renumbered (was 0041)",
            "call 0131 555 0130 or 0131 555 0131",
            "weigh 0130 kg, 1200 kg, and pay EUR 4500 for 1041 users",
            "call at 0900 UTC",
        ] {
            assert_eq!(told(text, mentions(text)), [] as [&str; 0], "{text}");
        }
    }

    #[test]
    fn an_entry_that_is_a_step_is_one_mention_however_it_is_written() {
        for (text, expected) in [
            ("41", &["41"][..]),
            ("Step 41", &["41"]),
            ("[x] 0041", &["0041"]),
            ("[[0041|schema]]", &["0041"]),
            ("[0041](steps/0041.md)", &["0041"]),
            ("[the schema](steps/0041-schema.md)", &[]),
            ("3041 budget, Step 3", &["3041", "3"]),
            ("[ ] Board agrees on 0041", &["0041"]),
        ] {
            assert_eq!(told(text, in_dependency(text)), expected, "{text}");
        }
    }
}
