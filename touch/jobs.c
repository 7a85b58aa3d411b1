#include "config.h"

#include "jobs.h"

#include <errno.h>
#include <signal.h>
#include <string.h>

#include "kosmod/kmsg_passkey.h"
#include "kosmod/log.h"
#include "kosmod/process.h"
#include "libkosmo/packet.h"
#include "touch/ask.h"
#include "touch/calls.h"
#include "touch/job.h"
#include "worker/loop.h"

#define GRACE_MS 10000 /* beyond a job's own seconds; the keeper gives more */
#define STOP_MS 2000   /* for a key to be told that it may stop */
#define PASS_MS 1000   /* for a child to take what is sent to it */

static const struct p_touched failed = { .is.word = TOUCH_FAILED };
static const struct p_touched late = { .is.word = TOUCH_TIMEOUT };

static int
work(const struct child *c)
{
	if (process_name("kosmo-touch-key") != KOSMO_OK ||
	    ask_open(c->fd) != KOSMO_OK || calls_enter(CALLS_JOB) != KOSMO_OK)
		return KOSMO_EIO;
	job_run(c->asked, c->shared);
	return KOSMO_OK;
}

const struct kind touch_kinds[] = {
	{ .asked = &p_touch_layout,
	    .word = &p_touched_layout,
	    .none = &failed,
	    .late = &late,
	    .hangs = "does not end: its key does not answer",
	    .time = GRACE_MS,
	    .run = work },
	{ 0 },
};

static void
pass(struct row *j, const struct p_touch *m)
{
	jobs_give_time(j);
	if (packet_send(j->fd, &p_touch_layout, m, -1,
		packet_now() + PASS_MS) != KOSMO_OK)
		log_say(LOG_WARNING, "job %llu takes no answer",
		    (unsigned long long)j->id);
}

/* The packet first: a child that is just beginning has no handler yet. */
void
touch_stop(struct row *j)
{
	const struct p_touch m = { .id = j->id, .act = TOUCH_STOP };

	pass(j, &m);
	j->over = true;
	j->until = packet_now() + STOP_MS;
	(void)kill(j->pid, SIGUSR1);
}

/* A number that is in use already is no job, but a keeper gone mad. */
static int
begin(struct loop *l, const struct kind *k, const struct p_touch *m)
{
	struct p_touched no = { .id = m->id, .is.word = TOUCH_FAILED };
	int r;

	if (jobs_find(&l->jobs, m->id) != NULL)
		return KOSMO_EFORMAT;
	r = jobs_begin(&l->jobs, k, m, (int64_t)m->seconds * 1000);
	if (r == KOSMO_OK)
		return KOSMO_OK;
	log_say(LOG_ERR, "job %llu can't be begun: %s",
	    (unsigned long long)m->id,
	    r == KOSMO_EFULL ? "there are too many" : strerror(errno));
	if (r == KOSMO_EFULL)
		no.is.word = TOUCH_BUSY;
	loop_say(l, k->word, &no);
	return KOSMO_OK;
}

int
touch_take(struct loop *l, const struct kind *k, const void *asked)
{
	const struct p_touch *m = asked;
	struct row *job = jobs_find(&l->jobs, m->id);

	switch (m->act) {
	case TOUCH_ENROL:
	case TOUCH_PROVE:
		return begin(l, k, m);
	case TOUCH_NEXT:
	case TOUCH_PIN:
		if (job != NULL)
			pass(job, m);
		return KOSMO_OK;
	case TOUCH_STOP:
		if (job != NULL)
			touch_stop(job);
		return KOSMO_OK;
	default:
		return KOSMO_EFORMAT;
	}
}

/* After a word that asks, a person takes the time that they take. */
bool
touch_heard(struct row *j, const void *word)
{
	uint8_t said = ((const struct p_touched *)word)->is.word;

	if (said > TOUCH_ASKS && said != TOUCH_WAITS && !j->over)
		j->until = INT64_MAX;
	return said < TOUCH_ASKS;
}
