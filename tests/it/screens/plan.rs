//! The plan screen as people see it: a plan, some keys, a screen.
//!
//! Run with `INSTA_UPDATE=always` to write the screens again, and read each of them.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use ratatui::style::{Color, Modifier, Style};
use stepdeck::app::core::key::Key;
use stepdeck::app::core::keymap::Keymap;
use stepdeck::app::core::message::{DiskEvent, Effect, Message};
use stepdeck::app::core::model::{Model, Notice, SessionContext, Tone};
use stepdeck::app::update;
use stepdeck::plan::source::{Role, SourceFile};
use stepdeck::tui::draw::draw;
use stepdeck::tui::theme::{Background, ColorDepth, Theme};
use stepdeck::tui::widgets::scroll::ScrollState;

const CANON: &str = "\
# Harbour plan

| Block | Step Range | Working Theme | Primary Steward | Success Signal | Status |
| --- | --- | --- | --- | --- | --- |
| B01 | 0001–0100 | Ground rules | Port Office | Rules are read aloud once | done |
| B02 | 0101–0200 | Data model | Records Desk | Queries answer in a blink | open |
| B03 | 0201–0300 | Night shifts | | | |

## Step 0102 — Check the indexes at the gate

- **Outcome:** Index plan agreed by both desks before the tide table is loaded
- **Owner:** grc
- **Dependencies:** Step 0101
";

const DECISION: &str = "# 0007: One index a table\n\nBinding for Step 0102.\n";

