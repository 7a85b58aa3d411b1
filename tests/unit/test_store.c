/*
 * The verbs of store.h, over clean stops and kills.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/store_rig.h"

static int
set_up(void **state)
{
	struct rig *g = calloc(1, sizeof(*g));

	rig_new(g);
	*state = g;
	return 0;
}

static int
tear_down(void **state)
{
	rig_free(*state);
	free(*state);
	return 0;
}

static void
reads_its_own_writes(void **state)
{
	struct rig *g = *state;
	struct txn *t = NULL;

	assert_true(rig_has(g, "alice", NULL));
	assert_int_equal(store_begin(g->st, &t), KOSMO_OK);
	assert_int_equal(
	    store_put(t, REC_PERSON, "alice", "one", 3, 0), KOSMO_OK);
	assert_true(rig_has(g, "alice", NULL));
	assert_int_equal(store_commit(g->st, &t, NULL, NULL), KOSMO_OK);
	assert_true(rig_has(g, "alice", "one"));
	store_flush(g->st);
	assert_true(rig_has(g, "alice", "one"));
}

static void
refuses_stale_versions(void **state)
{
	struct rig *g = *state;

	assert_int_equal(rig_put(g, "alice", "one", 0), KOSMO_OK);
	assert_int_equal(rig_put(g, "alice", "x", 0), KOSMO_ECONFLICT);
	assert_int_equal(rig_put(g, "alice", "x", 2), KOSMO_ECONFLICT);
	assert_int_equal(rig_put(g, "alice", NULL, 2), KOSMO_ECONFLICT);
	assert_int_equal(rig_put(g, "nobody", "x", 1), KOSMO_ECONFLICT);
	assert_int_equal(rig_put(g, "alice", "two", 1), KOSMO_OK);
	assert_int_equal(rig_put(g, "alice", "three", STORE_ANY), KOSMO_OK);
	assert_int_equal(rig_put(g, "alice", "four", 3), KOSMO_OK);
	assert_true(rig_has(g, "alice", "four"));
	assert_int_equal(g->acks, 4);
}

static void
deletes(void **state)
{
	struct rig *g = *state;
	struct store_facts f;

	assert_int_equal(rig_put(g, "alice", "one", 0), KOSMO_OK);
	assert_int_equal(rig_put(g, "bob", "two", 0), KOSMO_OK);
	store_facts(g->st, &f);
	assert_int_equal(f.records, 2);
	assert_int_equal(rig_put(g, "alice", NULL, 1), KOSMO_OK);
	assert_int_equal(rig_put(g, "nobody", NULL, STORE_ANY), KOSMO_OK);
	assert_true(rig_has(g, "alice", NULL));
	store_facts(g->st, &f);
	assert_int_equal(f.records, 1);
	rig_crash(g);
	assert_int_equal(rig_open(g), KOSMO_OK);
	assert_true(rig_has(g, "alice", NULL));
	assert_true(rig_has(g, "bob", "two"));
	store_facts(g->st, &f);
	assert_int_equal(f.records, 1);
	assert_int_equal(rig_put(g, "alice", "again", 0), KOSMO_OK);
}

static void
commits_all_or_nothing(void **state)
{
	struct rig *g = *state;
	struct txn *t = NULL;

	assert_int_equal(rig_put(g, "bob", "old", 0), KOSMO_OK);
	assert_int_equal(store_begin(g->st, &t), KOSMO_OK);
	assert_int_equal(
	    store_put(t, REC_PERSON, "alice", "one", 3, 0), KOSMO_OK);
	assert_int_equal(store_append(t, "{}", 2), KOSMO_OK);
	assert_int_equal(
	    store_put(t, REC_PERSON, "bob", "new", 3, 0), KOSMO_OK);
	assert_int_equal(store_commit(g->st, &t, NULL, NULL), KOSMO_ECONFLICT);
	store_flush(g->st);
	assert_true(rig_has(g, "alice", NULL));
	assert_true(rig_has(g, "bob", "old"));
	assert_int_equal(g->lines, 0);

	assert_int_equal(store_begin(g->st, &t), KOSMO_OK);
	assert_int_equal(
	    store_put(t, REC_PERSON, "alice", "one", 3, 0), KOSMO_OK);
	assert_int_equal(
	    store_put(t, REC_PERSON, "alice", "two", 3, 1), KOSMO_OK);
	assert_int_equal(store_delete(t, REC_PERSON, "bob", 1), KOSMO_OK);
	assert_int_equal(store_append(t, "{}", 2), KOSMO_OK);
	assert_int_equal(store_commit(g->st, &t, NULL, NULL), KOSMO_OK);
	store_flush(g->st);
	assert_true(rig_has(g, "alice", "two"));
	assert_true(rig_has(g, "bob", NULL));
	assert_int_equal(g->lines, 1);
	store_abort(&t);
}

static void
keeps_types_and_empty_values_apart(void **state)
{
	struct rig *g = *state;
	struct buf b = BUF_INIT;
	struct txn *t = NULL;
	uint64_t v = 0;

	assert_int_equal(rig_put(g, "alice", "person", 0), KOSMO_OK);
	assert_int_equal(store_begin(g->st, &t), KOSMO_OK);
	assert_int_equal(store_put(t, REC_ALIAS, "alice", "", 0, 0), KOSMO_OK);
	assert_int_equal(store_put(t, REC_ALIAS, "", "x", 1, 0), KOSMO_EINVAL);
	assert_int_equal(store_commit(g->st, &t, NULL, NULL), KOSMO_OK);
	store_flush(g->st);
	assert_true(rig_has(g, "alice", "person"));
	assert_int_equal(
	    store_get(g->st, REC_ALIAS, "alice", &b, &v), KOSMO_OK);
	assert_int_equal(b.len, 0);
	assert_int_equal(v, 1);
	buf_done(&b);
}

static void
outlives_stops_and_kills(void **state)
{
	struct rig *g = *state;
	char name[32];
	struct store_facts f;

	for (int i = 0; i < 300; i++) {
		(void)snprintf(name, sizeof(name), "user%d", i);
		assert_int_equal(rig_put(g, name, name, 0), KOSMO_OK);
		if (i % 100 == 50) {
			store_close(&g->st);
			assert_int_equal(rig_open(g), KOSMO_OK);
		} else if (i % 30 == 10) {
			rig_crash(g);
			assert_int_equal(rig_open(g), KOSMO_OK);
		}
	}
	rig_crash(g);
	assert_int_equal(rig_open(g), KOSMO_OK);
	for (int i = 0; i < 300; i++) {
		(void)snprintf(name, sizeof(name), "user%d", i);
		assert_true(rig_has(g, name, name));
	}
	store_facts(g->st, &f);
	assert_int_equal(f.records, 300);
	assert_int_equal(f.sequence, 300);
	assert_int_equal(g->acks, 300);
}

static void
hands_lines_on_in_order(void **state)
{
	struct rig *g = *state;
	struct txn *t = NULL;
	char line[32];

	for (int i = 1; i <= 50; i++) {
		assert_int_equal(store_begin(g->st, &t), KOSMO_OK);
		(void)snprintf(line, sizeof(line), "line %d", i);
		assert_int_equal(store_append(t, line, strlen(line)), KOSMO_OK);
		assert_int_equal(store_commit(g->st, &t, NULL, NULL), KOSMO_OK);
		assert_int_equal(g->lines, i - 1);
		store_flush(g->st);
		assert_int_equal(g->lines, i);
		assert_string_equal(g->last, line);
		if (i == 20) {
			rig_crash(g);
			assert_int_equal(rig_open(g), KOSMO_OK);
			assert_int_equal(g->doubles, 20);
		}
		if (i == 30) {
			store_close(&g->st);
			assert_true(g->syncs > 0);
			assert_int_equal(rig_open(g), KOSMO_OK);
			assert_int_equal(g->doubles, 20);
		}
	}
}

static void
keeps_lines_that_were_refused(void **state)
{
	struct rig *g = *state;
	struct txn *t = NULL;

	g->refuse_lines = true;
	assert_int_equal(store_begin(g->st, &t), KOSMO_OK);
	assert_int_equal(store_append(t, "one", 3), KOSMO_OK);
	assert_int_equal(store_append(t, "two", 3), KOSMO_OK);
	assert_int_equal(store_commit(g->st, &t, NULL, NULL), KOSMO_OK);
	store_flush(g->st);
	assert_int_equal(g->lines, 0);
	/* A stop without them must not remove the journal that has them. */
	store_close(&g->st);
	g->refuse_lines = false;
	assert_int_equal(rig_open(g), KOSMO_OK);
	assert_int_equal(g->lines, 2);
}

