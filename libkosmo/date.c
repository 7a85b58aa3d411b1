#include "config.h"

#include "date.h"

#include <stddef.h>
#include <string.h>
#include <time.h>

#define DAY 86400
#define YEARS10 (3653U * DAY)
#define FIRST_YEAR 1900
#define AHEAD (14 * 3600) /* of UTC: where a day begins first */

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* The number in the n digits at s; -1 if one of them is none. */
static int
number(const char *s, size_t n)
{
	int v = 0;

	for (size_t i = 0; i < n; i++) {
		if (!is_digit(s[i]))
			return -1;
		v = v * 10 + (s[i] - '0');
	}
	return v;
}

bool
date_is_day(int year, int month, int day)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30,
		31 };
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	if (year < 1 || month < 1 || month > 12 || day < 1)
		return false;
	return day <= days[month - 1] + (month == 2 && leap ? 1 : 0);
}

bool
date_valid_birth(const char *s, int64_t now)
{
	time_t latest = (time_t)(now + AHEAD);
	struct tm tm;
	int y, m, d;

	if (strlen(s) != DATE_LEN)
		return false;
	y = number(s, 4);
	m = number(s + 4, 2);
	d = number(s + 6, 2);
	if (y < FIRST_YEAR || !date_is_day(y, m, d))
		return false;
	if (gmtime_r(&latest, &tm) == NULL)
		return false;
	return y * 10000 + m * 100 + d <=
	    (tm.tm_year + 1900) * 10000 + (tm.tm_mon + 1) * 100 + tm.tm_mday;
}

static uint32_t
unit_seconds(char c)
{
	switch (c) {
	case 's':
		return 1;
	case 'm':
		return 60;
	case 'h':
		return 3600;
	case 'd':
		return DAY;
	default:
		return 0;
	}
}

int
duration_parse(const char *s, uint32_t *ret)
{
	size_t n = strspn(s, "0123456789");
	uint32_t unit;
	uint64_t v;

	if (n < 1 || n > 9 || s[n] == '\0' || s[n + 1] != '\0' ||
	    (unit = unit_seconds(s[n])) == 0)
		return KOSMO_EINVAL;
	v = (uint64_t)number(s, n) * unit;
	if (v < 1 || v > YEARS10)
		return KOSMO_EINVAL;
	*ret = (uint32_t)v;
	return KOSMO_OK;
}

/* "YYYY-MM-DD" at s, whatever follows. */
static bool
day_at(const char *s, struct tm *ret)
{
	int y, m, d;

	if (strnlen(s, 10) < 10 || s[4] != '-' || s[7] != '-')
		return false;
	y = number(s, 4);
	m = number(s + 5, 2);
	d = number(s + 8, 2);
	if (y < FIRST_YEAR || !date_is_day(y, m, d))
		return false;
	*ret = (struct tm){ .tm_year = y - 1900,
		.tm_mon = m - 1,
		.tm_mday = d,
		.tm_isdst = -1 };
	return true;
}

/* "hh:mm" at s; minutes. -1 if it is none. */
static int
hour_minute(const char *s)
{
	int h, m;

	if (strnlen(s, 5) < 5 || s[2] != ':')
		return -1;
	h = number(s, 2);
	m = number(s + 3, 2);
	return h < 0 || h > 23 || m < 0 || m > 59 ? -1 : h * 60 + m;
}

/* The offset that ends an RFC 3339 time: "Z" or "+hh:mm"; in minutes. */
static bool
offset_at(const char *s, int *ret)
{
	int m;

	if ((s[0] == 'Z' || s[0] == 'z') && s[1] == '\0') {
		*ret = 0;
		return true;
	}
	if ((s[0] != '+' && s[0] != '-') || strlen(s) != 6 ||
	    (m = hour_minute(s + 1)) == -1)
		return false;
	*ret = s[0] == '-' ? -m : m;
	return true;
}

/* "Thh:mm:ss[.f]offset" after the day in tm. */
static int
clock_at(const char *s, struct tm *tm, int64_t *ret)
{
	int minutes, seconds, offset;

	if (s[0] != 'T' && s[0] != 't' && s[0] != ' ')
		return KOSMO_EINVAL;
	minutes = hour_minute(s + 1);
	if (minutes == -1 || s[6] != ':' || strnlen(s + 7, 2) < 2 ||
	    (seconds = number(s + 7, 2)) == -1 || seconds > 60)
		return KOSMO_EINVAL;
	s += 9;
	if (s[0] == '.') {
		size_t n = strspn(s + 1, "0123456789");

		if (n == 0)
			return KOSMO_EINVAL;
		s += 1 + n;
	}
	if (!offset_at(s, &offset))
		return KOSMO_EINVAL;
	tm->tm_isdst = 0;
	*ret = (int64_t)timegm(tm) + (minutes - offset) * 60 + seconds;
	return KOSMO_OK;
}

int
moment_parse(const char *s, int64_t now, int64_t *ret)
{
	uint32_t back;
	struct tm tm;

	if (duration_parse(s, &back) == KOSMO_OK) {
		*ret = now - back;
		return KOSMO_OK;
	}
	if (!day_at(s, &tm))
		return KOSMO_EINVAL;
	if (s[10] != '\0')
		return clock_at(s + 10, &tm, ret);
	*ret = (int64_t)mktime(&tm);
	return KOSMO_OK;
}
