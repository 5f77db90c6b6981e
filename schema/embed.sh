#!/bin/sh
# Prints the C source of the table of built-in schemas (schema/shipped.h): one array a file, as bytes, and the table, by
# name. URI and title are those of the first lines that give any, without an empty fragment.
# usage: embed.sh FILE...
set -eu

# NAME FILE, by name.
list() {
    for file in "$@"; do
        name=$(basename "$file" .json)
        printf '%s %s\n' "${name%.schema}" "$file"
    done | LC_ALL=C sort
}

# The first string that a key of a pattern has in a file.
string() {
    sed -n 's/^ *"'"$1"'": *"\([^"\\]*\)".*/\1/p' "$2" | sed 1q
}

printf '#include "schema/shipped.h"\n\n'
number=0
list "$@" | while read -r name file; do
    printf 'static const char text_%s[] = {\n' "$number"
    od -An -v -tx1 "$file" | sed 's/ \(..\)/\x27\\x\1\x27,/g'
    printf '0};\n\n'
    number=$((number + 1))
done
printf 'const struct jpk_shipped_schema shipped_schemas[] = {\n'
number=0
list "$@" | while read -r name file; do
    uri=$(string '\$\{0,1\}id' "$file")
    title=$(string title "$file")
    if [ -z "$uri" ] || [ -z "$title" ]; then
        echo "embed.sh: $file has no id or no title" >&2
        exit 1
    fi
    printf '    {"%s", "%s", "%s", text_%s, sizeof text_%s - 1},\n' "$name" "${uri%\#}" "$title" "$number" "$number"
    number=$((number + 1))
done
printf '};\n\nconst size_t shipped_schema_count = %s;\n' "$#"
