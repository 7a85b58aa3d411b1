/*
 * What talk does when the keeper is gone, out of turn or in trouble, and when
 * the person hangs up: it ends, and never claims ALLOW.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kosmod/talk/talk.h"

#define SETTING "$y$j9T$aaaaaaaaaaaaaaaaaaaaa."

/* A keeper that says what it was told to, and a person who types the same. */
struct play {
	uint8_t odd_to; /* the request that is answered oddly */
	uint8_t odd;	/* reply type; 0: the keeper is gone */
	uint8_t word;	/* of K_VERDICT */
	const char *ref;
	unsigned steps;
	unsigned answers; /* before the person hangs up */
	unsigned idle;	  /* [limits] idle, if not the default */
	bool open;	  /* a step of registration is */
	uint32_t seconds; /* that the last ask may wait */
	int claimed;	  /* of K_FINISH; -1: none came */
	char text[8192];  /* all that was shown and asked */
	size_t len;
};

static void
note(struct play *p, const char *text)
{
	size_t n = strlen(text);

	assert_true(p->len + n + 1 < sizeof(p->text));
	memcpy(p->text + p->len, text, n + 1);
	p->len += n;
}

static int
ask(void *arg, const struct msg_ask *msg, struct secret *ret)
{
	struct play *p = arg;

	note(p, msg->text);
	p->seconds = msg->seconds;
	if (p->answers == 0)
		return KOSMO_ECLOSED;
	p->answers--;
	return secret_set(ret, "123456", 6);
}

static int
show(void *arg, const struct msg_show *msg)
{
	note(arg, msg->text);
	return 0;
}

static void
person(union kmsg *reply)
{
	reply->person.state = STATE_ACTIVE;
	reply->person.preferred = METHOD_TOTP;
	reply->person.n_devices = 1;
	reply->person.devices[0].id = 1;
	reply->person.devices[0].method = METHOD_TOTP;
	snprintf(reply->person.devices[0].name, LABEL_LEN, "phone");
}

static int
call(void *arg, const struct layout *req, const void *msg, uint8_t *ret_type,
    union kmsg *reply)
{
	struct play *p = arg;

	memset(reply, 0, sizeof(*reply));
	if (req->type == p->odd_to) {
		*ret_type = p->odd;
		reply->verdict.word = p->word;
		if (p->ref != NULL)
			snprintf(reply->verdict.ref, 5, "%s", p->ref);
		return p->odd == 0 ? KOSMO_ECLOSED : 0;
	}
	if (req->type == K_BIND) {
		*ret_type = K_BOUND;
		reply->bound.steps = (uint8_t)p->steps;
		reply->bound.methods = METHOD_BIT(METHOD_TOTP);
		reply->bound.attempts = 3;
		reply->bound.dialogue = 1;
		snprintf(reply->bound.language, 8, "en");
	} else if (req->type == K_TRY) {
		*ret_type = K_SETTING;
		snprintf(reply->setting.setting, HASH_LEN, SETTING);
	} else if (req->type == K_PROFILE) {
		*ret_type = K_PERSON;
		person(reply);
		reply->person.todo = p->open ? TODO_USER_ID : 0;
	} else if (req->type == K_FINISH) {
		p->claimed = ((const struct k_finish *)msg)->result;
		*ret_type = K_DONE;
	} else {
		*ret_type = K_VERDICT;
		reply->verdict.word = VERDICT_YES;
	}
	return 0;
}

static int
run(struct play *p)
{
	const struct conversation conversation = {
		.ask = ask, .show = show, .arg = p
	};
	const struct link link = { call, p };
	struct conf *conf = calloc(1, sizeof(*conf));
	struct talk *t = calloc(1, sizeof(*t));
	int r;

	assert_non_null(conf);
	assert_non_null(t);
	assert_int_equal(conf_load(NULL, conf, stderr), 0);
	if (p->idle != 0)
		conf->limits.idle = p->idle;
	t->conf = conf;
	t->person = &conversation;
	t->keeper = &link;
	t->phase = PHASE_AUTH;
	snprintf(t->hello.service, sizeof(t->hello.service), "sshd");
	if (p->steps == 0)
		p->steps = STEP_PASSWORD | STEP_FACTOR;
	p->claimed = -1;
	r = talk_run(t);
	free(conf);
	free(t);
	return r;
}

static void
allowed(void **state)
{
	struct play p = { .answers = 9 };

	(void)state;
	assert_int_equal(run(&p), 0);
	assert_int_equal(p.claimed, RESULT_ALLOW);
}

