/*
 * ask.h: a job's way to the loop, and by it to the person: what it says, what
 * comes back, and whether anybody waits for it still.
 */
#ifndef KOSMO_TOUCH_ASK_H
#define KOSMO_TOUCH_ASK_H

#include <stdbool.h>

#include "kosmod/kmsg_passkey.h"
#include "kosmod/priv.h"

/*
 * From now on fd, the other end of which the loop has, is where this process
 * listens, and SIGUSR1 means: look there; it comes from the loop, or because
 * that has died. It comes again until the process ends, so that whatever it
 * waits in is interrupted. KOSMO_EIO.
 */
KOSMO_CHECK int ask_open(int fd);

/* True once TOUCH_STOP has come, or the loop is gone. */
bool ask_stopped(void);

/* Hands a word to the loop; the loop puts the id in. KOSMO_EIO: nobody there.
 */
KOSMO_CHECK int ask_say(const struct k_touched *word);

/*
 * Says a word that asks, and waits for TOUCH_NEXT or TOUCH_PIN, which is
 * returned; TOUCH_STOP if the job is to end. *ret_pin is wiped by the caller.
 */
enum touch_act ask_person(const struct k_touched *word, struct secret *ret_pin);

#endif
