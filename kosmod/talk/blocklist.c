#include "config.h"

#include "blocklist.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Read once, before any talk process is forked. */
static char **entries;
static size_t n_entries;

static int
compare(const void *a, const void *b)
{
	const char *const *x = a, *const *y = b;

	return strcasecmp(*x, *y);
}

static int
add(const char *line, size_t *room)
{
	char **more;

	if (n_entries == *room) {
		*room = *room == 0 ? 1024 : *room * 2;
		more = reallocarray(entries, *room, sizeof(*entries));
		if (more == NULL)
			return KOSMO_ENOMEM;
		entries = more;
	}
	if ((entries[n_entries] = strdup(line)) == NULL)
		return KOSMO_ENOMEM;
	n_entries++;
	return 0;
}

int
blocklist_open(const char *path)
{
	char line[1024];
	size_t room = 0;
	FILE *f = NULL;
	int r = 0;

	blocklist_close();
	if (path[0] == '\0')
		return 0;
	if ((f = fopen(path, "re")) == NULL)
		return KOSMO_ENOTFOUND;
	while (r == 0 && fgets(line, sizeof(line), f) != NULL) {
		line[strcspn(line, "\r\n")] = '\0';
		if (line[0] != '\0')
			r = add(line, &room);
	}
	if (r == 0 && ferror(f))
		r = KOSMO_EIO;
	fclose(f);
	if (r != 0)
		blocklist_close();
	else if (n_entries > 0)
		qsort(entries, n_entries, sizeof(*entries), compare);
	return r;
}

void
blocklist_close(void)
{
	for (size_t i = 0; i < n_entries; i++)
		free(entries[i]);
	free(entries);
	entries = NULL;
	n_entries = 0;
}

bool
blocklist_holds(const char *text)
{
	return n_entries > 0 &&
	    bsearch(&text, entries, n_entries, sizeof(*entries), compare) !=
	    NULL;
}
