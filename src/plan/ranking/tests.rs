use chrono::{DateTime, Utc};
use proptest::prelude::*;
use proptest::sample::select;

use super::term::{TERMS, Weights};
use super::{Inputs, Ranked, rank};
use crate::plan::Plan;
use crate::plan::id::StepId;
use crate::plan::source::{Role, SourceFile};

fn now() -> DateTime<Utc> {
    "2026-06-01T12:00:00Z".parse().unwrap()
}

fn plan(lines: &[String], canon: &str) -> Plan {
    Plan::read(vec![
        SourceFile::load("plan.jsonl", Role::Log, lines.join("\n").into_bytes()),
        SourceFile::load("plan.md", Role::Canon, canon.as_bytes().to_vec()),
    ])
}

/// A step that was touched on the day of the ranking.
fn step(id: &str, status: &str, dependencies: &[&str]) -> String {
    let updated = "2026-06-01T00:00:00Z";
    serde_json::json!({
        "step_id": id, "status": status, "dependencies": dependencies, "updated_at": updated,
    })
    .to_string()
}

fn ranked(plan: &Plan, weights: &Weights, carried: &[StepId]) -> Vec<Ranked> {
    let inputs = Inputs {
        now: now(),
        carried,
        weights,
        changes: None,
    };
    rank(plan, &inputs, usize::MAX)
}

fn only(term: &str, weight: f64) -> Weights {
    let silent = TERMS.iter().map(|t| (t.name, 0.0));
    Weights::with(silent.chain([(term, weight)])).0
}

/// ID, points and reason of one term alone, in the order of the ranking.
fn by(term: &str, plan: &Plan) -> Vec<(String, i64, String)> {
    let weights = only(term, 10.0);
    ranked(plan, &weights, &["0002".parse().unwrap()])
        .into_iter()
        .map(|ranked| {
            let [term] = <[_; 1]>::try_from(ranked.terms).unwrap();
            assert_eq!(ranked.score, term.points);
            (
                plan.step(ranked.step).id().to_string(),
                term.points,
                term.why,
            )
        })
        .collect()
}

fn expect(found: &[(String, i64, String)], wanted: &[(&str, i64, &str)]) {
    let found: Vec<(&str, i64, &str)> = (found.iter())
        .map(|(id, points, why)| (id.as_str(), *points, why.as_str()))
        .collect();
    assert_eq!(found, wanted);
}

#[test]
fn what_others_wait_for_counts_by_doublings() {
    let plan = plan(
        &[
            step("0001", "draft", &[]),
            step("0002", "draft", &[]),
            step("0003", "draft", &["0001"]),
            step("0004", "draft", &["0001"]),
            step("0005", "draft", &["0001"]),
            step("0006", "draft", &["0001"]),
            // Blocked by more than one step, and by its own status.
            step("0007", "draft", &["0001", "0002"]),
            step("0008", "blocked", &["0002"]),
            step("0009", "draft", &["0002"]),
            step("0010", "draft", &["0009"]),
            step("0011", "draft", &["0010"]),
            // Complete already, whatever it says it depends on.
            step("0012", "complete", &["0011"]),
            step("0013", "draft", &[]),
        ],
        "",
    );
    expect(
        &by("unblocks", &plan),
        &[
            (
                "0001",
                23,
                "makes 4 steps ready at once: 0003, 0004, 0005 and 1 more",
            ),
            ("0002", 10, "makes 0009 ready at once"),
            ("0013", 0, "makes no other step ready at once"),
        ],
    );
    expect(
        &by("chain", &plan),
        &[
            ("0002", 20, "holds up a chain of 3 steps"),
            ("0001", 10, "holds up a chain of 1 step"),
            ("0013", 0, "holds up no chain"),
        ],
    );
}

/// Steps in a cycle are open, so whoever is before them holds them up; the circle itself makes no
/// chain longer.
#[test]
fn a_cycle_behind_a_step_is_no_endless_chain() {
    let plan = plan(
        &[
            step("0001", "idea", &[]),
            step("0002", "idea", &["0001", "0003"]),
            step("0003", "idea", &["0002"]),
            step("0004", "idea", &["0003"]),
        ],
        "",
    );
    expect(
        &by("chain", &plan),
        &[("0001", 10, "holds up a chain of 1 step")],
    );
    expect(
        &by("unblocks", &plan),
        &[("0001", 0, "makes no other step ready at once")],
    );
}

