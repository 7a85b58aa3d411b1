#include "config.h"

#include "jobs.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kosmod/log.h"
#include "kosmod/process.h"
#include "libkosmo/packet.h"
#include "warden/account.h"
#include "warden/calls.h"
#include "warden/sessions.h"
#include "warden/where.h"

/* The keeper waits ten seconds for each. */
#define ACCOUNT_TIME 5000  /* ms for name services */
#define SESSIONS_TIME 9000 /* ms: name services, logind, signals */
#define WHERE_TIME 3000	   /* ms: logind */

void
jobs_init(struct jobs *j)
{
	memset(j, 0, sizeof(*j));
	for (size_t i = 0; i < JOBS_MAX; i++)
		j->rows[i].fd = -1;
}

static struct job *
free_place(struct jobs *j)
{
	for (size_t i = 0; i < JOBS_MAX; i++) {
		if (j->rows[i].pid == 0)
			return &j->rows[i];
	}
	return NULL;
}

bool
jobs_full(const struct jobs *j)
{
	for (size_t i = 0; i < JOBS_MAX; i++) {
		if (j->rows[i].pid == 0)
			return false;
	}
	return true;
}

union request {
	struct p_sessions sessions;
	struct p_account account;
	struct p_where where;
};

static int
take(const struct buf *packet, union request *req, struct answer *answer)
{
	int r = KOSMO_EFORMAT;

	memset(answer, 0, sizeof(*answer));
	if (packet_type(packet) == P_SESSIONS) {
		r = packet_get(packet, &p_sessions_layout, &req->sessions);
		answer->type = P_SESSIONS_IS;
		answer->u.sessions.id = req->sessions.id;
	} else if (packet_type(packet) == P_ACCOUNT) {
		r = packet_get(packet, &p_account_layout, &req->account);
		answer->type = P_ACCOUNT_IS;
		answer->u.account.id = req->account.id;
		answer->u.account.uid = NO_UID;
		answer->u.account.flags = ACCOUNT_UNSURE;
	} else if (packet_type(packet) == P_WHERE) {
		r = packet_get(packet, &p_where_layout, &req->where);
		answer->type = P_WHERE_IS;
		answer->u.where.id = req->where.id;
	}
	return r;
}

static void
work(const union request *req, struct answer *answer)
{
	if (answer->type == P_SESSIONS_IS) {
		sessions_job(&req->sessions, &answer->u.sessions);
		return;
	}
	/* it stays unsure if there is no filter */
	if (answer->type == P_WHERE_IS) {
		if (calls_enter(CALLS_WHERE) == KOSMO_OK)
			where_job(&req->where, &answer->u.where);
	} else if (calls_enter(CALLS_ACCOUNT) == KOSMO_OK) {
		account_job(&req->account, &answer->u.account);
	}
}

/* A pipe takes so few bytes at once or not at all. */
_Noreturn static void
child(pid_t parent, int fd, const union request *req, struct answer *answer)
{
	if (process_child(parent) != KOSMO_OK)
		_exit(1);
	work(req, answer);
	_exit(write(fd, answer, sizeof(*answer)) == (ssize_t)sizeof(*answer)
		? 0
		: 1);
}

static int64_t
time_for(uint8_t type)
{
	if (type == P_WHERE_IS)
		return WHERE_TIME;
	return type == P_ACCOUNT_IS ? ACCOUNT_TIME : SESSIONS_TIME;
}

int
jobs_begin(struct jobs *j, const struct buf *packet)
{
	struct job *job = free_place(j);
	union request req;
	pid_t self = getpid();
	int fds[2], r;

	if ((r = take(packet, &req, &job->answer)) != KOSMO_OK)
		return r;
	if (pipe2(fds, O_CLOEXEC | O_NONBLOCK) == -1)
		return KOSMO_EIO;
	if ((job->pid = fork()) == 0)
		child(self, fds[1], &req, &job->answer);
	(void)close(fds[1]);
	if (job->pid == -1) {
		job->pid = 0;
		(void)close(fds[0]);
		return KOSMO_EIO;
	}
	job->fd = fds[0];
	job->until = packet_now() + time_for(job->answer.type);
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

/*
 * What a child writes is believed in its verdict alone: a module of a name
 * service ran in it. False: it is still at work.
 */
static bool
finish(struct job *job)
{
	struct answer got;
	ssize_t n = read(job->fd, &got, sizeof(got));
	bool late = packet_now() >= job->until;

	if (n == -1 && (errno == EAGAIN || errno == EINTR) && !late)
		return false;
	if (n == (ssize_t)sizeof(got) && got.type == job->answer.type) {
		if (got.type == P_SESSIONS_IS)
			got.u.sessions.id = job->answer.u.sessions.id;
		else if (got.type == P_ACCOUNT_IS)
			got.u.account.id = job->answer.u.account.id;
		else
			got.u.where.id = job->answer.u.where.id;
		job->answer = got;
	} else {
		log_say(LOG_ERR, "a job %s",
		    late ? "took too long and was given up"
			 : "ended without an answer");
	}
	/* not reaped yet, so the number is still its own */
	(void)kill(job->pid, SIGKILL);
	(void)close(job->fd);
	job->fd = -1;
	return true;
}

bool
jobs_next(struct jobs *j, struct answer *ret)
{
	for (size_t i = 0; i < JOBS_MAX; i++) {
		if (j->rows[i].fd != -1 && finish(&j->rows[i])) {
			*ret = j->rows[i].answer;
			return true;
		}
	}
	return false;
}

void
jobs_reap(struct jobs *j)
{
	for (size_t i = 0; i < JOBS_MAX; i++) {
		struct job *job = &j->rows[i];

		int status = 0;

		/* one that has written may be gone before it was read */
		if (job->pid == 0 || job->fd != -1 ||
		    waitpid(job->pid, &status, WNOHANG) != job->pid)
			continue;
		job->pid = 0;
		if (WIFSIGNALED(status) && WTERMSIG(status) != SIGKILL)
			log_say(LOG_ERR, "a job was ended by signal %d%s",
			    WTERMSIG(status),
			    WTERMSIG(status) == SIGSYS
				? ": a system call that is not in its table"
				: "");
	}
}
