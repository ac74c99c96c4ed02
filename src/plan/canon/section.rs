//! Step sections: a heading `Step 0057 — Title` with labelled bullets below it.

use std::borrow::Cow;
use std::path::Path;

use super::meant;
use crate::document::log::is_conflict_marker;
use crate::document::markdown::{Entry, Label, MarkdownDocument, may_say};
use crate::document::splice::Span;
use crate::plan::field::{Field, fields};
use crate::plan::id::{StepId, USUAL_DIGITS, ids_in};
use crate::plan::list_entry::ListEntry;
use crate::plan::status::Status;

/// A step as the canon words it.
#[derive(Clone, Debug)]
pub struct Section {
    /// The step's name.
    pub id: StepId,
    /// Index of the file in the plan.
    pub file: usize,
    /// Index of the heading in the document.
    pub heading: usize,
    /// The words behind the dash.
    pub title: String,
    /// Where those words are in the document's source.
    pub title_span: Span,
    /// Whether git's conflict markers are in it: its words are those of two versions then.
    pub in_conflict: bool,
    bullets: Vec<(Field, usize)>,
}

impl Section {
    /// Index of the list item that holds `field`, if the section has one.
    pub(crate) fn bullet(&self, field: Field) -> Option<usize> {
        self.bullets
            .iter()
            .find(|(f, _)| *f == field)
            .map(|(_, item)| *item)
    }

    /// Index of the last labelled bullet.
    pub(crate) fn last_bullet(&self) -> Option<usize> {
        self.bullets.iter().map(|(_, item)| *item).max()
    }

    /// Whether its bullets are those of a step, and not one label by chance.
    fn is_labelled(&self) -> bool {
        is_labelled(self.bullets.iter().map(|(field, _)| *field))
    }

    /// The words of a field that is not a list, or `None` where the section is silent about it.
    pub(crate) fn text<'a>(
        &self,
        document: &'a MarkdownDocument,
        field: Field,
    ) -> Option<Cow<'a, str>> {
        if field == Field::Title {
            return Some(Cow::Owned(self.title.clone()));
        }
        let label = document.label(self.bullet(field)?)?;
        if field == Field::Status
            && let Some((status, _)) = status_and_more(document, &label)
        {
            return Some(Cow::Owned(status.trim().to_owned()));
        }
        Some(match label {
            Cow::Borrowed(label) => Cow::Borrowed(&label.text),
            Cow::Owned(label) => Cow::Owned(label.text),
        })
    }

    /// The same as it is written in Markdown.
    pub(crate) fn source<'a>(
        &self,
        document: &'a MarkdownDocument,
        field: Field,
    ) -> Option<Cow<'a, str>> {
        let span = match field {
            Field::Title => self.title_span,
            field => document.label(self.bullet(field)?)?.value,
        };
        Some(document.source(span))
    }

    /// The entries of a list field with their places in `document`, which is at `path`; `None`
    /// where the section is silent about it.
    pub(crate) fn list(
        &self,
        document: &MarkdownDocument,
        path: &Path,
        field: Field,
    ) -> Option<Vec<(ListEntry, Span)>> {
        Some(list(document, self.bullet(field)?, path, field))
    }
}

/// The status in the first line of a bullet, and the source of what else stands there: a paragraph
/// that follows without a blank line is the bullet's to Markdown, but no status to anybody.
pub(crate) fn status_and_more(
    document: &MarkdownDocument,
    label: &Label,
) -> Option<(String, String)> {
    let source = document.source(label.value);
    let (status, _) = source.split_once('\n')?;
    Status::read(status.trim())?;
    let status = status.trim_end();
    Some((status.to_owned(), source[status.len()..].to_owned()))
}

/// The entries of the bullet `item`, with their places in `document`, which is at `path`.
pub(crate) fn list(
    document: &MarkdownDocument,
    item: usize,
    path: &Path,
    field: Field,
) -> Vec<(ListEntry, Span)> {
    let entries = document
        .entries(item)
        .map_or(Vec::new(), |list| list.entries);
    let read = |entry: &Entry| {
        let source = document.source(entry.span);
        let read = ListEntry::in_canon(entry, &source, field, path);
        (read, entry.span)
    };
    entries.iter().map(read).collect()
}

