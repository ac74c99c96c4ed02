//! Opens the cockpit: plan, terminal and file thread put together.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Sender, channel};

use chrono::{DateTime, Utc};
use color_eyre::eyre::{Result, bail};

use super::invocation::{Invocation, known_to_git};
use super::settings::{self, Settings};
use super::{Arguments, Color};
use crate::app::Model;
use crate::app::core::keymap::Keymap;
use crate::app::core::model::SessionContext;
use crate::app::core::session::Session;
use crate::app::screens::since::seen::SEEN;
use crate::app::sync::draft::{DRAFT, Draft};
use crate::app::sync::work::Whole;
use crate::change::history::{self, History};
use crate::plan::people::Identity;
use crate::plan::source::SourceFile;
use crate::store::as_of::AsOf;
use crate::store::fs::syscalls::{FileSystem, RealFs};
use crate::store::locate::config;
use crate::store::locate::discover::{Layout, Overrides};
use crate::store::locate::open::{Front, Opened, Opening, open_front, open_plan};
use crate::store::past::moment::Version;
use crate::store::scratch::Scratch;
use crate::store::state::{HISTORY, NOWHERE, State};
use crate::store::worker::disk::Disk;
use crate::store::worker::protocol::WorkerOptions;
use crate::tui::cockpit::as_of::{LaidOut, Origin};
use crate::tui::cockpit::{Cockpit, Event, Turn, own_draft};
use crate::tui::terminal::{Options, Terminal};
use crate::tui::terminal_host::RealTerminal;
use crate::tui::theme::{Background, ColorChoice, Theme};

/// The name under which a person's last place in a plan is kept.
pub(super) const SESSION: &str = "session";
/// Events of a history that are not worth rewriting a file for.
const SHORT_HISTORY: usize = 500;

/// Opens the plan and hands the terminal over until the person leaves.
///
/// # Errors
/// When there is no terminal, when it is lost, or when an edit could not be saved finally.
pub(crate) fn run(invocation: &mut Invocation<'_, '_>) -> Result<()> {
    let (start, arguments) = (invocation.start(), invocation.arguments);
    if !start.is_dir() {
        match &arguments.plan_dir {
            Some(dir) => bail!(
                "{} is not a folder; -C takes the folder of a plan",
                dir.display()
            ),
            None => bail!("the current directory no longer exists"),
        }
    }
    let overrides = Overrides {
        logs: arguments.log.clone(),
        canon: arguments.canon.clone(),
        ..Overrides::default()
    };
    let mut shown = match &arguments.at {
        Some(when) => Some(invocation.lay_out("--at", when)?),
        None => None,
    };
    while one_session(invocation, &start, &overrides, shown.take())? != Turn::Quit {}
    Ok(())
}

fn one_session(
    invocation: &Invocation<'_, '_>,
    start: &Path,
    overrides: &Overrides,
    shown: Option<(AsOf, Version)>,
) -> Result<Turn> {
    let (arguments, outside) = (invocation.arguments, &*invocation.outside);
    let variable = |name: &str| outside.text(name);
    let (sender, inbox) = channel();
    let mut terminal = Terminal::enter(Options {
        mouse: settings::mouse(outside.config.as_deref()),
        ..Options::detect(variable)
    })?;
    let input = terminal.start_input(sender.clone())?;
    // From here on nothing fails, so the answer is ours; it comes while the plan is read.
    if arguments.color != Color::Never {
        terminal.ask_background(&input)?;
    }
    let (mut opened, is_whole) = open_front(start, overrides, Front::default());
    let layout = opened.layout.clone();
    let state = (outside.state.as_ref()).map(|base| State::of_plan(base, &layout.root));
    let files = std::mem::take(&mut opened.files);
    let settings = settings::judged(&layout, outside.config.as_deref());
    let display = settings.config.display;
    let (context, keymap) = context(invocation, &layout, settings);
    let mut model = Model::new(files, context, keymap, (outside.clock)());
    let session = (state.as_ref()).and_then(|state| state.load::<Session>(SESSION));
    let session = session.unwrap_or_default().beginning(display.start);
    session.restore(&mut model);
    let opening = Arc::new(Opening::default());
    if !is_whole {
        model.await_whole(opening.clone(), Some(session));
    }
    if let Some(state) = state.as_ref().filter(|_| !arguments.read_only) {
        match is_whole {
            true => go_on(&mut model, state),
            // What was being typed is about steps that may not be there yet.
            false => remember(&mut model, state),
        }
    }
    model.report_configuration_problems();
    let unreadable = opened.unreadable.iter().map(|(_, reason)| reason.clone());
    let encodings = model.plan.files().iter().filter_map(SourceFile::not_utf8);
    let may_keep = !arguments.read_only;
    let unkept = may_keep.then(|| without_state(state.as_ref())).flatten();
    let left_out = opened.without_canon();
    if let Some(reason) = unreadable
        .chain(unkept)
        .chain(left_out)
        .chain(encodings)
        .next()
    {
        model.refuse(reason);
    }

    let private = state
        .as_ref()
        .map_or_else(|| NOWHERE.into(), |state| state.folder().to_owned());
    let options = WorkerOptions {
        start: start.to_owned(),
        overrides: overrides.clone(),
        state: private.clone(),
        read_only: arguments.read_only,
    };
    let disk = match is_whole {
        true => Some(start_disk(RealFs, options, opened, sender.clone())),
        false => {
            drop(opened);
            open_whole(options, opening, sender.clone());
            None
        }
    };
    if arguments.person.is_none() {
        ask_for_person(
            invocation.told_identity(),
            layout.root.clone(),
            sender.clone(),
        );
    }
    let face = RealTerminal {
        terminal,
        input,
        private,
        variable: outside.variable,
        sender: sender.clone(),
        late: Vec::new(),
        kept_field: None,
        passing: None,
    };
    let mut cockpit = Cockpit::new(
        model,
        face,
        theme(invocation, display),
        (sender, inbox),
        disk,
        Box::new(outside.clock),
    );
    cockpit.theme_follows = background(display).is_none();
    cockpit.origin = Origin {
        start: start.to_owned(),
        overrides: overrides.clone(),
    };
    if let Some((files, version)) = shown {
        let (viewer, opening) = (cockpit.viewer(), Opening::default());
        match LaidOut::open(files, version, overrides, viewer, &opening) {
            Some(Ok(laid_out)) => cockpit.show_version(laid_out),
            Some(Err(reason)) => bail!("--at: {reason}"),
            None => {}
        }
    }
    let turn = cockpit.run();
    leave(cockpit, state.as_ref(), (outside.clock)())?;
    Ok(turn?)
}

