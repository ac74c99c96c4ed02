//! Leaving while something is not on disk yet: what is said, what is waited for, what is lost.

use std::fs;
use std::sync::{Arc, Condvar, Mutex};

use super::keeping::{desk, line, press, writable};
use crate::store::faults::FaultyFs;
use crate::support::desk::Desk;
use crate::support::fixture::{LINES, LOG};
use stepdeck::tui::cockpit::Turn;

/// Leaving with an edit that is not on disk is asked for twice; another key is a new beginning.
#[test]
fn leaving_with_unsaved_edits_is_asked_for_twice() {
    let desk = &mut desk();
    writable(desk, false);
    press(desk, "jsp");
    desk.wait_for("not saved");
    let leaving = |desk: &Desk| desk.cockpit.model.leaving;
    for (key, asked) in [("q", true), ("j", false), ("q", true)] {
        press(desk, key);
        desk.run_until("the key is taken", |desk| leaving(desk) == asked);
    }
    assert!(
        desk.screen().contains("q again quits without saving"),
        "{}",
        desk.screen()
    );
    writable(desk, true);
    desk.keys("R");
    assert!(line(&desk.file(LOG), "0002").contains("\"in progress\""));
}

/// Holds up every `fsync` until it is opened.
#[derive(Clone, Default)]
struct Gate(Arc<(Mutex<bool>, Condvar)>);

impl Gate {
    fn wait(&self) {
        let (is_open, opened) = &*self.0;
        let closed = |is_open: &mut bool| !*is_open;
        drop(opened.wait_while(is_open.lock().unwrap(), closed).unwrap());
    }

    fn open(&self) {
        *self.0.0.lock().unwrap() = true;
        self.0.1.notify_all();
    }
}

/// A cockpit with two edits that wait for the disk, which has been asked to end.
fn leaving(gate: &Gate) -> Desk {
    let busy = gate.clone();
    let fs = FaultyFs::busy(move || busy.wait());
    let mut desk = Desk::writing_to(fs, &[(LOG, LINES)]);
    press(&desk, "jsbjscq");
    desk.wait_for("saving 2 edits, Ctrl-C quits without them");
    assert_eq!(desk.turn, Turn::On);
    desk
}

#[test]
fn leaving_says_what_is_being_saved_and_ends_with_the_last_edit() {
    let gate = Gate::default();
    let mut desk = leaving(&gate);
    // Keys that edit do nothing any more; the screen can be drawn again.
    let frames = desk.cockpit.face.frames;
    press(&desk, "sd<C-l>");
    desk.run_until("drawn anew", |desk| desk.cockpit.face.frames > frames);
    let screen = desk.screen();
    assert!(
        screen.contains("saving 2 edits, Ctrl-C quits without them"),
        "{screen}"
    );
    assert!(desk.cockpit.model.overlays.is_empty());
    gate.open();
    desk.run_until("left", |_| false);
    assert_eq!(desk.turn, Turn::Quit);
    let lines = desk
        .diff()
        .lines()
        .filter(|line| line.starts_with('+'))
        .count();
    assert_eq!(lines, 2, "{}", desk.diff());
    assert_eq!(desk.cockpit.close(), Vec::<String>::new());
}

#[test]
fn ctrl_c_leaves_without_waiting_for_the_disk() {
    let gate = Gate::default();
    let mut desk = leaving(&gate);
    press(&desk, "<C-c>");
    desk.run_until("left", |_| false);
    assert_eq!(desk.turn, Turn::Quit);
    let lost = desk.cockpit.close();
    assert_eq!(
        lost,
        ["not saved: 2 edits were being saved and may not have reached the disk"]
    );
    gate.open();
}

#[test]
fn an_edit_that_cannot_be_saved_keeps_the_cockpit_open() {
    let gate = Gate::default();
    let mut desk = leaving(&gate);
    let log = desk.folder().join(LOG);
    fs::remove_file(&log).unwrap();
    fs::create_dir(&log).unwrap();
    gate.open();
    desk.wait_for("2 NOT SAVED");
    assert_eq!(desk.turn, Turn::On);
    assert!(!desk.cockpit.model.ending);
}
