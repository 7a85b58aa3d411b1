/*
 * kosmo-touch: opens authenticators for kosmod. See loop.h.
 */
#include "config.h"

#include <fcntl.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "kosmod/log.h"
#include "kosmod/process.h"
#include "libkosmo/path.h"
#include "touch/loop.h"

static const char usage[] = "usage: kosmo-touch [--socket PATH] [--version]\n";

/* So that no device becomes a standard stream. */
static int
open_streams(void)
{
	int fd;

	do {
		fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	} while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd == -1)
		return -1;
	(void)close(fd);
	return chdir("/");
}

static int
serve(const char *path)
{
	bool journal = getenv("JOURNAL_STREAM") != NULL;

	if (geteuid() == 0) {
		(void)fprintf(stderr,
		    "kosmo-touch: it never runs as root. Let systemd start it "
		    "(User=%s).\n",
		    KOSMO_TOUCH_USER);
		return 1;
	}
	(void)clearenv();
	if (open_streams() != 0 || process_harden("kosmo-touch") != KOSMO_OK) {
		(void)fputs("kosmo-touch: can't be hardened\n", stderr);
		return 1;
	}
	(void)process_descriptors();
	log_open("kosmo-touch", journal, true);
	return loop_run(path);
}

int
main(int argc, char **argv)
{
	static const struct option options[] = { { "socket", required_argument,
						     NULL, 's' },
		{ "version", no_argument, NULL, 'v' }, { NULL, 0, NULL, 0 } };
	const char *path = KOSMO_RUN_DIR "/" KOSMO_TOUCH_SOCKET;
	int c;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c == 'v') {
			(void)printf("kosmo-touch %s\n", PACKAGE_VERSION);
			return 0;
		}
		if (c != 's')
			goto wrong;
		path = optarg;
	}
	if (optind == argc)
		return serve(path);
wrong:
	(void)fputs(usage, stderr);
	return 2;
}
