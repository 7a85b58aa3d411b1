/*
 * The keeper's end of priv.sock and touch.sock, with a judge that only notes
 * what it hears: who may be what, when jobs leave, and who is cut off.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "kosmod/keeper/loop_in.h"
#include "libkosmo/packet.h"

#define SOON 5000
/* Uids that are neither root's, nor ours: owners of the two sockets, and one
 * that owns none. */
#define MAIL 4240
#define TOUCH 4241
#define STRANGER 4242

struct house {
	struct loop loop;
};

/* What the judge heard. */
static struct {
	int here[4], gone[4]; /* times, by role */
	int answers;
} heard;

int
keeper_priv(struct keeper *k, enum priv_role role, const struct buf *packet)
{
	struct p_sent m;

	(void)k;
	if (role != PRIV_POST ||
	    packet_get(packet, &p_sent_layout, &m) != KOSMO_OK)
		return KOSMO_EFORMAT;
	heard.answers++;
	return KOSMO_OK;
}

void
keeper_priv_here(struct keeper *k, enum priv_role role, bool here)
{
	(void)k;
	if (here)
		heard.here[role]++;
	else
		heard.gone[role]++;
}

static int
set_up(void **state)
{
	struct house *h = calloc(1, sizeof(*h));

	assert_non_null(h);
	memset(&heard, 0, sizeof(heard));
	h->loop.base = event_base_new();
	h->loop.turn = 1;
	for (size_t i = 0; i < LISTENS; i++)
		h->loop.listeners[i] = (struct listener){
			.loop = &h->loop, .at = (enum listen_at)i, .owner = MAIL
		};
	h->loop.listeners[AT_TOUCH].owner = TOUCH;
	assert_int_equal(privileged_start(&h->loop), KOSMO_OK);
	*state = h;
	return 0;
}

static int
tear_down(void **state)
{
	struct house *h = *state;

	privileged_free(&h->loop);
	event_base_free(h->loop.base);
	buf_done(&h->loop.in);
	free(h);
	return 0;
}

/* What loop.c does at the end of a turn. */
static void
end_turn(struct house *h)
{
	do {
		privileged_reap(&h->loop);
		h->loop.turn++;
		privileged_leave(&h->loop);
	} while (privileged_left(&h->loop));
}

static void
turn(struct house *h)
{
	assert_int_not_equal(
	    event_base_loop(h->loop.base, EVLOOP_NONBLOCK), -1);
	end_turn(h);
}

/* Somebody connects as uid; -1 if they are not let in. */
static int
come_at(struct house *h, enum listen_at at, uid_t uid)
{
	int pair[2];

	assert_int_equal(
	    socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, pair), 0);
	if (privileged_admit(&h->loop.listeners[at], pair[0], uid))
		return pair[1];
	(void)close(pair[0]);
	(void)close(pair[1]);
	return -1;
}

static int
come(struct house *h, uid_t uid)
{
	return come_at(h, AT_PRIV, uid);
}

static void
say(struct house *h, int fd, const struct layout *l, const void *msg)
{
	assert_int_equal(
	    packet_send(fd, l, msg, -1, packet_now() + SOON), KOSMO_OK);
	turn(h);
}

static void
hello(struct house *h, int fd, uint8_t role)
{
	const struct p_hello m = { PRIV_VERSION, role };

	say(h, fd, &p_hello_layout, &m);
}

static bool
is_cut(int fd)
{
	char c;

	return recv(fd, &c, 1, MSG_DONTWAIT) == 0;
}

static int
give(struct house *h, uint64_t id)
{
	const struct p_mail mail = { .id = id, .kind = MK_LOGIN };

	return privileged_send(&h->loop, PRIV_POST, &p_mail_layout, &mail);
}

/* The id of the job that lies there, or 0. */
static uint64_t
take(int fd)
{
	struct buf b = BUF_INIT;
	struct p_mail mail = { 0 };

	if (packet_recv(fd, &b, NULL, 0) == KOSMO_OK)
		assert_int_equal(
		    packet_get(&b, &p_mail_layout, &mail), KOSMO_OK);
	buf_done(&b);
	return mail.id;
}

