//! A cockpit on a plan made of strings, driven by keys and drawn into a buffer.

use std::path::Path;

use chrono::{DateTime, Utc};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use stepdeck::app::core::keymap::Keymap;
use stepdeck::app::core::model::SessionContext;
use stepdeck::app::overlays::Overlay;
use stepdeck::app::{Message, Model, update};
use stepdeck::plan::checks;
use stepdeck::plan::people::Identity;
use stepdeck::plan::source::{Role, SourceFile};
use stepdeck::tui::draw;
use stepdeck::tui::theme::{Background, ColorDepth, Theme};
use stepdeck::tui::widgets::field::Field;
use stepdeck::tui::widgets::scroll::ScrollState;

/// Dark, true colour, all glyphs.
pub fn dark() -> Theme {
    Theme::new(ColorDepth::TrueColor, Background::Dark, false)
}

/// ASCII only, without colours.
pub fn ascii() -> Theme {
    Theme::new(ColorDepth::None, Background::Dark, true)
}

/// The instant of every test.
pub fn noon() -> DateTime<Utc> {
    DateTime::from_timestamp(1_780_315_200, 0).expect("an instant in range")
}

/// A cockpit on these files.
pub fn model(files: &[(&str, &str)]) -> Model {
    let files = files.iter().map(|(path, text)| {
        let role = match *path {
            path if path.ends_with(".jsonl") => Role::Log,
            "docs/ROADMAP.md" => Role::Roadmap,
            path if path.starts_with("docs/reviews/") => Role::Review,
            path if path.starts_with("docs/standups/") => Role::Standup,
            _ => Role::Canon,
        };
        SourceFile::load(*path, role, text.as_bytes().to_vec())
    });
    let setting = SessionContext {
        me: Identity {
            given: Some("Ada".to_owned()),
            ..Identity::default()
        },
        root: "/home/ada/plan".into(),
        views: stepdeck::plan::view::all(&Default::default()),
        ..SessionContext::default()
    };
    Model::new(files.collect(), setting, Keymap::default(), noon())
}

/// Presses keys by name, such as `2 j enter`; in an open field letters are typed.
pub fn press(model: &mut Model, keys: &str) {
    for name in keys.split(' ') {
        let key: stepdeck::app::core::key::Key = name.parse().expect(name);
        let input = model.overlays.last().and_then(Overlay::input);
        match (input.map(|input| input.text.clone()), key.letter()) {
            (Some(text), Some(letter)) => {
                update(model, Message::Typed(format!("{text}{letter}")));
            }
            _ => {
                update(model, Message::Key(key));
            }
        }
        run_jobs(model);
    }
}

/// Does what goes on beside the keys, as the loop does in the background.
pub fn run_jobs(model: &mut Model) {
    while model.jobs.is_busy() {
        for job in model.jobs.take_waiting() {
            update(model, Message::JobDone(job.run()));
        }
    }
}

/// Types a text into the open field, in place of what it holds.
pub fn type_over(model: &mut Model, text: &str) {
    update(model, Message::Typed(text.to_owned()));
}

/// Runs the checks, as the loop does in the background.
pub fn check(model: &mut Model) {
    let context = checks::Context {
        severities: &model.context.severities,
        checkpoints: model.context.papers.folder_of(Role::Checkpoint),
        ..checks::Context::at(model.now)
    };
    let found = checks::find(&model.plan, &context).into();
    let generation = model.generation;
    update(model, Message::Checked { generation, found });
}

/// Index of the first problem of a rule.
pub fn problem_of(model: &Model, code: &str) -> usize {
    let found = &model.problems.found;
    (found.problems(0..found.len(), &model.plan))
        .position(|problem| problem.code == code)
        .unwrap_or_else(|| panic!("there is no {code}"))
}

/// The screen in `columns` and `rows`.
pub fn draw(model: &Model, theme: &Theme, columns: u16, rows: u16) -> Buffer {
    draw_with(model, theme, (columns, rows), &mut ScrollState::default())
}

/// Like [`draw`], remembering what was in sight.
pub fn draw_with(
    model: &Model,
    theme: &Theme,
    size: (u16, u16),
    sight: &mut ScrollState,
) -> Buffer {
    let backend = TestBackend::new(size.0, size.1);
    let mut terminal = Terminal::new(backend).expect("a terminal in memory");
    let field = (model.overlays.last().and_then(Overlay::input)).map(|input| {
        let mut now = input.clone();
        now.initial = input.text.clone();
        Field::open(&now)
    });
    terminal
        .draw(|frame| draw::draw(frame, model, theme, sight, field.as_ref()))
        .expect("drawing into memory");
    let cursor = terminal.get_cursor_position().expect("a cursor in memory");
    let mut buffer = terminal.backend().buffer().clone();
    if field.is_some() {
        // Seen in pictures and snapshots as what it is in a terminal.
        buffer[(cursor.x, cursor.y)].modifier ^= ratatui::style::Modifier::REVERSED;
    }
    buffer
}

/// The rows with cells in reverse, as `row 5: columns 2 to 30`, for screens without colour.
pub fn reversed(buffer: &Buffer) -> String {
    let mut out = String::new();
    for (y, row) in buffer
        .content
        .chunks(usize::from(buffer.area.width))
        .enumerate()
    {
        let is_lit = |cell: &ratatui::buffer::Cell| {
            cell.modifier.contains(ratatui::style::Modifier::REVERSED)
        };
        if let (Some(from), Some(to)) = (row.iter().position(is_lit), row.iter().rposition(is_lit))
        {
            out.push_str(&format!("reversed: row {y}, columns {from} to {to}\n"));
        }
    }
    out
}

/// The letters of a buffer, row by row.
pub fn text(buffer: &Buffer) -> String {
    let width = usize::from(buffer.area.width);
    let mut out = String::new();
    for row in buffer.content.chunks(width) {
        let mut skip = 0;
        let mut line = String::new();
        for cell in row {
            if skip == 0 {
                line.push_str(cell.symbol());
            }
            let wide = unicode_width::UnicodeWidthStr::width(cell.symbol());
            skip = wide.max(skip).saturating_sub(1);
        }
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}

/// Writes the screen as a picture into the folder that `STEPDECK_PICTURES` names.
pub fn picture(buffer: &Buffer, name: &str) {
    if let Some(folder) = std::env::var_os("STEPDECK_PICTURES") {
        let path = Path::new(&folder).join(format!("{name}.svg"));
        std::fs::write(path, super::svg::of_buffer(buffer, name)).expect("a folder to write to");
    }
}
