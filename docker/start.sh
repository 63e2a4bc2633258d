#!/usr/bin/env bash
# What the image runs: nothing is written but in /data and /tmp, so that its root can be read-only.
set -eu
[ -n "${QINGYI_DATABASE_URL:-}" ] || [ -e "${QINGYI_SECRETS_DIR:-/run/secrets}/qingyi_database_url" ] \
  || export QINGYI_DATABASE_URL=sqlite:////data/qingyi.db
[ -e /data/keyword_lists ] || cp -r keyword_lists /data/keyword_lists
qingyi database upgrade
exec qingyi serve --host 0.0.0.0
