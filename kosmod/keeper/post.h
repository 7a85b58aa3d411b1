/*
 * post.h: what the keeper has post do, and who waits for its answer.
 */
#ifndef KOSMO_KEEPER_POST_H
#define KOSMO_KEEPER_POST_H

#include <stdbool.h>

#include "kosmod/keeper/conv.h"
#include "kosmod/priv.h"

/* What was handed to post and has no answer yet. */
struct post_job {
	TAILQ_ENTRY(post_job) all;
	uint64_t id;
	int64_t until;	 /* mono ms: no answer by then is SENT_NO */
	struct kconv *c; /* who waits; NULL: nobody, or no more */
	uint64_t notice; /* its number, or 0 */
	uint8_t kind;	 /* enum mail_kind */
	char login[NAME_LEN + 1];
	uint8_t mac[DIGEST_LEN]; /* of the code, to find it again */
	/*
	 * Called once, out of any request: word and reason as in P_SENT. Must
	 * answer c if that is still there.
	 */
	void (*done)(struct keeper *k, const struct post_job *j,
	    enum sent_word word, const char *reason);
};

/*
 * Hands mail to post after this turn, with an id of its own; like says the
 * rest of the job. KOSMO_ECLOSED: post is not there; done is not called then.
 */
KOSMO_CHECK int post_ask(struct keeper *k, const struct post_job *like,
    uint32_t seconds, struct p_mail *mail);

/* P_SENT, as received. KOSMO_EFORMAT: post is to be cut off. */
KOSMO_CHECK int post_answered(struct keeper *k, const struct buf *packet);

/* It is gone: whatever it had is not sent. */
void post_gone(struct keeper *k);

/* The same for what it had for too long. */
void post_tick(struct keeper *k);

/* c is closed: its mail goes on, but nobody waits there any more. */
void post_forget(struct kconv *c);

void post_free(struct keeper *k);

#endif
