//! A cockpit on a test screen: the real loop, the real file thread, real files in a
//! temporary folder, a clock that stands still. Stories say keys in, screen and files out.

use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant, SystemTime};
use std::{fs, io};

use chrono::{DateTime, Utc};
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use ratatui::{Frame, Terminal};
use stepdeck::app::Model;
use stepdeck::app::core::keymap::Keymap;
use stepdeck::app::core::message::{Edited, FieldText};
use stepdeck::app::core::model::SessionContext;
use stepdeck::change::form::Form;
use stepdeck::cli::cockpit::{go_on, open_whole, start_disk};
use stepdeck::plan::StepKey;
use stepdeck::plan::people::Identity;
use stepdeck::plan::uid::Uids;
use stepdeck::store::fs::syscalls::{FileSystem, RealFs};
use stepdeck::store::locate::discover::Overrides;
use stepdeck::store::locate::open::{Front, Opening, open_front};
use stepdeck::store::state::State;
use stepdeck::store::worker::protocol::WorkerOptions;
use stepdeck::tui::cockpit::{Cockpit, Event, Turn};
use stepdeck::tui::terminal::TerminalEvent;
use stepdeck::tui::terminal_host::TerminalHost;
use stepdeck::tui::theme::{Background, ColorDepth, Theme};
use tempfile::TempDir;

use super::{LIMIT, keys};

/// The instant at which every story happens.
pub const NOW: &str = "2026-11-21T09:30:00Z";

/// What `$EDITOR` does with the text it gets.
pub type Editor = Box<dyn FnMut(&str) -> Result<String, String>>;

/// A test screen, and what left it.
pub struct TestFace {
    screen: Terminal<TestBackend>,
    /// What `$EDITOR` does.
    pub editor: Editor,
    /// Links opened.
    pub opened: Vec<String>,
    /// Texts copied.
    pub copied: Vec<String>,
    /// Frames drawn.
    pub frames: usize,
}

impl TestFace {
    fn run(&mut self, text: &str) -> Edited {
        match (self.editor)(text) {
            Ok(text) => Edited::Left(text),
            Err(reason) => Edited::Failed {
                reason,
                saved: None,
            },
        }
    }
}

impl TerminalHost for TestFace {
    fn draw(&mut self, render: &mut dyn FnMut(&mut Frame<'_>)) -> io::Result<()> {
        self.frames += 1;
        let drawn = self.screen.draw(|frame| render(frame));
        drawn.map(|_| ()).map_err(|error| match error {})
    }

    fn redraw(&mut self) -> io::Result<()> {
        self.screen.clear().map_err(|error| match error {})
    }

    fn suspend(&mut self) -> io::Result<bool> {
        Ok(false)
    }

    fn edit(&mut self, form: &Form, _again: bool) -> Edited {
        self.run(&form.text)
    }

    fn hand_over(&mut self, work: &mut dyn FnMut()) -> io::Result<()> {
        work();
        Ok(())
    }

    fn edit_field(&mut self, field: &FieldText) -> Edited {
        self.run(&field.text)
    }

    fn text_taken(&mut self, _form: &Form) {}

    fn drop_text(&mut self, _steps: &[StepKey]) {}

    fn open(&mut self, target: &str, _root: &Path) -> Result<Option<String>, String> {
        self.opened.push(target.to_owned());
        Ok(None)
    }

    fn copy(&mut self, text: &str, what: &str) -> io::Result<Option<String>> {
        self.send(text, what).map(Some)
    }

    fn send(&mut self, text: &str, what: &str) -> io::Result<String> {
        self.copied.push(text.to_owned());
        Ok(format!("copied {what}"))
    }
}

/// Lets a file look as if nobody had written to it for long, and never twice at one time: git
/// tells two versions of one length by the second they were written in.
pub fn rest(path: &Path) {
    static BEGUN: LazyLock<SystemTime> = LazyLock::new(SystemTime::now);
    static WRITTEN: AtomicU64 = AtomicU64::new(0);
    let file = fs::File::options().write(true).open(path).unwrap();
    let since = 3600 + WRITTEN.fetch_add(1, Ordering::Relaxed);
    // Counted from one instant: from the present one, two could meet in a second.
    let long_ago = *BEGUN - Duration::from_secs(since);
    file.set_modified(long_ago).unwrap();
}

/// A plan in a folder with a cockpit open on it.
pub struct Desk {
    /// The running cockpit.
    pub cockpit: Cockpit<TestFace>,
    sender: Sender<Event>,
    folder: Rc<TempDir>,
    state: TempDir,
    /// How the rest of the plan is opened, where only its front is.
    rest: Option<(WorkerOptions, Arc<Opening>)>,
    first: Vec<(PathBuf, Vec<u8>)>,
    /// How the last turn of the loop ended.
    pub turn: Turn,
}

impl Desk {
    /// Opens a plan with these files, on a screen of 80×24.
    pub fn open(files: &[(&str, &str)]) -> Self {
        Self::sized(files, 80, 24)
    }

