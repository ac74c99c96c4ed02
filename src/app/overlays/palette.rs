//! What the palette finds: commands, and everything in the plan that one can go to.
//!
//! Owns the table of what can be found and the order in which it is listed. Commands are found on
//! the model, in the key's own frame; the rest grows with the plan and is found on a thread where
//! the plan is long (`core/job.rs`). Until it is there the rows of before stand.

use std::cmp::Reverse;

use super::chooser::MOST;
use super::menu::{Choice, Row};
use crate::app::core::command::{Command, Focus};
use crate::app::core::job::JobKind;
use crate::app::core::model::Model;
use crate::app::screens::in_words;
use crate::app::screens::welcome::WELCOME;
use crate::document::english::counted;
use crate::document::progress::Progress;
use crate::plan::Plan;
use crate::plan::canon::block_table::BlockColumn;
use crate::plan::id::{BlockId, typed_id};
use crate::plan::link;
use crate::plan::query::complete::quoted;
use crate::plan::query::words::{Words, fold};
use crate::plan::source::{Role, SourceFile};

/// So many bytes of a name are looked at.
const LOOKED_AT: usize = 1_000;

/// A kind of thing that the palette finds.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Kind {
    Command,
    Stage,
    Block,
    Owner,
    Decision,
    Paper,
    Step,
}

/// What is known of a kind.
pub struct KindSpec {
    pub kind: Kind,
    /// What one of them is called.
    pub word: &'static str,
    /// What finds these alone, written in front of the words.
    pub prefix: Option<char>,
    /// What Enter does with one.
    pub enter: &'static str,
    /// What of it is looked at.
    pub found_by: &'static str,
}

/// Every kind, in the order in which equals are listed.
pub const KINDS: [KindSpec; 7] = [
    KindSpec {
        kind: Kind::Command,
        word: "command",
        prefix: Some('>'),
        enter: "run",
        found_by: "what it does, or its name",
    },
    KindSpec {
        kind: Kind::Stage,
        word: "stage",
        prefix: None,
        enter: "open its checklist",
        found_by: "its name",
    },
    KindSpec {
        kind: Kind::Block,
        word: "block",
        prefix: None,
        enter: "go to its steps",
        found_by: "its ID, or its theme",
    },
    KindSpec {
        kind: Kind::Owner,
        word: "owner",
        prefix: Some('@'),
        enter: "list their steps",
        found_by: "the name",
    },
    KindSpec {
        kind: Kind::Decision,
        word: "decision",
        prefix: None,
        enter: "open in $EDITOR",
        found_by: "its heading, or its path",
    },
    KindSpec {
        kind: Kind::Paper,
        word: "paper",
        prefix: None,
        enter: "open in $EDITOR",
        found_by: "its heading, or its path",
    },
    KindSpec {
        kind: Kind::Step,
        word: "step",
        prefix: Some('#'),
        enter: "go to the step",
        found_by: "its number, or its title",
    },
];

impl Kind {
    /// Its place among groups; one is left free before the steps.
    fn group(self) -> u8 {
        match self {
            Self::Step => BLOCKED + 1,
            few => few as u8,
        }
    }

    pub(crate) fn spec(self) -> &'static KindSpec {
        &KINDS[self as usize]
    }
}

/// What choosing a row of the palette does, in words.
pub fn verb(choice: &Choice) -> &'static str {
    let kind = match choice {
        Choice::Jump(..) => Kind::Step,
        Choice::Block(_) => Kind::Block,
        Choice::Stage(_) => Kind::Stage,
        Choice::List(_) => Kind::Owner,
        Choice::Open(_) => Kind::Paper,
        _ => Kind::Command,
    };
    kind.spec().enter
}

/// How good a row is, the best first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
struct Rank {
    class: Class,
    /// The kind, where kinds are listed one behind the other.
    group: u8,
    score: Reverse<i64>,
    kind: Kind,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Class {
    /// The text is its name.
    Exact,
    /// Every word typed begins a word of its name. Kind by kind, commands first.
    Begun,
    /// What is found in any other way, the best first.
    Other,
}

/// Where a command stands that was meant and cannot run here: before the many steps.
const BLOCKED: u8 = Kind::Step as u8;

/// What was found in the plan.
pub(crate) struct Found {
    rank: Rank,
    row: Row,
}

/// What is looked for: the text without the sign of a kind.
struct Wanted<'t> {
    text: &'t str,
    only: Option<Kind>,
    words: Words,
    /// The words, folded.
    folded: Vec<String>,
}

impl<'t> Wanted<'t> {
    fn of(text: &'t str) -> Self {
        let text = text.trim();
        let begins = |spec: &&KindSpec| spec.prefix.is_some_and(|sign| text.starts_with(sign));
        let only = KINDS.iter().find(begins);
        let text = match only {
            Some(_) => text[1..].trim_start(),
            None => text,
        };
        let words = Words::new(text.split_whitespace());
        Self {
            text,
            only: only.map(|spec| spec.kind),
            folded: words.texts(),
            words,
        }
    }

