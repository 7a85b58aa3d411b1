/*
 * doctor_host.c: what else of this host a login goes through.
 */
#include "config.h"

#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "doctor.h"

#define LOGIN_SECONDS 900

/* True if a line of the file that is no comment has word in it. */
static bool
has_line(const char *path, const char *word)
{
	FILE *f = fopen(path, "re");
	char *text = NULL;
	size_t room = 0;
	bool found = false;

	while (f != NULL && !found && getline(&text, &room, f) > 0)
		found = text[strspn(text, " \t")] != '#' &&
		    strstr(text, word) != NULL;
	free(text);
	if (f != NULL)
		(void)fclose(f);
	return found;
}

struct advice {
	struct doctor *doctor;
	bool any;
};

static void
take_advice(void *arg, const char *text)
{
	struct advice *a = arg;

	if (text[0] != '[')
		return; /* that there is no error */
	a->any = true;
	doctor_tell(a->doctor, HEALTH_NOTE, "conf", N_("kosmod.conf: {line}."),
	    FILLS({ "line", text }));
}

static void
look_at_conf(struct doctor *d)
{
	static const char kosmod[] = SBINDIR "/kosmod";
	struct advice a = { d, false };

	if (access(kosmod, X_OK) != 0)
		return;
	if (!doctor_lines(kosmod, "--check-config", take_advice, &a))
		doctor_tell(d, HEALTH_WRONG, "conf",
		    N_("kosmod.conf has mistakes. Look at: kosmod "
		       "--check-config"),
		    NULL);
	else if (!a.any)
		doctor_tell(d, HEALTH_OK, "conf",
		    N_("kosmod.conf has all that it needs."), NULL);
}

static void
look_at_pam(struct doctor *d)
{
	static const char *const services[] = { "sshd", "login", "sudo", "su",
		"passwd" };
	char path[64], check[32];

	for (size_t i = 0; i < sizeof(services) / sizeof(services[0]); i++) {
		const char *s = services[i];

		(void)snprintf(path, sizeof(path), "/etc/pam.d/%s", s);
		(void)snprintf(check, sizeof(check), "pam.%s", s);
		if (access(path, R_OK) != 0)
			continue; /* not on this host */
		if (has_line(path, "pam_kosmo.so"))
			doctor_tell(d, HEALTH_OK, check,
			    N_("{path} asks Kosmo."), FILLS({ "path", path }));
		else
			doctor_tell(d, HEALTH_NOTE, check,
			    N_("{path} does not ask Kosmo. To have it ask: "
			       "pam.d/insert {service}"),
			    FILLS({ "path", path }, { "service", s }));
	}
}

static long
login_timeout(void)
{
	FILE *f = fopen("/etc/login.defs", "re");
	char *text = NULL;
	size_t room = 0;
	long n = 60; /* login(1)'s own */

	while (f != NULL && getline(&text, &room, f) > 0)
		(void)sscanf(text, " LOGIN_TIMEOUT %ld", &n);
	free(text);
	if (f != NULL)
		(void)fclose(f);
	return n;
}

static void
look_at_login(struct doctor *d)
{
	long n = login_timeout();
	char text[24];

	(void)snprintf(text, sizeof(text), "%ld", n);
	if (n == 0 || n >= LOGIN_SECONDS)
		doctor_tell(d, HEALTH_OK, "login.timeout",
		    N_("login: LOGIN_TIMEOUT {n}"), FILLS({ "n", text }));
	else
		doctor_tell(d, HEALTH_WRONG, "login.timeout",
		    N_("login: LOGIN_TIMEOUT is {n}: a first login at the "
		       "console is cut off by then. Append Kosmo's login.defs "
		       "to /etc/login.defs."),
		    FILLS({ "n", text }));
}

/* `sudo -V` of root lists what is kept, under a heading. */
struct kept {
	bool list, found;
};

static void
take(void *arg, const char *text)
{
	struct kept *k = arg;

	if (strstr(text, "to preserve") != NULL)
		k->list = true;
	else if (text[0] != '\t')
		k->list = false;
	else if (k->list && strcmp(text + 1, "SSH_AUTH_SOCK") == 0)
		k->found = true;
}

static void
look_at_sudo(struct doctor *d)
{
	static const char sudo[] = "/usr/bin/sudo";
	struct kept kept = { false, false };

	if (access(sudo, X_OK) != 0 || !doctor_lines(sudo, "-V", take, &kept))
		return;
	if (kept.found)
		doctor_tell(d, HEALTH_OK, "sudo.env_keep",
		    N_("sudo: env_keep has SSH_AUTH_SOCK."), NULL);
	else
		doctor_tell(d, HEALTH_NOTE, "sudo.env_keep",
		    N_("sudo: env_keep has no SSH_AUTH_SOCK, so keys over "
		       "ssh -A can't approve sudo. Put Kosmo's sudoers into "
		       "/etc/sudoers.d/kosmo."),
		    NULL);
}

static void
look_at_udev(struct doctor *d)
{
	static const char *const folders[] = { "/etc/udev/rules.d",
		"/usr/lib/udev/rules.d", "/lib/udev/rules.d" };
	char path[96];
	bool rule = false;

	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
		(void)snprintf(
		    path, sizeof(path), "%s/71-kosmo-touch.rules", folders[i]);
		rule = rule || access(path, R_OK) == 0;
	}
	if (rule && getgrnam("kosmo-touch") != NULL)
		doctor_tell(d, HEALTH_OK, "udev",
		    N_("udev gives security keys to kosmo-touch."), NULL);
	else
		doctor_tell(d, HEALTH_WRONG, "udev",
		    N_("udev does not give security keys to kosmo-touch: "
		       "71-kosmo-touch.rules or the group is missing (make "
		       "install, systemd-sysusers)."),
		    NULL);
}

void
doctor_host(struct doctor *d)
{
	look_at_conf(d);
	look_at_pam(d);
	look_at_login(d);
	look_at_sudo(d);
	look_at_udev(d);
}
