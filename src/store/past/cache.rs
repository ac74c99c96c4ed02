//! What happened between two versions of a plan, kept for the next run under the blobs of both: so
//! that it reads only what is new.
//!
//! One file for each plan, in a folder below the XDG cache that only this person can look into. It
//! can be removed, cut or garbled at any moment: a checksum for each entry tells what can be used,
//! and the rest is read from git again. All files together take at most [`MOST`] bytes; those that
//! were not used for the longest time go first. It is written as a whole and renamed, so that two
//! processes do no more to each other than to forget something.

use std::collections::HashMap;
use std::fs::{self, File, OpenOptions};
use std::hash::{BuildHasher as _, RandomState};
use std::io::{self, Write as _};
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use etcetera::BaseStrategy as _;
use xxhash_rust::xxh3::{xxh3_64, xxh3_128_with_seed};

use super::coding;
use crate::history::canon::Tick;
use crate::history::events::Event;
use crate::history::gone::Gone;
use crate::history::weeks::Snapshot;
use crate::store::atomic_replace::leftovers::temp_path;
use crate::store::fs::create::create_private_folder;
use crate::store::fs::fingerprint::stable_name;

/// What a file begins with. To be changed whenever entries are written otherwise, or something else
/// is found between the same two versions; a file that begins otherwise counts as empty.
const FORMAT: &[u8] = b"stepdeck past 2\n";
/// Where the entries begin: after that, and the seed.
const ENTRIES: usize = FORMAT.len() + 8;
/// The most bytes that a plan's entries take.
const LARGEST: usize = 32 << 20;
/// The most bytes of all files together.
const MOST: u64 = 256 << 20;
/// Checksum, and the length of what it covers.
const HEAD: usize = 12;
/// The two versions.
const KEY: usize = 32;

/// What no scopes are called.
const GONE: &str = "\0gone";

/// The files of a version, by their paths and blobs, in 128 bits.
pub(super) type VersionId = u128;

/// What happened between an older and a newer version.
pub(super) type Between = (VersionId, VersionId);

/// The cache folder for all plans: `$XDG_CACHE_HOME/stepdeck`, by default below the home directory.
pub(crate) fn default_base() -> Option<PathBuf> {
    let strategy = etcetera::base_strategy::Xdg::new().ok()?;
    Some(strategy.cache_dir().join("stepdeck"))
}

/// The entries about one plan. What was added is written when this is dropped.
#[derive(Debug)]
pub(super) struct Cache {
    /// Where they are kept, if they can be.
    file: Option<PathBuf>,
    /// Makes the ids of versions this file's own, so that nobody can prepare two that are alike.
    seed: u64,
    /// Entries that were there.
    old: Vec<u8>,
    places: HashMap<Between, std::ops::Range<usize>>,
    /// Entries that are to be written, the newest first; each by itself, since to have them in one
    /// growing stretch of memory costs more than to write them.
    new: Vec<Vec<u8>>,
    /// How many bytes these have.
    length: usize,
}

impl Cache {
    /// Keeps nothing.
    pub(super) fn none() -> Self {
        Self {
            file: None,
            seed: 0,
            old: Vec::new(),
            places: HashMap::new(),
            new: Vec::new(),
            length: 0,
        }
    }

    /// What is kept about the plan at `root`, below `base`. Nothing is where the folder cannot be
    /// made, is somebody else's, or lies in the `checkout`.
    pub(super) fn open(base: &Path, root: &Path, checkout: &Path) -> Self {
        let mut cache = Self::none();
        if !is_own_folder(base) || is_within(base, checkout) {
            return cache;
        }
        let file = base.join(stable_name(root.as_os_str().as_bytes()));
        cache.seed = RandomState::new().hash_one(0);
        cache.load(&file);
        cache.file = Some(file);
        cache
    }

    /// A file's part of the id of a version: that of the version is the sum of its files'. What a
    /// file means depends on whether it counts as canon or as a log.
    pub(super) fn id_of(&self, path: &Path, is_canon: bool, blob: &str) -> VersionId {
        let path = path.as_os_str().as_bytes();
        let name = [&[u8::from(is_canon)], path, b"\0", blob.as_bytes()].concat();
        xxh3_128_with_seed(&name, self.seed)
    }

    /// Whether it is known what happened between two versions.
    pub(super) fn knows(&self, between: &Between) -> bool {
        self.places.contains_key(between)
    }

    /// What happened between two versions.
    pub(super) fn get(&self, between: &Between) -> Option<(Vec<Event>, Vec<Tick>)> {
        let place = self.places.get(between)?.clone();
        coding::read(self.old.get(place)?)
    }

