//! A plan of a crew for what lists look like: nine steps of several owners in two blocks, a stage
//! whose checks name some of them, a table of people, and a shared configuration with views.

use super::fixture::{CANON, LOG};

/// Its log. Some lines have a key that stepdeck does not know.
pub const LINES: &str = r#"{"step_id":"0001","block":"B01","title":"Caulk the hull","theme":"Hull","owner":"yard","status":"complete","dependencies":[],"updated_at":"2026-10-01T09:00:00Z","berth":7}
{"step_id":"0002","block":"B01","title":"Step the mast","theme":"Rig","owner":"Rigging","status":"in progress","dependencies":["0001"],"cost":{"planned":"40 h"},"updated_at":"2026-11-11T09:30:00Z","berth":12}
{"step_id":"0003","block":"B01","title":"Tune the shrouds until she sails upright in any breeze","theme":"Rig","owner":"rigging","status":"draft","dependencies":["0002","Surveyor signs"],"updated_at":"2026-11-20T09:00:00Z"}
{"step_id":"0003.A","block":"B01","title":"Borrow a gauge","theme":"Rig","owner":"yard","status":"idea","dependencies":[],"updated_at":"2026-11-01T09:30:00Z"}
{"step_id":"0004","block":"B01","title":"Paint the name","theme":"Hull","owner":"","status":"idea","dependencies":["0001"],"cost":{"planned":"9 h"},"updated_at":"2026-11-19T09:00:00Z"}
{"step_id":"0101","block":"B02","title":"Sign on a cook","theme":"Crew","owner":"captain","status":"blocked","dependencies":[],"updated_at":"2026-11-20T09:00:00Z","berth":3}
{"step_id":"0102","block":"B02","title":"Lay in stores","theme":"Crew","owner":"captain","status":"draft","dependencies":["0101","0004"],"updated_at":"2026-09-01T09:00:00Z"}
{"step_id":"0103","block":"B02","title":"Rehearse man overboard","theme":"Crew","owner":"captain","status":"draft","dependencies":[],"cost":{"planned":"100 h"},"updated_at":"2026-11-18T09:30:00Z"}
{"step_id":"0104","block":"B02","title":"Sail","theme":"","owner":"captain","status":"idea","dependencies":["0003","0102","0103"],"updated_at":"2026-11-20T09:00:00Z"}
"#;

/// Its canon: blocks, one stage with a checklist, who is who.
pub const DOCUMENT: &str = "\
# Voyage

| Block | Step Range | Working Theme | Primary Steward | Success Signal | Status |
| --- | --- | --- | --- | --- | --- |
| B01 | 0001–0100 | The boat | Yard | She floats | open |
| B02 | 0101–0200 | The crew | Captain | They sing | open |

| Stage | Horizon | North-Star Outcome | Stage-Gate Review |
| --- | --- | --- | --- |
| Afloat | Weeks 1-6 | She floats | Review with ≥50% checklist completion |

## Readiness Checklists

### Afloat

- [x] The hull is tight (Step 0001).
- [ ] The rig stands (Step 0002, Step 0003).

| Person | Team | Owners |
| --- | --- | --- |
| Robin | Bridge | captain |
| Ada | Yard | yard, rigging |
";

/// Its configuration.
pub const CONFIG: &str = r#"[views.rig]
filter = "theme:rig"
sort = "-age"
columns = ["age", "owner", "log.berth"]

[views."by block"]
group = "block"
columns = ["state", "unblocks"]
"#;

/// All of its files.
pub const FILES: [(&str, &str); 3] = [(LOG, LINES), (CANON, DOCUMENT), ("stepdeck.toml", CONFIG)];
