/*
 * touch.h: an authenticator at this host, from the person's side: one
 * conversation with kosmo-touch, for enrolments and logins alike.
 */
#ifndef KOSMO_TALK_TOUCH_H
#define KOSMO_TALK_TOUCH_H

#include "kosmod/talk/screen.h"

#define TOUCH_ROUNDS 6 /* jobs in a row, before something else is wanted */

struct touch_job {
	uint8_t act;		       /* TOUCH_ENROL, TOUCH_PROVE */
	const struct k_device *device; /* TOUCH_PROVE: the one asked for */
	uint32_t words;		       /* WORD_FLAGs understood at its asks */
};

/*
 * Runs a job to its end, into *ret: shows when a key has to be touched, asks
 * for its PIN. *ret_word: that was typed instead of the PIN, and the job was
 * stopped; else WORD_NONE.
 */
KOSMO_CHECK int touch_run(struct dialogue *d, const struct touch_job *job,
    struct k_touched *ret, enum word *ret_word);

/*
 * Why a job brought nothing, above the next ask: end->word says it, and for
 * TOUCH_DONE of a proof that it is nobody's key here.
 */
KOSMO_CHECK int touch_say_end(struct dialogue *d, const struct touch_job *job,
    const struct k_touched *end);

/*
 * "Press Enter when ready", or to try again where end->word is about no key;
 * with the words of the job. end NULL: before the first. *ret_word as above.
 */
KOSMO_CHECK int touch_ask_again(struct dialogue *d, const struct touch_job *job,
    const struct k_touched *end, enum word *ret_word);

/* msgid of what is wrong with an answer that was refused: by its flags. */
const char *touch_doubt(const struct dialogue *d, uint8_t flags);

/* The same of one that attestation_read or assertion_read refused with r. */
const char *touch_unread(int r);

#endif
