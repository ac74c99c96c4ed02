//! `stepdeck completions`: scripts that let a shell complete the command line.
//!
//! clap writes them. The names of views are in the configuration of the plan that one is in, so where
//! the shell allows it, the script asks for them.

use clap::CommandFactory as _;
use clap_complete::Shell;
use color_eyre::eyre::Result;

use super::Arguments;
use super::invocation::Invocation;

/// Asks for the names that fit, each quoted as a word; everything else is the function that clap wrote.
const BASH_VIEWS: &str = r#"
_stepdeck_views() {
    local cur="${COMP_WORDS[COMP_CWORD]}" prev="${COMP_WORDS[COMP_CWORD - 1]}" at name
    local -a where=()
    # Bash takes `--view=NAME` for three words.
    if [[ "$cur" == "=" ]]; then
        cur=""
    elif [[ "$prev" == "=" ]]; then
        prev="${COMP_WORDS[COMP_CWORD - 2]}"
    fi
    if [[ "$prev" != "--view" ]]; then
        _stepdeck "$@"
        return
    fi
    for ((at = 1; at < COMP_CWORD - 1; at++)); do
        if [[ "${COMP_WORDS[at]}" == "-C" ]]; then
            where=(-C "${COMP_WORDS[at + 1]/#\~/$HOME}")
        fi
    done
    cur="${cur//\\/}"
    COMPREPLY=()
    while IFS=$'\t' read -r name _; do
        case "$cur" in
            [\"\']*) [[ "$name" == "${cur:1}"* ]] && COMPREPLY+=("$name") ;;
            *) [[ "$name" == "$cur"* ]] && COMPREPLY+=("$(printf '%q' "$name")") ;;
        esac
    done < <(command stepdeck "${where[@]}" list --views 2>/dev/null)
}

complete -F _stepdeck_views -o nosort -o bashdefault -o default stepdeck 2>/dev/null ||
    complete -F _stepdeck_views -o bashdefault -o default stepdeck
"#;

/// The same for zsh, where clap's function calls it.
const ZSH_VIEWS: &str = r#"
_stepdeck_views() {
    local -a views
    views=(${(f)"$(_call_program views stepdeck list --views 2>/dev/null)"})
    views=(${views//:/\\:})
    views=(${views/$'\t'/:})
    _describe -t views view views
}
"#;

/// Print a shell completion script.
///
/// For bash: stepdeck completions bash > ~/.local/share/bash-completion/completions/stepdeck
///
/// In bash, zsh and fish the names of views are completed as well.
#[derive(clap::Args, Clone, Debug)]
pub struct Completions {
    /// The shell.
    shell: Shell,
}

impl Completions {
    /// Prints the script.
    ///
    /// # Errors
    /// When standard output cannot be written.
    pub(crate) fn run(&self, invocation: &mut Invocation<'_, '_>) -> Result<()> {
        let mut script = Vec::new();
        clap_complete::generate(
            self.shell,
            &mut Arguments::command(),
            "stepdeck",
            &mut script,
        );
        invocation.print(&with_views(self.shell, String::from_utf8(script)?))
    }
}

/// The script, asking for the names of views behind `--view`.
fn with_views(shell: Shell, script: String) -> String {
    let lines = script.split_inclusive('\n');
    match shell {
        Shell::Bash => script + BASH_VIEWS,
        Shell::Zsh => {
            // Its last lines call the function that the file is named after.
            let lines = lines.map(|line| match line.contains("--view=[") {
                true => line.replace(":_default'", ":_stepdeck_views'"),
                false if line.starts_with("if [ \"$funcstack[1]\"") => {
                    format!("{}\n{line}", ZSH_VIEWS.trim_start())
                }
                false => line.to_owned(),
            });
            lines.collect()
        }
        Shell::Fish => {
            let asks = "-f -a '(stepdeck list --views 2>/dev/null)'";
            let lines = lines.map(|line| match line.contains(" -l view ") {
                true => format!("{} {asks}\n", line.trim_end()),
                false => line.to_owned(),
            });
            lines.collect()
        }
        _ => script,
    }
}
