//! Everything around the sections: head, navigation and foot, and the policy by which a browser
//! runs our style and our script and nothing else.

use maud::{DOCTYPE, Markup, PreEscaped, html};
use sha2::{Digest as _, Sha256};

use super::parts::line;
use super::section::{ALL, Section, blocks};
use super::{GENERATOR, INDEX, Place, Shown};
use crate::history::words::{instant, short};
use crate::report::chart;

/// How the page looks.
const STYLE: &str = include_str!("style.css");
/// Filter, sort and folding.
const SCRIPT: &str = include_str!("script.js");

/// What stands between head and foot.
struct Body {
    /// What the file is called.
    title: String,
    /// Where the keyboard goes past the navigation.
    skip: &'static str,
    top: Markup,
    nav: Markup,
    main: Markup,
}

/// The whole file of a place.
pub(super) fn document(shown: &Shown<'_>) -> String {
    match shown.place {
        Place::Whole | Place::Index => file(shown, &plan(shown)),
        Place::Block(at) => file(shown, &block(shown, at)),
    }
}

/// All sections, one after the other.
fn plan(shown: &Shown<'_>) -> Body {
    let sections = ALL
        .iter()
        .filter_map(|section| Some((section, (section.show)(shown)?)));
    let sections: Vec<(&Section, Markup)> = sections.collect();
    Body {
        title: line(shown.page.title),
        skip: "overview",
        top: html! { h1 { (line(shown.page.title)) } (about(shown)) },
        nav: html! {
            nav aria-label="Sections" {
                ul { @for (section, _) in &sections {
                    li { a href={ "#" (section.id) } { (section.name) } }
                } }
            }
        },
        main: html! { @for (_, section) in &sections { (section) } },
    }
}

/// One block, with the way back and to those beside it.
fn block(shown: &Shown<'_>, at: usize) -> Body {
    let all = &shown.known.blocks;
    let here = all.iter().position(|block| *block == at).unwrap_or(0);
    let before = here.checked_sub(1).map(|before| all[before]);
    let next = all.get(here + 1).copied();
    let way = |to: usize| (shown.page_of(Place::Block(to)), blocks::name(shown, to));
    let name = blocks::name(shown, at);
    Body {
        title: format!("{name} · {}", line(shown.page.title)),
        skip: "steps",
        top: html! { h1 { (name) } (about(shown)) },
        nav: html! {
            nav aria-label="Pages" {
                ul {
                    li { a href=(INDEX) { (line(shown.page.title)) } }
                    li { a href={ (INDEX) "#blocks" } { "All blocks" } }
                    @if let Some((file, name)) = before.map(way) { li { a rel="prev" href=(file) { "← " (name) } } }
                    @if let Some((file, name)) = next.map(way) { li { a rel="next" href=(file) { (name) " →" } } }
                }
            }
        },
        main: blocks::page(shown, at),
    }
}

fn file(shown: &Shown<'_>, body: &Body) -> String {
    let style = format!("{STYLE}{}", chart::STYLE);
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(policy(&style));
                (PreEscaped(GENERATOR))
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="referrer" content="no-referrer";
                title { (body.title) }
                // No request for an icon either.
                link rel="icon" href="data:,";
                style { (PreEscaped(&style)) }
            }
            body {
                a.skip href={ "#" (body.skip) } { "Skip to the " (body.skip) }
                header.top { (body.top) }
                (body.nav)
                main { (body.main) }
                footer { (foot(shown)) }
                script { (PreEscaped(SCRIPT)) }
            }
        }
    };
    page.into_string()
}

/// Which version and which steps are shown.
fn about(shown: &Shown<'_>) -> Markup {
    html! {
        p.asof { (as_of(shown)) }
        @if !shown.page.filter.is_empty() {
            p.asof {
                "Only steps that match " code { (line(shown.page.filter)) }
                ". Gates, papers and problems are those of the whole plan."
            }
        }
    }
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
