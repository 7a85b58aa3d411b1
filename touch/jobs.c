#include "config.h"

#include "jobs.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kosmod/log.h"
#include "kosmod/process.h"
#include "libkosmo/packet.h"
#include "touch/ask.h"
#include "touch/calls.h"
#include "touch/job.h"

#define GRACE_MS                                                           \
	10000	     /* beyond a job's own seconds; less than the keeper's \
		      */
#define STOP_MS 2000 /* for a key to be told that it may stop */
#define PASS_MS 1000 /* for a child to take what is sent to it */

int
jobs_init(struct jobs *j)
{
	memset(j, 0, sizeof(*j));
	for (size_t i = 0; i < JOBS_MAX; i++)
		j->rows[i].fd = -1;
	j->others[0] = j->others[1] = -1;
	j->claims = memfd_create("claims", MFD_CLOEXEC);
	return j->claims == -1 ? KOSMO_EIO : KOSMO_OK;
}

static struct row *
free_place(struct jobs *j)
{
	for (size_t i = 0; i < JOBS_MAX; i++) {
		if (j->rows[i].pid == 0)
			return &j->rows[i];
	}
	return NULL;
}

static struct row *
row_of(struct jobs *j, uint64_t id)
{
	for (size_t i = 0; i < JOBS_MAX; i++) {
		struct row *r = &j->rows[i];

		if (r->pid != 0 && r->fd != -1 && !r->over && r->id == id)
			return r;
	}
	return NULL;
}

/* Nothing of the loop's and of other jobs' stays in reach. */
static void
close_others(const struct jobs *j)
{
	for (size_t i = 0; i < JOBS_MAX; i++) {
		if (j->rows[i].fd != -1)
			(void)close(j->rows[i].fd);
	}
	for (size_t i = 0; i < 2; i++) {
		if (j->others[i] != -1)
			(void)close(j->others[i]);
	}
}

_Noreturn static void
child(const struct jobs *j, pid_t parent, int fd, const struct p_touch *ask)
{
	close_others(j);
	if (process_child(parent) != KOSMO_OK ||
	    process_name("kosmo-touch-key") != KOSMO_OK ||
	    ask_open(fd) != KOSMO_OK || calls_enter(CALLS_JOB) != KOSMO_OK)
		_exit(1);
	job_run(ask, j->claims);
	_exit(0);
}

static void
give_time(struct row *r)
{
	r->until = packet_now() + (int64_t)r->seconds * 1000 + GRACE_MS;
}

static int
begin(struct jobs *j, struct row *r, const struct p_touch *ask)
{
	pid_t self = getpid(), pid;
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK,
		0, pair) == -1)
		return KOSMO_EIO;
	if ((pid = fork()) == 0) {
		(void)close(pair[0]);
		child(j, self, pair[1], ask);
	}
	(void)close(pair[1]);
	if (pid == -1) {
		(void)close(pair[0]);
		return KOSMO_EIO;
	}
	*r = (struct row){ .id = ask->id,
		.pid = pid,
		.fd = pair[0],
		.seconds = ask->seconds };
	give_time(r);
	return KOSMO_OK;
}

static void
kill_job(struct row *r)
{
	/* not reaped yet, so the number is still its own */
	(void)kill(r->pid, SIGKILL);
	(void)close(r->fd);
	r->fd = -1;
}

static void
pass(struct row *r, const struct p_touch *m)
{
	give_time(r);
	if (packet_send(r->fd, &p_touch_layout, m, -1,
		packet_now() + PASS_MS) != KOSMO_OK)
		log_say(LOG_WARNING, "job %llu takes no answer",
		    (unsigned long long)r->id);
}

/* The packet first: a child that is just beginning has no handler yet. */
static void
stop(struct row *r)
{
	const struct p_touch m = { .id = r->id, .act = TOUCH_STOP };

	pass(r, &m);
	r->over = true;
	r->until = packet_now() + STOP_MS;
	(void)kill(r->pid, SIGUSR1);
}

void
jobs_stop_all(struct jobs *j)
{
	for (size_t i = 0; i < JOBS_MAX; i++) {
		struct row *r = &j->rows[i];

		if (r->pid != 0 && r->fd != -1 && !r->over)
			stop(r);
	}
}

/* A number that is in use already is no job, but a keeper gone mad. */
static int
take_new(struct jobs *j, const struct p_touch *m, bool *ret_answer,
    struct p_touched *ret)
{
	struct row *r = free_place(j);

