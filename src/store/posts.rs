//! What others posted to a day's standup on branches that this clone has or has fetched, read from
//! git's objects: nothing is checked out, and nothing is fetched.

use std::collections::{HashMap, HashSet};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use chrono::NaiveDate;

use crate::git::mainline::KnownBranch;
use crate::git::tree::{TreeEntry, TreeKind};
use crate::git::{Git, GitError};
use crate::plan::source::{Role, SourceFile};
use crate::record::standup::BranchPost;

/// A longer file is no standup: 256 KiB.
const LONGEST: u64 = 256 << 10;
/// How much is read in all: 8 MiB.
const MOST: usize = 8 << 20;

/// The papers of a day below `folder`, as branches have them, those of the main branch first. The
/// plan lies at `root`. Nothing outside git.
pub(crate) fn posts_on_branches(
    root: &Path,
    folder: &Path,
    main_branch: Option<&str>,
    date: NaiveDate,
) -> Vec<BranchPost> {
    let day = Day {
        git: Git::at(root),
        folder: folder.join(date.to_string()),
    };
    // Where git does not answer, the papers that are checked out are all there is.
    day.posts(main_branch).unwrap_or_default()
}

/// The folder of a day, in any version.
struct Day {
    git: Git,
    folder: PathBuf,
}

impl Day {
    fn posts(&self, main_branch: Option<&str>) -> Result<Vec<BranchPost>, GitError> {
        let mut branches = self.git.branches()?;
        if branches.is_empty() {
            return Ok(Vec::new());
        }
        let main = self.git.mainline(main_branch)?.map(|main| main.name());
        branches.sort_by_key(|branch| Some(&branch.name) != main.as_ref());
        let mut known = HashSet::new();
        let mut papers: Vec<(String, TreeEntry)> = Vec::new();
        for (branch, tree) in self.trees(&branches)? {
            for entry in self.git.listing(&tree)? {
                let is_paper = entry.kind == TreeKind::File
                    && entry.path.extension() == Some(OsStr::new("md"));
                // The same text under the same name is one post, whoever else has it.
                if is_paper && known.insert((entry.path.clone(), entry.hash.clone())) {
                    papers.push((branch.clone(), entry));
                }
            }
        }
        self.read(papers)
    }

    /// The folder's tree on each branch, one branch for each of them.
    fn trees(&self, branches: &[KnownBranch]) -> Result<Vec<(String, String)>, GitError> {
        let folder = self.folder.to_string_lossy();
        // Git is asked by the line.
        if folder.contains('\n') {
            return Ok(Vec::new());
        }
        let names = branches.iter();
        let names: Vec<String> = names
            .map(|branch| format!("{}:./{folder}", branch.commit))
            .collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let trees = self.git.hash_of_each(&names)?;
        let mut known = HashSet::new();
        let trees = branches.iter().zip(trees);
        let trees = trees.filter_map(|(branch, tree)| Some((branch.name.clone(), tree?)));
        Ok(trees
            .filter(|(_, tree)| known.insert(tree.clone()))
            .collect())
    }

    fn read(&self, papers: Vec<(String, TreeEntry)>) -> Result<Vec<BranchPost>, GitError> {
        let mut texts: HashMap<&str, Vec<u8>> = HashMap::new();
        let mut hashes: Vec<&str> = papers.iter().map(|(_, entry)| &*entry.hash).collect();
        hashes.sort_unstable();
        hashes.dedup();
        let mut objects = self.git.objects_up_to(LONGEST, &hashes)?;
        let mut read = 0;
        for hash in hashes {
            if read > MOST {
                break;
            }
            if let Some(bytes) = objects.next_object() {
                read += bytes.len();
                texts.insert(hash, bytes);
            }
        }
        let post = |(branch, entry): &(String, TreeEntry)| {
            let path = self.folder.join(&entry.path);
            let bytes = texts.get(&*entry.hash)?.clone();
            let file = SourceFile::load(path, Role::Standup, bytes);
            // Here, and not on the thread that has the keys.
            file.markdown()?.parse();
            let branch = branch.clone();
            Some(BranchPost { branch, file })
        };
        Ok(papers.iter().filter_map(post).collect())
    }
}
