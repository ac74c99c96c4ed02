//! Keys that only look around, each to the last byte of its frame.

use std::ffi::OsStr;
use std::path::Path;
use std::time::Duration;

use crate::statistics::{greatest, median, middle, milliseconds, slowest};
use crate::table::{NO_TARGET, Table, Targets, Unit};
use crate::terminal::{Frame, Terminal};

/// What one key of a hundred may take.
const KEY: Targets = [None, Some(4.0), Some(5.0), Some(10.0)];
/// How long a command may block that concerns the whole plan.
const BLOCK: Targets = [None, Some(10.0), Some(10.0), Some(16.0)];
/// How often a key is pressed.
const PRESSES: usize = 200;
/// Over how many of them bytes are counted: those that do not scroll the list.
const COUNTED: usize = 20;
/// How often the filter is typed, and how many keys follow each of its letters.
const WORDS: usize = 5;
const FOLLOWING: usize = 8;

/// Moving, turning pages, opening a step, walking over the grid.
pub fn keys(cockpit: &mut Terminal, table: &mut Table) {
    // From the top: where the list scrolls a key draws all of its rows, in twice the bytes.
    cockpit.send("g");
    cockpit.settle(Duration::ZERO);
    let down: Vec<Frame> = (0..PRESSES).map(|_| cockpit.key("j")).collect();
    let near = down.iter().take(COUNTED);
    let bytes = near.map(|frame| frame.bytes as f64).collect();
    put_times(table, ["`j`, median", "`j`, 99th percentile"], &down);
    table.put(
        "`j`, bytes sent",
        Unit::Bytes,
        NO_TARGET,
        Some(middle(bytes)),
    );

    let page = |press: usize| ["\x1b[6~", "\x1b[5~"][press / 10 % 2];
    let pages: Vec<Frame> = (0..PRESSES).map(|at| cockpit.key(page(at))).collect();
    put_times(table, ["page, median", "page, 99th percentile"], &pages);

    let mut opened = Vec::new();
    for _ in 0..PRESSES {
        opened.push(cockpit.key("\r"));
        cockpit.key("\x1b[Z");
    }
    put_times(table, ["open, median", "open, 99th percentile"], &opened);

    cockpit.key("\x1b[Z");
    let row = |press: usize| ["j", "k"][press / 5 % 2];
    let moves: Vec<Frame> = (0..PRESSES).map(|at| cockpit.key(row(at))).collect();
    put_times(table, ["grid, median", "grid, 99th percentile"], &moves);
    cockpit.key("\t");
    cockpit.settle(Duration::ZERO);
}

/// Letters typed into the filter line, each narrowing the list, and keys that move in what is
/// found so far. In a very long plan the search goes on behind them.
pub fn filter(cockpit: &mut Terminal, table: &mut Table) {
    let limits = [None, Some(8.0), Some(10.0), Some(16.0)];
    let (mut letters, mut moves) = (Vec::new(), Vec::new());
    cockpit.key("/");
    for _ in 0..WORDS {
        for letter in ["r", "e", "v", "i", "e", "w"] {
            // On the largest plan the letter before may still be looking for steps.
            cockpit.settle(Duration::ZERO);
            letters.push(cockpit.key(letter).after);
            for press in 0..FOLLOWING {
                // Ctrl-N and Ctrl-P: the arrows go through earlier filters.
                let key = ["\x0e", "\x10"][press % 2];
                moves.push(cockpit.key_to_another_step(key).after);
            }
        }
        for _ in 0..6 {
            cockpit.key("\x7f");
        }
    }
    cockpit.key("\x1b");
    cockpit.settle(Duration::ZERO);
    table.put(
        "a letter of the filter, to its first results",
        Unit::Milliseconds,
        limits,
        Some(median(letters)),
    );
    table.put(
        "a key while the filter looks, 99th percentile",
        Unit::Milliseconds,
        KEY,
        Some(slowest(moves)),
    );
}

