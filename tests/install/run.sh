#!/bin/sh
# Installs into a temporary folder and builds a program against what is there: shared with pkg-config, and static.
# usage: run.sh BUILD; the compiler is $CC.
set -eu
build=$1
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT

${MAKE:-make} --no-print-directory install BUILD="$build" DESTDIR="$root" PREFIX=/usr >/dev/null
export PKG_CONFIG_PATH="$root/usr/lib/pkgconfig" PKG_CONFIG_SYSROOT_DIR="$root"
"$root/usr/bin/jpk" pack samples/http-json "$root/x.jpk"

# shellcheck disable=SC2046 # pkg-config prints words
${CC:-cc} -Wall -Werror -o "$root/shared" tests/install/consumer.c $(pkg-config --cflags --libs jpk)
LD_LIBRARY_PATH="$root/usr/lib" "$root/shared" "$root/x.jpk" >"$root/shared.txt"

# shellcheck disable=SC2046
${CC:-cc} -Wall -Werror -o "$root/static" tests/install/consumer.c $(pkg-config --cflags jpk) "$root/usr/lib/libjpk.a" \
    $(PKG_CONFIG_SYSROOT_DIR='' pkg-config --libs libzip jansson libxml-2.0 libcrypto zlib libpcre2-8 libidn2 yaml-0.1) \
    -lunistring -lpthread
"$root/static" "$root/x.jpk" >"$root/static.txt"

cmp "$root/shared.txt" "$root/static.txt"
if ldd "$root/static" | grep -q libjpk; then
    echo "install: the static program needs the shared library" >&2
    exit 1
fi
# Nothing but the public names leaves the library.
for library in "$root/usr/lib/libjpk.so" "$root/usr/lib/libjpk.a"; do
    case $library in
    *.so) names=$(nm -D --defined-only "$library") ;;
    *) names=$(nm -g --defined-only "$library") ;;
    esac
    if stray=$(echo "$names" | awk 'NF == 3 { print $3 }' | grep -v '^jpk_'); then
        echo "install: $library exports names without jpk_: $stray" >&2
        exit 1
    fi
done
${MAKE:-make} --no-print-directory uninstall BUILD="$build" DESTDIR="$root" PREFIX=/usr >/dev/null
if find "$root/usr" -type f -o -type l | grep .; then
    echo "install: uninstall left files" >&2
    exit 1
fi
echo "install: 1 passed, 0 failed"