/// What a session is to know that does not change in it, and its keys.
fn context(
    invocation: &Invocation<'_, '_>,
    layout: &Layout,
    settings: Settings,
) -> (SessionContext, Keymap) {
    let (arguments, outside) = (invocation.arguments, &*invocation.outside);
    let context = SessionContext {
        me: invocation.told_identity(),
        person_awaited: arguments.person.is_none(),
        read_only: arguments.read_only,
        root: layout.root.clone(),
        local_minutes: outside.local_minutes,
        severities: layout.severities(),
        papers: layout.papers.clone(),
        mistakes: settings.problems,
        weights: settings.weights,
        views: crate::plan::view::all(&settings.config.views),
        chosen: chosen(arguments),
        own_logs: !arguments.log.is_empty(),
        cache: outside.cache.clone(),
        rituals: settings.config.rituals,
        archive: settings.config.archive,
        page_url: settings.config.page.url,
        log_layout: settings.config.log_layout,
        uids: outside.uids.clone(),
        as_of: None,
        listed: None,
    };
    (context, settings.keymap)
}

/// The background that somebody has chosen a theme for.
fn background(display: config::Display) -> Option<Background> {
    match display.theme {
        config::Theme::Auto => None,
        config::Theme::Dark => Some(Background::Dark),
        config::Theme::Light => Some(Background::Light),
    }
}

fn theme(invocation: &Invocation<'_, '_>, display: config::Display) -> Theme {
    let (arguments, outside) = (invocation.arguments, &*invocation.outside);
    let choice = match arguments.color {
        Color::Auto => ColorChoice::Auto,
        Color::Always => ColorChoice::Always,
        Color::Never => ColorChoice::Never,
    };
    let ascii = arguments.ascii || display.ascii;
    let variable = |name: &str| outside.text(name);
    let theme = Theme::detect(variable, choice, background(display), ascii);
    match display.colors {
        config::Colors::Auto => theme,
        config::Colors::Sixteen => theme.in_sixteen(),
    }
}

/// Keeps the person's place, and waits for the last save.
///
/// # Errors
/// What could not be saved.
fn leave(cockpit: Cockpit<RealTerminal>, state: Option<&State>, now: DateTime<Utc>) -> Result<()> {
    let has_place = cockpit.model.has_plan() && !cockpit.model.work.is_opening();
    if let (Some(state), true) = (state, has_place) {
        // Not to find one's place again is no reason to trouble anybody.
        let _ = state.save(SESSION, &Session::of(&cockpit.model).leaving(now));
    }
    let lost = cockpit.close();
    if !lost.is_empty() {
        bail!(lost.join("; "));
    }
    Ok(())
}

/// The options that choose the plan and the person, as they were given.
fn chosen(arguments: &Arguments) -> Vec<String> {
    let plan = arguments.plan_dir.iter().map(|dir| ("-C", dir));
    let logs = arguments.log.iter().map(|log| ("--log", log));
    let canon = arguments.canon.iter().map(|canon| ("--canon", canon));
    let paths = plan.chain(logs).chain(canon);
    let paths = paths.flat_map(|(option, path)| [option.to_owned(), path.display().to_string()]);
    let person = arguments.person.iter();
    let person = person.flat_map(|name| ["--as".to_owned(), name.clone()]);
    paths.chain(person).collect()
}

