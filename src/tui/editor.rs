//! Hands files to the person's editor, and links to the person's browser.
//!
//! Owns the decision of what may be opened. No shell takes part: a command from the
//! environment is split into words once, and the file or address is one argument of its
//! own, so nothing in a name can be executed. A link from the plan is somebody else's text:
//! it opens only if it is a web or mail address, or a regular file inside the plan's root.
//! The terminal is given back and taken again by the caller.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};
use std::{fmt, io};

use super::detached::{self, Failure};
use crate::store::fs::inside::{NotInside, file_inside};

/// Looks up an environment variable; passed in so that tests can set it.
pub trait Env: Fn(&str) -> Option<OsString> {}
impl<F: Fn(&str) -> Option<OsString>> Env for F {}

/// Why something was not opened.
#[derive(Debug)]
pub enum OpenError {
    /// `$VISUAL`, `$EDITOR` or `$BROWSER` is not a command: quotes that do not close.
    BadCommand {
        /// The variable.
        variable: &'static str,
        value: String,
    },
    /// The link has a scheme other than http, https and mailto.
    Scheme(String),
    /// The link leads out of the plan's folder, as written or through a symlink.
    Outside(PathBuf),
    /// A folder, FIFO, device or socket.
    NotAFile(PathBuf),
    /// The link is empty or holds control characters.
    Malformed,
    /// The file cannot be looked at.
    File(PathBuf, io::Error),
    /// The program cannot be started.
    Start(OsString, io::Error),
    /// The program ran and reported a failure.
    Failed(OsString, ExitStatus),
}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            OpenError::BadCommand { variable, value } => {
                write!(f, "${variable} is not a command: {value}; check its quotes")
            }
            OpenError::Scheme(scheme) => write!(
                f,
                "links with {scheme}: are not opened; http, https, mailto and files are"
            ),
            OpenError::Outside(path) => {
                write!(
                    f,
                    "{} is outside the plan's folder and is not opened",
                    path.display()
                )
            }
            OpenError::NotAFile(path) => {
                write!(
                    f,
                    "{} is not a regular file and is not opened",
                    path.display()
                )
            }
            OpenError::Malformed => {
                f.write_str("the link is empty or has control characters; edit it first")
            }
            OpenError::File(path, error) => write!(f, "{}: {error}", path.display()),
            OpenError::Start(program, error) => write!(
                f,
                "{} cannot be started: {error}; set $EDITOR or $BROWSER to another program",
                program.display()
            ),
            OpenError::Failed(program, status) => {
                write!(f, "{} ended with {status}", program.display())
            }
        }
    }
}

impl std::error::Error for OpenError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            OpenError::File(_, error) | OpenError::Start(_, error) => Some(error),
            _ => None,
        }
    }
}

/// The command that edits `file`: `$VISUAL`, else `$EDITOR`, else `vi`, with the file as
/// one last argument. A name that begins with `-` becomes `./-…`, which no program takes
/// for an option.
///
/// # Errors
/// [`OpenError::BadCommand`].
pub fn editor_command(file: &Path, env: impl Env) -> Result<Command, OpenError> {
    let (program, arguments) = command_from(["VISUAL", "EDITOR"], &env)?
        .unwrap_or_else(|| (OsString::from("vi"), Vec::new()));
    let mut command = Command::new(program);
    command.args(arguments).arg(as_operand(file));
    Ok(command)
}

/// Runs the editor on `file` and waits for it. The terminal must be the shell's meanwhile,
/// see [`super::terminal::Terminal::away`].
///
/// # Errors
/// [`OpenError::BadCommand`], [`OpenError::Start`], or [`OpenError::Failed`] when the editor
/// says so (`:cq` in vi): then the file must be left as it was.
pub fn edit(file: &Path, env: impl Env) -> Result<(), OpenError> {
    let mut command = editor_command(file, env)?;
    let program = command.get_program().to_owned();
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(OpenError::Failed(program, status)),
        Err(error) => Err(OpenError::Start(program, error)),
    }
}

/// What a link may lead to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// An http, https or mailto address, exactly as written.
    Address(String),
    /// An existing regular file inside the root, as an absolute path without symlinks.
    File(PathBuf),
}

/// Decides what `link` leads to. Relative paths are taken from `root`; a `#fragment` after
/// an existing file is ignored.
///
/// # Errors
/// Every reason not to open it.
pub fn link_target(link: &str, root: &Path) -> Result<Target, OpenError> {
    let link = link.trim();
    if link.is_empty() || link.chars().any(char::is_control) {
        return Err(OpenError::Malformed);
    }
    match scheme(link).map(str::to_ascii_lowercase).as_deref() {
        Some("http" | "https" | "mailto") => {
            // A space would end the address for some programs, and begin an option.
            let whole = !link.contains(char::is_whitespace);
            whole
                .then(|| Target::Address(link.to_owned()))
                .ok_or(OpenError::Malformed)
        }
        Some(other) => Err(OpenError::Scheme(other.to_owned())),
        None => inside(link, root),
    }
}

