#include "config.h"

#include "marks.h"

#include <stdlib.h>
#include <string.h>

static bool
have(const struct marks *m, enum mark_kind kind, uint32_t number,
    const char *session)
{
	for (size_t i = 0; i < m->n; i++) {
		const struct mark *k = &m->rows[i];

		if (k->kind == kind && k->number == number &&
		    strcmp(k->session, session) == 0)
			return true;
	}
	return false;
}

static int
add(struct marks *m, enum mark_kind kind, uint32_t number, const char *session)
{
	struct mark *k;

	if (have(m, kind, number, session))
		return KOSMO_OK;
	if (m->n == m->cap) {
		size_t cap = m->cap > 0 ? m->cap * 2 : 32;
		struct mark *more = reallocarray(m->rows, cap, sizeof(*more));

		if (more == NULL)
			return KOSMO_ENOMEM;
		m->rows = more;
		m->cap = cap;
	}
	k = &m->rows[m->n++];
	memset(k, 0, sizeof(*k));
	k->kind = kind;
	k->number = number;
	memcpy(k->session, session, strlen(session));
	return KOSMO_OK;
}

int
marks_add(struct marks *m, const struct proc *p)
{
	int r = KOSMO_OK;

	if (p->sid > 0)
		r = add(m, MARK_SID, (uint32_t)p->sid, "");
	if (r == KOSMO_OK && p->tty != 0)
		r = add(m, MARK_TTY, p->tty, "");
	if (r == KOSMO_OK && p->audit != UNSET)
		r = add(m, MARK_AUDIT, p->audit, "");
	if (r == KOSMO_OK && p->place.kind == PLACE_SESSION)
		r = add(m, MARK_SESSION, 0, p->place.session);
	return r;
}

int
marks_add_session(struct marks *m, const char *id)
{
	return add(m, MARK_SESSION, 0, id);
}

bool
marks_have(const struct marks *m, const struct proc *p)
{
	return (p->sid > 0 && have(m, MARK_SID, (uint32_t)p->sid, "")) ||
	    (p->tty != 0 && have(m, MARK_TTY, p->tty, "")) ||
	    (p->audit != UNSET && have(m, MARK_AUDIT, p->audit, "")) ||
	    (p->place.kind == PLACE_SESSION &&
		have(m, MARK_SESSION, 0, p->place.session));
}

bool
marks_have_session(const struct marks *m, const char *id)
{
	return have(m, MARK_SESSION, 0, id);
}

bool
marks_share(const struct proc *p, const struct proc *q)
{
	return (p->sid > 0 && p->sid == q->sid) ||
	    (p->tty != 0 && p->tty == q->tty) ||
	    (p->audit != UNSET && p->audit == q->audit) ||
	    (p->place.kind == PLACE_SESSION && q->place.kind == PLACE_SESSION &&
		strcmp(p->place.session, q->place.session) == 0) ||
	    p->ppid == q->pid || q->ppid == p->pid;
}

void
marks_done(struct marks *m)
{
	free(m->rows);
	m->rows = NULL;
	m->n = m->cap = 0;
}
