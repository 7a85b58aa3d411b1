/*
 * blocklist.h: passwords that too many people choose.
 */
#ifndef KOSMO_TALK_BLOCKLIST_H
#define KOSMO_TALK_BLOCKLIST_H

#include <stdbool.h>

#include "libkosmo/error.h"

/* Reads the file at path, a password a line. "": there is no list. */
KOSMO_CHECK int blocklist_open(const char *path);
void blocklist_close(void);

/* True if text is one of them, in any case. */
bool blocklist_holds(const char *text);

#endif
