//! The watch against a real file system, with and without notifications.

use super::*;
use std::os::unix::fs::symlink;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};

/// Generous: a busy machine is not a failure. What must be fast is measured where it is asserted.
const LONG: Duration = Duration::from_secs(20);

struct Plan {
    _dir: tempfile::TempDir,
    root: PathBuf,
    log: PathBuf,
}

impl Plan {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().canonicalize().unwrap().join("plan");
        let log = root.join("data/plans/log.jsonl");
        for folder in ["data/plans", "docs"] {
            std::fs::create_dir_all(root.join(folder)).unwrap();
        }
        std::fs::write(&log, "{}\n").unwrap();
        std::fs::write(root.join("docs/canon.md"), "# Canon\n").unwrap();
        Self {
            _dir: dir,
            root,
            log,
        }
    }

    fn watched(&self) -> Watched {
        Watched {
            root: self.root.clone(),
            flat: vec![self.root.clone(), self.root.join("data/plans")],
            deep: vec![self.root.join("docs")],
            files: vec![self.log.clone(), self.root.join("docs/canon.md")],
        }
    }

    /// A watch that has settled, in the mode asked for.
    fn watch(&self, make: MakeNotifier) -> (Watch, Receiver<Report>) {
        let (sender, reports) = channel();
        let tell = move |report| {
            // The test may be over.
            let _ = sender.send(report);
        };
        let watch = Watch::start_with(self.watched(), tell, make).unwrap();
        let first = reports.recv_timeout(LONG).unwrap();
        assert_eq!(first, Report::Look(Look::Everywhere));
        assert!(matches!(reports.recv_timeout(LONG), Ok(Report::Mode(_))));
        (watch, reports)
    }

    fn live(&self) -> (Watch, Receiver<Report>) {
        self.watch(Box::new(notifications))
    }

    fn polling(&self) -> (Watch, Receiver<Report>) {
        self.watch(Box::new(|_| Err("none".to_owned())))
    }
}

/// Waits for a look that covers `path`.
fn wait_for(reports: &Receiver<Report>, path: &Path) {
    let begun = Instant::now();
    loop {
        match reports.recv_timeout(LONG.saturating_sub(begun.elapsed())) {
            Ok(Report::Look(Look::Everywhere)) => return,
            Ok(Report::Look(Look::At(paths))) if paths.contains(path) => return,
            Ok(_) => {}
            Err(error) => panic!("no look at {}: {error}", path.display()),
        }
    }
}

fn save_by_rename(path: &Path, bytes: &str) {
    let draft = path.with_extension("draft");
    std::fs::write(&draft, bytes).unwrap();
    std::fs::rename(draft, path).unwrap();
}

#[test]
fn two_saves_by_rename_are_both_noticed_within_a_second() {
    let plan = Plan::new();
    let (_watch, reports) = plan.live();
    for bytes in ["{\"a\":1}\n", "{\"a\":2}\n"] {
        let begun = Instant::now();
        save_by_rename(&plan.log, bytes);
        wait_for(&reports, &plan.log);
        assert!(begun.elapsed() < Duration::from_secs(1));
    }
}

fn remove_and_restore(plan: &Plan, reports: &Receiver<Report>) {
    let docs = plan.root.join("docs");
    let canon = docs.join("canon.md");
    std::fs::remove_dir_all(&docs).unwrap();
    wait_for(reports, &canon);
    std::fs::create_dir_all(docs.join("sub")).unwrap();
    std::fs::write(&canon, "# Restored\n").unwrap();
    wait_for(reports, &canon);
    std::fs::write(docs.join("sub/new.md"), "# New\n").unwrap();
}

#[test]
fn a_folder_that_was_removed_and_restored_is_watched_again() {
    let plan = Plan::new();
    let (_watch, reports) = plan.live();
    for _ in 0..3 {
        remove_and_restore(&plan, &reports);
        wait_for(&reports, &plan.root.join("docs/sub/new.md"));
    }
}

#[test]
fn polling_too_follows_a_folder_that_was_removed_and_restored() {
    let plan = Plan::new();
    let (_watch, reports) = plan.polling();
    remove_and_restore(&plan, &reports);
    wait_for(&reports, &plan.root.join("docs/sub"));
}

