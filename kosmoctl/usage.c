#include "config.h"

#include "usage.h"

#include <string.h>

void
usage_put(FILE *out, const char *before, const struct verb *v)
{
	const char *p = v->arguments;
	int column = fprintf(out, "%skosmoctl %s", before, v->name);

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
