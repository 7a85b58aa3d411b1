#include "config.h"

#include "end.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/pidfd.h>
#include <unistd.h>

#include "libkosmo/packet.h"

#define TERM_WAIT 2000 /* ms between SIGTERM and SIGKILL */
#define KILL_WAIT 1000 /* ms for what was killed to be gone */
#define ROUNDS 4       /* of SIGKILL: what is killed may have forked */

/* Processes that were signalled: their pidfds, readable when they end. */
struct held {
	struct pollfd *fds;
	size_t n;
};

static void
held_done(struct held *h)
{
	for (size_t i = 0; i < h->n; i++) {
		if (h->fds[i].fd != -1)
			(void)close(h->fds[i].fd);
	}
	free(h->fds);
	h->fds = NULL;
	h->n = 0;
}

/* KOSMO_OK also if it is gone by now. */
static int
signal_one(int proc, const struct proc *p, int sig, struct held *h)
{
	int fd = -1, r = proc_hold(proc, p, &fd);

	if (r == KOSMO_ENOTFOUND)
		return KOSMO_OK;
	if (r != KOSMO_OK)
		return r;
	if (pidfd_send_signal(fd, sig, NULL, 0) == -1) {
		r = errno == ESRCH ? KOSMO_OK : KOSMO_EIO;
		(void)close(fd);
		return r;
	}
	h->fds[h->n++] = (struct pollfd){ fd, POLLIN, 0 };
	return KOSMO_OK;
}

/* All are signalled, whatever becomes of one; the first error is told. */
static int
signal_picked(int proc, const struct procs *all, int sig, struct held *h)
{
	int r = KOSMO_OK;

	if ((h->fds = calloc(all->n > 0 ? all->n : 1, sizeof(*h->fds))) == NULL)
		return KOSMO_ENOMEM;
	for (size_t i = 0; i < all->n; i++) {
		int e;

		if (!all->rows[i].picked)
			continue;
		e = signal_one(proc, &all->rows[i], sig, h);
		if (r == KOSMO_OK)
			r = e;
	}
	return r;
}

/* Until all are gone, or the time is up. */
static void
wait_for(struct held *h, int ms)
{
	int64_t until = packet_now() + ms;
	size_t left = h->n;

	while (left > 0) {
		int64_t now = packet_now();

		if (now >= until ||
		    (poll(h->fds, (nfds_t)h->n, (int)(until - now)) == -1 &&
			errno != EINTR))
			return;
		for (size_t i = 0; i < h->n; i++) {
			if (h->fds[i].fd == -1 || h->fds[i].revents == 0)
				continue;
			(void)close(h->fds[i].fd);
			h->fds[i].fd = -1;
			left--;
		}
	}
}

static bool
any_picked(const struct procs *all)
{
	for (size_t i = 0; i < all->n; i++) {
		if (all->rows[i].picked)
			return true;
	}
	return false;
}

static int
signal_and_wait(int proc, const struct procs *all, int sig, int ms)
{
	struct held h = { NULL, 0 };
	int r = signal_picked(proc, all, sig, &h);

	wait_for(&h, ms);
	held_done(&h);
	return r;
}

int
end_picked(
    int proc, struct procs *all, const struct pick_want *w, struct marks *found)
{
	int failed = signal_and_wait(proc, all, SIGTERM, TERM_WAIT), r;

	for (int i = 0; i < ROUNDS; i++) {
		if ((r = proc_list(proc, w->uid, w->keep, all)) != KOSMO_OK ||
		    (r = pick_again(all, w, found)) != KOSMO_OK)
			return r;
		if (!any_picked(all))
			return KOSMO_OK;
		failed = signal_and_wait(proc, all, SIGKILL, KILL_WAIT);
	}
	return failed != KOSMO_OK ? failed : KOSMO_ETIMEOUT;
}