/// Whether the fields that bullets hold are those of a step.
pub(super) fn is_labelled(mut fields: impl ExactSizeIterator<Item = Field>) -> bool {
    let sure = [Field::Outcome, Field::Dependencies, Field::Status];
    fields.len() > 1 || fields.any(|field| sure.contains(&field))
}

/// The field of a step that the label of a list item names.
pub(crate) fn labelled_field(document: &MarkdownDocument, item: usize) -> Option<Field> {
    named_field(&document.label(item)?.name)
}

/// The field of a step that a label names.
pub(super) fn named_field(label: &str) -> Option<Field> {
    let is_it = |canon: &str| canon.eq_ignore_ascii_case(label);
    let spec = fields().iter().find(|spec| spec.canon.is_some_and(is_it))?;
    Some(spec.field)
}

/// Whether a heading may be one's, told without a parse.
pub(super) fn may_be(line: &[u8]) -> bool {
    line.iter().any(u8::is_ascii_digit) && may_say(line, "step")
}

/// The steps that have sections, in file order, told without a parse; nothing where only a parse
/// can tell. Most documents are written plainly enough, and a plan begins with their names alone.
pub(crate) fn names(document: &MarkdownDocument) -> Option<Vec<StepId>> {
    let headings = document.known_headings();
    let headings = headings.filter(|(line, _)| may_be(line));
    let named = headings.map(|(line, is_known)| plain_name(line).filter(|_| is_known));
    named.collect()
}

/// Whether a number that is long enough makes a step's section of any heading.
pub(super) fn is_sure(id: StepId) -> bool {
    id.digits() >= USUAL_DIGITS
}

/// Whether a heading has one.
pub(super) fn is_sure_in(heading: &str) -> bool {
    ids_in(heading).into_iter().any(is_sure)
}

/// The step that a plainly written heading names, its signs included. An anchor may be before it,
/// and the name may be in bold.
fn plain_name(line: &[u8]) -> Option<StepId> {
    let text = std::str::from_utf8(line).ok()?.trim_start_matches('#');
    let mut rest = text.trim_start();
    while let Some(tag) = rest.strip_prefix('<') {
        let (tag, behind) = tag.split_once('>')?;
        let is_plain = |c: char| c.is_ascii_alphanumeric() || " =\"/-".contains(c);
        rest = tag.chars().all(is_plain).then(|| behind.trim_start())?;
    }
    let bold = rest
        .strip_prefix("**")
        .and_then(|text| text.split_once("**"));
    let is_word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    let bold = bold.filter(|(name, behind)| {
        let is_closed = is_word(name.chars().next()) && is_word(name.chars().next_back());
        is_closed && (behind.is_empty() || behind.starts_with(' '))
    });
    let words = match bold {
        Some((name, behind)) => Cow::Owned([name, behind].concat()),
        None => Cow::Borrowed(rest),
    };
    let (id, title) = read_heading(&words)?;
    let (before, behind) = words.split_at(title);
    let is_plain = !before.bytes().any(|byte| MARKUP.contains(&byte));
    // Markup right behind the number may have more of it inside.
    let is_apart =
        behind.is_empty() || !before.ends_with(|c: char| c == '.' || c.is_alphanumeric());
    (is_plain && is_apart && is_sure(id)).then_some(id)
}

/// Whether there is one.
pub(crate) fn is_in(document: &MarkdownDocument) -> bool {
    let of_step = |text: &str| read_heading(text).is_some_and(|(id, _)| is_sure(id));
    match names(document) {
        Some(names) => !names.is_empty(),
        None => {
            document.headings().iter().any(|h| of_step(&h.text))
                || !sections(document, 0).is_empty()
        }
    }
}