/// What a person goes without who has no state folder that can be written.
fn without_state(state: Option<&State>) -> Option<String> {
    let reason = match state {
        Some(state) => state.is_writable().err()?.reason(),
        None => "there is no home directory".to_owned(),
    };
    Some(format!(
        "edits are saved, but drafts, the undo history and the journal are not kept: {reason}; \
         set XDG_STATE_HOME to a writable folder"
    ))
}

/// Starts the thread that owns the files of an opened plan, which reports to the cockpit.
pub fn start_disk(
    fs: impl FileSystem + 'static,
    options: WorkerOptions,
    opened: Opened,
    sender: Sender<Event>,
) -> Disk {
    Disk::over(fs, options, opened, move |event| {
        // Nobody hears it when the cockpit is being left.
        let _ = sender.send(Event::Disk(event));
    })
}

/// Opens a plan as a whole while its front is looked at. Ends without a word where the opening
/// is stopped.
pub fn open_whole(options: WorkerOptions, opening: Arc<Opening>, sender: Sender<Event>) {
    std::thread::spawn(move || {
        let (mut opened, plan) = open_plan(&options.start, &options.overrides, &opening)?;
        let state = State::at(&options.state);
        let whole = Whole {
            plan,
            unreadable: std::mem::take(&mut opened.unreadable),
            left_out: opened.without_canon(),
            draft: (!options.read_only).then(|| take_draft(&state)).flatten(),
            texts: match options.read_only {
                true => Vec::new(),
                false => Scratch::left(state.folder()),
            },
        };
        let disk = start_disk(RealFs, options, opened, sender.clone());
        sender.send(Event::Opened(Box::new(whole), disk)).ok()
    });
}

/// Takes up what an earlier run left: what can be undone, and what was being typed when it
/// was killed.
pub fn go_on(model: &mut Model, state: &State) {
    remember(model, state);
    for (form, trouble) in Scratch::left(state.folder()) {
        model.take_up_text(form, trouble);
    }
    if let Some(draft) = take_draft(state) {
        model.offer_draft(draft);
    }
}

/// Takes up what can be undone, and what was set aside as seen.
fn remember(model: &mut Model, state: &State) {
    model.since.seen = state.load(SEEN).unwrap_or_default();
    let events: Vec<history::Event> = state.lines(HISTORY);
    let written = events.len();
    let history = History::tell(events);
    let few: Vec<history::Event> = history.events().collect();
    if written > 2 * few.len().max(SHORT_HISTORY) {
        // What was not shortened is shortened the next time.
        let _ = state.rewrite(HISTORY, few);
    }
    model.sync.remember(history);
}

/// What was being typed when an earlier run was killed, or what an editor saved for a field; it is
/// ours from here on.
fn take_draft(state: &State) -> Option<Draft> {
    let edited = edited(state);
    let typed = state.orphans::<Draft>(DRAFT).into_iter();
    let typed = typed.map(|(name, draft)| (draft.with(state.lines(&name)), name));
    // What the editor had is a later text of the same field; that of another one waits.
    let is_taken = |draft: &Draft| match &edited {
        Some((edited, _)) => edited.is_of_field_of(draft),
        None => true,
    };
    let typed = typed.into_iter().find(|(draft, _)| is_taken(draft));
    let (typed, name) = typed.unzip();
    let (edited, scratch) = edited.unzip();
    let draft = edited.or(typed)?;
    if state.save(&own_draft(), &draft).is_ok() {
        // Should it stay, it is offered once more.
        if let Some(name) = name {
            let _ = state.remove(&name);
            let _ = state.remove_record(&name);
        }
        match (scratch, &draft.trouble) {
            (Some(scratch), None) => scratch.remove(),
            (Some(scratch), Some(_)) => scratch.leave(),
            (None, _) => {}
        }
    }
    Some(draft)
}

/// A text that an editor saved for a field before an earlier run ended, or that cannot be read.
fn edited(state: &State) -> Option<(Draft, Scratch)> {
    let left = Scratch::left_fields::<Option<Draft>>(state.folder());
    left.into_iter().find_map(|(draft, scratch)| {
        let saved = draft.map(|draft| match scratch.read() {
            Ok(text) if text.trim().is_empty() => None,
            Ok(text) => {
                let saved = draft.clone().with_saved(&text);
                (saved != draft).then_some(saved)
            }
            Err(error) if error.kind() == io::ErrorKind::InvalidData => {
                let path = scratch.path().display();
                let trouble =
                    format!("your editor left {path}, but {error}: this is the text before");
                Some(draft.in_trouble(trouble))
            }
            Err(_) => None,
        });
        match saved.flatten() {
            Some(draft) => Some((draft, scratch)),
            None => {
                if !scratch.has_traces() {
                    scratch.remove();
                }
                None
            }
        }
    })
}

/// Asks git who the person is, without keeping anybody waiting.
fn ask_for_person(me: Identity, root: PathBuf, sender: Sender<Event>) {
    std::thread::spawn(move || {
        let _ = sender.send(Event::Person(known_to_git(me, &root)));
    });
}
