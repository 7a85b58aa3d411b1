#include "config.h"

#include "door.h"

#include <string.h>

#include "kosmod/keeper/session.h"

bool
door_is_sshd(const struct kconv *c)
{
	return c->peer.trusted && c->open.phase == PHASE_AUTH &&
	    strcmp(c->open.service, "sshd") == 0;
}

/* "/dev/pts/3" or "pts/3" */
static const char *
bare(const char *tty)
{
	return strncmp(tty, "/dev/", 5) == 0 ? tty + 5 : tty;
}

/* A terminal that no session from afar can be at. */
static bool
is_console(const char *tty)
{
	return strncmp(tty, "tty", 3) == 0 || strcmp(tty, "console") == 0 ||
	    tty[0] == ':';
}

/* What service, terminal and caller tell by themselves. */
static enum place
place_told(const struct kconv *c, const struct person *p)
{
	if (c->open.remote != 0 || (c->row.login && !c->row.console))
		return PLACE_AWAY;
	if (c->origin.console ||
	    (c->peer.trusted && c->open.phase != PHASE_VERB &&
		is_console(bare(c->tty))))
		return PLACE_HERE;
	if (c->open.ruid != 0 && c->open.ruid != p->uid)
		return PLACE_AWAY; /* su: where that other is, nobody knows */
	return PLACE_UNASKED;
}

/*
 * Without a warden, and in no session that it knows, there are the rows.
 * Neither sshd's nor that of a window or
 * of tmux names the terminal; so if anything is open from afar, so may this be.
 */
static enum place
place_by_rows(const struct kconv *c, const struct person *p)
{
	const char *tty = bare(c->tty);
	enum place place = PLACE_HERE;

	for (size_t i = 0; i < p->n_sessions; i++) {
		const struct r_session *s = &p->sessions[i];
		bool away = session_is_remote(c->k, s);

		if (c->peer.trusted && tty[0] != '\0' &&
		    strcmp(bare(s->tty), tty) == 0)
			return away ? PLACE_AWAY : PLACE_HERE;
		if (away)
			place = PLACE_AWAY;
	}
	return place;
}

/* A key that is not plugged in is not asked for, wherever the person sits. */
static bool
has_key_here(const struct person *p)
{
	for (size_t i = 0; i < p->n_devices; i++) {
		if (p->devices[i].method == METHOD_PASSKEY &&
		    p->devices[i].kind == KIND_HERE)
			return true;
	}
	return false;
}

bool
door_unsure(const struct kconv *c, const struct person *p)
{
	return c->k->touch && c->k->warden && c->place == PLACE_UNASKED &&
	    place_told(c, p) == PLACE_UNASKED &&
	    (c->open.phase == PHASE_VERB || has_key_here(p));
}

void
door_found(struct kconv *c, const struct p_where_is *is)
{
	if (is == NULL || is->word == WHERE_UNKNOWN)
		c->place = PLACE_UNTOLD;
	else
		c->place = is->word == WHERE_HERE ? PLACE_HERE : PLACE_AWAY;
}

static bool
is_here(const struct kconv *c, const struct person *p)
{
	enum place place = place_told(c, p);

	if (place == PLACE_UNASKED)
		place = c->place;
	if (place == PLACE_UNTOLD || (place == PLACE_UNASKED && !c->k->warden))
		place = place_by_rows(c, p);
	return place == PLACE_HERE;
}

/* The agent is the one of who runs the program, and that must be p. */
static bool
may_ask_agent(const struct kconv *c, const struct person *p)
{
	uint32_t uid = p->uid != NO_UID ? p->uid : c->open.uid;

	if (uid == NO_UID)
		return false;
	if (c->open.phase == PHASE_VERB)
		return c->peer.uid == uid;
	return c->peer.trusted && c->open.phase == PHASE_AUTH &&
	    (strcmp(c->open.service, "sudo") == 0 ||
		strcmp(c->open.service, "sudo-i") == 0) &&
	    c->open.ruid == uid;
}

uint8_t
door_open(const struct kconv *c, const struct person *p)
{
	uint8_t doors = 0;

	if (c->k->touch && is_here(c, p))
		doors |= DOOR_HERE;
	if (door_is_sshd(c) || c->open.phase == PHASE_VERB)
		doors |= DOOR_SSH;
	if (may_ask_agent(c, p))
		doors |= DOOR_AGENT;
	return doors;
}
