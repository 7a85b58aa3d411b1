/*
 * Sealed values: what opens them, and what must not.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "kosmod/keeper/seal.h"

struct bench {
	struct seal *seal;
	uint8_t key[SEAL_KEY_LEN];
	struct buf sealed, plain;
};

static void
bench_new(struct bench *b, uint8_t master_byte)
{
	static const uint8_t id[STORE_ID_LEN] = "the store's id..";
	uint8_t master[STORE_KEY_LEN];

	memset(b, 0, sizeof(*b));
	memset(master, master_byte, sizeof(master));
	assert_int_equal(seal_new(master, &b->seal), KOSMO_OK);
	seal_bind(b->seal, id);
	assert_int_equal(
	    seal_record_key(b->seal, REC_PERSON, "alice", b->key), KOSMO_OK);
}

static void
bench_free(struct bench *b)
{
	seal_free(&b->seal);
	buf_done(&b->sealed);
	buf_done(&b->plain);
}

static void
fill(struct bench *b, const char *name, const char *value, size_t len)
{
	const struct sealed rec = { .type = REC_PERSON,
		.version = 5,
		.name = name,
		.name_len = strlen(name),
		.value = value,
		.len = len };

	buf_reset(&b->sealed);
	assert_int_equal(
	    seal_value(b->seal, &rec, b->key, &b->sealed), KOSMO_OK);
}

static int
open_it(struct bench *b, struct sealed *ret)
{
	return seal_open(
	    b->seal, b->sealed.data, b->sealed.len, b->key, &b->plain, ret);
}

static void
opens_what_it_sealed(void **state)
{
	struct bench b;
	struct sealed rec;
	uint8_t value[600] = { 1, 2, 3 };

	(void)state;
	bench_new(&b, 1);
	for (size_t len = 0; len <= sizeof(value); len += 37) {
		fill(&b, "alice", (const char *)value, len);
		assert_int_equal(b.sealed.len % SEAL_CLASS, 0);
		assert_int_equal(open_it(&b, &rec), KOSMO_OK);
		assert_int_equal(rec.type, REC_PERSON);
		assert_int_equal(rec.version, 5);
		assert_int_equal(rec.len, len);
		assert_memory_equal(rec.value, value, len);
		assert_int_equal(rec.name_len, 5);
		assert_memory_equal(rec.name, "alice", 5);
	}
	bench_free(&b);
}

static void
shows_nothing(void **state)
{
	static const char value[] = "otpauth-secret-value";
	struct bench b;
	struct buf once = BUF_INIT;

	(void)state;
	bench_new(&b, 1);
	fill(&b, "alice", value, sizeof(value));
	assert_null(memmem(b.sealed.data, b.sealed.len, value, 8));
	assert_null(memmem(b.sealed.data, b.sealed.len, "alice", 5));
	assert_int_equal(buf_add(&once, b.sealed.data, b.sealed.len), KOSMO_OK);
	fill(&b, "alice", value, sizeof(value));
	assert_memory_not_equal(once.data, b.sealed.data, once.len);
	buf_done(&once);
	bench_free(&b);
}

static void
refuses_every_changed_byte(void **state)
{
	struct bench b;
	struct sealed rec;

	(void)state;
	bench_new(&b, 1);
	fill(&b, "alice", "value", 5);
	for (size_t i = 0; i < b.sealed.len; i++) {
		b.sealed.data[i] ^= 0x10;
		assert_int_equal(open_it(&b, &rec), KOSMO_ECORRUPT);
		b.sealed.data[i] ^= 0x10;
	}
	for (size_t len = 0; len < b.sealed.len; len++)
		assert_int_equal(seal_open(b.seal, b.sealed.data, len, b.key,
				     &b.plain, &rec),
		    KOSMO_ECORRUPT);
	assert_int_equal(open_it(&b, &rec), KOSMO_OK);
	bench_free(&b);
}

static void
refuses_a_moved_record(void **state)
{
	struct bench b;
	struct sealed rec;

	(void)state;
	bench_new(&b, 1);
	fill(&b, "alice", "value", 5);
	assert_int_equal(
	    seal_record_key(b.seal, REC_PERSON, "mallory", b.key), KOSMO_OK);
	assert_int_equal(open_it(&b, &rec), KOSMO_ECORRUPT);
	assert_int_equal(
	    seal_record_key(b.seal, REC_ALIAS, "alice", b.key), KOSMO_OK);
	assert_int_equal(open_it(&b, &rec), KOSMO_ECORRUPT);
	/* Sealed for this place, but with another name inside. */
	fill(&b, "alice", "value", 5);
	assert_int_equal(open_it(&b, &rec), KOSMO_ECORRUPT);
	bench_free(&b);
}

static void
refuses_another_store_and_key(void **state)
{
	static const uint8_t id[STORE_ID_LEN] = "another store's.";
	struct bench b, other;
	struct sealed rec;

	(void)state;
	bench_new(&b, 1);
	bench_new(&other, 2);
	fill(&b, "alice", "value", 5);
	assert_int_not_equal(seal_key_id(b.seal), seal_key_id(other.seal));
	assert_memory_not_equal(b.key, other.key, SEAL_KEY_LEN);
	assert_int_equal(seal_open(other.seal, b.sealed.data, b.sealed.len,
			     b.key, &b.plain, &rec),
	    KOSMO_ECORRUPT);
	/* A key id that is not known, whatever else is right. */
	b.sealed.data[2] ^= 1;
	assert_int_equal(open_it(&b, &rec), KOSMO_ECORRUPT);
	b.sealed.data[2] ^= 1;
	seal_bind(b.seal, id);
	assert_int_equal(open_it(&b, &rec), KOSMO_ECORRUPT);
	bench_free(&b);
	bench_free(&other);
}

static void
keeps_names_and_values_in_bounds(void **state)
{
	struct bench b;
	char name[SEAL_NAME_MAX + 2];
	struct sealed rec = { .type = REC_PERSON,
		.name = "a",
		.name_len = 1,
		.value = name,
		.len = SEAL_VALUE_MAX + 1 };

	(void)state;
	bench_new(&b, 1);
	assert_int_equal(
	    seal_value(b.seal, &rec, b.key, &b.sealed), KOSMO_ETOOBIG);
	memset(name, 'x', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	assert_int_equal(
	    seal_record_key(b.seal, REC_PERSON, name, b.key), KOSMO_EINVAL);
	assert_int_equal(
	    seal_record_key(b.seal, REC_PERSON, "", b.key), KOSMO_EINVAL);
	name[SEAL_NAME_MAX] = '\0';
	assert_int_equal(
	    seal_record_key(b.seal, REC_PERSON, name, b.key), KOSMO_OK);
	bench_free(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(opens_what_it_sealed),
		cmocka_unit_test(shows_nothing),
		cmocka_unit_test(refuses_every_changed_byte),
		cmocka_unit_test(refuses_a_moved_record),
		cmocka_unit_test(refuses_another_store_and_key),
		cmocka_unit_test(keeps_names_and_values_in_bounds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
