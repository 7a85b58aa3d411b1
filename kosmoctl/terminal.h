/*
 * terminal.h: asking the person, at the terminal or from standard input.
 */
#ifndef KOSMO_KOSMOCTL_TERMINAL_H
#define KOSMO_KOSMOCTL_TERMINAL_H

#include <stdbool.h>
#include <stdint.h>

#include "libkosmo/msg.h"

struct terminal {
	int in;	 /* where answers come from; -1: nowhere */
	int out; /* where asks go */
	bool tty;
	uint32_t columns; /* 0: not known */
	uint32_t lines;
	char name[64]; /* of the terminal, without /dev/ */
};

/*
 * /dev/tty, or with answers standard input for what is typed and standard
 * error for the asks. Without a terminal in is -1 and asking fails.
 */
void terminal_open(struct terminal *t, bool answers);
void terminal_close(struct terminal *t);

/* Writes text and a newline where asks go; to standard error without one. */
void terminal_show(const struct terminal *t, const char *text);

/*
 * Writes text and takes one line. Without echo nothing that is typed shows;
 * the terminal is as before on every way out, signals included, and those
 * take their usual course afterwards. connection (or -1) is watched
 * meanwhile: KOSMO_ECLOSED if something comes there before the answer.
 * Ctrl-D at a terminal is an empty answer. KOSMO_ENOTFOUND: no terminal, or
 * standard input is at its end. KOSMO_ETOOBIG: longer than an answer may be.
 */
KOSMO_CHECK int terminal_ask(const struct terminal *t, int connection,
    const struct msg_ask *ask, struct secret *ret);

#endif