    fn wants(&self, kind: Kind) -> bool {
        self.only.is_none_or(|only| only == kind)
    }

    /// How good something called `name` is that `far` says more of; nothing if it does not match.
    fn rank(&self, kind: Kind, name: &str, far: &str) -> Option<Rank> {
        // Nobody looks for what is further back, and somebody's title may be a megabyte.
        let name = &name[..name.floor_char_boundary(LOOKED_AT)];
        let score = Reverse(self.words.score(name, &[far.into()])?);
        let (class, group) = match self.begins(name) || self.begins(far) {
            true => (Class::Begun, kind.group()),
            false => (Class::Other, 0),
        };
        Some(Rank {
            class,
            group,
            score,
            kind,
        })
    }

    /// Whether each word begins a word of the name.
    fn begins(&self, name: &str) -> bool {
        let name = fold(name);
        let starts = |at: usize| !name[..at].ends_with(char::is_alphanumeric);
        let begins = |word: &String| name.match_indices(&**word).any(|(at, _)| starts(at));
        self.folded.iter().all(begins)
    }
}

fn exact(kind: Kind) -> Rank {
    Rank {
        class: Class::Exact,
        group: 0,
        score: Reverse(0),
        kind,
    }
}

/// What of the plan `text` finds; nothing where that was stopped. One pass over the steps.
pub(crate) fn find(plan: &Plan, text: &str, progress: &Progress) -> Option<Vec<Found>> {
    let wanted = Wanted::of(text);
    let mut found = Vec::new();
    if wanted.wants(Kind::Stage) {
        stages(plan, &wanted, &mut found);
    }
    if wanted.wants(Kind::Block) {
        blocks(plan, &wanted, &mut found);
    }
    if wanted.wants(Kind::Owner) {
        owners(plan, &wanted, progress, &mut found)?;
    }
    if wanted.only.is_none() {
        papers(plan, &wanted, &mut found);
    }
    if wanted.wants(Kind::Step) {
        steps(plan, &wanted, progress, &mut found)?;
    }
    Some(found)
}

fn stages(plan: &Plan, wanted: &Wanted<'_>, found: &mut Vec<Found>) {
    for stage in plan.stages() {
        if let Some(rank) = wanted.rank(Kind::Stage, &stage.name, "") {
            let choice = Choice::Stage(stage.name.clone());
            let row = Row::new("", &*stage.name, Kind::Stage.spec().word, choice);
            found.push(Found { rank, row });
        }
    }
}

fn blocks(plan: &Plan, wanted: &Wanted<'_>, found: &mut Vec<Found>) {
    let named: Option<BlockId> = wanted.text.parse().ok();
    for (at, block) in plan.blocks().iter().enumerate() {
        let theme = plan.block_text(at, BlockColumn::Theme);
        let name = format!("{} {theme}", block.id);
        let rank = match named {
            Some(id) if id == block.id => Some(exact(Kind::Block)),
            _ => wanted.rank(Kind::Block, name.trim_end(), ""),
        };
        if let Some(rank) = rank {
            let choice = Choice::Block(block.id);
            let row = Row::new("", name.trim_end(), Kind::Block.spec().word, choice);
            found.push(Found { rank, row });
        }
    }
}

fn owners(
    plan: &Plan,
    wanted: &Wanted<'_>,
    progress: &Progress,
    found: &mut Vec<Found>,
) -> Option<()> {
    for (owner, count) in plan.owners(progress)? {
        if let Some(rank) = wanted.rank(Kind::Owner, &owner, "") {
            let detail = format!("{} · {}", Kind::Owner.spec().word, counted(count, "step"));
            let choice = Choice::List(owned_by(&owner));
            let row = Row::new("", owner, detail, choice);
            found.push(Found { rank, row });
        }
    }
    Some(())
}

/// The filter that finds the steps of an owner. Of a name with quotes in it, which cannot be
/// quoted, the longest part without is looked for.
fn owned_by(owner: &str) -> String {
    match owner.contains('"') {
        false => format!("owner={}", quoted(owner)),
        true => {
            let parts = owner.split('"').map(str::trim);
            let longest = parts.max_by_key(|part| part.len());
            format!("owner:{}", quoted(longest.unwrap_or_default()))
        }
    }
}

fn papers(plan: &Plan, wanted: &Wanted<'_>, found: &mut Vec<Found>) {
    for file in plan.files().iter().filter(|file| file.role != Role::Log) {
        let kind = match file.role {
            Role::Decision => Kind::Decision,
            _ => Kind::Paper,
        };
        let path = file.path.display().to_string();
        let heading = heading(file);
        let name = heading.as_deref().unwrap_or(&path);
        if let Some(rank) = wanted.rank(kind, name, &path) {
            let detail = match heading {
                Some(_) => format!("{} · {path}", kind.spec().word),
                None => kind.spec().word.to_owned(),
            };
            let row = Row::new("", name, detail, Choice::Open(link::to_file(&file.path)));
            found.push(Found { rank, row });
        }
    }
}

