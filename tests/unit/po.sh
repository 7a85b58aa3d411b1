#!/bin/sh
# Fails on a text that is missing, fuzzy or not the same as in the sources.
for tool in xgettext msgcmp msgattrib msgcat; do
	command -v "$tool" >/dev/null || {
		echo "skipped: $tool was not found (install gettext)"
		exit 77
	}
done
exec "${srcdir:-.}/po/check" "${srcdir:-.}"