const GATES: &str = "\
| Stage | Stage-Gate Review |
| --- | --- |
| Base | ≥50% of the checklist |
| Pilot | Go or no-go |
| Rest | Go or no-go |

## Readiness Checklists

### Base

- [x] Done without a step
- [ ] Left open (Step 0005)

### Pilot

- [x] Charter signed (Step 0004)
- [ ] Drill held (Step 0001, Step 0001, Step 0003)
- [ ] Notes of the drill are out (Step 0001)
- [ ] The year 2027 is planned

### Rest

- [ ] Later (Step 0005)
";

fn gated() -> Plan {
    plan(
        &[
            step("0001", "draft", &[]),
            step("0002", "draft", &[]),
            step("0003", "draft", &["0002"]),
            step("0004", "draft", &[]),
            step("0005", "draft", &[]),
            step("2027", "draft", &[]),
        ],
        GATES,
    )
}

/// The bar of Base is met, so its open check no longer counts; a ticked check asks for nothing;
/// what is further up the ladder is not due yet; a year is not a step.
#[test]
fn only_open_checks_of_the_current_stage_count() {
    let plan = gated();
    let no = "the gate of Pilot does not wait for it";
    let rows = by("stage", &plan);
    expect(
        &rows,
        &[
            ("0001", 10, "the gate of Pilot waits for it"),
            (
                "0002",
                10,
                "the gate of Pilot waits for 0003, which waits for it",
            ),
            ("0004", 0, no),
            ("0005", 0, no),
            ("2027", 0, no),
        ],
    );
    let rows = by("evidence", &plan);
    expect(
        &rows[..2],
        &[
            ("0001", 16, "checks 2, 3 of Pilot name it"),
            ("0002", 0, "no open check of Pilot names it"),
        ],
    );
}

#[test]
fn without_a_current_stage_the_gate_terms_say_why() {
    let line = [step("0001", "draft", &[])];
    expect(
        &by("stage", &plan(&line, "")),
        &[("0001", 0, "the plan has no stages")],
    );
    let met = "# Readiness Checklists\n\n## Base\n\n- [x] Step 0001\n";
    expect(
        &by("evidence", &plan(&line, met)),
        &[("0001", 0, "every gate has been passed")],
    );
}

#[test]
fn earlier_blocks_go_first_among_those_with_ready_steps() {
    let plan = plan(
        &[
            step("0001", "blocked", &[]),
            step("0101", "draft", &[]),
            step("0701", "draft", &[]),
            step("0702", "draft", &[]),
            step("0801", "draft", &["0702"]),
            step("0901", "draft", &[]),
        ],
        "",
    );
    expect(
        &by("block", &plan),
        &[
            ("0101", 10, "B02 is the first block with ready steps"),
            ("0701", 7, "B08 is number 2 of 3 blocks with ready steps"),
            ("0702", 7, "B08 is number 2 of 3 blocks with ready steps"),
            ("0901", 3, "B10 is number 3 of 3 blocks with ready steps"),
        ],
    );
}

#[test]
fn what_is_begun_old_or_carried_over_goes_first() {
    let touched = |id: &str, at: &str| step(id, "idea", &[]).replace("2026-06-01T00:00:00Z", at);
    let plan = plan(
        &[
            touched("0001", "2026-05-31T11:00:00Z"),
            touched("0002", "2026-04-17T12:00:00Z"),
            touched("0003", "2020-01-01T00:00:00Z"),
            touched("0004", "soon"),
            touched("0005", "2027-01-01T00:00:00Z"),
            step("0006", "In_Progress", &[]),
            step("0007", "draft", &[]),
            step("0008", "", &[]),
            step("0009", "nearly", &[]),
        ],
        "",
    );
    expect(
        &by("age", &plan)[..5],
        &[
            (
                "0003",
                10,
                "has not been touched for 2343 days, by updated_at",
            ),
            ("0002", 5, "has not been touched for 45 days, by updated_at"),
            ("0001", 0, "has not been touched for 1 day, by updated_at"),
            ("0004", 0, "does not say when it was last touched"),
            ("0005", 0, "was touched within the last day, by updated_at"),
        ],
    );
    let rows = by("status", &plan);
    expect(
        &rows[..3],
        &[
            ("0006", 10, "is in progress"),
            ("0007", 5, "is a draft"),
            ("0001", 0, "is an idea"),
        ],
    );
    // What nobody can read is to be fixed, not to be done.
    assert_eq!((rows.len(), &*rows[7].2), (8, "has no known status"));
    expect(
        &by("carried", &plan)[..2],
        &[
            ("0002", 10, "is carried over from last week"),
            ("0001", 0, "is not carried over from last week"),
        ],
    );
}

