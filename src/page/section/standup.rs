//! The latest standup: what each person said of each stage.

use maud::{Markup, html};

use super::super::Shown;
use super::super::counts::Look;
use super::super::parts::{line, section};
use crate::record::standup::{Card, Entry, Health};

pub(super) fn show(shown: &Shown<'_>) -> Option<Markup> {
    let entries = shown.page.standup;
    let date = entries.first()?.date;
    if shown.page.redacted.hides_people() {
        return None;
    }
    let body = html! {
        p.lead { "What was said on " (date) "." }
        div.cards { @for entry in entries { (person(shown, entry)) } }
    };
    Some(section("standup", "Latest standup", body))
}

fn person(shown: &Shown<'_>, entry: &Entry) -> Markup {
    html! {
        @for card in &entry.cards {
            article.card {
                header {
                    h3 { (line(&card.stage)) }
                    p.more { (line(&entry.person)) }
                }
                @if let Some(health) = card.status {
                    p { span class=(class(health)) { (health.word()) } (rest(card, health)) }
                } @else if !card.said.is_empty() { p { (line(&card.said)) } }
                (list(shown, "Blockers", &card.blockers))
                (list(shown, "Done", &card.done))
                (list(shown, "Evidence", &card.evidence))
            }
        }
    }
}

/// What the author wrote behind the status.
fn rest(card: &Card, health: Health) -> String {
    let said = line(&card.said);
    let word = health.word();
    match said.get(..word.len()) {
        Some(begin) if begin.eq_ignore_ascii_case(word) => {
            let rest = said[word.len()..].trim_start_matches([':', ',', ' ', '.', '-']);
            match rest.is_empty() {
                true => String::new(),
                false => format!(" {rest}"),
            }
        }
        _ => format!(" {said}"),
    }
}

fn list(shown: &Shown<'_>, name: &str, entries: &[String]) -> Markup {
    html! {
        @if !entries.is_empty() {
            h4 { (name) }
            ul { @for entry in entries { li { (shown.prose(&line(entry))) } } }
        }
    }
}

fn class(health: Health) -> &'static str {
    let look = match health {
        Health::OnTrack => Look::Done,
        Health::AtRisk => Look::Waiting,
        Health::Blocked => Look::Blocked,
        Health::NoChange => Look::Ready,
    };
    look.class()
}
