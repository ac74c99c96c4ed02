//! Opening a plan: every file found, read and taken apart.

use std::path::{Path, PathBuf};

use super::discover::{Layout, Overrides, discover};
use super::read::{FileState, read_told};
use super::stamp::Stamp;
use crate::document::Document;
use crate::document::markdown::MarkdownDocument;
use crate::document::progress::Progress;
use crate::document::rope::Rope;
use crate::document::shares::in_shares;
use crate::plan::source::{Role, SourceFile};
use crate::plan::{Plan, canon};

/// A plan as found on disk.
#[derive(Debug)]
pub struct Opened {
    /// Where everything is.
    pub layout: Layout,
    /// The files that make up the plan, by role and path.
    pub files: Vec<SourceFile>,
    /// Everything that was looked at.
    pub looked_at: Vec<LookedAt>,
    /// Files that could not be read, with the reason.
    pub unreadable: Vec<(PathBuf, String)>,
}

impl Opened {
    /// No file of this layout, yet.
    fn nothing(layout: Layout) -> Self {
        Self {
            layout,
            files: Vec::new(),
            looked_at: Vec::new(),
            unreadable: Vec::new(),
        }
    }
}

/// A path that may hold a part of the plan, and what was there.
#[derive(Debug)]
pub struct LookedAt {
    /// Relative to the root where it lies below it.
    pub path: PathBuf,
    /// What the plan would look for in it.
    pub role: Role,
    /// What it holds, if it is there.
    pub document: Option<Document>,
}

/// How far the opening of a plan is: shared between whoever does it and whoever waits.
#[derive(Debug, Default)]
pub struct Opening {
    reading: Progress,
    taking_apart: Progress,
    putting_together: Progress,
}

impl Opening {
    /// The part that is done, in percent.
    pub fn percent(&self) -> usize {
        let parts = [&self.reading, &self.taking_apart, &self.putting_together];
        parts.map(Progress::percent).iter().sum::<usize>() / parts.len()
    }

    /// Asks the opening to end without a result.
    pub fn stop(&self) {
        self.taking_apart.stop();
        self.putting_together.stop();
    }
}

/// How a plan with very long logs is opened: its front first, so that there is something to
/// see.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Front {
    /// Up to how many bytes of logs a plan is opened as a whole.
    pub long: u64,
    /// How many bytes of each log are its front.
    pub front: u64,
}

impl Default for Front {
    fn default() -> Self {
        Self {
            long: 64 << 20,
            front: 1 << 20,
        }
    }
}

/// Finds the plan at or above `start` and reads all of it. Nothing in it is refused: what
/// cannot be read is told in `unreadable`.
pub fn open(start: &Path, overrides: &Overrides) -> Opened {
    let layout = discover(start, overrides);
    let opened = read_files(layout.clone(), u64::MAX, &Opening::default());
    // Nobody else knows of the opening, so nobody stops it.
    opened.unwrap_or_else(|| Opened::nothing(layout))
}

/// The same, and the plan that the files make up, for somebody who watches how far it is and
/// may stop it; nothing where that was done. The files are in the plan.
pub fn open_plan(start: &Path, overrides: &Overrides, opening: &Opening) -> Option<(Opened, Plan)> {
    let mut opened = read_files(discover(start, overrides), u64::MAX, opening)?;
    let files = std::mem::take(&mut opened.files);
    Some((opened, Plan::read_with(files, &opening.putting_together)?))
}

/// Finds the plan and reads it, of long logs only the front. Answers whether that was all of it.
pub fn open_front(start: &Path, overrides: &Overrides, front: Front) -> (Opened, bool) {
    let layout = discover(start, overrides);
    let is_whole = length_of_logs(&layout) <= front.long;
    let most = if is_whole { u64::MAX } else { front.front };
    let opened = read_files(layout.clone(), most, &Opening::default());
    (opened.unwrap_or_else(|| Opened::nothing(layout)), is_whole)
}

fn length_of_logs(layout: &Layout) -> u64 {
    let logs = layout.logs.iter();
    logs.filter_map(|log| Some(Stamp::of(log)?.size)).sum()
}

/// A file with whether it is part of the plan, nothing where none is there, or why it could not be
/// read.
type Reading = Result<Option<(SourceFile, bool)>, String>;

