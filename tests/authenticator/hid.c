#include "config.h"

#include "tests/authenticator/hid.h"

#include <string.h>
#include <time.h>

#include "tests/authenticator/authenticator.h"
#include "tests/authenticator/ctap.h"
#include "tests/authenticator/log.h"
#include "tests/authenticator/u2f.h"

#define BROADCAST 0xffffffffU
#define FIRST_DATA (REPORT_LEN - 7)
#define NEXT_DATA (REPORT_LEN - 5)
#define REST_MS 500 /* for the rest of a message */

enum command {
	CMD_PING = 0x81,
	CMD_MSG = 0x83,
	CMD_INIT = 0x86,
	CMD_WINK = 0x88,
	CMD_CBOR = 0x90,
	CMD_CANCEL = 0x91,
	CMD_KEEPALIVE = 0xbb,
	CMD_ERROR = 0xbf
};

enum hid_error {
	ERR_INVALID_CMD = 0x01,
	ERR_INVALID_LEN = 0x03,
	ERR_INVALID_SEQ = 0x04,
	ERR_MSG_TIMEOUT = 0x05,
	ERR_CHANNEL_BUSY = 0x06,
	ERR_INVALID_CHANNEL = 0x0b
};

enum capability { CAN_WINK = 0x01, CAN_CBOR = 0x04, CANNOT_MSG = 0x08 };

int64_t
now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

void
hid_init(struct hid *h)
{
	memset(h, 0, sizeof(*h));
}

static void
put_channel(uint8_t *report, uint32_t channel)
{
	for (int i = 0; i < 4; i++)
		report[i] = (uint8_t)(channel >> (24 - 8 * i));
}

static uint32_t
get_channel(const uint8_t *report)
{
	return (uint32_t)report[0] << 24 | (uint32_t)report[1] << 16 |
	    (uint32_t)report[2] << 8 | report[3];
}

/* A message in as many reports as it takes. size: of each of them. */
static void
send_reports(struct authenticator *a, uint32_t channel, uint8_t command,
    const uint8_t *data, size_t len, size_t size)
{
	uint8_t report[REPORT_LEN] = { 0 };
	size_t sent, n;

	put_channel(report, channel);
	report[4] = command;
	report[5] = (uint8_t)(len >> 8);
	report[6] = (uint8_t)len;
	sent = len < FIRST_DATA ? len : FIRST_DATA;
	if (sent != 0)
		memcpy(report + 7, data, sent);
	bus_send(&a->bus, report, size);
	for (uint8_t seq = 0; sent < len; sent += n) {
		n = len - sent < NEXT_DATA ? len - sent : NEXT_DATA;
		memset(report + 5, 0, NEXT_DATA);
		report[4] = seq++;
		memcpy(report + 5, data + sent, n);
		bus_send(&a->bus, report, size);
	}
}

static void
send_message(struct authenticator *a, uint32_t channel, uint8_t command,
    const uint8_t *data, size_t len)
{
	send_reports(a, channel, command, data, len, REPORT_LEN);
}

static void
send_error(struct authenticator *a, uint32_t channel, uint8_t error)
{
	note("%u error %u", channel, error);
	send_message(a, channel, CMD_ERROR, &error, 1);
}

void
hid_keepalive(struct authenticator *a, uint8_t status)
{
	send_message(a, a->hid.channel, CMD_KEEPALIVE, &status, 1);
}

/* A new channel on the broadcast channel; a fresh start on its own. */
static void
answer_init(struct authenticator *a, uint32_t channel, const uint8_t *report)
{
	struct hid *h = &a->hid;
	uint8_t reply[17];
	uint32_t given = channel;

	if (channel == BROADCAST)
		given = ++h->last;
	else if (h->busy && channel == h->channel)
		h->stop = HID_ABANDON;
	if (h->deadline != 0 && channel == h->channel)
		h->deadline = 0;
	memcpy(reply, report + 7, 8);
	put_channel(reply + 8, given);
	reply[12] = 2; /* version of CTAPHID */
	reply[13] = 1;
	reply[14] = 0;
	reply[15] = 0;
	reply[16] = a->sw.v[SW_U2F] == YES ? CAN_WINK
					   : CAN_WINK | CAN_CBOR | CANNOT_MSG;
	note("%u init", given);
	send_message(a, channel, CMD_INIT, reply, sizeof(reply));
}

