#!/usr/bin/env bash
# Installs what Qingyi needs from Debian: `debian-packages.sh python|app|test`.
#   python  the module that makes virtual environments
#   app     Chromium, what drives it, fonts with Chinese glyphs, PostgreSQL's client programs
#   test    PostgreSQL's server programs (no server is started, no cluster is made), a reader of PDF files, nginx,
#           what lets a clock jump, Chromium without windows for the tests of our own pages
# Does nothing where everything is there. Fails with one line that says what is missing.
set -u
cd "$(dirname "$0")/.." || exit 1
mkdir -p var
log=var/setup.log

fail() { echo "setup: $1" >&2; exit 1; }

missing=()
case "${1:-}" in
  python)
    "${PYTHON:-python3}" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
      || fail "Python 3.11 or newer is needed: install python3, or pass PYTHON=/path/to/python3.11"
    "${PYTHON:-python3}" -c 'import ensurepip, venv' 2>/dev/null || missing+=(python3-venv) ;;
  app)
    command -v chromium >/dev/null || missing+=(chromium)
    command -v pg_dump >/dev/null || missing+=(postgresql-client)  # qingyi backup
    for library in libpango-1.0.so.0 libpangoft2-1.0.so.0 libharfbuzz-subset.so.0; do  # of WeasyPrint
      ls /usr/lib/*/$library >/dev/null 2>&1 || missing+=("$(echo "$library" | sed -E 's/-1\.0\.so\./-1.0-/; s/\.so\./-/; s/subset-0/subset0/')")
    done
    ls /usr/lib/*/libatomic.so.1 >/dev/null 2>&1 || missing+=(libatomic1)  # of Playwright's own driver
    { command -v fc-list >/dev/null && [ -n "$(fc-list :lang=zh 2>/dev/null)" ]; } || missing+=(fontconfig fonts-noto-cjk) ;;
  test)
    ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || missing+=(postgresql)
    ls /usr/lib/*/faketime/libfaketime.so.1 >/dev/null 2>&1 || missing+=(libfaketime)
    command -v chromium-headless-shell >/dev/null || missing+=(chromium-headless-shell)
    command -v pdftotext >/dev/null || missing+=(poppler-utils)
    command -v nginx >/dev/null || [ -x /usr/sbin/nginx ] || missing+=(nginx-light) ;;
  *) fail "usage: debian-packages.sh python|app|test" ;;
esac
[ "${#missing[@]}" -gt 0 ] || exit 0

command -v apt-get >/dev/null || fail "apt-get is not here; install by hand: ${missing[*]}"
as_root=()
if [ "$(id -u)" -ne 0 ]; then
  command -v sudo >/dev/null || fail "neither root nor sudo; install by hand: ${missing[*]}"
  as_root=(sudo)
fi

echo "== installing Debian packages: ${missing[*]} (log: $log)"
apt() { "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -y -q "$@" >>"$log" 2>&1; }
# The tests start PostgreSQL themselves, so Debian's own cluster on port 5432 is not made.
if [[ " ${missing[*]} " == *" postgresql "* ]]; then
  "${as_root[@]}" mkdir -p /etc/postgresql-common
  [ -e /etc/postgresql-common/createcluster.conf ] \
    || echo "create_main_cluster = false" | "${as_root[@]}" tee /etc/postgresql-common/createcluster.conf >/dev/null
fi
# Neither does nginx's own service start: while it is installed, a policy says that none may.
if [[ " ${missing[*]} " == *" nginx-light "* ]] && [ ! -e /usr/sbin/policy-rc.d ]; then
  printf '#!/bin/sh\nexit 101\n' | "${as_root[@]}" tee /usr/sbin/policy-rc.d >/dev/null
  "${as_root[@]}" chmod +x /usr/sbin/policy-rc.d
  trap '"${as_root[@]}" rm -f /usr/sbin/policy-rc.d' EXIT
fi
apt update || echo "setup: apt-get update failed (going on with the package lists at hand)" >&2
apt install --no-install-recommends "${missing[@]}" \
  || fail "apt-get could not install ${missing[*]}: $(grep -E '^E: ' "$log" | tail -n 1 | cut -c1-160) (see $log)"
