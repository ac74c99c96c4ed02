#!/bin/sh
# Merges the main branch into the open branches that the host cannot merge by itself.
#
# For each open pull request from this repository whose plain merge fails: merges with stepdeck's
# drivers, renumbers, checks, and pushes without force. What two people changed at once is said in a
# comment. Nothing of a branch is run, and no setting of a branch counts: branches that change one, and
# those of forks, get a comment with the command for a person.
#
# STEPDECK_REMOTE   the repository's URL
# STEPDECK_MAIN     its main branch
# STEPDECK_BRANCH   only this branch; all of them where it is empty
# STEPDECK_PLAN     the plan's folder in the repository
# STEPDECK_HOST     asks the host: `pulls`, `comment` and `uncomment NUMBER MARKER`, see stepdeck-host.sh
set -eu

remote=$STEPDECK_REMOTE
main=$STEPDECK_MAIN
only=${STEPDECK_BRANCH:-}
plan=${STEPDECK_PLAN:-.}
host=${STEPDECK_HOST:-$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)/stepdeck-host.sh}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
# Nobody's settings but ours: no filter, no hook, no file that leads elsewhere.
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1 GIT_TERMINAL_PROMPT=0
export XDG_CONFIG_HOME="$work/config" XDG_STATE_HOME="$work/state" XDG_CACHE_HOME="$work/cache"

# Lines that may say anything, so that a host's log takes none for a command.
shown() { sed -e 's/##\[/## [/g' -e 's/^/| /'; }

# A comment: its words, then what was said, as a block of code.
comment() {
    {
        printf '%s\n\n' "$2"
        [ ! -s "$work/said" ] || { head -n 60 "$work/said" | cut -c 1-300 | sed 's/^/    /'; echo; }
        printf '%s\n\n    git switch BRANCH\n    stepdeck sync --push\n\n' "${3:-On the branch, this merges what is in no dispute, and says how to go on:}"
    } | "$host" comment "$1" stepdeck-merge
}

# What an earlier run said of a branch that merges by now.
settled() { "$host" uncomment "$1" stepdeck-merge </dev/null || echo "the comment on $1 stays" >&2; }

# Merges by the host's means: no drivers here.
git init -q --bare "$work/plain"
# Merges by ours.
git init -q "$work/repo"
cd "$work/repo"
export GIT_ALTERNATE_OBJECT_DIRECTORIES="$work/plain/objects"
git config user.name "${STEPDECK_BOT_NAME:-stepdeck-merge}"
git config user.email "${STEPDECK_BOT_MAIL:-stepdeck-merge@users.noreply.invalid}"
git config core.symlinks false
git config core.hooksPath /dev/null
git remote add origin "$remote"

get() {
    git -C "$work/plain" fetch -q --no-tags "$remote" "+$1:$2" && git update-ref "$2" "$(git -C "$work/plain" rev-parse "$2")"
}

get "refs/heads/$main" "refs/remotes/origin/$main"
git symbolic-ref refs/remotes/origin/HEAD "refs/remotes/origin/$main"
git checkout -q -f --detach "refs/remotes/origin/$main"
# Which file is merged how is main's to say.
code=0
stepdeck -C "$plan" git-setup >"$work/setup" 2>&1 || code=$?
shown <"$work/setup"
[ "$code" -le 1 ] || exit "$code"
mkdir -p .git/info
[ ! -f .gitattributes ] || cp .gitattributes .git/info/attributes

"$host" pulls >"$work/pulls"
failed=0
tab=$(printf '\t')
while IFS="$tab" read -r number branch same; do
    [ -z "$only" ] || [ "$branch" = "$only" ] || continue
    git check-ref-format --branch "$branch" >/dev/null 2>&1 || continue
    : >"$work/said"
    head=refs/remotes/origin/$branch
    from=refs/heads/$branch
    if [ "$same" != yes ]; then
        head=refs/stepdeck/pull/$number
        from=refs/pull/$number/head
    elif [ "$branch" = "$main" ]; then
        continue
    fi
    get "$from" "$head" || continue
    # Its own merge has all of main, until main moves on.
    if git merge-base --is-ancestor "refs/remotes/origin/$main" "$head" ||
        git -C "$work/plain" merge-tree --write-tree "refs/remotes/origin/$main" "$head" >/dev/null 2>&1; then
        settled "$number"
        continue
    fi
    if [ "$same" != yes ]; then
        comment "$number" "The main branch does not merge into this one by itself, and nobody may push to a fork from here."
        continue
    fi
    if ! git diff --quiet "refs/remotes/origin/$main...$head" -- ':(top,glob)**/stepdeck.toml' \
        ':(top,glob)**/.gitattributes' ':(top).gitmodules' ':(top).github' ':(top).forgejo' ':(top).gitea'; then
        comment "$number" "The main branch does not merge into this one by itself. It changes workflows or settings, so a person has to merge it."
        continue
    fi
    git checkout -q -f -B "$branch" "$head"
    git clean -fdxq
    code=0
    stepdeck -C "$plan" sync --no-fetch "$main" >"$work/said" 2>&1 </dev/null || code=$?
    { echo "$branch"; cat "$work/said"; } | shown
    if [ "$code" = 0 ]; then
        was=$(git rev-parse "$head")
        code=0
        git push -q "$remote" "HEAD:refs/heads/$branch" >"$work/push" 2>&1 || code=$?
        shown <"$work/push"
        [ "$code" != 0 ] || settled "$number"
        # Who pushed meanwhile comes first: the next run merges that. Anything else is a fault.
        if [ "$code" != 0 ] && get "$from" "$head" && [ "$(git rev-parse "$head")" = "$was" ]; then
            failed=1
        fi
    else
        stepdeck -C "$plan" resolve >>"$work/said" 2>&1 </dev/null || :
        [ "$code" = 1 ] || failed=1
        comment "$number" "The main branch does not merge into this one without a decision:"
    fi
    git merge --abort 2>/dev/null || :
    git reset -q --hard
done <"$work/pulls"
exit "$failed"
