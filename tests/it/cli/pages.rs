//! `export --format html -o DIR`: an index and a page for each block, in a folder that may hold other
//! things too.

use std::collections::{BTreeMap, HashSet};
use std::fs;

use crate::support::demo::Kind;
use crate::support::fixture::{CANON, DOCUMENT, LINES, LOG};
use crate::support::run::Folder;

const HTML: [&str; 3] = ["export", "--format", "html"];

fn demo(kind: Kind) -> Folder {
    let files = kind.plan(480, 1);
    let files: Vec<(&str, &[u8])> = files
        .iter()
        .map(|(path, bytes)| (path.to_str().unwrap(), &**bytes))
        .collect();
    Folder::with_bytes(&files)
}

fn pages(folder: &Folder, more: &[&str]) -> BTreeMap<String, String> {
    let run = folder.run(&[&HTML[..], &["--worktree", "-o", "site/"], more].concat());
    assert_eq!(run.code, 0, "{run:?}");
    let entries = fs::read_dir(folder.path().join("site")).unwrap();
    let entries = entries.map(|entry| entry.unwrap());
    entries
        .map(|entry| {
            let name = entry.file_name().into_string().unwrap();
            (name, fs::read_to_string(entry.path()).unwrap())
        })
        .collect()
}

/// What follows each `from` up to the next quote.
fn values<'p>(page: &'p str, from: &str) -> Vec<&'p str> {
    let parts = page.split(from).skip(1);
    parts.map(|rest| &rest[..rest.find('"').unwrap()]).collect()
}

#[test]
fn each_step_is_on_the_page_of_its_block_and_every_link_leads_somewhere() {
    for kind in [Kind::Tidy, Kind::Untidy] {
        for more in [&[][..], &["--filter", "owner:ops"]] {
            let folder = demo(kind);
            let pages = pages(&folder, more);
            let ids: BTreeMap<&str, Vec<&str>> = pages
                .iter()
                .map(|(name, page)| (&**name, values(page, " id=\"")))
                .collect();
            for (name, ids) in &ids {
                let different: HashSet<&&str> = ids.iter().collect();
                assert_eq!(
                    different.len(),
                    ids.len(),
                    "{kind:?} {name}: ids are unique"
                );
            }
            for (name, page) in &pages {
                for link in values(page, "href=\"") {
                    if link.contains("://") || link.starts_with("mailto:") || link == "data:," {
                        continue;
                    }
                    let (file, anchor) = link.split_once('#').unwrap_or((link, ""));
                    let file = if file.is_empty() { name } else { file };
                    let known = ids.get(file).unwrap_or_else(|| panic!("{name}: {link}"));
                    assert!(
                        anchor.is_empty() || known.contains(&anchor),
                        "{name}: {link}"
                    );
                }
            }
            let list = [&["list", "--json"], more].concat();
            let list: serde_json::Value = serde_json::from_str(&folder.run(&list).ok()).unwrap();
            let mut rows: Vec<&str> = pages
                .values()
                .flat_map(|page| values(page, "<tr id=\"step-"))
                .collect();
            assert_eq!(rows.len(), list["steps"].as_array().unwrap().len());
            rows.retain(|id| pages["index.html"].contains(&format!("<tr id=\"step-{id}\"")));
            assert!(rows.is_empty(), "the index has no steps: {rows:?}");
        }
    }
}

/// The figures of the index beside those of the pages.
#[test]
fn the_index_counts_what_the_pages_show() {
    let folder = demo(Kind::Tidy);
    let pages = pages(&folder, &[]);
    let index = &pages["index.html"];
    let blocks: Vec<&str> = values(index, "<tr id=\"block-");
    assert_eq!(blocks.len() + 1, pages.len());
    for block in blocks {
        let page = &pages[&format!("block-{block}.html")];
        let count = values(page, "<tr id=\"step-").len();
        let caption = format!("{}: {count} steps</caption>", block.to_uppercase());
        assert!(page.contains(&caption), "{caption}");
        let (_, row) = index
            .split_once(&format!("<tr id=\"block-{block}\""))
            .unwrap();
        let row = &row[..row.find("</tr>").unwrap()];
        let done = page.matches("<td class=\"d\">").count();
        let retired = page.matches("<td class=\"x\">").count();
        let percent = done * 100 / (count - retired).max(1);
        assert!(
            row.contains(&format!(">{percent}%<")),
            "{block}: {percent} {row}"
        );
        let said = match done {
            0 => !row.contains(" done"),
            done => row.contains(&format!("{done} done")),
        };
        assert!(said, "{block}: {done} {row}");
    }
}

