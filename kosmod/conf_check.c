#include "config.h"

#include "conf_read.h"

#include <string.h>
#include <unistd.h>

#include "kosmod/kmsg.h"
#include "libkosmo/path.h"

struct checking {
	const struct conf *conf;
	const char *name;
	FILE *err;
	bool failed;
};

static void
fail(struct checking *ck, const char *what)
{
	ck->failed = true;
	(void)fprintf(ck->err, "%s: %s\n", ck->name, what);
}

static unsigned
count_bits(uint32_t bits)
{
	unsigned n = 0;

	for (; bits != 0; bits &= bits - 1)
		n++;
	return n;
}

static void
check_ranges(struct checking *ck)
{
	const struct conf *conf = ck->conf;

	if (conf->user_id.min > conf->user_id.max)
		fail(ck, "[user-id] min is above max");
	if (conf->password.min > conf->password.max)
		fail(ck, "[password] min is above max");
	if (count_bits(conf->password.classes) > conf->password.max)
		fail(ck, "[password] max has no room for one of each class");
	if (conf->throttle.base > conf->throttle.ceiling)
		fail(ck, "[throttle] base is above ceiling");
	if (conf->throttle.per_source > FAILURES_MAX ||
	    conf->throttle.per_person > FAILURES_MAX)
		fail(ck, "[throttle] no more than 250 failures are counted");
	if (conf->limits.per_uid > conf->limits.conversations)
		fail(ck, "[limits] per-uid is above conversations");
}

/* The others stand in the same folder, and their paths must fit. */
static void
check_socket(struct checking *ck)
{
	const char *path = ck->conf->paths.socket;
	const char *base = strrchr(path, '/') + 1;
	size_t folder = (size_t)(base - path);

	if (strcmp(base, KOSMO_ADMIN_SOCKET) == 0)
		fail(ck, "[paths] socket has the name of the admin socket");
	if (strcmp(base, KOSMO_PRIV_SOCKET) == 0)
		fail(ck, "[paths] socket has the name of the priv socket");
	if (strcmp(base, KOSMO_TOUCH_SOCKET) == 0)
		fail(ck, "[paths] socket has the name of the touch socket");
	if (strcmp(base, KOSMO_KEYS_SOCKET) == 0)
		fail(ck, "[paths] socket has the name of the keys socket");
	if (folder + strlen(KOSMO_ADMIN_SOCKET) >=
	    sizeof(ck->conf->paths.socket))
		fail(ck, "[paths] socket: the path of its folder is too long");
	if (folder <= 1)
		fail(ck, "[paths] socket must stand in a folder of its own");
}

static void
fail_service(struct checking *ck, const struct conf_service *s, const char *why)
{
	char what[192];

	(void)snprintf(what, sizeof(what), "[service %s] %s", s->name, why);
	fail(ck, what);
}

/*
 * A remembered login takes an address, so none of a console, and words that
 * sudo, su, passwd and lockers have no room for.
 */
static void
check_service(struct checking *ck, const struct conf_service *s)
{
	bool remote = s->login && s->dialogue && !s->console;

	if ((s->methods & ~ck->conf->login.methods) != 0)
		fail_service(
		    ck, s, "methods names one that [login] methods does not");
	if (s->remember != 0 && s->remember != REMEMBER_UNSET && !remote)
		fail_service(ck, s,
		    "remember is for logins from elsewhere alone (login = yes, "
		    "dialogue = yes, console = no)");
	if (s->combined && s->steps != (STEP_PASSWORD | STEP_FACTOR))
		fail_service(
		    ck, s, "combined = yes needs steps = password factor");
}

int
conf_check(const struct conf *conf, const char *name, FILE *err)
{
	struct checking ck = { conf, name, err, false };

	check_ranges(&ck);
	check_socket(&ck);
	for (uint32_t i = 0; i < conf->n_services; i++)
		check_service(&ck, &conf->services[i]);
	return ck.failed ? KOSMO_EINVAL : KOSMO_OK;
}

static void
advise_totp(const struct conf *conf, FILE *out)
{
	char domain[sizeof(conf->totp.issuer)];

	conf_host_domain(domain, sizeof(domain));
	if (strcmp(domain, conf->totp.issuer) == 0)
		(void)fprintf(out,
		    "[totp] issuer is not set: apps will show "
		    "\"%s\"\n",
		    domain);
	if (strcmp(conf->totp.algorithm, "SHA1") != 0)
		(void)fprintf(out,
		    "[totp] algorithm = %s: some common apps "
		    "ignore it and use SHA1\n",
		    conf->totp.algorithm);
	if (conf->totp.digits != 6)
		(void)fprintf(out,
		    "[totp] digits = %u: some common apps "
		    "ignore it and show 6\n",
		    conf->totp.digits);
	if (conf->totp.period != 30)
		(void)fprintf(out,
		    "[totp] period = %u: some common apps "
		    "ignore it and use 30\n",
		    conf->totp.period);
}

static void
advise_email(const struct conf *conf, FILE *out)
{
	char program[sizeof(conf->email.sendmail)];

	(void)snprintf(program, sizeof(program), "%s", conf->email.sendmail);
	program[strcspn(program, " ")] = '\0';
	if (access(program, X_OK) != 0)
		(void)fprintf(out,
		    "[email] sendmail: %s can't be run: no mail will be sent\n",
		    program);
}

static void
advise_passkey(const struct conf *conf, FILE *out)
{
	const char *verify = conf->passkey.verify == VERIFY_PREFERRED
	    ? "preferred"
	    : "discouraged";

	if ((conf->login.methods & METHOD_BIT(METHOD_PASSKEY)) != 0 &&
	    (conf->passkey.verify == VERIFY_PREFERRED ||
		conf->passkey.verify == VERIFY_DISCOURAGED))
		(void)fprintf(out,
		    "[passkey] user-verification = %s: whoever finds a key "
		    "may use it as the second factor\n",
		    verify);
}

void
conf_advise(const struct conf *conf, FILE *out)
{
	if (conf->login.contact[0] == '\0' &&
	    (conf->login.contact_ja[0] == '\0' ||
		conf->login.contact_en[0] == '\0'))
		(void)fprintf(out,
		    "[login] contact is not set: people who "
		    "are stuck will not be told whom to ask\n");
	advise_totp(conf, out);
	advise_email(conf, out);
	advise_passkey(conf, out);
	if ((conf->login.floor & STEP_FACTOR) == 0)
		(void)fprintf(out,
		    "[login] floor = password: a PAM line may "
		    "let people in without a second factor\n");
	for (uint32_t i = 0; i < conf->n_services; i++) {
		const struct conf_service *s = &conf->services[i];

		if ((conf->login.floor & ~s->steps) != 0)
			(void)fprintf(out,
			    "[service %s] steps is below "
			    "[login] floor, which is asked as well\n",
			    s->name);
	}
}