    /// Keeps what happened between two versions, as far as there is room.
    pub(super) fn keep(&mut self, between: &Between, (events, ticks): (&[Event], &[Tick])) {
        self.add(between, |out| coding::write(out, events, ticks));
    }

    /// What stands for some versions, one after the other, with one more.
    pub(super) fn after(&self, versions: VersionId, next: VersionId) -> VersionId {
        let both = [versions, next].map(VersionId::to_le_bytes);
        xxh3_128_with_seed(both.as_flattened(), self.seed)
    }

    /// The figures of a week that begins and ends with these versions, for what is called so.
    pub(super) fn week(&self, target: &str, between: Between) -> Option<[usize; 3]> {
        let place = self.places.get(&self.week_key(target, between))?.clone();
        let (figures, _) = self.old.get(place)?.as_chunks::<8>();
        let figures: [[u8; 8]; 3] = figures.try_into().ok()?;
        Some(figures.map(|figure| u64::from_le_bytes(figure) as usize))
    }

    /// Keeps them.
    pub(super) fn keep_week(&mut self, target: &str, between: Between, figures: [usize; 3]) {
        let figures = figures.map(|figure| (figure as u64).to_le_bytes());
        self.add(&self.week_key(target, between), |out| {
            out.extend_from_slice(figures.as_flattened());
        });
    }

    fn week_key(&self, target: &str, (older, newer): Between) -> Between {
        let name = [&newer.to_le_bytes()[..], b"week ", target.as_bytes()].concat();
        (older, xxh3_128_with_seed(&name, self.seed))
    }

    /// How the scopes called so stood in a version.
    pub(super) fn snapshot(&self, scopes: &str, version: VersionId) -> Option<Snapshot> {
        let place = self
            .places
            .get(&self.snapshot_key(scopes, version))?
            .clone();
        coding::read_snapshot(self.old.get(place)?)
    }

    /// Keeps that, unless it is too large beside all else.
    pub(super) fn keep_snapshot(&mut self, scopes: &str, version: VersionId, held: &Snapshot) {
        let mut written = Vec::new();
        coding::write_snapshot(&mut written, held);
        if written.len() <= LARGEST / 8 {
            self.add(&self.snapshot_key(scopes, version), |out| {
                out.extend_from_slice(&written);
            });
        }
    }

    fn snapshot_key(&self, scopes: &str, version: VersionId) -> Between {
        let name = [b"snapshot ", scopes.as_bytes()].concat();
        (version, xxh3_128_with_seed(&name, self.seed))
    }

    /// Which steps had gone by the end of a week, and whether they were complete.
    pub(super) fn gone(&self, (weeks, _): Between) -> Option<Gone<bool>> {
        let held = self.snapshot(GONE, weeks)?;
        let (steps, is_complete, [by_uid, by_number]) = held.parts() else {
            return None;
        };
        let of = |places: &Vec<u32>| {
            let places = places.iter().map(|at| *at as usize);
            places.map(|at| (steps[at], is_complete[at])).collect()
        };
        Some(Gone::from_parts([of(by_uid), of(by_number)]))
    }

    /// Keeps that, unless it is too large beside all else.
    pub(super) fn keep_gone(&mut self, (weeks, _): Between, gone: &Gone<bool>) {
        let [by_uid, by_number] = gone.parts();
        let (uids, all) = (by_uid.len() as u32, by_uid.len() + by_number.len());
        let (steps, is_complete) = by_uid.into_iter().chain(by_number).unzip();
        let scopes = vec![(0..uids).collect(), (uids..all as u32).collect()];
        let held = Snapshot::from_parts(steps, is_complete, scopes);
        self.keep_snapshot(GONE, weeks, &held);
    }

    /// The blob that has these bytes, if it was read once.
    pub(super) fn blob(&self, bytes: &[u8]) -> Option<&str> {
        let place = self.places.get(&self.blob_key(bytes))?.clone();
        std::str::from_utf8(self.old.get(place)?).ok()
    }

    /// Keeps that the blob has these bytes.
    pub(super) fn keep_blob(&mut self, bytes: &[u8], blob: &str) {
        if self.blob(bytes).is_none() {
            let key = self.blob_key(bytes);
            self.add(&key, |out| out.extend_from_slice(blob.as_bytes()));
        }
    }

    fn blob_key(&self, bytes: &[u8]) -> Between {
        (xxh3_128_with_seed(bytes, self.seed), VersionId::MAX)
    }

