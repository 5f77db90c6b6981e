#!/bin/sh
# Drives the pages of `jpk inventory`, `convert` and `migrate report` in a headless Chromium through their fragments.
# usage: browser.sh PROGRAM
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

# Of a migration: names that mean something in addresses, a page outside of the folder of the results, which has such a name.
out='out #1 50% ?"'"'"'ü&'
mkdir "$folder/trial"
number=0
for name in 'Orders #1' '100% "sure"' "What's new?" 'Übersicht' 'a;b=c&d+e <b>'; do
    number=$((number + 1))
    escaped=$(printf '%s' "$name" | sed 's/["\\&]/\\&/g; s/\\"/\\\\"/g')
    sed -e "s/Contact synchronisation/$escaped/" -e "s/5d0d3c52-7c83-4c3e/5d0d3c52-7c83-000$number/" samples/cloud/contacts.json \
        >"$folder/trial/$number.json"
done
"$1" pack -q samples/http-json "$folder/trial/orders.jpk"
printf PK >"$folder/trial/broken.jpk"
"$1" migrate plan "$folder/trial" --map samples/migration/map.yaml -q -o "$folder/plan.json" || [ $? = 1 ]
"$1" migrate run "$folder/plan.json" -q -o "$folder/$out" || [ $? = 1 ]
"$1" migrate report "$folder/$out" --format html -q -o "$folder/migrate.html" || [ $? = 1 ]

# The states of the projects that are shown, in their order.
states() {
    tr -d '\n' | sed 's/<tbody/\n<tbody/g' | sed -n 's/^<tbody><tr class="main[^>]*data-kind="\([a-z]*\)".*/\1/p' | tr '\n' ' '
}

# How many files the links lead to, and how many of them are there; then the first link to a report.
links() {
    python3 -c '
import html, os, re, sys, urllib.parse
links = {html.unescape(link) for link in re.findall("href=\"([^\"#]+)\"", sys.stdin.read())}
paths = [urllib.parse.unquote(urllib.parse.urlparse(urllib.parse.urljoin("file://%s/migrate.html" % sys.argv[1], link)).path)
         for link in links]
print(len(paths), sum(map(os.path.isfile, paths)), *[link for link in links if link.endswith("/report.html")])' "$folder"
}

migrated=$(page migrate.html '')
expect 'what needs a person is first' 'refused partial complete complete complete complete complete ' "$(echo "$migrated" | states)"
expect 'filtered by status' 'partial ' "$(page migrate.html 'kind=partial' | states)"
expect 'link of a rule' 1 "$(echo "$migrated" | grep -c 'href="#q=shape-not-observed"')"
expect 'search for a rule' 'partial ' "$(page migrate.html 'q=shape-not-observed' | states)"
expect 'search for a reason' 'refused ' "$(page migrate.html 'q=unreadable' | states)"
expect 'search for a name' 'complete ' "$(page migrate.html 'q=%C3%BCbersicht' | states)"
expect 'by minutes' 'partial refused complete complete complete complete complete ' \
    "$(page migrate.html 'sort=minutes&dir=desc' | states)"
expect 'sum of minutes' 1 "$(page migrate.html 'kind=complete' | grep -c '5 projects<.*data-label="Minutes" data-value="124">0<')"
# shellcheck disable=SC2046 # three words
set -- $(echo "$migrated" | links)
expect 'links lead to files' '8 8' "$1 $2"
expect 'the report of a conversion' 1 "$(page "$3" '' | grep -c '<h1>.*sync-webshop_orders-to-warehouse_api')"
[ $status = 0 ] && echo 'browser: 22 passed, 0 failed'
exit $status
