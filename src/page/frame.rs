//! Everything around the sections: head, navigation and foot, and the policy by which a browser
//! runs our style and our script and nothing else.

use maud::{DOCTYPE, Markup, PreEscaped, html};
use sha2::{Digest as _, Sha256};

use super::Shown;
use super::parts::line;
use super::section::{ALL, Section};
use crate::history::words::{instant, short};
use crate::report::chart;

/// How the page looks.
const STYLE: &str = include_str!("style.css");
/// Filter, sort and folding.
const SCRIPT: &str = include_str!("script.js");

/// The whole file.
pub(super) fn document(shown: &Shown<'_>) -> String {
    let style = format!("{STYLE}{}", chart::STYLE);
    let sections = ALL
        .iter()
        .filter_map(|section| Some((section, (section.show)(shown)?)));
    let sections: Vec<(&Section, Markup)> = sections.collect();
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(policy(&style));
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="referrer" content="no-referrer";
                meta name="generator" content="stepdeck";
                title { (line(shown.page.title)) }
                // No request for an icon either.
                link rel="icon" href="data:,";
                style { (PreEscaped(&style)) }
            }
            body {
                a.skip href="#overview" { "Skip to the overview" }
                header.top {
                    h1 { (line(shown.page.title)) }
                    p.asof { (as_of(shown)) }
                    @if !shown.page.filter.is_empty() {
                        p.asof {
                            "Only steps that match " code { (line(shown.page.filter)) }
                            ". Gates, papers and problems are those of the whole plan."
                        }
                    }
                }
                nav aria-label="Sections" {
                    ul { @for (section, _) in &sections {
                        li { a href={ "#" (section.id) } { (section.name) } }
                    } }
                }
                main { @for (_, section) in &sections { (section) } }
                footer { (foot(shown)) }
                script { (PreEscaped(SCRIPT)) }
            }
        }
    };
    page.into_string()
}

/// Nothing is fetched, framed, sent or run but what stands in the page.
fn policy(style: &str) -> String {
    format!(
        "default-src 'none'; script-src '{}'; style-src '{}'; img-src data:; base-uri 'none'; \
         form-action 'none'",
        hash(SCRIPT),
        hash(style)
    )
}

/// What a policy knows a script or a style by.
fn hash(text: &str) -> String {
    use base64::Engine as _;
    let digest = Sha256::digest(text.as_bytes());
    let digest = base64::engine::general_purpose::STANDARD.encode(digest);
    format!("sha256-{digest}")
}

fn as_of(shown: &Shown<'_>) -> String {
    let now = shown.page.now.format("%-d %B %Y, %H:%M UTC");
    match shown.page.commit {
        Some(commit) => format!("As of {now}, commit {}", short(commit)),
        None => format!("As of {now}"),
    }
}

fn foot(shown: &Shown<'_>) -> Markup {
    let redacted = shown.page.redacted;
    html! {
        p {
            "Written by stepdeck from "
            @if let Some(commit) = shown.page.commit { "commit " code { (commit) } }
            @else { "the files as they were" }
            " at " time datetime=(instant(shown.page.now)) { (instant(shown.page.now)) } "."
        }
        @if !redacted.is_empty() {
            p {
                "Left out: " (redacted.names().join(", ")) ". "
                @if redacted.hides_people() { "With owners, sign-offs and standups are left out too. " }
                "Free text was not searched for what these fields say."
            }
        }
    }
}