/// A log line; `rest` goes on after the status.
fn line(id: &str, title: &str, owner: &str, status: &str, rest: &str) -> String {
    format!(r#"{{"step_id":"{id}","title":"{title}","owner":"{owner}","status":"{status}"{rest}}}"#)
}

fn log() -> String {
    let needs = |ids: &str| format!(r#","dependencies":[{ids}]"#);
    [
        line("0001", "Name the harbour master", "ops", "complete", ""),
        line("0002", "Publish the rules", "ops", "complete", ""),
        line("0101", "Review the schema", "ops", "complete", &needs(r#""0001""#)),
        line(
            "0102",
            "Check the indexes at the gate",
            "ops",
            "in progress",
            r#","outcome":"Index plan agreed by both desks before the tide table is loaded","dependencies":["0101","0002","[x] Budget signed"],"evidence":{"metric":"p95_ms","target":"≤200","actual":180},"effort":{"planned":3},"colour":"blue","updated_at":"2026-01-30T10:00:00Z""#,
        ),
        line("0103", "Load test", "", "blocked", &needs(r#""0102""#)),
        line("0103.A", "Rent the load rig", "ops", "draft", ""),
        line("0104", "Cut over", "grc", "idea", &needs(r#""0102","Board agrees","0999""#)),
        line("0105", "Write the rollback note", "grc", "draft", &needs(r#""0101""#)),
        line("0106", "Wait for the other", "ops", "draft", &needs(r#""0107""#)),
        line("0107", "Wait for the one", "ops", "draft", &needs(r#""0106""#)),
        line("0108", "设计评审 harbour 🚢 données", "会計", "draft", ""),
        line("0109", "Odd one", "ops", "nearly", ""),
    ]
    .join("\n")
}

fn now() -> DateTime<Utc> {
    "2026-02-03T14:02:00Z".parse().unwrap()
}

fn model_of(log: &str) -> Model {
    let files = vec![
        SourceFile::load("data/plans/log.jsonl", Role::Log, log.as_bytes().to_vec()),
        SourceFile::load("data/canon.md", Role::Canon, CANON.as_bytes().to_vec()),
        SourceFile::load(
            "docs/d/0007.md",
            Role::Decision,
            DECISION.as_bytes().to_vec(),
        ),
    ];
    Model::new(files, SessionContext::default(), Keymap::default(), now())
}

/// A cockpit on a terminal of a fixed size.
struct Cockpit {
    model: Model,
    theme: Theme,
    sight: ScrollState,
    terminal: Terminal<TestBackend>,
}

impl Cockpit {
    fn new(width: u16, height: u16) -> Self {
        Self::on(model_of(&log()), width, height)
    }

    fn on(model: Model, width: u16, height: u16) -> Self {
        Self {
            model,
            theme: Theme::new(ColorDepth::TrueColor, Background::Dark, false),
            sight: ScrollState::default(),
            terminal: Terminal::new(TestBackend::new(width, height)).unwrap(),
        }
    }

    fn themed(mut self, depth: ColorDepth, ascii: bool) -> Self {
        self.theme = Theme::new(depth, Background::Dark, ascii);
        self
    }

    /// Presses keys one after the other, drawing after each; `=text` fills the open field.
    fn press(&mut self, keys: &str) -> Vec<Effect> {
        let mut effects = Vec::new();
        self.draw();
        for key in keys.split_whitespace() {
            let message = match key.strip_prefix('=') {
                Some(text) => Message::Typed(text.replace('_', " ")),
                None => Message::Key(key.parse::<Key>().unwrap()),
            };
            effects.extend(update(&mut self.model, message));
            self.draw();
        }
        effects
    }

    fn draw(&mut self) -> &Buffer {
        let Self {
            model,
            theme,
            sight,
            terminal,
        } = self;
        // The frame itself: the test backend keeps what once was under the second half of a wide
        // character, which no terminal does.
        let drawn = terminal
            .draw(|frame| draw(frame, model, theme, sight, None))
            .unwrap();
        model.page = sight.page.max(1);
        drawn.buffer
    }

    fn rows(&mut self) -> Vec<String> {
        let buffer = self.draw();
        let width = usize::from(buffer.area.width);
        buffer
            .content
            .chunks(width)
            .map(|row| {
                let mut text = String::new();
                let mut skip = 0;
                for cell in row {
                    if skip == 0 {
                        text.push_str(cell.symbol());
                        skip = stepdeck::document::visible::width(cell.symbol());
                    }
                    skip -= 1;
                }
                text
            })
            .collect()
    }

    fn screen(&mut self) -> String {
        self.rows().join("\n")
    }

    /// The style of the first cell of the first place that shows `text`.
    fn style_of(&mut self, text: &str) -> Style {
        let rows = self.rows();
        let y = rows.iter().position(|row| row.contains(text));
        let y = y.unwrap_or_else(|| panic!("{text:?} is not on screen:\n{}", rows.join("\n")));
        let column = stepdeck::document::visible::width(rows[y].split(text).next().unwrap());
        let at = (u16::try_from(column).unwrap(), u16::try_from(y).unwrap());
        self.draw()[at].style()
    }
}

#[test]
fn the_plan_at_80x24() {
    let mut cockpit = Cockpit::new(80, 24);
    cockpit.model.sync.saved_at = Some(now());
    cockpit.press("j j j");
    insta::assert_snapshot!(cockpit.screen());
}

#[test]
fn the_plan_at_160x48() {
    let mut cockpit = Cockpit::new(160, 48);
    cockpit.press("j j j");
    insta::assert_snapshot!(cockpit.screen());
}

/// While one walks the list, the eye finds each field, and the step in its chain, where it was.
#[test]
fn fields_and_the_step_of_a_chain_keep_their_rows_from_step_to_step() {
    let steps = [
        line("0001", "Short", "ops", "complete", ""),
        line(
            "0002",
            "A title that is too long for one row of the detail pane",
            "ops",
            "draft",
            r#","dependencies":["0001"],"verification":"A test","notes":"Read what the desk has written of the tide table""#,
        ),
        line(
            "0003",
            "Short again",
            "",
            "blocked",
            r#","outcome":"Agreed","dependencies":["0001","0002"],"inputs":["A list"],"cost":{"actual":3}"#,
        ),
    ];
    let mut cockpit = Cockpit::on(model_of(&steps.join("\n")), 160, 48);
    let rows_of = |cockpit: &mut Cockpit| {
        let rows = cockpit.rows();
        let labels = [
            "Status", "Outcome", " target", "Depends", "Inputs", "Verify", "Cost", "Notes",
            "Written",
        ];
        let row_of = |text: &str| rows.iter().position(|row| row.contains(text));
        let labels = labels.map(|label| row_of(&format!("│ {label}")).expect(label));
        let chain = rows.iter().position(|row| row.contains("Chain:")).unwrap();
        let id = cockpit.model.step().unwrap().id().to_string();
        let found = rows[chain..]
            .iter()
            .position(|row| row.contains(&format!("{id} ")));
        (labels, found.unwrap())
    };
    let first = rows_of(&mut cockpit);
    for _ in 1..steps.len() {
        cockpit.press("j");
        assert_eq!(rows_of(&mut cockpit), first, "{}", cockpit.screen());
    }
    // Where it is too low for all of them, a field without a value gives way.
    cockpit.press("k");
    // A theme that the step does not say is its block's.
    assert!(cockpit.screen().contains("│ Theme     Ground rules"));
    let mut low = Cockpit::on(model_of(&steps.join("\n")), 120, 30);
    low.press("j");
    let screen = low.screen();
    assert!(
        !screen.contains("│ Theme") && screen.contains("│ Written"),
        "{screen}"
    );
}

#[test]
fn narrow_screens_show_the_pane_with_the_keys() {
    let mut cockpit = Cockpit::new(60, 20);
    cockpit.press("j j j");
    insta::assert_snapshot!("narrow_steps", cockpit.screen());
    cockpit.press("tab");
    insta::assert_snapshot!("narrow_detail", cockpit.screen());
    cockpit.press("tab");
    insta::assert_snapshot!("narrow_chain", cockpit.screen());
    cockpit.press("tab");
    insta::assert_snapshot!("narrow_blocks", cockpit.screen());
}

#[test]
fn a_screen_too_small_says_what_it_needs_and_q_works() {
    let mut cockpit = Cockpit::new(30, 8);
    insta::assert_snapshot!(cockpit.screen());
    assert_eq!(cockpit.press("q").last(), Some(&Effect::Quit));
}

#[test]
fn ascii_only() {
    let mut cockpit = Cockpit::new(80, 24).themed(ColorDepth::Ansi16, true);
    cockpit.model.sync.saved_at = Some(now());
    cockpit.press("j j j s c");
    let screen = cockpit.screen();
    insta::assert_snapshot!(screen);
    // All that is not ASCII comes from the files.
    let ours = screen
        .lines()
        .filter(|row| !row.contains("≤200") && !row.contains('设'));
    for row in ours {
        assert!(row.is_ascii(), "{row}");
    }
}

#[test]
fn without_colours_no_cell_has_one_and_the_cursor_is_seen() {
    let mut cockpit = Cockpit::new(80, 24).themed(ColorDepth::None, false);
    cockpit.press("j j j space j v j");
    insta::assert_snapshot!(cockpit.screen());
    for cell in &cockpit.draw().content {
        assert_eq!((cell.fg, cell.bg), (Color::Reset, Color::Reset));
    }
    let cursor = cockpit.style_of("│ 0104");
    assert!(
        cursor.add_modifier.contains(Modifier::REVERSED),
        "{cursor:?}"
    );
}

#[test]
fn every_status_differs_without_colour() {
    let mut cockpit = Cockpit::new(160, 48).themed(ColorDepth::None, true);
    let screen = cockpit.screen();
    for shown in [
        "v complete",
        "~ in progress",
        "x blocked",
        "> ready draft",
        ". idea",
        "? nearly",
    ] {
        assert!(screen.contains(shown), "{shown}\n{screen}");
    }
}

#[test]
fn wide_letters_keep_the_borders_aligned() {
    for width in (40..170).step_by(9) {
        let mut cockpit = Cockpit::new(width, 30);
        cockpit.press(": =108 enter");
        for row in cockpit.rows() {
            let columns = stepdeck::document::visible::width(&row);
            assert_eq!(columns, usize::from(width), "{row}");
            let edge = row.chars().last().unwrap();
            assert!(" │┃┐┘".contains(edge), "{row}");
        }
    }
}

#[test]
fn every_size_and_pane_is_drawn_without_panic() {
    let (mut cockpit, mut width) = (Cockpit::new(200, 50), 1);
    while width < 200 {
        for height in [1, 2, 11, 12, 13, 15, 20, 24, 31, 50] {
            cockpit.terminal.backend_mut().resize(width, height);
            for keys in ["tab", "tab", "tab", "z", "T", "tab", "z", "}"] {
                cockpit.press(keys);
            }
        }
        width += 13;
    }
}

#[test]
fn a_filter_is_named_its_letters_are_lit_and_esc_is_told() {
    let mut cockpit = Cockpit::new(80, 24);
    cockpit.press("/ =gate enter");
    insta::assert_snapshot!("filter", cockpit.screen());
    let mut zoomed = Cockpit::new(80, 24);
    zoomed.press("/ =gate enter z");
    let rows = zoomed.rows();
    let y = rows
        .iter()
        .position(|row| row.contains("at the gate"))
        .unwrap();
    let y = u16::try_from(y).unwrap();
    let buffer = zoomed.draw();
    let lit: String = (0..80)
        .map(|x| &buffer[(x, y)])
        .filter(|cell| cell.modifier.contains(Modifier::UNDERLINED))
        .map(|cell| cell.symbol())
        .collect();
    assert_eq!(lit, "gate");
    cockpit.press("/ =zebra enter");
    insta::assert_snapshot!("filter_without_result", cockpit.screen());
}

#[test]
fn a_block_without_steps_says_what_to_press() {
    let mut cockpit = Cockpit::new(80, 24);
    cockpit.press("} }");
    insta::assert_snapshot!(cockpit.screen());
}

#[test]
fn a_cycle_is_named_in_full_and_the_tree_marks_it() {
    let mut cockpit = Cockpit::new(100, 30);
    cockpit.press(": =106 enter tab tab");
    let screen = cockpit.screen();
    assert!(screen.contains("↻ cycle: 0106 → 0107 → 0106"), "{screen}");
    cockpit.press("T z");
    insta::assert_snapshot!(cockpit.screen());
}

#[test]
fn the_tree_grows_up_and_down_from_the_step() {
    let mut cockpit = Cockpit::new(100, 30);
    cockpit.press("j j j T z");
    insta::assert_snapshot!(cockpit.screen());
}

#[test]
fn the_blocks_zoomed_show_the_blocks_own_hundred() {
    let mut cockpit = Cockpit::new(100, 30);
    cockpit.press("j j j tab tab tab z");
    insta::assert_snapshot!(cockpit.screen());
}

#[test]
fn drift_and_its_keys_stand_at_the_field() {
    let mut cockpit = Cockpit::new(100, 40);
    cockpit.press("j j j tab z");
    insta::assert_snapshot!(cockpit.screen());
}

#[test]
fn news_of_success_is_said_in_full() {
    let mut cockpit = Cockpit::new(80, 24);
    let words = "the review is finished: 11 decided, 2 skipped, 89 not discussed";
    cockpit.model.notice = Some(Notice {
        text: format!("{words} · docs/reviews/2026-W49.md has all of it"),
        tone: Tone::Done,
        of: None,
    });
    let rows = cockpit.rows();
    assert!(rows[21].contains(words), "{}", rows[21]);
    assert!(
        rows[22].contains("2026-W49.md has all of it"),
        "{}",
        rows[22]
    );
    assert!(rows[22].ends_with("u undo "), "{}", rows[22]);
}

#[test]
fn an_edit_is_reported_with_its_undo_key_and_the_state_of_its_save() {
    let mut cockpit = Cockpit::new(80, 24);
    cockpit.press("j j j x");
    let rows = cockpit.rows();
    assert!(rows[0].contains("saving…"), "{}", rows[0]);
    assert!(rows[22].starts_with(" ✓ 0102"), "{}", rows[22]);
    assert!(rows[22].ends_with("u undo "), "{}", rows[22]);
    let failed = DiskEvent::Failed {
        ticket: 1,
        reason: "the disk is full".to_owned(),
    };
    update(&mut cockpit.model, Message::Disk(failed));
    let rows = cockpit.rows();
    assert!(rows[0].contains("1 NOT SAVED"), "{}", rows[0]);
    let style = cockpit.style_of("1 NOT SAVED");
    assert_eq!(style.fg, cockpit.theme.error.fg);
}

#[test]
fn the_header_loses_whole_parts_in_order_of_importance() {
    let mut cockpit = Cockpit::new(80, 24);
    cockpit.model.sync.saved_at = Some(now());
    cockpit.press("j j j");
    let mut headers = Vec::new();
    for width in (40..=90).rev().step_by(5) {
        cockpit.terminal.backend_mut().resize(width, 24);
        headers.push(cockpit.rows()[0].trim_end().to_owned());
    }
    insta::assert_snapshot!(headers.join("\n"));
}

#[test]
fn hints_follow_the_keys_in_force_and_are_never_cut() {
    let wishes = [("status", "ctrl-s"), ("help", "I")];
    let wishes: BTreeMap<String, Vec<String>> = wishes
        .map(|(name, key)| (name.to_owned(), vec![key.to_owned()]))
        .into();
    let mut cockpit = Cockpit::new(80, 24);
    cockpit.model.keymap = Keymap::new(&wishes).0;
    for width in 40..160 {
        cockpit.terminal.backend_mut().resize(width, 24);
        let rows = cockpit.rows();
        let hints: Vec<&str> = rows[23]
            .split("  ")
            .map(str::trim)
            .filter(|h| !h.is_empty())
            .collect();
        assert!(hints.ends_with(&["I help", "q quit"]), "{hints:?}");
        for hint in &hints {
            assert_eq!(hint.split(' ').count(), 2, "{hint} at {width}");
        }
        assert!(width < 50 || hints.contains(&"Ctrl-s status"), "{hints:?}");
    }
}

#[test]
fn changes_by_others_flash() {
    let mut cockpit = Cockpit::new(80, 24);
    cockpit.model.flash(vec!["0002".parse().unwrap()]);
    let style = cockpit.style_of("0002 ");
    assert_eq!(style.bg, cockpit.theme.flash.bg);
}

#[test]
fn escape_sequences_and_bidi_overrides_are_shown_not_sent() {
    let nasty = r"a\u001b[31m\u001b]52;c;eA==\u0007\u202e\u009b2J";
    let log = line(
        "0001",
        nasty,
        nasty,
        nasty,
        r#","outcome":"x\ny\t\u001b[2J","dependencies":["\u202e0002"],"notes":"\u0000","k\u001bey":"\u001bv""#,
    );
    for keys in ["", "tab z", "tab tab z", "tab tab tab z"] {
        let mut cockpit = Cockpit::on(model_of(&log), 100, 40);
        cockpit.press(keys);
        for cell in &cockpit.draw().content {
            let safe = |c: char| !c.is_control() && c != '\u{202e}';
            assert!(cell.symbol().chars().all(safe), "{:?}", cell.symbol());
        }
    }
}

#[test]
fn ten_thousand_steps_and_more_blocks_than_a_page() {
    let log: Vec<String> = (1..=10_250)
        .map(|n| line(&format!("{n:04}"), "Mend the quay", "ops", "draft", ""))
        .collect();
    let mut cockpit = Cockpit::on(model_of(&log.join("\n")), 80, 24);
    cockpit.press(": =10120 enter");
    insta::assert_snapshot!(cockpit.screen());
}

/// What is complete waits for nothing, and nothing waits through it.
#[test]
fn the_chain_counts_as_blocked_only_what_waits() {
    let needs = |ids: &str| format!(r#","dependencies":[{ids}]"#);
    let log = [
        line("0001", "Draft the rules", "ops", "draft", ""),
        line("0002", "Print them", "ops", "complete", &needs(r#""0001""#)),
        line("0003", "Hang them up", "ops", "idea", &needs(r#""0002""#)),
        line("0004", "Ask the board", "ops", "draft", ""),
        line("0005", "Sign", "ops", "complete", &needs(r#""0004""#)),
        line("0006", "Pay", "ops", "idea", &needs(r#""0004""#)),
        line("0007", "Ship", "ops", "idea", &needs(r#""0006""#)),
    ];
    let files = [("data/plans/plan.jsonl", log.join("\n"))];
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (*name, &**text)).collect();
    let mut model = crate::support::screen::model(&files);
    crate::support::screen::press(&mut model, "1");
    let shown = |model: &Model| {
        let buffer = crate::support::screen::draw(model, &crate::support::screen::dark(), 160, 40);
        crate::support::screen::text(&buffer)
    };
    let screen = shown(&model);
    assert!(
        screen.contains("blocks nothing open · longest chain 3"),
        "{screen}"
    );
    crate::support::screen::press(&mut model, "j j j");
    let screen = shown(&model);
    assert!(screen.contains("blocks 1 directly, 2 in all"), "{screen}");
    crate::support::screen::press(&mut model, "k k");
    let screen = shown(&model);
    assert!(
        screen.contains("unblocked 1 directly, 1 in all"),
        "{screen}"
    );
}
