/*
 * enroll_ssh_key.c: a passkey for those who come by ssh: a FIDO2 key of
 * OpenSSH, pasted here, and proven by the next login made with it, or at once
 * where the agent can be asked.
 */
#include "config.h"

#include "kosmod/talk/call.h"
#include "kosmod/talk/flows/device_name.h"
#include "kosmod/talk/flows/flows.h"
#include "kosmod/talk/flows/waiting.h"

struct pasted {
	const char *name; /* of the device, or NULL */
	bool *other;	  /* where `other` is noted; NULL: it leads nowhere */
	uint32_t id;	  /* of the device, once it is proven */
	bool waits;	  /* one is stored, and not proven */
	bool told;	  /* what to do stands on the screen */
};

/*
 * sshd would ask for the password again, which proves no key: this connection
 * is over.
 */
static int
leave_stored(struct dialogue *d)
{
	return leave(d, RESULT_MAXTRIES,
	    N_("Received. To prove it, please log in by ssh once more.\n"
	       "You will be asked for the PIN and to touch the key."),
	    NULL);
}

/* Who has no device yet is vouched for, before one can be stored. */
static int
vouch_first(struct dialogue *d, struct pasted *p)
{
	const struct vouch_how how = { NULL, p->other != NULL };
	struct vouched vouched = { 0 };
	int r = 0;

	if (d->person.n_devices == 0)
		r = vouch(d, &how, &vouched);
	if (vouched.other)
		*p->other = true;
	return r;
}

static bool
is_over(const struct pasted *p)
{
	return p->id != 0 || (p->other != NULL && *p->other);
}

static int
store(struct dialogue *d, const struct k_ssh_pub *key, struct pasted *p)
{
	const char *words = NULL;
	int r = vouch_first(d, p);

	if (r != 0 || is_over(p))
		return r;
	r = waiting_store(d, key, p->name, &words);
	if (r == 0 && words == NULL)
		r = waiting_sign(d, &p->id, &words);
	if (r == 0 && words != NULL)
		return say(d, words, NULL);
	return r != 0 || p->id != 0 ? r : leave_stored(d);
}

/* One ask for the key; nothing typed leaves, if one waits already. */
static int
ask_key(struct dialogue *d, struct pasted *p)
{
	struct question question = {
		.text = N_("Your passkey is made on your own computer. In "
			   "another terminal run\n"
			   "  ssh-keygen -t ed25519-sk -O verify-required\n"
			   "and paste the one line of id_ed25519_sk.pub here "
			   "(or type other)."),
		.prompt = N_("Public key: "),
		.words = WORD_FLAG(WORD_OTHER),
	};
	struct answer answer = { 0 };
	struct k_ssh_pub key;
	enum ssh_line what;
	int r;

	if (p->waits) {
		question.text =
		    N_("The key is not proven yet. Please log in with it.");
		question.prompt =
		    N_("To take another method instead, type other: ");
		question.enter = true;
	}
	if (p->told)
		question.text = NULL;
	p->told = true;
	if ((r = ask(d, &question, &answer)) != 0)
		goto out;
	what = ssh_line_read(answer.text.bytes, answer.text.len, &key);
	if (answer.empty) {
		d->result = RESULT_MAXTRIES;
		r = FLOW_END;
	} else if (answer.word == WORD_OTHER && p->other == NULL) {
		r = say_no_other(d);
	} else if (answer.word == WORD_OTHER) {
		*p->other = true;
	} else if (what == SSH_LINE_KEY) {
		r = store(d, &key, p);
	} else {
		/* what was too long for an answer is cut as well */
		r = say(d, waiting_words(answer.control ? SSH_LINE_CUT : what),
		    NULL);
	}
out:
	answer_done(&answer);
	return r;
}

int
enroll_ssh_key(struct dialogue *d, const struct enroll_how *how, bool *other)
{
	struct pasted p = { .name = how->name,
		.other = other,
		.waits = d->person.key_waits != 0 };
	int r;

	if (p.waits && d->person.key_seen)
		r = waiting_seen(d, &p.id);
	else
		r = p.waits ? 0 : vouch_first(d, &p);
	while (r == 0 && !is_over(&p))
		r = ask_key(d, &p);
	if (r != 0 || p.id == 0 || (r = call_profile(d)) != 0)
		return r;
	return how->name == NULL ? device_name_ask(d, p.id) : 0;
}
