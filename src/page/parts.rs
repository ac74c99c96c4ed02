//! What several sections show alike: links to steps, text, signs of a state, bars and headings.

use std::borrow::Cow;

use maud::{Markup, PreEscaped, html};

use super::Shown;
use super::counts::{Counts, Look};
use super::link::linked;
use crate::document::visible::visible;
use crate::plan::id::StepId;

/// Text of the plan as a page may show it: nothing in it hides or turns around what is beside it.
pub(super) fn text(text: &str) -> Cow<'_, str> {
    visible(text)
}

/// Text in one line.
pub(super) fn line(text: &str) -> String {
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    visible(&words).into_owned()
}

/// `1 step`, `2 steps`.
pub(super) fn counted(count: usize, word: &str) -> String {
    let s = if count == 1 { "" } else { "s" };
    format!("{} {word}{s}", grouped(count))
}

/// A number with its thousands apart.
pub(super) fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A state with its sign, which the style sheet draws.
pub(super) fn state(look: Look) -> Markup {
    html! { span class=(look.class()) { (look.word()) } }
}

/// A share as a bar; its numbers are beside it in words.
pub(super) fn share(part: usize, all: usize) -> Markup {
    // In thousandths, so that no fraction is written.
    let width = part * 1000 / all.max(1);
    html! {
        svg.bar viewBox="0 0 1000 10" preserveAspectRatio="none" aria-hidden="true" {
            rect.rest width="1000" height="10" {}
            rect.d width=(width) height="10" {}
        }
    }
}

/// All states of some steps as one bar.
pub(super) fn mix(counts: &Counts) -> Markup {
    let total = counts.total().max(1);
    let mut from = 0;
    let parts = Look::ALL.iter().filter(|look| **look != Look::Retired);
    let parts = parts.filter_map(|look| {
        let start = from * 1000 / total;
        from += counts.with(*look);
        let end = from * 1000 / total;
        (end > start).then(|| (look.class(), start, end - start))
    });
    html! {
        svg.bar viewBox="0 0 1000 10" preserveAspectRatio="none" aria-hidden="true" {
            rect.rest width="1000" height="10" {}
            @for (class, x, width) in parts { rect class=(class) x=(x) width=(width) height="10" {} }
        }
    }
}

/// A list of facts that are read in one glance, each with its name.
pub(super) fn facts(facts: &[(&str, Markup)]) -> Markup {
    html! {
        dl.facts {
            @for (name, value) in facts { div { dt { (name) } dd { (value) } } }
        }
    }
}

/// A section that is known by `id`.
pub(super) fn section(id: &str, heading: &str, body: Markup) -> Markup {
    html! {
        section id=(id) aria-labelledby={ "h-" (id) } {
            h2 id={ "h-" (id) } { (heading) }
            (body)
        }
    }
}

/// That a section has nothing to show.
pub(super) fn nothing(words: &str) -> Markup {
    html! { p.none { (words) } }
}

/// Numbers of a chart, for those who want to read them.
pub(super) fn numbers(caption: &str, heads: &[&str], rows: &[Vec<String>]) -> Markup {
    html! {
        details.numbers {
            summary { "The numbers" }
            div.scroll tabindex="0" role="region" aria-label=(caption) {
                table {
                    caption { (caption) }
                    thead { tr { @for head in heads { th scope="col" { (head) } } } }
                    tbody {
                        @for row in rows {
                            tr {
                                @for (at, cell) in row.iter().enumerate() {
                                    @if at == 0 { th scope="row" { (cell) } }
                                    @else { td { (cell) } }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

impl Shown<'_> {
    /// A step by its ID, as a link where it is on the page.
    pub(super) fn step(&self, id: StepId) -> Markup {
        match self
            .plan()
            .find(id)
            .filter(|step| self.known.is_shown[*step])
        {
            Some(step) => {
                let id = self.plan().step(step).id();
                html! { a href=(self.address(step)) { (id) } }
            }
            None => html! { (id) },
        }
    }

    /// A step with its title.
    pub(super) fn titled(&self, id: StepId, before: &str) -> Markup {
        html! { (self.step(id)) " " (line(&self.title(id, before))) }
    }

    /// Several steps by their IDs.
    pub(super) fn steps<'s>(&self, ids: impl IntoIterator<Item = &'s StepId>) -> Markup {
        let ids = ids.into_iter().enumerate();
        html! { @for (at, id) in ids { @if at > 0 { ", " } (self.step(*id)) } }
    }

    /// Words in which the steps that they name are links; where they spell none, the steps come after.
    pub(super) fn naming(&self, words: &str, ids: &[StepId]) -> Markup {
        let mut places: Vec<(usize, usize, StepId)> = Vec::new();
        let mut others: Vec<StepId> = Vec::new();
        for id in ids {
            let spelled = id.to_string();
            let is_part = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
            let found = words.match_indices(&spelled).find(|(at, _)| {
                let end = at + spelled.len();
                !is_part(words[..*at].chars().next_back()) && !is_part(words[end..].chars().next())
            });
            match found {
                Some((at, _)) => places.push((at, at + spelled.len(), *id)),
                None => others.push(*id),
            }
        }
        // What is not spelled is between two that are.
        if !places.is_empty() {
            others.clear();
        }
        places.sort_unstable();
        places.dedup_by_key(|(at, ..)| *at);
        let (mut out, mut from) = (String::new(), 0);
        for (at, end, id) in places {
            if let Some(before) = words.get(from..at) {
                out += &html! { (before) (self.step(id)) }.0;
                from = end;
            }
        }
        let rest = html! {
            (words.get(from..).unwrap_or_default())
            @if !others.is_empty() { " (" (self.steps(&others)) ")" }
        };
        PreEscaped(out + &rest.0)
    }

    /// Words that may be a link.
    pub(super) fn linked(&self, words: &str) -> Markup {
        let linked = linked(words, self.page.source);
        match linked.target {
            Some(target) => {
                html! { a href=(target) rel="noopener noreferrer" { (line(linked.words)) } }
            }
            None => html! { (line(linked.words)) },
        }
    }

    /// A link under other words than its own.
    pub(super) fn leads(&self, words: &str, to: &str) -> Markup {
        match super::link::target(to, self.page.source) {
            Some(target) => html! { a href=(target) rel="noopener noreferrer" { (words) } },
            None => html! { (words) },
        }
    }

    /// A file of the plan, as a link where files can be read.
    pub(super) fn file(&self, file: usize, words: &str) -> Markup {
        let path = self.plan().files()[file].path.display().to_string();
        self.leads(&line(words), &path)
    }

    /// Text with its line breaks, in which addresses are links.
    pub(super) fn prose(&self, words: &str) -> Markup {
        let words = words.trim();
        if !words.contains("://") {
            return html! { (text(words)) };
        }
        let mut out = String::new();
        for word in words.split_inclusive(char::is_whitespace) {
            let bare = word
                .trim_end()
                .trim_end_matches(['.', ',', ';', ')', '>', '"']);
            let is_link = bare.starts_with("https://") || bare.starts_with("http://");
            let part = match is_link {
                true => {
                    let rest = &word[bare.len()..];
                    html! { (self.linked(bare)) (text(rest)) }
                }
                false => html! { (text(word)) },
            };
            out.push_str(&part.0);
        }
        PreEscaped(out)
    }
}
