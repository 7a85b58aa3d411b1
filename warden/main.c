/*
 * kosmo-warden: does for kosmod what only root can.
 */
#include "config.h"

#include "libkosmo/path.h"
#include "warden/calls.h"
#include "warden/jobs.h"

static int
enter(int *ret_shared)
{
	(void)ret_shared;
	return calls_enter(CALLS_MAIN);
}

int
main(int argc, char **argv)
{
	/* who is to be signed out is, even when the keeper is lost */
	static const struct worker warden = {
		.name = "kosmo-warden",
		.socket = KOSMO_RUN_DIR "/" KOSMO_PRIV_SOCKET,
		.role = PRIV_WARDEN,
		.root = true,
		.refuse = "only root can end the sessions of others",
		.enter = enter,
		.kinds = warden_kinds,
	};

	return worker_main(&warden, argc, argv);
}
