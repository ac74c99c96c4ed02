#!/bin/sh
# Asks GitHub, or a host with the same API (Forgejo, Gitea), by curl and jq.
#
#   pulls                    open pull requests to $STEPDECK_MAIN: number, branch, yes if of this
#                            repository; separated by tabs
#   comment NUMBER MARKER    writes standard input as our one comment with this marker
#   uncomment NUMBER MARKER  removes that comment, if there is one
#   approvals NUMBER         the logins whose last review approves, separated by commas
#   status SHA STATE TEXT    sets the status stepdeck/approval of a commit
#
# GITHUB_API_URL, GITHUB_REPOSITORY and GITHUB_TOKEN come from the workflow; STEPDECK_BOT_LOGIN is
# whose token it is.
set -eu

api=$GITHUB_API_URL/repos/$GITHUB_REPOSITORY
login=${STEPDECK_BOT_LOGIN:-github-actions[bot]}

ask() {
    # The token goes by standard input: whoever lists processes sees arguments.
    method=$1 path=$2
    shift 2
    printf 'header = "Authorization: Bearer %s"\n' "$GITHUB_TOKEN" |
        curl -sS --fail-with-body --retry 3 -K - -X "$method" -H 'Content-Type: application/json' "$@" "$api/$path"
}

# All pages of a list, as one.
list() {
    page=1 all='[]' last=''
    while :; do
        found=$(ask GET "$1?state=open&per_page=50&limit=50&page=$page")
        # Some hosts know no pages of some lists: they answer with all of it each time.
        [ "$found" != "$last" ] || break
        last=$found
        all=$(printf '%s\n%s' "$all" "$found" | jq -cs add)
        count=$(printf '%s' "$found" | jq length)
        [ "$count" -ge 50 ] || break
        page=$((page + 1))
    done
    printf '%s\n' "$all"
}

# The number of our comment with a marker; nothing where there is none.
ours() {
    all=$(list "issues/$1/comments")
    printf '%s' "$all" | jq -r --arg login "$login" --arg marker "$2" '
        [.[] | select(.user.login == $login and (.body | startswith($marker)))] | first | .id // empty'
}

case $1 in
pulls)
    all=$(list pulls)
    printf '%s' "$all" | jq -r --arg main "$STEPDECK_MAIN" --arg own "$GITHUB_REPOSITORY" '
        .[] | select(.base.ref == $main)
        | [.number, .head.ref, if (.head.repo.full_name // "") == $own then "yes" else "no" end] | @tsv'
    ;;
comment)
    number=$2 marker="<!-- $3 -->"
    body=$({ printf '%s\n' "$marker"; cat; } | jq -Rs '{body: .[0:60000]}')
    # Without an answer there would soon be two.
    id=$(ours "$number" "$marker")
    case $id in
    '') ask POST "issues/$number/comments" -d "$body" ;;
    *) ask PATCH "issues/comments/$id" -d "$body" ;;
    esac >/dev/null
    ;;
uncomment)
    id=$(ours "$2" "<!-- $3 -->")
    [ -z "$id" ] || ask DELETE "issues/comments/$id" >/dev/null
    ;;
approvals)
    all=$(list "pulls/$2/reviews")
    printf '%s' "$all" | jq -r '
        [.[] | select(.state | IN("APPROVED", "CHANGES_REQUESTED", "REQUEST_CHANGES", "DISMISSED"))
            | select((.dismissed // false) | not)]
        | group_by(.user.login) | map(last) | map(select(.state == "APPROVED").user.login) | join(",")'
    ;;
status)
    body=$(jq -n --arg state "$3" --arg text "$4" '
        {state: $state, context: "stepdeck/approval", description: $text[0:130]}')
    ask POST "statuses/$2" -d "$body" >/dev/null
    ;;
*)
    echo "stepdeck-host: $1 is none of pulls, comment, uncomment, approvals, status" >&2
    exit 2
    ;;
esac
