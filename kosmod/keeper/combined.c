#include "config.h"

#include "combined.h"

#include <stdio.h>

#include "kosmod/keeper/codes.h"
#include "kosmod/keeper/time.h"

/* The preferred device if it is an app, else the first app. */
static struct r_device *
app_of(struct person *p)
{
	struct r_device *d = person_device(p, 0);

	if (d != NULL && d->method == METHOD_TOTP)
		return d;
	for (size_t i = 0; i < p->n_devices; i++) {
		if (p->devices[i].method == METHOD_TOTP)
			return &p->devices[i];
	}
	return NULL;
}

uint32_t
combined_digits(const struct kconv *c, struct person *p)
{
	struct r_device *d = p != NULL ? app_of(p) : NULL;

	return d != NULL ? d->digits : c->k->conf->totp.digits;
}

static bool
find(struct kconv *c, struct person *p, const char *digits,
    struct r_device **ret, uint64_t *ret_step)
{
	*ret = app_of(p);
	return *ret != NULL && time_is_behind(c->k, keeper_wall(c->k)) == 0 &&
	    codes_app(c, *ret, digits, ret_step) == VERDICT_YES;
}

bool
combined_right(struct kconv *c, struct person *p, const char *digits)
{
	struct r_device *d;
	uint64_t step;

	return find(c, p, digits, &d, &step);
}

void
combined_spend(struct kconv *c, struct person *p, const char *digits)
{
	struct r_device *d;
	uint64_t step;

	if (!find(c, p, digits, &d, &step))
		return;
	d->step = step;
	d->used = (uint64_t)keeper_wall(c->k);
}
