/*
 * other.h: what a person has to prove the factor with, and the choice.
 */
#ifndef KOSMO_TALK_OTHER_H
#define KOSMO_TALK_OTHER_H

#include "kosmod/talk/methods/methods.h"

#define FACTORS_MOST (DEVICES_MAX + 1)

struct factor {
	const struct method_row *row;
	const struct k_device *device; /* NULL: recovery codes, or a dummy */
};

/* True if there are passkeys that policy allows, but no door here leads to. */
bool passkeys_elsewhere(const struct dialogue *d);

/* True if one of those is an SSH key, and this login could be made with it. */
bool ssh_key_elsewhere(const struct dialogue *d);

/*
 * The devices that policy allows and that have a door here, the preferred one
 * first, then the recovery codes that are left, which are all that there is
 * where passkeys are elsewhere. How many there are.
 */
size_t
factors_of(const struct dialogue *d, struct factor ret[static FACTORS_MOST]);

/* `other`: lets the person choose; D6 if there is nothing else. */
KOSMO_CHECK int other_choose(struct dialogue *d, struct factor *factor);

#endif
