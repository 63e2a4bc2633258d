#!/usr/bin/env bash
# Puts the locked Python packages and Qingyi itself into a virtual environment: `python-packages.sh .venv [LOCK]`, by
# requirements-run.lock only what runs. Where Qingyi's own files are not there yet (an image is built layer by layer), the
# packages alone.
set -u
cd "$(dirname "$0")/.." || exit 1
venv=${1:?usage: python-packages.sh VENV [LOCK]}
lock=${2:-requirements.lock}
python=${PYTHON:-python3}
mkdir -p var
log=$PWD/var/setup.log

fail() { echo "setup: $1: $(grep -E '^(ERROR|E:)' "$log" | tail -n 1 | cut -c1-160) (see $log)" >&2; exit 1; }

[ -x "$venv/bin/python" ] || {
  echo "== making $venv with $("$python" --version)"
  "$python" -m venv "$venv" >>"$log" 2>&1 || fail "no virtual environment could be made in $venv"
}
echo "== installing $(grep -c '^[a-z].*==' "$lock") locked Python packages into $venv (a few minutes the first time)"
"$venv/bin/python" -m pip install --quiet --require-hashes -r "$lock" >>"$log" 2>&1 \
  || fail "pip could not install $lock (network?)"
[ -e pyproject.toml ] || exit 0
"$venv/bin/python" -m pip install --quiet --no-deps --editable . >>"$log" 2>&1 \
  || fail "pip could not install the project itself"
[ "$lock" != requirements.lock ] || touch "$venv/.installed"  # all that `make test` needs
