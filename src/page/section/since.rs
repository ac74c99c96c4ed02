//! What is different since the last weekly review.

use maud::{Markup, html};

use super::super::Shown;
use super::super::parts::{counted, line, nothing, section};
use crate::history::events::Event;
use crate::history::since::{Comparison, Different, How};
use crate::history::words::{title, told};

/// So many steps of each kind are listed.
const MOST: usize = 40;

pub(super) fn show(shown: &Shown<'_>) -> Option<Markup> {
    let body = match shown.page.since {
        Err(reason) => nothing(&format!("Not known: {reason}.")),
        Ok(compared) => differences(shown, compared),
    };
    Some(section("since", "Since the last review", body))
}

fn differences(shown: &Shown<'_>, compared: &Comparison) -> Markup {
    let steps = compared.steps();
    let groups = [
        (How::Completed, "Completed"),
        (How::Added, "Added"),
        (How::Reopened, "Reopened"),
        (How::Removed, "Removed"),
        (How::Changed, "Changed"),
    ];
    html! {
        p.lead { "Since " (line(&compared.baseline.words())) ": " (compared.summary()) }
        @for (how, heading) in groups {
            @let of: Vec<&Different> = steps.iter().filter(|step| step.how == how).collect();
            @if !of.is_empty() {
                h3 { (heading) " " span.count { (of.len()) } }
                ul.changes {
                    @for step in of.iter().take(MOST) { (row(shown, compared, step)) }
                }
                @if of.len() > MOST {
                    p.more { "and " (counted(of.len() - MOST, "more step")) }
                }
            }
        }
    }
}

fn row(shown: &Shown<'_>, compared: &Comparison, step: &Different) -> Markup {
    let events = compared.events(step);
    let before = events.first().map(title).unwrap_or_default();
    let is_open = |event: &&Event| {
        let field = event.field.as_deref().unwrap_or_default();
        !shown.page.redacted.hides_name(field)
    };
    let words = events.iter().filter(is_open).map(|event| {
        let told = told(event, compared.baseline.has_history);
        let id = event.step.to_string();
        line(told.strip_prefix(&id).unwrap_or(&told))
    });
    let words: Vec<String> = match step.how {
        How::Changed => words.collect(),
        _ => Vec::new(),
    };
    html! {
        li {
            (shown.titled(step.step, &before))
            @if !words.is_empty() { p.more { (shortened(&words.join("; "))) } }
        }
    }
}

/// A whole outcome that was rewritten fills a page by itself.
fn shortened(words: &str) -> String {
    const MOST: usize = 220;
    match words.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", words[..end].trim_end()),
        None => words.to_owned(),
    }
}
