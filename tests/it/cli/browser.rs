//! The page of `export --format html` in a real browser, where there is one: layout at three
//! widths in both schemes, contrast, keys, anchors, and that it asks nobody for anything.

use serde_json::{Value, json};

use crate::support::axe::{axe, findings};
use crate::support::chromium::Browser;
use crate::support::demo::Kind;
use crate::support::fixture::{CANON, LOG};
use crate::support::review;
use crate::support::run::Folder;

const WIDTHS: [u32; 3] = [380, 800, 1600];
const SCHEMES: [&str; 2] = ["light", "dark"];

/// Everything is laid out, whether or not it is in sight.
const UNFOLDED: &str = "(() => {
  document.querySelectorAll('details').forEach((details) => details.open = true);
  const style = new CSSStyleSheet();
  style.replaceSync('.block { content-visibility: visible !important }');
  document.adoptedStyleSheets = [style];
})()";

/// Elements that reach beyond the window, but for tables that scroll by themselves.
const TOO_WIDE: &str = "(() => {
  const beyond = [...document.querySelectorAll('body *')].filter((element) =>
    !element.closest('.scroll, svg, caption.quiet, .skip')
    && element.getBoundingClientRect().right > document.documentElement.clientWidth + 1);
  const scrolls = document.documentElement.scrollWidth > innerWidth;
  return [scrolls, beyond.slice(0, 5).map((element) => element.outerHTML.slice(0, 100))];
})()";

/// Where the target of the address is, once nothing moves any more.
const TARGET: &str = "new Promise((tell) => {
  let last = NaN, still = 0;
  const look = () => {
    const target = document.querySelector(':target');
    const top = target?.getBoundingClientRect().top ?? -1;
    still = top === last ? still + 1 : 0;
    last = top;
    if (still > 5) tell([target?.id ?? '', top, innerHeight]); else setTimeout(look, 30);
  };
  look();
})";

/// Waits until the filter has looked at everything.
const FILTERED: &str = "new Promise((tell) => {
  const look = () => document.getElementById('search').hasAttribute('aria-busy') ? setTimeout(look, 5) : tell(0);
  look();
})";

/// A plan with its page in a file, and the address of that.
fn page(folder: &Folder) -> String {
    let arguments = [
        "export",
        "--format",
        "html",
        "--worktree",
        "-o",
        "plan.html",
    ];
    folder.run(&arguments).ok();
    format!("file://{}", folder.path().join("plan.html").display())
}

/// The same as a folder of pages.
fn pages(folder: &Folder) -> String {
    let arguments = ["export", "--format", "html", "--worktree", "-o", "site/"];
    folder.run(&arguments).ok();
    format!("file://{}", folder.path().join("site").display())
}

fn demo(kind: Kind) -> Folder {
    let files = kind.plan(480, 1);
    let files: Vec<(&str, &[u8])> = files
        .iter()
        .map(|(path, bytes)| (path.to_str().unwrap(), &**bytes))
        .collect();
    Folder::with_bytes(&files)
}

#[test]
fn it_fits_and_is_legible_at_each_width_in_both_schemes_and_asks_nobody() {
    let Some(mut browser) = Browser::start() else {
        return;
    };
    let contrast = include_str!("contrast.js");
    for kind in [Kind::Tidy, Kind::Untidy] {
        let folder = demo(kind);
        let (whole, site) = (page(&folder), pages(&folder));
        let urls = match kind {
            Kind::Tidy => vec![
                whole,
                format!("{site}/index.html"),
                format!("{site}/block-b03.html"),
            ],
            Kind::Untidy => vec![whole],
        };
        for (width, scheme) in WIDTHS.into_iter().flat_map(|w| SCHEMES.map(|s| (w, s))) {
            for url in &urls {
                browser.looks(width, scheme);
                browser.open(url);
                assert_eq!(
                    browser.said(),
                    [] as [String; 0],
                    "{kind:?} {width} {scheme}"
                );
                browser.ask(UNFOLDED);
                let wide = browser.ask(TOO_WIDE);
                assert_eq!(wide, json!([false, []]), "{kind:?} {width} {scheme}");
                let faint = browser.ask(contrast);
                assert_eq!(faint, json!([]), "{kind:?} {width} {scheme}");
            }
        }
    }
}

