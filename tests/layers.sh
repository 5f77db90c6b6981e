#!/bin/sh
# Proves the layers: no archive may need a symbol of a later one. usage: layers.sh ARCHIVE... (lowest first)
set -eu
status=0
while [ $# -gt 1 ]; do
    lower=$1
    shift
    nm -g --undefined-only "$lower" 2>/dev/null | awk 'NF == 2 && $1 == "U" { print $2 }' | sort -u >/tmp/layers.$$.needs
    for higher in "$@"; do
        nm -g --defined-only "$higher" 2>/dev/null | awk 'NF == 3 { print $3 }' | sort -u >/tmp/layers.$$.has
        if stray=$(comm -12 /tmp/layers.$$.needs /tmp/layers.$$.has | grep .); then
            echo "layers: $lower uses of $higher: $stray" >&2
            status=1
        fi
    done
done
rm -f /tmp/layers.$$.needs /tmp/layers.$$.has
[ $status = 0 ] && echo "layers: 1 passed, 0 failed"
exit $status
