#!/bin/sh
# What the module is for the programs that load it: libc and libpam alone,
# pam_sm_* alone, 64 KiB at most.
set -u
so=${MODULE:-.libs/pam_kosmo.so}
failed=0

fail()
{
	echo "$*"
	failed=1
}

for tool in nm objdump strip; do
	command -v "$tool" >/dev/null || {
		echo "skipped: $tool is missing (install binutils)"
		exit 77
	}
done
if nm -D "$so" | grep -q __asan_; then
	echo "skipped: built with sanitizers"
	exit 77
fi

names=$(nm -D --defined-only "$so" | awk '{ print $3 }' | sort | tr '\n' ' ')
want="pam_sm_acct_mgmt pam_sm_authenticate pam_sm_chauthtok \
pam_sm_close_session pam_sm_open_session pam_sm_setcred "
[ "$names" = "$want" ] || fail "exports: $names"

needed=$(objdump -p "$so" | awk '$1 == "NEEDED" { print $2 }')
for lib in $needed; do
	case $lib in
	libc.so.* | libpam.so.* | ld-linux*) ;;
	*) fail "needs $lib" ;;
	esac
done

for name in fork vfork execve pthread_create signal sigaction setenv \
	abort __assert_fail exit system popen syslog open open64 fopen; do
	nm -D --undefined-only "$so" | sed 's/@.*//' | grep -qw "$name" &&
		fail "calls $name"
done

# The environment is the caller's: one file asks it, for the agent at sudo.
ask=$(grep -lw 'getenv' "${srcdir:-.}"/pam_kosmo/*.c | tr '\n' ' ')
[ "$ask" = "${srcdir:-.}/pam_kosmo/agent.c " ] || fail "getenv in: $ask"

stripped=$(mktemp) || exit 99
strip -o "$stripped" "$so"
size=$(wc -c <"$stripped")
rm -f "$stripped"
[ "$size" -le 65536 ] || fail "$size bytes, stripped"
echo "$size bytes, stripped; needs" $needed
exit $failed
