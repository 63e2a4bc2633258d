#!/usr/bin/env bash
# Puts the viewer by which evidence is replayed into a folder: `viewer.sh FOLDER`. It is ReplayWeb.page (AGPL-3.0), as the
# public uses it, unchanged; what Qingyi's own licence covers does not contain it. Needs npm to fetch it, nothing to run it.
set -eu
cd "$(dirname "$0")/.."
folder=${1:?usage: viewer.sh FOLDER}
package=replaywebpage@2.5.3
sha512=nCj2PSON3BxeSJKE8AsYPyULv0XPZKJWfy4l9PyQre9SqwLZ+WKZVs/sfLqPOQ4GrH+0YkjbwOhr8cSTH08gsQ==
[ "$(cat "$folder/VERSION" 2>/dev/null)" = "$package" ] && exit 0

mkdir -p var "$folder"
command -v npm >/dev/null || {
  echo "== installing npm from Debian (log: var/setup.log)"
  apt-get install -y -q --no-install-recommends npm >>var/setup.log 2>&1 || { echo "setup: npm is needed for $package" >&2; exit 1; }
}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
echo "== fetching the viewer $package"
(cd "$scratch" && npm pack --silent "$package" >/dev/null) || { echo "setup: npm could not fetch $package" >&2; exit 1; }
found=$(openssl dgst -sha512 -binary "$scratch"/*.tgz | openssl base64 -A)
[ "$found" = "$sha512" ] || { echo "setup: $package is not what it was: sha512 $found" >&2; exit 1; }
tar -xzf "$scratch"/*.tgz -C "$scratch"
cp "$scratch"/package/{ui.js,sw.js,LICENSE} "$folder/"
echo "$package" >"$folder/VERSION"
