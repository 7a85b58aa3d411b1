#include "config.h"

#include <stdio.h>
#include <string.h>

#include "kosmod/talk/base32.h"
#include "kosmod/talk/call.h"
#include "kosmod/talk/flows/device_name.h"
#include "kosmod/talk/flows/flows.h"
#include "kosmod/talk/otpauth.h"
#include "kosmod/talk/qr.h"
#include "kosmod/talk/text.h"

#define TEXT_LINES 3 /* below a QR code */

/* An app that is being enrolled, and how it is shown. */
struct enrolment {
	struct k_seed_is seed;
	struct secret uri;
	struct qr_look look;
	bool key;    /* the key instead of a QR code */
	bool draw;   /* before the next ask */
	bool *other; /* where `other` is noted; NULL: it leads nowhere */
};

static int
open_seed(struct dialogue *d, struct enrolment *e)
{
	static const struct k_seed request = { 0 };
	union kmsg reply;
	int r = call(d, &k_seed_layout, &request, K_SEED_IS, &reply);

	if (r == 0) {
		e->seed = reply.seed_is;
		r = otpauth_uri(&e->seed, &e->uri);
	}
	explicit_bzero(&reply, sizeof(reply));
	return r;
}

/* The URI for a client that makes its own picture of it. */
static int
send_uri(struct dialogue *d, const struct enrolment *e)
{
	struct msg_row row = { .kind = "uri", .n_cells = 1 };
	int r;

	snprintf(row.cells[0].name, sizeof(row.cells[0].name), "uri");
	memcpy(row.cells[0].value, e->uri.bytes, e->uri.len);
	r = d->t->person->row(d->t->person->arg, &row);
	explicit_bzero(&row, sizeof(row));
	return r;
}

static int
say_key(struct dialogue *d, const struct enrolment *e)
{
	struct secret key = { 0 };
	char digits[12], period[12];
	int r = base32_groups(e->seed.seed.bytes, e->seed.seed.len, &key);

	snprintf(digits, sizeof(digits), "%u", e->seed.digits);
	snprintf(period, sizeof(period), "%u", e->seed.period);
	if (r == 0)
		r = say(d,
		    N_("In the app choose to enter a set-up key, and type "
		       "this:\n"
		       "  Account  {issuer}:{account}\n"
		       "  Key      {key}\n"
		       "  Type     time-based ({algorithm}, {digits} digits, "
		       "{period} seconds)\n"
		       "Type qr to go back to the QR code (or ascii, on 45 "
		       "lines and more)."),
		    FILL({ "issuer", e->seed.issuer },
			{ "account", e->seed.account }, { "key", key.bytes },
			{ "algorithm", e->seed.algorithm },
			{ "digits", digits }, { "period", period }));
	secret_done(&key);
	return r;
}

static int
say_qr(struct dialogue *d, const struct enrolment *e)
{
	struct buf lines = BUF_INIT;
	unsigned width, height;
	int r = qr_draw(e->uri.bytes, e->look, &lines, &width, &height);

	if (r == 0)
		r = say_lines(d, (const char *)lines.data);
	if (r == 0)
		r = say(d,
		    N_("Scan this with a free app (Google or Microsoft "
		       "Authenticator, FreeOTP)."),
		    NULL);
	if (r == 0)
		r = say(d,
		    e->other != NULL
			? N_("Can't scan: type key. Light background: invert. "
			     "Another method: other.")
			: N_("Can't scan: type key. Light background: invert."),
		    NULL);
	buf_done(&lines);
	return r;
}

/* Whether a terminal of known size has room for the picture as it looks. */
static int
has_room(const struct dialogue *d, const struct enrolment *e,
    unsigned *ret_lines, bool *ret)
{
	struct buf lines = BUF_INIT;
	unsigned width = 0, height = 0;
	int r = qr_draw(e->uri.bytes, e->look, &lines, &width, &height);

	buf_done(&lines);
	*ret_lines = height + TEXT_LINES;
	*ret = (d->t->hello.lines == 0 || *ret_lines <= d->t->hello.lines) &&
	    (d->t->hello.columns == 0 || width <= d->t->hello.columns);
	return r;
}

/* The half-blocks, or the key where they have no room. */
static int
look_first(const struct dialogue *d, struct enrolment *e)
{
	unsigned lines;
	bool room = false;
	int r = has_room(d, e, &lines, &room);

	e->key = r != 0 || !room;
	e->draw = true;
	return r == KOSMO_ETOOBIG ? 0 : r;
}

/* `ascii`: says how tall it is before it pushes everything off the screen. */
static int
look_ascii(struct dialogue *d, struct enrolment *e)
{
	static const struct qr_look ascii = { false, true };
	const struct enrolment before = *e;
	char n[12];
	const struct question question = {
		.text = N_("The picture takes {n} lines: make the window that "
			   "tall (or type key)."),
		.prompt = N_("Press Enter when ready: "),
		.fills = FILL({ "n", n }),
		.enter = true,
		.words = WORD_FLAG(WORD_KEY) | WORD_FLAG(WORD_QR),
	};
	struct answer answer = { 0 };
	unsigned lines;
	bool room;
	int r;

	e->look.ascii = ascii.ascii;
	e->key = false;
	e->draw = true;
	if ((r = has_room(d, e, &lines, &room)) != 0)
		return r;
	snprintf(n, sizeof(n), "%u", lines);
	if (!room) {
		e->look = before.look;
		e->key = before.key;
		e->draw = false;
		return say(d,
		    N_("The screen is too small ({n} lines needed). Type "
		       "key."),
		    FILL({ "n", n }));
	}
	r = ask(d, &question, &answer);
	e->key = answer.word == WORD_KEY;
	e->look.ascii = answer.word == WORD_NONE;
	answer_done(&answer);
	return r;
}

