#!/bin/sh
# Holds keys.tsv against the table of keys in kosmod/conf_keys.c: each key has
# a row, its test is one of the suite, and has the words that set the key.
set -eu
cd "${srcdir:-.}"
failed=0
table=tests/docs/keys.tsv
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
tab=$(printf '\t')

bad() {
	echo "$*"
	failed=1
}

# "section<tab>key<tab>member" for each row of the table in the sources
sed -n '/^static const struct key keys/,/^};/p' kosmod/conf_keys.c |
    tr '\n' ' ' | sed 's/SERVICE/"service"/g' |
    grep -o '{ "[a-z-]*", "[a-z-]*", K_[A-Z_]*, [A-Z]*([a-z_.]*)' |
    sed 's/{ "\([^"]*\)", "\([^"]*\)", K_[A-Z_]*, [A-Z]*(\(.*\))/\1\t\2\t\3/' \
	> "$scratch/keys"
[ -s "$scratch/keys" ] || bad "no table of keys found"
grep -v '^#' "$table" > "$scratch/rows"

# Each key is tried, and its default is said.
while IFS=$tab read -r section key member; do
	grep -q "^$section$tab$key$tab" "$scratch/rows" ||
	    bad "$table has no test of [$section] $key"
	grep -qF "{ \"$section\", \"$key\"," tests/unit/test_conf.c ||
	    grep -q "^default$tab$section $key$tab" "$scratch/rows" ||
	    bad "no test says the default of [$section] $key"
done < "$scratch/keys"

# Each row is of a key that there is, and what it says is there.
while IFS=$tab read -r section key test words; do
	case $test in
	*.flow) list=tests/flow/scripts.am ;;
	*.c) list=Makefile.am ;;
	*) list=Makefile.am ;;
	esac
	[ -f "$test" ] || bad "$table names $test, which is not there"
	grep -qF "${test%.c}" "$list" || bad "$test is no test of $list"
	[ -n "$words" ] || bad "$table: no words of $test"
	grep -qF -e "$words" "$test" || bad "$test does not say: $words"
	case $section in default | number) continue ;; esac
	member=$(awk -F "$tab" -v s="$section" -v k="$key" \
	    '$1 == s && $2 == k { print $3 }' "$scratch/keys")
	[ -n "$member" ] || {
		bad "$table: there is no [$section] $key"
		continue
	}
	case $words in
	*"$key"* | *"$member"*) ;;
	*) bad "$table: \"$words\" does not name [$section] $key" ;;
	esac
done < "$scratch/rows"
exit "$failed"
