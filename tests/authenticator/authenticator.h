/* authenticator.h: one authenticator, with all that is plugged in with it. */
#ifndef KOSMO_TESTS_AUTHENTICATOR_AUTHENTICATOR_H
#define KOSMO_TESTS_AUTHENTICATOR_AUTHENTICATOR_H

#include "tests/authenticator/bus.h"
#include "tests/authenticator/hid.h"
#include "tests/authenticator/pin.h"
#include "tests/authenticator/store.h"
#include "tests/authenticator/switches.h"

struct authenticator {
	struct switches sw;
	struct store store;
	struct pin pin; /* what power keeps */
	struct hid hid;
	struct bus bus;
	bool touched; /* by the word "touch", since it began to blink */
	bool u2f_blinks;
};

/* Power comes: whatever is not in the store begins anew. */
void authenticator_plug(struct authenticator *);
void authenticator_unplug(struct authenticator *);

/* One line of the control FIFO. */
void authenticator_command(struct authenticator *, const char *line);

#endif
