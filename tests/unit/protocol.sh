#!/bin/sh
# PROTOCOL.md against the tables of libkosmo/msg*.c, kosmod/kmsg*.c and
# kosmod/priv.c: the same messages, types, tags, fields, kinds and sizes.
set -u
src=${srcdir:-.}
layouts=${LAYOUTS:-tests/unit/layouts}
dir=$(mktemp -d) || exit 99
trap 'rm -rf "$dir"' EXIT

# The names of fields stand in the sources alone: "MESSAGE tag field".
awk '
/CODEC_[A-Z0-9]+\([0-9]/ {
	split($0, a, /[(),][ ]*/)
	tag[++n] = a[2]
	field[n] = a[4]
	sub(/.*[.]/, "", field[n])
}
/CODEC_LAYOUT\(/ { layout = 1 }
layout && /"/ {
	layout = 0
	split($0, a, "\"")
	for (i = 1; i <= n; i++)
		print a[2], tag[i], field[i]
	n = 0
}' "$src/libkosmo/msg.c" "$src/libkosmo/msg_people.c" \
	"$src/libkosmo/msg_key.c" "$src/kosmod/kmsg_passkey.c" \
	"$src/kosmod/kmsg.c" \
	"$src/kosmod/kmsg_admin.c" "$src/kosmod/kmsg_journey.c" "$src/kosmod/priv.c" | sort -u >"$dir/names"

"$layouts" | sort -u >"$dir/layouts" || exit 1
awk 'NR == FNR { name[$1, $2] = $3; next }
{
	line = $1 " (" $2 ") " $3 " " name[$1, $3]
	for (i = 4; i <= NF; i++)
		line = line " " $i
	print line
}' "$dir/names" "$dir/layouts" | sort >"$dir/code"

awk '
/^### / { message = $2 " " $3 }
/^## / { message = "" }
message != "" && /^\| [0-9]+ \|/ {
	split($0, a, / *\| */)
	print message, a[2], a[3], a[4]
}' "$src/PROTOCOL.md" | sort >"$dir/doc"

if [ "$(wc -l <"$dir/code")" -lt 100 ]; then
	echo "only $(wc -l <"$dir/code") fields found in the sources"
	exit 1
fi
if ! diff "$dir/code" "$dir/doc" >"$dir/diff"; then
	echo "< stands in the tables, > in PROTOCOL.md:"
	cat "$dir/diff"
	exit 1
fi
echo "$(wc -l <"$dir/doc") fields agree"
