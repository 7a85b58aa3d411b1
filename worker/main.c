#include "config.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "kosmod/log.h"
#include "kosmod/process.h"
#include "worker/loop.h"

static int
serve(const struct worker *w, const char *path)
{
	bool journal = getenv("JOURNAL_STREAM") != NULL;

	if ((geteuid() == 0) != w->root) {
		(void)fprintf(stderr, "%s: %s\n", w->name, w->refuse);
		return 1;
	}
	(void)clearenv();
	if (process_streams() != KOSMO_OK ||
	    process_harden(w->name) != KOSMO_OK) {
		(void)fprintf(stderr, "%s: can't be hardened\n", w->name);
		return 1;
	}
	(void)process_descriptors();
	log_open(w->name, journal, true);
	return loop_run(w, path);
}

int
worker_main(const struct worker *w, int argc, char **argv)
{
	static const struct option options[] = { { "socket", required_argument,
						     NULL, 's' },
		{ "version", no_argument, NULL, 'v' }, { NULL, 0, NULL, 0 } };
	const char *path = w->socket;
	int c;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c == 'v') {
			(void)printf("%s %s\n", w->name, PACKAGE_VERSION);
			return 0;
		}
		if (c != 's')
			goto wrong;
		path = optarg;
	}
	if (optind == argc)
		return serve(w, path);
wrong:
	(void)fprintf(
	    stderr, "usage: %s [--socket PATH] [--version]\n", w->name);
	return 2;
}
