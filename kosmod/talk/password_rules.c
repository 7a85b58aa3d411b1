#include "config.h"

#include "password_rules.h"

#include <stdio.h>
#include <string.h>

#include "kosmod/talk/blocklist.h"
#include "kosmod/talk/text.h"
#include "libkosmo/utf8.h"

#define NAME_MIN ((size_t)3) /* a shorter name is in too many words */

static const struct {
	uint32_t rule;
	const char *text;
} reasons[] = {
	{ RULE_SHORT, N_("under {min} characters") },
	{ RULE_LONG, N_("over {max} characters") },
	{ RULE_UPPER, N_("no upper case") },
	{ RULE_LOWER, N_("no lower case") },
	{ RULE_DIGIT, N_("no digit") },
	{ RULE_SYMBOL, N_("no symbol") },
	{ RULE_CONTROL, N_("control characters") },
	{ RULE_WIDE, N_("full-width characters") },
	{ RULE_DENIED, N_("symbol {c}") },
	{ RULE_NAME, N_("holds the user ID") },
	{ RULE_USED, N_("used before") },
	{ RULE_COMMON, N_("too common") },
};

/* What a password is made of. */
struct makeup {
	size_t length;	  /* characters */
	uint32_t classes; /* bits of enum conf_classes */
	bool wide, control;
};

/* Without ctype(3), which would follow the locale. */
static uint32_t
class_of(uint32_t c)
{
	if (c >= 'A' && c <= 'Z')
		return CLASS_UPPER;
	if (c >= 'a' && c <= 'z')
		return CLASS_LOWER;
	if (c >= '0' && c <= '9')
		return CLASS_DIGIT;
	return c > ' ' && c < 0x7f ? CLASS_SYMBOL : 0;
}

static struct makeup
look_at(const struct secret *text)
{
	struct makeup m = { 0 };
	size_t at = 0, step;
	uint32_t c;

	while (at < text->len) {
		step = utf8_next(text->bytes + at, text->len - at, &c);
		if (step == 0 || c < ' ' || (c >= 0x7f && c < 0xa0))
			m.control = true;
		else if (c > 0x7e)
			m.wide = true;
		else
			m.classes |= class_of(c);
		m.length++;
		at += step == 0 ? 1 : step;
	}
	return m;
}

static bool
holds_name(const struct secret *text, const char *name)
{
	return strlen(name) >= NAME_MIN &&
	    strcasestr(text->bytes, name) != NULL;
}

/* Each denied symbol that text holds, once. */
static void
find_denied(
    const char *symbols, const struct secret *text, char denied[static 65])
{
	size_t n = 0;

	for (; *symbols != '\0' && n < 64; symbols++)
		if (strchr(text->bytes, *symbols) != NULL &&
		    memchr(denied, *symbols, n) == NULL)
			denied[n++] = *symbols;
	denied[n] = '\0';
}

uint32_t
password_rules(const struct conf *conf, const struct k_person *person,
    const struct secret *text, char denied[static 65])
{
	struct makeup m = look_at(text);
	uint32_t missing = conf->password.classes & ~m.classes, broken = 0;

	find_denied(conf->password.symbols_denied, text, denied);
	broken |= m.length < conf->password.min ? RULE_SHORT : 0;
	broken |= m.length > conf->password.max ? RULE_LONG : 0;
	broken |= (missing & CLASS_UPPER) != 0 ? RULE_UPPER : 0;
	broken |= (missing & CLASS_LOWER) != 0 ? RULE_LOWER : 0;
	broken |= (missing & CLASS_DIGIT) != 0 ? RULE_DIGIT : 0;
	broken |= (missing & CLASS_SYMBOL) != 0 ? RULE_SYMBOL : 0;
	broken |= m.control ? RULE_CONTROL : 0;
	broken |= m.wide ? RULE_WIDE : 0;
	broken |= denied[0] != '\0' ? RULE_DENIED : 0;
	if (holds_name(text, person->user_id) ||
	    holds_name(text, person->login))
		broken |= RULE_NAME;
	broken |= blocklist_holds(text->bytes) ? RULE_COMMON : 0;
	return broken;
}

static int
add_reason(struct dialogue *d, struct buf *out, const char *msgid)
{
	const char *text = text_of(d, msgid);
	int r = 0;

	if (out->len > 0)
		r = buf_add(
		    out, text_of(d, N_(", ")), strlen(text_of(d, N_(", "))));
	return r != 0 ? r : buf_add(out, text, strlen(text));
}

int
password_say_rules(struct dialogue *d, uint32_t broken, const char *denied)
{
	struct buf list = BUF_INIT, filled = BUF_INIT;
	char min[12], max[12];
	int r = 0;

	snprintf(min, sizeof(min), "%u", d->t->conf->password.min);
	snprintf(max, sizeof(max), "%u", d->t->conf->password.max);
	for (size_t i = 0; r == 0 && i < sizeof(reasons) / sizeof(*reasons);
	     i++)
		if ((broken & reasons[i].rule) != 0)
			r = add_reason(d, &list, reasons[i].text);
	if (r != 0 || (r = buf_add_u8(&list, 0)) != 0 ||
	    (r = text_fill(&filled, (const char *)list.data,
		 FILL({ "min", min }, { "max", max }, { "c", denied }))) != 0 ||
	    (r = buf_add_u8(&filled, 0)) != 0)
		goto out;
	r = say(d, N_("Can't be used: {reasons}"),
	    FILL({ "reasons", (const char *)filled.data }));
out:
	buf_done(&list);
	buf_done(&filled);
	return r;
}