/// The rules of axe-core, everything unfolded: the whole page, and an index and a page of a folder.
#[test]
fn axe_core_finds_nothing_at_any_width_in_either_scheme() {
    let Some(mut browser) = Browser::start() else {
        return;
    };
    let Some(axe) = axe() else { return };
    let files = Kind::Tidy.plan(60, 1);
    let files: Vec<(&str, &[u8])> = files
        .iter()
        .map(|(path, bytes)| (path.to_str().unwrap(), &**bytes))
        .collect();
    let folder = Folder::with_bytes(&files);
    let whole = page(&folder);
    let site = pages(&folder);
    for url in [
        whole,
        format!("{site}/index.html"),
        format!("{site}/block-b02.html"),
    ] {
        for (width, scheme) in WIDTHS.into_iter().flat_map(|w| SCHEMES.map(|s| (w, s))) {
            browser.looks(width, scheme);
            browser.open(&url);
            browser.ask(UNFOLDED);
            let found = findings(&mut browser, &axe);
            assert_eq!(found, json!([]), "{url} {width} {scheme}");
        }
    }
}

/// A link that was copied when the plan was one page leads into a folder of pages too.
#[test]
fn an_anchor_of_a_step_leads_from_the_index_to_the_page_of_its_block() {
    let Some(mut browser) = Browser::start() else {
        return;
    };
    let folder = demo(Kind::Tidy);
    let site = pages(&folder);
    browser.looks(1600, "light");
    browser.open(&format!("{site}/index.html#block-b07"));
    assert_eq!(browser.ask(TARGET)[0], "block-b07");
    browser.open(&format!("{site}/index.html#step-0610"));
    let there = "new Promise((tell) => {
      const look = () => document.querySelector('h1').textContent.startsWith('B07')
        ? tell(location.href) : setTimeout(look, 20);
      look();
    })";
    // The index goes away while it is asked.
    let mut at = browser.try_ask(there);
    while at.is_none() {
        at = browser.try_ask(there);
    }
    assert_eq!(at, Some(json!(format!("{site}/block-b07.html#step-0610"))));
    assert_eq!(browser.ask(TARGET)[0], "step-0610");
    assert_eq!(browser.said(), [] as [String; 0]);
}

/// The index filters its blocks, a page its steps.
#[test]
fn the_pages_of_a_folder_filter_and_sort_by_keyboard() {
    let Some(mut browser) = Browser::start() else {
        return;
    };
    let folder = demo(Kind::Tidy);
    let site = pages(&folder);
    browser.looks(800, "dark");
    let shown = "[...document.querySelectorAll('.rows tbody tr')].filter((row) => \
                 row.checkVisibility()).map((row) => row.cells[0].textContent)";
    // The longest word of the second row.
    let pick = "document.querySelectorAll('.rows tbody tr')[1].cells[1].textContent.toLowerCase()\
                .split(/[^a-z]+/).sort((a, b) => b.length - a.length)[0]";
    for (file, of) in [("index", "blocks"), ("block-b03", "steps")] {
        browser.open(&format!("{site}/{file}.html"));
        let word = browser.ask(pick);
        let word = word.as_str().unwrap();
        let says = format!(
            "[...document.querySelectorAll('.rows tbody tr')].filter((row) => \
             row.textContent.toLowerCase().includes('{word}')).map((row) => row.cells[0].textContent)"
        );
        let (expected, all) = (browser.ask(&says), browser.ask(shown));
        browser.ask("document.getElementById('words').focus()");
        for letter in word.chars() {
            browser.press(&letter.to_string());
        }
        browser.ask(FILTERED);
        assert_eq!(browser.ask(shown), expected);
        let (some, all) = (
            expected.as_array().unwrap().len(),
            all.as_array().unwrap().len(),
        );
        let said = browser.ask("document.getElementById('found').textContent");
        assert_eq!(said, json!(format!("{some} of {all} {of}")));
        assert!(0 < some && some < all, "{some} of {all}");
        browser.press("Escape");
        browser.ask(FILTERED);
        browser.ask("document.querySelector('.rows thead th button').focus()");
        let first = browser.ask(shown);
        for _ in 0..2 {
            browser.press("Enter");
        }
        let mut first: Vec<String> = serde_json::from_value(first).unwrap();
        first.reverse();
        assert_eq!(browser.ask(shown), json!(first));
        assert_eq!(browser.said(), [] as [String; 0]);
    }
}

#[test]
fn each_kind_of_anchor_is_reached_though_its_block_was_folded() {
    let Some(mut browser) = Browser::start() else {
        return;
    };
    let folder = demo(Kind::Tidy);
    let url = page(&folder);
    browser.looks(1600, "light");
    for anchor in [
        "step-0310",
        "block-b07",
        "gate-groundwork",
        "week-2026-w47",
        "problems",
    ] {
        browser.open(&format!("{url}#{anchor}"));
        let place = browser.ask(TARGET);
        let [id, top, height] = &place.as_array().unwrap()[..] else {
            panic!()
        };
        assert_eq!(id, anchor);
        let (top, height) = (top.as_f64().unwrap(), height.as_f64().unwrap());
        assert!(
            (0.0..height).contains(&top),
            "{anchor} is at {top} of {height}"
        );
    }
}

