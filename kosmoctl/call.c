/*
 * call.c: the arguments of a HELLO.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "kosmoctl/verb.h"
#include "libkosmo/utf8.h"

int
call_wrong(struct call *c, enum outcome what, const char *msgid,
    const struct word_fill *fills)
{
	words(c->wrong, c->lang, msgid, fills);
	return (int)what;
}

int
call_no_memory(struct call *c)
{
	return call_wrong(c, REFUSED, N_("out of memory"), NULL);
}

static void
copy(char *to, size_t size, const char *from)
{
	(void)snprintf(to, size, "%s", from);
}

/* What a message can carry; else c->wrong says why not. */
static int
check(struct call *c, const char *name, size_t len, const char *value)
{
	char shown[64];

	(void)snprintf(shown, sizeof(shown), "%.*s",
	    len < sizeof(shown) ? (int)len : 0, name);
	if (len >= sizeof(c->hello.args[0].name) ||
	    strlen(value) >= sizeof(c->hello.args[0].value)) {
		(void)call_wrong(c, USAGE,
		    len == 0 ? N_("An argument is too long.")
			     : N_("--{option} is too long."),
		    FILLS({ "option", shown }));
		return KOSMO_ETOOBIG;
	}
	if (!utf8_clean(value, strlen(value), false)) {
		(void)call_wrong(c, USAGE,
		    len == 0 ? N_("An argument holds control characters, or "
				  "is not UTF-8.")
			     : N_("--{option} holds control characters, or is "
				  "not UTF-8."),
		    FILLS({ "option", shown }));
		return KOSMO_EINVAL;
	}
	return KOSMO_OK;
}

static int
call_add(struct call *c, const char *name, size_t len, const char *value)
{
	struct msg_arg *a = &c->hello.args[c->hello.n_args];
	int r = check(c, name, len, value);

	if (r != KOSMO_OK)
		return r;
	if (c->hello.n_args == ARGS_MAX) {
		(void)call_wrong(c, USAGE, N_("too many arguments"), NULL);
		return KOSMO_ETOOBIG;
	}
	memset(a, 0, sizeof(*a));
	memcpy(a->name, name, len);
	copy(a->value, sizeof(a->value), value);
	c->hello.n_args++;
	return KOSMO_OK;
}

int
call_set(struct call *c, const char *name, const char *value)
{
	int r;

	for (uint8_t i = 0; i < c->hello.n_args; i++) {
		struct msg_arg *a = &c->hello.args[i];

		if (strcmp(a->name, name) != 0)
			continue;
		if ((r = check(c, name, strlen(name), value)) == KOSMO_OK)
			copy(a->value, sizeof(a->value), value);
		return r;
	}
	return call_add(c, name, strlen(name), value);
}

/* Options of kosmoctl itself: nothing that kosmod needs to know. */
static bool
is_own(const struct args_option *o)
{
	static const char *const own[] = { "socket", "json", "stdin" };

	for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++) {
		if (strlen(own[i]) == o->name_len &&
		    memcmp(own[i], o->name, o->name_len) == 0)
			return true;
	}
	return false;
}

int
call_fill(struct call *c)
{
	const struct args *a = c->args;
	int r = KOSMO_OK;

	for (size_t i = 0; i < a->n_words && r == KOSMO_OK; i++)
		r = call_add(c, "", 0, a->words[i]);
	for (size_t i = 0; i < a->n_options && r == KOSMO_OK; i++) {
		const struct args_option *o = &a->options[i];

		if (!is_own(o))
			r = call_add(c, o->name, o->name_len,
			    o->value == NULL ? "" : o->value);
	}
	return r;
}
