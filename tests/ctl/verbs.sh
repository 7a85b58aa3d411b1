#!/bin/sh
# Every verb of kosmoctl against a kosmod of this build.
command -v python3 >/dev/null || {
	echo "skipped: python3 was not found"
	exit 77
}
# Where kosmoctl looks for its catalogues, as configure was told.
prefix=$(sed -n 's/^prefix = //p' Makefile)
export prefix
for name in datarootdir localedir; do
	value=$(sed -n "s/^$name = //p" Makefile)
	eval "$name=\"$value\""
done
# shellcheck disable=SC2154 # set by eval
LOCALEDIR=$localedir
export LOCALEDIR
KOSMOD=$PWD/kosmod/kosmod KOSMOCTL=$PWD/kosmoctl/kosmoctl
PYTHONDONTWRITEBYTECODE=1
export KOSMOD KOSMOCTL PYTHONDONTWRITEBYTECODE
here=${srcdir:-.}/tests
exec python3 "$here/side_by_side.py" "$here/ctl/test_verbs.py" \
	"$here/ctl/test_import.py" "$here/ctl/test_members.py" \
	"$here/ctl/test_words.py"
