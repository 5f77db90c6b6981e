#!/bin/sh
# Installs into a temporary folder and builds programs against what is there: shared with pkg-config, static, and in C++;
# looks at names, manual pages and completions; and takes everything away again.
# usage: run.sh BUILD; the compilers are $CC and $CXX, python is $PYTHON.
set -eu
build=$1
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT

fail() {
    echo "install: $*" >&2
    exit 1
}

# Folders that are there already, as on every machine: nothing else may stay.
mkdir -p "$root/usr/bin" "$root/usr/include" "$root/usr/lib/pkgconfig" "$root/usr/share/doc" "$root/usr/share/man/man1" \
    "$root/usr/share/man/man3" "$root/usr/share/man/man7" "$root/usr/share/bash-completion/completions" \
    "$root/usr/share/zsh/site-functions" "$root/usr/share/fish/vendor_completions.d"
find "$root/usr" | sort >"$root/before.txt"
${MAKE:-make} --no-print-directory install BUILD="$build" DESTDIR="$root" PREFIX=/usr >/dev/null
export PKG_CONFIG_PATH="$root/usr/lib/pkgconfig" PKG_CONFIG_SYSROOT_DIR="$root"
"$root/usr/bin/jpk" pack samples/http-json "$root/x.jpk"

# shellcheck disable=SC2046 # pkg-config prints words
shared() {
    ${CC:-cc} -Wall -Wextra -Werror -o "$root/$1" "$2" $(pkg-config --cflags --libs jpk)
}

shared shared tests/install/consumer.c
LD_LIBRARY_PATH="$root/usr/lib" "$root/shared" "$root/x.jpk" >"$root/shared.txt"

# shellcheck disable=SC2046
${CC:-cc} -Wall -Wextra -Werror -o "$root/static" tests/install/consumer.c $(pkg-config --cflags jpk) \
    "$root/usr/lib/libjpk.a" \
    $(PKG_CONFIG_SYSROOT_DIR='' pkg-config --libs libzip jansson expat libcrypto zlib libpcre2-8 libidn2 yaml-0.1) \
    -lunistring -lpthread
"$root/static" "$root/x.jpk" >"$root/static.txt"
cmp "$root/shared.txt" "$root/static.txt"
if ldd "$root/static" | grep -q libjpk; then
    fail "the static program needs the shared library"
fi

# The example of the manual prints a recipe.
shared example "$root/usr/share/doc/jpk/example.c"
LD_LIBRARY_PATH="$root/usr/lib" "$root/example" "$root/x.jpk" | sed '1{/^200$/d}' >"$root/example.json"
"$root/usr/bin/jpk" schema validate --quiet --schema recipe-1 "$root/example.json" || fail "doc/example.c prints no recipe"

# A program in C++ that includes every header, each alone and in any order, and links every function that they declare.
# A header none of whose functions is there yet is left out, with a line.
nm -D --defined-only "$root/usr/lib/libjpk.so" | awk 'NF == 3 { print $3 }' | sort >"$root/has.txt"
${PYTHON:-python3} doc/api.py names "$root"/usr/include/jpk/*.h | sort -k2 >"$root/declared.txt"
join -1 2 -2 1 "$root/declared.txt" "$root/has.txt" | cut -d' ' -f2 | sort -u >"$root/made.txt"
cut -d' ' -f1 "$root/declared.txt" | sort -u | comm -23 - "$root/made.txt" >"$root/empty.txt"
while read -r header; do
    echo "  skipped: no function of $header is in the library"
    grep -v "^$header " "$root/declared.txt" >"$root/rest.txt"
    mv "$root/rest.txt" "$root/declared.txt"
done <"$root/empty.txt"
{
    for header in $(find "$root/usr/include/jpk" -name '*.h' | sort -r); do
        echo "#include <jpk/$(basename "$header")>"
    done
    echo '#include <cstdio>'
    echo 'typedef void function();'
    echo 'static function *const all[] = {'
    sed 's/.* \(.*\)/    reinterpret_cast<function *>(\1),/' "$root/declared.txt"
    echo '};'
    echo 'int main() { for (function *one : all) if (!one) return 1; std::puts(jpk_version()); return 0; }'
} >"$root/all.cpp"
# shellcheck disable=SC2046
${CXX:-c++} -std=c++11 -Wall -Wextra -Werror -o "$root/all" "$root/all.cpp" $(pkg-config --cflags --libs jpk)
[ "jpk $(LD_LIBRARY_PATH="$root/usr/lib" "$root/all")" = "$("$root/usr/bin/jpk" --version)" ] || fail "C++: another version"
cut -d' ' -f1 "$root/declared.txt" | sort -u | while read -r header; do
    grep -q "#include <$header>" tests/install/consumer.c || fail "tests/install/consumer.c uses nothing of $header"
done

# Nothing but the public names leaves the library.
for library in "$root/usr/lib/libjpk.so" "$root/usr/lib/libjpk.a"; do
    case $library in
    *.so) names=$(nm -D --defined-only "$library") ;;
    *) names=$(nm -g --defined-only "$library") ;;
    esac
    if stray=$(echo "$names" | awk 'NF == 3 { print $3 }' | grep -v '^jpk_'); then
        fail "$library exports names without jpk_: $stray"
    fi
done

# A page for each command and topic that the program knows, and no other.
"$root/usr/bin/jpk" help | sed -n '/^commands:/,/^$/s/^  \([a-z ]*[a-z]\)  .*/jpk-\1.1/p' | tr ' ' - >"$root/pages.txt"
"$root/usr/bin/jpk" help | sed -n '/^topics:/,/^$/s/^  \([a-z-]*\)  .*/jpk-\1.7/p' >>"$root/pages.txt"
printf 'jpk.1\nlibjpk.3\n' >>"$root/pages.txt"
find "$root/usr/share/man" -type f -exec basename {} \; | sort >"$root/man.txt"
sort "$root/pages.txt" | diff - "$root/man.txt" >&2 || fail "the manual pages are not those of the program's help"
for shell in bash/bash-completion/completions/jpk zsh/zsh/site-functions/_jpk fish/fish/vendor_completions.d/jpk.fish; do
    "$root/usr/bin/jpk" completion "${shell%%/*}" | cmp - "$root/usr/share/${shell#*/}" || fail "completion: $shell"
done

${MAKE:-make} --no-print-directory uninstall BUILD="$build" DESTDIR="$root" PREFIX=/usr >/dev/null
find "$root/usr" | sort | diff "$root/before.txt" - >&2 || fail "uninstall left something"
echo "install: 1 passed, 0 failed"
