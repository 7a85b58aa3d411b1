#include "config.h"

#include "args.h"

#include <stdio.h>
#include <string.h>

#include "kosmoctl/verb.h"
#include "libkosmo/path.h"

/* Options of every verb, in the form of a usage line. */
static const char general[] =
    "[--socket PATH] [--json] [--stdin] [--help] [--version]";

static int
wrong(struct args *a, const char *msgid, const struct word_fill *fills)
{
	words(a->wrong, a->lang, msgid, fills);
	return KOSMO_EINVAL;
}

/* The same about an option. */
static int
wrong_option(struct args *a, const char *msgid, const char *name, size_t len)
{
	char shown[65];

	(void)snprintf(
	    shown, sizeof(shown), "%.*s", len > 64 ? 64 : (int)len, name);
	return wrong(a, msgid, FILLS({ "option", shown }));
}

/* Where the option stands in a usage line, behind its name; or NULL. */
static const char *
find_option(const char *line, const char *name, size_t len)
{
	const char *p = line;

	while ((p = strstr(p, "--")) != NULL) {
		p += 2;
		if (strncmp(p, name, len) == 0 &&
		    (p[len] == '\0' || strchr(" ]", p[len]) != NULL))
			return p + len;
	}
	return NULL;
}

static bool
has_value(const char *behind)
{
	return behind[0] == ' ' && strchr("[-", behind[1]) == NULL;
}

/* As find_option, in the lines of all verbs. */
static const char *
find_anywhere(const struct verb *table, const char *name, size_t len)
{
	const char *p = find_option(general, name, len);

	for (; p == NULL && table->name != NULL; table++)
		p = find_option(table->arguments, name, len);
	return p;
}

const char *
args_option(const struct args *a, const char *name)
{
	for (size_t i = 0; i < a->n_options; i++) {
		const struct args_option *o = &a->options[i];

		if (strlen(name) == o->name_len &&
		    memcmp(o->name, name, o->name_len) == 0)
			return o->value == NULL ? "" : o->value;
	}
	return NULL;
}

/* Takes the option at argv[*i], and its value. */
static int
take_option(const struct verb *table, char *const *argv, int *i, struct args *a)
{
	struct args_option o = { argv[*i] + 2, 0, NULL };
	const char *equals = strchr(o.name, '='), *behind;

	o.name_len =
	    equals != NULL ? (size_t)(equals - o.name) : strlen(o.name);
	behind = find_anywhere(table, o.name, o.name_len);
	if (behind == NULL)
		return wrong_option(
		    a, N_("unknown option --{option}"), o.name, o.name_len);
	if (!has_value(behind) && equals != NULL)
		return wrong_option(
		    a, N_("--{option} takes no value"), o.name, o.name_len);
	if (has_value(behind)) {
		o.value = equals != NULL ? equals + 1 : argv[++*i];
		if (o.value == NULL)
			return wrong_option(a, N_("--{option} needs a value"),
			    o.name, o.name_len);
	}
	for (size_t k = 0; k < a->n_options; k++) {
		if (a->options[k].name_len == o.name_len &&
		    memcmp(a->options[k].name, o.name, o.name_len) == 0)
			return wrong_option(a, N_("--{option} is given twice"),
			    o.name, o.name_len);
	}
	if (a->n_options == ARGS_OPTIONS)
		return wrong(a, N_("too many options"), NULL);
	a->options[a->n_options++] = o;
	return KOSMO_OK;
}

static int
take_all(const struct verb *table, char *const *argv, struct args *a)
{
	bool ended = false;
	int r;

	for (int i = 1; argv[i] != NULL; i++) {
		if (!ended && strcmp(argv[i], "--") == 0) {
			ended = true;
		} else if (!ended && strncmp(argv[i], "--", 2) == 0) {
			if ((r = take_option(table, argv, &i, a)) != KOSMO_OK)
				return r;
		} else if (!ended && argv[i][0] == '-' && argv[i][1] != '\0') {
			return wrong(a, N_("unknown option {word}"),
			    FILLS({ "word", argv[i] }));
		} else if (a->n_words == ARGS_WORDS) {
			return wrong(a, N_("too many arguments"), NULL);
		} else {
			a->words[a->n_words++] = argv[i];
		}
	}
	return KOSMO_OK;
}

