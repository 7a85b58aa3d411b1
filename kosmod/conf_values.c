#include "config.h"

#include "conf_values.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "kosmod/conf.h"
#include "kosmod/kmsg.h"
#include "kosmod/rp_id.h"
#include "libkosmo/mail_address.h"

static const char separators[] = " \t,";

__attribute__((format(printf, 2, 3))) static int
complain(struct complaint *c, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(c->text, sizeof(c->text), fmt, ap);
	va_end(ap);
	return KOSMO_EINVAL;
}

/* Digits at *s, at most nine of them; *s is then behind them. */
static bool
take_number(const char **s, uint64_t *ret)
{
	uint64_t n = 0;
	size_t len = strspn(*s, "0123456789");

	if (len == 0 || len > 9)
		return false;
	for (size_t i = 0; i < len; i++)
		n = n * 10 + (uint64_t)((*s)[i] - '0');
	*s += len;
	*ret = n;
	return true;
}

/* A number and a unit; without one it is seconds. */
static bool
take_seconds(const char **s, uint64_t *ret)
{
	static const struct {
		char letter;
		uint32_t seconds;
	} units[] = { { 's', 1 }, { 'm', 60 }, { 'h', 3600 }, { 'd', 86400 } };
	uint64_t n;

	if (!take_number(s, &n))
		return false;
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (**s == units[i].letter) {
			n *= units[i].seconds;
			(*s)++;
			break;
		}
	}
	*ret = n;
	return true;
}

int
parse_number(uint32_t *out, const char *value, const struct range *r,
    struct complaint *c)
{
	const char *s = value;
	uint64_t n;

	if (!take_number(&s, &n) || *s != '\0' || n < r->min || n > r->max)
		return complain(c, "\"%s\" is not a number from %u to %u",
		    value, r->min, r->max);
	*out = (uint32_t)n;
	return KOSMO_OK;
}

int
parse_digits(uint32_t *out, const char *value, struct complaint *c)
{
	if (strcmp(value, "6") != 0 && strcmp(value, "8") != 0)
		return complain(c, "\"%s\" is neither 6 nor 8", value);
	*out = (uint32_t)(value[0] - '0');
	return KOSMO_OK;
}

int
parse_seconds(uint32_t *out, const char *value, const struct range *r,
    struct complaint *c)
{
	const char *s = value;
	uint64_t n;

	if (!take_seconds(&s, &n) || *s != '\0')
		return complain(c,
		    "\"%s\" is not a time such as 90, 60s, 10m, 12h or 30d",
		    value);
	if (n < r->min || n > r->max)
		return complain(c, "\"%s\" is not from %u to %u seconds", value,
		    r->min, r->max);
	*out = (uint32_t)n;
	return KOSMO_OK;
}

int
parse_rate(
    uint32_t *count, uint32_t *window, const char *value, struct complaint *c)
{
	const char *s = value;
	uint64_t n, secs;

	if (!take_number(&s, &n) || *s++ != '/' || !take_seconds(&s, &secs) ||
	    *s != '\0')
		return complain(c, "\"%s\" is not a rate such as 50/1h", value);
	if (n < 1 || n > 1000000 || secs < 1 || secs > 86400)
		return complain(
		    c, "\"%s\" is not a rate from 1/1d to 1000000/1s", value);
	*count = (uint32_t)n;
	*window = (uint32_t)secs;
	return KOSMO_OK;
}

int
parse_either(bool *out, const char *value, const char *const words[2],
    struct complaint *c)
{
	if (strcmp(value, words[0]) != 0 && strcmp(value, words[1]) != 0)
		return complain(c, "\"%s\" is neither %s nor %s", value,
		    words[0], words[1]);
	*out = strcmp(value, words[1]) == 0;
	return KOSMO_OK;
}

int
parse_word(char *out, size_t size, const char *value, const char *const *words,
    struct complaint *c)
{
	char all[128] = "";

