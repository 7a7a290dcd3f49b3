#!/bin/sh
# Installs those of the named Debian packages that are missing, where this user may: as root or with
# a sudo that asks for no password. Elsewhere it says what to install, and is no failure: what needs
# a package says so itself.
set -u

missing=""
for package in "$@"; do
    status=$(dpkg-query --show --showformat='${db:Status-Status}' "$package" 2>/dev/null)
    [ "$status" = installed ] || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

if ! command -v apt-get >/dev/null; then
    echo "Not installed here:$missing (the names are Debian's)." >&2
    exit 0
fi
if [ "$(id -u)" = 0 ]; then
    as_root=""
elif sudo -n true 2>/dev/null; then
    as_root="sudo -n"
else
    echo "Not installed here:$missing. Install them with: sudo apt-get install$missing" >&2
    exit 0
fi
export DEBIAN_FRONTEND=noninteractive
# shellcheck disable=SC2086 # lists of words
{ $as_root apt-get update -qq && $as_root apt-get install -qq --no-install-recommends $missing >/dev/null; } \
    || echo "Could not install$missing; the rows that need them will say so." >&2
exit 0
