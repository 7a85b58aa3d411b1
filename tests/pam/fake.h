/*
 * fake.h: a kosmod that says what a test wants.
 *
 * It runs in a child process; what it does not find as expected ends it with
 * words on standard error, and fake_done fails the test.
 */
#ifndef KOSMO_TESTS_PAM_FAKE_H
#define KOSMO_TESTS_PAM_FAKE_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "host.h"
#include "libkosmo/msg.h"

struct fake {
	int lfd;
	int fd;
	const void *arg;
	struct msg_open open;
	struct msg_hello hello;
	struct secret answer;
};

typedef void fake_fn(struct fake *f);

/* Runs serve in a child; arg is for it. */
pid_t fake_start(struct host *h, fake_fn *serve, const void *arg);
/* Waits for it: every expectation held. */
void fake_done(pid_t pid);

/* In the child: */
#define FAKE_EXPECT(cond) fake_expect((cond) ? 1 : 0, #cond, __FILE__, __LINE__)
void fake_expect(int ok, const char *what, const char *file, int line);
void fake_accept(struct fake *f); /* and reads OPEN */
void fake_greet(struct fake *f);  /* fake_accept, and reads HELLO */
void fake_hangup(struct fake *f);
void fake_send(struct fake *f, const struct layout *l, const void *msg);
void fake_raw(struct fake *f, const void *bytes, size_t len);
void fake_show(struct fake *f, const char *text, uint8_t error);
void fake_ask(struct fake *f, const char *text, uint8_t echo, uint8_t kind);
void fake_answer(struct fake *f, const char *expected);
void fake_recv(struct fake *f, const struct layout *l, void *msg);
void fake_wait(struct fake *f, uint32_t seconds);
void fake_end(struct fake *f, uint8_t result);
void fake_account(struct fake *f); /* ACCOUNT comes */
void fake_eof(struct fake *f);	   /* the module hangs up */

#endif
