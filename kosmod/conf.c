#include "config.h"

#include "conf.h"

#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "kosmod/conf_read.h"
#include "kosmod/kmsg.h"
#include "kosmod/terms.h"
#include "kosmod/trusted.h"
#include "libkosmo/path.h"

#define MINUTE 60U
#define HOUR 3600U
#define DAY 86400U
#define FILE_MAX ((off_t)1024 * 1024)
#define BLOCKLIST_MAX ((off_t)64 * 1024 * 1024)
#define BOTH (STEP_PASSWORD | STEP_FACTOR)

const struct conf_service conf_plain_service = {
	.steps = BOTH,
	.deadline = 5 * MINUTE,
	.remember = REMEMBER_UNSET,
};

static const struct conf_service built_in[] = {
	{ .name = "sshd",
	    .steps = BOTH,
	    .login = true,
	    .dialogue = true,
	    .deadline = 14 * MINUTE,
	    .remember = REMEMBER_UNSET },
	{ .name = "login",
	    .steps = BOTH,
	    .login = true,
	    .dialogue = true,
	    .console = true,
	    .deadline = 14 * MINUTE },
	{ .name = "sudo", .steps = BOTH, .deadline = 5 * MINUTE },
	{ .name = "su", .steps = BOTH, .deadline = 5 * MINUTE },
	{ .name = "passwd", .steps = BOTH, .deadline = 5 * MINUTE },
	{ .name = "locker", .steps = BOTH, .deadline = 1 * MINUTE },
	{ .name = "kosmoctl",
	    .steps = BOTH,
	    .dialogue = true,
	    .deadline = 14 * MINUTE },
};

/* User IDs that look as if the house itself were speaking. */
static const char deny[] = "administrator webmaster postmaster hostmaster "
			   "supervisor sysadmin helpdesk security password";

void
conf_host_domain(char *out, size_t size)
{
	struct utsname host;
	const char *name = "", *dot;

	if (uname(&host) == 0)
		name = host.nodename;
	dot = strchr(name, '.');
	if (dot != NULL && dot[1] != '\0')
		name = dot + 1;
	(void)snprintf(out, size, "%s", name[0] != '\0' ? name : "kosmo");
	for (char *p = out; *p != '\0'; p++) {
		if (*p == ':')
			*p = '-';
	}
}

static void
default_policy(struct conf *conf)
{
	conf->user_id.min = 8;
	conf->user_id.max = 13;
	(void)snprintf(
	    conf->user_id.deny, sizeof(conf->user_id.deny), "%s", deny);
	conf->password.min = 8;
	conf->password.max = 64;
	conf->password.classes =
	    CLASS_UPPER | CLASS_LOWER | CLASS_DIGIT | CLASS_SYMBOL;
	conf->password.history = 5;
	conf->registration.expires = 30 * DAY;
	conf->registration.birth_date = true;
	conf->registration.terms = true;
	conf->registration.email = true;
	conf->registration.user_id = true;
	conf->registration.relogin = true;
	conf->registration.attempts = 5;
	conf->recovery.count = 10;
	conf_host_domain(conf->totp.issuer, sizeof(conf->totp.issuer));
	(void)snprintf(
	    conf->totp.algorithm, sizeof(conf->totp.algorithm), "SHA1");
	conf->totp.digits = 6;
	conf->totp.period = 30;
	conf->totp.window = 1;
}

static void
default_login(struct conf *conf)
{
	conf->throttle.free = 5;
	conf->throttle.window = 15 * MINUTE;
	conf->throttle.base = 1 * MINUTE;
	conf->throttle.ceiling = 15 * MINUTE;
	conf->throttle.per_source = 50;
	conf->throttle.per_source_window = HOUR;
	conf->throttle.per_person = 20;
	conf->throttle.per_person_window = HOUR;
	conf->throttle.known_for = 30 * DAY;
	conf->throttle.lock = 30;
	conf->login.methods = METHOD_BIT(METHOD_PASSKEY) |
	    METHOD_BIT(METHOD_TOTP) | METHOD_BIT(METHOD_EMAIL);
	conf->login.order[0] = METHOD_PASSKEY;
	conf->login.order[1] = METHOD_TOTP;
	conf->login.order[2] = METHOD_EMAIL;
	conf->login.floor = STEP_FACTOR;
	conf->login.attempts = 3;
	(void)snprintf(
	    conf->login.language, sizeof(conf->login.language), "en");
}

