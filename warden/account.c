#include "config.h"

#include "account.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

#include "warden/parse.h"

#define ENTRY_MAX ((size_t)1024 * 1024) /* a group may have many members */
#define GROUPS_MAX 65536		/* Linux has no more for one process */
#define LOGIN_DEFS "/etc/login.defs"	/* of the host, wherever we are */
#define LOGIN_DEFS_MAX ((size_t)256 * 1024)
#define ADMIN_GROUP "kosmo-admin"
/* Looked up to hear how the services say no. */
#define NO_GROUP "kosmo-is-nobodys-group"

static int
find_passwd(const char *login, uint32_t *ret_uid, gid_t *ret_gid)
{
	struct passwd pw, *found = NULL;
	char *room = NULL;
	int e = ERANGE, r;

	for (size_t n = 1024; e == ERANGE && n <= ENTRY_MAX; n *= 2) {
		free(room);
		if ((room = malloc(n)) == NULL)
			return KOSMO_ENOMEM;
		e = getpwnam_r(login, &pw, room, n, &found);
	}
	if (e != 0) {
		r = KOSMO_EIO;
	} else if (found == NULL) {
		r = KOSMO_ENOTFOUND;
	} else {
		*ret_uid = pw.pw_uid;
		*ret_gid = pw.pw_gid;
		r = KOSMO_OK;
	}
	free(room);
	return r;
}

int
account_find(const char *login, uint32_t *ret_uid)
{
	gid_t gid = 0;

	return find_passwd(login, ret_uid, &gid);
}

static int
find_group(const char *name, gid_t *ret_gid)
{
	struct group gr, *found = NULL;
	char *room = NULL;
	int e = ERANGE, r;

	for (size_t n = 1024; e == ERANGE && n <= ENTRY_MAX; n *= 2) {
		free(room);
		if ((room = malloc(n)) == NULL)
			return KOSMO_ENOMEM;
		e = getgrnam_r(name, &gr, room, n, &found);
	}
	if (e != 0) {
		r = KOSMO_EIO;
	} else if (found == NULL) {
		r = KOSMO_ENOTFOUND;
	} else {
		*ret_gid = gr.gr_gid;
		r = KOSMO_OK;
	}
	free(room);
	return r;
}

int
account_uid_min(uint32_t *ret)
{
	int fd = open(LOGIN_DEFS, O_RDONLY | O_CLOEXEC), r = KOSMO_EIO;
	char *text = NULL;
	ssize_t n = 1;
	size_t len = 0;

	*ret = parse_uid_min("");
	if (fd == -1)
		return errno == ENOENT ? KOSMO_OK : KOSMO_EIO;
	if ((text = calloc(1, LOGIN_DEFS_MAX)) == NULL)
		goto out;
	while (n > 0 && len < LOGIN_DEFS_MAX - 1) {
		n = read(fd, text + len, LOGIN_DEFS_MAX - 1 - len);
		if (n > 0)
			len += (size_t)n;
	}
	if (n != 0)
		goto out;
	*ret = parse_uid_min(text);
	r = KOSMO_OK;
out:
	free(text);
	(void)close(fd);
	return r;
}

/* The groups of an account: gids, for a name can be anybody's. */
struct groups {
	gid_t *gids;
	int n;
};

static int
list_groups(const char *login, gid_t primary, struct groups *ret)
{
	for (int room = 64; room <= GROUPS_MAX; room *= 4) {
		int n = room;

		free(ret->gids);
		ret->gids = calloc((size_t)room, sizeof(*ret->gids));
		if (ret->gids == NULL)
			return KOSMO_ENOMEM;
		if (getgrouplist(login, primary, ret->gids, &n) >= 0) {
			ret->n = n;
			return KOSMO_OK;
		}
	}
	return KOSMO_EFULL;
}

static bool
is_member(const struct groups *g, gid_t gid)
{
	for (int i = 0; i < g->n; i++) {
		if (g->gids[i] == gid)
			return true;
	}
	return false;
}

/* A group that is surely not there has no members. */
static uint32_t
membership(const struct groups *g, const char *name, uint32_t flag)
{
	gid_t gid = 0;
	int r = find_group(name, &gid);

	if (r == KOSMO_OK)
		return is_member(g, gid) ? flag : 0;
	return r == KOSMO_ENOTFOUND ? 0 : ACCOUNT_UNSURE;
}

/*
 * getgrouplist(3) does not say that a service is away: a group of it would
 * just be missing. But a name that is nobody's is then not surely nobody's.
 */
static uint32_t
services_away(void)
{
	gid_t gid = 0;

	return find_group(NO_GROUP, &gid) == KOSMO_ENOTFOUND ? 0
							     : ACCOUNT_UNSURE;
}

static uint32_t
memberships(const struct p_account *job, gid_t primary)
{
	struct groups g = { NULL, 0 };
	char names[sizeof(job->groups)], *rest = names, *name;
	uint32_t flags = services_away();

	if (list_groups(job->login, primary, &g) != KOSMO_OK) {
		free(g.gids);
		return ACCOUNT_UNSURE;
	}
	flags |= membership(&g, ADMIN_GROUP, ACCOUNT_ADMIN);
	memcpy(names, job->groups, sizeof(names));
	while ((name = strsep(&rest, " ")) != NULL) {
		if (name[0] != '\0')
			flags |= membership(&g, name, ACCOUNT_PROTECTED);
	}
	free(g.gids);
	return flags;
}

void
account_job(const struct p_account *job, struct p_account_is *ret)
{
	uint32_t uid = NO_UID, min = 0;
	gid_t primary = 0;
	int r = find_passwd(job->login, &uid, &primary);

	ret->uid = NO_UID;
	ret->flags = 0;
	if (r == KOSMO_ENOTFOUND)
		return;
	if (r != KOSMO_OK) {
		ret->flags = ACCOUNT_UNSURE;
		return;
	}
	ret->uid = uid;
	ret->flags = ACCOUNT_EXISTS | memberships(job, primary);
	if (account_uid_min(&min) != KOSMO_OK)
		ret->flags |= ACCOUNT_UNSURE;
	else if (uid < min)
		ret->flags |= ACCOUNT_SYSTEM;
}
