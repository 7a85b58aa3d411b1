/* u2f.h: a key of the time before CTAP2: U2F raw messages 1.2. */
#ifndef KOSMO_TESTS_AUTHENTICATOR_U2F_H
#define KOSMO_TESTS_AUTHENTICATOR_U2F_H

#include <stddef.h>
#include <stdint.h>

#include "tests/authenticator/out.h"

struct authenticator;

/* One APDU; the answer ends with its status word. */
void u2f_request(struct authenticator *, const uint8_t *, size_t, struct out *);

#endif
