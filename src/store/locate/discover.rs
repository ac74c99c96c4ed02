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
use std::sync::Arc;

use super::config::{Config, ConfigFile, FILE_NAME};
use super::glob;
use super::listed::Listed;
use super::unmatched;
use crate::document::parallel::map_in_parallel;
use crate::plan::checks::Problem;
use crate::plan::paper::{Kept, PAPERS, PaperSpec, Papers, USUAL_LOG};
use crate::plan::source::{Role, is_chart};
use crate::store::fs::walk::{Kind, children, files_below, has_file_below, unique};

/// What the command line says instead of the configuration, relative to the start, and which
/// papers there are.
#[derive(Clone, Debug)]
pub struct Overrides {
    /// Files or folders of logs.
    pub logs: Vec<PathBuf>,
    /// Files or folders of canon documents.
    pub canon: Vec<PathBuf>,
    /// What is looked for.
    pub papers: &'static [PaperSpec],
    /// What exists beside what is on disk.
    pub listed: Option<Arc<Listed>>,
}

impl Default for Overrides {
    fn default() -> Self {
        Self {
            logs: Vec::new(),
            canon: Vec::new(),
            papers: PAPERS,
            listed: None,
        }
    }
}

impl Overrides {
    fn of(&self, role: Role) -> &[PathBuf] {
        match role {
            Role::Log => &self.logs,
            Role::Canon => &self.canon,
            _ => &[],
        }
    }
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

/// Where everything is. All paths but those in `papers` are absolute; what does not exist yet is
/// named all the same.
#[derive(Clone, Debug)]
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
    pub config_problems: Vec<Problem>,
    /// The papers that were looked for, and their places.
    pub papers: Papers,
    /// Every file that may hold a part of the plan, by paper and path; those named outright need
    /// not exist.
    pub files: Vec<(PathBuf, Role)>,
    /// Folders to watch.
    pub watch: WatchFolders,
    /// What exists beside what is on disk.
    pub listed: Option<Arc<Listed>>,
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
    let mut config = Config::default();
    let named = (config_file.as_path(), Path::new(FILE_NAME));
    let config_problems = config.load(ConfigFile::Shared, named, overrides.papers);
    let place = |paper: &PaperSpec| {
        let place = root.join(config.places(paper).first()?);
        Some(place.strip_prefix(&root).unwrap_or(&place).to_owned())
    };
    let papers = Papers::new(overrides.papers, place);
    let log = overrides.papers.iter().find(|paper| paper.role.is_log());
    let first_log = log.and_then(|paper| config.places(paper).iter().find_map(|at| new_log(at)));
    let papers = papers.starting_log(first_log);
    let mut layout = Layout {
        found,
        files: Vec::new(),
        watch: WatchFolders::default(),
        papers,
        config,
        config_problems,
        config_file,
        root,
        listed: overrides.listed.clone(),
    };
    let mut watch = WatchFolders::default();
    watch.add(layout.root.clone(), false);
    let found = map_in_parallel(overrides.papers, 1, |paper| {
        let (mut watch, mut unmatched) = (WatchFolders::default(), Vec::new());
        let given = overrides.of(paper.role);
        let files = layout.find(paper, (&start, given), &mut watch, &mut unmatched);
        let problems = unmatched::problems(&layout, paper, &unmatched);
        (files, watch, problems)
    });
    for (paper, (files, own, problems)) in overrides.papers.iter().zip(found) {
        watch.flat.extend(own.flat);
        watch.deep.extend(own.deep);
        layout.config_problems.extend(problems);
        if paper.opened {
            let files = files.into_iter().map(|path| (path, paper.role));
            layout.files.extend(files);
        }
    }
    layout.config_problems.sort_by(Problem::order);
    layout.watch = watch.tidy();
    layout
}

impl Layout {
    /// The `[checks]` of the configuration: a rule's code with its severity.
    pub fn severities(&self) -> BTreeMap<String, String> {
        let entries = self.config.checks.iter();
        let pairs = entries.map(|(code, severity)| (code.clone(), severity.value.clone()));
        pairs.collect()
    }

    /// The files that may be such a paper, sorted.
    pub fn files_of(&self, role: Role) -> impl Iterator<Item = &PathBuf> {
        let of_role = self.files.iter().filter(move |file| file.1 == role);
        of_role.map(|(path, _)| path)
    }

    /// Where the files of a paper are looked for, below the root: paths and globs.
    pub(crate) fn patterns_of(&self, role: Role) -> Vec<String> {
        let papers = self.papers.specs.iter();
        let of_role = papers.filter(|paper| paper.role == role);
        of_role
            .flat_map(|paper| self.config.places(paper))
            .collect()
    }

    /// Whether its places may name files by any name, so that all names must be there.
    pub(crate) fn matches_names(&self, is_known: impl Fn(&Path) -> bool) -> bool {
        let papers = self.papers.specs.iter();
        let mut places = papers.flat_map(|paper| self.config.places(paper));
        places.any(|place| glob::is_pattern(&place) && !is_known(Path::new(&place)))
    }

    /// What a file at a path below the root would be to the plan, by its place alone: it may be gone.
    pub(crate) fn role_at(&self, path: &Path) -> Option<Role> {
        let name = path.file_name()?;
        let is_elsewhere = self.papers.places().any(|place| path.starts_with(place));
        let mut specs = self.papers.specs.iter().filter(|paper| {
            paper.opened
                && has_extension(name, paper.extension)
                && !(paper.kept == Kept::Deep && is_elsewhere)
        });
        let reaches = |pattern: &String| glob::reaches(pattern, path);
        let found = specs.find(|paper| self.config.places(paper).iter().any(reaches));
        found.map(|paper| paper.role)
    }