#[test]
fn a_new_name_without_extension_is_a_folder_and_a_file_stays_a_file() {
    let folder = Folder::new(&[(LOG, LINES), (CANON, DOCUMENT), ("note", "mine")]);
    let run = folder.run(&[&HTML[..], &["-o", "site"]].concat());
    assert_eq!(run.code, 0, "{run:?}");
    assert!(
        run.err.contains("4 steps written to 3 pages in site"),
        "{run:?}"
    );
    assert!(
        folder
            .read("site/index.html")
            .starts_with("<!DOCTYPE html>")
    );
    folder.run(&[&HTML[..], &["-o", "note"]].concat()).ok();
    assert!(folder.read("note").starts_with("<!DOCTYPE html>"));
    let run = folder.run(&[&HTML[..], &["-o", "a/b/"]].concat());
    assert!(run.code == 2 && run.err.contains("a/b"), "{run:?}");
}

/// What others put into the folder stays, and what is in the way is not replaced.
#[test]
fn a_folder_keeps_what_is_not_ours() {
    let folder = Folder::new(&[
        (LOG, LINES),
        (CANON, DOCUMENT),
        ("docs/block-b07.html", "<p>by hand</p>"),
        ("site/CNAME", "plan.example.org\n"),
    ]);
    folder.run(&[&HTML[..], &["-o", "site"]].concat()).ok();
    let less = ["--filter", "block:B01", "-o", "site"];
    folder.run(&[&HTML[..], &less].concat()).ok();
    assert_eq!(folder.read("site/CNAME"), "plan.example.org\n");
    assert!(folder.path().join("site/block-b01.html").exists());
    let gone = folder.path().join("site/block-b02.html");
    assert!(!gone.exists(), "ours, and not in the index any more");
    // The folder of the canon is as good as any.
    folder.run(&[&HTML[..], &["-o", "docs"]].concat()).ok();
    assert_eq!(folder.read("docs/block-b07.html"), "<p>by hand</p>");
    assert_eq!(folder.read(CANON), DOCUMENT);
    folder.write("docs/index.html", "<p>by hand</p>");
    let run = folder.run(&[&HTML[..], &["-o", "docs"]].concat());
    assert!(
        run.code == 2
            && run
                .err
                .contains("docs/index.html is not a page that stepdeck wrote"),
        "{run:?}"
    );
    assert_eq!(folder.read("docs/index.html"), "<p>by hand</p>");
}

#[test]
fn a_plan_too_large_for_one_page_says_what_to_do() {
    let line = |number| {
        format!(
            "{{\"step_id\":\"{number:05}\",\"title\":\"T\",\"status\":\"draft\",\"updated_at\":\"2026-11-01T00:00:00Z\"}}\n"
        )
    };
    let log: String = (1..=20_001).map(line).collect();
    let folder = Folder::new(&[(LOG, &log)]);
    for to in [&[][..], &["-o", "plan.html"]] {
        let run = folder.run(&[&HTML[..], to].concat());
        assert_eq!(run.code, 2);
        for part in ["20001 steps", "-o site/", "--filter"] {
            assert!(run.err.contains(part), "{run:?}");
        }
    }
    assert!(!folder.path().join("plan.html").exists());
    let one = ["--filter", "block:B201", "-o", "plan.html"];
    folder.run(&[&HTML[..], &one].concat()).ok();
    assert_eq!(
        values(&folder.read("plan.html"), "<tr id=\"step-"),
        ["20001"]
    );
}
