//! What a command is: names, keys, where it works, why it cannot run now, what it does.

use super::model::Model;

/// Where the keys go: a pane, or what lies over the screens. Each is a constant that is declared
/// beside what it names, so that no list of all of them exists.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Focus {
    /// The screen it is a pane of, by name; else in words where it is.
    pub place: &'static str,
    name: &'static str,
    extent: Extent,
}

/// How much of the screen a focus has.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub(crate) enum Extent {
    /// It is a pane beside others.
    #[default]
    Pane,
    /// It has a screen for itself.
    Whole,
    /// It lies over a screen, or stands in the place of all of them.
    Beyond,
}

impl Focus {
    /// A focus called `name` at `place`.
    pub(crate) const fn new(extent: Extent, place: &'static str, name: &'static str) -> Self {
        Self {
            place,
            name,
            extent,
        }
    }

    /// What it is called.
    pub(crate) fn name(self) -> &'static str {
        self.name
    }

    /// How much of the screen it has.
    pub(crate) fn extent(self) -> Extent {
        self.extent
    }
}

/// Where the keys of a command work.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Places {
    /// On the screens, over them, and where there is no plan yet.
    Everywhere,
    /// On every screen of a plan, and in these that lie over it.
    ScreensAnd(&'static [Focus]),
    /// On every screen of a plan but in these panes, where the key means something of their own.
    ScreensBut(&'static [Focus]),
    /// In every pane that has others beside it.
    Panes,
    /// Here alone.
    Only(&'static [Focus]),
}

/// Every screen.
pub(crate) const SCREENS: Places = Places::ScreensAnd(&[]);
/// Every screen, and the list that can lie over it.
pub(crate) const SCREENS_AND_LIST: Places = Places::ScreensAnd(&[Focus::LIST]);

impl Places {
    /// Whether `focus` is one of them.
    pub(crate) fn contains(self, focus: Focus) -> bool {
        match self {
            Self::Everywhere => true,
            Self::ScreensAnd(more) => focus.extent != Extent::Beyond || more.contains(&focus),
            Self::ScreensBut(these) => focus.extent != Extent::Beyond && !these.contains(&focus),
            Self::Panes => focus.extent == Extent::Pane,
            Self::Only(these) => these.contains(&focus),
        }
    }

    /// Whether a key can mean only one of two commands, as there is a place where both work.
    pub(crate) fn overlap(self, other: Self) -> bool {
        match (self, other) {
            (Self::Only(these), other) | (other, Self::Only(these)) => {
                these.iter().any(|focus| other.contains(*focus))
            }
            _ => true,
        }
    }
}

/// The heading a command stands under in help and README.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Group {
    /// Changing the plan.
    Edit,
    /// Finding and choosing.
    Find,
    /// What is shown and how.
    View,
    /// Going to another screen.
    Screens,
    /// Getting about.
    Move,
    /// The program itself.
    Program,
    /// What one's own configuration adds.
    Own,
}

impl Group {
    /// Every group in the order of the help: what one does, where one goes, how one gets about.
    pub const ALL: [Self; 7] = [
        Self::Edit,
        Self::Find,
        Self::View,
        Self::Screens,
        Self::Move,
        Self::Program,
        Self::Own,
    ];

    /// The heading.
    pub fn title(self) -> &'static str {
        match self {
            Self::Edit => "Editing",
            Self::Find => "Finding",
            Self::View => "Viewing",
            Self::Screens => "Screens",
            Self::Move => "Moving",
            Self::Program => "Program",
            Self::Own => "Your own",
        }
    }
}

/// Why a command cannot run now.
pub(crate) type Blocked = Option<String>;

/// Something a person can do.
#[derive(Debug)]
pub struct Command {
    /// The name in configuration: kebab-case.
    pub name: &'static str,
    /// The default keys.
    pub keys: &'static [&'static str],
    /// What it does, as help and palette say it.
    pub title: &'static str,
    /// One word for the footer; nothing keeps it out of there.
    pub hint: &'static str,
    /// The heading it stands under.
    pub group: Group,
    /// Where its keys work.
    pub places: Places,
    /// Why it cannot run now, if so.
    pub blocked: fn(&Model) -> Blocked,
    /// What it does.
    pub run: fn(&mut Model),
}

impl Command {
    /// Why it cannot run now, if so.
    pub(crate) fn refusal(&self, model: &Model) -> Blocked {
        match model.keymap.own(self.name) {
            Some(own) => own.blocked(model),
            None => (self.blocked)(model),
        }
    }

    /// Does what it does.
    pub(crate) fn execute(&self, model: &mut Model) {
        match model.keymap.own(self.name) {
            Some(own) => model.run_own(own),
            None => (self.run)(model),
        }
    }

    /// What a table of commands need not say of each: no hint, on every screen, never blocked.
    pub(crate) const BASE: Self = Self {
        name: "",
        keys: &[],
        title: "",
        hint: "",
        group: Group::Program,
        places: SCREENS,
        blocked: |_| None,
        run: |_| {},
    };
}
