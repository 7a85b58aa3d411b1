#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "doctor.h"

static int
spawn(const char *program, const char *option, int out, pid_t *ret)
{
	static char path[] = "PATH=/usr/sbin:/usr/bin:/sbin:/bin";
	char name[64], word[16];
	char *argv[] = { name, word, NULL }, *envp[] = { path, NULL };
	posix_spawn_file_actions_t a;
	int r;

	(void)snprintf(name, sizeof(name), "%s", program);
	(void)snprintf(word, sizeof(word), "%s", option);
	if (posix_spawn_file_actions_init(&a) != 0)
		return KOSMO_ENOMEM;
	r = posix_spawn_file_actions_addopen(&a, 0, "/dev/null", O_RDONLY, 0);
	if (r == 0)
		r = posix_spawn_file_actions_adddup2(&a, out, 1);
	if (r == 0)
		r = posix_spawn_file_actions_addopen(
		    &a, 2, "/dev/null", O_WRONLY, 0);
	if (r == 0)
		r = posix_spawn(ret, program, &a, NULL, argv, envp);
	(void)posix_spawn_file_actions_destroy(&a);
	return r == 0 ? KOSMO_OK : KOSMO_EIO;
}

static bool
ended_well(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) == -1) {
		if (errno != EINTR)
			return false;
	}
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

bool
doctor_lines(const char *path, const char *option,
    void (*line)(void *arg, const char *text), void *arg)
{
	char *text = NULL;
	size_t room = 0;
	int pair[2];
	FILE *f;
	pid_t pid;

	if (pipe2(pair, O_CLOEXEC) == -1)
		return false;
	if (spawn(path, option, pair[1], &pid) != KOSMO_OK) {
		(void)close(pair[0]);
		(void)close(pair[1]);
		return false;
	}
	(void)close(pair[1]);
	if ((f = fdopen(pair[0], "r")) == NULL)
		(void)close(pair[0]);
	while (f != NULL && getline(&text, &room, f) > 0) {
		text[strcspn(text, "\n")] = '\0';
		line(arg, text);
	}
	free(text);
	if (f != NULL)
		(void)fclose(f);
	return ended_well(pid);
}
