//! The plan as a page: how long it takes to write, and in a real browser until it is seen and until a
//! letter of its filter has found everything. Nothing is measured of the latter where there is no
//! Chromium.

use std::fs;
use std::path::Path;
use std::time::Duration;

use tempfile::TempDir;

#[allow(dead_code, reason = "the tests use the rest")]
#[path = "../../tests/it/support/chromium.rs"]
mod chromium;

use crate::process;
use crate::statistics::{greatest, median, middle};
use crate::table::{Table, Targets, Unit};
use crate::{PROGRAM, mebibytes};
use chromium::Browser;

/// Megabytes of ten powers, as the target counts them.
const SIZE: Targets = [None, Some(6e6 / 1_048_576.0), None, None];
const SECOND: Targets = [None, Some(1_000.0), None, None];
const LETTER: Targets = [None, Some(100.0), None, None];
/// Plans of more steps get a folder of pages.
const ONE_PAGE: usize = 20_000;
/// What is typed into the filter.
const WORD: &str = "rollback";

/// When something of the page was first seen, after it was asked for.
const PAINTED: &str = "new Promise((tell) => new PerformanceObserver((list) => {
  const paint = list.getEntriesByName('first-contentful-paint')[0];
  if (paint) tell(paint.startTime);
}).observe({ type: 'paint', buffered: true }))";

/// Milliseconds from a letter to the frame in which all of the filter's result is seen.
const TYPED: &str = "new Promise((tell) => {
  const words = document.getElementById('words'), form = document.getElementById('search');
  const begun = performance.now();
  words.value += 'LETTER';
  words.dispatchEvent(new Event('input'));
  const look = () => requestAnimationFrame(() => setTimeout(() => {
    if (form.hasAttribute('aria-busy')) look(); else tell(performance.now() - begun);
  }));
  look();
})";

/// Measures the page of the plan in `folder`.
pub fn measure(folder: &Path, steps: usize, rounds: usize, table: &mut Table) {
    let out = TempDir::new().expect("a temporary folder");
    let is_one = steps <= ONE_PAGE;
    let target = if is_one { "plan.html" } else { "plan/" };
    let path = out.path().join(target);
    let words = ["export", "--format", "html", "-o", &path.to_string_lossy()];
    let runs = (0..rounds).map(|_| process::run(PROGRAM, &words, folder));
    let took = runs.collect::<Option<Vec<Duration>>>().map(median);
    let mut put = |name, unit, targets, value| table.put(name, unit, targets, value);
    put("the page written", Unit::Milliseconds, SECOND, took);
    if !is_one {
        return;
    }
    let size = fs::metadata(&path).ok().map(|data| mebibytes(data.len()));
    put("the page", Unit::Mebibytes, SIZE, size);
    let Some(mut browser) = Browser::start() else {
        return;
    };
    browser.looks(1280, "light");
    let url = format!("file://{}", path.display());
    let (mut painted, mut letters) = (Vec::new(), Vec::new());
    for _ in 0..rounds {
        browser.open(&url);
        painted.extend(browser.ask(PAINTED).as_f64());
        let typed = WORD.chars().map(|letter| {
            let typed = TYPED.replace("LETTER", &letter.to_string());
            browser.ask(&typed).as_f64()
        });
        letters.extend(typed.flatten());
    }
    if painted.is_empty() || letters.is_empty() {
        return eprintln!("the page's first paint or letters could not be measured");
    }
    put(
        "the page's first paint",
        Unit::Milliseconds,
        SECOND,
        Some(middle(painted)),
    );
    let typical = Some(middle(letters.clone()));
    put(
        "a letter of the page's filter, median",
        Unit::Milliseconds,
        LETTER,
        typical,
    );
    put(
        "a letter of the page's filter, slowest",
        Unit::Milliseconds,
        LETTER,
        greatest(letters),
    );
}
