//! `[archive]`: where a person keeps copies of what demos show.

use std::borrow::Cow;
use std::path::PathBuf;

use toml::de::DeValue;

use super::Config;
use super::ConfigFile::Own;
use super::entries::{Entry, Mistake, Named};

/// The archive of one's own.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ArchiveEntries {
    /// Its folder; nothing is copied without one.
    pub folder: Option<PathBuf>,
    /// How many bytes a file may have that is copied.
    pub limit: u64,
}

impl Default for ArchiveEntries {
    fn default() -> Self {
        Self {
            folder: None,
            limit: 100 * 1_000_000,
        }
    }
}

/// Where copies are kept.
pub(super) const FOLDER: Entry = Entry {
    section: "archive",
    name: "folder",
    files: &[Own],
    value: "an absolute path, or one that begins with ~/",
    default: Cow::Borrowed("none: nothing is copied"),
    meaning: Cow::Borrowed(
        "where the files that a demo shows are [copied](papers.md#reports) when it is written; outside \
         the plan's checkout",
    ),
    read: folder,
};

/// How large a file may be that is copied.
pub(super) const LIMIT: Entry = Entry {
    section: "archive",
    name: "limit",
    files: &[Own],
    value: "a size such as \"20 MB\" or \"1 GB\", or a number of bytes",
    default: Cow::Borrowed("`\"100 MB\"`"),
    meaning: Cow::Borrowed("how large a file may be that is copied there"),
    read: limit,
};

/// Takes the folder.
fn folder(config: &mut Config, _: &Named<'_>, value: &DeValue<'_>) -> Result<(), Mistake> {
    let text = value.as_str().ok_or(Mistake::Kind)?;
    let path = match text.strip_prefix("~/") {
        Some(below) => etcetera::home_dir().map_err(|_| Mistake::Kind)?.join(below),
        None => PathBuf::from(text),
    };
    // Where the cockpit happens to be started says nothing about where an archive is.
    if !path.is_absolute() {
        return Err(Mistake::Kind);
    }
    config.archive.folder = Some(path);
    Ok(())
}

/// Takes the size limit.
fn limit(config: &mut Config, _: &Named<'_>, value: &DeValue<'_>) -> Result<(), Mistake> {
    let size = match value {
        DeValue::Integer(integer) => u64::from_str_radix(integer.as_str(), integer.radix())
            .ok()
            .filter(|bytes| *bytes > 0),
        value => value.as_str().and_then(bytes),
    };
    config.archive.limit = size.ok_or(Mistake::Kind)?;
    Ok(())
}

/// The bytes of a size such as `20 MB`, or of a bare number of them.
fn bytes(size: &str) -> Option<u64> {
    let size = size.trim();
    let end = size.find(|c: char| !c.is_ascii_digit() && c != '.');
    let (number, unit) = size.split_at(end.unwrap_or(size.len()));
    let unit: f64 = match &*unit.trim().to_ascii_lowercase() {
        "" | "b" if number.contains('.') => return None,
        "" | "b" => 1.0,
        "kb" => 1e3,
        "mb" => 1e6,
        "gb" => 1e9,
        "tb" => 1e12,
        "kib" => 1024.0,
        "mib" => 1024.0 * 1024.0,
        "gib" => 1024.0 * 1024.0 * 1024.0,
        "tib" => 1024.0 * 1024.0 * 1024.0 * 1024.0,
        _ => return None,
    };
    let bytes = (number.parse::<f64>().ok()? * unit).round();
    (bytes >= 1.0 && bytes < u64::MAX as f64).then_some(bytes as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_has_a_number_and_a_unit() {
        for (size, is) in [
            ("20 MB", Some(20_000_000)),
            ("1.5gb", Some(1_500_000_000)),
            (" 4 KiB ", Some(4096)),
            ("20", Some(20)),
            ("300 B", Some(300)),
            ("1 TB", Some(1_000_000_000_000)),
            ("1 TiB", Some(1_099_511_627_776)),
            ("1.5 B", None),
            ("0", None),
            ("", None),
            ("MB", None),
            ("0 MB", None),
            ("1.2.3 MB", None),
            ("-1 MB", None),
            ("20 TB of it", None),
        ] {
            assert_eq!(bytes(size), is, "{size}");
        }
    }
}
