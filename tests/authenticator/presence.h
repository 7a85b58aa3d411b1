/* presence.h: somebody touches it, or lays a finger on it. */
#ifndef KOSMO_TESTS_AUTHENTICATOR_PRESENCE_H
#define KOSMO_TESTS_AUTHENTICATOR_PRESENCE_H

#include <stdint.h>

struct authenticator;

/*
 * Blinks until it is touched, as SW_TOUCH has it, and sends keepalives. Goes
 * on with other programs meanwhile. A status of CTAP: OK, KEEPALIVE_CANCEL,
 * USER_ACTION_TIMEOUT.
 */
uint8_t presence_wait(struct authenticator *);

/* The same, by a finger: also UV_INVALID, and UV_BLOCKED after three. */
uint8_t presence_finger(struct authenticator *);

#endif