/// Every step section of `document`, in file order.
pub fn sections(document: &MarkdownDocument, file: usize) -> Vec<Section> {
    if !document.heading_lines().any(may_be) {
        return Vec::new();
    }
    let mut sections: Vec<Section> = Vec::new();
    let mut of_heading = vec![None; document.headings().len()];
    for (index, heading) in document.headings().iter().enumerate() {
        let Some((id, title)) = read_heading(&heading.text) else {
            continue;
        };
        let end = Span::empty(heading.content.end);
        of_heading[index] = Some(sections.len());
        sections.push(Section {
            id,
            file,
            heading: index,
            title: heading.text[title..].to_owned(),
            title_span: title_span(document, index, title).unwrap_or(end),
            in_conflict: false,
            bullets: Vec::new(),
        });
    }
    mark_conflicts(document, &mut sections);
    let meant = meant::lines(document);
    for (index, item) in document.items().iter().enumerate() {
        let section = item.heading.and_then(|heading| of_heading[heading]);
        let (Some(section), None) = (section, item.parent) else {
            continue;
        };
        if let Some(field) = labelled_field(document, index)
            && sections[section].bullet(field).is_none()
            && !meant::is_apart(document, &meant, item)
        {
            sections[section].bullets.push((field, index));
        }
    }
    // `Step 3` is a heading of many a document; it is a step's where its fields are below.
    sections.retain(|s| is_sure(s.id) || s.is_labelled());
    sections
}

/// Marks the sections that a marker of an unfinished merge is in. A line of `=======` underlines a
/// heading where no other marker is about.
fn mark_conflicts(document: &MarkdownDocument, sections: &mut [Section]) {
    let bytes = document.bytes();
    let begins = |mark: &[u8]| memchr::memmem::find(bytes, mark).is_some();
    if !begins(b"<<<<<<< ") && !begins(b">>>>>>> ") {
        return;
    }
    let mut at = 0;
    let mut markers: Vec<usize> = Vec::new();
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        if is_conflict_marker(line.trim_ascii_end()) {
            markers.push(at);
        }
        at += line.len();
    }
    for section in sections {
        let own = document.own_section(section.heading);
        let first = markers.partition_point(|marker| *marker < own.start);
        section.in_conflict = markers.get(first).is_some_and(|marker| *marker < own.end);
    }
}

/// What may be between the ID and the title in a heading.
pub(crate) const HEADING_DASHES: [char; 7] = ['—', '–', '-', ':', '‒', '―', '−'];

/// Where the title is in the source, from byte `from` of the heading's words on.
fn title_span(document: &MarkdownDocument, heading: usize, from: usize) -> Option<Span> {
    let of = &document.headings()[heading];
    // Mostly the words are as they read.
    let source = &document.bytes()[of.content.range()];
    let verbatim = source.get(..from) == of.text.as_bytes().get(..from);
    let plain = |source: &[u8]| source.iter().all(|byte| !MARKUP.contains(byte));
    match verbatim && source.get(..from).is_some_and(plain) {
        true => Some(Span::new(of.content.start + from, of.content.end)),
        false => document.heading_words(heading, from),
    }
}

/// Signs that may make words read otherwise than they are.
const MARKUP: &[u8] = b"*_`[]<>&\\~!\n\r";

/// Splits `Step 0057 — Title` into the ID and where the title starts. An anchor, a chapter number,
/// a sign such as `✅` or a checkbox may be before it; `Step #0057` and `Step-0057` are read as well.
pub(crate) fn read_heading(text: &str) -> Option<(StepId, usize)> {
    let mut rest = text.trim_start();
    while let Some(tag) = rest.strip_prefix('<') {
        rest = tag.split_once('>')?.1.trim_start();
    }
    let number = rest.trim_start_matches(|c: char| c.is_ascii_digit() || ".)§".contains(c));
    if number.len() < rest.len() && number.starts_with(char::is_whitespace) {
        rest = number.trim_start();
    }
    rest = rest.trim_start_matches(is_sign).trim_start();
    for check in ["[ ] ", "[x] ", "[X] "] {
        rest = rest.strip_prefix(check).unwrap_or(rest).trim_start();
    }
    let word = rest.get(..4)?;
    let behind = rest.get(4..)?;
    let number = behind.trim_start();
    let joined = number.strip_prefix('#').or(behind.strip_prefix(HYPHENS));
    if !word.eq_ignore_ascii_case("step") || (joined.is_none() && number.len() == behind.len()) {
        return None;
    }
    let rest = joined.unwrap_or(number);
    let id_end = rest
        .find(|c: char| !(c.is_ascii_alphanumeric() || c == '.'))
        .unwrap_or(rest.len());
    // `Step 0004. Title` ends the number with a point.
    let written = rest[..id_end].trim_end_matches('.');
    let id = written.parse().ok()?;
    let after = &rest[written.len()..];
    let point = after.strip_prefix(['.', ')']).unwrap_or(after);
    let title = point
        .trim_start()
        .trim_start_matches(HEADING_DASHES)
        .trim_start();
    Some((id, text.len() - title.len()))
}

