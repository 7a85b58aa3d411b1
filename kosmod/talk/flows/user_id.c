#include "config.h"

#include "kosmod/talk/flows/user_id.h"

#include <string.h>

static bool
denied(const char *list, const char *id)
{
	size_t n = strlen(id);

	for (const char *p = list; *p != '\0';) {
		size_t len = strcspn(p, " ");

		if (len == n && memcmp(p, id, n) == 0)
			return true;
		p += len + strspn(p + len, " ");
	}
	return false;
}

bool
user_id_good(const struct conf *conf, const char *id)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyz0123456789";
	size_t n = strlen(id);

	if (n < conf->user_id.min || n > conf->user_id.max)
		return false;
	for (size_t i = 0; i < n; i++) {
		if (strchr(plain, id[i]) == NULL &&
		    strchr(conf->user_id.symbols, id[i]) == NULL)
			return false;
	}
	return !denied(conf->user_id.deny, id);
}
