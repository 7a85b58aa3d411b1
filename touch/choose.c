#include "config.h"

#include "libkosmo/packet.h"
#include "touch/ask.h"
#include "touch/job.h"
#include "touch/words.h"

#define SLICE_MS 100 /* for each key in turn */

/* Lets a key blink; false: it can't. */
static bool
blink(struct job *j, struct device *dev)
{
	return fido_dev_set_timeout(dev->fido, job_left(j)) == FIDO_OK &&
	    fido_dev_get_touch_begin(dev->fido) == FIDO_OK;
}

/*
 * False: it is gone. libfido2 passes an error of the device over in silence,
 * but then it comes before the time that it was given.
 */
static bool
look_at(struct job *j, struct device *dev, int *ret_touched)
{
	int64_t began = packet_now();
	int r = fido_dev_get_touch_status(dev->fido, ret_touched, SLICE_MS);

	if (r == FIDO_OK)
		return *ret_touched != 0 || ask_stopped() ||
		    packet_now() - began >= SLICE_MS / 2;
	/* keys give up after half a minute */
	return word_of(r) == TOUCH_TIMEOUT && blink(j, dev);
}

/* TOUCH_DONE: one was touched, and only that one is open. */
static enum touch_word
await_touch(struct job *j)
{
	while (packet_now() < j->until && !ask_stopped()) {
		for (size_t i = j->devices.n; i > 0; i--) {
			struct device *dev = &j->devices.list[i - 1];
			int touched = 0;

			if (!look_at(j, dev, &touched))
				device_close(&j->devices, j->claims, i - 1);
			else if (touched != 0) {
				devices_keep(&j->devices, j->claims, i - 1);
				return TOUCH_DONE;
			}
		}
		if (j->devices.n == 0)
			return TOUCH_GONE;
	}
	return TOUCH_TIMEOUT;
}

enum touch_word
job_choose(struct job *j)
{
	if (j->devices.n < 2)
		return TOUCH_DONE;
	for (size_t i = j->devices.n; i > 0; i--) {
		if (!blink(j, &j->devices.list[i - 1]))
			device_close(&j->devices, j->claims, i - 1);
	}
	if (j->devices.n == 0)
		return TOUCH_GONE;
	j->word.word = TOUCH_WAITS;
	j->word.keys = (uint32_t)j->devices.n;
	if (ask_say(&j->word) != KOSMO_OK)
		return TOUCH_FAILED;
	return await_touch(j);
}
