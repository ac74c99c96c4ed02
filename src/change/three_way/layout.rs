//! The layout of the merged log.
//!
//! Where every version has a blank line between all lines, or none at all, these blank lines say
//! nothing but the layout: they are taken out before the merge and put between all lines of its
//! result. Any other blank line is merged as the text that it is.

use super::either;
use super::lines::Version;
use crate::document::log::LineLayout;

/// The layout of the result, where every version keeps to one; `else_this` where none of them tells.
pub(super) fn common(versions: &[Version<'_>; 3], else_this: LineLayout) -> Option<LineLayout> {
    let [Some(base), Some(ours), Some(theirs)] = versions.each_ref().map(kept) else {
        return None;
    };
    Some(either(base, ours.or(theirs), theirs.or(ours)).unwrap_or(else_this))
}

/// Takes the blank lines out of versions that keep to a layout.
pub(super) fn take_out(versions: &mut [Version<'_>; 3]) {
    for version in versions {
        version.lines.retain(|line| !line.is_blank());
    }
}

/// The layout that a version keeps to everywhere, if that can be told from its lines; nothing where
/// it keeps to none.
fn kept(version: &Version<'_>) -> Option<Option<LineLayout>> {
    let lines = &version.lines;
    if lines.iter().all(|line| !line.is_blank()) {
        return Some((lines.len() > 1).then_some(LineLayout::Plain));
    }
    let is_right = |at: usize| {
        let line = &lines[at];
        let is_new = line.body.is_empty() && !line.bom && line.end == version.newline;
        if at % 2 == 1 {
            is_new
        } else {
            !line.is_blank()
        }
    };
    let is_spaced = lines.len() % 2 == 1 && (0..lines.len()).all(is_right);
    is_spaced.then_some(Some(LineLayout::Spaced))
}
