#include "config.h"

#include "user_id.h"

#include <string.h>
#include <strings.h>

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
	return !user_id_denied(conf, id);
}
