#!/bin/sh
# Builds the Debian packages from a copy of the tree, source and binary, looks at them with lintian, and builds a program
# against what they hold. usage: debian.sh BUILD
set -eu
place=$1/debian
rm -rf "$place"
mkdir -p "$place/jpk"
git ls-files -z --cached --others --exclude-standard | xargs -0 cp --parents --no-dereference --target-directory "$place/jpk"

cd "$place/jpk"
for what in -S -b; do
    dpkg-buildpackage -us -uc "$what" >"../build$what.txt" 2>&1 || {
        tail -40 "../build$what.txt" >&2
        exit 1
    }
done
cd ..
lintian --version
lintian --allow-root --fail-on error,warning --info --tag-display-limit 0 ./*.changes

for package in ./jpk_*.deb ./libjpk0_*.deb ./libjpk-dev_*.deb; do
    dpkg-deb --extract "$package" root
done
libraries=$(dirname "$(find "$PWD/root/usr/lib" -name libjpk.so)")
export PKG_CONFIG_PATH="$libraries/pkgconfig" PKG_CONFIG_SYSROOT_DIR="$PWD/root"
root/usr/bin/jpk pack jpk/samples/http-json x.jpk
# shellcheck disable=SC2046 # pkg-config prints words
${CC:-cc} -o consumer jpk/tests/install/consumer.c $(pkg-config --cflags --libs jpk)
LD_LIBRARY_PATH=$libraries ./consumer x.jpk >consumer.txt
grep -q "^$(root/usr/bin/jpk --version)\$" consumer.txt
ls -l ./*.deb ./*.dsc
echo "debian: 1 passed, 0 failed"
