/*
 * packet.h: one message a packet over SOCK_SEQPACKET, with a deadline.
 *
 * A packet is what codec.h makes of one message. The reader looks at the
 * first byte, the type, and decodes into the struct that it expects.
 */
#ifndef KOSMO_LIBKOSMO_PACKET_H
#define KOSMO_LIBKOSMO_PACKET_H

#include <stdbool.h>
#include <stdint.h>

#include "buf.h"
#include "codec.h"
#include "error.h"

#define PACKET_MAX ((size_t)32 * 1024) /* bytes of one packet */

/* Milliseconds of CLOCK_MONOTONIC: what deadlines are stated in. */
int64_t packet_now(void);

/*
 * Sends the message at msg on fd, with the descriptor pass if it is not -1.
 * Waits until deadline at the most if the peer does not read. Never raises
 * SIGPIPE. KOSMO_ECLOSED, KOSMO_ETIMEOUT, KOSMO_EIO, or as codec_encode.
 */
KOSMO_CHECK int packet_send(int fd, const struct layout *l, const void *msg,
    int pass, int64_t deadline);

/*
 * Receives one packet into b, which is reset first. *ret_pass becomes a
 * descriptor that came along, or -1; with ret_pass NULL none is accepted and
 * any that comes is closed. KOSMO_ECLOSED at the peer's end,
 * KOSMO_ETIMEOUT, KOSMO_EFORMAT for an empty, cut or over-long packet.
 */
KOSMO_CHECK int
packet_recv(int fd, struct buf *b, int *ret_pass, int64_t deadline);

/* The type of a received packet; 0 if it has none. */
uint8_t packet_type(const struct buf *b);

/* codec_decode of a message; KOSMO_EFORMAT if it is of another type. */
KOSMO_CHECK int
packet_get(const struct buf *b, const struct layout *l, void *to);

#endif
