//! The latest demo: what was shown, as its paper says it.

use chrono::NaiveDate;
use maud::{Markup, html};

use super::super::Shown;
use super::super::parts::{line, section};
use crate::plan::source::Role;
use crate::record::shelf::{Filed, filed};

pub(super) fn show(shown: &Shown<'_>) -> Option<Markup> {
    let is_past = |demo: &Filed| demo.date.is_none_or(|date| date <= shown.today());
    let demo = filed(shown.plan(), Role::Demo).into_iter().find(is_past)?;
    let document = shown.plan().files()[demo.file].markdown()?;
    let is_news = |date: &NaiveDate| !demo.title.contains(&date.to_string());
    // What a demo quotes of its steps may be what is left out.
    let is_told = shown.page.redacted.is_empty();
    let body = html! {
        p.lead {
            (shown.file(demo.file, &line(&demo.title)))
            @if let Some(date) = demo.date.filter(is_news) { ", " (date) }
        }
        @if is_told { div.paper { (shown.paper(demo.file, document)) } }
    };
    Some(section("demo", "Latest demo", body))
}