/// Starts what opens a web or mail address, and does not wait for it: `$BROWSER`, else the
/// desktop's own opener. `failed` hears in words, from a thread, if it ends badly.
///
/// # Errors
/// When it cannot be started.
pub fn open_address(
    address: &str,
    env: impl Env,
    failed: impl FnOnce(String) + Send + 'static,
) -> Result<(), OpenError> {
    let (program, arguments) = opener(address, &env)?;
    let (name, what) = (program.clone(), address.to_owned());
    let report = move |failure| {
        let error = match failure {
            Failure::NotStarted => OpenError::Start(name, io::ErrorKind::NotFound.into()),
            Failure::Ended(status) => OpenError::Failed(name, status),
        };
        failed(format!("{what} was not opened: {error}"));
    };
    detached::start(&program, &arguments, report).map_err(|error| OpenError::Start(program, error))
}

/// The program that opens an address, and its arguments, of which the address is the last.
fn opener(address: &str, env: &impl Env) -> Result<(OsString, Vec<OsString>), OpenError> {
    let desktop = match cfg!(target_os = "macos") {
        true => "open",
        false => "xdg-open",
    };
    let default = (OsString::from(desktop), Vec::new());
    let (program, mut arguments) = command_from(["BROWSER"], env)?.unwrap_or(default);
    arguments.push(OsString::from(address));
    Ok((program, arguments))
}

/// Program and first arguments from the first of `variables` that is set and not blank.
fn command_from<const N: usize>(
    variables: [&'static str; N],
    env: &impl Env,
) -> Result<Option<(OsString, Vec<OsString>)>, OpenError> {
    for variable in variables {
        let Some(value) = env(variable) else { continue };
        // What is no UTF-8 cannot be split by rule, but can still be a program.
        let Some(text) = value.to_str() else {
            return Ok(Some((value, Vec::new())));
        };
        let bad = || OpenError::BadCommand {
            variable,
            value: text.to_owned(),
        };
        let mut words = shlex::split(text)
            .ok_or_else(bad)?
            .into_iter()
            .map(OsString::from);
        if let Some(program) = words.next() {
            return Ok(Some((program, words.collect())));
        }
    }
    Ok(None)
}

fn as_operand(file: &Path) -> OsString {
    if file.as_os_str().as_encoded_bytes().starts_with(b"-") {
        Path::new(".").join(file).into_os_string()
    } else {
        file.as_os_str().to_owned()
    }
}

/// The scheme of a URL by RFC 3986, in whatever case it is written.
fn scheme(link: &str) -> Option<&str> {
    let (scheme, _) = link.split_once(':')?;
    let mut letters = scheme.bytes();
    let valid = letters
        .next()
        .is_some_and(|byte| byte.is_ascii_alphabetic())
        && letters.all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte));
    valid.then_some(scheme)
}