/// Commands that concern the whole plan. What they take is the longest block: the slower of the
/// command's own frame and that of the key that follows at once.
pub fn whole_plan(cockpit: &mut Terminal, steps: usize, table: &mut Table) {
    let mut put = |name, blocks: Vec<f64>| {
        table.put(name, Unit::Milliseconds, BLOCK, greatest(blocks));
    };

    // Only the ID of a step near the end contains these digits.
    let rare = format!("/{:04}\r", steps - 5);
    for keys in [&*rare, "\x1b", "\x1b", "g"] {
        cockpit.key_or_nothing(keys);
    }
    cockpit.settle(Duration::ZERO);
    put(
        "`n`, `N` with one match",
        vec![block(cockpit, "n"), block(cockpit, "N")],
    );

    let mut marks = vec![block(cockpit, "*"), block(cockpit, "s")];
    // A lone Esc waits for what may follow it.
    cockpit.key_or_nothing("\x1b");
    marks.push(block(cockpit, "*"));
    put("all steps marked, `s`, marks cleared", marks);

    let mut sorts = Vec::new();
    for order in ["u", "o", "i"] {
        cockpit.key_or_nothing("S");
        sorts.push(block(cockpit, order));
    }
    put("the list in another order", sorts);

    let mut picks = vec![block(cockpit, "b")];
    picks.extend(["r", "e", "v", "\x7f"].map(|letter| block(cockpit, letter)));
    for _ in 0..2 {
        cockpit.key_or_nothing("\x1b");
    }
    put("the step picker and its letters", picks);

    let mut found = vec![block(cockpit, "\x10")];
    found.extend(["r", "e", "v", "\x7f"].map(|letter| block(cockpit, letter)));
    for _ in 0..2 {
        cockpit.key_or_nothing("\x1b");
    }
    put("the palette and its letters", found);

    // Until the review is gathered there is no row to move to, but there are parts.
    let review = vec![block_before(cockpit, "3", "\t"), block(cockpit, "1")];
    put("the weekly review opened", review);
}

/// The slower of a key's own frame and that of a movement at once after it, in milliseconds.
fn block(cockpit: &mut Terminal, keys: &str) -> f64 {
    block_before(cockpit, keys, "\x1b[B")
}

/// The same with another key after it.
fn block_before(cockpit: &mut Terminal, keys: &str, next: &str) -> f64 {
    let own = cockpit.key_or_nothing(keys);
    let next = cockpit.key_or_nothing(next);
    cockpit.settle(Duration::ZERO);
    let frames = [own, next].into_iter().flatten();
    milliseconds(frames.map(|frame| frame.after).max().unwrap_or_default())
}

/// Keys while the checks of a plan that was just opened run, and as their result comes in.
pub fn while_checking(cockpit: &mut Terminal, table: &mut Table) {
    let mut keys = Vec::new();
    let mut press = |cockpit: &mut Terminal| keys.push(milliseconds(cockpit.key("j").after));
    while cockpit.says("checking") {
        press(cockpit);
    }
    for _ in 0..FOLLOWING {
        press(cockpit);
    }
    let name = "a key while the checks run and their result comes in, slowest";
    table.put(name, Unit::Milliseconds, BLOCK, greatest(keys));
}

/// What a key takes where nothing is done with it: the pseudo-terminal, and other programs
/// that have the processor just then.
pub fn echo(folder: &Path, table: &mut Table) {
    let words = ["-c", "stty raw -echo && echo ready && exec cat"].map(OsStr::new);
    let mut echo = Terminal::start("sh", &words, folder, folder);
    let slow = echo.as_mut().and_then(|echo| {
        echo.appears("ready")?;
        // The shell has become `cat` when that answers.
        echo.byte("j")?;
        let times: Option<Vec<Duration>> = (0..PRESSES).map(|_| echo.byte("j")).collect();
        times.map(slowest)
    });
    let name = "a key echoed by `cat`, 99th percentile";
    table.put(name, Unit::Milliseconds, NO_TARGET, slow);
}

/// Puts how long frames took into the table.
pub fn put_times(table: &mut Table, [usual, slow]: [&str; 2], frames: &[Frame]) {
    let times = || frames.iter().map(|frame| frame.after).collect();
    let value = Some(median(times()));
    table.put(usual, Unit::Milliseconds, NO_TARGET, value);
    table.put(slow, Unit::Milliseconds, KEY, Some(slowest(times())));
}