	for (size_t i = 0; words[i] != NULL; i++) {
		size_t len = strlen(all);

		if (strcmp(value, words[i]) == 0 && strlen(value) < size) {
			(void)snprintf(out, size, "%s", value);
			return KOSMO_OK;
		}
		(void)snprintf(all + len, sizeof(all) - len, "%s%s",
		    i == 0 ? "" : ", ", words[i]);
	}
	return complain(c, "\"%s\" is not one of %s", value, all);
}

int
parse_text(char *out, size_t size, const char *value, struct complaint *c)
{
	if (strlen(value) >= size)
		return complain(c, "\"%.64s...\" is longer than %zu bytes",
		    value, size - 1);
	(void)snprintf(out, size, "%s", value);
	return KOSMO_OK;
}

int
parse_issuer(char *out, size_t size, const char *value, struct complaint *c)
{
	if (value[0] == '\0' || strlen(value) >= size ||
	    strchr(value, ':') != NULL)
		return complain(c,
		    "\"%.80s\" is not 1 to %zu bytes without a colon", value,
		    size - 1);
	(void)snprintf(out, size, "%s", value);
	return KOSMO_OK;
}

int
parse_path(char *out, size_t size, const char *value, struct complaint *c)
{
	size_t len = strlen(value);

	if (value[0] != '/' || len >= size || value[len - 1] == '/' ||
	    strstr(value, "/../") != NULL ||
	    (len >= 3 && strcmp(value + len - 3, "/..") == 0))
		return complain(c,
		    "\"%.128s\" is not an absolute path of up to %zu bytes",
		    value, size - 1);
	(void)snprintf(out, size, "%s", value);
	return KOSMO_OK;
}

/* The next word at *s, and its length; 0 at the end. */
static size_t
next_word(const char **s)
{
	*s += strspn(*s, separators);
	return strcspn(*s, separators);
}

int
parse_words(char *out, size_t size, const char *value, struct complaint *c)
{
	char list[CONF_LIST_LEN + 1] = "";
	const char *s = value;
	size_t at = 0;

	for (size_t n; (n = next_word(&s)) > 0; s += n) {
		if (at + n + 1 >= sizeof(list) || at + n + 1 >= size)
			return complain(c,
			    "\"%.64s...\" is longer than %zu bytes", value,
			    size - 1);
		if (at > 0)
			list[at++] = ' ';
		memcpy(list + at, s, n);
		at += n;
		list[at] = '\0';
	}
	(void)snprintf(out, size, "%s", list);
	return KOSMO_OK;
}

int
parse_symbols(char *out, size_t size, const char *value, struct complaint *c)
{
	for (const char *s = value; *s != '\0'; s++) {
		if (!isascii((unsigned char)*s) ||
		    !ispunct((unsigned char)*s) || strchr(s + 1, *s) != NULL)
			return complain(c,
			    "\"%s\" is not a row of different ASCII symbols",
			    value);
	}
	return parse_text(out, size, value, c);
}

struct bit {
	const char *word;
	uint32_t bit;
};

/*
 * A list of words that stand for bits, at least one, none twice; order gets
 * the numbers of their rows in bits.
 */
static int
parse_bits(uint32_t *out, uint8_t *order, const char *value,
    const struct bit *bits, struct complaint *c)
{
	const char *s = value;
	uint32_t got = 0;
	size_t k = 0;

	for (size_t n; (n = next_word(&s)) > 0; s += n) {
		size_t i = 0;

		while (bits[i].word != NULL &&
		    (strlen(bits[i].word) != n ||
			strncmp(bits[i].word, s, n) != 0))
			i++;
		if (bits[i].word == NULL || (got & bits[i].bit) != 0)
			return complain(c, "\"%.*s\" in \"%s\" is %s", (int)n,
			    s, value,
			    bits[i].word == NULL ? "no known word"
						 : "named twice");
		got |= bits[i].bit;
		order[k++] = (uint8_t)i;
	}
	if (got == 0)
		return complain(c, "\"%s\" names nothing", value);
	*out = got;
	return KOSMO_OK;
}

int
parse_classes(uint32_t *out, const char *value, struct complaint *c)
{
	static const struct bit bits[] = { { "upper", CLASS_UPPER },
		{ "lower", CLASS_LOWER }, { "digit", CLASS_DIGIT },
		{ "symbol", CLASS_SYMBOL }, { NULL, 0 } };
	uint8_t order[4];

	return parse_bits(out, order, value, bits, c);
}

