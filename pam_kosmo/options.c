#include "config.h"

#include "options.h"

#include <stddef.h>
#include <string.h>
#include <sys/un.h>

#include "libkosmo/msg.h"
#include "libkosmo/path.h"

/* value is what stands behind '=', or NULL where there is no '='. */
struct option {
	const char *name;
	int (*parse)(struct options *o, const char *value);
};

static int
parse_socket(struct options *o, const char *value)
{
	struct sockaddr_un un;

	if (value == NULL || value[0] != '/' ||
	    strlen(value) >= sizeof(un.sun_path))
		return KOSMO_EINVAL;
	o->socket = value;
	return KOSMO_OK;
}

static int
add_step(struct options *o, const char *word, size_t len)
{
	uint32_t bit;

	if (len == strlen("password") && memcmp(word, "password", len) == 0)
		bit = OPT_STEP_PASSWORD;
	else if (len == strlen("factor") && memcmp(word, "factor", len) == 0)
		bit = OPT_STEP_FACTOR;
	else
		return KOSMO_EINVAL;
	if ((o->hello & bit) != 0)
		return KOSMO_EINVAL;
	o->hello |= bit;
	return KOSMO_OK;
}

static int
parse_steps(struct options *o, const char *value)
{
	int r;

	if (value == NULL)
		return KOSMO_EINVAL;
	o->hello |= OPT_STEPS;
	for (;;) {
		size_t len = strcspn(value, ",");

		if ((r = add_step(o, value, len)) != KOSMO_OK)
			return r;
		if (value[len] == '\0')
			return KOSMO_OK;
		value += len + 1;
	}
}

static int
parse_unknown(struct options *o, const char *value)
{
	if (value != NULL && strcmp(value, "fail") == 0)
		o->hello |= OPT_UNKNOWN_FAIL;
	else if (value != NULL && strcmp(value, "ignore") == 0)
		o->hello |= OPT_UNKNOWN_IGNORE;
	else
		return KOSMO_EINVAL;
	return KOSMO_OK;
}

static int
parse_use_first_pass(struct options *o, const char *value)
{
	if (value != NULL || o->try_first_pass)
		return KOSMO_EINVAL;
	o->use_first_pass = true;
	return KOSMO_OK;
}

static int
parse_try_first_pass(struct options *o, const char *value)
{
	if (value != NULL || o->use_first_pass)
		return KOSMO_EINVAL;
	o->try_first_pass = true;
	return KOSMO_OK;
}

static int
parse_debug(struct options *o, const char *value)
{
	if (value != NULL)
		return KOSMO_EINVAL;
	o->debug = true;
	o->hello |= OPT_DEBUG;
	return KOSMO_OK;
}

static const struct option options[] = {
	{ "socket", parse_socket },
	{ "steps", parse_steps },
	{ "unknown", parse_unknown },
	{ "use_first_pass", parse_use_first_pass },
	{ "try_first_pass", parse_try_first_pass },
	{ "debug", parse_debug },
};

#define N_OPTIONS (sizeof(options) / sizeof(options[0]))

static int
parse_word(struct options *o, const char *word, uint32_t *seen)
{
	size_t len = strcspn(word, "=");

	for (size_t i = 0; i < N_OPTIONS; i++) {
		if (strlen(options[i].name) != len ||
		    memcmp(options[i].name, word, len) != 0)
			continue;
		if ((*seen & 1U << i) != 0)
			return KOSMO_EINVAL;
		*seen |= 1U << i;
		return options[i].parse(
		    o, word[len] == '=' ? word + len + 1 : NULL);
	}
	return KOSMO_EINVAL;
}

int
options_parse(
    struct options *o, int argc, const char **argv, const char **ret_bad)
{
	uint32_t seen = 0;

	memset(o, 0, sizeof(*o));
	o->socket = KOSMO_SOCKET;
	for (int i = 0; i < argc; i++) {
		if (parse_word(o, argv[i], &seen) != KOSMO_OK) {
			*ret_bad = argv[i];
			return KOSMO_EINVAL;
		}
	}
	return KOSMO_OK;
}
