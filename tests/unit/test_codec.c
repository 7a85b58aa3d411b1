/* libkosmo/codec: every layout there and back, and nothing but its own bytes.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "kosmod/kmsg.h"
#include "kosmod/priv.h"
#include "libkosmo/codec.h"
#include "libkosmo/msg.h"
#include "libkosmo/msg_key.h"

static void fill(const struct layout *l, uint8_t *to, unsigned seed);

static void
fill_field(const struct field *f, uint8_t *base, unsigned seed)
{
	uint8_t *p = base + f->off;
	struct secret s = { 0 };
	uint32_t len;

	switch (f->kind) {
	case F_U8:
	case F_U32:
	case F_U64:
	case F_BYTES:
		for (size_t i = 0; i < f->max; i++)
			p[i] = (uint8_t)(seed * 37 + i + 1);
		return;
	case F_STR:
	case F_TEXT:
		memset(p, 0, f->max + 1);
		memset(p, 'a' + (int)(seed % 20), seed % 3 ? f->max : 1);
		if (f->kind == F_TEXT)
			p[0] = '\n';
		return;
	case F_SECRET:
		s.len = seed % 3 ? SECRET_MAX : 3;
		memset(s.bytes, (int)(seed + 1), s.len);
		memcpy(p, &s, sizeof(s));
		return;
	case F_BLOB:
		len = (uint32_t)(seed % 3 ? f->max : 1);
		memset(p, (int)(seed + 1), len);
		memcpy(base + f->count_off, &len, sizeof(len));
		return;
	case F_LIST:
		base[f->count_off] = (uint8_t)(seed % 3 ? f->max : 1);
		for (size_t i = 0; i < base[f->count_off]; i++)
			fill(f->sub, p + i * f->sub->size, seed + 1);
	}
}

/* Values that are not zero, at full length unless seed is a multiple of 3. */
static void
fill(const struct layout *l, uint8_t *to, unsigned seed)
{
	for (uint8_t i = 0; i < l->n; i++)
		fill_field(&l->fields[i], to, seed + i);
}

static void
for_all(void (*fn)(const struct layout *l, enum codec_form form))
{
	for (size_t i = 0; msg_layouts[i] != NULL; i++) {
		fn(msg_layouts[i], CODEC_MESSAGE);
		fn(msg_layouts[i], CODEC_RECORD);
	}
	for (size_t i = 0; kmsg_layouts[i] != NULL; i++) {
		fn(kmsg_layouts[i], CODEC_MESSAGE);
		fn(kmsg_layouts[i], CODEC_RECORD);
	}
	for (size_t i = 0; msg_key_layouts[i] != NULL; i++)
		fn(msg_key_layouts[i], CODEC_MESSAGE);
	for (size_t i = 0; priv_layouts[i] != NULL; i++)
		fn(priv_layouts[i], CODEC_MESSAGE);
}

static void
there_and_back(const struct layout *l, enum codec_form form)
{
	uint8_t *a = calloc(1, l->size), *z = calloc(1, l->size);
	struct buf one = BUF_INIT, two = BUF_INIT;

	assert_non_null(a);
	assert_non_null(z);
	for (unsigned seed = 0; seed < 4; seed++) {
		if (seed > 0)
			fill(l, a, seed);
		memset(z, 0xee, l->size);
		assert_int_equal(codec_encode(l, form, a, &one), 0);
		assert_int_equal(one.data[0], l->type);
		assert_int_equal(
		    codec_decode(l, form, one.data, one.len, z), 0);
		assert_int_equal(codec_encode(l, form, z, &two), 0);
		assert_int_equal(one.len, two.len);
		assert_memory_equal(one.data, two.data, one.len);
		buf_reset(&one);
		buf_reset(&two);
	}
	buf_done(&one);
	buf_done(&two);
	free(a);
	free(z);
}

static void
test_there_and_back(void **state)
{
	(void)state;
	for_all(there_and_back);
}

static bool
is_wiped(const uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (p[i] != 0)
			return false;
	}
	return true;
}