/* In which role uid is welcome at the socket: a bit for each. */
static unsigned
roles_of(enum listen_at at, uid_t uid)
{
	bool own = uid == geteuid();
	unsigned roles = 0;

	if (at == AT_PRIV && uid == 0)
		roles |= 1U << PRIV_WARDEN;
	if (at == AT_PRIV && (uid == MAIL || own))
		roles |= 1U << PRIV_POST;
	if (at == AT_TOUCH && (uid == TOUCH || own))
		roles |= 1U << PRIV_TOUCH;
	return roles;
}

static void
check_role(struct house *h, enum listen_at at, uid_t uid, uint8_t role)
{
	bool may = (roles_of(at, uid) & (1U << role)) != 0;
	int fd = come_at(h, at, uid);

	memset(&heard, 0, sizeof(heard));
	hello(h, fd, role);
	assert_int_equal(is_cut(fd), !may);
	for (uint8_t i = PRIV_POST; i <= PRIV_TOUCH; i++)
		assert_int_equal(heard.here[i], may && role == i);
	(void)close(fd);
	turn(h);
}

/*
 * The warden is root, post and touch are who owns their socket, or kosmod's
 * own uid; and nobody is what belongs at the other socket.
 */
static void
who_may_be_what(void **state)
{
	struct house *h = *state;
	const uid_t uids[] = { 0, geteuid(), MAIL, TOUCH, STRANGER };
	const enum listen_at doors[] = { AT_PRIV, AT_TOUCH };

	for (size_t i = 0; i < 2 * 5; i++) {
		enum listen_at at = doors[i / 5];
		uid_t uid = uids[i % 5];

		if (roles_of(at, uid) == 0) {
			assert_int_equal(come_at(h, at, uid), -1);
			continue;
		}
		for (uint8_t role = 0; role < 6; role++)
			check_role(h, at, uid, role);
	}
}

static void
nothing_is_said_before_hello(void **state)
{
	struct house *h = *state;
	const struct p_sent early = { .id = 1, .word = SENT_YES };
	const struct p_hello newer = { PRIV_VERSION + 1, PRIV_POST };
	int fd = come(h, geteuid());

	assert_int_equal(give(h, 1), KOSMO_ECLOSED);
	say(h, fd, &p_sent_layout, &early);
	assert_true(is_cut(fd));
	(void)close(fd);
	fd = come(h, geteuid());
	say(h, fd, &p_hello_layout, &newer);
	assert_true(is_cut(fd));
	(void)close(fd);
	assert_int_equal(heard.answers, 0);
	assert_int_equal(heard.here[PRIV_POST], 0);
}

static void
garbage_is_cut(void **state)
{
	struct house *h = *state;
	char bytes[2000];
	int fd;

	for (int i = 0; i < 20; i++) {
		int told = heard.gone[PRIV_POST];

		fd = come(h, geteuid());
		if (i % 2 == 1)
			hello(h, fd, PRIV_POST);
		memset(bytes, i * 13, sizeof(bytes));
		assert_int_equal(
		    send(fd, bytes, (size_t)(i * 100 + 1), 0), i * 100 + 1);
		turn(h);
		assert_true(is_cut(fd));
		assert_int_equal(heard.gone[PRIV_POST] - told, i % 2);
		(void)close(fd);
	}
	assert_int_equal(give(h, 1), KOSMO_ECLOSED);
}

/* A job of this turn waits for its flush; one of the flush for the next. */
static void
jobs_leave_after_the_flush(void **state)
{
	struct house *h = *state;
	int fd = come(h, geteuid());

	hello(h, fd, PRIV_POST);
	assert_int_equal(give(h, 1), KOSMO_OK);
	assert_int_equal(take(fd), 0);
	h->loop.turn++; /* here is the flush, which makes one more */
	assert_int_equal(give(h, 2), KOSMO_OK);
	privileged_leave(&h->loop);
	assert_int_equal(take(fd), 1);
	assert_int_equal(take(fd), 0);
	assert_true(privileged_left(&h->loop));
	end_turn(h);
	assert_int_equal(take(fd), 2);
	assert_false(privileged_left(&h->loop));
	(void)close(fd);
}

