/* out.h: CBOR on its way out. Writing beyond the end marks it as overfull. */
#ifndef KOSMO_TESTS_AUTHENTICATOR_OUT_H
#define KOSMO_TESTS_AUTHENTICATOR_OUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What one message of CTAPHID holds with reports of 64 bytes: CTAP2 11.2.4. */
#define MESSAGE_MAX 7609

struct out {
	uint8_t buf[MESSAGE_MAX];
	size_t len;
	bool overfull;
};

void out_raw(struct out *, const void *, size_t);
void out_u8(struct out *, uint8_t);
void out_u16(struct out *, uint16_t); /* big-endian, as the next */
void out_u32(struct out *, uint32_t);

void out_int(struct out *, int64_t);
void out_bool(struct out *, bool);
void out_bytes(struct out *, const void *, size_t);
void out_text(struct out *, const char *);
void out_array(struct out *, size_t); /* its n items follow */
void out_map(struct out *, size_t);   /* its n keys and values follow */

#endif
