#!/bin/sh
# Rules that a look at the text can hold: sizes, words, calls, invariants.
set -eu
cd "${srcdir:-.}"
failed=0

complain() {
	[ -z "$2" ] || {
		echo "$1:"
		printf '%s\n' "$2" | sed 's/^/  /'
		failed=1
	}
}

ours=$(find libkosmo pam_kosmo kosmod kosmoctl post warden touch worker -name '*.[ch]' | sort)
tests=$(find tests -name '*.[ch]' | sort)
# shellcheck disable=SC2086,SC2046 # lists of files
{
complain "files over 400 lines" "$(wc -l $ours |
    awk '$2 != "total" && $1 > 400')"
complain "functions over 60 lines" "$(awk '
    FNR == 1 { start = 0 }
    /^{/ { start = FNR }
    /^}/ && start { if (FNR - start > 60) print FILENAME ":" start
        start = 0 }' $ours)"
complain "lines over 80 columns" "$(expand $ours |
    awk 'length($0) > 80' | LC_ALL=C grep -v '[^ -~]' || :)"
complain "words that promise something for later" "$(grep -nE \
    '\b(TODO|FIXME|XXX|HACK|for now|not implemented|stub)\b' $ours $tests || :)"
complain "calls that are not used here" "$(grep -nE \
    '\b(strcpy|strcat|sprintf|vsprintf|gets|strtok|atoi|atol|alloca|system|popen|rand|srand|mktemp|tmpnam|putenv)\(' \
    $ours | grep -vE '\b(strcpy|strcat)\([a-z]+, "[^"]*"\)' || :)"
complain "memset where a wipe is meant" "$(grep -nE \
    '\bmemset\([^;]*(secret|seed)' $ours || :)"
complain "marks of a merge" "$(grep -rnE '^(<<<<<<<|>>>>>>>)( |$)' libkosmo \
    pam_kosmo kosmod kosmoctl post warden touch worker etc man po tests ./*.md || :)"
complain "catch-all names" "$(printf '%s\n' $ours |
    grep -E '/(util|utils|common|misc|helper)s?\.[ch]$' || :)"
complain "libkosmo and pam_kosmo with assertions, logs of libkosmo, exits" \
    "$(grep -nE '\bassert\(' libkosmo/*.c pam_kosmo/*.c ||
    grep -nE '\b(syslog|fprintf|exit|_exit|abort)\(' libkosmo/*.c || :)"
complain "pam_kosmo forks, opens files, knows the store" "$(grep -nE \
    '\b(fork|vfork|execv[pe]*|execl[pe]*|open|openat|fopen|pthread_create|signal|sigaction|gdbm_[a-z]+)\(' \
    pam_kosmo/*.c || :)"
complain "GDBM outside its one file" "$(grep -ln 'gdbm\.h' $ours |
    grep -v '^kosmod/keeper/store_gdbm' || :)"
complain "PAM codes outside pam_kosmo" "$(grep -lE '\bPAM_(SUCCESS|AUTH_ERR|IGNORE)\b' \
    $(printf '%s\n' $ours | grep -v '^pam_kosmo/') || :)"
complain "headers without a guard" "$(grep -L '^#ifndef KOSMO_' \
    $(printf '%s\n' $ours | grep '\.h$') || :)"
complain "sources that do not begin with config.h" "$(for f in $ours; do
    case $f in *.c) grep -m 1 '^#include' "$f" |
        grep -q '"config.h"' || echo "$f" ;; esac
done)"
}
exit "$failed"