static void
default_email(struct conf *conf)
{
	char domain[MAIL_FROM_LEN - 16];

	conf_host_domain(domain, sizeof(domain));
	(void)snprintf(
	    conf->email.from, sizeof(conf->email.from), "no-reply@%s", domain);
	conf->email.digits = 6;
	conf->email.lifetime = 10 * MINUTE;
	conf->email.attempts = 5;
	conf->email.resend_after = MINUTE;
	conf->email.per_hour = 10;
	(void)snprintf(conf->email.sendmail, sizeof(conf->email.sendmail),
	    "/usr/sbin/sendmail -t -i");
	(void)snprintf(
	    conf->admin.protect, sizeof(conf->admin.protect), "sudo wheel adm");
}

void
conf_defaults(struct conf *conf)
{
	memset(conf, 0, sizeof(*conf));
	default_policy(conf);
	default_login(conf);
	default_email(conf);
	conf->passkey.timeout = MINUTE;
	conf->limits.conversations = 1000;
	conf->limits.per_uid = 32;
	conf->limits.idle = 5 * MINUTE;
	(void)snprintf(
	    conf->paths.socket, sizeof(conf->paths.socket), "%s", KOSMO_SOCKET);
	(void)snprintf(conf->paths.state, sizeof(conf->paths.state), "%s",
	    KOSMO_STATE_DIR);
	(void)snprintf(conf->paths.master_key, sizeof(conf->paths.master_key),
	    "%s", KOSMO_MASTER_KEY);
	(void)snprintf(
	    conf->paths.terms, sizeof(conf->paths.terms), "%s", KOSMO_TERMS);
	memcpy(conf->services, built_in, sizeof(built_in));
	conf->n_services = sizeof(built_in) / sizeof(built_in[0]);
}

/* A block list that nobody could open later is said now. */
static int
check_blocklist(const struct conf *conf, FILE *err)
{
	const char *why = NULL;
	int fd, r;

	if (conf->password.blocklist[0] == '\0')
		return KOSMO_OK;
	r = trusted_open(
	    conf->password.blocklist, 022, BLOCKLIST_MAX, &fd, &why);
	if (r != KOSMO_OK) {
		(void)fprintf(err, "%s: [password] blocklist: %s\n",
		    conf->password.blocklist, why);
		return KOSMO_EINVAL;
	}
	(void)close(fd);
	return KOSMO_OK;
}

/* Both languages must be there: consent is asked in the person's own. */
static int
load_terms(struct conf *conf, FILE *err)
{
	static const char *const languages[] = { "en", "ja" };

	for (size_t i = 0; i < 2 && conf->registration.terms; i++) {
		if (terms_read(conf->paths.terms, languages[i], &conf->terms[i],
			NULL, err) != KOSMO_OK) {
			(void)fprintf(err,
			    "[registration] terms = yes needs it: put it "
			    "there, or set terms = no\n");
			return KOSMO_EINVAL;
		}
	}
	return KOSMO_OK;
}

static int
read_file(const char *path, struct conf *conf, FILE *err)
{
	const char *why = NULL;
	FILE *in;
	int fd, r;

	if (trusted_open(path, 022, FILE_MAX, &fd, &why) != KOSMO_OK) {
		(void)fprintf(err, "%s: %s\n", path, why);
		return KOSMO_EINVAL;
	}
	if ((in = fdopen(fd, "re")) == NULL) {
		(void)close(fd);
		return KOSMO_ENOMEM;
	}
	r = conf_read(in, path, conf, err);
	(void)fclose(in);
	return r;
}

int
conf_load_keys(const char *path, struct conf *ret, FILE *err)
{
	int r;

	conf_defaults(ret);
	if (path == NULL)
		return KOSMO_OK;
	if ((r = read_file(path, ret, err)) != KOSMO_OK)
		return r;
	return conf_check(ret, path, err);
}

int
conf_load(const char *path, struct conf *ret, FILE *err)
{
	int r = conf_load_keys(path, ret, err);

	if (r != KOSMO_OK || path == NULL)
		return r;
	if ((r = load_terms(ret, err)) != KOSMO_OK)
		return r;
	return check_blocklist(ret, err);
}

static const struct conf_service *
find_service(const struct conf *conf, const char *name)
{
	for (uint32_t i = 0; i < conf->n_services; i++) {
		if (strcmp(conf->services[i].name, name) == 0)
			return &conf->services[i];
	}
	return NULL;
}

/* `sudo -i` and `su -` have a name of their own at PAM, and no other rules. */
static const char *
also_known(const char *name)
{
	if (strcmp(name, "sudo-i") == 0)
		return "sudo";
	return strcmp(name, "su-l") == 0 ? "su" : name;
}

const struct conf_service *
conf_service(const struct conf *conf, const char *name)
{
	const struct conf_service *s = find_service(conf, name);

	if (s == NULL)
		s = find_service(conf, also_known(name));
	return s != NULL ? s : &conf_plain_service;
}