#[test]
fn filter_sort_and_folding_work_by_keyboard() {
    let Some(mut browser) = Browser::start() else {
        return;
    };
    let folder = demo(Kind::Tidy);
    let url = page(&folder);
    browser.looks(800, "light");
    browser.open(&url);
    browser.ask("document.getElementById('words').focus()");
    for letter in "rollback".chars() {
        browser.press(&letter.to_string());
    }
    browser.ask(FILTERED);
    let found = "[...document.querySelectorAll('.steps tbody tr')].filter((row) => \
                 row.checkVisibility()).map((row) => row.cells[0].textContent)";
    let list = folder.run(&["list", "--json"]).ok();
    let list: Value = serde_json::from_str(&list).unwrap();
    let has_word = |step: &&Value| step.to_string().to_lowercase().contains("rollback");
    let expected: Vec<&Value> = (list["steps"].as_array().unwrap().iter())
        .filter(has_word)
        .map(|step| &step["step_id"])
        .collect();
    assert!(!expected.is_empty());
    assert_eq!(browser.ask(found), json!(expected));
    let said = browser.ask("document.getElementById('found').textContent");
    assert_eq!(said, json!(format!("{} of 480 steps", expected.len())));
    browser.press("Escape");
    browser.ask(FILTERED);
    assert_eq!(browser.ask(found), json!([]), "all is folded again");
    // Quotes keep words together.
    browser.ask("document.getElementById('words').focus()");
    let title = list["steps"][0]["title"].as_str().unwrap().to_lowercase();
    let together: Vec<&str> = title.split(' ').take(2).collect();
    for letter in format!("\"{}\"", together.join(" ")).chars() {
        browser.press(&letter.to_string());
    }
    browser.ask(FILTERED);
    assert!(
        browser
            .ask(found)
            .as_array()
            .unwrap()
            .contains(&list["steps"][0]["step_id"])
    );
    browser.press("Escape");
    browser.ask(FILTERED);
    browser.ask("document.querySelector('#block-b01 summary').focus()");
    browser.press("Enter");
    let titles = "[...document.querySelector('#block-b01 tbody').rows].map((row) => \
                  row.cells[1].querySelector('b').textContent)";
    let as_written = browser.ask(titles);
    browser.ask("document.querySelector('#block-b01 thead th:nth-child(2) button').focus()");
    let sorted = |browser: &mut Browser| {
        browser.press("Enter");
        let head = "document.querySelector('#block-b01 thead th:nth-child(2)')";
        let how = browser.ask(&format!("{head}.getAttribute('aria-sort')"));
        (how, browser.ask(titles))
    };
    let mut titles_up: Vec<String> = serde_json::from_value(as_written.clone()).unwrap();
    titles_up.sort_by_key(|title| title.to_lowercase());
    assert_eq!(sorted(&mut browser), (json!("ascending"), json!(titles_up)));
    titles_up.reverse();
    assert_eq!(
        sorted(&mut browser),
        (json!("descending"), json!(titles_up))
    );
    assert_eq!(sorted(&mut browser), (Value::Null, as_written));
}

/// Whatever a field says is text, and the policy would stop the rest.
#[test]
fn hostile_text_in_any_field_is_inert() {
    let Some(mut browser) = Browser::start() else {
        return;
    };
    let hostile = "<script>document.title='owned'</script><img src=x onerror=document.title='owned'>\
                   <a href=javascript:document.title='owned'>x</a>";
    let line = json!({
        "step_id": "0001", "block": "B01", "title": hostile, "theme": hostile, "owner": hostile,
        "status": "draft", "outcome": hostile, "dependencies": [hostile, "javascript:alert(1)"],
        "inputs": [hostile], "artifacts": ["javascript:document.title='owned'", hostile],
        "verification": hostile, "notes": hostile,
        "evidence": {"metric": hostile, "target": hostile, "actual": hostile,
                     "link": "javascript:document.title='owned'"},
        "effort": {"planned": hostile}, "cost": {"actual": hostile}, "updated_at": hostile,
    });
    let canon = format!(
        "# {hostile}\n\n| Block | Step Range | Theme |\n| --- | --- | --- |\n\
         | B01 | 0001–0100 | {hostile} |\n\n| Stage | Horizon | North-Star | Stage-Gate Review |\n\
         | --- | --- | --- | --- |\n| {hostile} | {hostile} | {hostile} | {hostile} |\n"
    );
    let folder = Folder::new(&[(LOG, &format!("{line}\n")), (CANON, &canon)]);
    let url = page(&folder);
    browser.looks(1600, "dark");
    browser.open(&url);
    browser.ask("document.querySelectorAll('main a').forEach((link) => link.click())");
    assert_eq!(browser.said(), [] as [String; 0]);
    let facts = browser.ask(
        "[document.title === 'owned', document.scripts.length, document.images.length, \
         [...document.links].filter((link) => !/^(https?|file|mailto):/.test(link.protocol)).length]",
    );
    assert_eq!(facts, json!([false, 1, 0, 0]));
}