/* A record is a prefix of nothing either: its count says how many fields. */
static void
cut(const struct layout *l, enum codec_form form)
{
	uint8_t *a = calloc(1, l->size);
	struct buf b = BUF_INIT;
	size_t step;

	assert_non_null(a);
	fill(l, a, 3);
	assert_int_equal(codec_encode(l, form, a, &b), 0);
	step = b.len > 2000 ? 7 : 1;
	for (size_t len = 0; len < b.len; len += step) {
		memset(a, 0xee, l->size);
		assert_int_equal(
		    codec_decode(l, form, b.data, len, a), KOSMO_EFORMAT);
		assert_true(is_wiped(a, l->size));
	}
	assert_int_equal(buf_add_u8(&b, 0), 0);
	assert_int_equal(
	    codec_decode(l, form, b.data, b.len, a), KOSMO_EFORMAT);
	buf_done(&b);
	free(a);
}

static void
test_cut(void **state)
{
	(void)state;
	for_all(cut);
}

static void
test_bytes(void **state)
{
	static const struct {
		const char *bytes;
		size_t len;
		int message, record; /* what decoding a SHOW says */
	} rows[] = {
#define ROW(s, m, r) { s, sizeof(s) - 1, m, r }
		ROW("\3\2\1\0\0\0\1\1\2\0\0\0\2ab", 0, 0),
		ROW("\3\1\1\0\0\0\1\1", KOSMO_EFORMAT, 0),
		ROW("\3\0", KOSMO_EFORMAT, 0),
		/* another type, too many fields */
		ROW("\4\2\1\0\0\0\1\1\2\0\0\0\2ab", KOSMO_EFORMAT,
		    KOSMO_EFORMAT),
		ROW("\3\3\1\0\0\0\1\1\2\0\0\0\2ab", KOSMO_EFORMAT,
		    KOSMO_EFORMAT),
		/* tags: the wrong way round, twice, 0, unknown */
		ROW("\3\2\2\0\0\0\2ab\1\0\0\0\1\1", KOSMO_EFORMAT,
		    KOSMO_EFORMAT),
		ROW("\3\2\1\0\0\0\1\1\1\0\0\0\1\1", KOSMO_EFORMAT,
		    KOSMO_EFORMAT),
		ROW("\3\1\0\0\0\0\1\1", KOSMO_EFORMAT, KOSMO_EFORMAT),
		ROW("\3\1\11\0\0\0\1\1", KOSMO_EFORMAT, KOSMO_EFORMAT),
		/* a number of 0 and of 2 bytes; lengths beyond the end */
		ROW("\3\2\1\0\0\0\0\2\0\0\0\2ab", KOSMO_EFORMAT, KOSMO_EFORMAT),
		ROW("\3\2\1\0\0\0\2\0\1\2\0\0\0\2ab", KOSMO_EFORMAT,
		    KOSMO_EFORMAT),
		ROW("\3\2\1\0\0\0\1\1\2\377\377\377\377ab", KOSMO_EFORMAT,
		    KOSMO_EFORMAT),
		/* NUL, ESC, half a character; a newline is text */
		ROW("\3\2\1\0\0\0\1\1\2\0\0\0\2a\0", KOSMO_EFORMAT,
		    KOSMO_EFORMAT),
		ROW("\3\2\1\0\0\0\1\1\2\0\0\0\2a\33", KOSMO_EFORMAT,
		    KOSMO_EFORMAT),
		ROW("\3\2\1\0\0\0\1\1\2\0\0\0\2a\303", KOSMO_EFORMAT,
		    KOSMO_EFORMAT),
		ROW("\3\2\1\0\0\0\1\1\2\0\0\0\2a\n", 0, 0),
	};
	static struct msg_show m;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const uint8_t *p = (const uint8_t *)rows[i].bytes;

		if (codec_decode(&msg_show_layout, CODEC_MESSAGE, p,
			rows[i].len, &m) != rows[i].message ||
		    codec_decode(&msg_show_layout, CODEC_RECORD, p, rows[i].len,
			&m) != rows[i].record)
			fail_msg("row %zu", i);
	}
}

