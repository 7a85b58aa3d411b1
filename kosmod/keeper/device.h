/*
 * device.h: devices of a person come and go.
 */
#ifndef KOSMO_KEEPER_DEVICE_H
#define KOSMO_KEEPER_DEVICE_H

#include "kosmod/keeper/conv.h"

/*
 * True if p may have a device added now, in this conversation: a first one
 * has to be vouched for, one more needs everything proven.
 */
bool device_may_add(const struct kconv *c, const struct person *p);

/*
 * Adds d to p under name (made unique; "": by its method), with its notice or
 * the end of the registration in t. Its number is p->next_device then. Fill
 * method and what belongs to it. KOSMO_EPERM: policy has no such method. The
 * caller puts p, and once that is durable calls device_added.
 */
KOSMO_CHECK int device_add(struct kconv *c, struct person *p, struct txn *t,
    struct r_device *d, const char *name);

/*
 * The same, and puts p with its line in the log (enroll, step), in a batch of
 * its own. KOSMO_EFULL.
 */
KOSMO_CHECK int device_store(struct kconv *c, struct person *p,
    uint64_t version, struct r_device *d, const char *name, const char *step);

/* It is proven, and may be named in this conversation. */
void device_added(struct kconv *c, uint32_t id);

#endif
