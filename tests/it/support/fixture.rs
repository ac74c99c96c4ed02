//! The small plan that stories and journeys share, and how it comes into a folder.

use std::fs;
use std::path::Path;

use tempfile::TempDir;

/// A temporary folder with these files.
pub fn folder_of(files: &[(&str, &str)]) -> TempDir {
    let folder = TempDir::new().unwrap();
    put(folder.path(), files);
    folder
}

/// Writes files below a folder, with the folders above them.
pub fn put(folder: &Path, files: &[(&str, &str)]) {
    for (name, text) in files {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
}

/// Where the log of the fixture is.
pub const LOG: &str = "data/plans/10000_step_plan.jsonl";
/// Where its canon is.
pub const CANON: &str = "docs/plan.md";

/// Four steps in two blocks: complete, draft, blocked, idea.
pub const LINES: &str = r#"{"schema": "stepdeck/log@1"}
{"step_id": "0001", "block": "B01", "title": "Pick the engine", "theme": "Base", "owner": "ops", "status": "complete", "outcome": "Engine chosen", "dependencies": [], "artifacts": ["https://example.org/1"], "evidence": {"metric": "choice", "target": 1, "actual": 1}, "updated_at": "2026-11-01T00:00:00Z"}
{"step_id": "0002", "block": "B01", "title": "Review the schema", "theme": "Base", "owner": "grc", "status": "draft", "outcome": "Schema agreed", "dependencies": ["0001"], "artifacts": [], "evidence": {"metric": "p95_ms", "target": 200}, "updated_at": "2026-11-01T00:00:00Z", "x-ticket": "A-7"}
{"step_id": "0003", "block": "B01", "title": "Load test", "theme": "Base", "owner": "", "status": "blocked", "outcome": "Load known", "dependencies": ["0002", "Board agrees"], "artifacts": [], "evidence": {"metric": "rps", "target": 900}, "updated_at": "2026-11-01T00:00:00Z"}
{"step_id": "0101", "block": "B02", "title": "Cut over", "theme": "Move", "owner": "ops", "status": "idea", "outcome": "Moved", "dependencies": ["0003"], "artifacts": [], "evidence": {"metric": "downtime", "target": 0}, "updated_at": "2026-11-01T00:00:00Z"}
"#;

/// A block table, one step section, one stage with two checks.
pub const DOCUMENT: &str = "\
# Plan

| Block | Step Range | Working Theme | Primary Steward | Success Signal | Status |
| --- | --- | --- | --- | --- | --- |
| B01 | 0001–0100 | Base | Ops Guild | Reviews held | Draft |
| B02 | 0101–0200 | Move | Platform | Moved twice | Draft |

#### Step 0002 — Review the schema
- **Outcome:** Schema agreed
- **Owner:** grc
- **Dependencies:** 0001
- **Status:** Draft

## Ladder

| Stage | Horizon | North-Star Outcome | Stage-Gate Review |
| --- | --- | --- | --- |
| Ground | Weeks 0-8 | Everyone sees one plan | Review with ≥95% checklist completion |

## Readiness Checklists

### Ground

- Runbooks cover deploy
  and rollback.
- Step 0001 is complete.
";
