#!/bin/sh
# Prints the C source of the table of built-in schemas (schema/shipped.h): one array a file, as bytes, and the table.
# usage: embed.sh FILE...
set -eu

printf '#include "schema/shipped.h"\n\n'
number=0
for file in "$@"; do
    printf 'static const char text_%s[] = {\n' "$number"
    od -An -v -tx1 "$file" | sed 's/ \(..\)/\x27\\x\1\x27,/g'
    printf '0};\n\n'
    number=$((number + 1))
done
printf 'const struct shipped_file shipped_files[] = {\n'
number=0
for file in "$@"; do
    name=$(basename "$file" .json)
    printf '    {"%s", text_%s, sizeof text_%s - 1},\n' "${name%.schema}" "$number" "$number"
    number=$((number + 1))
done
printf '};\n\nconst size_t shipped_file_count = %s;\n' "$number"
