#include "config.h"

#include "sessions.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "kosmod/log.h"
#include "warden/account.h"
#include "warden/calls.h"
#include "warden/end.h"
#include "warden/look.h"
#include "warden/marks.h"
#include "warden/parse.h"
#include "warden/ticket.h"

#define NOBODY 65534 /* also what the kernel shows of foreign uids */

/* All that one job holds. */
struct work {
	const struct p_sessions *job;
	struct look look;
	struct marks marks;
};

static int
refuse(const struct p_sessions *job, int err, const char *why)
{
	log_say(LOG_ERR, "sessions of %s (uid %u): %s: %s", job->login,
	    job->uid, why,
	    err == KOSMO_EIO ? strerror(errno) : kosmo_strerror(err));
	return err;
}

/* Nobody but a person, who has this name and this uid on this host. */
static int
check_person(const struct p_sessions *job)
{
	uint32_t uid = NO_UID, min = 0;
	int r;

	if (!parse_login(job->login))
		return refuse(job, KOSMO_EINVAL, "login name");
	if (job->uid == 0 || job->uid == NO_UID || job->uid == NOBODY)
		return refuse(job, KOSMO_EPERM, "uid");
	if ((r = account_uid_min(&min)) != KOSMO_OK)
		return refuse(job, r, "UID_MIN");
	if (job->uid < min)
		return refuse(job, KOSMO_EPERM, "uid below UID_MIN");
	if ((r = account_find(job->login, &uid)) != KOSMO_OK)
		return refuse(job, r, "account");
	if (uid != job->uid)
		return refuse(job, KOSMO_EPERM, "the account has another uid");
	return KOSMO_OK;
}

static int
find(struct work *w)
{
	struct pick_want *want = &w->look.want;
	int r;

	want->uid = w->job->uid;
	want->keep = w->job->keep <= INT32_MAX ? (pid_t)w->job->keep : 0;
	want->rows = w->job->rows;
	want->n_rows = w->job->n;
	if ((r = look_at(&w->look)) != KOSMO_OK)
		return refuse(w->job, r, "/proc");
	/* what logind does not say, /proc does */
	if (w->look.deaf)
		(void)refuse(w->job, KOSMO_EIO, "logind");
	r = pick_begin(&w->look.procs, want, &w->marks);
	return r != KOSMO_OK ? refuse(w->job, r, "processes") : KOSMO_OK;
}

/* What only logind knows of: none of the processes found is in it. */
static uint32_t
count(struct work *w)
{
	uint32_t n = (uint32_t)pick_count(&w->look.procs);
	struct proc leader;

	for (size_t i = 0; i < w->look.logind.n; i++) {
		const struct pick_session *s = &w->look.logind.sessions[i];

		if (s->person && !s->kept &&
		    !marks_have_session(&w->marks, s->id) &&
		    proc_read(w->look.proc, s->leader, &leader) == KOSMO_OK)
			n++;
	}
	return n;
}

/*
 * What logind can't end is left to signals; only those tell the outcome. A
 * logind that fails once is not waited for again.
 */
static int
end(struct work *w)
{
	int r, logind = KOSMO_OK;

	for (size_t i = 0; i < w->look.logind.n; i++) {
		const struct pick_session *s = &w->look.logind.sessions[i];

		if (!s->person || s->kept)
			continue;
		if ((r = marks_add_session(&w->marks, s->id)) != KOSMO_OK)
			return refuse(w->job, r, "sessions");
		if (logind != KOSMO_OK)
			continue;
		if ((logind = logind_end(&w->look.logind, s->id)) != KOSMO_OK)
			(void)refuse(w->job, logind, "logind: ending");
	}
	r = end_picked(w->look.proc, &w->look.procs, &w->look.want, &w->marks);
	if (r != KOSMO_OK)
		return refuse(w->job, r, "ending processes");
	return KOSMO_OK;
}

static int
work(struct work *w, struct p_sessions_is *ret)
{
	bool ends = w->job->end != 0;
	int r, ended = KOSMO_OK;

	/* tickets first: they are quick, and of use to whoever is left */
	r = ticket_void(w->job->login, w->job->uid, ends, &ret->tickets);
	if (r != KOSMO_OK)
		(void)refuse(w->job, r, "tickets of sudo");
	if ((ended = find(w)) != KOSMO_OK)
		return ended;
	ret->sessions = count(w);
	if (ends)
		ended = end(w);
	return ended != KOSMO_OK ? ended : r;
}

void
sessions_job(const struct p_sessions *job, struct p_sessions_is *ret)
{
	struct work w = { .job = job, .look = LOOK_INIT };
	int r = check_person(job);

	if (r == KOSMO_OK && (r = calls_enter(CALLS_SESSIONS)) != KOSMO_OK)
		(void)refuse(job, r, "filter of system calls");
	if (r != KOSMO_OK)
		return;
	ret->ok = work(&w, ret) == KOSMO_OK;
	if (job->end != 0)
		log_say(LOG_NOTICE,
		    "sessions of %s (uid %u): %u ended, %u tickets of sudo%s",
		    job->login, job->uid, ret->sessions, ret->tickets,
		    ret->ok != 0 ? "" : ", not all");
	look_done(&w.look);
	marks_done(&w.marks);
}
