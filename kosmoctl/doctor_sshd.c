/*
 * doctor_sshd.c: the settings of sshd that a dialogue needs, as sshd itself
 * reads them: of the value that counts there are often several files.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "doctor.h"
#include "libkosmo/path.h"

#define VALUE_LEN 255

struct setting {
	const char *key;  /* as sshd -T has it */
	const char *want; /* the value, or what it begins with */
	bool number;	  /* at least want, or 0: without limit */
	enum health otherwise;
};

/* As 20-kosmo.conf sets them. */
static const struct setting settings[] = {
	{ "usepam", "yes", false, HEALTH_WRONG },
	{ "kbdinteractiveauthentication", "yes", false, HEALTH_WRONG },
	{ "passwordauthentication", "no", false, HEALTH_WRONG },
	{ "pubkeyauthentication", "yes", false, HEALTH_NOTE },
	{ "allowagentforwarding", "yes", false, HEALTH_NOTE },
	{ "logingracetime", "900", true, HEALTH_WRONG },
	{ "authorizedkeyscommand", LIBEXECDIR "/kosmo/kosmo-ssh-keys %u", false,
	    HEALTH_NOTE },
	{ "authorizedkeyscommanduser", KOSMO_KEYS_USER, false, HEALTH_NOTE },
	{ "authorizedkeysfile", "none", false, HEALTH_NOTE },
	{ "authenticationmethods",
	    "publickey,keyboard-interactive keyboard-interactive", false,
	    HEALTH_NOTE },
};

#define SETTINGS (sizeof(settings) / sizeof(settings[0]))

struct found {
	char values[SETTINGS][VALUE_LEN + 1];
};

static void
take(void *arg, const char *text)
{
	struct found *f = arg;
	size_t n = strcspn(text, " ");

	for (size_t i = 0; i < SETTINGS; i++) {
		if (strlen(settings[i].key) == n &&
		    strncmp(text, settings[i].key, n) == 0)
			(void)snprintf(f->values[i], sizeof(f->values[i]), "%s",
			    text[n] == ' ' ? text + n + 1 : "");
	}
}

static bool
is_good(const struct setting *s, const char *value)
{
	long n;

	if (!s->number)
		return strcmp(value, s->want) == 0;
	n = strtol(value, NULL, 10);
	return value[0] != '\0' && (n == 0 || n >= strtol(s->want, NULL, 10));
}

static void
look(struct doctor *d, const struct setting *s, const char *value)
{
	char check[64];

	(void)snprintf(check, sizeof(check), "sshd.%s", s->key);
	if (is_good(s, value))
		doctor_tell(d, HEALTH_OK, check, N_("sshd: {key} {value}"),
		    FILLS({ "key", s->key }, { "value", value }));
	else
		doctor_tell(d, s->otherwise, check,
		    N_("sshd: {key} is \"{value}\"; with {want} it works as "
		       "Kosmo means it (20-kosmo.conf)."),
		    FILLS({ "key", s->key }, { "value", value },
			{ "want", s->want }));
}

void
doctor_sshd(struct doctor *d)
{
	static const char sshd[] = "/usr/sbin/sshd";
	struct found found;

	memset(&found, 0, sizeof(found));
	if (!doctor_lines(sshd, "-T", take, &found) && geteuid() == 0 &&
	    access(sshd, X_OK) == 0) {
		doctor_tell(d, HEALTH_WRONG, "sshd",
		    N_("sshd refuses its own configuration, and would not "
		       "start with it. Look at: sshd -t"),
		    NULL);
		return;
	}
	if (found.values[0][0] == '\0') {
		doctor_tell(d, HEALTH_NOTE, "sshd",
		    N_("sshd -T can't be run here, so sshd was not looked at."),
		    NULL);
		return;
	}
	for (size_t i = 0; i < SETTINGS; i++)
		look(d, &settings[i], found.values[i]);
}
