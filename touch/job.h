/*
 * job.h: one job, in a process of its own: from the keys that are plugged in
 * to a credential or a signature. It decides nothing: what came of it goes to
 * the keeper as the key sent it.
 */
#ifndef KOSMO_TOUCH_JOB_H
#define KOSMO_TOUCH_JOB_H

#include "touch/device.h"

struct job {
	const struct p_touch *ask; /* what is to be done */
	int claims;		   /* device.h */
	int64_t until;		   /* ms of packet_now: nobody touched it */
	struct devices devices;
	struct k_touched word; /* the next one */
};

/*
 * Does it, and says how it ended: returns once it has, or once nobody wants
 * to know. claims as in device.h.
 */
void job_run(const struct p_touch *ask, int claims);

/* search.c: milliseconds that are left for a touch, 1 at the least. */
int job_left(const struct job *j);

/*
 * search.c: opens the keys that will do, and no others. TOUCH_DONE; or why
 * there is none, with the credential in j->word if that is TOUCH_KNOWN.
 */
enum touch_word job_search(struct job *j);

/*
 * search.c: asks a key, without a touch, which of the job's credentials it
 * holds; under pin if that is not NULL. FIDO_OK if it said so, in holds.
 */
int job_look(const struct job *j, struct device *dev, const char *pin);

/* choose.c: of several keys, the one that somebody touches stays open. */
enum touch_word job_choose(struct job *j);

/* work.c: the one key that is open is asked, with all that it asks for. */
enum touch_word job_work(struct job *j);

/* What is given to a key: a finger or what it has of that kind, a PIN. */
enum way { WAY_TOUCH = 0, WAY_UV, WAY_PIN };

/*
 * enrol.c, prove.c: one operation of the open key, which somebody has to
 * touch. An error of libfido2; FIDO_OK: what came of it is in j->word.
 */
int job_enrol(struct job *j, enum way way, const char *pin);
int job_prove(struct job *j, enum way way, const char *pin);

/*
 * enrol.c: copies what a key has sent. False: it is empty, or more than max
 * bytes, which the log is told.
 */
bool job_take(const char *what, const unsigned char *from, size_t len,
    uint8_t *to, size_t max, uint32_t *ret_len);

#endif