/// The same of every paper and of the names of files: the demo's, with markup in place of a word.
#[test]
fn hostile_text_in_papers_and_names_of_files_is_inert() {
    let Some(mut browser) = Browser::start() else {
        return;
    };
    let hostile = "<script>document.title='owned'</script><img src=x onerror=document.title='owned'>\
                   [x](javascript:document.title='owned')";
    let mut files: Vec<(String, Vec<u8>)> = Vec::new();
    for (path, bytes) in Kind::Tidy.plan(480, 1) {
        let mut path = path.to_str().unwrap().to_owned();
        let Ok(text) = String::from_utf8(bytes.clone()) else {
            continue;
        };
        let bytes = match () {
            () if path.ends_with(".md") => {
                text.replace(" the ", &format!(" {hostile} ")).into_bytes()
            }
            () if path == "stepdeck.toml" => {
                let source = "https://code.example.org/tree/main";
                format!("{text}\n[page]\ntitle = \"{hostile}\"\nsource = \"{source}\"\n")
                    .into_bytes()
            }
            () => bytes,
        };
        if path.contains("/decisions/") || path.contains("/risks/") {
            path = path.replace(".md", "-<img src=x onerror=document.title='owned'>\"&.md");
        }
        files.push((path, bytes));
    }
    let said = format!(
        "# Standup 2026-11-20 — {hostile}\n\n## Groundwork\n\n- **Status:** blocked {hostile}\n\
         - **Blockers:**\n  - {hostile}\n- **Evidence:** <javascript:document.title='owned'>\n"
    );
    let name = "data/standups/2026-11-20/bo<img src=x onerror=document.title='owned'>.md";
    files.push((name.to_owned(), said.into_bytes()));
    for week in ["2026-W47", "2026-W46", "2026-W45"] {
        let record = review::LAST.replace("2026-W46", week);
        let record = record.replace("0001", "9999");
        let record = record.replace("Agree the measures", hostile);
        let record = record.replace("**Owner:** ops", &format!("**Owner:** {hostile}"));
        files.push((format!("data/reviews/{week}.md"), record.into_bytes()));
    }
    let files: Vec<(&str, &[u8])> = files
        .iter()
        .map(|(path, bytes)| (&**path, &**bytes))
        .collect();
    let folder = Folder::with_bytes(&files);
    let (whole, site) = (page(&folder), pages(&folder));
    for url in [
        whole,
        format!("{site}/index.html"),
        format!("{site}/block-b03.html"),
    ] {
        browser.looks(800, "light");
        browser.open(&url);
        browser
            .ask("document.querySelectorAll('details').forEach((details) => details.open = true)");
        assert_eq!(browser.said(), [] as [String; 0]);
        let facts = browser.ask(
            "[document.title === 'owned', document.scripts.length, document.images.length, \
             [...document.links].filter((link) => !/^(https?|file|mailto):/.test(link.protocol)).length]",
        );
        assert_eq!(facts, json!([false, 1, 0, 0]), "{url}");
        let quoting = browser.ask(
            "[...document.querySelectorAll('main > section')].filter((section) => \
             section.textContent.includes(\"document.title='owned'\")).map((section) => section.id)",
        );
        if url.ends_with("index.html") {
            assert_eq!(
                quoting,
                json!([
                    "week",
                    "gates",
                    "scorecard",
                    "standup",
                    "demo",
                    "risks",
                    "decisions",
                    "problems"
                ])
            );
        }
    }
}

/// Without the script everything is there, unfolded.
#[test]
fn it_is_whole_without_script() {
    let Some(mut browser) = Browser::start() else {
        return;
    };
    let folder = demo(Kind::Tidy);
    let url = page(&folder);
    browser.looks(800, "light");
    browser.call(
        "Emulation.setScriptExecutionDisabled",
        json!({"value": true}),
    );
    browser.open(&url);
    let shown = browser.ask(
        "[document.querySelectorAll('details.block:not([open])').length, \
         document.querySelectorAll('.steps tbody tr').length, \
         document.getElementById('search').checkVisibility()]",
    );
    assert_eq!(shown, json!([0, 480, false]));
}
