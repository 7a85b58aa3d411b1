/*
 * words.h: what an authenticator says, as a word of kosmo-touch.
 */
#ifndef KOSMO_TOUCH_WORDS_H
#define KOSMO_TOUCH_WORDS_H

#include "kosmod/kmsg_passkey.h"

/*
 * The word for what an authenticator answered (CTAP2 8.2); TOUCH_DONE for
 * FIDO_OK; TOUCH_FAILED for what has no row, and for libfido2's own errors,
 * which are below 0.
 */
enum touch_word word_of(int err);

#endif