static void
keeper_gone_or_odd(void **state)
{
	static const uint8_t requests[] = { K_BIND, K_TRY, K_PASSWORD,
		K_PROFILE, K_CODE, K_FINISH };
	static const uint8_t replies[] = { 0, K_BOUND, K_PERSON, K_DONE };

	(void)state;
	for (size_t i = 0; i < sizeof(requests); i++)
		for (size_t j = 0; j < sizeof(replies); j++) {
			struct play p = { .odd_to = requests[i],
				.odd = replies[j],
				.answers = 9 };

			if ((requests[i] == K_BIND && p.odd == K_BOUND) ||
			    (requests[i] == K_PROFILE && p.odd == K_PERSON) ||
			    (requests[i] == K_FINISH && p.odd == K_DONE))
				continue;
			assert_int_equal(run(&p), 1);
			assert_int_equal(p.claimed, -1);
		}
}

static void
hung_up(void **state)
{
	(void)state;
	for (unsigned n = 0; n < 2; n++) {
		struct play p = { .answers = n };

		assert_int_equal(run(&p), 1);
		assert_int_equal(p.claimed, -1);
	}
}

static void
trouble(void **state)
{
	static const struct {
		uint8_t to, word;
		const char *ref, *text;
		int claimed;
	} rows[] = {
		{ K_TRY, VERDICT_BUSY, NULL,
		    "\nBusy just now. Please log in again in a moment.\n"
		    "Press Enter: ",
		    RESULT_ERROR },
		{ K_PASSWORD, VERDICT_BUSY, "k7mq",
		    "\nThat failed. If it happens again, please report no. "
		    "k7mq.\nPress Enter: ",
		    RESULT_ERROR },
		{ K_CODE, VERDICT_BUSY, "k7mq",
		    "\nThat failed. If it happens again, please report no. "
		    "k7mq.\nPress Enter: ",
		    RESULT_ERROR },
		{ K_PROFILE, VERDICT_NOT_NOW, NULL,
		    "\nThat failed. Please log in again in a moment.\n"
		    "Press Enter: ",
		    RESULT_ERROR },
		{ K_CODE, VERDICT_HOST_CLOCK, NULL, /* and no try left */
		    "\nThree wrong answers; this login ends.\n"
		    "Press Enter: ",
		    RESULT_MAXTRIES },
		{ K_CODE, VERDICT_LOCKED, NULL,
		    "\nYour account is locked. Please ask to have it "
		    "unlocked.\nPress Enter: ",
		    RESULT_DENY },
		{ K_CODE, 200, NULL,
		    "\nThat failed. Please log in again in a moment.\n"
		    "Press Enter: ",
		    RESULT_ERROR },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct play p = { .odd_to = rows[i].to,
			.odd = K_VERDICT,
			.word = rows[i].word,
			.ref = rows[i].ref,
			.answers = 9 };

		assert_int_equal(run(&p), 0);
		assert_int_equal(p.claimed, rows[i].claimed);
		assert_non_null(strstr(p.text, rows[i].text));
	}
}

/* A keeper that refuses for ever, and says so: the person is let go. */
static void
no_tries_left(void **state)
{
	struct play p = { .odd_to = K_PASSWORD,
		.odd = K_VERDICT,
		.word = VERDICT_NO,
		.answers = 9 };

	(void)state;
	assert_int_equal(run(&p), 0);
	assert_int_equal(p.claimed, RESULT_MAXTRIES);
	assert_string_equal(p.text,
	    "Password: \nThree wrong answers; this login ends.\n"
	    "Press Enter: ");
}

/* [limits] idle at one ask; while a step of registration is open 15 minutes. */
static void
an_ask_waits_so_long(void **state)
{
	static const struct {
		bool open;
		unsigned idle;
		uint32_t seconds;
	} rows[] = { { false, 0, 300 }, { false, 77, 77 }, { true, 0, 900 },
		{ true, 77, 900 }, { true, 1000, 1000 } };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct play p = {
			.answers = 2, .idle = rows[i].idle, .open = rows[i].open
		};

		(void)run(&p);
		assert_true(
		    rows[i].open == (strstr(p.text, "User ID") != NULL));
		assert_int_equal(p.seconds, rows[i].seconds);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(allowed),
		cmocka_unit_test(keeper_gone_or_odd),
		cmocka_unit_test(hung_up),
		cmocka_unit_test(trouble),
		cmocka_unit_test(no_tries_left),
		cmocka_unit_test(an_ask_waits_so_long),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
