#include "config.h"

#include "talk.h"

#include <openssl/crypto.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "kosmod/talk/blocklist.h"
#include "kosmod/talk/call.h"
#include "kosmod/talk/flows/flows.h"
#include "kosmod/talk/methods/methods.h"
#include "kosmod/talk/qr.h"
#include "kosmod/talk/source.h"
#include "kosmod/talk/terms_text.h"
#include "libkosmo/packet.h"

/* What each kind of connection talks about. */
static const struct {
	uint8_t phase; /* enum msg_phase */
	int (*flow)(struct dialogue *d);
} phases[] = {
	{ PHASE_AUTH, flow_login },
	{ PHASE_ACCOUNT, flow_account },
	{ PHASE_PASSWORD, flow_passwd },
	{ PHASE_VERB, flow_verb },
};

static int
bind_person(struct talk *t)
{
	const struct conf_service *service =
	    conf_service(t->conf, t->hello.service);
	const struct msg_hello *hello = &t->hello;
	struct k_bind bind = { 0 };
	union kmsg reply;
	uint8_t type = 0;
	int r;

	bind.phase = t->phase;
	memcpy(bind.user, hello->user, sizeof(bind.user));
	bind.uid = hello->uid;
	memcpy(bind.service, hello->service, sizeof(bind.service));
	memcpy(bind.tty, hello->tty, sizeof(bind.tty));
	source_of(hello, service->console, &bind);
	memcpy(bind.ruser, hello->ruser, sizeof(bind.ruser));
	bind.options = hello->options;
	r = t->keeper->call(
	    t->keeper->arg, &k_bind_layout, &bind, &type, &reply);
	if (r == 0 && type != K_BOUND)
		r = KOSMO_EFORMAT;
	if (r == 0) {
		t->bound = reply.bound;
		t->until = packet_now() + (int64_t)t->bound.deadline * 1000;
	}
	explicit_bzero(&reply, sizeof(reply));
	return r;
}

/* Runs the flow of the phase. Something unforeseen is told to the person. */
static int
run_flow(struct talk *t, uint8_t *result)
{
	struct dialogue d;
	int r = KOSMO_EFORMAT;

	dialogue_init(&d, t);
	if (t->bound.ignore) {
		d.result = RESULT_UNKNOWN;
		r = 0;
		goto out;
	}
	for (size_t i = 0; i < sizeof(phases) / sizeof(phases[0]); i++)
		if (phases[i].phase == t->phase)
			r = phases[i].flow(&d);
	if (r == KOSMO_ETIMEOUT) {
		r = leave_late(&d);
	} else if (r < 0 && r != KOSMO_ECLOSED && r != KOSMO_EFORMAT) {
		buf_reset(&d.above);
		r = leave_verdict(&d, NULL);
	}
out:
	*result = d.result;
	dialogue_done(&d);
	return r < 0 ? r : 0;
}

int
talk_run(struct talk *t)
{
	struct k_finish finish = { 0 };
	union kmsg reply;
	uint8_t type = 0;
	int r;

	r = bind_person(t);
	if (r == 0)
		r = run_flow(t, &finish.result);
	if (r == 0 && t->ended)
		return 0;
	if (r == 0)
		r = t->keeper->call(
		    t->keeper->arg, &k_finish_layout, &finish, &type, &reply);
	explicit_bzero(&reply, sizeof(reply));
	return r == 0 && type == K_DONE ? 0 : 1;
}

/* Each library reads and keeps at its first use what it needs later. */
static int
warm_up(void)
{
	static const struct qr_look look = { false, false };
	struct secret text = { 0 };
	struct buf picture = BUF_INIT;
	uint8_t digest[DIGEST_LEN];
	char setting[HASH_LEN + 1], hash[HASH_LEN + 1];
	unsigned width, height;
	int r;

	tzset();
	if (OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL) != 1)
		return KOSMO_ECRYPTO;
	if ((r = initial_digest(&text, digest)) == 0 &&
	    (r = password_setting(setting)) == 0 &&
	    (r = password_hash(&text, setting, hash)) == 0)
		r = qr_draw("otpauth", look, &picture, &width, &height);
	buf_done(&picture);
	return r;
}

int
talk_prepare(const struct conf *conf)
{
	int r = lang_open(KOSMO_LOCALEDIR);

	/* Without a catalogue people read English: better than no login. */
	if (r == KOSMO_ENOMEM)
		return r;
	/* Without terms nobody can agree to them; others log in all the same.
	 */
	if ((r = terms_text_open(conf, stderr)) == KOSMO_ENOMEM)
		return r;
	if ((r = blocklist_open(conf->password.blocklist)) != 0)
		return r;
	return warm_up();
}
