/* Terms of use for a script, in a folder that kosmod believes. */
#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "script_in.h"
#include "server.h"

static const char *const names[] = { "terms.en", "terms.ja" };
/* Of a script that has mail sent, and of one with a block list. */
static const char *const others[] = { "mbox", "blocklist" };

static FILE *
open_sample(struct script *s, const char *name)
{
	const char *srcdir = getenv("srcdir");
	char path[4096];
	FILE *f;

	snprintf(path, sizeof(path), "%s/tests/flow/terms/%s",
	    srcdir != NULL ? srcdir : ".", name);
	if ((f = fopen(path, "re")) == NULL)
		script_fail(s, "%s can't be read", path);
	return f;
}

/* Ends writing a file that kosmod will believe. */
static void
give(struct script *s, FILE *f, const char *path)
{
	if (fclose(f) != 0 || chmod(path, 0644) != 0)
		script_fail(s, "%s can't be written", path);
	if (geteuid() == 0 &&
	    chown(path, server_owner(s->world->name), (gid_t)-1) != 0)
		script_fail(s, "%s can't be given away", path);
}

/* A copy whose version is another, unless that is NULL. */
static void
copy(struct script *s, const char *name, const char *version)
{
	char path[128], line[1024];
	FILE *from = open_sample(s, name), *to;

	snprintf(path, sizeof(path), "%s/%s", s->terms, name);
	if ((to = fopen(path, "we")) == NULL)
		script_fail(s, "%s can't be written", path);
	while (fgets(line, sizeof(line), from) != NULL) {
		if (version != NULL && strncmp(line, "Version: ", 9) == 0)
			fprintf(to, "Version: %s\n", version);
		else
			fputs(line, to);
	}
	fclose(from);
	give(s, to, path);
}

void
terms_write(struct script *s, const char *version)
{
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		copy(s, names[i], version);
}

void
terms_make(struct script *s)
{
	snprintf(s->terms, sizeof(s->terms), "/tmp/kosmo-terms-XXXXXX");
	if (mkdtemp(s->terms) == NULL || chmod(s->terms, 0755) != 0)
		script_fail(s, "no folder for the terms");
	if (geteuid() == 0 &&
	    chown(s->terms, server_owner(s->world->name), (gid_t)-1) != 0)
		script_fail(s, "%s can't be given away", s->terms);
	terms_write(s, NULL);
}

void
terms_blocklist(struct script *s)
{
	char path[128];
	FILE *f;

	if (s->terms[0] == '\0')
		script_fail(s, "a block list stands beside terms: first those");
	snprintf(path, sizeof(path), "%s/blocklist", s->terms);
	if ((f = fopen(path, "we")) == NULL)
		script_fail(s, "%s can't be written", path);
	fputs("Blue-sky-42\n", f);
	give(s, f, path);
}

static void
remove_file(const struct script *s, const char *name)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/%s", s->terms, name);
	unlink(path);
}

void
terms_done(struct script *s)
{
	if (s->terms[0] == '\0')
		return;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		remove_file(s, names[i]);
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		remove_file(s, others[i]);
	rmdir(s->terms);
}
