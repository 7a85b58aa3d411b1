#include "config.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "kosmod/log.h"
#include "kosmod/process.h"
#include "libkosmo/path.h"
#include "warden/loop.h"

static const char usage[] = "usage: kosmo-warden [--socket PATH] [--version]\n";

static int
serve(const char *path)
{
	bool journal = getenv("JOURNAL_STREAM") != NULL;

	if (geteuid() != 0) {
		(void)fputs("kosmo-warden: only root can end the sessions of "
			    "others\n",
		    stderr);
		return 1;
	}
	(void)clearenv();
	if (process_harden("kosmo-warden") != KOSMO_OK) {
		(void)fputs("kosmo-warden: can't be hardened\n", stderr);
		return 1;
	}
	(void)process_descriptors();
	log_open("kosmo-warden", journal, true);
	return loop_run(path);
}

int
main(int argc, char **argv)
{
	static const struct option options[] = { { "socket", required_argument,
						     NULL, 's' },
		{ "version", no_argument, NULL, 'v' }, { NULL, 0, NULL, 0 } };
	const char *path = KOSMO_RUN_DIR "/" KOSMO_PRIV_SOCKET;
	int c;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c == 'v') {
			(void)printf("kosmo-warden %s\n", PACKAGE_VERSION);
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