    /// Opens a plan with these files on a screen of this size.
    pub fn sized(files: &[(&str, &str)], columns: u16, rows: u16) -> Self {
        let folder = TempDir::new().unwrap();
        for (name, text) in files {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, text).unwrap();
            rest(&path);
        }
        Self::on(folder, columns, rows)
    }

    /// Opens a copy of the plan under the repository's `data/`.
    pub fn bundled(columns: u16, rows: u16) -> Self {
        let folder = TempDir::new().unwrap();
        let repository = Path::new(env!("CARGO_MANIFEST_DIR"));
        let data = all_files(&repository.join("data")).into_iter();
        let files = data.map(|(path, bytes)| (Path::new("data").join(path), bytes));
        let config = fs::read(repository.join("stepdeck.toml")).unwrap();
        for (path, bytes) in files.chain([("stepdeck.toml".into(), config)]) {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, bytes).unwrap();
            rest(&path);
        }
        Self::on(folder, columns, rows)
    }

    /// Opens the plan that stands in `folder`.
    pub fn on(folder: TempDir, columns: u16, rows: u16) -> Self {
        let state = TempDir::new().unwrap();
        Self::with_state(Rc::new(folder), state, (columns, rows), "Robin")
    }

    /// Opens a plan with these files, written by another file system than this machine's.
    pub fn writing_to(fs: impl FileSystem + 'static, files: &[(&str, &str)]) -> Self {
        let folder = super::fixture::folder_of(files);
        let state = TempDir::new().unwrap();
        let (folder, front) = (Rc::new(folder), Front::default());
        Self::opened(fs, folder, state, (80, 24), "Robin", front)
    }

    /// Opens the front of the plan that stands in `folder`, with private state in `state`.
    pub fn on_front(folder: TempDir, state: TempDir, front: Front) -> Self {
        Self::opened(RealFs, Rc::new(folder), state, (80, 24), "Robin", front)
    }

    /// Opens the rest of the plan, and waits until it is there.
    pub fn open_rest(&mut self) {
        let (options, opening) = self.rest.take().unwrap();
        open_whole(options, opening, self.sender.clone());
        let is_open = |desk: &Self| !desk.cockpit.model.work.is_opening();
        self.run_until("the whole plan is open", is_open);
        self.settle();
    }

    /// Opens a second cockpit on the same folder, at which somebody else sits.
    pub fn beside(&self, who: &str, columns: u16, rows: u16) -> Self {
        let state = TempDir::new().unwrap();
        Self::with_state(self.folder.clone(), state, (columns, rows), who)
    }

    /// Leaves the cockpit and opens it again: what is private to the person is still there.
    pub fn reopen(self) -> Self {
        let Self {
            cockpit,
            folder,
            state,
            ..
        } = self;
        assert_eq!(cockpit.close(), Vec::<String>::new());
        Self::with_state(folder, state, (80, 24), "Robin")
    }

    /// The same at another time.
    pub fn reopen_at(self, now: &str) -> Self {
        let Self {
            cockpit,
            folder,
            state,
            ..
        } = self;
        assert_eq!(cockpit.close(), Vec::<String>::new());
        Self::opened_at(
            now,
            RealFs,
            folder,
            (state, "Robin"),
            (80, 24),
            Front::default(),
        )
    }

    fn with_state(
        folder: Rc<TempDir>,
        state: TempDir,
        (columns, rows): (u16, u16),
        who: &str,
    ) -> Self {
        let size = (columns, rows);
        Self::opened(RealFs, folder, state, size, who, Front::default())
    }

    fn opened(
        fs: impl FileSystem + 'static,
        folder: Rc<TempDir>,
        state: TempDir,
        size: (u16, u16),
        who: &str,
        front: Front,
    ) -> Self {
        Self::opened_at(NOW, fs, folder, (state, who), size, front)
    }

    fn opened_at(
        now: &str,
        fs: impl FileSystem + 'static,
        folder: Rc<TempDir>,
        (state, who): (TempDir, &str),
        (columns, rows): (u16, u16),
        front: Front,
    ) -> Self {
        let first = all_files(folder.path());
        let (mut opened, is_whole) = open_front(folder.path(), &Overrides::default(), front);
        let now: DateTime<Utc> = now.parse().unwrap();
        let files = std::mem::take(&mut opened.files);
        let setting = SessionContext {
            me: Identity {
                given: Some(who.to_owned()),
                ..Identity::default()
            },
            papers: opened.layout.papers.clone(),
            local_minutes: 60,
            uids: Uids::new(who.bytes().map(u64::from).sum()),
            root: opened.layout.root.clone(),
            views: stepdeck::plan::view::all(&opened.layout.config.views),
            page_url: opened.layout.config.page.url.clone(),
            ..SessionContext::default()
        };
        let mut model = Model::new(files, setting, Keymap::default(), now);
        let (sender, inbox) = channel();
        let options = WorkerOptions {
            start: folder.path().to_owned(),
            overrides: Overrides::default(),
            state: state.path().to_owned(),
            read_only: false,
        };
        let (disk, rest) = match is_whole {
            true => {
                go_on(&mut model, &State::at(state.path()));
                (Some(start_disk(fs, options, opened, sender.clone())), None)
            }
            false => {
                let opening = Arc::new(Opening::default());
                model.await_whole(opening.clone(), None);
                (None, Some((options, opening)))
            }
        };
        let face = TestFace {
            screen: Terminal::new(TestBackend::new(columns, rows)).unwrap(),
            editor: Box::new(|text| Ok(text.to_owned())),
            opened: Vec::new(),
            copied: Vec::new(),
            frames: 0,
        };
        let theme = Theme::new(ColorDepth::TrueColor, Background::Dark, false);
        let channel = (sender.clone(), inbox);
        let cockpit = Cockpit::new(model, face, theme, channel, disk, Box::new(move || now));
        let mut desk = Self {
            cockpit,
            sender,
            folder,
            state,
            rest,
            first,
            turn: Turn::On,
        };
        desk.settle();
        desk
    }

    /// Presses keys, as `jjs<Enter>`, and lets everything that follows happen.
    pub fn keys(&mut self, keys: &str) -> &mut Self {
        for event in keys::events(keys) {
            let event = Event::Terminal(TerminalEvent::Key(event));
            self.sender.send(event).unwrap();
        }
        self.settle();
        self
    }

    /// Presses one key in the notation of the registry, as `ctrl-d`.
    pub fn press(&mut self, key: &str) -> &mut Self {
        let keys = match key {
            "enter" => "<Enter>".to_owned(),
            "esc" => "<Esc>".to_owned(),
            "tab" => "<Tab>".to_owned(),
            "shift-tab" => "<S-Tab>".to_owned(),
            "space" => "<Space>".to_owned(),
            "pagedown" => "<PageDown>".to_owned(),
            "pageup" => "<PageUp>".to_owned(),
            "<" => "<lt>".to_owned(),
            key => match key.strip_prefix("ctrl-") {
                Some(letter) => format!("<C-{letter}>"),
                None => key.to_owned(),
            },
        };
        self.keys(&keys)
    }

    /// Lets something happen, without waiting for what follows.
    pub fn send(&self, event: Event) {
        self.sender.send(event).unwrap();
    }

    /// Pastes text.
    pub fn paste(&mut self, text: &str) -> &mut Self {
        let event = Event::Terminal(TerminalEvent::Paste(text.to_owned()));
        self.sender.send(event).unwrap();
        self.settle();
        self
    }

    /// Changes the size of the screen.
    pub fn resize(&mut self, columns: u16, rows: u16) -> &mut Self {
        self.cockpit.face.screen.backend_mut().resize(columns, rows);
        self.sender
            .send(Event::Terminal(TerminalEvent::Resize))
            .unwrap();
        self.settle();
        self
    }

    /// Runs the loop until nothing is left to do.
    pub fn settle(&mut self) {
        self.run_until("everything is settled", |desk| desk.cockpit.is_quiet());
    }

    /// Runs the loop until the screen shows `text`.
    pub fn wait_for(&mut self, text: &str) -> &mut Self {
        self.run_until(text, |desk| desk.screen().contains(text));
        self
    }

    /// Runs the loop until `done`.
    pub fn run_until(&mut self, what: &str, done: impl Fn(&Self) -> bool) {
        let begun = Instant::now();
        let mut quiet_before = false;
        loop {
            self.turn = self.cockpit.turn(Some(Duration::from_millis(5))).unwrap();
            let quiet = done(self);
            // Once more: what was just sent may still be on its way.
            if self.turn != Turn::On || (quiet && quiet_before) {
                return;
            }
            quiet_before = quiet;
            assert!(
                begun.elapsed() < LIMIT,
                "not seen: {what}\n{}",
                self.screen()
            );
        }
    }

    /// The screen as text, a line a row.
    pub fn screen(&self) -> String {
        text_of(self.buffer())
    }

    /// The IDs of the listed steps, in the order of the list.
    pub fn listed(&self) -> Vec<String> {
        let model = &self.cockpit.model;
        let steps = model.view.list.iter().map(|step| model.plan.step(*step));
        steps.map(|step| step.id().to_string()).collect()
    }

    /// The screen with its looks.
    pub fn buffer(&self) -> &Buffer {
        self.cockpit.face.screen.backend().buffer()
    }

    /// The folder of the plan.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The folder of what is private to the person.
    pub fn state(&self) -> &Path {
        self.state.path()
    }

    /// What a file of the plan holds now.
    pub fn file(&self, name: &str) -> String {
        String::from_utf8(fs::read(self.folder.path().join(name)).unwrap()).unwrap()
    }

    /// Writes a file as another program would: a new file renamed over it.
    pub fn write_outside(&self, name: &str, text: &str) {
        let path = self.folder.path().join(name);
        let new = path.with_extension("new");
        fs::write(&new, text).unwrap();
        fs::rename(new, path).unwrap();
    }

    /// What changed in all files since the plan was opened: lines gone and lines come.
    pub fn diff(&self) -> String {
        diff(&self.first, &all_files(self.folder.path()))
    }
}

