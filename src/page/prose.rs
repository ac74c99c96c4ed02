//! Markdown of a paper as markup: headings, lists, tables and links. HTML in it is text, and what
//! leads elsewhere than other links of the page does not lead anywhere.

use maud::{Markup, PreEscaped, html};
use pulldown_cmark::{Event, Parser, Tag, TagEnd};

use super::Shown;
use super::link::target;
use super::parts::text;
use crate::document::markdown::{DIALECT, MarkdownDocument};
use crate::document::splice::Span;
use crate::plan::id::StepId;
use crate::plan::link::from_root;

/// So many bytes of markup are made of a paper; the rest is read in the file.
const MOST: usize = 40_000;
/// So many digits an ID has in running text.
const IN_PROSE: usize = 4;
/// What a table begins with, which scrolls where it is too wide.
const TABLE: &str =
    "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Table\"><table>";

impl Shown<'_> {
    /// What a file of the plan says below its title.
    pub(super) fn paper(&self, file: usize, document: &MarkdownDocument) -> Markup {
        let source = document.source(Span::new(0, document.bytes().len()));
        let mut writer = Writer {
            shown: self,
            file,
            out: String::new(),
            depth: 0,
            links: Vec::new(),
            title: Title::Expected,
            is_head: false,
            is_bold: false,
        };
        for event in Parser::new_ext(&source, DIALECT) {
            if writer.depth == 0 && writer.out.len() > MOST {
                let rest = html! { p.more { "The rest is in " (self.file(file, "the file")) "." } };
                writer.out += &rest.0;
                break;
            }
            writer.event(event);
        }
        PreEscaped(writer.out)
    }
}

/// The first heading is shown elsewhere.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Title {
    Expected,
    Open,
    Past,
}

struct Writer<'a> {
    shown: &'a Shown<'a>,
    /// Index of the file.
    file: usize,
    out: String,
    /// How many blocks are open.
    depth: usize,
    /// For each open link whether it leads anywhere.
    links: Vec<bool>,
    title: Title,
    /// Whether it is in the head of a table.
    is_head: bool,
    is_bold: bool,
}

impl Writer<'_> {
    fn event(&mut self, event: Event<'_>) {
        if self.title == Title::Open {
            if matches!(event, Event::End(TagEnd::Heading(_))) {
                self.title = Title::Past;
            }
            return;
        }
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.end(tag),
            Event::Text(words) => self.words(&words),
            Event::Code(words) => self.out += &html! { code { (text(&words)) } }.0,
            // Marks of ours are comments, which nobody is to read.
            Event::Html(words) | Event::InlineHtml(words) => {
                if !words.trim_start().starts_with("<!--") {
                    self.words(&words);
                }
            }
            Event::SoftBreak => self.out.push('\n'),
            Event::HardBreak => self.out += "<br>",
            Event::Rule => self.out += "<hr>",
            Event::TaskListMarker(done) => self.out += if done { "☑ " } else { "☐ " },
            Event::FootnoteReference(name) => self.words(&format!("[{name}]")),
            Event::InlineMath(words) | Event::DisplayMath(words) => self.words(&words),
        }
    }

    /// Words; a step's ID in bold, as our papers have it, leads to the step.
    fn words(&mut self, words: &str) {
        let is_named = self.is_bold && words.len() >= IN_PROSE && !self.links.contains(&true);
        if is_named && let Ok(id) = words.parse::<StepId>() {
            self.out += &self.shown.step(id).0;
            return;
        }
        self.out += &html! { (text(words)) }.0;
    }

    fn open(&mut self, markup: &str) {
        self.depth += 1;
        self.out += markup;
    }

    fn start(&mut self, tag: Tag<'_>) {
        match tag {
            Tag::Heading { .. } if self.title == Title::Expected && self.out.is_empty() => {
                self.title = Title::Open;
            }
            Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. } => self.link(&dest_url),
            Tag::TableHead => {
                self.is_head = true;
                self.open("<thead><tr>");
            }
            Tag::TableCell => self.open(match self.is_head {
                true => "<th scope=\"col\">",
                false => "<td>",
            }),
            Tag::List(Some(from)) => {
                let markup = html! { ol start=(from) {} }.0;
                self.open(markup.trim_end_matches("</ol>"));
            }
            Tag::CodeBlock(_) => self.open("<pre tabindex=\"0\">"),
            Tag::Table(_) => self.open(TABLE),
            tag => {
                self.is_bold |= matches!(tag, Tag::Strong);
                let name = name(&tag.to_end());
                if !name.is_empty() {
                    self.open(&format!("<{name}>"));
                }
            }
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Link | TagEnd::Image => {
                if self.links.pop() == Some(true) {
                    self.out += "</a>";
                }
                return;
            }
            TagEnd::TableHead => {
                self.is_head = false;
                self.out += "</tr></thead>";
            }
            TagEnd::TableCell if self.is_head => self.out += "</th>",
            TagEnd::Table => self.out += "</table></div>",
            tag => {
                self.is_bold &= !matches!(tag, TagEnd::Strong);
                let name = name(&tag);
                if name.is_empty() {
                    return;
                }
                self.out += &format!("</{name}>");
            }
        }
        self.depth -= 1;
    }

    fn link(&mut self, to: &str) {
        let path = &self.shown.plan().files()[self.file].path;
        let source = self.shown.page.source;
        let leads = match from_root(to, path) {
            Some(path) => target(&path, source),
            None => target(to, source),
        };
        // An address within a link is one already.
        let leads = leads.filter(|_| !self.links.contains(&true));
        if let Some(to) = &leads {
            let markup = html! { a href=(to) rel="noopener noreferrer" {} }.0;
            self.out += markup.trim_end_matches("</a>");
        }
        self.links.push(leads.is_some());
    }
}

/// The element of a tag that has one; the page's own headings are above those of papers.
fn name(tag: &TagEnd) -> &'static str {
    match tag {
        TagEnd::Paragraph | TagEnd::FootnoteDefinition => "p",
        TagEnd::Heading(_) => "h3",
        TagEnd::BlockQuote(_) => "blockquote",
        TagEnd::CodeBlock => "pre",
        TagEnd::List(true) => "ol",
        TagEnd::List(false) => "ul",
        TagEnd::Item => "li",
        TagEnd::TableRow => "tr",
        TagEnd::TableCell => "td",
        TagEnd::Emphasis => "em",
        TagEnd::Strong => "b",
        TagEnd::Strikethrough => "s",
        _ => "",
    }
}
