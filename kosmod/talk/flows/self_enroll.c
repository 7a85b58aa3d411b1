/*
 * self_enroll.c: one more device, by kosmoctl.
 */
#include "config.h"

#include <stdio.h>

#include "kosmod/talk/call.h"
#include "kosmod/talk/flows/device_name.h"
#include "kosmod/talk/flows/flows.h"
#include "kosmod/talk/flows/rows.h"
#include "kosmod/talk/flows/verb.h"

/* The device that came last: ids only rise. */
static const struct k_device *
newest(const struct k_person *p)
{
	const struct k_device *found = NULL;

	for (uint8_t i = 0; i < p->n_devices; i++) {
		if (found == NULL || p->devices[i].id > found->id)
			found = &p->devices[i];
	}
	return found;
}

int
verb_enrolled(struct dialogue *d)
{
	const struct k_device *device;
	struct k_person one;
	int r = call_profile(d);

	if (r != KOSMO_OK)
		return r;
	if ((device = newest(&d->person)) == NULL)
		return KOSMO_EFORMAT;
	one = d->person;
	one.n_devices = 1;
	one.devices[0] = *device;
	if ((r = rows_devices(d, &one)) != KOSMO_OK)
		return r;
	return verb_done(d, N_("\"{device}\" is enrolled."),
	    FILL({ "device", device->name }));
}

/* As many as the record has room for. */
static int
refuse_more(struct dialogue *d)
{
	char n[12];

	snprintf(n, sizeof(n), "%d", DEVICES_MAX);
	return verb_refuse(d, RESULT_REFUSED,
	    N_("You have {n} devices, and there can be no more. First remove "
	       "one:\n"
	       "kosmoctl device remove NAME"),
	    FILL({ "n", n }));
}

int
verb_enroll_confirm(struct dialogue *d, enum method method, bool *ret_done)
{
	uint32_t before = 0;
	const struct k_device *device;
	bool known;
	int r;

	*ret_done = false;
	if ((r = call_profile(d)) != KOSMO_OK)
		return r;
	known = d->person.state != STATE_NONE;
	if ((device = newest(&d->person)) != NULL)
		before = device->id;
	if ((r = verb_confirm(d)) != KOSMO_OK)
		return r;
	device = newest(&d->person);
	/* of who was not known before, only the registration tells */
	*ret_done = device != NULL && device->method == method &&
	    (known ? device->id != before : d->open_step);
	if (!*ret_done && d->person.n_devices == DEVICES_MAX)
		return refuse_more(d);
	return KOSMO_OK;
}

int
verb_enroll_totp(struct dialogue *d)
{
	const struct enroll_how how = {
		.name = verb_arg(d, "name"),
		.uri = verb_arg(d, "png") != NULL,
	};
	bool done;
	int r;

	if (how.name != NULL && !device_name_good(how.name))
		return verb_bad_name(d);
	if ((r = verb_enroll_confirm(d, METHOD_TOTP, &done)) == KOSMO_OK &&
	    !done && (r = enroll_app(d, &how, NULL)) == KOSMO_OK)
		r = ask_sign_out(d);
	return r == KOSMO_OK ? verb_enrolled(d) : r;
}

int
verb_enroll_passkey(struct dialogue *d)
{
	const struct enroll_how how = { .name = verb_arg(d, "name") };
	bool done;
	int r;

	if (how.name != NULL && !device_name_good(how.name))
		return verb_bad_name(d);
	if ((r = verb_enroll_confirm(d, METHOD_PASSKEY, &done)) != KOSMO_OK)
		return r;
	if ((d->t->bound.methods & METHOD_BIT(METHOD_PASSKEY)) == 0)
		return verb_refuse(d, RESULT_REFUSED,
		    N_("That method is not allowed here."), NULL);
	if (!done && (r = enroll_passkey(d, &how, NULL)) == KOSMO_OK)
		r = ask_sign_out(d);
	return r == KOSMO_OK ? verb_enrolled(d) : r;
}

int
verb_enroll_email(struct dialogue *d)
{
	const struct enroll_how how = { .name = verb_arg(d, "name") };
	bool done;
	int r;

	if (how.name != NULL && !device_name_good(how.name))
		return verb_bad_name(d);
	if ((r = verb_enroll_confirm(d, METHOD_EMAIL, &done)) != KOSMO_OK)
		return r;
	if (!d->person.email_ok)
		return verb_refuse(d, RESULT_REFUSED,
		    N_("No address is confirmed. First: kosmoctl email "
		       "ADDRESS."),
		    NULL);
	if ((d->t->bound.methods & METHOD_BIT(METHOD_EMAIL)) == 0)
		return verb_refuse(d, RESULT_REFUSED,
		    N_("That method is not allowed here."), NULL);
	if (!done && (r = enroll_email(d, &how, NULL)) == KOSMO_OK)
		r = ask_sign_out(d);
	return r == KOSMO_OK ? verb_enrolled(d) : r;
}
