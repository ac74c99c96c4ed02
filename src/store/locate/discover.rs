//! Where the plan is: its root, and all the paths of its files and folders.
//!
//! The root is the nearest folder, from the start upwards, that holds a `stepdeck.toml` or logs
//! in `data/plans/`. Where none does, it is the nearest one with Markdown below `data/` or
//! `docs/`, which outside a git checkout must be the start itself. The search ends at the root
//! of the checkout, else of the file system.
//!
//! Nothing is read but `stepdeck.toml`: which of the candidates are canon is told by their
//! content, elsewhere. That nothing was found is a value, not an error.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use super::config::{Config, ConfigProblem, FILE_NAME, Place, Severity};
use super::glob;
use crate::store::fs::read::{FileState, read};
use crate::store::fs::walk::{Kind, children, files_below, has_file_below, unique};

/// What the command line says instead of the configuration. Relative to the start.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Overrides {
    /// Files or folders of logs.
    pub logs: Vec<PathBuf>,
    /// Files or folders of canon documents.
    pub canon: Vec<PathBuf>,
}

/// By what the root was recognised.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Found {
    /// It holds a `stepdeck.toml`.
    Config,
    /// It holds logs in `data/plans/`.
    Log,
    /// It holds Markdown below `data/` or `docs/`, which may or may not be canon.
    Markdown,
    /// By nothing: the files are given on the command line, the root is the start.
    Given,
    /// There is no plan; the root is the start.
    Nothing,
}

/// Folders to watch.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct WatchFolders {
    /// Folders whose own entries matter.
    pub flat: Vec<PathBuf>,
    /// Folders with all that is below them. None lies within another.
    pub deep: Vec<PathBuf>,
}

/// Where everything is. All paths are absolute; what does not exist yet is named all the same.
#[derive(Clone, PartialEq, Debug)]
pub struct Layout {
    /// By what the root was recognised.
    pub found: Found,
    /// The plan's root.
    pub root: PathBuf,
    /// Where `stepdeck.toml` is or would be.
    pub config_file: PathBuf,
    /// Its content, or the defaults.
    pub config: Config,
    /// What is wrong with it.
    pub config_problems: Vec<ConfigProblem>,
    /// The logs, sorted; those named outright need not exist.
    pub logs: Vec<PathBuf>,
    /// The Markdown files that may be canon, sorted.
    pub canon: Vec<PathBuf>,
    /// The roadmap file.
    pub roadmap: PathBuf,
    /// The folder of decision notes.
    pub decisions: PathBuf,
    /// The folder of weekly reviews.
    pub reviews: PathBuf,
    /// The folder of standups.
    pub standups: PathBuf,
    /// The folder of gate reviews.
    pub gates: PathBuf,
    /// The folder of checkpoints.
    pub checkpoints: PathBuf,
    /// Folders to watch.
    pub watch: WatchFolders,
}

/// Finds the plan at or above `start`.
pub fn discover(start: &Path, overrides: &Overrides) -> Layout {
    let start = absolute(start);
    let given = !overrides.logs.is_empty() || !overrides.canon.is_empty();
    let (root, found) = find_root(&start).unwrap_or_else(|| {
        let found = if given { Found::Given } else { Found::Nothing };
        (start.clone(), found)
    });
    let config_file = root.join(FILE_NAME);
    let (config, config_problems) = load_config(&config_file);
    let paths = &config.paths;
    let mut layout = Layout {
        found,
        roadmap: root.join(&paths.roadmap),
        decisions: root.join(&paths.decisions),
        reviews: root.join(&paths.reviews),
        standups: root.join(&paths.standups),
        gates: root.join(&paths.gates),
        checkpoints: root.join(&paths.checkpoints),
        logs: Vec::new(),
        canon: Vec::new(),
        watch: WatchFolders::default(),
        root,
        config_file,
        config,
        config_problems,
    };
    let (mut flat, mut deep) = (vec![layout.root.clone()], layout.papers().to_vec());
    flat.extend(layout.roadmap.parent().map(Path::to_owned));
    layout.logs = layout.find_logs(&start, overrides, &mut flat, &mut deep);
    layout.canon = layout.find_canon(&start, overrides, &mut flat, &mut deep);
    layout.watch = WatchFolders::tidy(flat, deep);
    layout
}

impl Layout {
    /// The `[checks]` of the configuration: a rule's code with its severity.
    pub fn severities(&self) -> BTreeMap<String, String> {
        let entries = self.config.checks.iter();
        let pairs = entries.map(|(code, severity)| (code.clone(), severity.value.clone()));
        pairs.collect()
    }

    /// The folders of the papers that rituals leave, none of which is canon.
    pub fn papers(&self) -> [PathBuf; 5] {
        [
            &self.decisions,
            &self.reviews,
            &self.standups,
            &self.gates,
            &self.checkpoints,
        ]
        .map(Clone::clone)
    }

    fn find_logs(
        &self,
        start: &Path,
        overrides: &Overrides,
        flat: &mut Vec<PathBuf>,
        deep: &mut Vec<PathBuf>,
    ) -> Vec<PathBuf> {
        let mut logs = Vec::new();
        let mut add = |path: PathBuf, flat: &mut Vec<PathBuf>| {
            // A folder by the name of a log is no folder of logs: reading it says what is wrong.
            if path.is_dir() && path.extension() != Some(OsStr::new("jsonl")) {
                logs.extend(logs_in(&path));
                flat.push(path);
            } else {
                flat.extend(path.parent().map(Path::to_owned));
                logs.push(path);
            }
        };
        for path in &overrides.logs {
            add(anchored(start, path), flat);
        }
        if overrides.logs.is_empty() {
            for pattern in &self.config.paths.log {
                if !glob::is_pattern(pattern) {
                    add(self.root.join(pattern), flat);
                    continue;
                }
                let (base, below) = glob::base(&self.root, pattern);
                if below { &mut *deep } else { &mut *flat }.push(base);
                for path in glob::expand(&self.root, pattern) {
                    add(path, flat);
                }
            }
        }
        unique(logs)
    }