    fn add(&mut self, between: &Between, write: impl FnOnce(&mut Vec<u8>)) {
        if self.file.is_none() || self.length > LARGEST {
            return;
        }
        let mut entry = vec![0; HEAD];
        for id in [between.0, between.1] {
            entry.extend_from_slice(&id.to_le_bytes());
        }
        write(&mut entry);
        let (head, body) = entry.split_at_mut(HEAD);
        if let Ok(length) = u32::try_from(body.len()) {
            head[..8].copy_from_slice(&xxh3_64(body).to_le_bytes());
            head[8..].copy_from_slice(&length.to_le_bytes());
            self.length += entry.len();
            self.new.push(entry);
        }
    }

    /// Reads the file as far as it can be used.
    fn load(&mut self, file: &Path) {
        let is_ours = |about: &fs::Metadata| about.is_file() && about.len() <= 2 * LARGEST as u64;
        let about = fs::symlink_metadata(file).ok().filter(is_ours);
        let Some(bytes) = about.and_then(|_| fs::read(file).ok()) else {
            return;
        };
        let head = bytes.strip_prefix(FORMAT);
        let Some((seed, _)) = head.and_then(|head| head.split_first_chunk()) else {
            return;
        };
        self.seed = u64::from_le_bytes(*seed);
        self.old = bytes;
        let mut at = ENTRIES;
        while let Some(end) = entry_end(&self.old, at) {
            let (body, id) = (at + HEAD, |at: usize| {
                let bytes = self.old[at..at + KEY / 2].try_into();
                u128::from_le_bytes(bytes.unwrap_or_default())
            });
            let between = (id(body), id(body + KEY / 2));
            self.places.insert(between, body + KEY..end);
            at = end;
        }
        self.old.truncate(at);
        // It is in use: others go before it. Where that cannot be said, it may go.
        let _ = File::open(file).and_then(|file| file.set_modified(SystemTime::now()));
    }

    fn save(&self, file: &Path) -> io::Result<()> {
        let folder = file.parent().unwrap_or(Path::new("/"));
        let temp = temp_path(folder);
        let mut options = OpenOptions::new();
        let mut out = options
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&temp)?;
        let room = LARGEST.saturating_sub(self.length);
        let mut end = ENTRIES;
        while let Some(next) = entry_end(&self.old, end).filter(|next| *next <= room) {
            end = next;
        }
        let old = self.old.get(ENTRIES..end).unwrap_or_default();
        let seed = self.seed.to_le_bytes();
        let new = self.new.iter().map(Vec::as_slice);
        let mut parts = [FORMAT, &seed].into_iter().chain(new).chain([old]);
        let mut buffered = io::BufWriter::new(&mut out);
        let written = parts.try_for_each(|part| buffered.write_all(part));
        let written = written.and_then(|()| buffered.flush());
        drop(buffered);
        let renamed = written.and_then(|()| fs::rename(&temp, file));
        if renamed.is_err() {
            let _ = fs::remove_file(&temp);
        }
        renamed.and_then(|()| make_room(folder))
    }
}

impl Drop for Cache {
    fn drop(&mut self) {
        if let Some(file) = self.file.as_ref().filter(|_| !self.new.is_empty()) {
            // What is not kept is read again.
            let _ = self.save(file);
        }
    }
}

/// Where the entry ends that begins at `at`; nothing where none does that can be used.
fn entry_end(entries: &[u8], at: usize) -> Option<usize> {
    let (head, rest) = entries.get(at..)?.split_at_checked(HEAD)?;
    let (sum, length) = head.split_first_chunk()?;
    let length = u32::from_le_bytes(length.try_into().ok()?) as usize;
    let body = rest.get(..length).filter(|body| body.len() >= KEY)?;
    (xxh3_64(body) == u64::from_le_bytes(*sum)).then_some(at + HEAD + length)
}

/// Makes the folder if need be. Whether it is this person's, and nobody else looks into it.
fn is_own_folder(folder: &Path) -> bool {
    let _ = create_private_folder(folder);
    let Ok(about) = fs::symlink_metadata(folder) else {
        return false;
    };
    let own = rustix::process::geteuid().as_raw();
    let is_private = || {
        let private = fs::Permissions::from_mode(0o700);
        about.mode() & 0o077 == 0 || fs::set_permissions(folder, private).is_ok()
    };
    about.is_dir() && about.uid() == own && is_private()
}

fn is_within(folder: &Path, checkout: &Path) -> bool {
    match (fs::canonicalize(folder), fs::canonicalize(checkout)) {
        (Ok(folder), Ok(checkout)) => folder.starts_with(checkout),
        _ => true,
    }
}