/// What differs between two lists of files: lines gone and lines come.
pub fn diff(first: &[(PathBuf, Vec<u8>)], now: &[(PathBuf, Vec<u8>)]) -> String {
    let mut text = String::new();
    let before = |path: &PathBuf| first.iter().find(|(p, _)| p == path);
    for (path, bytes) in now {
        let old = before(path).map_or(&[][..], |(_, bytes)| bytes);
        if old != bytes.as_slice() {
            text += &format!("{}\n", path.display());
            text += &line_diff(old, bytes);
        }
    }
    for (path, _) in first {
        if !now.iter().any(|(p, _)| p == path) {
            text += &format!("{} is gone\n", path.display());
        }
    }
    text
}

fn line_diff(old: &[u8], new: &[u8]) -> String {
    let (old, new) = (String::from_utf8_lossy(old), String::from_utf8_lossy(new));
    let (mut old, mut new): (Vec<&str>, Vec<&str>) = (old.lines().collect(), new.lines().collect());
    while !old.is_empty() && old.first() == new.first() {
        old.remove(0);
        new.remove(0);
    }
    while !old.is_empty() && old.last() == new.last() {
        old.pop();
        new.pop();
    }
    // Within the stretch that differs, lines that stand on both sides are no change.
    let gone = old
        .iter()
        .filter(|line| !new.contains(line))
        .map(|line| format!("-{line}\n"));
    let come = new
        .iter()
        .filter(|line| !old.contains(line))
        .map(|line| format!("+{line}\n"));
    gone.chain(come).collect()
}