/// What may join the word and the number: `Step-0057`.
const HYPHENS: [char; 4] = ['-', '_', '\u{2010}', '\u{2011}'];

/// Whether it is an arrow, a tick, a picture or a part of one, and neither a word nor a quote.
fn is_sign(c: char) -> bool {
    matches!(c, '\u{2190}'..='\u{2bff}' | '\u{1f000}'..='\u{1faff}' | '\u{fe0e}' | '\u{fe0f}' | '\u{200d}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> (MarkdownDocument, Vec<Section>) {
        let document = MarkdownDocument::load(text.as_bytes());
        let sections = sections(&document, 0);
        (document, sections)
    }

    #[test]
    fn headings_are_read_whatever_their_markup() {
        for (heading, title) in [
            ("Step 0002 — Two *it*", "Two *it*"),
            ("**Step 0002** — Two", "Two"),
            ("**Step 0002 — Two**", "Two"),
            ("*Step* 0002: Two **it**", "Two **it**"),
            ("[Step 0002 — Two](x.md)", "Two"),
            ("[Step 0002](x.md) – [Two](y.md)", "[Two](y.md)"),
            ("Step 0002. Two", "Two"),
            ("Step&nbsp;0002 &mdash; Two", "Two"),
            ("<a id=\"s5\"></a>Step 0002 — Two", "Two"),
            ("3.2 Step 0002 — Two", "Two"),
            ("3) `Step 0002` Two", "Two"),
            ("✅ Step 0002 – Two", "Two"),
            ("3. ✔\u{fe0f} **Step 0002** — Two", "Two"),
            ("Step 0002 — \\*Two\\*", "\\*Two\\*"),
            ("**Step 0002** — \\*Two\\*", "\\*Two\\*"),
            ("Step #0002 — Two", "Two"),
            ("step-0002: Two", "Two"),
            ("Step_0002 Two", "Two"),
            ("[ ] Step 0002 — Two", "Two"),
            ("[x] **Step 0002** — Two", "Two"),
            ("Step 0002 — Two {#step-0002 .wide}", "Two"),
            ("**Step 0002** — *Two* {.wide}", "*Two*"),
            ("Step 0002 — Two {id}", "Two {id}"),
            ("Step 0002 {#s2}", ""),
            ("Step 0002", ""),
        ] {
            let (document, sections) = read(&format!("### {heading} ###\n"));
            let [section] = &*sections else {
                panic!("{heading}");
            };
            assert_eq!(section.id.number(), 2, "{heading}");
            assert_eq!(document.source(section.title_span), title, "{heading}");
        }
        for none in [
            "Steps 0002",
            "Task Step 0002 — Two",
            "“Step 0002” explained",
            "Step two",
            "Step--0002",
            "Step0002",
            "Step - 0002",
            "2 steps 0002",
        ] {
            assert!(read(&format!("### {none}\n")).1.is_empty(), "{none}");
        }
    }

    #[test]
    fn the_attributes_of_a_heading_stay_where_its_words_change() {
        let (document, sections) = read("### Step 0002 — Two {#step-0002 .wide}\n\n- Owner: ops\n");
        let heading = sections[0].heading;
        let changed = document.set_heading_text(heading, sections[0].title_span, "Three");
        let changed = document.apply(&changed.unwrap()).unwrap();
        assert!(
            changed
                .bytes()
                .starts_with("### Step 0002 — Three {#step-0002 .wide}\n".as_bytes())
        );
    }

    #[test]
    fn most_sections_are_known_without_a_parse() {
        let known = |text: &str| names(&MarkdownDocument::load(text.as_bytes()));
        let plain = "# Plan\n\n## Step 0002 — *Two*\n- **Status:** draft\n### Step 0003\n\
                     ## <a id=\"s4\"></a>**Step 0004** – Four\n";
        let ids = ["0002", "0003", "0004"].map(|id| id.parse().unwrap());
        assert_eq!(known(plain).as_deref(), Some(&ids[..]));
        assert_eq!(known("# Plan\n\n## Other <b>\n").as_deref(), Some(&[][..]));
        for odd in [
            "## Step 0002*A*\n",
            "## **Step 0002**a\n",
            "## *Step 0002*\n",
            "## Step 7\n",
            " ## Step 0002\n",
            "Step 0002\n---\n",
            "```\n## Step 0002\n```\n",
            "<!--\n## Step 0002\n-->\n",
        ] {
            assert_eq!(known(odd), None, "{odd}");
        }
    }

    proptest! {
        /// The names that are told without a parse are those of the sections.
        #[test]
        fn the_names_are_those_of_the_sections(
            text in "((## |# |   ## |> # |- # |##|####### |)(3\\. |<a>|</a>|<\\*>|✅ |)(Step|step|\\*Step|\\*\\*Step|\\*\\* Step|St&#101;p|\\[ \\] Step)( |\t|&nbsp;|-|_| #)(0002|0003\\.A|7|0004)( — |: |\\. |\\*a\\*|\\*\\*|\\*\\* |a\\*\\*|a|\\\\| |\\.|`|)(a|\\*b\\*|#|`|\\[c\\]\\(d\\)|)(\n|\r\n|\r|\n---\n|\n===\n|\n\n)|a\n|- \\*\\*Status:\\*\\* draft\n|\\[a\\]: \"|\"\n|```\n|<!--|-->|<div>\n|---\n|\n|\\| a \\|\n|\\|---\\|\n|1\\. |\t|\u{feff}){0,12}"
        ) {
            let document = MarkdownDocument::load(text.as_bytes());
            if let Some(names) = names(&document) {
                let ids = sections(&document, 0).into_iter().map(|section| section.id);
                prop_assert_eq!(names, ids.collect::<Vec<_>>());
            }
            prop_assert_eq!(is_in(&document), !sections(&document, 0).is_empty());
        }
    }

    #[test]
    fn labels_are_read_bold_or_not() {
        let (document, sections) = read(
            "# Step 0002 — Two\n- Status: blocked\n- *Owner:* ops\n- __Notes__: a: b\n\
             - _Outcome_: it works\n- Inputs:\n- Verification:fast\n",
        );
        let text = |field| sections[0].text(&document, field).map(Cow::into_owned);
        assert_eq!(text(Field::Status).as_deref(), Some("blocked"));
        assert_eq!(text(Field::Owner).as_deref(), Some("ops"));
        assert_eq!(text(Field::Notes).as_deref(), Some("a: b"));
        assert_eq!(text(Field::Outcome).as_deref(), Some("it works"));
        assert_eq!(text(Field::Inputs).as_deref(), Some(""));
        assert_eq!(text(Field::Verification), None);
    }

    #[test]
    fn lists_are_read_as_people_mean_them() {
        let (document, sections) = read(
            "# Step 0001\n- **Dependencies:** [Step 0002](#step-0002), [it](steps/0003.md), \
             [x] [Board](b.md), **Legal**\n- **Artifacts:** [Paper](specs/a%20b.md#x), \
             docs/c.md, [d](/d.md) (old)\n",
        );
        let list = |field| -> Vec<String> {
            let list = sections[0].list(&document, Path::new("docs/plan.md"), field);
            list.unwrap()
                .into_iter()
                .map(|(entry, _)| entry.text)
                .collect()
        };
        assert_eq!(
            list(Field::Dependencies),
            ["Step 0002", "Step 0003", "[x] Board", "Legal"]
        );
        assert_eq!(
            list(Field::Artifacts),
            ["docs/specs/a b.md#x", "docs/c.md", "d.md (old)"]
        );
    }
}
