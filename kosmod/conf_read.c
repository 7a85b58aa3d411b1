#include "config.h"

#include "conf_read.h"

#include <ini.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "libkosmo/utf8.h"

/*
 * The parser of inih works line by line and calls back for each key; for
 * values that go on in indented lines it calls again. So a key is kept until
 * the next one begins.
 */
struct reading {
	FILE *in;
	const char *name; /* of the file */
	FILE *err;
	struct conf *conf;
	bool failed;
	unsigned line;
	bool indented; /* this line */
	struct {
		char section[64];
		char key[64];
		char value[CONF_LIST_LEN + 1];
		unsigned line; /* 0: nothing kept */
	} kept;
	bool seen[CONF_KEYS_MAX];
	bool seen_of[CONF_SERVICES_MAX][CONF_KEYS_MAX];
};

__attribute__((format(printf, 3, 4))) static void
fail_at(struct reading *r, unsigned line, const char *fmt, ...)
{
	va_list ap;

	r->failed = true;
	(void)fprintf(r->err, "%s:%u: ", r->name, line);
	va_start(ap, fmt);
	(void)vfprintf(r->err, fmt, ap);
	va_end(ap);
	(void)fputc('\n', r->err);
}

/* The row of [service NAME], made from the plain one if it is new. */
static struct conf_service *
service_row(struct reading *r, const char *section, unsigned line)
{
	const char *name = strchr(section, ' ') + 1;
	struct conf *conf = r->conf;
	struct conf_service *row;

	name += strspn(name, " \t");
	for (uint32_t i = 0; i < conf->n_services; i++) {
		if (strcmp(conf->services[i].name, name) == 0)
			return &conf->services[i];
	}
	if (conf->n_services == CONF_SERVICES_MAX) {
		fail_at(r, line, "more than %d services", CONF_SERVICES_MAX);
		return NULL;
	}
	row = &conf->services[conf->n_services++];
	*row = conf_plain_service;
	(void)snprintf(row->name, sizeof(row->name), "%s", name);
	return row;
}

static void
set_kept(struct reading *r)
{
	const char *section = r->kept.section;
	int key = conf_key_find(section, r->kept.key);
	struct conf_service *row = NULL;
	bool *seen = r->seen;
	struct complaint c = { "" };

	if (key == -1) {
		fail_at(r, r->kept.line, "unknown key \"%s\" in [%s]",
		    r->kept.key, section);
		return;
	}
	if (strchr(section, ' ') != NULL) {
		if ((row = service_row(r, section, r->kept.line)) == NULL)
			return;
		seen = r->seen_of[row - r->conf->services];
	}
	if (seen[key]) {
		fail_at(r, r->kept.line, "[%s] %s is there twice", section,
		    r->kept.key);
		return;
	}
	seen[key] = true;
	if (conf_key_set(r->conf, row, key, r->kept.value, &c) != KOSMO_OK)
		fail_at(r, r->kept.line, "[%s] %s: %s", section, r->kept.key,
		    c.text);
}

static void
flush_kept(struct reading *r)
{
	if (r->kept.line != 0 && conf_key_section(r->kept.section))
		set_kept(r);
	r->kept.line = 0;
}

/* The further line of a value, with one space between. */
static void
keep_more(struct reading *r, const char *value)
{
	size_t len = strlen(r->kept.value);

	if (len + 1 + strlen(value) >= sizeof(r->kept.value))
		fail_at(r, r->line, "[%s] %s is longer than %d bytes",
		    r->kept.section, r->kept.key, CONF_LIST_LEN);
	else
		(void)snprintf(r->kept.value + len, sizeof(r->kept.value) - len,
		    "%s%s", len > 0 ? " " : "", value);
}

static int
on_key(void *arg, const char *section, const char *key, const char *value)
{
	struct reading *r = arg;

	if (r->indented && r->kept.line != 0 &&
	    strcmp(r->kept.section, section) == 0 &&
	    strcmp(r->kept.key, key) == 0) {
		keep_more(r, value);
		return 1;
	}
	flush_kept(r);
	if (section[0] == '\0') {
		fail_at(r, r->line, "\"%s\" is before any [section]", key);
		return 1;
	}
	(void)snprintf(r->kept.section, sizeof(r->kept.section), "%s", section);
	(void)snprintf(r->kept.key, sizeof(r->kept.key), "%s", key);
	(void)snprintf(r->kept.value, sizeof(r->kept.value), "%s", value);
	r->kept.line = r->line;
	return 1;
}

/* inih takes names beyond 49 bytes apart, and says nothing of empty ones. */
static void
check_section(struct reading *r, const char *line)
{
	char name[256];
	size_t len = strcspn(line + 1, "]");

	if (len >= 50 || line[1 + len] != ']') {
		fail_at(r, r->line, "\"%.60s\" is no section", line);
		return;
	}
	(void)snprintf(name, sizeof(name), "%.*s", (int)len, line + 1);
	if (!conf_key_section(name))
		fail_at(r, r->line, "unknown section [%s]", name);
}

/* One line without its end; false if it can't be given to inih. */
static bool
check_line(struct reading *r, char *line, size_t len, size_t room)
{
	for (size_t i = 0; i < len; i++) {
		if (line[i] == '\t')
			line[i] = ' ';
	}
	if (!utf8_clean(line, len, false)) {
		fail_at(
		    r, r->line, "not clean UTF-8, or with a control character");
		return false;
	}
	if (len + 2 > room) {
		fail_at(r, r->line,
		    "longer than %zu bytes (a value may go on in the next "
		    "line if that is indented)",
		    room - 2);
		return false;
	}
	r->indented = line[0] == ' ';
	if (line[0] == '[')
		check_section(r, line);
	else if (line[strspn(line, " ")] != '\0' &&
	    strchr("#;", line[0]) == NULL && !r->indented &&
	    strpbrk(line, "=:") == NULL)
		fail_at(r, r->line, "\"%.60s\" is no key = value", line);
	return true;
}

static char *
read_line(char *out, int size, void *arg)
{
	struct reading *r = arg;
	char *line = NULL;
	size_t cap = 0;
	ssize_t n = getline(&line, &cap, r->in);
	size_t len = n > 0 ? (size_t)n : 0;

	if (n < 0) {
		free(line);
		return NULL;
	}
	r->line++;
	if (len > 0 && line[len - 1] == '\n')
		line[--len] = '\0';
	if (len > 0 && line[len - 1] == '\r')
		line[--len] = '\0';
	if (check_line(r, line, len, (size_t)size))
		(void)snprintf(out, (size_t)size, "%s\n", line);
	else
		(void)snprintf(out, (size_t)size, "\n");
	free(line);
	return out;
}

int
conf_read(FILE *in, const char *name, struct conf *conf, FILE *err)
{
	struct reading *r = calloc(1, sizeof(*r));
	int ret;

	if (r == NULL)
		return KOSMO_ENOMEM;
	r->in = in;
	r->name = name;
	r->err = err;
	r->conf = conf;
	ret = ini_parse_stream(read_line, r, on_key, r);
	flush_kept(r);
	if (ferror(in))
		fail_at(r, r->line, "could not be read");
	else if (ret != 0 && !r->failed)
		fail_at(r, ret > 0 ? (unsigned)ret : 0, "is no key = value");
	ret = r->failed ? KOSMO_EINVAL : KOSMO_OK;
	free(r);
	return ret;
}
