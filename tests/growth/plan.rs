//! A plan: reading it, amending it, checking it; its graph.

use super::*;

/// Sets the status of one step as the cockpit does, and counts that.
fn set_one_status(plan: &mut Plan) -> Count {
    let step = open_step(plan);
    let (count, ()) = counted(|| {
        let composer = Composer::new(plan, NOW.parse().expect("an instant"));
        let change = composer.set(step, Field::Status, Status::Complete.word());
        let change = change.expect("a status can be set");
        let scope = change.scope().expect("one value, of one step");
        plan.amend(&scope.steps, scope.markdown, |files| {
            apply::change(&change, files)
        })
        .expect("nothing stands in its way");
    });
    assert_eq!(plan.step(step).status(), Some(Status::Complete));
    count
}

#[test]
fn reading_and_amending_a_plan_grow_with_its_steps_and_no_faster() {
    let mut amended = Vec::new();
    let read = at_each_size(|files| read_and_amend(files, &mut amended));
    assert_linear(&read, &amended);
}

/// The canon of an untidy plan does not grow with its log, so the smallest is left out.
#[test]
fn so_they_do_where_people_wrote_the_plan() {
    let mut amended = Vec::new();
    let mut of_size = |steps: &usize| read_and_amend(Kind::Untidy.files(*steps), &mut amended);
    let read: Vec<Count> = [5_000, 50_000].iter().map(&mut of_size).collect();
    assert_linear(&read, &amended);
}

fn read_and_amend(files: Vec<SourceFile>, amended: &mut Vec<Count>) -> Count {
    let (count, mut plan) = counted(|| Plan::read(files));
    amended.push(set_one_status(&mut plan));
    count
}

fn assert_linear(read: &[Count], amended: &[Count]) {
    grows_at_most("reading", LINEAR, read);
    grows_at_most("setting a status", LINEAR, amended);
    for (read, amended) in read.iter().zip(amended) {
        let less = amended.calls < read.calls / 10;
        assert!(
            less,
            "an edit is no second reading: {amended:?} of {read:?}"
        );
    }
}

/// A plan that people wrote has nearly as many problems as steps. To find them is one pass, they
/// are kept in few bytes each, and only those on the screen are worded.
#[test]
fn what_is_wrong_is_found_in_one_pass_and_kept_in_few_bytes() {
    let (mut found, mut worded) = (Vec::new(), Vec::new());
    for steps in [5_000, 50_000] {
        let plan = Plan::read(Kind::Untidy.files(steps));
        let context = Context::at(NOW.parse().expect("an instant"));
        let (count, findings) = counted(|| checks::find(&plan, &context));
        found.push(count);
        assert!(findings.len() > steps / 2, "{}", findings.len());
        let (kept, _) = counted(|| findings.clone());
        let each = kept.bytes as usize / findings.len();
        assert!(each <= 36, "{each} bytes for a problem");
        let middle = findings.len() / 2;
        let page = || {
            findings
                .problems(middle..middle + 400, &plan)
                .collect::<Vec<_>>()
        };
        worded.push(counted(page).0);
    }
    grows_at_most("checking", LINEAR, &found);
    grows_at_most("wording", CONSTANT, &worded);
}

/// What follows from an edit of one value is derived in as many allocations, and as large ones,
/// on a long plan as on a short one; the edit itself is the documents'.
#[test]
fn an_edit_of_one_value_concerns_one_step_however_many_there_are() {
    for (field, words) in [
        (Field::Status, Status::Complete.word()),
        (Field::Title, "Hold"),
    ] {
        let counts = at_each_size(|files| {
            let mut plan = Plan::read(files);
            let step = open_step(&plan);
            let composer = Composer::new(&plan, NOW.parse().expect("an instant"));
            let change = composer.set(step, field, words).expect("it can be set");
            let scope = change.scope().expect("one value, of one step");
            let mut edit = Count::default();
            let (mut all, ()) = counted(|| {
                plan.amend(&scope.steps, scope.markdown, |files| {
                    let (count, done) = counted(|| apply::change(&change, files));
                    edit = count;
                    done
                })
                .expect("nothing stands in its way");
            });
            assert_eq!(plan.step(step).text(field), words);
            all.calls -= edit.calls;
            all.bytes -= edit.bytes;
            assert!(all.calls < 20 && all.bytes < 2_000, "{all:?}");
            all
        });
        grows_at_most("deriving what one value concerns", CONSTANT, &counts);
    }
}

#[test]
fn a_chain_and_a_star_of_a_million_steps_need_no_deep_stack() {
    let node = |upstream: Option<u32>| Node {
        upstream: upstream.into_iter().collect(),
        ..Node::default()
    };
    let last = MANY as usize - 1;
    on_a_small_stack(move || {
        let chain = Graph::build((0..MANY).map(|step| node(step.checked_sub(1))));
        assert_eq!(chain.longest_chain(last).len(), MANY as usize);
        assert_eq!(chain.ancestors(last).len(), last);
        assert!(chain.cycles().is_empty());
    });
    on_a_small_stack(move || {
        let star = Graph::build((0..MANY).map(|step| node((step > 0).then_some(0))));
        assert_eq!(star.dependants(0).len(), last);
        assert_eq!(star.longest_chain(0).len(), 2);
        assert_eq!(star.unmet(last), 1);
    });
    on_a_small_stack(move || {
        let ring =
            Graph::build((0..MANY).map(|step| node(Some(step.checked_sub(1).unwrap_or(MANY - 1)))));
        assert_eq!(ring.cycles().len(), 1);
        assert_eq!(ring.cycle(0).map(<[u32]>::len), Some(MANY as usize));
    });
}

fn on_a_small_stack(work: impl FnOnce() + Send + 'static) {
    let thread = std::thread::Builder::new().stack_size(SMALL_STACK);
    let thread = thread.spawn(work).expect("a thread");
    thread.join().expect("the work is done");
}
