/*
 * Packets of every layout. The first byte says whether a message or a record
 * is meant; the second is the type, as on the wire. What is decoded must be
 * encoded to the very bytes that it came from: there is one form of each.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "kosmod/kmsg.h"
#include "libkosmo/codec.h"
#include "libkosmo/msg.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void
try(const struct layout *l, enum codec_form form, const uint8_t *data,
    size_t len)
{
	struct buf again = BUF_INIT;
	uint8_t *to = malloc(l->size);

	if (to == NULL)
		return;
	if (codec_decode(l, form, data, len, to) == KOSMO_OK) {
		if (codec_encode(l, form, to, &again) != KOSMO_OK)
			abort();
		/* a record may have written down a zero that is left out */
		if (form == CODEC_MESSAGE &&
		    (again.len != len || memcmp(again.data, data, len) != 0))
			abort();
		if (again.len > len)
			abort();
	}
	buf_done(&again);
	free(to);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	enum codec_form form = CODEC_MESSAGE;
	const struct layout *l = NULL;

	if (len < 2)
		return 0;
	if (data[0] % 2 == 1)
		form = CODEC_RECORD;
	for (size_t i = 0; msg_layouts[i] != NULL; i++) {
		if (msg_layouts[i]->type == data[1])
			l = msg_layouts[i];
	}
	if (l == NULL)
		l = kmsg_layout(data[1]);
	if (l != NULL)
		try(l, form, data + 1, len - 1);
	return 0;
}
