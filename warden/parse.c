#include "config.h"

#include "parse.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#define UID_MIN_DEFAULT 1000
#define LOGIN_FILE_LEN 255

/* Digits up to end, and nothing else. */
static int
digits(const char *text, const char *end, uint64_t max, uint64_t *ret)
{
	uint64_t v = 0;

	if (text == end)
		return KOSMO_EFORMAT;
	for (; text < end; text++) {
		uint64_t digit = (uint64_t)(*text - '0');

		if (*text < '0' || *text > '9' || v > (max - digit) / 10)
			return KOSMO_EFORMAT;
		v = v * 10 + digit;
	}
	*ret = v;
	return KOSMO_OK;
}

int
parse_pid(const char *name, pid_t *ret)
{
	uint64_t v = 0;

	if (name[0] < '1' || name[0] > '9' ||
	    digits(name, name + strlen(name), INT_MAX, &v) != KOSMO_OK)
		return KOSMO_EINVAL;
	*ret = (pid_t)v;
	return KOSMO_OK;
}

/* The field after *p, which is left behind it. */
static int
field(const char **p, uint64_t max, uint64_t *ret)
{
	const char *from = *p + strspn(*p, " ");
	const char *end = from + strcspn(from, " \n");
	int r = KOSMO_OK;

	/* signed ones: what is below zero is none of those wanted here */
	if (ret != NULL && from[0] == '-')
		*ret = 0;
	else if (ret != NULL)
		r = digits(from, end, max, ret);
	else if (from == end)
		r = KOSMO_EFORMAT;
	*p = end;
	return r;
}

/* Fields by their numbers in proc(5), from the fourth on. */
static int
fields(const char *p, struct stat_line *ret)
{
	uint64_t ppid = 0, sid = 0, tty = 0, start = 0;
	int r = KOSMO_OK;

	for (int i = 4; i <= 22 && r == KOSMO_OK; i++) {
		if (i == 4)
			r = field(&p, INT_MAX, &ppid);
		else if (i == 6)
			r = field(&p, INT_MAX, &sid);
		else if (i == 7)
			r = field(&p, UINT32_MAX, &tty);
		else if (i == 22)
			r = field(&p, UINT64_MAX, &start);
		else
			r = field(&p, 0, NULL);
	}
	ret->ppid = (pid_t)ppid;
	ret->sid = (pid_t)sid;
	ret->tty = (uint32_t)tty;
	ret->start = start;
	return r;
}

int
parse_stat(const char *text, struct stat_line *ret)
{
	const char *open = strchr(text, '('), *close = strrchr(text, ')');
	size_t len;

	memset(ret, 0, sizeof(*ret));
	if (open == NULL || close == NULL || close < open)
		return KOSMO_EFORMAT;
	/* the name is the process's own choice: brackets and all */
	len = (size_t)(close - open) - 1;
	if (len >= sizeof(ret->comm))
		len = sizeof(ret->comm) - 1;
	memcpy(ret->comm, open + 1, len);
	if (close[1] != ' ' || !isupper((unsigned char)close[2] & 0xdf))
		return KOSMO_EFORMAT;
	ret->state = close[2];
	return fields(close + 3, ret);
}

int
parse_uid(const char *text, uint32_t *ret)
{
	const char *p = strstr(text, "\nUid:\t");
	uint64_t uid[4];

	if (p == NULL)
		return KOSMO_EFORMAT;
	p += strlen("\nUid:\t");
	for (size_t i = 0; i < 4; i++) {
		const char *end = p + strcspn(p, "\t\n");

		if (digits(p, end, UINT32_MAX, &uid[i]) != KOSMO_OK)
			return KOSMO_EFORMAT;
		p = end + (*end == '\t');
	}
	*ret = uid[0] == uid[1] && uid[0] == uid[2] && uid[0] == uid[3]
	    ? (uint32_t)uid[0]
	    : UNSET;
	return KOSMO_OK;
}

int
parse_number(const char *text, uint32_t *ret)
{
	uint64_t v = 0;

	if (digits(text, text + strcspn(text, "\n"), UINT32_MAX, &v) !=
	    KOSMO_OK)
		return KOSMO_EFORMAT;
	*ret = (uint32_t)v;
	return KOSMO_OK;
}

bool
parse_session_id(const char *id)
{
	size_t len = strlen(id);

	if (len == 0 || len > SESSION_ID_LEN)
		return false;
	for (; *id != '\0'; id++) {
		if (!isalnum((unsigned char)*id) || !isascii(*id))
			return false;
	}
	return true;
}

bool
parse_login(const char *login)
{
	size_t len = strlen(login);

	if (len == 0 || len > LOGIN_FILE_LEN || strchr("-.", login[0]) != NULL)
		return false;
	for (; *login != '\0'; login++) {
		unsigned char c = (unsigned char)*login;

		if (c <= ' ' || c == 0x7f || c == '/')
			return false;
	}
	return true;
}

uint32_t
parse_uid_min(const char *text)
{
	uint32_t min = UID_MIN_DEFAULT;

	while (*text != '\0') {
		const char *p = text + strspn(text, " \t");
		size_t line = strcspn(text, "\n");
		char *end = NULL;
		unsigned long v;

		text += line + (text[line] == '\n');
		if (strncmp(p, "UID_MIN", 7) != 0 ||
		    (p[7] != ' ' && p[7] != '\t'))
			continue;
		p += 7 + strspn(p + 7, " \t");
		errno = 0;
		v = isdigit((unsigned char)*p) ? strtoul(p, &end, 0) : 0;
		if (v > 0 && v < UINT32_MAX && errno == 0 &&
		    strchr(" \t\r\n", *end) != NULL)
			min = (uint32_t)v;
	}
	return min;
}

/* The head of each record in a file of sudo's (timestamp.c there). */
struct ticket {
	uint16_t version;
	uint16_t size; /* of the record */
	uint16_t type;
	uint16_t flags;
};

#define TICKET_VERSIONS 2 /* known ones: 1 and 2 */
#define TICKET_LOCK 4	  /* type: only there to be locked */
#define TICKET_DISABLED 1 /* flag */

uint32_t
parse_tickets(const uint8_t *bytes, size_t len)
{
	uint32_t n = 0;

	while (len > 0) {
		struct ticket t;

		if (len < sizeof(t))
			return 1;
		memcpy(&t, bytes, sizeof(t));
		if (t.version == 0 || t.version > TICKET_VERSIONS ||
		    t.size < sizeof(t) || t.size > len)
			return 1;
		if (t.type != TICKET_LOCK && (t.flags & TICKET_DISABLED) == 0)
			n++;
		bytes += t.size;
		len -= t.size;
	}
	return n;
}
