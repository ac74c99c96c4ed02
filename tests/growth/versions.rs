//! Versions of a log: what is read again, and what they have in common.

use super::*;

#[test]
fn a_file_in_which_one_line_changed_is_read_again_in_that_line_only() {
    let counts: Vec<Count> = SIZES
        .iter()
        .map(|steps| {
            let log = Kind::Tidy.log(*steps);
            let (changed, line) = demo::with_one_line_changed(&log);
            let loaded = LogDocument::load(log);
            let (count, (reloaded, range)) = counted(|| {
                let reloaded = loaded.reload(changed);
                let range = reloaded.changed_since(&loaded);
                (reloaded, range)
            });
            assert_eq!(range, line..line + 1);
            assert_eq!(reloaded.line_count(), loaded.line_count());
            count
        })
        .collect();
    grows_at_most("reading a line again", LINEAR, &counts);
}

#[test]
fn lines_that_look_like_others_are_recognised_without_memory_of_their_own() {
    for steps in SIZES {
        let bytes = Kind::Tidy.log(steps);
        let (Count { calls, .. }, log) = counted(|| LogDocument::load(bytes));
        // The first line of each kind is read.
        let most = log.line_count() as u64 / 4 + 300;
        assert!(calls < most, "{calls} allocations for {steps} lines");
    }
}

/// What some lines cost that differ between versions of a log, the rest of it being the same.
#[test]
fn what_versions_of_a_log_have_in_common_costs_them_next_to_nothing() {
    const CHANGES: usize = 50;
    let changed = |log: &[u8], nth: usize| {
        let mut lines: Vec<Vec<u8>> = log.split(|b| *b == b'\n').map(<[u8]>::to_vec).collect();
        let apart = lines.len() / (CHANGES + 1);
        for at in 1..=CHANGES {
            let text = String::from_utf8(lines[at * apart + nth].clone()).expect("a line of text");
            lines[at * apart + nth] = text.replace("\"title\": \"", "\"title\": \"New: ").into();
        }
        lines.join(&b'\n')
    };
    let (mut compared, mut merged) = (Vec::new(), Vec::new());
    for steps in SIZES {
        let base = Kind::Tidy.log(steps);
        let [ours, theirs, base] = [changed(&base, 0), changed(&base, 2), base].map(Rope::from);
        let (count, found) = counted(|| differences(&base, &ours));
        assert_eq!(found.len(), CHANGES);
        compared.push(count);
        let versions = Versions {
            base: &base,
            ours: &ours,
            theirs: &theirs,
        };
        let (ours, theirs, size) = ("ours", "theirs", 7);
        let (count, both) = counted(|| merge(versions, Markers { ours, theirs, size }, None));
        assert!(both.conflicts.is_empty());
        assert_eq!(differences(&base, &both.bytes.into()).len(), 2 * CHANGES);
        merged.push(count);
    }
    for (what, counts) in [("comparing", &compared), ("merging", &merged)] {
        grows_at_most(what, LINEAR, counts);
        let calls = |at: usize| counts[at].calls as f64;
        let growth = calls(SIZES.len() - 1) / calls(0);
        assert!(growth <= CONSTANT, "{what}: {growth:.2}× in {counts:?}");
    }
}

/// It is read elsewhere; of that nothing is left to be done between two keys.
#[test]
fn a_log_that_others_rewrote_is_taken_in_at_the_same_cost_however_long_it_is() {
    let counts = at_each_size(|files| {
        let log = files.iter().find(|file| file.role == Role::Log);
        let SourceFile { path, document, .. } = log.expect("a log").clone();
        let rewritten = String::from_utf8(document.to_bytes()).expect("text");
        let rewritten = rewritten.replace(r#""title": ""#, r#""title": "Re"#);
        let changed = Changed {
            document: Some(SourceFile::load(&path, Role::Log, rewritten.into_bytes()).document),
            path,
            role: Role::Log,
            again: false,
        };
        let now = NOW.parse().expect("an instant");
        let mut model = Model::new(files, SessionContext::default(), Keymap::default(), now);
        let disk = DiskEvent::Changed(vec![changed]);
        let (mut count, _) = counted(|| update(&mut model, Message::Disk(disk)));
        let reread = Box::new(model.next_batch().expect("a log to read").read());
        let former = model.plan.clone();
        let (taken, _) = counted(|| update(&mut model, Message::Reread(reread)));
        assert!((0..model.plan.len()).all(|step| model.is_lit(model.plan.step(step).id())));
        assert!(!Arc::ptr_eq(&model.plan, &former));
        count.calls += taken.calls;
        count.bytes += taken.bytes;
        count
    });
    grows_at_most("taking in a log rewritten by others", CONSTANT, &counts);
}
