//! Whoever decides which version of a gate's decision a merge keeps decides about its conditions, too:
//! the checks of the next gate follow.

use chrono::{DateTime, Utc};

use super::conditions::{handed_on, next_with_checks, of_gate};
use crate::change::value::Refusal;
use crate::change::{Change, Edit, Target, apply};
use crate::plan::Plan;
use crate::plan::charge::Owed;
use crate::plan::disputes::in_file;
use crate::plan::source::Role;

/// The resolution of conflicts with what follows from it for the checks of the next gates. Nothing does
/// as long as the packet or these checks are in conflict still.
///
/// # Errors
/// When the canon cannot take the checks.
pub(crate) fn followed(
    plan: &Plan,
    mut change: Change,
    now: DateTime<Utc>,
) -> Result<Change, Refusal> {
    let role = |edit: &Edit| match edit.target {
        Target::Dispute { role, .. } => Some(role),
        _ => None,
    };
    let conditions = |edit: &Edit| -> Vec<Owed> {
        let before = String::from_utf8_lossy(edit.before.as_deref().unwrap_or_default());
        before.lines().filter_map(Owed::read).collect()
    };
    let resolved = change.edits.iter().filter(|edit| role(edit).is_some());
    let packets = resolved
        .clone()
        .filter(|edit| role(edit) == Some(Role::GateReview));
    let packets: Vec<_> = packets.map(|edit| edit.path.clone()).collect();
    let owed = resolved.filter(|edit| role(edit) == Some(Role::Canon));
    let owed: Vec<Owed> = owed.flat_map(conditions).collect();
    if packets.is_empty() && owed.is_empty() {
        return Ok(change);
    }
    let mut files = plan.files().to_vec();
    if apply::change(&change, &mut files).is_err() {
        // Whoever makes the change says what is in its way.
        return Ok(change);
    }
    let after = Plan::read(files);
    let is_open = |file: usize| !in_file(file, &after.files()[file]).is_empty();
    for (at, stage) in after.stages().iter().enumerate() {
        let Some(next) = next_with_checks(after.stages(), at) else {
            continue;
        };
        // A packet before the one in force says nothing of what is owed now.
        let in_force = stage.packets.iter();
        let in_force = in_force.skip_while(|packet| {
            (stage.decided()).is_some_and(|decided| decided.file != packet.file)
        });
        let is_about = in_force
            .clone()
            .any(|packet| packets.contains(&after.files()[packet.file].path));
        let is_about = is_about || owed.iter().any(|owed| owed.is_of(&stage.name));
        let mut papers = in_force.map(|packet| packet.file);
        if !is_about || papers.any(is_open) || next.checks.iter().any(|check| is_open(check.file)) {
            continue;
        }
        let wanted = of_gate(stage.packets.iter());
        let day = stage.decided().and_then(|packet| packet.decided_on());
        let day = day.unwrap_or_else(|| now.date_naive());
        let handed_on = handed_on(&after, at, (None, &wanted), day)?;
        if let Some(words) = handed_on.words {
            change.label = format!("{} · {words}", change.label);
        }
        change.edits.extend(handed_on.edits);
    }
    Ok(change)
}
