#include "config.h"

#include "door.h"

#include <string.h>

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

static bool
is_remote(const struct conf *conf, const struct r_session *s)
{
	const struct conf_service *row = conf_service(conf, s->service);

	return s->remote != 0 || (row->login && !row->console);
}

/*
 * sudo and kosmoctl say no address: their session does, by its terminal. On
 * one that no row knows (tmux, another window) it takes a session that is
 * here, if there is any at all.
 */
static bool
is_local(const struct kconv *c, const struct person *p)
{
	const char *tty = bare(c->tty);
	size_t remote = 0;

	if (c->open.remote != 0 || (c->row.login && !c->row.console))
		return false;
	if (is_console(tty) || c->origin.console)
		return true;
	if (c->open.ruid != 0 && c->open.ruid != p->uid)
		return false; /* su: where that other person is, nobody knows */
	for (size_t i = 0; i < p->n_sessions; i++) {
		const struct r_session *s = &p->sessions[i];
		bool away = is_remote(c->k->conf, s);

		if (tty[0] != '\0' && strcmp(bare(s->tty), tty) == 0)
			return !away;
		remote += away;
	}
	return remote == 0 || remote < p->n_sessions;
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

	if (c->k->touch && is_local(c, p))
		doors |= DOOR_HERE;
	if (door_is_sshd(c) || c->open.phase == PHASE_VERB)
		doors |= DOOR_SSH;
	if (may_ask_agent(c, p))
		doors |= DOOR_AGENT;
	return doors;
}
