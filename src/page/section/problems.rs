//! What the checks of stepdeck find in the plan, by rule.

use maud::{Markup, html};

use super::super::Shown;
use super::super::parts::{counted, grouped, line, nothing, section};
use crate::plan::checks::Severity;

/// So many problems of a rule are listed.
const MOST: usize = 20;

/// A rule with the places of its problems among the findings.
struct Of {
    severity: Severity,
    code: &'static str,
    found: Vec<usize>,
    count: usize,
}

pub(super) fn show(shown: &Shown<'_>) -> Option<Markup> {
    let findings = shown.page.findings;
    let mut rules: Vec<Of> = Vec::new();
    for at in 0..findings.len() {
        let Some((severity, code)) = findings.rule(at) else {
            continue;
        };
        let place = rules
            .iter()
            .position(|of| (of.severity, of.code) == (severity, code));
        let place = place.unwrap_or_else(|| {
            rules.push(Of {
                severity,
                code,
                found: Vec::new(),
                count: 0,
            });
            rules.len() - 1
        });
        rules[place].count += 1;
        if rules[place].found.len() < MOST {
            rules[place].found.push(at);
        }
    }
    rules.sort_by_key(|of| (of.severity as usize, std::cmp::Reverse(of.count), of.code));
    let counts = Severity::ALL.map(|severity| (severity, findings.count(severity)));
    let counts = counts.iter().filter(|(_, count)| *count > 0);
    let counts: Vec<String> = counts
        .map(|(severity, count)| counted(*count, severity.word()))
        .collect();
    let body = html! {
        @if rules.is_empty() { (nothing("The checks find nothing wrong with the plan.")) }
        @else { p.lead { (counts.join(", ")) "." } }
        @for of in &rules { (rule(shown, of)) }
    };
    Some(section("problems", "Problems", body))
}

fn rule(shown: &Shown<'_>, of: &Of) -> Markup {
    let findings = shown.page.findings;
    // Words of a problem may quote what is left out.
    let is_told = shown.page.redacted.is_empty();
    let problems = of
        .found
        .iter()
        .filter_map(|at| findings.problem(*at, shown.plan()));
    html! {
        details.rule {
            summary {
                span class=(class(of.severity)) { (of.severity.word()) } " "
                (findings.rule_title(of.code)) " " span.count { (grouped(of.count)) }
            }
            ul {
                @for problem in problems {
                    li {
                        @if let Some(id) = problem.step { (shown.step(id)) " " }
                        @if is_told { (line(&problem.message)) }
                        " " span.place { (line(&problem.place.to_string())) }
                    }
                }
                @if of.count > of.found.len() {
                    li.more { "and " (grouped(of.count - of.found.len())) " more" }
                }
            }
        }
    }
}

fn class(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "b",
        Severity::Warning => "w",
        Severity::Note => "r",
    }
}
