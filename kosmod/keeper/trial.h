/*
 * trial.h: one attempt at a code, a date, anything that can be guessed.
 *
 * All of them go the same way: wait? judge, then charge, used mark, counts,
 * audit line and record in one batch, and only then what it proves and the
 * verdict. What is said has been written.
 */
#ifndef KOSMO_KEEPER_TRIAL_H
#define KOSMO_KEEPER_TRIAL_H

#include "kosmod/keeper/conv.h"
#include "kosmod/reason.h"

#define LEFT_BY_LOGIN UINT32_MAX

/* What one answer came to; a judge changes what it has to. */
struct outcome {
	enum verdict_word word; /* VERDICT_NO, unless the judge says else */
	const char *step;	/* "totp", "birth", ... for the log */
	enum reason reason;	/* of a refusal */
	int64_t when;		/* VERDICT_WAIT, VERDICT_ENDED */
	uint32_t left;	 /* tries or codes left; LEFT_BY_LOGIN: of the login */
	uint32_t device; /* number of a new one */
	uint8_t proves;	 /* YES: bits of enum step */
	bool vouches;	 /* YES: a first device may follow */
	bool free;	 /* not charged: there was nothing to be guessed */
	bool locks;	 /* wrong: a failure of the factor (SPEC, "Lock") */
	bool last;	 /* a right one ends the conversation */
};

/*
 * Judges msg for p, which there is and which need not wait, and changes p.
 * What else has to be written with it goes into t. An error writes nothing.
 */
typedef int (*trial_judge)(struct kconv *c, struct person *p,
    const union kmsg *msg, struct txn *t, struct outcome *o);

/*
 * Runs one and answers it with K_VERDICT. login: it is one of the [login]
 * attempts of this conversation.
 */
void trial_run(
    struct kconv *c, const union kmsg *msg, trial_judge judge, bool login);

/*
 * Counts a failed factor after the right password, unless somebody logged in
 * from there of late: the third is told to the person, the last one locks.
 * Notices go into t; the caller puts p.
 */
KOSMO_CHECK int trial_failed(struct kconv *c, struct person *p, struct txn *t);

/* Locks p, until an administrator unlocks, for n of what (REASON_CODES,
 * REASON_BIRTHS); the same goes into t.
 */
KOSMO_CHECK int trial_lock(struct kconv *c, struct person *p, struct txn *t,
    uint32_t n, enum reason what);

#endif