/// What a document calls itself.
fn heading(file: &SourceFile) -> Option<String> {
    let first = file.markdown()?.heading_lines().next()?;
    let text = String::from_utf8_lossy(first);
    let line = text.lines().next()?.trim_matches(['#', ' ', '\t']);
    (!line.is_empty()).then(|| line.to_owned())
}

fn steps(
    plan: &Plan,
    wanted: &Wanted<'_>,
    progress: &Progress,
    found: &mut Vec<Found>,
) -> Option<()> {
    let named = typed_id(wanted.text).map(|id| plan.meant(id));
    progress.expect(plan.len());
    let mut strides = progress.strides();
    let mut ranked = Vec::new();
    for step in plan.steps() {
        if !strides.add(1) {
            return None;
        }
        // The one whose number it is stands first already.
        let is_named = named == Some(step.id());
        if !is_named && let Some(rank) = wanted.rank(Kind::Step, &step.title(), "") {
            ranked.push((rank, step.index()));
        }
    }
    // Only the first ones are shown.
    if ranked.len() > MOST {
        ranked.select_nth_unstable(MOST);
        ranked.truncate(MOST);
    }
    ranked.sort_unstable();
    found.extend(ranked.into_iter().map(|(rank, index)| {
        let step = plan.step(index);
        let (id, nth) = step.key();
        let label = format!("{id} {}", step.title());
        let row = Row::new("", label, Kind::Step.spec().word, Choice::Jump(id, nth));
        Found { rank, row }
    }));
    Some(())
}

impl Model {
    /// Lists what the text of the palette finds: at once what is found on the model alone.
    pub(super) fn list_palette(&mut self, text: String) {
        let wanted = Wanted::of(&text);
        let is_everything = wanted.text.is_empty() && wanted.only.is_none();
        // A number goes to its step at once, however long the plan is.
        let is_number = typed_id(wanted.text).is_some();
        if is_everything || is_number || wanted.only == Some(Kind::Command) {
            self.jobs.stop(|kind| kind == JobKind::Rows);
            let rows = self.palette_rows(&text, Vec::new());
            return self.take_rows(rows);
        }
        self.have_done(
            JobKind::Rows,
            move |plan, progress| Some((find(plan, &text, progress)?, text)),
            |model, (found, text)| {
                let rows = model.palette_rows(&text, found);
                model.take_rows(rows);
            },
        );
    }

    /// All rows for a text, with what was found in the plan.
    fn palette_rows(&self, text: &str, mut found: Vec<Found>) -> Vec<Row> {
        let wanted = Wanted::of(text);
        if wanted.wants(Kind::Step) {
            found.extend(self.step_by_number(wanted.text));
        }
        if wanted.wants(Kind::Command) {
            found.extend(self.commands_found(&wanted));
        }
        // The order in which they were found is kept among equals.
        found.sort_by_key(|found| found.rank);
        // Without words every command is listed, however many there are.
        if !wanted.text.is_empty() {
            found.truncate(MOST);
        }
        found.into_iter().map(|found| found.row).collect()
    }

    fn step_by_number(&self, text: &str) -> Option<Found> {
        let id = typed_id(text)?;
        let id = self.plan.meant(id);
        let found = self.plan.find(id);
        let title = found.map(|step| self.plan.step(step).title());
        let title = title.unwrap_or("there is no such step".into());
        let row = Row {
            blocked: found.is_none().then(|| format!("there is no step {id}")),
            ..Row::new("", format!("Go to {id}"), title, Choice::Jump(id, 0))
        };
        let rank = exact(Kind::Step);
        Some(Found { rank, row })
    }

    fn commands_found<'a>(&'a self, wanted: &'a Wanted<'_>) -> impl Iterator<Item = Found> + 'a {
        let here = self.place();
        let is_searching = !wanted.text.is_empty();
        let listed = self.keymap.commands();
        let listed = listed.filter(|command| command.name != "palette");
        let listed =
            listed.filter(move |command| here == Focus::WELCOME || command.places != WELCOME);
        listed.filter_map(move |command| {
            let mut rank = wanted.rank(Kind::Command, command.title, command.name)?;
            let mut row = self.command_row(command, here);
            if row.blocked.is_some() {
                (rank.group, rank.score) = (BLOCKED, Reverse(0));
            }
            if is_searching {
                row.detail = match row.detail.is_empty() {
                    true => Kind::Command.spec().word.to_owned(),
                    false => format!("{} · {}", Kind::Command.spec().word, row.detail),
                };
            }
            Some(Found { rank, row })
        })
    }

    /// The row of a command, with why it cannot run here.
    pub(super) fn command_row(&self, command: &'static Command, here: Focus) -> Row {
        let blocked = match command.places.contains(here) {
            true => command.refusal(self),
            false => Some(format!("works {}", in_words(command.places))),
        };
        let keys = self.keymap.keys(here, command);
        let key = keys.first().map(ToString::to_string).unwrap_or_default();
        let detail = blocked.clone().unwrap_or_default();
        Row {
            blocked,
            ..Row::new(key, command.title, detail, Choice::Run(command.name))
        }
    }
}