/// The weighing that the module's opening comment promises.
#[test]
fn the_default_weights_weigh_as_documented() {
    let weights = Weights::default();
    let plan = gated();
    let first = &ranked(&plan, &weights, &[])[0];
    assert_eq!(plan.step(first.step).id().to_string(), "0001");

    // Progress alone against a draft that sets two free.
    let lines = [
        step("0001", "in progress", &[]),
        step("0002", "draft", &[]),
        step("0003", "draft", &["0002"]),
        step("0004", "draft", &["0002"]),
    ];
    let free = self::plan(&lines, "");
    let first = &ranked(&free, &weights, &[])[0];
    assert_eq!(free.step(first.step).id().to_string(), "0002");

    let names: Vec<&str> = first.terms.iter().map(|term| term.name).collect();
    let all: Vec<&str> = TERMS.iter().map(|term| term.name).collect();
    assert_eq!(names, all, "terms of two steps stand side by side");
}

#[test]
fn names_that_no_term_has_are_answered() {
    let (weights, unknown) = Weights::with([("age", 2.0), ("luck", 3.0), ("chain", 0.0)]);
    assert_eq!(unknown, ["luck"]);
    assert_ne!(weights, Weights::default());
    assert_eq!(Weights::with([]).0, Weights::default());
    assert_eq!(
        super::term::unknown_term("luck"),
        "[ranking] \"luck\" is not a term: the terms are unblocks, chain, stage, \
         evidence, status, block, age, carried"
    );
}

/// A chain, a star and a fan into one gate, a hundred thousand steps in all: one pass each,
/// without recursion.
#[test]
fn large_plans_are_ranked_in_one_pass() {
    let count = 33_000;
    let id = |n: u32| StepId::new(n).to_string();
    let mut lines = Vec::new();
    for n in 1..=count {
        let before = if n == 1 { vec![] } else { vec![id(n - 1)] };
        let before: Vec<&str> = before.iter().map(String::as_str).collect();
        lines.push(step(&id(n), "idea", &before));
    }
    let hub = id(count + 1);
    lines.push(step(&hub, "idea", &[]));
    for n in count + 2..=2 * count {
        lines.push(step(&id(n), "idea", &[&hub]));
    }
    let fan: Vec<String> = (2 * count + 1..3 * count).map(id).collect();
    lines.extend(fan.iter().map(|leaf| step(leaf, "idea", &[])));
    let leaves: Vec<&str> = fan.iter().map(String::as_str).collect();
    lines.push(step(&id(3 * count), "idea", &leaves));
    let gate = format!(
        "# Readiness Checklists\n\n## Base\n\n- [ ] Step {}\n",
        id(3 * count)
    );
    let plan = plan(&lines, &gate);
    let ranked = ranked(&plan, &Weights::default(), &[]);
    assert_eq!(ranked.len(), fan.len() + 2);
    let why = |id: &str, term: &str| {
        let step = plan.find(id.parse().unwrap()).unwrap();
        let found = ranked.iter().find(|r| r.step == step).unwrap();
        let found = found.terms.iter().find(|t| t.name == term).unwrap();
        found.why.clone()
    };
    assert_eq!(why("0001", "chain"), "holds up a chain of 32999 steps");
    let hub = why(&hub, "unblocks");
    assert_eq!(
        hub,
        "makes 32999 steps ready at once: 33002, 33003, 33004 and 32996 more"
    );
    assert_eq!(
        why(&fan[7], "stage"),
        "the gate of Base waits for 99000, which waits for it"
    );
}

