#include "config.h"

#include "accounts.h"

#include <pwd.h>
#include <stdlib.h>
#include <string.h>

struct account {
	char *login;
	uint32_t uid;
};

static int
compare(const void *va, const void *vb)
{
	const struct account *a = va, *b = vb;

	return strcmp(a->login, b->login);
}

static int
add(struct accounts *a, const struct passwd *pw)
{
	if (a->n == a->room) {
		size_t room = a->room == 0 ? 64 : a->room * 2;
		struct account *list =
		    reallocarray(a->list, room, sizeof(*list));

		if (list == NULL)
			return KOSMO_ENOMEM;
		a->list = list;
		a->room = room;
	}
	if ((a->list[a->n].login = strdup(pw->pw_name)) == NULL)
		return KOSMO_ENOMEM;
	a->list[a->n++].uid = pw->pw_uid;
	return KOSMO_OK;
}

int
accounts_load(struct accounts *ret)
{
	const struct passwd *pw;
	int r = KOSMO_OK;

	memset(ret, 0, sizeof(*ret));
	setpwent();
	while (r == KOSMO_OK && (pw = getpwent()) != NULL)
		r = add(ret, pw);
	endpwent();
	if (r != KOSMO_OK)
		accounts_free(ret);
	else if (ret->n > 0)
		qsort(ret->list, ret->n, sizeof(*ret->list), compare);
	return r;
}

bool
accounts_find(const struct accounts *a, const char *login, uint32_t *ret_uid)
{
	/* bsearch(3) looks at what it is given, and changes nothing */
	union {
		const char *in;
		char *out;
	} name = { login };
	const struct account key = { name.out, 0 };
	const struct account *found = NULL;
	const struct passwd *pw;

	if (a->n > 0)
		found = bsearch(&key, a->list, a->n, sizeof(*a->list), compare);
	if (found != NULL) {
		*ret_uid = found->uid;
		return true;
	}
	if ((pw = getpwnam(login)) == NULL)
		return false;
	*ret_uid = pw->pw_uid;
	return true;
}

void
accounts_free(struct accounts *a)
{
	for (size_t i = 0; i < a->n; i++)
		free(a->list[i].login);
	free(a->list);
	memset(a, 0, sizeof(*a));
}