static void
walks(void **state)
{
	struct rig *g = *state;
	struct store_walk *w = NULL;
	struct buf b = BUF_INIT;
	char name[32], seen[1000] = { 0 };
	int n = 0, r;

	for (int i = 0; i < 900; i++) {
		(void)snprintf(name, sizeof(name), "%d", i);
		assert_int_equal(rig_put(g, name, name, 0), KOSMO_OK);
	}
	while ((r = store_next(g->st, REC_PERSON, &w, &b)) == KOSMO_OK) {
		assert_int_equal(buf_add_u8(&b, 0), KOSMO_OK);
		seen[atoi((const char *)b.data)]++;
		/* Others come and go in the meantime. */
		(void)snprintf(name, sizeof(name), "%d", 900 + n % 100);
		if (n < 100)
			assert_int_equal(rig_put(g, name, name, 0), KOSMO_OK);
		else if (n < 200)
			assert_int_equal(
			    rig_put(g, name, NULL, STORE_ANY), KOSMO_OK);
		n++;
	}
	assert_int_equal(r, KOSMO_ENOTFOUND);
	assert_null(w);
	for (int i = 0; i < 900; i++)
		assert_int_equal(seen[i], 1);
	assert_int_equal(
	    store_next(g->st, REC_SESSION, &w, &b), KOSMO_ENOTFOUND);
	assert_int_equal(store_next(g->st, REC_PERSON, &w, &b), KOSMO_OK);
	store_walk_end(&w);
	store_walk_end(&w);
	rig_settle(g);
	buf_done(&b);
}

