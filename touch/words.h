/*
 * words.h: what an authenticator says, as a word of kosmo-touch.
 */
#ifndef KOSMO_TOUCH_WORDS_H
#define KOSMO_TOUCH_WORDS_H

#include "kosmod/kmsg_passkey.h"

/*
 * The word for an error of libfido2 (CTAP2 8.2, or one of its own);
 * TOUCH_DONE for FIDO_OK, TOUCH_FAILED for what has no row.
 */
enum touch_word word_of(int err);

#endif
