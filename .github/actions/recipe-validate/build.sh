#!/bin/sh
# Builds jpk from the checkout that this action is a part of and puts it on the path of later steps, unless there is one.
set -eu

if command -v jpk >/dev/null 2>&1; then
    echo "jpk is there: $(jpk --version)"
    exit 0
fi
root=$(cd -- "$GITHUB_ACTION_PATH/../../.." && pwd -P)
if ! command -v make >/dev/null 2>&1; then
    "$root/.ci/packages" make
fi
make -C "$root" program
echo "$root/build" >>"$GITHUB_PATH"
