#!/bin/sh
# Drives the pages of `jpk inventory` and `jpk convert` in a headless Chromium through their fragments. usage: browser.sh PROGRAM
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"$1" inventory --format html -q -o "$folder/page.html" samples/database-to-ftp samples/http-json samples/salesforce-to-netsuite
"$1" convert --to cloud -n --report-format html samples/http-json >"$folder/convert.html" || [ $? = 1 ]
status=0

# A page's DOM after its script has run with a fragment.
page() {
    chromium --headless --no-sandbox --disable-gpu --user-data-dir="$folder/profile" --dump-dom \
        "file://$folder/$1#$2" 2>/dev/null
}

dom() {
    page page.html "$1"
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

# Of a conversion: how many items of a result are shown, and all of them where their number is expected.
shown() {
    tr -d '\n' | sed 's/<tbody/\n<tbody/g' | grep -c '^<tbody><tr class="main[^>]*data-kind="'"$1"'"'
}

converted=$(page convert.html '')
dropped=$(echo "$converted" | shown dropped)
expect 'items of the report' "$(echo "$converted" | shown '[a-z]*')" \
    "$("$1" convert --to cloud -n --report-format json samples/http-json | sed -n 's/^    "total": \([0-9]*\),/\1/p' | sed 1q)"
filtered=$(page convert.html 'kind=dropped&sort=item&dir=asc')
expect 'filtered by result' "$dropped $dropped" "$(echo "$filtered" | shown dropped) $(echo "$filtered" | shown '[a-z]*')"
expect 'unknown result' "$(echo "$converted" | shown '[a-z]*')" "$(page convert.html 'kind=nonsense' | shown '[a-z]*')"
expect 'search in findings' 0 "$(page convert.html 'q=no+such+words' | shown '[a-z]*')"
[ $status = 0 ] && echo 'browser: 12 passed, 0 failed'
exit $status