int
parse_steps(uint8_t *out, const char *value, struct complaint *c)
{
	static const struct bit bits[] = { { "password", STEP_PASSWORD },
		{ "factor", STEP_FACTOR }, { NULL, 0 } };
	uint8_t order[4];
	uint32_t got;
	int r;

	if ((r = parse_bits(&got, order, value, bits, c)) == KOSMO_OK)
		*out = (uint8_t)got;
	return r;
}

int
parse_methods(
    uint32_t *out, uint8_t order[4], const char *value, struct complaint *c)
{
	static const struct bit bits[] = { { "passkey",
					       METHOD_BIT(METHOD_PASSKEY) },
		{ "totp", METHOD_BIT(METHOD_TOTP) },
		{ "email", METHOD_BIT(METHOD_EMAIL) }, { NULL, 0 } };
	static const uint8_t methods[] = { METHOD_PASSKEY, METHOD_TOTP,
		METHOD_EMAIL };
	uint8_t rows[4] = { UINT8_MAX, UINT8_MAX, UINT8_MAX, UINT8_MAX };
	int r;

	if ((r = parse_bits(out, rows, value, bits, c)) != KOSMO_OK)
		return r;
	for (size_t i = 0; order != NULL && i < 4; i++)
		order[i] = rows[i] < sizeof(methods) ? methods[rows[i]]
						     : (uint8_t)METHOD_NONE;
	return KOSMO_OK;
}

int
parse_choice(uint32_t *out, const char *value, const char *const *words,
    struct complaint *c)
{
	char word[64];
	int r = parse_word(word, sizeof(word), value, words, c);

	for (uint32_t i = 0; r == KOSMO_OK && words[i] != NULL; i++) {
		if (strcmp(words[i], word) == 0)
			*out = i;
	}
	return r;
}

int
parse_from(char *out, size_t size, const char *value, struct complaint *c)
{
	const char *open = strrchr(value, '<');
	char address[MAIL_ADDRESS_MAX + 1];
	size_t n;

	if (open == NULL) {
		open = value;
		n = strlen(open);
	} else {
		n = strcspn(++open, ">");
		if (open[n] == '\0' || open[n + 1] != '\0')
			n = 0;
	}
	if (n == 0 || n >= sizeof(address) || strlen(value) >= size ||
	    strpbrk(value, "\"\\") != NULL)
		return complain(c,
		    "\"%.128s\" is neither an address nor Name <address>",
		    value);
	memcpy(address, open, n);
	address[n] = '\0';
	if (!mail_address_valid(address))
		return complain(c, "\"%.128s\" is no e-mail address", address);
	(void)snprintf(out, size, "%s", value);
	return KOSMO_OK;
}

int
parse_domains(char *out, size_t size, const char *value, struct complaint *c)
{
	const char *s = value;

	for (size_t n; (n = next_word(&s)) > 0; s += n) {
		char probe[MAIL_ADDRESS_MAX + 1];

		(void)snprintf(probe, sizeof(probe), "x@%.*s", (int)n, s);
		if (n > MAIL_ADDRESS_MAX - 2 || !mail_address_valid(probe))
			return complain(c, "\"%.*s\" is no domain", (int)n, s);
	}
	return parse_words(out, size, value, c);
}

int
parse_rp_id(char *out, size_t size, const char *value, struct complaint *c)
{
	if (strlen(value) >= size || !rp_id_valid(value))
		return complain(
		    c, "\"%.128s\" is no domain name in lower case", value);
	(void)snprintf(out, size, "%s", value);
	return KOSMO_OK;
}

int
parse_command(char *out, size_t size, const char *value, struct complaint *c)
{
	if (value[0] != '/' || strlen(value) >= size ||
	    strpbrk(value, "\"'\\$`|;&<>*?") != NULL)
		return complain(c,
		    "\"%.128s\" is not an absolute path with arguments "
		    "(no shell reads it)",
		    value);
	(void)snprintf(out, size, "%s", value);
	return KOSMO_OK;
}
