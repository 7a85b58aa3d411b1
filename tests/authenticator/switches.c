#include "config.h"

#include "tests/authenticator/switches.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define WORDS 4

struct row {
	const char *name;
	const char *words[WORDS]; /* none: a number */
	int number;
};

static const struct row rows[SWITCHES] = {
	[SW_TOUCH] = { "touch", { "at-once", "never", "told", "late" }, 0 },
	[SW_LATE_MS] = { "late-ms", { NULL }, 300 },
	[SW_GIVE_UP_MS] = { "give-up-ms", { NULL }, 30000 },
	[SW_UP_FLAG] = { "up-flag", { "right", "missing" }, 0 },
	[SW_UV_FLAG] = { "uv-flag", { "right", "missing" }, 0 },
	[SW_RP_HASH] = { "rp-hash", { "right", "wrong" }, 0 },
	[SW_COUNTER] = { "counter", { "rises", "stays", "back", "zero" }, 0 },
	[SW_SIGNATURE] = { "signature", { "right", "bad" }, 0 },
	[SW_ALGORITHMS] = { "algorithms", { "all", "es256", "eddsa", "rs256" },
	    0 },
	[SW_ANSWER] = { "answer", { "asked", "es256", "eddsa", "rs256" }, 0 },
	[SW_REPLY] = { "reply", { "whole", "truncated", "oversized" }, 0 },
	[SW_FRAMES] = { "frames", { "whole", "short" }, 0 },
	[SW_KEEPALIVE] = { "keepalive", { "ends", "forever" }, 0 },
	[SW_VANISH] = { "vanish", { "no", "yes" }, 0 },
	[SW_CREDENTIAL] = { "credential", { "right", "wrong" }, 0 },
	[SW_EXTENSIONS] = { "extensions", { "no", "yes" }, 0 },
	[SW_GARBAGE] = { "garbage", { "no", "yes" }, 0 },
	[SW_PIN_AUTH] = { "pin-auth", { "free", "blocked" }, 0 },
	[SW_PIN_PROTOCOLS] = { "pin-protocols", { "both", "one", "two" }, 0 },
	[SW_PIN_CHANGE] = { "pin-change", { "no", "due" }, 0 },
	[SW_UV] = { "uv", { "none", "unset", "set" }, 0 },
	[SW_FINGER_FAILS] = { "finger-fails", { NULL }, 0 },
	[SW_VERSION] = { "version", { "2.1", "2.0" }, 0 },
	[SW_ATTESTATION] = { "attestation", { "self", "x5c", "none", "u2f" },
	    0 },
	[SW_U2F] = { "u2f", { "no", "only" }, 0 },
	[SW_MAKE_WITHOUT_UV] = { "make-without-uv", { "no", "yes" }, 0 },
	[SW_PROTECT] = { "protect", { "no", "all" }, 0 },
};

void
switches_default(struct switches *s)
{
	for (size_t i = 0; i < SWITCHES; i++)
		s->v[i] = rows[i].number;
}

static bool
number(const char *text, int *value)
{
	char *end;
	long n;

	errno = 0;
	n = strtol(text, &end, 10);
	if (errno != 0 || end == text || *end != '\0' || n < 0 || n > 86400000)
		return false;
	*value = (int)n;
	return true;
}

bool
switches_set(struct switches *s, const char *name, const char *value)
{
	for (size_t i = 0; i < SWITCHES; i++) {
		if (strcmp(name, rows[i].name) != 0)
			continue;
		if (rows[i].words[0] == NULL)
			return number(value, &s->v[i]);
		for (int w = 0; w < WORDS && rows[i].words[w] != NULL; w++)
			if (strcmp(value, rows[i].words[w]) == 0) {
				s->v[i] = w;
				return true;
			}
	}
	return false;
}

void
switches_list(FILE *to)
{
	for (size_t i = 0; i < SWITCHES; i++) {
		fprintf(to, "  %s", rows[i].name);
		if (rows[i].words[0] == NULL)
			fprintf(to, " NUMBER (%d)", rows[i].number);
		for (int w = 0; w < WORDS && rows[i].words[w] != NULL; w++)
			fprintf(
			    to, "%s%s", w == 0 ? " " : "|", rows[i].words[w]);
		fputc('\n', to);
	}
}
