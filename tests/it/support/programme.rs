//! A small programme for screens: five steps, two stages, evidence and owners.

/// Its log. Step 0003 waits for 0002; one line is not JSON.
pub const LOG: &str = r#"{"step_id":"0001","block":"B01","title":"Pick the pilot teams","owner":"ops","status":"complete","outcome":"Three teams signed up","dependencies":[],"updated_at":"2026-05-02T09:00:00Z"}
{"step_id":"0002","block":"B01","title":"Write the rollback note","owner":"sre","status":"In_Progress","outcome":"Anyone on call can go back in ten minutes","dependencies":["0001"],"updated_at":"2026-05-20T09:00:00Z"}
{"step_id":"0003","block":"B01","title":"设计评审 with a \u202eturned\u001b[31m tail","owner":"ops","status":"draft","dependencies":["0002","[x] Budget signed","Board agrees","0042"],"updated_at":"2026-05-21T09:00:00Z"}
oops, not a step
"#;

/// Its canon: ladder, checklists, alignment, owners.
pub const CANON: &str = "\
# Programme

| Stage | Horizon | North-Star Outcome | Stage-Gate Review |
| --- | --- | --- | --- |
| Pilot | Weeks 1-6 | Three teams work with it every day and would miss it. | Go/no-go with the sponsors: ≥75% of the checklist, one rehearsal without an incident, support hours covered. |
| Rollout | Weeks 7-20 | Every team has moved. | Review of adoption and cost. |

## Readiness Checklists

### Pilot

- [x] Pilot teams are picked and briefed (Step 0001).
- [x] Rollback is written down and rehearsed (Step 0002).
- [ ] Support hours are covered for the first month.
- Dashboards show use by team.

### Rollout

- [ ] Training dates are out.

## Workstream Alignment

### Operations

- Keep somebody on call from the Pilot on.

### Adoption

- Visit each team once during the Pilot.
- Publish the numbers of the Rollout weekly.

### Owner Matrix

| Workstream | Pilot | Rollout |
| --- | --- | --- |
| Operations | DRI: Ops Lead<br/>QA: Release Manager | DRI: Ops Lead |
| Adoption | DRI: Team Coach | Advisor: Team Coach |
";

/// Its roadmap, with evidence for one check.
pub const ROADMAP: &str = "\
# Roadmap

## Pilot

- Pilot teams are picked and briefed (Step 0001). — <https://wiki.example.org/pilot/teams> (2026-05-04, Bo)
";

/// All of its files.
pub const FILES: [(&str, &str); 3] = [
    ("data/plans/programme.jsonl", LOG),
    ("docs/programme.md", CANON),
    ("docs/ROADMAP.md", ROADMAP),
];
