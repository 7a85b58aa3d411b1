#include "config.h"

#include "init.h"

#include <errno.h>
#include <grp.h>
#include <libgen.h>
#include <limits.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kosmod/keeper/rp.h"
#include "kosmod/keeper/store.h"
#include "kosmod/master_key.h"
#include "kosmod/rp_id.h"
#include "libkosmo/path.h"

#define STORE_FILE "store.gdbm"

/* Whom the files shall belong to. */
struct owner {
	uid_t uid;
	gid_t gid;
};

static int
fail(const char *path, const char *why)
{
	(void)fprintf(stderr, "kosmod: %s: %s\n", path, why);
	return 1;
}

static struct owner
find_owner(void)
{
	struct owner o = { geteuid(), getegid() };
	struct passwd *pw;

	if (o.uid != 0)
		return o;
	if ((pw = getpwnam(KOSMO_USER)) != NULL) {
		o.uid = pw->pw_uid;
		o.gid = pw->pw_gid;
	} else
		(void)fprintf(stderr,
		    "kosmod: there is no user %s: what is "
		    "made belongs to root\n",
		    KOSMO_USER);
	return o;
}

static bool
exists(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0;
}

/* Neither may be there. One without the other has lost something. */
static int
check_absent(const struct conf *conf)
{
	const char *key = conf->paths.master_key;
	char store[PATH_MAX];
	bool has_key = exists(key), has_store;

	(void)snprintf(
	    store, sizeof(store), "%s/%s", conf->paths.state, STORE_FILE);
	has_store = exists(store);
	if (has_key && has_store)
		return fail(
		    store, "is there already, and its master key as well");
	if (has_key)
		return fail(key,
		    "there is a master key, but no store: bring the store "
		    "back from a backup, or move the key away");
	if (has_store)
		return fail(store,
		    "there is a store, but no master key: without it nobody "
		    "can read the store; bring it back from a backup");
	return 0;
}

static int
make_folder(const char *path, mode_t mode, const struct owner *o)
{
	struct stat st;

	if (mkdir(path, mode) == 0) {
		if (chmod(path, mode) == -1 ||
		    chown(path, o->uid, o->gid) == -1)
			return fail(path, strerror(errno));
		return 0;
	}
	if (errno != EEXIST)
		return fail(path, strerror(errno));
	if (lstat(path, &st) == -1)
		return fail(path, strerror(errno));
	if (!S_ISDIR(st.st_mode))
		return fail(path, "is no folder");
	return 0;
}

static int
make_store(const struct conf *conf, const uint8_t *master)
{
	const char *dir = conf->paths.state;
	char rp_id[RP_ID_LEN + 1];
	int r;

	rp_id_of_host(rp_id);
	r = rp_init(dir, master,
	    conf->passkey.rp_id[0] != '\0' ? conf->passkey.rp_id : rp_id);
	return r == KOSMO_OK ? 0 : fail(dir, kosmo_strerror(r));
}

/* As root, a child makes the store as the user it is for. */
static int
make_store_as(
    const struct conf *conf, const uint8_t *master, const struct owner *o)
{
	int status = 0;
	pid_t pid;

	if (o->uid == geteuid())
		return make_store(conf, master);
	if ((pid = fork()) == -1)
		return fail("fork", strerror(errno));
	if (pid == 0) {
		if (setgroups(0, NULL) == -1 || setgid(o->gid) == -1 ||
		    setuid(o->uid) == -1)
			_exit(fail(KOSMO_USER, strerror(errno)));
		_exit(make_store(conf, master));
	}
	while (waitpid(pid, &status, 0) == -1) {
		if (errno != EINTR)
			return 1;
	}
	return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : 1;
}

static int
make_key(const char *path, const struct owner *o, uint8_t *master)
{
	const struct owner self = { geteuid(), getegid() };
	const char *why = "";
	char copy[PATH_MAX];
	int r;

	(void)snprintf(copy, sizeof(copy), "%s", path);
	if (make_folder(dirname(copy), 0755, &self) != 0)
		return 1;
	r = master_key_make(path, o->uid, o->gid, master, &why);
	return r == KOSMO_OK ? 0 : fail(path, why);
}

int
init_run(const struct conf *conf)
{
	uint8_t master[STORE_KEY_LEN] = { 0 };
	struct owner o;
	int r = 1;

	if (check_absent(conf) != 0)
		return 1;
	o = find_owner();
	if (make_folder(conf->paths.state, 0700, &o) != 0 ||
	    make_key(conf->paths.master_key, &o, master) != 0)
		goto out;
	if (make_store_as(conf, master, &o) != 0) {
		(void)unlink(conf->paths.master_key);
		goto out;
	}
	(void)printf("master key: %s\nstore: %s\nKeep a copy of the master "
		     "key apart from backups of the store.\n",
	    conf->paths.master_key, conf->paths.state);
	r = 0;
out:
	explicit_bzero(master, sizeof(master));
	return r;
}
