#include "config.h"

#include "look.h"

#include <time.h>
#include <unistd.h>

static void
fill_want(struct look *l)
{
	struct pick_want *want = &l->want;
	struct timespec now = { 0, 0 }, up = { 0, 0 };
	struct proc self;

	want->sessions = l->logind.sessions;
	want->n_sessions = l->logind.n;
	want->display = l->logind.display;
	want->own_login = want->own_audit = UNSET;
	if (proc_read(l->proc, getpid(), &self) == KOSMO_OK) {
		want->own_login = self.login;
		want->own_audit = self.audit;
	}
	(void)clock_gettime(CLOCK_REALTIME, &now);
	(void)clock_gettime(CLOCK_BOOTTIME, &up);
	want->booted = (int64_t)now.tv_sec - (int64_t)up.tv_sec;
	want->hz = (int64_t)sysconf(_SC_CLK_TCK);
}

int
look_at(struct look *l)
{
	int r;

	if ((r = proc_open(&l->proc)) != KOSMO_OK)
		return r;
	l->deaf = logind_open(l->want.uid, &l->logind) != KOSMO_OK;
	fill_want(l);
	return proc_list(l->proc, l->want.uid, l->want.keep, &l->procs);
}

void
look_done(struct look *l)
{
	logind_done(&l->logind);
	procs_done(&l->procs);
	if (l->proc != -1)
		(void)close(l->proc);
	l->proc = -1;
}
