#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The systemd unit: its options are right, and what it may do is little. What the manager hears of
# the program: notify.sh beside this, tests/live/service.sh.
. "${EPW_SRCDIR:-.}/tests/cli/lib.sh"
unit=${EPW_BUILDDIR:-$here/build}/contrib/epwatch@.service

"$epwatch" --help | sed -n '/^options:/,/^$/s/^  \(-[^ ]*\).*/\1/p' | tr -d , >known
sed -n '/^ExecStart=/,/[^\\]$/p' "$unit" | tr ' ' '\n' | grep '^-' >used
[ "$(wc -l <used)" -ge 3 ] || fail 'the unit has lost its options'
while IFS= read -r option; do
    grep -qx -- "$option" known || fail "the unit has $option, which epwatch has not"
done <used
grep -q '@bindir@' "$unit" && fail 'the unit has no path of the program'

command -v systemd-analyze >/dev/null 2>&1 || exit $bad
# The program is not installed here, and its place is not what is tested
sed 's|^ExecStart=[^ ]*|ExecStart=/bin/true|; /^Documentation/d' "$unit" >"$work/epwatch@.service"
systemd-analyze verify "$work/epwatch@.service" >verify 2>&1 || [ ! -s verify ] || { cat verify; fail 'verify'; }
grep -E 'epwatch@\.service:[0-9]+:' verify && fail 'the unit has lines that systemd does not know'
# Tenths: below 5.0 is OK, below 2.0 is where it is now
if systemd-analyze --help | grep -q -- --offline; then
    systemd-analyze security --offline=true --threshold=20 "$work/epwatch@.service" >security 2>&1 ||
        { tail -1 security; fail 'more exposed than OK'; }
    grep -Eq 'Overall exposure level.*(OK|SAFE|PERFECT)' security || { tail -1 security; fail 'not OK'; }
fi
if command -v systemd-sysusers >/dev/null 2>&1; then
    mkdir -p root/etc
    systemd-sysusers --root="$work/root" "$here/contrib/epwatch.sysusers" >sysusers 2>&1 ||
        { cat sysusers; fail 'sysusers'; }
    grep -q '^epwatch:' root/etc/passwd || fail 'no user epwatch was made'
fi

exit $bad
