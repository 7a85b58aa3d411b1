#include "config.h"

#include "jobs.h"

#include "libkosmo/packet.h"
#include "warden/account.h"
#include "warden/calls.h"
#include "warden/sessions.h"
#include "warden/where.h"

/* The keeper waits ten seconds for each. */
#define ACCOUNT_TIME 5000  /* ms for name services */
#define SESSIONS_TIME 9000 /* ms: name services, logind, signals */
#define WHERE_TIME 3000	   /* ms: logind */

/* Without an answer from the child, it is no. */
static const struct p_sessions_is no_sessions = { 0 };
static const struct p_account_is no_account = { .uid = NO_UID,
	.flags = ACCOUNT_UNSURE };

static const struct p_where_is nowhere = { .word = WHERE_UNKNOWN };

static int
answer(const struct child *c, const struct layout *l, const void *is)
{
	return packet_send(c->fd, l, is, -1, packet_now());
}

/* It enters its filter once it has asked the name services. */
static int
sessions(const struct child *c)
{
	struct p_sessions_is is = no_sessions;

	sessions_job(c->asked, &is);
	return answer(c, &p_sessions_is_layout, &is);
}

static int
account(const struct child *c)
{
	struct p_account_is is = no_account;

	/* stays unsure if there is no filter */
	if (calls_enter(CALLS_ACCOUNT) == KOSMO_OK)
		account_job(c->asked, &is);
	return answer(c, &p_account_is_layout, &is);
}

static int
where(const struct child *c)
{
	struct p_where_is is = nowhere;

	/* not known if there is no filter */
	if (calls_enter(CALLS_WHERE) == KOSMO_OK)
		where_job(c->asked, &is);
	return answer(c, &p_where_is_layout, &is);
}

static const char hangs[] = "took too long and was given up";

const struct kind warden_kinds[] = {
	{ .asked = &p_sessions_layout,
	    .word = &p_sessions_is_layout,
	    .none = &no_sessions,
	    .late = &no_sessions,
	    .hangs = hangs,
	    .time = SESSIONS_TIME,
	    .run = sessions },
	{ .asked = &p_account_layout,
	    .word = &p_account_is_layout,
	    .none = &no_account,
	    .late = &no_account,
	    .hangs = hangs,
	    .time = ACCOUNT_TIME,
	    .run = account },
	{ .asked = &p_where_layout,
	    .word = &p_where_is_layout,
	    .none = &nowhere,
	    .late = &nowhere,
	    .hangs = hangs,
	    .time = WHERE_TIME,
	    .run = where },
	{ 0 },
};
