//! What people call the sides of a merge that git labels with hashes: as the message of the merge names
//! them, else the branch or the author of the commit.

use std::fs;

use crate::git::Git;

/// The label of a side for people; as it is where nothing better is known.
pub(crate) fn label_for_people(git: &Git, label: &str) -> String {
    let (hash, rest) = match label.split_once(' ') {
        // Behind the name of a commit that is picked stands its subject.
        Some((hash, subject)) => (hash, format!(" {subject}")),
        None => (label, String::new()),
    };
    if !is_hash(hash) {
        return label.to_owned();
    }
    let name = merged_name(git, hash).or_else(|| git.name_of(hash).ok()?);
    match name {
        Some(name) => name + &rest,
        None => label.to_owned(),
    }
}

/// The same in a checkout in which versions are picked: what git calls `HEAD` in a rebase is what the
/// others have, and people take it for their own.
pub(crate) fn side_for_people(git: &Git, label: &str) -> String {
    let onto = (label == "HEAD").then(|| rebased_onto(git)).flatten();
    match onto {
        Some(onto) => format!("HEAD: {onto}, which the rebase builds on"),
        None => label_for_people(git, label),
    }
}

/// What the rebase under way puts commits on, as people call it.
fn rebased_onto(git: &Git) -> Option<String> {
    let file = |folder: &str| {
        let path = git.own_path(&format!("{folder}/onto")).ok()??;
        fs::read_to_string(path).ok()
    };
    let onto = file("rebase-merge").or_else(|| file("rebase-apply"))?;
    git.name_of(onto.trim()).ok()?
}

fn is_hash(word: &str) -> bool {
    (7..=64).contains(&word.len()) && word.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// What the message of the merge under way calls the commit that it merges.
fn merged_name(git: &Git, hash: &str) -> Option<String> {
    let merged = git.commit_of("MERGE_HEAD").ok()??;
    if git.commit_of(hash).ok()?? != merged {
        return None;
    }
    let text = fs::read_to_string(git.merge_message_path().ok()??).ok()?;
    named_in(text.lines().next()?)
}

/// `origin/main` in `Merge origin/main into topic`, and in what git itself writes.
fn named_in(subject: &str) -> Option<String> {
    let rest = subject.strip_prefix("Merge ")?;
    let rest = rest.strip_prefix("remote-tracking ").unwrap_or(rest);
    let name = match rest.strip_prefix("branch '").or(rest.strip_prefix("tag '")) {
        Some(quoted) => quoted.split_once('\'')?.0,
        None => rest.split_once(" into ").map_or(rest, |(name, _)| name),
    };
    let is_name = !name.is_empty() && !name.contains(' ') && !is_hash(name);
    is_name.then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_names_what_it_merges() {
        for (subject, name) in [
            ("Merge origin/main into topic", Some("origin/main")),
            ("Merge branch 'ana' into main", Some("ana")),
            (
                "Merge remote-tracking branch 'origin/ana'",
                Some("origin/ana"),
            ),
            ("Merge commit '1234567' into main", None),
            ("Merge 1234567 into main", None),
            ("Tidy up", None),
        ] {
            assert_eq!(named_in(subject).as_deref(), name, "{subject}");
        }
    }
}
