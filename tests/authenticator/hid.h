/* hid.h: CTAPHID (CTAP 2.1, 11.2): messages in reports of 64 bytes. */
#ifndef KOSMO_TESTS_AUTHENTICATOR_HID_H
#define KOSMO_TESTS_AUTHENTICATOR_HID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tests/authenticator/out.h"

struct authenticator;

/* Why a request that is under way is to end before its time. */
enum hid_stop {
	HID_GO_ON,
	HID_CANCEL, /* CTAPHID_CANCEL: it is answered with that */
	HID_ABANDON /* begun anew or pulled out: nobody waits for an answer */
};

struct hid {
	uint32_t last; /* channels are numbered from 1 */
	/* the message that comes in */
	uint32_t channel;
	uint8_t command;
	uint8_t seq;
	uint8_t in[MESSAGE_MAX];
	size_t want;
	size_t got;
	int64_t deadline; /* of the rest of it; 0: none is coming */
	/* the request under way */
	bool busy;
	enum hid_stop stop;
	size_t report_len; /* of its answer */
};

void hid_init(struct hid *);

/* A report came. A whole request is carried out before this returns. */
void hid_report(struct authenticator *, const uint8_t *, size_t);

/* How long to wait for the next report, -1: for ever; and when that is over. */
int hid_patience(const struct hid *);
void hid_tick(struct authenticator *);

/* CTAPHID_KEEPALIVE to the channel of the request under way. */
enum { KEEPALIVE_PROCESSING = 1, KEEPALIVE_TOUCH = 2 };
void hid_keepalive(struct authenticator *, uint8_t status);

/* Milliseconds of a clock that only goes on. */
int64_t now_ms(void);

#endif