    /// What the paper is to the plan that a chart at a path below the root goes with: the chart lies in
    /// the folder of that kind of paper, and is opened by nobody.
    pub(crate) fn role_of_chart(&self, path: &Path) -> Option<Role> {
        let mut specs = self.papers.specs.iter();
        let role = self
            .role_at(&path.with_extension("md"))
            .filter(|_| is_chart(path))?;
        specs
            .find(|paper| paper.role == role && paper.charts)
            .map(|paper| paper.role)
    }

    /// A path as people read it: below the root where it lies there.
    pub fn below(&self, path: &Path) -> PathBuf {
        path.strip_prefix(&self.root).unwrap_or(path).to_owned()
    }

    /// The files of a paper: those `given` on the command line, from `start` on, else those at its
    /// places. Of these `unmatched` get those without any.
    fn find(
        &self,
        paper: &PaperSpec,
        (start, given): (&Path, &[PathBuf]),
        watch: &mut WatchFolders,
        unmatched: &mut Vec<String>,
    ) -> Vec<PathBuf> {
        let mut files = Vec::new();
        for path in given {
            let path = anchored(start, path);
            take(paper, path.clone(), &absolute(&path), &mut files, watch);
        }
        if !given.is_empty() {
            // A file that is named is meant, whatever folder it lies in.
            return unique(files);
        }
        let places = self.config.places(paper);
        for pattern in &places {
            let (place, known) = (self.root.join(pattern), files.len());
            if !paper.is_many() || !glob::is_pattern(pattern) {
                let is_there = place.exists();
                // Canon is watched even while it is missing: it may come.
                match paper.kept {
                    Kept::Deep if !is_there => watch.add(place, true),
                    _ => take(paper, place, &self.root, &mut files, watch),
                }
                if !is_there || files.len() == known {
                    unmatched.push(pattern.clone());
                }
                continue;
            }
            let (base, below) = glob::base(&self.root, pattern);
            watch.add(base, below);
            for path in glob::expand(&self.root, pattern) {
                take(paper, path, &self.root, &mut files, watch);
            }
            if files.len() == known {
                unmatched.push(pattern.clone());
            }
        }
        if paper.kept == Kept::Deep {
            let others = self.papers.places().map(|place| self.root.join(place));
            let others: Vec<PathBuf> = others.collect();
            files.retain(|path| !others.iter().any(|place| path.starts_with(place)));
        }
        // One folder has each file once already.
        match places.as_slice() {
            [place] if !glob::is_pattern(place) && paper.kept != Kept::Flat => files,
            _ => unique(files),
        }
    }
}

/// The log that a place of logs would begin with: itself where it names a file, else the usual name in
/// its folder or for its stars; nothing where that would not be found there.
fn new_log(place: &str) -> Option<PathBuf> {
    let usual = Path::new(USUAL_LOG);
    let path = match glob::is_pattern(place) {
        true => {
            let stem = usual.file_stem()?.to_str()?;
            let names = Path::new(place).components();
            let names = names.filter(|name| name.as_os_str() != "**");
            let folder: PathBuf = names.collect();
            let name = folder.file_name()?.to_str()?.replace('*', stem);
            folder.with_file_name(name)
        }
        false if Path::new(place).extension().is_some() => PathBuf::from(place),
        false => Path::new(place).join(usual.file_name()?),
    };
    let is_meant = !glob::is_pattern(path.to_str()?) && glob::reaches(place, &path);
    is_meant.then_some(path)
}

/// Adds the files of a paper at `path` to `files`, and what has to be watched for them.
fn take(
    paper: &PaperSpec,
    path: PathBuf,
    boundary: &Path,
    files: &mut Vec<PathBuf>,
    watch: &mut WatchFolders,
) {
    let is_ours = |name: &OsStr| has_extension(name, paper.extension);
    // A folder named like a log is not a folder of logs: reading it says what is wrong.
    let is_file = Path::new(&path).extension() == Some(OsStr::new(paper.extension));
    match paper.kept {
        Kept::Flat if path.is_dir() && !is_file => {
            files.extend(files_in(&path, paper.extension));
            watch.add(path, false);
        }
        Kept::Deep if path.is_dir() => {
            files.extend(files_below(&path, boundary, is_ours));
            watch.add(path, true);
        }
        Kept::Folder => {
            files.extend(files_below(&path, boundary, is_ours));
            watch.add(path, true);
        }
        Kept::Flat | Kept::Deep | Kept::File => {
            if let Some(folder) = path.parent() {
                watch.add(folder.to_owned(), false);
            }
            files.push(path);
        }
    }
}

impl WatchFolders {
    fn add(&mut self, folder: PathBuf, with_all_below: bool) {
        match with_all_below {
            true => self.deep.push(folder),
            false => self.flat.push(folder),
        }
    }

    fn tidy(self) -> Self {
        let Self { mut flat, mut deep } = self;
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
pub(crate) fn checkout(folder: &Path) -> Option<&Path> {
    folder.ancestors().find(|f| f.join(".git").exists())
}

fn find_root(start: &Path) -> Option<(PathBuf, Found)> {
    let checkout = checkout(start);
    let mut markdown = None;
    for folder in start.ancestors() {
        if folder.join(FILE_NAME).exists() {
            return Some((folder.to_owned(), Found::Config));
        }
        if !files_in(&folder.join("data/plans"), "jsonl").is_empty() {
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

/// Files of a folder, and what is called like one: reading a pipe or a dangling symlink says what is
/// wrong.
fn files_in(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let found = children(folder, folder).into_iter();
    let files = found.filter(|child| child.kind == Kind::File || !child.path.is_dir());
    let named = |path: &PathBuf| has_extension(path.file_name().unwrap_or_default(), extension);
    files.map(|child| child.path).filter(named).collect()
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
