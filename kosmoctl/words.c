#include "config.h"

#include "words.h"

#include <errno.h>
#include <locale.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const char *
locale_name(void)
{
	static const char *const names[] = { "LC_ALL", "LC_MESSAGES", "LANG" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const char *value = getenv(names[i]);

		if (value != NULL && value[0] != '\0')
			return value;
	}
	return "";
}

static bool
draws_japanese(const char *locale)
{
	const char *term = getenv("TERM");

	if (term != NULL && strcmp(term, "linux") == 0)
		return false;
	return strcasestr(locale, "utf-8") != NULL ||
	    strcasestr(locale, "utf8") != NULL;
}

bool
words_open(void)
{
	const char *name = locale_name();

	if (name[0] == '\0')
		name = "C.UTF-8";
	return (strcasecmp(name, "C.UTF-8") == 0 ||
		   strcasecmp(name, "C.utf8") == 0) &&
	    draws_japanese(name);
}

enum lang
words_language(void)
{
	const char *name = locale_name();
	enum lang lang = LANG_EN;

	if (!lang_parse(name, &lang) || !draws_japanese(name))
		return LANG_EN;
	return lang;
}

enum lang
words_begin(void)
{
	enum lang lang = words_language();

	/* Widths of characters are known in any UTF-8 locale. */
	if (setlocale(LC_CTYPE, "C.UTF-8") == NULL)
		(void)setlocale(LC_CTYPE, "");
	/* Slips need both languages, whatever the terminal's is. */
	if (lang_open(KOSMO_LOCALEDIR) != KOSMO_OK)
		return LANG_EN;
	return lang;
}

static const char *
find_fill(const struct word_fill *fills, const char *name, size_t len)
{
	for (; fills != NULL && fills->name != NULL; fills++) {
		if (strlen(fills->name) == len &&
		    memcmp(fills->name, name, len) == 0)
			return fills->value;
	}
	return NULL;
}

void
words(char ret[static WORDS_LEN], enum lang lang, const char *msgid,
    const struct word_fill *fills)
{
	const char *s = tr(lang, msgid);
	size_t n = 0;

	while (*s != '\0' && n < WORDS_LEN - 1) {
		const char *end = *s == '{' ? strchr(s, '}') : NULL;
		const char *value = end == NULL
		    ? NULL
		    : find_fill(fills, s + 1, (size_t)(end - s) - 1);

		if (value == NULL) {
			ret[n++] = *s++;
			continue;
		}
		for (; *value != '\0' && n < WORDS_LEN - 1; value++)
			ret[n++] = *value;
		s = end + 1;
	}
	ret[n] = '\0';
}

const char *
words_errno(int err)
{
	switch (err) {
	case ENOENT:
		return N_("No such file or directory");
	case EACCES:
	case EPERM:
		return N_("Permission denied");
	case EISDIR:
		return N_("Is a directory");
	case ENOTDIR:
		return N_("Not a directory");
	case EEXIST:
		return N_("is there already");
	case ELOOP:
		return N_("is a symbolic link");
	case EROFS:
	case ENOSPC:
		return N_("the disk is full or can't be written");
	default:
		return strerror(err);
	}
}
