#!/bin/sh
# Install what the tests need and this machine lacks. Debian's packages only; says so when it cannot.
set -eu
missing=""
log=$(mktemp)
ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || command -v initdb >/dev/null 2>&1 || [ -n "${TEST_DATABASE_URL:-}" ] || missing="$missing postgresql"
command -v nginx >/dev/null 2>&1 || missing="$missing nginx-light"
command -v chromium >/dev/null 2>&1 || missing="$missing chromium"
[ -n "$(find /usr/share/fonts -iname '*cjk*' -print -quit 2>/dev/null)" ] || missing="$missing fonts-noto-cjk"
command -v softhsm2-util >/dev/null 2>&1 || missing="$missing softhsm2"
{ command -v mariadb-install-db && command -v my_print_defaults; } >/dev/null 2>&1 || missing="$missing mariadb-server-core mariadb-client-core"
[ -z "$missing" ] && exit 0
if [ "$(id -u)" != 0 ] && command -v sudo >/dev/null 2>&1; then as="sudo -n"; else as=""; fi
echo "installing$missing"
# shellcheck disable=SC2086
{ $as apt-get update -qq && DEBIAN_FRONTEND=noninteractive $as apt-get install -y -qq --no-install-recommends $missing; } >"$log" 2>&1 || {
  tail -5 "$log"
  echo "could not install:$missing — install them by hand, or set TEST_DATABASE_URL and ALLOW_NO_CHROMIUM=1" >&2
  exit 1
}
