#include "config.h"

#include <string.h>
#include <time.h>

#include "libkosmo/packet.h"
#include "touch/ask.h"
#include "touch/job.h"

#define OPEN_MS 3000   /* for a key to say who it is */
#define LOOK_MS 3000   /* and what it holds */
#define SEARCH_MS 8000 /* for all of them; see TOUCH_SLACK of the keeper */
#define BUSY_MS 3000   /* for a stopped job to let go of its key */
#define BUSY_PAUSE_MS 50

int
job_left(const struct job *j)
{
	int64_t left = j->until - packet_now();

	return left > 1 ? (int)left : 1;
}

/* The answer is thrown away, so nothing of the job's is signed. */
static int
look_for(const struct job *j, struct device *dev, const uint8_t *id,
    size_t id_len, const char *pin)
{
	static const uint8_t nothing[DIGEST_LEN];
	fido_assert_t *a = fido_assert_new();
	int r = FIDO_ERR_INTERNAL;

	if (a == NULL ||
	    (r = fido_assert_set_rp(a, j->ask->rp_id)) != FIDO_OK ||
	    (r = fido_assert_set_clientdata_hash(
		 a, nothing, sizeof(nothing))) != FIDO_OK ||
	    (r = fido_assert_allow_cred(a, id, id_len)) != FIDO_OK ||
	    (r = fido_assert_set_up(a, FIDO_OPT_FALSE)) != FIDO_OK)
		goto out;
	r = fido_dev_get_assert(dev->fido, a, pin);
out:
	fido_assert_free(&a);
	return r;
}

/* It holds none of them, and says no more than whether the PIN is right. */
static int
look_for_nothing(const struct job *j, struct device *dev, const char *pin)
{
	static const uint8_t none[DIGEST_LEN];

	return pin == NULL ? FIDO_OK
			   : look_for(j, dev, none, sizeof(none), pin);
}

static bool
is_no(int err)
{
	return err == FIDO_ERR_NO_CREDENTIALS ||
	    err == FIDO_ERR_INVALID_CREDENTIAL;
}

int
job_look(const struct job *j, struct device *dev, const char *pin)
{
	int r = FIDO_ERR_NO_CREDENTIALS;

	if (dev->holds != NULL)
		return look_for(j, dev, dev->holds->id, dev->holds->len, pin);
	if (j->ask->n == 0 || (pin != NULL && !dev->unsure))
		r = look_for_nothing(j, dev, pin);
	for (size_t i = 0; i < j->ask->n && is_no(r) && dev->holds == NULL &&
	     (pin == NULL || dev->unsure);
	     i++) {
		const struct p_credential *c = &j->ask->credentials[i];

		r = look_for(j, dev, c->id, c->len, pin);
		/* a key of U2F says by this that it would have to be touched */
		if (r == FIDO_OK || r == FIDO_ERR_USER_PRESENCE_REQUIRED) {
			dev->holds = c;
			return FIDO_OK;
		}
	}
	return is_no(r) ? FIDO_OK : r;
}

/* One that is broken or gone by now is closed. */
static void
look_at_all(struct job *j, int64_t until)
{
	for (size_t i = j->devices.n; i > 0 && !ask_stopped(); i--) {
		struct device *dev = &j->devices.list[i - 1];
		int r = FIDO_ERR_TIMEOUT;

		if (packet_now() < until &&
		    fido_dev_set_timeout(dev->fido, LOOK_MS) == FIDO_OK)
			r = job_look(j, dev, NULL);
		dev->unsure = r != FIDO_OK;
		if (r != FIDO_OK && (r < 0 || r == FIDO_ERR_TIMEOUT)) {
			device_close(&j->devices, j->claims, i - 1);
			j->devices.broken++;
			j->devices.silent += device_silent(r) ? 1 : 0;
		}
	}
}

static bool
will_do(const struct job *j, const struct device *dev)
{
	if (j->ask->act == TOUCH_PROVE)
		return dev->holds != NULL || dev->unsure;
	return dev->holds == NULL;
}

/* Why there is no key that will do, of those that were looked at. */
static enum touch_word
why_none(const struct job *j, const struct p_credential *known, bool any)
{
	if (known != NULL)
		return TOUCH_KNOWN;
	if (j->devices.busy > 0)
		return TOUCH_BUSY;
	if (any)
		return TOUCH_NOT_YOURS;
	if (j->devices.silent > 0)
		return TOUCH_SILENT;
	return j->devices.broken > 0 ? TOUCH_FAILED : TOUCH_NO_KEY;
}

/* One that certainly holds a credential is better than one that may. */
static void
close_unsure(struct job *j)
{
	bool sure = false;

	for (size_t i = 0; i < j->devices.n; i++)
		sure = sure || !j->devices.list[i].unsure;
	for (size_t i = j->devices.n; i > 0 && sure; i--) {
		if (j->devices.list[i - 1].unsure)
			device_close(&j->devices, j->claims, i - 1);
	}
}

static enum touch_word
search_once(struct job *j)
{
	const struct p_credential *known = NULL;
	int64_t until = packet_now() + SEARCH_MS;
	bool any;

	devices_open(&j->devices, j->claims, OPEN_MS);
	look_at_all(j, until);
	any = j->devices.n > 0;
	for (size_t i = j->devices.n; i > 0; i--) {
		struct device *dev = &j->devices.list[i - 1];

		if (will_do(j, dev))
			continue;
		if (j->ask->act == TOUCH_ENROL)
			known = dev->holds;
		device_close(&j->devices, j->claims, i - 1);
	}
	if (j->devices.n == 0 && known != NULL) {
		memcpy(j->word.credential, known->id, known->len);
		j->word.credential_len = known->len;
	}
	close_unsure(j);
	return j->devices.n > 0 ? TOUCH_DONE : why_none(j, known, any);
}

enum touch_word
job_search(struct job *j)
{
	const struct timespec pause = { 0, BUSY_PAUSE_MS * 1000000 };
	int64_t until = packet_now() + BUSY_MS;
	enum touch_word word = search_once(j);

	while (word == TOUCH_BUSY && packet_now() < until && !ask_stopped()) {
		(void)nanosleep(&pause, NULL);
		word = search_once(j);
	}
	return word;
}
