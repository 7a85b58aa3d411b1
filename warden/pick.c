#include "config.h"

#include "pick.h"

#include <string.h>

#include "marks.h"
#include "opener.h"

#define DEPTH_MAX 256 /* of a family; a list read in motion may have loops */

static const struct pick_session *
known(const struct pick_want *w, const char *id)
{
	for (size_t i = 0; i < w->n_sessions; i++) {
		if (strcmp(w->sessions[i].id, id) == 0)
			return &w->sessions[i];
	}
	return NULL;
}

/*
 * Everything of this process is the person's: somebody else who became them
 * by su keeps their own loginuid. What never logged in inherits that of the
 * program that started the host, as this one did.
 */
static bool
is_persons(const struct pick_want *w, const struct proc *p)
{
	return p->uid == w->uid &&
	    (p->login == w->uid || p->login == UNSET ||
		(p->login == w->own_login && p->login != 0));
}

/* cron, at and the person's service manager are no sessions. */
static bool
may_end(const struct pick_want *w, const struct proc *p)
{
	const struct pick_session *s;

	if (!is_persons(w, p) || p->kept || p->pid <= 1)
		return false;
	if (p->place.kind == PLACE_MANAGER || p->place.kind == PLACE_SERVICE)
		return false;
	if (p->place.kind != PLACE_SESSION)
		return true;
	s = known(w, p->place.session);
	return s == NULL || s->person;
}

/* One above it opened a session: by its name, or by the keeper's word. */
static bool
was_opened(
    const struct procs *all, const struct pick_want *w, const struct proc *p)
{
	for (int depth = 0; p != NULL && depth < DEPTH_MAX; depth++) {
		if (opener_where(p) != WHERE_UNKNOWN)
			return true;
		for (size_t i = 0; i < w->n_rows; i++) {
			if (opener_is_row(w, p, &w->rows[i]))
				return true;
		}
		/* what another person or a service made is not looked past */
		if (p->uid != w->uid)
			return false;
		p = procs_find(all, p->ppid);
	}
	return false;
}

static bool
is_seed(
    const struct procs *all, const struct pick_want *w, const struct proc *p)
{
	const struct pick_session *s;

	if (!may_end(w, p))
		return false;
	if (p->tty != 0 || was_opened(all, w, p))
		return true;
	s = p->place.kind == PLACE_SESSION ? known(w, p->place.session) : NULL;
	return s != NULL && s->person;
}

/* An audit session means something only if this person's login began it. */
static void
settle_audit(struct procs *all, const struct pick_want *w)
{
	for (size_t i = 0; i < all->n; i++) {
		struct proc *p = &all->rows[i];

		if (p->login != w->uid || p->audit == w->own_audit)
			p->audit = UNSET;
	}
}

/*
 * Keeps the family of keep: up to the topmost process of the person, through
 * sudo and the like, and all that have something in common with those.
 */
static int
keep_chain(struct procs *all, const struct pick_want *w, struct marks *m)
{
	struct proc *p = procs_find(all, w->keep);
	int r = KOSMO_OK;

	if (p == NULL)
		return KOSMO_OK;
	if (p->place.kind == PLACE_MANAGER && w->display[0] != '\0')
		r = marks_add_session(m, w->display);
	if (r == KOSMO_OK)
		r = marks_add(m, p); /* login(1) itself, and passwd(1) */
	p->kept = true;
	for (int depth = 0; p != NULL && depth < DEPTH_MAX && r == KOSMO_OK;
	     depth++) {
		if (p->uid == w->uid) {
			p->kept = true;
			r = marks_add(m, p);
		}
		p = procs_find(all, p->ppid);
	}
	return r;
}

/* One sweep: whoever belongs to what m has is in m from then on. */
static int
sweep_kept(struct procs *all, const struct pick_want *w, struct marks *m,
    bool *ret_more)
{
	int r = KOSMO_OK;

	*ret_more = false;
	for (size_t i = 0; i < all->n && r == KOSMO_OK; i++) {
		struct proc *p = &all->rows[i];
		const struct proc *up;

		if (p->kept || p->uid != w->uid)
			continue;
		up = procs_find(all, p->ppid);
		if (!marks_have(m, p) && (up == NULL || !up->kept))
			continue;
		p->kept = *ret_more = true;
		r = marks_add(m, p);
	}
	return r;
}

static int
sweep_picked(struct procs *all, const struct pick_want *w, struct marks *m,
    bool *ret_more)
{
	int r = KOSMO_OK;

	*ret_more = false;
	for (size_t i = 0; i < all->n && r == KOSMO_OK; i++) {
		struct proc *p = &all->rows[i];
		const struct proc *up;

		if (p->picked || !may_end(w, p))
			continue;
		up = procs_find(all, p->ppid);
		if (!marks_have(m, p) && (up == NULL || !up->picked))
			continue;
		p->picked = *ret_more = true;
		r = marks_add(m, p);
	}
	return r;
}

static int
keep(struct procs *all, const struct pick_want *w)
{
	struct marks m = MARKS_INIT;
	bool more = true;
	int r = KOSMO_OK;

	if (w->keep > 0)
		r = keep_chain(all, w, &m);
	while (r == KOSMO_OK && more)
		r = sweep_kept(all, w, &m, &more);
	for (size_t i = 0; i < w->n_sessions && r == KOSMO_OK; i++)
		w->sessions[i].kept = marks_have_session(&m, w->sessions[i].id);
	marks_done(&m);
	return r;
}

int
pick_again(struct procs *all, const struct pick_want *w, struct marks *found)
{
	bool more = true;
	int r;

	settle_audit(all, w);
	r = keep(all, w);
	while (r == KOSMO_OK && more)
		r = sweep_picked(all, w, found, &more);
	return r;
}

int
pick_begin(struct procs *all, const struct pick_want *w, struct marks *found)
{
	int r;

	settle_audit(all, w);
	r = keep(all, w);
	for (size_t i = 0; i < all->n && r == KOSMO_OK; i++) {
		struct proc *p = &all->rows[i];

		if (is_seed(all, w, p)) {
			p->picked = true;
			r = marks_add(found, p);
		}
	}
	return r == KOSMO_OK ? pick_again(all, w, found) : r;
}

static size_t
head(struct procs *all, size_t i)
{
	while (all->rows[i].group != i)
		i = all->rows[i].group;
	return i;
}

size_t
pick_count(struct procs *all)
{
	size_t n = 0;

	for (size_t i = 0; i < all->n; i++)
		all->rows[i].group = i;
	for (size_t i = 0; i < all->n; i++) {
		if (!all->rows[i].picked)
			continue;
		n++;
		for (size_t k = 0; k < i; k++) {
			size_t a = head(all, i), b = head(all, k);

			if (a == b || !all->rows[k].picked ||
			    !marks_share(&all->rows[i], &all->rows[k]))
				continue;
			all->rows[a].group = b;
			n--;
		}
	}
	return n;
}
