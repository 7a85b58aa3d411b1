#include "config.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kosmod/conf.h"
#include "kosmod/init.h"
#include "kosmod/nursery/nursery.h"
#include "kosmod/parent.h"
#include "kosmod/process.h"
#include "libkosmo/path.h"

static const char usage[] =
    "usage: kosmod [--config FILE] [--init] [--check-config] [--version]\n";

enum deed { DEED_SERVE = 0, DEED_INIT, DEED_CHECK, DEED_VERSION };

static int
serve(const char *path)
{
	if (geteuid() == 0) {
		(void)fprintf(stderr,
		    "kosmod: it never runs as root. Let systemd start it "
		    "(User=%s), or:\n"
		    "  setpriv --reuid=%s --regid=%s --clear-groups kosmod\n",
		    KOSMO_USER, KOSMO_USER, KOSMO_USER);
		return 1;
	}
	return parent_run(path);
}

/* --init and --check-config, by an admin at a terminal. */
static int
with_conf(enum deed deed, const char *path)
{
	struct conf *conf = calloc(1, sizeof(*conf));
	int r = 1;

	if (conf == NULL || conf_load(path, conf, stderr) != KOSMO_OK)
		goto out;
	if (deed == DEED_INIT) {
		if (process_harden("kosmod") == KOSMO_OK)
			r = init_run(conf);
		goto out;
	}
	conf_advise(conf, stdout);
	(void)printf("%s: no errors\n", path);
	r = 0;
out:
	free(conf);
	return r;
}

/* False if the command line is wrong. */
static int
parse(int argc, char **argv, enum deed *deed, const char **path)
{
	static const struct option options[] = { { "config", required_argument,
						     NULL, 'c' },
		{ "init", no_argument, NULL, 'i' },
		{ "check-config", no_argument, NULL, 'k' },
		{ "version", no_argument, NULL, 'v' }, { NULL, 0, NULL, 0 } };
	int c;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (c) {
		case 'c':
			*path = optarg;
			break;
		case 'i':
			*deed = DEED_INIT;
			break;
		case 'k':
			*deed = DEED_CHECK;
			break;
		case 'v':
			*deed = DEED_VERSION;
			break;
		default:
			return 0;
		}
	}
	return optind == argc;
}

int
main(int argc, char **argv)
{
	const char *path = KOSMO_CONF;
	enum deed deed = DEED_SERVE;

	if (argc == 3 && strcmp(argv[1], NURSERY_ARG) == 0)
		_exit(nursery_main(argv[2][0] == '1'));
	if (!parse(argc, argv, &deed, &path)) {
		(void)fputs(usage, stderr);
		return 2;
	}
	switch (deed) {
	case DEED_VERSION:
		(void)printf("kosmod %s\n", PACKAGE_VERSION);
		return 0;
	case DEED_INIT:
	case DEED_CHECK:
		return with_conf(deed, path);
	default:
		return serve(path);
	}
}