    fn find_canon(
        &self,
        start: &Path,
        overrides: &Overrides,
        flat: &mut Vec<PathBuf>,
        deep: &mut Vec<PathBuf>,
    ) -> Vec<PathBuf> {
        let mut canon = Vec::new();
        for path in &overrides.canon {
            let path = anchored(start, path);
            if path.is_dir() {
                let boundary = absolute(&path);
                canon.extend(files_below(&path, &boundary, is_markdown));
                deep.push(path);
            } else {
                // A file that is named is meant, whatever folder it lies in.
                flat.extend(path.parent().map(Path::to_owned));
                canon.push(path);
            }
        }
        if overrides.canon.is_empty() {
            for pattern in &self.config.paths.canon {
                if glob::is_pattern(pattern) {
                    let (base, below) = glob::base(&self.root, pattern);
                    if below { &mut *deep } else { &mut *flat }.push(base);
                }
                for path in glob::expand(&self.root, pattern) {
                    if path.is_dir() {
                        canon.extend(files_below(&path, &self.root, is_markdown));
                    } else {
                        flat.extend(path.parent().map(Path::to_owned));
                        canon.push(path);
                    }
                }
                // Watched even while it is missing: it may come.
                if !glob::is_pattern(pattern) && !self.root.join(pattern).is_file() {
                    deep.push(self.root.join(pattern));
                }
            }
            let papers = self.papers();
            canon.retain(|path| {
                *path != self.roadmap && !papers.iter().any(|folder| path.starts_with(folder))
            });
        }
        unique(canon)
    }
}

impl WatchFolders {
    fn tidy(mut flat: Vec<PathBuf>, mut deep: Vec<PathBuf>) -> Self {
        deep.sort();
        deep.dedup_by(|below, above| below.starts_with(above));
        flat.sort();
        flat.dedup();
        flat.retain(|folder| !deep.iter().any(|above| folder.starts_with(above)));
        Self { flat, deep }
    }
}

/// `path` below `start`, without `..`; a symlink at its end stays one.
fn anchored(start: &Path, path: &Path) -> PathBuf {
    let path = start.join(path);
    match (path.parent(), path.file_name()) {
        (Some(folder), Some(name)) => absolute(folder).join(name),
        _ => absolute(&path),
    }
}

fn absolute(path: &Path) -> PathBuf {
    path.canonicalize()
        .or_else(|_| std::path::absolute(path))
        .unwrap_or_else(|_| path.to_owned())
}

/// The root of the git checkout that `folder` lies in.
pub fn checkout(folder: &Path) -> Option<&Path> {
    folder.ancestors().find(|f| f.join(".git").exists())
}

fn find_root(start: &Path) -> Option<(PathBuf, Found)> {
    let checkout = checkout(start);
    let mut markdown = None;
    for folder in start.ancestors() {
        if folder.join(FILE_NAME).exists() {
            return Some((folder.to_owned(), Found::Config));
        }
        if !logs_in(&folder.join("data/plans")).is_empty() {
            return Some((folder.to_owned(), Found::Log));
        }
        // Outside a checkout a `/data` further up is anything but this plan's, and may be huge.
        let near = checkout.is_some() || folder == start;
        if near && markdown.is_none() && has_markdown(folder) {
            markdown = Some((folder.to_owned(), Found::Markdown));
        }
        if checkout == Some(folder) {
            break;
        }
    }
    markdown
}

fn has_markdown(folder: &Path) -> bool {
    ["data", "docs"]
        .iter()
        .any(|name| has_file_below(&folder.join(name), folder, is_markdown))
}

fn logs_in(folder: &Path) -> Vec<PathBuf> {
    let found = children(folder, folder).into_iter();
    found
        .filter(|child| child.kind == Kind::File)
        .map(|child| child.path)
        .filter(|path| {
            let name = path.file_name().unwrap_or_default();
            has_extension(name, "jsonl")
        })
        .collect()
}

fn is_markdown(name: &OsStr) -> bool {
    has_extension(name, "md")
}

/// Hidden files are editors' and our own leftovers, never the plan.
fn has_extension(name: &OsStr, wanted: &str) -> bool {
    let name = Path::new(name);
    let hidden = name.to_string_lossy().starts_with('.');
    !hidden
        && name
            .extension()
            .is_some_and(|e| e.eq_ignore_ascii_case(wanted))
}

fn load_config(path: &Path) -> (Config, Vec<ConfigProblem>) {
    match read(path) {
        Ok(FileState::Present { bytes, .. }) => Config::parse(path, &bytes.contiguous()),
        Ok(FileState::Missing) => (Config::default(), Vec::new()),
        Err(error) => {
            let problem = ConfigProblem {
                path: path.to_owned(),
                place: Place { line: 1, column: 1 },
                severity: Severity::Error,
                message: format!("{error}; the defaults are used"),
            };
            (Config::default(), vec![problem])
        }
    }
}
