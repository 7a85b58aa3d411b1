#include "config.h"

#include <stdio.h>
#include <string.h>

#include "parse.h"

/* Services whose processes are sessions even where logind knows of none. */
static const char *const login_services[] = { "ssh", "getty@", "serial-getty@",
	"console-getty.", "container-getty@", "autovt@", "dropbear", "gdm",
	"lightdm", "sddm", "greetd", "xdm", "xrdp", NULL };

static bool
ends(const char *s, size_t len, const char *end)
{
	size_t n = strlen(end);

	return len > n && memcmp(s + len - n, end, n) == 0;
}

static bool
begins(const char *s, size_t len, const char *begin)
{
	size_t n = strlen(begin);

	return len >= n && memcmp(s, begin, n) == 0;
}

/* The component of a path at *p; *p is then at the next. */
static size_t
component(const char **p, const char **ret)
{
	size_t len;

	*p += strspn(*p, "/");
	len = strcspn(*p, "/\n");
	*ret = *p;
	*p += len;
	return len;
}

static enum place_kind
service(const char *unit, size_t len)
{
	for (size_t i = 0; login_services[i] != NULL; i++) {
		if (begins(unit, len, login_services[i]))
			return PLACE_LOGIN_SERVICE;
	}
	return PLACE_SERVICE;
}

/*
 * What is right below the slice of uid, which is root's to fill. Deeper down
 * the person may name folders as they like.
 */
static void
below_slice(const char *unit, size_t len, struct place *ret)
{
	static const char session[] = "session-", scope[] = ".scope";
	size_t id = sizeof(session) - 1, around = id + sizeof(scope) - 1;

	if (begins(unit, len, "user@") && ends(unit, len, ".service")) {
		ret->kind = PLACE_MANAGER;
		return;
	}
	if (!begins(unit, len, session) || !ends(unit, len, scope) ||
	    len <= around || len - around > SESSION_ID_LEN)
		return;
	memcpy(ret->session, unit + id, len - around);
	if (parse_session_id(ret->session))
		ret->kind = PLACE_SESSION;
	else
		memset(ret->session, 0, sizeof(ret->session));
}

static void
path_place(const char *p, uint32_t uid, struct place *ret)
{
	char slice[32];
	const char *unit;
	size_t len;

	(void)snprintf(slice, sizeof(slice), "user-%u.slice", uid);
	while ((len = component(&p, &unit)) > 0) {
		if (ends(unit, len, ".service")) {
			ret->kind = service(unit, len);
			return;
		}
		if (len != strlen("user.slice") ||
		    !begins(unit, len, "user.slice"))
			continue;
		len = component(&p, &unit);
		if (len == strlen(slice) && begins(unit, len, slice)) {
			len = component(&p, &unit);
			below_slice(unit, len, ret);
		}
		return;
	}
}

void
parse_place(const char *text, uint32_t uid, struct place *ret)
{
	memset(ret, 0, sizeof(*ret));
	/* ID:controllers:path; systemd's own tree is one of two */
	while (*text != '\0' && ret->kind == PLACE_NONE) {
		const char *line = text, *what = strchr(line, ':');

		text += strcspn(text, "\n");
		text += *text == '\n';
		if (what == NULL || what >= text)
			continue;
		if (strncmp(what, "::", 2) == 0)
			path_place(what + 2, uid, ret);
		else if (strncmp(what, ":name=systemd:", 14) == 0)
			path_place(what + 14, uid, ret);
	}
}
