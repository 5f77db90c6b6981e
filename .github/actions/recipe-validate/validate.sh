#!/bin/sh
# Runs jpk recipe validate as the inputs of the action ask for it, which come in the environment: so none of them is
# ever a part of a command line that a shell reads.
set -eu

set -f
saved=$IFS
IFS='
'
# shellcheck disable=SC2086 # one path a line
set -- ${JPK_PATHS:-.}
IFS=$saved
set +f

set -- --fail-level "${JPK_FAIL_LEVEL:-error}" -- "$@"
if [ -n "${JPK_PROFILE:-}" ]; then
    set -- --profile "$JPK_PROFILE" "$@"
fi

if [ -n "${JPK_SARIF_FILE:-}" ]; then
    mkdir -p -- "$(dirname -- "$JPK_SARIF_FILE")"
    status=0
    jpk recipe validate --format sarif "$@" >"$JPK_SARIF_FILE" || status=$?
    # Findings (1) and files that cannot be read (3) are what the run below is for.
    case $status in
    0 | 1 | 3) ;;
    *) exit "$status" ;;
    esac
fi
exec jpk recipe validate --format "${JPK_FORMAT:-github}" "$@"
