#include "config.h"

#include "where.h"

#include "kosmod/log.h"
#include "warden/look.h"
#include "warden/opener.h"

#define DEPTH_MAX 256 /* of a family; a list read in motion may have loops */
#define VIRTUAL_TERMINAL 4 /* major number: tty1 and serial lines */

/* Of two witnesses, the one that says more. */
static enum where_word
both(enum where_word a, enum where_word b)
{
	return a > b ? a : b;
}

static enum where_word
word_of(bool remote)
{
	return remote ? WHERE_AWAY : WHERE_HERE;
}

/* What is known of the session that p opened; WHERE_UNKNOWN: it opened none. */
static enum where_word
opened_by(const struct pick_want *w, const struct proc *p)
{
	enum where_word word = opener_where(p);

	for (size_t i = 0; i < w->n_rows; i++) {
		if (opener_is_row(w, p, &w->rows[i]))
			word = both(word, word_of(w->rows[i].remote != 0));
	}
	for (size_t i = 0; i < w->n_sessions; i++) {
		const struct pick_session *s = &w->sessions[i];

		if (s->person && s->leader == p->pid)
			word = both(word, word_of(s->remote));
	}
	return word;
}

/*
 * Of all the sessions that there are. One from another host counts as long as
 * anything of it runs: mosh goes on when ssh has ended.
 */
static enum where_word
any_session(const struct procs *all, const struct pick_want *w)
{
	enum where_word word = WHERE_UNKNOWN;

	for (size_t i = 0; i < w->n_rows; i++) {
		const struct proc *p = w->rows[i].pid <= INT32_MAX
		    ? procs_find(all, (pid_t)w->rows[i].pid)
		    : NULL;

		if (p != NULL && opener_is_row(w, p, &w->rows[i]))
			word = both(word, word_of(w->rows[i].remote != 0));
	}
	for (size_t i = 0; i < w->n_sessions; i++) {
		const struct pick_session *s = &w->sessions[i];

		if (s->person &&
		    (s->remote || procs_find(all, s->leader) != NULL))
			word = both(word, word_of(s->remote));
	}
	return word;
}

enum where_word
where_is(const struct procs *all, const struct pick_want *w)
{
	const struct proc *p = procs_find(all, w->keep);
	enum where_word word = WHERE_UNKNOWN;

	if (p == NULL)
		return WHERE_UNKNOWN;
	if (p->tty >> 8 == VIRTUAL_TERMINAL)
		return WHERE_HERE;
	/* up to the top: login(1) may have been run from afar */
	for (int depth = 0; p != NULL && p->pid > 1 && depth < DEPTH_MAX;
	     depth++) {
		word = both(word, opened_by(w, p));
		p = procs_find(all, p->ppid);
	}
	return word != WHERE_UNKNOWN ? word : any_session(all, w);
}

void
where_job(const struct p_where *job, struct p_where_is *ret)
{
	struct look l = LOOK_INIT;
	enum where_word word = WHERE_UNKNOWN;
	int r;

	l.want.uid = job->uid;
	l.want.keep = job->pid <= INT32_MAX ? (pid_t)job->pid : 0;
	l.want.rows = job->rows;
	l.want.n_rows = job->n;
	if ((r = look_at(&l)) != KOSMO_OK)
		log_say(LOG_ERR, "where process %d is run from: /proc: %s",
		    (int)l.want.keep, kosmo_strerror(r));
	else if (l.deaf)
		log_say(LOG_ERR,
		    "where process %d is run from: no word of logind",
		    (int)l.want.keep);
	else
		word = where_is(&l.procs, &l.want);
	ret->word = (uint8_t)word;
	look_done(&l);
}
