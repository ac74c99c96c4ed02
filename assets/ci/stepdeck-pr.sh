#!/bin/sh
# Says in one comment what a pull request changes in the plan, and whether a steward approved it.
#
#   compute    reads the pull request as data, and prints what it changes, packed; needs no rights
#   comment    renders that from PR_DATA, comments, and sets the status stepdeck/approval
#
# STEPDECK_REMOTE, STEPDECK_MAIN (the branch it goes to), STEPDECK_PLAN, STEPDECK_HOST: as in
# stepdeck-merge.sh. PR_NUMBER, PR_AUTHOR: of the pull request.
set -eu

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1 GIT_TERMINAL_PROMPT=0
export XDG_CONFIG_HOME="$work/config" XDG_STATE_HOME="$work/state" XDG_CACHE_HOME="$work/cache"

case $1 in
compute)
    git init -q "$work/repo"
    cd "$work/repo"
    git config core.symlinks false
    git config core.hooksPath /dev/null
    git remote add origin "$STEPDECK_REMOTE"
    git fetch -q --no-tags origin "+refs/heads/$STEPDECK_MAIN:refs/remotes/origin/$STEPDECK_MAIN" \
        "+refs/pull/$PR_NUMBER/head:refs/stepdeck/pull"
    git symbolic-ref refs/remotes/origin/HEAD "refs/remotes/origin/$STEPDECK_MAIN"
    git checkout -q -f --detach "refs/remotes/origin/$STEPDECK_MAIN"
    # Nothing of the pull request is checked out or run: its plan is laid out in a private folder, and read.
    pack() {
        stepdeck -C "${STEPDECK_PLAN:-.}" --as "$PR_AUTHOR" pr "origin/$STEPDECK_MAIN" \
            --head refs/stepdeck/pull --json "$@" >"$work/pr.json"
        gzip -9 -n <"$work/pr.json" | base64 | tr -d '\n' >"$work/packed"
    }
    pack
    # More than that is no variable of the environment.
    [ "$(wc -c <"$work/packed")" -le "${STEPDECK_LARGEST:-100000}" ] || pack --brief
    cat "$work/packed"
    ;;
comment)
    host=${STEPDECK_HOST:-$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)/stepdeck-host.sh}
    printf '%s' "$PR_DATA" | base64 -d | gzip -d | head -c 20000000 >"$work/pr.json"
    cd "$work"
    code=0
    approvers=$("$host" approvals "$PR_NUMBER")
    stepdeck pr --from pr.json --markdown --approved-by "$approvers" \
        >body 2>said || code=$?
    [ "$code" -le 1 ] || { cat said >&2; exit "$code"; }
    "$host" comment "$PR_NUMBER" stepdeck-pr <body
    # The commit that was looked at, not the one that is there by now.
    sha=$(sed -n 's/^ *"head": *"\([0-9a-f]*\)".*/\1/p' pr.json | head -n 1)
    [ -n "$sha" ] || sha=$(tr ',' '\n' <pr.json | sed -n 's/^"head":"\([0-9a-f]*\)"$/\1/p' | head -n 1)
    case $code in
    0) "$host" status "$sha" success "a steward of another team has approved" ;;
    1) "$host" status "$sha" pending "a steward of another team has to approve" ;;
    esac
    ;;
*)
    echo "stepdeck-pr: $1 is neither compute nor comment" >&2
    exit 2
    ;;
esac