/// Every file below a folder but those of git, sorted.
pub fn all_files(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.ends_with(".git") {
                continue;
            }
            if path.is_dir() {
                folders.push(path);
            } else if let Ok(bytes) = fs::read(&path) {
                files.push((path.strip_prefix(folder).unwrap().to_owned(), bytes));
            }
        }
    }
    files.sort();
    files
}

/// A buffer as text, trailing spaces cut.
pub fn text_of(buffer: &Buffer) -> String {
    let area = buffer.area;
    let mut text = String::new();
    for y in 0..area.height {
        let mut line = String::new();
        let mut skip = 0;
        for x in 0..area.width {
            if skip > 0 {
                skip -= 1;
                continue;
            }
            let symbol = buffer[(x, y)].symbol();
            skip = stepdeck::document::visible::width(symbol).saturating_sub(1);
            line.push_str(symbol);
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

/// Waits until a file below `folder` holds `text`, one that is not just being written.
pub fn wait_for_text(folder: &Path, text: &str) {
    let is_whole = |path: &Path| path.extension().is_none_or(|end| end != "tmp");
    let holds = |(path, bytes): &(PathBuf, Vec<u8>)| {
        is_whole(path) && String::from_utf8_lossy(bytes).contains(text)
    };
    let begun = std::time::Instant::now();
    while !all_files(folder).iter().any(holds) {
        assert!(begun.elapsed() < LIMIT, "no file holds “{text}”");
        std::thread::yield_now();
    }
}