/* Who does not read is cut, and until then nobody waits for it. */
static void
who_does_not_read_is_cut(void **state)
{
	struct house *h = *state;
	const int little = 4096;
	int fd = come(h, geteuid());
	uint64_t id = 0;

	(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &little, sizeof(little));
	hello(h, fd, PRIV_POST);
	while (give(h, id + 1) == KOSMO_OK) {
		id++;
		assert_true(id < 10000);
		turn(h);
	}
	assert_true(id > 256);
	turn(h);
	assert_int_equal(heard.gone[PRIV_POST], 1);
	assert_int_equal(give(h, 1), KOSMO_ECLOSED);
	(void)close(fd);
	/* and the next one starts with nothing of it */
	fd = come(h, geteuid());
	hello(h, fd, PRIV_POST);
	assert_int_equal(give(h, 77), KOSMO_OK);
	end_turn(h);
	assert_int_equal(take(fd), 77);
	(void)close(fd);
}

/* ... and who reads slowly gets all of it, in order. */
static void
who_reads_late_gets_it_all(void **state)
{
	struct house *h = *state;
	int fd = come(h, geteuid());
	uint64_t id = 0, got = 0, n;

	hello(h, fd, PRIV_POST);
	while (id < 400) {
		for (int i = 0; i < 100; i++)
			assert_int_equal(give(h, ++id), KOSMO_OK);
		end_turn(h);
		do {
			turn(h);
			if ((n = take(fd)) != 0)
				assert_int_equal(n, ++got);
		} while (n != 0);
	}
	assert_int_equal(got, id);
	(void)close(fd);
}

static void
a_new_one_replaces_the_old(void **state)
{
	struct house *h = *state;
	int old = come(h, geteuid()), new;

	hello(h, old, PRIV_POST);
	assert_int_equal(give(h, 1), KOSMO_OK); /* it will never read it */
	new = come(h, geteuid());
	assert_int_equal(heard.gone[PRIV_POST], 0);
	hello(h, new, PRIV_POST);
	assert_int_equal(heard.here[PRIV_POST], 2);
	assert_int_equal(heard.gone[PRIV_POST], 1);
	while (take(old) != 0)
		continue;
	assert_true(is_cut(old));
	assert_int_equal(give(h, 2), KOSMO_OK);
	end_turn(h);
	assert_int_equal(take(new), 2);
	(void)close(old);
	turn(h);
	assert_int_equal(heard.gone[PRIV_POST], 1); /* it was told once */
	(void)close(new);
	turn(h);
	assert_int_equal(heard.gone[PRIV_POST], 2);
	assert_int_equal(give(h, 3), KOSMO_ECLOSED);
}

static void
there_are_only_so_many(void **state)
{
	struct house *h = *state;
	int fds[9];

	for (size_t i = 0; i < 8; i++)
		assert_int_not_equal(fds[i] = come(h, geteuid()), -1);
	assert_int_equal(come(h, geteuid()), -1);
	/* who floods one socket does not close the other */
	assert_int_not_equal(fds[8] = come_at(h, AT_TOUCH, geteuid()), -1);
	(void)close(fds[0]);
	turn(h);
	assert_int_not_equal(fds[0] = come(h, geteuid()), -1);
	for (size_t i = 0; i < 9; i++)
		(void)close(fds[i]);
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(who_may_be_what),
		TEST(nothing_is_said_before_hello),
		TEST(garbage_is_cut),
		TEST(jobs_leave_after_the_flush),
		TEST(who_does_not_read_is_cut),
		TEST(who_reads_late_gets_it_all),
		TEST(a_new_one_replaces_the_old),
		TEST(there_are_only_so_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
