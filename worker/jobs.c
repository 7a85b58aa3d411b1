#include "config.h"

#include "jobs.h"

#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kosmod/log.h"
#include "kosmod/process.h"
#include "libkosmo/packet.h"

void
jobs_init(struct jobs *j)
{
	memset(j, 0, sizeof(*j));
	for (size_t i = 0; i < JOBS_MAX; i++)
		j->rows[i].fd = -1;
	j->shared = j->others[0] = j->others[1] = -1;
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

bool
jobs_full(struct jobs *j)
{
	return free_place(j) == NULL;
}

struct row *
jobs_find(struct jobs *j, uint64_t id)
{
	for (size_t i = 0; i < JOBS_MAX; i++) {
		struct row *job = &j->rows[i];

		if (job->fd != -1 && !job->over && job->id == id)
			return job;
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
child(const struct jobs *j, const struct kind *k, pid_t parent,
    const struct child *c)
{
	close_others(j);
	_exit(
	    process_child(parent) == KOSMO_OK && k->run(c) == KOSMO_OK ? 0 : 1);
}

void
jobs_give_time(struct row *j)
{
	j->until = packet_now() + j->time;
}

int
jobs_begin(
    struct jobs *j, const struct kind *k, const void *asked, int64_t extra)
{
	struct row *job = free_place(j);
	struct child c = { -1, j->shared, asked };
	pid_t self = getpid(), pid;
	int pair[2];

	if (job == NULL)
		return KOSMO_EFULL;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK,
		0, pair) == -1)
		return KOSMO_EIO;
	c.fd = pair[1];
	if ((pid = fork()) == 0) {
		(void)close(pair[0]);
		child(j, k, self, &c);
	}
	(void)close(pair[1]);
	if (pid == -1) {
		(void)close(pair[0]);
		return KOSMO_EIO;
	}
	*job = (struct row){
		.kind = k, .pid = pid, .fd = pair[0], .time = k->time + extra
	};
	memcpy(&job->id, asked, sizeof(job->id));
	jobs_give_time(job);
	return KOSMO_OK;
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

/* What is said for a child that says nothing any more. */
static void
give_up(struct row *j, bool late, void *word)
{
	const struct kind *k = j->kind;

	memcpy(word, late ? k->late : k->none, k->word->size);
	if (!j->over)
		log_say(LOG_ERR, "job %llu %s", (unsigned long long)j->id,
		    late ? k->hangs : "ended without a word");
	jobs_end(j);
}

/*
 * The child is at the mercy of a key, or of a name service's module: what it
 * says is looked at, and of no job but its own.
 */
bool
jobs_hear(struct row *j, struct buf *in, void *word)
{
	bool late = packet_now() >= j->until;
	int r = packet_recv(j->fd, in, NULL, 0);

	if (r == KOSMO_ETIMEOUT && !late)
		return false;
	if (r == KOSMO_OK)
		r = packet_get(in, j->kind->word, word);
	if (r != KOSMO_OK)
		give_up(j, late, word);
	memcpy(word, &j->id, sizeof(j->id));
	return true;
}

void
jobs_end(struct row *j)
{
	/* not reaped yet, so the number is still its own */
	(void)kill(j->pid, SIGKILL);
	(void)close(j->fd);
	j->fd = -1;
}

void
jobs_reap(struct jobs *j)
{
	for (size_t i = 0; i < JOBS_MAX; i++) {
		struct row *job = &j->rows[i];
		int status = 0;

		/* one that has spoken may be gone before it was heard */
		if (job->pid == 0 || job->fd != -1 ||
		    waitpid(job->pid, &status, WNOHANG) != job->pid)
			continue;
		job->pid = 0;
		if (WIFSIGNALED(status) && WTERMSIG(status) != SIGKILL)
			log_say(LOG_ERR, "job %llu was ended by signal %d%s",
			    (unsigned long long)job->id, WTERMSIG(status),
			    WTERMSIG(status) == SIGSYS
				? ": a system call that is not in its table"
				: "");
	}
}
