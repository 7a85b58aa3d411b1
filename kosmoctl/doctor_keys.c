/*
 * doctor_keys.c: what stands between sshd and the keys that people enrolled:
 * the program that it runs, as whom, and where that asks.
 */
#include "config.h"

#include <pwd.h>
#include <string.h>
#include <sys/stat.h>

#include "doctor.h"
#include "libkosmo/path.h"

static const char program[] = LIBEXECDIR "/kosmo/kosmo-ssh-keys";
static const char keys_socket[] = KOSMO_RUN_DIR "/" KOSMO_KEYS_SOCKET;

/* sshd runs nothing that anybody but root could have put there. */
static bool
is_safe(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && st.st_uid == 0 &&
	    (st.st_mode & (S_IWGRP | S_IWOTH)) == 0 &&
	    (st.st_mode & S_IXOTH) != 0;
}

/* The program, and each folder above it. */
static bool
program_safe(void)
{
	char path[sizeof(program)];
	char *slash;

	memcpy(path, program, sizeof(program));
	while ((slash = strrchr(path, '/')) != NULL && slash != path) {
		if (!is_safe(path))
			return false;
		*slash = '\0';
	}
	return is_safe("/");
}

static bool
socket_good(uid_t uid)
{
	struct stat st;

	return lstat(keys_socket, &st) == 0 && S_ISSOCK(st.st_mode) &&
	    st.st_uid == uid;
}

void
doctor_keys(struct doctor *d)
{
	const struct passwd *pw = getpwnam(KOSMO_KEYS_USER);

	if (pw == NULL)
		doctor_tell(d, HEALTH_WRONG, "ssh-keys",
		    N_("The account {user} is missing, so sshd learns of no "
		       "keys. Run: systemd-sysusers"),
		    FILLS({ "user", KOSMO_KEYS_USER }));
	else if (!program_safe())
		doctor_tell(d, HEALTH_WRONG, "ssh-keys",
		    N_("sshd does not run {path}: it and every folder above "
		       "it have to be root's, executable, and writable for "
		       "nobody else."),
		    FILLS({ "path", program }));
	else if (!socket_good(pw->pw_uid))
		doctor_tell(d, HEALTH_WRONG, "ssh-keys",
		    N_("{path} is not there, or not {user}'s, so sshd learns "
		       "of no keys. Run: systemctl restart "
		       "kosmod-keys.socket kosmod"),
		    FILLS(
			{ "path", keys_socket }, { "user", KOSMO_KEYS_USER }));
	else
		doctor_tell(d, HEALTH_OK, "ssh-keys",
		    N_("sshd can ask for the keys of people."), NULL);
}
