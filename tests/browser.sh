#!/bin/sh
# Drives the page of `jpk inventory` in a headless Chromium through its fragment. usage: browser.sh PROGRAM
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"$1" inventory --format html -q -o "$folder/page.html" samples
status=0

# The page's DOM after its script has run with a fragment.
dom() {
    chromium --headless --no-sandbox --disable-gpu --user-data-dir="$folder/profile" --dump-dom \
        "file://$folder/page.html#$1" 2>/dev/null
}

# The names of the projects, those that are hidden in parentheses.
names() {
    tr -d '\n' | sed 's/<tbody/\n<tbody/g' | sed -n -e 's/^<tbody hidden.*class="name">\([^<]*\)<.*/(\1)/p' \
        -e 's/^<tbody>.*class="name">\([^<]*\)<.*/\1/p' | sed 's/^\((*\)[a-z]*-\([a-z]*\).*/\1\2/' | tr '\n' ' '
}

expect() {
    if [ "$2" != "$3" ]; then
        echo "browser: $1: wanted '$2', got '$3'" >&2
        status=1
    fi
}

expect 'as it is' 'erp webshop salesforce ' "$(dom '' | names)"
expect 'by size' 'salesforce webshop erp ' "$(dom 'sort=size&dir=desc' | names)"
expect 'by name' 'erp salesforce webshop ' "$(dom 'sort=project&dir=asc' | names)"
expect 'search' '(erp (webshop salesforce ' "$(dom 'q=NetSuite+upsert' | names)"
expect 'sorted header' 1 "$(dom 'sort=items&dir=asc' | grep -c 'data-key="items"[^>]*aria-sort="ascending"')"
expect 'sum of what is shown' 1 "$(dom 'q=erp' | grep -c '1 project<.*data-label="Items" data-value="125">32<')"
expect 'folded' 3 "$(dom '' | grep -c '<tr class="details"[^>]*hidden')"
expect 'unfolded' 0 "$(dom 'open=all' | grep -c '<tr class="details"[^>]*hidden')"
[ $status = 0 ] && echo 'browser: 8 passed, 0 failed'
exit $status
