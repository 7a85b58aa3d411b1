/*
 * bus.h: the socket that stands for the USB port, and the control FIFO.
 *
 * A packet of the socket (SOCK_SEQPACKET) is one report of 64 bytes. As with a
 * hidraw device, every program that has it open sees every report that comes
 * from the authenticator, and one that does not read loses some.
 */
#ifndef KOSMO_TESTS_AUTHENTICATOR_BUS_H
#define KOSMO_TESTS_AUTHENTICATOR_BUS_H

#include <sys/types.h>

#include <stddef.h>
#include <stdint.h>

#define REPORT_LEN 64
#define PROGRAMS_MAX 64

struct authenticator;

struct bus {
	const char *path;
	mode_t mode;
	int listener; /* -1: pulled out */
	int control;
	int programs[PROGRAMS_MAX];
	size_t n;
	char line[256];
	size_t line_len;
};

/* Makes the FIFO "control" in the store's folder. Exits if it can't. */
void bus_init(struct bus *, int dir, const char *path, mode_t);
void bus_plug(struct bus *);
void bus_unplug(struct bus *);

/* To all that have it open. */
void bus_send(struct bus *, const uint8_t *report, size_t);

/*
 * Waits at most ms (-1: for ever), then does what the control FIFO says, and
 * after that takes one report or one new program: whatever was written to the
 * FIFO before a request was sent holds for that request.
 */
void bus_turn(struct authenticator *, int ms);

#endif