/* How many of the words are the name of v; 0 if they are not. */
static size_t
names(const struct verb *v, const struct args *a)
{
	const char *space = strchr(v->name, ' ');
	size_t n = space != NULL ? (size_t)(space - v->name) : strlen(v->name);

	if (a->n_words < 1 || strlen(a->words[0]) != n ||
	    memcmp(a->words[0], v->name, n) != 0)
		return 0;
	if (space == NULL)
		return 1;
	return a->n_words > 1 && strcmp(a->words[1], space + 1) == 0 ? 2 : 0;
}

/* Sets a->verb and takes its words away. */
static bool
name_verb(const struct verb *table, struct args *a)
{
	for (; table->name != NULL; table++) {
		size_t n = names(table, a);

		if (n > 0) {
			a->verb = table;
			a->n_words -= n;
			memmove(a->words, a->words + n,
			    a->n_words * sizeof(a->words[0]));
			return true;
		}
	}
	return false;
}

static int
find_verb(const struct verb *table, struct args *a)
{
	if (name_verb(table, a) || a->n_words == 0)
		return KOSMO_OK;
	return wrong(a,
	    a->n_words > 1 ? N_("unknown verb {verb} {word}")
			   : N_("unknown verb {verb}"),
	    FILLS({ "verb", a->words[0] },
		{ "word", a->n_words > 1 ? a->words[1] : "" }));
}

static int
check_options(struct args *a)
{
	char shown[65];

	for (size_t i = 0; i < a->n_options; i++) {
		const struct args_option *o = &a->options[i];

		(void)snprintf(shown, sizeof(shown), "%.*s",
		    o->name_len > 64 ? 64 : (int)o->name_len, o->name);
		if (find_option(general, o->name, o->name_len) == NULL &&
		    find_option(a->verb->arguments, o->name, o->name_len) ==
			NULL)
			return wrong(a, N_("{verb} takes no option --{option}"),
			    FILLS({ "verb", a->verb->name },
				{ "option", shown }));
	}
	return KOSMO_OK;
}

static int
missing_word(struct args *a, const char *name, size_t len)
{
	char shown[65];

	(void)snprintf(
	    shown, sizeof(shown), "%.*s", len > 64 ? 64 : (int)len, name);
	return wrong(a, N_("{word} is missing"), FILLS({ "word", shown }));
}

/* Walks the usage line: what must be there, and how many words may. */
static int
check_words(struct args *a)
{
	const char *p = a->verb->arguments;
	size_t n = 0;

	while (*p != '\0') {
		bool optional = *p == '[';
		const char *name = p + (optional ? 1 : 0);
		size_t len = strcspn(name, " ]");

		p = name + len;
		if (strncmp(name, "--", 2) == 0) {
			if (has_value(p))
				p += 1 + strcspn(p + 1, " ]");
			name += 2;
			len -= 2;
			if (!optional &&
			    find_option(general, name, len) == NULL) {
				char buf[32] = "";

				(void)snprintf(
				    buf, sizeof(buf), "%.*s", (int)len, name);
				if (args_option(a, buf) == NULL)
					return wrong_option(a,
					    N_("--{option} is missing"), name,
					    len);
			}
		} else if (++n > a->n_words && !optional) {
			return missing_word(a, name, len);
		}
		p += strspn(p, " ]");
	}
	if (a->n_words > n)
		return wrong(a, N_("too many arguments: {word}"),
		    FILLS({ "word", a->words[n] }));
	return KOSMO_OK;
}

int
args_parse(const struct verb *table, int argc, char *const *argv,
    enum lang lang, struct args *ret)
{
	int r;

	memset(ret, 0, sizeof(*ret));
	ret->socket = KOSMO_SOCKET;
	ret->lang = lang;
	if (argc < 1)
		return wrong(ret, N_("a verb is missing"), NULL);
	if ((r = take_all(table, argv, ret)) != KOSMO_OK) {
		(void)name_verb(table, ret);
		return r;
	}
	if ((r = find_verb(table, ret)) != KOSMO_OK)
		return r;
	ret->json = args_option(ret, "json") != NULL;
	ret->answers = args_option(ret, "stdin") != NULL;
	ret->help = args_option(ret, "help") != NULL;
	ret->version = args_option(ret, "version") != NULL;
	if (args_option(ret, "socket") != NULL)
		ret->socket = args_option(ret, "socket");
	if (ret->help || ret->version)
		return KOSMO_OK;
	if (ret->verb == NULL)
		return wrong(ret, N_("a verb is missing"), NULL);
	if ((r = check_options(ret)) != KOSMO_OK)
		return r;
	return check_words(ret);
}
