#!/bin/sh
# Write deploy/.env for compose.yaml: a random password of the database, the domain, the code of the node.
set -eu
[ $# = 2 ] || { echo "usage: sh deploy/prepare.sh DOMAIN NODE" >&2; exit 2; }
file=$(dirname "$0")/.env
[ ! -e "$file" ] || { echo "$file is there already: a new password would not open the database" >&2; exit 1; }
umask 077
password=$(od -An -N24 -tx1 /dev/urandom | tr -d ' \n')
printf 'DATABASE_PASSWORD=%s\nDOMAIN=%s\nNODE=%s\n' "$password" "$1" "$2" >"$file"
echo "written: $file"