fn any_line() -> impl Strategy<Value = (u32, &'static str, Vec<u32>, &'static str)> {
    let status = select(vec![
        "idea",
        "draft",
        "in progress",
        "blocked",
        "complete",
        "?",
    ]);
    let at = select(vec![
        "2026-01-01T00:00:00Z",
        "2026-05-30T00:00:00Z",
        "",
        "9999-12-31T23:59:60Z",
    ]);
    (
        1u32..260,
        status,
        prop::collection::vec(1u32..260, 0..3),
        at,
    )
}

fn any_weight() -> impl Strategy<Value = f64> {
    prop_oneof![
        4 => (-40i32..40).prop_map(|w| f64::from(w) / 2.0),
        1 => select(vec![0.0, -0.0, 1e300, -1e300, 1e-300, f64::MAX]),
    ]
}

fn lines_of(steps: &[(u32, &str, Vec<u32>, &str)]) -> Vec<String> {
    let unique: std::collections::BTreeMap<u32, _> = steps.iter().map(|s| (s.0, s)).collect();
    let line = |(id, status, up, at): &(u32, &str, Vec<u32>, &str)| {
        let up: Vec<String> = up.iter().map(|n| StepId::new(*n).to_string()).collect();
        let up: Vec<&str> = up.iter().map(String::as_str).collect();
        step(&StepId::new(*id).to_string(), status, &up).replace("2026-06-01T00:00:00Z", at)
    };
    unique.into_values().map(line).collect()
}

proptest! {
    /// Points add up to the score; only ready steps are ranked, and all of them; the order
    /// is that of scores and then of steps; a shorter ranking is the start of a longer one.
    #[test]
    fn a_ranking_is_exact_complete_and_ordered(
        steps in prop::collection::vec(any_line(), 0..60),
        weights in prop::collection::vec(any_weight(), TERMS.len()),
        most in 0usize..20,
    ) {
        let plan = plan(&lines_of(&steps), GATES);
        let named = TERMS.iter().map(|term| term.name).zip(weights.iter().copied());
        let (weights, _) = Weights::with(named);
        let all = ranked(&plan, &weights, &[StepId::new(3)]);
        for ranked in &all {
            let sum: i64 = ranked.terms.iter().map(|term| term.points).sum();
            prop_assert_eq!(sum, ranked.score);
        }
        let ready = plan.steps().filter(|s| s.is_ready()).count();
        prop_assert_eq!(all.len(), ready);
        prop_assert!(all.iter().all(|r| plan.step(r.step).is_ready()));
        prop_assert!(all.is_sorted_by_key(|r| (std::cmp::Reverse(r.score), r.step)));
        let carried = [StepId::new(3)];
        let inputs = Inputs { now: now(), carried: &carried, weights: &weights, changes: None };
        prop_assert_eq!(&rank(&plan, &inputs, most)[..], &all[..most.min(all.len())]);
    }

    /// The order of lines in the file decides nothing.
    #[test]
    fn a_ranking_is_independent_of_file_order(
        (lines, shuffled) in prop::collection::vec(any_line(), 0..40)
            .prop_map(|steps| lines_of(&steps))
            .prop_flat_map(|lines| (Just(lines.clone()), Just(lines).prop_shuffle())),
    ) {
        let weights = Weights::default();
        let (a, b) = (plan(&lines, GATES), plan(&shuffled, GATES));
        prop_assert_eq!(ranked(&a, &weights, &[]), ranked(&b, &weights, &[]));
    }

    /// A weight of 0 takes a term out and leaves the others as they are.
    #[test]
    fn a_weight_of_zero_removes_the_term(
        steps in prop::collection::vec(any_line(), 1..40),
        out in 0..TERMS.len(),
    ) {
        let plan = plan(&lines_of(&steps), GATES);
        let (without, _) = Weights::with([(TERMS[out].name, 0.0)]);
        let mut full = ranked(&plan, &Weights::default(), &[]);
        for ranked in &mut full {
            let term = ranked.terms.remove(out);
            prop_assert_eq!(term.name, TERMS[out].name);
            ranked.score -= term.points;
        }
        full.sort_by_key(|r| (std::cmp::Reverse(r.score), r.step));
        prop_assert_eq!(full, ranked(&plan, &without, &[]));
    }
}
