//! Opening a plan: every file found, read and taken apart.

use std::path::{Path, PathBuf};

use super::discover::{Layout, Overrides, discover};
use super::read::{FileState, read};
use crate::document::Document;
use crate::document::rope::Rope;
use crate::plan::canon;
use crate::plan::source::{Role, SourceFile};

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

/// A path that may hold a part of the plan, and what was there.
#[derive(Debug)]
pub struct LookedAt {
    /// Relative to the root where it lies below it.
    pub path: PathBuf,
    /// What the plan would look for in it.
    pub role: Role,
    /// Its bytes, if it is there.
    pub bytes: Option<Rope>,
}

/// Finds the plan at or above `start` and reads all of it. Nothing in it is refused: what
/// cannot be read is told in `unreadable`.
pub fn open(start: &Path, overrides: &Overrides) -> Opened {
    let layout = discover(start, overrides);
    let mut opened = Opened {
        files: Vec::new(),
        looked_at: Vec::new(),
        unreadable: Vec::new(),
        layout,
    };
    for (path, role) in candidates(&opened.layout) {
        match read(&opened.layout.root.join(&path)) {
            Ok(FileState::Present { bytes, .. }) => {
                let file = SourceFile::load(&path, role, bytes);
                let bytes = Some(file.document.rope());
                if belongs(&file) {
                    opened.files.push(file);
                }
                opened.looked_at.push(LookedAt { path, role, bytes });
            }
            Ok(FileState::Missing) => opened.looked_at.push(LookedAt {
                path,
                role,
                bytes: None,
            }),
            Err(error) => opened.unreadable.push((path, error.to_string())),
        }
    }
    opened
        .files
        .sort_by(|a, b| (a.role, &a.path).cmp(&(b.role, &b.path)));
    opened
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
        (Document::Markdown(markdown), Role::Canon) => canon::is_canon(markdown),
        _ => true,
    }
}
