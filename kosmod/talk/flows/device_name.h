/*
 * device_name.h: names of devices.
 */
#ifndef KOSMO_TALK_DEVICE_NAME_H
#define KOSMO_TALK_DEVICE_NAME_H

#include "kosmod/talk/screen.h"

/* 1 to 20 characters that can be shown, without spaces at the ends. */
bool device_name_good(const char *name);

/* The name of d->person's device; "" if there is no such. */
const char *device_name_of(const struct k_person *p, uint32_t id);

/* The device stands already, under a default name: another if wanted. */
KOSMO_CHECK int device_name_ask(struct dialogue *d, uint32_t id);

#endif
