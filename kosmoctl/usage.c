#include "config.h"

#include "usage.h"

#include <string.h>

#include "kosmoctl/table.h"

void
usage_put(FILE *out, const char *before, const struct verb *v)
{
	const char *p = v->arguments;
	int column = (int)table_width(before);

	(void)fputs(before, out);
	column += fprintf(out, "kosmoctl %s", v->name);
	while (*p != '\0') {
		/* An option and its value, with their brackets, stay one. */
		const char *end = *p == '[' ? strchr(p, ']') : NULL;
		size_t n =
		    end != NULL ? (size_t)(end - p) + 1 : strcspn(p, " ");

		if (column + 1 + (int)n > 80)
			column = fprintf(out, "\n%*s", 7, "") - 1;
		column += fprintf(out, " %.*s", (int)n, p);
		p += n;
		p += strspn(p, " ");
	}
	(void)fputc('\n', out);
}

void
usage_wrong(const struct verb *v, enum lang lang)
{
	usage_put(stderr, tr(lang, N_("usage: ")), v);
}
