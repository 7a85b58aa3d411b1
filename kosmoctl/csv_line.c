/*
 * csv_line.c: what the header names, and whether a line holds it.
 */
#include "config.h"

#include "csv_line.h"

#include <string.h>
#include <strings.h>

#include "kosmoctl/words.h"
#include "libkosmo/date.h"
#include "libkosmo/mail_address.h"
#include "libkosmo/msg_people.h"
#include "libkosmo/utf8.h"

static const struct {
	const char *name;
	bool needed;
} columns[CSV_COLUMNS] = {
	[CSV_LOGIN] = { "login", true },
	[CSV_EMAIL] = { "email", true },
	[CSV_BIRTH_DATE] = { "birth_date", true },
	[CSV_NAME] = { "name", true },
	[CSV_LANGUAGE] = { "language", true },
	[CSV_USER_ID] = { "user_id", false },
	[CSV_EXPIRES] = { "expires", false },
};

const char *
csv_column_name(enum csv_column column)
{
	return column < CSV_COLUMNS ? columns[column].name : "";
}

enum csv_column
csv_column_find(const char *name)
{
	enum csv_column c = CSV_LOGIN;

	while (c < CSV_COLUMNS && strcasecmp(name, columns[c].name) != 0)
		c++;
	return c;
}

/* About the header; name is what it is about. */
static int
header_problem(struct csv_reader *r, const char *name, const char *reason)
{
	const struct csv_problem what = {
		.line = r->line,
		.column = CSV_COLUMNS,
		.login = "",
		.value = name,
		.reason = reason,
	};
	int err = csv_complain(r->csv, NULL, &what);

	return err == KOSMO_OK ? KOSMO_EFORMAT : err;
}

int
csv_header(struct csv_reader *r)
{
	bool seen[CSV_COLUMNS + 1] = { false };

	if (r->n > CSV_FIELDS_MAX)
		return header_problem(r, "", N_("too many columns"));
	for (size_t i = 0; i < r->n; i++) {
		enum csv_column c = csv_column_find(r->field[i]);

		if (c == CSV_COLUMNS)
			return header_problem(
			    r, r->field[i], N_("\"{value}\" is no column"));
		if (seen[c])
			return header_problem(r, r->field[i],
			    N_("the column {value} is there twice"));
		seen[c] = true;
		r->column[i] = c;
	}
	for (enum csv_column c = CSV_LOGIN; c < CSV_COLUMNS; c++) {
		if (columns[c].needed && !seen[c])
			return header_problem(r, columns[c].name,
			    N_("the column {value} is missing"));
	}
	r->columns = r->n;
	r->header = true;
	return KOSMO_OK;
}

/* One or two digits before end, two where the date has hyphens. */
static bool
read_pair(const char **s, char end, bool two, char ret[static 2])
{
	size_t n = strspn(*s, "0123456789");

	if (n < 1 || n > 2 || (two && n != 2) || (*s)[n] != end)
		return false;
	ret[0] = n == 2 ? (*s)[0] : '0';
	ret[1] = (*s)[n - 1];
	*s += n + (end != '\0');
	return true;
}

/* "19850401", "1985-04-01", "1985/4/1" */
static bool
read_date(const char *s, int64_t now, char ret[static DATE_LEN + 1])
{
	char date[DATE_LEN + 1] = "";
	size_t n = strspn(s, "0123456789");

	ret[0] = '\0';
	if (n == 4 && (s[4] == '-' || s[4] == '/')) {
		bool two = s[4] == '-';
		char mark = s[4];

		memcpy(date, s, 4);
		s += 5;
		if (!read_pair(&s, mark, two, date + 4) ||
		    !read_pair(&s, '\0', two, date + 6))
			return false;
	} else if (n == DATE_LEN && s[DATE_LEN] == '\0') {
		memcpy(date, s, DATE_LEN);
	}
	if (!date_valid_birth(date, now))
		return false;
	memcpy(ret, date, sizeof(date));
	return true;
}

static int
bad(struct csv_reader *r, struct csv_person *p, enum csv_column column,
    const char *reason)
{
	const struct csv_problem what = {
		.column = (uint8_t)column,
		.reason = reason,
	};

	return csv_complain(r->csv, p, &what);
}

static bool
good_login(const char *s)
{
	size_t n = strlen(s);

	if (n == 0 || n > NAME_LEN || s[0] == '-')
		return false;
	for (; *s != '\0'; s++) {
		if (*s <= ' ' || *s > '~' || *s == '/' || *s == ':')
			return false;
	}
	return true;
}

static bool
good_text(const char *s, size_t most)
{
	return strlen(s) <= most && utf8_clean(s, strlen(s), false);
}

static bool
good_language(const char *s)
{
	return s[0] == '\0' || strcmp(s, "ja") == 0 || strcmp(s, "en") == 0;
}

/* Every field for itself, so that one report names all that is wrong. */
static int
judge(struct csv_reader *r, struct csv_person *p)
{
	const char *const *v = p->value;
	const struct {
		enum csv_column column;
		bool good;
		const char *reason;
	} facts[] = {
		{ CSV_LOGIN, good_login(v[CSV_LOGIN]),
		    N_("\"{value}\" can't be a login name") },
		{ CSV_EMAIL, mail_address_valid(v[CSV_EMAIL]),
		    N_("\"{value}\" is not an e-mail address") },
		{ CSV_BIRTH_DATE,
		    read_date(v[CSV_BIRTH_DATE], r->now, p->birth),
		    N_("\"{value}\" is not a date") },
		{ CSV_NAME, good_text(v[CSV_NAME], PERSON_NAME_LEN),
		    N_("\"{value}\" is too long, or can't be shown") },
		{ CSV_LANGUAGE, good_language(v[CSV_LANGUAGE]),
		    N_("\"{value}\" is neither ja nor en") },
		{ CSV_USER_ID, good_text(v[CSV_USER_ID], NAME_LEN),
		    N_("\"{value}\" is too long, or can't be shown") },
		{ CSV_EXPIRES,
		    v[CSV_EXPIRES][0] == '\0' ||
			duration_parse(v[CSV_EXPIRES], &p->expires) == KOSMO_OK,
		    N_("\"{value}\" is no time like 30d or 12h") },
	};
	int err = KOSMO_OK;

	for (size_t i = 0;
	     i < sizeof(facts) / sizeof(facts[0]) && err == KOSMO_OK; i++) {
		if (!facts[i].good)
			err = bad(r, p, facts[i].column, facts[i].reason);
	}
	return err;
}

int
csv_line(struct csv_reader *r)
{
	struct csv_person *p = csv_add(r->csv);

	if (p == NULL)
		return KOSMO_ENOMEM;
	p->line = r->line;
	p->uid = NO_UID;
	r->csv->lines++;
	for (size_t i = 0; i < r->n && i < r->columns; i++)
		p->value[r->column[i]] = r->field[i];
	if (r->n == r->columns)
		return judge(r, p);
	return bad(r, p, CSV_COLUMNS,
	    r->n < r->columns ? N_("has fewer fields than the header")
			      : N_("has more fields than the header"));
}
