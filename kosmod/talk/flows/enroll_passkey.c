/*
 * enroll_passkey.c: a passkey, by the door that leads to one here.
 */
#include "config.h"

#include "kosmod/talk/flows/flows.h"

int
enroll_passkey(struct dialogue *d, const struct enroll_how *how, bool *other)
{
	if ((d->person.doors & DOOR_HERE) != 0)
		return enroll_here(d, how, other);
	if ((d->person.doors & DOOR_SSH) != 0)
		return enroll_ssh_key(d, how, other);
	return leave_not_here(d, other);
}