/// Removes the files that were not used for the longest time, until all take no more than they may.
fn make_room(folder: &Path) -> io::Result<()> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if let Some(about) = entry.metadata().ok().filter(fs::Metadata::is_file) {
            files.push((about.modified()?, about.len(), entry.path()));
        }
    }
    files.sort();
    let mut total: u64 = files.iter().map(|(_, length, _)| length).sum();
    for (_, length, path) in files {
        if total <= MOST {
            break;
        }
        fs::remove_file(path)?;
        total -= length;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::canon::CanonVersion;
    use crate::history::events::Walk;
    use crate::history::lines::changed;

    fn folder() -> tempfile::TempDir {
        tempfile::tempdir().unwrap()
    }

    fn canon(mark: &str) -> CanonVersion {
        let text = format!(
            "## Crawl\n\nEvidence required:\n\n- [{mark}] Step 0007 is complete.\n\n\
             #### Step 0008 — Review\n\n- **Status:** draft\n"
        );
        CanonVersion::read([("plan.md".into(), text.into_bytes())])
    }

    /// Every kind of event, and a tick.
    fn happened() -> (Vec<Event>, Vec<Tick>) {
        let older = "{\"step_id\": \"0001\", \"uid\": \"aaaaaaaaaaaa\", \"title\": \"A\"}\n\
                     {\"step_id\": 2, \"notes\": \"caf\\u00e9\", \"evidence\": {\"actual\": 1}}\n\
                     {\"step_id\": \"0003\", \"owner\": \"ops\"}\n";
        let newer = "{\"step_id\": \"0007\", \"uid\": \"aaaaaaaaaaaa\", \"title\": \"B\"}\n\
                     {\"step_id\": 2, \"evidence\": {\"actual\": 2.50}}\n\
                     {\"step_id\": \"04\", \"title\": \"é\"}\n";
        let walk = Walk::from_newest([newer.as_bytes()]);
        let mut walk = walk.with_canon(canon("x"), []);
        walk.back(
            &changed(older.as_bytes(), newer.as_bytes()),
            Some(canon(" ")),
        )
    }

    /// Where this fails, the same versions are told otherwise than before: [`FORMAT`] needs another
    /// number, or people are told what an older stepdeck found.
    #[test]
    fn what_is_found_and_how_it_is_written_belongs_to_the_format() {
        let mut bytes = Vec::new();
        let (events, ticks) = happened();
        coding::write(&mut bytes, &events, &ticks);
        let sum = format!("{:016x}", xxh3_64(&bytes));
        let format = String::from_utf8_lossy(FORMAT);
        assert_eq!((&*format, &*sum), ("stepdeck past 2\n", "a1db6b5efdc5ca44"));
    }

    #[test]
    fn what_was_kept_is_found_as_far_as_it_is_whole() {
        let (folder, root) = (folder(), folder());
        let (base, root) = (folder.path().join("cache"), root.path());
        let (events, ticks) = happened();
        let mut first = Cache::open(&base, root, root);
        let id = first.id_of(Path::new("a"), false, "blob");
        assert_ne!(id, first.id_of(Path::new("a"), true, "blob"));
        first.keep(&(1, 2), (&events, &ticks));
        first.keep_week("plan", (1, 2), [3, 4, 5]);
        first.keep_blob(b"bytes", "blob");
        drop(first);
        let whole = Cache::open(&base, root, root);
        assert_eq!(whole.id_of(Path::new("a"), false, "blob"), id);
        assert_eq!(whole.get(&(1, 2)), Some((events, ticks)));
        assert_eq!(whole.get(&(2, 1)), None);
        assert_eq!(whole.week("plan", (1, 2)), Some([3, 4, 5]));
        assert_eq!(whole.week("B01", (1, 2)), None);
        assert_eq!(
            (whole.blob(b"bytes"), whole.blob(b"other")),
            (Some("blob"), None)
        );
        let file = whole.file.clone().unwrap();
        drop(whole);
        let bytes = fs::read(&file).unwrap();
        for at in 0..bytes.len() {
            let mut garbled = bytes.clone();
            garbled[at] ^= 1;
            fs::write(&file, &garbled).unwrap();
            let of_garbled = Cache::open(&base, root, root);
            fs::write(&file, &bytes[..at]).unwrap();
            let of_cut = Cache::open(&base, root, root);
            for cache in [of_garbled, of_cut] {
                assert!(cache.places.len() < 3 || at < ENTRIES, "{at}");
                assert!(
                    cache
                        .get(&(1, 2))
                        .is_none_or(|(events, _)| events == happened().0)
                );
            }
        }
    }

    #[test]
    fn nothing_is_kept_in_the_checkout_or_where_no_folder_can_be_made() {
        let root = folder();
        let root = root.path();
        for base in [&root.join("cache"), Path::new("/dev/null/stepdeck")] {
            assert_eq!(Cache::open(base, &root.join("plan"), root).file, None);
        }
    }
}