/* One record at a time, whatever its type: a step never takes long. */
static void
steps(void **state)
{
	struct rig *g = *state;
	struct store_walk *w = NULL;
	struct buf b = BUF_INIT;
	int r, seen = 0, others = 0;

	assert_int_equal(rig_put(g, "taro", "taro", 0), KOSMO_OK);
	assert_int_equal(rig_put(g, "jiro", "jiro", 0), KOSMO_OK);
	rig_settle(g);
	while ((r = store_step(g->st, REC_ORIGIN, &w, &b)) == KOSMO_OK) {
		assert_int_equal(b.len, 0);
		others++;
	}
	assert_int_equal(r, KOSMO_ENOTFOUND);
	assert_in_range(others, 2, 9);
	while ((r = store_step(g->st, REC_PERSON, &w, &b)) == KOSMO_OK)
		seen += b.len > 0;
	assert_int_equal(r, KOSMO_ENOTFOUND);
	assert_int_equal(seen, 2);
	assert_null(w);
	buf_done(&b);
}

static void
walk_gives_way(void **state)
{
	struct rig *g = *state;
	struct store_walk *w = NULL;
	struct buf b = BUF_INIT;
	char *big = calloc(1, 100001), name[32];

	memset(big, 'x', 100000);
	for (int i = 0; i < 10; i++) {
		(void)snprintf(name, sizeof(name), "%d", i);
		assert_int_equal(rig_put(g, name, name, 0), KOSMO_OK);
	}
	assert_int_equal(store_next(g->st, REC_PERSON, &w, &b), KOSMO_OK);
	for (int i = 0; i < 100; i++) {
		(void)snprintf(name, sizeof(name), "big%d", i);
		assert_int_equal(rig_put(g, name, big, 0), KOSMO_OK);
	}
	assert_int_equal(
	    store_next(g->st, REC_PERSON, &w, &b), KOSMO_ECONFLICT);
	assert_null(w);
	assert_true(rig_has(g, "big99", big));
	buf_done(&b);
	free(big);
}

static void
takes_names_that_flood_a_hash(void **state)
{
	struct rig *g = *state;
	char name[32];

	/* All with the same sum in GDBM's own hash: some 170 would break it. */
	for (int i = 0; i < 512; i++) {
		memset(name, 'm', 24);
		name[24] = '\0';
		for (int bit = 0; bit < 9; bit++) {
			if ((i >> bit) & 1) {
				name[2 * bit] = (char)(name[2 * bit] + 2);
				name[2 * bit + 1] =
				    (char)(name[2 * bit + 1] - 1);
			}
		}
		assert_int_equal(rig_put(g, name, name, 0), KOSMO_OK);
	}
	assert_true(
	    rig_has(g, "mmmmmmmmmmmmmmmmmmmmmmmm", "mmmmmmmmmmmmmmmmmmmmmmmm"));
	store_close(&g->st);
	assert_int_equal(rig_open(g), KOSMO_OK);
	assert_true(rig_has(g, name, name));
}

static void
derives_subkeys(void **state)
{
	struct rig *g = *state;
	uint8_t a[32], b[32], c[32];

	assert_int_equal(store_derive(g->master, "audit", a), KOSMO_OK);
	assert_int_equal(store_subkey(g->st, "audit", b), KOSMO_OK);
	assert_int_equal(store_subkey(g->st, "codes", c), KOSMO_OK);
	assert_memory_equal(a, b, 32);
	assert_memory_not_equal(a, c, 32);
}

int
main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		CASE(reads_its_own_writes),
		CASE(refuses_stale_versions),
		CASE(deletes),
		CASE(commits_all_or_nothing),
		CASE(keeps_types_and_empty_values_apart),
		CASE(outlives_stops_and_kills),
		CASE(hands_lines_on_in_order),
		CASE(keeps_lines_that_were_refused),
		CASE(walks),
		CASE(steps),
		CASE(walk_gives_way),
		CASE(takes_names_that_flood_a_hash),
		CASE(derives_subkeys),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
