#include "config.h"

#include "child.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kosmod/conf.h"
#include "post/send.h"

#define WORDS_MAX ((CONF_TEXT_LEN + 1) / 2 + 1)

/*
 * A sendmail that has become another user can't be killed from here; its
 * timer goes with it through execve and ends it, a little later.
 */
#define ALARM_SECONDS (SEND_SECONDS + 2)

struct command {
	char text[CONF_TEXT_LEN + 1];
	char *argv[WORDS_MAX + 1];
};

/* No quotes, no shell: words apart by spaces. */
static int
split(const char *text, struct command *c)
{
	size_t n = 0;
	char *p;

	if (strlen(text) >= sizeof(c->text))
		return KOSMO_EINVAL;
	(void)snprintf(c->text, sizeof(c->text), "%s", text);
	for (p = c->text + strspn(c->text, " \t"); *p != '\0' && n < WORDS_MAX;
	     p += strspn(p, " \t")) {
		c->argv[n++] = p;
		p += strcspn(p, " \t");
		if (*p != '\0')
			*p++ = '\0';
	}
	c->argv[n] = NULL;
	return n > 0 ? KOSMO_OK : KOSMO_EINVAL;
}

/* In the child: what a program expects to find. */
static void
become_plain(void)
{
	static const int ours[] = { SIGPIPE, SIGHUP, SIGTERM, SIGINT, SIGCHLD,
		SIGALRM };
	sigset_t none;

	for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++)
		(void)signal(ours[i], SIG_DFL);
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	(void)setsid();
	(void)alarm(ALARM_SECONDS);
}

static _Noreturn void
run(struct command *c, int in, int out)
{
	char path[] = "PATH=/usr/sbin:/usr/bin:/sbin:/bin";
	char *environment[] = { path, NULL };

	become_plain();
	if (dup2(in, STDIN_FILENO) != -1 && dup2(out, STDOUT_FILENO) != -1 &&
	    dup2(out, STDERR_FILENO) != -1) {
		(void)execve(c->argv[0], c->argv, environment);
		(void)dprintf(
		    STDERR_FILENO, "%s: %s\n", c->argv[0], strerror(errno));
	}
	_exit(127);
}

int
child_start(const char *command, int in, int out, pid_t *ret)
{
	struct command *c = calloc(1, sizeof(*c));
	pid_t pid;
	int r = KOSMO_ENOMEM;

	if (c == NULL || (r = split(command, c)) != KOSMO_OK)
		goto out;
	if ((pid = fork()) == 0)
		run(c, in, out);
	if (pid == -1)
		r = KOSMO_EIO;
	else
		*ret = pid;
out:
	free(c);
	return r;
}