/* A word was typed instead of a code: another look at the same key. */
static int
change_look(struct dialogue *d, struct enrolment *e, enum word word)
{
	switch (word) {
	case WORD_KEY:
		e->key = true;
		break;
	case WORD_QR:
		e->key = false;
		e->look.ascii = false;
		break;
	case WORD_INVERT:
		e->key = false;
		e->look.light = !e->look.light;
		break;
	case WORD_ASCII:
		return look_ascii(d, e);
	default:
		if (e->other == NULL)
			return say_no_other(d);
		*e->other = true;
		return 0;
	}
	e->draw = true;
	return 0;
}

static int
draw(struct dialogue *d, struct enrolment *e)
{
	if (!e->draw)
		return 0;
	e->draw = false;
	return e->key ? say_key(d, e) : say_qr(d, e);
}

static int
code_refused(struct dialogue *d, const struct k_verdict *v)
{
	char n[12];

	if (v->word != VERDICT_NO && v->word != VERDICT_USED &&
	    v->word != VERDICT_CLOCK)
		return leave_verdict(d, v);
	if (v->left == 0)
		return leave(d, RESULT_MAXTRIES,
		    N_("Not finished. Your next login goes on with the same "
		       "QR code."),
		    NULL);
	if (v->word == VERDICT_USED)
		return say(d,
		    N_("That code was used already. Enter the next one "
		       "shown."),
		    NULL);
	snprintf(n, sizeof(n), "%u", (v->offset + 59) / 60);
	if (v->word == VERDICT_CLOCK)
		return say(d,
		    N_("The phone's clock is about {n} minutes off. Set it to "
		       "automatic."),
		    FILL({ "n", n }));
	return say(d,
	    N_("Wrong code. Is the type time-based? Enter the next code "
	       "shown."),
	    NULL);
}

/* Shows the key and has one answer; *id becomes the device's when proven. */
static int
try_code(struct dialogue *d, struct enrolment *e, const struct enroll_how *how,
    uint32_t *id)
{
	char digits[12];
	const struct question question = {
		.prompt = N_("Code shown by the app ({n} digits): "),
		.fills = FILL({ "n", digits }),
		.page = true,
		.words = WORD_FLAG(WORD_KEY) | WORD_FLAG(WORD_QR) |
		    WORD_FLAG(WORD_INVERT) | WORD_FLAG(WORD_ASCII) |
		    WORD_FLAG(WORD_OTHER),
	};
	struct answer answer = { 0 };
	struct k_seed_code code = { 0 };
	struct k_verdict verdict;
	const char *name =
	    how->name != NULL ? how->name : text_of(d, N_("app"));
	int r;

	snprintf(digits, sizeof(digits), "%u", e->seed.digits);
	snprintf(code.name, sizeof(code.name), "%s", name);
	if ((r = draw(d, e)) != 0 || (r = ask(d, &question, &answer)) != 0)
		goto out;
	if (answer.word != WORD_NONE) {
		r = change_look(d, e, answer.word);
		goto out;
	}
	answer_digits(&answer.text, code.digits);
	r = call_verdict(d, &k_seed_code_layout, &code, &verdict);
	if (r != 0)
		goto out;
	if (verdict.word == VERDICT_YES)
		*id = verdict.device;
	else
		r = code_refused(d, &verdict);
out:
	answer_done(&answer);
	explicit_bzero(&code, sizeof(code));
	return r;
}

int
say_no_other(struct dialogue *d)
{
	int r = say(d, N_("There is no other method here."), NULL);

	return r != 0 ? r : say_contact(d);
}

int
enroll_app(struct dialogue *d, const struct enroll_how *how, bool *other)
{
	const struct vouch_how vouching = { NULL, other != NULL };
	struct enrolment e = { .other = other };
	struct vouched vouched = { 0 };
	uint32_t id = 0;
	int r = 0;

	if (d->person.n_devices == 0)
		r = vouch(d, &vouching, &vouched);
	if (r == 0 && vouched.other)
		*other = true;
	if (r != 0 || vouched.other || (r = open_seed(d, &e)) != 0)
		goto out;
	r = how->uri ? send_uri(d, &e) : look_first(d, &e);
	while (r == 0 && id == 0 && (other == NULL || !*other))
		r = try_code(d, &e, how, &id);
	if (r == 0 && id != 0)
		r = call_profile(d);
	if (r == 0 && id != 0 && how->name == NULL)
		r = device_name_ask(d, id);
out:
	explicit_bzero(&e, sizeof(e));
	return r;
}