static void
answer_request(struct authenticator *a, struct out *out)
{
	struct hid *h = &a->hid;
	bool u2f = h->command == CMD_MSG;

	h->busy = true;
	h->stop = HID_GO_ON;
	h->report_len = REPORT_LEN;
	if (u2f)
		u2f_request(a, h->in, h->got, out);
	else
		ctap_request(a, h->in, h->got, out);
	h->busy = false;
	if (h->stop == HID_ABANDON) {
		note("%u abandoned", h->channel);
		return;
	}
	send_reports(
	    a, h->channel, h->command, out->buf, out->len, h->report_len);
}

static void
carry_out(struct authenticator *a)
{
	struct hid *h = &a->hid;
	struct out out = { .len = 0 };
	bool u2f = a->sw.v[SW_U2F] == YES;

	h->deadline = 0;
	switch (h->command) {
	case CMD_PING:
		note("%u ping %zu", h->channel, h->got);
		send_message(a, h->channel, CMD_PING, h->in, h->got);
		return;
	case CMD_WINK:
		note("%u wink", h->channel);
		send_message(a, h->channel, CMD_WINK, NULL, 0);
		return;
	case CMD_CBOR:
	case CMD_MSG:
		if (u2f == (h->command == CMD_MSG)) {
			answer_request(a, &out);
			return;
		}
		__attribute__((fallthrough));
	default:
		send_error(a, h->channel, ERR_INVALID_CMD);
	}
}

/* The first report of a message. */
static void
begin(struct authenticator *a, uint32_t channel, const uint8_t *report)
{
	struct hid *h = &a->hid;

	if (h->deadline != 0 && channel != h->channel) {
		send_error(a, channel, ERR_CHANNEL_BUSY);
		return;
	}
	h->channel = channel;
	h->command = report[4];
	h->want = (size_t)report[5] << 8 | report[6];
	h->seq = 0;
	if (h->want > sizeof(h->in)) {
		h->deadline = 0;
		send_error(a, channel, ERR_INVALID_LEN);
		return;
	}
	h->got = h->want < FIRST_DATA ? h->want : FIRST_DATA;
	memcpy(h->in, report + 7, h->got);
	h->deadline = now_ms() + REST_MS;
	if (h->got == h->want)
		carry_out(a);
}

static void
go_on(struct authenticator *a, uint32_t channel, const uint8_t *report)
{
	struct hid *h = &a->hid;
	size_t n;

	/* a stray one, which CTAPHID wants ignored */
	if (h->busy || h->deadline == 0 || channel != h->channel)
		return;
	if (report[4] != h->seq) {
		h->deadline = 0;
		send_error(a, channel, ERR_INVALID_SEQ);
		return;
	}
	h->seq++;
	n = h->want - h->got < NEXT_DATA ? h->want - h->got : NEXT_DATA;
	memcpy(h->in + h->got, report + 5, n);
	h->got += n;
	h->deadline = now_ms() + REST_MS;
	if (h->got == h->want)
		carry_out(a);
}

void
hid_report(struct authenticator *a, const uint8_t *report, size_t len)
{
	struct hid *h = &a->hid;
	uint32_t channel;

	if (len != REPORT_LEN) {
		note("a report of %zu bytes", len);
		return;
	}
	channel = get_channel(report);
	if (report[4] == CMD_INIT && channel != 0) {
		answer_init(a, channel, report);
	} else if (channel == 0 || channel > h->last) {
		send_error(a, channel, ERR_INVALID_CHANNEL);
	} else if ((report[4] & 0x80) == 0) {
		go_on(a, channel, report);
	} else if (report[4] == CMD_CANCEL) {
		note("%u cancel", channel);
		if (h->busy && channel == h->channel && h->stop == HID_GO_ON)
			h->stop = HID_CANCEL;
	} else if (h->busy) {
		send_error(a, channel, ERR_CHANNEL_BUSY);
	} else {
		begin(a, channel, report);
	}
}

int
hid_patience(const struct hid *h)
{
	int64_t left;

	if (h->deadline == 0)
		return -1;
	left = h->deadline - now_ms();
	return left < 0 ? 0 : (int)left;
}

void
hid_tick(struct authenticator *a)
{
	if (a->hid.deadline == 0 || hid_patience(&a->hid) != 0)
		return;
	a->hid.deadline = 0;
	send_error(a, a->hid.channel, ERR_MSG_TIMEOUT);
}
