/*
 * device.h: the authenticators that are plugged in, and who has them.
 */
#ifndef KOSMO_TOUCH_DEVICE_H
#define KOSMO_TOUCH_DEVICE_H

#include <fido.h>
#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kosmod/kmsg_passkey.h"
#include "kosmod/priv.h"

#define DEVICES_AT_ONCE 32 /* more are not looked at */

struct device {
	fido_dev_t *fido; /* open */
	char path[PATH_MAX];
	const struct p_credential *holds; /* one of the job's, or NULL */
	bool unsure;			  /* it did not say which it holds */
};

struct devices {
	struct device list[DEVICES_AT_ONCE];
	size_t n;
	unsigned busy;	 /* another job has so many, or another program */
	unsigned broken; /* so many could not be opened */
	unsigned silent; /* of these: so many did not answer */
};

/*
 * Opens all authenticators that nobody else has, each for at most ms. claims
 * is a file that all jobs share, in which they are marked as taken (the mark
 * goes with the process). Logs what is broken.
 */
void devices_open(struct devices *d, int claims, int ms);

/* Closes one, or all; the key stops blinking. */
void device_close(struct devices *d, int claims, size_t i);
void devices_close(struct devices *d, int claims);

/* Closes all but one, which is the first then. */
void devices_keep(struct devices *d, int claims, size_t i);

/* True if the authenticator is still plugged in. */
bool device_there(const struct device *dev);

/*
 * True if libfido2 failed so because the device said nothing, or nothing that
 * answers: while another program has it, all that it says to others is that.
 */
bool device_silent(int err);

#endif
