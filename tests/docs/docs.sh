#!/bin/sh
# Holds the documentation against the sources: every file named exists, and
# every key of the configuration is known in all three places or in none.
# Reasons of refusals are in the manual.
set -eu
cd "${srcdir:-.}"
failed=0
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

differ() {
	if ! diff "$2" "$3" > "$scratch/diff"; then
		echo "$1:"
		cat "$scratch/diff"
		failed=1
	fi
}

# "section key" for each row of the table in the sources
sed -n '/^static const struct key keys/,/^};/p' kosmod/conf_keys.c |
    tr '\n' ' ' | sed 's/SERVICE/"service"/g' |
    grep -o '{ "[a-z-]*", "[a-z-]*", K_' |
    sed 's/.*"\(.*\)", "\(.*\)".*/\1 \2/' | sort > "$scratch/code"
sed -n 's/^#\{0,1\}\[\([a-z-]*\).*\]$/[ \1/p
    s/^#\{0,1\}\([a-z-]*\) =.*/\1/p' etc/kosmod.conf |
    awk '/^\[/ { section = $2; next } { print section, $1 }' |
    sort > "$scratch/example"
sed -n 's/^\.Ss Section \([a-z-]*\).*/[ \1/p
    s/^\.It Ic \([a-z-]*\).*/\1/p' man/kosmod.conf.5 |
    awk '/^\[/ { section = $2; next } { print section, $1 }' |
    sort > "$scratch/man"
[ -s "$scratch/code" ] || { echo "no table of keys found"; failed=1; }
differ "keys: kosmod/conf_keys.c and etc/kosmod.conf" \
    "$scratch/code" "$scratch/example"
differ "keys: kosmod/conf_keys.c and man/kosmod.conf.5" \
    "$scratch/code" "$scratch/man"

# Reasons that programs may find in --json.
sed -n 's/^\t\[REASON_.* = { "\([^"]*\)",.*/\1/p' kosmod/reason.c |
    grep . > "$scratch/reasons"
[ -s "$scratch/reasons" ] || { echo "no table of reasons found"; failed=1; }
while read -r reason; do
	grep -q "^\.Qq $reason\( ,\| \.\)\{0,1\}\$" man/kosmoctl.1 || {
		echo "man/kosmoctl.1 does not name the reason $reason"
		failed=1
	}
done < "$scratch/reasons"

# Files and folders named in backquotes that begin with one of our rooms.
for doc in README.md ARCHITECTURE.md HACKING.md SECURITY.md PROTOCOL.md; do
	grep -o '`[a-zA-Z_./-]*`' "$doc" | tr -d '`' |
	    grep -E '^(libkosmo|pam_kosmo|kosmod|kosmoctl|post|warden|touch|etc|man|po|tests)/' |
	    sort -u > "$scratch/named" || :
	while read -r name; do
		if [ ! -e "$name" ] && [ ! -e "$name.c" ]; then
			echo "$doc names $name, which is not there"
			failed=1
		fi
	done < "$scratch/named"
done

# The codemap has a line for each source file.
for file in libkosmo/*.c pam_kosmo/*.c kosmod/*.c kosmod/*/*.c \
    kosmod/talk/*/*.c kosmoctl/*.c post/*.c warden/*.c \
    touch/*.c; do
	[ -e "$file" ] || continue
	base=$(basename "$file" .c)
	grep -Eq "(^|[^a-z_])$base([^a-z_]|\$)" ARCHITECTURE.md || {
		echo "ARCHITECTURE.md does not name $file"
		failed=1
	}
done
exit "$failed"
