#include "config.h"

#include "opener.h"

#include <string.h>

#define CLOCK_SLACK 5 /* seconds that a clock may be off */

static const struct opener {
	const char *comm; /* as the kernel has it, 15 bytes */
	enum where_word where;
} openers[] = {
	{ "sshd", WHERE_AWAY },
	{ "sshd-session", WHERE_AWAY },
	{ "dropbear", WHERE_AWAY },
	{ "xrdp-sesman", WHERE_AWAY },
	{ "login", WHERE_HERE },
	{ "gdm-session-wor", WHERE_HERE },
	{ "lightdm", WHERE_HERE },
	{ "sddm-helper", WHERE_HERE },
	{ "greetd", WHERE_HERE },
};

enum where_word
opener_where(const struct proc *p)
{
	for (size_t i = 0; i < sizeof(openers) / sizeof(openers[0]); i++) {
		if (p->uid == 0 && strcmp(p->comm, openers[i].comm) == 0)
			return openers[i].where;
	}
	return WHERE_UNKNOWN;
}

bool
opener_is_row(const struct pick_want *w, const struct proc *p,
    const struct p_session *row)
{
	int64_t start = w->booted + (int64_t)(p->start / (uint64_t)w->hz);

	return (uint64_t)p->pid == row->pid && p->pid > 1 &&
	    (p->uid == 0 || p->uid == w->uid) &&
	    start <= (int64_t)row->opened + CLOCK_SLACK;
}
