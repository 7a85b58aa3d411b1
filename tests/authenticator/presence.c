#include "config.h"

#include "tests/authenticator/presence.h"

#include "tests/authenticator/authenticator.h"
#include "tests/authenticator/ctap.h"
#include "tests/authenticator/log.h"

#define KEEPALIVE_MS 50

static bool
is_touched(const struct authenticator *a, int64_t since)
{
	switch (a->sw.v[SW_TOUCH]) {
	case TOUCH_AT_ONCE:
		return true;
	case TOUCH_LATE:
		return now_ms() - since >= a->sw.v[SW_LATE_MS];
	case TOUCH_TOLD:
		return a->touched;
	default:
		return false;
	}
}

/* Has it come to an end, and to which? */
static bool
has_ended(const struct authenticator *a, int64_t since, uint8_t *status)
{
	bool forever = a->sw.v[SW_KEEPALIVE] == WRONG;

	if (a->hid.stop == HID_ABANDON) {
		*status = CTAP_CANCELLED;
		return true;
	}
	if (forever)
		return false;
	if (a->hid.stop == HID_CANCEL)
		*status = CTAP_CANCELLED;
	else if (is_touched(a, since))
		*status = CTAP_OK;
	else if (now_ms() - since >= a->sw.v[SW_GIVE_UP_MS])
		*status = CTAP_TIMEOUT;
	else
		return false;
	return true;
}

uint8_t
presence_wait(struct authenticator *a)
{
	uint32_t channel = a->hid.channel;
	int64_t since = now_ms();
	uint8_t status;

	a->touched = false;
	hid_keepalive(a, KEEPALIVE_TOUCH);
	note("%u blinks", channel);
	if (a->sw.v[SW_VANISH] == YES)
		authenticator_unplug(a);
	while (!has_ended(a, since, &status)) {
		bus_turn(a, KEEPALIVE_MS);
		if (a->hid.stop != HID_ABANDON)
			hid_keepalive(a, KEEPALIVE_TOUCH);
	}
	if (status == CTAP_OK)
		note("%u touched", channel);
	return status;
}

uint8_t
presence_finger(struct authenticator *a)
{
	uint8_t status;

	if (a->store.uv_retries == 0)
		return CTAP_UV_BLOCKED;
	if ((status = presence_wait(a)) != CTAP_OK)
		return status;
	if (a->sw.v[SW_FINGER_FAILS] == 0) {
		a->store.uv_retries = UV_RETRIES;
		store_save(&a->store);
		return CTAP_OK;
	}
	a->sw.v[SW_FINGER_FAILS]--;
	a->store.uv_retries--;
	store_save(&a->store);
	return a->store.uv_retries == 0 ? CTAP_UV_BLOCKED : CTAP_UV_INVALID;
}
