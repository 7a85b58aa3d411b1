/*
 * kosmo-touch: opens authenticators for kosmod.
 */
#include "config.h"

#include <sys/mman.h>

#include "libkosmo/path.h"
#include "touch/calls.h"
#include "touch/jobs.h"

/* What jobs share: the file in which they mark devices as taken. */
static int
enter(int *ret_claims)
{
	*ret_claims = memfd_create("claims", MFD_CLOEXEC);
	return *ret_claims != -1 ? calls_enter(CALLS_MAIN) : KOSMO_EIO;
}

int
main(int argc, char **argv)
{
	static const struct worker touch = {
		.name = "kosmo-touch",
		.socket = KOSMO_RUN_DIR "/" KOSMO_TOUCH_SOCKET,
		.role = PRIV_TOUCH,
		.root = false,
		.refuse = "it never runs as root. Let systemd start it "
			  "(User=" KOSMO_TOUCH_USER ").",
		.enter = enter,
		.kinds = touch_kinds,
		.take = touch_take,
		.heard = touch_heard,
		.stop = touch_stop,
	};

	return worker_main(&touch, argc, argv);
}
