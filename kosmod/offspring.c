#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kosmod/conf_pass.h"
#include "kosmod/keeper/run.h"
#include "kosmod/log.h"
#include "kosmod/nursery/nursery.h"
#include "kosmod/parent_in.h"
#include "kosmod/pass.h"
#include "kosmod/process.h"

#define ABOVE 16 /* out of the way of the numbers that exec keeps */

/* In the child: nothing but two descriptors and no environment go along. */
static void
exec_nursery(const struct parent *p, pid_t parent, int channel, int conf)
{
	char name[] = "kosmod", arg[] = NURSERY_ARG, journal[] = "0";
	char *argv[] = { name, arg, journal, NULL }, *envp[] = { NULL };
	int a = fcntl(channel, F_DUPFD_CLOEXEC, ABOVE);
	int b = fcntl(conf, F_DUPFD_CLOEXEC, ABOVE);

	if (p->journal)
		journal[0] = '1';
	if (process_child(parent) == KOSMO_OK && a != -1 && b != -1 &&
	    dup2(a, NURSERY_FD_CHANNEL) != -1 && dup2(b, NURSERY_FD_CONF) != -1)
		(void)execve("/proc/self/exe", argv, envp);
	log_say(LOG_ERR, "/proc/self/exe: %s", strerror(errno));
	_exit(1);
}

int
offspring_nursery(struct parent *p, int *ret_fd)
{
	pid_t self = getpid(), pid;
	int pair[2] = { -1, -1 }, conf = -1, r = KOSMO_EIO;

	if (pass_pair(pair) != KOSMO_OK ||
	    conf_give(p->conf, &conf) != KOSMO_OK || (pid = fork()) == -1)
		goto out;
	if (pid == 0)
		exec_nursery(p, self, pair[1], conf);
	p->nursery = pid;
	*ret_fd = pair[0];
	pair[0] = -1;
	r = KOSMO_OK;
out:
	if (r != KOSMO_OK)
		log_say(LOG_ERR, "nursery: %s", strerror(errno));
	pass_close(&pair[0]);
	pass_close(&pair[1]);
	pass_close(&conf);
	return r;
}

static void
become_keeper(const struct parent *p, pid_t parent, int to_parent, int nursery)
{
	const struct keeper_plan plan = { parent, p->journal, p->descriptors,
		p->listen.fd, to_parent, nursery,
		p->credentials[0] != '\0' ? p->credentials : NULL, p->conf };

	(void)clearenv();
	(void)close(p->signals);
	_exit(keeper_main(&plan));
}

int
offspring_keeper(struct parent *p)
{
	int pair[2] = { -1, -1 }, nursery = -1, r = KOSMO_EIO;
	pid_t self = getpid(), pid;

	if (offspring_nursery(p, &nursery) != KOSMO_OK)
		return KOSMO_EIO;
	if (pass_pair(pair) != KOSMO_OK || (pid = fork()) == -1) {
		log_say(LOG_ERR, "keeper: %s", strerror(errno));
		goto out;
	}
	if (pid == 0) {
		pass_close(&pair[0]);
		become_keeper(p, self, pair[1], nursery);
	}
	p->keeper = pid;
	pass_close(&p->keeper_fd);
	p->keeper_fd = pair[0];
	pair[0] = -1;
	r = KOSMO_OK;
out:
	pass_close(&pair[0]);
	pass_close(&pair[1]);
	pass_close(&nursery);
	return r;
}
