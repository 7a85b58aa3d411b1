/*
 * kosmo-post: sends the mails of kosmod. See post.h for what it does.
 */
#include "config.h"

#include <getopt.h>
#include <stdio.h>
#include <unistd.h>

#include "kosmod/process.h"
#include "libkosmo/path.h"
#include "post/post.h"

int
main(int argc, char **argv)
{
	static const struct option options[] = { { "config", required_argument,
						     NULL, 'c' },
		{ "version", no_argument, NULL, 'v' }, { NULL, 0, NULL, 0 } };
	const char *path = KOSMO_CONF;
	int c;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c == 'v') {
			(void)printf("kosmo-post %s\n", PACKAGE_VERSION);
			return 0;
		}
		if (c != 'c') {
			optind = argc + 1;
			break;
		}
		path = optarg;
	}
	if (optind != argc) {
		(void)fputs(
		    "usage: kosmo-post [--config FILE] [--version]\n", stderr);
		return 2;
	}
	if (geteuid() == 0) {
		(void)fprintf(stderr,
		    "kosmo-post: it never runs as root. Let systemd start it "
		    "(User=%s).\n",
		    KOSMO_MAIL_USER);
		return 1;
	}
	if (process_streams() != KOSMO_OK)
		return 1;
	return post_run(path);
}
