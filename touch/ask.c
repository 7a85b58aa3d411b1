#include "config.h"

#include "ask.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/time.h>

#include "libkosmo/packet.h"

#define SAY_MS 2000 /* for a loop that has other work */
#define AGAIN_US 100000

/* Set once by ask_open, and then by the signal; a handler has no arguments. */
static volatile sig_atomic_t told;
static int loop_fd = -1;

/*
 * A signal that comes just before a wait begins would be lost: it comes again
 * and again.
 */
static void
on_signal(int number)
{
	const struct itimerval again = { { 0, AGAIN_US }, { 0, AGAIN_US } };

	int e = errno;

	told = 1;
	if (number == SIGUSR1)
		(void)setitimer(ITIMER_REAL, &again, NULL);
	errno = e;
}

int
ask_open(int fd)
{
	struct sigaction sa = { .sa_handler = on_signal };

	loop_fd = fd;
	(void)sigemptyset(&sa.sa_mask);
	if (sigaction(SIGUSR1, &sa, NULL) == -1 ||
	    sigaction(SIGALRM, &sa, NULL) == -1 ||
	    prctl(PR_SET_PDEATHSIG, SIGUSR1, 0, 0, 0) == -1)
		return KOSMO_EIO;
	return KOSMO_OK;
}

/* Nothing is sent to a job that has not asked, but that it is to stop. */
bool
ask_stopped(void)
{
	struct pollfd p = { loop_fd, POLLIN, 0 };

	return told != 0 || poll(&p, 1, 0) != 0;
}

int
ask_say(const struct k_touched *word)
{
	const struct p_touched m = { .is = *word };

	return packet_send(loop_fd, &p_touched_layout, &m, -1,
		   packet_now() + SAY_MS) == KOSMO_OK
	    ? KOSMO_OK
	    : KOSMO_EIO;
}

enum touch_act
ask_person(const struct k_touched *word, struct secret *ret_pin)
{
	enum touch_act act = TOUCH_STOP;
	struct buf packet = BUF_INIT;
	struct p_touch m = { 0 };

	if (ask_say(word) == KOSMO_OK &&
	    packet_recv(loop_fd, &packet, NULL, INT64_MAX) == KOSMO_OK &&
	    packet_get(&packet, &p_touch_layout, &m) == KOSMO_OK &&
	    (m.act == TOUCH_NEXT || m.act == TOUCH_PIN)) {
		act = (enum touch_act)m.act;
		*ret_pin = m.pin;
	}
	explicit_bzero(&m, sizeof(m));
	buf_done(&packet);
	return act;
}
