#include "config.h"

#include "user_id.h"

#include <string.h>
#include <strings.h>

#include "libkosmo/utf8.h"

bool
user_id_denied(const struct conf *conf, const char *id)
{
	size_t n = strlen(id);

	for (const char *p = conf->user_id.deny; *p != '\0';) {
		size_t len = strcspn(p, " ");

		if (len == n && strncasecmp(p, id, n) == 0)
			return true;
		p += len + strspn(p + len, " ");
	}
	return false;
}

/* The rule that this character breaks; 0: none. */
static uint32_t
rule_of(const struct conf *conf, uint32_t c)
{
	if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
		return 0;
	if (c >= 'A' && c <= 'Z')
		return ID_UPPER;
	if (c > 0x7e)
		return c < 0xa0 ? ID_CONTROL : ID_WIDE;
	if (c < ' ')
		return ID_CONTROL;
	if (c == ' ')
		return ID_SPACE;
	return strchr(conf->user_id.symbols, (char)c) != NULL ? 0 : ID_SYMBOL;
}

uint32_t
user_id_rules(const struct conf *conf, const char *id, char symbols[static 65])
{
	size_t length = 0, n = 0, step, len = strlen(id);
	uint32_t broken = 0, rule, c;

	for (size_t at = 0; at < len; at += step, length++) {
		if ((step = utf8_next(id + at, len - at, &c)) == 0) {
			step = 1;
			c = 0;
		}
		rule = rule_of(conf, c);
		broken |= rule;
		if (rule == ID_SYMBOL && n < 64 &&
		    memchr(symbols, (char)c, n) == NULL)
			symbols[n++] = (char)c;
	}
	symbols[n] = '\0';
	broken |= length < conf->user_id.min ? ID_SHORT : 0;
	broken |= length > conf->user_id.max ? ID_LONG : 0;
	return broken;
}

bool
user_id_good(const struct conf *conf, const char *id)
{
	char symbols[65];

	return user_id_rules(conf, id, symbols) == 0 &&
	    !user_id_denied(conf, id);
}