	if (row_of(j, m->id) != NULL)
		return KOSMO_EFORMAT;
	memset(ret, 0, sizeof(*ret));
	ret->id = m->id;
	ret->word = r == NULL ? TOUCH_BUSY : TOUCH_FAILED;
	*ret_answer = r == NULL || begin(j, r, m) != KOSMO_OK;
	if (*ret_answer)
		log_say(LOG_ERR, "job %llu can't be begun: %s",
		    (unsigned long long)m->id,
		    r == NULL ? "there are too many" : strerror(errno));
	return KOSMO_OK;
}

int
jobs_take(struct jobs *j, const struct buf *packet, bool *ret_answer,
    struct p_touched *ret)
{
	struct p_touch m = { 0 };
	int r = packet_get(packet, &p_touch_layout, &m);
	struct row *row;

	*ret_answer = false;
	if (r != KOSMO_OK)
		goto out;
	row = row_of(j, m.id);
	switch (m.act) {
	case TOUCH_ENROL:
	case TOUCH_PROVE:
		r = take_new(j, &m, ret_answer, ret);
		break;
	case TOUCH_NEXT:
	case TOUCH_PIN:
		if (row != NULL)
			pass(row, &m);
		break;
	case TOUCH_STOP:
		if (row != NULL)
			stop(row);
		break;
	default:
		r = KOSMO_EFORMAT;
		break;
	}
out:
	explicit_bzero(&m, sizeof(m));
	return r;
}

size_t
jobs_fds(const struct jobs *j, struct pollfd fds[JOBS_MAX])
{
	size_t n = 0;

	for (size_t i = 0; i < JOBS_MAX; i++) {
		if (j->rows[i].fd != -1)
			fds[n++] = (struct pollfd){ j->rows[i].fd, POLLIN, 0 };
	}
	return n;
}

int64_t
jobs_until(const struct jobs *j)
{
	int64_t until = INT64_MAX;

	for (size_t i = 0; i < JOBS_MAX; i++) {
		if (j->rows[i].fd != -1 && j->rows[i].until < until)
			until = j->rows[i].until;
	}
	return until;
}

/* The child is at the mercy of its key: what it says is looked at. */
static int
hear(struct row *r, struct p_touched *ret)
{
	struct buf packet = BUF_INIT;
	int err = packet_recv(r->fd, &packet, NULL, 0);

	if (err == KOSMO_OK)
		err = packet_get(&packet, &p_touched_layout, ret);
	buf_done(&packet);
	return err;
}

/* After a word that asks, a person takes the time that they take. */
static void
note(struct row *r, uint8_t word)
{
	if (word > TOUCH_ASKS && word != TOUCH_WAITS && !r->over)
		r->until = INT64_MAX;
	if (word < TOUCH_ASKS) {
		(void)close(r->fd); /* it has nothing more to say, and ends */
		r->fd = -1;
	}
}

/* True if *ret is to be sent. */
static bool
look_at(struct row *r, struct p_touched *ret)
{
	bool late = packet_now() >= r->until, was_over = r->over;
	int err = hear(r, ret);

	if (err == KOSMO_ETIMEOUT && !late)
		return false;
	if (err != KOSMO_OK) {
		memset(ret, 0, sizeof(*ret));
		ret->word = late ? TOUCH_TIMEOUT : TOUCH_FAILED;
		if (!was_over)
			log_say(LOG_ERR, "job %llu %s",
			    (unsigned long long)r->id,
			    late ? "does not end: its key does not answer"
				 : "ended without a word");
		kill_job(r);
	} else
		note(r, ret->word);
	ret->id = r->id;
	return !was_over;
}

bool
jobs_next(struct jobs *j, struct p_touched *ret)
{
	for (size_t i = 0; i < JOBS_MAX; i++) {
		if (j->rows[i].fd != -1 && look_at(&j->rows[i], ret))
			return true;
	}
	return false;
}

void
jobs_reap(struct jobs *j)
{
	for (size_t i = 0; i < JOBS_MAX; i++) {
		struct row *r = &j->rows[i];
		int status = 0;

		/* one that has spoken may be gone before it was heard */
		if (r->pid == 0 || r->fd != -1 ||
		    waitpid(r->pid, &status, WNOHANG) != r->pid)
			continue;
		r->pid = 0;
		if (WIFSIGNALED(status) && WTERMSIG(status) != SIGKILL)
			log_say(LOG_ERR, "job %llu was ended by signal %d",
			    (unsigned long long)r->id, WTERMSIG(status));
	}
}
