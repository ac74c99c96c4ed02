//! axe-core, the rules for accessible pages that browsers' own tools check: a pinned version, fetched
//! by npm once and kept with what was built.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use sha2::{Digest as _, Sha512};

use super::chromium::Browser;

const VERSION: &str = "4.14.1";
/// Of the archive, as the registry says it.
const SHA512: &str = "1477dafa598d8d065f273d6af302aa203c02e83131707b7fa648cd41bd3d6b734f8c22a0dab86ee6a6f64b8afbe804b214d36db85a2826965edfb3a0b9d546b5";

/// The script, where npm is there and reaches a registry; else says why not.
pub fn axe() -> Option<String> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let archive = folder.join(format!("axe-core-{VERSION}.tgz"));
    if !archive.exists() && !fetch(folder, &archive) {
        return None;
    }
    let bytes = fs::read(&archive).unwrap();
    let digest: String = Sha512::digest(&bytes)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    assert_eq!(
        digest,
        SHA512,
        "{} is not axe-core {VERSION}",
        archive.display()
    );
    let script = Command::new("tar")
        .arg("-xzOf")
        .arg(&archive)
        .arg("package/axe.min.js")
        .output();
    let script = script.expect("tar");
    assert!(script.status.success(), "{script:?}");
    Some(String::from_utf8(script.stdout).unwrap())
}

/// Puts the archive where it is kept, in one step: other tests may look for it.
fn fetch(folder: &Path, archive: &Path) -> bool {
    let own = tempfile::TempDir::new_in(folder).unwrap();
    let packed = Command::new("npm")
        // Nobody waits long for a registry that is not reached.
        .args([
            "pack",
            "--silent",
            "--fetch-retries=0",
            "--fetch-timeout=30000",
        ])
        .arg(format!("axe-core@{VERSION}"))
        .current_dir(own.path())
        .output();
    let file: PathBuf = own.path().join(archive.file_name().unwrap());
    match packed {
        Ok(output) if output.status.success() && file.exists() => {
            fs::rename(file, archive).unwrap();
            true
        }
        Ok(output) => {
            eprintln!(
                "skipped: npm has no axe-core for us: {}",
                String::from_utf8_lossy(&output.stderr).trim()
            );
            false
        }
        Err(_) => {
            eprintln!("skipped: there is no npm to fetch axe-core");
            false
        }
    }
}

/// What the rules find in the page that is open: each rule with the elements.
pub fn findings(browser: &mut Browser, axe: &str) -> Value {
    browser.ask(&format!("{axe}\n;0"));
    browser.ask(
        "axe.run(document, { resultTypes: ['violations'], runOnly: ['wcag2a', 'wcag2aa', \
         'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }).then(({ violations }) => \
         violations.map(({ id, nodes }) => [id, nodes.slice(0, 3).map(({ html, failureSummary }) => \
         html.slice(0, 120) + ' ' + failureSummary)]))",
    )
}
