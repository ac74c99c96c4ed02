//! What a window of any width shows of the plan: letters of titles, the blocks, the names of the
//! screens.

use std::fmt::Write as _;

use crossterm::event::{KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use stepdeck::document::visible::width;
use stepdeck::tui::cockpit::Event;
use stepdeck::tui::terminal::TerminalEvent;

use crate::support::desk::Desk;
use crate::support::fixture::{CANON, DOCUMENT, LINES, LOG};

/// A log of `blocks` blocks of three steps: the second is blocked in every fourth block.
fn log(blocks: usize, title: &str, owner: &str) -> String {
    let mut log = String::new();
    for block in 0..blocks {
        for (n, status) in [(1, "complete"), (2, "blocked"), (3, "in progress")] {
            let id = block * 100 + n;
            let status = if n == 2 && block % 4 > 0 {
                "draft"
            } else {
                status
            };
            writeln!(
                log,
                r#"{{"step_id": "{id:04}", "title": "{title}", "owner": "{owner}", "status": "{status}"}}"#
            )
            .unwrap();
        }
    }
    log
}

/// A canon that names the first three blocks.
const NAMES: &str = "\
| Block | Step Range | Working Theme | Primary Steward | Success Signal | Status |
| --- | --- | --- | --- | --- | --- |
| B01 | 0001–0100 | Ground rules | ops | | |
| B02 | 0101–0200 | A theme that is too long for the room that it has beside the cells | ops | | |
| B03 | 0201–0300 | Product measurement | ops | | |
";

fn desk(log: &str, columns: u16, rows: u16) -> Desk {
    Desk::sized(&[(LOG, log), (CANON, NAMES)], columns, rows)
}

fn rows(desk: &Desk) -> Vec<String> {
    desk.screen().lines().map(str::to_owned).collect()
}

/// A title of a hundred letters, in words that are found again.
fn hundred() -> String {
    let words: Vec<String> = (1..=25).map(|n| format!("w{n:02}")).collect();
    words.join(" ") + "."
}

/// Letters of `title` in the first row that shows some of it.
fn letters(desk: &Desk, title: &str) -> usize {
    let rows = rows(desk);
    let row = rows.iter().find(|row| row.contains(&title[..7]));
    let row = row.unwrap_or_else(|| panic!("{}", rows.join("\n")));
    (0..=title.len())
        .rev()
        .find(|end| row.contains(&title[..*end]))
        .unwrap()
}

/// In a wider window a title never loses letters, but for those over 72.
#[test]
fn a_wider_window_shows_no_fewer_letters_of_a_title() {
    let title = hundred();
    assert_eq!(title.len(), 100);
    for (owner, height) in [
        ("", 24),
        ("ops", 30),
        ("analytics", 40),
        ("the whole platform team", 48),
    ] {
        let mut desk = desk(&log(100, &title, owner), 40, height);
        let mut most = 0;
        for columns in 40..=240 {
            desk.resize(columns, height);
            let shown = letters(&desk, &title);
            assert!(
                shown >= most.min(72),
                "{shown} of {most} at {columns}:\n{}",
                desk.screen()
            );
            most = most.max(shown);
            if columns == 80 {
                assert!((38..=60).contains(&shown), "{}", desk.screen());
            }
        }
        assert_eq!(most, 100);
    }
}

/// Every word of the selected step's title is read somewhere, whatever the window.
#[test]
fn the_whole_title_of_the_selected_step_is_always_readable() {
    let wide = "设计评审 ".repeat(20).trim_end().to_owned();
    for (title, smallest) in [(hundred(), (40, 12)), (wide, (80, 24))] {
        let mut desk = desk(&log(30, &title, "the whole platform team"), 40, 12);
        desk.keys("j");
        for columns in (40..=240).step_by(4) {
            for height in [12, 18, 24, 48] {
                if (columns, height) < smallest || height < smallest.1 {
                    continue;
                }
                desk.resize(columns, height);
                let rows = rows(&desk);
                let first = rows.iter().position(|row| row.contains("0001 ")).unwrap();
                let end = rows.iter().position(|row| row.starts_with('└')).unwrap();
                let row_of = |id: &str| rows.iter().find(|row| row.contains(id)).unwrap();
                let is_whole = row_of("0002 ").contains(&title);
                let shown = rows[first..=end].join(" ");
                let words: Vec<&str> = title.split(' ').collect();
                let last_row = |word: &&str| match is_whole {
                    true => true,
                    false => shown.matches(*word).count() > 0,
                };
                let missing: Vec<_> = words.iter().filter(|word| !last_row(word)).collect();
                assert!(
                    missing.is_empty(),
                    "{missing:?} at {columns}×{height}\n{}",
                    desk.screen()
                );
                // The title is put together again from the pane's last rows.
                if !is_whole {
                    let foot: String = rows[first..=end].concat();
                    let foot: String = foot.chars().filter(|c| !" │┃└┘─█".contains(*c)).collect();
                    let title: String = title.chars().filter(|c| *c != ' ').collect();
                    let found = foot.contains(&title);
                    assert!(found, "{columns}×{height}\n{}", desk.screen());
                }
            }
        }
    }
}

#[test]
fn a_sub_step_indents_its_own_row_and_no_other() {
    let column = |desk: &Desk, title: &str| {
        let rows = rows(desk);
        let row = rows.iter().find(|row| row.contains(title)).unwrap();
        width(&row[..row.find(title).unwrap()])
    };
    let mut desk = desk(LINES, 80, 24);
    let before = column(&desk, "Review the schema");
    desk.keys("jAA sub-step<Enter>");
    assert!(desk.screen().contains("0002.A"), "{}", desk.screen());
    assert_eq!(column(&desk, "Review the schema"), before);
    assert_eq!(column(&desk, "A sub-step"), before + 2);
    assert_eq!(column(&desk, "Load test"), before);
}

/// A hundred blocks in two rows of fifty, at 80 columns, in every kind of terminal.
#[test]
fn the_blocks_are_a_strip_that_is_whole_at_80_columns() {
    let mut desk = desk(&log(100, "A title", "ops"), 80, 24);
    let strip = |desk: &Desk| rows(desk)[2..4].to_vec();
    let row = "!333!333!3 33!333!333 !333!333!3 33!333!333 !333!333!3";
    assert_eq!(
        strip(&desk),
        [
            format!(" {row}  B01 Ground rules 33% !1"),
            " 33!333!333 !333!333!3 33!333!333 !333!333!3 33!333!333  M unfolds".to_owned(),
        ]
    );
    // Walked with the arrows, in its own rows: B51 is below B01.
    desk.keys("h");
    assert!(
        strip(&desk).iter().all(|row| row.starts_with('▌')),
        "{}",
        desk.screen()
    );
    for (key, block) in [
        ("<Right>", "B02"),
        ("<Right>", "B03"),
        ("<Down>", "B53"),
        ("<Down>", "B53"),
        ("<Up>", "B03"),
        ("G", "B100"),
        ("<Right>", "B100"),
        ("g", "B01"),
        ("<Left>", "B01"),
    ] {
        desk.keys(key);
        let rows = strip(&desk);
        assert!(
            rows[0].contains(&format!("  {block}")),
            "{key}\n{}",
            rows.join("\n")
        );
    }
    // From the end of a row to the beginning of the next one.
    desk.keys(&"<Right>".repeat(50));
    assert!(strip(&desk)[0].contains("  B51 33%"), "{}", desk.screen());
}

#[test]
fn the_selected_block_is_named_beside_the_strip_in_one_row_or_two() {
    let mut desk = desk(&log(100, "A title", "ops"), 80, 24);
    desk.keys("}");
    assert!(
        rows(&desk)[2].ends_with("  A theme that is too")
            || rows(&desk)[2].contains("B02 A theme that is")
    );
    assert!(rows(&desk)[3].contains("… 33%"), "{}", desk.screen());
    desk.keys("}");
    assert!(
        rows(&desk)[2].ends_with("  B03 Product measurement"),
        "{}",
        desk.screen()
    );
    assert!(rows(&desk)[3].ends_with("  33%"), "{}", desk.screen());
    desk.keys("}}").resize(100, 30);
    assert!(
        rows(&desk)[2].ends_with("  B05 33% !1"),
        "{}",
        desk.screen()
    );
}

#[test]
fn fewer_blocks_have_wider_cells() {
    for (blocks, first) in [
        (1, " 33!·· ··   B01"),
        (5, " 33!33 33 33 33!  B01"),
        (20, " 33!33 33 33 33!33 33 33 33!33   B01"),
        (23, " 3!3 3 3 3!3 3 3 3!3  3 3 3!3 3 3 3!3 3 3   B01"),
    ] {
        let desk = desk(&log(blocks, "A title", "ops"), 80, 24);
        let row = &rows(&desk)[2];
        assert!(row.starts_with(first), "{blocks}: {row}");
    }
    // A second page is as the first one.
    let mut desk = desk(&log(120, "A title", "ops"), 80, 24);
    desk.keys(":10101<Enter>");
    assert!(rows(&desk)[2].contains("  B102"), "{}", desk.screen());
    assert!(rows(&desk)[3].contains("page 2 of 2"), "{}", desk.screen());
}

#[test]
fn one_key_unfolds_the_grid_and_folds_it_again() {
    let mut desk = desk(&log(100, "A title", "ops"), 80, 24);
    let grid = " 33 33 33 33!33 33 33 33!33";
    assert!(!desk.screen().contains(grid));
    desk.keys("M");
    assert!(
        desk.screen().contains(&format!("│[33]{}", &grid[1..])),
        "{}",
        desk.screen()
    );
    // Its rows are those of the grid now.
    desk.keys("j");
    assert_eq!(desk.cockpit.model.step().unwrap().id().to_string(), "1001");
    desk.keys("M");
    assert!(desk.screen().contains("┌Steps B11"), "{}", desk.screen());
    for keys in ["M<Esc>", "M<Enter>", "MM"] {
        desk.keys(keys);
        assert!(
            desk.screen().contains("┌Steps B11"),
            "{keys}\n{}",
            desk.screen()
        );
    }
}

#[test]
fn the_grid_stands_beside_the_list_from_128_columns() {
    let mut desk = desk(&log(100, &hundred(), "analytics"), 127, 40);
    assert!(!desk.screen().contains("┌Blocks"));
    desk.resize(128, 40);
    assert!(desk.screen().contains("┌Blocks"));
    assert!(letters(&desk, &hundred()) >= 72, "{}", desk.screen());
    // A title that leaves room for the word of its status has it.
    let mut desk = self::desk(&log(100, "Short", "analytics"), 128, 40);
    assert!(
        desk.screen().contains(" 0001 ✓ Short   "),
        "{}",
        desk.screen()
    );
    assert!(
        desk.screen().contains("complete    analytics"),
        "{}",
        desk.screen()
    );
    desk.resize(160, 48);
    assert!(
        desk.screen().contains(" 0001 ✓ complete    Short   "),
        "{}",
        desk.screen()
    );
}

#[test]
fn a_short_list_leaves_its_rows_to_detail_and_chain() {
    let mut desk = desk(&log(100, "A title", "ops"), 80, 24);
    let detail = |desk: &Desk| rows(desk).iter().position(|row| row.contains("┌Detail"));
    assert_eq!(detail(&desk), Some(14));
    desk.keys("/block:B02<Enter>");
    assert_eq!(detail(&desk), Some(9), "{}", desk.screen());
}

const SCREENS: [&str; 6] = [
    "1 Plan",
    "2 Gates",
    "3 Weekly review",
    "4 Standup",
    "5 Problems",
    "6 Since",
];

#[test]
fn every_screen_names_all_of_them_with_their_keys() {
    let mut desk = Desk::sized(&[(LOG, LINES), (CANON, DOCUMENT)], 80, 24);
    for (key, name) in ('1'..).zip(SCREENS) {
        desk.resize(80, 24).keys(&key.to_string());
        for columns in [80, 99, 100, 160] {
            desk.resize(columns, 24);
            let row = &rows(&desk)[1];
            // Where names are cut, they close up to their keys.
            let spelled = |name: &str| match columns < 99 {
                true => name.replacen(' ', "", 1),
                false => name.to_owned(),
            };
            for other in SCREENS {
                // Below 99 columns only the current one has its whole name.
                let told = spelled(other);
                let is_whole = columns >= 99 || other == name;
                let told = if is_whole {
                    &*told
                } else {
                    &told[..6.min(told.len())]
                };
                assert!(row.contains(told), "{row}");
            }
            let name = &*spelled(name);
            let at = row.find(name).unwrap();
            let looks: Vec<_> = [at, at + name.len() - 1, at + name.len() + 2]
                .map(|x| desk.buffer()[(u16::try_from(x).unwrap_or(0).min(columns - 1), 1)].bg)
                .into();
            assert!(looks[0] == looks[1] && looks[0] != looks[2], "{name}");
        }
        // A narrow window has no row to spare.
        desk.resize(79, 24);
        assert!(!desk.screen().contains("1 Plan"));
    }
}

#[test]
fn a_click_on_a_name_opens_the_screen_but_not_over_an_open_field() {
    let mut desk = Desk::sized(&[(LOG, LINES), (CANON, DOCUMENT)], 80, 24);
    let click = |desk: &mut Desk, name: &str| {
        let name = name.replacen(' ', "", 1);
        let column = rows(desk)[1].find(&name[..5.min(name.len())]).unwrap();
        let event = MouseEvent {
            kind: MouseEventKind::Down(MouseButton::Left),
            column: u16::try_from(column).unwrap(),
            row: 1,
            modifiers: KeyModifiers::NONE,
        };
        desk.send(Event::Terminal(TerminalEvent::Mouse(event)));
        desk.settle();
    };
    for name in SCREENS {
        click(&mut desk, name);
        let title = desk.cockpit.model.screen.title;
        assert_eq!(&name[2..], title);
    }
    desk.keys("1a");
    click(&mut desk, "2 Gates");
    assert_eq!(desk.cockpit.model.screen.title, "Plan");
    assert_eq!(desk.cockpit.model.overlays.len(), 1);
}

/// At 80 columns there is room for when something was saved.
#[test]
fn the_header_says_when_something_was_saved_at_80_columns() {
    let mut desk = Desk::bundled(80, 24);
    desk.keys("jsp");
    desk.wait_for("saved ");
    let header = &rows(&desk)[0];
    assert!(
        header.contains("B01 Operating") && header.ends_with("● live"),
        "{header}"
    );
}

/// What a list is narrowed by stays in its title where other words give way, and how many pass is
/// counted.
#[test]
fn a_title_keeps_the_filter_before_all_else() {
    for (screen, filter, count) in [
        ("3", "block:B02", "1 of 15"),
        ("5", "rule:duplicate OR block:B02", " of "),
        ("9", "a filter of many words", ""),
    ] {
        for columns in [60, 80, 120] {
            let mut desk = desk(&log(20, "t", "ops"), columns, 24);
            desk.keys(&format!("{screen}/{filter}<Enter>"));
            let rows = rows(&desk);
            let shown = |row: &&String| row.contains("filter: ") && row.contains(&filter[..6]);
            let title = rows.iter().find(shown);
            let title = title.unwrap_or_else(|| panic!("{screen} {columns}\n{}", desk.screen()));
            assert!(title.contains(count), "{}", desk.screen());
        }
    }
    // Longer than the title, it is cut, and so is what else there is to say.
    let mut desk = desk(&log(20, "t", "ops"), 40, 24);
    desk.keys("3/block:B02 OR block:B03 OR block:B04<Enter>");
    assert!(
        desk.screen().contains("filter: block:"),
        "{}",
        desk.screen()
    );
}

/// Without a filter the remark of the first review gives way to what is left to do.
#[test]
fn a_remark_in_a_title_is_shortened_before_it_goes() {
    for (columns, said) in [(80, "oldest first, 15 to decide"), (50, "15 to decide")] {
        let mut desk = desk(&log(20, "t", "ops"), columns, 24);
        desk.keys("3");
        assert!(desk.screen().contains(said), "{}", desk.screen());
    }
}