#[test]
fn a_change_just_before_the_watched_set_changes_is_not_forgotten() {
    let plan = Plan::new();
    let (watch, reports) = plan.polling();
    std::fs::write(&plan.log, "{\"a\":1}\n").unwrap();
    std::fs::write(plan.root.join("docs/new.md"), "# New\n").unwrap();
    watch.set(plan.watched());
    let (mut log, mut docs) = (false, false);
    while !(log && docs) {
        match reports.recv_timeout(LONG).unwrap() {
            Report::Look(Look::At(paths)) => {
                log |= paths.contains(&plan.log);
                docs |= paths.contains(&plan.root.join("docs"));
            }
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn the_parent_of_a_watched_folder_may_go_and_come_too() {
    let plan = Plan::new();
    let (_watch, reports) = plan.live();
    std::fs::remove_dir_all(plan.root.join("data")).unwrap();
    wait_for(&reports, &plan.log);
    std::fs::create_dir_all(plan.root.join("data/plans")).unwrap();
    std::fs::write(&plan.log, "{}\n").unwrap();
    wait_for(&reports, &plan.log);
    save_by_rename(&plan.log, "{\"a\":1}\n");
    wait_for(&reports, &plan.log);
}

#[test]
fn a_folder_moved_in_is_noticed_and_so_are_edits_deep_in_it() {
    let plan = Plan::new();
    let outside = plan.root.parent().unwrap().join("arrival");
    std::fs::create_dir_all(outside.join("x/y")).unwrap();
    std::fs::write(outside.join("x/y/new.md"), "# New\n").unwrap();
    let (_watch, reports) = plan.live();
    let inside = plan.root.join("docs/arrival");
    std::fs::rename(&outside, &inside).unwrap();
    wait_for(&reports, &inside);
    std::fs::write(inside.join("x/y/new.md"), "# Edited\n").unwrap();
    wait_for(&reports, &inside.join("x/y/new.md"));
}

#[test]
fn a_flood_of_new_files_does_not_hide_a_change_of_the_log() {
    // More than the kernel queues (16,384 by default), so that some notifications are lost.
    let plan = Plan::new();
    let (_watch, reports) = plan.live();
    for folder in ["noise", "docs/noise"] {
        let folder = plan.root.join(folder);
        std::fs::create_dir(&folder).unwrap();
        for number in 0..10_000 {
            std::fs::File::create(folder.join(format!("{number}.md"))).unwrap();
        }
    }
    // What was told before the change says nothing about it; whoever is told to look from
    // here on reads the new bytes.
    while reports.try_recv().is_ok() {}
    save_by_rename(&plan.log, "{\"a\":1}\n");
    wait_for(&reports, &plan.log);
}

#[test]
fn without_notifications_the_mode_says_polling_and_edits_are_noticed() {
    let plan = Plan::new();
    let (sender, reports) = channel();
    let tell = move |report| sender.send(report).unwrap();
    let exhausted = || notify::Error::new(notify::ErrorKind::MaxFilesWatch);
    let make: MakeNotifier = Box::new(move |_| Err(reason(&exhausted())));
    let _watch = Watch::start_with(plan.watched(), tell, make).unwrap();
    assert_eq!(reports.recv().unwrap(), Report::Look(Look::Everywhere));
    let reason = "the system's inotify watches are used up: raise fs.inotify.max_user_watches";
    let reason = reason.to_owned();
    assert_eq!(
        reports.recv().unwrap(),
        Report::Mode(Mode::Polling { reason })
    );
    std::fs::write(&plan.log, "{\"a\":1}\n").unwrap();
    wait_for(&reports, &plan.log);
    let new = plan.root.join("docs/deep");
    std::fs::create_dir(&new).unwrap();
    wait_for(&reports, &plan.root.join("docs"));
    std::fs::write(new.join("x.md"), "").unwrap();
    wait_for(&reports, &new);
}

/// Lends out a limited number of watches, as the kernel does.
struct Limited(usize);

impl Notifier for Limited {
    fn arm(&mut self, _: &Path) -> Result<(), String> {
        let left = self.0.checked_sub(1).ok_or("used up")?;
        self.0 = left;
        Ok(())
    }
    fn disarm(&mut self, _: &Path) {}
}

#[test]
fn watches_that_run_out_halfway_lead_to_polling_too() {
    let plan = Plan::new();
    let (sender, reports) = channel();
    let tell = move |report| sender.send(report).unwrap();
    let make: MakeNotifier = Box::new(|_| Ok(Box::new(Limited(2))));
    let _watch = Watch::start_with(plan.watched(), tell, make).unwrap();
    reports.recv().unwrap();
    let reason = "used up".to_owned();
    assert_eq!(
        reports.recv().unwrap(),
        Report::Mode(Mode::Polling { reason })
    );
    save_by_rename(&plan.root.join("docs/canon.md"), "# Edited\n");
    wait_for(&reports, &plan.root.join("docs/canon.md"));
}

#[test]
fn the_target_of_a_symlinked_log_and_another_name_of_a_file_are_noticed() {
    let plan = Plan::new();
    let outside = plan.root.parent().unwrap().join("target.jsonl");
    std::fs::rename(&plan.log, &outside).unwrap();
    symlink(&outside, &plan.log).unwrap();
    let canon = plan.root.join("docs/canon.md");
    let other_name = plan.root.parent().unwrap().join("other.md");
    std::fs::hard_link(&canon, &other_name).unwrap();
    let (_watch, reports) = plan.live();
    std::fs::write(&outside, "{\"a\":1}\n").unwrap();
    wait_for(&reports, &plan.log);
    std::fs::write(&other_name, "# Edited\n").unwrap();
    wait_for(&reports, &canon);
}

#[test]
fn a_same_size_edit_dated_into_the_past_is_noticed_by_polling() {
    let plan = Plan::new();
    let before = std::fs::metadata(&plan.log).unwrap().modified().unwrap();
    let (_watch, reports) = plan.polling();
    std::fs::write(&plan.log, "[]\n").unwrap();
    let file = std::fs::File::options()
        .write(true)
        .open(&plan.log)
        .unwrap();
    file.set_modified(before).unwrap();
    wait_for(&reports, &plan.log);
}

#[test]
fn the_watched_set_can_change_and_new_files_are_looked_at_once() {
    let plan = Plan::new();
    let (watch, reports) = plan.live();
    let mut watched = plan.watched();
    let notes = plan.root.parent().unwrap().join("notes.txt");
    watched.files.push(notes.clone());
    watch.set(watched);
    match reports.recv_timeout(LONG).unwrap() {
        Report::Look(Look::At(paths)) => assert!(paths.contains(&notes)),
        other => panic!("{other:?}"),
    }
    std::fs::write(&notes, "x").unwrap();
    wait_for(&reports, &notes);
}

#[test]
fn an_overflow_and_a_flood_say_everywhere_and_reading_says_nothing() {
    let shared = Shared::default();
    shared.lock().extensions = extensions(&["/p/a.NDJSON".into()]);
    let opened = EventKind::Access(AccessKind::Open(AccessMode::Any));
    let event = |kind, path: String| Ok(notify::Event::new(kind).add_path(path.into()));
    shared.notice(event(opened, "/p/a.md".to_owned()));
    let created = EventKind::Create(CreateKind::File);
    shared.notice(event(created, "/p/.stepdeck-1-1.tmp".to_owned()));
    shared.notice(event(created, "/p/a.o".to_owned()));
    assert!(shared.lock().burst.is_none());
    for number in 0..=MOST_PATHS {
        let extension = ["md", "jsonl", "ndjson"][number % 3];
        shared.notice(event(created, format!("/p/{number}.{extension}")));
    }
    assert!(shared.lock().everywhere);

    let shared = Shared::default();
    let overflow = notify::Event::new(EventKind::Other).set_flag(notify::event::Flag::Rescan);
    shared.notice(Ok(overflow));
    assert!(shared.lock().everywhere && shared.lock().burst.is_some());
}

#[test]
fn dropping_the_watch_ends_its_thread_and_its_reports() {
    let plan = Plan::new();
    let (watch, reports) = plan.live();
    drop(watch);
    std::fs::write(&plan.log, "{\"a\":1}\n").unwrap();
    assert_eq!(
        reports.recv_timeout(LONG),
        Err(RecvTimeoutError::Disconnected)
    );
}

#[test]
fn nothing_moves_when_nothing_changed() {
    let plan = Plan::new();
    symlink(plan.root.join("docs"), plan.root.join("docs/circle")).unwrap();
    let mut armed = Vec::new();
    let later = SystemTime::now() + Duration::from_secs(10);
    let mut poll = Poll::new(&plan.watched(), later, &mut |f| armed.push(f.to_owned()));
    let expected = ["", "data", "data/plans", "docs"].map(|f| plan.root.join(f));
    assert_eq!(armed.len(), expected.len());
    assert!(
        expected
            .iter()
            .all(|folder| armed.contains(&folder.components().collect()))
    );
    for _ in 0..3 {
        assert_eq!(
            poll.tick(later, AT_ONCE, &mut |f| panic!("{}", f.display())),
            BTreeSet::new()
        );
    }
}

#[test]
fn a_change_in_the_same_clock_tick_is_looked_at_once_more() {
    let plan = Plan::new();
    std::fs::write(&plan.log, "{\"a\":1}\n").unwrap();
    let stamp = crate::store::fs::stamp::Stamp::of(&plan.log).unwrap();
    let written = SystemTime::UNIX_EPOCH + Duration::from_nanos(stamp.ctime_ns as u64);
    let mut poll = Poll::new(&plan.watched(), written, &mut |_| {});
    let later = written + Duration::from_secs(10);
    assert!(poll.tick(later, AT_ONCE, &mut |_| {}).contains(&plan.log));
    assert!(!poll.tick(later, AT_ONCE, &mut |_| {}).contains(&plan.log));
}

/// The clock of a network mount is ahead of ours, or ours was set back: each look at the folder
/// led to the next one, without a pause.
#[test]
fn what_is_dated_into_the_future_is_looked_at_once_more_and_no_more() {
    let plan = Plan::new();
    let mut now = SystemTime::now() - Duration::from_secs(86_400);
    let mut poll = Poll::new(&plan.watched(), now, &mut |_| {});
    assert_eq!(poll.tick(now, AT_ONCE, &mut |_| {}), BTreeSet::new());
    now += TICK;
    let moved = poll.tick(now, AT_ONCE, &mut |_| {});
    assert!(moved.contains(&plan.log) && moved.contains(&plan.root.join("docs")));
    // What that look finds is watched anew.
    let mut next = Poll::new(&plan.watched(), now, &mut |_| {});
    assert_eq!(poll.tick(now, AT_ONCE, &mut |_| {}), BTreeSet::new());
    next.inherit(&poll);
    for _ in 0..3 {
        now += TICK;
        assert_eq!(next.tick(now, AT_ONCE, &mut |_| {}), BTreeSet::new());
    }
    std::fs::write(&plan.log, "{\"a\":1}\n").unwrap();
    assert_eq!(
        next.tick(now, AT_ONCE, &mut |_| {}),
        BTreeSet::from([plan.log.clone()])
    );
}

#[test]
fn many_files_take_turns_but_logs_are_looked_at_each_time() {
    let plan = Plan::new();
    let mut watched = plan.watched();
    for at in 0..250 {
        let path = plan.root.join(format!("docs/{at}.md"));
        std::fs::write(&path, "# A\n").unwrap();
        watched.files.push(path);
    }
    let later = SystemTime::now() + Duration::from_secs(10);
    let mut poll = Poll::new(&watched, later, &mut |_| {});
    for path in &watched.files {
        std::fs::write(path, "# Other\n").unwrap();
    }
    let mut found = BTreeSet::new();
    for tick in 0..3 {
        std::fs::write(&plan.log, "{}\n".repeat(tick + 2)).unwrap();
        let moved = poll.tick(later, BESIDE_NOTIFICATIONS, &mut |_| {});
        assert!(moved.contains(&plan.log));
        assert!(moved.len() <= BESIDE_NOTIFICATIONS + 2, "{}", moved.len());
        found.extend(moved);
    }
    assert!(watched.files.iter().all(|path| found.contains(path)));
}