/* Text, list and secret a byte beyond their room, made by hand. */
static void
test_too_long(void **state)
{
	static struct msg_show show;
	static struct msg_row row;
	struct msg_answer answer;
	struct buf b = BUF_INIT;

	(void)state;
	assert_int_equal(buf_add(&b, "\3\2\1\0\0\0\1\1\2", 9), 0);
	assert_int_equal(buf_add_u32(&b, TEXT_LEN + 1), 0);
	for (int i = 0; i <= TEXT_LEN; i++)
		assert_int_equal(buf_add_u8(&b, 'x'), 0);
	assert_int_equal(
	    codec_decode(&msg_show_layout, CODEC_MESSAGE, b.data, b.len, &show),
	    KOSMO_EFORMAT);
	buf_reset(&b);
	assert_int_equal(buf_add(&b, "\5\1\1", 3), 0);
	assert_int_equal(buf_add_u32(&b, SECRET_MAX + 1), 0);
	for (int i = 0; i <= SECRET_MAX; i++)
		assert_int_equal(buf_add_u8(&b, 'x'), 0);
	assert_int_equal(codec_decode(&msg_answer_layout, CODEC_MESSAGE, b.data,
			     b.len, &answer),
	    KOSMO_EFORMAT);
	buf_reset(&b);
	/* a count that the list has no elements for, and one too many */
	assert_int_equal(buf_add(&b, "\11\2\1\0\0\0\1k\2\0\0\0\1\1", 14), 0);
	assert_int_equal(
	    codec_decode(&msg_row_layout, CODEC_MESSAGE, b.data, b.len, &row),
	    KOSMO_EFORMAT);
	b.data[b.len - 1] = CELLS_MAX + 1;
	assert_int_equal(
	    codec_decode(&msg_row_layout, CODEC_MESSAGE, b.data, b.len, &row),
	    KOSMO_EFORMAT);
	b.data[b.len - 1] = 0;
	assert_int_equal(
	    codec_decode(&msg_row_layout, CODEC_MESSAGE, b.data, b.len, &row),
	    0);
	buf_done(&b);
}

/* What can't be written leaves the buffer as it was. */
static void
test_refused(void **state)
{
	static struct msg_show show;
	static struct msg_row row;
	struct msg_answer answer = { { SECRET_MAX + 1, "" } };
	struct buf b = BUF_INIT;

	(void)state;
	assert_int_equal(buf_add(&b, "before", 6), 0);
	memcpy(show.text, "a\033b", 3);
	assert_int_equal(
	    codec_encode(&msg_show_layout, CODEC_MESSAGE, &show, &b),
	    KOSMO_EINVAL);
	memset(show.text, 'x', sizeof(show.text));
	assert_int_equal(
	    codec_encode(&msg_show_layout, CODEC_MESSAGE, &show, &b),
	    KOSMO_ETOOBIG);
	row.n_cells = CELLS_MAX + 1;
	assert_int_equal(codec_encode(&msg_row_layout, CODEC_MESSAGE, &row, &b),
	    KOSMO_ETOOBIG);
	assert_int_equal(
	    codec_encode(&msg_answer_layout, CODEC_MESSAGE, &answer, &b),
	    KOSMO_ETOOBIG);
	assert_int_equal(b.len, 6);
	assert_memory_equal(b.data, "before", 6);
	buf_done(&b);
}

/* Tags rise, names and types are unique: the tables themselves. */
static void
test_tables(void **state)
{
	const struct layout *seen[256] = { NULL };
	const struct layout *const *tables[] = { msg_layouts, kmsg_layouts };

	(void)state;
	for (size_t t = 0; t < 2; t++) {
		for (size_t i = 0; tables[t][i] != NULL; i++) {
			const struct layout *l = tables[t][i];

			assert_null(seen[l->type]);
			seen[l->type] = l;
			for (uint8_t f = 1; f < l->n; f++)
				assert_true(
				    l->fields[f].tag > l->fields[f - 1].tag);
		}
	}
	assert_ptr_equal(kmsg_layout(K_BIND), &k_bind_layout);
	assert_null(kmsg_layout(M_END));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_there_and_back),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_bytes),
		cmocka_unit_test(test_too_long),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_tables),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