fn inside(link: &str, root: &Path) -> Result<Target, OpenError> {
    let path = || PathBuf::from(link);
    match file_inside(root, link) {
        Ok(path) => Ok(Target::File(path)),
        Err(NotInside::Outside) => Err(OpenError::Outside(path())),
        Err(NotInside::NotAFile) => Err(OpenError::NotAFile(path())),
        Err(NotInside::Unreadable(error)) => Err(OpenError::File(path(), error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use tempfile::TempDir;

    fn env<'a>(vars: &'a [(&'a str, &'a str)]) -> impl Env + 'a {
        move |name: &str| {
            vars.iter()
                .find(|(n, _)| *n == name)
                .map(|(_, v)| OsString::from(v))
        }
    }

    fn words(command: &Command) -> Vec<&str> {
        std::iter::once(command.get_program())
            .chain(command.get_args())
            .map(|word| word.to_str().unwrap())
            .collect()
    }

    #[test]
    fn the_file_is_one_last_argument() {
        for (vars, file, expected) in [
            (
                &[("EDITOR", "code --wait")][..],
                "a b.md",
                &["code", "--wait", "a b.md"][..],
            ),
            (
                &[("EDITOR", "nano")],
                "$(touch x).md",
                &["nano", "$(touch x).md"],
            ),
            (&[("EDITOR", "nano")], "-c.md", &["nano", "./-c.md"]),
            (
                &[("VISUAL", "'/my editor' -n"), ("EDITOR", "nano")],
                "x",
                &["/my editor", "-n", "x"],
            ),
            (&[("VISUAL", " "), ("EDITOR", "nano")], "x", &["nano", "x"]),
            (&[("EDITOR", "sh; rm")], "x", &["sh;", "rm", "x"]),
            (&[], "x", &["vi", "x"]),
        ] {
            let command = editor_command(Path::new(file), env(vars)).unwrap();
            assert_eq!(words(&command), expected);
        }
    }

    #[test]
    fn unclosed_quotes_are_said() {
        let error = editor_command(Path::new("x"), env(&[("EDITOR", "vi 'oops")])).unwrap_err();
        assert_eq!(
            error.to_string(),
            "$EDITOR is not a command: vi 'oops; check its quotes"
        );
    }

    #[test]
    fn nothing_in_a_name_is_executed() {
        let folder = TempDir::new().unwrap();
        let witness = folder.path().join("x");
        let name = format!("$(touch {}).md", witness.display());
        edit(Path::new(&name), env(&[("EDITOR", "true")])).unwrap();
        assert!(!witness.exists());
    }

    #[test]
    fn an_editor_that_fails_or_is_missing_is_said() {
        let file = Path::new("x");
        assert!(matches!(
            edit(file, env(&[("EDITOR", "false")])),
            Err(OpenError::Failed(..))
        ));
        let missing = edit(file, env(&[("EDITOR", "/no/such/editor")]));
        assert!(
            matches!(missing, Err(OpenError::Start(program, _)) if program == "/no/such/editor")
        );
    }

    struct Plan {
        folder: TempDir,
        root: PathBuf,
    }

    fn plan() -> Plan {
        let folder = TempDir::new().unwrap();
        let root = folder.path().join("plan");
        fs::create_dir_all(root.join("docs")).unwrap();
        fs::write(root.join("docs/note.md"), "note").unwrap();
        fs::write(root.join("docs/a#b.md"), "note").unwrap();
        fs::write(folder.path().join("secret"), "secret").unwrap();
        Plan {
            root: root.canonicalize().unwrap(),
            folder,
        }
    }

    #[test]
    fn addresses_and_files_inside_the_root_open() {
        let plan = plan();
        for link in [
            "http://a.example/x?y=$(z)",
            "HTTPS://a.example",
            "mailto:ops@a.example",
        ] {
            assert_eq!(
                link_target(link, &plan.root).unwrap(),
                Target::Address(link.to_owned())
            );
        }
        for (link, file) in [
            ("docs/note.md", "docs/note.md"),
            ("./docs/../docs/note.md", "docs/note.md"),
            ("docs/note.md#goal", "docs/note.md"),
            ("docs/a#b.md", "docs/a#b.md"),
        ] {
            assert_eq!(
                link_target(link, &plan.root).unwrap(),
                Target::File(plan.root.join(file))
            );
        }
    }

    #[test]
    fn other_schemes_are_refused() {
        let plan = plan();
        for link in [
            "file:///etc/passwd",
            "javascript:alert(1)",
            "JavaScript:x",
            "vscode://x",
            "data:,x",
        ] {
            assert!(
                matches!(link_target(link, &plan.root), Err(OpenError::Scheme(_))),
                "{link}"
            );
        }
    }

    #[test]
    fn what_leads_out_of_the_root_is_refused() {
        let plan = plan();
        std::os::unix::fs::symlink(plan.folder.path().join("secret"), plan.root.join("out"))
            .unwrap();
        std::os::unix::fs::symlink(plan.folder.path(), plan.root.join("up")).unwrap();
        for link in [
            "../secret",
            "docs/../../secret",
            "out",
            "up/secret",
            "/etc/passwd",
        ] {
            assert!(
                matches!(link_target(link, &plan.root), Err(OpenError::Outside(_))),
                "{link}"
            );
        }
        std::os::unix::fs::symlink("docs/note.md", plan.root.join("in")).unwrap();
        assert!(link_target("in", &plan.root).is_ok());
    }

    #[test]
    fn only_regular_files_open_and_a_fifo_is_not_waited_for() {
        let plan = plan();
        let made = Command::new("mkfifo")
            .arg(plan.root.join("pipe"))
            .status()
            .unwrap();
        assert!(made.success());
        for link in ["docs", "pipe", "."] {
            assert!(
                matches!(link_target(link, &plan.root), Err(OpenError::NotAFile(_))),
                "{link}"
            );
        }
        assert!(matches!(
            link_target("docs/none.md", &plan.root),
            Err(OpenError::File(..))
        ));
        for link in [
            "",
            "  ",
            "http://a.example/\u{1b}]x",
            "http://a b",
            "docs/\u{0}",
        ] {
            assert!(
                matches!(link_target(link, &plan.root), Err(OpenError::Malformed)),
                "{link:?}"
            );
        }
    }

    #[test]
    fn an_address_is_one_last_argument_of_the_browser() {
        let vars = [("BROWSER", "lynx -accept_all_cookies")];
        let (program, arguments) = opener("https://a.example/$(x)", &env(&vars)).unwrap();
        assert_eq!(program, "lynx");
        assert_eq!(arguments, ["-accept_all_cookies", "https://a.example/$(x)"]);
        let (program, _) = opener("https://a.example", &env(&[])).unwrap();
        assert_eq!(
            program,
            if cfg!(target_os = "macos") {
                "open"
            } else {
                "xdg-open"
            }
        );
    }
}
