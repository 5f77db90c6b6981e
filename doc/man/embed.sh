#!/bin/sh
# Prints the C source of the table of the manual's prose (tools/manual.h): one array a file, as bytes, and the table.
# usage: embed.sh FILE...
set -eu

printf '#include "tools/manual.h"\n\n'
number=0
for file in "$@"; do
    printf 'static const char text_%s[] = {\n' "$number"
    od -An -v -tx1 "$file" | sed 's/ \(..\)/\x27\\x\1\x27,/g'
    printf '0};\n\n'
    number=$((number + 1))
done
printf 'const struct manual_prose manual_prose[] = {\n'
number=0
for file in "$@"; do
    page=$(basename "$file" .md)
    printf '    {"%s", %s, text_%s},\n' "${page%.*}" "${page##*.}" "$number"
    number=$((number + 1))
done
printf '};\n\nconst size_t manual_prose_count = %s;\n' "$#"
