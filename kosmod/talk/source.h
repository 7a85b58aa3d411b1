/*
 * source.h: where a login comes from, as the throttle counts it.
 */
#ifndef KOSMO_TALK_SOURCE_H
#define KOSMO_TALK_SOURCE_H

#include <stdbool.h>

#include "kosmod/kmsg.h"
#include "libkosmo/msg.h"

/*
 * The address of SSH_CONNECTION, or else of PAM_RHOST if it is one, into
 * bind->source: IPv4-mapped ones as IPv4, zones dropped, IPv6 cut to its /64.
 * A name, or nothing, is "". console: the service may be one; bind->console
 * is set if nothing says that the login is remote.
 */
void
source_of(const struct msg_hello *hello, bool console, struct k_bind *bind);

#endif