/// From how many documents on another core is worth its start.
const DOCUMENTS: usize = 16;

/// Reads every file of the plan, of logs the whole lines among the first `most` bytes.
fn read_files(layout: Layout, most: u64, opening: &Opening) -> Option<Opened> {
    let bytes = usize::try_from(length_of_logs(&layout)).unwrap_or(usize::MAX);
    opening.reading.expect(bytes);
    opening.taking_apart.expect(bytes);
    let mut opened = Opened::nothing(layout);
    let root = opened.layout.root.clone();
    let read = |(path, role): &(PathBuf, Role)| -> Option<Reading> {
        let (most, progress) = match role {
            Role::Log => (most, &opening.reading),
            _ => (u64::MAX, &Progress::default()),
        };
        let state = match read_told(&root.join(path), &Rope::default(), most, progress) {
            Ok(FileState::Present { bytes, .. }) => {
                let file = SourceFile::load_with(path, *role, bytes, &opening.taking_apart)?;
                let is_part = belongs(&file);
                Ok(Some((file, is_part)))
            }
            Ok(FileState::Missing) => Ok(None),
            Err(error) => Err(error.to_string()),
        };
        Some(state)
    };
    let found = candidates(&opened.layout);
    let logs = found
        .iter()
        .take_while(|(_, role)| *role == Role::Log)
        .count();
    // A log is shared between cores line by line, the documents one by one.
    let mut readings: Vec<Option<Reading>> = found[..logs].iter().map(read).collect();
    let documents = &found[logs..];
    let parts = in_shares(documents.len(), DOCUMENTS, |part| {
        documents[part].iter().map(read).collect::<Vec<_>>()
    });
    readings.extend(parts.into_iter().flatten());
    for ((path, role), reading) in found.into_iter().zip(readings) {
        let document = match reading? {
            Ok(Some((file, is_part))) => {
                let document = file.document.clone();
                opened.files.extend(is_part.then_some(file));
                Some(document)
            }
            Ok(None) => None,
            Err(reason) => {
                opened.unreadable.push((path, reason));
                continue;
            }
        };
        opened.looked_at.push(LookedAt {
            path,
            role,
            document,
        });
    }
    opening.reading.finish();
    opening.taking_apart.finish();
    opened
        .files
        .sort_by(|a, b| (a.role, &a.path).cmp(&(b.role, &b.path)));
    Some(opened)
}

/// Every path that may hold a part of the plan, with its role. Paths are relative to the
/// root where they lie below it.
pub fn candidates(layout: &Layout) -> Vec<(PathBuf, Role)> {
    let below = |path: &Path| {
        path.strip_prefix(&layout.root)
            .unwrap_or(path)
            .to_path_buf()
    };
    let papers = [
        (&layout.decisions, Role::Decision),
        (&layout.reviews, Role::Review),
        (&layout.standups, Role::Standup),
        (&layout.gates, Role::GateReview),
    ];
    let papers = papers.into_iter().flat_map(|(folder, role)| {
        let notes = super::walk::files_below(folder, &layout.root, |name| {
            Path::new(name)
                .extension()
                .is_some_and(|extension| extension == "md")
        });
        notes.into_iter().map(move |path| (path, role))
    });
    let papers = papers.map(|(path, role)| (below(&path), role));
    let logs = layout.logs.iter().map(|path| (below(path), Role::Log));
    let canon = layout.canon.iter().map(|path| (below(path), Role::Canon));
    let roadmap = [(below(&layout.roadmap), Role::Roadmap)];
    logs.chain(canon).chain(roadmap).chain(papers).collect()
}

/// Whether a file is part of the plan. Markdown counts as canon by its content only.
pub fn belongs(file: &SourceFile) -> bool {
    match (&file.document, file.role) {
        (Document::Markdown(markdown), Role::Canon) => match markdown.encoding() {
            // It says nothing as it stands; what it would say as text makes it known.
            Some(encoding) => {
                let text = encoding.decode(markdown.bytes());
                canon::is_canon(&MarkdownDocument::load(text.into_bytes()))
            }
            None => canon::is_canon(markdown),
        },
        _ => true,
    }
}
